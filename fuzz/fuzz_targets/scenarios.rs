//! Files of scenarios, arbitrary and with changed lines and words. What is refused is refused in one line. What is read is
//! written and read again as the same. What is small is played: nobody honest is named, with an honest aggregator the
//! audit does not fail, and a verified sum is that of the contributors' inputs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::lab::scenario::{catalogue, Outcome, ScenarioFile};
use veragg::protocol::crypto::ids::ClientId;
use veragg::verifier::{audit, Culprit, Options, Verdict};
use veragg::Suite;
use veragg_fuzz::{assert_one_line, edit_text, Script};

/// The most clients and trustees, and the most numbers of each client, of a scenario that is played.
const MOST: usize = 6;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    if kind & 1 == 0 {
        let Ok(text) = std::str::from_utf8(data) else {
            return;
        };
        return judge(text);
    }
    let mut script = Script(data);
    let Some(entry) = script.one_of(catalogue::all()) else {
        return;
    };
    let mut text = entry.text.to_owned();
    while edit_text(
        &mut text,
        &[' ', '=', ',', '[', ']', '{', '}', '\n'],
        &mut script,
    )
    .is_some()
    {}
    judge(&text);
});

fn judge(text: &str) {
    let scenario = match ScenarioFile::parse(text) {
        Ok(scenario) => scenario,
        Err(error) => return assert_one_line(&error),
    };
    // Numbers beyond those of TOML cannot be written.
    if let Ok(written) = scenario.to_toml() {
        let again = ScenarioFile::parse(&written).expect("it was written");
        assert_eq!(format!("{again:?}"), format!("{scenario:?}"));
    }
    let round = scenario.round();
    let numbers: usize = round.segment.iter().map(|segment| segment.len).sum();
    let trustees = match &scenario {
        ScenarioFile::Pairwise(_) => 0,
        ScenarioFile::Committee(scenario) => scenario.committee.members,
    };
    if round.clients.max(trustees) as usize > MOST || numbers > MOST {
        return;
    }
    match scenario.play_on(Suite::DEFAULT, 1) {
        Ok(outcome) => object(&scenario, &outcome),
        Err(error) => assert_one_line(&error),
    }
}

/// What must hold in every round, whoever attacks it.
fn object(scenario: &ScenarioFile, outcome: &Outcome) {
    let report = &outcome.report;
    let is_honest = match scenario {
        ScenarioFile::Pairwise(scenario) => scenario.aggregator.is_empty(),
        ScenarioFile::Committee(scenario) => scenario.aggregator.is_empty(),
    };
    for fault in &report.faults {
        let right = match fault.culprit {
            Culprit::Aggregator => !is_honest,
            culprit => attacks(scenario, culprit),
        };
        assert!(right, "{report}");
    }
    // The report compares with the sum of the expected contributors, which need not be these.
    let audited = |aggregate| {
        let options = Options {
            aggregate,
            ..outcome.options.clone()
        };
        audit(Cursor::new(&outcome.board), &options).expect("it was audited before")
    };
    let plain = audited(None);
    // Whoever has the file can make a board of it that is not verified.
    if is_honest && is_as_played(scenario) {
        let expected = match outcome.stopped {
            Some(_) => Verdict::Unfinished,
            None => Verdict::Verified,
        };
        assert_eq!(plain.verdict, expected, "{plain}");
    }
    if plain.verdict == Verdict::Verified {
        let mut sum = vec![0u128; outcome.inputs.first().map_or(0, Vec::len)];
        for client in plain
            .contributors
            .iter()
            .filter_map(|number| ClientId::new(*number))
        {
            for (sum, x) in sum.iter_mut().zip(&outcome.inputs[client.index()]) {
                *sum += u128::from(*x);
            }
        }
        let compared = audited(Some(sum));
        assert_eq!(compared.verdict, Verdict::Verified, "{compared}");
    }
}

/// Whether a scenario says that somebody attacks who is not the aggregator.
fn attacks(scenario: &ScenarioFile, culprit: Culprit) -> bool {
    match (scenario, culprit) {
        (ScenarioFile::Pairwise(scenario), Culprit::Client(client)) => {
            scenario.cheat.iter().any(|it| it.client == client.number())
        }
        (ScenarioFile::Committee(scenario), Culprit::Client(client)) => {
            scenario.cheat.iter().any(|it| it.client == client.number())
        }
        (ScenarioFile::Committee(scenario), Culprit::Trustee(trustee)) => {
            let mut trustees = scenario.trustee.iter();
            trustees.any(|it| it.trustee == trustee.number())
        }
        (ScenarioFile::Committee(scenario), Culprit::Organiser) => !scenario.organiser.is_empty(),
        _ => false,
    }
}

/// Whether nobody but the aggregator, clients and trustees decides about the verdict: the configuration and the file are as they
/// should be, and the auditor was given nothing that could be false.
fn is_as_played(scenario: &ScenarioFile) -> bool {
    match scenario {
        ScenarioFile::Pairwise(scenario) => {
            scenario.file.is_empty() && scenario.auditor.forged_receipts.is_empty()
        }
        ScenarioFile::Committee(scenario) => {
            let auditor = &scenario.auditor;
            let nothing_false = auditor.forged_receipts.is_empty() && auditor.messages.is_empty();
            scenario.file.is_empty() && scenario.organiser.is_empty() && nothing_false
        }
    }
}
