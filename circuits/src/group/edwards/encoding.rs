//! Encodings of ristretto255 elements (RFC 9496, 4.3), of many at a time.

use std::array;

#[cfg(target_arch = "x86_64")]
use archmage::{SimdToken, X64V4xToken};
use rayon::prelude::*;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::field::{inverse_sqrt, pow_p58, Field, D, D2, INVSQRT_A_MINUS_D, SQRT_M1};
#[cfg(target_arch = "x86_64")]
use super::lanes;
use super::point::{Affine, Point};

/// Points whose exponentiations are interleaved, where one is done at a time.
const INTERLEAVED: usize = 4;

/// The canonical encodings (RFC 9496, 4.3.2), in constant time.
pub(crate) fn encode(points: &[Point]) -> Vec<[u8; 32]> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = lanes_for(points.len()) {
        return encode_by(points, |x| lanes::pow_p58(token, &x));
    }
    encode_by::<INTERLEAVED>(points, pow_p58)
}

/// Lanes, if there are any and so many points are better in them.
#[cfg(target_arch = "x86_64")]
fn lanes_for(points: usize) -> Option<X64V4xToken> {
    X64V4xToken::summon().filter(|_| points > INTERLEAVED)
}

/// `N` at a time, with a power for so many.
fn encode_by<const N: usize>(
    points: &[Point],
    power: impl Fn([Field; N]) -> [Field; N] + Sync,
) -> Vec<[u8; 32]> {
    let chunks = points.par_chunks(N).flat_map_iter(|chunk| {
        let all = array::from_fn(|i| chunk.get(i).copied().unwrap_or(Point::IDENTITY));
        encode_all(all, &power).into_iter().take(chunk.len())
    });
    chunks.collect()
}

fn encode_all<const N: usize>(
    points: [Point; N],
    power: impl Fn([Field; N]) -> [Field; N],
) -> [[u8; 32]; N] {
    let u1 = points.map(|p| p.z.add(&p.y).mul(&p.z.sub(&p.y)));
    let u2 = points.map(|p| p.x.mul(&p.y));
    let roots = inverse_sqrt(array::from_fn(|i| u1[i].mul(&u2[i].square())), power);
    array::from_fn(|i| {
        let (Point { x, y, z, t }, (_, root)) = (points[i], roots[i]);
        let den1 = root.mul(&u1[i]);
        let den2 = root.mul(&u2[i]);
        let z_inv = den1.mul(&den2).mul(&t);
        let rotate = t.mul(&z_inv).is_negative();
        let (ix, iy) = (x.mul(&SQRT_M1), y.mul(&SQRT_M1));
        let enchanted = den1.mul(&INVSQRT_A_MINUS_D);
        let x = Field::conditional_select(&x, &iy, rotate);
        let y = Field::conditional_select(&y, &ix, rotate);
        let den_inv = Field::conditional_select(&den2, &enchanted, rotate);
        let negative = x.mul(&z_inv).is_negative();
        let y = Field::conditional_select(&y, &y.neg(), negative);
        den_inv.mul(&z.sub(&y)).abs().to_bytes()
    })
}

/// The elements that consecutive 32-byte strings canonically encode (RFC 9496, 4.3.1); nothing
/// for the identity and whatever is no such encoding. In variable time only as to which of the
/// strings are refused.
pub(crate) fn decode(bytes: &[u8]) -> Vec<Option<Affine>> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = lanes_for(bytes.len() / 32) {
        return decode_by(bytes, |x| lanes::pow_p58(token, &x));
    }
    decode_by::<INTERLEAVED>(bytes, pow_p58)
}

/// `N` at a time, with a power for so many.
fn decode_by<const N: usize>(
    bytes: &[u8],
    power: impl Fn([Field; N]) -> [Field; N] + Sync,
) -> Vec<Option<Affine>> {
    let chunks = bytes.par_chunks(32 * N).flat_map_iter(|chunk| {
        let mut all = [[0; 32]; N];
        let strings = chunk.chunks_exact(32);
        let count = strings.len();
        for (to, from) in all.iter_mut().zip(strings) {
            to.copy_from_slice(from);
        }
        decode_all(all, &power).into_iter().take(count)
    });
    chunks.collect()
}

fn decode_all<const N: usize>(
    bytes: [[u8; 32]; N],
    power: impl Fn([Field; N]) -> [Field; N],
) -> [Option<Affine>; N] {
    let s = bytes.map(|bytes| Field::from_bytes(&bytes));
    let ss = s.map(|s| s.square());
    let u1 = ss.map(|ss| Field::ONE.sub(&ss));
    let u2 = ss.map(|ss| Field::ONE.add(&ss));
    let u2_squared = u2.map(|u2| u2.square());
    let v: [Field; N] = array::from_fn(|i| D.mul(&u1[i].square()).neg().sub(&u2_squared[i]));
    let roots = inverse_sqrt(array::from_fn(|i| v[i].mul(&u2_squared[i])), power);
    array::from_fn(|i| {
        let (square, root) = roots[i];
        let den_x = root.mul(&u2[i]);
        let den_y = root.mul(&den_x).mul(&v[i]);
        let x = s[i].add(&s[i]).mul(&den_x).abs();
        let y = u1[i].mul(&den_y);
        let t = x.mul(&y);
        let canonical = Choice::from(u8::from(s[i].to_bytes() == bytes[i])) & !s[i].is_negative();
        let valid = canonical & square & !t.is_negative() & !y.ct_eq(&Field::ZERO);
        let identity: Choice = s[i].ct_eq(&Field::ZERO);
        let affine = Affine {
            sum: y.add(&x),
            difference: y.sub(&x),
            product: t.mul(&D2),
        };
        bool::from(valid & !identity).then_some(affine)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::edwards::normalise;
    use crate::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_BASE};
    use crate::group::Group;
    use proptest::prelude::*;

    fn multiple(k: u64) -> KeyPoint {
        KeyScalar::from(k) * KEY_BASE
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn elements_and_sums_are_those_of_dalek(a in 1u64.., b in 1u64..) {
            let encoded = [Ristretto::encode_point(&multiple(a)), Ristretto::encode_point(&multiple(b))];
            let decoded = decode(&encoded.concat());
            let (p, q) = (decoded[0].unwrap(), decoded[1].unwrap());
            let mut mixed = p.extended();
            mixed += &q;
            let double = p.extended().double();
            let sums = [p.extended(), mixed, p.extended() + q.extended(), mixed.sub_affine(&q), double];
            let want = [multiple(a), multiple(a) + multiple(b), multiple(a) + multiple(b), multiple(a), multiple(a) + multiple(a)];
            let want: Vec<_> = want.iter().map(Ristretto::encode_point).collect();
            prop_assert_eq!(encode(&sums).iter().map(|e| e.to_vec()).collect::<Vec<_>>(), want.clone());
            let again: Vec<Point> = normalise(&sums).iter().map(Affine::extended).collect();
            prop_assert_eq!(encode(&again).iter().map(|e| e.to_vec()).collect::<Vec<_>>(), want);
        }

        #[test]
        fn bytes_are_refused_as_dalek_refuses_them(mut bytes: [u8; 32], high in 0u8..8) {
            for top in [bytes[31], 0, 0x7f, 0xff >> high] {
                bytes[31] = top;
                let want = Ristretto::decode_point(&bytes, "p").ok();
                let got = decode(&bytes)[0];
                prop_assert_eq!(got.is_some(), want.is_some());
                if got.is_some() {
                    prop_assert_eq!(encode(&[got.unwrap().extended()])[0], bytes);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// As many as are done in lanes, valid and not, beside each by itself.
        #[test]
        fn many_are_each_by_itself(strings in prop::collection::vec((any::<[u8; 32]>(), 0u64..4), 5..40)) {
            let string = |(bytes, k): &([u8; 32], u64)| match k {
                0 | 1 => *bytes,
                k => Ristretto::encode_point(&multiple(*k)).try_into().unwrap(),
            };
            let strings: Vec<[u8; 32]> = strings.iter().map(string).collect();
            let decoded = decode(&strings.concat());
            prop_assert_eq!(decoded.len(), strings.len());
            let points: Vec<Point> = decoded.iter().flatten().map(Affine::extended).collect();
            let encoded = encode(&points);
            let mut both = points.iter().zip(&encoded);
            for (string, decoded) in strings.iter().zip(&decoded) {
                prop_assert_eq!(decode(string)[0].is_some(), decoded.is_some());
                if decoded.is_some() {
                    let (point, encoded) = both.next().unwrap();
                    prop_assert_eq!(encoded, string);
                    prop_assert_eq!(encode(&[*point])[0], *string);
                }
            }
        }
    }

    /// The invalid encodings of RFC 9496, appendix A.3, by the step of 4.3.1 that refuses them.
    #[test]
    fn invalid_encodings_are_refused() {
        let bad = [
            // Non-canonical field elements.
            "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // Negative field elements.
            "0100000000000000000000000000000000000000000000000000000000000000",
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // Non-square x^2.
            "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
            "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
            // Negative x y.
            "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
            // s = -1, which makes y = 0.
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // The identity, which this decoder leaves out.
            "0000000000000000000000000000000000000000000000000000000000000000",
        ];
        for hex in bad {
            let bytes: Vec<u8> = (0..32)
                .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
                .collect();
            assert!(decode(&bytes)[0].is_none(), "{hex}");
            assert!(Ristretto::decode_point(&bytes, "p").is_err(), "{hex}");
        }
        assert_eq!(encode(&[Point::IDENTITY])[0], [0; 32]);
    }
}
