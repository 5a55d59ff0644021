//! The keys of a statement (`specs/proofs.md` 8.4): what a verifier needs, what a prover needs besides, and what is refused.

mod file;
pub mod limit;

use ark_ec::{AffineRepr, PrimeGroup};
use thiserror::Error;

use super::circuit::Circuit;
use crate::codec::{DecodeError, Reader, Writer};
use crate::group::bls12381::{
    decode_g2, encode_g2, Bls12381, G1Affine, G1Projective, G2Affine, G2Projective, Pairing, G2_LEN,
};
use crate::group::Group;
use crate::hash::digest;
use crate::statement::{Statement, StatementDecodeError};

pub use file::KeyFileError;

/// The largest roster (`specs/parameters.md` 1.1).
pub const MAX_CLIENTS: u32 = 1 << 20;
/// The largest domain: 4096 bits with a norm fit into it (`specs/proofs.md` 8.2).
pub const MAX_DOMAIN: usize = 1 << 14;

/// What a verifier needs of a set-up, and what a configuration names by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    /// `N_max`: the key does for rosters of up to so many clients.
    pub max_clients: u32,
    /// The statement that it was made for, encoded (`specs/proofs.md` 4.2).
    pub statement: Vec<u8>,
    /// `N`, the size of the domain.
    pub domain: u32,
    /// The digest of the matrices.
    pub matrices: [u8; 32],
    /// `[alpha]_1`.
    pub alpha: G1Affine,
    /// `[beta]_2`.
    pub beta: G2Affine,
    /// `[delta]_2`.
    pub delta: G2Affine,
    /// `[t(tau)]_1`.
    pub eta: G1Affine,
    /// `IC_0, .., IC_C`.
    pub ic: Vec<G1Affine>,
}

/// Why a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are no key.
    #[error("the key does not decode: {0}; get it from the set-up again")]
    Decode(#[from] DecodeError),
    /// The statement in it does not decode.
    #[error("the statement of the key: {0}; get the key from the set-up again")]
    Statement(#[from] StatementDecodeError),
    /// The circuit of its statement is too long.
    #[error("the statement needs {got} rows, and a key has at most {MAX_DOMAIN}; prove fewer bits, or choose another suite")]
    TooLong {
        /// Rows of the circuit with those of its public variables.
        got: usize,
    },
    /// The key is of another statement or another number of clients.
    #[error("the key is of another {0} than the configuration asks for; get the key of this round's set-up")]
    Other(&'static str),
    /// There is no key.
    #[error("the suite needs the key of a set-up, and none was given; make one with `veragg setup`, or get it from the organiser")]
    Missing,
    /// `delta` is what nobody contributed to.
    #[error("nobody has contributed to the second phase of the key: with it anybody can prove anything. Take the key of a finished set-up")]
    NoContribution,
}

impl VerifyingKey {
    /// The encoding, which the digest is of.
    pub fn encode(&self) -> Vec<u8> {
        let start = Writer::new()
            .u32(self.max_clients)
            .u32(self.domain)
            .bytes(&self.matrices)
            .long(&self.statement)
            .bytes(&encode_g1(&self.alpha))
            .bytes(&encode_g2(&self.beta))
            .bytes(&encode_g2(&self.delta))
            .bytes(&encode_g1(&self.eta))
            .u32(self.ic.len() as u32);
        let write = |writer: Writer, point| writer.bytes(&encode_g1(point));
        self.ic.iter().fold(start, write).finish()
    }

    /// Decodes a key that fills `bytes`. Refuses points outside the subgroups and identities. Cost: 0.1 ms for each
    /// packed scalar.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let max_clients = reader.u32("largest number of clients")?;
        let domain = reader.u32("domain")?;
        let matrices = reader.array("matrices")?;
        let statement = reader.long("statement")?.to_vec();
        if !(1..=MAX_CLIENTS).contains(&max_clients) {
            return Err(DecodeError::Value {
                field: "largest number of clients",
            });
        }
        let key = Self {
            max_clients,
            domain,
            matrices,
            statement,
            alpha: read_g1(&mut reader, "alpha")?,
            beta: decode_g2(reader.bytes(G2_LEN, "beta")?, "beta")?,
            delta: decode_g2(reader.bytes(G2_LEN, "delta")?, "delta")?,
            eta: read_g1(&mut reader, "eta")?,
            ic: {
                let count = reader.u32("number of public inputs")?;
                // Before any is decoded.
                if count as usize > MAX_DOMAIN {
                    return Err(DecodeError::Value {
                        field: "number of public inputs",
                    });
                }
                let mut points = Vec::new();
                for _ in 0..count {
                    points.push(read_g1(&mut reader, "public input")?);
                }
                points
            },
        };
        reader.finish()?;
        Ok(key)
    }

    /// The digest by which a configuration names the key.
    pub fn digest(&self) -> [u8; 32] {
        digest_of(&self.encode())
    }

    /// The circuit that the key is for. Refuses a key that `specs/proofs.md` 8.4 refuses, what decoding has refused apart.
    /// Cost: the matrices of the circuit and their digest.
    pub fn circuit(&self) -> Result<Circuit, KeyError> {
        let statement = Statement::decode(&self.statement)?;
        let domain = limit::domain(&statement, self.max_clients)?;
        if self.domain as usize != domain {
            return Err(KeyError::Other("domain"));
        }
        let circuit = Circuit::new(&statement, self.max_clients);
        self.check(&circuit, self.max_clients)?;
        Ok(circuit)
    }

    /// Refuses a key that is not one of this circuit for at least so many clients (`specs/proofs.md` 8.4). What
    /// decoding has refused is not looked at again.
    pub fn check(&self, circuit: &Circuit, clients: u32) -> Result<(), KeyError> {
        let require = |holds: bool, what| holds.then_some(()).ok_or(KeyError::Other(what));
        require(self.statement == circuit.statement().encode(), "statement")?;
        require(self.max_clients >= clients, "number of clients")?;
        require(self.domain as usize == circuit.domain(), "domain")?;
        require(self.matrices == circuit.digest(), "constraint system")?;
        require(
            self.ic.len() == circuit.instance(),
            "number of public inputs",
        )?;
        if self.delta == G2Affine::generator() {
            return Err(KeyError::NoContribution);
        }
        Ok(())
    }
}

/// The digest of an encoded key.
pub(super) fn digest_of(encoded: &[u8]) -> [u8; 32] {
    digest("veragg/2 groth16 key", &[encoded])
}

/// What a prover needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvingKey {
    /// What a verifier needs.
    pub verifying: VerifyingKey,
    /// `[beta]_1`.
    pub beta: G1Affine,
    /// `[delta]_1`.
    pub delta: G1Affine,
    /// `[a_i(tau)]_1` for every variable.
    pub a: Vec<G1Affine>,
    /// `[b_i(tau)]_1`.
    pub b_1: Vec<G1Affine>,
    /// `[b_i(tau)]_2`.
    pub b_2: Vec<G2Affine>,
    /// `[(beta a_i(tau) + alpha b_i(tau) + c_i(tau))/delta]_1` for every witness.
    pub l: Vec<G1Affine>,
    /// `[tau^i t(tau)/delta]_1` for `i` from 0 to `N - 2`.
    pub h: Vec<G1Affine>,
}

impl ProvingKey {
    /// The same key in the form of `ark-groth16`, which proves with it.
    pub fn for_arkworks(&self) -> ark_groth16::ProvingKey<Pairing> {
        let verifying = &self.verifying;
        ark_groth16::ProvingKey {
            vk: ark_groth16::VerifyingKey {
                alpha_g1: verifying.alpha,
                beta_g2: verifying.beta,
                gamma_g2: G2Affine::generator(),
                delta_g2: verifying.delta,
                gamma_abc_g1: verifying.ic.clone(),
            },
            beta_g1: self.beta,
            delta_g1: self.delta,
            a_query: self.a.clone(),
            b_g1_query: self.b_1.clone(),
            b_g2_query: self.b_2.clone(),
            h_query: self.h.clone(),
            l_query: self.l.clone(),
        }
    }
}

pub(super) fn encode_g1(point: &G1Affine) -> Vec<u8> {
    Bls12381::encode_point(&(*point).into())
}

fn read_g1(reader: &mut Reader<'_>, field: &'static str) -> Result<G1Affine, DecodeError> {
    Bls12381::read_point(reader, field).map(Into::into)
}

/// The generators of both groups.
pub fn generators() -> (G1Projective, G2Projective) {
    (G1Projective::generator(), G2Projective::generator())
}
