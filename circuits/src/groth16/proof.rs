//! A proof as it travels (`specs/proofs.md` 8.5), and the challenge that links its two commitments (8.6).

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::key::{encode_g1, VerifyingKey};
use super::subgroup;
use crate::codec::{DecodeError, Reader, Writer};
use crate::group::bls12381::{
    decode_g2, encode_g2, hash_to_scalar, on_curve, Bls12381, Fr, G1Affine, G2Affine, G2_LEN,
};
use crate::group::Group;
use crate::hash::digest;
use crate::hedged::Hedge;
use crate::proof_system::Binding;
use crate::transcript::{Transcript, TranscriptExt};

/// The domain separation tag of the challenge.
pub(super) const LINK: &[u8] = b"veragg/2 groth16 link";

/// The elements of a proof, without the responses: what the challenge is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elements {
    /// `Chat`, the row: the packed scalars over hashed generators.
    pub(super) row: G1Affine,
    /// `Phat`, the same scalars over the key.
    pub(super) packed: G1Affine,
    /// `R_P` and `R_C`, the announcements.
    pub(super) announced_packed: G1Affine,
    pub(super) announced_row: G1Affine,
    /// `A`, `B` and `Q` of the pairing equation.
    pub(super) a: G1Affine,
    pub(super) b: G2Affine,
    pub(super) q: G1Affine,
}

/// The responses of the Schnorr proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Responses {
    /// One for each packed scalar.
    pub(super) packed: Vec<Fr>,
    /// Of the blinding over the key.
    pub(super) sigma: Fr,
    /// Of the row's blinding.
    pub(super) blinding: Fr,
}

impl Responses {
    /// The response that stands over a base of a link: the link over the key has the number 0, that over the row 1.
    pub(super) fn of(&self, link: usize, column: usize) -> &Fr {
        let last = [&self.sigma, &self.blinding][link];
        self.packed.get(column).unwrap_or(last)
    }
}

/// Commitment and proof of one client: canonical, in the right groups, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groth16Input {
    pub(super) elements: Elements,
    pub(super) responses: Responses,
    /// SHA-256 of the bytes.
    pub(super) digest: [u8; 32],
}

/// Bytes of commitment and proof, of so many packed scalars.
pub fn encoded_len(columns: usize) -> usize {
    6 * Bls12381::POINT_LEN + G2_LEN + (columns + 2) * Bls12381::SCALAR_LEN
}

/// What the challenges of all clients of a round have in common.
#[derive(Debug, Clone)]
pub(super) struct Prefix {
    statement: Vec<u8>,
    clients: u32,
    key: [u8; 32],
}

impl Prefix {
    pub(super) fn new(key: &VerifyingKey, clients: u32) -> Self {
        Self {
            statement: key.statement.clone(),
            clients,
            key: key.digest(),
        }
    }

    /// The digest of context, statement, roster size and key.
    pub(super) fn of(&self, context: &[u8; 32]) -> [u8; 32] {
        let clients = u64::from(self.clients).to_be_bytes();
        digest(
            "veragg/2 groth16 statement",
            &[context, &self.statement, &clients, &self.key],
        )
    }

    /// What a prover draws from, before it is keyed with an input (`specs/proofs.md` 8.5).
    pub(super) fn hedge(&self, binding: &Binding) -> Hedge {
        let mut transcript = Transcript::new(b"veragg/2 groth16 draws");
        transcript.append_message(b"prefix", &self.of(&binding.context));
        transcript.absorb_u64(b"client", u64::from(binding.client));
        Hedge::new(&transcript, "groth16")
    }
}

impl Elements {
    fn write(&self, writer: Writer) -> Writer {
        let first = [
            &self.row,
            &self.packed,
            &self.announced_packed,
            &self.announced_row,
            &self.a,
            &self.q,
        ];
        let write = |writer: Writer, point| writer.bytes(&encode_g1(point));
        first
            .into_iter()
            .fold(writer, write)
            .bytes(&encode_g2(&self.b))
    }

    /// The elements of `G1`, each with its name, in the order of their bytes.
    fn in_1(&self) -> [(&'static str, &G1Affine); 6] {
        [
            ("row", &self.row),
            ("packed row", &self.packed),
            ("announcement", &self.announced_packed),
            ("announcement", &self.announced_row),
            ("A", &self.a),
            ("Q", &self.q),
        ]
    }

    /// The elements as they are encoded. Whether those of `G1` are in the subgroup is not looked at.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let in_1 = reader.bytes(6 * Bls12381::POINT_LEN, "elements")?;
        let in_2 = reader.bytes(G2_LEN, "B")?;
        let in_1 = || {
            let mut reader = Reader::new(in_1);
            let mut next = |field| on_curve(reader.bytes(Bls12381::POINT_LEN, field)?, field);
            Ok([
                next("row")?,
                next("packed row")?,
                next("announcement")?,
                next("announcement")?,
                next("A")?,
                next("Q")?,
            ])
        };
        let (in_1, b) = rayon::join(in_1, || decode_g2(in_2, "B"));
        let [row, packed, announced_packed, announced_row, a, q] = in_1?;
        Ok(Self {
            row,
            packed,
            announced_packed,
            announced_row,
            a,
            q,
            b: b?,
        })
    }

    /// Refuses elements of `G1` outside the subgroup.
    fn check_subgroup(&self) -> Result<(), DecodeError> {
        let elements = self.in_1();
        let outside = elements.par_iter().find_map_first(|(field, point)| {
            let inside = point.is_in_correct_subgroup_assuming_on_curve();
            (!inside).then_some(*field)
        });
        outside.map_or(Ok(()), |field| Err(DecodeError::Point { field }))
    }

    /// The challenge `e` of 8.6.3.
    pub(super) fn challenge(&self, prefix: &Prefix, binding: &Binding) -> Fr {
        hash_to_scalar(LINK, &self.message(prefix, binding))
    }

    /// What the challenge is the hash of.
    pub(super) fn message(&self, prefix: &Prefix, binding: &Binding) -> Vec<u8> {
        let mut message = prefix.of(&binding.context).to_vec();
        message.extend(binding.client.to_be_bytes());
        message.extend(encode_g1(&self.a));
        message.extend(encode_g2(&self.b));
        let rest = [
            &self.q,
            &self.packed,
            &self.row,
            &self.announced_packed,
            &self.announced_row,
        ];
        message.extend(rest.into_iter().flat_map(encode_g1));
        message
    }
}

/// The bytes of a proof.
pub(super) fn encode(elements: &Elements, responses: &Responses) -> Vec<u8> {
    let writer = elements.write(Writer::new());
    let Responses {
        packed,
        sigma,
        blinding,
    } = responses;
    let scalars = packed.iter().chain([sigma, blinding]);
    let write = |writer: Writer, scalar| writer.bytes(&Bls12381::encode_scalar(scalar));
    scalars.fold(writer, write).finish()
}

impl Groth16Input {
    /// Decodes commitment and proof of so many packed scalars, which fill `bytes`. Refuses points outside the subgroups
    /// and identities.
    pub fn decode(bytes: &[u8], columns: usize) -> Result<Self, DecodeError> {
        let input = Self::read(bytes, columns)?;
        input.elements.check_subgroup()?;
        Ok(input)
    }

    /// The same of several, whose subgroups are checked together (8.7.2).
    pub(super) fn decode_all(proofs: &[&[u8]], columns: usize) -> Vec<Result<Self, DecodeError>> {
        let read = proofs.par_iter().map(|bytes| Self::read(bytes, columns));
        let read: Vec<_> = read.collect();
        let of_curve = || read.iter().filter_map(|input| input.as_ref().ok());
        let points: Vec<G1Affine> = of_curve()
            .flat_map(|input| input.elements.in_1())
            .map(|(_, point)| *point)
            .collect();
        let digests: Vec<[u8; 32]> = of_curve().map(|input| input.digest).collect();
        if subgroup::all_inside(&points, &digests) {
            return read;
        }
        let each = read.into_par_iter().map(|input| {
            let input = input?;
            input.elements.check_subgroup()?;
            Ok(input)
        });
        each.collect()
    }

    fn read(bytes: &[u8], columns: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let body = reader.bytes(encoded_len(columns), "input proof")?;
        reader.finish()?;
        let mut reader = Reader::new(body);
        let elements = Elements::read(&mut reader)?;
        let mut scalar = || Bls12381::read_scalar(&mut reader, "response");
        let packed = (0..columns).map(|_| scalar()).collect::<Result<_, _>>()?;
        let responses = Responses {
            packed,
            sigma: scalar()?,
            blinding: scalar()?,
        };
        Ok(Self {
            elements,
            responses,
            digest: Sha256::digest(body).into(),
        })
    }
}
