//! Masking a vector, beside the bare key stream of the same length. The cost is linear in scalars
//! times neighbours; the largest pair (2^20 scalars, 100 neighbours) would take a minute here and
//! is left out.

use std::time::Duration;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore, SeedableRng};
use veragg::circuits::group::ristretto::{Fr, KeyScalar, Ristretto};
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::masks::{apply, Mask};

const CONTEXT: Context = Context {
    version: Version::CURRENT,
    digest: [7; 32],
};

fn masks(c: &mut Criterion) {
    let mut group = c.benchmark_group("mask");
    let sizes = [(10, 10), (10, 100), (16, 10), (16, 100), (20, 10)];
    for (log, neighbours) in sizes {
        let scalars = 1usize << log;
        let size = format!("2^{log} scalars, {neighbours} neighbours");
        group.throughput(Throughput::Bytes((scalars * 32 * neighbours) as u64));
        let masks: Vec<_> = (0..neighbours)
            .map(|j| {
                Mask::of_seed(
                    &CONTEXT,
                    ClientId::from_index(j),
                    &KeyScalar::random(&mut OsRng),
                )
            })
            .collect();
        let mut vector = vec![Fr::from(1u64); scalars];
        group.bench_function(BenchmarkId::new("veragg", &size), |b| {
            b.iter(|| apply::<Ristretto>(&mut vector, &masks));
        });
        let mut bytes = vec![0; scalars * 32];
        group.bench_function(BenchmarkId::new("ChaCha20 alone, one thread", &size), |b| {
            b.iter(|| {
                for seed in 0..neighbours {
                    ChaCha20Rng::seed_from_u64(seed as u64).fill_bytes(&mut bytes);
                }
            });
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
    targets = masks
}
criterion_main!(benches);
