//! What one state of a generator in two proofs gives away, and that it gives away nothing of
//! proofs of the suite, whose draws are hedged (`specs/proofs.md` 4.4).

use super::*;

/// From two commitments under one blinding: the difference of the coordinates, if it is small.
fn difference(system: &RistrettoBulletproofs, one: KeyPoint, other: KeyPoint) -> Option<i64> {
    let base = system.ranges.pedersen.B;
    (-300..=300).find(|&n| {
        let size = KeyScalar::from(i64::unsigned_abs(n));
        let multiple = if n < 0 { -size } else { size } * base;
        one - other == multiple
    })
}

fn commitments(system: &RistrettoBulletproofs, binding: Binding, x: &[u64]) -> Vec<KeyPoint> {
    let proven = system.prove(&binding, x, &mut rng(1)).unwrap();
    let proof = system.decode(&proven.bytes).unwrap();
    (0..x.len()).map(|j| proof.commitment(j)).collect()
}

/// Straight from the generator, as 6.9 says of the old vector.
fn plain(system: &RistrettoBulletproofs, x: &[u64]) -> Vec<KeyPoint> {
    let mut rng = rng(1);
    let commit = |x: &u64| {
        let r = KeyScalar::random(&mut rng);
        system.ranges.pedersen.commit((*x).into(), r)
    };
    x.iter().map(commit).collect()
}

#[test]
fn a_repeated_generator_gives_nothing_away() {
    let system = system(&[(4, 300)]);
    let (x, y) = ([0, 299, 7, 8], [5, 299, 0, 9]);
    let differences = |one: &[KeyPoint], other: &[KeyPoint]| -> Vec<Option<i64>> {
        let pairs = one.iter().zip(other);
        pairs
            .map(|(one, other)| difference(&system, *one, *other))
            .collect()
    };
    let told = differences(&plain(&system, &x), &plain(&system, &y));
    assert_eq!(told, [-5, 0, 7, -1].map(Some));

    let first = commitments(&system, BINDING, &x);
    let context = Binding {
        context: [8; 32],
        ..BINDING
    };
    let client = Binding {
        client: 4,
        ..BINDING
    };
    let another_roster = system_for(&[(4, 300)], CLIENTS + 1);
    let others = [
        commitments(&system, BINDING, &y),
        commitments(&system, context, &x),
        commitments(&system, client, &x),
        commitments(&another_roster, BINDING, &x),
    ];
    for other in others {
        assert_eq!(differences(&first, &other), [None; 4]);
    }
}
