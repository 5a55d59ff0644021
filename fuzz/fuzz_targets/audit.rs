//! The verifier: a whole audit of arbitrary and of changed boards. Only the unchanged board is verified. No party is
//! named for a change that no party signed, whatever receipts and checkpoint the auditor has. If records of a second
//! session are spliced in, only those are named who signed them beside those of the first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::verifier::{audit, Options, Verdict};
use veragg_fuzz::{
    assert_sum, edit_records, mutate, sample, session, Sample, Script, Spliced, CLIENTS,
};

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    let sample = sample();
    let mut board = sample.board.clone();
    let mut spliced = Spliced::default();
    match kind % 3 {
        0 => board = data.to_vec(),
        1 => mutate(&mut board, data),
        _ => {
            let (mut records, mut script) = (sample.records.clone(), Script(data));
            while edit_records(&mut records, &mut spliced, &mut script).is_some() {}
            board = sample.local.board(&records);
        }
    }
    let mut options = Options::with_organiser(sample.local.organiser);
    if kind / 3 % 2 == 1 {
        options.receipts.clone_from(&sample.receipts);
        let shown = sample.checkpoint(Sample::phase(kind / 6));
        let shown = Checkpoint::decode(shown, CLIENTS);
        options
            .checkpoints
            .push(shown.expect("a checkpoint of the sample"));
    }
    let Ok(report) = audit(Cursor::new(&board), &options) else {
        assert_ne!(board, sample.board);
        return;
    };
    match report.verdict {
        Verdict::Verified => assert!(
            board == sample.board || board == session().board,
            "{report}"
        ),
        _ => assert_ne!(board, sample.board, "{report}"),
    }
    assert_sum(&board, &report);
    for fault in &report.faults {
        assert!(spliced.has(fault.culprit), "{report}");
    }
});
