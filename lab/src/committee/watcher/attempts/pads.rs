//! Attempts with submissions that are not what they seem.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::committee::parts::KEY_LEN;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Message;

use super::setting::{parties, ALL, BUT_COLLUDER, COLLUDER, VICTIM};
use crate::committee::altered;
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::success::Success;
use crate::fixtures::id;

/// The rest of a round with honest trustees and all clients, up to the openings.
fn go_on(coalition: &mut Coalition<'_>) {
    go_on_with(coalition, &ALL);
}

/// The same with these clients.
fn go_on_with(coalition: &mut Coalition<'_>, list: &[u32]) {
    for phase in [Phase::Check, Phase::ConfirmList] {
        coalition.ask(&[1, 2, 3, 4]);
        coalition.close(phase, list);
    }
    coalition.ask(&[1, 2, 3, 4]);
}

/// The colluder uses the submission key of the victim. Nobody's pads open what it commits to. So all trustees complain, and
/// reveal the points that they share with the victim.
pub(super) fn a_copied_submission_key() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[COLLUDER]);
    coalition.submit(BUT_COLLUDER);
    let copied = coalition.desk.key_of(VICTIM);
    let lengths = coalition.desk.round.parts().lengths();
    let key = &parties.clients[id(COLLUDER).index()];
    let message = altered(key, &coalition.submission(COLLUDER), &lengths, |parts| {
        parts[1][..KEY_LEN].copy_from_slice(&copied.encode());
    });
    coalition.takes_own(&message);
    coalition.close(Phase::Submit, &ALL);
    coalition.ask(&[1, 2, 3, 4]);
    coalition.reads()
}

/// Of all clients but the victim there is no message.
pub(super) fn clients_that_sent_nothing() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit([VICTIM]);
    coalition.close(Phase::Submit, &ALL);
    go_on(&mut coalition);
    coalition.reads()
}

/// The aggregator writes the messages of all clients but the victim. It does not have their keys.
pub(super) fn clients_in_whose_names_the_aggregator_writes() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit([VICTIM]);
    for number in ALL.into_iter().filter(|number| *number != VICTIM) {
        let mut message = Message::decode(&coalition.submission(number)).unwrap();
        message.envelope.signature = [7; 64];
        coalition.made(&message.encode());
    }
    coalition.close(Phase::Submit, &ALL);
    go_on(&mut coalition);
    coalition.reads()
}

/// The envelopes of all clients are theirs. But trustees are shown parts that the aggregator made, for all clients but the victim.
pub(super) fn parts_that_clients_did_not_sign() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit([VICTIM]);
    for number in ALL.into_iter().filter(|number| *number != VICTIM) {
        let mut message = Message::decode(&coalition.submission(number)).unwrap();
        // The aggregator makes these parts without the client's key.
        message.body = Message::decode(&coalition.submission(number)).unwrap().body;
        coalition.made(&message.encode());
    }
    coalition.close(Phase::Submit, &ALL);
    go_on(&mut coalition);
    coalition.reads()
}

/// The message of the victim stands on the board as often as there is room behind two others. In what trustees open it counts as often,
/// so that the sum tells most of the input.
pub(super) fn a_submission_that_stands_many_times() -> Option<Success> {
    const LISTED: [u32; 3] = [1, 2, VICTIM];
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit(LISTED);
    let message = coalition.desk.messages().last().unwrap().encode();
    for _ in LISTED.len()..ALL.len() {
        coalition.desk.take(&message);
    }
    coalition.close(Phase::Submit, &LISTED);
    go_on_with(&mut coalition, &LISTED);
    coalition.reads()
}
