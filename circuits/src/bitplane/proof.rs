//! A client's commitments and proof: canonical bytes and what they parse to
//! (`specs/proofs.md` 7.10).

use ::bulletproofs::RangeProof;
use sha2::{Digest, Sha256};

use super::bounded::{self, Bounded};
use super::proof_layout::ProofLayout;
use super::shape::Shape;
use crate::codec::{DecodeError, Reader};
use crate::group::edwards::{decode, Affine};
use crate::group::ristretto::{Fr, Ristretto};
use crate::group::Group;

const POINT: usize = Ristretto::POINT_LEN;
const SCALAR: usize = Ristretto::SCALAR_LEN;

/// Commitments and proof of one client: canonical, with the right counts, not yet verified.
#[derive(Clone)]
pub struct BitplaneInput {
    /// All group elements, in the order of [`ProofLayout`], decoded and encoded.
    pub(super) points: Vec<Affine>,
    pub(super) encoded: Vec<u8>,
    pub(super) scalars: Scalars,
    pub(super) ranges: Vec<RangeProof>,
    /// SHA-256 of the whole encoding.
    pub(super) digest: [u8; 32],
}

/// The scalars of a proof.
#[derive(Debug, Clone)]
pub(super) struct Scalars {
    /// The masked round polynomials, from the constant up.
    pub(super) polynomials: Vec<[Fr; 4]>,
    /// `m`, the value of the linear form at the nonces.
    pub(super) form: Fr,
    /// Responses for the short witnesses, then for the opened vector's blinding.
    pub(super) responses: Vec<Fr>,
    /// The folded response for the opened vector.
    pub(super) vector: Vec<Fr>,
}

impl Scalars {
    fn count(shape: &Shape) -> usize {
        4 * shape.variables() + 1 + shape.witnesses() + 1 + shape.folded_len()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let all: Vec<Fr> = self
            .polynomials
            .iter()
            .flatten()
            .chain([&self.form])
            .chain(&self.responses)
            .chain(&self.vector)
            .copied()
            .collect();
        Ristretto::encode_scalars(&all)
    }

    fn decode(shape: &Shape, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut scalar = || Ristretto::read_scalar(reader, "scalar of an input proof");
        let mut polynomials = Vec::with_capacity(shape.variables());
        for _ in 0..shape.variables() {
            polynomials.push([scalar()?, scalar()?, scalar()?, scalar()?]);
        }
        let form = scalar()?;
        let mut list = |count| (0..count).map(|_| scalar()).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            polynomials,
            form,
            responses: list(shape.witnesses() + 1)?,
            vector: list(shape.folded_len())?,
        })
    }
}

/// Bytes of commitments and proof.
pub(super) fn encoded_len(shape: &Shape) -> usize {
    let ranges = bounded::encoded_len(shape);
    ProofLayout::new(shape).points() * POINT + Scalars::count(shape) * SCALAR + ranges
}

impl BitplaneInput {
    /// Parses bytes of exactly [`encoded_len`].
    pub(super) fn decode(
        shape: &Shape,
        proof_layout: &ProofLayout,
        bounded: &Bounded,
        bytes: &[u8],
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let body = reader.bytes(encoded_len(shape), "input proof")?;
        reader.finish()?;
        let mut reader = Reader::new(body);
        let encoded = reader
            .bytes(proof_layout.points() * POINT, "elements")?
            .to_vec();
        let points = decode(&encoded)
            .into_iter()
            .zip(encoded.chunks_exact(POINT));
        let points = points
            .map(|(point, bytes)| match point {
                Some(point) => Ok(point),
                // The decoder of a single element tells the identity from what is no element.
                None => Err(Ristretto::decode_point(bytes, "element of an input proof")
                    .err()
                    .unwrap_or(DecodeError::Point {
                        field: "element of an input proof",
                    })),
            })
            .collect::<Result<_, _>>()?;
        let scalars = Scalars::decode(shape, &mut reader)?;
        let ranges = bounded.decode(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            points,
            encoded,
            scalars,
            ranges,
            digest: Sha256::digest(body).into(),
        })
    }

    /// The encodings of a run of group elements.
    pub(super) fn encoded(&self, from: usize, to: usize) -> &[u8] {
        self.encoded
            .get(from * POINT..to * POINT)
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for BitplaneInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BitplaneInput")
            .field("elements", &self.points.len())
            .finish_non_exhaustive()
    }
}
