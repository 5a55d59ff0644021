//! Exports that hold, and what a verifier of them must not leave out.

use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};

use super::eip2537::{g1, g2, scalar, Constants, Eip2537};
use super::evaluator::{unhex, Called, Contract, Refused};
use super::snarkjs::{in_1, in_2};
use super::*;
use crate::groth16::testing::torsion;
use crate::groth16::tests::{Forged, Setting, BINDING};
use crate::group::bls12381::G2Affine;

/// The generators, in hexadecimal digits (EIP-2537, section *Curve parameters*).
const H1: [&str; 2] = [
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
];
const H2: [&str; 4] = [
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
    "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
    "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
    "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
];

#[test]
fn points_and_scalars_are_encoded_as_the_eip_says() {
    let padded = |digits: &[&str]| -> Vec<u8> {
        let each = digits.iter();
        each.flat_map(|digits| [vec![0; 16], unhex(digits)].concat())
            .collect()
    };
    assert_eq!(g1(&G1Affine::generator()), padded(&H1));
    assert_eq!(g2(&G2Affine::generator()), padded(&H2));
    assert_eq!(g1(&G1Affine::identity()), [0; 128]);
    assert_eq!(g2(&G2Affine::identity()), [0; 256]);
    let mut one = [0; 32];
    one[31] = 1;
    assert_eq!(scalar(&Fr::ONE), one);
    let r = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000";
    assert_eq!(scalar(&-Fr::ONE), unhex(r)[..]);
}

#[test]
fn points_are_written_as_snarkjs_reads_them() {
    let x = "3685416753713387016781088315183077757961620795782546409894578378688607592378376318836054947676345821548104185464507";
    let y = "1339506544944476473020471379941921221584933875938349620426543736416511423956333506472724655353366534992391756441569";
    assert_eq!(in_1(&G1Affine::generator()), [x, y, "1"]);
    assert_eq!(in_1(&G1Affine::identity()), ["0", "1", "0"]);
    // The coefficient of 1 stands first.
    let [x, _, z] = in_2(&G2Affine::generator());
    let c0 = "352701069587466618187139116011060144890029952792775240219908644239793785735715026873347600343865175952761926303160";
    assert_eq!(x[0], c0);
    assert_eq!(z, ["1", "0"]);
    assert_eq!(in_2(&G2Affine::identity())[2], ["0", "0"]);
}

/// A contract for the round of an export.
fn contract(exported: &Eip2537) -> Contract {
    let Constants {
        alpha,
        beta,
        gamma,
        delta,
        eta,
        ic,
        row,
    } = exported.constants.clone();
    Contract {
        alpha,
        beta,
        gamma,
        delta,
        eta,
        ic,
        row,
        prefix: exported.prefix.to_vec(),
        without: None,
    }
}

/// What a contract says of the export, and what one says that leaves this rule out.
fn with_and_without(exported: &Eip2537, rule: Refused) -> [Result<(), Refused>; 2] {
    [None, Some(rule)].map(|without| {
        let contract = Contract {
            without,
            ..contract(exported)
        };
        let verified = contract.verify(exported.client, &exported.calldata);
        verified.map(|_| ())
    })
}

/// Asserts that a contract refuses the export by this rule, and that nothing else would.
fn only_stops(exported: &Eip2537, rule: Refused) {
    assert_eq!(with_and_without(exported, rule), [Err(rule), Ok(())]);
}

fn exported(setting: &Setting, (elements, responses): &(Elements, Responses)) -> Eip2537 {
    Export::unverified(&setting.suite, &BINDING, elements, responses).eip2537()
}

fn good(setting: &Setting) -> Eip2537 {
    let (proof, _) = setting.proven(&BINDING);
    setting.suite.export(&BINDING, &proof).unwrap().eip2537()
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A forged proof of the numbers 3, by the secrets of the key: all equations hold.
fn forged(setting: &Setting) -> Forged {
    let columns = setting.circuit.layout().scalars();
    setting.forge(vec![Fr::from(3u64); columns])
}

#[test]
fn a_contract_accepts_what_is_exported_and_makes_the_same_calls() {
    let setting = Setting::new();
    let exported = good(&setting);
    let made = contract(&exported).verify(exported.client, &exported.calldata);
    let listed = exported.calls.iter();
    let listed: Vec<Called> = listed
        .map(|call| (call.to as u8, call.input.clone(), call.output.clone()))
        .collect();
    assert_eq!(made.unwrap(), listed);
    // The message is the one of the suite, and the challenge, too.
    assert!(exported.calls[0].input[64..].starts_with(&exported.message));
    let e = crate::group::bls12381::hash_to_scalar(exported.tag, &exported.message);
    assert_eq!(exported.e, scalar(&e));

    let columns = setting.circuit.layout().scalars();
    assert_eq!(exported.calldata.len(), 1024 + 32 * (columns + 2));
    let gas = exported.gas();
    assert_eq!(
        gas.precompiles,
        (252 + 84 + 84) + 375 + 168_100 + 2 * gas::g1_msm(columns + 3)
    );
    assert_eq!(gas.calls, 700);
    assert_eq!(gas.calldata, gas::calldata(&exported.calldata));
}

#[test]
fn a_proof_that_does_not_hold_is_not_exported() {
    let setting = Setting::new();
    let (mut proof, _) = setting.proven(&BINDING);
    let of_another = Binding {
        client: 8,
        ..BINDING
    };
    assert!(setting.suite.export(&of_another, &proof).is_none());
    proof.responses.sigma += Fr::ONE;
    assert!(setting.suite.export(&BINDING, &proof).is_none());
}

#[test]
fn a_contract_refuses_what_was_changed() {
    let setting = Setting::new();
    let exported = good(&setting);
    let round = contract(&exported);
    for at in (0..exported.calldata.len()).step_by(5) {
        let mut changed = exported.calldata.clone();
        changed[at] ^= 1;
        assert!(
            round.verify(exported.client, &changed).is_err(),
            "byte {at}"
        );
    }
    let longer = [&exported.calldata[..], &[0]].concat();
    for other in [&longer[..], &exported.calldata[1..]] {
        let refused = round.verify(exported.client, other);
        assert_eq!(refused, Err(Refused::Length));
    }
    // Another client, and another round.
    let verify = |round: &Contract, client| round.verify(client, &exported.calldata).map(|_| ());
    assert_eq!(verify(&round, 8), Err(Refused::OverKey));
    let mut other = round.clone();
    other.prefix[0] ^= 1;
    assert_eq!(verify(&other, exported.client), Err(Refused::OverKey));
    // Another element of the key, or of the generators.
    let generator = g1(&G1Affine::generator());
    let mut other = round.clone();
    other.ic[0] = generator.clone();
    assert_eq!(verify(&other, exported.client), Err(Refused::Pairing));
    let mut other = round.clone();
    other.eta = generator.clone();
    assert_eq!(verify(&other, exported.client), Err(Refused::OverKey));
    let mut other = round;
    other.row[0] = generator;
    assert_eq!(verify(&other, exported.client), Err(Refused::OverRow));
}

/// A coordinate with `p` added to it, and one with something before its 48 bytes.
#[test]
fn coordinates_have_one_encoding() {
    let setting = Setting::new();
    let exported = good(&setting);
    let round = contract(&exported);
    let p = <ark_bls12_381::Fq as PrimeField>::MODULUS.to_bytes_be();
    for at in (0..1024).step_by(64) {
        let mut padded = exported.calldata.clone();
        padded[at] = 1;
        let refused = round.verify(exported.client, &padded);
        assert_eq!(refused, Err(Refused::Field), "coordinate at {at}");
        // p + x has 384 bits at most.
        let mut larger = exported.calldata.clone();
        let mut carry = 0;
        for (digit, p) in larger[at + 16..at + 64].iter_mut().zip(&p).rev() {
            let sum = u16::from(*digit) + u16::from(*p) + carry;
            (*digit, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0);
        // Unless its other bytes have changed the challenge, and an equation fails first.
        let refused = round.verify(exported.client, &larger).map(|_| ());
        let by_itself = matches!(refused, Err(Refused::Field));
        assert!(
            by_itself || at >= 512 && refused.is_err(),
            "{at}: {refused:?}"
        );
    }
}

/// Each equation fails alone in some forged proof.
#[test]
fn each_equation_is_needed() {
    let setting = Setting::new();
    let link = |forged: Forged| exported(&setting, &setting.link(forged, &mut rng(1)));
    let one = G1Projective::generator();
    // All hold: what follows is refused for what was changed.
    let all = link(forged(&setting));
    assert_eq!(with_and_without(&all, Refused::Pairing), [Ok(()), Ok(())]);

    let mut unpaired = forged(&setting);
    unpaired.q += one;
    only_stops(&link(unpaired), Refused::Pairing);

    // No secret of the key, and no vector: what snarkjs alone would accept.
    let sigma = Fr::from(77u64);
    let key = &setting.key.verifying;
    let mut unlinked = forged(&setting);
    unlinked.a = key.alpha.into_group();
    unlinked.b = key.beta.into_group();
    unlinked.packed = key.eta * sigma - key.ic[0];
    unlinked.q = -(setting.key.h[0] * sigma);
    unlinked.sigma = sigma;
    only_stops(&link(unlinked), Refused::OverKey);

    // The row commits to other numbers than were proven.
    let mut other_row = forged(&setting);
    let columns = setting.circuit.layout().scalars();
    other_row.row = setting.over_row(&vec![Fr::from(4u64); columns], other_row.rhat);
    only_stops(&link(other_row), Refused::OverRow);
}

/// The same number modulo `r`: without the rule a proof would have a second form.
#[test]
fn scalars_are_below_the_order() {
    let setting = Setting::new();
    let exported = good(&setting);
    let r = unhex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
    for at in (1024..exported.calldata.len()).step_by(32) {
        let mut larger = exported.clone();
        let mut carry = 0;
        for (digit, r) in larger.calldata[at..at + 32].iter_mut().zip(&r).rev() {
            let sum = u16::from(*digit) + u16::from(*r) + carry;
            (*digit, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0);
        only_stops(&larger, Refused::Scalar);
    }
    // The order itself stands for 0.
    let mut order = exported;
    order.calldata[1024..1056].copy_from_slice(&r);
    assert_eq!(
        with_and_without(&order, Refused::OverKey)[0],
        Err(Refused::Scalar)
    );
}

/// Randomness that is always 0.
struct Zeros;

impl RngCore for Zeros {
    fn next_u32(&mut self) -> u32 {
        0
    }

    fn next_u64(&mut self) -> u64 {
        0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        bytes.fill(0);
        Ok(())
    }
}

impl CryptoRng for Zeros {}

/// Nonces that are 0 make announcements at infinity, for which all equations hold.
#[test]
fn infinity_is_refused_in_every_place() {
    let setting = Setting::new();
    let announced = exported(&setting, &setting.link(forged(&setting), &mut Zeros));
    assert_eq!(announced.calldata[768..1024], [0; 256]);
    only_stops(&announced, Refused::Infinity);
    let good = good(&setting);
    let places = [
        (0, 128),
        (128, 256),
        (384, 128),
        (512, 128),
        (640, 128),
        (768, 128),
        (896, 128),
    ];
    for (at, len) in places {
        let mut changed = good.clone();
        changed.calldata[at..at + len].fill(0);
        assert_eq!(
            with_and_without(&changed, Refused::Pairing)[0],
            Err(Refused::Infinity)
        );
    }
}

/// In each place of `G1` a part of order 3, with a challenge for which all equations hold.
#[test]
fn torsion_is_refused_in_every_place() {
    let setting = Setting::new();
    let part = torsion().into_group();
    let with = |change: fn(&mut Elements, G1Projective)| {
        // The prover hashes again until the part drops out of the equation: one time in three.
        let exported = (0..100).map(|seed| {
            let changed = |elements: &mut Elements| change(elements, part);
            let linked = setting.link_with(forged(&setting), &mut rng(seed), changed);
            exported(&setting, &linked)
        });
        let mut kept =
            exported.filter(|exported| with_and_without(exported, Refused::Subgroup)[1].is_ok());
        kept.next().expect("one of a hundred challenges fits")
    };
    let changes: [fn(&mut Elements, G1Projective); 6] = [
        |elements, part| elements.a = (elements.a + part).into_affine(),
        |elements, part| elements.q = (elements.q + part).into_affine(),
        |elements, part| elements.packed = (elements.packed + part).into_affine(),
        |elements, part| elements.row = (elements.row + part).into_affine(),
        |elements, part| {
            elements.announced_packed = (elements.announced_packed + part).into_affine();
        },
        |elements, part| {
            elements.announced_row = (elements.announced_row + part).into_affine();
        },
    ];
    for change in changes {
        only_stops(&with(change), Refused::Subgroup);
    }
}

#[test]
fn a_point_of_the_twist_outside_the_subgroup_is_refused() {
    let setting = Setting::new();
    let mut exported = good(&setting);
    let outside = (0u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve());
    exported.calldata[128..384].copy_from_slice(&g2(&outside.unwrap()));
    assert_eq!(
        with_and_without(&exported, Refused::Pairing)[0],
        Err(Refused::Subgroup)
    );
}
