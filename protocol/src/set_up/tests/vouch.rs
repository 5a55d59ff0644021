//! Who vouches for a key (`specs/set-up.md` 6.3).

use super::*;

fn contributors(powers: &[SigningKey], delta: &[SigningKey]) -> Contributors {
    let keys = |keys: &[SigningKey]| keys.iter().map(SigningKey::verifying_key).collect();
    Contributors {
        powers: keys(powers),
        delta: keys(delta),
    }
}

#[test]
fn contributors_are_listed_by_phase() {
    let both = contributors(&[anna(), ben()], &[anna(), ben()]);
    assert_eq!(stages().transcript.contributors(), both);
    // The beacon is none.
    assert_eq!(stages().done.contributors(), both);
}

#[test]
fn somebody_named_contributes_to_each_phase() {
    let (a, b, m) = (
        anna().verifying_key(),
        ben().verifying_key(),
        mallory().verifying_key(),
    );
    let transcript = &stages().transcript;
    assert!(transcript.vouched_for(&[a]));
    assert!(transcript.vouched_for(&[m, b]));
    // Whoever trusts nobody is not told to trust.
    assert!(!transcript.vouched_for(&[]));
    assert!(!transcript.vouched_for(&[m]));
    // Named in one phase alone; or another in each.
    let split = contributors(&[anna(), mallory()], &[ben(), mallory()]);
    assert!(!split.vouched_for(&[a]));
    assert!(!split.vouched_for(&[b]));
    assert!(split.vouched_for(&[a, b]));
}

/// Who stands alone in a phase knows everything, by an oversight or not: however often it stands there.
#[test]
fn nobody_vouches_alone() {
    let a = anna().verifying_key();
    let once = [anna()];
    let twice = [anna(), anna()];
    let two = [anna(), ben()];
    assert!(!contributors(&once, &two).vouched_for(&[a]));
    assert!(!contributors(&two, &twice).vouched_for(&[a]));
    assert!(contributors(&two, &two).vouched_for(&[a]));
    // One contributor to delta and a beacon are not two.
    let rng = &mut rng();
    let alone = stages().powers_2.contribute_delta(&anna(), rng).unwrap();
    let finished = alone.apply_beacon(BEACON).unwrap().finish().unwrap();
    let transcript = Transcript::verify(&finished.transcript).unwrap();
    transcript.check_proving_key(&finished.proving_key).unwrap();
    assert!(!transcript.vouched_for(&[a]));
}
