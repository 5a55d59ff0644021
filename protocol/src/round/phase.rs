//! The phases of a round, in order (`specs/protocol.md` 3).

use std::fmt;

use veragg_circuits::codec::DecodeError;

/// A phase of a round, of either protocol. Messages hold its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Clients publish their round keys.
    Advertise,
    /// Clients share their secrets among their neighbours.
    Share,
    /// Clients confirm the shares that they received, or complain about them.
    Confirm,
    /// Clients send masked vectors with commitments and proofs.
    Submit,
    /// Clients attest to their masks: they commit to fingerprints of them.
    Attest,
    /// Clients open edges for which the other end attested another mask.
    Dispute,
    /// Contributors sign the list of contributors.
    Acknowledge,
    /// Contributors reveal the shares that remove the masks: in round 0 of all participants, in a further round of the
    /// clients whose false attestations were found in the round before.
    Unmask(u8),
    /// Trustees check the pads that clients share with them, and complain about wrong ones.
    Check,
    /// Trustees confirm the list of contributors: the confirm of the committee protocol.
    ConfirmList,
    /// Trustees open the sums of their pads.
    Open,
    /// The aggregator publishes the sum.
    Publish,
}

/// The most further rounds of unmask that a configuration can have.
pub const MAX_UNMASK_ROUNDS: u8 = 64;

impl Phase {
    /// The phases of the pairwise protocol in order, with the first round of unmask.
    pub const PAIRWISE: [Phase; 9] = [
        Phase::Advertise,
        Phase::Share,
        Phase::Confirm,
        Phase::Submit,
        Phase::Attest,
        Phase::Dispute,
        Phase::Acknowledge,
        Phase::Unmask(0),
        Phase::Publish,
    ];
    /// How many of [`PAIRWISE`](Self::PAIRWISE) are phases of the clients.
    pub const OF_CLIENTS: usize = 8;
    /// The phases of the committee protocol in order (`specs/committee.md` 3).
    pub const COMMITTEE: [Phase; 5] = [
        Phase::Submit,
        Phase::Check,
        Phase::ConfirmList,
        Phase::Open,
        Phase::Publish,
    ];

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Phase::Advertise => 1,
            Phase::Share => 2,
            Phase::Confirm => 3,
            Phase::Submit => 4,
            Phase::Attest => 5,
            Phase::Dispute => 6,
            Phase::Acknowledge => 7,
            Phase::Unmask(0) => 8,
            Phase::Unmask(round) => MAX_UNMASK_ROUNDS.saturating_add(round),
            Phase::Publish => 9,
            Phase::Check => 10,
            Phase::ConfirmList => 11,
            Phase::Open => 12,
        }
    }

    /// The phase with this number on the wire; nothing if there is none.
    pub fn from_number(number: u8) -> Option<Self> {
        let further = (1..=MAX_UNMASK_ROUNDS).map(Phase::Unmask);
        Self::PAIRWISE
            .into_iter()
            .chain(Self::COMMITTEE)
            .chain(further)
            .find(|phase| phase.number() == number)
    }

    /// Whether it is a phase of the pairwise protocol.
    pub fn is_pairwise(self) -> bool {
        matches!(self, Phase::Unmask(_)) || Self::PAIRWISE.contains(&self)
    }

    /// Refuses a phase of another protocol.
    pub(crate) fn require_pairwise(self) -> Result<(), DecodeError> {
        match self.is_pairwise() {
            true => Ok(()),
            false => Err(DecodeError::Value { field: "phase" }),
        }
    }

    /// The index in [`Phase::PAIRWISE`]; for a further round of unmask, that of publish.
    pub fn index(self) -> usize {
        Self::PAIRWISE
            .iter()
            .take_while(|&&phase| phase < self)
            .count()
    }

    /// The phase after this one in the pairwise protocol, if no false attestation asks for another round of unmask.
    pub fn next(self) -> Option<Self> {
        Self::PAIRWISE.into_iter().find(|&phase| match phase {
            Phase::Unmask(_) => self < Phase::Unmask(0),
            phase => phase > self,
        })
    }

    /// Whether a client must be on the list of this phase to be in the sum.
    pub fn decides(self) -> bool {
        !matches!(self, Phase::Acknowledge | Phase::Publish)
    }

    /// The name in configurations and reports, the same for all rounds of unmask.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Advertise => "advertise",
            Phase::Share => "share",
            Phase::Confirm => "confirm",
            Phase::Submit => "submit",
            Phase::Attest => "attest",
            Phase::Dispute => "dispute",
            Phase::Acknowledge => "acknowledge",
            Phase::Unmask(_) => "unmask",
            Phase::Check => "check",
            Phase::ConfirmList => "confirm",
            Phase::Open => "open",
            Phase::Publish => "publish",
        }
    }

    /// The phase with this name; nothing if there is none. `confirm` is the phase of the pairwise protocol: both protocols have a phase
    /// with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::PAIRWISE
            .into_iter()
            .chain(Self::COMMITTEE)
            .find(|phase| phase.name() == name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Phase::Unmask(round) if *round > 0 => write!(f, " round {round}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_order_are_one() {
        let all: Vec<_> = (0..=u8::MAX).filter_map(Phase::from_number).collect();
        assert_eq!(all.len(), 9 + 3 + 64);
        for number in 0..=u8::MAX {
            if let Some(phase) = Phase::from_number(number) {
                assert_eq!(phase.number(), number);
            }
        }
        assert!(Phase::COMMITTEE.is_sorted() && Phase::PAIRWISE.is_sorted());
        for pair in Phase::PAIRWISE.windows(2) {
            assert!(pair[0] < pair[1]);
            assert_eq!(pair[0].next(), Some(pair[1]));
        }
        assert!(Phase::Unmask(0) < Phase::Unmask(1) && Phase::Unmask(64) < Phase::Publish);
        assert_eq!(Phase::Unmask(3).next(), Some(Phase::Publish));
        assert_eq!(Phase::Publish.next(), None);
        assert_eq!(Phase::Unmask(2).to_string(), "unmask round 2");
    }
}
