//! Aggregated range proofs of 64 bits: proven by the crate's own parties, whatever the values are,
//! and checked equation by equation as in 6.6.

use ::bulletproofs::range_proof_mpc::{dealer::Dealer, party::Party};
use ::bulletproofs::{BulletproofGens, PedersenGens};
use ark_ff::{Field, One};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha3::digest::{ExtendableOutput, Update, XofReader};

use super::transcript::Transcript;
use super::{combine, mul, F, P};
use crate::codec::{DecodeError, Reader};
use crate::group::ristretto::{to_dalek, Ristretto};
use crate::group::Group;

/// `N` of 6.3.
const BITS: usize = 64;

/// What 6.5 says that a range proof is.
#[derive(Clone)]
pub(crate) struct RangeProof {
    pub(crate) a: P,
    pub(crate) s: P,
    /// `T_1`, `T_2`.
    pub(crate) t: [P; 2],
    pub(crate) t_x: F,
    pub(crate) t_x_blinding: F,
    pub(crate) e_blinding: F,
    /// `L`, `R` of each round.
    pub(crate) folds: Vec<[P; 2]>,
    /// The scalars `a`, `b`.
    pub(crate) ends: [F; 2],
}

/// The challenges of 6.4.8.
#[derive(Clone)]
pub(crate) struct RangeChallenges {
    pub(crate) y: F,
    pub(crate) z: F,
    pub(crate) x: F,
    pub(crate) w: F,
    pub(crate) u: Vec<F>,
}

/// 1, `base`, `base^2`, ..
fn powers(base: F) -> impl Iterator<Item = F> {
    std::iter::successors(Some(F::one()), move |last| Some(*last * base))
}

impl RangeChallenges {
    /// `delta` of 6.6, for `m` values.
    pub(crate) fn delta(&self, m: usize) -> F {
        let sum_y: F = powers(self.y).take(BITS * m).sum();
        let sum_z: F = powers(self.z).take(m).sum();
        let square = self.z.square();
        (self.z - square) * sum_y - square * self.z * F::from(u64::MAX) * sum_z
    }
}

/// `U`, `H` and the vector generators of 6.2 for `parties` values, party by party.
pub(crate) struct Bases {
    pub(crate) u: P,
    pub(crate) h: P,
    gs: Vec<P>,
    hs: Vec<P>,
}

impl Bases {
    pub(crate) fn new(u: P, h: P, parties: usize) -> Self {
        let chain = |letter: &[u8]| -> Vec<P> {
            let party = |p: u32| {
                let mut hash = sha3::Shake256::default();
                hash.update(b"GeneratorsChain");
                hash.update(letter);
                hash.update(&p.to_le_bytes());
                let mut stream = hash.finalize_xof();
                let mut next = move || {
                    let mut block = [0; 64];
                    stream.read(&mut block);
                    P::from_uniform_bytes(&block)
                };
                (0..BITS).map(|_| next()).collect::<Vec<_>>()
            };
            (0..parties as u32).flat_map(party).collect()
        };
        let (gs, hs) = (chain(b"G"), chain(b"H"));
        Self { u, h, gs, hs }
    }
}

impl RangeProof {
    /// Reads a proof of `values` values, padded to a power of two.
    pub(crate) fn read(reader: &mut Reader<'_>, values: usize) -> Result<Self, DecodeError> {
        let rounds = (BITS * values.next_power_of_two()).ilog2();
        let point = |reader: &mut Reader<'_>| Ristretto::read_point(reader, "range proof");
        let scalar = |reader: &mut Reader<'_>| Ristretto::read_scalar(reader, "range proof");
        Ok(Self {
            a: point(reader)?,
            s: point(reader)?,
            t: [point(reader)?, point(reader)?],
            t_x: scalar(reader)?,
            t_x_blinding: scalar(reader)?,
            e_blinding: scalar(reader)?,
            folds: (0..rounds)
                .map(|_| Ok([point(reader)?, point(reader)?]))
                .collect::<Result<_, _>>()?,
            ends: [scalar(reader)?, scalar(reader)?],
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let scalars = [self.t_x, self.t_x_blinding, self.e_blinding];
        let points = [self.a, self.s, self.t[0], self.t[1]];
        let mut out: Vec<u8> = points.iter().flat_map(Ristretto::encode_point).collect();
        out.extend(Ristretto::encode_scalars(&scalars));
        out.extend(
            self.folds
                .iter()
                .flatten()
                .flat_map(Ristretto::encode_point),
        );
        out.extend(Ristretto::encode_scalars(&self.ends));
        out
    }

    /// 6.4.8, for the commitments `values`, padded with the identity.
    pub(crate) fn challenges(&self, transcript: &Transcript, values: &[P]) -> RangeChallenges {
        let mut transcript = transcript.clone();
        let t = &mut transcript;
        let le = |value: usize| (value as u64).to_le_bytes();
        t.absorb("dom-sep", b"rangeproof v1");
        t.absorb("n", &le(BITS));
        t.absorb("m", &le(values.len()));
        for value in values {
            t.absorb_point("V", value);
        }
        t.absorb_point("A", &self.a);
        t.absorb_point("S", &self.s);
        let (y, z) = (t.challenge("y"), t.challenge("z"));
        t.absorb_point("T_1", &self.t[0]);
        t.absorb_point("T_2", &self.t[1]);
        let x = t.challenge("x");
        t.absorb_scalar("t_x", &self.t_x);
        t.absorb_scalar("t_x_blinding", &self.t_x_blinding);
        t.absorb_scalar("e_blinding", &self.e_blinding);
        let w = t.challenge("w");
        t.absorb("dom-sep", b"ipp v1");
        t.absorb("n", &le(BITS * values.len()));
        let folds = self.folds.iter().map(|[left, right]| {
            t.absorb_point("L", left);
            t.absorb_point("R", right);
            t.challenge("u")
        });
        let u = folds.collect();
        RangeChallenges { y, z, x, w, u }
    }

    /// Whether equation 1 and whether equation 2 of 6.6 hold.
    pub(crate) fn holds(&self, bases: &Bases, values: &[P], c: &RangeChallenges) -> [bool; 2] {
        let [first, second] = self.differences(bases, values, c);
        [first, second].map(|difference| difference == Ristretto::identity())
    }

    /// The left sides minus the right sides of the equations of 6.6.
    pub(crate) fn differences(&self, bases: &Bases, values: &[P], c: &RangeChallenges) -> [P; 2] {
        let (m, q) = (values.len(), BITS * values.len());
        let delta = c.delta(m);
        let weights: Vec<_> = powers(c.z).skip(2).take(m).collect();
        let first = combine(&[self.t_x - delta, self.t_x_blinding], &[bases.u, bases.h])
            - combine(&weights, values)
            - combine(&[c.x, c.x.square()], &self.t);

        let rounds = c.u.len();
        let inverses: Vec<F> = c.u.iter().map(|u| u.inverse().unwrap()).collect();
        let s = |i: usize| -> F {
            let factor = |k: usize| match i >> (rounds - 1 - k) & 1 {
                1 => c.u[k],
                _ => inverses[k],
            };
            (0..rounds).map(factor).product()
        };
        let [a, b] = self.ends;
        let y_inverse = c.y.inverse().unwrap();
        let gs: Vec<_> = (0..q).map(|i| c.z + a * s(i)).collect();
        let y_powers = powers(y_inverse);
        let hs: Vec<_> = y_powers
            .take(q)
            .enumerate()
            .map(|(i, y)| {
                let two = F::from(1u64 << (i % BITS));
                y * (b * s(i).inverse().unwrap() - weights[i / BITS] * two) - c.z
            })
            .collect();
        let folds = self.folds.iter().zip(&c.u).map(|([left, right], u)| {
            let square = u.square();
            combine(&[square, square.inverse().unwrap()], &[*left, *right])
        });
        let second = self.a
            + combine(
                &[c.x, -self.e_blinding, c.w * (self.t_x - a * b)],
                &[self.s, bases.h, bases.u],
            )
            + folds.sum::<P>()
            - combine(&gs, &bases.gs[..q])
            - combine(&hs, &bases.hs[..q]);
        [first, second]
    }

    /// Proves, as 6.9 says with the randomness of `seed`, that `values` under `blindings` are in
    /// range; if they are not, what comes out does not hold. A value that no `u64` holds is passed
    /// off as 1 in units of itself, so that commitment and transcript are right and only the
    /// algebra can fail.
    pub(crate) fn prove(
        bases: &Bases,
        transcript: &Transcript,
        values: &[F],
        blindings: &[F],
        seed: [u8; 32],
    ) -> Self {
        let rng = &mut ChaCha20Rng::from_seed(seed);
        let mut transcript = transcript.clone();
        let generators = BulletproofGens::new(BITS, values.len());
        let pedersen = PedersenGens {
            B: bases.u,
            B_blinding: bases.h,
        };
        let units: Vec<_> = values
            .iter()
            .map(|value| {
                let bytes = Ristretto::encode_scalar(value);
                let low = u64::from_le_bytes(bytes[..8].try_into().unwrap());
                match F::from(low) == *value {
                    true => (low, pedersen),
                    false => {
                        let mut units = pedersen;
                        units.B = mul(*value, bases.u);
                        (1, units)
                    }
                }
            })
            .collect();
        let inner = &mut transcript.inner;
        let dealer = Dealer::new(&generators, &pedersen, inner, BITS, values.len()).unwrap();
        let (parties, commitments): (Vec<_>, Vec<_>) = units
            .iter()
            .zip(blindings)
            .enumerate()
            .map(|(j, ((value, units), blinding))| {
                let blinding = to_dalek(blinding);
                let party = Party::new(&generators, units, *value, blinding, BITS).unwrap();
                party.assign_position_with_rng(j, rng).unwrap()
            })
            .unzip();
        let (dealer, challenge) = dealer.receive_bit_commitments(commitments).unwrap();
        let (parties, polynomials): (Vec<_>, Vec<_>) = parties
            .into_iter()
            .map(|party| party.apply_challenge_with_rng(&challenge, rng))
            .unzip();
        let (dealer, challenge) = dealer.receive_poly_commitments(polynomials).unwrap();
        let shares: Vec<_> = parties
            .into_iter()
            .map(|party| party.apply_challenge(&challenge).unwrap())
            .collect();
        let bytes = dealer.receive_trusted_shares(&shares).unwrap().to_bytes();
        Self::read(&mut Reader::new(&bytes), values.len()).unwrap()
    }
}
