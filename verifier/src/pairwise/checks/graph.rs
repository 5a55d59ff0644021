//! V-05: the neighbour graph, recomputed.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::Findings;

/// V-05.1: counts the edges of the graph. It was derived from roster and beacon when the round was entered, and
/// every later check uses this one.
pub(crate) fn check<P: ProofSystem>(round: &Round<P>, findings: &mut Findings) {
    findings.computed(Check::Graph, round.graph().edges());
}
