//! What a client checks in every package. The attacker is the aggregator, alone or with a client.

use rand_core::OsRng;

use super::attack::Attack;
use super::phases::revealed_in;
use super::{all_but, everybody, id, CLIENTS, ELSEWHERE};
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::crypto::tree::Tree;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};
use zeroize::Zeroizing;

/// Whether a client answers a checkpoint of confirm in which one field is wrong. Such a checkpoint is no evidence
/// against the aggregator, and yet the client would react to its list.
fn follows(of: impl FnOnce(&Attack, Digest, ClientSet) -> Checkpoint) -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    let messages = attack.ask_all();
    attack.write(messages.clone());
    let checkpoint = of(&attack, attack.board.chain, all_but(9));
    attack.show_under(checkpoint, &messages);
    attack.ask(1).is_some()
}

pub(super) fn a_checkpoint_of_another_round_is_answered() -> bool {
    follows(|attack, previous, list| {
        let root = attack.board.tree.root();
        Checkpoint::sign(&attack.key, ELSEWHERE, Phase::Confirm, previous, root, list)
    })
}

pub(super) fn a_checkpoint_of_another_phase_is_answered() -> bool {
    follows(|attack, previous, list| {
        let (context, root) = (*attack.round.context(), attack.board.tree.root());
        Checkpoint::sign(&attack.key, context, Phase::Attest, previous, root, list)
    })
}

pub(super) fn a_stranger_s_checkpoint_is_answered() -> bool {
    follows(|attack, previous, list| {
        let (context, root) = (*attack.round.context(), attack.board.tree.root());
        let stranger = SigningKey::generate(&mut OsRng);
        Checkpoint::sign(&stranger, context, Phase::Confirm, previous, root, list)
    })
}

pub(super) fn a_second_chain_is_followed() -> bool {
    follows(|attack, _, list| {
        let (context, root) = (*attack.round.context(), attack.board.tree.root());
        Checkpoint::sign(&attack.key, context, Phase::Confirm, [9; 32], root, list)
    })
}

/// The message of share of client 2, which client 1 has used, is no longer on the board.
pub(super) fn the_board_no_longer_holds_what_a_client_saw() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    let messages = attack.ask_all();
    let dealt = attack.of(Phase::Share, 2).clone();
    let other = attack.altered(&dealt, |parts| parts[1][143] ^= 1);
    let earlier = attack.board.messages.iter().flatten();
    let entries = earlier.map(|message| {
        let message = if *message == dealt { &other } else { message };
        message.envelope.entry()
    });
    attack.board.tree = entries.collect::<Tree<_>>();
    attack.close(Phase::Confirm, messages, everybody());
    attack.ask(1).is_some()
}

/// The configuration asks for ten contributors. Client 10 drops out, but later lists hold it again.
pub(super) fn somebody_counts_who_is_not_in_the_sum() -> bool {
    let mut attack = Attack::with_min(Some(CLIENTS)).honest_through(Phase::Share);
    let others = 1..CLIENTS;
    for phase in [Phase::Confirm, Phase::Submit, Phase::Attest] {
        let mut messages = attack.ask_those(others.clone());
        if phase == Phase::Submit {
            let parts = attack.round.submit_lengths();
            let parts: Vec<_> = parts.into_iter().map(|len| vec![0; len]).collect();
            messages.push(
                attack
                    .clients
                    .sign(CLIENTS, phase, attack.board.chain, &parts),
            );
            attack.close(phase, messages, everybody());
        } else {
            attack.close(phase, messages, all_but(CLIENTS));
        }
    }
    attack.ask_those(others.clone());
    attack.close(Phase::Dispute, Vec::new(), everybody());
    let mut messages = attack.ask_those(others);
    let of_ten = attack
        .clients
        .sign(CLIENTS, Phase::Acknowledge, attack.board.chain, &[]);
    messages.push(of_ten);
    attack.close(Phase::Acknowledge, messages, everybody());
    attack.ask(1).is_some()
}

/// The configuration asks for nine. Eight of the nine contributors acknowledge, and client 10, which is no
/// contributor.
pub(super) fn an_acknowledgement_counts_of_somebody_else() -> bool {
    let mut attack = Attack::with_min(Some(9)).honest_through(Phase::Attest);
    attack.ask_all();
    attack.close(Phase::Dispute, Vec::new(), all_but(10));
    let mut messages = attack.ask_those(1..=8);
    messages.push(
        attack
            .clients
            .sign(10, Phase::Acknowledge, attack.board.chain, &[]),
    );
    let eight = ClientSet::of(CLIENTS, |client| client.number() <= 8);
    attack.close(Phase::Acknowledge, messages, eight);
    attack.ask(1).is_some()
}

/// The configuration asks for eight. Seven acknowledge, and each is shown its own acknowledgement too.
pub(super) fn an_acknowledgement_counts_twice() -> bool {
    let mut attack = Attack::with_min(Some(8)).honest_through(Phase::Dispute);
    let messages = attack.ask_those(1..=7);
    let seven = ClientSet::of(CLIENTS, |client| client.number() <= 7);
    attack.close(Phase::Acknowledge, messages, seven);
    attack.ask(1).is_some()
}

/// Client 1 runs on two devices. The board holds the advertisement of one, and the other goes on all the same: with
/// keys that nobody else has. Whatever it signs then counts against client 1.
pub(super) fn a_second_device_goes_on() -> bool {
    let mut attack = Attack::new();
    let messages = attack.ask_all();
    let mut device = attack.clients.second_device(1);
    attack.close(Phase::Advertise, messages, everybody());
    let mut store = Zeroizing::new(Vec::new());
    let sent = device.advance(&attack.board.package, None, &mut OsRng, &mut store);
    sent.is_ok_and(|message| message.is_some())
}

/// Three clients acknowledge, and the aggregator signs the acknowledgements of the others.
pub(super) fn the_aggregator_acknowledges_for_clients() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Dispute);
    let mut messages = attack.ask_those(1..=3);
    messages.extend((4..=CLIENTS).map(|number| {
        let (context, answers) = (*attack.round.context(), attack.board.chain);
        let sender = Sender::Client(id(number));
        Message::sign(
            &attack.key,
            context,
            Phase::Acknowledge,
            sender,
            answers,
            &[],
        )
    }));
    attack.close(Phase::Acknowledge, messages, everybody());
    attack.ask(1).is_some()
}

/// Three clients acknowledge. The others are on the list, but the package holds no message of them.
pub(super) fn acknowledgements_count_that_nobody_saw() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Dispute);
    let messages = attack.ask_those(1..=3);
    attack.close(Phase::Acknowledge, messages, everybody());
    attack.ask(1).is_some()
}

/// Whether client 1 complains about client 2, whose message of share is valid. Client 1 is shown another message of
/// client 2, with a share that does not open, which no other party counts. So client 1 complains without a reason,
/// and the audit names it. `stands`: whether the other message is on the board too.
fn complains(other: impl FnOnce(&Attack, &[Vec<u8>]) -> Message, stands: bool) -> bool {
    let mut attack = Attack::new().honest_through(Phase::Advertise);
    let mut messages = attack.ask_all();
    attack.write(messages.clone());
    let parts = attack.parts(&messages[1]);
    let mut parts: Vec<_> = (0..parts.size())
        .map(|at| parts.leaf(at).unwrap().clone())
        .collect();
    parts[1][143] ^= 1;
    messages[1] = other(&attack, &parts);
    if stands {
        attack.board.tree.push(messages[1].envelope.entry());
    }
    show_as_shared(&mut attack, &messages);
    let confirmed = attack.ask(1);
    confirmed.is_some_and(|message| revealed_in(&message).iter().any(|one| one.other == id(2)))
}

/// Shows messages at the close of share, also if one of them is of another phase.
fn show_as_shared(attack: &mut Attack, messages: &[Message]) {
    let mut relabelled = messages.to_vec();
    relabelled[1].envelope.phase = Phase::Share;
    let entry = messages[1].envelope.entry();
    attack.show(Phase::Share, &relabelled, everybody());
    let tree = attack.board.tree.clone();
    let index = (0..tree.size()).find(|&index| tree.leaf(index) == Some(&entry));
    attack.alter_package(|package| {
        package.items[1].envelope = messages[1].envelope.clone();
        if let Some(index) = index {
            package.items[1].index = index;
            package.items[1].inclusion = tree.inclusion(index).unwrap();
        }
    });
}

fn signed_by_two(attack: &Attack, context: Context, phase: Phase, parts: &[Vec<u8>]) -> Message {
    let key = &attack.clients.keys[id(2).index()];
    let sender = Sender::Client(id(2));
    Message::sign(key, context, phase, sender, attack.board.chain, parts)
}

pub(super) fn a_message_of_another_round_frames_its_reader() -> bool {
    complains(
        |attack, parts| signed_by_two(attack, ELSEWHERE, Phase::Share, parts),
        true,
    )
}

pub(super) fn a_message_of_another_phase_frames_its_reader() -> bool {
    let phase = Phase::Confirm;
    complains(
        |attack, parts| signed_by_two(attack, *attack.round.context(), phase, parts),
        true,
    )
}

pub(super) fn a_message_that_is_not_on_the_board_frames_its_reader() -> bool {
    let phase = Phase::Share;
    complains(
        |attack, parts| signed_by_two(attack, *attack.round.context(), phase, parts),
        false,
    )
}

/// The aggregator changes the share that client 2 sent to client 1. Client 1 complains, and so opens the channel
/// of the two honest clients.
pub(super) fn a_spoilt_part_opens_the_channel_of_two_honest_clients() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    attack.alter_package(|package| {
        let two = package
            .items
            .iter_mut()
            .find(|item| item.envelope.sender == Sender::Client(id(2)));
        two.unwrap().parts[1].bytes[143] ^= 1;
    });
    let confirmed = attack.ask(1);
    confirmed.is_some_and(|message| revealed_in(&message).iter().any(|one| one.other == id(2)))
}
