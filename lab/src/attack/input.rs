//! Inputs that are not what the statement asks for, or not the client's own.
// What is unwrapped here is a message that the client's own software has made.
#![allow(clippy::unwrap_used)]

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::commitment::CommitKey;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::packing::Layout;
use veragg_protocol::circuits::proof_system::{ProofSystem, Suite};
use veragg_protocol::round::phase::Phase;

use super::message::{altering, overhear};
use super::NotPlayable;
use crate::scene::Scene;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// The scalar of a number.
pub(crate) fn scalar<P: ProofSystem>(value: i64) -> Scalar<P> {
    let size = Scalar::<P>::from(value.unsigned_abs());
    if value < 0 {
        -size
    } else {
        size
    }
}

/// `scalar += by` in the encoded masked vector. Nothing happens if another attack of the client has left no scalar there.
fn add<P: ProofSystem>(parts: &mut [Vec<u8>], place: usize, by: Scalar<P>) -> Option<()> {
    let len = P::Group::SCALAR_LEN;
    let bytes = parts.get_mut(1)?.get_mut(place * len..(place + 1) * len)?;
    let old = P::Group::decode_scalar(bytes, "masked").ok()?;
    bytes.copy_from_slice(&P::Group::encode_scalar(&(old + by)));
    Some(())
}

/// `commitment += by` in the encoded proof, likewise.
pub(crate) fn add_point<P: ProofSystem>(
    parts: &mut [Vec<u8>],
    place: usize,
    by: <P::Group as Group>::Point,
) -> Option<()> {
    let len = P::Group::POINT_LEN;
    let bytes = parts.first_mut()?.get_mut(place * len..(place + 1) * len)?;
    let old = P::Group::decode_point(bytes, "commitment").ok()?;
    bytes.copy_from_slice(&P::Group::encode_point(&(old + by)));
    Some(())
}

/// Where a number stands.
pub(crate) struct Position {
    /// The scalar of the packed vector.
    pub(crate) scalar: usize,
    /// The power of 2 that it has there.
    weight: usize,
    /// The commitment to it, or to its lowest bit, among those that a submission begins with.
    pub(crate) commitment: usize,
    /// Its place in the row of that commitment.
    pub(crate) column: usize,
}

impl Position {
    /// What adding `by` to the number adds to the scalar of the packed vector.
    pub(crate) fn weighted<F: Copy + std::ops::Add<Output = F>>(&self, by: F) -> F {
        (0..self.weight).fold(by, |sum, _| sum + sum)
    }
}

/// Where a number of a vector stands that is packed like this.
pub(crate) fn position<P: ProofSystem>(
    layout: &Layout,
    coordinate: usize,
) -> Result<Position, NotPlayable> {
    let (mut first, mut scalars, mut commitments) = (0, 0, 0);
    let columns = layout.columns();
    for segment in layout.segments() {
        // Of each number the suite of bit planes commits to every bit, the other to the number.
        let each = match P::SUITE {
            Suite::RistrettoBitplane => (u64::BITS - (segment.bound - 1).leading_zeros()) as usize,
            _ => 1,
        };
        if coordinate < first + segment.len {
            let j = coordinate - first;
            let slot = j / segment.scalars;
            return Ok(Position {
                scalar: scalars + j % segment.scalars,
                weight: segment.width as usize * slot,
                commitment: commitments + j / columns * each,
                column: j % columns,
            });
        }
        first += segment.len;
        scalars += segment.scalars;
        commitments += segment.len.div_ceil(columns) * each;
    }
    let last = first.saturating_sub(1);
    Err(NotPlayable::NoSuchCoordinate { coordinate, last })
}

/// Adds `by` to the first commitment of a number, and to the number in the masked vector.
pub(super) fn shift<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    coordinate: usize,
    by: i64,
) -> Result<Scene<P>, NotPlayable> {
    let round = Arc::clone(&scene.local.round);
    let position = position::<P>(round.layout(), coordinate)?;
    Ok(altering(scene, client, Phase::Submit, move |parts| {
        let by = scalar::<P>(by);
        let weighted = position.weighted(by);
        let Position {
            scalar: place,
            commitment,
            column,
            ..
        } = position;
        let (first, column, added) = if P::SUITE.has_key() {
            // One commitment to all packed scalars.
            (0, place, weighted)
        } else {
            (commitment, column, by)
        };
        let added = commit(round.proofs().key(), column, added);
        add_point::<P>(parts, first, added);
        add::<P>(parts, place, weighted);
    }))
}

/// The commitment to one number in a row of zeros, with the blinding 0.
pub(crate) fn commit<G: Group>(key: &CommitKey<G>, column: usize, value: G::Scalar) -> G::Point {
    let mut row = vec![G::Scalar::from(0u64); column + 1];
    row[column] = value;
    key.commit_row_vartime(&row, G::Scalar::from(0u64))
}

/// Adds `by` to a scalar of the masked vector alone.
pub(super) fn masked<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    place: usize,
    by: i64,
) -> Result<Scene<P>, NotPlayable> {
    let last = scene.local.round.masked_scalars() - 1;
    if place > last {
        let scalar = place;
        return Err(NotPlayable::NoSuchScalar { scalar, last });
    }
    Ok(altering(scene, client, Phase::Submit, move |parts| {
        add::<P>(parts, place, scalar::<P>(by));
    }))
}

/// What a client makes of what it copies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Copied {
    /// Nothing.
    #[default]
    AsItIs,
    /// It adds 1 to the blinding of the first commitment, so that the commitment is another one to the same numbers.
    ReRandomised,
    /// It negates the first commitment.
    Negated,
}

impl Copied {
    /// Makes this of an encoded proof, whose first point is a commitment.
    pub(crate) fn make<P: ProofSystem>(self, proof: &mut [u8], key: &CommitKey<P::Group>) {
        let len = P::Group::POINT_LEN;
        let Some(first) = proof.get_mut(..len) else {
            return;
        };
        let Ok(old) = P::Group::decode_point(first, "commitment") else {
            return;
        };
        let new = match self {
            Self::AsItIs => old,
            Self::ReRandomised => old + key.commit_row_vartime(&[], Scalar::<P>::from(1u64)),
            Self::Negated => P::Group::msm(&[-Scalar::<P>::from(1u64)], &[old]),
        };
        first.copy_from_slice(&P::Group::encode_point(&new));
    }
}

/// The client sends the proof of another one, which has submitted before it.
pub(super) fn copy<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    from: u32,
    made: Copied,
) -> Scene<P> {
    let round = Arc::clone(&scene.local.round);
    let (scene, overheard) = overhear(scene, from, Phase::Submit);
    altering(scene, client, Phase::Submit, move |parts| {
        let copied = overheard.body();
        let copied = copied
            .as_ref()
            .and_then(|body| body.get(..round.proofs().proof_len()));
        if let Some((proof, part)) = copied.zip(parts.first_mut()) {
            *part = proof.to_vec();
            made.make::<P>(part, round.proofs().key());
        }
    })
}

/// Two points of the proof change places.
pub(super) fn swap<P: ProofSystem>(scene: Scene<P>, client: u32, points: [usize; 2]) -> Scene<P> {
    altering(scene, client, Phase::Submit, move |parts| {
        swap_points::<P::Group>(parts, points);
    })
}

/// Two points of the encoded proof change places. Nothing happens if it does not have both.
pub(crate) fn swap_points<G: Group>(parts: &mut [Vec<u8>], points: [usize; 2]) -> Option<()> {
    let proof = parts.first_mut()?;
    // A point that the proof does not have is behind its end.
    let place = |point: usize| {
        let at = point.saturating_mul(G::POINT_LEN);
        at..at.saturating_add(G::POINT_LEN)
    };
    let [one, other] = points.map(place);
    let read = |place: &Range<usize>| proof.get(place.clone()).map(<[u8]>::to_vec);
    let (of_one, of_other) = (read(&one)?, read(&other)?);
    proof[one].copy_from_slice(&of_other);
    proof[other].copy_from_slice(&of_one);
    Some(())
}
