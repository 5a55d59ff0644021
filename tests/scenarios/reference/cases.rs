//! One kind of attack after the other.

use veragg::protocol::round::phase::Phase;

use super::attacks::Attack;
use super::judgement::{Judgement, Outcome};
use super::{agree, SMALL};
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::{configuration_builder, id, Finished, Scene};

/// A round of ten in which these clients attack.
fn round(attacks: &[(u32, Attack)]) -> Finished {
    let scene = Scene::new(10, &SMALL);
    let enter = |scene, (number, attack): &(u32, Attack)| attack.clone().enter(scene, *number);
    attacks.iter().fold(scene, enter).play()
}

/// Asserts that reference, verifier and aggregator agree about such a round, that exactly these clients are named, and
/// that all but the `absent` contribute.
#[track_caller]
fn case(attacks: &[(u32, Attack)], named: &[(u32, &'static str)], absent: &[u32]) -> Judgement {
    let judgement = agree(&round(attacks));
    assert_eq!(judgement.named, named.iter().copied().collect());
    let rest: Vec<_> = (1..=10).filter(|client| !absent.contains(client)).collect();
    assert_eq!(judgement.contributors, rest);
    judgement
}

const CLIENT_PHASES: [Phase; 7] = [
    Phase::Advertise,
    Phase::Share,
    Phase::Confirm,
    Phase::Submit,
    Phase::Attest,
    Phase::Dispute,
    Phase::Acknowledge,
];

#[test]
fn everybody_honest() {
    for clients in [4, 10] {
        let judgement = agree(&Scene::new(clients, &SMALL).play());
        assert_eq!(judgement.contributors.len(), clients as usize);
        assert!(judgement.named.is_empty());
    }
}

#[test]
fn dropouts_after_each_phase() {
    for (index, phase) in CLIENT_PHASES.into_iter().enumerate() {
        let absent: &[u32] = if index < 4 { &[3] } else { &[] };
        case(&[(3, Attack::Drops(phase))], &[], absent);
    }
    case(&[(3, Attack::Silent), (9, Attack::Silent)], &[], &[3, 9]);
}

#[test]
fn set_up() {
    case(&[(3, Attack::NoPossession)], &[(3, "V-06")], &[3]);
    for secret in 0..2 {
        case(&[(3, Attack::WrongDegree(secret))], &[(3, "V-06")], &[3]);
    }
    for holders in [1, 5, 9] {
        case(&[(3, Attack::BadSeal(holders))], &[(3, "V-06")], &[3]);
    }
    case(&[(5, Attack::AccusesFalsely(3))], &[(5, "V-06")], &[5]);
    case(&[(5, Attack::AccusesWithout(3, 4))], &[(5, "V-06")], &[5]);
    // A client with a true complaint and a false one.
    let both = [(3, Attack::BadSeal(9)), (5, Attack::AccusesFalsely(4))];
    case(&both, &[(3, "V-06"), (5, "V-06")], &[3, 5]);
}

#[test]
fn submissions() {
    case(&[(3, Attack::BadRange)], &[(3, "V-07.B")], &[3]);
    case(&[(3, Attack::BadProof(false))], &[(3, "V-07.A")], &[3]);
    case(&[(3, Attack::BadVector(false))], &[(3, "V-04")], &[3]);
    for position in 0..3 {
        case(
            &[(3, Attack::WrongVector(position))],
            &[(3, "V-08.A")],
            &[3],
        );
    }
}

#[test]
fn attestations() {
    // The digest of the keys, a response, and the commitment towards a neighbour.
    case(&[(3, Attack::BadAttestation(0, 0))], &[(3, "V-08.A")], &[3]);
    case(
        &[(3, Attack::BadAttestation(0, 128))],
        &[(3, "V-08.A")],
        &[3],
    );
    case(&[(3, Attack::BadAttestation(4, 0))], &[(3, "V-08.A")], &[3]);
    // The self commitment does not decode.
    case(&[(3, Attack::BadAttestation(0, 32))], &[(3, "V-04")], &[3]);
    let unattested = False {
        attested: false,
        ..edge(5, 1)
    };
    case(
        &[(3, Attack::MasksFalsely(vec![unattested]))],
        &[(3, "V-08.A")],
        &[3],
    );
}

#[test]
fn edges() {
    for culprit in [3, 7] {
        case(
            &[(culprit, Attack::MasksFalsely(vec![edge(5, 9)]))],
            &[(culprit, "V-08.C")],
            &[culprit],
        );
    }
    let false_masks = |one: u64, other: u64| {
        let first = (3, Attack::MasksFalsely(vec![edge(7, one)]));
        [first, (7, Attack::MasksFalsely(vec![edge(3, other)]))]
    };
    case(&false_masks(1, 2), &[], &[3, 7]);
    case(&false_masks(5, 5), &[], &[]);
    case(&[(3, Attack::Disputes(Some(100)))], &[(3, "V-04")], &[3]);
    case(&[(3, Attack::Disputes(None))], &[(3, "V-08.C")], &[3]);
}

#[test]
fn secrets_that_come_out() {
    case(
        &[(3, Attack::MasksFalsely(vec![own(4)]))],
        &[(3, "V-09")],
        &[3],
    );
    for after in [Phase::Confirm, Phase::Submit] {
        let false_mask = (3, Attack::MasksFalsely(vec![edge(5, 4)]));
        case(
            &[(5, Attack::Drops(after)), false_mask],
            &[(3, "V-09")],
            &[3, 5],
        );
    }
    let silent = Attack::MasksFalselyAndDrops(vec![own(4)], Phase::Acknowledge);
    case(&[(3, silent)], &[(3, "V-09")], &[3]);
    for position in [0, 8] {
        case(
            &[(3, Attack::WrongShare(position, true))],
            &[(3, "V-09")],
            &[],
        );
        case(
            &[(3, Attack::WrongShare(position, false))],
            &[(3, "V-04")],
            &[],
        );
    }
}

#[test]
fn the_first_step_of_a_submission_that_does_not_hold_decides() {
    case(&[(3, Attack::BadProof(true))], &[(3, "V-07.A")], &[3]);
    case(&[(3, Attack::BadVector(true))], &[(3, "V-04")], &[3]);
}

/// Clients 1 to 3 attest falsely so that each is found when the one before has left.
pub(crate) fn path_of_colluders(rounds: u8) -> Finished {
    let builder = configuration_builder(10, &SMALL).unmask_rounds(rounds);
    let local = veragg_lab::ready(10, builder).unwrap();
    let mut scene = Scene::of(local);
    scene = scene.masking_falsely(1, &[own(1), edge(2, 102)]);
    scene = scene.masking_falsely(2, &[edge(1, 102), edge(3, 103)]);
    scene.masking_falsely(3, &[edge(2, 103)]).play()
}

#[test]
fn a_path_of_colluders() {
    for rounds in 0..=3 {
        let judgement = agree(&path_of_colluders(rounds));
        let found = u32::from(rounds + 1).min(3);
        assert_eq!(
            judgement.named,
            (1..=found).map(|client| (client, "V-09")).collect()
        );
        assert_eq!(judgement.contributors, (found + 1..=10).collect::<Vec<_>>());
        assert_eq!(judgement.published.is_some(), rounds == 3);
    }
}

#[test]
fn too_few_neighbours() {
    // The graph is sparse. Most neighbours of client 1 do not confirm.
    let builder = configuration_builder(257, &SMALL)
        .corrupt_ppm(0)
        .dropout_ppm(20_000);
    let local = veragg_lab::ready(257, builder).unwrap();
    let neighbours = local.round.graph().neighbours(id(1)).to_vec();
    let stay = local.round.threshold() - 1;
    let mut scene = Scene::of(local);
    for neighbour in &neighbours[stay..] {
        scene = scene.dropping(neighbour.number(), Phase::Share);
    }
    let judgement = agree(&scene.play());
    assert_eq!(judgement.outcomes[&1], Outcome::Isolated);
    assert!(!judgement.contributors.is_empty());
}
