//! Whoever has the file of a board can alter it, and so must not be able to frame anybody: what no
//! signature covers accuses nobody.
#![allow(clippy::unwrap_used)]

use rand_core::OsRng;
use veragg::circuits::bulletproofs::RistrettoBulletproofs;
use veragg::circuits::statement::Segment;
use veragg::local::{play, Participant, Setting};
use veragg::protocol::board::RecordKind;
use veragg::protocol::configuration::SegmentConfiguration;
use veragg::protocol::members::ClientId;
use veragg::protocol::message::ENVELOPE_LEN;
use veragg::protocol::organiser::Proposal;
use veragg::verifier::{audit, Check, Options, Status, Verdict};

#[test]
fn a_body_that_was_exchanged_fails_the_audit_and_names_nobody() {
    let proposal = Proposal {
        segments: vec![SegmentConfiguration {
            name: "numbers".to_owned(),
            claims: Segment::range(1, 256),
            decimals: 0,
            offset: 0,
        }],
        corrupt_ppm: 0,
        dropout_ppm: 200_000,
        min_contributors: None,
        deadlines: None,
        beacon: [7; 32],
    };
    let setting = Setting::<RistrettoBulletproofs>::new(6, proposal, &mut OsRng).unwrap();
    let mut members: Vec<Box<dyn Participant>> = ClientId::all(6)
        .map(|id| Box::new(setting.member(id, vec![9]).unwrap()) as Box<dyn Participant>)
        .collect();
    let aggregator = setting.aggregator(Vec::new()).unwrap();
    let records = play(aggregator, &mut members, |_| ()).unwrap();
    let records = records.aggregator.into_log();
    let options = Options {
        organiser: Some(setting.organiser),
        ..Options::default()
    };
    let mut altered = 0;
    for index in 0..records.len() {
        let message = &records[index];
        if message.kind == RecordKind::Checkpoint || message.bytes.len() == ENVELOPE_LEN {
            continue;
        }
        for shorter in [false, true] {
            let mut records = records.clone();
            if shorter {
                records[index].bytes.pop();
            } else {
                records[index].bytes[ENVELOPE_LEN] ^= 1;
            }
            let report = audit(&setting.board(&records)[..], &options).unwrap();
            assert_eq!(report.verdict, Verdict::Failed, "record {index}: {report}");
            let messages = report.checks.iter().find(|c| c.id == Check::Messages);
            assert!(matches!(
                messages.map(|check| &check.status),
                Some(Status::Failed { .. })
            ));
            assert!(report.faults.is_empty(), "record {index}: {report}");
            altered += 1;
        }
    }
    // Keys, shares, submission and revealed shares of each client, and the publication.
    assert_eq!(altered, 2 * (4 * 6 + 1));
}
