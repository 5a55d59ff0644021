//! Plays rounds of growing size in one process, audits their boards, and prints what they cost.
//!
//! ```text
//! cargo run --release --example scale -- --clients 30,300,1000 --len 8 --bits 8
//! cargo run --release --example scale -- --clients 500,2000 --len 16 --bits 1 --suite bls12381-groth16
//! ```
//!
//! `--clients` is a list of roster sizes, `--len` the length of each client's vector and `--bits`
//! the size of its numbers (values lie in `0..2^bits`). `--suite` chooses the suite; a suite with a set-up
//! plays one first. Of the clients, 5 % may be corrupt and 5 %
//! may drop out; as many as may drop out do, half of them after they confirmed and half after they
//! submitted. Every client's work runs in this process: the time of a phase is that of all clients
//! together. When the round is over its board is written to a file, from which the aggregator is set
//! up again, as after a restart, and the audit is run: so the memory of each is seen by itself.
//! Memory is what is allocated at once, at most.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use veragg::circuits::proof_system::{ProofSystem, Suite};
use veragg::circuits::with_suite;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::audit;
use veragg::BoardFile;
use veragg_lab::local::{play, Party, PhaseTime};
use veragg_lab::{auditor, ready_in, PlaySetUp};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const USAGE: &str = "usage: scale [--clients N,N,...] [--len N] [--bits N] [--suite NAME]";
/// Fractions of corrupt clients and of dropouts, in parts per million.
const PPM: u32 = 50_000;

struct Arguments {
    clients: Vec<u32>,
    len: usize,
    bits: u32,
    suite: Suite,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self {
            clients: vec![30, 300, 1000],
            len: 8,
            bits: 8,
            suite: Suite::DEFAULT,
        };
        while let Some(option) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match option.as_str() {
                "--clients" => {
                    let sizes = value.split(',').map(str::parse);
                    arguments.clients = sizes.collect::<Result<_, _>>()?;
                }
                "--len" => arguments.len = value.parse()?,
                "--bits" => arguments.bits = value.parse()?,
                "--suite" => arguments.suite = value.parse()?,
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
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    for &clients in &arguments.clients {
        with_suite!(arguments.suite, P => run::<P>(clients, arguments.len, arguments.bits))?;
    }
    Ok(())
}

fn run<P: ProofSystem<SetUp: PlaySetUp>>(
    clients: u32,
    len: usize,
    bits: u32,
) -> Result<(), Box<dyn Error>> {
    let bound = 1 << bits;
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", len, bound)],
        PPM,
        PPM,
        [7; 32],
    );
    let start = Instant::now();
    let local = ready_in::<P>(clients, builder)?;
    let set_up = start.elapsed();
    let masking = local.round.pairwise().masking;
    println!(
        "{}, n = {clients}, k = {}, t = {}, {len} numbers of {bits} bits",
        P::SUITE,
        masking.degree,
        masking.threshold
    );
    println!("  set-up, configuration {:>9.2} s", set_up.as_secs_f64());

    let dropouts = local.round.configuration().assumptions.absent();
    let mut parties: Vec<Box<dyn Party>> = Vec::new();
    for id in ClientId::all(clients) {
        let value = move |j| (u64::from(id.number()) + j) % bound;
        let input = move || (0..len as u64).map(value).collect();
        let client = local.client(id, input)?;
        parties.push(Box::new(if id.number() > dropouts {
            client
        } else if id.number() % 2 == 1 {
            client.dropping_out_after(Phase::Confirm)
        } else {
            client.dropping_out_after(Phase::Submit)
        }));
    }
    let aggregator = local.aggregator(Vec::new())?;
    let played = play(aggregator, &mut parties, |_| ())?;
    for PhaseTime {
        phase,
        clients,
        aggregator,
    } in &played.phases
    {
        let seconds = |time: &Duration| time.as_secs_f64();
        println!(
            "  {:<12}  clients {:>8.2} s  aggregator {:>8.2} s",
            phase.name(),
            seconds(clients),
            seconds(aggregator)
        );
    }
    let most = |bytes: fn(&veragg_lab::local::Traffic) -> usize| {
        played.traffic.iter().map(bytes).max().unwrap_or(0)
    };
    println!(
        "  at most {:.1} kB up and {:.1} kB down for a client, {dropouts} dropped out",
        most(|traffic| traffic.up) as f64 / 1000.0,
        most(|traffic| traffic.down) as f64 / 1000.0
    );
    println!("  all roles together held {:.0} MB", peak_in_mb());

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("round.board");
    let mut file = File::create(&path)?;
    file.write_all(&local.header.encode())?;
    for record in played.aggregator.records()? {
        file.write_all(&record.encode())?;
    }
    drop((played, parties));

    let log = BoardFile::open(&path, local.round.longest_record())?.1;
    ALLOCATOR.reset_peak_usage();
    let start = Instant::now();
    drop(local.aggregator(log)?);
    println!(
        "  aggregator, from the board of {:.1} MB: {:.2} s, {:.0} MB",
        file.metadata()?.len() as f64 / 1e6,
        start.elapsed().as_secs_f64(),
        peak_in_mb()
    );

    ALLOCATOR.reset_peak_usage();
    let start = Instant::now();
    let options = auditor(&local);
    let report = audit(BufReader::new(File::open(&path)?), &options)?;
    println!(
        "  audit: {}, {} contributors: {:.2} s, {:.0} MB",
        report.verdict,
        report.contributors.len(),
        start.elapsed().as_secs_f64(),
        peak_in_mb()
    );
    Ok(())
}

fn peak_in_mb() -> f64 {
    ALLOCATOR.peak_usage() as f64 / 1e6
}
