//! What a trustee refuses to check. The aggregator is corrupt, with one trustee or none.

use std::io::Cursor;

use rand_core::OsRng;
use veragg_lab::committee::play::{another_pad, parties, submission, submit, submitted, ALL};
use veragg_lab::committee::{store, CheckedTrustee, Desk};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_verifier::Culprit;

use super::auditing::{id, named, trustee};

/// An honest trustee checks this package, and its message is put on the board.
fn checks(desk: &mut Desk<'_>, index: usize, package: Vec<u8>) -> Option<CheckedTrustee> {
    let trustee = desk.parties.trustee(index);
    let pending = trustee
        .check(Cursor::new(package), u64::MAX, &mut OsRng)
        .ok()?;
    let (trustee, message) = pending.save(&mut store()).unwrap();
    desk.take(&message);
    Some(trustee)
}

/// Whether the audit names trustee 1, which is honest.
fn frames(desk: &Desk<'_>) -> bool {
    named(desk).contains(&Culprit::Trustee(trustee(1)))
}

/// Somebody without the aggregator's key signs a checkpoint. A trustee that answers it has spoken, and cannot take part any more.
pub(super) fn a_stranger_makes_a_trustee_speak() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &ALL);
    let last = desk.checkpoints[0].clone();
    let stranger = SigningKey::generate(&mut OsRng);
    desk.checkpoints[0] = Checkpoint::sign(
        &stranger,
        last.context,
        last.phase,
        last.previous,
        last.root,
        last.list,
    );
    let package = desk.submit_package(trustee(1));
    checks(&mut desk, 0, package).is_some()
}

/// The aggregator closes submit before the deadline. In the place of client 6, which has not sent yet, stands a message that somebody else
/// signed; so there are as many messages as clients.
pub(super) fn a_round_goes_on_without_a_client_that_had_time() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2, 3, 4, 5]);
    let message = Message::decode(&submission(&parties, 6)).unwrap();
    let Message { envelope, body } = message;
    let stranger = SigningKey::generate(&mut OsRng);
    let (context, sender) = (envelope.context, envelope.sender);
    let of_nobody = Message::sign(
        &stranger,
        context,
        Phase::Submit,
        sender,
        context.digest,
        &[body],
    );
    desk.take(&of_nobody.encode());
    desk.close(Phase::Submit, &[1, 2, 3, 4, 5]);
    let package = Cursor::new(desk.submit_package(trustee(1)));
    desk.parties
        .trustee(0)
        .check(package, 0, &mut OsRng)
        .is_ok()
}

/// The aggregator takes a message of another round. Who answers the checkpoint over it is named.
pub(super) fn a_message_of_another_round_frames_a_trustee() -> bool {
    let (one, another) = (parties(), parties());
    let mut desk = Desk::new(&one);
    submit(&mut desk, &[1, 2, 3, 4, 5]);
    desk.take(&submission(&another, 6));
    desk.close(Phase::Submit, &[1, 2, 3, 4, 5]);
    let package = desk.submit_package(trustee(1));
    checks(&mut desk, 0, package);
    frames(&desk)
}

/// The aggregator takes two messages of a client. Who answers the checkpoint over them is named.
pub(super) fn two_submissions_frame_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2, 3, 4, 5, 3]);
    desk.close(Phase::Submit, &[1, 2, 3, 4, 5]);
    let package = desk.submit_package(trustee(1));
    checks(&mut desk, 0, package);
    frames(&desk)
}

/// Client 3 has made two messages. A trustee is shown the one that is not on the board; so its opening is false.
pub(super) fn another_submission_than_the_one_on_the_board_frames_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &ALL);
    let mut shown = Desk::new(&parties);
    for number in ALL {
        let sender = Sender::Client(id(number));
        let message = desk.message_of(sender, Phase::Submit).unwrap().encode();
        match number {
            3 => submit(&mut shown, &[3]),
            _ => shown.take(&message),
        }
    }
    shown.checkpoints = desk.checkpoints.clone();
    let package = shown.submit_package(trustee(1));
    let Some(first) = checks(&mut desk, 0, package) else {
        return false;
    };
    finish_with(&mut desk, first);
    frames(&desk)
}

/// Trustees 2 to 4 check what they should, and the round ends.
fn finish_with(desk: &mut Desk<'_>, first: CheckedTrustee) {
    let mut checked = vec![first];
    checked.extend(desk.check(&[1, 2, 3]));
    desk.close(Phase::Check, &ALL);
    let confirmed = desk.confirm(checked);
    desk.close(Phase::ConfirmList, &ALL);
    desk.open(confirmed);
}

fn opens(desk: &mut Desk<'_>, checked: Vec<CheckedTrustee>, list: &[u32]) {
    desk.close(Phase::Check, list);
    let confirmed = desk.confirm(checked);
    desk.close(Phase::ConfirmList, list);
    desk.open(confirmed);
}

/// A trustee is shown other pads of client 3 than those on the board, which open just as well; so its opening is false.
pub(super) fn exchanged_pads_frame_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &ALL);
    let mut shown = Desk::new(&parties);
    for number in ALL {
        let sender = Sender::Client(id(number));
        let mut message = desk.message_of(sender, Phase::Submit).unwrap().clone();
        if number == 3 {
            // The envelope on the board with the parts of another message.
            message.body = Message::decode(&submission(&parties, 3)).unwrap().body;
        }
        shown.take(&message.encode());
    }
    shown.checkpoints = desk.checkpoints.clone();
    let package = shown.submit_package(trustee(1));
    let Some(first) = checks(&mut desk, 0, package) else {
        return false;
    };
    finish_with(&mut desk, first);
    frames(&desk)
}

/// Client 3 commits to another pad for trustee 4, which does not notice; so its opening is false.
pub(super) fn bad_pads_frame_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let checked = desk.check(&[0, 1, 2, 3]);
    let own = desk.message_of(Sender::Trustee(trustee(4)), Phase::Check);
    if own.is_some_and(|own| !own.body.is_empty()) {
        return false;
    }
    opens(&mut desk, checked, &ALL);
    named(&desk).contains(&Culprit::Trustee(trustee(4)))
}
