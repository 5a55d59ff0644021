//! Each rule that keeps clients safe is needed: the attack that it stops goes through without it.
//!
//! The attacker is the aggregator, who signs what it likes and shows it to honest clients.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_circuits::bitplane::RistrettoBitplane;
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use zeroize::Zeroizing;

use crate::advertise::{Advertisement, RoundKeys};
use crate::attest::{Challenges, Head};
use crate::checkpoint::Checkpoint;
use crate::client::{AnyClient, Client};
use crate::configuration::{SegmentConfiguration, SignedConfiguration};
use crate::conviction::{Conviction, Lie, Seen};
use crate::dh::KeyPair;
use crate::hash::Digest;
use crate::masks::{self, Mask};
use crate::members::{ClientId, ClientSet};
use crate::message::{Message, Sender};
use crate::organiser::Proposal;
use crate::packet::{Item, Packet, Part};
use crate::phase::Phase;
use crate::revealed;
use crate::roster::Roster;
use crate::round::Round;
use crate::rule::{without, Rule};
use crate::rules;
use crate::sealing::Channel;
use crate::share::DealtPair;
use crate::sharing::reconstruct;
use crate::signing::SigningKey;
use crate::submit::Submission;
use crate::tree::{Root, Tree};
use crate::unmask;

type Suite = RistrettoBitplane;

const CLIENTS: u32 = 10;

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

fn all_but(number: u32) -> ClientSet {
    ClientSet::of(CLIENTS, |client| client.number() != number)
}

/// Honest clients, and an aggregator that signs anything.
struct Attack {
    round: Arc<Round<Suite>>,
    key: SigningKey,
    keys: Vec<Arc<SigningKey>>,
    clients: Vec<Option<AnyClient<Suite>>>,
    tree: Tree<Digest>,
    chain: Digest,
    before: Root,
    packet: Vec<u8>,
    /// What was said in each phase.
    said: Vec<Vec<Message>>,
}

impl Attack {
    fn new(min_contributors: Option<u32>) -> Self {
        let mut rng = OsRng;
        let (organiser, key) = (
            SigningKey::generate(&mut rng),
            SigningKey::generate(&mut rng),
        );
        let keys: Vec<_> = (0..CLIENTS)
            .map(|_| Arc::new(SigningKey::generate(&mut rng)))
            .collect();
        let roster = Roster::new(keys.iter().map(|key| key.verifying_key()).collect()).unwrap();
        let segments = vec![SegmentConfiguration::integers("numbers", 3, 100)];
        let proposal = Proposal {
            min_contributors,
            ..Proposal::new(segments, 100_000, 200_000, [7; 32])
        };
        let configuration = proposal.configure::<Suite>(&roster, key.verifying_key(), &mut rng);
        let signed = SignedConfiguration::sign(&configuration.unwrap(), &organiser);
        let round = Round::open(&signed, &roster.encode(), &organiser.verifying_key()).unwrap();
        let round = Arc::new(round);
        let clients = keys.iter().map(|key| {
            let client = Client::join(Arc::clone(&round), Arc::clone(key)).unwrap();
            Some(AnyClient::Joined(client))
        });
        Self {
            clients: clients.collect(),
            chain: *round.context(),
            round,
            key,
            keys,
            tree: Tree::new(),
            before: Root::empty(),
            packet: Vec::new(),
            said: Vec::new(),
        }
    }

    /// What a client says to the packet that is shown to it now, with this input.
    fn ask_with(&mut self, number: u32, input: &[u64]) -> Option<Message> {
        let slot = &mut self.clients[id(number).index()];
        let mut store = Zeroizing::new(Vec::new());
        let client = slot.take().unwrap();
        let (client, said) = client.advance(&self.packet, Some(input), &mut OsRng, &mut store);
        *slot = Some(client);
        said.ok()
            .flatten()
            .map(|bytes| Message::decode(&bytes).unwrap())
    }

    fn ask(&mut self, number: u32) -> Option<Message> {
        self.ask_with(number, &[1, 2, 3])
    }

    fn ask_all(&mut self) -> Vec<Message> {
        (1..=CLIENTS)
            .filter_map(|number| self.ask(number))
            .collect()
    }

    fn lengths(&self, message: &Message) -> Vec<usize> {
        let everybody = ClientSet::of(CLIENTS, |_| true);
        let Sender::Client(client) = message.envelope.sender else {
            return Vec::new();
        };
        match message.envelope.phase {
            Phase::Advertise => self.round.advertise_lengths(),
            Phase::Share => self.round.share_lengths(client, &everybody),
            Phase::Confirm => self
                .round
                .confirm_lengths(client, &everybody, message.body.len()),
            Phase::Submit => self.round.submit_lengths(),
            Phase::Attest => self.round.attest_lengths(client, &everybody),
            Phase::Dispute => self
                .round
                .dispute_lengths(client, &everybody, message.body.len()),
            Phase::Unmask(_) => vec![message.body.len()],
            Phase::Acknowledge | Phase::Publish => Vec::new(),
        }
    }

    fn parts(&self, message: &Message) -> Tree<Vec<u8>> {
        let parts = message.parts(&self.lengths(message)).unwrap();
        parts.iter().map(|part| part.to_vec()).collect()
    }

    /// Puts messages on the board, closes the phase with a list and shows all of it.
    fn close(&mut self, phase: Phase, said: Vec<Message>, list: ClientSet) {
        self.close_after(self.chain, phase, said, list);
    }

    fn close_after(&mut self, previous: Digest, phase: Phase, said: Vec<Message>, list: ClientSet) {
        let leaves: Vec<_> = said
            .iter()
            .map(|m| self.tree.push(m.envelope.entry()))
            .collect();
        let (context, root) = (*self.round.context(), self.tree.root());
        let checkpoint = Checkpoint::sign(&self.key, context, phase, previous, root, list);
        let items = leaves.into_iter().zip(&said).map(|(index, message)| {
            let tree = self.parts(message);
            let parts = (0..tree.size()).map(|position| Part {
                position: position as u32,
                bytes: tree.leaf(position).unwrap().clone(),
                proof: tree.inclusion(position).unwrap(),
            });
            Item {
                index,
                envelope: message.envelope.clone(),
                inclusion: self.tree.inclusion(index).unwrap(),
                parts: parts.collect(),
            }
        });
        self.packet = Packet {
            items: items.collect(),
            consistency: self.tree.consistency(self.before.size).unwrap(),
            convictions: Vec::new(),
            checkpoint: checkpoint.clone(),
        }
        .encode();
        self.chain = checkpoint.digest();
        self.before = root;
        self.said.push(said);
    }

    /// Everybody is honest up to and with this phase.
    fn honest_through(mut self, last: Phase) -> Self {
        for phase in Phase::ALL {
            let said = self.ask_all();
            self.close(phase, said, ClientSet::of(CLIENTS, |_| true));
            if phase == last {
                break;
            }
        }
        self
    }

    fn of(&self, phase: Phase, number: u32) -> &Message {
        let sender = Sender::Client(id(number));
        let mut said = self.said[phase.index()].iter();
        said.find(|message| message.envelope.sender == sender)
            .unwrap()
    }

    fn keys_of(&self, number: u32) -> RoundKeys {
        Advertisement::decode(&self.of(Phase::Advertise, number).body)
            .unwrap()
            .keys
    }

    /// The message with other parts, signed by its sender.
    fn altered(&self, message: &Message, alter: impl FnOnce(&mut Vec<Vec<u8>>)) -> Message {
        let tree = self.parts(message);
        let mut parts: Vec<_> = (0..tree.size())
            .map(|at| tree.leaf(at).unwrap().clone())
            .collect();
        alter(&mut parts);
        let envelope = &message.envelope;
        let Sender::Client(client) = envelope.sender else {
            panic!("a client's");
        };
        let (key, context) = (&self.keys[client.index()], envelope.context);
        Message::sign(
            key,
            context,
            envelope.phase,
            envelope.sender,
            envelope.answers,
            &parts,
        )
    }
}

/// With the rule the attack fails, without it succeeds.
fn is_needed(rule: Rule, attack: impl Fn() -> bool + Sync) {
    assert_eq!(without(rule, attack), [false, true], "{rule:?}");
}

/// The secret of client 4 from what its neighbours revealed in a message each, at this place.
fn rebuilt(messages: &[Message], place: impl Fn(ClientId) -> usize) -> KeyScalar {
    let shares = messages.iter().filter_map(|message| {
        let Sender::Client(holder) = message.envelope.sender else {
            return None;
        };
        let shares = unmask::decode(&message.body).ok()?;
        Some((holder, *shares.get(place(holder))?))
    });
    let shares: Vec<_> = shares.filter(|(holder, _)| *holder != id(4)).collect();
    reconstruct(&shares)
}

#[test]
fn without_a_conviction_no_second_share_and_no_input() {
    is_needed(Rule::Convicted, || {
        let mut attack = Attack::new(None).honest_through(Phase::Acknowledge);
        let unmasked = attack.ask_all();
        let seed = rebuilt(&unmasked, |holder| if holder < id(4) { 2 } else { 3 });
        attack.close(Phase::Unmask(0), unmasked, all_but(4));
        let again = attack.ask_all();
        if again.len() < attack.round.threshold() {
            return false;
        }
        // Both secrets of client 4: its masked vector gives its input away.
        let (round, pair) = (&attack.round, KeyPair::from_secret(rebuilt(&again, |_| 0)));
        assert_eq!(*pair.public(), attack.keys_of(4).mask);
        let mut vector =
            Submission::<Suite>::masked_of(round, attack.of(Phase::Submit, 4)).unwrap();
        let neighbours = rules::holders(round.graph(), &ClientSet::of(CLIENTS, |_| true), id(4));
        let edges = neighbours.into_iter().map(|other| {
            let key = attack.keys_of(other.number()).mask;
            Mask::of_edge(round.context(), id(4), &pair, other, &key)
        });
        let own = Mask::of_seed(round.context(), id(4), &seed);
        let all: Vec<_> = edges.chain([own]).map(Mask::inverse).collect();
        masks::apply::<Ristretto>(&mut vector, &all);
        let packed = round.layout().pack(&[1, 2, 3]).unwrap();
        vector[..packed.len()] == packed[..]
    });
}

#[test]
fn a_neighbour_with_two_keys_cannot_convict() {
    is_needed(Rule::AttestedKeys, || {
        let attack = Attack::new(None).honest_through(Phase::Attest);
        let round = &attack.round;
        let everybody = ClientSet::of(CLIENTS, |_| true);
        let (attestation, submit) = (attack.of(Phase::Attest, 4), attack.of(Phase::Attest, 4));
        let challenges = Challenges::new(round, &submit.envelope.answers);
        let tree = attack.parts(attestation);
        let part = |position: u64| Part {
            position: position as u32,
            bytes: tree.leaf(position).unwrap().clone(),
            proof: tree.inclusion(position).unwrap(),
        };
        // Client 5 has another key, of which client 4 never heard.
        let other = KeyPair::generate(&mut OsRng);
        let neighbours = rules::holders(round.graph(), &everybody, id(4));
        let keys = neighbours.iter().map(|&client| match client.number() {
            5 => *other.public(),
            number => attack.keys_of(number).mask,
        });
        let conviction = Conviction {
            attestation: attestation.envelope.clone(),
            head: part(0),
            lie: Lie::Edge {
                secret: *other.secret(),
                neighbour: id(5),
                keys: keys.collect(),
                edges: part(1 + neighbours.binary_search(&id(5)).unwrap() as u64),
            },
        };
        assert!(Head::<Ristretto>::decode(round, &part(0).bytes).is_ok());
        let seen = Seen {
            round,
            advertise: round.context(),
            advertised: &everybody,
            participants: &everybody,
            challenges: &challenges,
        };
        conviction.holds(&seen, &attack.keys_of(4).mask)
    });
}

#[test]
fn a_borrowed_key_makes_a_complaint_open_the_channel_of_two_others() {
    is_needed(Rule::Possession, || {
        let mut attack = Attack::new(None);
        let mut said = attack.ask_all();
        // Client 3 advertises twice the channel key of client 2.
        let victim = Advertisement::decode(&said[1].body).unwrap().keys.channel;
        let rogue = Ristretto::encode_point(&(victim + victim));
        said[2] = attack.altered(&said[2], |parts| parts[0][96..128].copy_from_slice(&rogue));
        attack.close(Phase::Advertise, said, ClientSet::of(CLIENTS, |_| true));
        let mut said = attack.ask_all();
        let Some(dealt) = said
            .get(2)
            .cloned()
            .filter(|_| said.len() == CLIENTS as usize)
        else {
            return false;
        };
        said[2] = attack.altered(&dealt, |parts| parts[1][143] ^= 1);
        let of_victim = attack.parts(&said[1]).leaf(1).unwrap().clone();
        attack.close(Phase::Share, said, ClientSet::of(CLIENTS, |_| true));
        let confirmed = attack.ask(1).unwrap();
        let others: Vec<_> = ClientId::all(CLIENTS).collect();
        let complaints = revealed::decode(&confirmed.body, &others).unwrap();
        let about = complaints
            .iter()
            .find(|complaint| complaint.other == id(3))
            .unwrap();
        let channel = Channel {
            context: attack.round.context(),
            dealer: id(2),
            recipient: id(1),
        };
        let dealt = DealtPair::decode(&of_victim).unwrap();
        let point = about.point * KeyScalar::from(2u64).invert();
        let opened = channel.open(&point, &dealt.sealed);
        opened.is_some_and(|pair| dealt.commits_to(&pair))
    });
}

#[test]
fn a_wrong_share_is_not_taken_in_silence() {
    is_needed(Rule::CommittedShare, || {
        let mut attack = Attack::new(None).honest_through(Phase::Advertise);
        let mut said = attack.ask_all();
        // What client 3 commits to for client 1 is not what it sealed.
        said[2] = attack.altered(&said[2], |parts| {
            let mut dealt = DealtPair::decode(&parts[1]).unwrap();
            dealt.commitments[0] += KEY_TABLE.basepoint();
            parts[1] = dealt.encode();
        });
        attack.close(Phase::Share, said, ClientSet::of(CLIENTS, |_| true));
        attack.ask(1).unwrap().body.is_empty()
    });
}

#[test]
fn a_client_does_not_attest_what_it_did_not_submit() {
    is_needed(Rule::SubmittedInput, || {
        let mut attack = Attack::new(None).honest_through(Phase::Submit);
        // It would be named: its masked vector is another input than the one that it links.
        attack.ask_with(1, &[1, 2, 4]).is_some()
    });
}

#[test]
fn nobody_unmasks_for_a_list_that_few_neighbours_acknowledged() {
    is_needed(Rule::Neighbours, || {
        let mut attack = Attack::new(None).honest_through(Phase::Dispute);
        let said: Vec<_> = (1..=3).filter_map(|number| attack.ask(number)).collect();
        let few = ClientSet::of(CLIENTS, |client| client.number() <= 3);
        attack.close(Phase::Acknowledge, said, few);
        attack.ask(1).is_some()
    });
}

#[test]
fn nobody_unmasks_for_fewer_than_agreed() {
    is_needed(Rule::Acknowledgements, || {
        let mut attack = Attack::new(Some(CLIENTS)).honest_through(Phase::Dispute);
        let said: Vec<_> = (1..=7).filter_map(|number| attack.ask(number)).collect();
        let some = ClientSet::of(CLIENTS, |client| client.number() <= 7);
        attack.close(Phase::Acknowledge, said, some);
        attack.ask(1).is_some()
    });
}

#[test]
fn nobody_follows_a_board_that_does_not_continue_its_own() {
    is_needed(Rule::Chain, || {
        let mut attack = Attack::new(None).honest_through(Phase::Confirm);
        let said = attack.ask_all();
        let everybody = ClientSet::of(CLIENTS, |_| true);
        attack.close_after([9; 32], Phase::Submit, said, everybody);
        attack.ask(1).is_some()
    });
}

#[test]
fn two_honest_neighbours_cannot_be_talked_into_opening_their_edge() {
    is_needed(Rule::SameView, || {
        let mut attack = Attack::new(None).honest_through(Phase::Confirm);
        let said = attack.ask_all();
        let (tree, chain, before) = (attack.tree.clone(), attack.chain, attack.before);
        // Client 2 attests to one list, the others to another: under other challenges.
        attack.close(Phase::Submit, said.clone(), all_but(9));
        let of_two = attack.ask(2).unwrap();
        (attack.tree, attack.chain, attack.before) = (tree, chain, before);
        attack.said.pop();
        attack.close(Phase::Submit, said, ClientSet::of(CLIENTS, |_| true));
        let others: Vec<_> = [1, 3, 4, 5, 6, 7, 8, 9, 10].into();
        let mut said: Vec<_> = others.into_iter().filter_map(|n| attack.ask(n)).collect();
        said.push(of_two);
        attack.close(Phase::Attest, said, ClientSet::of(CLIENTS, |_| true));
        let Some(opened) = attack.ask(1) else {
            return false;
        };
        let others: Vec<_> = ClientId::all(CLIENTS).collect();
        let opened = revealed::decode(&opened.body, &others).unwrap();
        opened.iter().any(|edge| edge.other == id(2))
    });
}
