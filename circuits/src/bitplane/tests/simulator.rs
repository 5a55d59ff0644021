//! A simulator: it knows no input, chooses the challenges, draws everything else that a prover sends
//! and solves for what is left (`specs/proofs.md` 7.14).

use ark_ff::{Field, One, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::statements;
use super::reference::cube::evaluate;
use super::reference::folding::Folding;
use super::reference::messages::{Messages, Short};
use super::reference::prover::scalars;
use super::reference::range::{RangeChallenges, RangeProof};
use super::reference::relations::Relations;
use super::reference::setting::Setting;
use super::reference::transcript::Challenges;
use super::reference::verifier::{bounded_values, failing};
use super::reference::{inner, mul, P};
use super::*;

/// What a simulator draws from.
struct Draw(ChaCha20Rng);

impl Draw {
    fn scalars(&mut self, count: usize) -> Vec<Fr> {
        scalars(&mut self.0, count)
    }

    fn scalar(&mut self) -> Fr {
        self.scalars(1)[0]
    }

    fn point(&mut self, setting: &Setting) -> P {
        mul(self.scalar(), setting.h)
    }

    fn points(&mut self, setting: &Setting, count: usize) -> Vec<P> {
        (0..count).map(|_| self.point(setting)).collect()
    }

    fn challenges(&mut self, setting: &Setting) -> Challenges {
        let claimed = !setting.claims.is_empty();
        let ranges = setting.chunks().into_iter().map(|chunk| RangeChallenges {
            y: self.scalar(),
            z: self.scalar(),
            x: self.scalar(),
            w: self.scalar(),
            u: self.scalars(rounds(chunk.len())),
        });
        let ranges = ranges.collect();
        Challenges {
            theta: self.scalars(setting.nu()),
            lambda: self.scalar(),
            alpha: self.scalars(setting.claims.len()),
            r: self.scalars(setting.nu()),
            sigma: if claimed { self.scalar() } else { Fr::zero() },
            e: self.scalar(),
            h: self.scalar(),
            u: self.scalars(setting.folds),
            ranges,
        }
    }

    /// Any polynomials of which each continues the one before.
    fn rounds(&mut self, r: &[Fr]) -> Vec<[Fr; 4]> {
        let mut rounds: Vec<[Fr; 4]> = Vec::new();
        for i in 0..r.len() {
            let mut round: [Fr; 4] = self.scalars(4).try_into().unwrap();
            if let Some(before) = rounds.last() {
                let sum = evaluate(before, r[i - 1]);
                round[1] = sum - round[0] - round[0] - round[2] - round[3];
            }
            rounds.push(round);
        }
        rounds
    }

    /// A range proof for commitments of which nothing is known: equation 1 of 6.6 is solved for
    /// `T_1`, equation 2 for `A`.
    fn range(&mut self, setting: &Setting, values: &[P], c: &RangeChallenges) -> RangeProof {
        let zero = Ristretto::identity();
        let mut proof = RangeProof {
            a: zero,
            s: self.point(setting),
            t: [zero, self.point(setting)],
            t_x: self.scalar(),
            t_x_blinding: self.scalar(),
            e_blinding: self.scalar(),
            folds: c
                .u
                .iter()
                .map(|_| [(); 2].map(|()| self.point(setting)))
                .collect(),
            ends: [self.scalar(), self.scalar()],
        };
        let [first, second] = proof.differences(&setting.bases, values, c);
        proof.t[0] = mul(c.x.inverse().unwrap(), first);
        proof.a = -second;
        proof
    }
}

/// Rounds of a range proof.
fn rounds(values: usize) -> usize {
    (64 * values.next_power_of_two()).ilog2() as usize
}

/// A proof that nobody made of anything, and the challenges that it holds under.
fn simulate(setting: &Setting, draw: &mut Draw) -> (Messages, Challenges) {
    let challenges = draw.challenges(setting);
    let claimed = !setting.claims.is_empty();
    let mut sent = Messages {
        bit_rows: draw.points(setting, setting.bit_rows().len()),
        gamma: draw.point(setting),
        quantities: draw.points(setting, setting.quantities().len()),
        ranges: Vec::new(),
        rounds: draw.rounds(&challenges.r),
        y: [(); 2].map(|()| draw.point(setting)),
        x: claimed.then(|| draw.point(setting)),
        z_x: setting.has_norm().then(|| draw.point(setting)),
        announcements: Vec::new(),
        form: Fr::zero(),
        responses: Short::read(setting, || Ok::<_, ()>(draw.scalar())).unwrap(),
        folds: Vec::new(),
        rest: Vec::new(),
    };
    let bounded = bounded_values(setting, &sent);
    let bounded = bounded.iter().zip(&challenges.ranges);
    sent.ranges = bounded
        .map(|(values, c)| draw.range(setting, values, c))
        .collect();

    // The whole response for V, of which the folds are functions.
    let z = draw.scalars(setting.columns);
    let claims = (
        &challenges.theta[..],
        challenges.lambda,
        &challenges.alpha[..],
    );
    let relations = Relations::new(setting, claims, &challenges.r, challenges.sigma);
    let left = relations.left(&sent);
    let right = relations.right(&sent, &sent.responses, &z);
    let announced = right.iter().zip(&left);
    sent.announcements = announced
        .map(|((_, right), (_, left))| *right - mul(challenges.e, *left))
        .collect();
    let value = sent.responses.x.map_or(Fr::zero(), |[x, _]| x);
    sent.form = inner(&z, &relations.columns) - sent.responses.y - challenges.sigma * value;
    let (g, k) = (setting.g.clone(), relations.columns.clone());
    let mut opening = Folding { z, g, k };
    for u in &challenges.u {
        sent.folds.push(opening.sides(mul(challenges.h, setting.u)));
        opening.fold(*u);
    }
    sent.rest = opening.z;
    (sent, challenges)
}

#[test]
fn a_simulator_without_an_input_convinces_under_challenges_that_it_chose() {
    let mut draw = Draw(ChaCha20Rng::seed_from_u64(11));
    for columns in [1, 4, 1024] {
        for (segments, _) in statements() {
            let setting = Setting::new(&Statement::new(segments).unwrap(), 20, columns);
            let (sent, challenges) = simulate(&setting, &mut draw);
            assert_eq!(failing(&setting, &sent, &challenges), []);
            // It has the form of a proof.
            let bytes = sent.encode();
            let decoded = Messages::decode(&setting, &bytes).unwrap();
            assert!(decoded.encode() == bytes);
            // Under other challenges it is worth nothing.
            let e = challenges.e + Fr::one();
            let mut other = Challenges { e, ..challenges };
            assert_ne!(failing(&setting, &sent, &other), []);
            other.e -= Fr::one();
            for chunk in 0..other.ranges.len() {
                other.ranges[chunk].x += Fr::one();
            }
            let failed = failing(&setting, &sent, &other).len();
            assert_eq!(failed, 2 * other.ranges.len());
        }
    }
}
