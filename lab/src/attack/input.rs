//! Inputs that are not what the statement asks for, or not the client's own.
// What is unwrapped here is a message that the client's own software has made.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use veragg_protocol::circuits::commitment::CommitKey;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::{ProofSystem, Suite};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

use super::message::altering;
use super::NotPlayable;
use crate::scene::Scene;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

fn scalar<P: ProofSystem>(value: i64) -> Scalar<P> {
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
fn add_point<P: ProofSystem>(
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
struct Position {
    /// The scalar of the packed vector.
    scalar: usize,
    /// The power of 2 that it has there.
    weight: usize,
    /// The commitment to it, or to its lowest bit, among those that a submission begins with.
    commitment: usize,
    /// Its place in the row of that commitment.
    column: usize,
}

fn position<P: ProofSystem>(round: &Round<P>, coordinate: usize) -> Option<Position> {
    let (mut first, mut scalars, mut commitments) = (0, 0, 0);
    let columns = round.layout().columns();
    for segment in round.layout().segments() {
        // Of each number the suite of bit planes commits to every bit, the other to the number.
        let each = match P::SUITE {
            Suite::RistrettoBitplane => (u64::BITS - (segment.bound - 1).leading_zeros()) as usize,
            _ => 1,
        };
        if coordinate < first + segment.len {
            let j = coordinate - first;
            let slot = j / segment.scalars;
            return Some(Position {
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
    None
}

/// Adds `by` to the first commitment of a number, and to the number in the masked vector.
pub(super) fn shift<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    coordinate: usize,
    by: i64,
) -> Result<Scene<P>, NotPlayable> {
    let round = Arc::clone(&scene.local.round);
    let Some(position) = position(&round, coordinate) else {
        let last = scene.inputs[0].len().saturating_sub(1);
        return Err(NotPlayable::NoSuchCoordinate { coordinate, last });
    };
    Ok(altering(scene, client, Phase::Submit, move |parts| {
        let Position {
            scalar: place,
            weight,
            commitment,
            column,
        } = position;
        let by = scalar::<P>(by);
        let weighted = (0..weight).fold(by, |sum, _| sum + sum);
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
fn commit<G: Group>(key: &CommitKey<G>, column: usize, value: G::Scalar) -> G::Point {
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

/// The client sends the proof of another one, which has submitted before it.
pub(super) fn copy<P: ProofSystem>(scene: Scene<P>, client: u32, from: u32) -> Scene<P> {
    let copied: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let len = scene.local.round.submit_lengths()[0];
    let source = Arc::clone(&copied);
    let scene = scene.watching(from, move |phase, messages| {
        let submitted = messages.first().filter(|_| phase == Phase::Submit);
        if let Some(message) = submitted {
            let body = Message::decode(message).unwrap().body;
            *source.lock().unwrap() = body.get(..len).map(<[u8]>::to_vec);
        }
    });
    altering(scene, client, Phase::Submit, move |parts| {
        let copied = copied.lock().unwrap().take();
        if let Some((proof, part)) = copied.zip(parts.first_mut()) {
            *part = proof;
        }
    })
}
