//! What who hands the file on takes back (`specs/set-up.md` 4.8).

use super::*;

#[track_caller]
fn not_continued(back: &VerifiedSetUp, sent: &VerifiedSetUp) {
    let error = back.continues(sent).unwrap_err();
    assert_eq!(error.rule(), "4.8");
}

#[test]
fn one_record_more_is_taken() {
    let stages = stages();
    let path = [
        &stages.start,
        &stages.powers_1,
        &stages.powers_2,
        &stages.delta_1,
        &stages.delta_2,
    ];
    for pair in path.windows(2) {
        assert_eq!(pair[1].continues(pair[0]), Ok(()));
        not_continued(pair[0], pair[0]);
        not_continued(pair[0], pair[1]);
    }
    for skipped in path.windows(3) {
        not_continued(skipped[2], skipped[0]);
    }
    // The beacon is applied by whoever keeps the file.
    not_continued(&stages.done, &stages.delta_2);
    not_continued(&stages.done, &stages.delta_1);
}

/// A contributor that leaves those before it out makes a file that holds.
#[test]
fn nobody_is_left_out() {
    let stages = stages();
    let rng = &mut rng();
    let without_ben = stages.powers_1.contribute_powers(&mallory(), rng).unwrap();
    not_continued(&without_ben, &stages.powers_2);
    let alone = without_ben.contribute_powers(&mallory(), rng).unwrap();
    not_continued(&alone, &stages.powers_2);
    let without_ben = stages.delta_1.contribute_delta(&mallory(), rng).unwrap();
    let alone = without_ben.contribute_delta(&mallory(), rng).unwrap();
    not_continued(&alone, &stages.delta_2);
    // A set-up of its own.
    let another = SetUpHeader::new(&statement(), 3, "a block", &mut rand_core::OsRng).unwrap();
    let another = VerifiedSetUp::start(another).unwrap();
    let alone = another.contribute_powers(&mallory(), rng).unwrap();
    not_continued(&alone, &stages.start);
    // A record of powers, where one of delta was asked for.
    let powers = stages.powers_2.contribute_powers(&mallory(), rng).unwrap();
    not_continued(&powers, &stages.delta_1);
    let both = powers.contribute_delta(&mallory(), rng).unwrap();
    not_continued(&both, &stages.powers_2);
}
