//! Whole rounds: roles that see only their bytes.

use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg_circuits::bitplane::RistrettoBitplane;
use veragg_circuits::group::Ristretto;
use zeroize::Zeroizing;

use crate::aggregator::admission::Reply;
use crate::committee::aggregator::Aggregator;
use crate::committee::client::Client;
use crate::committee::record::Abridged;
use crate::committee::round::{Expectations, Invitation, Round};
use crate::committee::trustee::{restore, Restored, Trustee};
use crate::crypto::context::Version;
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::ClientId;
use crate::crypto::opening::Opening;
use crate::crypto::signing::SigningKey;
use crate::pairwise::publish::Publication;
use crate::round::committee::trustee::EntryFor;
use crate::round::committee::Committee;
use crate::round::configuration::{Configuration, SegmentConfiguration};
use crate::round::parameters::Assumptions;
use crate::round::phase::Phase;
use crate::round::protocol::Protocol;
use crate::round::roster::Roster;
use crate::wire::board::{Record, RecordKind};
use crate::wire::header::Header;
use crate::wire::message::{Message, ENVELOPE_LEN};

type Suite = RistrettoBitplane;

/// All parties of a round, and its header.
struct Parties {
    organiser: SigningKey,
    aggregator: Arc<SigningKey>,
    clients: Vec<Arc<SigningKey>>,
    trustees: Vec<(Arc<SigningKey>, KeyPair)>,
    header: Header,
    roster: Roster,
}

fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(&mut OsRng))
}

impl Parties {
    fn new(
        clients: u32,
        m: u32,
        t: u32,
        p: u32,
        segments: Vec<SegmentConfiguration>,
        columns: u32,
    ) -> Self {
        let organiser = SigningKey::generate(&mut OsRng);
        let aggregator = key();
        let clients: Vec<_> = (0..clients).map(|_| key()).collect();
        let keys = clients.iter().map(|key| key.verifying_key()).collect();
        let roster = Roster::new(keys).unwrap();
        let round_id = [9; 32];
        let known = organiser.verifying_key();
        let of = EntryFor {
            organiser: &known,
            round_id: &round_id,
        };
        let trustees: Vec<_> = (0..m)
            .map(|_| {
                let identity = key();
                let (pair, entry) = of.make(&identity, &mut OsRng);
                (identity, pair, entry)
            })
            .collect();
        let configuration = Configuration {
            version: Version::CURRENT,
            round_id,
            suite: veragg_circuits::proof_system::Suite::DEFAULT,
            key: None,
            columns,
            assumptions: Assumptions {
                clients: roster.clients(),
                corrupt_ppm: 100_000,
                dropout_ppm: 0,
            },
            roster: roster.root_digest(),
            beacon: [0; 32],
            aggregator: aggregator.verifying_key(),
            protocol: Protocol::Committee(Committee {
                colluding: t,
                packed: p,
                deadlines: [10, 20, 30, 40],
                trustees: trustees.iter().map(|(_, _, entry)| entry.clone()).collect(),
            }),
            min_contributors: 3,
            segments,
        };
        let header = Header::sign(&configuration, &roster, &organiser).unwrap();
        Self {
            organiser,
            aggregator,
            clients,
            trustees: trustees
                .into_iter()
                .map(|(identity, pair, _)| (identity, pair))
                .collect(),
            header,
            roster,
        }
    }

    fn client(&self, number: u32) -> Client<Suite> {
        let me = ClientId::new(number).unwrap();
        let invitation = Invitation::of(&self.header, &self.roster, me).unwrap();
        let invitation = Invitation::decode(&invitation.encode()).unwrap();
        let identity = &self.clients[me.index()];
        let known = self
            .trustees
            .iter()
            .map(|(identity, _)| identity.verifying_key());
        let expectations = Expectations {
            known: known.collect(),
            corrupt: 1,
            ..Expectations::default()
        };
        let own = identity.verifying_key();
        let organiser = self.organiser.verifying_key();
        let round = Round::accept(None, &invitation, &own, &organiser, &expectations).unwrap();
        Client::new(round, me, Arc::clone(identity))
    }

    fn round(&self) -> (Arc<Round<Suite>>, Arc<Roster>) {
        let (round, roster) = Round::open(&self.header, &self.organiser.verifying_key()).unwrap();
        (round, Arc::new(roster))
    }
}

fn store() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::new())
}

/// Plays a round, with the trustees that take part, and gives its board and the sums.
fn play(
    parties: &Parties,
    inputs: &[Option<Vec<u64>>],
    present: &[usize],
) -> (Vec<Record>, Vec<u128>) {
    let (round, roster) = parties.round();
    let log: Vec<Record> = Vec::new();
    let key = Arc::clone(&parties.aggregator);
    let mut aggregator =
        Aggregator::open(Arc::clone(&round), Arc::clone(&roster), key, log).unwrap();
    let take = |aggregator: &mut Aggregator<Suite, Vec<Record>>, message: Vec<u8>| {
        let reply = aggregator.receive(message, 0).unwrap();
        assert!(matches!(reply, Reply::Receipt(_)), "{reply:?}");
    };
    for (number, input) in (1..).zip(inputs) {
        if let Some(input) = input {
            let mut saved = store();
            let message = parties
                .client(number)
                .submit(input, &mut OsRng, &mut saved)
                .unwrap();
            take(&mut aggregator, message);
        }
    }
    aggregator.close().unwrap();
    let trustees: Vec<_> = present
        .iter()
        .map(|&index| {
            let (identity, pair) = &parties.trustees[index];
            let trustee = Trustee::join(
                Arc::clone(&round),
                Arc::clone(&roster),
                Arc::clone(identity),
                pair.clone(),
            );
            trustee.unwrap()
        })
        .collect();
    let mut checked = Vec::new();
    for trustee in trustees {
        let mut package = Vec::new();
        aggregator
            .submit_package(trustee.id(), &mut package)
            .unwrap();
        let (trustee, message) = trustee
            .check(Cursor::new(package), &mut OsRng)
            .unwrap()
            .save(&mut store())
            .unwrap();
        take(&mut aggregator, message);
        checked.push(trustee);
    }
    aggregator.close().unwrap();
    let package = aggregator.check_package().unwrap();
    let mut confirmed = Vec::new();
    for trustee in checked {
        // Stopped behind the write, and started again.
        let mut saved = store();
        let identity = Arc::clone(&parties.trustees[trustee.id().index()].0);
        let (_, message) = trustee.confirm(&package).unwrap().save(&mut saved).unwrap();
        let restored = restore(Arc::clone(&round), Arc::clone(&roster), identity, &saved);
        let Ok(Restored::Confirmed(trustee, again)) = restored else {
            panic!("{restored:?}");
        };
        assert_eq!(again, message);
        take(&mut aggregator, message);
        confirmed.push(trustee);
    }
    aggregator.close().unwrap();
    let package = aggregator.confirm_package().unwrap().unwrap();
    for trustee in confirmed {
        let (_, message) = trustee.open(&package).unwrap().save(&mut store()).unwrap();
        take(&mut aggregator, message);
    }
    aggregator.close().unwrap();
    assert_eq!(aggregator.phase(), Phase::Publish);
    let board: Vec<Record> = aggregator.board().map(Result::unwrap).collect();
    let sums = sums_of(&round, &board);
    (board, sums)
}

/// What a reader of the board finds: the submissions are whole, and the publication opens the sum of the commitments.
fn sums_of(round: &Round<Suite>, board: &[Record]) -> Vec<u128> {
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
                assert!(abridged.is_of(&envelope.body_root, parts) && abridged.shown.is_none());
                use veragg_circuits::proof_system::ProofSystem;
                let proof = round.proofs().decode(&body[..parts.lengths()[0]]).unwrap();
                for (sum, row) in rows.iter_mut().zip(round.proofs().rows(&proof)) {
                    *sum = Some(sum.map_or(row, |sum| sum + row));
                }
            }
            Phase::Publish => {
                let count = round.opening_scalars();
                let publication =
                    Publication::<Ristretto>::decode(&body, count, round.clients()).unwrap();
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
