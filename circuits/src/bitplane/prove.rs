//! The prover (`specs/proofs.md` 7.5).

use ark_ff::Zero;
use rand_core::CryptoRngCore;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::commit::{bit_rows, Codes};
use super::mask::Mask;
use super::multilinear::eq_table;
use super::opening::fold;
use super::proof::Scalars;
use super::relation::{equations, witness, AtPoint};
use super::shape::{Claim, Shape};
use super::sumcheck::{self, Challenges};
use super::vector::opened;
use super::{linear, RistrettoBitplane};
use crate::group::edwards::{encode, msm_constant_time, normalise, Affine, Point};
use crate::group::ristretto::products::inner;
use crate::group::ristretto::{uniform, Fr, Ristretto};
use crate::group::{of_integer, Group};
use crate::hedged::Hedge;
use crate::proof_system::{Binding, Proven};

/// What a claim adds up to.
#[derive(ZeroizeOnDrop)]
struct Quantity {
    /// Its part of the sum that the sum-check proves, without its challenge.
    sum: Fr,
    /// The quantity that is committed and bounded, if the claim has one.
    bounded: Option<u64>,
}

/// The sums of all claims, of a vector that satisfies them.
fn quantities(shape: &Shape, x: &[u64]) -> Vec<Quantity> {
    let mut starts = shape.segments.iter().scan(0, |end, segment| {
        let start = *end;
        *end += segment.claims.len;
        Some(start)
    });
    let starts: Vec<usize> = starts.by_ref().collect();
    let of_claim = |(index, claim): (usize, Claim)| {
        let values = &x[starts[index]..][..shape.segments[index].claims.len];
        match claim {
            Claim::Norm { offset, .. } => {
                // Below `max_square`, which is below 2^64.
                let squares = values.iter().map(|x| x.abs_diff(offset).wrapping_pow(2));
                let norm = squares.fold(0, u64::wrapping_add);
                let (len, offset) = (Fr::from(values.len() as u64), Fr::from(offset));
                Quantity {
                    sum: of_integer::<Fr>(norm) - len * offset * offset,
                    bounded: Some(norm),
                }
            }
            Claim::Equal(sum) => Quantity {
                sum: Fr::from(sum),
                bounded: None,
            },
            Claim::AtMost(_) => {
                let sum = values.iter().fold(0, |sum: u64, x| sum.wrapping_add(*x));
                Quantity {
                    sum: of_integer(sum),
                    bounded: Some(sum),
                }
            }
        }
    };
    let mut quantities = Vec::with_capacity(shape.claims().count());
    quantities.extend(shape.claims().map(of_claim));
    quantities
}

/// Uniform scalars, their bytes drawn at once: the operating system's generator is slow to call.
fn randoms(count: usize, rng: &mut dyn CryptoRngCore) -> Zeroizing<Vec<Fr>> {
    let mut bytes = Zeroizing::new(vec![0; 64 * count]);
    rng.fill_bytes(&mut bytes);
    let mut out = Zeroizing::new(Vec::with_capacity(count));
    let mut one = Zeroizing::new([0; 64]);
    for chunk in bytes.chunks_exact(64) {
        one.copy_from_slice(chunk);
        out.push(Ristretto::from_uniform_bytes(&one));
    }
    out
}

/// Commits and proves. The vector satisfies the statement.
pub(super) fn prove(
    suite: &RistrettoBitplane,
    binding: &Binding,
    x: &[u64],
    rng: &mut dyn CryptoRngCore,
) -> Proven<Ristretto> {
    let (shape, proof_layout, bases) = (&suite.shape, &suite.proof_layout, &suite.bases);

    // 4.4: from here on nothing is drawn from the caller's generator itself.
    let hedge = Hedge::new(&suite.opened_transcript(binding), "bitplane");
    let rng = &mut hedge.input(&suite.statement, x).stream(rng);

    // 7.5, steps 1 to 3: commitments
    let codes = Codes::new(shape, x);
    let blindings = randoms(shape.bit_rows(), rng);
    let rows = bit_rows(shape, bases, &codes, &blindings);
    let mask = Mask::random(shape.variables(), rng);
    let mask_blinding = Zeroizing::new(uniform(rng));
    let flat_mask = Zeroizing::new(mask.coefficients.concat());
    let gamma = msm_constant_time(&flat_mask, &bases.masks) + bases.blind(&mask_blinding);
    let quantities = quantities(shape, x);
    // At full size: a vector that grows leaves copies of secrets behind.
    let mut bounded = Zeroizing::new(Vec::with_capacity(quantities.len()));
    bounded.extend(quantities.iter().filter_map(|quantity| quantity.bounded));
    let bounded_blindings = randoms(bounded.len(), rng);
    let quantity_points = bounded
        .iter()
        .zip(bounded_blindings.iter())
        .map(|(quantity, blinding)| bases.commit(&of_integer(*quantity), blinding));
    let committed = encode(
        &[gamma]
            .into_iter()
            .chain(quantity_points)
            .collect::<Vec<_>>(),
    );
    let mut points = [rows, committed].concat();
    let mut transcript = suite.transcript(binding, points.as_flattened());
    // 7.9: the bounds
    let ranges = suite
        .bounded
        .prove(&transcript, &bounded, &bounded_blindings, rng);

    // 7.5, steps 5 and 6: the sum-check
    let challenges = Challenges::squeeze(shape, &mut transcript);
    let claims = challenges.claims.iter().zip(&quantities);
    let claimed: Fr = claims.map(|(alpha, quantity)| *alpha * quantity.sum).sum();
    let outcome = sumcheck::prove(shape, &codes, &mask, &challenges, claimed, &mut transcript);

    // 7.5, steps 7 and 8: the evaluations, committed
    let evaluations = Evaluations::new(shape, &outcome, rng);
    let evaluation_points = evaluations.commit(suite);
    let encoded = encode(&evaluation_points);
    transcript.append_message(b"evaluations", encoded.as_flattened());
    points.extend(encoded);
    let sigma = suite.sigma(&mut transcript);

    // 7.7: announcements
    let at = AtPoint::new(shape, &challenges, &outcome.point);
    let polynomials = &outcome.polynomials;
    let equations = equations(
        shape,
        proof_layout,
        &challenges,
        polynomials,
        &outcome.point,
        &at,
    );
    let own = normalise(&evaluation_points);
    let first = proof_layout.commitments();
    let own = |index: usize| own.get(index - first).copied().unwrap_or(Affine::IDENTITY);
    let announced = linear::announce(&equations, shape.witnesses(), bases, own, rng);
    let vector_nonces = randoms(shape.columns, rng);
    let blinding_nonce = Zeroizing::new(uniform(rng));
    let vector_announcement =
        msm_constant_time(&vector_nonces, &bases.columns) + bases.blind(&blinding_nonce);
    let mut form = inner(&vector_nonces, &eq_table(&at.columns)) - announced.nonces[witness::BIT];
    if shape.has_claims() {
        form -= sigma * announced.nonces[witness::value(shape.variables())];
    }
    let announcements: Vec<Point> = [vector_announcement]
        .into_iter()
        .chain(announced.points)
        .collect();
    let encoded = encode(&announcements);
    let challenge = suite.absorb_announcements(&mut transcript, encoded.as_flattened(), &form);
    points.extend(encoded);

    // 7.7 and 7.8: responses
    let weights = at.row_weights(shape, sigma);
    let vector = opened(shape, &codes, &at.rows, |segment, t| {
        at.planes[t] + sigma * Fr::from(shape.segments[segment].weight(t))
    });
    let blinding = Zeroizing::new(inner(&weights, &blindings));
    let witnesses = evaluations.witnesses(
        shape,
        &mask,
        *mask_blinding,
        Ends {
            first: {
                let alphas = shape.claims().zip(&challenges.claims);
                let bounded = alphas.filter(|((_, claim), _)| claim.bound().is_some());
                let blinded = bounded.zip(bounded_blindings.iter());
                -blinded
                    .map(|((_, alpha), blinding)| *alpha * blinding)
                    .sum::<Fr>()
            },
            at: &at,
        },
    );
    let mut responses = linear::respond(&announced.nonces, challenge, &witnesses);
    responses.extend(linear::respond(&[*blinding_nonce], challenge, &[*blinding]));
    suite.absorb_responses(&mut transcript, &responses);
    let response = linear::respond(&vector_nonces, challenge, &vector);
    let folded = fold(bases, response, &at.columns, shape.folds, &mut transcript);
    points.extend(encode(&folded.points));

    let scalars = Scalars {
        polynomials: outcome.polynomials,
        form,
        responses,
        vector: folded.vector,
    };
    Proven {
        bytes: [points.into_flattened(), scalars.encode(), ranges].concat(),
        blindings: suite.packed_blindings(&blindings),
    }
}

/// The evaluations that are committed, with their blindings.
struct Evaluations {
    bit: Secret,
    /// `None` without claims; the square's blinding is drawn only for norms.
    value: Option<Secret>,
    has_norms: bool,
}

/// A value, the blinding of its commitment, and that of its square's commitment to that base.
struct Secret(Zeroizing<[Fr; 3]>);

impl Secret {
    fn commitments(&self) -> [(Fr, Fr); 2] {
        let [value, blinding, square] = *self.0;
        [
            (value, blinding),
            (value * value, value * blinding + square),
        ]
    }
}

/// What the blindings of the first claim and of the last follow from.
struct Ends<'a> {
    first: Fr,
    at: &'a AtPoint,
}

impl Evaluations {
    fn new(shape: &Shape, outcome: &sumcheck::Outcome, rng: &mut dyn CryptoRngCore) -> Self {
        let mut secret = |value| Secret(Zeroizing::new([value, uniform(rng), uniform(rng)]));
        Self {
            bit: secret(*outcome.bit),
            value: shape.has_claims().then(|| secret(*outcome.value)),
            has_norms: shape.has_norms(),
        }
    }

    /// `Y`, `Z_y`, then `X` and `Z_x` where the shape has them.
    fn commit(&self, suite: &RistrettoBitplane) -> Vec<Point> {
        let mut all = Zeroizing::new(Vec::with_capacity(4));
        all.extend(self.bit.commitments());
        if let Some(value) = &self.value {
            all.extend(&value.commitments()[..1 + usize::from(self.has_norms)]);
        }
        all.iter()
            .map(|(value, blinding)| suite.bases.commit(value, blinding))
            .collect()
    }

    /// All short witnesses, in their order.
    fn witnesses(
        &self,
        shape: &Shape,
        mask: &Mask,
        mask_blinding: Fr,
        ends: Ends<'_>,
    ) -> Zeroizing<Vec<Fr>> {
        let at = ends.at;
        let [(_, y), (_, y_square)] = self.bit.commitments();
        let mut last = -at.bit * y - at.bit_square * y_square;
        let mut behind = Zeroizing::new(Vec::with_capacity(3));
        if let Some(value) = &self.value {
            let [(_, x), (_, x_square)] = value.commitments();
            last -= at.value * x
                + if self.has_norms {
                    at.value_square * x_square
                } else {
                    Fr::zero()
                };
            behind.extend(&value.0[..2 + usize::from(self.has_norms)]);
        }
        let [bit, bit_blinding, bit_square] = *self.bit.0;
        let mut out = Zeroizing::new(Vec::with_capacity(shape.witnesses()));
        out.extend([
            bit,
            bit_blinding,
            bit_square,
            ends.first,
            last,
            mask_blinding,
        ]);
        out.extend(mask.coefficients.iter().flatten());
        out.extend(behind.iter());
        out
    }
}
