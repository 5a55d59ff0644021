//! What is off. The audit and the aggregator share some judgements, whose conditions are rules of the
//! protocol. To leave out a step that rests on one, a test turns off those rules too.

use veragg_protocol::rule::Rule;
use veragg_verifier::step::Step;

/// The names of steps and rules that are off together.
#[derive(Debug)]
pub(super) struct Off(pub(super) Vec<&'static str>);

impl Off {
    /// Whatever asks what a step asks.
    pub(super) fn of_step(step: Step) -> Self {
        let rules = judged_by(step).iter().map(|rule| rule.name());
        Self(rules.chain([step.name()]).collect())
    }
}

/// The rules of the protocol that make the judgement of a step.
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
