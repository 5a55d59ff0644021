//! An aggregator that takes everything, lists whom it likes and shows what it likes, but does the
//! arithmetic of the honest one. Left alone, its rounds are verified.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use veragg::circuits::group::{Group, Ristretto};
use veragg::circuits::proof_system::ProofSystem;
use veragg::local::{Participant, Setting};
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::hash::Digest;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::masks::{self, Mask};
use veragg::protocol::crypto::sharing::reconstruct;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::crypto::tree::{Root, Tree};
use veragg::protocol::pairwise::advertise::Advertisement;
use veragg::protocol::pairwise::package::{Item, Packet};
use veragg::protocol::pairwise::publish::{Outcome, Publication};
use veragg::protocol::pairwise::unmask::{self, Secret};
use veragg::protocol::round::lists;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::Round;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::protocol::wire::part::Part;

use super::{publication, Finished, Scene, Suite};

/// The aggregator's books.
#[derive(Clone)]
pub(crate) struct Crooked {
    pub(crate) round: Arc<Round<Suite>>,
    key: Arc<SigningKey>,
    tree: Tree<Digest>,
    pub(crate) chain: Digest,
    before: Root,
    pub(crate) records: Vec<Record>,
    pub(crate) phase: Phase,
    /// Messages of the open phase, with their leaves.
    said: Vec<(u64, Message)>,
    /// The first message of each client in each phase.
    kept: BTreeMap<(Phase, ClientId), Message>,
    pub(crate) lists: BTreeMap<Phase, ClientSet>,
    shown: Option<Closed>,
}

/// The phase that has closed.
#[derive(Clone)]
struct Closed {
    checkpoint: Checkpoint,
    consistency: Vec<u8>,
    said: Vec<(u64, Message)>,
}

impl Crooked {
    pub(crate) fn new(setting: &Setting<Suite>) -> Self {
        Self {
            round: Arc::clone(&setting.round),
            key: Arc::clone(&setting.aggregator),
            tree: Tree::new(),
            chain: *setting.round.context(),
            before: Root::empty(),
            records: Vec::new(),
            phase: Phase::Advertise,
            said: Vec::new(),
            kept: BTreeMap::new(),
            lists: BTreeMap::new(),
            shown: None,
        }
    }

    /// Puts a message on the board, whatever it is.
    pub(crate) fn take(&mut self, bytes: Vec<u8>) {
        let message = Message::decode(&bytes).unwrap();
        let leaf = self.tree.push(message.envelope.entry());
        if let Sender::Client(client) = message.envelope.sender {
            let slot = (self.phase, client);
            self.kept.entry(slot).or_insert_with(|| message.clone());
        }
        self.said.push((leaf, message));
        self.records.push(Record {
            kind: RecordKind::Message,
            bytes,
        });
    }

    /// Does not count what a client said.
    pub(crate) fn forget(&mut self, phase: Phase, client: ClientId) {
        self.kept.remove(&(phase, client));
    }

    fn heard(&self, phase: Phase) -> ClientSet {
        ClientSet::of(self.round.clients(), |client| {
            self.kept.contains_key(&(phase, client))
        })
    }

    /// The list of the open phase if every message in it is right.
    pub(crate) fn list(&self) -> ClientSet {
        let heard = self.heard(self.phase);
        match self.phase {
            Phase::Confirm => {
                lists::participants(self.round.graph(), &heard, self.round.threshold())
            }
            // Nobody disagrees, and nobody is found to have lied.
            Phase::Dispute => self.lists[&Phase::Attest].clone(),
            Phase::Unmask(_) | Phase::Publish => self.lists[&Phase::Dispute].clone(),
            _ => heard,
        }
    }

    /// Signs a checkpoint with any list.
    pub(crate) fn close(&mut self, list: ClientSet) {
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
            said: std::mem::take(&mut self.said),
        });
        self.phase = phase.next().unwrap_or(phase);
    }

    /// Everything that those on the list said in the phase that has closed.
    pub(crate) fn packet(&self) -> Option<Packet> {
        let Closed {
            checkpoint,
            consistency,
            said,
        } = self.shown.as_ref()?;
        let items = said.iter().filter_map(|(leaf, message)| {
            let Sender::Client(author) = message.envelope.sender else {
                return None;
            };
            checkpoint
                .list
                .contains(author)
                .then(|| self.item(author, *leaf, message))
        });
        Some(Packet {
            checkpoint: checkpoint.clone(),
            consistency: consistency.clone(),
            items: items.collect(),
            convictions: Vec::new(),
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

    /// What became of each client by the lists.
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

    /// Removes the masks as well as the revealed shares allow.
    pub(crate) fn publication(&self) -> Publication<Ristretto> {
        let round = &self.round;
        let context = round.context();
        let (participants, contributors) =
            (&self.lists[&Phase::Confirm], &self.lists[&Phase::Dispute]);
        let scalars = round.masked_scalars();
        let mut sum = vec![<Ristretto as Group>::Scalar::from(0u64); scalars];
        for client in contributors.iter() {
            let Some(message) = self.kept.get(&(Phase::Submit, client)) else {
                continue;
            };
            let masked = &message.body[round.proofs().proof_len()..];
            let masked = Ristretto::decode_scalars(masked, scalars, "masked").unwrap();
            sum.iter_mut().zip(masked).for_each(|(sum, y)| *sum += y);
        }
        let mut shares: BTreeMap<ClientId, Vec<_>> = BTreeMap::new();
        for holder in self.heard(Phase::Unmask(0)).iter() {
            let revealed = &self.kept[&(Phase::Unmask(0), holder)].body;
            let subjects = lists::holders(round.graph(), participants, holder);
            for (dealer, share) in subjects.into_iter().zip(unmask::decode(revealed).unwrap()) {
                shares.entry(dealer).or_default().push((holder, share));
            }
        }
        let mut all = Vec::new();
        for (dealer, mut shares) in shares {
            shares.truncate(round.threshold());
            let secret = reconstruct(&shares);
            if Secret::to_rebuild(contributors.contains(dealer)) == Secret::Seed {
                all.push(Mask::of_seed(context, dealer, &secret).inverse());
                continue;
            }
            let pair = KeyPair::from_secret(secret);
            for other in lists::holders(round.graph(), contributors, dealer) {
                let body = &self.kept[&(Phase::Advertise, other)].body;
                let public = Advertisement::decode(body).unwrap().keys.mask;
                all.push(Mask::of_edge(context, dealer, &pair, other, &public));
            }
        }
        masks::apply::<Ristretto>(&mut sum, &all);
        Publication {
            opening: sum,
            outcomes: ClientId::all(round.clients())
                .map(|client| self.outcome(client))
                .collect(),
        }
    }

    /// Publishes anything and closes the round.
    pub(crate) fn publish(&mut self, publication: &Publication<Ristretto>) {
        self.say(publication);
        let list = self.list();
        self.close(list);
    }

    fn say(&mut self, publication: &Publication<Ristretto>) {
        assert_eq!(self.phase, Phase::Publish);
        let parts = [publication.encode()];
        let (key, context) = (&self.key, *self.round.context());
        let sender = Sender::Aggregator;
        let message = Message::sign(key, context, Phase::Publish, sender, self.chain, &parts);
        self.take(message.encode());
    }
}

type Admit = dyn FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>>;
type List = dyn FnMut(Phase, ClientSet) -> ClientSet;
type Show = dyn FnMut(ClientId, Packet) -> Packet;
type Publish = dyn FnMut(&Crooked, Publication<Ristretto>) -> Publication<Ristretto>;

/// What the aggregator does otherwise than it should; nothing, to begin with.
pub(crate) struct Crook {
    admit: Box<Admit>,
    list: Box<List>,
    show: Box<Show>,
    publish: Box<Publish>,
}

impl Crook {
    pub(crate) fn new() -> Self {
        Self {
            admit: Box::new(|_, said| said),
            list: Box::new(|_, list| list),
            show: Box::new(|_, packet| packet),
            publish: Box::new(|_, publication| publication),
        }
    }

    /// What goes on the board of what was said in a phase.
    pub(crate) fn admitting(
        mut self,
        admit: impl FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>> + 'static,
    ) -> Self {
        self.admit = Box::new(admit);
        self
    }

    /// Which list closes a phase.
    pub(crate) fn listing(
        mut self,
        list: impl FnMut(Phase, ClientSet) -> ClientSet + 'static,
    ) -> Self {
        self.list = Box::new(list);
        self
    }

    /// What a client is shown.
    pub(crate) fn showing(
        mut self,
        show: impl FnMut(ClientId, Packet) -> Packet + 'static,
    ) -> Self {
        self.show = Box::new(show);
        self
    }

    /// Of the two messages that a client signed in a phase, some are shown the second, others the first.
    pub(crate) fn showing_second(
        self,
        number: u32,
        phase: Phase,
        to: impl Fn(u32) -> bool + 'static,
    ) -> Self {
        let author = Sender::Client(super::id(number));
        self.showing(move |reader, mut packet| {
            let mut seen = 0;
            packet.items.retain(|item| {
                let is_one = item.envelope.phase == phase && item.envelope.sender == author;
                seen += usize::from(is_one);
                !is_one || (seen == 2) == to(reader.number())
            });
            packet
        })
    }

    /// What is published.
    pub(crate) fn publishing(
        mut self,
        publish: impl FnMut(&Crooked, Publication<Ristretto>) -> Publication<Ristretto> + 'static,
    ) -> Self {
        self.publish = Box::new(publish);
        self
    }

    /// Plays a round to its end, whoever is left.
    pub(crate) fn play(mut self, scene: Scene) -> Finished {
        let Scene {
            setting,
            inputs,
            mut people,
        } = scene;
        let mut books = Crooked::new(&setting);
        while books.phase != Phase::Publish {
            let phase = books.phase;
            let said = self.hear(&books, &mut people);
            for bytes in (self.admit)(phase, said) {
                books.take(bytes);
            }
            let list = (self.list)(phase, books.list());
            books.close(list);
        }
        let publication = (self.publish)(&books, books.publication());
        books.publish(&publication);
        Finished {
            setting,
            inputs,
            records: books.records,
            receipts: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// What everybody says to the packets that they are shown.
    fn hear(&mut self, books: &Crooked, people: &mut [Box<dyn Participant>]) -> Vec<Vec<u8>> {
        let packets: Vec<_> = people
            .iter()
            .map(|person| {
                let packet = books.packet();
                packet.map_or(Vec::new(), |packet| {
                    (self.show)(person.id(), packet).encode()
                })
            })
            .collect();
        let said = people.par_iter_mut().zip(packets);
        said.flat_map_iter(|(person, packet)| person.speak(books.phase, &packet))
            .collect()
    }
}

/// The records with every checkpoint and publication signed anew by the aggregator, who has its
/// key and so can make any board hold together, but not the clients' answers to the old one.
pub(crate) fn signed_anew(setting: &Setting<Suite>, records: &[Record]) -> Vec<Record> {
    let clients = setting.round.clients();
    let mut books = Crooked::new(setting);
    for record in records {
        match record.kind {
            RecordKind::Message if books.phase == Phase::Publish => {
                let body = Message::decode(&record.bytes).unwrap().body;
                let scalars = setting.round.masked_scalars();
                let publication = Publication::decode(&body, scalars, clients).unwrap();
                books.say(&publication);
            }
            RecordKind::Message => books.take(record.bytes.clone()),
            RecordKind::Checkpoint => {
                let list = Checkpoint::decode(&record.bytes, clients).unwrap().list;
                books.close(list);
            }
        }
    }
    books.records
}

/// The records of a finished round with another publication, signed anew.
pub(crate) fn republished(
    finished: &Finished,
    alter: impl FnOnce(&mut Publication<Ristretto>),
) -> Vec<Record> {
    let mut records = finished.records.clone();
    let (at, mut publication) = publication(&finished.setting.round, &records);
    alter(&mut publication);
    let mut message = Message::decode(&records[at].bytes).unwrap();
    message.body = publication.encode();
    records[at].bytes = message.encode();
    signed_anew(&finished.setting, &records)
}
