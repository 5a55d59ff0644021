//! Submit, attest, dispute, acknowledge (`specs/protocol.md` 3.4 to 3.7).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::core::Core;
use super::error::AggregatorError;
use super::unmasking::Unmasking;
use super::{Aggregator, Closed, Collecting, Dealt, Log, Needed};
use crate::crypto::dleq::{self, Revealed};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::tree::Tree;
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::attest::link::{self, Claim, Subject};
use crate::pairwise::attest::{keys_digest, Attestation, Challenges, Fingerprint};
use crate::pairwise::dispute::{self, Edge};
use crate::pairwise::lies::Attested;
use crate::pairwise::submit::{self, Submission};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::Message;

/// What the online phases know of the set-up.
#[derive(Default)]
pub(super) struct SetUp {
    pub(super) advertised: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    pub(super) dealt: Dealt,
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
}

/// Collects masked vectors.
pub struct Submitting {
    pub(super) set_up: SetUp,
}

/// Collects attestations.
pub struct Attesting<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    /// The row commitments of who is accepted, and the entries of the submissions.
    submitted: HashMap<ClientId, Submitted<P>>,
}

/// Fingerprints of masked vectors, for each challenge pair.
type Fingerprints<P> = HashMap<ClientId, Vec<<<P as ProofSystem>::Group as Group>::Scalar>>;

/// What is kept of an attestation: its parts, and what it says.
type Kept = (Tree<Vec<u8>>, Attested);

/// What an attestation is held against.
struct Submitted<P: ProofSystem> {
    rows: Vec<<P::Group as Group>::Point>,
    entry: Digest,
}

/// Collects opened edges.
pub struct Disputing<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    attested: ClientSet,
    /// The parts of the attestations.
    parts: HashMap<ClientId, Tree<Vec<u8>>>,
    said: HashMap<ClientId, Attested>,
}

/// Collects acknowledgements.
pub struct Acknowledging<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    contributors: ClientSet,
    said: HashMap<ClientId, Attested>,
}

macro_rules! collecting {
    ($state:ty, |$this:ident, $round:ident, $client:ident, $body:ident| $lengths:expr) => {
        impl<P: ProofSystem> Collecting<P> for $state {
            fn lengths(&self, $round: &Round<P>, $client: ClientId, $body: usize) -> Vec<usize> {
                let $this = self;
                $lengths
            }
            fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
                Needed::Envelope
            }
        }
    };
}

collecting!(Submitting, |_this, round, _client, _body| round
    .submit_lengths());
collecting!(Attesting<P>, |this, round, client, _body| {
    round.attest_lengths(client, &this.set_up.participants)
});
collecting!(Acknowledging<P>, |_this, _round, _client, _body| Vec::new());

impl<P: ProofSystem> Collecting<P> for Disputing<P> {
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.dispute_lengths(client, &self.attested, body)
    }
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_> {
        let neighbours = self.set_up.neighbours(round, author);
        let at = 1 + neighbours.partition_point(|&other| other < reader);
        let tree = self.parts.get(&author);
        tree.map_or(Needed::Envelope, |tree| Needed::Part(tree, at))
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Submitting> {
    /// 3.4: verifies the proofs in batches and lists whose input satisfies the statement.
    pub fn close(self) -> Closed<P, L, Submitting, Attesting<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core.judge_batches(|batch| judge_submissions(&round, batch))?;
            let accepted = findings.valid(round.clients());
            enough(&round, Phase::Submit, &accepted)?;
            core.close(&accepted, |client| findings.is_bad(client))?;
            Ok(Attesting {
                set_up: std::mem::take(&mut state.set_up),
                challenges: Challenges::new(&round, core.chain()),
                submitted: findings.into_valid(),
            })
        })
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

/// What is kept of each submission in a batch whose proof holds.
fn judge_submissions<P: ProofSystem>(
    round: &Round<P>,
    batch: Vec<(ClientId, Message)>,
) -> Vec<(ClientId, Option<Submitted<P>>)> {
    let decoded: Vec<_> = batch
        .into_par_iter()
        .map(|(client, message)| {
            let proof = Submission::of_message(round, &message).map(|decoded| decoded.proof);
            (client, message.envelope.entry(), proof.ok())
        })
        .collect();
    let proofs: Vec<_> = decoded
        .iter()
        .filter_map(|(client, _, proof)| Some((round.binding(*client), proof.as_ref()?)))
        .collect();
    let rejected: HashSet<u32> = round
        .proofs()
        .verify_batch(&proofs)
        .into_iter()
        .filter_map(|(index, _)| Some(proofs.get(index)?.0.client))
        .collect();
    decoded
        .into_par_iter()
        .map(|(client, entry, proof)| {
            let holds = !rejected.contains(&client.number());
            let accepted = proof.filter(|_| Rule::InputProof.holds(holds));
            let rows = accepted.map(|proof| round.proofs().rows(&proof));
            (client, rows.map(|rows| Submitted { rows, entry }))
        })
        .collect()
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Attesting<P>> {
    /// 3.5: lists whose attestation links its masked vector to its commitments.
    pub fn close(self) -> Closed<P, L, Attesting<P>, Disputing<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let masked = fingerprints(core, &state.challenges, &core.spoke())?;
            let findings =
                core.judge_batches(|batch| judge_attestations(&round, state, &masked, batch))?;
            let attested = findings.valid(round.clients());
            enough(&round, Phase::Attest, &attested)?;
            core.close(&attested, |client| findings.is_bad(client))?;
            let (mut parts, mut said) = (HashMap::new(), HashMap::new());
            for (client, (tree, attested)) in findings.into_valid() {
                parts.insert(client, tree);
                said.insert(client, attested);
            }
            Ok(Disputing {
                set_up: std::mem::take(&mut state.set_up),
                challenges: state.challenges.clone(),
                attested,
                parts,
                said,
            })
        })
    }
}

/// `f(y)` of the masked vectors that these clients submitted.
fn fingerprints<P: ProofSystem, L: Log>(
    core: &Core<P, L>,
    challenges: &Challenges<P>,
    clients: &ClientSet,
) -> Result<Fingerprints<P>, AggregatorError> {
    let round = core.round();
    let mut all = HashMap::new();
    core.read_batches(Phase::Submit, clients, |batch| {
        let of_batch = batch.into_par_iter().filter_map(|(client, message)| {
            let (_, masked) = submit::halves(&round, &message).ok()?;
            let mut fingerprint = Fingerprint::new(challenges);
            fingerprint.read(masked).ok()?;
            Some((client, fingerprint.finish()))
        });
        all.extend(of_batch.collect::<Vec<_>>());
    })?;
    Ok(all)
}

/// What is kept of each attestation in a batch that decodes and whose row links hold.
fn judge_attestations<P: ProofSystem>(
    round: &Round<P>,
    state: &Attesting<P>,
    masked: &Fingerprints<P>,
    batch: Vec<(ClientId, Message)>,
) -> Vec<(ClientId, Option<Kept>)> {
    let Attesting {
        set_up,
        challenges,
        submitted,
    } = state;
    let decoded: Vec<_> = batch
        .into_par_iter()
        .map(|(client, message)| {
            let neighbours = set_up.neighbours(round, client);
            let lengths = round.attest_lengths(client, &set_up.participants);
            let attestation = message.parts(&lengths).ok().and_then(|parts| {
                let attestation = Attestation::decode(round, &parts).ok()?;
                let keys = neighbours
                    .iter()
                    .map(|other| Some(&set_up.keys.get(other)?.mask));
                let keys = keys.collect::<Option<Vec<_>>>()?;
                let are_theirs = keys_digest(keys) == attestation.head.keys;
                Rule::EdgeKeys.holds(are_theirs).then_some(attestation)
            });
            (client, message.envelope.entry(), neighbours, attestation)
        })
        .collect();
    let claims: Vec<Claim<'_, P>> = decoded
        .iter()
        .filter_map(|(client, entry, neighbours, attestation)| {
            let (submitted, attestation) = (submitted.get(client)?, attestation.as_ref()?);
            Some(Claim {
                subject: Subject {
                    context: round.context(),
                    client: *client,
                    submission: &submitted.entry,
                },
                attestation: *entry,
                rows: &submitted.rows,
                masked: masked.get(client)?,
                neighbours,
                head: &attestation.head,
                edges: &attestation.edges,
                edge_points: &attestation.edge_points,
            })
        })
        .collect();
    let bad = link::verify(round, challenges, &claims);
    let holding: HashSet<ClientId> = claims
        .iter()
        .enumerate()
        .filter(|(index, _)| bad.binary_search(index).is_err())
        .map(|(_, claim)| claim.subject.client)
        .collect();
    decoded
        .into_iter()
        .map(|(client, _, _, attestation)| {
            let linked = holding.contains(&client);
            let holds = attestation.filter(|_| Rule::RowLink.holds(linked));
            let kept = holds.map(|attestation| {
                let tree: Tree<_> = attestation.parts().into_iter().collect();
                let own = attestation.head.own();
                let edges = attestation.edges;
                (tree, Attested { own, edges })
            });
            (client, kept)
        })
        .collect()
}

impl<P: ProofSystem> Disputing<P> {
    fn said(&self, round: &Round<P>, client: ClientId, other: ClientId) -> Option<&[u8]> {
        let neighbours = self.set_up.neighbours(round, client);
        self.said.get(&client)?.towards(&neighbours, other)
    }

    /// What a client opened of the disputed edges, each with what is true of it; nothing if a proof does
    /// not hold.
    fn judge_opened(
        &self,
        round: &Round<P>,
        disputed: &BTreeSet<Edge>,
        client: ClientId,
        message: &Message,
    ) -> Option<Vec<(Edge, Vec<u8>)>> {
        let others = lists::holders(round.graph(), &self.attested, client);
        let judge = |revealed: &Revealed| {
            let (other, context) = (revealed.other, round.context());
            let (mine, theirs) = (
                self.set_up.keys.get(&client)?,
                self.set_up.keys.get(&other)?,
            );
            let ends = dispute::ends(context, (client, &mine.mask), (other, &theirs.mask));
            if !Rule::ProvenPoint.holds(ends.hold(revealed)) {
                return None;
            }
            Some(dispute::edge(client, other))
        };
        let revealed = dleq::decode(&message.body, &others).ok()?;
        let edges = revealed.iter().map(judge).collect::<Option<Vec<_>>>()?;
        let opened = edges.into_iter().zip(&revealed);
        let truths = opened.filter(|(edge, _)| disputed.contains(edge));
        let truths = truths.map(|(edge, revealed)| {
            let mask = dispute::mask_of(round.context(), client, revealed);
            (edge, self.challenges.commit(round, &mask).encode())
        });
        Some(truths.collect())
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Disputing<P>> {
    /// 3.6: settles the disputed edges and lists the contributors.
    pub fn close(self) -> Closed<P, L, Disputing<P>, Acknowledging<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let said = |client, other| state.said(&round, client, other);
            let disputed = dispute::disputed(round.graph(), &state.attested, said);
            let findings = core.judge_each(|client, message| {
                state.judge_opened(&round, &disputed, client, message)
            })?;
            let faulty = ClientSet::of(round.clients(), |client| findings.is_bad(client));
            let opened: BTreeMap<_, _> = findings.into_valid().into_values().flatten().collect();
            let settled = dispute::settle(&disputed, &opened, said);
            let contributors = settled.contributors(&state.attested, &faulty);
            enough(&round, Phase::Dispute, &contributors)?;
            core.close(&contributors, |client| {
                faulty.contains(client) || settled.is_liar(client)
            })?;
            Ok(Acknowledging {
                set_up: std::mem::take(&mut state.set_up),
                challenges: state.challenges.clone(),
                contributors,
                said: std::mem::take(&mut state.said),
            })
        })
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Acknowledging<P>> {
    /// 3.7: lists who has acknowledged the contributors.
    pub fn close(self) -> Closed<P, L, Acknowledging<P>, Unmasking<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core.judge_each(|_, _| Some(()))?;
            let acknowledged = findings.valid(round.clients());
            enough(&round, Phase::Acknowledge, &acknowledged)?;
            core.close(&acknowledged, |_| false)?;
            Ok(Unmasking::new(
                std::mem::take(&mut state.set_up),
                state.challenges.clone(),
                std::mem::take(&mut state.said),
                state.contributors.clone(),
                acknowledged,
            ))
        })
    }
}
