//! Confirm: judges complaints, and lists who participates (`specs/protocol.md` 3.3).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::set_up::{enough, SetUp};
use super::submit::Submitting;
use super::{Aggregator, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::confirm::{self, Complaint, Confirmations, Ruling};
use crate::pairwise::share::DealtPair;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::message::BorrowedMessage;
use crate::wire::parts::Parts;

/// Collects confirmations.
pub struct Confirming {
    pub(super) advertised: ClientSet,
    pub(super) dealers: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    pub(super) dealt: HashMap<ClientId, Parts>,
}

impl<P: ProofSystem> Collecting<P> for Confirming {
    type Derived = ();
    type Next<L: Log> = Aggregator<P, L, Submitting>;

    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.confirm_lengths(client, &self.dealers, body)
    }

    fn needed(&self, round: &Round<P>, _: Phase, reader: ClientId, author: ClientId) -> Needed<'_> {
        let holders = lists::holders(round.graph(), &self.advertised, author);
        let position = 1 + holders.partition_point(|&holder| holder < reader);
        Needed::part(self.dealt.get(&author), position)
    }

    /// 3.3: judges the complaints and lists the participants: who confirmed, broke no rule, and
    /// keeps enough such neighbours.
    fn derive<L: Log>(&self, core: &Core<P, L>) -> Result<Closing<P, ()>, AggregatorError> {
        let round = core.round();
        let judged =
            core.judge_each(|client, message| judge_complaints(round, self, client, message))?;
        let mut confirmations = Confirmations::new(round.clients());
        for (client, complaints) in judged.into_valid() {
            confirmations.take(client, &complaints);
        }
        let participants = confirmations.participants(round.graph(), round.threshold());
        enough(round, Phase::Confirm, &participants)?;
        let Confirmations { honest, culprits } = confirmations;
        let faulty = ClientSet::of(round.clients(), |client| {
            let is_false = core.has_spoken(client) && !honest.contains(client);
            is_false || culprits.contains(client)
        });
        Ok(Closing::next(participants, faulty, ()))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, ()>,
    ) -> Aggregator<P, L, Submitting> {
        let set_up = SetUp {
            advertised: self.advertised,
            keys: self.keys,
            committed: self.dealt.iter().map(committed).collect(),
            participants: closing.list,
        };
        let state = Submitting { set_up };
        Aggregator { core, state }
    }
}

/// What is kept of a dealer's message: the commitments.
fn committed((dealer, dealt): (&ClientId, &Parts)) -> (ClientId, Vec<[[u8; 32]; 2]>) {
    let parts = (1..).map_while(|position| dealt.bytes(position));
    let commitments = parts.filter_map(DealtPair::encoded_commitments);
    (*dealer, commitments.collect())
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
    DealtPair::decode(state.dealt.get(&dealer)?.bytes(position)?).ok()
}

/// How a client's complaints are judged, if its body decodes.
fn judge_complaints<P: ProofSystem>(
    round: &Round<P>,
    state: &Confirming,
    client: ClientId,
    message: &BorrowedMessage<'_>,
) -> Option<Vec<(ClientId, Ruling)>> {
    let complaints = confirm::decode(round, &state.dealers, client, message.body).ok()?;
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
