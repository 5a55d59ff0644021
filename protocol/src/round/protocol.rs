//! The protocols of a round, and what a configuration fixes of each (`specs/wire.md` 3.1).

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::context::{Context, Version};
use crate::round::committee::Committee;
use crate::round::parameters::MaskingParameters;
use crate::round::phase::{Phase, MAX_UNMASK_ROUNDS};

/// The number of the pairwise protocol.
pub(super) const PAIRWISE: u8 = 1;
/// The number of the committee protocol, from version 2 on.
pub(super) const COMMITTEE: u8 = 2;

/// No deadline.
pub const NEVER: u64 = u64::MAX;

/// The protocol of a round, with what only this protocol needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// Neighbours mask for each other (`specs/protocol.md`).
    Pairwise(Pairwise),
    /// Clients share their masks among the trustees of a committee (`specs/committee.md`).
    Committee(Committee),
}

/// What a configuration fixes of the pairwise protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairwise {
    /// The degree `k` and the threshold `t`.
    pub masking: MaskingParameters,
    /// The most further rounds of unmask.
    pub unmask_rounds: u8,
    /// When each of the clients' phases ends, in seconds since 1970 UTC; [`NEVER`] for no deadline.
    pub deadlines: [u64; Phase::OF_CLIENTS],
}

/// What decodes in a round: structures of its version, with the phases of its protocol (`specs/wire.md` 1.1, 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The version of the round.
    pub version: Version,
    /// Whether it is of the committee protocol.
    pub is_committee: bool,
}

impl Dialect {
    /// Refuses a structure of another version, or about a phase of another protocol.
    pub fn require(&self, context: &Context, phase: Phase) -> Result<(), DecodeError> {
        context.require_version(self.version)?;
        self.require_phase(phase)
    }

    /// Refuses a phase of another protocol.
    pub fn require_phase(&self, phase: Phase) -> Result<(), DecodeError> {
        if !self.is_committee {
            return phase.require_pairwise();
        }
        match Phase::COMMITTEE.contains(&phase) {
            true => Ok(()),
            false => Err(DecodeError::Value { field: "phase" }),
        }
    }
}

impl Protocol {
    /// The number of the protocol on the wire.
    pub fn number(&self) -> u8 {
        match self {
            Self::Pairwise(_) => PAIRWISE,
            Self::Committee(_) => COMMITTEE,
        }
    }

    /// Its phases in order, with the first round of unmask.
    pub fn phases(&self) -> &'static [Phase] {
        match self {
            Self::Pairwise(_) => &Phase::PAIRWISE,
            Self::Committee(_) => &Phase::COMMITTEE,
        }
    }

    /// When each phase ends but publish, in order, in seconds since 1970 UTC.
    pub fn deadlines(&self) -> impl Iterator<Item = (Phase, u64)> + '_ {
        let deadlines = match self {
            Self::Pairwise(pairwise) => &pairwise.deadlines[..],
            Self::Committee(committee) => &committee.deadlines[..],
        };
        let phases = self.phases().iter();
        phases.copied().zip(deadlines.iter().copied())
    }
}

impl Pairwise {
    /// Writes degree and threshold.
    pub(super) fn write_masking(&self, writer: Writer) -> Writer {
        writer.u32(self.masking.degree).u32(self.masking.threshold)
    }

    /// Writes what stands behind them, in version 1 not at once.
    pub(super) fn write_rest(&self, writer: Writer) -> Writer {
        let writer = writer.u32(self.unmask_rounds.into());
        let deadlines = self.deadlines.into_iter();
        deadlines.fold(writer, |writer, deadline| writer.u64(deadline))
    }

    /// Reads degree and threshold.
    pub(super) fn read_masking(reader: &mut Reader<'_>) -> Result<MaskingParameters, DecodeError> {
        Ok(MaskingParameters {
            degree: reader.u32("degree")?,
            threshold: reader.u32("threshold")?,
        })
    }

    /// Reads what stands behind them.
    pub(super) fn read_rest(
        masking: MaskingParameters,
        reader: &mut Reader<'_>,
    ) -> Result<Self, DecodeError> {
        let field = "unmask rounds";
        let unmask_rounds = u8::try_from(reader.u32(field)?)
            .ok()
            .filter(|&rounds| rounds <= MAX_UNMASK_ROUNDS)
            .ok_or(DecodeError::Value { field })?;
        let mut deadlines = [0; Phase::OF_CLIENTS];
        for deadline in &mut deadlines {
            *deadline = reader.u64("deadline")?;
        }
        Ok(Self {
            masking,
            unmask_rounds,
            deadlines,
        })
    }
}
