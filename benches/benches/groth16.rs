//! Commitment and proof of `bls12381-groth16` beside `ark-groth16` alone on the same circuit: prove, verify from bytes, and
//! verify in a batch. Ratios of one run count: machines differ.

use std::time::Duration;

use ark_bls12_381::{Bls12_381, Fr, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{Field, One};
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::{prepare_verifying_key, Groth16, Proof};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use criterion::{criterion_group, criterion_main, Criterion};
use rand_core::OsRng;
use rayon::prelude::*;
use veragg::circuits::groth16::circuit::Circuit;
use veragg::circuits::groth16::derive::{derive, multiply_delta, Powers};
use veragg::circuits::groth16::{Bls12381Groth16, Groth16SetUp};
use veragg::circuits::proof_system::{Binding, ProofSystem};
use veragg::circuits::statement::{Segment, Statement};

type Ark = Groth16<Bls12_381, LibsnarkReduction>;

const CLIENTS: u32 = 2000;
/// Proofs of a batch.
const BATCH: usize = 1000;

/// Powers of secrets that everybody knows: for measurements only.
fn powers(domain: usize) -> Powers {
    let [tau, alpha, beta] = [3u64, 5, 7].map(|secret| Fr::from(secret).pow([123_456_789]));
    let powers: Vec<Fr> = std::iter::successors(Some(Fr::one()), |power| Some(*power * tau))
        .take(2 * domain - 1)
        .collect();
    let (one, two) = (G1Projective::generator(), G2Projective::generator());
    let in_1 = |factor: Fr, count: usize| {
        let points: Vec<_> = powers[..count]
            .iter()
            .map(|power| one * (*power * factor))
            .collect();
        G1Projective::normalize_batch(&points)
    };
    let in_2: Vec<_> = powers[..domain].iter().map(|power| two * power).collect();
    Powers {
        tau_1: in_1(Fr::one(), 2 * domain - 1),
        tau_2: G2Projective::normalize_batch(&in_2),
        alpha: in_1(alpha, domain),
        beta: in_1(beta, domain),
        beta_2: (two * beta).into_affine(),
    }
}

fn measure(criterion: &mut Criterion) {
    for (len, bound) in [(16, 2), (256, 2), (16, 1 << 16), (4096, 2)] {
        let statement = Statement::new(vec![Segment::range(len, bound)]);
        let statement = statement.expect("a statement");
        let circuit = Circuit::new(&statement, CLIENTS);
        let key = multiply_delta(
            &derive(&circuit, CLIENTS, &powers(circuit.domain())),
            &Fr::from(99u64),
        );
        let set_up = Groth16SetUp::to_prove(key.clone().into());
        let columns = circuit.layout().columns();
        let suite = Bls12381Groth16::new(&set_up, &statement, CLIENTS, columns).expect("a key");
        let theirs = key.for_arkworks();
        let prepared = prepare_verifying_key(&theirs.vk);
        let x: Vec<u64> = (0..len as u64).map(|j| j * 7919 % bound).collect();
        let assignment = circuit.assign(&x).expect("a vector");
        let (instance, rows) = (circuit.instance(), circuit.rows());
        let plain = || {
            let [mu, nu] = [17u64, 19].map(|number| Fr::from(number).pow([987_654_321]));
            Ark::create_proof_with_reduction_and_matrices(
                &theirs,
                mu,
                nu,
                rows,
                instance,
                circuit.constraints(),
                &assignment,
            )
            .expect("a proof")
        };
        let binding = |client| Binding {
            context: [1; 32],
            client,
        };
        let prove = |client| {
            let proven = suite.prove(&binding(client), &x, &mut OsRng);
            proven.expect("a vector").bytes.clone()
        };
        let mut group = criterion.benchmark_group(format!("{len}x{bound}"));
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(3));
        group.bench_function("prove/plain", |bencher| bencher.iter(plain));
        group.bench_function("prove/ours", |bencher| bencher.iter(|| prove(1)));
        let mut bytes = Vec::new();
        plain().serialize_compressed(&mut bytes).expect("bytes");
        group.bench_function("verify/plain", |bencher| {
            bencher.iter(|| {
                let proof =
                    Proof::<Bls12_381>::deserialize_compressed(&bytes[..]).expect("a proof");
                let holds = Ark::verify_proof(&prepared, &proof, &assignment[1..instance]);
                assert!(holds.expect("inputs"));
            });
        });
        let one = prove(1);
        group.bench_function("verify/ours", |bencher| {
            bencher.iter(|| {
                let proof = suite.decode(&one).expect("a proof");
                assert!(suite.verify_batch(&[(binding(1), &proof)]).is_empty());
            });
        });
        let many: Vec<_> = (1..=BATCH as u32)
            .map(|client| (client, prove(client)))
            .collect();
        group.bench_function(format!("verify/batch of {BATCH}"), |bencher| {
            bencher.iter(|| {
                let proofs: Vec<_> = many
                    .par_iter()
                    .map(|(client, bytes)| {
                        (binding(*client), suite.decode(bytes).expect("a proof"))
                    })
                    .collect();
                let batch: Vec<_> = proofs
                    .iter()
                    .map(|(binding, proof)| (*binding, proof))
                    .collect();
                assert!(suite.verify_batch(&batch).is_empty());
            });
        });
        group.finish();
    }
}

criterion_group!(benches, measure);
criterion_main!(benches);
