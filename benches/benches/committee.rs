//! The committee protocol: what a client, a trustee, an aggregator and an auditor do for a round, beside the proof of the same input, and
//! beside the pairwise protocol and Prio3.

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

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, Throughput};
use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane as Suite;
use veragg::circuits::proof_system::ProofSystem;
use veragg::lab::committee::local::{Absences, LocalCommittee, Members};
use veragg::protocol::aggregator::Reply;
use veragg::protocol::committee::aggregator::Aggregator;
use veragg::protocol::committee::client::Client;
use veragg::protocol::committee::organiser::CommitteeBuilder;
use veragg::protocol::committee::pads;
use veragg::protocol::committee::trustee::{Ready, Trustee};
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::hash::digest;
use veragg::protocol::crypto::ids::{ClientId, TrusteeId};
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::message::ENVELOPE_LEN;
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::local::{play, LocalRound, Party};
use zeroize::Zeroizing;

use case::Case;
use theirs::Prio;

type Local = LocalCommittee<Suite>;

/// Seven trustees, of whom two may collude and two be absent.
const MEMBERS: Members = Members {
    members: 7,
    colluding: 2,
    absent: 2,
};

/// A round with so many clients, each with so many numbers below a bound.
fn local(clients: u32, len: usize, bound: u64) -> Local {
    let with = |round_id, members: Members| {
        let numbers = vec![SegmentConfiguration::integers("numbers", len, bound)];
        let (colluding, absent) = (members.colluding, members.absent);
        CommitteeBuilder::new(numbers, round_id, colluding, absent, Local::DEADLINES)
            .corrupt_ppm(50_000)
    };
    Local::new(&(), clients, MEMBERS, with, &mut OsRng).expect("a round")
}

fn submission(local: &Local, index: usize, x: &[u64]) -> Vec<u8> {
    let (round, me) = (Arc::clone(&local.round), ClientId::from_index(index));
    let client = Client::new(round, me, Arc::clone(&local.client_keys[index]));
    let mut store = Zeroizing::new(Vec::new());
    let sent = client.submit(x, &mut OsRng, &mut store);
    sent.expect("a message").upload()
}

fn trustee(local: &Local, index: usize) -> Trustee<Suite, Ready> {
    let (identity, pair) = &local.trustees[index];
    let (round, roster) = (Arc::clone(&local.round), Arc::clone(&local.roster));
    let joined = Trustee::join(round, roster, Arc::clone(identity), pair.clone());
    joined.expect("a trustee of the round")
}

fn opened(local: &Local) -> Aggregator<Suite, Vec<Record>> {
    let (round, roster) = (Arc::clone(&local.round), Arc::clone(&local.roster));
    let opened = Aggregator::open(round, roster, Arc::clone(&local.aggregator_key), Vec::new());
    opened.expect("the aggregator of the round")
}

/// What a client does for one message: the proof, and everything else.
fn client(c: &mut Criterion) {
    let mut group = c.benchmark_group("committee client");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10));
    for (what, clients, len, bound) in [
        ("16 x 1 bit, 7/2", 10_000, 16, 2),
        ("2^20 x 16 bits, 7/2", 1000, 1 << 20, 1 << 16),
    ] {
        let local = local(clients, len, bound);
        let round = &local.round;
        let x = vec![1; len];
        let message = submission(&local, 0, &x).len();
        let packed = round.layout().scalars() * 32;
        println!(
            "{what}: p = {}, q = {}, B = {}, C = {}, message of {message} bytes, packed vector {packed}",
            round.shape().packed(),
            round.shape().needed(),
            round.parts().blocks(),
            round.layout().columns(),
        );
        group.bench_function(BenchmarkId::new("proof", what), |b| {
            let binding = round.binding(ClientId::from_index(0));
            b.iter(|| round.proofs().prove(&binding, &x, &mut OsRng));
        });
        group.bench_function(BenchmarkId::new("whole message", what), |b| {
            b.iter(|| submission(&local, 0, &x));
        });
        let secret = KeyPair::generate(&mut OsRng);
        let point = secret.shared_point(secret.public());
        let pads_of = |trustee| {
            pads::of_point::<<Suite as ProofSystem>::Group>(
                round.context(),
                ClientId::from_index(0),
                trustee,
                &point,
                round.parts(),
            )
        };
        let all: Vec<_> = TrusteeId::all(round.shape().trustees())
            .map(pads_of)
            .collect();
        group.bench_function(BenchmarkId::new("commit to pads", what), |b| {
            b.iter(|| pads::commit(round.proofs().key(), &all));
        });
    }
    group.finish();
}

/// What trustee and aggregator do for each client.
fn servers(c: &mut Criterion) {
    let mut group = c.benchmark_group("committee servers");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    let clients = 512;
    let local = local(clients as u32, 16, 2);
    let x = [1; 16];
    let messages: Vec<_> = (0..clients)
        .map(|index| submission(&local, index, &x))
        .collect();
    group.throughput(Throughput::Elements(clients as u64));
    let taken = || {
        let mut aggregator = opened(&local);
        for message in &messages {
            let reply = aggregator.receive(message.clone(), 0).expect("a log");
            assert!(matches!(reply, Reply::Receipt(_)));
        }
        aggregator
    };
    group.bench_function("aggregator: take", |b| b.iter(taken));
    group.bench_function("aggregator: close submit", |b| {
        b.iter_batched(
            taken,
            |mut aggregator| aggregator.close(u64::MAX),
            BatchSize::PerIteration,
        );
    });
    let mut aggregator = taken();
    aggregator.close(u64::MAX).expect("enough clients");
    let mut package = Vec::new();
    let written = aggregator.submit_package(TrusteeId::from_index(0), &mut package);
    written.expect("a log");
    println!("a trustee reads {} bytes a client", package.len() / clients);
    group.bench_function("trustee: check", |b| {
        b.iter(|| {
            trustee(&local, 0)
                .check(Cursor::new(&package), u64::MAX, &mut OsRng)
                .is_ok()
        });
    });
    group.finish();
}

/// The audit of a board, beside what no audit can do without: a batch verification of all proofs, and a hash over each record.
fn auditor(c: &mut Criterion) {
    let clients = 10_000;
    let local = local(clients, 16, 2);
    let log: Vec<Record> = Vec::new();
    let played = local.play(log, |_| vec![1; 16], &Absences::default(), |_| ());
    let played = played.expect("a sum");
    let records: Vec<Record> = played
        .aggregator
        .board()
        .map(|it| it.expect("a log"))
        .collect();
    for phase in &played.phases {
        println!("{phase:?}");
    }
    drop(played);
    let board = veragg::lab::committee::file(&local.header, &records);
    println!(
        "the board has {} bytes a client",
        board.len() / clients as usize
    );
    let options = Options::with_organiser(local.organiser);
    let report = audit(Cursor::new(&board), &options).expect("a board");
    assert_eq!(report.verdict, Verdict::Verified);
    let mut group = c.benchmark_group("committee auditor");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10))
        .throughput(Throughput::Elements(u64::from(clients)));
    group.bench_function("audit", |b| b.iter(|| audit(Cursor::new(&board), &options)));
    group.bench_function("proofs and hashes", |b| {
        b.iter(|| proofs_and_hashes(&local, &records));
    });
    group.finish();
}

/// Decodes and verifies all proofs in batches, and hashes each record once.
fn proofs_and_hashes(local: &Local, records: &[Record]) -> usize {
    let proofs = local.round.proofs();
    let length = proofs.proof_len();
    let submissions = records
        .iter()
        .filter(|it| it.kind == RecordKind::Submission);
    let submissions: Vec<&Record> = submissions.collect();
    let mut bad = 0;
    for (first, batch) in (0..)
        .step_by(proofs.best_batch())
        .zip(submissions.chunks(proofs.best_batch()))
    {
        let encoded: Vec<&[u8]> = batch
            .iter()
            .map(|record| &record.bytes[ENVELOPE_LEN..ENVELOPE_LEN + length])
            .collect();
        let decoded: Vec<_> = proofs.decode_all(&encoded).into_iter().flatten().collect();
        let bound: Vec<_> = decoded
            .iter()
            .enumerate()
            .map(|(at, proof)| (local.round.binding(ClientId::from_index(first + at)), proof))
            .collect();
        bad += proofs.verify_batch(&bound).len();
        for record in batch {
            std::hint::black_box(digest("record", &[&record.bytes]));
        }
    }
    bad
}

/// The same statement, 16 answers of 1 bit, in whole rounds of 30 clients on both protocols, each with its audit; and in Prio3 between
/// two servers, for one client, before the servers talk to each other. The bench `times` tells the roles apart.
fn beside(c: &mut Criterion) {
    const CLIENTS: u32 = 30;
    let mut group = c.benchmark_group("committee beside others");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10));
    let committee = local(CLIENTS, 16, 2);
    let verified = |board: Vec<u8>, options: &Options| {
        let report = audit(Cursor::new(&board), options).expect("a board");
        assert_eq!(report.verdict, Verdict::Verified);
    };
    group.bench_function("committee: round and audit, 30 clients", |b| {
        b.iter(|| {
            let log: Vec<Record> = Vec::new();
            let played = committee.play(log, |_| vec![1; 16], &Absences::default(), |_| ());
            let played = played.expect("a sum");
            let records = played.aggregator.board();
            let records: Vec<Record> = records.map(|it| it.expect("a log")).collect();
            let board = veragg::lab::committee::file(&committee.header, &records);
            verified(board, &Options::with_organiser(committee.organiser));
        });
    });
    let numbers = vec![SegmentConfiguration::integers("numbers", 16, 2)];
    let builder = ConfigurationBuilder::new(numbers, 50_000, 50_000, [7; 32]);
    let pairwise = LocalRound::<Suite>::new(CLIENTS, builder, &mut OsRng).expect("a round");
    group.bench_function("pairwise: round and audit, 30 clients", |b| {
        b.iter(|| {
            let client = |id| pairwise.client(id, || vec![1; 16]).expect("a client");
            let clients = ClientId::all(CLIENTS).map(|id| Box::new(client(id)) as Box<dyn Party>);
            let aggregator = pairwise.aggregator(Vec::new()).expect("an aggregator");
            let played = play(aggregator, &mut clients.collect::<Vec<_>>(), |_| ());
            let records = played.expect("a sum").aggregator.records();
            let board = pairwise.board(&records.expect("a log"));
            verified(board, &veragg_lab::auditor(&pairwise));
        });
    });
    let case = Case::new(1, 4);
    let prio = Prio::new(case, &case.uniform(1));
    let upload = prio.shard();
    println!("a client of Prio3SumVec sends {} bytes", upload.bytes());
    group.bench_function("Prio3: a client", |b| b.iter(|| prio.shard()));
    group.bench_function("Prio3: both servers, for a client", |b| {
        b.iter(|| prio.verify_init(&upload));
    });
    group.finish();
}

criterion_group!(benches, client, servers, auditor, beside);
criterion_main!(benches);
