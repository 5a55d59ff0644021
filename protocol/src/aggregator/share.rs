//! Share: collects dealt shares (`specs/protocol.md` 3.2).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::confirm::Confirming;
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::tree::Tree;
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::share::Dealt;
use crate::round::Round;
use crate::wire::message::Message;

/// Collects shares.
pub struct Sharing {
    pub(super) advertised: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    /// The advertisements' bodies, as trees of one part.
    pub(super) bodies: HashMap<ClientId, Tree<Vec<u8>>>,
}

impl<P: ProofSystem> Collecting<P> for Sharing {
    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.share_lengths(client, &self.advertised)
    }
    fn needed(&self, _: &Round<P>, _: ClientId, author: ClientId) -> Needed<'_> {
        Needed::part(self.bodies.get(&author), 0)
    }
}

/// The parts of a dealer's message that counts.
fn judge<P: ProofSystem>(
    round: &Round<P>,
    state: &Sharing,
    client: ClientId,
    message: &Message,
) -> Option<Tree<Vec<u8>>> {
    let lengths = round.share_lengths(client, &state.advertised);
    let parts = message.parts(&lengths).ok()?;
    let dealt = Dealt::decode(round, &state.advertised, client, &parts).ok()?;
    let key = state.keys.get(&client)?.mask;
    let judged = dealt.judge(round.threshold(), client, &key, &message.envelope);
    judged.ok()?;
    Some(parts.iter().map(|part| part.to_vec()).collect())
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Sharing> {
    /// 3.2: lists who has dealt shares on polynomials of the right degree.
    pub fn close(self) -> Closed<P, L, Sharing, Confirming> {
        self.transition(|core, state| {
            let round = core.round();
            let findings =
                core.judge_each(|client, message| judge(&round, state, client, message))?;
            let dealers = findings.valid(round.clients());
            core.close(&dealers, |client| findings.is_bad(client))?;
            Ok(Confirming {
                advertised: state.advertised.clone(),
                dealers,
                keys: std::mem::take(&mut state.keys),
                dealt: findings.into_valid(),
            })
        })
    }
}
