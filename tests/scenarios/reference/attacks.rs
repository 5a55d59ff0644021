//! The attacks of a client, by kind.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::scalar::Scalar;
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::dleq;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, Sender};

use super::bytes::{point, scalar};
use veragg_lab::false_attester::False;
use veragg_lab::FalseAttester;
use veragg_lab::{id, sign_again, Scene};

#[derive(Debug, Clone)]
pub(crate) enum Attack {
    /// Drops out after this phase.
    Drops(Phase),
    /// Sends nothing at all.
    Silent,
    /// Its mask key is not the one that its proof is about.
    NoPossession,
    /// The committed share of its mask secret (0) or seed (1) for its first holder is wrong.
    WrongDegree(usize),
    /// The sealed shares for so many of its holders do not open.
    BadSeal(usize),
    /// Complains about a dealer of valid shares.
    AccusesFalsely(u32),
    /// Complains about a dealer with its Diffie-Hellman point with another dealer.
    AccusesWithout(u32, u32),
    /// Its first commitment is to a value outside the range.
    BadRange,
    /// Its proof is not canonical. If true, its masked vector is not canonical either.
    BadProof(bool),
    /// A scalar of its masked vector is not canonical. If true, its range proof is wrong too.
    BadVector(bool),
    /// This scalar of its masked vector is not the committed one.
    WrongVector(usize),
    /// Adds these false masks.
    MasksFalsely(Vec<False>),
    /// Adds these false masks, and sends nothing from this phase on.
    MasksFalselyAndDrops(Vec<False>, Phase),
    /// This byte of this part of its attestation is changed.
    BadAttestation(usize, usize),
    /// Its message of dispute is so many bytes of `0xff`, or a point with a proof that does not hold.
    Disputes(Option<usize>),
    /// The share at this position of its message of unmask is wrong by one if true, not canonical if false.
    WrongShare(usize, bool),
}

/// `2^256 - 1`: no scalar and no point.
const NOT_CANONICAL: [u8; 32] = [0xff; 32];

fn add_one(bytes: &mut [u8]) {
    let sum = scalar(bytes).unwrap() + Scalar::ONE;
    bytes.copy_from_slice(sum.as_bytes());
}

fn add_base(bytes: &mut [u8]) {
    let sum = point(bytes).unwrap() + RISTRETTO_BASEPOINT_POINT;
    bytes.copy_from_slice(sum.compress().as_bytes());
}

impl Attack {
    /// The scene in which this client makes the attack.
    pub(crate) fn enter(self, scene: Scene, number: u32) -> Scene {
        let round = scene.local.round.clone();
        let scalars = 32 * round.masked_scalars();
        match self {
            Attack::Drops(after) => scene.dropping(number, after),
            Attack::Silent => scene.silent(number),
            Attack::NoPossession => altering(scene, number, Phase::Advertise, |body| {
                add_base(&mut body[..32]);
            }),
            Attack::WrongDegree(secret) => altering(scene, number, Phase::Share, move |body| {
                add_base(&mut body[32 + 32 * secret..][..32]);
            }),
            Attack::BadSeal(holders) => altering(scene, number, Phase::Share, move |body| {
                for pair in body[32..].chunks_mut(144).take(holders) {
                    pair[100] ^= 1;
                }
            }),
            Attack::AccusesFalsely(dealer) => {
                scene.confirming(number, move |complainant, messages| {
                    complainant.confirm(&messages, dleq::encode(&[complainant.complain(dealer)]))
                })
            }
            Attack::AccusesWithout(dealer, other) => {
                scene.confirming(number, move |complainant, messages| {
                    let mut complaint = complainant.complain(dealer);
                    complaint.point = complainant.complain(other).point;
                    complainant.confirm(&messages, dleq::encode(&[complaint]))
                })
            }
            Attack::BadRange => {
                let value = round.proofs().key().columns()[0];
                altering(scene, number, Phase::Submit, move |body| {
                    let wrong = point(&body[..32]).unwrap() + value;
                    body[..32].copy_from_slice(wrong.compress().as_bytes());
                })
            }
            Attack::BadProof(both) => altering(scene, number, Phase::Submit, move |body| {
                body[..32].copy_from_slice(&NOT_CANONICAL);
                if both {
                    let at = body.len() - 32;
                    body[at..].copy_from_slice(&NOT_CANONICAL);
                }
            }),
            Attack::BadVector(both) => altering(scene, number, Phase::Submit, move |body| {
                if both {
                    add_base(&mut body[..32]);
                }
                let at = body.len() - 32;
                body[at..].copy_from_slice(&NOT_CANONICAL);
            }),
            Attack::WrongVector(position) => altering(scene, number, Phase::Submit, move |body| {
                let vector = body.len() - scalars;
                add_one(&mut body[vector + 32 * position..][..32]);
            }),
            Attack::MasksFalsely(false_masks) => scene.masking_falsely(number, &false_masks),
            Attack::MasksFalselyAndDrops(false_masks, from) => {
                let mut scene = scene;
                let mut culprit = FalseAttester::new(&scene, number, &false_masks);
                culprit.silent_from = Some(from);
                scene.parties[id(number).index()] = Box::new(culprit);
                scene
            }
            Attack::BadAttestation(part, byte) => {
                let head = 32 + round.challenge_pairs() * 32 * (round.layout().columns() + 5);
                let edge = 32 * round.challenge_pairs();
                altering(scene, number, Phase::Attest, move |body| match part {
                    0 => body[byte] ^= 1,
                    _ => add_base(&mut body[head + edge * (part - 1)..][..32]),
                })
            }
            Attack::Disputes(bytes) => disputing(scene, number, bytes),
            Attack::WrongShare(position, canonical) => {
                altering(scene, number, Phase::Unmask(0), move |body| {
                    let share = &mut body[32 * position..][..32];
                    match canonical {
                        true => add_one(share),
                        false => share.copy_from_slice(&NOT_CANONICAL),
                    }
                })
            }
        }
    }
}

/// In one phase, `alter` changes the body of the client's message. The length and the parts stay the same.
pub(crate) fn altering(
    scene: Scene,
    number: u32,
    when: Phase,
    mut alter: impl FnMut(&mut Vec<u8>) + Send + 'static,
) -> Scene {
    let (key, round) = (scene.key(number), scene.local.round.clone());
    scene.altering(number, move |phase, _, messages| {
        if phase != when || messages.is_empty() {
            return messages;
        }
        let length = Message::decode(&messages[0]).unwrap().body.len();
        let rest = |first: usize, each: usize| {
            let mut lengths = vec![first];
            lengths.resize(1 + (length - first) / each, each);
            lengths
        };
        let pairs = 32 * round.challenge_pairs();
        let lengths = match phase {
            Phase::Share => rest(32, 144),
            Phase::Submit => round.submit_lengths(),
            Phase::Attest => rest(32 + pairs * (round.layout().columns() + 5), pairs),
            _ => vec![length],
        };
        vec![sign_again(&key, &messages[0], &lengths, &mut |parts| {
            let mut body = parts.concat();
            alter(&mut body);
            let mut rest = &body[..];
            for part in parts {
                let (front, behind) = rest.split_at(part.len());
                part.copy_from_slice(front);
                rest = behind;
            }
        })]
    })
}

/// The client sends an invalid message of dispute.
fn disputing(scene: Scene, number: u32, bytes: Option<usize>) -> Scene {
    let (key, round) = (scene.key(number), scene.local.round.clone());
    scene.altering(number, move |phase, package, messages| {
        if phase != Phase::Dispute {
            return messages;
        }
        let Ok(package) = Package::decode(package, round.clients()) else {
            return messages;
        };
        let list = &package.checkpoint.list;
        let body = match bytes {
            Some(count) => vec![0xff; count],
            None => {
                let other = list.iter().find(|other| *other != id(number)).unwrap();
                let mut body = other.number().to_be_bytes().to_vec();
                body.extend(RISTRETTO_BASEPOINT_POINT.compress().as_bytes());
                body.extend([[0; 32], [1; 32]].concat());
                body
            }
        };
        let message = Message::sign(
            &key,
            *round.context(),
            phase,
            Sender::Client(id(number)),
            package.checkpoint.digest(),
            &[body],
        );
        vec![message.encode()]
    })
}
