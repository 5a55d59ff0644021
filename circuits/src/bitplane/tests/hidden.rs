//! Zero knowledge, as far as tests can show it.

use ark_ff::{One, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::{statements, Both};
use super::reference::cube::evaluate;
use super::reference::messages::{Messages, Short};
use super::reference::prover::scalars;
use super::reference::relations::Relations;
use super::reference::transcript::Challenges;
use super::reference::verifier::failing;
use super::reference::{combine, inner, P};
use super::*;

#[test]
fn all_inputs_give_proofs_of_one_length() {
    let range = Segment::range(5, 11);
    let norm = Some(Norm {
        offset: 5,
        max_square: 500,
    });
    let segment = Segment {
        norm,
        sum: Some(SumRule::AtMost(100)),
        ..range
    };
    let both = Both::new(vec![segment], 4);
    for x in [[0; 5], [10; 5], [0, 10, 3, 7, 5]] {
        let proven = both.suite.prove(&binding(3), &x, &mut OsRng).unwrap();
        assert_eq!(proven.bytes.len(), both.suite.proof_len());
    }
}

#[test]
fn nothing_that_is_sent_is_a_secret() {
    for (segments, x) in statements() {
        let both = Both::new(segments, 4);
        let prover = both.prover(&x);
        let secrets = prover.secrets.clone();
        let mut walked = prover.clone();
        walked.commit();
        walked.send_commitments();
        walked.sum_check();
        walked.evaluate();
        walked.send_evaluations();
        walked.announce();
        let witnesses = walked.witness.list();
        let mut hidden = [witnesses.clone(), walked.v.clone(), secrets.beta].concat();
        // The response for a witness that is 0, a blinding that there is not, is its nonce.
        let nonces = secrets.nonces.list().into_iter().zip(&witnesses);
        hidden.extend(nonces.filter(|(_, w)| !w.is_zero()).map(|(nonce, _)| nonce));
        hidden.extend(secrets.nonces_v);
        hidden.extend(walked.beliefs.quantities.clone());
        hidden.retain(|secret| !secret.is_zero());
        let sent = Messages::decode(&both.setting, &prover.prove()).unwrap();
        let mut shown: Vec<Fr> = sent.rounds.iter().flatten().copied().collect();
        shown.push(sent.form);
        shown.extend(sent.responses.list());
        shown.extend(&sent.rest);
        assert!(shown.iter().all(|scalar| !hidden.contains(scalar)));
    }
}

#[test]
fn a_simulator_without_an_input_convinces_under_challenges_that_it_chose() {
    let range = Segment::range(5, 11);
    let equal = Segment {
        sum: Some(SumRule::Equal(25)),
        ..range
    };
    for (segments, columns) in [(vec![range], 4), (vec![equal, range], 4), (vec![equal], 1)] {
        let both = Both::new(segments, columns);
        let setting = &both.setting;
        let rng = &mut ChaCha20Rng::seed_from_u64(11);
        let nu = setting.nu();
        let mut one = || scalars(rng, 1)[0];
        let (lambda, e, h) = (one(), one(), one());
        let sigma = if setting.claims.is_empty() {
            Fr::zero()
        } else {
            one()
        };
        let challenges = Challenges {
            theta: scalars(rng, nu),
            lambda,
            alpha: scalars(rng, setting.claims.len()),
            r: scalars(rng, nu),
            sigma,
            e,
            h,
            u: Vec::new(),
            ranges: Vec::new(),
        };
        let mut point = || -> P { combine(&scalars(rng, 1), &[setting.h]) };
        let bit_rows = setting.bit_rows().iter().map(|_| point()).collect();
        let (gamma, y) = (point(), [point(), point()]);
        let x = (!setting.claims.is_empty()).then(&mut point);
        // Any polynomials of which each continues the one before.
        let mut rounds: Vec<[Fr; 4]> = Vec::new();
        for i in 0..nu {
            let mut round: [Fr; 4] = scalars(rng, 4).try_into().unwrap();
            if let Some(before) = rounds.last() {
                let sum = evaluate(before, challenges.r[i - 1]);
                round[1] = sum - round[0] - round[0] - round[2] - round[3];
            }
            rounds.push(round);
        }
        let responses = Short::read(setting, || Ok::<_, ()>(scalars(rng, 1)[0])).unwrap();
        let rest = scalars(rng, columns);
        let mut messages = Messages {
            bit_rows,
            gamma,
            quantities: Vec::new(),
            ranges: Vec::new(),
            rounds,
            y,
            x,
            z_x: None,
            announcements: Vec::new(),
            form: Fr::zero(),
            responses,
            folds: Vec::new(),
            rest,
        };
        let claims = (&challenges.theta[..], lambda, &challenges.alpha[..]);
        let relations = Relations::new(setting, claims, &challenges.r, sigma);
        let z = &messages.responses;
        let left = relations.left(&messages);
        let right = relations.right(&messages, z, &messages.rest);
        let solved = right.iter().zip(&left);
        let solved = solved.map(|((_, right), (_, left))| *right - combine(&[e], &[*left]));
        let value = z.x.map_or(Fr::zero(), |[x, _]| x);
        let form = inner(&messages.rest, &relations.columns) - z.y - sigma * value;
        (messages.announcements, messages.form) = (solved.collect(), form);
        assert_eq!(failing(setting, &messages, &challenges), []);
        // Under any other challenge it is worth nothing.
        let other = Challenges {
            e: e + Fr::one(),
            ..challenges
        };
        assert_ne!(failing(setting, &messages, &other), []);
    }
}
