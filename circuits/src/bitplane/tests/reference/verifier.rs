//! Every equation of 7.11 by itself.

use super::cube::evaluate;
use super::messages::Messages;
use super::relations::Relations;
use super::setting::Setting;
use super::transcript::{Challenges, Transcript};
use super::{combine, inner, mul, F, P};
use crate::codec::DecodeError;
use crate::group::ristretto::Ristretto;
use crate::group::Group;
use crate::proof_system::{Binding, ProofPart};

/// An equation of 7.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Equation {
    /// 7.11.1, for a round from 1.
    Round(usize),
    /// 7.11.2, with the number of 7.7.
    Relation(u8),
    /// 7.11.3.
    Opening,
    /// 7.11.4: a chunk, and which of the two equations of 6.6.
    Range(usize, u8),
}

/// The commitments that each range proof is about (7.9.2, 7.9.3).
pub(crate) fn bounded_values(setting: &Setting, messages: &Messages) -> Vec<Vec<P>> {
    let claims = setting.quantities();
    let chunks = setting.chunks().into_iter().map(|chunk| {
        let value = |&i: &usize| {
            let most = F::from(claims[i].kind.most().unwrap());
            mul(most, setting.u) - messages.quantities[i]
        };
        let mut values: Vec<_> = chunk.iter().map(value).collect();
        values.resize(chunk.len().next_power_of_two(), Ristretto::identity());
        values
    });
    chunks.collect()
}

/// The equations that fail under these challenges.
pub(crate) fn failing(setting: &Setting, messages: &Messages, c: &Challenges) -> Vec<Equation> {
    let mut out = Vec::new();

    for i in 1..messages.rounds.len() {
        let [before, round] = [i - 1, i].map(|i| &messages.rounds[i]);
        let sum = evaluate(round, F::from(0u64)) + evaluate(round, F::from(1u64));
        if sum != evaluate(before, c.r[i - 1]) {
            out.push(Equation::Round(i));
        }
    }

    let challenges = (&c.theta[..], c.lambda, &c.alpha[..]);
    let relations = Relations::new(setting, challenges, &c.r, c.sigma);
    let z = &messages.responses;
    let left = relations.left(messages);
    let no_vector = vec![F::from(0u64); setting.columns];
    let right = relations.right(messages, z, &no_vector);
    for (((number, left), (_, right)), announced) in
        left.iter().zip(&right).zip(&messages.announcements).skip(1)
    {
        if *right != *announced + mul(c.e, *left) {
            out.push(Equation::Relation(*number));
        }
    }

    // 7.8.1
    let z_x = z.x.map_or(F::from(0u64), |[x, _]| x);
    let mut q = messages.announcements[0] + mul(c.e, left[0].1) - mul(z.rho_v, setting.h)
        + mul(c.h * (z.y + c.sigma * z_x + messages.form), setting.u);
    // 7.8.2, with G' as scalars by which each G_c counts.
    let mut factors = vec![F::from(1u64); setting.columns];
    let mut k = relations.columns.clone();
    for ([left, right], u) in messages.folds.iter().zip(&c.u) {
        let half = k.len() / 2;
        for (column, factor) in factors.iter_mut().enumerate() {
            if column % k.len() < half {
                *factor *= u;
            }
        }
        k = (0..half).map(|j| *u * k[j] + k[half + j]).collect();
        q = *left + mul(*u, q) + mul(*u * u, *right);
    }
    // 7.8.3
    let rest = &messages.rest;
    let scalars = factors.iter().enumerate();
    let scalars: Vec<_> = scalars
        .map(|(c, factor)| *factor * rest[c % rest.len()])
        .collect();
    if q != combine(&scalars, &setting.g) + mul(c.h * inner(rest, &k), setting.u) {
        out.push(Equation::Opening);
    }

    let values = bounded_values(setting, messages);
    for (chunk, ((proof, values), c)) in messages
        .ranges
        .iter()
        .zip(&values)
        .zip(&c.ranges)
        .enumerate()
    {
        for (number, holds) in (1..).zip(proof.holds(&setting.bases, values, c)) {
            if !holds {
                out.push(Equation::Range(chunk, number));
            }
        }
    }
    out
}

/// The messages of a proof's bytes, and its challenges under a transcript that leaves out `omit`.
pub(crate) fn replay(
    setting: &Setting,
    binding: &Binding,
    omit: Option<&'static str>,
    bytes: &[u8],
) -> Result<(Messages, Challenges), DecodeError> {
    let messages = Messages::decode(setting, bytes)?;
    let transcript = Transcript::open(setting, binding, omit);
    let values = bounded_values(setting, &messages);
    let challenges = Challenges::derive(setting, transcript, &messages, &values);
    Ok((messages, challenges))
}

/// The equations that fail of a proof's bytes, under a transcript that leaves out `omit`.
pub(crate) fn verify(
    setting: &Setting,
    binding: &Binding,
    omit: Option<&'static str>,
    bytes: &[u8],
) -> Result<Vec<Equation>, DecodeError> {
    let (messages, challenges) = replay(setting, binding, omit, bytes)?;
    Ok(failing(setting, &messages, &challenges))
}

/// The part of V-07 that is named for these equations.
pub(crate) fn part(setting: &Setting, failing: &[Equation]) -> Option<ProofPart> {
    let chunks = setting.chunks();
    let claims = setting.quantities();
    let part = |equation: &Equation| match *equation {
        Equation::Range(chunk, _) if claims[chunks[chunk][0]].kind.is_norm() => ProofPart::Norm,
        Equation::Range(..) => ProofPart::Sum,
        _ => ProofPart::Range,
    };
    failing.iter().map(part).min()
}
