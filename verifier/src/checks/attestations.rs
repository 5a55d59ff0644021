//! V-08.A and V-08.B: what each client attested of its masks links its masked vector to its
//! commitments, and agrees with what its neighbours attested.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::attest::link::{self, Claim, Subject};
use veragg_protocol::pairwise::attest::{keys_digest, Attestation, Challenges, Fingerprint};
use veragg_protocol::pairwise::dispute::{self, Edge};
use veragg_protocol::pairwise::lies::Attested;
use veragg_protocol::round::lists;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, Place, Records, PIECE_LEN};
use veragg_protocol::wire::message::{Message, ENVELOPE_LEN};

use super::inputs::Accepted;
use super::set_up::SetUp;
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Attestations judged together: they are the only ones in memory at once.
const BATCH: usize = 64;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// The attestations so far.
pub(crate) struct Attestations<P: ProofSystem> {
    challenges: Challenges<P>,
    /// `f(y)` of each accepted client.
    masked: HashMap<ClientId, Vec<Scalar<P>>>,
    waiting: Vec<(ClientId, u64, Message)>,
    /// What was attested, with the leaf. 32 bytes a pair and neighbour.
    said: HashMap<ClientId, Attested>,
    leaves: HashMap<ClientId, u64>,
    /// The digests of the keys that they attested edges to, until the phase is over.
    keys: HashMap<ClientId, Digest>,
}

/// The lists and messages that attestations stand on.
pub(crate) struct Ground<'a, P: ProofSystem> {
    pub(crate) round: &'a Round<P>,
    pub(crate) set_up: &'a SetUp,
    pub(crate) participants: &'a ClientSet,
    pub(crate) accepted: &'a HashMap<ClientId, Accepted<P>>,
}

/// The fingerprints of a masked vector, read again from the board.
pub(crate) fn fingerprint<P: ProofSystem, R: Read + Seek>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    place: Place,
    records: &mut Records<R>,
) -> Result<Vec<Scalar<P>>, BoardError> {
    read_again(
        round,
        challenges,
        ENVELOPE_LEN + round.proofs().proof_len(),
        place,
        records,
    )
}

/// The fingerprints of a vector of `D + R` scalars that begins at a byte of a record. It was found to
/// be canonical when it was first read.
pub(crate) fn read_again<P: ProofSystem, R: Read + Seek>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    start: usize,
    place: Place,
    records: &mut Records<R>,
) -> Result<Vec<Scalar<P>>, BoardError> {
    records.again(place, start, |mut record| {
        let mut fingerprint = Fingerprint::new(challenges);
        let mut left = round.masked_scalars();
        while left > 0 {
            let now = left.min(PIECE_LEN / P::Group::SCALAR_LEN);
            let piece = record.piece(now * P::Group::SCALAR_LEN)?;
            let read = fingerprint.read(piece);
            read.map_err(|_| BoardError::changed())?;
            left -= now;
        }
        Ok(fingerprint.finish())
    })
}

impl<P: ProofSystem> Attestations<P> {
    /// Reads the masked vectors of who is accepted again, at the points that the checkpoint of submit
    /// gives.
    pub(crate) fn begin<R: Read + Seek>(
        round: &Round<P>,
        submit: &Digest,
        accepted: &HashMap<ClientId, Accepted<P>>,
        records: &mut Records<R>,
        findings: &Findings,
    ) -> Result<Self, BoardError> {
        let challenges = Challenges::new(round, submit);
        let mut masked = HashMap::new();
        if !findings.skips(Check::RowLinks) {
            let mut in_order: Vec<_> = accepted.iter().collect();
            in_order.sort_unstable_by_key(|(client, _)| **client);
            for (client, submission) in in_order {
                let of_client = fingerprint(round, &challenges, submission.place, records)?;
                masked.insert(*client, of_client);
            }
        }
        Ok(Self {
            challenges,
            masked,
            waiting: Vec::new(),
            said: HashMap::new(),
            leaves: HashMap::new(),
            keys: HashMap::new(),
        })
    }

    pub(crate) fn challenges(&self) -> &Challenges<P> {
        &self.challenges
    }

    /// What each client attested.
    pub(crate) fn said(&self) -> &HashMap<ClientId, Attested> {
        &self.said
    }

    /// The leaf of a client's attestation.
    pub(crate) fn leaf(&self, client: ClientId) -> Option<u64> {
        self.leaves.get(&client).copied()
    }

    /// Takes an attestation; judged in batches.
    pub(crate) fn take(
        &mut self,
        ground: &Ground<'_, P>,
        (client, leaf): (ClientId, u64),
        message: Message,
        findings: &mut Findings,
    ) {
        self.waiting.push((client, leaf, message));
        if self.waiting.len() >= BATCH {
            self.judge(ground, findings);
        }
    }

    /// Judges what waits.
    fn judge(&mut self, ground: &Ground<'_, P>, findings: &mut Findings) {
        let Ground {
            round,
            participants,
            ..
        } = ground;
        let check = Check::RowLinks;
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(check);
        if !skip {
            findings.computed(check, waiting.len());
        }
        let fault = |check, client, leaf, what: &str| Finding {
            check,
            culprit: Some(Culprit::Client(client)),
            evidence: vec![leaf],
            what: what.to_owned(),
        };
        // V-08.A.1
        let decoded: Vec<_> = waiting
            .par_iter()
            .map(|(client, _, message)| {
                let lengths = round.attest_lengths(*client, participants);
                let parts = message.parts(&lengths).map_err(|error| error.to_string())?;
                Attestation::decode(round, &parts).map_err(|error| error.to_string())
            })
            .collect();
        let neighbours: Vec<_> = waiting
            .iter()
            .map(|(client, ..)| lists::holders(round.graph(), participants, *client))
            .collect();
        let mut good = Vec::new();
        for (index, (decoded, (client, leaf, _))) in decoded.iter().zip(&waiting).enumerate() {
            let Ok(attestation) = decoded else {
                let what = decoded.as_ref().err().map_or("", String::as_str);
                if !Step::AttestationDecodes.holds(false) {
                    findings.fault(fault(Check::Messages, *client, *leaf, what));
                }
                continue;
            };
            let neighbours = neighbours.get(index).map(Vec::as_slice).unwrap_or_default();
            good.push((index, *client, *leaf, neighbours, attestation));
        }
        // V-08.A.3
        let claims = good
            .iter()
            .map(|(index, client, _, neighbours, attestation)| {
                let submitted = ground.accepted.get(client)?;
                Some(Claim {
                    subject: Subject {
                        context: round.context(),
                        client: *client,
                        submission: &submitted.entry,
                    },
                    attestation: waiting.get(*index)?.2.envelope.entry(),
                    rows: &submitted.rows,
                    masked: self.masked.get(client)?,
                    neighbours,
                    head: &attestation.head,
                    edges: &attestation.edges,
                    edge_points: &attestation.edge_points,
                })
            });
        let claims: Vec<Claim<'_, P>> = claims.flatten().filter(|_| !skip).collect();
        let bad = link::verify(round, &self.challenges, &claims);
        let bad = bad.into_iter().filter(|_| !Step::RowLink.holds(false));
        let mut bad: BTreeSet<ClientId> = bad
            .filter_map(|index| Some(claims.get(index)?.subject.client))
            .collect();
        if !!Step::SubmissionAccepted.holds(false) {
            let clients = good.iter().map(|(_, client, ..)| *client);
            bad.extend(clients.filter(|client| !ground.accepted.contains_key(client)));
        }
        let mut kept = Vec::new();
        for (_, client, leaf, _, attestation) in &good {
            if bad.contains(client) {
                let what = "what it masked is not what it committed to: its attestation does not link its masked vector to its commitments";
                findings.fault(fault(check, *client, *leaf, what));
                continue;
            }
            let own = attestation.head.own();
            let edges = attestation.edges.clone();
            let kept_of = (*leaf, attestation.head.keys, Attested { own, edges });
            kept.push((*client, kept_of));
        }
        for (client, (leaf, keys, attested)) in kept {
            self.said.insert(client, attested);
            self.leaves.insert(client, leaf);
            self.keys.insert(client, keys);
        }
    }

    /// Who has attested.
    pub(crate) fn close(
        &mut self,
        ground: &Ground<'_, P>,
        listed: &ClientSet,
        findings: &mut Findings,
    ) -> ClientSet {
        self.judge(ground, findings);
        self.compare_keys(ground, findings);
        let believed = |client| !findings.skips(Check::RowLinks) || listed.contains(client);
        ClientSet::of(ground.round.clients(), |client| {
            self.said.contains_key(&client) && believed(client)
        })
    }

    /// V-08.A.2: at the end of the phase, when it is known who is doubted.
    fn compare_keys(&mut self, ground: &Ground<'_, P>, findings: &mut Findings) {
        let check = Check::RowLinks;
        let keys = std::mem::take(&mut self.keys);
        if findings.skips(check) {
            return;
        }
        let wrong = keys
            .iter()
            .filter(|(client, keys)| !ground.keys_are_right(**client, keys))
            .filter(|_| !Step::AttestedKeys.holds(false));
        let wrong: BTreeSet<ClientId> = wrong.map(|(client, _)| *client).collect();
        for client in wrong {
            self.said.remove(&client);
            findings.fault(Finding {
                check,
                culprit: Some(Culprit::Client(client)),
                evidence: self.leaf(client).into_iter().collect(),
                what: "it attested edges to keys that its neighbours did not advertise".to_owned(),
            });
        }
    }

    /// V-08.B.1: edges about which the two ends attested different things.
    pub(crate) fn disputed(
        &self,
        ground: &Ground<'_, P>,
        attested: &ClientSet,
        findings: &mut Findings,
    ) -> BTreeSet<Edge> {
        let graph = ground.round.graph();
        let disputed = dispute::disputed(graph, attested, |client, other| {
            self.towards(ground, client, other)
                .filter(|_| !Step::EdgesAgree.holds(false))
        });
        let ends = attested.iter();
        let edges: usize = ends
            .map(|client| lists::holders(graph, attested, client).len())
            .sum();
        findings.computed(Check::Edges, edges / 2);
        findings.bad_records(Check::Edges, disputed.len());
        disputed
    }

    /// What a client attested about one of its edges.
    pub(crate) fn towards(
        &self,
        ground: &Ground<'_, P>,
        client: ClientId,
        other: ClientId,
    ) -> Option<&[u8]> {
        let graph = ground.round.graph();
        let neighbours = lists::holders(graph, ground.participants, client);
        self.said.get(&client)?.towards(&neighbours, other)
    }
}

impl<P: ProofSystem> Ground<'_, P> {
    /// Whether the attested keys are those that were advertised, where all saw the same.
    fn keys_are_right(&self, client: ClientId, attested: &Digest) -> bool {
        let neighbours = lists::holders(self.round.graph(), self.participants, client);
        let keys = neighbours
            .iter()
            .map(|&other| self.set_up.keys_to_all(Step::KeysOfDoubted, other));
        let keys: Option<Vec<_>> = keys.map(|keys| Some(&keys?.mask)).collect();
        keys.is_none_or(|keys| keys_digest(keys) == *attested)
    }
}
