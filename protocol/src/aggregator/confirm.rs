//! Confirm: judges complaints, and lists who participates (`specs/protocol.md` 3.3).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::set_up::SetUp;
use super::submit::Submitting;
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::tree::Tree;
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::confirm::{self, Complaint, Confirmations, Ruling};
use crate::pairwise::share::DealtPair;
use crate::round::lists;
use crate::round::Round;
use crate::wire::message::Message;

/// Collects confirmations.
pub struct Confirming {
    pub(super) advertised: ClientSet,
    pub(super) dealers: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    pub(super) dealt: HashMap<ClientId, Tree<Vec<u8>>>,
}

impl<P: ProofSystem> Collecting<P> for Confirming {
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.confirm_lengths(client, &self.dealers, body)
    }
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_> {
        let holders = lists::holders(round.graph(), &self.advertised, author);
        let position = 1 + holders.partition_point(|&holder| holder < reader);
        Needed::part(self.dealt.get(&author), position)
    }
}

/// What the dealer sealed for a holder, with the commitments to it.
fn dealt_to<P: ProofSystem>(
    round: &Round<P>,
    state: &Confirming,
    dealer: ClientId,
    holder: ClientId,
) -> Option<DealtPair> {
    let holders = lists::holders(round.graph(), &state.advertised, dealer);
    let position = 1 + holders.binary_search(&holder).ok()?;
    DealtPair::decode(state.dealt.get(&dealer)?.leaf(position as u64)?).ok()
}

/// How a client's complaints are judged, if its body decodes.
fn judge_complaints<P: ProofSystem>(
    round: &Round<P>,
    state: &Confirming,
    client: ClientId,
    message: &Message,
) -> Option<Vec<(ClientId, Ruling)>> {
    let complaints = confirm::decode(round, &state.dealers, client, &message.body).ok()?;
    complaints
        .iter()
        .map(|revealed| {
            let dealer = revealed.other;
            let complaint = Complaint {
                context: round.context(),
                accuser: (client, state.keys.get(&client)?),
                dealer: (dealer, state.keys.get(&dealer)?),
            };
            let ruling = complaint.judge(revealed, &dealt_to(round, state, dealer, client)?);
            Some((dealer, ruling))
        })
        .collect()
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Confirming> {
    /// 3.3: judges the complaints and lists the participants: who confirmed, broke no rule, and
    /// keeps enough such neighbours.
    pub fn close(self) -> Closed<P, L, Confirming, Submitting> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core
                .judge_each(|client, message| judge_complaints(&round, state, client, message))?;
            let mut confirmations = Confirmations::new(round.clients());
            for (client, complaints) in findings.into_valid() {
                confirmations.take(client, &complaints);
            }
            let participants = confirmations.participants(round.graph(), round.threshold());
            let Confirmations { honest, culprits } = confirmations;
            let spoke = core.spoke();
            core.close(&participants, |client| {
                let is_false = spoke.contains(client) && !honest.contains(client);
                is_false || culprits.contains(client)
            })?;
            Ok(Submitting {
                set_up: SetUp {
                    advertised: state.advertised.clone(),
                    keys: std::mem::take(&mut state.keys),
                    dealt: std::mem::take(&mut state.dealt),
                    participants,
                },
            })
        })
    }
}
