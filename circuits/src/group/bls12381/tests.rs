use super::*;
use ark_ec::PrimeGroup;
use ark_ff::{AdditiveGroup, Field};
use proptest::prelude::*;

fn unhex(text: &str) -> Vec<u8> {
    let digits = (0..text.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn scalar() -> impl Strategy<Value = Fr> {
    prop::array::uniform32(any::<u8>())
        .prop_map(|half| Bls12381::from_uniform_bytes(&[half, half].concat().try_into().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn the_constant_time_products_are_those_of_arkworks(a in scalar(), b in scalar()) {
        let points = [G1Projective::generator(), Bls12381::hash_to_point(b"test", 3)];
        let expected = points[0] * a + points[1] * b;
        prop_assert_eq!(Bls12381::msm(&[a, b], &points), expected);
        prop_assert_eq!(Bls12381::msm_constant_time(&[a, b], &points), expected);
        let tables = points.map(|point| Bls12381::table(&point));
        let sum = Bls12381::multiply(&tables[0], &a) + Bls12381::multiply(&tables[1], &b);
        prop_assert_eq!(sum, expected);
    }

    #[test]
    fn sums_of_multiples_are_those_of_arkworks(a in scalar(), b in scalar()) {
        let points = [G1Projective::generator(), Bls12381::hash_to_point(b"test", 3)];
        let multiples = points.map(|point| Multiples::new(&point));
        let sums = sums_of_multiples(&[(&multiples, &[a, b]), (&multiples[1..], &[a]), (&[], &[])]);
        let expected = [points[0] * a + points[1] * b, points[1] * a, G1Projective::zero()];
        prop_assert_eq!(G1Projective::normalize_batch(&expected), sums);
        let odd = points.map(|point| OddMultiples::new(&point.into_affine()));
        prop_assert_eq!(public_sum([(&odd[0], a), (&odd[1], b)]), expected[0]);
        prop_assert_eq!(public_sum([]), expected[2]);
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(a in scalar()) {
        let point = G1Projective::generator() * a;
        let bytes = Bls12381::encode_point(&point);
        prop_assert_eq!(bytes.len(), Bls12381::POINT_LEN);
        prop_assert_eq!(Bls12381::decode_point(&bytes, "point"), Ok(point));
        let bytes = Bls12381::encode_scalar(&a);
        prop_assert_eq!(Bls12381::decode_scalar(&bytes, "scalar"), Ok(a));
    }
}

/// Scalars whose digits are at the borders of the windows, and points for which an addition formula could have exceptions.
#[test]
fn products_with_small_and_large_scalars() {
    let small = [0u64, 1, 15, 16, 17, 31, 32, 33, 63, 64, 1 << 32].map(Fr::from);
    // Each signed digit as large as it can be, once above and once below zero.
    let alternating = [0x0f, 0x10].map(|digit| {
        let digits = (0..50).map(|_| Fr::from(digit));
        digits.fold(Fr::zero(), |sum, digit| sum * Fr::from(32u64) + digit)
    });
    let scalars = small.iter().chain(&alternating);
    let scalars = scalars.flat_map(|scalar| [*scalar, -*scalar]);
    let generator = G1Projective::generator();
    let table = Bls12381::table(&generator);
    let multiples = [Multiples::new(&generator), Multiples::new(&-generator)];
    let odd = [generator, -generator].map(|point| OddMultiples::new(&point.into_affine()));
    for scalar in scalars {
        let expected = generator * scalar;
        assert_eq!(Bls12381::multiply(&table, &scalar), expected);
        let sums = sums_of_multiples(&[(&multiples[..1], &[scalar]), (&multiples, &[scalar; 2])]);
        assert_eq!(sums, [expected.into_affine(), G1Affine::identity()]);
        assert_eq!(public_sum([(&odd[0], scalar)]), expected);
        assert!(public_sum([(&odd[0], scalar), (&odd[1], scalar)]).is_zero());
        assert_eq!(
            public_sum([(&odd[0], scalar), (&odd[0], scalar)]),
            expected.double()
        );
    }
    let identity = Bls12381::identity();
    let large = -Fr::from(1u64);
    assert_eq!(
        Bls12381::multiply(&Bls12381::table(&identity), &large),
        identity
    );
    assert_eq!(Bls12381::msm_constant_time(&[large], &[identity]), identity);
    let odd = OddMultiples::new(&G1Affine::identity());
    assert!(public_sum([(&odd, large)]).is_zero());
}

/// What a committer multiplies by has one form, which stands for the scalar.
#[test]
fn signed_digits_stand_for_the_scalar() {
    for scalar in [0u64, 1, 15, 16, 31, 32, u64::MAX].map(Fr::from) {
        for scalar in [scalar, -scalar, scalar.inverse().unwrap_or_default()] {
            let digits = signed_digits(&scalar);
            assert!(digits.iter().all(|digit| (-16..16).contains(digit)));
            let digits = digits.iter().rev().copied().map(Fr::from);
            let sum = digits.fold(Fr::zero(), |sum, digit| sum * Fr::from(32u64) + digit);
            assert_eq!(sum, scalar);
        }
    }
}

/// RFC 9380, J.9.1: the message is the empty one there, so the hasher is called with that message.
#[test]
fn points_are_hashed_as_the_rfc_has_it() {
    type Hasher =
        MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>;
    let dst = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";
    let point = Hasher::new(dst).unwrap().hash(b"").unwrap();
    let x = "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1";
    let (got, _) = point.xy().unwrap();
    assert_eq!(got.into_bigint().to_bytes_be(), unhex(x));
    // The message of a generator is its index.
    let point = Hasher::new(b"label")
        .unwrap()
        .hash(&[0, 0, 0, 0, 0, 0, 0, 5])
        .unwrap();
    assert_eq!(
        Bls12381::hash_to_point(b"label", 5),
        G1Projective::from(point)
    );
}

/// The encodings of appendix C of draft-irtf-cfrg-pairing-friendly-curves.
#[test]
fn encodings_have_one_form() {
    let generator = Bls12381::encode_point(&G1Projective::generator());
    let known = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
    assert_eq!(generator, unhex(known));
    let refused = |bytes: &[u8]| Bls12381::decode_point(bytes, "point").is_err();
    let with = |at: usize, byte: u8| {
        let mut bytes = generator.clone();
        bytes[at] = byte;
        bytes
    };
    // Without the flag of compression; with that of infinity; the identity, also with other bytes behind it.
    assert!(refused(&with(0, 0x17)));
    assert!(refused(&with(0, 0xd7)));
    let mut infinity = vec![0; 48];
    infinity[0] = 0xc0;
    assert_eq!(
        Bls12381::decode_point(&infinity, "point"),
        Err(DecodeError::Identity { field: "point" })
    );
    infinity[47] = 1;
    assert!(refused(&infinity));
    infinity[47] = 0;
    infinity[0] = 0xe0;
    assert!(refused(&infinity));
    // x is the order of the field, or above.
    let mut order = unhex("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
    order[0] |= 0x80;
    assert!(refused(&order));
    assert!(refused(&generator[1..]) && refused(&[&generator[..], &[0]].concat()));
    // x = 4 is on the curve, and its point has not the order of the group.
    let mut outside = vec![0; 48];
    (outside[0], outside[47]) = (0x80, 4);
    let x = Fq::from(4u64);
    assert!(G1Affine::get_point_from_x_unchecked(x, false).is_some());
    assert!(refused(&outside));
    let mut scalar = (-Fr::from(1u64)).into_bigint().to_bytes_le();
    assert!(Bls12381::decode_scalar(&scalar, "scalar").is_ok());
    scalar[0] += 1;
    assert!(Bls12381::decode_scalar(&scalar, "scalar").is_err());
}

/// RFC 9380, K.1, gives 32 and 128 bytes; what is expanded to depends on its length, so these are bytes of another program
/// that gives those of the RFC.
#[test]
fn scalars_are_hashed_as_the_rfc_has_it() {
    let tag = b"QUUX-V01-CS02-with-expander-SHA256-128";
    assert_eq!(expand_48(tag, b"abc").to_vec(), unhex("2b877f5f0dfd881405426c6b87b39205ef53a548b0e4d567fc007cb37c6fa1f3b19f42871efefca518ac950c27ac4e28"));
    let scalar = hash_to_scalar(tag, b"abc");
    assert_eq!(
        Bls12381::encode_scalar(&scalar),
        unhex("7062da2608584bdd23ecbe5da17e36b5b94d394a573dfaddfb803ac6062dde25")
    );
}
