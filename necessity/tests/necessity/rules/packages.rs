//! What a client checks of every package: the attacker is the aggregator, alone or with a client.

use rand_core::OsRng;

use super::attack::Attack;
use super::phases::revealed_in;
use super::{all_but, everybody, id, CLIENTS};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::crypto::tree::Tree;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};

/// The checkpoint of confirm with one thing other than it must be, so that it is none of this round's:
/// nobody can be held to it, and yet it has the client show what it says to that list.
fn follows(of: impl FnOnce(&Attack, Digest, ClientSet) -> Checkpoint) -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    let said = attack.ask_all();
    attack.write(said.clone());
    let checkpoint = of(&attack, attack.board.chain, all_but(9));
    attack.show_under(checkpoint, &said);
    attack.ask(1).is_some()
}

pub(super) fn a_checkpoint_of_another_round_is_answered() -> bool {
    follows(|attack, previous, list| {
        let root = attack.board.tree.root();
        Checkpoint::sign(&attack.key, [9; 32], Phase::Confirm, previous, root, list)
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

/// What client 2 dealt, and client 1 has taken, stands on the board no more.
pub(super) fn the_board_forgets_what_a_client_saw() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    let said = attack.ask_all();
    let dealt = attack.of(Phase::Share, 2).clone();
    let other = attack.altered(&dealt, |parts| parts[1][143] ^= 1);
    let earlier = attack.board.said.iter().flatten();
    let entries = earlier.map(|message| {
        let message = if *message == dealt { &other } else { message };
        message.envelope.entry()
    });
    attack.board.tree = entries.collect::<Tree<_>>();
    attack.close(Phase::Confirm, said, everybody());
    attack.ask(1).is_some()
}

/// Ten are agreed; client 10 did not take part, but is on lists again whenever it is to be counted.
pub(super) fn somebody_counts_who_is_not_in_the_sum() -> bool {
    let mut attack = Attack::with_min(Some(CLIENTS)).honest_through(Phase::Share);
    let others = 1..CLIENTS;
    for phase in [Phase::Confirm, Phase::Submit, Phase::Attest] {
        let mut said = attack.ask_those(others.clone());
        if phase == Phase::Submit {
            let parts = attack.round.submit_lengths();
            let parts: Vec<_> = parts.into_iter().map(|len| vec![0; len]).collect();
            said.push(
                attack
                    .clients
                    .sign(CLIENTS, phase, attack.board.chain, &parts),
            );
            attack.close(phase, said, everybody());
        } else {
            attack.close(phase, said, all_but(CLIENTS));
        }
    }
    attack.ask_those(others.clone());
    attack.close(Phase::Dispute, Vec::new(), everybody());
    let mut said = attack.ask_those(others);
    let of_ten = attack
        .clients
        .sign(CLIENTS, Phase::Acknowledge, attack.board.chain, &[]);
    said.push(of_ten);
    attack.close(Phase::Acknowledge, said, everybody());
    attack.ask(1).is_some()
}

/// Nine are agreed; eight of the nine contributors acknowledge, and client 10, which is none.
pub(super) fn an_acknowledgement_counts_of_somebody_else() -> bool {
    let mut attack = Attack::with_min(Some(9)).honest_through(Phase::Attest);
    attack.ask_all();
    attack.close(Phase::Dispute, Vec::new(), all_but(10));
    let mut said = attack.ask_those(1..=8);
    said.push(
        attack
            .clients
            .sign(10, Phase::Acknowledge, attack.board.chain, &[]),
    );
    let eight = ClientSet::of(CLIENTS, |client| client.number() <= 8);
    attack.close(Phase::Acknowledge, said, eight);
    attack.ask(1).is_some()
}

/// Eight are agreed, seven acknowledge, and each is shown its own acknowledgement too.
pub(super) fn an_acknowledgement_counts_twice() -> bool {
    let mut attack = Attack::with_min(Some(8)).honest_through(Phase::Dispute);
    let said = attack.ask_those(1..=7);
    let seven = ClientSet::of(CLIENTS, |client| client.number() <= 7);
    attack.close(Phase::Acknowledge, said, seven);
    attack.ask(1).is_some()
}

/// Three acknowledge; the aggregator signs for the others.
pub(super) fn the_aggregator_acknowledges_for_clients() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Dispute);
    let mut said = attack.ask_those(1..=3);
    said.extend((4..=CLIENTS).map(|number| {
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
    attack.close(Phase::Acknowledge, said, everybody());
    attack.ask(1).is_some()
}

/// Three acknowledge, and nothing is shown of the others, who are on the list.
pub(super) fn acknowledgements_count_that_nobody_saw() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Dispute);
    let said = attack.ask_those(1..=3);
    attack.close(Phase::Acknowledge, said, everybody());
    attack.ask(1).is_some()
}

/// Client 2 deals well, and that stands on the board. To client 1 another message of it is shown, with a
/// share that does not open, which counts for nobody else: client 1 complains without reason, and is
/// named for it.
fn complains(other: impl FnOnce(&Attack, &[Vec<u8>]) -> Message, stands: bool) -> bool {
    let mut attack = Attack::new().honest_through(Phase::Advertise);
    let mut said = attack.ask_all();
    attack.write(said.clone());
    let parts = attack.parts(&said[1]);
    let mut parts: Vec<_> = (0..parts.size())
        .map(|at| parts.leaf(at).unwrap().clone())
        .collect();
    parts[1][143] ^= 1;
    said[1] = other(&attack, &parts);
    if stands {
        attack.board.tree.push(said[1].envelope.entry());
    }
    show_as_shared(&mut attack, &said);
    let confirmed = attack.ask(1);
    confirmed.is_some_and(|message| revealed_in(&message).iter().any(|one| one.other == id(2)))
}

/// Shows messages at the close of share, whichever phase they are of.
fn show_as_shared(attack: &mut Attack, said: &[Message]) {
    let mut relabelled = said.to_vec();
    relabelled[1].envelope.phase = Phase::Share;
    let entry = said[1].envelope.entry();
    attack.show(Phase::Share, &relabelled, everybody());
    let tree = attack.board.tree.clone();
    let index = (0..tree.size()).find(|&index| tree.leaf(index) == Some(&entry));
    attack.alter_package(|package| {
        package.items[1].envelope = said[1].envelope.clone();
        if let Some(index) = index {
            package.items[1].index = index;
            package.items[1].inclusion = tree.inclusion(index).unwrap();
        }
    });
}

fn signed_by_two(attack: &Attack, context: Digest, phase: Phase, parts: &[Vec<u8>]) -> Message {
    let key = &attack.clients.keys[id(2).index()];
    let sender = Sender::Client(id(2));
    Message::sign(key, context, phase, sender, attack.board.chain, parts)
}

pub(super) fn a_message_of_another_round_frames_its_reader() -> bool {
    complains(
        |attack, parts| signed_by_two(attack, [9; 32], Phase::Share, parts),
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

/// The aggregator spoils what honest client 2 dealt to client 1, which opens the channel of the two.
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
