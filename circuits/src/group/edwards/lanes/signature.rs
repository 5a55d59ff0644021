//! Equations of signatures of Ed25519, eight at a time.

use std::array;

use archmage::X64V4xToken;
use ark_curve25519::Fr;
use ark_ff::AdditiveGroup;
use rayon::prelude::*;
use subtle::ConditionallySelectable;

use super::{double_base, pow_p58, Eights, LANES, TOGETHER as POWERS};
use crate::group::edwards::equation::Equation;
use crate::group::edwards::field::{inverse_sqrt, Field, D, D2};
use crate::group::edwards::point::Affine;

/// Equations that one inversion serves.
const TOGETHER: usize = 8 * LANES;

/// The encoding of the base, of which `y` is `4/5`.
const BASE: [u8; 32] = {
    let mut bytes = [0x66; 32];
    bytes[0] = 0x58;
    bytes
};

/// The encodings of the points of small order, without the bit of the sign.
const SMALL: [[u8; 32]; 5] = {
    let (mut one, mut minus_one) = ([0; 32], [0xff; 32]);
    one[0] = 1;
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    let of_order_8 = [
        38, 232, 149, 143, 194, 178, 39, 176, 69, 195, 244, 137, 242, 239, 152, 240, 213, 223, 172,
        5, 211, 198, 51, 57, 177, 56, 2, 136, 109, 83, 252, 5,
    ];
    let other = [
        199, 23, 106, 112, 61, 77, 216, 79, 186, 60, 11, 118, 13, 16, 103, 15, 42, 32, 83, 250, 44,
        57, 204, 198, 78, 199, 253, 119, 146, 172, 3, 122,
    ];
    [[0; 32], one, minus_one, of_order_8, other]
};

/// For each equation, whether it holds. In parallel.
pub(crate) fn hold(token: X64V4xToken, equations: &[Equation]) -> Vec<bool> {
    let base = decoded(token, &[BASE; POWERS])[0]
        .expect("the base is a point")
        .affine();
    let chunks = equations.par_chunks(TOGETHER);
    chunks
        .flat_map_iter(|equations| hold_together(token, &base, equations))
        .collect()
}

/// Whether each string encodes a point that is not of small order; `y` need not be reduced. In parallel.
pub(crate) fn are_keys(token: X64V4xToken, encoded: &[[u8; 32]]) -> Vec<bool> {
    let chunks = encoded.par_chunks(POWERS);
    let all = chunks.flat_map_iter(|chunk| {
        let points = decoded(token, &array::from_fn(|i| *chunk.get(i).unwrap_or(&BASE)));
        let both = chunk.iter().zip(points);
        both.map(|(encoded, point)| point.is_some() && !is_small(encoded))
    });
    all.collect()
}

fn hold_together(token: X64V4xToken, base: &Affine, equations: &[Equation]) -> Vec<bool> {
    let mut keys = Vec::with_capacity(equations.len());
    for chunk in equations.chunks(POWERS) {
        let encoded = array::from_fn(|i| chunk.get(i).map_or(BASE, |it| it.key));
        keys.extend(decoded(token, &encoded).into_iter().take(chunk.len()));
    }
    let eights = |at: usize| Eights {
        negative: array::from_fn(|lane| {
            let key = keys.get(at + lane).copied().flatten();
            key.map_or(Affine::IDENTITY, |key| -key.affine())
        }),
        h: array::from_fn(|lane| equations.get(at + lane).map_or(Fr::ZERO, |it| it.challenge)),
        s: array::from_fn(|lane| equations.get(at + lane).map_or(Fr::ZERO, |it| it.response)),
    };
    let eights: Vec<Eights> = (0..equations.len()).step_by(LANES).map(eights).collect();
    let sums = double_base(token, base, &eights);
    let sums = sums.iter().flatten();
    let of_all = equations.iter().zip(&keys).zip(sums);
    of_all
        .map(|((equation, key), (x, y))| {
            let whole = !is_small(&equation.key) && !is_small(&equation.commitment);
            key.is_some() && whole && encoded(x, y) == equation.commitment
        })
        .collect()
}

/// A point in plain affine coordinates.
#[derive(Debug, Clone, Copy)]
struct Coordinates {
    x: Field,
    y: Field,
}

impl Coordinates {
    fn affine(&self) -> Affine {
        Affine {
            sum: self.y.add(&self.x),
            difference: self.y.sub(&self.x),
            product: self.x.mul(&self.y).mul(&D2),
        }
    }
}

/// The points that strings encode (RFC 8032, section 5.1.3), but that `y` need not be reduced; nothing for what encodes none, and for
/// the two points whose `x` is 0.
fn decoded(token: X64V4xToken, encoded: &[[u8; 32]; POWERS]) -> [Option<Coordinates>; POWERS] {
    let y = encoded.map(|bytes| Field::from_bytes(&bytes));
    let squares = y.map(|y| y.square());
    let u = squares.map(|yy| yy.sub(&Field::ONE));
    let v = squares.map(|yy| yy.mul(&D).add(&Field::ONE));
    // `u / v = u^2 / (u v)`
    let products = array::from_fn(|i| u[i].mul(&v[i]));
    let roots = inverse_sqrt(products, |x| pow_p58(token, &x));
    array::from_fn(|i| {
        let (is_square, root) = roots[i];
        let x = u[i].mul(&root).abs();
        let x = Field::conditional_select(&x, &x.neg(), (encoded[i][31] >> 7).into());
        bool::from(is_square).then_some(Coordinates { x, y: y[i] })
    })
}

/// The encoding of a point.
fn encoded(x: &Field, y: &Field) -> [u8; 32] {
    let mut bytes = y.to_bytes();
    bytes[31] |= x.is_negative().unwrap_u8() << 7;
    bytes
}

/// Whether these bytes encode a point of small order, canonically or not.
fn is_small(bytes: &[u8; 32]) -> bool {
    SMALL.contains(&Field::from_bytes(bytes).to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::from_dalek;
    use archmage::SimdToken;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};
    use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
    use curve25519_dalek::traits::IsIdentity;
    use curve25519_dalek::Scalar;
    use proptest::prelude::*;

    /// What the library for signatures computes for one at a time.
    fn strict(key: &[u8; 32], commitment: &[u8; 32], s: &Scalar, h: &Scalar) -> bool {
        let decoded = |bytes| CompressedEdwardsY(bytes).decompress();
        let (Some(a), Some(r)) = (decoded(*key), decoded(*commitment)) else {
            return false;
        };
        let sum = EdwardsPoint::vartime_double_scalar_mul_basepoint(h, &-a, s);
        let small = |point: EdwardsPoint| point.mul_by_cofactor().is_identity();
        sum.compress().as_bytes() == commitment && !small(a) && !small(r)
    }

    fn equation(key: [u8; 32], commitment: [u8; 32], s: &Scalar, h: &Scalar) -> Equation {
        Equation {
            key,
            commitment,
            response: from_dalek(s),
            challenge: from_dalek(h),
        }
    }

    fn scalar(seed: u64) -> Scalar {
        let mut bytes = [0; 64];
        for (at, bytes) in bytes.chunks_exact_mut(8).enumerate() {
            let word = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * at as u64);
            bytes.copy_from_slice(&(word ^ word >> 29).to_le_bytes());
        }
        Scalar::from_bytes_mod_order_wide(&bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Keys and commitments with parts of small order, and challenges that cancel them or do not; 1 to 140 together.
        #[test]
        fn they_are_those_of_dalek(seed: u32, count in 1usize..140) {
            let mut seen = [0; 2];
            let mut all = Vec::new();
            for at in 0..count as u64 {
                let seed = u64::from(seed) * 1000 + at;
                let (a, r, h) = (scalar(seed), scalar(seed + 77), scalar(seed + 154));
                let h = match at % 7 { 0 => Scalar::ZERO, 1 => -Scalar::ONE, 2 => Scalar::from(seed), _ => h };
                let torsion = EIGHT_TORSION[(at % 3 * at) as usize % 8];
                // As h times the part of small order, right or wrong.
                let times = (h.as_bytes()[0] & 7) as usize * (at % 3 * at) as usize + at as usize / 5 % 2;
                let key = if at % 11 == 10 { torsion } else { a * B + torsion };
                let commitment = if at % 13 == 12 {
                    EIGHT_TORSION[at as usize % 8]
                } else {
                    r * B - EIGHT_TORSION[times % 8]
                };
                let s = if at % 13 == 12 { h * a } else { r + h * a };
                let (key, commitment) = (key.compress().to_bytes(), commitment.compress().to_bytes());
                let want = strict(&key, &commitment, &s, &h);
                seen[usize::from(want)] += 1;
                all.push((equation(key, commitment, &s, &h), want));
            }
            let equations: Vec<Equation> = all.iter().map(|(equation, _)| *equation).collect();
            if let Some(held) = X64V4xToken::summon().map(|token| hold(token, &equations)) {
                let want: Vec<bool> = all.iter().map(|(_, want)| *want).collect();
                prop_assert_eq!(held, want);
                prop_assert!(count < 40 || seen.iter().all(|&seen| seen > 0));
            }
        }

        /// Any bytes for key and commitment, and bytes near the prime.
        #[test]
        fn any_bytes_are_taken_as_dalek_takes_them(keys in prop::collection::vec(any::<[u8; 32]>(), 1..30), low: u8, top: u8) {
            let mut near = [0xff; 32];
            (near[0], near[31]) = (low, top);
            let (s, h) = (scalar(u64::from(low)), scalar(u64::from(top)));
            let equations: Vec<(Equation, bool)> = keys.into_iter().chain([near]).map(|key| {
                let decoded = CompressedEdwardsY(key).decompress().unwrap_or(B);
                let sum = EdwardsPoint::vartime_double_scalar_mul_basepoint(&h, &-decoded, &s);
                let commitment = sum.compress().to_bytes();
                (equation(key, commitment, &s, &h), strict(&key, &commitment, &s, &h))
            }).collect();
            let only: Vec<Equation> = equations.iter().map(|it| it.0).collect();
            if let Some(held) = X64V4xToken::summon().map(|token| hold(token, &only)) {
                prop_assert_eq!(held, equations.iter().map(|it| it.1).collect::<Vec<_>>());
            }
        }
    }

    /// The number times any point, its part of small order too, by doubling and adding.
    fn times(number: &Scalar, point: &EdwardsPoint) -> EdwardsPoint {
        let bits = number.as_bytes().iter().rev();
        let bits = bits.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        bits.fold(EIGHT_TORSION[0], |sum, bit| {
            let double = sum + sum;
            if bit == 1 {
                double + point
            } else {
                double
            }
        })
    }

    /// Scalars with the smallest and the largest digits.
    fn edges() -> Vec<Scalar> {
        let small = [0u64, 1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 8191, 8192].map(Scalar::from);
        let below = [1u64, 2, 8, 9, 64].map(|x| -Scalar::from(x));
        let nibbles = [0x88, 0x77, 0x80, 0x78, 0xff, 0x40, 0x3f].map(|byte| {
            let mut bytes = [byte; 32];
            bytes[31] &= 0x0f;
            Scalar::from_bytes_mod_order(bytes)
        });
        let digits = [64u64, 63, 127].map(|digit| {
            let above = |sum: Scalar, _| sum * Scalar::from(128u64) + Scalar::from(digit);
            (0..35).fold(Scalar::ZERO, above)
        });
        [&small[..], &below, &nibbles, &digits].concat()
    }

    /// That the answers are those of the library, of which there are some of both kinds.
    fn assert_strict(all: &[([u8; 32], [u8; 32], Scalar, Scalar)]) {
        let equations = all
            .iter()
            .map(|(key, commitment, s, h)| equation(*key, *commitment, s, h));
        let want = all
            .iter()
            .map(|(key, commitment, s, h)| strict(key, commitment, s, h));
        let (equations, want): (Vec<_>, Vec<_>) = (equations.collect(), want.collect());
        assert!(want.contains(&true) && want.contains(&false));
        if let Some(held) = X64V4xToken::summon().map(|token| hold(token, &equations)) {
            assert_eq!(held, want);
        }
    }

    #[test]
    fn scalars_at_the_edges_of_digits_and_keys_of_any_order() {
        let edges = edges();
        let mut all = Vec::new();
        for (i, h) in edges.iter().enumerate() {
            for (j, s) in edges.iter().enumerate() {
                let torsion = EIGHT_TORSION[(i * 3 + j) % 8];
                let key = scalar((i * 100 + j) as u64) * B + torsion;
                let sum = s * B - times(h, &key);
                let off = sum + EIGHT_TORSION[1 + j % 7];
                let encode = |point: EdwardsPoint| point.compress().to_bytes();
                let mut turned = encode(sum);
                turned[31] ^= 0x80;
                all.extend([encode(sum), encode(off), turned].map(|r| (encode(key), r, *s, *h)));
                let sum = s * B - times(h, &torsion);
                all.push((encode(torsion), encode(sum), *s, *h));
            }
        }
        assert_strict(&all);
    }

    /// As keys with the commitment that fits, and as commitments of a key that fits.
    #[test]
    fn coordinates_that_are_not_reduced() {
        let mut all = Vec::new();
        for (low, sign) in (0u8..19).flat_map(|low| [(low, 0), (low, 0x80)]) {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + low, 0x7f | sign);
            let mut reduced = [0; 32];
            (reduced[0], reduced[31]) = (low, sign);
            let (s, h) = (scalar(u64::from(low)), scalar(u64::from(sign) + 1));
            let Some(point) = CompressedEdwardsY(bytes).decompress() else {
                continue;
            };
            for key in [bytes, reduced] {
                all.push((key, (s * B - times(&h, &point)).compress().to_bytes(), s, h));
            }
            // With h = 1, the negative of a commitment is its key.
            let key = (-point).compress().to_bytes();
            all.extend([bytes, reduced].map(|r| (key, r, Scalar::ZERO, Scalar::ONE)));
        }
        assert_strict(&all);
    }

    /// Whoever takes what encodes no point for the identity takes any signature of it.
    #[test]
    fn keys_that_encode_no_point_have_signed_nothing() {
        let (s, h) = (scalar(5), scalar(6));
        let commitment = (s * B).compress().to_bytes();
        let mut nothing = 0;
        let mut all = vec![(BASE, (s * B - h * B).compress().to_bytes(), s, h)];
        for low in 0..=255 {
            let mut key = [7; 32];
            key[0] = low;
            nothing += usize::from(CompressedEdwardsY(key).decompress().is_none());
            all.push((key, commitment, s, h));
        }
        assert!(nothing > 50);
        assert_strict(&all);
    }

    #[test]
    fn keys_are_those_of_dalek() {
        let of = |at: u64| scalar(at).to_bytes();
        let multiples = (0..50).map(|at| {
            (scalar(at) * B + EIGHT_TORSION[at as usize % 8])
                .compress()
                .to_bytes()
        });
        let small = EIGHT_TORSION
            .iter()
            .map(|point| point.compress().to_bytes());
        let near = (0..=255).map(|low| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, 0x7f | low << 7);
            bytes
        });
        let all: Vec<[u8; 32]> = (0..50)
            .map(of)
            .chain(multiples)
            .chain(small)
            .chain(near)
            .collect();
        let want = all.iter().map(|bytes| {
            let point = CompressedEdwardsY(*bytes).decompress();
            point.is_some_and(|point| !point.mul_by_cofactor().is_identity())
        });
        let want: Vec<bool> = want.collect();
        assert!(want.contains(&true) && want.contains(&false));
        if let Some(keys) = X64V4xToken::summon().map(|token| are_keys(token, &all)) {
            assert_eq!(keys, want);
        }
    }

    #[test]
    fn points_of_small_order_are_known_by_all_their_encodings() {
        for point in EIGHT_TORSION {
            let mut bytes = point.compress().to_bytes();
            assert!(is_small(&bytes));
            bytes[31] ^= 0x80;
            assert!(is_small(&bytes));
        }
        // y = p and y = p + 1.
        for low in [0xed, 0xee] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, 0x7f);
            assert!(is_small(&bytes));
        }
        assert!(!is_small(&BASE));
        assert_eq!(B.compress().to_bytes(), BASE);
    }
}
