//! What every state of a client has, and the checks that every package goes through
//! (`specs/protocol.md` 3.10).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::error::ClientError;
use super::saved::ResumeError;
use crate::crypto::draws::{self, Use};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::{Signature, SigningKey};
use crate::crypto::tree::Root;
use crate::pairwise::fraud_proof::FraudProof;
use crate::pairwise::package::{Item, Package};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, Message, Sender};

/// A client's place in a round, and what it has seen so far.
pub struct Session<P: ProofSystem> {
    pub(super) round: Arc<Round<P>>,
    me: ClientId,
    identity: Arc<SigningKey>,
    view: View,
    /// The entry of the message that this client sent last; nothing if it had nothing to say.
    said: Option<Digest>,
}

/// The session after saying something, and the bytes of the message. They may be many: they go to
/// the store and to the aggregator, and are not kept here. Nothing, if there was nothing to say.
pub(super) type Answer<P> = (Session<P>, Option<Vec<u8>>);

/// What the client has seen of the board: the last checkpoint that it answered; before the first, the
/// context.
#[derive(Debug, Clone)]
struct View {
    /// The digest of the checkpoint, or the context.
    answered: Digest,
    root: Root,
    list: ClientSet,
    /// The checkpoint itself, which the client can show to others.
    checkpoint: Option<Checkpoint>,
}

impl View {
    /// Of whoever has seen nothing of a round yet.
    fn of_context<P: ProofSystem>(round: &Round<P>) -> Self {
        Self {
            answered: round.context().digest,
            root: Root::empty(),
            list: ClientSet::of(round.clients(), |_| true),
            checkpoint: None,
        }
    }

    fn of_checkpoint(checkpoint: Checkpoint) -> Self {
        Self {
            answered: checkpoint.digest(),
            root: checkpoint.root,
            list: checkpoint.list.clone(),
            checkpoint: Some(checkpoint),
        }
    }
}

/// A package that passed every check that does not depend on the phase.
pub(super) struct CheckedPackage {
    checkpoint: Checkpoint,
    /// The digest of the checkpoint.
    answers: Digest,
    /// The list that the closed phase derived.
    pub(super) list: ClientSet,
    /// Verified messages of that phase, by sender: of every listed neighbour, perhaps of others.
    pub(super) messages: BTreeMap<ClientId, Item>,
    /// Other clients whose acknowledgements were verified.
    pub(super) acknowledged: BTreeSet<ClientId>,
    /// Why clients left in unmask; not verified yet.
    pub(super) fraud_proofs: Vec<FraudProof>,
}

impl CheckedPackage {
    /// The digest of the checkpoint.
    pub(super) fn answers(&self) -> &Digest {
        &self.answers
    }
}

impl<P: ProofSystem> Session<P> {
    pub(super) fn new(round: Arc<Round<P>>, me: ClientId, identity: Arc<SigningKey>) -> Self {
        let view = View::of_context(&round);
        Self {
            round,
            me,
            identity,
            view,
            said: None,
        }
    }

    pub(super) fn me(&self) -> ClientId {
        self.me
    }

    /// The digest of the checkpoint that this client answered last.
    pub(super) fn answered(&self) -> &Digest {
        &self.view.answered
    }

    /// The checkpoint that this client answered last; nothing before the first.
    pub(super) fn checkpoint(&self) -> Option<&Checkpoint> {
        self.view.checkpoint.as_ref()
    }

    /// The list of the checkpoint that this client answered last.
    pub(super) fn answered_list(&self) -> &ClientSet {
        &self.view.list
    }

    /// Neighbours in a set, in order.
    pub(super) fn neighbours(&self, set: &ClientSet) -> Vec<ClientId> {
        lists::holders(self.round.graph(), set, self.me)
    }

    /// The neighbours on a list, if they are enough to reconstruct a secret.
    pub(super) fn enough_neighbours(
        &self,
        phase: Phase,
        list: &ClientSet,
    ) -> Result<Vec<ClientId>, ClientError> {
        let neighbours = self.neighbours(list);
        let (got, need) = (neighbours.len(), self.round.threshold());
        let rule = match phase {
            Phase::Advertise => Rule::Holders,
            _ => Rule::Neighbours,
        };
        rule.require(got >= need, || ClientError::TooFewNeighbours {
            phase,
            got,
            need,
        })?;
        Ok(neighbours)
    }

    /// Checks a package for the close of `phase` (3.10.1 to 3.10.6).
    pub(super) fn check(
        &self,
        phase: Phase,
        package: &[u8],
    ) -> Result<CheckedPackage, ClientError> {
        self.check_within(phase, package, &self.view.list)
    }

    /// The same for a list that must be a part of `base`.
    pub(super) fn check_within(
        &self,
        phase: Phase,
        package: &[u8],
        base: &ClientSet,
    ) -> Result<CheckedPackage, ClientError> {
        if package.is_empty() {
            let phase = match phase {
                Phase::Unmask(round) => Phase::Unmask(round.saturating_add(1)),
                phase => phase.next().unwrap_or(phase),
            };
            return Err(ClientError::NoPackage { phase });
        }
        let Package {
            checkpoint,
            consistency,
            items,
            acknowledgements,
            fraud_proofs,
        } = Package::decode(package, self.round.clients())?;
        // 3.10.1
        let of_round = checkpoint.context == *self.round.context();
        let aggregator = &self.round.configuration().aggregator;
        if !Rule::CheckpointContext.holds(of_round)
            || !Rule::CheckpointPhase.holds(checkpoint.phase == phase)
            || !Rule::CheckpointSigned.holds(checkpoint.is_signed_by(aggregator))
        {
            return Err(ClientError::NotTheCheckpoint { phase });
        }
        // 3.10.2
        let continues = checkpoint.previous == self.view.answered;
        Rule::Chain.require(continues, || ClientError::Fork { phase })?;
        let grown = checkpoint.root.continues(&self.view.root, &consistency);
        Rule::Grown.require(grown, || ClientError::Inconsistent { phase })?;
        // 3.10.3
        Rule::Sublist.require(checkpoint.list.is_subset(base), || ClientError::List {
            phase,
        })?;
        if !checkpoint.list.contains(self.me) {
            return Err(ClientError::Omitted { phase });
        }
        // 3.10.4 and 3.10.5
        let (mut messages, mut own) = (BTreeMap::new(), Vec::new());
        for item in items {
            match self.author(phase, &checkpoint.root, &item) {
                Some(client) if client == self.me => own.push(item.envelope.entry()),
                Some(client) if Rule::ItemListed.holds(checkpoint.list.contains(client)) => {
                    messages.insert(client, item);
                }
                _ => {}
            }
        }
        let acknowledged = match phase {
            Phase::Acknowledge => self.acknowledged(&checkpoint.list, &acknowledgements),
            _ => BTreeSet::new(),
        };
        let all_speak = !matches!(phase, Phase::Dispute | Phase::Unmask(_));
        for client in self.neighbours(&checkpoint.list) {
            let shown = match phase {
                Phase::Acknowledge => acknowledged.contains(&client),
                _ => messages.contains_key(&client),
            };
            Rule::Shown.require(shown || !all_speak, || ClientError::NotShown {
                phase,
                client,
            })?;
        }
        // 3.10.6. All acknowledgements of one client that answer one view are equal.
        if all_speak && phase != Phase::Acknowledge {
            let is_mine = own.iter().any(|entry| Some(entry) == self.said.as_ref());
            Rule::OwnMessage.require(is_mine, || match own.is_empty() {
                true => ClientError::NotShown {
                    phase,
                    client: self.me,
                },
                false => ClientError::OtherDevice { phase },
            })?;
        }
        Ok(CheckedPackage {
            answers: checkpoint.digest(),
            list: checkpoint.list.clone(),
            checkpoint,
            messages,
            acknowledged,
            fraud_proofs,
        })
    }

    /// The other clients on a list that acknowledged what this client acknowledged.
    fn acknowledged(
        &self,
        list: &ClientSet,
        shown: &[(ClientId, Signature)],
    ) -> BTreeSet<ClientId> {
        let holds = |&(client, signature): &(ClientId, Signature)| {
            let (context, answers) = (*self.round.context(), self.view.answered);
            let envelope = Envelope::of_acknowledgement(context, client, answers, signature);
            let key = self.round.roster().key(client)?;
            (Rule::ItemListed.holds(list.contains(client))
                && Rule::ItemOfAnother.holds(client != self.me)
                && Rule::ItemSigned.holds(envelope.is_signed_by(&key)))
            .then_some(client)
        };
        shown.iter().filter_map(holds).collect()
    }

    /// Whose message of this phase, in this client's own view of the round, an item shows.
    fn author(&self, phase: Phase, root: &Root, item: &Item) -> Option<ClientId> {
        let envelope = &item.envelope;
        let Sender::Client(client) = envelope.sender else {
            return None;
        };
        let key = self.round.roster().key(client)?;
        let of_round = envelope.context == *self.round.context();
        let stands = || root.includes(&envelope.entry(), item.index, &item.inclusion);
        (Rule::ItemContext.holds(of_round)
            && Rule::ItemPhase.holds(envelope.phase == phase)
            && Rule::SameView.holds(envelope.answers == self.view.answered)
            && item.index >= self.view.root.size
            && Rule::ItemStands.holds(stands())
            && Rule::ItemSigned.holds(envelope.is_signed_by(&key)))
        .then_some(client)
    }

    /// What the client draws from for a message that answers this checkpoint, at first the context (4.1).
    pub(super) fn draws(
        &self,
        answers: &Digest,
        of: Use,
        rng: &mut dyn CryptoRngCore,
    ) -> impl CryptoRngCore {
        draws::stream(
            &self.identity,
            self.round.context(),
            self.me,
            answers,
            of,
            rng,
        )
    }

    /// The session after saying `parts` in `phase` in answer to a package; at the first phase, to
    /// the context.
    pub(super) fn say(
        &self,
        phase: Phase,
        package: Option<&CheckedPackage>,
        parts: &[Vec<u8>],
    ) -> Answer<P> {
        let mut session = match package {
            None => self.at(self.view.clone()),
            Some(package) => self.follow(package).0,
        };
        let sender = Sender::Client(self.me);
        let context = *self.round.context();
        let answers = session.view.answered;
        let message = Message::sign(&self.identity, context, phase, sender, answers, parts);
        session.said = Some(message.envelope.entry());
        (session, Some(message.encode()))
    }

    /// The session after taking note of a package to which there is nothing to say.
    pub(super) fn follow(&self, package: &CheckedPackage) -> Answer<P> {
        let session = self.at(View::of_checkpoint(package.checkpoint.clone()));
        (session, None)
    }

    fn at(&self, view: View) -> Self {
        Self {
            round: Arc::clone(&self.round),
            me: self.me,
            identity: Arc::clone(&self.identity),
            view,
            said: None,
        }
    }

    /// Writes the session with the last message.
    pub(super) fn write(&self, message: Option<&[u8]>, writer: Writer) -> Writer {
        writer
            .bytes(&self.round.context().digest)
            .u32(self.me.number())
            // Empty before the first.
            .long(
                &self
                    .checkpoint()
                    .map(Checkpoint::encode)
                    .unwrap_or_default(),
            )
            // No message is empty.
            .long(message.unwrap_or_default())
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        round: Arc<Round<P>>,
        identity: Arc<SigningKey>,
    ) -> Result<Answer<P>, ResumeError> {
        if reader.array("context")? != round.context().digest {
            return Err(ResumeError::OtherRound);
        }
        let me = ClientId::new(reader.u32("client")?)
            .filter(|&me| round.roster().key(me) == Some(identity.verifying_key()))
            .ok_or(ResumeError::OtherClient)?;
        let view = match reader.long("answered checkpoint")? {
            [] => View::of_context(&round),
            bytes => View::of_checkpoint(Checkpoint::decode(bytes, round.clients())?),
        };
        let message = Some(reader.long("message")?).filter(|message| !message.is_empty());
        let session = Self {
            round,
            me,
            identity,
            view,
            said: message.map(Message::entry_of).transpose()?,
        };
        Ok((session, message.map(<[u8]>::to_vec)))
    }
}

impl<P: ProofSystem> fmt::Debug for Session<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}
