//! The reasons why a body does not count. The aggregator then leaves its sender out; the verifier names the
//! sender.

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::proof_system::ProofPart;

use crate::crypto::ids::ClientId;
use crate::rule::Rule;
use crate::wire::message::BodyError;

/// Why the body of a client's message does not count (`specs/protocol.md` 5).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Breach {
    /// The body does not decode.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// The body is not the one that the envelope names.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A key comes without a valid proof of possession.
    #[error("a key was advertised without a valid proof that its secret is known")]
    Possession,
    /// Committed shares do not lie on polynomials of the right degree.
    #[error("its committed shares do not lie on polynomials of degree below {threshold}")]
    Degree {
        /// The threshold `t`.
        threshold: usize,
    },
    /// The proof of an input does not hold.
    #[error("the proof of the input does not hold")]
    Input(ProofPart),
    /// The attested keys are not those that the neighbours advertised.
    #[error("it attested edges to keys that its neighbours did not advertise")]
    Keys,
    /// The row links do not hold.
    #[error("its masked vector is not the committed one: its attestation does not link the two")]
    RowLink,
    /// A revealed point is not proven to be that of the edge to this client.
    #[error("it opened an edge with a point that is not proven to be the edge's")]
    Point(ClientId),
    /// Revealed shares are not the committed ones. Each comes with the client whose secret it is a share of.
    #[error("it revealed shares of the secrets of clients {:?} that are not the committed ones", numbers(.0))]
    Shares(Vec<(ClientId, KeyScalar)>),
}

fn numbers(shares: &[(ClientId, KeyScalar)]) -> Vec<u32> {
    shares.iter().map(|(client, _)| client.number()).collect()
}

impl Breach {
    /// The number, in `specs/protocol.md`, of the broken rule. Bytes that do not decode break no numbered
    /// rule.
    pub fn rule(&self) -> Option<&'static str> {
        let rule = match self {
            Self::Malformed(_) => return None,
            Self::Body(_) => Rule::Body,
            Self::Possession => Rule::ProvenKeys,
            Self::Degree { .. } => Rule::Degree,
            Self::Input(_) => Rule::InputProof,
            Self::Keys => Rule::EdgeKeys,
            Self::RowLink => Rule::RowLink,
            Self::Point(_) => Rule::ProvenPoint,
            Self::Shares(_) => Rule::RevealedShare,
        };
        Some(rule.number())
    }
}
