//! Submit: commitments, proof and masked vector (`specs/protocol.md` 3.4).

use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::round::Round;
use crate::wire::message::Message;

/// A decoded submission: canonical and of the right sizes, its proof not yet verified.
#[derive(Debug)]
pub struct Submission<P: ProofSystem> {
    /// Commitments and proof.
    pub proof: P::Proof,
    /// `y_i`: packed inputs and row blindings under masks, `D + R` scalars.
    pub masked: Vec<<P::Group as Group>::Scalar>,
}

impl<P: ProofSystem> Submission<P> {
    /// Decodes the two parts of a body.
    pub fn decode(round: &Round<P>, proof: &[u8], masked: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self {
            proof: round.proofs().decode(proof)?,
            masked: P::Group::decode_scalars(masked, round.masked_scalars(), "masked vector")?,
        })
    }

    /// Decodes the body of a message whose parts were checked against its envelope.
    pub fn of_message(round: &Round<P>, message: &Message) -> Result<Self, DecodeError> {
        let (proof, masked) = halves(round, message)?;
        Self::decode(round, proof, masked)
    }

    /// Only the masked vector of such a message.
    pub fn masked_of(
        round: &Round<P>,
        message: &Message,
    ) -> Result<Vec<<P::Group as Group>::Scalar>, DecodeError> {
        let (_, masked) = halves(round, message)?;
        P::Group::decode_scalars(masked, round.masked_scalars(), "masked vector")
    }
}

/// Proof and masked vector, encoded.
pub(crate) fn halves<'a, P: ProofSystem>(
    round: &Round<P>,
    message: &'a Message,
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let field = "submission";
    let halves = message.body.split_at_checked(round.proofs().proof_len());
    halves.ok_or(DecodeError::Value { field })
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the two parts of a submission: proof, masked vector.
    pub fn submit_lengths(&self) -> Vec<usize> {
        vec![
            self.proofs().proof_len(),
            self.masked_scalars() * P::Group::SCALAR_LEN,
        ]
    }
}
