//! What a trustee refuses to check. The aggregator is corrupt, with one trustee or none.

use std::io::Cursor;

use rand_core::OsRng;
use veragg_lab::committee::boards::play::{
    another_pad, input, parties, submission, submit, submitted, ALL,
};
use veragg_lab::committee::{store, CheckedTrustee, Desk};
use veragg_protocol::committee::check::Complaint;
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_verifier::Culprit;

use super::coalition::{id, input_of, named, sum_of, trustee};

/// An honest trustee checks this package, and its message is put on the board.
fn checks(desk: &mut Desk<'_>, index: usize, package: Vec<u8>) -> Option<CheckedTrustee> {
    let trustee = desk.parties.trustee(index);
    let pending = trustee.check(Cursor::new(package), &mut OsRng).ok()?;
    let (trustee, message) = pending.save(&mut store()).unwrap();
    desk.take(&message);
    Some(trustee)
}

/// All honest trustees check what the desk shows.
fn all_check(desk: &mut Desk<'_>) -> Option<Vec<CheckedTrustee>> {
    let trustees = 0..4;
    let checked = trustees.map(|index| {
        let package =
            desk.submit_package(veragg_protocol::crypto::ids::TrusteeId::from_index(index));
        checks(desk, index, package)
    });
    checked.collect()
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

/// The aggregator writes the submissions of all clients but the first. So the sum without its own inputs is that of the first.
pub(super) fn forged_submissions_leave_one_client_alone() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1]);
    for number in 2..=6 {
        let message = Message::decode(&submission(&parties, number)).unwrap();
        let mut envelope = message.envelope;
        // The aggregator does not have the client's key.
        envelope.signature = [7; 64];
        let body = message.body;
        desk.take(&Message { envelope, body }.encode());
    }
    desk.close(Phase::Submit, &ALL);
    let Some(checked) = all_check(&mut desk) else {
        return false;
    };
    opens(&mut desk, checked, &ALL);
    let sum = sum_of(&desk, &ALL).unwrap();
    let others = (2..=6).map(|number| u128::from(input(number)[0]));
    sum[0] - others.sum::<u128>() == u128::from(input(1)[0])
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

/// Of clients 2 to 6 there is no message. The sum is the input of client 1.
pub(super) fn invented_names_leave_one_client_alone() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1]);
    desk.close(Phase::Submit, &ALL);
    let Some(checked) = all_check(&mut desk) else {
        return false;
    };
    opens(&mut desk, checked, &ALL);
    sum_of(&desk, &[1]) == Some(input(1).map(u128::from).to_vec())
}

/// Client 6 uses the submission key of client 1. Nobody's pads open what it commits to; so all trustees complain, and reveal the
/// points that they share with client 1.
pub(super) fn a_copied_key_turns_complaints_into_an_oracle() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2, 3, 4, 5]);
    let copied = desk.key_of(1);
    let own = submission(&parties, 6);
    let lengths = desk.round.parts().lengths();
    let key = &parties.clients[5];
    let message = veragg_lab::committee::altered(key, &own, &lengths, |parts| {
        parts[1][..SubmissionKey::LEN].copy_from_slice(&copied.encode());
    });
    desk.take(&message);
    desk.close(Phase::Submit, &ALL);
    if all_check(&mut desk).is_none() {
        return false;
    }
    let points = (1..=4).filter_map(|number| {
        let message = desk.message_of(Sender::Trustee(trustee(number)), Phase::Check)?;
        let complaint = Complaint::decode(&message.body).ok()?;
        Some((trustee(number), complaint.point))
    });
    let points: Vec<_> = points.collect();
    input_of(&desk, 1, &points) == Some(input(1).map(u128::from).to_vec())
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
