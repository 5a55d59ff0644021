//! Circuits and keys of tests. Their secrets are known.

use ark_ec::CurveGroup;
use ark_ff::{Field, One};

use super::circuit::Circuit;
use super::derive::{derive, multiply_delta, Powers};
use super::key::{generators, ProvingKey};
use crate::group::bls12381::Fr;
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

/// Powers of known secrets, for a domain of this size.
pub(super) fn powers(domain: usize, tau: Fr, alpha: Fr, beta: Fr) -> Powers {
    let (one, two) = generators();
    let powers: Vec<Fr> = std::iter::successors(Some(Fr::one()), |power| Some(*power * tau))
        .take(2 * domain - 1)
        .collect();
    let in_1 = |factor: Fr, count: usize| {
        let points = powers[..count]
            .iter()
            .map(|power| (one * (*power * factor)).into_affine());
        points.collect()
    };
    Powers {
        tau_1: in_1(Fr::one(), 2 * domain - 1),
        tau_2: powers[..domain]
            .iter()
            .map(|power| (two * power).into_affine())
            .collect(),
        alpha: in_1(alpha, domain),
        beta: in_1(beta, domain),
        beta_2: (two * beta).into_affine(),
    }
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
        let powers = powers(circuit.domain(), self.tau, self.alpha, self.beta);
        multiply_delta(&derive(circuit, max_clients, &powers), &self.delta)
    }
}
