//! Attempts to get a second share of an honest client in a further round of unmask. Its seed has come out in the round
//! before, since it contributes. With its mask secret no mask is left.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::pairwise::fraud_proof::{FalseAttestation, FraudProof};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use super::{ten, Played, COLLUDER, VICTIM};
use crate::default_suite::{configuration_builder, Suite};
use crate::fixtures::id;
use crate::watcher::coalition::{in_round, part, Coalition};

/// A round in which the victim contributes and its seed has come out. The aggregator says that the victim has left, and
/// shows these proofs.
fn shown(make: impl FnOnce(&Coalition<Suite>) -> Vec<FraudProof>) -> Played {
    shown_in(ten(), make)
}

fn shown_in(
    coalition: Coalition<Suite>,
    make: impl FnOnce(&Coalition<Suite>) -> Vec<FraudProof>,
) -> Played {
    let mut coalition = coalition.honest_until(Phase::Unmask(0));
    let messages = coalition.ask_all();
    coalition.take(messages);
    let proofs = make(&coalition);
    coalition.close(coalition.those(|number| number != VICTIM));
    let others = (1..=10).filter(|&number| number != VICTIM);
    coalition.ask_with(others, |_, package| {
        package.fraud_proofs.clone_from(&proofs)
    });
    Some(coalition)
}

/// The seed of the victim, which the coalition has reconstructed.
fn seed(coalition: &Coalition<Suite>) -> KeyScalar {
    *coalition.watcher.known().seed(id(VICTIM)).unwrap()
}

fn of_victim(coalition: &Coalition<Suite>, phase: Phase) -> Message {
    coalition.of(phase, VICTIM).unwrap()
}

fn attest_lengths(coalition: &Coalition<Suite>) -> Vec<usize> {
    let everybody = coalition.those(|_| true);
    coalition.round().attest_lengths(id(VICTIM), &everybody)
}

fn share_lengths(coalition: &Coalition<Suite>) -> Vec<usize> {
    let everybody = coalition.those(|_| true);
    coalition.round().share_lengths(id(VICTIM), &everybody)
}

/// A proof by a seed, from the messages of attest and share.
fn by_seed(
    coalition: &Coalition<Suite>,
    attested: &Message,
    secret: KeyScalar,
    shared: &Message,
) -> Vec<FraudProof> {
    vec![FraudProof {
        attestation: attested.envelope.clone(),
        head: part(attested, &attest_lengths(coalition), 0),
        shows: FalseAttestation::Seed {
            secret,
            sharing: shared.envelope.clone(),
            seed: part(shared, &share_lengths(coalition), 0),
        },
    }]
}

/// A proof by the edge to the colluder, with these keys of the victim's neighbours.
fn by_edge(
    coalition: &Coalition<Suite>,
    secret: KeyScalar,
    keys: Vec<EncodedPoint>,
) -> Vec<FraudProof> {
    let (attested, lengths) = (
        of_victim(coalition, Phase::Attest),
        attest_lengths(coalition),
    );
    let at = neighbours(coalition)
        .iter()
        .position(|&number| number == COLLUDER);
    vec![FraudProof {
        attestation: attested.envelope.clone(),
        head: part(&attested, &lengths, 0),
        shows: FalseAttestation::Edge {
            secret,
            neighbour: id(COLLUDER),
            keys,
            edges: part(&attested, &lengths, 1 + at.unwrap()),
        },
    }]
}

fn neighbours(coalition: &Coalition<Suite>) -> Vec<u32> {
    let everybody = coalition.those(|_| true);
    let neighbours = lists::holders(coalition.round().graph(), &everybody, id(VICTIM));
    neighbours.iter().map(|client| client.number()).collect()
}

fn keys(coalition: &Coalition<Suite>) -> Vec<EncodedPoint> {
    let neighbours = neighbours(coalition).into_iter();
    neighbours
        .map(|number| coalition.keys_of(number).mask)
        .collect()
}

/// The victim's message of a phase with another part 0, which the aggregator signs.
fn forged(coalition: &Coalition<Suite>, phase: Phase, lengths: &[usize], head: &[u8]) -> Message {
    let message = of_victim(coalition, phase);
    let parts = message.parts(lengths).unwrap();
    let mut parts: Vec<_> = parts.into_iter().map(<[u8]>::to_vec).collect();
    parts[0] = head.to_vec();
    let (context, sender) = (*coalition.round().context(), Sender::Client(id(VICTIM)));
    let key = &coalition.local.aggregator_key;
    Message::sign(
        key,
        context,
        phase,
        sender,
        message.envelope.answers,
        &parts,
    )
}

/// Part 0 of the attestation of another client.
fn head_of_another(coalition: &Coalition<Suite>) -> Vec<u8> {
    let other = coalition.of(Phase::Attest, 1).unwrap();
    let parts = other.parts(&attest_lengths(coalition)).unwrap();
    parts[0].to_vec()
}

pub(super) fn without_a_proof() -> Played {
    shown(|_| Vec::new())
}

/// The victim took part in an earlier round, with the same long-term key.
fn after_another_round(
    make: impl FnOnce(&Coalition<Suite>, &Coalition<Suite>) -> Vec<FraudProof>,
) -> Played {
    let earlier = ten().honest_until(Phase::Publish);
    let (roster, aggregator) = (earlier.round().roster(), &earlier.local.aggregator_key);
    let builder = configuration_builder(10, &super::SMALL).key(earlier.local.header.key.clone());
    let configuration = builder.build_for::<Suite>(roster, aggregator.verifying_key(), &mut OsRng);
    let local = in_round(&earlier.local, &configuration.unwrap(), roster)?;
    let coalition = Coalition::new(local, &[COLLUDER]);
    shown_in(coalition, |coalition| make(coalition, &earlier))
}

pub(super) fn by_the_attestation_of_another_round() -> Played {
    after_another_round(|coalition, earlier| {
        let attested = of_victim(earlier, Phase::Attest);
        let shared = of_victim(coalition, Phase::Share);
        by_seed(coalition, &attested, seed(coalition), &shared)
    })
}

pub(super) fn by_the_seed_of_another_round() -> Played {
    after_another_round(|coalition, earlier| {
        let attested = of_victim(coalition, Phase::Attest);
        let shared = of_victim(earlier, Phase::Share);
        by_seed(coalition, &attested, seed(earlier), &shared)
    })
}

pub(super) fn by_a_forged_attestation() -> Played {
    shown(|coalition| {
        let (lengths, head) = (attest_lengths(coalition), head_of_another(coalition));
        let attested = forged(coalition, Phase::Attest, &lengths, &head);
        let shared = of_victim(coalition, Phase::Share);
        by_seed(coalition, &attested, seed(coalition), &shared)
    })
}

pub(super) fn by_a_forged_seed() -> Played {
    shown(|coalition| {
        let seed = KeyScalar::random(&mut OsRng);
        let head = Ristretto::encode_point(&(&seed * KEY_TABLE));
        let shared = forged(coalition, Phase::Share, &share_lengths(coalition), &head);
        by_seed(
            coalition,
            &of_victim(coalition, Phase::Attest),
            seed,
            &shared,
        )
    })
}

pub(super) fn by_a_random_seed() -> Played {
    shown(|coalition| {
        let seed = KeyScalar::random(&mut OsRng);
        let of = |phase| of_victim(coalition, phase);
        by_seed(coalition, &of(Phase::Attest), seed, &of(Phase::Share))
    })
}

pub(super) fn by_the_true_seed() -> Played {
    shown(|coalition| {
        let of = |phase| of_victim(coalition, phase);
        by_seed(
            coalition,
            &of(Phase::Attest),
            seed(coalition),
            &of(Phase::Share),
        )
    })
}

pub(super) fn by_a_key_that_was_not_attested() -> Played {
    shown(|coalition| {
        let (other, mut keys) = (KeyPair::generate(&mut OsRng), keys(coalition));
        let at = neighbours(coalition)
            .iter()
            .position(|&number| number == COLLUDER);
        keys[at.unwrap()] = *other.public();
        by_edge(coalition, *other.secret(), keys)
    })
}

pub(super) fn by_a_random_secret() -> Played {
    shown(|coalition| by_edge(coalition, KeyScalar::random(&mut OsRng), keys(coalition)))
}

pub(super) fn by_the_true_secret_of_a_colluder() -> Played {
    shown(|coalition| {
        let key = coalition.keys_of(COLLUDER).mask;
        let secret = *coalition.watcher.known().logarithm(&key).unwrap();
        by_edge(coalition, secret, keys(coalition))
    })
}

/// The aggregator exchanges part 0 of the attestation for that of another client.
pub(super) fn by_a_spoilt_part() -> Played {
    shown(|coalition| {
        let of = |phase| of_victim(coalition, phase);
        let seed = seed(coalition);
        let mut proofs = by_seed(coalition, &of(Phase::Attest), seed, &of(Phase::Share));
        proofs[0].head.bytes = head_of_another(coalition);
        proofs
    })
}
