//! Every section of `specs/` that the code refers to exists.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use veragg::circuits::codec::DecodeError;
use veragg::circuits::proof_system::ProofPart;
use veragg::protocol::client::ClientError;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::Breach;
use veragg::protocol::round::configuration::ConfigurationError;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::RoundError;
use veragg::protocol::rule::Rule;
use veragg::protocol::wire::message::BodyError;

/// A quoted section: file and number, such as `graph.md` and `3.1`.
type Quote = (String, String);

fn visit(folder: &Path, out: &mut BTreeSet<Quote>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.extend(quotes(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// The number that a text begins with, such as `3.1`, and what follows.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| c != '.' && !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    number
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| (number, &text[number.len()..]))
}

/// The sections that a source refers to. A reference may continue on the next line of a comment.
fn quotes(source: &str) -> BTreeSet<Quote> {
    let text: Vec<_> = source
        .lines()
        .map(|line| line.trim_start().trim_start_matches(['/', '!']).trim())
        .collect();
    let text = text.join(" ");
    let mut out = BTreeSet::new();
    for (at, prefix) in text.match_indices("specs/") {
        let rest = &text[at + prefix.len()..];
        let Some((name, rest)) = rest.split_once(".md") else {
            continue;
        };
        if !name.chars().all(|c| c.is_ascii_lowercase()) {
            continue;
        }
        let mut rest = rest.trim_start_matches('`').strip_prefix(' ');
        while let Some((quoted, after)) = rest.and_then(number) {
            out.insert((format!("{name}.md"), quoted.to_owned()));
            rest = [", ", " and ", " to "]
                .iter()
                .find_map(|join| after.strip_prefix(join));
        }
    }
    out
}

/// Whether a heading, or a numbered paragraph or step, has this number.
fn has(specification: &str, wanted: &str) -> bool {
    specification.lines().any(|line| {
        let line = line.trim_start_matches(['#', ' ', '-', '*', '|', '`']);
        number(line).is_some_and(|(number, _)| number == wanted)
    })
}

#[test]
fn every_quoted_section_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeSet::new();
    for folder in [
        "src",
        "tests",
        "circuits/src",
        "protocol/src",
        "verifier/src",
    ] {
        visit(&root.join(folder), &mut all);
    }
    assert!(all.len() > 50, "the search finds quotes");
    let missing: Vec<_> = all
        .iter()
        .filter(|(file, section)| {
            let text = fs::read_to_string(root.join("specs").join(file));
            !text.is_ok_and(|text| has(&text, section))
        })
        .collect();
    assert!(missing.is_empty(), "quoted, but not there: {missing:?}");
}

#[test]
fn errors_name_rules_that_exist() {
    let (phase, client) = (Phase::Share, ClientId::from_index(0));
    let (got, need) = (1, 2);
    let mut numbers: Vec<&str> = Vec::new();
    for phase in Phase::PAIRWISE {
        let what = "";
        let of_client = [
            ClientError::NotTheCheckpoint { phase },
            ClientError::Fork { phase },
            ClientError::Inconsistent { phase },
            ClientError::List { phase },
            ClientError::Omitted { phase },
            ClientError::NotShown { phase, client },
            ClientError::FalselyListed {
                phase,
                client,
                what,
            },
            ClientError::TooFew { phase, got, need },
            ClientError::TooFewNeighbours { phase, got, need },
            ClientError::OtherInput,
            ClientError::NoFraudProof { phase, client },
        ];
        numbers.extend(of_client.iter().filter_map(ClientError::rule));
    }
    assert_eq!(numbers.len(), 11 * Phase::PAIRWISE.len());
    let breaches = [
        Breach::Body(BodyError::Root),
        Breach::Possession,
        Breach::Degree { threshold: 2 },
        Breach::Input(ProofPart::Range),
        Breach::Keys,
        Breach::RowLink,
        Breach::Point(client),
        Breach::Shares(Vec::new()),
    ];
    numbers.extend(breaches.iter().filter_map(Breach::rule));
    let of_configuration = [
        ConfigurationError::Decode(DecodeError::Value { field: "" }),
        ConfigurationError::MinContributors {
            got: 1,
            least: 2,
            most: 3,
        },
        ConfigurationError::Deadline { phase },
        ConfigurationError::Name { segment: 0 },
    ];
    let refused = of_configuration.into_iter().map(RoundError::from);
    let refused = refused.chain([
        RoundError::OtherRoster,
        RoundError::TooLong { bytes: 0 },
        RoundError::Organiser {
            expected: String::new(),
        },
    ]);
    numbers.extend(refused.map(|error| error.rule()));
    numbers.extend(Rule::ALL.iter().map(|rule| rule.number()));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("specs/protocol.md")).unwrap();
    for number in numbers {
        // The steps of a section are listed there under the last part of their number.
        let (section, step) = number.rsplit_once('.').unwrap();
        let heading = format!("\n## {section} ");
        let heading = heading.replace("## ", if section.contains('.') { "### " } else { "## " });
        let in_section = text.split(&heading).nth(1);
        let in_section = in_section.map(|rest| rest.split("\n#").next().unwrap_or_default());
        let found = has(&text, number) || in_section.is_some_and(|rest| has(rest, step));
        assert!(found, "protocol.md has no rule {number}");
    }
}

#[test]
fn quotes_are_found_as_they_are_written() {
    let folder = "specs/";
    let source = format!(
        "//! ({folder}a.md` 3.1 to 3.3).\n// {folder}b.md\n// 4, 5.1 and 6. {folder}c.md` V-12 {folder}d.md",
    );
    let found: Vec<_> = quotes(&source)
        .into_iter()
        .map(|(file, section)| format!("{file} {section}"))
        .collect();
    assert_eq!(
        found,
        ["a.md 3.1", "a.md 3.3", "b.md 4", "b.md 5.1", "b.md 6"]
    );
    let text = "## 3. Heading\n3.1 Paragraph\n- **4.2** step\nno 5.1";
    assert!(["3", "3.1", "4.2"].iter().all(|section| has(text, section)));
    assert!(!has(text, "5.1") && !has(text, "31"));
}
