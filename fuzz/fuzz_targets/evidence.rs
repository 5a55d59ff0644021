//! Evidence: arbitrary and changed files, with and without receipts, with and without a checkpoint that a client was
//! shown, and with all bodies or only some. No file shows a fault in an honest round.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::message::ENVELOPE_LEN;
use veragg::verifier::{evidence, Check};
use veragg_fuzz::{mutate, sample, Sample, CLIENTS};

fuzz_target!(|data: &[u8]| {
    let [kind, culprit, check, data @ ..] = data else {
        return;
    };
    let file = if kind & 1 == 0 {
        Some(data.to_vec())
    } else {
        changed(*kind, *culprit, *check, data)
    };
    let Some(file) = file else { return };
    if let Ok(confirmed) = evidence::check(Cursor::new(&file), &sample().local.organiser) {
        assert_eq!(confirmed.faults, []);
    }
});

/// A file that claims a fault of the honest round, changed as the input says.
fn changed(kind: u8, culprit: u8, check: u8, mut edits: &[u8]) -> Option<Vec<u8>> {
    let sample = sample();
    let mut records = sample.records.clone();
    // For each record, one bit of the input decides whether its body is left out.
    if kind & 2 != 0 {
        let (left_out, rest) = edits.split_first_chunk()?;
        let left_out = u64::from_be_bytes(*left_out);
        for (number, record) in records.iter_mut().enumerate() {
            let is_left_out = left_out.rotate_right(number as u32) & 1 == 1;
            if record.kind == RecordKind::Message && is_left_out {
                record.bytes.truncate(ENVELOPE_LEN);
            }
        }
        edits = rest;
    }
    let mut file = evidence::MAGIC.to_vec();
    // The organiser, the aggregator, a client.
    let culprit = (u32::from(culprit) % (CLIENTS + 2)).wrapping_sub(1);
    file.extend(culprit.to_be_bytes());
    let check = Check::ALL[usize::from(check) % Check::ALL.len()].id();
    file.extend((check.len() as u16).to_be_bytes());
    file.extend(check.as_bytes());
    let (mut receipts, mut checkpoint) = (
        &sample.receipts[..],
        sample.checkpoint(Sample::phase(kind >> 4)),
    );
    if kind & 4 == 0 {
        receipts = &[];
    }
    if kind & 8 == 0 {
        checkpoint = &[];
    }
    file.extend((receipts.len() as u32).to_be_bytes());
    for receipt in receipts {
        file.extend(receipt.encode());
    }
    file.extend((checkpoint.len() as u32).to_be_bytes());
    file.extend(checkpoint);
    file.extend(sample.local.board(&records));
    mutate(&mut file, edits);
    Some(file)
}
