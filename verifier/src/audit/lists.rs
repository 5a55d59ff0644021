//! The lists: what the board gives when a phase ends, and what is followed then (`specs/audit.md` 3.3 to
//! 3.6).

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, Records};

use super::{ground, Audit};
use crate::check::Check;
use crate::checks::acknowledgements;
use crate::checks::attestations::Attestations;
use crate::checks::unmasking::Lists;
use crate::findings::Findings;
use crate::step::Step;

impl<P: ProofSystem> Audit<'_, P> {
    /// The list that the board gives for a phase that ends (`specs/protocol.md` 5).
    pub(super) fn derive<R: Read + Seek>(
        &mut self,
        phase: Phase,
        listed: &ClientSet,
        records: &mut Records<R>,
    ) -> Result<ClientSet, BoardError> {
        let Self {
            round,
            findings,
            set_up,
            ..
        } = self;
        let clients = round.clients();
        let heard = ClientSet::of(clients, |client| self.heard.contains_key(&client));
        // A list whose check is skipped is taken at its word, as far as it names who spoke.
        let believed = |check, findings: &Findings, c| !findings.skips(check) || listed.contains(c);
        // Of those who do not come through confirm: who is to blame, and who is not.
        let (mut excluded, mut cleared) = (ClientSet::empty(clients), ClientSet::empty(clients));
        let derived = match phase {
            Phase::Advertise => {
                set_up.judge(round, &self.advertised, findings);
                ClientSet::of(clients, |c| {
                    heard.contains(c)
                        && set_up.keys.contains_key(&c)
                        && believed(Check::SetUp, findings, c)
                })
            }
            Phase::Share => {
                set_up.judge(round, &self.advertised, findings);
                ClientSet::of(clients, |c| {
                    heard.contains(c)
                        && set_up.dealt.contains_key(&c)
                        && believed(Check::SetUp, findings, c)
                })
            }
            // V-06.4
            Phase::Confirm => {
                let dealers = &self.eligible;
                let complaints = &mut self.complaints;
                let confirmed = complaints.close(round, set_up, dealers, records, findings)?;
                if findings.skips(Check::SetUp) {
                    ClientSet::of(clients, |c| {
                        confirmed.honest.contains(c) && listed.contains(c)
                    })
                } else {
                    excluded = confirmed.convicted.clone();
                    cleared = confirmed.honest.clone();
                    let recomputed = confirmed.participants(round.graph(), round.threshold());
                    if !Step::Participants.holds(false) {
                        recomputed
                    } else {
                        ClientSet::of(clients, |c| recomputed.contains(c) && listed.contains(c))
                    }
                }
            }
            Phase::Submit => self.inputs.close(round, listed, findings),
            Phase::Attest => {
                let ground = ground(round, set_up, &self.participants, &self.inputs);
                match &mut self.attestations {
                    Some(attestations) => attestations.close(&ground, listed, findings),
                    None => heard.clone(),
                }
            }
            // V-08.C.3
            Phase::Dispute if findings.skips(Check::Disputes) => listed.clone(),
            Phase::Dispute => {
                let ground = ground(round, set_up, &self.participants, &self.inputs);
                match &self.attestations {
                    Some(attestations) => {
                        let attested = &self.eligible;
                        let disputes = &mut self.disputes;
                        let judged = disputes.close(&ground, attestations, attested, findings);
                        excluded = judged.excluded;
                        judged.contributors
                    }
                    None => self.eligible.clone(),
                }
            }
            Phase::Acknowledge => acknowledgements::check(&heard, findings),
            Phase::Unmask(_) if findings.skips(Check::Unmasking) => listed.clone(),
            Phase::Unmask(_) => {
                let lists = Lists {
                    participants: &self.participants,
                    contributors: &self.contributors,
                    subjects: &self.subjects,
                };
                let attestations = self.attestations.as_ref();
                let unmasking = &mut self.unmasking;
                let left = unmasking.close(round, set_up, attestations, &lists, findings);
                excluded = ClientSet::of(clients, |client| !left.contains(client));
                left
            }
            Phase::Publish => self.contributors.clone(),
        };
        if phase.decides() {
            let (base, named) = match phase {
                Phase::Unmask(_) => (&self.contributors, Phase::Unmask(0)),
                phase => (&self.eligible, phase),
            };
            for client in base.iter().filter(|&client| !derived.contains(client)) {
                let outcome = if excluded.contains(client) {
                    Outcome::Faulty(named)
                } else if matches!(phase, Phase::Dispute | Phase::Unmask(_))
                    || !heard.contains(client)
                {
                    Outcome::Dropped(named)
                } else if cleared.contains(client) {
                    Outcome::Isolated
                } else {
                    Outcome::Faulty(named)
                };
                if let Some(slot) = self.outcomes.get_mut(client.index()) {
                    slot.get_or_insert(outcome);
                }
            }
        }
        Ok(derived)
    }

    /// Opens the next phase under the list that the checkpoint holds: the one that the clients
    /// follow, whether or not it is right.
    pub(super) fn follow_list<R: Read + Seek>(
        &mut self,
        phase: Phase,
        list: ClientSet,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        self.phase = phase.next();
        self.heard.clear();
        // Nobody honest follows a list that is no part of the one before.
        let within = |base: &ClientSet| {
            ClientSet::of(self.round.clients(), |c| {
                list.contains(c) && Step::PartOfListBefore.holds(base.contains(c))
            })
        };
        let list = match phase {
            Phase::Unmask(_) | Phase::Publish => within(&self.contributors),
            _ => within(&self.eligible),
        };
        self.eligible = list.clone();
        match phase {
            Phase::Advertise => self.advertised = list,
            Phase::Confirm => self.participants = list,
            Phase::Submit => {
                let (accepted, submit) = (self.inputs.accepted(), self.chain.last());
                let round = self.round;
                let begun = Attestations::begin(round, submit, accepted, records, &self.findings)?;
                self.attestations = Some(begun);
            }
            Phase::Dispute => self.contributors = list,
            Phase::Acknowledge => {
                self.acknowledged = list;
                self.subjects = self.participants.clone();
            }
            Phase::Unmask(round) if list != self.contributors => self.unmask_again(round, list),
            Phase::Share | Phase::Attest | Phase::Unmask(_) => {}
            // V-03.7
            Phase::Publish => {
                if !Step::SomethingPublished.holds(self.published) {
                    let what = "the round was closed without a publication";
                    self.findings.fail(Check::Chain, what);
                }
            }
        }
        Ok(())
    }

    /// Opens the round of unmask in which the mask secrets of those who left are rebuilt.
    fn unmask_again(&mut self, round: u8, list: ClientSet) {
        let clients = self.round.clients();
        let may_speak = |c| self.acknowledged.contains(c) && list.contains(c);
        let eligible = ClientSet::of(clients, may_speak);
        let left = |c| self.contributors.contains(c) && !list.contains(c);
        self.subjects = ClientSet::of(clients, left);
        self.eligible = eligible;
        self.contributors = list;
        if round < self.round.configuration().unmask_rounds {
            self.phase = Some(Phase::Unmask(round + 1));
            return;
        }
        // V-09.4
        self.phase = None;
        if !self.findings.skips(Check::Unmasking) && !Step::NobodyLeaves.holds(false) {
            let what = "liars were left when the last round of unmask was over: there is no sum";
            self.findings.fail(Check::Unmasking, what);
        }
    }
}
