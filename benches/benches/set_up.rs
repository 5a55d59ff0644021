//! What a client and an auditor do for each neighbour before any input: share, test, seal, rebuild;
//! and what everybody derives or keeps once: the neighbour graph and the board's tree.

use std::time::Duration;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};
use rand_core::OsRng;
use veragg::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg::circuits::group::Group;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::encoded_point::EncodedPoint;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::possession::{failing, Claim, Claimed, Possession, Purpose};
use veragg::protocol::crypto::sealing::{Channel, SharePair};
use veragg::protocol::crypto::sharing::{
    reconstruct, wrong_shares, CommittedShares, DegreeTest, Polynomial,
};
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::crypto::tree::Tree;
use veragg::protocol::round::graph::Graph;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, Sender};

const CONTEXT: Context = Context {
    version: Version::CURRENT,
    digest: [7; 32],
};

fn shares(c: &mut Criterion) {
    let mut group = c.benchmark_group("shares");
    // Neighbours and threshold as rounds of 31, 1000 and 256 clients would have them.
    for (degree, threshold) in [(30, 20), (104, 66), (255, 160)] {
        let size = format!("k = {degree}, t = {threshold}");
        let holders: Vec<_> = ClientId::all(degree).collect();
        let secrets = [(); 2].map(|()| KeyScalar::random(&mut OsRng));
        let of = |secret| {
            let polynomial = Polynomial::random(secret, threshold, &mut OsRng);
            let shares = holders.iter().map(|&holder| polynomial.share(holder));
            shares.collect::<Vec<_>>()
        };
        group.bench_function(BenchmarkId::new("share one secret", &size), |b| {
            b.iter(|| of(&secrets[0]));
        });
        let [masks, seeds] = [of(&secrets[0]), of(&secrets[1])];
        let commit = |share: &KeyScalar| -> KeyPoint { share * KEY_TABLE };
        group.bench_function(
            BenchmarkId::new("commit to the shares of one", &size),
            |b| {
                b.iter(|| masks.iter().map(commit).collect::<Vec<_>>());
            },
        );
        let commitments: Vec<_> = masks
            .iter()
            .zip(&seeds)
            .map(|(mask, seed)| [commit(mask), commit(seed)])
            .collect();
        let of_secrets = [commit(&secrets[0]), commit(&secrets[1])];
        let encoded: Vec<u8> = std::iter::once(&of_secrets)
            .chain(&commitments)
            .flatten()
            .flat_map(|point| point.compress().to_bytes())
            .collect();
        let terms: Vec<_> = Ristretto::decode_terms(&encoded)
            .into_iter()
            .flatten()
            .collect();
        let committed = CommittedShares {
            mask_key: &of_secrets[0].into(),
            holders: &holders,
            points: terms.as_chunks().0,
        };
        let dealer = ClientId::from_index(degree as usize);
        let (key, sender) = (SigningKey::generate(&mut OsRng), Sender::Client(dealer));
        let message = Message::sign(&key, CONTEXT, Phase::Share, sender, [8; 32], &[]);
        // The time for all; a dealer among 64 takes a 64th of it.
        for dealers in [1, 64] {
            let name = format!("degree tests of {dealers}");
            group.bench_function(BenchmarkId::new(name, &size), |b| {
                b.iter(|| {
                    let test = || {
                        let message = message.envelope.dealer_message();
                        DegreeTest::new(&committed, threshold, dealer, &message).unwrap()
                    };
                    let tests: Vec<_> = (0..dealers).map(|_| test()).collect();
                    assert!(DegreeTest::failing(&tests).is_empty());
                });
            });
        }
        let encoded: Vec<_> = commitments
            .iter()
            .map(|[commitment, _]| EncodedPoint::from(*commitment))
            .collect();
        let revealed: Vec<_> = masks
            .iter()
            .zip(encoded.iter().map(EncodedPoint::as_bytes))
            .collect();
        group.bench_function(BenchmarkId::new("compare all shares at once", &size), |b| {
            let sum = |weights: &[_]| {
                let encoded: Vec<u8> = revealed.iter().flat_map(|(_, of)| **of).collect();
                let terms = Ristretto::decode_terms(&encoded);
                let terms: Vec<_> = terms.into_iter().collect::<Option<_>>()?;
                Some(Ristretto::sum_of_terms(weights, &terms))
            };
            b.iter(|| assert!(wrong_shares(&revealed, sum).is_empty()));
        });
        group.bench_function(BenchmarkId::new("compare each share", &size), |b| {
            let right = |(share, commitment): &(&KeyScalar, &[u8; 32])| {
                (*share * KEY_TABLE).compress().as_bytes() == *commitment
            };
            b.iter(|| assert!(revealed.iter().all(right)));
        });
        let held: Vec<_> = holders.iter().copied().zip(masks).take(threshold).collect();
        group.bench_function(BenchmarkId::new("rebuild one secret", &size), |b| {
            b.iter(|| assert_eq!(reconstruct(&held), secrets[0]));
        });
    }
    group.finish();
}

fn possession(c: &mut Criterion) {
    let mut group = c.benchmark_group("proofs of possession");
    // Of 104 neighbours, as a client of 1000 verifies them.
    let pairs: Vec<_> = (0..208).map(|_| KeyPair::generate(&mut OsRng)).collect();
    let client = ClientId::from_index(0);
    let purpose = Purpose::Mask;
    let prove = |pair| Possession::prove(pair, &CONTEXT, client, purpose, &mut OsRng);
    let proofs: Vec<_> = pairs.iter().map(prove).collect();
    let both: Vec<_> = pairs.iter().map(KeyPair::public).zip(&proofs).collect();
    let claimed = Claimed::of_all(&both);
    let claims: Vec<_> = claimed
        .iter()
        .map(|claimed| Claim {
            client,
            purpose,
            claimed,
        })
        .collect();
    group.bench_function("together", |b| {
        b.iter(|| assert!(failing(&CONTEXT, &claims).is_empty()));
    });
    group.bench_function("each", |b| {
        let holds = |claim: &Claim<'_>| failing(&CONTEXT, &[*claim]).is_empty();
        b.iter(|| assert!(claims.iter().all(holds)));
    });
    group.finish();
}

fn sealing(c: &mut Criterion) {
    let [dealer, recipient] = [(); 2].map(|()| KeyPair::generate(&mut OsRng));
    let channel = Channel {
        context: &CONTEXT,
        dealer: ClientId::from_index(0),
        recipient: ClientId::from_index(1),
    };
    let pair = SharePair {
        mask: KeyScalar::random(&mut OsRng),
        seed: KeyScalar::random(&mut OsRng),
    };
    let mut group = c.benchmark_group("sealed shares");
    group.bench_function("seal", |b| {
        b.iter(|| channel.seal(&dealer.shared_point(recipient.public()), &pair));
    });
    let sealed = channel.seal(&dealer.shared_point(recipient.public()), &pair);
    group.bench_function("open", |b| {
        b.iter(|| {
            channel
                .open(&recipient.shared_point(dealer.public()), &sealed)
                .unwrap()
        });
    });
    group.finish();
}

fn once_a_round(c: &mut Criterion) {
    let mut group = c.benchmark_group("once a round");
    for (clients, degree) in [(300, 72), (1000, 104), (10_000, 132)] {
        let size = format!("n = {clients}, k = {degree}");
        group.bench_function(BenchmarkId::new("graph", size), |b| {
            b.iter(|| Graph::new(clients, degree, &[7; 32]).unwrap());
        });
    }
    let leaves = 10_000;
    let tree = || (0..leaves).map(|_| [7u8; 32]).collect::<Tree<_>>();
    group.bench_function("tree of 10,000 leaves", |b| b.iter(|| tree().root()));
    let tree = tree();
    group.bench_function("inclusion proof among 10,000 leaves", |b| {
        b.iter(|| tree.inclusion(1234).unwrap());
    });
    let (root, proof) = (tree.root(), tree.inclusion(1234).unwrap());
    group.bench_function("check of an inclusion proof", |b| {
        b.iter(|| assert!(root.includes(&[7; 32], 1234, &proof)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    targets = shares, possession, sealing, once_a_round
}
criterion_main!(benches);
