//! The state of a corrupt aggregator. It accepts every message, closes phases with any list and shows any
//! package, but computes the sum as an honest aggregator does. If a test changes nothing, its rounds are
//! verified.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::local::LocalRound;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::masks::{self, Mask};
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::crypto::tree::{Root, Tree};
use veragg_protocol::pairwise::advertise::Advertisement;
use veragg_protocol::pairwise::package::{Item, Package};
use veragg_protocol::pairwise::publish::{Outcome, Publication};
use veragg_protocol::pairwise::unmask::{self, Secret};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender};
use veragg_protocol::wire::part::Part;

use crate::finished::Finished;
use crate::messages::publication;

/// The board of a corrupt aggregator, and what the aggregator keeps beside it.
pub struct Books<P: ProofSystem> {
    /// The round that the board is for.
    pub round: Arc<Round<P>>,
    key: Arc<SigningKey>,
    tree: Tree<Digest>,
    /// The digest of the last checkpoint, at first the round's context.
    pub chain: Digest,
    before: Root,
    /// The board so far.
    pub records: Vec<Record>,
    /// The open phase.
    pub phase: Phase,
    /// The messages of the open phase, each with its leaf.
    messages: Vec<(u64, Message)>,
    /// The first message of each client in each phase.
    kept: BTreeMap<(Phase, ClientId), Message>,
    /// The list that closed each phase.
    pub lists: BTreeMap<Phase, ClientSet>,
    shown: Option<Closed>,
}

/// The last closed phase: its checkpoint and its messages, each with its leaf.
#[derive(Clone)]
struct Closed {
    checkpoint: Checkpoint,
    consistency: Vec<u8>,
    messages: Vec<(u64, Message)>,
}

// Derived, it would ask for a suite that can be cloned.
impl<P: ProofSystem> Clone for Books<P> {
    fn clone(&self) -> Self {
        Self {
            round: Arc::clone(&self.round),
            key: Arc::clone(&self.key),
            tree: self.tree.clone(),
            chain: self.chain,
            before: self.before,
            records: self.records.clone(),
            phase: self.phase,
            messages: self.messages.clone(),
            kept: self.kept.clone(),
            lists: self.lists.clone(),
            shown: self.shown.clone(),
        }
    }
}

impl<P: ProofSystem> Books<P> {
    /// The state before the first message of a round.
    pub fn new(local: &LocalRound<P>) -> Self {
        Self {
            round: Arc::clone(&local.round),
            key: Arc::clone(&local.aggregator_key),
            tree: Tree::new(),
            chain: local.round.context().digest,
            before: Root::empty(),
            records: Vec::new(),
            phase: Phase::Advertise,
            messages: Vec::new(),
            kept: BTreeMap::new(),
            lists: BTreeMap::new(),
            shown: None,
        }
    }

    /// Puts a message on the board, whatever it is.
    pub fn take(&mut self, bytes: Vec<u8>) {
        let message = Message::decode(&bytes).unwrap();
        let leaf = self.tree.push(message.envelope.entry());
        if let Sender::Client(client) = message.envelope.sender {
            let slot = (self.phase, client);
            self.kept.entry(slot).or_insert_with(|| message.clone());
        }
        self.messages.push((leaf, message));
        self.records.push(Record {
            kind: RecordKind::Message,
            bytes,
        });
    }

    /// Treats a client's message as if it had not arrived. It stays on the board.
    pub fn forget(&mut self, phase: Phase, client: ClientId) {
        self.kept.remove(&(phase, client));
    }

    fn received(&self, phase: Phase) -> ClientSet {
        ClientSet::of(self.round.clients(), |client| {
            self.kept.contains_key(&(phase, client))
        })
    }

    /// The list of the open phase, under the assumption that every message in it is valid.
    pub fn list(&self) -> ClientSet {
        let received = self.received(self.phase);
        match self.phase {
            Phase::Confirm => {
                lists::participants(self.round.graph(), &received, self.round.threshold())
            }
            // It assumes that no edge is disputed and no attestation is false.
            Phase::Dispute => self.lists[&Phase::Attest].clone(),
            Phase::Unmask(_) | Phase::Publish => self.lists[&Phase::Dispute].clone(),
            _ => received,
        }
    }

    /// Closes the open phase with any list, and signs the checkpoint.
    pub fn close(&mut self, list: ClientSet) {
        let context = *self.round.context();
        let root = self.tree.root();
        let (key, phase) = (&self.key, self.phase);
        let checkpoint = Checkpoint::sign(key, context, phase, self.chain, root, list.clone());
        self.records.push(Record {
            kind: RecordKind::Checkpoint,
            bytes: checkpoint.encode(),
        });
        let consistency = self.tree.consistency(self.before.size).unwrap();
        self.chain = checkpoint.digest();
        self.before = root;
        self.lists.insert(phase, list);
        self.shown = Some(Closed {
            checkpoint,
            consistency,
            messages: std::mem::take(&mut self.messages),
        });
        self.phase = phase.next().unwrap_or(phase);
    }

    /// The package of the last closed phase: every message of the clients on its list. Nothing before the
    /// first phase has closed.
    pub fn package(&self) -> Option<Package> {
        let Closed {
            checkpoint,
            consistency,
            messages,
        } = self.shown.as_ref()?;
        let items = messages.iter().filter_map(|(leaf, message)| {
            let Sender::Client(author) = message.envelope.sender else {
                return None;
            };
            let shown =
                checkpoint.list.contains(author) && message.envelope.phase != Phase::Acknowledge;
            shown.then(|| self.item(author, *leaf, message))
        });
        let acknowledgements = messages.iter().filter_map(|(_, message)| {
            let Envelope {
                phase,
                sender,
                signature,
                ..
            } = &message.envelope;
            match (phase, sender) {
                (Phase::Acknowledge, Sender::Client(author)) => {
                    // One that counts, if there are several of one client.
                    let key = self.round.roster().key(*author)?;
                    let answers = checkpoint.previous;
                    message.envelope.is_signed_by(&key).then_some(())?;
                    (message.envelope.answers == answers).then_some((*author, *signature))
                }
                _ => None,
            }
        });
        let acknowledgements: BTreeMap<_, _> = acknowledgements.collect();
        Some(Package {
            checkpoint: checkpoint.clone(),
            consistency: consistency.clone(),
            items: items.collect(),
            acknowledgements: acknowledgements.into_iter().collect(),
            fraud_proofs: Vec::new(),
        })
    }

    fn item(&self, author: ClientId, leaf: u64, message: &Message) -> Item {
        let lengths = match message.envelope.phase {
            Phase::Advertise => self.round.advertise_lengths(),
            Phase::Share => {
                let advertised = &self.lists[&Phase::Advertise];
                self.round.share_lengths(author, advertised)
            }
            Phase::Attest => {
                let participants = &self.lists[&Phase::Confirm];
                self.round.attest_lengths(author, participants)
            }
            _ => Vec::new(),
        };
        let parts = message.parts(&lengths).unwrap_or_default();
        let tree: Tree<_> = parts.iter().collect();
        Item {
            index: leaf,
            envelope: message.envelope.clone(),
            inclusion: self.tree.inclusion(leaf).unwrap(),
            parts: (0u32..)
                .zip(&parts)
                .map(|(position, part)| Part {
                    position,
                    bytes: part.to_vec(),
                    proof: tree.inclusion(position.into()).unwrap(),
                })
                .collect(),
        }
    }

    /// The outcome of a client, derived from the lists.
    fn outcome(&self, client: ClientId) -> Outcome {
        let phases = [
            Phase::Advertise,
            Phase::Share,
            Phase::Confirm,
            Phase::Submit,
            Phase::Attest,
            Phase::Dispute,
        ];
        for phase in phases {
            if self.lists[&phase].contains(client) {
                continue;
            }
            return match phase {
                Phase::Dispute => Outcome::Dropped(phase),
                _ if !self.kept.contains_key(&(phase, client)) => Outcome::Dropped(phase),
                Phase::Confirm => Outcome::Isolated,
                _ => Outcome::Faulty(phase),
            };
        }
        Outcome::Contributed
    }

    /// The sum without its masks, as far as the revealed shares allow to compute them.
    pub fn publication(&self) -> Publication<P::Group> {
        let round = &self.round;
        let context = round.context();
        let (participants, contributors) =
            (&self.lists[&Phase::Confirm], &self.lists[&Phase::Dispute]);
        let scalars = round.masked_scalars();
        let mut sum = vec![<P::Group as Group>::Scalar::from(0u64); scalars];
        for client in contributors.iter() {
            let Some(message) = self.kept.get(&(Phase::Submit, client)) else {
                continue;
            };
            // It adds what can be added, whatever else is wrong.
            let masked = message.body.get(round.proofs().proof_len()..);
            let decode = |bytes| P::Group::decode_scalars(bytes, scalars, "masked").ok();
            let Some(masked) = masked.and_then(decode) else {
                continue;
            };
            sum.iter_mut().zip(masked).for_each(|(sum, y)| *sum += y);
        }
        let mut shares: BTreeMap<ClientId, Vec<_>> = BTreeMap::new();
        for holder in self.received(Phase::Unmask(0)).iter() {
            let revealed = &self.kept[&(Phase::Unmask(0), holder)].body;
            let subjects = lists::holders(round.graph(), participants, holder);
            let revealed = unmask::decode(revealed).unwrap_or_default();
            for (dealer, share) in subjects.into_iter().zip(revealed) {
                shares.entry(dealer).or_default().push((holder, share));
            }
        }
        let mut all = Vec::new();
        for (dealer, mut shares) in shares {
            shares.truncate(round.threshold());
            let secret = reconstruct(&shares);
            if Secret::to_reconstruct(contributors.contains(dealer)) == Secret::Seed {
                all.push(Mask::of_seed(context, dealer, &secret).inverse());
                continue;
            }
            let pair = KeyPair::from_secret(secret);
            for other in lists::holders(round.graph(), contributors, dealer) {
                let body = self.kept.get(&(Phase::Advertise, other));
                let decoded = body.and_then(|it| Advertisement::decode(&it.body).ok());
                if let Some(Advertisement { keys, .. }) = decoded {
                    all.push(Mask::of_edge(context, dealer, &pair, other, &keys.mask));
                }
            }
        }
        masks::apply::<P::Group>(&mut sum, &all);
        Publication {
            opening: sum,
            outcomes: ClientId::all(round.clients())
                .map(|client| self.outcome(client))
                .collect(),
        }
    }

    /// How many messages are on the board.
    pub fn leaves(&self) -> u64 {
        self.tree.root().size
    }

    /// Publishes the body of any publication and closes the round.
    pub fn publish(&mut self, body: Vec<u8>) {
        self.put(body);
        let list = self.list();
        self.close(list);
    }

    fn put(&mut self, body: Vec<u8>) {
        assert_eq!(self.phase, Phase::Publish);
        let parts = [body];
        let (key, context) = (&self.key, *self.round.context());
        let sender = Sender::Aggregator;
        let message = Message::sign(key, context, Phase::Publish, sender, self.chain, &parts);
        self.take(message.encode());
    }
}

/// The checkpoint as it stands after changes, signed with this key.
pub fn checkpoint_signed_by(key: &SigningKey, changed: Checkpoint) -> Checkpoint {
    let Checkpoint {
        context,
        phase,
        previous,
        root,
        list,
        ..
    } = changed;
    Checkpoint::sign(key, context, phase, previous, root, list)
}

/// The records with every checkpoint and the publication signed anew by the aggregator. With its key it can make
/// the checkpoints of any board fit, but not the clients' messages: these still answer the old checkpoints.
pub fn signed_anew<P: ProofSystem>(local: &LocalRound<P>, records: &[Record]) -> Vec<Record> {
    let clients = local.round.clients();
    let mut books = Books::new(local);
    for record in records {
        match record.kind {
            RecordKind::Message if books.phase == Phase::Publish => {
                books.put(Message::decode(&record.bytes).unwrap().body);
            }
            RecordKind::Message | RecordKind::Submission => books.take(record.bytes.clone()),
            RecordKind::Checkpoint => {
                let list = Checkpoint::decode(&record.bytes, clients).unwrap().list;
                books.close(list);
            }
        }
    }
    books.records
}

/// The records of a finished round with another publication, signed anew.
pub fn republished<P: ProofSystem>(
    finished: &Finished<P>,
    alter: impl FnOnce(&mut Publication<P::Group>),
) -> Vec<Record> {
    let mut records = finished.records.clone();
    let (at, mut publication) = publication(&finished.local.round, &records);
    alter(&mut publication);
    let mut message = Message::decode(&records[at].bytes).unwrap();
    message.body = publication.encode();
    records[at].bytes = message.encode();
    signed_anew(&finished.local, &records)
}
