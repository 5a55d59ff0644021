//! A watcher of a coalition: it gets everything that the aggregator and some corrupt clients see, and tries to compute
//! what the round must not tell them.
//!
//! A round promises that nobody learns more of honest inputs than one sum over enough of them (`specs/protocol.md`
//! 1.2). Enough is the minimum of contributors that the configuration names, without the corrupt clients that it allows
//! for. So a watcher succeeds when it computes a sum over fewer honest clients, down to the input of one.
//!
//! It is never told an input. It takes away every mask that it can compute, and looks for groups of honest clients in
//! which the other masks cancel. What is left must open the public commitments of these clients: then it is their sum.
//!
//! | module | what it holds |
//! |---|---|
//! | `known` | the secrets that follow from what the coalition saw |
//! | `cohorts` | the groups of clients whose masks cancel, and their sums |
//! | `blindings` | an input from several attestations under one blinding |
//! | `attempts` | the attempts, each with the rule that stops it |
//!
//! The attempts, by what they are after:
//!
//! | attempt | how | rules that stop it |
//! |---|---|---|
//! | both secrets of a client | two lists of contributors, with a threshold that is too low | `Parameters` |
//! | | a second share without a proof of fraud | `FraudShown` |
//! | | a second share for a false proof of fraud | `AttestationView`, `AttestationSigned`, `SharingView`, `SharingSigned`, `CommittedSeed`, `FalseOwn`, `AttestedKeys`, `SecretOfKey`, `FalseEdge`, `Path` |
//! | | complaints about a rogue channel key open what a victim sealed | `Possession` |
//! | | complaints about spoilt shares open what a victim sealed | `Path` |
//! | opened edges of a client | nobody disputes them | `OnlyDisputed` |
//! | | the two ends attest to two checkpoints | `SameView` |
//! | | the ends of an honest edge see a spoilt attestation | `Path` |
//! | | a rogue mask key is disputed | `Possession` |
//! | an isolated client | the others are told that nobody but the victim contributes | `Neighbours` |
//! | | the others are made up, in a round that the organiser did not sign or on another roster | `OrganiserSigned`, `NamedRoster` |
//! | | the others are impersonated | `ItemSigned` |
//! | different lists of contributors | each group acknowledges its own | `Neighbours`, `Shown`, `ItemSigned` |
//! | a tiny cohort | the list counts clients that never submitted | `Acknowledgements`, `ItemOfAnother` |
//! | two challenges with one blinding | a client that is restored from an old copy attests again | `FreshBlinding` |
//!
//! `lab/tests/watchers.rs` shows that every attempt fails while all rules are in force. `necessity` shows that each
//! succeeds when its rule is left out.
//!
//! Some rules protect privacy only behind these. With one of them left out, and no other, we know of no attempt that
//! succeeds:
//!
//! - the lower bound of `MinContributors`: `Parameters` and `Neighbours` leave a second honest client in the sum;
//! - `Chain`: `SameView`, and signatures over the checkpoint that is answered, keep two boards apart;
//! - `Sublist` and `ItemListed`: an honest client signs nothing after a list on which it is not;
//! - `Holders`: fewer shares than the threshold give no secret.
//!
//! That a client says nothing twice (`specs/protocol.md` 6) is no condition. `necessity` takes it out of the source.

pub mod attempts;
pub mod known;

mod blindings;
mod coalition;
mod cohorts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::client::ExposedSecrets;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};

pub use known::Known;

/// A key that the coalition made as a multiple of another's.
#[derive(Debug, Clone, Copy)]
struct Relation {
    key: KeyPoint,
    of: KeyPoint,
    factor: KeyScalar,
}

/// What the aggregator and some corrupt clients see of a round.
pub struct Watcher<P: ProofSystem> {
    round: Arc<Round<P>>,
    corrupt: BTreeSet<ClientId>,
    checkpoints: BTreeMap<Digest, Checkpoint>,
    messages: Vec<(ClientId, Message)>,
    secrets: Vec<ExposedSecrets>,
    drawn: Vec<KeyScalar>,
    relations: Vec<Relation>,
}

/// A sum that a watcher computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The honest clients whose inputs it is of, ascending.
    pub clients: Vec<ClientId>,
    /// The sum of each of their numbers, where it is known.
    pub sum: Vec<Option<u128>>,
}

impl<P: ProofSystem> Watcher<P> {
    /// A watcher that has seen nothing yet, of the aggregator and these clients.
    pub fn new(round: Arc<Round<P>>, corrupt: impl IntoIterator<Item = ClientId>) -> Self {
        Self {
            round,
            corrupt: corrupt.into_iter().collect(),
            checkpoints: BTreeMap::new(),
            messages: Vec::new(),
            secrets: Vec::new(),
            drawn: Vec::new(),
            relations: Vec::new(),
        }
    }

    /// It sees a message, on whichever board.
    pub fn sees(&mut self, bytes: &[u8]) {
        if let Ok(message) = Message::decode(bytes) {
            if let Sender::Client(client) = message.envelope.sender {
                self.messages.push((client, message));
            }
        }
    }

    /// The aggregator signs a checkpoint.
    pub fn signs(&mut self, checkpoint: Checkpoint) {
        self.checkpoints.insert(checkpoint.digest(), checkpoint);
    }

    /// A corrupt client tells what it holds.
    pub fn is_told(&mut self, secrets: ExposedSecrets) {
        self.secrets.push(secrets);
    }

    /// The coalition draws a secret.
    pub fn draws(&mut self, secret: KeyScalar) {
        self.drawn.push(secret);
    }

    /// The coalition advertises a key of which it does not know the secret: another's, multiplied.
    pub fn multiplied(&mut self, key: KeyPoint, of: KeyPoint, factor: KeyScalar) {
        self.relations.push(Relation { key, of, factor });
    }

    /// The secrets that follow from what it saw.
    pub fn known(&self) -> Known {
        Known::of(self)
    }

    /// Every sum over honest clients that it can compute. One of them may be the sum of the round.
    pub fn learned(&self) -> Vec<Learned> {
        let mut learned = cohorts::sums(self, &self.known());
        learned.extend(blindings::inputs(self));
        learned
    }

    /// Those of them that the round promises to keep: over fewer honest clients than must be in a sum.
    pub fn learned_too_much(&self) -> Vec<Learned> {
        let promised = self.promised();
        let mut learned = self.learned();
        learned.retain(|sum| sum.clients.len() < promised);
        learned
    }

    /// The fewest honest clients of which a sum may become known: the minimum of contributors without the corrupt
    /// clients that are assumed, but at least two (`specs/protocol.md` 2.2.5).
    pub fn promised(&self) -> usize {
        let configuration = self.round.configuration();
        let corrupt = configuration.assumptions.corrupt();
        configuration
            .min_contributors
            .saturating_sub(corrupt)
            .max(2) as usize
    }

    /// The messages of clients in a phase.
    fn of_phase(&self, phase: Phase) -> impl Iterator<Item = (ClientId, &Message)> {
        let of_phase = move |message: &Message| message.envelope.phase == phase;
        let messages = self
            .messages
            .iter()
            .map(|(client, message)| (*client, message));
        messages.filter(move |(_, message)| of_phase(message))
    }

    /// The checkpoint that a message answers.
    fn answered(&self, message: &Message) -> Option<&Checkpoint> {
        self.checkpoints.get(&message.envelope.answers)
    }
}
