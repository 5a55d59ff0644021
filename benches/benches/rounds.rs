//! What attesting and cheating cost beside the round without them, and how admission gains from a second
//! thread: `cargo bench -p veragg-benches --bench rounds`.
//!
//! Everything else runs on one thread. Each figure is a ratio of two times of the same run, with the bound
//! that it must keep. `VERAGG_BENCH_JSON=FILE` writes them down, `--quick` takes smaller rounds, which
//! have no bounds; `attest`, `cheaters`, `audit` and `admit` as arguments take only these.

use std::io::Cursor;
use std::time::{Duration, Instant};

use rand_core::OsRng;
use rayon::prelude::*;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::aggregator::Admission;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::pairwise::share::PAIR_LEN;
use veragg::protocol::roles::Aggregator;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, ENVELOPE_LEN};
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::local::{play, LocalRound, Party};
use veragg_lab::Scene;

type Suite = RistrettoBitplane;

/// How often what takes part of a second is measured.
const TURNS: usize = 7;

/// A ratio, and what it may be at most.
struct Figure {
    name: &'static str,
    ours: f64,
    theirs: f64,
    unit: &'static str,
    bound: f64,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let quick = words.iter().any(|word| word == "--quick");
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let named = |name| words.iter().any(|word| word == name);
    let all = !["attest", "cheaters", "audit", "admit"]
        .into_iter()
        .any(named);
    let mut figures = Vec::new();
    alone.install(|| {
        if all || named("attest") {
            let (len, degree) = if quick { (1 << 14, 20) } else { (1 << 20, 100) };
            figures.extend(attest(len, degree));
        }
        if all || named("cheaters") {
            let (clients, len) = if quick { (20, 500) } else { (100, 10_000) };
            figures.push(cheaters(clients, len));
        }
        if all || named("audit") {
            let (clients, len) = if quick { (8, 1 << 12) } else { (24, 1 << 17) };
            figures.push(audit_of(clients, len));
        }
    });
    if all || named("admit") {
        let (clients, len) = if quick { (64, 100) } else { (256, 10_000) };
        figures.extend(admit(clients, len));
    }
    let mut rows = Vec::new();
    println!(
        "{:<64}{:>12}{:>12}{:>8}{:>8}",
        "", "ours", "theirs", "ratio", "bound"
    );
    for figure in &figures {
        let ratio = figure.ours / figure.theirs;
        let kept = if quick || ratio <= figure.bound {
            ""
        } else {
            "  NOT KEPT"
        };
        println!(
            "{:<64}{:>12}{:>12}{ratio:>8.3}{:>8.2}{kept}",
            figure.name,
            show(figure.ours, figure.unit),
            show(figure.theirs, figure.unit),
            figure.bound
        );
        rows.push(json!({
            "figure": figure.name, "ours": figure.ours, "theirs": figure.theirs,
            "ratio": ratio, "bound": figure.bound, "unit": figure.unit,
        }));
    }
    if let Ok(path) = std::env::var("VERAGG_BENCH_JSON") {
        let text = serde_json::to_string_pretty(&Value::Array(rows)).unwrap();
        std::fs::write(path, text + "\n").unwrap();
    }
}

fn show(value: f64, unit: &str) -> String {
    match unit {
        "s" if value < 1.0 => format!("{:.1} ms", value * 1e3),
        "s" => format!("{value:.2} s"),
        unit => format!("{value:.0} {unit}"),
    }
}

fn local_round(clients: u32, len: usize, corrupt: u32, dropout: u32) -> LocalRound<Suite> {
    let segments = vec![SegmentConfiguration::integers("numbers", len, 1 << 16)];
    LocalRound::new(
        clients,
        ConfigurationBuilder::new(segments, corrupt, dropout, [7; 32]),
        &mut OsRng,
    )
    .unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed().as_secs_f64())
}

/// What it takes one client to attest beside what it took it to submit. Of the others only one submits,
/// so that the round can go on: a client masks and attests towards all who confirmed.
fn attest(len: usize, degree: u32) -> [Figure; 2] {
    let local = local_round(degree + 1, len, 0, 0);
    let mut members: Vec<_> = ClientId::all(degree + 1)
        .map(|id| local.client(id, vec![12_345; len]).unwrap())
        .collect();
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    let (mut submit, mut attest, mut scalars) = (0.0, 0.0, 0);
    for phase in [
        Phase::Advertise,
        Phase::Share,
        Phase::Confirm,
        Phase::Submit,
        Phase::Attest,
    ] {
        let all = if phase < Phase::Submit {
            members.len()
        } else {
            2
        };
        for member in members.iter_mut().take(all) {
            let package = aggregator.package(member.id());
            let (said, time) = timed(|| member.speak(phase, &package));
            match phase {
                Phase::Submit => submit = time,
                Phase::Attest => {
                    attest = time;
                    scalars = (said[0].len() - ENVELOPE_LEN) / 32;
                }
                _ => {}
            }
            aggregator.receive(said[0].clone(), 0).unwrap();
        }
        if phase != Phase::Attest {
            aggregator.close().unwrap();
        }
    }
    let round = &local.round;
    let most = round.challenge_pairs() * (round.layout().columns() + degree as usize) + 100;
    [
        Figure {
            name: "attest / submit, time of a client",
            ours: attest,
            theirs: submit,
            unit: "s",
            bound: 0.5,
        },
        Figure {
            name: "scalars and points of an attestation / q (C + k) + 100",
            ours: scalars as f64,
            theirs: most as f64,
            unit: "",
            bound: 1.0,
        },
    ]
}

/// Admitting every message of a phase on two threads beside doing so on one: short messages, whose cost is the
/// signature, and long ones, whose cost is the hash. A throughput of 1.7 is a time of 0.588.
fn admit(clients: u32, len: usize) -> Vec<Figure> {
    let local = local_round(clients, len, 0, 0);
    let mut parties: Vec<_> = ClientId::all(clients)
        .map(|id| local.client(id, vec![12_345; len]).unwrap())
        .collect();
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    let mut figures = Vec::new();
    for (phase, name) in [
        (Phase::Advertise, None),
        (Phase::Share, None),
        (
            Phase::Confirm,
            Some("admit confirmations on two threads / on one"),
        ),
        (
            Phase::Submit,
            Some("admit submissions on two threads / on one"),
        ),
    ] {
        // A vector takes its client long, and one submission is as long as another.
        let speakers = if phase == Phase::Submit {
            32
        } else {
            parties.len()
        };
        let messages: Vec<Vec<u8>> = parties[..speakers]
            .par_iter_mut()
            .flat_map_iter(|party| party.speak(phase, &aggregator.package(party.id())))
            .collect();
        if let Some(name) = name {
            let (mut one, mut two) = (f64::MAX, f64::MAX);
            for _ in 0..TURNS {
                one = one.min(admitted(&aggregator, &messages, 1));
                two = two.min(admitted(&aggregator, &messages, 2));
            }
            figures.push(Figure {
                name,
                ours: two,
                theirs: one,
                unit: "s",
                bound: 1.0 / 1.7,
            });
        }
        for message in messages {
            aggregator.receive(message, 0).unwrap();
        }
        if phase != Phase::Submit {
            aggregator.close().unwrap();
        }
    }
    figures
}

/// How often each message is admitted in one measurement: starting threads should not show.
const AGAIN: usize = 16;

/// The time that so many threads take to admit these messages, each several times.
fn admitted(aggregator: &Aggregator, messages: &[Vec<u8>], threads: usize) -> f64 {
    let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); threads];
    for (index, message) in messages
        .iter()
        .cycle()
        .take(AGAIN * messages.len())
        .enumerate()
    {
        shares[index % threads].push(message.clone());
    }
    let admit = |share: Vec<Vec<u8>>| -> Vec<Admission> {
        let share = share.into_iter();
        share.map(|message| aggregator.admit(message, 0)).collect()
    };
    // What is admitted is kept for its commit: to free it is no part of admission.
    let (all, time) = timed(|| {
        std::thread::scope(|scope| {
            let shares = shares.into_iter();
            let threads: Vec<_> = shares.map(|share| scope.spawn(|| admit(share))).collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap());
            joined.collect::<Vec<_>>()
        })
    });
    let accepted = |admission: &Admission| matches!(admission, Admission::Accepted(_));
    assert!(all.iter().flatten().all(accepted));
    time
}

/// All work of a round with one client in ten cheating, beside that of an honest one.
fn cheaters(clients: u32, len: usize) -> Figure {
    let honest = total(Scene::of(local_round(clients, len, 100_000, 0)), 0);
    let mut scene = Scene::of(local_round(clients, len, 100_000, 0));
    let count = clients / 10;
    let everybody = ClientSet::of(clients, |_| true);
    for turn in 0..count {
        let number = 1 + turn * 10;
        scene = match turn % 5 {
            0 => {
                let id = ClientId::new(number).unwrap();
                let lengths = scene.local.round.share_lengths(id, &everybody);
                scene.altering_parts(number, Phase::Share, lengths, |parts| {
                    parts[3][PAIR_LEN - 1] ^= 1;
                })
            }
            1 => {
                let lengths = scene.local.round.submit_lengths();
                scene.altering_parts(number, Phase::Submit, lengths, |parts| {
                    let end = parts[0].len() - 1;
                    parts[0][end] ^= 1;
                })
            }
            2 => {
                let attested = false;
                scene.masking_falsely(
                    number,
                    &[False {
                        towards: None,
                        by: 1,
                        attested,
                    }],
                )
            }
            3 => scene.masking_falsely(number, &[edge(number + 1, 1)]),
            _ => scene.masking_falsely(number, &[own(1)]),
        };
    }
    Figure {
        name: "a round with one client in ten cheating / an honest one",
        ours: total(scene, count as usize),
        theirs: honest,
        unit: "s",
        bound: 1.5,
    }
}

fn total(scene: Scene, cheaters: usize) -> f64 {
    let Scene {
        local, mut parties, ..
    } = scene;
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut parties, |_| ()).unwrap();
    let board = local.board(&played.aggregator.records().unwrap());
    let report = audit(
        Cursor::new(board),
        &Options::with_organiser(local.organiser),
    )
    .unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(report.faults.len(), cheaters, "{report}");
    let work = played
        .phases
        .iter()
        .map(|phase| phase.clients + phase.aggregator);
    work.sum::<Duration>().as_secs_f64()
}

/// The audit of a board beside the batch verification of its proofs and one hash over its bytes.
fn audit_of(clients: u32, len: usize) -> Figure {
    let local = local_round(clients, len, 0, 0);
    let mut members: Vec<_> = ClientId::all(clients)
        .map(|id| local.client(id, vec![12_345; len]).unwrap())
        .collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut members, |_| ()).unwrap();
    let (round, records) = (&local.round, played.aggregator.records().unwrap());
    let board = local.board(&records);
    let of_submit = records
        .iter()
        .filter_map(|record| Message::decode(&record.bytes).ok());
    let proofs: Vec<_> = of_submit
        .filter(|message| message.envelope.phase == Phase::Submit)
        .zip(ClientId::all(clients))
        .map(|(message, client)| {
            let proof = message.body[..round.proofs().proof_len()].to_vec();
            (round.binding(client), proof)
        })
        .collect();
    // In turns, and the least of each: what else the machine does should not fall on one of them.
    let (mut verify, mut hash, mut audited) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..TURNS {
        let ((), time) = timed(|| {
            let decoded: Vec<_> = proofs
                .iter()
                .map(|(binding, proof)| (*binding, round.proofs().decode(proof).unwrap()))
                .collect();
            let batch: Vec<_> = decoded
                .iter()
                .map(|(binding, proof)| (*binding, proof))
                .collect();
            assert_eq!(round.proofs().verify_batch(&batch), []);
        });
        verify = verify.min(time);
        let (digest, time) = timed(|| Sha256::digest(&board));
        assert_eq!(digest.len(), 32);
        hash = hash.min(time);
        let (report, time) = timed(|| {
            audit(
                Cursor::new(&board),
                &Options::with_organiser(local.organiser),
            )
            .unwrap()
        });
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        audited = audited.min(time);
    }
    Figure {
        name: "audit / batch verification of the proofs and one hash",
        ours: audited / f64::from(clients),
        theirs: (verify + hash) / f64::from(clients),
        unit: "s",
        bound: 1.5,
    }
}
