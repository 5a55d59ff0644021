//! Attest: V-08.A, each masked vector is its committed input plus its masks, as the attestation shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Seek};

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::attest::{self, Attested, Candidate, Challenges};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, Records};
use veragg_protocol::wire::message::Message;

use super::dispute::Dispute;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Attestations, Established};
use crate::step::Step;
use crate::words;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// Bodies of so many bytes are judged together, in whole blocks of [`BATCH`] messages: about 500 messages of a round with few numbers. What
/// both ends of an edge attest is decoded once if both are among them.
const TOGETHER: usize = 2 << 20;

/// The attestations that were received so far.
pub(crate) struct Attest<P: ProofSystem> {
    attestations: Attestations<P>,
    /// The fingerprints `f(y)` of the masked vector of each accepted client.
    masked: HashMap<ClientId, Vec<Scalar<P>>>,
    waiting: Vec<(ClientId, u64, Message)>,
    /// Bytes of their bodies.
    bytes: usize,
    /// For each client the digest of the keys that its attested edges lead to.
    keys: BTreeMap<ClientId, Digest>,
}

impl<P: ProofSystem> Attest<P> {
    /// Opens the phase. Reads the masked vectors of all accepted clients again and computes their fingerprints
    /// at the points that follow from the checkpoint of submit.
    pub(crate) fn begin<R: Read + Seek>(
        established: &Established<'_, P>,
        submit: &Digest,
        records: &mut Records<R>,
        findings: &Findings,
    ) -> Result<Self, BoardError> {
        let challenges = Challenges::new(established.round, submit);
        let mut masked = HashMap::new();
        if !findings.skips(Check::RowLinks) {
            // The order of the clients is near to the order of the file.
            let accepted: BTreeMap<_, _> = established.accepted.iter().collect();
            for (client, accepted) in accepted {
                let fingerprint =
                    established.fingerprint(&challenges, accepted.position, records)?;
                masked.insert(*client, fingerprint);
            }
        }
        Ok(Self {
            attestations: Attestations::new(challenges),
            masked,
            waiting: Vec::new(),
            bytes: 0,
            keys: BTreeMap::new(),
        })
    }

    /// Judges the messages that wait.
    fn judge(&mut self, established: &Established<'_, P>, findings: &mut Findings) {
        let (round, participants) = (established.round, &established.participants);
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let skip = findings.skips(Check::RowLinks);
        if !skip {
            findings.computed(Check::RowLinks, waiting.len());
        }
        // V-08.A.1
        let messages: Vec<_> = waiting
            .iter()
            .map(|(client, _, message)| (*client, message.borrowed()))
            .collect();
        let (decoded, points) = attest::decode(round, participants, &messages);
        drop(messages);
        // Faults by the place of their message, for a block those of decoding first.
        let (mut good, mut faults) = (Vec::new(), Vec::new());
        let waiting = waiting.into_iter().zip(decoded);
        for (index, ((client, leaf, message), decoded)) in waiting.enumerate() {
            match decoded {
                Ok(attestation) => {
                    let neighbours = established.neighbours(client);
                    let entry = message.envelope.entry();
                    good.push((index, client, leaf, entry, neighbours, attestation));
                }
                Err(breach) => {
                    let (step, what) = (Step::AttestationDecodes, words::breach(&breach));
                    let fault = Finding::fault(step, client, [leaf], what);
                    faults.push(((index / BATCH, step), fault));
                }
            }
        }
        // V-08.A.3: the attestation of a client whose submission was not accepted is not judged.
        let candidates =
            good.iter()
                .filter_map(|(index, client, _, entry, neighbours, attestation)| {
                    Some(Candidate {
                        client: *client,
                        entry: *entry,
                        index: *index,
                        attestation,
                        neighbours,
                        submission: &established.accepted.get(client)?.submission,
                        masked: self.masked.get(client)?,
                    })
                });
        let candidates: Vec<_> = candidates.filter(|_| !skip).collect();
        let judged = attest::judge(round, &self.attestations.challenges, &points, &candidates);
        let bad: BTreeMap<usize, _> = candidates
            .iter()
            .zip(judged)
            .filter_map(|(candidate, judged)| Some((candidate.index, judged.err()?)))
            .collect();
        for (index, client, leaf, _, _, attestation) in good {
            if let Some(breach) = bad.get(&index) {
                let (step, what) = (Step::RowLink, words::breach(breach));
                let fault = Finding::fault(step, client, [leaf], what);
                faults.push(((index / BATCH, step), fault));
                continue;
            }
            self.keys.insert(client, attestation.head.keys);
            self.attestations.leaves.insert(client, leaf);
            let attested = Attested::of(attestation);
            self.attestations.attested.insert(client, attested);
        }
        faults.sort_by_key(|((block, step), _)| (*block, *step == Step::RowLink));
        for (_, fault) in faults {
            findings.record(fault);
        }
    }

    /// V-08.A.2, judged at the end of the phase, when it is known who has equivocated. An attestation is compared
    /// with its neighbours' keys only if none of these has equivocated.
    fn judge_keys(&mut self, established: &Established<'_, P>, findings: &mut Findings) {
        let keys = std::mem::take(&mut self.keys);
        if findings.skips(Check::RowLinks) {
            return;
        }
        let counts = |other| Step::KeysOfEquivocator.holds(!established.has_equivocated(other));
        for (client, attested) in keys {
            let neighbours = established.neighbours(client).into_iter();
            let theirs =
                neighbours.map(|other| established.mask_key(other).filter(|_| counts(other)));
            let Some(theirs) = theirs.collect::<Option<Vec<_>>>() else {
                continue;
            };
            if let Err(breach) = attest::judge_keys(&attested, &theirs) {
                self.attestations.attested.remove(&client);
                let leaf = self.attestations.leaf(client);
                let what = words::breach(&breach);
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

    fn lengths(&self, established: &Established<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        established
            .round
            .attest_lengths(client, &established.participants)
    }

    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        let message = (client, message.leaf, message.message());
        self.bytes += message.2.body.len();
        self.waiting.push(message);
        // Blocks are whole: what is recorded must not depend on how many of them are judged together.
        if self.bytes >= TOGETHER && self.waiting.len().is_multiple_of(BATCH) {
            self.judge(established, findings);
        }
    }

    fn judge_waiting(&mut self, established: &mut Established<'_, P>, findings: &mut Findings) {
        self.judge(established, findings);
        findings.skipped_part(
            Check::RowLinks,
            "V-08.A.2, the keys of neighbours, since the board ends before the end of the phase",
        );
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        self.judge(established, findings);
        self.judge_keys(established, findings);
        let may_be_listed = end.may_be_listed(Check::RowLinks, findings);
        let attested: BTreeSet<_> = self.attestations.attested.keys().copied().collect();
        let list = established.set(|client| attested.contains(&client) && may_be_listed(client));
        Ok(Derived::of(list, established.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        _: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        Ok(Some(Open::Dispute(Dispute::new(self.attestations))))
    }
}
