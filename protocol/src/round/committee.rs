//! The committee of a round: its trustees, and how many of them must take part (`specs/committee.md` 2).

pub mod shape;
pub mod trustee;

use std::fmt;

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use self::shape::{Shape, ShapeError, MAX_TRUSTEES};
use self::trustee::Trustee;
use crate::crypto::ids::TrusteeId;
use crate::crypto::signing::VerifyingKey;
use crate::round::phase::Phase;

/// How many phases have a deadline: all of [`Phase::COMMITTEE`] but publish.
pub const DEADLINES: usize = Phase::COMMITTEE.len() - 1;

/// What a configuration fixes of the committee protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// `t`, how many trustees may collude with the aggregator.
    pub colluding: u32,
    /// `p`, how many rows a sharing packs.
    pub packed: u32,
    /// When each phase but publish ends, in seconds since 1970 UTC.
    pub deadlines: [u64; DEADLINES],
    /// The trustees, in the order of their numbers.
    pub trustees: Vec<Trustee>,
}

impl Committee {
    /// What follows from the numbers. Errors: they are refused (2.2).
    pub fn shape(&self) -> Result<Shape, ShapeError> {
        let trustees = u32::try_from(self.trustees.len()).unwrap_or(u32::MAX);
        Shape::new(trustees, self.colluding, self.packed)
    }

    /// The entry of a trustee.
    pub fn trustee(&self, trustee: TrusteeId) -> Option<&Trustee> {
        self.trustees.get(trustee.index())
    }

    /// The first two trustees with one identity key or one sealing key, or a trustee with the key of another party.
    pub fn shared_key(&self, others: &[(&VerifyingKey, &'static str)]) -> Option<SharedKey> {
        for (index, trustee) in self.trustees.iter().enumerate() {
            let number = TrusteeId::from_index(index);
            if let Some((_, role)) = others.iter().find(|(key, _)| **key == trustee.identity) {
                return Some(SharedKey::Role(number, role));
            }
            let before = self.trustees.iter().take(index);
            let same = before.enumerate().find(|(_, other)| {
                other.identity == trustee.identity || other.sealing_key == trustee.sealing_key
            });
            if let Some((other, _)) = same {
                return Some(SharedKey::Trustees(TrusteeId::from_index(other), number));
            }
        }
        None
    }

    /// Writes what stands in a configuration.
    pub(super) fn write(&self, writer: Writer) -> Writer {
        let writer = writer.u32(self.colluding).u32(self.packed);
        let deadlines = self.deadlines.into_iter();
        let writer = deadlines.fold(writer, |writer, deadline| writer.u64(deadline));
        let writer = writer.u32(self.trustees.len() as u32);
        let trustees = self.trustees.iter();
        trustees.fold(writer, |writer, trustee| trustee.write(writer))
    }

    /// Reads what stands in a configuration.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (colluding, packed) = (
            reader.u32("colluding trustees")?,
            reader.u32("packed rows")?,
        );
        let mut deadlines = [0; DEADLINES];
        for deadline in &mut deadlines {
            *deadline = reader.u64("deadline")?;
        }
        let count = reader.u32("trustees")?;
        if count > MAX_TRUSTEES {
            return Err(DecodeError::Value { field: "trustees" });
        }
        let trustees = (0..count)
            .map(|_| Trustee::read(reader))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            colluding,
            packed,
            deadlines,
            trustees,
        })
    }
}

impl fmt::Display for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trustees(one, other) => write!(f, "trustees {one} and {other} have the same key"),
            Self::Role(trustee, role) => write!(f, "trustee {trustee} has the key of the {role}"),
        }
    }
}

/// Two parties with one key (`specs/committee.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedKey {
    /// Two trustees have one identity key, or one sealing key.
    Trustees(TrusteeId, TrusteeId),
    /// A trustee has the identity key of another party.
    Role(TrusteeId, &'static str),
}
