//! Attempts to have the audit name somebody honest, or verify a board from which a client is missing.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::committee::check::Complaint;
use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use super::setting::{
    parties, submitted, ALL, BUT_COLLUDER, BUT_VICTIM, COLLUDER, CORRUPT, VICTIM,
};
use crate::committee::play::{go_on, go_on_from_check};
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::success::Success;
use crate::committee::{altered, Liar};
use crate::fixtures::id;

/// A trustee checks, is stopped, goes on from what it wrote down last, and is shown another checkpoint of submit. If it checks
/// again, the auditor is given its second message.
pub(super) fn two_packages_of_submit_for_one_trustee() -> Option<Success> {
    const TRUSTEE: u32 = 1;
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit(ALL);
    let board = coalition.desk.clone();
    coalition.close(Phase::Submit, &BUT_VICTIM);
    coalition.ask(&[TRUSTEE]);
    coalition.restart(TRUSTEE);
    let first = std::mem::replace(&mut coalition.desk, board);
    coalition.close(Phase::Submit, &ALL);
    coalition.ask(&[TRUSTEE]);
    let sender = Sender::Trustee(TrusteeId::new(TRUSTEE).unwrap());
    let again = coalition.desk.message_of(sender, Phase::Check);
    let given = again.map(|message| message.encode());
    coalition.desk = first;
    coalition.frames(given.into_iter().collect())
}

/// The proof of the colluder is bad. The aggregator lists it. Trustees do not check proofs, and their openings hold.
pub(super) fn a_listed_client_with_a_bad_proof() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[COLLUDER]);
    coalition.submit(BUT_COLLUDER);
    let lengths = coalition.desk.round.parts().lengths();
    let key = &parties.clients[id(COLLUDER).index()];
    let message = altered(key, &coalition.submission(COLLUDER), &lengths, |parts| {
        *parts[0].last_mut().unwrap() ^= 1;
    });
    coalition.made(&message);
    coalition.close(Phase::Submit, &ALL);
    go_on(&mut coalition.desk, &ALL, &[]);
    coalition.frames(Vec::new())
}

/// The aggregator does not list the victim, and says that it has seen a bad masked row. It shows none.
pub(super) fn a_client_that_is_not_listed() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit(ALL);
    coalition.close(Phase::Submit, &BUT_VICTIM);
    let outcomes = [(VICTIM, Outcome::Faulty(Phase::Submit))];
    go_on(&mut coalition.desk, &BUT_VICTIM, &outcomes);
    coalition.leaves_out(VICTIM)
}

/// The corrupt trustee complains about the victim, which has done nothing wrong, and the aggregator takes it off the list.
fn complained_about(change: fn(&mut Complaint)) -> Option<Success> {
    let parties = parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[]);
    let corrupt = TrusteeId::new(CORRUPT).unwrap();
    let liar = Liar::at(&coalition.desk, corrupt.index());
    let mut complaint = liar.complaint(VICTIM, 0);
    change(&mut complaint);
    let message = liar.check(&[complaint]);
    coalition.desk.take(&message);
    let checked = coalition.desk.check(&[0, 1, 2]);
    coalition.close(Phase::Check, &BUT_VICTIM);
    let outcomes = [(VICTIM, Outcome::Faulty(Phase::Check))];
    go_on_from_check(&mut coalition.desk, checked, &BUT_VICTIM, &outcomes);
    coalition.leaves_out(VICTIM)
}

/// The pads of the victim open what it committed to.
pub(super) fn a_client_with_good_pads_that_is_complained_about() -> Option<Success> {
    complained_about(|_| ())
}

/// The pads that follow from the point of the complaint do not open what the victim committed to. It is not the point that trustee
/// and victim share.
pub(super) fn a_client_that_is_complained_about_with_another_point() -> Option<Success> {
    complained_about(|complaint| complaint.point = complaint.point + complaint.point)
}
