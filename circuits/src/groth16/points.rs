//! Lists of group elements: encoded, decoded, multiplied and added up, on all cores.

use ark_bls12_381::{g1, g2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use rayon::prelude::*;
use thiserror::Error;

use crate::codec::DecodeError;
use crate::group::bls12381::{
    compressed, decompressed, decompressed_or_identity, Bls12381, Fr, G2_LEN,
};
use crate::group::Group;

/// An element of `G1` or `G2`.
pub trait Element: AffineRepr<ScalarField = Fr> {
    /// Bytes of its encoding.
    const LEN: usize;

    /// The canonical encoding.
    fn encode(&self) -> Vec<u8> {
        compressed(self)
    }
}

// The aliases of both groups look alike to the compiler here.
impl Element for Affine<g1::Config> {
    const LEN: usize = Bls12381::POINT_LEN;
}

impl Element for Affine<g2::Config> {
    const LEN: usize = G2_LEN;
}

/// An element that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("element {index} (counted from 0) of {list}: {reason}")]
pub struct ElementError {
    /// What the list holds.
    pub list: &'static str,
    /// Its place in the list.
    pub index: usize,
    /// What is wrong with it.
    pub reason: DecodeError,
}

/// Whether a list may hold the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Refused,
    Taken,
}

/// The encodings, one behind the other.
pub fn encode<P: Element>(points: &[P]) -> Vec<u8> {
    let encoded: Vec<_> = points.par_iter().map(Element::encode).collect();
    encoded.concat()
}

/// The elements that `bytes` encode, none of which may be the identity. Bytes that do not make a whole element are not
/// looked at: who calls has compared the length. Cost: half a multiplication an element, for the subgroup.
pub fn decode<P: Element>(bytes: &[u8], list: &'static str) -> Result<Vec<P>, ElementError> {
    decode_with(bytes, list, Identity::Refused)
}

pub(super) fn decode_with<P: Element>(
    bytes: &[u8],
    list: &'static str,
    identity: Identity,
) -> Result<Vec<P>, ElementError> {
    let read = match identity {
        Identity::Refused => decompressed::<P>,
        Identity::Taken => decompressed_or_identity::<P>,
    };
    let decoded: Vec<_> = bytes
        .par_chunks_exact(P::LEN)
        .map(|bytes| read(bytes, P::LEN, "it"))
        .collect();
    // The first that is refused, whichever core has found one.
    let named = decoded.into_iter().enumerate();
    named
        .map(|(index, point)| {
            point.map_err(|reason| ElementError {
                list,
                index,
                reason,
            })
        })
        .collect()
}

/// Each element times a factor of its own. In variable time.
pub(super) fn multiply<P: Element>(points: &[P], factors: &[Fr]) -> Vec<P> {
    let products = points.par_iter().zip(factors);
    let products: Vec<P::Group> = products.map(|(point, factor)| *point * factor).collect();
    P::Group::normalize_batch(&products)
}

/// Each element times the same factor. In variable time.
pub(super) fn multiply_by<P: Element>(points: &[P], factor: &Fr) -> Vec<P> {
    let products = points.par_iter().map(|point| *point * factor);
    P::Group::normalize_batch(&products.collect::<Vec<_>>())
}

/// `sum weights[i] * points[i]`, as far as the shorter of the two goes. In variable time.
pub(super) fn weighted<P: Element>(points: &[P], weights: &[Fr]) -> P::Group {
    let len = points.len().min(weights.len());
    P::Group::msm_unchecked(&points[..len], &weights[..len])
}
