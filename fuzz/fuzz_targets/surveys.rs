//! Configurations in TOML and tables in CSV, arbitrary and with changed lines, words and cells. What is refused is refused
//! in one line. What is taken gives every client a vector that keeps to its bounds, and their sums can be interpreted. A
//! configuration that is drafted from a table runs as it is.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::crypto::ids::ClientId;
use veragg::survey::{self, Survey};
use veragg_fuzz::{assert_one_line, edit_text, Folder, Script};

/// Valid configurations: of a table with clients, groups, measures and counts; of a table without; and synthetic.
const CONFIGURATIONS: [&str; 3] = [
    include_str!("../texts/clinics.toml"),
    include_str!("../texts/votes.toml"),
    include_str!("../texts/synthetic.toml"),
];

/// A table for the first two configurations.
const TABLE: &str = include_str!("../texts/table.csv");

/// The most numbers of all clients that are made: synthetic vectors can be as long as they are asked to be.
const MOST_NUMBERS: usize = 1 << 14;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    let configuration = CONFIGURATIONS[usize::from(kind >> 4) % CONFIGURATIONS.len()];
    let edited = |text: &str, separators: &[char]| {
        let (mut text, mut script) = (text.to_owned(), Script(data));
        while edit_text(&mut text, separators, &mut script).is_some() {}
        text.into_bytes()
    };
    const WORDS: [char; 8] = [' ', '=', ',', '[', ']', '{', '}', '\n'];
    match kind % 6 {
        0 => load(data, TABLE.as_bytes()),
        1 => load(configuration.as_bytes(), data),
        2 => load(&edited(configuration, &WORDS), TABLE.as_bytes()),
        3 => load(configuration.as_bytes(), &edited(TABLE, &[',', '\n'])),
        4 => draft(data),
        _ => draft(&edited(TABLE, &[',', '\n'])),
    }
});

fn folder() -> &'static Folder {
    static FOLDER: OnceLock<Folder> = OnceLock::new();
    FOLDER.get_or_init(Folder::new)
}

fn load(configuration: &[u8], table: &[u8]) {
    folder().put("table.csv", table);
    let path = folder().put("round.toml", configuration);
    match Survey::load(path) {
        Ok(survey) => check(&survey),
        Err(error) => assert_one_line(&error),
    }
}

fn draft(table: &[u8]) {
    let path = folder().put("table.csv", table);
    match survey::draft(&path, "table.csv") {
        Ok(draft) => {
            let path = folder().put("draft.toml", draft.text.as_bytes());
            let survey = Survey::load(path);
            let survey = survey.unwrap_or_else(|error| panic!("{error}\n{}", draft.text));
            check(&survey);
        }
        Err(error) => assert_one_line(&error),
    }
}

/// Every vector is within its bounds, and the sums of all are what the results are made from.
fn check(survey: &Survey) {
    for warning in survey.warnings() {
        assert!(
            !warning.to_string().chars().any(char::is_control),
            "{warning}"
        );
    }
    let segments = survey.segments();
    let len = segments
        .iter()
        .map(|segment| segment.claims.len)
        .sum::<usize>();
    let clients = survey.clients();
    if len.saturating_mul(clients as usize) > MOST_NUMBERS {
        return;
    }
    let mut sums = vec![0u128; len];
    for client in ClientId::all(clients) {
        let _ = survey.client_name(client);
        let vector = survey.input(client);
        assert_eq!(vector.len(), len);
        let bounds = segments.iter();
        let mut bounds = bounds.flat_map(|it| std::iter::repeat_n(it.claims.bound, it.claims.len));
        for (sum, x) in sums.iter_mut().zip(&vector) {
            assert!(bounds.next().is_some_and(|bound| *x < bound));
            *sum += u128::from(*x);
        }
        // What a client would submit keeps every claim, where the statement is one.
        let statement = segments.iter().map(|segment| segment.claims).collect();
        if let Ok(statement) = veragg::circuits::statement::Statement::new(statement) {
            assert_eq!(statement.check(&vector), Ok(()));
        }
    }
    let everybody: Vec<_> = ClientId::all(clients).collect();
    match survey.interpret(&sums, &everybody) {
        Ok(results) => assert!(!results.to_string().is_empty()),
        Err(error) => panic!("{error}"),
    }
    sums.fill(u128::MAX);
    assert!(survey.interpret(&sums, &everybody).is_err() || sums.is_empty());
}
