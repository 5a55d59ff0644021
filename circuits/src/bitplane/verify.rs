//! The verifier: all equations of a batch of proofs as one multiscalar multiplication
//! (`specs/proofs.md` 7.11).

use ark_ff::Zero;
use rayon::prelude::*;

use super::bases::{Base, Bases};
use super::multilinear::{evaluate, sum_of_ends};
use super::opening;
use super::proof::BitplaneInput;
use super::relation::{equations, AtPoint};
use super::sumcheck::{absorb_round, Challenges};
use super::RistrettoBitplane;
use crate::bad_ones::bad_ones;
use crate::group::edwards::{msm, Affine};
use crate::group::ristretto::{Fr, KeyPoint, Ristretto};
use crate::group::Group;
use crate::proof_system::{Binding, ProofPart, ProofSystem};
use crate::transcript::{Transcript, TranscriptExt};

type Batch<'a> = [(Binding, &'a BitplaneInput)];

/// The coefficient of each generator in the sum of all equations.
#[derive(Clone)]
struct Shared {
    columns: Vec<Fr>,
    masks: Vec<Fr>,
    value: Fr,
    blinding: Fr,
}

impl Shared {
    fn zero(bases: &Bases) -> Self {
        Self {
            columns: vec![Fr::zero(); bases.columns.len()],
            masks: vec![Fr::zero(); bases.masks.len()],
            value: Fr::zero(),
            blinding: Fr::zero(),
        }
    }

    fn add(mut self, other: Self) -> Self {
        for (a, b) in self.columns.iter_mut().zip(other.columns) {
            *a += b;
        }
        for (a, b) in self.masks.iter_mut().zip(other.masks) {
            *a += b;
        }
        self.value += other.value;
        self.blinding += other.blinding;
        self
    }
}

/// The indices of all proofs that do not hold, with the first bad part of each.
pub(super) fn verify(suite: &RistrettoBitplane, batch: &Batch<'_>) -> Vec<(usize, ProofPart)> {
    // A proof without equations, since it does not fit the statement, is bad by itself.
    let replayed: Vec<Option<Replayed>> = batch
        .par_iter()
        .map(|(binding, proof)| Replayed::new(suite, binding, proof))
        .collect();
    let sound: Vec<usize> = (0..batch.len())
        .filter(|&i| replayed[i].is_some())
        .collect();
    let mut bad: Vec<(usize, ProofPart)> = (0..batch.len())
        .filter(|&i| replayed[i].is_none())
        .map(|i| (i, ProofPart::Range))
        .collect();
    for group in sound.chunks(suite.best_batch()) {
        let members: Vec<Member<'_>> = group
            .iter()
            .filter_map(|&index| {
                let (binding, proof) = &batch[index];
                Some(Member {
                    index,
                    binding,
                    proof,
                    replayed: replayed[index].as_ref()?,
                })
            })
            .collect();
        let of_group = bad_ones(members.len(), |part| hold(suite, &members[part]));
        bad.extend(
            of_group
                .into_iter()
                .map(|at| (members[at].index, ProofPart::Range)),
        );
    }
    let refused: Vec<usize> = bad.iter().map(|(index, _)| *index).collect();
    let bounds = batch
        .par_iter()
        .enumerate()
        .filter_map(|(index, (_, proof))| {
            let replayed = replayed[index]
                .as_ref()
                .filter(|_| !refused.contains(&index))?;
            Some((index, replayed.first_bad_bound(suite, proof)?))
        });
    bad.extend(bounds.collect::<Vec<_>>());
    bad.sort_unstable();
    bad
}

/// A proof in a batch.
struct Member<'a> {
    index: usize,
    binding: &'a Binding,
    proof: &'a BitplaneInput,
    replayed: &'a Replayed,
}

/// Whether all equations of a group hold, but for a chance of `1/l`: the weights are hashed from
/// everything that is verified, so whoever made the proofs could not know them.
fn hold(suite: &RistrettoBitplane, group: &[Member<'_>]) -> bool {
    let mut transcript = Transcript::new(b"veragg/1 bitplane batch");
    for member in group {
        transcript.append_message(b"context", &member.binding.context);
        transcript.absorb_u64(b"client", u64::from(member.binding.client));
        transcript.append_message(b"proof", &member.proof.digest);
    }
    let count = suite.equation_count();
    let weights: Vec<Vec<Fr>> = group
        .iter()
        .map(|_| transcript.challenge_scalars::<Ristretto>(b"weight", count))
        .collect();
    add_up(suite, group, &weights)
}

/// What a verifier without weights would say of a batch: whether its equations hold together. Tests
/// show by it what the weights are for.
#[cfg(test)]
pub(super) fn hold_without_weights(suite: &RistrettoBitplane, batch: &Batch<'_>) -> bool {
    let replayed = batch
        .iter()
        .map(|(binding, proof)| Replayed::new(suite, binding, proof))
        .collect::<Option<Vec<_>>>();
    let replayed = replayed.unwrap_or_default();
    let members = batch.iter().zip(&replayed).enumerate();
    let members: Vec<Member<'_>> = members
        .map(|(index, ((binding, proof), replayed))| Member {
            index,
            binding,
            proof,
            replayed,
        })
        .collect();
    assert_eq!(members.len(), batch.len());
    let weights = vec![vec![Fr::from(1u64); suite.equation_count()]; batch.len()];
    add_up(suite, &members, &weights)
}

/// Whether the equations of a group, each under its weight, add up to the identity.
fn add_up(suite: &RistrettoBitplane, group: &[Member<'_>], weights: &[Vec<Fr>]) -> bool {
    let summed: Vec<(Shared, Vec<Fr>)> = group
        .par_iter()
        .zip(weights)
        .map(|(member, weights)| member.replayed.weighted_sum(suite, member.proof, weights))
        .collect();
    let bases = &suite.bases;
    let mut shared = Shared::zero(bases);
    let mut own = Vec::with_capacity(summed.len() * suite.proof_layout.points());
    for (of_generators, of_points) in summed {
        shared = shared.add(of_generators);
        own.extend(of_points);
    }
    let scalars: Vec<Fr> = [
        shared.columns,
        shared.masks,
        vec![shared.value, shared.blinding],
        own,
    ]
    .concat();
    let generators = [
        &bases.columns[..],
        &bases.masks,
        &[bases.value, bases.blinding],
    ]
    .concat();
    let points: Vec<Affine> = generators
        .into_iter()
        .chain(
            group
                .iter()
                .flat_map(|member| member.proof.points.iter().copied()),
        )
        .collect();
    msm(&scalars, &points).is_identity()
}

/// The challenges of a proof for which everything holds that the field alone can check.
struct Replayed {
    /// The transcript that the range proofs go on from.
    committed: Transcript,
    challenges: Challenges,
    point: Vec<Fr>,
    sigma: Fr,
    challenge: Fr,
    opening: opening::Challenges,
}

impl Replayed {
    /// Replays the transcript (7.5). Nothing if the counts are another statement's, or a round
    /// polynomial does not continue the one before.
    fn new(suite: &RistrettoBitplane, binding: &Binding, proof: &BitplaneInput) -> Option<Self> {
        let (shape, proof_layout, scalars) = (&suite.shape, &suite.proof_layout, &proof.scalars);
        let counts = [
            (proof.points.len(), proof_layout.points()),
            (scalars.polynomials.len(), shape.variables()),
            (scalars.responses.len(), shape.witnesses() + 1),
            (scalars.vector.len(), shape.folded_len()),
            (proof.ranges.len(), suite.bounded.count()),
        ];
        if counts.iter().any(|(got, want)| got != want) {
            return None;
        }
        let committed = suite.transcript(binding, proof.encoded(0, proof_layout.commitments()));
        let mut transcript = committed.clone();
        let challenges = Challenges::squeeze(shape, &mut transcript);
        let mut point = Vec::with_capacity(shape.variables());
        let mut claim = None;
        for polynomial in &scalars.polynomials {
            if claim.is_some_and(|claim| claim != sum_of_ends(polynomial)) {
                return None;
            }
            let r = absorb_round(&mut transcript, polynomial);
            claim = Some(evaluate(polynomial, r));
            point.push(r);
        }
        let evaluations = proof.encoded(proof_layout.commitments(), proof_layout.evaluations_end());
        transcript.append_message(b"evaluations", evaluations);
        let sigma = suite.sigma(&mut transcript);
        let announcements = proof.encoded(
            proof_layout.evaluations_end(),
            proof_layout.announcements_end(),
        );
        let challenge = suite.absorb_announcements(&mut transcript, announcements, &scalars.form);
        suite.absorb_responses(&mut transcript, &scalars.responses);
        let folds = proof.encoded(proof_layout.announcements_end(), proof_layout.points());
        let opening = opening::Challenges::squeeze(folds, &mut transcript);
        Some(Self {
            committed,
            challenges,
            point,
            sigma,
            challenge,
            opening,
        })
    }

    /// The coefficients of all generators, and of all points of the proof, in the sum of its
    /// equations, each times a weight.
    fn weighted_sum(
        &self,
        suite: &RistrettoBitplane,
        proof: &BitplaneInput,
        weights: &[Fr],
    ) -> (Shared, Vec<Fr>) {
        let (shape, proof_layout, scalars) = (&suite.shape, &suite.proof_layout, &proof.scalars);
        let at = AtPoint::new(shape, &self.challenges, &self.point);
        let equations = equations(
            shape,
            proof_layout,
            &self.challenges,
            &scalars.polynomials,
            &self.point,
            &at,
        );
        let mut shared = Shared::zero(&suite.bases);
        let mut own = vec![Fr::zero(); proof_layout.points()];
        let mut add = |base, scalar: Fr| match base {
            Base::Mask(i) => shared.masks[i] += scalar,
            Base::Value => shared.value += scalar,
            Base::Blinding => shared.blinding += scalar,
            Base::Own(i) => own[i] += scalar,
        };
        for (index, (equation, weight)) in equations.iter().zip(&weights[1..]).enumerate() {
            let announcement = proof_layout.announcement(index);
            equation.check(
                &scalars.responses,
                announcement,
                self.challenge,
                *weight,
                &mut add,
            );
        }

        // The opened vector: <z, G'> + base <z, form'> U = Q' (7.8).
        let weight = weights[0];
        let (product, sides) = self.opening.counts();
        for (fold, (left, right)) in sides.into_iter().enumerate() {
            let (l, r) = proof_layout.fold(fold);
            add(l, -weight * left);
            add(r, -weight * right);
        }
        let opened = weight * product;
        let blinding = scalars.responses[shape.witnesses()];
        add(proof_layout.vector_announcement(), -opened);
        add(Base::Blinding, opened * blinding);
        let claimed = suite.claimed_form(scalars, self.sigma);
        let form = self.opening.form(&scalars.vector, &at.columns);
        add(
            Base::Value,
            self.opening.base * (weight * form - opened * claimed),
        );
        for (row, count) in at.row_weights(shape, self.sigma).iter().enumerate() {
            add(Base::Own(row), -opened * self.challenge * count);
        }
        let blocks = self.opening.blocks();
        let runs = shared.columns.chunks_exact_mut(scalars.vector.len());
        for (run, block) in runs.zip(blocks) {
            let block = weight * block;
            for (column, z) in run.iter_mut().zip(&scalars.vector) {
                *column += block * z;
            }
        }
        (shared, own)
    }

    /// The first part whose bounds do not hold (7.9).
    fn first_bad_bound(
        &self,
        suite: &RistrettoBitplane,
        proof: &BitplaneInput,
    ) -> Option<ProofPart> {
        let proof_layout = &suite.proof_layout;
        let encoded = proof.encoded(proof_layout.bit_rows() + 1, proof_layout.commitments());
        let commitments: Vec<KeyPoint> = encoded
            .chunks_exact(Ristretto::POINT_LEN)
            .filter_map(|bytes| Ristretto::decode_point(bytes, "commitment").ok())
            .collect();
        suite
            .bounded
            .first_bad(&self.committed, &commitments, &proof.ranges, &proof.digest)
    }
}
