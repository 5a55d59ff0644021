//! A round of the committee protocol.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_core::OsRng;
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::committee::aggregator::Aggregator;
use veragg::protocol::committee::organiser::CommitteeBuilder;
use veragg::protocol::committee::round::Round;
use veragg::protocol::committee::trustee::Trustee;
use veragg::protocol::crypto::ids::TrusteeId;
use veragg::verifier::{audit, Options};
use veragg::BoardFile;
use veragg_lab::committee::local::{Absences, CommitteePhaseTime, LocalCommittee, Members};
use veragg_lab::PlaySetUp;

use super::{measured, peak_in_mb, Cost, Size, PPM};

/// Plays the round, runs each role by itself, and audits the board.
pub(super) fn run<P: ProofSystem<SetUp: PlaySetUp>>(
    size: Size,
    members: Members,
) -> Result<(), Box<dyn Error>> {
    let with = |round_id, members: Members| {
        let (colluding, absent) = (members.colluding, members.absent);
        let deadlines = LocalCommittee::<P>::DEADLINES;
        CommitteeBuilder::new(size.segments(), round_id, colluding, absent, deadlines)
            .corrupt_ppm(PPM)
    };
    let start = Instant::now();
    let set_up = P::SetUp::of(&with([0; 32], members).statement()?, size.clients);
    let local = LocalCommittee::<P>::new(&set_up, size.clients, members, with, &mut OsRng)?;
    let shape = local.round.shape();
    println!(
        "{}, n = {}, {} trustees, {} may collude, {} absent, {} rows packed, {size}",
        P::SUITE,
        size.clients,
        members.members,
        members.colluding,
        members.absent,
        shape.packed()
    );
    println!(
        "  set-up, configuration {:>9.2} s",
        start.elapsed().as_secs_f64()
    );

    let folder = tempfile::tempdir()?;
    let (log, board) = (
        folder.path().join("round.log"),
        folder.path().join("round.board"),
    );
    let silent = TrusteeId::all(members.absent).map(|trustee| (trustee, None));
    let absences = Absences {
        clients: BTreeSet::new(),
        trustees: silent.collect(),
    };
    let played = local.play(
        BoardFile::create(&log, &local.header)?,
        |client| size.input(client),
        &absences,
        |_| (),
    )?;
    for CommitteePhaseTime {
        phase,
        senders,
        aggregator,
    } in &played.phases
    {
        let seconds = |time: &Duration| time.as_secs_f64();
        println!(
            "  {:<12}  senders {:>8.2} s  aggregator {:>8.2} s",
            phase.name(),
            seconds(senders),
            seconds(aggregator)
        );
    }
    let up = played.clients.iter().map(|client| client.up).max();
    println!("  at most {} bytes up for a client", up.unwrap_or(0));
    println!("  all roles together held {:.0} MB", peak_in_mb());

    let mut file = BufWriter::new(File::create(&board)?);
    file.write_all(&local.header.encode())?;
    for record in played.aggregator.board() {
        file.write_all(&record?.encode())?;
    }
    file.into_inner()?;
    // The last trustee is there.
    let trustee = TrusteeId::from_index(members.members as usize - 1);
    let package = folder.path().join("package");
    let mut file = BufWriter::new(File::create(&package)?);
    played.aggregator.submit_package(trustee, &mut file)?;
    file.into_inner()?;
    drop(played);
    println!(
        "  the log has {:.1} MB, the board {:.1} MB, the package of submit of a trustee {:.1} MB",
        megabytes(&log)?,
        megabytes(&board)?,
        megabytes(&package)?
    );
    let of_client = |what: &str, (done, cost): (Result<(), Box<dyn Error>>, Cost)| {
        let each = cost.bytes / size.clients as usize;
        println!("  {what}: {cost}, {each} bytes a client");
        done
    };
    // What a role begins with: the round and the roster, from the header.
    let enter = || Round::<P>::open_with(Some(&set_up), &local.header, &local.organiser);

    let longest = local.round.longest_record();
    let from_log = measured(|| {
        let (round, roster) = enter()?;
        let log = BoardFile::open(&log, longest)?.1;
        let key = Arc::clone(&local.aggregator_key);
        drop(Aggregator::resume(round, Arc::new(roster), key, log)?);
        Ok(())
    });
    of_client("aggregator, from its log", from_log)?;

    let check = measured(|| {
        let (round, roster) = enter()?;
        let (identity, pair) = local.trustees[trustee.index()].clone();
        let ready = Trustee::join(round, Arc::new(roster), identity, pair)?;
        let package = BufReader::new(File::open(&package)?);
        let checked = ready.check(package, u64::MAX, &mut OsRng);
        drop(checked.map_err(|refused| refused.error)?);
        Ok(())
    });
    of_client("a trustee, in check", check)?;

    let audited = measured(|| {
        let options = Options::with_organiser(local.organiser);
        let report = audit(BufReader::new(File::open(&board)?), &options)?;
        println!(
            "  {}, {} contributors",
            report.verdict,
            report.contributors.len()
        );
        Ok(())
    });
    of_client("audit", audited)
}

fn megabytes(path: &std::path::Path) -> std::io::Result<f64> {
    Ok(std::fs::metadata(path)?.len() as f64 / 1e6)
}
