//! Rounds in which everybody does what they should, or is absent.
#![allow(clippy::unwrap_used)]

use crate::committee::{Desk, Parties, Table};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::Verdict::Verified;

use super::case::{Builds, Case};
use crate::committee::play::{
    check, confirm, finish, go_on_from_check, honest_submit, input, parties, submit,
};

pub(crate) const CASES: Builds = &[
    ("honest", honest),
    ("played by an honest aggregator", at_a_table),
    ("absences", absences),
    ("packed rows", packed),
];

fn honest() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    Case::new(&parties, desk.file(), Verified, &[])
}

fn at_a_table() -> Case {
    let parties = parties();
    let mut table = Table::new(&parties);
    for number in 1..=6 {
        let message = table.submission(number, &input(number));
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let checked = (0..4).map(|index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    Case::new(&parties, table.file(), Verified, &[])
}

fn absences() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    let list = [6, 1, 3, 4];
    submit(&mut desk, &list);
    desk.close(Phase::Submit, &list);
    let checked = desk.check(&[2, 0, 3]);
    desk.close(Phase::Check, &list);
    let dropped = [2, 5].map(|client| (client, Outcome::Dropped(Phase::Submit)));
    go_on_from_check(&mut desk, checked, &list, &dropped);
    Case::new(&parties, desk.file(), Verified, &[])
}

fn packed() -> Case {
    let segments = vec![SegmentConfiguration::integers("answers", 24, 1 << 50)];
    let parties = Parties::new(4, 7, 2, 3, segments, 1);
    let mut table = Table::new(&parties);
    for number in 1..=4 {
        let input: Vec<u64> = (1..=24).map(|at| at * u64::from(number)).collect();
        let message = table.submission(number, &input);
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let checked = (0..5).map(|index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    Case::new(&parties, table.file(), Verified, &[])
}
