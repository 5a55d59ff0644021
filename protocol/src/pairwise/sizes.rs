//! How many bytes a client sends and receives in each phase. They are known before the round begins.

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofSystem, Sizes};

use crate::crypto::signing::SIGNATURE_LEN;
use crate::pairwise::advertise::Advertisement;
use crate::pairwise::attest::Head;
use crate::pairwise::{share, unmask};
use crate::round::parameters::MaskingParameters;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::ENVELOPE_LEN;

/// Bytes of a hash in an inclusion or consistency proof.
const HASH_LEN: usize = 32;

/// Bytes of one client in one phase, if all clients take part and are honest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseBytes {
    /// The phase of the bytes.
    pub phase: Phase,
    /// Bytes of the message that the client sends.
    pub sent: usize,
    /// The most bytes of the package that it needs for that message. The length of an inclusion proof depends on
    /// the position of its leaf; here all are as long as the longest.
    pub received: usize,
}

/// Bytes of the bodies whose lengths depend on suite and statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bodies {
    /// Bytes of a submission: commitments and proof, then the masked vector.
    pub submission: usize,
    /// Bytes of part 0 of an attestation.
    pub attestation_head: usize,
    /// Bytes of the attestation's part for each neighbour.
    pub attestation_edge: usize,
}

impl Bodies {
    /// For the sizes of a suite over this group, and a number of challenge pairs.
    pub fn of<G: Group>(sizes: &Sizes, pairs: usize) -> Self {
        let layout = &sizes.layout;
        Self {
            submission: sizes.proof_len + (layout.scalars() + layout.rows()) * G::SCALAR_LEN,
            attestation_head: Head::<G>::encoded_len(pairs, layout.columns()),
            attestation_edge: pairs * G::POINT_LEN,
        }
    }
}

/// Bytes in each of the clients' phases, for a roster of `clients` (`specs/wire.md` 4 and 8).
pub fn per_phase(
    clients: u32,
    masking: MaskingParameters,
    min_contributors: u32,
    bodies: &Bodies,
) -> [PhaseBytes; Phase::OF_CLIENTS] {
    let degree = masking.degree as usize;
    let package = |leaves: usize, items: usize, part: usize| {
        let inclusion = HASH_LEN * path_len(leaves);
        // Without its parts: of the client's own message there are none.
        let item = 8 + ENVELOPE_LEN + 2 + inclusion + 4;
        let own = if items > 0 { item } else { 0 };
        let consistency = inclusion + HASH_LEN;
        let around = 4 + Checkpoint::encoded_len(clients) + 2 + consistency + 4 + 4 + 4;
        around + items * (item + part) + own
    };
    let n = clients as usize;
    let part = |bytes: usize, parts: usize| 4 + 4 + bytes + 2 + HASH_LEN * path_len(parts);
    let keys = part(Advertisement::LEN, 1);
    let pair = part(share::PAIR_LEN, degree + 1);
    let edge = part(bodies.attestation_edge, degree + 1);
    let attestation = bodies.attestation_head + degree * bodies.attestation_edge;
    let witnesses = degree.max(min_contributors.saturating_sub(1) as usize);
    let message = |body: usize| ENVELOPE_LEN + body;
    let rows = [
        (Phase::Advertise, message(Advertisement::LEN), 0),
        (
            Phase::Share,
            message(share::HEAD_LEN + degree * share::PAIR_LEN),
            package(n, degree, keys),
        ),
        (Phase::Confirm, message(0), package(2 * n, degree, pair)),
        (
            Phase::Submit,
            message(bodies.submission),
            package(3 * n, degree, 0),
        ),
        (
            Phase::Attest,
            message(attestation),
            package(4 * n, degree, 0),
        ),
        // A client sends nothing here if its attestation agrees with those of its neighbours.
        (Phase::Dispute, 0, package(5 * n, degree, edge)),
        (Phase::Acknowledge, message(0), package(5 * n, 0, 0)),
        (
            Phase::Unmask(0),
            message(degree * unmask::SHARE_LEN),
            package(6 * n, 0, 0) + witnesses * (4 + SIGNATURE_LEN),
        ),
    ];
    rows.map(|(phase, sent, received)| PhaseBytes {
        phase,
        sent,
        received,
    })
}

/// Bytes in each of the clients' phases of this round.
pub fn of_round<P: ProofSystem>(round: &Round<P>) -> [PhaseBytes; Phase::OF_CLIENTS] {
    let configuration = round.configuration();
    per_phase(
        round.clients(),
        round.pairwise().masking,
        configuration.min_contributors,
        &Bodies::of::<P::Group>(&round.sizes(), round.challenge_pairs()),
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
