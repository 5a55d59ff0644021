//! Circuits and keys of tests. Their secrets are known.

use ark_ff::Field;

use super::circuit::Circuit;
use super::derive::{derive, multiply_delta, Powers};
use super::key::ProvingKey;
use crate::group::bls12381::{Fr, G1Affine};
use crate::statement::{Norm, Segment, Statement, SumRule};

/// Circuits of all kinds of claims.
pub(super) fn circuits() -> Vec<Circuit> {
    let with_sum = |sum| Segment {
        sum: Some(sum),
        ..Segment::range(4, 2)
    };
    let norm = Some(Norm {
        offset: 5,
        max_square: 60,
    });
    let normed = Segment {
        norm,
        ..Segment::range(3, 11)
    };
    let statements = [
        vec![Segment::range(1, 2)],
        vec![Segment::range(40, 1000)],
        vec![
            with_sum(SumRule::Equal(1)),
            normed,
            with_sum(SumRule::AtMost(2)),
        ],
    ];
    let circuits = statements.map(|segments| Circuit::new(&Statement::new(segments).unwrap(), 20));
    circuits.into()
}

/// The secrets of a key.
#[derive(Clone, Copy)]
pub(super) struct Secrets {
    pub(super) tau: Fr,
    pub(super) alpha: Fr,
    pub(super) beta: Fr,
    pub(super) delta: Fr,
}

impl Secrets {
    pub(super) fn of(seed: u64) -> Self {
        let secret = |number: u64| Fr::from(number * 7919 + seed).pow([12345]);
        Self {
            tau: secret(1),
            alpha: secret(2),
            beta: secret(3),
            delta: secret(4),
        }
    }

    pub(super) fn key(&self, circuit: &Circuit, max_clients: u32) -> ProvingKey {
        let powers = Powers::of_secrets(circuit.domain(), [self.tau, self.alpha, self.beta]);
        multiply_delta(&derive(circuit, max_clients, &powers), &self.delta)
    }
}

/// A point of the curve of order 3, outside the subgroup: `(0, 2)`.
pub(super) fn torsion() -> G1Affine {
    G1Affine::new_unchecked(0u64.into(), 2u64.into())
}
