//! All three equations, as a contract checks them with the precompiles of EIP-2537 (`specs/proofs.md` 8.11).

use ark_bls12_381::{Fq, Fq2};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, One, PrimeField};
use sha2::{Digest as _, Sha256};

use super::{gas, Export};
use crate::groth16::proof::LINK;
use crate::group::bls12381::{Fr, G1Affine, G2Affine};

/// Bytes of an encoded element of `G1`, and of one of `G2`.
pub const G1_LEN: usize = 128;
/// Bytes of an encoded element of `G2`.
pub const G2_LEN: usize = 256;
/// Bytes of a scalar.
pub const SCALAR_LEN: usize = 32;

/// A precompile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precompile {
    /// SHA-256.
    Sha256 = 0x02,
    /// The sum of two points of `G1`. **It does not check the subgroup.**
    G1Add = 0x0b,
    /// A sum of multiples in `G1`.
    G1Msm = 0x0c,
    /// Whether a product of pairings is 1.
    PairingCheck = 0x0f,
}

/// A call that a contract makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it is for.
    pub purpose: &'static str,
    /// Whom it calls.
    pub to: Precompile,
    /// What it sends.
    pub input: Vec<u8>,
    /// What must come back.
    pub output: Vec<u8>,
    /// What the precompile takes for it.
    pub gas: u64,
}

/// What a contract knows of the key and of the generators, before there is a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constants {
    /// `[alpha]_1`.
    pub alpha: Vec<u8>,
    /// `[beta]_2`.
    pub beta: Vec<u8>,
    /// `g_2`.
    pub gamma: Vec<u8>,
    /// `[delta]_2`.
    pub delta: Vec<u8>,
    /// `eta`.
    pub eta: Vec<u8>,
    /// `IC_0, .., IC_C`.
    pub ic: Vec<Vec<u8>>,
    /// `G_0, .., G_(C-1), H`.
    pub row: Vec<Vec<u8>>,
}

/// What the contract's work costs, as far as it can be told without the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gas {
    /// What the precompiles take.
    pub precompiles: u64,
    /// What it costs to call them.
    pub calls: u64,
    /// What the transaction pays for [`Eip2537::calldata`].
    pub calldata: u64,
}

impl Gas {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.precompiles + self.calls + self.calldata
    }
}

/// A proof, and everything that a contract does to verify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eip2537 {
    /// What a contract must have from elsewhere than the prover.
    pub constants: Constants,
    /// The first part of what is hashed, which is the same for all clients of a round.
    pub prefix: [u8; 32],
    /// The client's number.
    pub client: u32,
    /// What the prover sends: `A, B, Q, Phat, Chat, R_P, R_C, z_0, .., z_(C-1), z_sigma, z_r`.
    pub calldata: Vec<u8>,
    /// What is hashed: the prefix, the client, and the elements in their compressed encodings.
    pub message: Vec<u8>,
    /// The domain separation tag of the hash.
    pub tag: &'static [u8],
    /// The challenge.
    pub e: [u8; SCALAR_LEN],
    /// The calls, in order.
    pub calls: Vec<Call>,
}

impl Export<'_> {
    /// Everything that a contract needs to check all three equations.
    pub fn eip2537(&self) -> Eip2537 {
        let Self { key, .. } = self;
        let [first, second, third] = hashes(&self.message);
        let mut calls = vec![first, second, third];
        calls.extend(self.pairing_calls());
        calls.push(self.link_call(0));
        calls.push(self.link_call(1));
        Eip2537 {
            constants: Constants {
                alpha: g1(&key.alpha),
                beta: g2(&key.beta),
                gamma: g2(&G2Affine::generator()),
                delta: g2(&key.delta),
                eta: g1(&key.eta),
                ic: key.ic.iter().map(g1).collect(),
                row: self.row.iter().map(g1).collect(),
            },
            prefix: self.prefix,
            client: self.client,
            calldata: self.calldata(),
            message: self.message.clone(),
            tag: LINK,
            e: scalar(&self.e),
            calls,
        }
    }

    fn calldata(&self) -> Vec<u8> {
        let (elements, responses) = (self.elements, self.responses);
        let mut bytes = g1(&elements.a);
        bytes.extend(g2(&elements.b));
        let rest = [
            &elements.q,
            &elements.packed,
            &elements.row,
            &elements.announced_packed,
            &elements.announced_row,
        ];
        bytes.extend(rest.into_iter().flat_map(g1));
        let last = [&responses.sigma, &responses.blinding];
        bytes.extend(responses.packed.iter().chain(last).flat_map(scalar));
        bytes
    }

    /// `IC_0 + Phat`, and `pair(-A, B) pair([alpha]_1, [beta]_2) pair(IC_0 + Phat, g_2) pair(Q, [delta]_2) = 1`.
    fn pairing_calls(&self) -> [Call; 2] {
        let Self { key, elements, .. } = self;
        let inputs = self.inputs();
        let pairs = [
            (-elements.a, elements.b),
            (key.alpha, key.beta),
            (inputs, G2Affine::generator()),
            (elements.q, key.delta),
        ];
        let paired = pairs.iter().flat_map(|(a, b)| [g1(a), g2(b)].concat());
        let mut holds = vec![0; 32];
        holds[31] = 1;
        [
            Call {
                purpose: "IC_0 + Phat",
                to: Precompile::G1Add,
                input: [g1(&key.ic[0]), g1(&elements.packed)].concat(),
                output: g1(&inputs),
                gas: gas::G1_ADD,
            },
            Call {
                purpose: "equation 1",
                to: Precompile::PairingCheck,
                input: paired.collect(),
                output: holds,
                gas: gas::pairing(pairs.len()),
            },
        ]
    }

    /// An equation of the link, whose sum must be the identity: that over the key has the number 0, that over the row 1.
    ///
    /// *Why the announcement is a term of the sum, though a comparison would do:* so every element of a proof is in the
    /// input of a precompile that checks the subgroup, and nobody has to argue why one need not be.
    fn link_call(&self, link: usize) -> Call {
        let Self { key, elements, .. } = self;
        let over_key = || key.ic[1..].iter().chain([&key.eta]).collect::<Vec<_>>();
        let (bases, committed, announced, purpose) = match link {
            0 => (
                over_key(),
                elements.packed,
                elements.announced_packed,
                "first equation 2",
            ),
            _ => (
                self.row.iter().collect(),
                elements.row,
                elements.announced_row,
                "second equation 2",
            ),
        };
        let bases = bases.into_iter().enumerate();
        let terms = bases.map(|(column, base)| (*base, *self.responses.of(link, column)));
        let terms = terms.chain([(committed, -self.e), (announced, -Fr::one())]);
        let terms: Vec<(G1Affine, Fr)> = terms.collect();
        let encoded = terms.iter().flat_map(|(point, factor)| {
            let mut bytes = g1(point);
            bytes.extend(scalar(factor));
            bytes
        });
        Call {
            purpose,
            to: Precompile::G1Msm,
            input: encoded.collect(),
            output: vec![0; G1_LEN],
            gas: gas::g1_msm(terms.len()),
        }
    }
}

impl Eip2537 {
    /// What the calls and the calldata cost. Not counted: the 21000 of a transaction, how the contract comes by its
    /// constants, and its own instructions.
    pub fn gas(&self) -> Gas {
        Gas {
            precompiles: self.calls.iter().map(|call| call.gas).sum(),
            calls: self.calls.len() as u64 * gas::STATIC_CALL,
            calldata: gas::calldata(&self.calldata),
        }
    }
}

/// The three hashes of `expand_message_xmd` to 48 bytes (RFC 9380, 5.3.1).
fn hashes(message: &[u8]) -> [Call; 3] {
    let call = |purpose, mut input: Vec<u8>| {
        input.extend(LINK);
        input.push(LINK.len() as u8);
        Call {
            purpose,
            to: Precompile::Sha256,
            output: Sha256::digest(&input).to_vec(),
            gas: gas::sha256(input.len()),
            input,
        }
    };
    let zeroth = call("b_0", [&[0; 64], message, &[0, 48, 0]].concat());
    let first = call("b_1", [&zeroth.output[..], &[1]].concat());
    let both = zeroth.output.iter().zip(&first.output);
    let both = both.map(|(zeroth, first)| zeroth ^ first);
    let second = call("b_2", both.chain([2]).collect());
    [zeroth, first, second]
}

/// A coordinate: 64 bytes, of which the first 16 are 0.
fn coordinate(x: &Fq) -> Vec<u8> {
    let mut bytes = vec![0; 16];
    bytes.extend(x.into_bigint().to_bytes_be());
    bytes
}

fn coordinate_2(x: &Fq2) -> Vec<u8> {
    [coordinate(&x.c0), coordinate(&x.c1)].concat()
}

/// An element of `G1`; zeros for the identity.
pub fn g1(point: &G1Affine) -> Vec<u8> {
    let point = point.xy();
    point.map_or_else(
        || vec![0; G1_LEN],
        |(x, y)| [coordinate(&x), coordinate(&y)].concat(),
    )
}

/// An element of `G2`; zeros for the identity.
pub fn g2(point: &G2Affine) -> Vec<u8> {
    let point = point.xy();
    point.map_or_else(
        || vec![0; G2_LEN],
        |(x, y)| [coordinate_2(&x), coordinate_2(&y)].concat(),
    )
}

/// A scalar, which is below `r`.
pub fn scalar(scalar: &Fr) -> [u8; SCALAR_LEN] {
    let mut bytes = [0; SCALAR_LEN];
    bytes.copy_from_slice(&scalar.into_bigint().to_bytes_be());
    bytes
}
