//! Plays rounds of growing size in one process, audits their boards, and prints what they cost.
//!
//! ```text
//! cargo run --release --example scale -- --clients 30,300,1000 --len 8 --bits 8
//! cargo run --release --example scale -- --clients 500,2000 --len 16 --bits 1 --suite bls12381-groth16
//! cargo run --release --example scale -- --clients 10000 --len 16 --bits 1 --trustees 7,2,2
//! ```
//!
//! `--clients` is a list of roster sizes, `--len` the length of each client's vector and `--bits`
//! the size of its numbers (values lie in `0..2^bits`). `--suite` chooses the suite; a suite with a set-up
//! plays one first. Every client's work runs in this process: the time of a phase is that of all clients
//! together. When the round is over, the aggregator is set up again from its board or log, as after a
//! restart, and the audit is run: so the time and the memory of each are seen by themselves.
//! Memory is what is allocated at once, at most.
//!
//! The protocol is the pairwise one, unless `--trustees M,T,F` gives the trustees of a committee, how many of them may
//! collude, and how many are absent. In the pairwise protocol 5 % of the clients may be corrupt and 5 %
//! may drop out; as many as may drop out do, half of them after they confirmed and half after they
//! submitted. In the other the first `F` trustees say nothing, and a trustee is measured by itself, too.

mod committee;
mod pairwise;

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use veragg::circuits::proof_system::Suite;
use veragg::circuits::with_suite;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg_lab::committee::local::Members;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const USAGE: &str =
    "usage: scale [--clients N,N,...] [--len N] [--bits N] [--suite NAME] [--trustees M,T,F]";
/// Fractions of corrupt clients and of dropouts, in parts per million.
const PPM: u32 = 50_000;

/// How many clients there are, and what each has.
#[derive(Clone, Copy)]
struct Size {
    clients: u32,
    len: usize,
    bits: u32,
}

impl Size {
    fn segments(self) -> Vec<SegmentConfiguration> {
        let numbers = SegmentConfiguration::integers("numbers", self.len, 1 << self.bits);
        vec![numbers]
    }

    fn input(self, client: ClientId) -> Vec<u64> {
        let value = |j| (u64::from(client.number()) + j) % (1 << self.bits);
        (0..self.len as u64).map(value).collect()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers of {} bits", self.len, self.bits)
    }
}

struct Arguments {
    clients: Vec<u32>,
    len: usize,
    bits: u32,
    suite: Suite,
    trustees: Option<Members>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self {
            clients: vec![30, 300, 1000],
            len: 8,
            bits: 8,
            suite: Suite::DEFAULT,
            trustees: None,
        };
        while let Some(option) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            let numbers = || {
                value
                    .split(',')
                    .map(str::parse)
                    .collect::<Result<Vec<u32>, _>>()
            };
            match option.as_str() {
                "--clients" => arguments.clients = numbers()?,
                "--len" => arguments.len = value.parse()?,
                "--bits" => arguments.bits = value.parse()?,
                "--suite" => arguments.suite = value.parse()?,
                "--trustees" => {
                    let [members, colluding, absent] = numbers()?[..] else {
                        return Err(USAGE.into());
                    };
                    arguments.trustees = Some(Members {
                        members,
                        colluding,
                        absent,
                    });
                }
                _ => return Err(USAGE.into()),
            }
        }
        if !(1..64).contains(&arguments.bits) {
            return Err("--bits takes 1 to 63".into());
        }
        Ok(arguments)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments {
        clients,
        len,
        bits,
        suite,
        trustees,
    } = Arguments::parse(std::env::args().skip(1))?;
    for clients in clients {
        let size = Size { clients, len, bits };
        with_suite!(suite, P => match trustees {
            None => pairwise::run::<P>(size),
            Some(members) => committee::run::<P>(size, members),
        })?;
    }
    Ok(())
}

/// What something took: time, and the most memory that was allocated at once besides what was there before.
struct Cost {
    time: Duration,
    bytes: usize,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, megabytes) = (self.time.as_secs_f64(), self.bytes as f64 / 1e6);
        write!(f, "{seconds:.2} s, {megabytes:.1} MB")
    }
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    ALLOCATOR.reset_peak_usage();
    let (before, start) = (ALLOCATOR.current_usage(), Instant::now());
    let done = work();
    let cost = Cost {
        time: start.elapsed(),
        bytes: ALLOCATOR.peak_usage().saturating_sub(before),
    };
    (done, cost)
}

fn peak_in_mb() -> f64 {
    ALLOCATOR.peak_usage() as f64 / 1e6
}
