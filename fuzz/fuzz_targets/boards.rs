//! Boards that corrupt parties made: the aggregator and some clients change records and sign everything of theirs
//! again, so that no signature and no root gives them away. Nobody else is named. A board that is verified opens to the
//! sum of the inputs of the listed contributors. Evidence is exported for every fault, and shows it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::message::Message;
use veragg::verifier::evidence::{self, Bundle};
use veragg::verifier::{audit, Culprit, Options, Report, Verdict};
use veragg_fuzz::{
    assert_sum, cut, edit_records, mutate_parts, sample, session, Script, Signers, Spliced,
};

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let Some(bits) = script.byte() else { return };
    let signers = Signers::of(bits);
    let sample = sample();
    let (mut records, mut spliced) = (sample.records.clone(), Spliced::default());
    while edit(&mut records, &signers, &mut spliced, &mut script).is_some() {}
    let board = sample.local.board(&signers.sign(&records));
    let options = Options::with_organiser(sample.local.organiser);
    let Ok(report) = audit(Cursor::new(&board), &options) else {
        return;
    };
    for fault in &report.faults {
        assert!(
            signers.has(fault.culprit) || spliced.has(fault.culprit),
            "{report}"
        );
    }
    assert!(
        board != sample.board || report.verdict == Verdict::Verified,
        "{report}"
    );
    assert_sum(&board, &report);
    // It takes as long as many audits, so that only some inputs ask for it.
    if bits & 0x80 != 0 {
        shows(&board, &options, &report);
    }
});

/// One edit: of the records, or of the body of a message of a signer.
fn edit(
    records: &mut Vec<Record>,
    signers: &Signers,
    spliced: &mut Spliced,
    script: &mut Script<'_>,
) -> Option<()> {
    if script.byte()? % 3 == 0 {
        return edit_records(records, spliced, script);
    }
    let at = script.below(records.len())?;
    let record = &mut records[at];
    let message = Message::decode(&record.bytes).ok();
    let message = message.filter(|_| record.kind == RecordKind::Message);
    // An edit of something else is left out, and the list of edits goes on.
    let Some(mut message) = message else {
        return Some(());
    };
    if let veragg::protocol::wire::message::Sender::Client(client) = message.envelope.sender {
        if !signers.has(Culprit::Client(client)) {
            return Some(());
        }
    }
    let mut parts = cut(&message);
    let other = session()
        .records
        .get(at)
        .map(|record| Message::decode(&record.bytes));
    let other = other.and_then(Result::ok).map(|other| cut(&other));
    mutate_parts(&mut parts, &other.unwrap_or_default(), script)?;
    message.body = parts.concat();
    record.bytes = message.encode();
    Some(())
}

/// The evidence of each fault shows it, and nothing about anybody else.
fn shows(board: &[u8], options: &Options, report: &Report) {
    let bundles = evidence::bundles(report);
    let mut files: Vec<(Bundle, Vec<u8>)> =
        bundles.into_iter().map(|it| (it, Vec::new())).collect();
    let exported = evidence::export(Cursor::new(board), options, report, &mut files);
    exported.expect("the board of the report");
    for (bundle, file) in &files {
        let confirmed = evidence::check(Cursor::new(file), &sample().local.organiser);
        let confirmed = confirmed.unwrap_or_else(|error| panic!("{bundle:?}: {error}\n{report}"));
        assert!(!confirmed.faults.is_empty(), "{bundle:?}\n{report}");
        for fault in &confirmed.faults {
            assert_eq!((fault.culprit, fault.check), (bundle.culprit, bundle.check));
        }
    }
}
