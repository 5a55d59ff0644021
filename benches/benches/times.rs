//! What each role takes in both protocols, and in Prio3 between two servers, for the same vectors; and whether the times that
//! `veragg params` states are true: `cargo bench -p veragg-benches --bench times`.
//!
//! It plays rounds of both protocols on one thread and audits their boards. For each role it prints what `veragg::costs` states
//! beside what the role took. All ratios of one machine should be near each other; one that is not means that a constant is no
//! longer true. Of Prio3 nothing is stated.

// Of the bench `peers` only a part is needed here.
#[allow(dead_code)]
#[path = "peers/case.rs"]
mod case;
#[allow(dead_code)]
#[path = "peers/measure.rs"]
mod measure;
#[allow(dead_code)]
#[path = "peers/theirs.rs"]
mod theirs;

use std::error::Error;
use std::io::Cursor;
use std::time::{Duration, Instant};

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane as Suite;
use veragg::circuits::proof_system::ProofSystem;
use veragg::costs::{self, Times};
use veragg::lab::committee::local::{Absences, LocalCommittee, Members};
use veragg::protocol::committee::organiser::CommitteeBuilder;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::wire::board::Record;
use veragg::protocol::wire::header::Header;
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::local::{play, LocalRound, Party};

use case::Case;
use measure::seconds;
use theirs::Prio;

type Measured = Result<(Times, Times), Box<dyn Error + Send + Sync>>;

/// Clients, coordinates of each, and bits of a coordinate.
#[derive(Clone, Copy)]
struct Size(u32, usize, u32);

impl Size {
    fn segments(self) -> Vec<SegmentConfiguration> {
        let Self(_, len, bits) = self;
        vec![SegmentConfiguration::integers("numbers", len, 1 << bits)]
    }
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    println!(
        "{:<52}{:<12}{:>12}{:>12}{:>8}",
        "round", "role", "stated", "measured", "ratio"
    );
    alone.install(|| {
        for size in [Size(30, 16, 1), Size(200, 16, 1), Size(8, 1 << 16, 16)] {
            show("pairwise", size, pairwise(size)?);
        }
        for size in [Size(30, 16, 1), Size(1000, 16, 1), Size(8, 1 << 16, 16)] {
            show("committee, 7 trustees", size, committee(size)?);
        }
        for case in [Case::new(1, 4), Case::new(16, 16)] {
            prio(case);
        }
        Ok(())
    })
}

fn show(protocol: &str, Size(clients, len, bits): Size, (stated, measured): (Times, Times)) {
    let round = format!("{protocol}, {clients} clients, {len} x {bits} bits");
    let roles = [
        ("client", Some(stated.client), Some(measured.client)),
        ("trustee", stated.trustee, measured.trustee),
        (
            "aggregator",
            Some(stated.aggregator),
            Some(measured.aggregator),
        ),
        ("auditor", Some(stated.auditor), Some(measured.auditor)),
    ];
    for (role, stated, measured) in roles {
        if let (Some(stated), Some(measured)) = (stated, measured) {
            println!(
                "{round:<52}{role:<12}{:>9.1} ms{:>9.1} ms{:>8.2}",
                stated * 1e3,
                measured * 1e3,
                measured / stated
            );
        }
    }
}

/// What a client does, and both servers do for it before they talk to each other.
fn prio(case: Case) {
    let prio = Prio::new(case, &case.uniform(1));
    let upload = prio.shard();
    let times = [
        ("client", seconds(|| prio.shard())),
        ("both servers", seconds(|| prio.verify_init(&upload))),
    ];
    for (role, time) in times {
        let round = format!("Prio3SumVec, a client, {case}");
        println!("{round:<52}{role:<24}{:>9.2} ms", time * 1e3);
    }
    println!("  the client sends {} bytes", upload.bytes());
}

/// How long an audit takes.
fn audited(
    header: &Header,
    records: &[Record],
    options: &Options,
) -> Result<f64, Box<dyn Error + Send + Sync>> {
    let board = veragg::lab::committee::file(header, records);
    let start = Instant::now();
    let report = audit(Cursor::new(&board), options)?;
    let time = start.elapsed().as_secs_f64();
    assert_eq!(report.verdict, Verdict::Verified);
    Ok(time)
}

fn pairwise(size: Size) -> Measured {
    let clients = size.0;
    let builder = ConfigurationBuilder::new(size.segments(), 50_000, 50_000, [7; 32]);
    let local = LocalRound::<Suite>::new(clients, builder, &mut OsRng)?;
    let mut parties: Vec<Box<dyn Party>> = Vec::new();
    for id in ClientId::all(clients) {
        parties.push(Box::new(local.client(id, move || vec![1; size.1])?));
    }
    let played = play(local.aggregator(Vec::new())?, &mut parties, |_| ())?;
    let sum = |of: fn(&veragg_lab::local::PhaseTime) -> Duration| {
        let phases = played.phases.iter();
        phases.map(of).sum::<Duration>().as_secs_f64()
    };
    let records = played.aggregator.records()?;
    let measured = Times {
        client: sum(|phase| phase.clients) / f64::from(clients),
        trustee: None,
        aggregator: sum(|phase| phase.aggregator),
        auditor: audited(&local.header, &records, &veragg_lab::auditor(&local))?,
    };
    let round = &local.round;
    let stated = costs::pairwise(
        Suite::SUITE,
        &round.configuration().statement()?,
        clients,
        round.pairwise().masking.degree,
        round.masked_scalars(),
    );
    Ok((stated, measured))
}

fn committee(size: Size) -> Measured {
    let clients = size.0;
    let members = Members {
        members: 7,
        colluding: 2,
        absent: 2,
    };
    let with = |round_id, members: Members| {
        let (colluding, absent) = (members.colluding, members.absent);
        let deadlines = LocalCommittee::<Suite>::DEADLINES;
        CommitteeBuilder::new(size.segments(), round_id, colluding, absent, deadlines)
            .corrupt_ppm(50_000)
    };
    let local = LocalCommittee::<Suite>::new(&(), clients, members, with, &mut OsRng)?;
    let log: Vec<Record> = Vec::new();
    let played = local.play(log, |_| vec![1; size.1], &Absences::default(), |_| ())?;
    let (first, others) = played.phases.split_first().ok_or("no phase was played")?;
    let of_trustees: Duration = others.iter().map(|phase| phase.senders).sum();
    let of_aggregator: Duration = played.phases.iter().map(|phase| phase.aggregator).sum();
    let records: Vec<Record> = played.aggregator.board().collect::<Result<_, _>>()?;
    let options = Options::with_organiser(local.organiser);
    let measured = Times {
        client: first.senders.as_secs_f64() / f64::from(clients),
        trustee: Some(of_trustees.as_secs_f64() / f64::from(members.members)),
        aggregator: of_aggregator.as_secs_f64(),
        auditor: audited(&local.header, &records, &options)?,
    };
    let round = &local.round;
    let statement = round.configuration().statement()?;
    let stated = costs::committee(Suite::SUITE, &statement, clients, round.parts());
    Ok((stated, measured))
}
