//! The transcript of 7.5, with one item left out on demand, and all challenges of a proof.

use super::messages::{encode, Messages};
use super::range::RangeChallenges;
use super::setting::Setting;
use super::{F, P};
use crate::group::ristretto::Ristretto;
use crate::group::Group;
use crate::proof_system::Binding;

/// Merlin's transcript. What is absorbed under the label `omit` is left out.
#[derive(Clone)]
pub(crate) struct Transcript {
    pub(crate) inner: merlin::Transcript,
    omit: Option<&'static str>,
    /// Everything that there is to absorb so far, left out or not.
    pub(crate) labels: Vec<&'static str>,
}

/// Every challenge of a proof.
#[derive(Clone)]
pub(crate) struct Challenges {
    pub(crate) theta: Vec<F>,
    pub(crate) lambda: F,
    pub(crate) alpha: Vec<F>,
    /// `r`, in the order of the rounds.
    pub(crate) r: Vec<F>,
    pub(crate) sigma: F,
    pub(crate) e: F,
    pub(crate) h: F,
    pub(crate) u: Vec<F>,
    pub(crate) ranges: Vec<RangeChallenges>,
}

impl Transcript {
    /// Steps 1 and 2.
    pub(crate) fn open(setting: &Setting, binding: &Binding, omit: Option<&'static str>) -> Self {
        let mut out = Self {
            inner: merlin::Transcript::new(b"veragg/1 bitplane"),
            omit,
            labels: Vec::new(),
        };
        out.absorb("context", &binding.context);
        out.absorb("client", &u64::from(binding.client).to_be_bytes());
        out.absorb("statement", &setting.statement.encode());
        out.absorb("clients", &u64::from(setting.clients).to_be_bytes());
        out.absorb("columns", &(setting.columns as u64).to_be_bytes());
        out
    }

    pub(crate) fn absorb(&mut self, label: &'static str, bytes: &[u8]) {
        self.labels.push(label);
        if self.omit != Some(label) {
            self.inner.append_message(label.as_bytes(), bytes);
        }
    }

    pub(crate) fn absorb_point(&mut self, label: &'static str, point: &P) {
        self.absorb(label, &Ristretto::encode_point(point));
    }

    pub(crate) fn absorb_scalar(&mut self, label: &'static str, scalar: &F) {
        self.absorb(label, &Ristretto::encode_scalar(scalar));
    }

    pub(crate) fn challenge(&mut self, label: &'static str) -> F {
        let mut bytes = [0; 64];
        self.inner.challenge_bytes(label.as_bytes(), &mut bytes);
        Ristretto::from_uniform_bytes(&bytes)
    }

    /// Step 3.
    pub(crate) fn commitments(&mut self, messages: &Messages) {
        self.absorb("commitments", &encode(&messages.commitments()));
    }

    /// Steps 4 and 7.9.4: the transcript of a range proof.
    pub(crate) fn range(&self, chunk: usize) -> Self {
        let mut out = self.clone();
        out.absorb("bounded", &(chunk as u64).to_be_bytes());
        out
    }

    /// Step 5: `theta`, `lambda`, `alpha`.
    pub(crate) fn claims(&mut self, setting: &Setting) -> (Vec<F>, F, Vec<F>) {
        let theta = (0..setting.nu()).map(|_| self.challenge("theta")).collect();
        let lambda = self.challenge("lambda");
        let alpha = setting.claims.iter().map(|_| self.challenge("claim"));
        (theta, lambda, alpha.collect())
    }

    /// Step 6, for one round.
    pub(crate) fn round(&mut self, polynomial: &[F; 4]) -> F {
        for coefficient in polynomial {
            self.absorb_scalar("round", coefficient);
        }
        self.challenge("r")
    }

    /// Steps 7 and 8.
    pub(crate) fn evaluations(&mut self, setting: &Setting, messages: &Messages) -> F {
        self.absorb("evaluations", &encode(&messages.evaluations()));
        match setting.claims.is_empty() {
            true => F::from(0u64),
            false => self.challenge("sigma"),
        }
    }

    /// Step 9.
    pub(crate) fn announcements(&mut self, messages: &Messages) -> F {
        self.absorb("announcements", &encode(&messages.announcements));
        self.absorb_scalar("form", &messages.form);
        self.challenge("e")
    }

    /// Step 10, and `h` of step 11.
    pub(crate) fn responses(&mut self, messages: &Messages) -> F {
        let responses = messages.responses.list();
        self.absorb("responses", &Ristretto::encode_scalars(&responses));
        self.challenge("form")
    }

    /// One fold of step 11.
    pub(crate) fn fold(&mut self, points: &[P; 2]) -> F {
        self.absorb("fold", &encode(points));
        self.challenge("u")
    }
}

impl Challenges {
    /// The challenges that a verifier derives. `values` are the commitments of each range proof.
    pub(crate) fn derive(
        setting: &Setting,
        mut transcript: Transcript,
        messages: &Messages,
        values: &[Vec<P>],
    ) -> Self {
        let t = &mut transcript;
        t.commitments(messages);
        let ranges = messages.ranges.iter().zip(values).enumerate();
        let ranges =
            ranges.map(|(chunk, (proof, values))| proof.challenges(&t.range(chunk), values));
        let ranges = ranges.collect();
        let (theta, lambda, alpha) = t.claims(setting);
        Self {
            theta,
            lambda,
            alpha,
            r: messages.rounds.iter().map(|p| t.round(p)).collect(),
            sigma: t.evaluations(setting, messages),
            e: t.announcements(messages),
            h: t.responses(messages),
            u: messages.folds.iter().map(|pair| t.fold(pair)).collect(),
            ranges,
        }
    }
}
