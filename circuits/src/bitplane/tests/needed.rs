//! Each equation of `specs/proofs.md` 7.11 is needed: for each one there is a false claim that no
//! other equation stops. The malicious provers here make proofs of such claims for which all other
//! equations hold, so that a verifier without that one would accept.

use ark_ff::{Field, One, Zero};

use super::agreement::Both;
use super::false_claims::{carry, hide_in_mask, lacking};
use super::reference::cube::eq;
use super::reference::prover::Prover;
use super::reference::range::RangeProof;
use super::reference::verifier::Equation::{Opening, Range, Relation, Round};
use super::reference::verifier::{failing, replay};
use super::reference::{inner, mul};
use super::*;

/// A norm of 58 around 5, a sum of 25.
const X: [u64; 5] = [0, 10, 3, 7, 5];

fn claiming(max_square: Option<u64>, sum: Option<SumRule>) -> Both {
    let norm = max_square.map(|max_square| Norm {
        offset: 5,
        max_square,
    });
    let segment = Segment {
        norm,
        sum,
        ..Segment::range(5, 11)
    };
    Both::new(vec![segment], 4)
}

/// A prover that has committed to a 2 among its bits.
fn no_bit(both: &Both) -> Prover<'_> {
    let mut prover = both.prover(&X);
    prover.beliefs.table[both.setting.corner(0, 0, 1)] = Fr::from(2u64);
    prover.commit();
    prover.send_commitments();
    prover
}

/// A prover that claims of a quantity, if there is one, to be one less than it is.
fn too_little(both: &Both) -> Prover<'_> {
    let mut prover = both.prover(&X);
    for quantity in &mut prover.beliefs.quantities {
        *quantity -= Fr::one();
    }
    prover.commit();
    prover.send_commitments();
    prover
}

#[test]
fn the_first_claim_the_rounds_and_the_last_claim() {
    // A false claim is noticed where the prover goes back to the truth, and nowhere else.
    let both = claiming(None, None);
    let nu = both.setting.nu();
    for end in 0..=nu {
        let mut prover = no_bit(&both);
        let lack = lacking(&prover);
        carry(&mut prover, lack, end);
        let noticed = match end {
            0 => Relation(5),
            end if end == nu => Relation(6),
            end => Round(end),
        };
        both.refuses(&prover.finish(), &[noticed]);
    }
}

/// The last claim made good by a commitment to something else than the response answers for.
type Forgery = fn(&mut Prover<'_>, Fr);

#[test]
fn the_commitments_to_evaluations_and_their_squares() {
    let ranges = || claiming(None, None);
    // The true sum is 25, the true norm 58.
    let sum = || claiming(None, Some(SumRule::Equal(24)));
    let norm = || claiming(Some(57), None);
    let cases: [(Both, u8, Forgery); 4] = [
        (ranges(), 2, |prover, lack| {
            // Y holds y + d, and Z_y, as a multiple of Y, y (y + d).
            let at = prover.relations();
            let y = prover.cube.b[0];
            let by = at.theta * (Fr::one() - at.pad - y);
            let d = mul(lack * by.inverse().unwrap(), prover.setting.u);
            prover.sent.y[0] += d;
            prover.sent.y[1] += mul(y, d);
        }),
        (ranges(), 3, |prover, lack| {
            let by = prover.relations().theta;
            prover.sent.y[1] -= mul(lack * by.inverse().unwrap(), prover.setting.u);
        }),
        (sum(), 7, |prover, lack| {
            let at = prover.relations();
            let d = mul(
                lack * (at.origin * at.l).inverse().unwrap(),
                prover.setting.u,
            );
            prover.sent.x = prover.sent.x.map(|x| x + d);
        }),
        (norm(), 8, |prover, lack| {
            let at = prover.relations();
            let d = mul(
                lack * (at.origin * at.p).inverse().unwrap(),
                prover.setting.u,
            );
            prover.sent.z_x = prover.sent.z_x.map(|z_x| z_x + d);
        }),
    ];
    for (both, equation, forge) in cases {
        let mut prover = match equation {
            2 | 3 => no_bit(&both),
            _ => too_little(&both),
        };
        let lack = lacking(&prover);
        assert!(!lack.is_zero());
        let left = carry(&mut prover, lack, both.setting.nu());
        prover.evaluate();
        forge(&mut prover, left);
        prover.send_evaluations();
        both.refuses(&prover.finish_last_proof(), &[Relation(equation)]);
    }
}

#[test]
fn the_masking_polynomial() {
    // Another one than Gamma holds, chosen after lambda.
    let both = claiming(None, None);
    let mut prover = no_bit(&both);
    let lack = lacking(&prover);
    prover.sum_check();
    hide_in_mask(&mut prover, lack);
    both.refuses(&prover.finish(), &[Relation(4)]);
}

/// Of a proof that only the opening refuses, the two things that `h` joins in it: whether it is the
/// rows that are opened, and whether the linear form is right.
fn halves(both: &Both, bytes: &[u8]) -> [bool; 2] {
    both.refuses(bytes, &[Opening]);
    let (sent, mut challenges) = replay(&both.setting, &binding(3), None, bytes).unwrap();
    let (_, _, r_c) = both.setting.parts(&challenges.r);
    let columns: Vec<_> = (0..both.setting.columns).map(|c| eq(&r_c, c)).collect();
    let z = &sent.responses;
    let value = z.x.map_or(Fr::zero(), |[x, _]| x);
    let form = inner(&sent.rest, &columns) == z.y + challenges.sigma * value + sent.form;
    challenges.h = Fr::zero();
    [failing(&both.setting, &sent, &challenges).is_empty(), form]
}

#[test]
fn the_opened_rows_and_their_linear_form() {
    // A 2 is committed, but what is summed and evaluated are bits.
    let both = claiming(None, Some(SumRule::Equal(25)));
    let forge = |opens_what_is_committed: bool| {
        let mut prover = both.prover(&X);
        let honest = prover.beliefs.table.clone();
        let mut committed = honest.clone();
        committed[both.setting.corner(0, 0, 1)] = Fr::from(2u64);
        prover.beliefs.table.clone_from(&committed);
        prover.commit();
        prover.beliefs.table = honest;
        prover.send_commitments();
        prover.sum_check();
        prover.evaluate();
        prover.send_evaluations();
        if opens_what_is_committed {
            prover.beliefs.table = committed;
        }
        prover.finish_last_proof()
    };
    assert_eq!(halves(&both, &forge(false)), [false, true]);
    assert_eq!(halves(&both, &forge(true)), [true, false]);
}

/// A range proof of whatever a commitment holds: `T_1` and `T_2` hold 1, which is what `t_x` answers
/// for, and not what the inner product is.
fn of_anything(both: &Both, proof: &[u8], chunk: usize, value: Fr, blinding: Fr) -> RangeProof {
    let setting = &both.setting;
    let (mut sent, _) = replay(setting, &binding(3), None, proof).unwrap();
    sent.ranges[chunk].t = [setting.u; 2];
    let (mut sent, challenges) = replay(setting, &binding(3), None, &sent.encode()).unwrap();
    let c = &challenges.ranges[chunk];
    let mut forged = sent.ranges.swap_remove(chunk);
    let square = c.z.square();
    forged.t_x = square * value + c.delta(1) + c.x + c.x.square();
    forged.t_x_blinding = square * blinding;
    forged
}

#[test]
fn both_equations_of_each_range_proof() {
    // The norm alone is one too large, or the sum alone.
    for (square, sum, chunk) in [(57, 25, 0), (58, 24, 1)] {
        let both = claiming(Some(square), Some(SumRule::AtMost(sum)));
        let prover = both.prover(&X);
        let blinding = -prover.secrets.quantities[chunk];
        let bytes = prover.prove();
        both.refuses(&bytes, &[Range(chunk, 1)]);
        let (mut sent, _) = replay(&both.setting, &binding(3), None, &bytes).unwrap();
        sent.ranges[chunk] = of_anything(&both, &bytes, chunk, -Fr::one(), blinding);
        both.refuses(&sent.encode(), &[Range(chunk, 2)]);
    }
}
