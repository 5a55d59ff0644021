//! What the roles of a round take: times that follow from constants, which were measured.
//!
//! All times are of one core of the machine of `docs/costs.md`, which has AVX-512. Another machine multiplies all of them by about one factor, so they
//! tell how a time grows with clients, coordinates and trustees, and in which protocol a role works less.
//! `cargo bench -p veragg-benches --bench times` plays rounds in the default suite, and prints what is stated here beside what it
//! measures. The constants of the other suites come from the bench `peers` (`bls12381-groth16`) and from rounds of the example
//! `scale` (`ristretto255-bulletproofs`).

use veragg_circuits::proof_system::Suite;
use veragg_circuits::statement::Statement;
use veragg_protocol::committee::parts::Parts;
use veragg_protocol::committee::trustee::batch;

/// Nanoseconds of one core: once, and for each of something.
#[derive(Debug, Clone, Copy)]
struct Line {
    once: f64,
    each: f64,
}

impl Line {
    fn of(self, count: f64) -> f64 {
        self.once + self.each * count
    }
}

/// What a suite takes for a vector of so many bits: once, for each bit, and for the square root of the bits, with which the proof of the
/// default suite grows.
struct Bits {
    line: Line,
    root: f64,
}

impl Bits {
    fn of(&self, bits: f64) -> f64 {
        self.line.of(bits) + self.root * bits.sqrt()
    }
}

/// What a suite takes to prove, and to verify one of many proofs.
struct Proof {
    prove: Bits,
    verify: Bits,
}

const fn line(once: f64, each: f64) -> Line {
    Line { once, each }
}

impl Proof {
    fn of(suite: Suite) -> Self {
        let (prove, verify, [prove_root, verify_root]) = match suite {
            Suite::RistrettoBitplane => (line(8.0e5, 35.0), line(4.0e4, 0.1), [5.5e4, 8.0e3]),
            Suite::RistrettoBulletproofs => (line(0.0, 1.2e5), line(2.0e5, 1.3e4), [0.0; 2]),
            Suite::Bls12381Groth16 => (line(2.4e6, 1.6e4), line(3.5e5, 0.0), [0.0; 2]),
        };
        Self {
            prove: Bits {
                line: prove,
                root: prove_root,
            },
            verify: Bits {
                line: verify,
                root: verify_root,
            },
        }
    }
}

/// Pairwise, what a client does besides its proof: once, and for each neighbour.
const PAIRWISE_CLIENT: Line = line(3.0e5, 5.0e5);
/// Pairwise, what the aggregator does for each client: once, and for each neighbour.
const PAIRWISE_AGGREGATOR: Line = line(7.5e5, 3.1e4);
/// Pairwise, what an auditor does for each client: once, and for each neighbour.
const PAIRWISE_AUDITOR: Line = line(6.2e5, 2.8e4);
/// Pairwise, a client, for each scalar of the masked vector and each neighbour.
const MASKING: f64 = 65.0;
/// Pairwise, the aggregator, for each scalar of the masked vector of each client.
const UNMASKING: f64 = 80.0;
/// Pairwise, an auditor, for each scalar of the masked vector of each client.
const COMPARING: f64 = 400.0;

/// Committee, what a client does besides its proof: once, and for each scalar of its pads for all trustees.
const COMMITTEE_CLIENT: Line = line(5.5e5, 1.2e3);
/// Committee, a client, for each scalar of a row: the tables of its generator.
const TABLES: f64 = 6.0e3;
/// Committee, what a trustee does for each client: once, and for each scalar of the pads for this trustee.
const TRUSTEE: Line = line(1.3e5, 60.0);
/// Committee, a trustee, for each scalar of a row and each batch of clients: the tables of its generator.
const BATCH: f64 = 1.2e4;
/// Committee, what the aggregator does for each client: once, and for each scalar of the masked rows.
const COMMITTEE_AGGREGATOR: Line = line(2.5e5, 600.0);
/// Committee, what an auditor does for each client: once, and for each commitment to a pad.
const COMMITTEE_AUDITOR: Line = line(6.0e4, 2.0e3);
/// Committee, an auditor, for each scalar of a row: the generator itself.
const GENERATOR: f64 = 2.5e4;
/// Committee, what an auditor does once.
const COMMITTEE_AUDIT: f64 = 7.0e6;

/// Times of each role, in seconds of one core.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Times {
    /// Each client, in the whole round.
    pub client: f64,
    /// Each trustee, in the whole round, if there are any.
    pub trustee: Option<f64>,
    /// The aggregator, in the whole round.
    pub aggregator: f64,
    /// An audit of the board.
    pub auditor: f64,
}

/// The bits of all coordinates of a vector.
fn bits(statement: &Statement) -> f64 {
    let of = |bound: u64| u64::BITS - bound.saturating_sub(1).leading_zeros();
    let segments = statement.segments().iter();
    segments
        .map(|segment| segment.len as f64 * f64::from(of(segment.bound)))
        .sum()
}

/// The times of a round of the pairwise protocol without cheaters: `degree` neighbours, and `scalars` in a masked vector.
pub fn pairwise(
    suite: Suite,
    statement: &Statement,
    clients: u32,
    degree: u32,
    scalars: usize,
) -> Times {
    let Proof { prove, verify } = Proof::of(suite);
    let (bits, clients) = (bits(statement), f64::from(clients));
    let (degree, scalars) = (f64::from(degree), scalars as f64);
    let verify = verify.of(bits);
    let of_each = |line: Line, scalar: f64| clients * (line.of(degree) + verify + scalar * scalars);
    Times {
        client: seconds(prove.of(bits) + PAIRWISE_CLIENT.of(degree) + MASKING * degree * scalars),
        trustee: None,
        aggregator: seconds(of_each(PAIRWISE_AGGREGATOR, UNMASKING)),
        auditor: seconds(of_each(PAIRWISE_AUDITOR, COMPARING)),
    }
}

/// The times of a round of the committee protocol without cheaters.
pub fn committee(suite: Suite, statement: &Statement, clients: u32, parts: &Parts) -> Times {
    let Proof { prove, verify } = Proof::of(suite);
    let (bits, clients) = (bits(statement), f64::from(clients));
    let shape = parts.shape();
    let of_trustee = (parts.blocks() * parts.row_scalars()) as f64;
    let trustees = f64::from(shape.trustees());
    let masked = f64::from(shape.masked()) * of_trustee;
    let verify = verify.of(bits);
    let batches = (clients / batch(parts) as f64).ceil();
    let row = parts.row_scalars() as f64;
    let pads = trustees * parts.blocks() as f64;
    Times {
        client: seconds(prove.of(bits) + COMMITTEE_CLIENT.of(trustees * of_trustee) + TABLES * row),
        trustee: Some(seconds(
            clients * TRUSTEE.of(of_trustee) + batches * BATCH * row,
        )),
        aggregator: seconds(clients * (COMMITTEE_AGGREGATOR.of(masked) + verify)),
        auditor: seconds(
            clients * (COMMITTEE_AUDITOR.of(pads) + verify) + GENERATOR * row + COMMITTEE_AUDIT,
        ),
    }
}

fn seconds(nanoseconds: f64) -> f64 {
    nanoseconds / 1e9
}
