//! A round of the pairwise protocol.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::audit;
use veragg::BoardFile;
use veragg_lab::local::{play, Party, PhaseTime};
use veragg_lab::{auditor, ready_in, PlaySetUp};

use super::{measured, peak_in_mb, Size, PPM};

/// Plays the round, sets the aggregator up again from its board, and audits the board.
pub(super) fn run<P: ProofSystem<SetUp: PlaySetUp>>(size: Size) -> Result<(), Box<dyn Error>> {
    let clients = size.clients;
    let builder = ConfigurationBuilder::new(size.segments(), PPM, PPM, [7; 32]);
    let start = Instant::now();
    let local = ready_in::<P>(clients, builder)?;
    let set_up = start.elapsed();
    let masking = local.round.pairwise().masking;
    println!(
        "{}, n = {clients}, k = {}, t = {}, {size}",
        P::SUITE,
        masking.degree,
        masking.threshold
    );
    println!("  set-up, configuration {:>9.2} s", set_up.as_secs_f64());

    let dropouts = local.round.configuration().assumptions.absent();
    let mut parties: Vec<Box<dyn Party>> = Vec::new();
    for id in ClientId::all(clients) {
        let client = local.client(id, move || size.input(id))?;
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
    let board = file.metadata()?.len() as f64 / 1e6;
    let (aggregator, cost) = measured(|| local.aggregator(log));
    drop(aggregator?);
    println!("  aggregator, from the board of {board:.1} MB: {cost}");

    let source = BufReader::new(File::open(&path)?);
    let (report, cost) = measured(|| audit(source, &auditor(&local)));
    let report = report?;
    println!(
        "  audit: {}, {} contributors: {cost}",
        report.verdict,
        report.contributors.len()
    );
    Ok(())
}
