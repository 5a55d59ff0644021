//! A desk with six clients and four trustees, of whom three are needed and one may collude; and how a round ends at it.
#![allow(clippy::unwrap_used)]

use crate::committee::{
    altered, changes, store, CheckedTrustee, ConfirmedTrustee, Desk, Parties, Suite,
};
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::committee::parts::SALT_LEN;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::phase::Phase;

/// All clients.
pub const ALL: [u32; 6] = [1, 2, 3, 4, 5, 6];

/// All clients but the third.
pub const BUT_3: [u32; 5] = [1, 2, 4, 5, 6];

/// The parties: six clients with two answers each, and four trustees.
pub fn parties() -> Parties {
    let segments = vec![SegmentConfiguration::integers("answers", 2, 10)];
    Parties::new(6, 4, 1, 1, segments, 1)
}

/// The input of a client.
pub fn input(number: u32) -> [u64; 2] {
    [u64::from(number), 1]
}

/// The message of a client.
pub fn submission(parties: &Parties, number: u32) -> Vec<u8> {
    let client = parties.client(number);
    let mut rng = rand_core::OsRng;
    let sent = client.submit(&input(number), &mut rng, &mut store());
    sent.unwrap().message().to_vec()
}

/// A change of the parts of a submission.
pub type Change = fn(&mut [Vec<u8>], &Round<Suite>);

/// The message of a client with other parts, signed by it.
pub fn changed(desk: &Desk<'_>, number: u32, change: Change) -> Vec<u8> {
    let message = submission(desk.parties, number);
    let key = &desk.parties.clients[number as usize - 1];
    let lengths = desk.round.parts().lengths();
    altered(key, &message, &lengths, |parts| change(parts, &desk.round))
}

/// Clients submit.
pub fn submit(desk: &mut Desk<'_>, numbers: &[u32]) {
    for number in numbers {
        let message = submission(desk.parties, *number);
        desk.take(&message);
    }
}

/// All clients submit, the third what a change makes of its message; and submit is closed over all.
pub fn submitted(desk: &mut Desk<'_>, change: Change) {
    submit(desk, &[1, 2]);
    let message = changed(desk, 3, change);
    desk.take(&message);
    submit(desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &ALL);
}

/// Everybody submits what they should, and submit is closed.
pub fn honest_submit<'a>(parties: &'a Parties) -> Desk<'a> {
    let mut desk = Desk::new(parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &ALL);
    desk
}

/// These trustees check what they should, and check is closed.
pub fn check(desk: &mut Desk<'_>, trustees: &[usize]) -> Vec<CheckedTrustee> {
    let checked = desk.check(trustees);
    desk.close(Phase::Check, &ALL);
    checked
}

/// They confirm, and confirm is closed.
pub fn confirm(desk: &mut Desk<'_>, checked: Vec<CheckedTrustee>) -> Vec<ConfirmedTrustee> {
    let confirmed = desk.confirm(checked);
    desk.close(Phase::ConfirmList, &ALL);
    confirmed
}

/// They open, and the sum over everybody is published.
pub fn finish(desk: &mut Desk<'_>, confirmed: Vec<ConfirmedTrustee>) {
    desk.open(confirmed);
    desk.close(Phase::Open, &ALL);
    let sum = desk.sum(&ALL);
    desk.publish(sum, &[]);
    desk.close(Phase::Publish, &ALL);
}

/// The rest of a round behind submit, over this list. Clients without an outcome have contributed.
pub fn go_on(desk: &mut Desk<'_>, list: &[u32], outcomes: &[(u32, Outcome)]) {
    let checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, list);
    go_on_from_check(desk, checked, list, outcomes);
}

/// The rest of a round behind check.
pub fn go_on_from_check(
    desk: &mut Desk<'_>,
    checked: Vec<CheckedTrustee>,
    list: &[u32],
    outcomes: &[(u32, Outcome)],
) {
    let confirmed = desk.confirm(checked);
    desk.close(Phase::ConfirmList, list);
    desk.open(confirmed);
    desk.close(Phase::Open, list);
    let sum = desk.sum(list);
    desk.publish(sum, outcomes);
    desk.close(Phase::Publish, list);
}

/// Another masked row for trustee 4 than the committed one.
pub fn another_row(parts: &mut [Vec<u8>], _: &Round<Suite>) {
    parts.last_mut().unwrap()[SALT_LEN] ^= 1;
}

/// Another pad for trustee 4 than the committed one, and a masked row that fits it: only the trustee can see it.
pub fn another_pad(parts: &mut [Vec<u8>], round: &Round<Suite>) {
    let trustee = TrusteeId::new(4).unwrap();
    changes::another_pad(parts, round, trustee, 0, Fr::from(1u64)).unwrap();
}
