//! V-12: the unpacked aggregate is possible, and is what was published.

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::{Finding, Findings};

/// Unpacks the aggregate, and compares it with the sums that the auditor was given, if any.
pub(crate) fn check<P: ProofSystem>(
    round: &Round<P>,
    opening: &[<P::Group as Group>::Scalar],
    contributors: usize,
    given: Option<&[u128]>,
    leaf: u64,
    findings: &mut Findings,
) {
    let check = Check::Aggregate;
    if findings.skips(check) {
        return;
    }
    let layout = round.layout();
    findings.computed(check, layout.coordinates());
    let packed = opening.get(..layout.scalars()).unwrap_or_default();
    // V-12.1
    let sums = match layout.unpack(packed, u32::try_from(contributors).unwrap_or(u32::MAX)) {
        Ok(sums) => sums,
        Err(error) => {
            // Nobody is named, as in V-11: one client's masked vector can do this to the sum.
            findings.failure(Finding {
                check,
                culprit: None,
                evidence: vec![leaf],
                what: error.to_string(),
            });
            return;
        }
    };
    // V-12.2
    let Some(given) = given else { return };
    if given.len() != sums.len() {
        let (got, want) = (given.len(), sums.len());
        findings.fail(
            check,
            format!("the given aggregate has {got} sums, the board's {want}"),
        );
    }
    for (index, (given, sum)) in given.iter().zip(&sums).enumerate() {
        if given != sum {
            findings.fail(
                check,
                format!("the given aggregate says {given} for coordinate {index}, the board {sum}"),
            );
        }
    }
}
