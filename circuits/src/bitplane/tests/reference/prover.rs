//! A prover that believes what it is told and goes step by step, so that a test can make it
//! malicious between any two.
//!
//! Each step comes in two parts: the first makes a message from what is believed, the second sends
//! it as it then stands and receives the challenge.

use ark_ff::Zero;
use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;

use super::cube::{eq, Cube};
use super::folding::Folding;
use super::messages::{Messages, Short};
use super::range::RangeProof;
use super::relations::Relations;
use super::setting::Setting;
use super::transcript::Transcript;
use super::{combine, inner, mul, F, P};
use crate::group::ristretto::Ristretto;
use crate::group::Group;
use crate::proof_system::Binding;

/// What a prover takes for true.
#[derive(Clone)]
pub(crate) struct Beliefs {
    /// `B` at every corner of the cube: what is committed where there is a bit row, and what the
    /// sum-check is about everywhere.
    pub(crate) table: Vec<F>,
    /// `w_(q,t)`, at corners.
    pub(crate) weights: Vec<F>,
    /// `pad(q, c)`, at corners.
    pub(crate) pad: Vec<F>,
    pub(crate) quantities: Vec<F>,
}

impl Beliefs {
    /// Of a client that is honest about the vector `x`.
    pub(crate) fn of(setting: &Setting, x: &[u64]) -> Self {
        Self {
            table: setting.table(x),
            weights: setting.tabulate(|t, q, _| setting.weight(q, t)),
            pad: setting.tabulate(|_, q, c| setting.pad(q, c)),
            quantities: setting.true_quantities(x),
        }
    }
}

/// All that is drawn, in the order of 7.13.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) beta: Vec<F>,
    pub(crate) a: Vec<F>,
    pub(crate) rho_a: F,
    pub(crate) quantities: Vec<F>,
    pub(crate) seeds: Vec<[u8; 32]>,
    pub(crate) rho_y: F,
    pub(crate) zeta_y: F,
    /// `rho_x`, `zeta_x`, if there is a claim.
    pub(crate) x: Option<[F; 2]>,
    pub(crate) nonces: Short,
    pub(crate) nonces_v: Vec<F>,
}

impl Secrets {
    fn draw(setting: &Setting, rng: &mut ChaCha20Rng) -> Self {
        let claimed = !setting.claims.is_empty();
        let beta = scalars(rng, setting.bit_rows().len());
        let a = scalars(rng, 4 * setting.nu());
        let rho_a = scalar(rng);
        let quantities = scalars(rng, setting.quantities().len());
        let seeds = (0..setting.chunks().len()).map(|_| bytes(rng)).collect();
        let (rho_y, zeta_y) = (scalar(rng), scalar(rng));
        let x = claimed.then(|| [scalar(rng), scalar(rng)]);
        let drawn = Short::read_without_rho_v(setting, || Ok::<_, ()>(scalar(rng)));
        let mut nonces = drawn.unwrap();
        let nonces_v = scalars(rng, setting.columns);
        nonces.rho_v = scalar(rng);
        Self {
            beta,
            a,
            rho_a,
            quantities,
            seeds,
            rho_y,
            zeta_y,
            x,
            nonces,
            nonces_v,
        }
    }
}

fn bytes<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn scalar(rng: &mut ChaCha20Rng) -> F {
    Ristretto::from_uniform_bytes(&bytes(rng))
}

pub(crate) fn scalars(rng: &mut ChaCha20Rng, count: usize) -> Vec<F> {
    (0..count).map(|_| scalar(rng)).collect()
}

#[derive(Clone)]
pub(crate) struct Prover<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) transcript: Transcript,
    pub(crate) beliefs: Beliefs,
    pub(crate) secrets: Secrets,
    /// What was sent, and what is about to be.
    pub(crate) sent: Messages,
    // Challenges, as far as they were received.
    pub(crate) theta: Vec<F>,
    pub(crate) lambda: F,
    pub(crate) alpha: Vec<F>,
    pub(crate) sigma: F,
    pub(crate) e: F,
    pub(crate) h: F,
    /// What the sum-check is about, bound so far.
    pub(crate) cube: Cube,
    /// The short witnesses of 7.7.
    pub(crate) witness: Short,
    /// `V`.
    pub(crate) v: Vec<F>,
    /// The response for `V`.
    pub(crate) opening: Folding,
}

impl<'a> Prover<'a> {
    pub(crate) fn new(
        setting: &'a Setting,
        binding: &Binding,
        beliefs: Beliefs,
        rng: &mut ChaCha20Rng,
        omit: Option<&'static str>,
    ) -> Self {
        let zero = Short::read(setting, || Ok::<_, ()>(F::zero())).unwrap();
        let none = Ristretto::identity();
        Self {
            setting,
            transcript: Transcript::open(setting, binding, omit),
            beliefs,
            secrets: Secrets::draw(setting, rng),
            sent: Messages {
                bit_rows: Vec::new(),
                gamma: none,
                quantities: Vec::new(),
                ranges: Vec::new(),
                rounds: Vec::new(),
                y: [none, none],
                x: None,
                z_x: None,
                announcements: Vec::new(),
                form: F::zero(),
                responses: zero.clone(),
                folds: Vec::new(),
                rest: Vec::new(),
            },
            theta: Vec::new(),
            lambda: F::zero(),
            alpha: Vec::new(),
            sigma: F::zero(),
            e: F::zero(),
            h: F::zero(),
            cube: Cube::default(),
            witness: zero,
            v: Vec::new(),
            opening: Folding {
                z: Vec::new(),
                g: setting.g.clone(),
                k: Vec::new(),
            },
        }
    }

    /// All steps.
    pub(crate) fn prove(mut self) -> Vec<u8> {
        self.commit();
        self.send_commitments();
        self.sum_check();
        self.finish()
    }

    /// All rounds.
    pub(crate) fn sum_check(&mut self) {
        for _ in 0..self.setting.nu() {
            let round = self.round();
            self.send_round(round);
        }
    }

    /// All steps from the evaluations on.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.evaluate();
        self.send_evaluations();
        self.finish_last_proof()
    }

    /// All steps from the announcements on.
    pub(crate) fn finish_last_proof(mut self) -> Vec<u8> {
        self.announce();
        self.send_announcements();
        self.respond();
        self.send_responses();
        for _ in 0..self.setting.folds {
            let points = self.fold();
            self.send_fold(points);
        }
        self.sent.rest = self.opening.z;
        self.sent.encode()
    }

    /// The values of a bit row.
    fn row(&self, q: usize, t: usize) -> Vec<F> {
        let corners = (0..self.setting.columns).map(|c| self.setting.corner(t, q, c));
        corners.map(|corner| self.beliefs.table[corner]).collect()
    }

    pub(crate) fn commit(&mut self) {
        let (setting, secrets) = (self.setting, &self.secrets);
        let rows = setting.bit_rows().into_iter().zip(&secrets.beta);
        let rows =
            rows.map(|((q, t), beta)| combine(&self.row(q, t), &setting.g) + mul(*beta, setting.h));
        self.sent.bit_rows = rows.collect();
        self.sent.gamma = combine(&secrets.a, &setting.k) + mul(secrets.rho_a, setting.h);
        let quantities = self.beliefs.quantities.iter().zip(&secrets.quantities);
        let quantities = quantities.map(|(n, rho)| combine(&[*n, *rho], &[setting.u, setting.h]));
        self.sent.quantities = quantities.collect();
    }

    pub(crate) fn send_commitments(&mut self) {
        let setting = self.setting;
        self.transcript.commitments(&self.sent);
        let claims = setting.quantities();
        for (chunk, list) in setting.chunks().iter().enumerate() {
            let (mut values, mut blindings): (Vec<_>, Vec<_>) = list
                .iter()
                .map(|&i| {
                    let most = F::from(claims[i].kind.most().unwrap());
                    (
                        most - self.beliefs.quantities[i],
                        -self.secrets.quantities[i],
                    )
                })
                .unzip();
            values.resize(list.len().next_power_of_two(), F::zero());
            blindings.resize(values.len(), F::zero());
            let transcript = self.transcript.range(chunk);
            let seed = self.secrets.seeds[chunk];
            let proof = RangeProof::prove(&setting.bases, &transcript, &values, &blindings, seed);
            self.sent.ranges.push(proof);
        }
        (self.theta, self.lambda, self.alpha) = self.transcript.claims(setting);
        let Beliefs {
            table,
            weights,
            pad,
            ..
        } = &self.beliefs;
        let value = |q, c| -> F {
            let corners = (0..1 << setting.tau).map(|t| setting.corner(t, q, c));
            corners.map(|corner| weights[corner] * table[corner]).sum()
        };
        let factors = |q| setting.factors(q, &self.alpha);
        self.cube = Cube {
            theta: (0..table.len())
                .map(|corner| eq(&self.theta, corner))
                .collect(),
            b: table.clone(),
            pad: pad.clone(),
            origin: setting.tabulate(|t, _, _| F::from(t == 0)),
            p: setting.tabulate(|_, q, _| factors(q).0),
            l: setting.tabulate(|_, q, _| factors(q).1),
            xt: setting.tabulate(|_, q, c| value(q, c)),
            bound: Vec::new(),
        };
    }

    pub(crate) fn round(&mut self) -> [F; 4] {
        self.cube.round(self.lambda, &self.secrets.a)
    }

    pub(crate) fn send_round(&mut self, polynomial: [F; 4]) {
        let r = self.transcript.round(&polynomial);
        self.sent.rounds.push(polynomial);
        self.cube.bind(r);
    }

    /// Takes `y` and `x` from where the sum-check ended.
    pub(crate) fn evaluate(&mut self) {
        let [y, x] = [self.cube.b[0], self.cube.xt[0]];
        self.claim_values(y, x);
    }

    /// Commits to these values and their squares.
    pub(crate) fn claim_values(&mut self, y: F, x: F) {
        let Setting { u, h, .. } = *self.setting;
        let with = |value: F, base: P, blinding: F| combine(&[value, blinding], &[base, h]);
        let Secrets { rho_y, zeta_y, .. } = self.secrets;
        let w = &mut self.witness;
        (w.y, w.rho_y, w.zeta_y) = (y, rho_y, zeta_y);
        let y_point = with(y, u, rho_y);
        self.sent.y = [y_point, with(y, y_point, zeta_y)];
        if let Some([rho_x, zeta_x]) = self.secrets.x {
            w.x = Some([x, rho_x]);
            let x_point = with(x, u, rho_x);
            self.sent.x = Some(x_point);
            if self.setting.has_norm() {
                w.zeta_x = Some(zeta_x);
                self.sent.z_x = Some(with(x, x_point, zeta_x));
            }
        }
    }

    pub(crate) fn send_evaluations(&mut self) {
        self.sigma = self.transcript.evaluations(self.setting, &self.sent);
    }

    /// The relations at the point of the sum-check.
    pub(crate) fn relations(&self) -> Relations<'_> {
        let claims = (&self.theta[..], self.lambda, &self.alpha[..]);
        Relations::new(self.setting, claims, &self.cube.bound, self.sigma)
    }

    /// The other witnesses, the announcements and `m`.
    pub(crate) fn announce(&mut self) {
        let setting = self.setting;
        let relations = self.relations();
        let mut w = self.witness.clone();
        (w.a, w.rho_a) = (self.secrets.a.clone(), self.secrets.rho_a);
        // The H parts of the left sides of 5 and 6.
        w.delta[0] = -setting.claimed(&self.alpha, &self.secrets.quantities, F::zero(), |a, b| {
            a * b
        });
        let one = F::from(1u64);
        let square = |value: F, blinding: F, zeta: F| value * blinding + zeta;
        w.delta[1] =
            relations.theta * (square(w.y, w.rho_y, w.zeta_y) - (one - relations.pad) * w.rho_y);
        if let Some([x, rho_x]) = w.x {
            w.delta[1] -= relations.origin * relations.l * rho_x;
            if let Some(zeta_x) = w.zeta_x {
                w.delta[1] -= relations.origin * relations.p * square(x, rho_x, zeta_x);
            }
        }
        w.rho_v = inner(&relations.omega, &self.secrets.beta);
        let mut v = vec![F::zero(); setting.columns];
        for ((q, t), omega) in setting.bit_rows().into_iter().zip(&relations.omega) {
            for (v, b) in v.iter_mut().zip(self.row(q, t)) {
                *v += *omega * b;
            }
        }
        let Secrets {
            nonces, nonces_v, ..
        } = &self.secrets;
        let announcements = relations.right(&self.sent, nonces, nonces_v);
        let nonce_x = nonces.x.map_or(F::zero(), |[x, _]| x);
        let form = inner(nonces_v, &relations.columns) - nonces.y - self.sigma * nonce_x;
        let k = relations.columns.clone();
        self.sent.announcements = announcements.into_iter().map(|(_, point)| point).collect();
        self.sent.form = form;
        (self.witness, self.v, self.opening.k) = (w, v, k);
    }

    pub(crate) fn send_announcements(&mut self) {
        self.e = self.transcript.announcements(&self.sent);
    }

    pub(crate) fn respond(&mut self) {
        let Secrets {
            nonces, nonces_v, ..
        } = &self.secrets;
        self.sent.responses = nonces.plus(self.setting, self.e, &self.witness);
        let z = nonces_v.iter().zip(&self.v);
        self.opening.z = z.map(|(nonce, v)| *nonce + self.e * v).collect();
    }

    pub(crate) fn send_responses(&mut self) {
        self.h = self.transcript.responses(&self.sent);
    }

    /// `L` and `R` of the next fold.
    pub(crate) fn fold(&self) -> [P; 2] {
        self.opening.sides(mul(self.h, self.setting.u))
    }

    pub(crate) fn send_fold(&mut self, points: [P; 2]) {
        let u = self.transcript.fold(&points);
        self.sent.folds.push(points);
        self.opening.fold(u);
    }
}
