//! What everything signed or derived in a round is bound to: the version of the protocol, and the digest of the
//! configuration (`specs/protocol.md` 2.3).

use std::fmt;

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::hash::Digest;
use crate::crypto::signing::hex;

/// A version of the protocol. One number stands in the configuration, in every message, checkpoint, receipt and
/// refusal, and in the first bytes of a board; within a round they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Read only: boards of this version are audited, and no role takes part in such a round.
    V1,
    /// The version of new rounds.
    V2,
}

impl Version {
    /// The version of new rounds.
    pub const CURRENT: Self = Self::V2;
    /// All versions, ascending.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The version with this number.
    pub fn from_number(number: u16) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|version| version.number() == number)
    }

    /// Reads the number of a version.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = Self::from_number(reader.u16("version")?);
        version.ok_or(DecodeError::Value { field: "version" })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// The round that something belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Context {
    /// The version of the protocol.
    pub version: Version,
    /// Digest of the configuration and the organiser's key.
    pub digest: Digest,
}

impl Context {
    /// Bytes of an encoded context.
    pub const LEN: usize = 2 + 32;

    /// Refuses a context of another version than that of the round.
    pub fn require_version(&self, version: Version) -> Result<(), DecodeError> {
        match self.version == version {
            true => Ok(()),
            false => Err(DecodeError::Value { field: "version" }),
        }
    }

    /// Writes the version, then the digest.
    pub fn write(&self, writer: Writer) -> Writer {
        writer.u16(self.version.number()).bytes(&self.digest)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: Version::read(reader)?,
            digest: reader.array("context")?,
        })
    }
}

/// The digest in lower-case hexadecimal.
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.digest))
    }
}

#[cfg(test)]
impl Context {
    /// A context of the current version, for tests.
    pub(crate) const fn sample(byte: u8) -> Self {
        Self {
            version: Version::CURRENT,
            digest: [byte; 32],
        }
    }
}
