//! Section 3: which entries of a list count, and when a fault is reported.

use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::ENVELOPE_LEN;

use super::case::Case;
use super::judged::Off;
use super::result::careless;
use super::SMALL;
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, position, Scene};

pub(super) fn acknowledgements_from_outside(off: &Off) {
    // Client 4 does not contribute, but the aggregator lists it as the fourth client that acknowledged.
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.insert(id(4));
        }
        list
    });
    let finished = corrupt.play(careless().dropping(4, Phase::Confirm));
    // No client accepts that list. The audit must not find that enough clients have acknowledged.
    let few =
        "failed V-03 V-09 V-10 V-11 V-12, naming aggregator V-03, aggregator V-09, aggregator V-10";
    let enough = "failed V-03 V-09 V-11 V-12, naming aggregator V-03, aggregator V-09";
    Case::of(&finished).assert_summaries(off, few, enough);
}

/// An honest board with changed records.
fn altered(alter: impl FnOnce(&mut Vec<Record>)) -> Case {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    alter(&mut records);
    Case::with(&finished, &records)
}

pub(super) fn a_board_from_which_a_message_was_taken(off: &Off) {
    let case = altered(|records| {
        records.remove(position(records, 2, Phase::Acknowledge));
    });
    case.assert_named(off, "", "aggregator");
}

pub(super) fn a_board_in_which_a_body_was_exchanged(off: &Off) {
    let case = altered(|records| {
        let at = position(records, 2, Phase::Advertise);
        records[at].bytes[ENVELOPE_LEN] ^= 1;
    });
    case.assert_named(off, "", "aggregator");
}

pub(super) fn a_message_that_no_checkpoint_covers(off: &Off) {
    // The round is not finished, and somebody added the last message again.
    let case = altered(|records| {
        records.truncate(position(records, 2, Phase::Share) + 1);
        records.extend(records.last().cloned());
    });
    let framed = "failed V-04, naming aggregator V-04";
    case.assert_summaries(off, "failed V-04", framed);
}
