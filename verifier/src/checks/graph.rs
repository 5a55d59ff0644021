//! V-05: the neighbour graph, recomputed.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::Findings;

/// V-05.1: the graph was derived from roster and beacon when the round was entered; every later check
/// uses that one and no other. Counts its edges.
pub(crate) fn check<P: ProofSystem>(round: &Round<P>, findings: &mut Findings) {
    findings.computed(Check::Graph, round.graph().edges());
}
