//! What the board has established so far.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::RecordPosition;

use super::sums::{Adding, Sums};
use crate::findings::SoFar;
use crate::options::Options;
use crate::report::TrusteeReport;

/// The first message of a client that passes V-04.2 to V-04.5.
#[derive(Clone, Copy)]
pub(crate) struct Submitted {
    pub(crate) leaf: u64,
    /// The root of the body that it names.
    pub(crate) body_root: Digest,
    /// The position of its record, if its body is whole.
    pub(crate) whole: Option<RecordPosition>,
}

/// A message of check.
#[derive(Clone, Copy)]
pub(crate) struct Complaining {
    pub(crate) leaf: u64,
    pub(crate) position: RecordPosition,
    /// How many complaints it has.
    pub(crate) count: usize,
    /// The checkpoints before it.
    pub(crate) before: SoFar,
}

/// What a trustee has done.
#[derive(Clone, Default)]
pub(crate) struct TrusteeState {
    pub(crate) checked: bool,
    pub(crate) confirmed: bool,
    pub(crate) opened: bool,
    /// Its message of check, if it decodes.
    pub(crate) complaints: Option<Complaining>,
    /// The first client on the list of check about whom it complained.
    pub(crate) accused: Option<ClientId>,
}

/// What the board has established so far. Nothing in it is as long as an input: each client adds where its submission stands.
pub(crate) struct Established<'a, P: ProofSystem> {
    pub(crate) round: &'a Round<P>,
    pub(crate) roster: &'a Roster,
    pub(crate) options: &'a Options,
    pub(crate) submitted: Vec<Option<Submitted>>,
    /// Whose submission keeps all rules that its record shows; if V-07 is skipped, whose proof decodes.
    pub(crate) sound: ClientSet,
    /// Whose record shows a masked row.
    pub(crate) shown: ClientSet,
    /// The list of the checkpoint of submit.
    pub(crate) accepted: ClientSet,
    /// The list of the checkpoint of check.
    pub(crate) contributors: ClientSet,
    /// Why no trustee may answer the checkpoint of submit (3.2.2, 3.2.3), if there is a reason.
    pub(crate) unanswerable: Option<String>,
    pub(crate) trustees: Vec<TrusteeState>,
    pub(crate) sums: Sums<P>,
    /// The outcome of each client; `None` if no phase has decided it yet.
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// Whether a body is missing that later steps need.
    pub(crate) missing: bool,
}

impl<'a, P: ProofSystem> Established<'a, P> {
    pub(crate) fn new(round: &'a Round<P>, roster: &'a Roster, options: &'a Options) -> Self {
        let clients = round.clients();
        let nobody = || ClientSet::empty(clients);
        let trustees = round.shape().trustees() as usize;
        Self {
            round,
            roster,
            options,
            submitted: vec![None; clients as usize],
            sound: nobody(),
            shown: nobody(),
            accepted: nobody(),
            contributors: nobody(),
            unanswerable: None,
            trustees: vec![TrusteeState::default(); trustees],
            sums: Sums::new(round),
            outcomes: vec![None; clients as usize],
            missing: false,
        }
    }

    /// The first message of a client that passes V-04.2 to V-04.5.
    pub(crate) fn submitted(&self, client: ClientId) -> Option<&Submitted> {
        self.submitted.get(client.index())?.as_ref()
    }

    /// Adds up submissions that keep all rules that their records show.
    pub(crate) fn add(&mut self, adding: &[Adding<P>]) {
        for it in adding {
            self.sound.insert(it.client);
        }
        self.sums.add(adding, self.round);
    }

    /// What a trustee has done.
    pub(crate) fn trustee(&self, trustee: TrusteeId) -> Option<&TrusteeState> {
        self.trustees.get(trustee.index())
    }

    /// The same, to be changed.
    pub(crate) fn trustee_mut(&mut self, trustee: TrusteeId) -> Option<&mut TrusteeState> {
        self.trustees.get_mut(trustee.index())
    }

    /// How many trustees have done something.
    pub(crate) fn trustees_that(&self, did: impl Fn(&TrusteeState) -> bool) -> usize {
        self.trustees.iter().filter(|trustee| did(trustee)).count()
    }

    /// The outcome of each client, once all phases that decide it are over.
    pub(crate) fn recomputed(&self) -> Vec<Outcome> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
            .collect()
    }

    /// What each trustee has done, for the report.
    pub(crate) fn report(&self) -> Vec<TrusteeReport> {
        let entries = &self.round.committee().trustees;
        let both = entries.iter().zip(&self.trustees).enumerate();
        both.map(|(index, (entry, state))| TrusteeReport {
            trustee: TrusteeId::from_index(index).number(),
            key: entry.identity.fingerprint(),
            checked: state.checked,
            confirmed: state.confirmed,
            opened: state.opened,
        })
        .collect()
    }
}
