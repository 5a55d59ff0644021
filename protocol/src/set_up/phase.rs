//! The two phases and what contributors multiply in each (`specs/set-up.md` 1.1), and the stages of a file (2.1).

use std::fmt;

use veragg_circuits::groth16::contribution;
use veragg_circuits::groth16::heads::{Delta, Heads};
use veragg_circuits::groth16::points::{self, Element, ElementError};
use veragg_circuits::group::bls12381::{G1Affine, G2Affine};

use crate::crypto::labels;

/// Most records of a phase.
pub(super) const MAX_RECORDS: usize = 1 << 12;

/// A phase of a set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Powers of `tau`, with `alpha` and `beta`.
    Powers,
    /// `delta`, and what is divided by it.
    Delta,
}

impl Phase {
    /// The label of digests of the chain behind its records.
    pub(super) fn record_label(self) -> &'static str {
        match self {
            Self::Powers => labels::SET_UP_POWERS_RECORD,
            Self::Delta => labels::SET_UP_DELTA_RECORD,
        }
    }

    /// The label of signatures.
    pub(super) fn sign_label(self) -> &'static str {
        match self {
            Self::Powers => labels::SIGN_SET_UP_POWERS,
            Self::Delta => labels::SIGN_SET_UP_DELTA,
        }
    }

    /// The label of challenges.
    pub(super) fn challenge_label(self) -> &'static str {
        match self {
            Self::Powers => contribution::POWERS,
            Self::Delta => contribution::DELTA,
        }
    }

    /// Where the check of its records stands.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::Powers => "5.2",
            Self::Delta => "5.4",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Powers => "powers",
            Self::Delta => "delta",
        })
    }
}

/// The elements of a record that a contribution with `M` factors makes.
pub(super) trait Multiplied<const M: usize>: Copy + Eq {
    /// The phase in which it is made.
    const PHASE: Phase;
    /// Bytes of its encoding.
    const LEN: usize;
    /// The names of the factors.
    const NAMES: [&'static str; M];

    /// That before the first record.
    fn start() -> Self;

    /// The elements whose factors are proven, by factor.
    fn proven(&self) -> [G1Affine; M];

    /// Whether those in `G2` are the same as in `G1`.
    fn agree(&self) -> bool;

    fn encode(&self) -> Vec<u8>;

    /// Decodes bytes of the right length.
    fn decode(bytes: &[u8]) -> Result<Self, ElementError>;
}

impl Multiplied<3> for Heads {
    const PHASE: Phase = Phase::Powers;
    const LEN: usize = 3 * G1Affine::LEN + 2 * G2Affine::LEN;
    const NAMES: [&'static str; 3] = ["tau", "alpha", "beta"];

    fn start() -> Self {
        Self::first()
    }

    fn proven(&self) -> [G1Affine; 3] {
        self.in_1()
    }

    fn agree(&self) -> bool {
        Self::agree(self)
    }

    fn encode(&self) -> Vec<u8> {
        let in_2 = points::encode(&[self.tau_2, self.beta_2]);
        [points::encode(&self.in_1()), in_2].concat()
    }

    fn decode(bytes: &[u8]) -> Result<Self, ElementError> {
        let (in_1, in_2) = bytes.split_at(3 * G1Affine::LEN);
        let in_1: Vec<G1Affine> = points::decode(in_1, "heads in G1")?;
        let in_2: Vec<G2Affine> = points::decode(in_2, "heads in G2")?;
        Ok(Self {
            tau: in_1[0],
            alpha: in_1[1],
            beta: in_1[2],
            tau_2: in_2[0],
            beta_2: in_2[1],
        })
    }
}

impl Multiplied<1> for Delta {
    const PHASE: Phase = Phase::Delta;
    const LEN: usize = G1Affine::LEN + G2Affine::LEN;
    const NAMES: [&'static str; 1] = ["delta"];

    fn start() -> Self {
        Self::first()
    }

    fn proven(&self) -> [G1Affine; 1] {
        [self.in_1]
    }

    fn agree(&self) -> bool {
        self.agrees()
    }

    fn encode(&self) -> Vec<u8> {
        [Element::encode(&self.in_1), Element::encode(&self.in_2)].concat()
    }

    fn decode(bytes: &[u8]) -> Result<Self, ElementError> {
        let (in_1, in_2) = bytes.split_at(G1Affine::LEN);
        Ok(Self {
            in_1: points::decode(in_1, "delta in G1")?[0],
            in_2: points::decode(in_2, "delta in G2")?[0],
        })
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Contributions to powers.
    Powers,
    /// Those, and contributions to delta.
    Delta,
    /// All contributions, and the beacon.
    Done,
    /// All of it but what is divided by delta, which the key holds.
    Transcript,
}

impl Stage {
    pub(super) const ALL: [Self; 4] = [Self::Powers, Self::Delta, Self::Done, Self::Transcript];

    /// The byte that stands for it.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Powers => 1,
            Self::Delta => 2,
            Self::Done => 3,
            Self::Transcript => 4,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Powers => "powers",
            Self::Delta => "delta",
            Self::Done => "done",
            Self::Transcript => "transcript",
        })
    }
}
