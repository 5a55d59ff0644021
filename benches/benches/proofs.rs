//! The Bulletproofs suite: prove, verify and decode, beside what one would take instead for the
//! same vector: a bare Pedersen vector commitment (no proof at all), the `bulletproofs` crate's one
//! aggregated proof, and the client's part of Prio3SumVec (two servers, one of them honest).

use std::time::Duration;

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};
use curve25519_dalek::traits::MultiscalarMul;
use curve25519_dalek::{RistrettoPoint, Scalar};
use merlin::Transcript;
use prio::vdaf::prio3::{optimal_chunk_length, Prio3};
use prio::vdaf::Client;
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
    let columns = RistrettoBulletproofs::best_columns(&statement, 1000);
    RistrettoBulletproofs::new(&statement, 1000, columns).unwrap()
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
        group.bench_function(BenchmarkId::new("veragg", &size), |b| {
            b.iter(|| suite.prove(&binding(1), &x, &mut OsRng).unwrap());
        });

        let points: Vec<_> = (0..=len)
            .map(|_| RistrettoPoint::random(&mut OsRng))
            .collect();
        let blinding = Scalar::random(&mut OsRng);
        let opening: Vec<_> = x
            .iter()
            .map(|&x| Scalar::from(x))
            .chain([blinding])
            .collect();
        group.bench_function(BenchmarkId::new("Pedersen commitment alone", &size), |b| {
            b.iter(|| RistrettoPoint::multiscalar_mul(&opening, &points).compress());
        });

        let (pedersen, generators) = (PedersenGens::default(), BulletproofGens::new(bits, len));
        let blindings: Vec<_> = x.iter().map(|_| Scalar::random(&mut OsRng)).collect();
        group.bench_function(BenchmarkId::new("bulletproofs, one proof", &size), |b| {
            b.iter(|| {
                RangeProof::prove_multiple(
                    &generators,
                    &pedersen,
                    &mut Transcript::new(b"bench"),
                    &x,
                    &blindings,
                    bits,
                )
                .unwrap()
            });
        });

        let chunk = optimal_chunk_length(len * bits);
        let prio = Prio3::new_sum_vec(2, (1 << bits) - 1, len, chunk).unwrap();
        let measurement: Vec<_> = x.iter().map(|&x| u128::from(x)).collect();
        group.bench_function(BenchmarkId::new("Prio3SumVec shard", &size), |b| {
            b.iter(|| prio.shard(b"bench", &measurement, &[0; 16]).unwrap());
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
