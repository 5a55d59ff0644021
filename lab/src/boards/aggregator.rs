//! What a malicious aggregator signs and publishes.

use super::case::{Builds, Case};

pub(crate) const CASES: Builds = &[
    ("leaves out a client", || {
        Case::played("committee-left-out", &[])
    }),
    ("leaves out a client that hands its message over", || {
        Case::played(
            "committee-left-out-and-handed-over",
            &[("aggregator", "V-16.5")],
        )
    }),
    ("lists a false proof", || {
        Case::played(
            "committee-listed-with-a-bad-proof",
            &[
                ("client 3", "V-07.3"),
                ("aggregator", "V-03.4"),
                ("aggregator", "V-10.1"),
                ("aggregator", "V-11.1"),
            ],
        )
    }),
    ("lists a bad row", || {
        Case::played(
            "committee-listed-with-a-bad-row",
            &[("aggregator", "V-11.1")],
        )
    }),
    ("lists a bad row, and shows it", || {
        Case::played(
            "committee-listed-with-a-bad-row-that-is-shown",
            &[("client 3", "V-16.2"), ("aggregator", "V-03.4")],
        )
    }),
    ("shows a good row", || {
        Case::played("committee-good-row-shown", &[])
    }),
    ("closes confirm early", || {
        Case::played(
            "committee-confirm-closed-too-early",
            &[("aggregator", "V-17.5")],
        )
    }),
    ("closes open early", || {
        Case::played(
            "committee-open-closed-too-early",
            &[("aggregator", "V-18.2")],
        )
    }),
    ("publishes another sum", || {
        Case::played("committee-another-sum", &[("aggregator", "V-11.1")])
    }),
    ("publishes another outcome", || {
        Case::played("committee-another-outcome", &[("aggregator", "V-10.1")])
    }),
    ("passes over a complaint", || {
        Case::played(
            "committee-complaint-passed-over",
            &[
                ("client 3", "V-17.3"),
                ("aggregator", "V-03.4"),
                ("aggregator", "V-10.1"),
                ("aggregator", "V-11.1"),
            ],
        )
    }),
    ("excludes without a complaint", || {
        Case::played(
            "committee-excluded-without-a-complaint",
            &[
                ("aggregator", "V-03.4"),
                ("aggregator", "V-10.1"),
                ("aggregator", "V-11.1"),
            ],
        )
    }),
    ("takes a confirmation of who did not check", || {
        Case::played(
            "committee-confirmation-without-a-check-taken",
            &[("aggregator", "V-04.4")],
        )
    }),
    ("publishes nothing", || {
        Case::played("committee-no-sum", &[("aggregator", "V-03.7")])
    }),
    ("lists too few", || {
        Case::played(
            "committee-list-too-small-and-obedient-trustees",
            &[
                ("aggregator", "V-10.2"),
                ("trustee 1", "V-17.4"),
                ("trustee 2", "V-17.4"),
                ("trustee 3", "V-17.4"),
                ("trustee 4", "V-17.4"),
            ],
        )
    }),
    ("lists who is not accepted", || {
        Case::played(
            "committee-left-out-and-listed-later",
            &[("trustee 1", "V-17.4"), ("aggregator", "V-03.4")],
        )
    }),
];
