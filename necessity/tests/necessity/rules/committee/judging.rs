//! What an honest aggregator decides.

use veragg_lab::committee::play::{another_row, changed, input, parties, Change};
use veragg_lab::committee::{audited, CheckedTrustee, Desk, Liar, Parties, Table};
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::committee::check::Complaint;
use veragg_verifier::{Culprit, Options};

use super::auditing::{id, nothing};

/// All clients submit, the third what a change makes of its message, and the aggregator closes submit.
fn submitted<'a>(parties: &'a Parties, change: Option<Change>) -> Table<'a> {
    let mut table = Table::new(parties);
    for number in 1..=6 {
        let message = match change {
            Some(change) if number == 3 => changed(&Desk::new(parties), number, change),
            _ => table.submission(number, &input(number)),
        };
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    table
}

/// The rest of the round; and whether the audit names this culprit.
fn names(mut table: Table<'_>, checked: Vec<CheckedTrustee>, culprit: Culprit) -> bool {
    table.aggregator.close(u64::MAX).unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    is_named(&table, culprit)
}

fn is_named(table: &Table<'_>, culprit: Culprit) -> bool {
    let options = Options::with_organiser(table.parties.organiser.verifying_key());
    let report = audited(&table.file(), &options);
    report.faults.iter().any(|fault| fault.culprit == culprit)
}

/// The masked row of client 3 for trustee 4 is no value of its polynomial; the sum that it spoils is published.
pub(super) fn a_bad_row_frames_the_aggregator() -> bool {
    let parties = parties();
    let mut table = submitted(&parties, Some(another_row));
    let checked = [0, 2, 3].map(|index| table.check(index));
    names(table, checked.into(), Culprit::Aggregator)
}

/// Trustee 1 complains about client 2, which has done nothing wrong.
fn excludes(complaint: impl FnOnce(Liar<'_>) -> Complaint) -> bool {
    let parties = parties();
    let mut table = submitted(&parties, None);
    let desk = Desk::like(&table);
    let liar = Liar::at(&desk, 0);
    let message = liar.check(&[complaint(liar)]);
    table.take(message);
    let checked = (1..4).map(|index| table.check(index)).collect();
    names(table, checked, Culprit::Client(id(2)))
}

pub(super) fn a_complaint_with_another_point_excludes_a_client() -> bool {
    excludes(|liar| {
        let mut complaint = liar.complaint(2, 0);
        complaint.point = complaint.point + complaint.point;
        complaint
    })
}

pub(super) fn a_complaint_about_good_pads_excludes_a_client() -> bool {
    excludes(|liar| liar.complaint(2, 0))
}

/// Trustee 1 opens nothing but zeros.
pub(super) fn a_false_opening_frames_the_aggregator() -> bool {
    let parties = parties();
    let mut table = submitted(&parties, None);
    let checked = (0..4).map(|index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let mut confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    confirmed.remove(0);
    let desk = Desk::like(&table);
    let zeros: Vec<Fr> = nothing(&desk);
    let message = Liar::at(&desk, 0).open(&zeros);
    table.take(message);
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    is_named(&table, Culprit::Aggregator)
}
