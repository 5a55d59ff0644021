//! The answer of the aggregator to each message: a signed receipt or a signed refusal
//! (`specs/wire.md` 6).

use std::fmt;

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::context::Context;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;
use crate::crypto::signing::{Signature, SigningKey, VerifyingKey};
use crate::wire::message::Message;

/// The aggregator's promise that a message is on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The round.
    pub context: Context,
    /// Index of the leaf.
    pub index: u64,
    /// The leaf: [`Envelope::entry`](crate::wire::message::Envelope::entry) of the message.
    pub entry: Digest,
    /// The aggregator's signature on all of the above.
    pub signature: Signature,
}

impl Receipt {
    /// Bytes of a receipt.
    pub const LEN: usize = Context::LEN + 8 + 32 + 64;

    /// Signs a receipt.
    pub fn sign(key: &SigningKey, context: Context, index: u64, entry: Digest) -> Self {
        let mut receipt = Self {
            context,
            index,
            entry,
            signature: [0; 64],
        };
        receipt.signature = key.sign(labels::SIGN_RECEIPT, &receipt.signed_bytes());
        receipt
    }

    fn signed_bytes(&self) -> Vec<u8> {
        self.context
            .write(Writer::new())
            .u64(self.index)
            .bytes(&self.entry)
            .finish()
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.signed_bytes())
            .bytes(&self.signature)
            .finish()
    }

    /// Decodes a receipt that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let receipt = Self {
            context: Context::read(&mut reader)?,
            index: reader.u64("leaf index")?,
            entry: reader.array("entry")?,
            signature: reader.array("signature")?,
        };
        reader.finish()?;
        Ok(receipt)
    }

    /// Whether this is the aggregator's receipt for this message. A client checks it before it keeps the receipt.
    /// `aggregator` is the key that the configuration names.
    #[must_use]
    pub fn is_for(&self, message: &[u8], aggregator: &VerifyingKey) -> bool {
        Message::entry_of(message) == Ok(self.entry) && self.is_signed_by(aggregator)
    }

    /// Whether the signature is `key`'s.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify(labels::SIGN_RECEIPT, &self.signed_bytes(), &self.signature)
    }
}

/// Why the aggregator refused a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// The bytes are no canonical message, or the body has not the length that the configuration gives.
    Malformed = 1,
    /// It belongs to another round, or does not answer the current checkpoint.
    Context = 2,
    /// Its phase is over, or its deadline has passed.
    Late = 3,
    /// Its phase has not begun.
    Early = 4,
    /// The sender is not on the list that this phase continues.
    NotEligible = 5,
    /// The signature is not the sender's.
    Signature = 6,
    /// The board already holds another message of this sender in this phase.
    Occupied = 7,
}

impl Reason {
    const ALL: [Reason; 7] = [
        Reason::Malformed,
        Reason::Context,
        Reason::Late,
        Reason::Early,
        Reason::NotEligible,
        Reason::Signature,
        Reason::Occupied,
    ];
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Malformed => {
                "it is not a canonical message of the expected length, or its body is not the one that was signed"
            }
            Reason::Context => "it belongs to another round or answers another checkpoint",
            Reason::Late => "its phase is over",
            Reason::Early => "its phase has not begun",
            Reason::NotEligible => "its sender is not on the list that this phase continues",
            Reason::Signature => "the signature is not the sender's",
            Reason::Occupied => "its sender has already sent another message in this phase",
        })
    }
}

/// The aggregator's signed statement that it refused certain bytes, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The round.
    pub context: Context,
    /// Digest of the refused bytes.
    pub refused: Digest,
    /// The reason of the refusal.
    pub reason: Reason,
    /// The aggregator's signature on all of the above.
    pub signature: Signature,
}

impl Refusal {
    /// Bytes of a refusal.
    pub const LEN: usize = Context::LEN + 32 + 1 + 64;

    /// Signs a refusal of `bytes`.
    pub fn sign(key: &SigningKey, context: Context, bytes: &[u8], reason: Reason) -> Self {
        let refused = digest(labels::REFUSED, &[bytes]);
        let mut refusal = Self {
            context,
            refused,
            reason,
            signature: [0; 64],
        };
        refusal.signature = key.sign(labels::SIGN_REFUSAL, &refusal.signed_bytes());
        refusal
    }

    fn signed_bytes(&self) -> Vec<u8> {
        self.context
            .write(Writer::new())
            .bytes(&self.refused)
            .u8(self.reason as u8)
            .finish()
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.signed_bytes())
            .bytes(&self.signature)
            .finish()
    }

    /// Decodes a refusal that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let context = Context::read(&mut reader)?;
        let refused = reader.array("refused bytes")?;
        let number = reader.u8("reason")?;
        let reason = Reason::ALL
            .into_iter()
            .find(|&reason| reason as u8 == number)
            .ok_or(DecodeError::Value { field: "reason" })?;
        let signature = reader.array("signature")?;
        reader.finish()?;
        Ok(Self {
            context,
            refused,
            reason,
            signature,
        })
    }

    /// Whether it is the aggregator's refusal of these bytes. `aggregator` is the key that the configuration names.
    #[must_use]
    pub fn is_for(&self, bytes: &[u8], aggregator: &VerifyingKey) -> bool {
        self.refused == digest(labels::REFUSED, &[bytes])
            && aggregator.verify(labels::SIGN_REFUSAL, &self.signed_bytes(), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_round_trip_and_are_bound_to_their_key() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let other = SigningKey::from_bytes(&[2; 32]);
        let receipt = Receipt::sign(&key, Context::sample(3), 17, [4; 32]);
        assert_eq!(receipt.encode().len(), Receipt::LEN);
        assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt.clone()));
        assert!(receipt.is_signed_by(&key.verifying_key()));
        assert!(!receipt.is_signed_by(&other.verifying_key()));
        for reason in Reason::ALL {
            let refusal = Refusal::sign(&key, Context::sample(3), b"bytes", reason);
            assert_eq!(Refusal::decode(&refusal.encode()), Ok(refusal.clone()));
            assert!(refusal.is_for(b"bytes", &key.verifying_key()));
            assert!(!refusal.is_for(b"other", &key.verifying_key()));
        }
    }
}
