//! Attest: commitments to fingerprints of the masks of a client, at random points that are known only after the
//! submissions; and the proof that the masked vector without these masks is the committed input
//! (`specs/protocol.md` 4.7).
//!
//! | module | what it holds |
//! |---|---|
//! | [`challenges`] | the points, fingerprints, and commitments to fingerprints of masks |
//! | [`edges`] | the commitments to the masks of edges, encoded, and those of many clients decoded |
//! | [`link`] | the row link: proof, and verification in batches |
//! | this one | the message |

pub mod challenges;
pub mod edges;
pub mod link;

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::labels;
use crate::pairwise::submit::Accepted;
use crate::pairwise::Breach;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::BorrowedMessage;

pub use challenges::{Challenges, Committed, Fingerprint};
pub use edges::{EdgePoints, Edges};
pub use link::RowLink;

use link::{Claim, Subject};

/// The digest of the mask keys that a client computed its pairwise masks with, in the order of the neighbours that
/// participate (4.7.5).
pub fn keys_digest<'a>(keys: impl IntoIterator<Item = &'a EncodedPoint>) -> Digest {
    let parts: Vec<&[u8]> = keys
        .into_iter()
        .map(|key| key.as_bytes().as_slice())
        .collect();
    digest(labels::ATTESTED_KEYS, &parts)
}

/// Part 0 of an attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<G: Group> {
    /// Digest of the neighbours' keys.
    pub keys: Digest,
    /// For each pair the self commitment and the row link.
    pub links: Vec<RowLink<G>>,
}

impl<G: Group> Head<G> {
    /// Bytes of part 0 for `pairs` challenge pairs and `columns` columns.
    pub fn encoded_len(pairs: usize, columns: usize) -> usize {
        32 + pairs * RowLink::<G>::encoded_len(columns)
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let start = Writer::new().bytes(&self.keys);
        let write = |writer, link: &RowLink<G>| link.write(writer);
        self.links.iter().fold(start, write).finish()
    }

    /// Decodes a part 0 that fills `bytes`.
    pub fn decode<P>(round: &Round<P>, bytes: &[u8]) -> Result<Self, DecodeError>
    where
        P: ProofSystem<Group = G>,
    {
        let mut reader = Reader::new(bytes);
        let keys = reader.array("keys")?;
        let columns = round.layout().columns();
        let links = (0..round.challenge_pairs())
            .map(|_| RowLink::read(&mut reader, columns))
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self { keys, links })
    }

    /// The self commitments `N` of all pairs, encoded.
    pub fn own(&self) -> Vec<u8> {
        let own = self.links.iter().map(|link| G::encode_point(&link.own));
        own.flatten().collect()
    }
}

/// An attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation<G: Group> {
    /// Part 0.
    pub head: Head<G>,
    /// The other parts.
    pub edges: Edges,
}

impl<G: Group> Attestation<G> {
    /// An attestation with these edge commitments, in the order of the neighbours that participate.
    pub fn new<P>(head: Head<G>, edges: &[Committed<P>]) -> Self
    where
        P: ProofSystem<Group = G>,
    {
        let edges: Vec<_> = edges.iter().map(Committed::encode).collect();
        let edges = Edges::of(edges.iter().map(Vec::as_slice));
        Self { head, edges }
    }

    /// Decodes the parts of a body, but for the points in the edge commitments: [`decode`](decode()) decodes these, too.
    pub fn decode<P>(round: &Round<P>, parts: &[&[u8]]) -> Result<Self, DecodeError>
    where
        P: ProofSystem<Group = G>,
    {
        let wrong = DecodeError::Value { field: "parts" };
        let (head, edges) = parts.split_first().ok_or(wrong)?;
        Ok(Self {
            head: Head::decode(round, head)?,
            edges: Edges::of(edges.iter().copied()),
        })
    }

    /// The parts of the body.
    pub fn parts(&self) -> Vec<Vec<u8>> {
        let edges = self.edges.parts().map(<[u8]>::to_vec);
        std::iter::once(self.head.encode()).chain(edges).collect()
    }
}

/// The commitments to masks in an attestation, encoded; those of one mask for all pairs are together.
#[derive(Debug, Clone, Default)]
pub struct Attested {
    /// The commitments to the self-mask.
    pub own: Vec<u8>,
    /// The commitments to the pairwise masks.
    pub edges: Edges,
}

impl Attested {
    /// The commitments of an attestation.
    pub fn of<G: Group>(attestation: Attestation<G>) -> Self {
        Self {
            own: attestation.head.own(),
            edges: attestation.edges,
        }
    }

    /// The commitments for the edge to one of `neighbours`, which are the neighbours that participate, in order.
    pub fn towards(&self, neighbours: &[ClientId], other: ClientId) -> Option<&[u8]> {
        let at = neighbours.binary_search(&other).ok()?;
        self.edges.part(at)
    }
}

/// The attestations of a batch, or what is wrong with them, and the points of their edge commitments.
pub type Decoded<G> = (Vec<Result<Attestation<G>, Breach>>, EdgePoints<G>);

/// Decodes the attestations of a batch. `participants` are the participants of the round. The points of an attestation with an error are
/// not to be used. Cost: one decoding for each point. A point that both ends of an edge attest is decoded once.
pub fn decode<P: ProofSystem>(
    round: &Round<P>,
    participants: &ClientSet,
    batch: &[(ClientId, BorrowedMessage<'_>)],
) -> Decoded<P::Group> {
    let decode = |(client, message): &(ClientId, BorrowedMessage<'_>)| {
        let parts = message.parts(&round.attest_lengths(*client, participants))?;
        Ok(Attestation::decode(round, &parts)?)
    };
    let mut decoded: Vec<Result<Attestation<P::Group>, Breach>> =
        batch.par_iter().map(decode).collect();
    let edges: Vec<Option<&Edges>> = decoded
        .iter()
        .map(|attestation| attestation.as_ref().ok().map(|it| &it.edges))
        .collect();
    let (points, errors) = EdgePoints::decode(&edges);
    for (index, error) in errors {
        decoded[index] = Err(error.into());
    }
    (decoded, points)
}

/// A decoded attestation, and the submission that it must fit.
#[derive(Debug)]
pub struct Candidate<'a, P: ProofSystem> {
    /// The client that attests.
    pub client: ClientId,
    /// The entry of the attestation.
    pub entry: Digest,
    /// Its place in the batch that was decoded.
    pub index: usize,
    /// The attestation.
    pub attestation: &'a Attestation<P::Group>,
    /// The neighbours that participate.
    pub neighbours: &'a [ClientId],
    /// The submission.
    pub submission: &'a Accepted<P>,
    /// For each pair `f(y)`, the fingerprint of the submitted masked vector.
    pub masked: &'a [<P::Group as Group>::Scalar],
}

/// Judges row links together (4.7.4, 5.5), each by itself: the results are in order. `points` are those of the batch in which the
/// candidates were decoded. Cost: see [`link::verify`].
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    points: &EdgePoints<P::Group>,
    batch: &[Candidate<'_, P>],
) -> Vec<Result<(), Breach>> {
    let claims: Vec<_> = batch
        .iter()
        .map(|candidate| Claim {
            subject: Subject {
                context: round.context(),
                client: candidate.client,
                submission: &candidate.submission.entry,
            },
            attestation: candidate.entry,
            rows: &candidate.submission.rows,
            masked: candidate.masked,
            neighbours: candidate.neighbours,
            links: &candidate.attestation.head.links,
            edges: &candidate.attestation.edges,
            at: points.at(candidate.index),
        })
        .collect();
    let bad = link::verify(round, challenges, points, &claims);
    let holds = |index| bad.binary_search(&index).is_err();
    (0..batch.len())
        .map(|index| Rule::RowLink.require(holds(index), || Breach::RowLink))
        .collect()
}

/// Whether the attested keys are those that the neighbours advertised (4.7.5, 5.5), in the order of the neighbours that
/// participate.
pub fn judge_keys<'a>(
    attested: &Digest,
    keys: impl IntoIterator<Item = &'a EncodedPoint>,
) -> Result<(), Breach> {
    Rule::EdgeKeys.require(keys_digest(keys) == *attested, || Breach::Keys)
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the parts of an attestation, given the participants.
    pub fn attest_lengths(&self, client: ClientId, participants: &ClientSet) -> Vec<usize> {
        let neighbours = lists::holders(self.graph(), participants, client).len();
        let (pairs, columns) = (self.challenge_pairs(), self.layout().columns());
        let edge = pairs * P::Group::POINT_LEN;
        std::iter::once(Head::<P::Group>::encoded_len(pairs, columns))
            .chain(std::iter::repeat_n(edge, neighbours))
            .collect()
    }
}
