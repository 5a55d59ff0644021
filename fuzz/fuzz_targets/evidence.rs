//! Evidence: arbitrary and changed files, with and without receipts, with and without a checkpoint that a client was
//! shown, and with all bodies or only some. No file shows a fault in an honest round, and in a round that the aggregator
//! and one client broke no file shows a fault of anybody else.
#![no_main]

use std::io::Cursor;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::message::{Message, Sender, ENVELOPE_LEN};
use veragg::verifier::{evidence, Check, Culprit};
use veragg_fuzz::{mutate, sample, Sample, Signers, CLIENTS};

/// The client that broke the rules where somebody did, by index.
const CHEATER: usize = 0;

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
        let is_broken = *kind & 0x81 == 0x81;
        for fault in confirmed.faults {
            let culprits = [
                Culprit::Aggregator,
                Culprit::Client(ClientId::from_index(CHEATER)),
            ];
            assert!(is_broken && culprits.contains(&fault.culprit), "{fault:?}");
        }
    }
});

/// A file that claims a fault of the honest round, changed as the input says.
fn changed(kind: u8, culprit: u8, check: u8, mut edits: &[u8]) -> Option<Vec<u8>> {
    let sample = sample();
    let mut records = sample.records.clone();
    if kind & 0x80 != 0 {
        let (which, rest) = edits.split_first()?;
        let all = broken();
        records.clone_from(&all[usize::from(*which) % all.len()]);
        edits = rest;
    }
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
    let mut file = evidence::Format::Pairwise.magic().to_vec();
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

/// Boards on which the last byte of one message is changed, of the client or of the aggregator, and everything of theirs is
/// signed again.
fn broken() -> &'static [Vec<Record>] {
    static BROKEN: OnceLock<Vec<Vec<Record>>> = OnceLock::new();
    BROKEN.get_or_init(|| {
        let signers = Signers::of(1 << CHEATER);
        let records = &sample().records;
        let change = |at: usize| {
            let mut records = records.clone();
            let record = &mut records[at];
            let message = Message::decode(&record.bytes).ok();
            let message = message.filter(|_| record.kind == RecordKind::Message)?;
            let is_theirs = match message.envelope.sender {
                Sender::Client(client) => client.index() == CHEATER,
                Sender::Aggregator => true,
                Sender::Trustee(_) => false,
            };
            if !is_theirs || message.body.is_empty() {
                return None;
            }
            *record.bytes.last_mut()? ^= 1;
            Some(signers.sign(&records))
        };
        (0..records.len()).filter_map(change).collect()
    })
}
