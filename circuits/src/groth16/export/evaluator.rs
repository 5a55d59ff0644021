//! What a contract does with an export, written from EIP-2537 and from `specs/proofs.md` 8.11, and not from the code that
//! exports: precompiles that take and give bytes, and a verifier above them. Rules can be left out, to see what they stop.

use ark_bls12_381::{Bls12_381, Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::{Pairing as _, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, BigInteger384, PrimeField, Zero};
use sha2::{Digest as _, Sha256};

/// Why a call fails, or a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Bytes of a wrong number.
    Length,
    /// A coordinate that is not below `p`, or has something in its first 16 bytes.
    Field,
    /// Coordinates of no point.
    Curve,
    /// A point outside the subgroup.
    Subgroup,
    /// A scalar that is not below `r`: the contract looks, since the precompile takes it.
    Scalar,
    /// A point at infinity: the contract looks, since the precompiles take it.
    Infinity,
    /// An equation.
    Pairing,
    OverKey,
    OverRow,
}

/// What a contract has from elsewhere than the prover, in the encoding of EIP-2537.
#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) alpha: Vec<u8>,
    pub(crate) beta: Vec<u8>,
    pub(crate) gamma: Vec<u8>,
    pub(crate) delta: Vec<u8>,
    pub(crate) eta: Vec<u8>,
    pub(crate) ic: Vec<Vec<u8>>,
    pub(crate) row: Vec<Vec<u8>>,
    pub(crate) prefix: Vec<u8>,
    /// The rule that it leaves out.
    pub(crate) without: Option<Refused>,
}

/// A call: address, input, output.
pub(crate) type Called = (u8, Vec<u8>, Vec<u8>);

const TAG: &[u8] = b"veragg/2 groth16 link";
const R: &str = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

impl Contract {
    /// Whether it accepts this calldata as of this client; and its calls, in order.
    pub(crate) fn verify(&self, client: u32, calldata: &[u8]) -> Result<Vec<Called>, Refused> {
        let columns = self.ic.len() - 1;
        self.require(calldata.len() == 1024 + 32 * (columns + 2), Refused::Length)?;
        let mut rest = calldata;
        let mut take = |len: usize| {
            let (taken, behind) = rest.split_at(len);
            rest = behind;
            taken
        };
        let (a, b, q) = (take(128), take(256), take(128));
        let (phat, chat, r_p, r_c) = (take(128), take(128), take(128), take(128));
        let z: Vec<&[u8]> = (0..columns).map(|_| take(32)).collect();
        let (z_sigma, z_r) = (take(32), take(32));
        for point in [a, b, q, phat, chat, r_p, r_c] {
            let is_infinity = point.iter().all(|byte| *byte == 0);
            self.require(!is_infinity, Refused::Infinity)?;
        }
        let r = unhex(R);
        for scalar in z.iter().chain([&z_sigma, &z_r]) {
            // Of one length, so that the order of bytes is that of numbers.
            self.require(*scalar < &r[..], Refused::Scalar)?;
        }

        let mut calls = Vec::new();
        let mut message = self.prefix.clone();
        message.extend(client.to_be_bytes());
        message.extend(compress_g1(a));
        message.extend(compress_g2(b));
        for point in [q, phat, chat, r_p, r_c] {
            message.extend(compress_g1(point));
        }
        let e = challenge(&message, &mut calls);

        let (inputs, call) = self.g1_add([&self.ic[0][..], phat].concat())?;
        calls.push(call);
        let pairs = [
            (&negated(a)[..], b),
            (&self.alpha, &self.beta),
            (&inputs, &self.gamma),
            (q, &self.delta),
        ];
        let pairs: Vec<u8> = pairs
            .iter()
            .flat_map(|(one, two)| [*one, *two].concat())
            .collect();
        let (is_one, call) = self.pairing_check(pairs)?;
        calls.push(call);
        self.require(is_one, Refused::Pairing)?;

        let minus_e = subtract(&r, &e);
        let minus_one = subtract(&r, &word(1));
        let over_key = self.ic[1..].iter().chain([&self.eta]);
        let over_row = self.row.iter();
        for (bases, last, committed, announced, rule) in [
            (
                over_key.collect::<Vec<_>>(),
                z_sigma,
                phat,
                r_p,
                Refused::OverKey,
            ),
            (over_row.collect(), z_r, chat, r_c, Refused::OverRow),
        ] {
            let scalars = z.iter().copied().chain([last]);
            let terms = bases.iter().zip(scalars);
            let mut input: Vec<u8> = terms
                .flat_map(|(base, scalar)| [&base[..], scalar].concat())
                .collect();
            input.extend([committed, &minus_e, announced, &minus_one].concat());
            let (sum, call) = self.g1_msm(input)?;
            calls.push(call);
            self.require(sum.iter().all(|byte| *byte == 0), rule)?;
        }
        Ok(calls)
    }

    fn require(&self, holds: bool, rule: Refused) -> Result<(), Refused> {
        (holds || self.without == Some(rule))
            .then_some(())
            .ok_or(rule)
    }

    /// 0x0b.
    fn g1_add(&self, input: Vec<u8>) -> Result<(Vec<u8>, Called), Refused> {
        let (one, two) = input.split_at_checked(128).ok_or(Refused::Length)?;
        let sum = encode_g1((g1(one)? + g1(two)?).into_affine());
        Ok((sum.clone(), (0x0b, input, sum)))
    }

    /// 0x0c.
    fn g1_msm(&self, input: Vec<u8>) -> Result<(Vec<u8>, Called), Refused> {
        if input.is_empty() || !input.len().is_multiple_of(160) {
            return Err(Refused::Length);
        }
        let mut sum = G1Projective::zero();
        for term in input.chunks(160) {
            let point = g1(&term[..128])?;
            self.require(
                point.is_in_correct_subgroup_assuming_on_curve(),
                Refused::Subgroup,
            )?;
            // The scalar is any number of 256 bits.
            let limbs = term[128..].rchunks(8);
            let limbs = limbs.map(|limb| u64::from_be_bytes(limb.try_into().unwrap()));
            sum += point.mul_bigint(limbs.collect::<Vec<_>>());
        }
        let sum = encode_g1(sum.into_affine());
        Ok((sum.clone(), (0x0c, input, sum)))
    }

    /// 0x0f.
    fn pairing_check(&self, input: Vec<u8>) -> Result<(bool, Called), Refused> {
        if input.is_empty() || !input.len().is_multiple_of(384) {
            return Err(Refused::Length);
        }
        let (mut ones, mut twos) = (Vec::new(), Vec::new());
        for pair in input.chunks(384) {
            let (one, two) = (g1(&pair[..128])?, g2(&pair[128..])?);
            let inside = one.is_in_correct_subgroup_assuming_on_curve()
                && two.is_in_correct_subgroup_assuming_on_curve();
            self.require(inside, Refused::Subgroup)?;
            ones.push(one);
            twos.push(two);
        }
        let is_one = Bls12_381::multi_pairing(ones, twos) == PairingOutput::zero();
        Ok((is_one, (0x0f, input, word(is_one.into()))))
    }
}

/// `hash_to_field` to one scalar, by three calls of 0x02 (RFC 9380, 5.2 and 5.3.1).
fn challenge(message: &[u8], calls: &mut Vec<Called>) -> Vec<u8> {
    let tag = [TAG, &[TAG.len() as u8]].concat();
    let mut sha = |input: Vec<u8>| {
        let output = Sha256::digest(&input).to_vec();
        calls.push((0x02, input, output.clone()));
        output
    };
    let zeroth = sha([&[0; 64], message, &[0, 48], &[0], &tag].concat());
    let first = sha([&zeroth[..], &[1], &tag].concat());
    let both: Vec<u8> = zeroth.iter().zip(&first).map(|(a, b)| a ^ b).collect();
    let second = sha([&both[..], &[2], &tag].concat());
    let uniform = [&first[..], &second[..16]].concat();
    Fr::from_be_bytes_mod_order(&uniform)
        .into_bigint()
        .to_bytes_be()
}

fn fp(bytes: &[u8]) -> Result<Fq, Refused> {
    let (padding, bytes) = bytes.split_at(16);
    let limbs: Vec<u64> = bytes
        .rchunks(8)
        .map(|limb| u64::from_be_bytes(limb.try_into().unwrap()))
        .collect();
    let number = BigInteger384::new(limbs.try_into().unwrap());
    let number = Fq::from_bigint(number).filter(|_| padding == [0; 16]);
    number.ok_or(Refused::Field)
}

fn g1(bytes: &[u8]) -> Result<G1Affine, Refused> {
    if bytes.len() != 128 {
        return Err(Refused::Length);
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(fp(&bytes[..64])?, fp(&bytes[64..])?);
    point.is_on_curve().then_some(point).ok_or(Refused::Curve)
}

fn g2(bytes: &[u8]) -> Result<G2Affine, Refused> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G2Affine::identity());
    }
    let c: Vec<Fq> = bytes.chunks(64).map(fp).collect::<Result<_, _>>()?;
    let point = G2Affine::new_unchecked(Fq2::new(c[0], c[1]), Fq2::new(c[2], c[3]));
    point.is_on_curve().then_some(point).ok_or(Refused::Curve)
}

fn encode_g1(point: G1Affine) -> Vec<u8> {
    let Some((x, y)) = point.xy() else {
        return vec![0; 128];
    };
    let coordinate = |x: Fq| [vec![0; 16], x.into_bigint().to_bytes_be()].concat();
    [coordinate(x), coordinate(y)].concat()
}

/// Whether a coordinate is above `(p - 1)/2`, as numbers.
fn is_large(coordinate: &[u8]) -> bool {
    let half = Fq::MODULUS_MINUS_ONE_DIV_TWO.to_bytes_be();
    coordinate[16..] > half[..]
}

/// The compressed encoding of a point, by bytes alone, as a contract makes it. (Of infinity only without the rule.)
fn compress_g1(point: &[u8]) -> Vec<u8> {
    if point.iter().all(|byte| *byte == 0) {
        return [vec![0xc0], vec![0; 47]].concat();
    }
    let mut bytes = point[16..64].to_vec();
    bytes[0] |= 0x80 | u8::from(is_large(&point[64..])) << 5;
    bytes
}

fn compress_g2(point: &[u8]) -> Vec<u8> {
    let c: Vec<&[u8]> = point.chunks(64).collect();
    let mut bytes = [&c[1][16..], &c[0][16..]].concat();
    // The second coefficient decides, unless it is 0.
    let large = match c[3].iter().all(|byte| *byte == 0) {
        true => is_large(c[2]),
        false => is_large(c[3]),
    };
    bytes[0] |= 0x80 | u8::from(large) << 5;
    bytes
}

/// The negative of a point that is not infinity, whose coordinates nobody has looked at: the precompile will.
fn negated(point: &[u8]) -> Vec<u8> {
    let p = [vec![0; 16], Fq::MODULUS.to_bytes_be()].concat();
    [&point[..64], &subtract(&p, &point[64..])].concat()
}

/// `a - b` of big-endian numbers of one length, without what is borrowed at the end, as a machine of words has it.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let digits = a.iter().zip(b).rev().map(|(a, b)| {
        let difference = i16::from(*a) - i16::from(*b) - borrow;
        borrow = i16::from(difference < 0);
        difference as u8
    });
    let mut digits: Vec<u8> = digits.collect();
    digits.reverse();
    digits
}

fn word(number: u8) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[31] = number;
    bytes
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let pairs = digits.chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}
