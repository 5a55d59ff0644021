//! What the transcript absorbs (`specs/proofs.md` 7.15): with an item left out on both sides a replay
//! or a forgery is accepted, with it in it is not. Left out only in the reference's transcript,
//! which exists in tests alone; that the suite's is the same is what `agreement` shows.

use ark_ff::{Field, One, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::Both;
use super::reference::prover::{scalars, Beliefs, Prover};
use super::reference::setting::Setting;
use super::reference::verifier::verify;
use super::reference::{combine, inner};
use super::*;

const X: [u64; 5] = [0, 10, 3, 7, 5];

fn setting(bound: u64, clients: u32, sum: Option<SumRule>) -> Setting {
    let segment = Segment {
        sum,
        ..Segment::range(5, bound)
    };
    Setting::new(&Statement::new(vec![segment]).unwrap(), clients, 4)
}

fn prover<'a>(setting: &'a Setting, omit: Option<&'static str>) -> Prover<'a> {
    let beliefs = Beliefs::of(setting, &X);
    Prover::new(
        setting,
        &binding(3),
        beliefs,
        &mut ChaCha20Rng::seed_from_u64(5),
        omit,
    )
}

/// A forgery is good where `item` is left out, and nowhere else.
#[track_caller]
fn only_without(
    item: &'static str,
    setting: &Setting,
    binding: &Binding,
    forge: impl Fn(Option<&'static str>) -> Vec<u8>,
) {
    let verdict = |omit| verify(setting, binding, omit, &forge(omit)).unwrap();
    assert_eq!(verdict(Some(item)), []);
    assert_ne!(verdict(None), []);
}

/// A prover that believes the lowest bit of the second coordinate to be 2, up to the sum-check.
fn liar<'a>(setting: &'a Setting, omit: Option<&'static str>) -> Prover<'a> {
    let mut prover = prover(setting, omit);
    prover.beliefs.table[setting.corner(0, 0, 1)] = Fr::from(2u64);
    prover.commit();
    prover
}

/// What the first claim lacks of the truth.
fn lacking(prover: &Prover<'_>) -> Fr {
    let setting = prover.setting;
    let round = prover.clone().round();
    let claimed = setting.claimed(
        &prover.alpha,
        &prover.beliefs.quantities,
        Fr::one(),
        |a, b| a * b,
    );
    let masked = inner(&super::mask::sum_weights(setting.nu()), &prover.secrets.a) * prover.lambda;
    claimed + masked - round[0] - round.iter().sum::<Fr>()
}

#[test]
fn replays() {
    let plain = setting(11, 20, None);
    let other_client = binding(4);
    let other_round = Binding {
        context: [8; 32],
        client: 3,
    };
    let whole = |setting: &Setting, omit| prover(setting, omit).prove();
    only_without("client", &plain, &other_client, |omit| whole(&plain, omit));
    only_without("context", &plain, &other_round, |omit| whole(&plain, omit));
    // Another bound of as many bits: the same bits count otherwise.
    only_without("statement", &setting(12, 20, None), &binding(3), |omit| {
        whole(&plain, omit)
    });
    only_without("clients", &setting(11, 21, None), &binding(3), |omit| {
        whole(&plain, omit)
    });
}

#[test]
fn a_mask_that_is_chosen_after_lambda() {
    let setting = setting(11, 20, None);
    only_without("commitments", &setting, &binding(3), |omit| {
        let mut prover = liar(&setting, omit);
        prover.send_commitments();
        let lack = lacking(&prover);
        prover.sum_check();
        // Two coefficients change such that g's sum takes up what is lacking, and g's value at the
        // point does not change: a_0 + d, a_4 - d has both weights 2^nu and 1, so take a_0 and a_1.
        let sums = super::mask::sum_weights(setting.nu());
        let r = prover.cube.bound[0];
        // d_0 + d_1 r = 0 and d_0 s_0 + d_1 s_1 = -lack / lambda.
        let d1 = -lack * (prover.lambda * (sums[1] - sums[0] * r)).inverse().unwrap();
        prover.secrets.a[0] -= d1 * r;
        prover.secrets.a[1] += d1;
        let gamma = combine(&prover.secrets.a, &setting.k);
        prover.sent.gamma = gamma + combine(&[prover.secrets.rho_a], &[setting.h]);
        prover.finish()
    });
}

#[test]
fn a_round_polynomial_that_is_chosen_after_its_challenge() {
    let setting = setting(11, 20, None);
    only_without("round", &setting, &binding(3), |omit| {
        let mut liar = liar(&setting, omit);
        liar.send_commitments();
        let lack = lacking(&liar);
        // What the challenge will be: it depends on nothing that is sent.
        let mut ahead = liar.clone();
        let honest = ahead.round();
        ahead.send_round(honest);
        let r = ahead.cube.bound[0];
        // Something that adds what lacks at 0 and 1 together, and nothing at r.
        let slope = lack * (Fr::one() - r - r).inverse().unwrap();
        let mut round = liar.round();
        round[0] -= slope * r;
        round[1] += slope;
        liar.send_round(round);
        for _ in 1..setting.nu() {
            let round = liar.round();
            liar.send_round(round);
        }
        liar.finish()
    });
}

#[test]
fn evaluations_that_are_chosen_after_sigma() {
    let setting = setting(11, 20, Some(SumRule::Equal(25)));
    only_without("evaluations", &setting, &binding(3), |omit| {
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

#[test]
fn announcements_that_are_solved_for() {
    let setting = setting(11, 20, None);
    only_without("announcements", &setting, &binding(3), |omit| {
        let mut prover = liar(&setting, omit);
        prover.send_commitments();
        prover.sum_check();
        prover.evaluate();
        prover.send_evaluations();
        // Any responses; m from them; then e; then what the equations want.
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let mut drawn = scalars(&mut rng, prover.secrets.nonces.list().len()).into_iter();
        let responses =
            super::reference::messages::Short::read(&setting, || drawn.next().ok_or(())).unwrap();
        let z = scalars(&mut rng, setting.columns);
        prover.announce();
        prover.sent.form = inner(&z, &prover.k) - responses.y;
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

#[test]
fn a_form_that_is_solved_for() {
    let setting = setting(11, 20, None);
    only_without("form", &setting, &binding(3), |omit| {
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
        prover.sent.form = inner(&prover.z, &prover.k) - prover.sent.responses.y;
        prover.send_responses();
        prover.sent.rest = prover.z.clone();
        prover.sent.encode()
    });
}

#[test]
fn folds_that_are_solved_for() {
    let statement = Statement::new(vec![Segment::range(5, 2)]).unwrap();
    let setting = Setting::new(&statement, 20, 1024);
    only_without("fold", &setting, &binding(3), |omit| {
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
        // takes up the difference, once u is known.
        let mut ahead = prover.clone();
        ahead.send_fold(honest);
        let true_next = ahead.z.clone();
        let u_square = {
            // z' = z_lo + u z_hi at a place where z_hi is not zero gives u.
            let half = prover.z.len() / 2;
            let u = (true_next[0] - prover.z[0]) * prover.z[half].inverse().unwrap();
            u.square()
        };
        let mut false_next = true_next.clone();
        false_next[0] += Fr::one();
        let value = |z: &[Fr]| {
            combine(z, &ahead.g) + combine(&[prover.h * inner(z, &ahead.k)], &[setting.u])
        };
        let difference = value(&false_next) - value(&true_next);
        let right = honest[1] + combine(&[u_square.inverse().unwrap()], &[difference]);
        prover.send_fold([honest[0], right]);
        if omit.is_some() {
            prover.z = false_next;
        } else {
            prover.z[0] += Fr::one();
        }
        let points = prover.fold();
        prover.send_fold(points);
        prover.sent.rest = prover.z.clone();
        prover.sent.encode()
    });
}

#[test]
fn a_lie_is_noticed_without_any_of_that() {
    let both = Both::new(vec![Segment::range(5, 11)], 4);
    let mut prover = liar(&both.setting, None);
    prover.send_commitments();
    assert!(!lacking(&prover).is_zero());
    prover.sum_check();
    assert_ne!(both.verdict(&prover.finish()), []);
}
