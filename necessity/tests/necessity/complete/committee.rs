//! `specs/committee.md`: the rules without a case, each with the reason; and a test that no rule is forgotten.

use veragg_protocol::rule::CommitteeRule;

use super::has_one_case_each;
use crate::rules::committee::CASES;

/// Rules that stop no attack by themselves. A trustee that does not know the secret of its sealing key, since it made it of an honest
/// trustee's key, does not know its own pads; and points that honest trustees reveal open no pad of an honest client, since they are
/// shared with submission keys whose secrets corrupt clients know (3.2.3). The argument of 8.2.1 asks for the rule, since it extracts
/// the secrets of sealing keys.
const ARGUED: &[CommitteeRule] = &[CommitteeRule::EntryPossessed];

#[test]
fn every_named_rule_has_its_attack() {
    has_one_case_each(&[CASES, ARGUED].concat(), CommitteeRule::ALL);
}
