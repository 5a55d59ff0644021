//! Whole rounds: roles that see only their bytes.

use std::sync::Arc;

use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::circuits::proof_system::ProofSystem;

use veragg_lab::committee::{store, Parties, Suite, Table};
use veragg_protocol::committee::record::Abridged;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::trustee::{restore, Restored};
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, Sender, ENVELOPE_LEN};

/// Plays a round, with the trustees that take part, and gives its board and the sums.
fn play(
    parties: &Parties,
    inputs: &[Option<Vec<u64>>],
    present: &[usize],
) -> (Vec<Record>, Vec<u128>) {
    let mut table = Table::new(parties);
    for (number, input) in (1..).zip(inputs) {
        if let Some(input) = input {
            let message = table.submission(number, input);
            table.take(message);
        }
    }
    table.aggregator.close(u64::MAX).unwrap();
    let checked: Vec<_> = present.iter().map(|&index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let package = table.aggregator.check_package().unwrap();
    let mut confirmed = Vec::new();
    for trustee in checked {
        // Stopped behind the write, and started again.
        let mut saved = store();
        let identity = Arc::clone(&parties.trustees[trustee.id().index()].0);
        let (_, message) = trustee.confirm(&package).unwrap().save(&mut saved).unwrap();
        let (round, roster) = (Arc::clone(&table.round), Arc::clone(&table.roster));
        let restored = restore(round, roster, identity, &saved);
        let Ok(Restored::Confirmed(trustee, again)) = restored else {
            panic!("{restored:?}");
        };
        assert_eq!(again, message);
        table.take(message);
        confirmed.push(trustee);
    }
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    assert_eq!(table.aggregator.phase(), Phase::Publish);
    let board = table.board();
    let everybody = ClientSet::of(table.round.clients(), |client| {
        inputs[client.index()].is_some()
    });
    let sums = sums_of(&table.round, &board, &everybody);
    (board, sums)
}

/// What a reader of the board finds: the submissions are whole, and the publication opens the sum of the commitments.
pub(super) fn sums_of(
    round: &Round<Suite>,
    board: &[Record],
    contributors: &ClientSet,
) -> Vec<u128> {
    let parts = round.parts();
    let mut rows = vec![None; round.layout().rows()];
    let mut sums = Vec::new();
    for record in board {
        assert!(record.bytes.len() <= round.longest_record());
        if record.kind == RecordKind::Checkpoint {
            continue;
        }
        let Message { envelope, body } = Message::decode(&record.bytes).unwrap();
        match envelope.phase {
            Phase::Submit => {
                assert_eq!(record.kind, RecordKind::Submission);
                let abridged = Abridged::cut(&body, parts).unwrap();
                assert!(abridged.is_of(&envelope.body_root, parts));
                let Sender::Client(client) = envelope.sender else {
                    panic!("{:?}", envelope.sender);
                };
                if !contributors.contains(client) {
                    continue;
                }
                assert!(abridged.shown.is_none());
                let proof = round.proofs().decode(&body[..parts.lengths()[0]]).unwrap();
                for (sum, row) in rows.iter_mut().zip(round.proofs().rows(&proof)) {
                    *sum = Some(sum.map_or(row, |sum| sum + row));
                }
            }
            Phase::Publish => {
                let count = round.opening_scalars();
                let publication =
                    Publication::<Ristretto>::decode_committee(&body, count, round.clients())
                        .unwrap();
                let mut opening = Opening::new(round.proofs(), round.context(), &envelope.entry());
                for scalar in &publication.opening {
                    opening.push(scalar);
                }
                let rows: Vec<_> = rows.iter().copied().map(Option::unwrap).collect();
                assert!(opening.opens(&rows));
                let contributors = publication.contributors().len() as u32;
                let packed = &publication.opening[..round.layout().scalars()];
                sums = round.layout().unpack(packed, contributors).unwrap();
            }
            _ => assert_eq!(record.kind, RecordKind::Message),
        }
        assert!(record.bytes.len() >= ENVELOPE_LEN);
    }
    sums
}

#[test]
fn a_round_gives_the_sum_with_an_absent_client_and_an_absent_trustee() {
    let segments = vec![SegmentConfiguration::integers("answers", 16, 2)];
    let parties = Parties::new(6, 4, 1, 1, segments, 1);
    let inputs: Vec<Option<Vec<u64>>> = (0..6u64)
        .map(|client| (client != 2).then(|| (0..16).map(|at| (at + client) % 2).collect()))
        .collect();
    let (board, sums) = play(&parties, &inputs, &[0, 2, 3]);
    let want: Vec<u128> = (0..16)
        .map(|at| inputs.iter().flatten().map(|x| u128::from(x[at])).sum())
        .collect();
    assert_eq!(sums, want);
    // Five submissions, three messages of trustees in each of three phases, a publication, and five checkpoints.
    assert_eq!(board.len(), 5 + 9 + 1 + 5);
}

#[test]
fn rows_are_packed_and_come_out_in_order() {
    for (m, t, p, large, present) in [
        (4, 1, 2, 30, vec![1, 2, 3]),
        (7, 2, 3, 25, vec![0, 1, 2, 5, 6]),
        (3, 1, 2, 30, vec![0, 1, 2]),
    ] {
        // In one column 4 rows, and one for each five of the large ones.
        let segments = vec![
            SegmentConfiguration::integers("small", 40, 1 << 16),
            SegmentConfiguration::integers("large", large, 1 << 40),
        ];
        let parties = Parties::new(5, m, t, p, segments, 1);
        let (round, _) = parties.round();
        assert_eq!(round.layout().rows(), 4 + large / 5);
        assert!(round.parts().blocks() > 1);
        let inputs: Vec<Option<Vec<u64>>> = (1..6u64)
            .map(|client| {
                let small = (0..40).map(|at| at * client);
                Some(
                    small
                        .chain((0..large as u64).map(|at| (at * client) << 30))
                        .collect(),
                )
            })
            .collect();
        let (_, sums) = play(&parties, &inputs, &present);
        let want: Vec<u128> = (0..40 + large)
            .map(|at| inputs.iter().flatten().map(|x| u128::from(x[at])).sum())
            .collect();
        assert_eq!(sums, want, "{m} {t} {p}");
    }
}
