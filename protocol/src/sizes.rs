//! How many bytes a client sends and receives in each phase, before anything is said.

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::advertise::Advertisement;
use crate::checkpoint::Checkpoint;
use crate::message::ENVELOPE_LEN;
use crate::parameters::Choice;
use crate::phase::Phase;
use crate::round::Round;
use crate::{share, unmask};

/// Bytes of a hash in an inclusion or consistency proof.
const HASH_LEN: usize = 32;

/// Bytes of one client in one phase, if everybody takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseBytes {
    /// Which phase.
    pub phase: Phase,
    /// Bytes of the message that the client sends.
    pub sent: usize,
    /// Bytes, at most, of the packet that it needs for that. The lengths of inclusion proofs depend
    /// on where a message stands in the tree; here all are as long as the longest.
    pub received: usize,
}

/// Bytes of the body of a submission: commitments and proof, then the masked vector.
pub fn submission_len<P: ProofSystem>(proofs: &P) -> usize {
    let layout = proofs.layout();
    proofs.proof_len() + (layout.scalars() + layout.rows()) * P::Group::SCALAR_LEN
}

/// Bytes in each of the clients' phases, for a roster of `clients`, from the length of a
/// submission's body (`specs/wire.md` 4 and 8).
pub fn per_phase(
    clients: u32,
    choice: Choice,
    min_contributors: u32,
    submission: usize,
) -> [PhaseBytes; Phase::OF_CLIENTS] {
    let degree = choice.degree as usize;
    let packet = |leaves: usize, items: usize, part: usize| {
        let inclusion = HASH_LEN * path_len(leaves);
        let item = 8 + ENVELOPE_LEN + 2 + inclusion + 4 + part;
        let consistency = inclusion + HASH_LEN;
        4 + Checkpoint::encoded_len(clients) + 2 + consistency + 4 + items * item
    };
    let n = clients as usize;
    let part = |bytes: usize, parts: usize| 4 + 4 + bytes + 2 + HASH_LEN * path_len(parts);
    let keys = part(Advertisement::LEN, 1);
    let pair = part(share::PAIR_LEN, degree + 1);
    let witnesses = degree.max(min_contributors.saturating_sub(1) as usize);
    let rows = [
        (Phase::Advertise, Advertisement::LEN, 0),
        (
            Phase::Share,
            share::HEAD_LEN + degree * share::PAIR_LEN,
            packet(n, degree, keys),
        ),
        (Phase::Confirm, 0, packet(2 * n, degree, pair)),
        (Phase::Submit, submission, packet(3 * n, degree, 0)),
        (Phase::Acknowledge, 0, packet(4 * n, degree, 0)),
        (
            Phase::Unmask,
            degree * unmask::SHARE_LEN,
            packet(5 * n, witnesses, 0),
        ),
    ];
    rows.map(|(phase, body, received)| PhaseBytes {
        phase,
        sent: ENVELOPE_LEN + body,
        received,
    })
}

/// Bytes in each of the clients' phases of a round that is configured.
pub fn of_round<P: ProofSystem>(round: &Round<P>) -> [PhaseBytes; Phase::OF_CLIENTS] {
    let configuration = round.configuration();
    per_phase(
        round.clients(),
        configuration.choice,
        configuration.min_contributors,
        submission_len(round.proofs()),
    )
}

/// Hashes of the longest audit path in a tree (RFC 6962 section 2.1.1): `ceil(log2(leaves))`.
fn path_len(leaves: usize) -> usize {
    leaves.next_power_of_two().trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_paths_are_as_long_as_the_tree_is_high() {
        let lengths: Vec<_> = (1..=9).map(path_len).collect();
        assert_eq!(lengths, [0, 1, 2, 2, 3, 3, 3, 3, 4]);
    }
}
