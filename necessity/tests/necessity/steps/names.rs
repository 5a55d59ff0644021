//! Section 3: what counts of a list, and when names count.

use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::ENVELOPE_LEN;

use super::judged::Off;
use super::result::careless;
use super::told::Case;
use super::SMALL;
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::{id, place, Scene};

pub(super) fn acknowledgements_from_outside(off: &Off) {
    // Client 4 does not contribute. The aggregator makes it the fourth to have acknowledged.
    let crook = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.insert(id(4));
        }
        list
    });
    let finished = crook.play(careless().dropping(4, Phase::Confirm));
    // No client follows that list; and nobody may say that enough have acknowledged.
    let few = "failed V-03 V-09 V-10 V-11 V-12, naming aggregator V-03, aggregator V-10";
    let enough = "failed V-03 V-09 V-11 V-12, naming aggregator V-03";
    Case::of(&finished).tells(off, few, enough);
}

/// An honest board in the file of which something was altered.
fn altered(alter: impl FnOnce(&mut Vec<Record>)) -> Case {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    alter(&mut records);
    Case::with(&finished, &records)
}

pub(super) fn a_board_from_which_a_message_was_taken(off: &Off) {
    let case = altered(|records| {
        records.remove(place(records, 2, Phase::Acknowledge));
    });
    case.names(off, "", "aggregator");
}

pub(super) fn a_board_in_which_a_body_was_exchanged(off: &Off) {
    let case = altered(|records| {
        let at = place(records, 2, Phase::Advertise);
        records[at].bytes[ENVELOPE_LEN] ^= 1;
    });
    case.names(off, "", "aggregator");
}

pub(super) fn a_message_that_no_checkpoint_covers(off: &Off) {
    // The round goes on; somebody put the last message there again.
    let case = altered(|records| {
        records.truncate(place(records, 2, Phase::Share) + 1);
        records.extend(records.last().cloned());
    });
    let framed = "failed V-04, naming aggregator V-04";
    case.tells(off, "failed V-04", framed);
}
