//! What malicious clients submit.

use super::case::{Builds, Case};

pub(crate) const CASES: Builds = &[
    ("another pad", || {
        Case::played("committee-another-pad", &[("client 3", "V-17.3")])
    }),
    ("another row", || {
        Case::played("committee-another-row", &[("client 3", "V-16.2")])
    }),
    ("no scalar", || {
        Case::played("committee-row-that-is-none", &[("client 3", "V-16.2")])
    }),
    ("no proof", || {
        Case::played(
            "committee-proof-that-does-not-decode",
            &[("client 3", "V-07.1")],
        )
    }),
    ("a false proof", || {
        Case::played("committee-bit-of-a-proof", &[("client 3", "V-07.3")])
    }),
    ("no submission key", || {
        Case::played("committee-key-that-is-none", &[("client 3", "V-16.1")])
    }),
    ("another possession", || {
        Case::played("committee-false-possession", &[("client 3", "V-16.1")])
    }),
    ("no pad", || {
        Case::played("committee-pad-that-is-none", &[("client 3", "V-16.1")])
    }),
    ("two submissions", || {
        Case::played(
            "committee-two-submissions-on-one-board",
            &[("client 3", "V-04.7"), ("aggregator", "V-04.7")],
        )
    }),
    ("two submissions, and the trustees go on", || {
        Case::played(
            "committee-two-submissions-and-obedient-trustees",
            &[
                ("client 3", "V-04.7"),
                ("aggregator", "V-04.7"),
                ("trustee 1", "V-17.1"),
                ("trustee 2", "V-17.1"),
                ("trustee 3", "V-17.1"),
                ("trustee 4", "V-17.1"),
            ],
        )
    }),
];
