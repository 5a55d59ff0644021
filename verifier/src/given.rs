//! Messages that the auditor was given (`specs/committee.md` 6.10).

use std::collections::HashMap;

use thiserror::Error;
use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::round::protocol::Dialect;
use veragg_protocol::wire::message::{Envelope, ENVELOPE_LEN};

/// The most messages that an audit takes.
pub(crate) const MOST_MESSAGES: usize = 1 << 16;

/// Why given messages are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GivenError {
    /// There are too many.
    #[error("{got} messages were given, and an audit takes at most {MOST_MESSAGES}; give those that differ from the board")]
    TooMany {
        /// How many were given.
        got: usize,
    },
    /// One of them is no message.
    #[error("given message {number} is no message of this protocol: {error}; give it as its sender keeps it: envelope and body, or the envelope alone")]
    Malformed {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        error: DecodeError,
    },
    /// The board is of the pairwise protocol.
    #[error("messages were given, but they are compared only with boards of the committee protocol, and this one is of the pairwise protocol; leave them out")]
    OtherProtocol,
}

/// The messages that the auditor was given.
pub(crate) struct Given {
    messages: Vec<GivenMessage>,
    /// The messages of each entry: their places.
    entries: HashMap<Digest, Vec<usize>>,
}

/// A message that the auditor was given.
pub(crate) struct GivenMessage {
    pub(crate) envelope: Envelope,
    /// The digest by which it stands in the tree.
    pub(crate) entry: Digest,
    /// What stands behind the envelope; nothing if the body was not handed over.
    pub(crate) body: Vec<u8>,
}

impl Given {
    /// Decodes the envelopes.
    pub(crate) fn decode(messages: &[Vec<u8>], dialect: &Dialect) -> Result<Self, GivenError> {
        if !messages.is_empty() && !dialect.is_committee {
            return Err(GivenError::OtherProtocol);
        }
        if messages.len() > MOST_MESSAGES {
            let got = messages.len();
            return Err(GivenError::TooMany { got });
        }
        let decode = |(number, bytes): (usize, &Vec<u8>)| {
            let (envelope, body) = bytes.split_at(bytes.len().min(ENVELOPE_LEN));
            let envelope = Envelope::decode_of(envelope, dialect)
                .map_err(|error| GivenError::Malformed { number, error })?;
            Ok(GivenMessage {
                entry: envelope.entry(),
                envelope,
                body: body.to_vec(),
            })
        };
        let messages = (1..).zip(messages).map(decode);
        let messages: Vec<GivenMessage> = messages.collect::<Result<_, _>>()?;
        let mut entries: HashMap<Digest, Vec<usize>> = HashMap::new();
        for (place, message) in messages.iter().enumerate() {
            entries.entry(message.entry).or_default().push(place);
        }
        Ok(Self { messages, entries })
    }

    /// Those with this entry.
    pub(crate) fn with_entry(&self, entry: &Digest) -> impl Iterator<Item = &GivenMessage> {
        let places = self.entries.get(entry).into_iter().flatten();
        places.filter_map(|place| self.messages.get(*place))
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &GivenMessage> {
        self.messages.iter()
    }
}
