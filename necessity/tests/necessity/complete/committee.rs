//! `specs/committee.md`: the rules without a case, each with the reason; and a test that no rule is forgotten.

use veragg_protocol::rule::CommitteeRule;

use super::has_one_case_each;
use crate::rules::committee::CASES;

/// Rules that stop no attack by themselves. That trustees possess their sealing keys is what the argument of 8.2.1 asks for, which
/// extracts their secrets.
const ARGUED: &[CommitteeRule] = &[CommitteeRule::EntryPossessed];

#[test]
fn every_named_rule_has_its_attack() {
    has_one_case_each(&[CASES, ARGUED].concat(), CommitteeRule::ALL);
}
