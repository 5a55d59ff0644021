//! Malicious provers that follow the protocol in everything but one false claim. Each test says
//! which equations of `specs/proofs.md` 7.11 stop the claim: without them it would be accepted.

use ark_ff::{Field, One, Zero};

use super::agreement::{statements, Both};
use super::reference::prover::Prover;
use super::reference::verifier::Equation::{Opening, Range, Relation, Round};
use super::*;

const LEN: usize = 5;

/// Moves something that is about to be sent by a point.
type Alteration = fn(&mut Prover<'_>, KeyPoint);

fn range(bound: u64) -> Segment {
    Segment::range(LEN, bound)
}

/// Two slot rows of four columns: three columns of padding.
fn both() -> (Both, Vec<u64>) {
    (Both::new(vec![range(11)], 4), vec![0, 10, 3, 7, 5])
}

fn normed(max_square: u64) -> Segment {
    let norm = Some(Norm {
        offset: 5,
        max_square,
    });
    Segment { norm, ..range(11) }
}

fn summed(rule: SumRule) -> Segment {
    Segment {
        sum: Some(rule),
        ..range(11)
    }
}

#[test]
fn what_is_no_bit_fails_the_first_claim() {
    let (both, x) = both();
    // 2 (which makes the value 10 an 11), -1, a half; and something in the padding.
    let half = Fr::from(2u64).inverse().unwrap();
    let cases = [
        (0, 0, 1, Fr::from(2u64)),
        (3, 0, 0, -Fr::one()),
        (1, 1, 0, half),
        (0, 1, 1, Fr::one()),
        (3, 1, 3, Fr::one()),
    ];
    for (t, q, c, bit) in cases {
        let mut prover = both.prover(&x);
        let corner = both.setting.corner(t, q, c);
        prover.beliefs.table[corner] = bit;
        both.refuses(&prover.prove(), &[Relation(5)]);
    }
}

#[test]
fn a_bit_where_there_is_no_bit_row_fails_the_opening() {
    // 4 planes and 3 rows: a fourth row is absent. 5 planes where the cube has 8.
    let rows = Both::new(vec![Segment::range(9, 16)], 4);
    let planes = Both::new(vec![Segment::range(9, 32)], 4);
    for (both, t, q) in [(rows, 0, 3), (planes, 6, 0)] {
        let mut prover = both.prover(&[1; 9]);
        let corner = both.setting.corner(t, q, 2);
        prover.beliefs.table[corner] = Fr::one();
        both.refuses(&prover.prove(), &[Opening]);
    }
}

#[test]
fn a_wrong_weight_fails_the_opening() {
    let both = Both::new(vec![summed(SumRule::Equal(24))], 4);
    let mut prover = both.prover(&[0, 10, 3, 7, 5]);
    // The lowest bit of the 3 counts 0.
    let corner = both.setting.corner(0, 0, 2);
    prover.beliefs.weights[corner] = Fr::zero();
    both.refuses(&prover.prove(), &[Opening]);
}

#[test]
fn every_round_is_held_to_the_one_before() {
    for (segments, x) in
        [(vec![range(11)], 0u64), (vec![normed(58)], 1)].map(|(s, _)| (s, vec![0, 10, 3, 7, 5]))
    {
        let both = Both::new(segments, 4);
        let rounds = both.setting.nu();
        for faulty in 0..rounds {
            let mut prover = both.prover(&x);
            prover.commit();
            prover.send_commitments();
            for at in 0..rounds {
                let mut round = prover.round();
                if at == faulty {
                    // 1 - 2 X: nothing at both ends together.
                    round[0] += Fr::one();
                    round[1] -= Fr::from(2u64);
                }
                prover.send_round(round);
            }
            let noticed = if faulty + 1 < rounds {
                Round(faulty + 1)
            } else {
                Relation(6)
            };
            both.refuses(&prover.finish(), &[noticed]);
        }
    }
}

#[test]
fn rounds_that_are_off_by_one_are_noticed() {
    let both = Both::new(vec![normed(58)], 4);
    let rounds = both.setting.nu();
    let noticed = |at| match at {
        0 => Relation(5),
        at if at == rounds => Relation(6),
        at => Round(at),
    };
    let summed = || {
        let mut prover = both.prover(&[0, 10, 3, 7, 5]);
        prover.commit();
        prover.send_commitments();
        prover
    };
    // A coefficient: the sum of the ends is wrong, and so is the value that the next one goes on from.
    for (faulty, coefficient) in (0..rounds).flat_map(|faulty| [0, 1, 2, 3].map(|j| (faulty, j))) {
        let mut prover = summed();
        for at in 0..rounds {
            let mut round = prover.round();
            if at == faulty {
                round[coefficient] += Fr::one();
            }
            prover.send_round(round);
        }
        let mut equations = [noticed(faulty), noticed(faulty + 1)];
        equations.sort_by_key(|equation| !matches!(equation, Round(_)));
        both.refuses(&prover.finish(), &equations);
    }
    // A polynomial in the place of the next one: each of them is that of the round before.
    let mut prover = summed();
    let mut before = prover.round();
    for _ in 0..rounds {
        let round = prover.round();
        prover.send_round(std::mem::replace(&mut before, round));
    }
    let rest = (2..rounds).map(Round).chain([Relation(6)]);
    both.refuses(&prover.finish(), &[vec![Round(1)], rest.collect()].concat());
}

#[test]
fn another_evaluation_that_fits_the_last_claim_fails_the_opening() {
    let (both, x) = both();
    let mut prover = both.prover(&x);
    prover.commit();
    prover.send_commitments();
    prover.sum_check();
    // y (1 - pad - y) has two solutions.
    let other = Fr::one() - prover.relations().pad - prover.cube.b[0];
    prover.claim_values(other, Fr::zero());
    prover.send_evaluations();
    both.refuses(&prover.finish_last_proof(), &[Opening]);
}

#[test]
fn evaluations_are_committed_and_squared() {
    let both = Both::new(vec![normed(58)], 4);
    let x = [0, 10, 3, 7, 5];
    let evaluated = || {
        let mut prover = both.prover(&x);
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        prover.evaluate();
        prover
    };
    // Swapped; and commitments to something else than what the responses answer for.
    let mut prover = evaluated();
    let [y, value] = [prover.cube.b[0], prover.cube.xt[0]];
    prover.claim_values(value, y);
    prover.send_evaluations();
    both.refuses(&prover.finish_last_proof(), &[Relation(6), Opening]);
    let unit = both.setting.u;
    let moved: [(Alteration, Vec<_>); 4] = [
        (
            |p, u| p.sent.y[0] += u,
            vec![Relation(2), Relation(3), Relation(6)],
        ),
        (|p, u| p.sent.y[1] += u, vec![Relation(3), Relation(6)]),
        (
            |p, u| p.sent.x = p.sent.x.map(|x| x + u),
            vec![Relation(6), Relation(7), Relation(8)],
        ),
        (
            |p, u| p.sent.z_x = p.sent.z_x.map(|z| z + u),
            vec![Relation(6), Relation(8)],
        ),
    ];
    for (alter, equations) in moved {
        let mut prover = evaluated();
        alter(&mut prover, unit);
        prover.send_evaluations();
        both.refuses(&prover.finish_last_proof(), &equations);
    }
}

#[test]
fn a_masking_polynomial_that_was_not_committed_is_noticed() {
    let (both, x) = both();
    let mut prover = both.prover(&x);
    prover.commit();
    prover.sent.gamma += both.setting.u;
    prover.send_commitments();
    prover.sum_check();
    both.refuses(&prover.finish(), &[Relation(4)]);
}

#[test]
fn swapped_bit_rows_fail_the_opening() {
    let (both, x) = both();
    let mut prover = both.prover(&x);
    prover.commit();
    prover.sent.bit_rows.swap(1, 2);
    prover.send_commitments();
    prover.sum_check();
    both.refuses(&prover.finish(), &[Opening]);
}

#[test]
fn norms_and_sums_beyond_their_bounds_are_noticed() {
    let x = [0, 10, 3, 7, 5];
    // The true quantity is one too large: either its bound fails, or, lied about, the first claim.
    for segment in [normed(57), summed(SumRule::AtMost(24))] {
        let both = Both::new(vec![segment], 4);
        let bytes = both.prover(&x).prove();
        both.refuses(&bytes, &[Range(0, 1)]);
        let mut prover = both.prover(&x);
        prover.beliefs.quantities[0] -= Fr::one();
        both.refuses(&prover.prove(), &[Relation(5)]);
    }
    for sum in [24, 26] {
        let both = Both::new(vec![summed(SumRule::Equal(sum))], 4);
        both.refuses(&both.prover(&x).prove(), &[Relation(5)]);
    }
}

#[test]
fn range_proofs_cannot_change_places() {
    let segment = Segment {
        sum: Some(SumRule::AtMost(25)),
        ..normed(60)
    };
    let both = Both::new(vec![segment], 4);
    let mut bytes = both.prover(&[0, 10, 3, 7, 5]).prove();
    let len = bounded::encoded_len(&both.suite.shape) / 2;
    let start = bytes.len() - 2 * len;
    let (first, second) = bytes[start..].split_at_mut(len);
    first.swap_with_slice(second);
    both.refuses(
        &bytes,
        &[Range(0, 1), Range(0, 2), Range(1, 1), Range(1, 2)],
    );
    assert_eq!(both.verdict(&bytes), [(0, ProofPart::Norm)]);
}

#[test]
fn a_proof_is_of_one_statement_client_and_round() {
    let x = vec![0, 10, 3, 7, 5];
    let shapes = |bound, len, max_square, sum| {
        let norm = Some(Norm {
            offset: 5,
            max_square,
        });
        let sum = Some(SumRule::Equal(sum));
        let statement = Statement::new(vec![Segment {
            len,
            bound,
            norm,
            sum,
        }])
        .unwrap();
        [(20, 4), (21, 4)].map(|(n, c)| RistrettoBitplane::new(&(), &statement, n, c).unwrap())
    };
    let [suite, other_roster] = shapes(11, 5, 60, 25);
    let bytes = suite
        .prove(&binding(3), &x, &mut OsRng)
        .unwrap()
        .bytes
        .clone();
    let refuses = |suite: &RistrettoBitplane, binding| {
        let proof = suite.decode(&bytes).unwrap();
        assert_eq!(
            suite.verify_batch(&[(binding, &proof)]),
            [(0, ProofPart::Range)]
        );
    };
    refuses(&suite, binding(4));
    refuses(
        &suite,
        Binding {
            context: [8; 32],
            client: 3,
        },
    );
    refuses(&other_roster, binding(3));
    for (bound, len, square, sum) in [
        (12, 5, 60, 25),
        (11, 6, 60, 25),
        (11, 5, 61, 25),
        (11, 5, 60, 26),
    ] {
        refuses(&shapes(bound, len, square, sum)[0], binding(3));
    }
}

#[test]
fn a_proof_is_of_one_order_of_rows() {
    // Of segments, and of the bit rows of a proof that is done.
    let segments = vec![range(11), range(12)];
    let both = Both::new(segments.clone(), 4);
    let bytes = both.prover(&[0, 10, 3, 7, 5, 5, 7, 3, 10, 0]).prove();
    both.refuses(&bytes, &[]);
    let other = Both::new(segments.into_iter().rev().collect(), 4);
    assert_eq!(other.verdict(&bytes), [(0, ProofPart::Range)]);
    for row in 1..both.suite.proof_layout.bit_rows() {
        let mut swapped = bytes.clone();
        let (before, after) = swapped.split_at_mut(32 * row);
        before[32 * (row - 1)..].swap_with_slice(&mut after[..32]);
        assert_eq!(both.verdict(&swapped), [(0, ProofPart::Range)]);
    }
}

#[test]
fn identities_and_other_lengths_are_not_decoded() {
    for (segments, x) in statements() {
        let both = Both::new(segments, 4);
        let bytes = both
            .suite
            .prove(&binding(3), &x, &mut OsRng)
            .unwrap()
            .bytes
            .clone();
        for point in 0..both.suite.proof_layout.points() {
            let mut bad = bytes.clone();
            bad[32 * point..][..32].fill(0);
            assert!(matches!(
                both.suite.decode(&bad),
                Err(DecodeError::Identity { .. })
            ));
        }
        assert!(both.suite.decode(&bytes[1..]).is_err());
        assert!(both.suite.decode(&[&bytes[..], &[0]].concat()).is_err());
    }
}
