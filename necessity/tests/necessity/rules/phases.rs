//! What a client checks in each phase. The attacker is the aggregator.

use std::io;

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use zeroize::Zeroizing;

use super::attack::Attack;
use super::clients::{sender, Parties};
use super::{all_but, both_secrets_give_the_input, everybody, id, reconstructed, CLIENTS};
use crate::watched::attempt;
use veragg_protocol::client::Store;
use veragg_protocol::crypto::dleq::{self, Revealed};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sealing::Channel;
use veragg_protocol::pairwise::advertise::Advertisement;
use veragg_protocol::pairwise::share::{DealtPair, HEAD_LEN, PAIR_LEN};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Message;

/// The points that a message reveals.
pub(super) fn revealed_in(message: &Message) -> Vec<Revealed> {
    let others: Vec<_> = ClientId::all(CLIENTS).collect();
    dleq::decode(&message.body, &others).unwrap()
}

/// The list leaves client 1 with fewer neighbours than the threshold. Its message of share would be refused
/// (4.3.2), and the audit would name it.
pub(super) fn a_client_is_made_to_share_among_too_few() -> bool {
    let parties = Parties::new();
    let round = parties.sparse(4, 3);
    let neighbours = lists::holders(round.graph(), &everybody(), id(1));
    let mut attack = Attack::in_round(&parties, round);
    let messages = attack.ask_all();
    let list = ClientSet::of(CLIENTS, |client| !neighbours[..2].contains(&client));
    attack.close(Phase::Advertise, messages, list);
    let holders = |message: &Message| (message.body.len() - HEAD_LEN) / PAIR_LEN;
    let shared = attack.ask(1);
    shared.is_some_and(|message| holders(&message) < attack.round.threshold())
}

/// Client 3 advertises the double of the channel key of client 2. A complaint about client 3 then opens the shares
/// that client 2 sealed.
pub(super) fn a_key_of_unknown_secret_opens_the_channel_of_two_others() -> bool {
    let mut attack = Attack::new();
    let mut messages = attack.ask_all();
    let victim = Advertisement::decode(&messages[1].body)
        .unwrap()
        .keys
        .channel;
    let rogue = Ristretto::encode_point(&(*victim + *victim));
    messages[2] = attack.altered(&messages[2], |parts| {
        parts[0][96..128].copy_from_slice(&rogue)
    });
    attack.close(Phase::Advertise, messages, everybody());
    let mut messages = attack.ask_all();
    if messages.len() < CLIENTS as usize {
        return false;
    }
    messages[2] = attack.altered(&messages[2], |parts| parts[1][143] ^= 1);
    let of_victim = attack.parts(&messages[1]).leaf(1).unwrap().clone();
    attack.close(Phase::Share, messages, everybody());
    let complaints = revealed_in(&attack.ask(1).unwrap());
    let about = complaints.iter().find(|one| one.other == id(3)).unwrap();
    let channel = Channel {
        context: attack.round.context(),
        dealer: id(2),
        recipient: id(1),
    };
    let dealt = DealtPair::decode(&of_victim).unwrap();
    let point = about.point * KeyScalar::from(2u64).invert();
    let opened = channel.open(&point, &dealt.sealed);
    opened.is_some_and(|pair| dealt.commits_to(&pair))
}

/// Client 3 seals another share for client 1 than the one that it commits to.
pub(super) fn a_wrong_share_is_accepted_without_a_complaint() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Advertise);
    let mut messages = attack.ask_all();
    messages[2] = attack.altered(&messages[2], |parts| {
        let mut dealt = DealtPair::decode(&parts[1]).unwrap();
        let other = *dealt.commitments[0] + KEY_TABLE.basepoint();
        dealt.commitments[0] = other.into();
        parts[1] = dealt.encode();
    });
    attack.close(Phase::Share, messages, everybody());
    attack.ask(1).unwrap().body.is_empty()
}

/// A client attests several times, since its owner restored it from an old copy.
pub(super) fn attestations_under_one_blinding_give_the_input() -> bool {
    !attempt("attestations_of_a_restored_client")
        .play()
        .is_empty()
}

/// Client 1 attests with another input than the submitted one. The audit would name it.
pub(super) fn a_client_attests_what_it_did_not_submit() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Submit);
    attack.ask_with(1, &[1, 2, 4]).is_some()
}

/// Two honest clients open their edge, although their attestations agree.
pub(super) fn an_edge_is_opened_that_nobody_disputes() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Attest);
    let opened = attack.ask(1);
    opened.is_some_and(|message| !revealed_in(&message).is_empty())
}

pub(super) fn shares_come_for_a_list_that_few_neighbours_acknowledged() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Dispute);
    let messages = attack.ask_those(1..=3);
    let few = ClientSet::of(CLIENTS, |client| client.number() <= 3);
    attack.close(Phase::Acknowledge, messages, few);
    attack.ask(1).is_some()
}

pub(super) fn shares_come_for_fewer_than_agreed() -> bool {
    let mut attack = Attack::with_min(Some(CLIENTS)).honest_through(Phase::Dispute);
    let messages = attack.ask_those(1..=7);
    let some = ClientSet::of(CLIENTS, |client| client.number() <= 7);
    attack.close(Phase::Acknowledge, messages, some);
    attack.ask(1).is_some()
}

pub(super) fn both_secrets_come_without_a_fraud_proof() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Acknowledge);
    let unmasked = attack.ask_all();
    let seed = reconstructed(&unmasked, |holder| if holder < id(4) { 2 } else { 3 });
    attack.close(Phase::Unmask(0), unmasked, all_but(4));
    let again = attack.ask_all();
    if again.len() < attack.round.threshold() {
        return false;
    }
    both_secrets_give_the_input(&attack, &seed, reconstructed(&again, |_| 0))
}

/// The store of a client whose disk is full.
struct Full;

impl Store for Full {
    fn put(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

/// A client sends a message that it has not saved, restarts, and acknowledges another list. It has then signed two
/// messages in one phase, and the two lists reveal both secrets of a neighbour.
pub(crate) fn a_restart_makes_a_client_speak_twice() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Attest);
    let nothing = attack.ask_all();
    assert!(nothing.is_empty());
    let board = attack.board.clone();
    attack.close(Phase::Dispute, Vec::new(), everybody());
    let (mut client, package) = (attack.clients.restarted(1), &attack.board.package);
    let first = client.advance(package, None, &mut OsRng, &mut Full);
    attack.board = board;
    attack.close(Phase::Dispute, Vec::new(), all_but(4));
    let (mut client, package) = (attack.clients.restarted(1), &attack.board.package);
    let mut store = Zeroizing::new(Vec::new());
    let second = client.advance(package, None, &mut OsRng, &mut store);
    let (first, second) = (first.ok().flatten(), second.unwrap());
    first.is_some() && second.is_some() && first != second
}

/// A client could not save its acknowledgement, and so did not send it. Its owner restarts it. If the first process
/// goes on too, the two see two lists and reveal both secrets of a neighbour.
pub(crate) fn a_client_goes_on_that_could_not_save() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Attest);
    attack.ask_all();
    let board = attack.board.clone();
    let saved: Vec<_> = (1..=CLIENTS)
        .map(|number| attack.clients.saved(number))
        .collect();
    attack.close(Phase::Dispute, Vec::new(), everybody());
    let (mut client, package) = (attack.clients.restarted(1), &attack.board.package);
    let unsent = client.advance(package, None, &mut OsRng, &mut Full);
    assert!(unsent.is_err());
    let messages = attack.ask_those(2..=CLIENTS);
    attack.close(Phase::Acknowledge, messages, everybody());
    let mut store = Zeroizing::new(Vec::new());
    let first = client.advance(&attack.board.package, None, &mut OsRng, &mut store);
    attack.board = board;
    for (number, saved) in (1..).zip(saved) {
        attack.clients.restore(number, saved);
    }
    attack.close(Phase::Dispute, Vec::new(), all_but(4));
    let messages = attack.ask_all();
    attack.close(Phase::Acknowledge, messages, all_but(4));
    let second = attack.ask(1);
    second.is_some() && first.is_ok_and(|first| first.is_some())
}

/// Two honest neighbours answered different checkpoints of submit, and so attest under different challenges.
pub(super) fn two_honest_neighbours_open_their_edge() -> bool {
    let (mut attack, of_two) = Attack::new().two_views();
    assert_eq!(sender(&of_two), id(2));
    let opened = attack.ask(1);
    opened.is_some_and(|message| revealed_in(&message).iter().any(|edge| edge.other == id(2)))
}
