//! V-10: the published outcome of each client is the recomputed one, and there are enough contributors.

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Concern;
use crate::step::Step;

/// How many contributors there are, and how many the configuration asks for.
pub(crate) struct Enough {
    /// How many there are: in the pairwise protocol, of those that have acknowledged the list.
    pub(crate) got: usize,
    /// How many there must be.
    pub(crate) need: u32,
    /// What these contributors did, in words.
    pub(crate) what: &'static str,
}

/// Compares the published outcomes with the recomputed ones.
pub(crate) fn check(
    enough: &Enough,
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
    let mut record = |step, what: String, about: Option<ClientId>| {
        let followed = about.is_some_and(|client| findings.follows(client));
        let concern = followed.then_some(Concern::Outcome);
        let finding = Finding::failure(step, what).by_aggregator(leaf);
        findings.record(finding.concerning(concern));
    };
    // V-10.1
    // If the check that decides a phase is skipped, it is not known why a client is not on its list.
    let undecided = |outcome: &Outcome| match outcome {
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
    for (index, (recomputed, published)) in recomputed.iter().zip(published).enumerate() {
        let equivalent = undecided(recomputed) && phase(recomputed) == phase(published);
        if recomputed != published && !equivalent {
            let client = ClientId::from_index(index);
            let what =
                format!("the published outcome of client {client} is '{published}', but '{recomputed}' follows from the board");
            record(Step::Outcomes, what, Some(client));
        }
    }
    // V-10.2
    let Enough { got, need, what } = *enough;
    if got < need as usize {
        let what = format!("{got} contributors {what}, but the configuration asks for {need}");
        record(Step::Acknowledgements, what, None);
    }
}
