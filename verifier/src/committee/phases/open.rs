//! Open: V-18, the sums of pads that trustees open.

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::open::{decode, holds};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::TrusteeId;

use crate::check::Check;
use crate::committee::established::Established;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// What is known of the openings so far.
#[derive(Default)]
pub(crate) struct Open {
    /// Whether one was not judged, or is damaged.
    unjudged: bool,
}

impl Open {
    /// The body of an opening is damaged.
    pub(crate) fn damaged(&mut self) {
        self.unjudged = true;
    }

    /// V-18.1: judges an opening.
    pub(crate) fn take<P: ProofSystem>(
        &mut self,
        established: &mut Established<'_, P>,
        trustee: TrusteeId,
        (leaf, entry): (u64, &Digest),
        body: &[u8],
        findings: &mut Findings,
    ) {
        if findings.skips(Check::Openings) {
            return;
        }
        let round = established.round;
        let Some(sums) = established.sums.pads(trustee, round) else {
            self.unjudged = true;
            return;
        };
        findings.computed(Check::Openings, 1);
        type Scalars<P> = Vec<<<P as ProofSystem>::Group as Group>::Scalar>;
        let opening: Result<Scalars<P>, DecodeError> = decode::<P::Group>(body, round.parts());
        let holds = opening.map(|opening| holds(round, entry, &opening, sums));
        let what = match holds {
            Ok(true) => {
                if let Some(state) = established.trustee_mut(trustee) {
                    state.opened = true;
                }
                return;
            }
            Ok(false) => {
                "its opening does not open the sum of the commitments to its pads".to_owned()
            }
            Err(error) => format!("its opening does not decode: {error}"),
        };
        let finding = Finding::fault(Step::OpeningHolds, trustee, [leaf], what);
        findings.record(finding.by_chain(findings.so_far()));
    }

    /// V-18.2: judges whether open may be closed.
    pub(crate) fn close<P: ProofSystem>(
        &self,
        established: &Established<'_, P>,
        last_leaf: u64,
        findings: &mut Findings,
    ) {
        if findings.skips(Check::Openings) || !Step::AllOpeningsJudged.holds(!self.unjudged) {
            return;
        }
        let got = established.trustees_that(|trustee| trustee.opened);
        let need = established.round.shape().needed();
        if got < need as usize {
            let what = format!("it closed open when {got} openings held, but {need} must");
            let finding = Finding::failure(Step::EnoughOpened, what);
            findings.record(finding.by_aggregator(last_leaf));
        }
    }
}
