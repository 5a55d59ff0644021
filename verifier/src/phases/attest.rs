//! Attest: V-08.A, what each client attested of its masks links its masked vector to its commitments.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::attest::{self, Attested, Candidate, Challenges};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, Records};
use veragg_protocol::wire::message::Message;

use super::dispute::Dispute;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Attestations, Ground};
use crate::step::Step;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// The attestations so far.
pub(crate) struct Attest<P: ProofSystem> {
    attestations: Attestations<P>,
    /// `f(y)` of each accepted client.
    masked: HashMap<ClientId, Vec<Scalar<P>>>,
    waiting: Vec<(ClientId, u64, Message)>,
    /// The digests of the keys that they attested edges to.
    keys: BTreeMap<ClientId, Digest>,
}

impl<P: ProofSystem> Attest<P> {
    /// Reads the masked vectors of who is accepted again, at the points that the checkpoint of submit
    /// gives.
    pub(crate) fn begin<R: Read + Seek>(
        ground: &Ground<'_, P>,
        submit: &Digest,
        records: &mut Records<R>,
        findings: &Findings,
    ) -> Result<Self, BoardError> {
        let challenges = Challenges::new(ground.round, submit);
        let mut masked = HashMap::new();
        if !findings.skips(Check::RowLinks) {
            // In the order of the clients: near to that of the file.
            let accepted: BTreeMap<_, _> = ground.accepted.iter().collect();
            for (client, accepted) in accepted {
                let fingerprint = ground.fingerprint(&challenges, accepted.position, records)?;
                masked.insert(*client, fingerprint);
            }
        }
        Ok(Self {
            attestations: Attestations::new(challenges),
            masked,
            waiting: Vec::new(),
            keys: BTreeMap::new(),
        })
    }

    /// Judges what waits.
    fn judge(&mut self, ground: &Ground<'_, P>, findings: &mut Findings) {
        let (round, participants) = (ground.round, &ground.participants);
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(Check::RowLinks);
        if !skip {
            findings.computed(Check::RowLinks, waiting.len());
        }
        // V-08.A.1
        let decoded: Vec<_> = waiting
            .par_iter()
            .map(|(client, _, message)| {
                attest::decode(round, participants, *client, &message.borrowed())
            })
            .collect();
        let mut good = Vec::new();
        for ((client, leaf, message), decoded) in waiting.iter().zip(decoded) {
            match decoded {
                Ok(attestation) => {
                    let neighbours = ground.neighbours(*client);
                    let entry = message.envelope.entry();
                    good.push((*client, *leaf, entry, neighbours, attestation));
                }
                Err(breach) => {
                    let (step, what) = (Step::AttestationDecodes, breach.to_string());
                    findings.record(Finding::fault(step, *client, [*leaf], what));
                }
            }
        }
        // V-08.A.3: the attestation of a client whose submission was not accepted is not judged.
        let candidates = good
            .iter()
            .filter_map(|(client, _, entry, neighbours, attestation)| {
                Some(Candidate {
                    client: *client,
                    entry: *entry,
                    attestation,
                    neighbours,
                    submission: &ground.accepted.get(client)?.submission,
                    masked: self.masked.get(client)?,
                })
            });
        let candidates: Vec<_> = candidates.filter(|_| !skip).collect();
        let judged = attest::judge(round, &self.attestations.challenges, &candidates);
        let bad: BTreeMap<ClientId, _> = candidates
            .iter()
            .zip(judged)
            .filter_map(|(candidate, judged)| Some((candidate.client, judged.err()?)))
            .collect();
        for (client, leaf, _, _, attestation) in good {
            if let Some(breach) = bad.get(&client) {
                let what = breach.to_string();
                findings.record(Finding::fault(Step::RowLink, client, [leaf], what));
                continue;
            }
            self.keys.insert(client, attestation.head.keys);
            self.attestations.leaves.insert(client, leaf);
            let attested = Attested::of(attestation);
            self.attestations.said.insert(client, attested);
        }
    }

    /// V-08.A.2: at the end of the phase, when it is known who signed two messages: only keys of
    /// neighbours that said one thing are held against what was attested.
    fn judge_keys(&mut self, ground: &Ground<'_, P>, findings: &mut Findings) {
        let keys = std::mem::take(&mut self.keys);
        if findings.skips(Check::RowLinks) {
            return;
        }
        let one = |other| Step::KeysOfEquivocator.holds(ground.said_one_thing(other));
        for (client, attested) in keys {
            let neighbours = ground.neighbours(client).into_iter();
            let theirs = neighbours.map(|other| ground.mask_key(other).filter(|_| one(other)));
            let Some(theirs) = theirs.collect::<Option<Vec<_>>>() else {
                continue;
            };
            if let Err(breach) = attest::judge_keys(&attested, &theirs) {
                self.attestations.said.remove(&client);
                let leaf = self.attestations.leaf(client);
                let what = breach.to_string();
                findings.record(Finding::fault(Step::AttestedKeys, client, leaf, what));
            }
        }
    }
}

impl<P: ProofSystem> Judge<P> for Attest<P> {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Attest
    }

    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        ground.round.attest_lengths(client, &ground.participants)
    }

    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.waiting.push((client, said.leaf, said.message()));
        if self.waiting.len() >= BATCH {
            self.judge(ground, findings);
        }
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        self.judge(ground, findings);
        self.judge_keys(ground, findings);
        let believed = ending.believed(Check::RowLinks, findings);
        let said: BTreeSet<_> = self.attestations.said.keys().copied().collect();
        let list = ground.set(|client| said.contains(&client) && believed(client));
        Ok(Derived::of(list, ground.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        _: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        Ok(Some(Open::Dispute(Dispute::new(self.attestations))))
    }
}
