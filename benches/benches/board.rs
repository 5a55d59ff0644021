//! The audit of a whole board: 30 clients with 60 numbers of 8 bits each.

use std::io::Cursor;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use rand_core::OsRng;
use veragg::circuits::bulletproofs::RistrettoBulletproofs;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::local::{play, LocalRound, Party};

const CLIENTS: u32 = 30;
const LEN: usize = 60;

fn whole_board(c: &mut Criterion) {
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", LEN, 256)],
        50_000,
        50_000,
        [7; 32],
    );
    let local = LocalRound::<RistrettoBulletproofs>::new(CLIENTS, builder, &mut OsRng).unwrap();
    let mut members: Vec<Box<dyn Party>> = ClientId::all(CLIENTS)
        .map(|id| local.client(id, vec![u64::from(id.number()); LEN]))
        .map(|member| Box::new(member.unwrap()) as Box<dyn Party>)
        .collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut members, |_| ()).unwrap();
    let board = local.board(&played.aggregator.records().unwrap());
    let options = Options::with_organiser(local.organiser);
    let mut group = c.benchmark_group("board");
    group.throughput(Throughput::Bytes(board.len() as u64));
    group.bench_function("audit of 30 clients with 60 numbers", |b| {
        b.iter(|| {
            assert_eq!(
                audit(Cursor::new(&board), &options).unwrap().verdict,
                Verdict::Verified
            )
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(2));
    targets = whole_board
}
criterion_main!(benches);
