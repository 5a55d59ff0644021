//! Malicious clients, each in a real round: who is named, who is not, and what the sum is.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use ark_ff::One;
use rand_core::{CryptoRngCore, OsRng};
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::codec::DecodeError;
use veragg::circuits::commitment::CommitKey;
use veragg::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg::circuits::group::Group;
use veragg::circuits::packing::Layout;
use veragg::circuits::proof_system::{
    Binding, ProofPart, ProofSystem, Proven, SetUp, Sizes, Suite as SuiteName, Unsupported,
};
use veragg::circuits::statement::{InputError, Segment, Statement};
use veragg::protocol::crypto::ids::ClientSet;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::pairwise::advertise::Advertisement;
use veragg::protocol::pairwise::share::DealtPair;
use veragg::protocol::round::configuration::SignedConfiguration;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::roster::Roster;
use veragg::protocol::round::Round;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::protocol::wire::receipt::Reason;
use veragg::verifier::{audit, Check, Culprit, Options, Verdict};
use veragg_lab::equivocator::with_second_message;
use veragg_lab::local::{play, LocalRound, Party};
use veragg_lab::CorruptAggregator;
use veragg_lab::{
    client, expect, id, sign_again, PlaySetUp, Scene, Suite, SuiteGroup, SuiteScalar,
};

const SMALL: [(usize, u64); 1] = [(3, 100)];
const AGGREGATOR: Culprit = Culprit::Aggregator;

/// The suite with a prover for a wider range: it proves that every value is below 128. The verifier is the honest
/// one.
#[derive(Debug)]
struct WiderProver {
    honest: RistrettoBitplane,
    wider: RistrettoBitplane,
}

impl ProofSystem for WiderProver {
    type Group = Ristretto;
    type Proof = <RistrettoBitplane as ProofSystem>::Proof;
    type SetUp = ();
    const SUITE: SuiteName = RistrettoBitplane::SUITE;

    fn sizes(
        set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Sizes, Unsupported> {
        RistrettoBitplane::sizes(set_up, statement, clients, columns)
    }

    fn new(
        set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Self, Unsupported> {
        let wider = statement.segments().iter();
        let wider = wider.map(|s| Segment::range(s.len, 128)).collect();
        let wider = Statement::new(wider).unwrap();
        Ok(Self {
            honest: RistrettoBitplane::new(set_up, statement, clients, columns)?,
            wider: RistrettoBitplane::new(set_up, &wider, clients, columns)?,
        })
    }

    fn best_columns(set_up: &(), statement: &Statement, clients: u32) -> usize {
        RistrettoBitplane::best_columns(set_up, statement, clients)
    }

    fn best_batch(&self) -> usize {
        self.honest.best_batch()
    }

    fn layout(&self) -> &Layout {
        self.honest.layout()
    }

    fn key(&self) -> &CommitKey<Ristretto> {
        self.honest.key()
    }

    fn proof_len(&self) -> usize {
        self.honest.proof_len()
    }

    fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Ristretto>, InputError> {
        match self.honest.prove(binding, x, rng) {
            Err(InputError::Range { .. }) => self.wider.prove(binding, x, rng),
            proven => proven,
        }
    }

    fn decode(&self, bytes: &[u8]) -> Result<Self::Proof, DecodeError> {
        self.honest.decode(bytes)
    }

    fn rows(&self, proof: &Self::Proof) -> Vec<KeyPoint> {
        self.honest.rows(proof)
    }

    fn verify_batch(&self, batch: &[(Binding, &Self::Proof)]) -> Vec<(usize, ProofPart)> {
        self.honest.verify_batch(batch)
    }
}

#[test]
fn a_value_at_the_bound_or_above_is_named_and_left_out() {
    for value in [100, 101, 127] {
        let builder = veragg_lab::configuration_builder(4, &SMALL);
        let local: LocalRound<WiderProver> = LocalRound::new(4, builder, &mut OsRng).unwrap();
        let mut parties: Vec<Box<dyn Party>> = Vec::new();
        for number in 1..=4 {
            let top = if number == 2 { value } else { 99 };
            let client = local.client(id(number), vec![1, top, 0]).unwrap();
            parties.push(Box::new(client));
        }
        let aggregator = local.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut parties, |_| ()).unwrap();
        let board = local.board(&played.aggregator.records().unwrap());
        let options = Options {
            organiser: Some(local.organiser),
            aggregate: Some(vec![3, 297, 0]),
            ..Options::default()
        };
        let report = audit(Cursor::new(&board), &options).unwrap();
        let faults = [(client(2), Check::InputRange)];
        expect(&report, Verdict::Verified, &[1, 3, 4], &faults, &[]);
        assert_eq!(report.absent[0].outcome, "excluded for a fault (submit)");
    }
}

/// Adds `delta` to one coordinate of a submission, both in the commitment to its lowest bit and in its masked
/// vector. So only the range proof can notice it.
fn shift(
    scene: &Scene,
    coordinate: usize,
    delta: SuiteScalar,
) -> impl FnMut(&mut Vec<Vec<u8>>) + Send {
    let round = Arc::clone(&scene.local.round);
    move |parts| {
        let segment = round.layout().segments()[0].clone();
        let (slot, scalar) = (coordinate / segment.scalars, coordinate % segment.scalars);
        let key = round.proofs().key();
        let one = SuiteScalar::from(1u64);
        let weight = (0..segment.width as usize * slot).fold(one, |w, _| w + w);
        let (first, by, column) = if Suite::SUITE.has_key() {
            // One commitment to all packed scalars.
            (0, delta * weight, scalar)
        } else {
            // Each row holds one coordinate, with a commitment for each of its bits.
            let bits = (u64::BITS - (segment.bound - 1).leading_zeros()) as usize;
            (coordinate * bits, delta, 0)
        };
        let at = first * SuiteGroup::POINT_LEN..(first + 1) * SuiteGroup::POINT_LEN;
        let old = SuiteGroup::decode_point(&parts[0][at.clone()], "commitment").unwrap();
        let mut values = vec![SuiteScalar::from(0u64); column + 1];
        values[column] = by;
        let new = old + key.commit_row_vartime(&values, SuiteScalar::from(0u64));
        parts[0][at].copy_from_slice(&SuiteGroup::encode_point(&new));
        let at = scalar * 32..(scalar + 1) * 32;
        let old = SuiteGroup::decode_scalar(&parts[1][at.clone()], "masked").unwrap();
        parts[1][at].copy_from_slice(&SuiteGroup::encode_scalar(&(old + delta * weight)));
    }
}

/// Plays a round in which client 3 changes its submission. Asserts that client 3 is named for `check`, and that the
/// round delivers the sum of the others.
#[track_caller]
fn submission_is_left_out(
    scene: Scene,
    check: Check,
    alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
) {
    let lengths = scene.local.round.submit_lengths();
    let finished = scene
        .altering_parts(3, Phase::Submit, lengths, alter)
        .play();
    let report = finished.is_verified(&[1, 2, 4], &[(client(3), check)]);
    assert_eq!(report.absent[0].outcome, "excluded for a fault (submit)");
}

#[test]
fn a_negative_value_and_any_other_outside_the_range_is_named() {
    // Coordinate 0 of client 3 is 0, coordinate 1 is 99.
    for (coordinate, delta) in [
        (0, -SuiteScalar::from(1u64)),
        (0, SuiteScalar::from(100u64)),
        (0, SuiteScalar::from(u64::MAX)),
        (1, SuiteScalar::from(1u64)),
        (1, SuiteScalar::from(2u64)),
        (1, -SuiteScalar::from(100u64)),
    ] {
        let scene = Scene::new(4, &SMALL);
        assert_eq!(scene.inputs[2][..2], [0, 99]);
        let alter = shift(&scene, coordinate, delta);
        submission_is_left_out(scene, Check::InputRange, alter);
    }
}

#[test]
fn one_coordinate_of_many_is_enough() {
    let scene = Scene::new(4, &[(200, 256)]);
    assert_eq!(scene.inputs[2][196], 255);
    let alter = shift(&scene, 196, SuiteScalar::from(1u64));
    submission_is_left_out(scene, Check::InputRange, alter);
}

#[test]
fn the_proof_and_commitments_of_another_client_are_refused() {
    let copied: Arc<Mutex<Vec<u8>>> = Arc::default();
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let (proof_len, source) = (lengths[0], Arc::clone(&copied));
    let (key, round) = (scene.key(3), Arc::clone(&scene.local.round));
    let scene = scene.altering(1, move |phase, _, messages| {
        if phase == Phase::Submit {
            let body = &Message::decode(&messages[0]).unwrap().body;
            *source.lock().unwrap() = body[..proof_len].to_vec();
        }
        messages
    });
    let finished = scene
        .altering(3, move |phase, _, messages| {
            if phase != Phase::Submit {
                return messages;
            }
            let copied = copied.lock().unwrap().clone();
            vec![sign_again(
                &key,
                &messages[0],
                &round.submit_lengths(),
                &mut |parts| {
                    parts[0].clone_from(&copied);
                },
            )]
        })
        .play_in_turn();
    finished.is_verified(&[1, 2, 4], &[(client(3), Check::InputRange)]);
}

#[test]
fn an_earlier_rounds_submission_is_refused_at_admission() {
    let earlier = Scene::new(4, &SMALL).play();
    // Another round with the same parties.
    let mut local = veragg_lab::local_round(4, &SMALL);
    let roster = &earlier.local.header.roster;
    let roster = Roster::decode(roster).unwrap();
    let aggregator = earlier.local.aggregator_key.verifying_key();
    let builder = veragg_lab::configuration_builder(4, &SMALL);
    #[allow(clippy::let_unit_value)] // Not in every suite.
    let set_up = <Suite as ProofSystem>::SetUp::of(&builder.statement().unwrap(), 4);
    let configuration = builder
        .key(set_up.public())
        .build_for::<Suite>(&roster, aggregator, &mut OsRng)
        .unwrap();
    let organiser = SigningKey::generate(&mut OsRng);
    local.header.configuration = SignedConfiguration::sign(&configuration, &organiser);
    local.header.roster = roster.encode();
    local.organiser = organiser.verifying_key();
    local.aggregator_key = earlier.local.aggregator_key;
    local.client_keys = earlier.local.client_keys;
    let header = &local.header;
    let round = Round::open_with(&set_up, header, &local.organiser);
    local.round = Arc::new(round.unwrap());
    let replayed: Vec<Vec<u8>> = earlier.records.into_iter().map(|r| r.bytes).collect();
    let finished = Scene::of(local)
        .altering(3, move |phase, _, messages| {
            if phase != Phase::Submit {
                return messages;
            }
            let old = replayed.iter().filter(|bytes| {
                Message::decode(bytes).is_ok_and(|message| {
                    let sender = Sender::Client(id(3));
                    message.envelope.phase == Phase::Submit && message.envelope.sender == sender
                })
            });
            old.cloned().collect()
        })
        .play();
    let report = finished.is_verified(&[1, 2, 4], &[]);
    assert_eq!(report.absent[0].outcome, "dropped (submit)");
    assert_eq!(finished.refusals.len(), 1);
    assert_eq!(finished.refusals[0].2.reason, Reason::Context);
}

#[test]
fn a_masked_vector_that_does_not_match_is_named() {
    let altered = |alter: fn(SuiteScalar) -> SuiteScalar, scalar: usize| {
        let scene = Scene::new(4, &SMALL);
        assert_eq!(scene.local.round.masked_scalars(), 2);
        let lengths = scene.local.round.submit_lengths();
        let finished = scene.altering_parts(3, Phase::Submit, lengths, move |parts| {
            let at = scalar * 32..(scalar + 1) * 32;
            let old = SuiteGroup::decode_scalar(&parts[1][at.clone()], "masked").unwrap();
            parts[1][at].copy_from_slice(&SuiteGroup::encode_scalar(&alter(old)));
        });
        let report = finished
            .play()
            .is_verified(&[1, 2, 4], &[(client(3), Check::RowLinks)]);
        assert_eq!(report.absent[0].outcome, "excluded for a fault (attest)");
    };
    // Another value, another slot of the scalar, another blinding, and a random scalar.
    altered(|old| old + SuiteScalar::from(1u64), 0);
    altered(|old| old - SuiteScalar::from(1u64), 0);
    altered(|old| old + SuiteScalar::from(1u64 << 9), 0);
    altered(|old| old + SuiteScalar::from(1u64), 1);
    altered(|_| SuiteGroup::from_uniform_bytes(&[0xa5; 64]), 0);
}

/// Plays a round of four in which client 3 changes its message of share.
fn sharing(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> veragg_lab::Finished {
    sharing_among(4, alter)
}

fn sharing_among(
    clients: u32,
    alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
) -> veragg_lab::Finished {
    let scene = Scene::new(clients, &SMALL);
    let round = &scene.local.round;
    let all = ClientSet::of(clients, |_| true);
    let lengths = round.share_lengths(id(3), &all);
    scene.altering_parts(3, Phase::Share, lengths, alter).play()
}

fn alter_pair(part: &mut Vec<u8>, alter: impl FnOnce(&mut DealtPair)) {
    let mut pair = DealtPair::decode(part).unwrap();
    alter(&mut pair);
    *part = pair.encode();
}

#[test]
fn commitments_off_the_polynomial_are_named() {
    let one = KEY_TABLE.basepoint();
    // One wrong share of each secret.
    for secret in 0..2 {
        let finished = sharing(move |parts| {
            alter_pair(&mut parts[2], |pair| pair.commitments[secret] += one);
        });
        let report = finished.is_verified(&[1, 2, 4], &[(client(3), Check::SetUp)]);
        assert_eq!(report.absent[0].outcome, "excluded for a fault (share)");
    }
    // A seed commitment that does not fit the shares.
    let finished = sharing(move |parts| {
        let seed = Ristretto::decode_point(&parts[0], "seed").unwrap();
        parts[0] = Ristretto::encode_point(&(seed + one));
    });
    finished.is_verified(&[1, 2, 4], &[(client(3), Check::SetUp)]);
    // A polynomial of too high a degree: with three holders and threshold 2, add c x (x - 1) (x - 2).
    let finished = sharing(move |parts| {
        for (holder, part) in [1u64, 2, 4].into_iter().zip(parts.iter_mut().skip(1)) {
            let shift = KeyScalar::from(holder * (holder - 1) * holder.saturating_sub(2));
            alter_pair(part, |pair| pair.commitments[0] += one * shift);
        }
    });
    finished.is_verified(&[1, 2, 4], &[(client(3), Check::SetUp)]);
}

#[test]
fn a_key_without_its_secret_is_named() {
    // A key made from that of client 1, with the own proof and with that of client 1.
    for copied_proof in [false, true] {
        let victim: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
        let source = Arc::clone(&victim);
        let scene = Scene::new(4, &SMALL);
        let (key, lengths) = (scene.key(3), scene.local.round.advertise_lengths());
        let finished = scene
            .altering(1, move |phase, _, messages| {
                if phase == Phase::Advertise {
                    let message = Message::decode(&messages[0]);
                    *source.lock().unwrap() = Some(message.unwrap().body);
                }
                messages
            })
            .altering(3, move |phase, _, messages| {
                if phase != Phase::Advertise {
                    return Vec::new();
                }
                let victim = victim.lock().unwrap().clone().unwrap();
                let victim = Advertisement::decode(&victim).unwrap();
                vec![sign_again(&key, &messages[0], &lengths, &mut |parts| {
                    let mut mine = Advertisement::decode(&parts[0]).unwrap();
                    mine.keys.mask = victim.keys.mask;
                    if copied_proof {
                        mine.mask_proof = victim.mask_proof;
                    } else {
                        mine.keys.mask += victim.keys.mask;
                    }
                    parts[0] = mine.encode();
                })]
            })
            .play_in_turn();
        let report = finished.is_verified(&[1, 2, 4], &[(client(3), Check::SetUp)]);
        assert_eq!(report.absent[0].outcome, "excluded for a fault (advertise)");
    }
}

/// The same scalar of a group, not reduced: with the order of the group added.
fn add_order<G: Group>(scalar: &mut [u8]) {
    let mut order = G::encode_scalar(&-G::Scalar::one());
    // The order is odd, so nothing is carried.
    order[0] += 1;
    let mut carry = 0;
    for (byte, order) in scalar.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
}

#[test]
fn senders_of_bodies_that_are_not_canonical_are_named() {
    const BAD_POINTS: [[u8; 32]; 3] = [[0; 32], [0xff; 32], {
        let mut odd = [0; 32];
        odd[0] = 1;
        odd
    }];
    // The last scalar of a part.
    const END: usize = usize::MAX;
    let alike = |scene: &Scene, phase| match phase {
        Phase::Advertise => scene.local.round.advertise_lengths(),
        Phase::Share => {
            let all = ClientSet::of(4, |_| true);
            scene.local.round.share_lengths(id(3), &all)
        }
        _ => scene.local.round.submit_lengths(),
    };
    // The bodies of submit are of the group of the suite, the others of that of the keys.
    let beyond = |phase| match phase {
        Phase::Submit => add_order::<SuiteGroup>,
        _ => add_order::<Ristretto>,
    };
    // The phase, the part, the offset in it, whether a scalar is there, and the check that fails.
    for (phase, part, at, is_scalar, check) in [
        (Phase::Advertise, 0, 0, false, Check::Messages),
        (Phase::Advertise, 0, 32, false, Check::Messages),
        (Phase::Advertise, 0, 64, true, Check::Messages),
        (Phase::Advertise, 0, 160, true, Check::Messages),
        (Phase::Share, 0, 0, false, Check::Messages),
        (Phase::Share, 1, 0, false, Check::Messages),
        (Phase::Share, 2, 32, false, Check::Messages),
        (Phase::Submit, 0, 0, false, Check::InputCommitments),
        (Phase::Submit, 0, 3 * 32, false, Check::InputCommitments),
        (Phase::Submit, 0, END, true, Check::InputCommitments),
        (Phase::Submit, 1, 0, true, Check::Messages),
        (Phase::Submit, 1, 32, true, Check::Messages),
    ] {
        let fillings = if is_scalar { 1 } else { BAD_POINTS.len() };
        for point in BAD_POINTS.iter().take(fillings) {
            let scene = Scene::new(4, &SMALL);
            let lengths = alike(&scene, phase);
            let finished = scene
                .altering_parts(3, phase, lengths, move |parts| {
                    let at = at.min(parts[part].len() - 32);
                    let position = &mut parts[part][at..at + 32];
                    if is_scalar {
                        beyond(phase)(position);
                    } else {
                        position.copy_from_slice(point);
                    }
                })
                .play();
            let report = finished.is_verified(&[1, 2, 4], &[(client(3), check)]);
            let outcome = format!("excluded for a fault ({phase})");
            assert_eq!(report.absent[0].outcome, outcome, "part {part}, byte {at}");
        }
    }
}

#[test]
fn a_wrong_share_at_unmask_is_named_and_not_needed() {
    let wrong = |part: &mut Vec<u8>| part[0] ^= 1;
    let not_canonical = |part: &mut Vec<u8>| add_order::<Ristretto>(&mut part[..32]);
    type Alter = fn(&mut Vec<u8>);
    let cases: [(Alter, Check); 2] = [(wrong, Check::Unmasking), (not_canonical, Check::Messages)];
    for (alter, check) in cases {
        let scene = Scene::new(4, &SMALL);
        let all = ClientSet::of(4, |_| true);
        let lengths = scene.local.round.unmask_lengths(id(3), &all);
        let finished = scene
            .altering_parts(3, Phase::Unmask(0), lengths, move |parts| {
                alter(&mut parts[0])
            })
            .play();
        finished.is_verified(&[1, 2, 3, 4], &[(client(3), check)]);
    }
}

/// Client 3 sends two submissions.
fn with_second_submission(scene: Scene) -> Scene {
    let lengths = scene.local.round.submit_lengths();
    with_second_message(scene, 3, Phase::Submit, lengths, |parts| parts[1][0] ^= 1)
}

#[test]
fn a_second_message_in_one_phase_is_refused() {
    let finished = with_second_submission(Scene::new(4, &SMALL)).play();
    finished.is_verified(&[1, 2, 3, 4], &[]);
    assert_eq!(finished.refusals.len(), 1);
    assert_eq!(finished.refusals[0].2.reason, Reason::Occupied);
}

#[test]
fn two_messages_that_an_aggregator_took_name_both() {
    let finished = CorruptAggregator::new().play(with_second_submission(Scene::new(4, &SMALL)));
    let faults = [(client(3), Check::Messages), (AGGREGATOR, Check::Messages)];
    let failed = [Check::Messages];
    expect(
        &finished.audit(),
        Verdict::Failed,
        &[1, 2, 3, 4],
        &faults,
        &failed,
    );
}

#[test]
fn only_a_client_that_drops_out_is_left_out() {
    // The last phase in which client 3 sends a message.
    for (last, contributors, outcome) in [
        (Phase::Advertise, &[1, 2, 4][..], Some("dropped (share)")),
        (Phase::Share, &[1, 2, 4], Some("dropped (confirm)")),
        (Phase::Confirm, &[1, 2, 4], Some("dropped (submit)")),
        (Phase::Submit, &[1, 2, 4], Some("dropped (attest)")),
        (Phase::Attest, &[1, 2, 3, 4], None),
        (Phase::Acknowledge, &[1, 2, 3, 4], None),
    ] {
        let finished = Scene::new(4, &SMALL).dropping(3, last).play();
        let report = finished.is_verified(contributors, &[]);
        let found = report.absent.first().map(|absent| absent.outcome.as_str());
        assert_eq!(found, outcome);
    }
}
