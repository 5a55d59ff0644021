//! Proofs that hold, and every hole of `specs/proofs.md` 8 played.

mod keys;
mod nonces;
mod vectors;

use std::sync::Arc;

use ark_bls12_381::{Fq, G1Affine};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{Field, One, UniformRand, Zero};
use ark_serialize::CanonicalSerialize;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use super::key::{ProvingKey, VerifyingKey};
use super::proof::{encode, Elements, Prefix, Responses};
use super::testing::{circuits, Secrets};
use super::*;
use crate::group::bls12381::{encode_g2, Fr, G2Affine, G2Projective};
use crate::group::Group;

pub(super) const CLIENTS: u32 = 10;
pub(super) const BINDING: Binding = Binding {
    context: [3; 32],
    client: 7,
};

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(5)
}

/// The suite of who proves.
fn proving(circuit: &Circuit, key: &ProvingKey, clients: u32) -> Bls12381Groth16 {
    of_key(
        circuit,
        &Groth16SetUp::to_prove(Arc::new(key.clone())),
        clients,
    )
}

/// The suite of who verifies.
fn verifying(circuit: &Circuit, key: &VerifyingKey, clients: u32) -> Bls12381Groth16 {
    of_key(circuit, &key.clone().into(), clients)
}

fn of_key(circuit: &Circuit, set_up: &Groth16SetUp, clients: u32) -> Bls12381Groth16 {
    let columns = circuit.layout().columns();
    Bls12381Groth16::new(set_up, circuit.statement(), clients, columns).unwrap()
}

/// A circuit with three packed scalars and all claims, its keys, and a vector.
pub(super) struct Setting {
    pub(super) circuit: Circuit,
    secrets: Secrets,
    pub(super) key: ProvingKey,
    pub(super) suite: Bls12381Groth16,
    x: Vec<u64>,
}

impl Setting {
    pub(super) fn new() -> Self {
        let circuit = circuits().pop().unwrap();
        let secrets = Secrets::of(1);
        let key = secrets.key(&circuit, 20);
        let suite = proving(&circuit, &key, CLIENTS);
        let x = vec![0, 1, 0, 0, 5, 10, 3, 1, 0, 0, 1];
        Self {
            circuit,
            secrets,
            key,
            suite,
            x,
        }
    }

    pub(super) fn proven(&self, binding: &Binding) -> (Groth16Input, Proven<Bls12381>) {
        let proven = self.suite.prove(binding, &self.x, &mut rng()).unwrap();
        (self.suite.decode(&proven.bytes).unwrap(), proven)
    }

    fn holds(&self, binding: &Binding, proof: &Groth16Input) -> bool {
        let single = self.suite.verify_batch(&[(*binding, proof)]).is_empty();
        // In a batch, with a good one before and behind it.
        let (good, _) = self.proven(&BINDING);
        let batch = [(BINDING, &good), (*binding, proof), (BINDING, &good)];
        let bad = self.suite.verify_batch(&batch);
        assert_eq!(
            bad,
            if single {
                vec![]
            } else {
                vec![(1, ProofPart::Range)]
            }
        );
        single
    }

    /// The Schnorr proof of these openings, for elements that were made up.
    fn linked(&self, forged: Forged) -> Groth16Input {
        let (elements, responses) = self.link(forged, &mut rng());
        self.suite.decode(&encode(&elements, &responses)).unwrap()
    }

    pub(super) fn link(
        &self,
        forged: Forged,
        rng: &mut impl CryptoRngCore,
    ) -> (Elements, Responses) {
        self.link_with(forged, rng, |_| ())
    }

    /// The same, for elements that are changed before they are hashed.
    pub(super) fn link_with(
        &self,
        forged: Forged,
        rng: &mut impl CryptoRngCore,
        change: impl FnOnce(&mut Elements),
    ) -> (Elements, Responses) {
        let Forged {
            packed,
            row,
            p,
            sigma,
            rhat,
            a,
            b,
            q,
        } = forged;
        let mut nonce = || Fr::rand(rng);
        let nonces: Vec<Fr> = p.iter().map(|_| nonce()).collect();
        let (of_sigma, of_rhat) = (nonce(), nonce());
        let mut elements = Elements {
            row: row.into_affine(),
            packed: packed.into_affine(),
            announced_packed: self.over_key(&nonces, of_sigma).into_affine(),
            announced_row: self.over_row(&nonces, of_rhat).into_affine(),
            a: a.into_affine(),
            b: b.into_affine(),
            q: q.into_affine(),
        };
        change(&mut elements);
        let prefix = Prefix::new(&self.key.verifying, CLIENTS);
        let e = elements.challenge(&prefix, &BINDING);
        let responses = Responses {
            packed: nonces
                .iter()
                .zip(&p)
                .map(|(nonce, p)| *nonce + e * p)
                .collect(),
            sigma: of_sigma + e * sigma,
            blinding: of_rhat + e * rhat,
        };
        (elements, responses)
    }

    fn over_key(&self, p: &[Fr], sigma: Fr) -> G1Projective {
        let ic = &self.key.verifying.ic[1..];
        let sum: G1Projective = ic.iter().zip(p).map(|(point, p)| *point * p).sum();
        sum + self.key.verifying.eta * sigma
    }

    pub(super) fn over_row(&self, p: &[Fr], rhat: Fr) -> G1Projective {
        let columns = self.suite.key().columns();
        let sum: G1Projective = columns.iter().zip(p).map(|(point, p)| *point * p).sum();
        sum + self.suite.key().blinding() * rhat
    }

    /// Elements that pass the pairing equation for these packed scalars, made with the secrets of the key.
    pub(super) fn forge(&self, p: Vec<Fr>) -> Forged {
        let (sigma, rhat) = (Fr::from(1234u64), Fr::from(987u64));
        let packed = self.over_key(&p, sigma);
        let Secrets {
            alpha, beta, delta, ..
        } = self.secrets;
        let (a, b) = (Fr::from(55u64), Fr::from(66u64));
        let one = G1Projective::generator();
        let inputs = self.key.verifying.ic[0] + packed;
        let q = (one * (a * b - alpha * beta) - inputs) * delta.inverse().unwrap();
        Forged {
            row: self.over_row(&p, rhat),
            packed,
            p,
            sigma,
            rhat,
            a: one * a,
            b: G2Projective::generator() * b,
            q,
        }
    }
}

#[derive(Clone)]
pub(super) struct Forged {
    pub(super) packed: G1Projective,
    pub(super) row: G1Projective,
    p: Vec<Fr>,
    pub(super) sigma: Fr,
    pub(super) rhat: Fr,
    pub(super) a: G1Projective,
    pub(super) b: G2Projective,
    pub(super) q: G1Projective,
}

#[test]
fn what_is_proven_holds_under_its_binding_alone() {
    let setting = Setting::new();
    let (proof, proven) = setting.proven(&BINDING);
    assert_eq!(
        proven.bytes.len(),
        encoded_len(setting.circuit.layout().scalars())
    );
    assert_eq!(
        proven.bytes.len(),
        448 + 32 * setting.circuit.layout().scalars()
    );
    assert!(setting.holds(&BINDING, &proof));
    assert!(!setting.holds(
        &Binding {
            client: 8,
            ..BINDING
        },
        &proof
    ));
    assert!(!setting.holds(
        &Binding {
            context: [4; 32],
            ..BINDING
        },
        &proof
    ));
    // The row opens to the packed vector.
    let packed = setting.circuit.layout().pack::<Fr>(&setting.x).unwrap();
    assert_eq!(
        setting.suite.rows(&proof)[0],
        setting.over_row(&packed, proven.blindings[0])
    );
    // Another roster and another key.
    let other = verifying(&setting.circuit, &setting.key.verifying, CLIENTS + 1);
    assert_eq!(
        other.verify_batch(&[(BINDING, &proof)]),
        [(0, ProofPart::Range)]
    );
    let foreign = Secrets::of(2).key(&setting.circuit, 20);
    let other = verifying(&setting.circuit, &foreign.verifying, CLIENTS);
    assert_eq!(
        other.verify_batch(&[(BINDING, &proof)]),
        [(0, ProofPart::Range)]
    );
    let of_more = VerifyingKey {
        max_clients: 21,
        ..setting.key.verifying.clone()
    };
    let other = verifying(&setting.circuit, &of_more, CLIENTS);
    assert_eq!(
        other.verify_batch(&[(BINDING, &proof)]),
        [(0, ProofPart::Range)]
    );
    assert!(setting.suite.prove(&BINDING, &[0; 11], &mut rng()).is_err());
    // Who has only the verifying key proves nothing.
    let verifier = verifying(&setting.circuit, &setting.key.verifying, CLIENTS);
    let refused = verifier.prove(&BINDING, &setting.x, &mut rng());
    assert!(matches!(refused, Err(InputError::NoProvingKey)) && !verifier.can_prove());
    assert!(setting.suite.verify_batch(&[]).is_empty());
}

#[test]
fn proofs_of_every_circuit_hold() {
    let inputs = [vec![1], (0..40).map(|x| x * 25).collect()];
    for (circuit, x) in circuits().into_iter().zip(inputs) {
        let key = Secrets::of(3).key(&circuit, 20);
        let suite = proving(&circuit, &key, 20);
        let proven = suite.prove(&BINDING, &x, &mut rng()).unwrap();
        let proof = suite.decode(&proven.bytes).unwrap();
        assert!(suite.verify_batch(&[(BINDING, &proof)]).is_empty());
    }
}

/// A flipped bit anywhere is refused in decoding, or fails.
#[test]
fn every_byte_matters() {
    let setting = Setting::new();
    let (_, proven) = setting.proven(&BINDING);
    for at in (0..proven.bytes.len()).step_by(7) {
        let mut bytes = proven.bytes.clone();
        bytes[at] ^= 1;
        if let Ok(proof) = setting.suite.decode(&bytes) {
            assert_eq!(
                setting.suite.verify_batch(&[(BINDING, &proof)]),
                [(0, ProofPart::Range)],
                "byte {at}"
            );
        }
    }
    let longer = [&proven.bytes[..], &[0]].concat();
    assert!(setting.suite.decode(&longer).is_err());
    assert!(setting.suite.decode(&proven.bytes[1..]).is_err());
    // A scalar that is not below the order, in each place.
    let first = proven.bytes.len() - 32 * (setting.circuit.layout().scalars() + 2);
    for at in (first..proven.bytes.len()).step_by(32) {
        let mut bytes = proven.bytes.clone();
        bytes[at..at + 32].fill(0xff);
        assert!(setting.suite.decode(&bytes).is_err());
    }
}

/// Points outside the subgroups, and identities, in each place.
#[test]
fn elements_of_other_groups_are_refused() {
    let setting = Setting::new();
    let (_, proven) = setting.proven(&BINDING);
    // A point of order 3: the order of any point divides the cofactor times that of the group.
    let points = (0u64..).filter_map(|x| G1Affine::get_point_from_x_unchecked(Fq::from(x), false));
    let (outside, torsion) = points
        .map(|point| (point, point.mul_bigint(num_over_3())))
        .find(|(_, torsion)| !torsion.is_zero())
        .unwrap();
    assert!((torsion + torsion + torsion).is_zero());
    for place in 0..6 {
        let at = 48 * place;
        let element: G1Projective =
            Bls12381::decode_point(&proven.bytes[at..at + 48], "x").unwrap();
        for other in [
            element + torsion,
            outside.into_group(),
            Bls12381::identity(),
        ] {
            let mut bytes = proven.bytes.clone();
            bytes[at..at + 48].copy_from_slice(&Bls12381::encode_point(&other));
            assert!(setting.suite.decode(&bytes).is_err(), "element {place}");
        }
    }
    let mut infinity = vec![0; 96];
    infinity[0] = 0xc0;
    let mut bytes = proven.bytes.clone();
    bytes[288..384].copy_from_slice(&infinity);
    assert!(setting.suite.decode(&bytes).is_err());
    let outside = (0u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve());
    bytes[288..384].copy_from_slice(&encode_g2(&outside.unwrap()));
    assert!(setting.suite.decode(&bytes).is_err());
}

/// The cofactor of the curve times the order of the group, divided by 3: a point times this has order 3 or 1.
fn num_over_3() -> Vec<u64> {
    // h = 0x396c8c005555e1568c00aaab0000aaab; h / 3.
    let h: u128 = 0x396c_8c00_5555_e156_8c00_aaab_0000_aaab;
    let third = h / 3;
    assert_eq!(third * 3, h);
    let r = <Fr as ark_ff::PrimeField>::MODULUS.0;
    // The product, limb by limb.
    let mut product = vec![0u64; 6];
    for (i, a) in [third as u64, (third >> 64) as u64].into_iter().enumerate() {
        let mut carry = 0u128;
        for (j, b) in r.iter().enumerate() {
            let sum = u128::from(product[i + j]) + u128::from(a) * u128::from(*b) + carry;
            product[i + j] = sum as u64;
            carry = sum >> 64;
        }
        product[i + 4] = carry as u64;
    }
    product
}

/// With the secrets of the key any packed scalars pass: what a set-up must keep secret.
#[test]
fn whoever_knows_the_secrets_proves_anything_but_only_once_committed() {
    let setting = Setting::new();
    let columns = setting.circuit.layout().scalars();
    let p = vec![Fr::from(u64::MAX); columns];
    let forged = setting.linked(setting.forge(p));
    assert!(setting.holds(&BINDING, &forged));
    // The commitments hold different scalars.
    let mut other = setting.forge(vec![Fr::one(); columns]);
    other.row = setting.over_row(&vec![Fr::from(2u64); columns], other.rhat);
    assert!(!setting.holds(&BINDING, &setting.linked(other)));
}

/// Without the Schnorr proof anybody passes the pairing equation.
#[test]
fn the_link_is_needed() {
    let setting = Setting::new();
    let sigma = Fr::from(77u64);
    let verifying = &setting.key.verifying;
    let columns = setting.circuit.layout().scalars();
    let mut forged = setting.forge(vec![Fr::zero(); columns]);
    forged.a = verifying.alpha.into_group();
    forged.b = verifying.beta.into_group();
    forged.packed = verifying.eta * sigma - verifying.ic[0];
    forged.q = -(setting.key.h[0] * sigma);
    forged.sigma = sigma;
    let forged = setting.linked(forged);
    // The pairing equation alone holds.
    use ark_ec::pairing::Pairing as _;
    let pair = |a: G1Affine, b: G2Affine| crate::group::bls12381::Pairing::pairing(a, b);
    let elements = &forged.elements;
    let right = pair(verifying.alpha, verifying.beta)
        + pair(
            (verifying.ic[0] + elements.packed).into(),
            G2Affine::generator(),
        )
        + pair(elements.q, verifying.delta);
    assert_eq!(pair(elements.a, elements.b), right);
    assert!(!setting.holds(&BINDING, &forged));
}

/// A part of `eta` in the row, a part of `H` over the key, and a difference that cancels between the two equations.
#[test]
fn the_two_equations_of_the_link_are_not_merged() {
    let setting = Setting::new();
    let columns = setting.circuit.layout().scalars();
    let p = vec![Fr::from(3u64); columns];
    let (eta, h) = (
        setting.key.verifying.eta.into_group(),
        setting.suite.key().blinding(),
    );
    let delta = G1Projective::generator() * Fr::from(4711u64);
    let none = Bls12381::identity();
    let one = Fr::one();
    let zero = Fr::zero();
    // What is added over the key and to the row, and what the openings of the sum of both then are.
    for (over_key, over_row, sigma, rhat) in [
        (none, eta, one, zero),
        (h, none, zero, one),
        (delta, -delta, zero, zero),
    ] {
        let mut forged = setting.forge(p.clone());
        // The pairing equation holds for what is over the key.
        forged.packed += over_key;
        let inverse = setting.secrets.delta.inverse().unwrap();
        forged.q -= over_key * inverse;
        forged.row += over_row;
        forged.sigma += sigma;
        forged.rhat += rhat;
        let proof = setting.linked(forged);
        let Groth16Input {
            elements,
            responses,
            ..
        } = &proof;
        let prefix = Prefix::new(&setting.key.verifying, CLIENTS);
        let e = elements.challenge(&prefix, &BINDING);
        let left = setting.over_key(&responses.packed, responses.sigma)
            + setting.over_row(&responses.packed, responses.blinding);
        let right = elements.announced_packed
            + elements.announced_row
            + (elements.packed + elements.row) * e;
        assert_eq!(left, right, "the sum of both equations holds");
        assert!(!setting.holds(&BINDING, &proof));
    }
}

/// Whoever re-randomises somebody's proof has another proof of the same, which is nobody's.
#[test]
fn a_proof_that_was_randomised_again_fails_even_under_its_client() {
    let setting = Setting::new();
    let (proof, _) = setting.proven(&BINDING);
    let mut again = proof.clone();
    let factor = Fr::from(9u64);
    again.elements.a = (again.elements.a * factor).into_affine();
    again.elements.b = (again.elements.b * factor.inverse().unwrap()).into_affine();
    assert!(!setting.holds(&BINDING, &again));
    assert!(!setting.holds(
        &Binding {
            client: 8,
            ..BINDING
        },
        &again
    ));
}

/// Errors of two clients that cancel, and every culprit of a batch.
#[test]
fn all_culprits_of_a_batch_are_found() {
    let setting = Setting::new();
    let bindings: Vec<_> = (1..=9)
        .map(|client| Binding { client, ..BINDING })
        .collect();
    let mut proofs: Vec<_> = bindings
        .iter()
        .map(|binding| setting.proven(binding).0)
        .collect();
    let difference = G1Projective::generator() * Fr::from(3u64);
    proofs[2].elements.q = (proofs[2].elements.q + difference).into_affine();
    proofs[5].elements.q = (proofs[5].elements.q - difference).into_affine();
    proofs[8].responses.sigma += Fr::one();
    let batch: Vec<_> = bindings.iter().copied().zip(&proofs).collect();
    let bad = setting.suite.verify_batch(&batch).into_iter();
    assert_eq!(bad.map(|bad| bad.0).collect::<Vec<_>>(), [2, 5, 8]);
}

#[test]
fn provers_with_other_randomness_make_other_proofs() {
    let setting = Setting::new();
    let mut rng = rng();
    rng.next_u64();
    let one = setting.suite.prove(&BINDING, &setting.x, &mut rng).unwrap();
    let two = setting.suite.prove(&BINDING, &setting.x, &mut rng).unwrap();
    assert!(one.bytes != two.bytes && one.blindings != two.blindings);
}

/// Many clients at once need no deeper stack than one: while a thread waits for a part of one proof, it must not begin
/// another one.
#[test]
fn many_proofs_in_parallel_fit_on_a_small_stack() {
    let setting = Setting::new();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .stack_size(256 << 10);
    let lengths = pool.build().unwrap().install(|| {
        let clients = (1..=200u32).into_par_iter();
        let prove = |client| {
            let binding = Binding { client, ..BINDING };
            let proven = setting.suite.prove(&binding, &setting.x, &mut rng());
            proven.unwrap().bytes.len()
        };
        clients.map(prove).collect::<Vec<_>>()
    });
    assert_eq!(lengths, [setting.suite.proof_len(); 200]);
}

/// Proofs that are decoded together are judged as one by one, wherever the bad ones are.
#[test]
fn proofs_that_are_decoded_together_are_judged_each() {
    let setting = Setting::new();
    let (_, proven) = setting.proven(&BINDING);
    let mut proofs = vec![proven.bytes.clone(); 60];
    let decode = |proofs: &[Vec<u8>]| {
        let proofs: Vec<&[u8]> = proofs.iter().map(|bytes| &bytes[..]).collect();
        setting.suite.decode_all(&proofs)
    };
    assert!(decode(&proofs).iter().all(Result::is_ok));
    // In each place of `G1` a part of order 3, and one that no other proof has.
    for (place, at) in (0..6).zip([0, 7, 20, 31, 58, 59]) {
        let element = 48 * place..48 * (place + 1);
        let point = Bls12381::decode_point(&proofs[at][element.clone()], "element").unwrap();
        let outside = (point.into_affine() + testing::torsion()).into_affine();
        let mut bytes = Vec::new();
        outside.serialize_compressed(&mut bytes).unwrap();
        proofs[at][element].copy_from_slice(&bytes);
    }
    proofs[40].pop();
    proofs[41][0] &= 0x7f;
    let refused = [0, 7, 20, 31, 40, 41, 58, 59];
    for (at, (proof, together)) in proofs.iter().zip(decode(&proofs)).enumerate() {
        assert_eq!(together, setting.suite.decode(proof));
        assert_eq!(together.is_err(), refused.contains(&at), "proof {at}");
    }
}
