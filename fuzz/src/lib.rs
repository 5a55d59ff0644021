//! Shared by the targets: small rounds, always the same, and edits of what belongs to them.
//!
//! Changed bytes mostly end at the first signature. So most edits here change one thing and leave the rest
//! well formed, and a party that is corrupt signs again what it changed.

mod bound;
mod edits;
mod live;
mod packages;
mod records;
mod sample;
mod script;
mod signed;
mod tables;
mod text;

pub use bound::MOST_ALLOCATED;
pub use edits::{mutate, mutate_parts};
pub use live::{play, Corrupt, Played};
pub use packages::edit_package;
pub use records::{edit_records, Spliced};
pub use sample::{input, other_round, rng, sample, session, Sample, Step, Suite, CLIENTS};
pub use script::Script;
pub use signed::{cut, sign_again, Signers};
pub use tables::Folder;
pub use text::{assert_one_line, edit_text};

use veragg::circuits::group::ristretto::Ristretto;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::publish::Publication;
use veragg::protocol::wire::board::{RecordKind, Records};
use veragg::protocol::wire::header::Header;
use veragg::protocol::wire::message::Message;
use veragg::verifier::{Report, Verdict};

/// The sum of the inputs of the contributors that a report lists.
pub fn sum_of(report: &Report) -> Vec<u128> {
    let mut sum = vec![0; input(ClientId::from_index(0)).len()];
    for client in report
        .contributors
        .iter()
        .filter_map(|it| ClientId::new(*it))
    {
        for (sum, x) in sum.iter_mut().zip(input(client)) {
            *sum += u128::from(x);
        }
    }
    sum
}

/// Asserts that the board, if the report verifies it, publishes the sum of the inputs of the contributors that the report
/// lists.
pub fn assert_sum(board: &[u8], report: &Report) {
    if report.verdict == Verdict::Verified {
        let published = published(board).expect("a verified board has a publication");
        assert_eq!(published, sum_of(report), "{report}");
    }
}

/// The sums of the last message of a board.
fn published(mut board: &[u8]) -> Option<Vec<u128>> {
    let round = &sample().local.round;
    let start = Header::read(&mut board).ok()?.encode().len();
    let mut records = Records::new(board, start, round.longest_record());
    let mut last = None;
    while let Ok(Some(record)) = records.next_record() {
        let record = record.whole().ok()?;
        if record.kind == RecordKind::Message {
            last = Some(record);
        }
    }
    let body = Message::decode(&last?.bytes).ok()?.body;
    let publication = Publication::<Ristretto>::decode(&body, round.masked_scalars(), CLIENTS);
    publication.ok()?.sums(round).ok()
}
