//! Malicious clients, each in a real round: who is named, who is not, and what the sum is.

use veragg::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg::circuits::group::Group;
use veragg::protocol::crypto::ids::ClientSet;
use veragg::protocol::pairwise::share::DealtPair;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::Check;
use veragg_lab::encoding::add_order;
use veragg_lab::{client, id, Scene, SuiteGroup};

const SMALL: [(usize, u64); 1] = [(3, 100)];

/// Plays a round of four in which client 3 changes its message of share.
fn sharing(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> veragg_lab::Finished {
    let scene = Scene::new(4, &SMALL);
    let all = ClientSet::of(4, |_| true);
    let lengths = scene.local.round.share_lengths(id(3), &all);
    scene.altering_parts(3, Phase::Share, lengths, alter).play()
}

/// Adds a point to a commitment of a dealt pair.
fn shift(part: &mut Vec<u8>, secret: usize, by: KeyPoint) {
    let mut pair = DealtPair::decode(part).unwrap();
    pair.commitments[secret] = (*pair.commitments[secret] + by).into();
    *part = pair.encode();
}

#[test]
fn commitments_off_the_polynomial_are_named() {
    let one = KEY_TABLE.basepoint();
    // One wrong share of each secret.
    for secret in 0..2 {
        let finished = sharing(move |parts| {
            shift(&mut parts[2], secret, one);
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
            let by = KeyScalar::from(holder * (holder - 1) * holder.saturating_sub(2));
            shift(part, 0, one * by);
        }
    });
    finished.is_verified(&[1, 2, 4], &[(client(3), Check::SetUp)]);
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
