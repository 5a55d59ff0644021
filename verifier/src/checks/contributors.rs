//! V-10: the published contributors are the recomputed ones, the others are where they belong, and
//! enough have acknowledged.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::Ground;
use crate::step::Step;

/// Compares the published outcomes with the recomputed ones.
pub(crate) fn check<P: ProofSystem>(
    ground: &Ground<'_, P>,
    recomputed: &[Outcome],
    published: &[Outcome],
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
    let mut record = |step, what: String| {
        findings.record(Finding::failure(step, what).by_aggregator(leaf));
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
        if truth != said && !one {
            let client = ClientId::from_index(index);
            let what =
                format!("client {client} is published as '{said}'; the board gives '{truth}'");
            record(Step::Outcomes, what);
        }
    }
    // V-10.2
    let got = ground.acknowledged.len();
    let need = ground.round.configuration().min_contributors as usize;
    if got < need {
        let what =
            format!("{got} contributors acknowledged the list; the configuration asks for {need}");
        record(Step::Acknowledgements, what);
    }
}
