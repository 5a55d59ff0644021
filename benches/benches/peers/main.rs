//! What a proven input costs, beside what one would take instead for the same vector:
//!
//! - a bare Pedersen commitment by rows, with no proof at all, in its best shape;
//! - one aggregated proof of the `bulletproofs` crate, beyond 2^10 coordinates its cost a coordinate;
//! - Prio3SumVec of the `prio` crate, between two servers, one of them honest.
//!
//! With `--suite bls12381-groth16` it measures that suite on short vectors, with all cores, beside `ark-groth16` alone,
//! the default suite, and the two crates. (The range of a bit is one of eight bits in `bulletproofs`, which has no narrower
//! one.) A set-up is played for each statement, the longest in minutes.
//!
//! ```text
//! cargo bench -p veragg-benches --bench peers -- [--quick | --large] [--threads N] [--plot PATH]
//! cargo bench -p veragg-benches --bench peers -- --suite bls12381-groth16
//! ```
//!
//! A full run takes about ten minutes on one core. `VERAGG_BENCH_JSON=PATH` writes all figures as
//! JSON: an array of objects with `bits`, `len`, `figure`, `ours`, `theirs`, `ratio` and `unit`.
//! Cargo runs benches in their package, so relative paths start at `benches/`.

mod case;
mod compare;
mod default;
mod figures;
mod groth16;
mod measure;
mod ours;
mod plain;
mod plot;
mod table;
mod theirs;

use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::Parser;
use peak_alloc::PeakAlloc;
use veragg::circuits::proof_system::Suite;

use case::Case;
use figures::Row;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Measures a suite of veragg beside its peers.
#[derive(Parser)]
struct Arguments {
    /// The suite that is measured. The second one is measured on short vectors only, with all cores
    #[arg(
        long,
        value_name = "NAME",
        default_value = Suite::RistrettoBitplane.name(),
        value_parser = PossibleValuesParser::new([
            Suite::RistrettoBitplane.name(),
            Suite::Bls12381Groth16.name(),
        ]),
    )]
    suite: String,
    /// Only the short vectors, of 2^4 and 2^10 coordinates
    #[arg(long, conflicts_with_all = ["large", "sizes"])]
    quick: bool,
    /// Also 2^22 coordinates of 16 bits, and how the cost grows up to there (minutes, and some
    /// 6 GB of memory)
    #[arg(long)]
    large: bool,
    /// Logarithms to the base 2 of the lengths
    #[arg(
        long,
        value_name = "LOGS",
        value_delimiter = ',',
        default_values_t = [4, 10, 14, 17, 20],
        value_parser = clap::value_parser!(u32).range(0..=27),
    )]
    sizes: Vec<u32>,
    /// Bits of a coordinate
    #[arg(
        long,
        value_delimiter = ',',
        default_values_t = [8, 16, 32],
        value_parser = PossibleValuesParser::new(["8", "16", "32"]).try_map(|bits| bits.parse::<u32>()),
    )]
    bits: Vec<u32>,
    /// Threads of veragg and of the Pedersen commitment; the peers' crates use one
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
    /// Draws cost against length into this file, as SVG
    #[arg(long, value_name = "PATH")]
    plot: Option<PathBuf>,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

impl Arguments {
    fn of_groth16(&self) -> bool {
        self.suite == Suite::Bls12381Groth16.name()
    }

    fn cases(&self) -> Vec<Case> {
        if self.of_groth16() {
            let count = if self.quick { 2 } else { groth16::CASES.len() };
            return groth16::CASES[..count].into();
        }
        let sizes: &[u32] = if self.quick { &[4, 10] } else { &self.sizes };
        let of_length = |&log: &u32| self.bits.iter().map(move |&bits| Case::new(bits, log));
        let mut cases: Vec<_> = sizes.iter().flat_map(of_length).collect();
        if self.large {
            cases.push(default::GROWTH_TO);
        }
        cases
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    if arguments.of_groth16() && (arguments.large || arguments.plot.is_some()) {
        let said =
            "--large and --plot are for the default suite; leave them out, or leave out --suite";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, said));
    }
    // Opened first: a run of minutes must not end at a path that cannot be written.
    let json = std::env::var_os("VERAGG_BENCH_JSON").map(File::create);
    let json = json.transpose()?;
    let plot = arguments.plot.as_ref().map(File::create).transpose()?;

    println!("bulletproofs and prio always use one thread");
    let rows = if arguments.of_groth16() {
        // Its proofs are made and verified in a pool of their own.
        let rows = run(&arguments, groth16::all);
        table::print_targets(&rows, figures::GROTH16_TARGETS);
        rows
    } else {
        let threads = arguments.threads.get();
        let rows = measure::threads(threads).install(|| run(&arguments, default::all));
        if threads == 1 {
            table::print_targets(&rows, figures::TARGETS);
        }
        rows
    };

    if let Some(file) = json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        serde_json::to_writer_pretty(file, &rows)?;
    }
    if let Some(mut file) = plot {
        file.write_all(plot::svg(&rows).as_bytes())?;
    }
    Ok(())
}

/// Measures all that was asked for, and prints it as it comes.
fn run(arguments: &Arguments, all: fn(Case) -> Vec<Row>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |measured: Vec<Row>| {
        table::print(&measured);
        rows.extend(measured);
    };
    for case in arguments.cases() {
        println!("\n{case}");
        add(all(case));
    }
    if arguments.large && !arguments.of_groth16() {
        println!("\ngrowth");
        add(vec![default::growth()]);
    }
    rows
}
