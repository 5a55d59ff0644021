//! Zero knowledge, as far as tests can show it; `simulator` shows the rest.

use ark_ff::Zero;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::{statements, Both};
use super::reference::messages::Messages;
use super::*;

#[test]
fn all_inputs_give_proofs_of_one_length() {
    let norm = Some(Norm {
        offset: 5,
        max_square: 500,
    });
    let segment = Segment {
        norm,
        sum: Some(SumRule::AtMost(100)),
        ..Segment::range(5, 11)
    };
    for columns in [4, 1024] {
        let both = Both::new(vec![segment], columns);
        for (seed, x) in (0..).zip([[0; 5], [10; 5], [0, 10, 3, 7, 5]]) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let proven = both.suite.prove(&binding(3), &x, &mut rng).unwrap();
            assert_eq!(proven.bytes.len(), both.suite.proof_len());
        }
    }
}

/// Everything that a prover of `x` must not show: witnesses and nonces, the vector that it opens,
/// blindings, quantities, and the rounds as they are without a mask.
fn secrets(both: &Both, x: &[u64]) -> Vec<Fr> {
    let mut walked = both.prover(x);
    walked.commit();
    walked.send_commitments();
    walked.sum_check();
    walked.evaluate();
    walked.send_evaluations();
    walked.announce();
    walked.send_announcements();
    let witnesses = walked.witness.list();
    let mut hidden = [witnesses.clone(), walked.v.clone()].concat();
    // As they would be answered for without a nonce.
    hidden.extend(hidden.clone().iter().map(|witness| walked.e * witness));
    let drawn = &walked.secrets;
    // The response for a witness that is 0, a blinding that there is not, is its nonce.
    let nonces = drawn.nonces.list().into_iter().zip(&witnesses);
    hidden.extend(nonces.filter(|(_, w)| !w.is_zero()).map(|(nonce, _)| nonce));
    hidden.extend(&drawn.nonces_v);
    hidden.extend(&drawn.beta);
    hidden.extend(&drawn.quantities);
    hidden.extend(&walked.beliefs.quantities);
    // The same rounds without the mask.
    let mut bare = both.prover(x);
    bare.commit();
    bare.send_commitments();
    let point = walked.cube.bound;
    for r in point {
        hidden.extend(bare.cube.round(Fr::zero(), &bare.secrets.a));
        bare.cube.bind(r);
    }
    hidden.retain(|secret| !secret.is_zero());
    hidden
}

#[test]
fn nothing_that_is_sent_is_a_secret() {
    let folded = (vec![Segment::range(5, 2)], vec![0, 1, 0, 1, 1]);
    let all = statements().into_iter().map(|all| (all, 4));
    for ((segments, x), columns) in all.chain([(folded, 1024)]) {
        let both = Both::new(segments, columns);
        let hidden = secrets(&both, &x);
        let sent = Messages::decode(&both.setting, &both.prover(&x).prove()).unwrap();
        let mut shown: Vec<Fr> = sent.rounds.iter().flatten().copied().collect();
        shown.push(sent.form);
        shown.extend(sent.responses.list());
        shown.extend(&sent.rest);
        assert!(shown.iter().all(|scalar| !hidden.contains(scalar)));
    }
}
