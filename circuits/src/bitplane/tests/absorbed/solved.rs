//! Messages that are solved for once the challenge that should answer them is known.

use ark_ff::{BigInteger, Field, One, PrimeField, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::{malicious_prover, only_without, prover, setting, Item};
use crate::bitplane::tests::false_claims::{hide_in_mask, lacking};
use crate::bitplane::tests::reference::cube::eq;
use crate::bitplane::tests::reference::prover::{scalars, Beliefs, Prover};
use crate::bitplane::tests::reference::setting::Setting;
use crate::bitplane::tests::reference::{combine, inner};
use crate::bitplane::tests::*;

/// Two bits of a row that are no bits, but add up at the point to what true ones do.
pub(super) fn bit_rows_that_are_chosen_after_the_point(item: Item) {
    let setting = setting(11, 20, None);
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = prover(&setting, omit);
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        let point = &prover.cube.bound;
        let corners = [0, 1].map(|c| setting.corner(0, 0, c));
        let [first, second] = corners.map(|corner| eq(point, corner));
        prover.beliefs.table[corners[0]] += Fr::one();
        prover.beliefs.table[corners[1]] -= first * second.inverse().unwrap();
        prover.commit();
        prover.finish()
    });
}

/// A masking polynomial whose sum makes up for a bit that is 2.
pub(super) fn a_mask_that_is_chosen_after_lambda(item: Item) {
    let setting = setting(11, 20, None);
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = malicious_prover(&setting, omit);
        prover.send_commitments();
        let lack = lacking(&prover);
        prover.sum_check();
        hide_in_mask(&mut prover, lack);
        prover.commit();
        prover.finish()
    });
}

/// Small integers, not all 0, that count to 0 in the sum of the `alpha`: Brun's algorithm, which
/// subtracts the second largest of all numbers, and of the order, from the largest.
fn relation(alpha: &[Fr]) -> Vec<i128> {
    let unit = |i| (0..alpha.len()).map(|j| i128::from(i == j)).collect();
    let mut rows: Vec<(_, Vec<i128>)> = alpha
        .iter()
        .map(|a| a.into_bigint())
        .zip((0..).map(unit))
        .collect();
    rows.push((Fr::MODULUS, vec![0; alpha.len()]));
    loop {
        rows.sort_unstable();
        let (last, rest) = rows.split_last_mut().unwrap();
        let second = rest.last().unwrap();
        last.0.sub_with_borrow(&second.0);
        for (a, b) in last.1.iter_mut().zip(&second.1) {
            *a -= b;
        }
        if last.0.is_zero() {
            return last.1.clone();
        }
    }
}

/// Sums whose quantities are all within their bounds, though the first sum is not: each `alpha` is
/// of 252 bits, and what eight quantities of 64 bits may be off by is more than that together.
pub(super) fn quantities_that_are_chosen_after_alpha(item: Item) {
    let x = [5, 0, 0, 0, 0, 0, 0, 0];
    let summed = |j: usize| Segment {
        sum: Some(SumRule::AtMost(if j == 0 { 4 } else { 1 << 63 })),
        ..Segment::range(1, 11)
    };
    let statement = Statement::new((0..x.len()).map(summed).collect()).unwrap();
    let setting = Setting::new(&statement, 20, 1);
    only_without(item, &setting, &binding(3), |omit| {
        let rng = &mut ChaCha20Rng::seed_from_u64(5);
        let mut prover = Prover::new(&setting, &binding(3), Beliefs::of(&setting, &x), rng, omit);
        prover.commit();
        let mut ahead = prover.clone();
        ahead.send_commitments();
        let relation = relation(&ahead.alpha);
        // The first quantity has to become smaller.
        let sign = relation[0].signum();
        assert_ne!(sign, 0);
        for (quantity, off) in prover.beliefs.quantities.iter_mut().zip(&relation) {
            assert!(off.unsigned_abs() < 1 << 63);
            *quantity -= Fr::from(sign * off);
        }
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        prover.finish()
    });
}

pub(super) fn a_round_polynomial_that_is_chosen_after_its_challenge(item: Item) {
    let setting = setting(11, 20, None);
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = malicious_prover(&setting, omit);
        prover.send_commitments();
        let lack = lacking(&prover);
        // What the challenge will be: it depends on nothing that is sent.
        let mut ahead = prover.clone();
        let honest = ahead.round();
        ahead.send_round(honest);
        let r = ahead.cube.bound[0];
        // Something that adds what lacks at 0 and 1 together, and nothing at r.
        let slope = lack * (Fr::one() - r - r).inverse().unwrap();
        let mut round = prover.round();
        round[0] -= slope * r;
        round[1] += slope;
        prover.send_round(round);
        for _ in 1..setting.nu() {
            let round = prover.round();
            prover.send_round(round);
        }
        prover.finish()
    });
}

pub(super) fn evaluations_that_are_chosen_after_sigma(item: Item) {
    let setting = setting(11, 20, Some(SumRule::Equal(25)));
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = prover(&setting, omit);
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        // y (1 - pad - y) E + O L x and y + sigma x are known: a quadratic in y, with a second
        // solution besides the true one.
        prover.evaluate();
        let mut ahead = prover.clone();
        ahead.send_evaluations();
        let at = ahead.relations();
        let (y, x) = (prover.cube.b[0], prover.cube.xt[0]);
        let sigma = ahead.sigma;
        let linear = at.origin * at.l * sigma.inverse().unwrap();
        // E (1 - pad) y - E y^2 - linear y: the solutions add up to (1 - pad) - linear / E.
        let other = Fr::one() - at.pad - linear * at.theta.inverse().unwrap() - y;
        let value = x + (y - other) * sigma.inverse().unwrap();
        drop(at);
        assert_ne!(other, y);
        // With the evaluations absorbed, sigma is another than the one that was solved for.
        prover.claim_values(other, value);
        prover.send_evaluations();
        prover.finish_last_proof()
    });
}

pub(super) fn announcements_that_are_solved_for(item: Item) {
    let setting = setting(11, 20, None);
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = malicious_prover(&setting, omit);
        prover.send_commitments();
        prover.sum_check();
        prover.evaluate();
        prover.send_evaluations();
        // Any responses; m from them; then e; then what the equations want.
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let mut drawn = scalars(&mut rng, prover.secrets.nonces.list().len()).into_iter();
        let responses = crate::bitplane::tests::reference::messages::Short::read(&setting, || {
            drawn.next().ok_or(())
        })
        .unwrap();
        let z = scalars(&mut rng, setting.columns);
        prover.announce();
        prover.sent.form = inner(&z, &prover.opening.k) - responses.y;
        let mut ahead = prover.clone();
        ahead.send_announcements();
        let (left, right) = {
            let at = prover.relations();
            (
                at.left(&prover.sent),
                at.right(&prover.sent, &responses, &z),
            )
        };
        let solved = right
            .iter()
            .zip(&left)
            .map(|((_, right), (_, left))| *right - combine(&[ahead.e], &[*left]));
        prover.sent.announcements = solved.collect();
        prover.send_announcements();
        prover.sent.responses = responses;
        prover.send_responses();
        prover.sent.rest = z;
        prover.sent.encode()
    });
}

pub(super) fn a_form_that_is_solved_for(item: Item) {
    let setting = setting(11, 20, None);
    only_without(item, &setting, &binding(3), |omit| {
        let mut prover = prover(&setting, omit);
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        // The other solution of y (1 - pad - y): all that contradicts it is the linear form.
        let other = Fr::one() - prover.relations().pad - prover.cube.b[0];
        prover.claim_values(other, Fr::zero());
        prover.send_evaluations();
        prover.announce();
        prover.send_announcements();
        prover.respond();
        prover.sent.form = inner(&prover.opening.z, &prover.opening.k) - prover.sent.responses.y;
        prover.send_responses();
        prover.sent.rest = prover.opening.z.clone();
        prover.sent.encode()
    });
}

pub(super) fn folds_that_are_solved_for(item: Item) {
    let statement = Statement::new(vec![Segment::range(5, 2)]).unwrap();
    let setting = Setting::new(&statement, 20, 1024);
    only_without(item, &setting, &binding(3), |omit| {
        let beliefs = Beliefs::of(&setting, &[0, 1, 0, 1, 1]);
        let rng = &mut ChaCha20Rng::seed_from_u64(5);
        let mut prover = Prover::new(&setting, &binding(3), beliefs, rng, omit);
        // A response for V that has nothing to do with it.
        prover.commit();
        prover.send_commitments();
        prover.sum_check();
        prover.evaluate();
        prover.send_evaluations();
        prover.announce();
        prover.send_announcements();
        prover.respond();
        prover.send_responses();
        let honest = prover.fold();
        // With the true z the fold gives Q' = L + u Q + u^2 R. Another z gives another Q', and R
        // takes up the difference, once u is known: as it is where nothing of the fold is absorbed.
        let u = prover.clone().transcript.fold(&honest);
        let mut folded = prover.opening.clone();
        folded.fold(u);
        let base = combine(&[prover.h], &[setting.u]);
        let true_next = folded.opened(base);
        folded.z[0] += Fr::one();
        let difference = folded.opened(base) - true_next;
        let right = honest[1] + combine(&[u.square().inverse().unwrap()], &[difference]);
        prover.send_fold([honest[0], right]);
        prover.opening.z[0] += Fr::one();
        let points = prover.fold();
        prover.send_fold(points);
        prover.sent.rest = prover.opening.z.clone();
        prover.sent.encode()
    });
}
