//! What the phases after the set-up know of it.

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::packages::Needed;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::advertise::RoundKeys;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::parts::Parts;

/// Keys, shares and participants.
#[derive(Default)]
pub(super) struct SetUp {
    pub(super) advertised: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    /// The commitments of each dealer, encoded, in the order of the holders.
    pub(super) committed: HashMap<ClientId, Vec<[[u8; 32]; 2]>>,
    pub(super) participants: ClientSet,
}

impl SetUp {
    /// The neighbours of a client that participate, in order.
    pub(super) fn neighbours<P: ProofSystem>(
        &self,
        round: &Round<P>,
        client: ClientId,
    ) -> Vec<ClientId> {
        lists::holders(round.graph(), &self.participants, client)
    }

    /// The part of an attestation that is about the edge to its reader.
    pub(super) fn of_attestation<'a, P: ProofSystem>(
        &self,
        round: &Round<P>,
        parts: &'a HashMap<ClientId, Parts>,
        reader: ClientId,
        author: ClientId,
    ) -> Needed<'a> {
        let neighbours = self.neighbours(round, author);
        let at = 1 + neighbours.partition_point(|&other| other < reader);
        Needed::part(parts.get(&author), at)
    }

    /// A client's mask key.
    pub(super) fn mask_key(&self, client: ClientId) -> Option<EncodedPoint> {
        self.keys.get(&client).map(|keys| keys.mask)
    }
}

/// Refuses to go on with fewer clients than any contributor would unmask for.
pub(super) fn enough<P: ProofSystem>(
    round: &Round<P>,
    phase: Phase,
    list: &ClientSet,
) -> Result<(), AggregatorError> {
    let (got, need) = (list.len(), round.configuration().min_contributors as usize);
    if got < need {
        return Err(AggregatorError::TooFew { phase, got, need });
    }
    Ok(())
}
