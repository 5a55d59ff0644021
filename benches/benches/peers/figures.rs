//! What is compared, in which direction, and what the project wants to reach.

use serde_json::json;

use crate::case::Case;

/// A comparison. Its name is a quotient, and the ratio is that quotient: what stands left of the
/// slash, divided by what stands right of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Figure {
    pub name: &'static str,
    pub unit: Unit,
    pub value: Value,
}

/// What both sides of a figure are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    SecondsEach,
    Bytes,
}

/// What a figure says, and with that, whether less or more of it is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A cost of ours that nothing stands beside: the less the better.
    Ours,
    /// Our cost divided by theirs: the less the better.
    OursToTheirs,
    /// Their cost divided by ours: the more the better.
    TheirsToOurs,
}

use Unit::{Bytes, Seconds, SecondsEach};
use Value::{Ours, OursToTheirs, TheirsToOurs};

const fn figure(name: &'static str, unit: Unit, value: Value) -> Figure {
    Figure { name, unit, value }
}

pub const PROVE: Figure = figure(
    "prove range / bare Pedersen commitment",
    Seconds,
    OursToTheirs,
);
pub const PROVE_NORM: Figure = figure(
    "prove range and norm / bare Pedersen commitment",
    Seconds,
    OursToTheirs,
);
pub const PRIO_SHARD: Figure = figure("Prio3SumVec shard / prove range", Seconds, TheirsToOurs);
pub const BULLETPROOFS_PROVE: Figure = figure(
    "bulletproofs aggregated prove / prove range",
    Seconds,
    TheirsToOurs,
);
pub const BULLETPROOFS_PROVE_EACH: Figure = figure(
    "bulletproofs prove / prove range, per coordinate",
    SecondsEach,
    TheirsToOurs,
);
/// Verifying starts from bytes, here and wherever it occurs on our side.
pub const VERIFY: Figure = figure("verify / bare Pedersen commitment", Seconds, OursToTheirs);
pub const BATCH: Figure = figure(
    "verify per client in a batch of 16 / verify one",
    Seconds,
    OursToTheirs,
);
pub const PRIO_VERIFY: Figure = figure(
    "Prio3SumVec verify_init (both) / verify",
    Seconds,
    TheirsToOurs,
);
pub const BULLETPROOFS_VERIFY: Figure = figure(
    "bulletproofs aggregated verify / verify",
    Seconds,
    TheirsToOurs,
);
pub const BULLETPROOFS_VERIFY_EACH: Figure = figure(
    "bulletproofs verify / verify, per coordinate",
    SecondsEach,
    TheirsToOurs,
);
/// With the commitments, as on the bulletproofs side.
pub const PROOF_BYTES: Figure = figure("proof bytes", Bytes, Ours);
pub const BULLETPROOFS_BYTES: Figure =
    figure("bulletproofs bytes / proof bytes", Bytes, TheirsToOurs);
/// What no protocol goes below that sends each coordinate's share of the sum once: for a roster of
/// `n`, `d (b + log2 n)` bits.
pub const SUBMISSION: Figure = figure(
    "submission / d (b + log2 n) bits, n = 1000",
    Bytes,
    OursToTheirs,
);
pub const PRIO_UPLOAD: Figure = figure("Prio3SumVec upload / submission", Bytes, TheirsToOurs);
pub const MEMORY: Figure = figure("peak memory of prove range", Bytes, Ours);
pub const THREADS: Figure = figure("prove range with 2 threads / with 1", Seconds, OursToTheirs);
pub const GROWTH: Figure = figure(
    "prove range per coordinate at 2^22 / at 2^18",
    SecondsEach,
    OursToTheirs,
);

pub const ARK_PROVE: Figure = figure("prove / plain ark-groth16 prove", Seconds, OursToTheirs);
/// Both sides verify from bytes, with all checks of the points.
pub const ARK_VERIFY: Figure = figure("verify / plain ark-groth16 verify", Seconds, OursToTheirs);
pub const BATCH_1000: Figure = figure(
    "verify per client in a batch of 1000 / verify one",
    Seconds,
    OursToTheirs,
);
/// As an audit verifies them, in parts.
pub const VOTES: Figure = figure(
    "verify 2000 in parts / 2000 plain ark-groth16",
    Seconds,
    OursToTheirs,
);
/// Of `C` packed scalars.
pub const BYTES_PLANNED: Figure = figure("proof bytes / 448 + 32 C", Bytes, OursToTheirs);
pub const BITPLANE_PROVE: Figure = figure("prove / bitplane prove", Seconds, OursToTheirs);
pub const BITPLANE_VERIFY: Figure = figure("verify / bitplane verify", Seconds, OursToTheirs);
pub const BITPLANE_BATCH: Figure = figure(
    "verify in a batch of 1000 / bitplane",
    Seconds,
    OursToTheirs,
);
pub const BITPLANE_BYTES: Figure =
    figure("proof bytes / bitplane proof bytes", Bytes, OursToTheirs);
pub const BITPLANE_SUBMISSION: Figure =
    figure("submission / bitplane submission", Bytes, OursToTheirs);
/// Both phases, the beacon, all files, and the checks of who contributes and of a client.
pub const SET_UP: Figure = figure("set-up with two contributors", Seconds, Ours);
pub const TRANSCRIPT: Figure = figure("transcript of the set-up", Bytes, Ours);
pub const PROVING_KEY: Figure = figure("proving key", Bytes, Ours);
pub const VERIFYING_KEY: Figure = figure("verifying key", Bytes, Ours);

/// A figure as measured.
#[derive(Debug)]
pub struct Row {
    pub case: Case,
    pub figure: &'static Figure,
    pub ours: f64,
    /// What ours is compared with, if anything.
    pub theirs: Option<f64>,
}

impl Row {
    /// The quotient that the figure's name says, if it is one.
    pub fn ratio(&self) -> Option<f64> {
        let theirs = self.theirs?;
        match self.figure.value {
            Ours => None,
            OursToTheirs => Some(self.ours / theirs),
            TheirsToOurs => Some(theirs / self.ours),
        }
    }

    /// What a target is compared with.
    pub fn value(&self) -> f64 {
        self.ratio().unwrap_or(self.ours)
    }

    pub fn json(&self) -> serde_json::Value {
        json!({
            "bits": self.case.bits,
            "len": self.case.len(),
            "figure": self.figure.name,
            "ours": self.ours,
            "theirs": self.theirs,
            "ratio": self.ratio(),
            "unit": self.figure.unit.name(),
        })
    }
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Seconds => "s",
            SecondsEach => "s per coordinate",
            Bytes => "bytes",
        }
    }
}

/// What a figure's value should reach.
#[derive(Debug)]
pub struct Target {
    pub case: Case,
    pub figure: &'static Figure,
    /// What has to hold.
    pub bound: f64,
    /// What would be better still.
    pub stretch: f64,
}

impl Target {
    /// Whether `value` is as good as `limit`, one of the two above.
    pub fn reached(&self, value: f64, limit: f64) -> bool {
        match self.figure.value {
            Ours | OursToTheirs => value <= limit,
            TheirsToOurs => value >= limit,
        }
    }
}

const MILLION: Case = Case::new(16, 20);
const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;

const fn target(case: Case, figure: &'static Figure, bound: f64, stretch: f64) -> Target {
    Target {
        case,
        figure,
        bound,
        stretch,
    }
}

/// All for one thread, but for the one that says otherwise.
pub const TARGETS: &[Target] = &[
    target(MILLION, &PROVE, 1.1, 0.8),
    target(MILLION, &PROVE_NORM, 1.4, 1.0),
    target(MILLION, &PRIO_SHARD, 8.0, 12.0),
    target(MILLION, &BULLETPROOFS_PROVE_EACH, 2000.0, 3500.0),
    target(MILLION, &VERIFY, 0.07, 0.04),
    target(MILLION, &PRIO_VERIFY, 90.0, 180.0),
    target(MILLION, &BATCH, 0.7, 0.5),
    target(MILLION, &PROOF_BYTES, 280.0 * KIB, 200.0 * KIB),
    target(MILLION, &SUBMISSION, 1.22, 1.17),
    target(MILLION, &MEMORY, 160.0 * MIB, 80.0 * MIB),
    target(MILLION, &THREADS, 0.6, 0.55),
    target(Case::new(16, 22), &GROWTH, 1.15, 1.0),
    target(Case::new(16, 4), &BULLETPROOFS_PROVE, 8.0, 20.0),
    target(Case::new(16, 10), &BULLETPROOFS_PROVE, 200.0, 400.0),
];

const SHORT: Case = Case::new(1, 4);
const MIDDLE: Case = Case::new(1, 8);
const LONG: Case = Case::new(1, 12);

/// Of the suite `bls12381-groth16`, with all threads of the machine.
pub const GROTH16_TARGETS: &[Target] = &[
    target(SHORT, &ARK_PROVE, 1.2, 1.0),
    target(MIDDLE, &ARK_PROVE, 1.2, 1.0),
    target(LONG, &ARK_PROVE, 1.25, 1.1),
    target(SHORT, &ARK_VERIFY, 1.4, 1.2),
    target(MIDDLE, &ARK_VERIFY, 1.2, 1.0),
    target(LONG, &ARK_VERIFY, 0.6, 0.4),
    target(SHORT, &BATCH_1000, 0.45, 0.35),
    target(MIDDLE, &BATCH_1000, 0.45, 0.35),
    target(LONG, &BATCH_1000, 0.25, 0.15),
    target(SHORT, &BYTES_PLANNED, 1.0, 1.0),
    target(MIDDLE, &BYTES_PLANNED, 1.0, 1.0),
    target(LONG, &BYTES_PLANNED, 1.0, 1.0),
    target(SHORT, &VOTES, 0.6, 0.5),
];
