//! V-10: the published contributors are the recomputed ones, the others are where they belong, and
//! enough have acknowledged.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::phase::Phase;
use veragg_protocol::publish::Outcome;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;

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
    let judges_disputes = !findings.skips(Check::Disputes);
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
    // Without V-08.C it is not known why somebody did not come through dispute.
    let [dropped, faulty] = [Outcome::Dropped, Outcome::Faulty].map(|why| why(Phase::Dispute));
    let untold = |said: &Outcome| [dropped, faulty].contains(said) && !judges_disputes;
    for (index, (truth, said)) in recomputed.iter().zip(published).enumerate() {
        if truth != said && !(untold(truth) && untold(said)) {
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
    if got < need {
        fail(format!(
            "{got} contributors acknowledged the list; the configuration asks for {need}"
        ));
    }
}
