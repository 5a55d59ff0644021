//! The file of a proving key (`specs/set-up.md` 2.3).

use thiserror::Error;

use super::{KeyError, ProvingKey, VerifyingKey};
use crate::codec::{Reader, Writer};
use crate::groth16::points::{self, Element, ElementError, Identity};
use crate::group::bls12381::{G1Affine, G2Affine};

/// What the file begins with.
const NAME: &[u8] = b"veragg/2 proving key";

/// Why a file is no proving key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It begins with other bytes.
    #[error("this is no file of a proving key: it does not begin with `veragg/2 proving key`")]
    Name,
    /// The verifying key in it.
    #[error("the verifying key in the file: {0}")]
    Verifying(#[from] KeyError),
    /// It has another length than its verifying key gives.
    #[error("the file has {got} bytes, and a proving key of this verifying key has {want}; get the whole file")]
    Length {
        /// Bytes of the file.
        got: usize,
        /// Bytes that it must have.
        want: usize,
    },
    /// An element.
    #[error("{0}; get the file from the set-up again")]
    Element(#[from] ElementError),
}

impl ProvingKey {
    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(NAME)
            .long(&self.verifying.encode())
            .bytes(&points::encode(&[self.beta, self.delta]))
            .bytes(&points::encode(&self.a))
            .bytes(&points::encode(&self.b_1))
            .bytes(&points::encode(&self.b_2))
            .bytes(&points::encode(&self.l))
            .bytes(&points::encode(&self.h))
            .finish()
    }

    /// Decodes a file. Refuses, in this order, another name, a verifying key that `specs/proofs.md` 8.4 refuses, another
    /// length than it gives, and elements. Whether the key is one of a set-up is for [`check`](crate::groth16::check) to
    /// say. Cost: half a multiplication an element.
    pub fn decode(file: &[u8]) -> Result<Self, KeyFileError> {
        let mut reader = Reader::new(file);
        if reader.bytes(NAME.len(), "name") != Ok(NAME) {
            return Err(KeyFileError::Name);
        }
        let verifying = reader.long("verifying key").map_err(KeyError::from)?;
        let verifying = VerifyingKey::decode(verifying).map_err(KeyError::from)?;
        let circuit = verifying.circuit()?;
        let (variables, domain) = (circuit.variables(), circuit.domain());
        let witnesses = variables - circuit.instance();
        let in_1 = 2 + 2 * variables + witnesses + domain - 1;
        let body = in_1 * G1Affine::LEN + variables * G2Affine::LEN;
        if reader.remaining() != body {
            let before = file.len() - reader.remaining();
            return Err(KeyFileError::Length {
                got: file.len(),
                want: before + body,
            });
        }
        let mut take = |count: usize, len: usize| {
            let bytes = reader.bytes(count * len, "elements");
            bytes.map_err(|error| KeyFileError::Verifying(error.into()))
        };
        // A variable need not stand in a row of `V`, and is then the identity there.
        let first: Vec<G1Affine> = points::decode(take(2, G1Affine::LEN)?, "beta and delta")?;
        let in_v = Identity::Taken;
        Ok(Self {
            verifying,
            beta: first[0],
            delta: first[1],
            a: points::decode(take(variables, G1Affine::LEN)?, "u")?,
            b_1: points::decode_with(take(variables, G1Affine::LEN)?, "v", in_v)?,
            b_2: points::decode_with(take(variables, G2Affine::LEN)?, "v in G2", in_v)?,
            l: points::decode(take(witnesses, G1Affine::LEN)?, "l")?,
            h: points::decode(take(domain - 1, G1Affine::LEN)?, "h")?,
        })
    }
}

#[cfg(test)]
mod tests;
