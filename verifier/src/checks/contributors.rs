//! V-10: the published contributors are the recomputed ones, the others are where they belong, and
//! enough have acknowledged.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Compares the published outcomes with the recomputed ones.
pub(crate) fn check<P: ProofSystem>(
    round: &Round<P>,
    recomputed: &[Outcome],
    published: &[Outcome],
    acknowledged: &ClientSet,
    leaf: u64,
    findings: &mut Findings,
) {
    let check = Check::Contributors;
    if findings.skips(check) {
        return;
    }
    findings.computed(check, recomputed.len());
    let [set_up, disputes, unmasking] =
        [Check::SetUp, Check::Disputes, Check::Unmasking].map(|check| findings.skips(check));
    let mut fail = |what: String| {
        let culprit = Some(Culprit::Aggregator);
        findings.failure(Finding {
            check,
            culprit,
            evidence: vec![leaf],
            what,
        });
    };
    // V-10.1
    // Without the check that decides a phase it is not known why somebody did not come through it.
    let untold = |outcome: &Outcome| match outcome {
        Outcome::Isolated => set_up,
        Outcome::Dropped(phase) | Outcome::Faulty(phase) => match phase {
            Phase::Confirm => set_up,
            Phase::Dispute => disputes,
            Phase::Unmask(_) => unmasking,
            _ => false,
        },
        Outcome::Contributed => false,
    };
    let phase = |outcome: &Outcome| match outcome {
        Outcome::Isolated => Some(Phase::Confirm),
        Outcome::Dropped(phase) | Outcome::Faulty(phase) => Some(*phase),
        Outcome::Contributed => None,
    };
    for (index, (truth, said)) in recomputed.iter().zip(published).enumerate() {
        let one = untold(truth) && phase(truth) == phase(said);
        if !Step::Outcomes.holds(truth == said || one) {
            let client = ClientId::from_index(index);
            fail(format!(
                "client {client} is published as '{said}'; the board gives '{truth}'"
            ));
        }
    }
    // V-10.2
    let (got, need) = (
        acknowledged.len(),
        round.configuration().min_contributors as usize,
    );
    if !Step::Acknowledgements.holds(got >= need) {
        fail(format!(
            "{got} contributors acknowledged the list; the configuration asks for {need}"
        ));
    }
}
