//! Plays rounds of growing size in one process, audits their boards, and prints what they cost.
//!
//! ```text
//! cargo run --release --example scale -- --clients 30,300,1000 --len 8 --bits 8
//! ```
//!
//! `--clients` is a list of roster sizes, `--len` the length of each client's vector and `--bits`
//! the size of its numbers (values lie in `0..2^bits`). Of the clients, 5 % may be corrupt and 5 %
//! may drop out; as many as may drop out do, half of them after they confirmed and half after they
//! submitted. Every client's work runs in this process: the time of a phase is that of all clients
//! together. Peak memory holds all clients, the aggregator and the board, and is printed on Linux
//! only; before each audit it is reset where the system allows it.

use std::error::Error;
use std::io::Cursor;
use std::time::{Duration, Instant};

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::local::{play, Participant, PhaseTime, Setting};
use veragg::protocol::configuration::SegmentConfiguration;
use veragg::protocol::members::ClientId;
use veragg::protocol::organiser::Proposal;
use veragg::protocol::phase::Phase;
use veragg::verifier::{audit, Options};

const USAGE: &str = "usage: scale [--clients N,N,...] [--len N] [--bits N]";
/// Fractions of corrupt clients and of dropouts, in parts per million.
const PPM: u32 = 50_000;

struct Arguments {
    clients: Vec<u32>,
    len: usize,
    bits: u32,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self {
            clients: vec![30, 300, 1000],
            len: 8,
            bits: 8,
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
        run(clients, arguments.len, arguments.bits)?;
    }
    Ok(())
}

fn run(clients: u32, len: usize, bits: u32) -> Result<(), Box<dyn Error>> {
    let bound = 1 << bits;
    let proposal = Proposal::new(
        vec![SegmentConfiguration::integers("numbers", len, bound)],
        PPM,
        PPM,
        [7; 32],
    );
    let start = Instant::now();
    let setting = Setting::<RistrettoBitplane>::new(clients, proposal, &mut OsRng)?;
    let set_up = start.elapsed();
    let choice = setting.round.configuration().choice;
    println!(
        "n = {clients}, k = {}, t = {}, {len} numbers of {bits} bits",
        choice.degree, choice.threshold
    );
    println!("  configuration  {:>9.2} s", set_up.as_secs_f64());

    let dropouts = setting.round.configuration().assumptions.absent();
    let mut participants: Vec<Box<dyn Participant>> = Vec::new();
    for id in ClientId::all(clients) {
        let value = move |j| (u64::from(id.number()) + j) % bound;
        let input = move || (0..len as u64).map(value).collect();
        let member = setting.member(id, input).ok_or("not a member")?;
        participants.push(Box::new(if id.number() > dropouts {
            member
        } else if id.number() % 2 == 1 {
            member.dropping_out_after(Phase::Confirm)
        } else {
            member.dropping_out_after(Phase::Submit)
        }));
    }
    let aggregator = setting.aggregator(Vec::new())?;
    let played = play(aggregator, &mut participants, |_| ())?;
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
    let most = |bytes: fn(&veragg::local::Traffic) -> usize| {
        played.traffic.iter().map(bytes).max().unwrap_or(0)
    };
    println!(
        "  at most {} kB up and {} kB down for a client, {dropouts} dropped out",
        most(|traffic| traffic.up) / 1000,
        most(|traffic| traffic.down) / 1000
    );
    print_peak("the round");

    let board = setting.board(played.aggregator.log());
    drop((played, participants));
    reset_peak();
    let start = Instant::now();
    let options = Options {
        organiser: Some(setting.organiser),
        ..Options::default()
    };
    let report = audit(Cursor::new(&board), &options)?;
    println!(
        "  audit: {} in {:.2} s, {} contributors, board of {:.1} MB",
        report.verdict,
        start.elapsed().as_secs_f64(),
        report.contributors.len(),
        board.len() as f64 / 1e6
    );
    print_peak("the audit, with what the allocator keeps of the round");
    Ok(())
}

/// The largest resident set so far, in KiB (`VmHWM` of proc(5)).
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn print_peak(of: &str) {
    if let Some(peak) = peak() {
        println!("  peak memory of {of}: {} MiB", peak >> 10);
    }
}

/// Sets the peak back to what is resident now (proc(5), `clear_refs`); elsewhere the peak of the
/// round stays.
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
