//! What clients can have done. In each round client 3 breaks the rule, unless the case says otherwise.

use veragg::protocol::crypto::dleq;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::pairwise::share::PAIR_LEN;
use veragg::protocol::wire::message::{Message, Sender};
use veragg_lab::dealer::of_high_degree;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::FalseAttester;
use veragg_lab::{id, set};

use super::*;

/// The scene in which client 3 changes the parts of its message of a phase.
fn altering(phase: Phase, alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Scene {
    let scene = Scene::new(4, &SMALL);
    let (round, all) = (&scene.local.round, set(4, &ALL));
    let lengths = match phase {
        Phase::Advertise => round.advertise_lengths(),
        Phase::Share => round.share_lengths(id(3), &all),
        Phase::Submit => round.submit_lengths(),
        Phase::Attest => round.attest_lengths(id(3), &all),
        Phase::Unmask(_) => round.unmask_lengths(id(3), &all),
        other => panic!("{other}"),
    };
    scene.altering_parts(3, phase, lengths, alter)
}

/// Client 3 fills the beginning of a part of its message with a byte.
fn filled(phase: Phase, part: usize, from: usize, byte: u8, check: Check) -> Broken {
    let scene = altering(phase, move |parts| parts[part][from..from + 32].fill(byte));
    Broken::by_client_3(scene, check)
}

pub(super) fn keys_that_are_none() -> Broken {
    filled(Phase::Advertise, 0, 0, 0xff, Check::Messages)
}

pub(super) fn shares_that_are_none() -> Broken {
    filled(Phase::Share, 1, 0, 0xff, Check::Messages)
}

pub(super) fn a_confirmation_that_is_none() -> Broken {
    let scene = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        complainant.confirm(&messages, vec![0xff; 100])
    });
    Broken::by_client_3(scene, Check::Messages)
}

pub(super) fn revealed_shares_that_are_none() -> Broken {
    filled(Phase::Unmask(0), 0, 0, 0xff, Check::Messages)
}

pub(super) fn a_key_without_its_secret() -> Broken {
    let scene = altering(Phase::Advertise, |parts| parts[0][64] ^= 1);
    Broken::by_client_3(scene, Check::SetUp)
}

pub(super) fn shares_of_too_high_a_degree() -> Broken {
    Broken::by_client_3(of_high_degree(Scene::new(4, &SMALL)), Check::SetUp)
}

pub(super) fn a_bad_dealer() -> Broken {
    let scene = altering(Phase::Share, |parts| parts[1][PAIR_LEN - 1] ^= 1);
    Broken::by_client_3(scene, Check::SetUp)
}

pub(super) fn a_false_accuser() -> Broken {
    let scene = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        complainant.confirm(&messages, dleq::encode(&[complainant.complain(1)]))
    });
    Broken::by_client_3(scene, Check::SetUp)
}

pub(super) fn a_complaint_without_a_proof() -> Broken {
    let scene = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        let mut complaint = complainant.complain(1);
        complaint.point = complainant.complain(4).point;
        complainant.confirm(&messages, dleq::encode(&[complaint]))
    });
    Broken::by_client_3(scene, Check::SetUp)
}

pub(super) fn commitments_that_are_no_points() -> Broken {
    filled(Phase::Submit, 0, 0, 0, Check::InputCommitments)
}

pub(super) fn a_masked_vector_that_is_not_canonical() -> Broken {
    filled(Phase::Submit, 1, 0, 0xff, Check::Messages)
}

pub(super) fn a_proof_that_does_not_hold() -> Broken {
    let scene = altering(Phase::Submit, |parts| {
        let end = parts[0].len() - 1;
        parts[0][end] ^= 1;
    });
    Broken::by_client_3(scene, Check::InputRange)
}

pub(super) fn an_attestation_that_does_not_decode() -> Broken {
    filled(Phase::Attest, 0, 32, 0, Check::Messages)
}

pub(super) fn other_keys_than_those_of_the_neighbours() -> Broken {
    let scene = altering(Phase::Attest, |parts| parts[0][0] ^= 1);
    Broken::by_client_3(scene, Check::RowLinks)
}

/// Client 3 uses these false masks, in a round of ten clients.
fn masking(masks: &[False], check: Check) -> Broken {
    let scene = Scene::new(10, &SMALL).masking_falsely(3, masks);
    Broken::by_client_3(scene, check)
}

pub(super) fn a_masked_vector_that_was_not_committed() -> Broken {
    let not_attested = False {
        attested: false,
        ..own(5)
    };
    masking(&[not_attested], Check::RowLinks)
}

pub(super) fn a_dispute_that_does_not_decode() -> Broken {
    let scene = Scene::new(4, &SMALL);
    let (key, context) = (scene.key(3), *scene.local.round.context());
    let scene = scene.altering(3, move |phase, package, messages| {
        if phase != Phase::Dispute {
            return messages;
        }
        let answers = Package::decode(package, 4).unwrap().checkpoint.digest();
        let (sender, parts) = (Sender::Client(id(3)), [vec![0xff; 100]]);
        vec![Message::sign(&key, context, phase, sender, answers, &parts).encode()]
    });
    Broken::by_client_3(scene, Check::Messages)
}

/// Client 4 adds a false mask towards client 3, which opens the edge. Client 4 opens it with a wrong point.
pub(super) fn an_edge_opened_with_another_point() -> Broken {
    let mut scene = Scene::new(4, &SMALL);
    let mut culprit = FalseAttester::new(&scene, 4, &[edge(3, 5)]);
    culprit.opens = Some((3, false));
    scene.parties[3] = Box::new(culprit);
    Broken::by(scene.play(), &[(client(4), Check::Disputes)])
}

pub(super) fn a_false_pairwise_mask() -> Broken {
    masking(&[edge(5, 1)], Check::Disputes)
}

pub(super) fn a_wrong_share() -> Broken {
    let scene = altering(Phase::Unmask(0), |parts| {
        for share in [0, 32] {
            parts[0][share] ^= 1;
        }
    });
    Broken::by_client_3(scene, Check::Unmasking)
}

pub(super) fn a_false_self_mask() -> Broken {
    masking(&[own(1)], Check::Unmasking)
}

pub(super) fn a_false_mask_to_a_dropout() -> Broken {
    let scene = Scene::new(10, &SMALL).dropping(5, Phase::Submit);
    let scene = scene.masking_falsely(3, &[edge(5, 1)]);
    Broken::by_client_3(scene, Check::Unmasking)
}

/// Client 5 and client 3 agree on a false mask between them. Client 3 is found in the first round for its self-mask,
/// and its secret shows in the second round what client 5 did.
pub(super) fn a_false_mask_that_the_second_round_shows() -> Broken {
    let scene = Scene::new(10, &SMALL);
    let scene = scene.masking_falsely(3, &[own(1), edge(5, 1)]);
    let finished = scene.masking_falsely(5, &[edge(3, 1)]).play();
    let named = [3, 5].map(|number| (client(number), Check::Unmasking));
    Broken::by(finished, &named)
}
