//! The verifier: a whole audit of arbitrary and of changed boards. Only the unchanged board is verified. No party is
//! named for a change that no party signed, whatever receipts and checkpoint the auditor has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::verifier::{audit, Options, Verdict};
use veragg_fuzz::{mutate, sample, Sample, CLIENTS};

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    let sample = sample();
    let mut board = sample.board.clone();
    match kind % 3 {
        0 => board = data.to_vec(),
        1 => mutate(&mut board, data),
        _ => {
            // Whole records are dropped, repeated and moved.
            let mut records = sample.records.clone();
            for edit in data.chunks_exact(2) {
                let (at, to) = (usize::from(edit[0]), usize::from(edit[1] >> 1));
                if let Some(record) = records.get(at).cloned() {
                    if edit[1] & 1 == 0 {
                        records.remove(at);
                    }
                    if to <= records.len() {
                        records.insert(to, record);
                    }
                }
            }
            board = sample.local.board(&records);
        }
    }
    let mut options = Options::with_organiser(sample.local.organiser);
    if kind / 3 % 2 == 1 {
        options.receipts.clone_from(&sample.receipts);
        let shown = sample.checkpoint(Sample::phase(kind / 6));
        let shown = Checkpoint::decode(shown, CLIENTS);
        options.checkpoints.push(shown.expect("a checkpoint of the sample"));
    }
    let Ok(report) = audit(Cursor::new(&board), &options) else {
        return;
    };
    let verified = report.verdict == Verdict::Verified;
    assert_eq!(verified, board == sample.board, "{report}");
    assert!(report.faults.is_empty(), "{report}");
});
