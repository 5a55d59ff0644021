//! The phases of a round, in order (`specs/protocol.md` 3).

use std::fmt;

/// A phase; its number is what travels. Numbers 5 and 6 are kept for attest and dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Phase {
    /// Clients publish their round keys.
    Advertise = 1,
    /// Clients share their secrets among their neighbours.
    Share = 2,
    /// Clients confirm the shares that they received.
    Confirm = 3,
    /// Clients post masked vectors with commitments and proofs.
    Submit = 4,
    /// Contributors sign the list of contributors.
    Acknowledge = 7,
    /// Contributors reveal what removes the masks.
    Unmask = 8,
    /// The aggregator publishes the sum.
    Publish = 9,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Phase; 7] = [
        Phase::Advertise,
        Phase::Share,
        Phase::Confirm,
        Phase::Submit,
        Phase::Acknowledge,
        Phase::Unmask,
        Phase::Publish,
    ];
    /// How many phases clients speak in.
    pub const OF_CLIENTS: usize = 6;

    /// The number on the wire.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The phase of a number on the wire.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.number() == number)
    }

    /// The place in [`Phase::ALL`], from 0.
    pub fn index(self) -> usize {
        Self::ALL.iter().take_while(|&&phase| phase < self).count()
    }

    /// The phase after this one.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|&phase| phase > self)
    }

    /// The name in configurations and reports.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Advertise => "advertise",
            Phase::Share => "share",
            Phase::Confirm => "confirm",
            Phase::Submit => "submit",
            Phase::Acknowledge => "acknowledge",
            Phase::Unmask => "unmask",
            Phase::Publish => "publish",
        }
    }

    /// The phase of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
