//! What one state of a generator in two proofs gives away, and that it gives away nothing of
//! proofs of the suite, whose draws are hedged (`specs/proofs.md` 4.4). The reference draws from
//! whatever it is given, so it shows what the attacks find without the measure.

use ark_ff::Field;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::Both;
use super::reference::prover::{Beliefs, Prover};
use super::reference::verifier::replay;
use super::reference::{combine, mul};
use super::*;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(9)
}

/// A proof, and what it was made of.
#[derive(Clone, Copy)]
struct Made<'a> {
    binding: Binding,
    x: &'a [u64],
}

type Prove = fn(&Both, Made<'_>) -> Vec<u8>;

/// Straight from the generator.
fn plain(both: &Both, made: Made<'_>) -> Vec<u8> {
    let beliefs = Beliefs::of(&both.setting, made.x);
    Prover::new(&both.setting, &made.binding, beliefs, &mut rng(), None).prove()
}

fn by_suite(both: &Both, made: Made<'_>) -> Vec<u8> {
    let proven = both.suite.prove(&made.binding, made.x, &mut rng()).unwrap();
    proven.bytes.clone()
}

/// From two proofs with the same nonces: the masking polynomial, `a = (z - z') / (e - e')`. With it
/// the round polynomials are those of the input, bare. Whether it is found can be seen at `Gamma`.
fn finds_the_mask(both: &Both, made: [Made<'_>; 2], prove: Prove) -> bool {
    let [one, other] = made.map(|made| {
        let bytes = prove(both, made);
        replay(&both.setting, &made.binding, None, &bytes).unwrap()
    });
    let over = (one.1.e - other.1.e).inverse().unwrap();
    let told = |z: Fr, z_other: Fr| (z - z_other) * over;
    let (z, z_other) = (&one.0.responses, &other.0.responses);
    let a: Vec<Fr> =
        z.a.iter()
            .zip(&z_other.a)
            .map(|(z, y)| told(*z, *y))
            .collect();
    let rho_a = told(z.rho_a, z_other.rho_a);
    combine(&a, &both.setting.k) + mul(rho_a, both.setting.h) == one.0.gamma
}

/// From two proofs with the same blindings: the bit rows in which the inputs differ in no column
/// or in one, read off the differences of the commitments.
fn reads_rows(both: &Both, made: [Made<'_>; 2], prove: Prove) -> usize {
    let [one, other] = made.map(|made| {
        let bytes = prove(both, made);
        replay(&both.setting, &made.binding, None, &bytes)
            .unwrap()
            .0
    });
    let rows = one.bit_rows.iter().zip(&other.bit_rows);
    let g = &both.setting.g;
    let read = rows.filter(|(row, other)| {
        let difference = **row - **other;
        difference == Ristretto::identity()
            || g.iter().any(|g| difference == *g || difference == -*g)
    });
    read.count()
}

#[test]
fn a_repeated_generator_gives_nothing_away() {
    let segments = vec![Segment::range(5, 11)];
    let both = Both::new(segments, 4);
    let (x, y) = ([0, 10, 3, 7, 5], [0, 10, 2, 7, 4]);
    let first = Made {
        binding: binding(3),
        x: &x,
    };
    let context = [8; 32];
    let another_context = Binding {
        context,
        ..binding(3)
    };
    let others = [
        (
            "context",
            Made {
                binding: another_context,
                x: &x,
            },
        ),
        (
            "client",
            Made {
                binding: binding(4),
                x: &x,
            },
        ),
        (
            "input",
            Made {
                binding: binding(3),
                x: &y,
            },
        ),
    ];
    let all = both.setting.bit_rows().len();
    for (what, other) in others {
        let pair = [first, other];
        assert!(finds_the_mask(&both, pair, plain), "{what}");
        assert_eq!(reads_rows(&both, pair, plain), all, "{what}");
        assert!(!finds_the_mask(&both, pair, by_suite), "{what}");
        assert_eq!(reads_rows(&both, pair, by_suite), 0, "{what}");
    }
    // The same proof again is the same, and says nothing new.
    assert!(by_suite(&both, first) == by_suite(&both, first));
}

/// Statements, rosters and columns count too: no two suites draw the same.
#[test]
fn a_repeated_generator_differs_by_statement_roster_and_columns() {
    let prove = |bound: u64, clients: u32, columns: usize| {
        let statement = Statement::new(vec![Segment::range(4, bound)]).unwrap();
        let suite = RistrettoBitplane::new(&(), &statement, clients, columns).unwrap();
        let proven = suite.prove(&binding(3), &[0, 1, 2, 3], &mut rng()).unwrap();
        proven.bytes[..32].to_vec()
    };
    let first = [
        prove(16, 20, 4),
        prove(15, 20, 4),
        prove(16, 21, 4),
        prove(16, 20, 2),
    ];
    for (i, one) in first.iter().enumerate() {
        assert!(first[..i].iter().all(|other| other != one), "{i}");
    }
}
