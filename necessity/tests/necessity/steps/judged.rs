//! Which steps and rules are off. The audit and the aggregator share some checks, whose conditions are rules of the
//! protocol. To turn off a step that uses such a check, a test turns off those rules too.

use veragg_protocol::rule::Rule;
use veragg_verifier::step::Step;

/// The names of steps and rules that are off together.
#[derive(Debug)]
pub(super) struct Off(pub(super) Vec<&'static str>);

impl Off {
    /// A step, and the rules that make the same check.
    pub(super) fn of_step(step: Step) -> Self {
        let rules = judged_by(step).iter().map(|rule| rule.name());
        Self(rules.chain([step.name()]).collect())
    }
}

/// The rules of the protocol that make the check of a step.
fn judged_by(step: Step) -> &'static [Rule] {
    match step {
        Step::Possession => &[Rule::ProvenKeys],
        Step::Degree => &[Rule::Degree],
        Step::ComplaintsJudged => &[Rule::UpheldComplaint, Rule::FoundedComplaint],
        Step::ProofHolds => &[Rule::InputProof],
        Step::AttestedKeys => &[Rule::EdgeKeys],
        Step::RowLink => &[Rule::RowLink],
        Step::EdgePoint => &[Rule::ProvenPoint],
        Step::Settled => &[Rule::OpenedFalsely, Rule::Unopened],
        Step::CommittedShare => &[Rule::RevealedShare],
        Step::TrueAttestations => &[Rule::TrueOwn, Rule::TrueEdge],
        _ => &[],
    }
}
