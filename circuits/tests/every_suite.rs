//! What `specs/proofs.md` 5 asks of a suite, and `Group` of its group, asked of every suite.
#![allow(clippy::unwrap_used)]

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg_circuits::ark_ff::{PrimeField, Zero};
use veragg_circuits::codec::DecodeError;
use veragg_circuits::groth16::circuit::Circuit;
use veragg_circuits::groth16::derive::{derive, multiply_delta, Powers};
use veragg_circuits::groth16::Groth16SetUp;
use veragg_circuits::group::bls12381::Fr;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{Binding, ProofSystem, SetUp, Suite};
use veragg_circuits::statement::{InputError, Segment, Statement};
use veragg_circuits::with_suite;

const CLIENTS: u32 = 10;
const BINDING: Binding = Binding {
    context: [7; 32],
    client: 3,
};
/// Both ends of each range are among the values.
const SEGMENTS: [(&[u64], u64); 3] = [
    (&[0, 99, 50], 100),
    (&[65535, 0, 1], 1 << 16),
    (&[u64::MAX - 1, 0], u64::MAX),
];

/// Ranges only: every suite proves those.
fn statement() -> Statement {
    let segments = SEGMENTS.map(|(values, bound)| Segment::range(values.len(), bound));
    Statement::new(segments.to_vec()).unwrap()
}

fn input() -> Vec<u64> {
    SEGMENTS.map(|(values, _)| values).concat()
}

/// What a party has of the set-up of the statement.
trait ForTests: SetUp {
    fn for_tests() -> Self;
}

impl ForTests for () {
    fn for_tests() -> Self {}
}

impl ForTests for Groth16SetUp {
    /// A key whose secrets are known.
    fn for_tests() -> Self {
        let circuit = Circuit::new(&statement(), CLIENTS);
        let secrets = [3u64, 5, 7].map(Fr::from);
        let powers = Powers::of_secrets(circuit.domain(), secrets);
        let key = multiply_delta(&derive(&circuit, CLIENTS, &powers), &Fr::from(11u64));
        Self::to_prove(key.into())
    }
}

/// The suite for the statement.
fn suite<P: ProofSystem<SetUp: ForTests>>() -> P {
    let set_up = P::SetUp::for_tests();
    let columns = P::best_columns(&set_up, &statement(), CLIENTS);
    P::new(&set_up, &statement(), CLIENTS, columns).unwrap()
}

fn prove<P: ProofSystem>(suite: &P, seed: u64) -> Vec<u8> {
    let rng = &mut ChaCha20Rng::seed_from_u64(seed);
    suite.prove(&BINDING, &input(), rng).unwrap().bytes.clone()
}

fn an_honest_vector_is_proven<P: ProofSystem<SetUp: ForTests>>() {
    let suite = suite::<P>();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let proven = suite.prove(&BINDING, &input(), rng).unwrap();
    assert_eq!(proven.bytes.len(), suite.proof_len());
    let proof = suite.decode(&proven.bytes).unwrap();
    assert_eq!(suite.verify_batch(&[(BINDING, &proof)]), []);

    let packed = suite.layout().pack(&input()).unwrap();
    let openings = packed.chunks(suite.layout().columns());
    let openings = openings.zip(&proven.blindings);
    let commit = |(values, blinding): (&[_], &_)| suite.key().commit_row_vartime(values, *blinding);
    let committed: Vec<_> = openings.map(commit).collect();
    assert_eq!(committed.len(), suite.layout().rows());
    assert_eq!(suite.rows(&proof), committed);
}

fn another_vector_is_refused<P: ProofSystem<SetUp: ForTests>>() {
    let suite = suite::<P>();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let mut prove = |x: &[u64]| suite.prove(&BINDING, x, rng).map(drop);
    let mut x = input();
    x[1] = 100;
    assert!(matches!(prove(&x), Err(InputError::Range { .. })));
    assert!(matches!(prove(&x[1..]), Err(InputError::Length { .. })));
}

fn another_binding_is_refused<P: ProofSystem<SetUp: ForTests>>() {
    let suite = suite::<P>();
    let proofs = [1, 2, 3, 4].map(|seed| suite.decode(&prove(&suite, seed)).unwrap());
    let mut other_context = BINDING;
    other_context.context[31] ^= 1;
    let other_client = Binding {
        client: 4,
        ..BINDING
    };
    let bindings = [BINDING, other_context, BINDING, other_client];
    let batch: Vec<_> = bindings.into_iter().zip(&proofs).collect();
    let bad = suite.verify_batch(&batch);
    assert_eq!(bad.iter().map(|bad| bad.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(suite.verify_batch(&[]), []);
}

fn other_lengths_are_refused<P: ProofSystem<SetUp: ForTests>>() {
    let suite = suite::<P>();
    let bytes = prove(&suite, 1);
    for len in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        let error = suite.decode(&bytes[..len]).unwrap_err();
        assert!(matches!(error, DecodeError::Truncated { .. }), "{error}");
    }
    let error = suite.decode(&[&bytes[..], &[0]].concat()).unwrap_err();
    assert_eq!(error, DecodeError::Trailing { extra: 1 });
}

fn who_has_the_public_part_verifies<P: ProofSystem<SetUp: ForTests>>() {
    let set_up = P::SetUp::for_tests();
    let public = set_up.public();
    let columns = P::best_columns(&set_up, &statement(), CLIENTS);
    let read = P::SetUp::read(&public).unwrap();
    assert_eq!(read.public(), public);
    assert!(P::SetUp::read(&[&public[..], &[0]].concat()).is_err());
    assert_eq!(public.is_empty(), !P::SUITE.has_key());
    let verifier = P::new(&read, &statement(), CLIENTS, columns).unwrap();
    let proof = verifier.decode(&prove(&suite::<P>(), 1)).unwrap();
    assert_eq!(verifier.verify_batch(&[(BINDING, &proof)]), []);
    assert_eq!(verifier.can_prove(), !P::SUITE.has_key());
    let planned = P::sizes(&P::SetUp::default(), &statement(), CLIENTS, columns).unwrap();
    assert_eq!(planned.proof_len, verifier.proof_len());
}

fn slots_are_within_the_capacity<P: ProofSystem<SetUp: ForTests>>() {
    let suite = suite::<P>();
    let layout = suite.layout();
    for segment in layout.segments() {
        assert!(segment.width * segment.slots as u32 <= P::Group::CAPACITY);
        // A segment fills rows of its own, or there is one row.
        assert!(layout.rows() == 1 || segment.scalars % layout.columns() == 0);
    }
    // The largest sum that the roster allows is not reduced.
    let most: Vec<u64> = SEGMENTS
        .iter()
        .flat_map(|(values, bound)| vec![bound - 1; values.len()])
        .collect();
    let packed: Vec<<P::Group as Group>::Scalar> = layout.pack(&most).unwrap();
    let mut sum = vec![<P::Group as Group>::Scalar::zero(); packed.len()];
    for _ in 0..CLIENTS {
        for (sum, scalar) in sum.iter_mut().zip(&packed) {
            *sum += scalar;
        }
    }
    let want = most.iter().map(|x| u128::from(*x) * u128::from(CLIENTS));
    assert_eq!(layout.unpack(&sum, CLIENTS), Ok(want.collect()));
}

fn encodings_are_canonical<G: Group>() {
    assert!(G::CAPACITY < G::Scalar::MODULUS_BIT_SIZE);
    let most = -G::Scalar::from(1u64);
    let encoded = G::encode_scalar(&most);
    assert_eq!(encoded.len(), G::SCALAR_LEN);
    assert_eq!(G::decode_scalar(&encoded, "scalar"), Ok(most));
    let all_bits = vec![0xff; G::SCALAR_LEN];
    assert!(G::decode_scalar(&all_bits, "scalar").is_err());

    let point = G::hash_to_point(b"label", 1);
    let encoded = G::encode_point(&point);
    assert_eq!(encoded.len(), G::POINT_LEN);
    assert_eq!(G::decode_point(&encoded, "point"), Ok(point));
    assert!(G::decode_point(&encoded[1..], "point").is_err());
    assert_ne!(G::hash_to_point(b"label", 2), point);
    assert_ne!(G::hash_to_point(b"other", 1), point);
    let identity = G::encode_point(&G::identity());
    let error = G::decode_point(&identity, "point").unwrap_err();
    assert_eq!(error, DecodeError::Identity { field: "point" });
}

fn products_agree<G: Group>() {
    let scalars = [1u8, 2, 3].map(|byte| G::from_uniform_bytes(&[byte; 64]));
    let points = [1, 2, 3].map(|index| G::hash_to_point(b"points", index));
    let products = points.iter().zip(&scalars);
    let sum: G::Point = products
        .map(|(point, scalar)| G::multiply(&G::table(point), scalar))
        .sum();
    assert_eq!(G::msm(&scalars, &points), sum);
    assert_eq!(G::msm_constant_time(&scalars, &points), sum);

    let weights = [7u8, 8, 9].map(|byte| G::from_uniform_bytes(&[byte; 64]));
    let sum = |values: &[G::Scalar]| -> G::Scalar {
        let products = weights.iter().zip(values);
        products.map(|(weight, value)| *weight * value).sum()
    };
    let encoded = G::encode_scalars(&scalars);
    assert_eq!(
        G::inner_product(&weights, &encoded, "scalar"),
        Ok(sum(&scalars))
    );
    let stream: Vec<u8> = (0..3 * G::MASK_LEN).map(|at| (at * 37) as u8).collect();
    let masks: Vec<_> = stream.chunks(G::MASK_LEN).map(G::mask).collect();
    assert_eq!(G::inner_product_with_masks(&weights, &stream), sum(&masks));
}

/// A test of that name for each function, over every suite.
macro_rules! for_every_suite {
    ($($property:ident),+ $(,)?) => {
        mod suites {
            use super::*;
            $(#[test]
            fn $property() {
                for &suite in Suite::ALL {
                    with_suite!(suite, P => super::$property::<P>());
                }
            })+
        }
    };
}

for_every_suite!(
    an_honest_vector_is_proven,
    another_vector_is_refused,
    another_binding_is_refused,
    other_lengths_are_refused,
    slots_are_within_the_capacity,
    who_has_the_public_part_verifies,
);

/// The same for what is asked of a group.
macro_rules! for_every_group {
    ($($property:ident),+ $(,)?) => {
        mod groups {
            use super::*;
            $(#[test]
            fn $property() {
                for &suite in Suite::ALL {
                    with_suite!(suite, P => super::$property::<<P as ProofSystem>::Group>());
                }
            })+
        }
    };
}

for_every_group!(encodings_are_canonical, products_agree);
