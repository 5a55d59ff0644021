//! V-04.11: nobody signs two different messages for one phase, on the board or elsewhere.

use std::collections::{HashMap, HashSet};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::given::Given;
use crate::report::Culprit;
use crate::step::Step;

/// The first message of a sender for a phase, and where it stands on the board.
#[derive(Clone, Copy)]
struct First {
    /// The digest of what the sender signed.
    said: Digest,
    /// Nothing if it was given.
    leaf: Option<u64>,
}

/// What was signed so far: a digest and a leaf of each sender and phase. Submissions are by far the most, and have a place
/// each.
pub(crate) struct Heard {
    submissions: Vec<Option<First>>,
    others: HashMap<(Sender, Phase), First>,
    /// The first message of a sender and phase that differs from the first: the leaves of both.
    differs: HashMap<(Sender, Phase), [Option<u64>; 2]>,
    /// Senders that V-04.7 may name in the open phase, and those that it has named.
    equivocated: HashSet<Sender>,
    named: HashSet<(Sender, Phase)>,
}

impl Heard {
    pub(crate) fn new(clients: u32) -> Self {
        Self {
            submissions: vec![None; clients as usize],
            others: HashMap::new(),
            differs: HashMap::new(),
            equivocated: HashSet::new(),
            named: HashSet::new(),
        }
    }

    /// Takes an envelope of this round that its sender, a client or a trustee, signed. `leaf`: where it stands on the board.
    pub(crate) fn note(&mut self, envelope: &Envelope, leaf: Option<u64>) {
        let (sender, phase) = (envelope.sender, envelope.phase);
        let said = envelope.said();
        let first = First { said, leaf };
        let before = match (sender, phase) {
            (Sender::Client(client), Phase::Submit) => self.submission(client, first),
            _ => Some(*self.others.entry((sender, phase)).or_insert(first)),
        };
        if let Some(before) = before.filter(|before| before.said != said) {
            let leaves = [before.leaf, leaf];
            self.differs.entry((sender, phase)).or_insert(leaves);
        }
    }

    fn submission(&mut self, client: ClientId, first: First) -> Option<First> {
        let place = self.submissions.get_mut(client.index())?;
        Some(*place.get_or_insert(first))
    }

    /// Notes that V-04.7 found two messages of a sender in the open phase.
    pub(crate) fn equivocated(&mut self, sender: Sender) {
        self.equivocated.insert(sender);
    }

    /// Ends a phase. `names`: whether what was found in it names somebody.
    pub(crate) fn close(&mut self, phase: Phase, names: bool) {
        let equivocated = std::mem::take(&mut self.equivocated);
        if names {
            let named = equivocated.into_iter().map(|sender| (sender, phase));
            self.named.extend(named);
        }
    }

    /// Judges what was given, and all that was signed.
    pub(crate) fn finish<P: ProofSystem>(
        mut self,
        round: &Round<P>,
        roster: &Roster,
        given: &Given,
        findings: &mut Findings,
    ) {
        for (number, message) in (1..).zip(given.iter()) {
            findings.computed(Check::Messages, 1);
            let envelope = &message.envelope;
            let key = match envelope.sender {
                Sender::Aggregator => None,
                sender => round.key_of(roster, sender),
            };
            let of_round = envelope.context == *round.context()
                && key.is_some_and(|key| envelope.is_signed_by(&key));
            if Step::GivenOfRound.holds(of_round) {
                self.note(envelope, None);
            } else {
                let what = format!("given message {number} is of another round, or is not signed by the client or trustee that it names as its sender");
                findings.record(Finding::failure(Step::GivenOfRound, what));
            }
        }
        let mut differs: Vec<_> = self.differs.into_iter().collect();
        differs
            .sort_unstable_by_key(|((sender, phase), _)| (Culprit::from(*sender), phase.number()));
        for ((sender, phase), leaves) in differs {
            if self.named.contains(&(sender, phase)) {
                continue;
            }
            let what = format!("it signed two different messages of {phase}");
            let leaves = leaves.into_iter().flatten();
            let finding = Finding::fault(Step::OneMessageSigned, sender, leaves, what);
            findings.record(finding.without_board());
        }
    }
}
