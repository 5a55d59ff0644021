//! Confirm: V-17.4 and V-17.5, trustees confirm a list that they may confirm, and enough of them do.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::TrusteeId;

use crate::check::Check;
use crate::committee::established::Established;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// V-17.4: judges a confirmation by the lists of the checkpoints.
pub(crate) fn take<P: ProofSystem>(
    established: &Established<'_, P>,
    trustee: TrusteeId,
    leaf: u64,
    findings: &mut Findings,
) {
    if findings.skips(Check::Trustees) {
        return;
    }
    findings.computed(Check::Trustees, 1);
    let list = &established.contributors;
    let mut refuse = |step: Step, what: String| {
        let finding = Finding::fault(step, trustee, [leaf], what);
        findings.record(finding.by_chain(findings.so_far()));
    };
    let other = list.iter().find(|it| !established.accepted.contains(*it));
    if let Some(client) = other.filter(|_| !Step::ConfirmsPart.holds(false)) {
        let what =
            format!("it confirmed a list with client {client}, who is not on the list of submit");
        return refuse(Step::ConfirmsPart, what);
    }
    let (got, need) = (
        list.len(),
        established.round.configuration().min_contributors,
    );
    if !Step::ConfirmsEnough.holds(got >= need as usize) {
        let what =
            format!("it confirmed a list of {got} clients, but the configuration asks for {need}");
        return refuse(Step::ConfirmsEnough, what);
    }
    let accused = established.trustee(trustee).and_then(|state| state.accused);
    if let Some(client) = accused.filter(|_| !Step::ConfirmsNobodyAccused.holds(false)) {
        let what =
            format!("it confirmed a list with client {client}, about whom it had complained");
        refuse(Step::ConfirmsNobodyAccused, what);
    }
}

/// V-17.5: judges whether confirm may be closed.
pub(crate) fn close<P: ProofSystem>(
    established: &Established<'_, P>,
    last_leaf: u64,
    findings: &mut Findings,
) {
    if findings.skips(Check::Trustees) {
        return;
    }
    let got = established.trustees_that(|trustee| trustee.confirmed);
    let need = established.round.shape().needed();
    if got < need as usize {
        let what = format!("it closed confirm when {got} trustees had confirmed, but {need} must");
        let finding = Finding::failure(Step::EnoughConfirmed, what);
        findings.record(finding.by_aggregator(last_leaf));
    }
}
