use ::bulletproofs::range_proof_mpc::{dealer::Dealer, party::Party};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::statement::{Norm, Segment, SumRule};

mod nonces;
mod vectors;

const BINDING: Binding = Binding {
    context: [7; 32],
    client: 3,
};
const CLIENTS: u32 = 100;
/// Bounds around every range that the crate has, and far from them.
const BOUNDS: [u64; 11] = [
    2,
    3,
    255,
    256,
    257,
    1000,
    1 << 16,
    (1 << 16) + 1,
    1 << 32,
    (1 << 32) + 1,
    u64::MAX,
];

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn system(segments: &[(usize, u64)]) -> RistrettoBulletproofs {
    system_for(segments, CLIENTS)
}

fn system_for(segments: &[(usize, u64)], clients: u32) -> RistrettoBulletproofs {
    let segments = segments.iter().map(|&(len, m)| Segment::range(len, m));
    let statement = Statement::new(segments.collect()).unwrap();
    RistrettoBulletproofs::new(&(), &statement, clients, 1).unwrap()
}

fn prove(system: &RistrettoBulletproofs, x: &[u64]) -> Vec<u8> {
    system
        .prove(&BINDING, x, &mut rng(1))
        .unwrap()
        .bytes
        .clone()
}

/// Whether bytes are a valid proof, by both gates: parsing and verification.
fn accepts(system: &RistrettoBulletproofs, binding: Binding, bytes: &[u8]) -> bool {
    system
        .decode(bytes)
        .is_ok_and(|proof| system.verify_batch(&[(binding, &proof)]).is_empty())
}

/// A prover that commits to any scalars at all and runs the crate's own parties on them. A value
/// that no `u64` holds is passed off as 1 in units of itself, so that commitment and transcript
/// are right and only the algebra can fail.
fn forge(system: &RistrettoBulletproofs, x: &[KeyScalar]) -> Vec<u8> {
    let mut rng = rng(2);
    let r: Vec<_> = x.iter().map(|_| KeyScalar::random(&mut rng)).collect();
    let mut bytes: Vec<u8> = x
        .iter()
        .zip(&r)
        .flat_map(|(&x, &r)| Ristretto::encode_point(&system.ranges.pedersen.commit(x, r)))
        .collect();
    let client = system.transcript(&BINDING, &bytes);
    for chunk in &system.chunks {
        let most = KeyScalar::from(chunk.bound - 1);
        let values = chunk.values(x, |x| most - x, KeyScalar::ZERO);
        let blindings = chunk.values(&r, |r| -r, KeyScalar::ZERO);
        let posed: Vec<_> = values
            .iter()
            .map(|value| {
                let low = u64::from_le_bytes(value.as_bytes()[..8].try_into().unwrap());
                let mut units = system.ranges.pedersen;
                if KeyScalar::from(low) == *value {
                    return (low, units);
                }
                units.B *= value;
                (1, units)
            })
            .collect();

        let mut transcript = chunk_transcript(&client, chunk);
        let generators = &system.ranges.generators;
        let dealer = Dealer::new(
            generators,
            &system.ranges.pedersen,
            &mut transcript,
            chunk.bits,
            chunk.parties(),
        )
        .unwrap();
        let (parties, bits): (Vec<_>, Vec<_>) = posed
            .iter()
            .zip(blindings)
            .enumerate()
            .map(|(j, ((value, units), r))| {
                Party::new(generators, units, *value, r, chunk.bits)
                    .unwrap()
                    .assign_position_with_rng(j, &mut rng)
                    .unwrap()
            })
            .unzip();
        let (dealer, challenge) = dealer.receive_bit_commitments(bits).unwrap();
        let (parties, polynomials): (Vec<_>, Vec<_>) = parties
            .into_iter()
            .map(|party| party.apply_challenge_with_rng(&challenge, &mut rng))
            .unzip();
        let (dealer, challenge) = dealer.receive_poly_commitments(polynomials).unwrap();
        let shares: Vec<_> = parties
            .into_iter()
            .map(|party| party.apply_challenge(&challenge).unwrap())
            .collect();
        let proof = dealer.receive_trusted_shares(&shares).unwrap();
        bytes.extend_from_slice(&proof.to_bytes());
    }
    bytes
}

#[test]
fn both_ends_of_every_range_are_proven() {
    for bound in BOUNDS {
        let system = system(&[(3, bound)]);
        let bytes = prove(&system, &[0, bound - 1, bound / 2]);
        assert_eq!(bytes.len(), system.proof_len(), "{bound}");
        assert!(accepts(&system, BINDING, &bytes), "{bound}");
    }
}

#[test]
fn values_out_of_range_are_not_proven_by_the_prover() {
    for bound in BOUNDS {
        let error = system(&[(2, bound)])
            .prove(&BINDING, &[0, bound], &mut rng(1))
            .unwrap_err();
        assert_eq!(
            error,
            InputError::Range {
                coordinate: 1,
                value: bound,
                bound
            }
        );
    }
    assert_eq!(
        system(&[(2, 5)])
            .prove(&BINDING, &[0], &mut rng(1))
            .unwrap_err(),
        InputError::Length { got: 1, want: 2 }
    );
}

#[test]
fn a_malicious_prover_is_named() {
    for bound in BOUNDS {
        let system = system(&[(2, bound)]);
        let most = KeyScalar::from(bound - 1);
        // The same prover with a value in range is accepted: what follows fails for the value.
        let honest = forge(&system, &[most, KeyScalar::ONE]);
        let honest = system.decode(&honest).unwrap();
        let m = most + KeyScalar::ONE;
        for bad in [m, m + KeyScalar::ONE, -KeyScalar::ONE] {
            let forged = system.decode(&forge(&system, &[bad, most])).unwrap();
            assert_eq!(
                system.verify_batch(&[(BINDING, &honest), (BINDING, &forged)]),
                [(1, ProofPart::Range)],
                "{bound}"
            );
        }
    }
}

#[test]
fn proofs_are_bound_to_client_context_statement_and_roster() {
    let x = [5, 900, 0];
    let own = system(&[(3, 1000)]);
    let bytes = prove(&own, &x);
    assert!(accepts(&own, BINDING, &bytes));
    let mut other = BINDING;
    other.client += 1;
    assert!(!accepts(&own, other, &bytes));
    other = BINDING;
    other.context[31] ^= 1;
    assert!(!accepts(&own, other, &bytes));
    assert!(!accepts(
        &system_for(&[(3, 1000)], CLIENTS + 1),
        BINDING,
        &bytes
    ));
    for bound in [999, 1001] {
        assert!(!accepts(&system(&[(3, bound)]), BINDING, &bytes));
    }
    // What was parsed for one statement and is verified for another: also a shorter, a longer,
    // one cut differently, one of as many bits in another shape.
    let parsed = own.decode(&bytes).unwrap();
    let others: [&[(usize, u64)]; 6] = [
        &[(2, 1000)],
        &[(4, 1000)],
        &[(2, 1000), (1, 1000)],
        &[(3, 256)],
        &[(3, 1 << 32)],
        &[(3, 1001)],
    ];
    for segments in others {
        let other = system(segments);
        assert_eq!(
            other.verify_batch(&[(BINDING, &parsed)]),
            [(0, ProofPart::Range)],
            "{segments:?}"
        );
        assert_eq!(other.rows(&parsed).len(), other.layout().rows());
    }
}

#[test]
fn parts_that_change_places_are_refused() {
    // Two segments of one shape, and two chunks of one segment.
    for segments in [&[(2, 256), (2, 256)][..], &[(128, 256)]] {
        let system = system(segments);
        let x: Vec<u64> = (0..system.statement.len() as u64).collect();
        let bytes = prove(&system, &x);
        assert!(accepts(&system, BINDING, &bytes));
        let ranges = 32 * x.len();
        let mut swapped = bytes.clone();
        swapped[ranges..].rotate_left(system.chunks[0].proof_len());
        assert!(!accepts(&system, BINDING, &swapped));
        let mut swapped = bytes.clone();
        swapped[..64].rotate_left(32);
        assert!(!accepts(&system, BINDING, &swapped));
    }
}

#[test]
fn every_bad_proof_of_a_batch_is_named_and_no_other() {
    let system = system(&[(2, 300), (1, 2)]);
    assert_eq!(system.verify_batch(&[]), []);
    let bindings = [1, 2, 3, 4, 5].map(|client| Binding { client, ..BINDING });
    let proofs = bindings.map(|binding| {
        let proven = system.prove(&binding, &[299, 0, 1], &mut rng(3)).unwrap();
        system.decode(&proven.bytes).unwrap()
    });
    let batch = |bad: &[usize]| -> Vec<(Binding, &BulletproofsInput)> {
        (0..5)
            .map(|i| match bad.contains(&i) {
                true => (bindings[i], &proofs[(i + 1) % 5]),
                false => (bindings[i], &proofs[i]),
            })
            .collect()
    };
    for bad in [&[][..], &[0], &[4], &[1, 3], &[0, 1, 2, 3, 4]] {
        let want: Vec<_> = bad.iter().map(|&i| (i, ProofPart::Range)).collect();
        assert_eq!(system.verify_batch(&batch(bad)), want);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let system = system(&[(100, 256), (3, 1000)]);
    let x: Vec<u64> = (0..103).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let bytes = prove(&system, &x);
            let proof = system.decode(&bytes).unwrap();
            let other = Binding {
                client: 9,
                ..BINDING
            };
            let bad = system.verify_batch(&[(other, &proof), (BINDING, &proof)]);
            (bytes, system.rows(&proof), bad)
        })
    };
    let one = run(1);
    assert_eq!(one.2, [(0, ProofPart::Range)]);
    assert!(one == run(3));
}

#[test]
fn other_lengths_are_refused() {
    let system = system(&[(1, 256)]);
    let mut bytes = prove(&system, &[255]);
    let len = bytes.len();
    for have in [0, 1, 32, len - 32, len - 1] {
        assert_eq!(
            system.decode(&bytes[..have]).unwrap_err(),
            DecodeError::Truncated {
                field: "input proof",
                need: len,
                have
            }
        );
    }
    bytes.extend_from_slice(&[0; 32]);
    assert_eq!(
        system.decode(&bytes).unwrap_err(),
        DecodeError::Trailing { extra: 32 }
    );
}

#[test]
fn every_byte_counts() {
    for bound in [256, 2] {
        let system = system(&[(1, bound)]);
        let bytes = prove(&system, &[1]);
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(!accepts(&system, BINDING, &flipped), "byte {at}");
        }
    }
}

#[test]
fn identities_and_other_encodings_are_refused_while_parsing() {
    let system = system(&[(1, 256)]);
    let bytes = prove(&system, &[1]);
    let with = |element: usize, encoding: [u8; 32]| {
        let mut bytes = bytes.clone();
        bytes[32 * element..][..32].copy_from_slice(&encoding);
        system.decode(&bytes).map(|_| ()).unwrap_err()
    };
    // The commitment; A, S, T_1, T_2; three scalars; three pairs L, R; two scalars.
    let scalars = [5, 6, 7, 14, 15];
    assert_eq!(bytes.len(), 16 * 32);
    for element in 0..16 {
        let (zero, ones) = if scalars.contains(&element) {
            let field = "scalar of a range proof";
            // Zero is a scalar like any other: what it breaks is the equation.
            let mut bytes = bytes.clone();
            bytes[32 * element..][..32].fill(0);
            assert!(!accepts(&system, BINDING, &bytes));
            (None, DecodeError::Scalar { field })
        } else {
            let field = match element {
                0 => "commitment",
                _ => "point of a range proof",
            };
            (
                Some(DecodeError::Identity { field }),
                DecodeError::Point { field },
            )
        };
        assert_eq!(with(element, [0xff; 32]), ones);
        if let Some(zero) = zero {
            assert_eq!(with(element, [0; 32]), zero);
        }
    }
}

#[test]
fn rows_open_to_the_packed_vector() {
    let layouts: [&[(usize, u64)]; 3] = [
        &[(40, 256)],
        &[(5, 1000), (33, 2), (1, u64::MAX)],
        &[(1, 2), (7, u64::MAX), (2, 1 << 16)],
    ];
    for segments in layouts {
        let system = system(segments);
        let bounds = segments.iter().flat_map(|&(len, m)| vec![m; len]);
        let x: Vec<u64> = bounds
            .enumerate()
            .map(|(j, m)| (m - 1) >> (j % 3))
            .collect();
        let proven = system.prove(&BINDING, &x, &mut rng(4)).unwrap();
        let proof = system.decode(&proven.bytes).unwrap();
        let rows = system.rows(&proof);
        let packed = system.layout().pack::<Fr>(&x).unwrap();
        assert_eq!(rows.len(), system.layout().rows());
        assert_eq!(rows.len(), proven.blindings.len());
        for ((row, value), blinding) in rows.iter().zip(packed).zip(&proven.blindings) {
            assert_eq!(*row, system.key().commit_row_vartime(&[value], *blinding));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn commitments_and_blindings_combine_as_vectors_pack(
        segments in prop::collection::vec((1usize..60, 2u64..=u64::MAX, 0u32..64), 1..4),
        clients in 1u32..=u32::MAX,
        seed: u64,
    ) {
        let segments: Vec<_> = segments
            .iter()
            .map(|&(len, m, shift)| (len, (m >> shift).max(2)))
            .collect();
        let system = system_for(&segments, clients);
        let mut state = seed;
        let x: Vec<u64> = segments
            .iter()
            .flat_map(|&(len, m)| vec![m; len])
            .map(|m| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                state % m
            })
            .collect();
        let mut rng = rng(seed);
        let r: Vec<_> = x.iter().map(|_| KeyScalar::random(&mut rng)).collect();
        let v: Vec<_> = x.iter().zip(&r).map(|(&x, &r)| system.ranges.pedersen.commit(x.into(), r)).collect();
        let rows = system.combine(|j| v[j], Ristretto::identity());
        let blindings = system.combine(|j| from_dalek(&r[j]), Fr::zero());
        let packed = system.layout().pack::<Fr>(&x).unwrap();
        prop_assert_eq!(rows.len(), packed.len());
        for m in 0..rows.len() {
            prop_assert_eq!(rows[m], system.key().commit_row_vartime(&[packed[m]], blindings[m]));
        }
    }
}

#[test]
fn statements_of_other_suites_are_refused() {
    let new = |segments: Vec<Segment>, columns| {
        let statement = Statement::new(segments).unwrap();
        RistrettoBulletproofs::new(&(), &statement, CLIENTS, columns).unwrap_err()
    };
    let suite = "ristretto255-bulletproofs";
    let plain = Segment::range(2, 10);
    let norm = Segment {
        norm: Some(Norm {
            offset: 0,
            max_square: 9,
        }),
        ..plain
    };
    let sum = Segment {
        sum: Some(SumRule::AtMost(9)),
        ..plain
    };
    let claim = |claim, segment| Unsupported::Claim {
        suite,
        claim,
        segment,
    };
    assert_eq!(new(vec![plain, norm], 1), claim("a norm", 1));
    assert_eq!(new(vec![sum, plain], 1), claim("a sum", 0));
    for got in [0, 2] {
        let want = "1";
        let want = want.to_owned();
        let error = Unsupported::Columns { suite, want, got };
        assert_eq!(new(vec![plain], got), error);
    }
    let got = MAX_LEN + 1;
    let error = Unsupported::Length {
        suite,
        max: MAX_LEN,
        got,
    };
    assert_eq!(new(vec![Segment::range(got, 10)], 1), error);
    let longest = Statement::new(vec![Segment::range(MAX_LEN, 10)]).unwrap();
    assert!(RistrettoBulletproofs::new(&(), &longest, CLIENTS, 1).is_ok());
}

#[test]
fn each_field_of_a_statement_is_in_its_encoding() {
    let plain = Segment::range(2, 10);
    let norm = |offset, max_square| Segment {
        norm: Some(Norm { offset, max_square }),
        ..plain
    };
    let sum = |rule| Segment {
        sum: Some(rule),
        ..plain
    };
    let statements = [
        vec![plain],
        vec![plain, plain],
        vec![Segment::range(3, 10)],
        vec![Segment::range(2, 11)],
        vec![norm(0, 5)],
        vec![norm(1, 5)],
        vec![norm(0, 6)],
        vec![sum(SumRule::Equal(5))],
        vec![sum(SumRule::Equal(6))],
        vec![sum(SumRule::AtMost(5))],
    ];
    let encoded = statements.map(|segments| Statement::new(segments).unwrap().encode());
    for (i, bytes) in encoded.iter().enumerate() {
        assert!(encoded[..i].iter().all(|other| other != bytes));
    }
    let one = |value: u8| [0, 0, 0, 0, 0, 0, 0, value];
    assert_eq!(
        encoded[0],
        [&one(1)[..], &one(2), &one(10), &[0, 0]].concat()
    );
}
