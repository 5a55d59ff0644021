//! V-03: boards whose checkpoints do not fit, or do not fit the messages.

use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::checkpoint::Checkpoint;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::books::{checkpoint_signed_by, signed_anew};
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, position, set, Finished, Scene};

fn honest() -> Finished {
    Scene::new(4, &SMALL).play()
}

/// The last checkpoint of the round, decoded.
fn last_of(finished: &Finished) -> Checkpoint {
    Checkpoint::decode(&finished.records.last().unwrap().bytes, 4).unwrap()
}

/// The records of the round with another checkpoint at the end.
fn ending(finished: &Finished, last: &Checkpoint) -> Vec<Record> {
    let mut records = finished.records.clone();
    records.last_mut().unwrap().bytes = last.encode();
    records
}

/// The round with a changed last checkpoint, signed by the aggregator.
fn altered(alter: impl FnOnce(&mut Checkpoint)) -> Case {
    let finished = honest();
    let mut last = last_of(&finished);
    alter(&mut last);
    let last = checkpoint_signed_by(&finished.local.aggregator_key, last);
    Case::with(&finished, &ending(&finished, &last))
}

pub(super) fn a_round_that_somebody_else_closed(off: &Off) {
    let finished = honest();
    let last = checkpoint_signed_by(&finished.local.client_keys[0], last_of(&finished));
    let forged = Case::with(&finished, &ending(&finished, &last));
    let other_round = altered(|last| last.context.digest[0] ^= 1);
    let other_phase = altered(|last| last.phase = Phase::Unmask(1));
    for case in [forged, other_round] {
        case.assert_summaries(off, "failed V-03", "verified");
    }
    // The aggregator signed that another phase follows.
    other_phase.assert_summaries(off, "failed V-03, naming aggregator V-03", "verified");
}

pub(super) fn the_end_of_another_board(off: &Off) {
    let case = altered(|last| last.previous[0] ^= 1);
    case.assert_summaries(off, "failed V-03, naming aggregator V-03", "verified");
}

pub(super) fn a_message_that_is_taken_out_of_the_file(off: &Off) {
    // The message that is missing shows that client 4 revealed a wrong share.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.unmask_lengths(id(4), &set(4, &ALL));
    let scene = scene.altering_parts(4, Phase::Unmask(0), lengths, |parts| parts[0][0] ^= 1);
    let finished = scene.play();
    let mut records = finished.records.clone();
    records.remove(position(&records, 4, Phase::Unmask(0)));
    Case::with(&finished, &records).assert_summaries(off, "failed V-03", "verified");
    altered(|last| last.root.hash[0] ^= 1).assert_summaries(off, "failed V-03", "verified");
}

pub(super) fn a_client_that_is_not_listed(off: &Off) {
    let failed = "failed V-03, naming aggregator V-03";
    altered(|last| last.list.remove(id(1))).assert_summaries(off, failed, "verified");
    // Client 4 acknowledged, but the aggregator does not let it unmask.
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.remove(id(4));
        }
        list
    });
    let finished = corrupt.play(Scene::new(4, &SMALL));
    Case::of(&finished).assert_summaries(off, failed, "verified");
}

pub(super) fn two_boards(off: &Off) {
    let finished = honest();
    let given = |phase, key: &SigningKey, named| {
        let mut given = last_of(&finished);
        given.phase = phase;
        let mut case = Case::of(&finished);
        case.options.checkpoints = vec![checkpoint_signed_by(key, given)];
        case.assert_summaries(off, named, "verified");
    };
    let aggregator = &finished.local.aggregator_key;
    given(
        Phase::Submit,
        aggregator,
        "failed V-03, naming aggregator V-03",
    );
    // A checkpoint that another party signed; and those of a phase that the board does not have.
    let stranger = &finished.local.client_keys[0];
    given(Phase::Submit, stranger, "failed V-03");
    given(Phase::Unmask(1), stranger, "failed V-03");
    given(
        Phase::Unmask(1),
        aggregator,
        "failed V-03, naming aggregator V-03",
    );
}

pub(super) fn a_checkpoint_that_was_altered_in_the_file(off: &Off) {
    let finished = honest();
    let mut last = last_of(&finished);
    last.root.hash[0] ^= 1;
    let mut case = Case::with(&finished, &ending(&finished, &last));
    case.options.checkpoints = vec![last_of(&finished)];
    case.assert_summaries(off, "failed V-03", "failed V-03, naming aggregator V-03");
}

pub(super) fn two_boards_that_two_clients_were_shown(off: &Off) {
    // The round is not finished: the board has no checkpoint of the phase that both were shown.
    let finished = honest();
    let mut records = finished.records.clone();
    records.truncate(10);
    let mut case = Case::with(&finished, &records);
    let [one, mut other] = [last_of(&finished), last_of(&finished)];
    other.root.hash[0] ^= 1;
    let key = &finished.local.aggregator_key;
    case.options.checkpoints = vec![one.clone(), checkpoint_signed_by(key, other.clone())];
    let named = "failed V-03, naming aggregator V-03";
    case.assert_summaries(off, named, "failed V-03");
    // Anybody can make a second one that is not signed.
    case.options.checkpoints = vec![one, other];
    case.assert_summaries(off, "failed V-03", "failed V-03");
}

pub(super) fn a_record_after_the_end(off: &Off) {
    let finished = honest();
    let mut records = finished.records.clone();
    records.push(records[records.len() - 2].clone());
    Case::with(&finished, &records).assert_summaries(off, "failed V-03", "verified");
}

pub(super) fn a_round_without_a_sum(off: &Off) {
    let finished = honest();
    let mut records = finished.records.clone();
    records.remove(records.len() - 2);
    let records = signed_anew(&finished.local, &records);
    // The auditor compares with any sum.
    let case = Case::with(&finished, &records).and_sums(vec![1, 2, 3]);
    case.assert_summaries(off, "failed V-03, naming aggregator V-03", "verified");
}
