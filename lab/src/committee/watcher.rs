//! A watcher of a coalition in the committee protocol: it gets everything that the aggregator, corrupt trustees and corrupt clients
//! see, and tries to compute what the round must not tell them.
//!
//! A round promises that nobody learns more of honest inputs than the sum over the honest contributors, who are at least the
//! minimum of contributors without the corrupt clients that the configuration allows for (`specs/committee.md` 1.2, 8.2). A watcher
//! succeeds if it computes anything else: a sum over fewer honest clients, down to the input of one, or more than one sum.
//!
//! It is never told an input. Each pad that it can derive, each masked row and each opened sum of pads is a linear equation between
//! the rows and the pads of the clients. From these it takes out all pads that it does not know. What is left is about rows alone. It
//! must open the public commitments of the clients that it is of; what opens nothing is thrown away.
//!
//! | module | what it holds |
//! |---|---|
//! | `seen` | what the coalition saw |
//! | `knowledge` | what follows about the rows of honest clients |
//! | `equations` | linear equations over the scalar field |
//! | `guesses` | inputs that are found by trying all, and confirmed by what is on the board |
//! | `success` | what an attempt achieves |
//! | `attempts` | the attempts, each with what stops it |
//!
//! `lab/tests/committee/watchers.rs` shows that every attempt fails while all rules are in force. `necessity` shows that each succeeds
//! when what stops it is left out.

pub mod attempts;

mod coalition;
mod equations;
mod guesses;
mod knowledge;
mod seen;
mod success;

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::KeyPoint;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::TrusteeId;

use self::equations::Equation;
use self::knowledge::Found;
use self::seen::{Seen, Submission};
use super::{Desk, Suite};
use crate::watcher::Learned;

/// What the aggregator, some trustees and some clients see of a round.
pub struct Watcher {
    seen: Seen,
    /// The submissions that the coalition made itself, by their entries.
    own: Vec<Digest>,
}

impl Watcher {
    /// A watcher that has seen nothing yet.
    pub fn new(round: Arc<Round<Suite>>) -> Self {
        Self {
            seen: Seen::new(round),
            own: Vec::new(),
        }
    }

    /// The coalition has the secret of a sealing key that stands beside the number of this trustee.
    pub fn holds(&mut self, trustee: TrusteeId, sealing: KeyPair) {
        self.seen.sealing.push((trustee, sealing));
    }

    /// The coalition has made this submission, so that its input is no secret.
    pub fn made(&mut self, entry: Digest) {
        self.own.push(entry);
    }

    /// The coalition knows the point that a trustee shares with a submission key.
    pub fn shares(&mut self, trustee: TrusteeId, key: &EncodedPoint, point: KeyPoint) {
        self.seen.shares(trustee, key, point);
    }

    /// The coalition sees everything that lies on a desk.
    pub fn sees(&mut self, desk: &Desk<'_>) {
        self.seen.look(desk);
    }

    /// What the coalition can compute of honest inputs. One of these sums may be the sum of the round.
    pub fn learned(&self) -> Vec<Learned> {
        let found = self.found().into_iter();
        found.map(|found| self.told(found)).collect()
    }

    /// The same, but for the one sum that a round may tell.
    pub fn learned_too_much(&self) -> Vec<Learned> {
        let found = self.found();
        match &found[..] {
            [one] if self.is_promised(one) => Vec::new(),
            _ => found.into_iter().map(|found| self.told(found)).collect(),
        }
    }

    /// How many lists of contributors can still be published, if the coalition knows a sum already: those that enough trustees have
    /// confirmed or can still confirm. An honest trustee that has confirmed a list confirms no other.
    pub fn choices(&self) -> usize {
        if self.found().is_empty() {
            return 0;
        }
        let shape = self.seen.round.shape();
        let lists = self.seen.lists.values();
        let publishable = lists.filter(|(_, confirmed)| {
            let could = TrusteeId::all(shape.trustees()).filter(|trustee| {
                let mut lists = self.seen.lists.values();
                confirmed.contains(trustee)
                    || self.seen.is_corrupt(*trustee)
                    || !lists.any(|(_, confirmed)| confirmed.contains(trustee))
            });
            could.count() >= shape.needed() as usize
        });
        publishable.count()
    }

    /// The fewest honest clients of which a sum may become known (`specs/committee.md` 8.2.4).
    fn promised(&self) -> usize {
        let configuration = self.seen.round.configuration();
        let corrupt = configuration.assumptions.corrupt();
        let honest = configuration.min_contributors.saturating_sub(corrupt);
        honest.max(2) as usize
    }

    /// Whether it is one sum over enough clients, and nothing else: in each equation all clients have the same weights.
    fn is_promised(&self, found: &Found) -> bool {
        let packed = self.packed();
        let is_sum = |equation: &Equation| {
            let rows: Vec<_> = self.honest().zip(equation.weights.chunks(packed)).collect();
            let of = |client| rows.iter().find(|(it, _)| it.client == client);
            let weights = found.clients.iter().map(|client| of(*client));
            let weights: Vec<_> = weights.flatten().map(|(_, weights)| *weights).collect();
            weights.windows(2).all(|both| both[0] == both[1])
        };
        found.clients.len() >= self.promised() && found.equations.iter().all(is_sum)
    }

    /// The submissions of honest clients.
    fn honest(&self) -> impl Iterator<Item = &Submission> {
        let all = self.seen.submissions.iter();
        let honest = all.filter(|(entry, _)| !self.own.contains(entry));
        honest.map(|(_, submission)| submission)
    }

    fn packed(&self) -> usize {
        self.seen.round.shape().packed() as usize
    }

    /// The numbers that follow. If only some weighted sums of the rows of one client are known, its input is found by trying.
    fn told(&self, found: Found) -> Learned {
        let numbers = match self.rows_of(&found) {
            Some(packed) => {
                let layout = self.seen.round.layout();
                layout.unpack(&packed, found.clients.len() as u32).ok()
            }
            None => guesses::input(&self.seen.round, &self.weights_of_one(&found)),
        };
        let unknown = || vec![None; self.seen.round.layout().coordinates()];
        Learned {
            sum: numbers.map_or_else(unknown, |sum| sum.into_iter().map(Some).collect()),
            clients: found.clients,
        }
    }
}
