//! Whole rounds with corrupt clients, and with a corrupt aggregator or an honest one. Nobody honest is named, by the audit
//! or by an honest client. With an honest aggregator the audit does not fail. A board that is verified opens to the sum
//! of the inputs of the listed contributors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::client::Blame;
use veragg::verifier::{audit, Culprit, Options, Verdict};
use veragg_fuzz::{assert_sum, play, sample, Corrupt, Script};

fuzz_target!(|data: &[u8]| {
    let Some(corrupt) = Corrupt::read(&mut Script(data)) else {
        return;
    };
    let played = play(&corrupt);
    for (client, blame, error) in &played.blamed {
        let right = match blame {
            Blame::Nobody => true,
            Blame::Aggregator => corrupt.aggregator,
            Blame::Caller => false,
        };
        assert!(right, "client {client}: {error}");
    }
    let local = &sample().local;
    let board = local.board(&played.records);
    let options = Options::with_organiser(local.organiser);
    let report = audit(Cursor::new(&board), &options).expect("a board");
    for fault in &report.faults {
        let right = match fault.culprit {
            Culprit::Client(client) => corrupt.clients.contains(client),
            Culprit::Aggregator => corrupt.aggregator,
            _ => false,
        };
        assert!(right, "{corrupt:?}\n{report}");
    }
    if !corrupt.aggregator {
        let expected = match played.stopped {
            true => Verdict::Unfinished,
            false => Verdict::Verified,
        };
        assert_eq!(report.verdict, expected, "{corrupt:?}\n{report}");
    }
    assert_sum(&board, &report);
});
