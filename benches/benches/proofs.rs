//! The Bulletproofs suite: prove, decode and verify. What one would take instead stands in
//! `peers`, beside the default suite.

use std::time::Duration;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};
use rand_core::OsRng;
use veragg::circuits::bulletproofs::RistrettoBulletproofs;
use veragg::circuits::proof_system::{Binding, ProofSystem};
use veragg::circuits::statement::{Segment, Statement};

const LENGTHS: [usize; 3] = [16, 64, 256];
const BITS: [usize; 3] = [8, 16, 32];
const BATCH: u32 = 16;

fn vector(len: usize, bits: usize) -> Vec<u64> {
    (0..len as u64).map(|j| j * 977 % (1 << bits)).collect()
}

fn suite(len: usize, bits: usize) -> RistrettoBulletproofs {
    let statement = Statement::new(vec![Segment::range(len, 1 << bits)]).unwrap();
    let columns = RistrettoBulletproofs::best_columns(&(), &statement, 1000);
    RistrettoBulletproofs::new(&(), &statement, 1000, columns).unwrap()
}

fn binding(client: u32) -> Binding {
    Binding {
        context: [7; 32],
        client,
    }
}

fn sizes() -> impl Iterator<Item = (usize, usize, String)> {
    let all = LENGTHS
        .into_iter()
        .flat_map(|len| BITS.map(|bits| (len, bits)));
    all.map(|(len, bits)| (len, bits, format!("{len} of {bits} bits")))
}

fn prove(c: &mut Criterion) {
    let mut group = c.benchmark_group("prove");
    for (len, bits, size) in sizes() {
        let x = vector(len, bits);
        let suite = suite(len, bits);
        group.bench_function(size, |b| {
            b.iter(|| suite.prove(&binding(1), &x, &mut OsRng).unwrap());
        });
    }
    group.finish();
}

fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("verify");
    for (len, bits, size) in sizes() {
        let suite = suite(len, bits);
        let x = vector(len, bits);
        let proven = suite.prove(&binding(1), &x, &mut OsRng).unwrap();
        group.bench_function(BenchmarkId::new("decode", &size), |b| {
            b.iter(|| suite.decode(&proven.bytes).unwrap());
        });
        let proof = suite.decode(&proven.bytes).unwrap();
        group.bench_function(BenchmarkId::new("one", &size), |b| {
            b.iter(|| assert!(suite.verify_batch(&[(binding(1), &proof)]).is_empty()));
        });
        // A proof of the longest vectors keeps all cores busy by itself.
        if len == 256 {
            continue;
        }
        let proofs: Vec<_> = (1..=BATCH)
            .map(|client| {
                let proven = suite.prove(&binding(client), &x, &mut OsRng).unwrap();
                (binding(client), suite.decode(&proven.bytes).unwrap())
            })
            .collect();
        let batch: Vec<_> = proofs
            .iter()
            .map(|(binding, proof)| (*binding, proof))
            .collect();
        group.bench_function(BenchmarkId::new("batch of 16", &size), |b| {
            b.iter(|| assert!(suite.verify_batch(&batch).is_empty()));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    targets = prove, verify
}
criterion_main!(benches);
