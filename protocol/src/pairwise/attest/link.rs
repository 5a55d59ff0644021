//! The row link (`specs/protocol.md` 4.7.4): it proves that a client's masked vector, without the attested masks, is what
//! the row commitments of its submission open to.
//!
//! Schnorr's proof of a linear relation between the openings of two commitments: `T`, the rows of the
//! submission at the challenge, and `Q`, the masked vector without the attested commitments.

use std::ops::Range;

use merlin::Transcript;
use rand_core::{CryptoRngCore, RngCore};
use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::bad_ones::bad_ones_in_chunks;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::hedged::Hedge;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroizing;

use super::challenges::{Challenges, Committed, Pair};
use super::edges::{EdgePoints, Edges};
use crate::crypto::context::Context;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::round::Round;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// The most points of one multiplication. More points make it no faster, and several multiplications can run at once.
const MOST_POINTS: usize = 1 << 13;

/// The self commitment of a pair, with the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLink<G: Group> {
    /// `N`, the self commitment.
    pub own: G::Point,
    /// `A_T`.
    pub row_announcement: G::Point,
    /// `A_Q`.
    pub sum_announcement: G::Point,
    /// `p_0, .., p_(C-1)`.
    pub values: Vec<G::Scalar>,
    /// `p_r`.
    pub blinding: G::Scalar,
    /// `p_beta`.
    pub sum_blinding: G::Scalar,
}

impl<G: Group> RowLink<G> {
    /// Bytes for `columns` columns.
    pub fn encoded_len(columns: usize) -> usize {
        3 * G::POINT_LEN + (columns + 2) * G::SCALAR_LEN
    }

    pub(super) fn write(&self, writer: Writer) -> Writer {
        writer
            .bytes(&G::encode_point(&self.own))
            .bytes(&G::encode_point(&self.row_announcement))
            .bytes(&G::encode_point(&self.sum_announcement))
            .bytes(&G::encode_scalars(&self.values))
            .bytes(&G::encode_scalar(&self.blinding))
            .bytes(&G::encode_scalar(&self.sum_blinding))
    }

    pub(super) fn read(reader: &mut Reader<'_>, columns: usize) -> Result<Self, DecodeError> {
        let field = "row link";
        let own = G::read_point(reader, "self commitment")?;
        let row_announcement = G::read_point(reader, field)?;
        let sum_announcement = G::read_point(reader, field)?;
        let values = reader.bytes(columns * G::SCALAR_LEN, field)?;
        Ok(Self {
            own,
            row_announcement,
            sum_announcement,
            values: G::decode_scalars(values, columns, field)?,
            blinding: G::read_scalar(reader, field)?,
            sum_blinding: G::read_scalar(reader, field)?,
        })
    }
}

/// The client and the submission of a row link.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Digest of the round's configuration.
    pub context: &'a Context,
    /// The client that attests.
    pub client: ClientId,
    /// The entry of its submission.
    pub submission: &'a Digest,
}

impl Subject<'_> {
    /// The transcript of a pair up to the commitments (4.7.4, step 2). `edges` are encoded, in order.
    fn transcript<'e, G: Group>(
        &self,
        submit: &Digest,
        pair: usize,
        edges: impl Iterator<Item = &'e [u8]>,
        own: &G::Point,
    ) -> Transcript {
        let mut transcript = Transcript::new(labels::ROW_LINK.as_bytes());
        transcript.append_message(b"context", &self.context.digest);
        transcript.append_message(b"submit", submit);
        transcript.absorb_u64(b"client", u64::from(self.client.number()));
        transcript.append_message(b"submission", self.submission);
        transcript.absorb_u64(b"pair", pair as u64);
        for edge in edges {
            transcript.append_message(b"edge", edge);
        }
        transcript.append_message(b"self", &G::encode_point(own));
        transcript
    }

    /// The challenge `e` of a pair.
    fn challenge<G: Group>(mut transcript: Transcript, announcements: [&G::Point; 2]) -> G::Scalar {
        let [row, sum] = announcements;
        transcript.append_message(b"row announcement", &G::encode_point(row));
        transcript.append_message(b"sum announcement", &G::encode_point(sum));
        transcript.challenge_scalar::<G>(b"challenge")
    }
}

/// A client's rows at a pair: the `V` and `r` of 4.7.4.
fn rows_at<P: ProofSystem>(
    pair: &Pair<Scalar<P>>,
    packed: &[Scalar<P>],
    blindings: &[Scalar<P>],
) -> Zeroizing<Vec<Scalar<P>>> {
    let columns = pair.columns.len();
    let mut opened = Zeroizing::new(vec![Scalar::<P>::zero(); columns + 1]);
    for (weight, row) in pair.rows.iter().zip(packed.chunks(columns)) {
        for (sum, value) in opened.iter_mut().zip(row) {
            *sum += *weight * value;
        }
    }
    if let Some(sum) = opened.last_mut() {
        *sum = pair.rows.iter().zip(blindings).map(|(w, r)| *w * r).sum();
    }
    opened
}

/// `sum_c z^c values_c + kappa blinding`, with the blinding behind the values.
fn fingerprint_of_rows<F: veragg_circuits::ark_ff::Field>(pair: &Pair<F>, opened: &[F]) -> F {
    let weights = pair.columns.iter().chain([&pair.kappa]);
    weights
        .zip(opened)
        .map(|(weight, value)| *weight * value)
        .sum()
}

/// `G_0, .., G_(C-1), H`.
fn generators<P: ProofSystem>(round: &Round<P>) -> Vec<Point<P>> {
    let key = round.proofs().key();
    key.columns()
        .iter()
        .copied()
        .chain([key.blinding()])
        .collect()
}

/// The secrets of a client that its row link proves to know.
pub struct Witness<'a, P: ProofSystem> {
    /// `pack(x)`, `D` scalars.
    pub packed: &'a [Scalar<P>],
    /// `rhat`, `R` scalars.
    pub blindings: &'a [Scalar<P>],
    /// The commitments to its self-mask, one for each pair.
    pub own: &'a Committed<P>,
    /// The commitments to its pairwise masks, in the order of the neighbours.
    pub edges: &'a [Committed<P>],
}

/// The nonces of a pair (4.7.4, step 1): one for each scalar of `opened`, and that of `beta`.
fn draw_nonces<G: Group>(
    transcript: &Transcript,
    opened: &[G::Scalar],
    beta: &G::Scalar,
    rng: &mut dyn CryptoRngCore,
) -> (Zeroizing<Vec<G::Scalar>>, Zeroizing<G::Scalar>) {
    let mut stream = Hedge::new(transcript, "row link")
        .scalars(b"opening", opened)
        .scalars(b"sum blinding", &[*beta])
        .stream(rng);
    let mut uniform = || {
        let mut bytes = Zeroizing::new([0; 64]);
        stream.fill_bytes(bytes.as_mut());
        G::from_uniform_bytes(&bytes)
    };
    let mut nonces = Zeroizing::new(Vec::with_capacity(opened.len()));
    nonces.extend(opened.iter().map(|_| uniform()));
    let last = Zeroizing::new(uniform());
    (nonces, last)
}

/// Proves the row link of every pair. The multiplications of points are in constant time; the
/// scalars of openings and responses are those of arkworks, whose reductions branch
/// (`specs/threat-model.md` 6.2). Cost: one multiplication over `C + 1` points a pair.
pub fn prove<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    subject: &Subject<'_>,
    witness: &Witness<'_, P>,
    rng: &mut dyn CryptoRngCore,
) -> Vec<RowLink<P::Group>> {
    let generators = generators(round);
    let pairs = challenges.pairs.iter().enumerate();
    pairs
        .map(|(index, pair)| {
            let opened = rows_at::<P>(pair, witness.packed, witness.blindings);
            let beta = witness
                .edges
                .iter()
                .chain([witness.own])
                .map(|mask| -mask.blindings[index])
                .sum::<Scalar<P>>();
            let own = witness.own.points[index];
            let edges: Vec<Vec<u8>> = witness
                .edges
                .iter()
                .map(|edge| P::Group::encode_point(&edge.points[index]))
                .collect();
            let edges = edges.iter().map(Vec::as_slice);
            let submit = challenges.submit();
            let transcript = subject.transcript::<P::Group>(submit, index, edges, &own);
            let (nonces, last) = draw_nonces::<P::Group>(&transcript, &opened, &beta, rng);
            let nonce = Zeroizing::new([fingerprint_of_rows(pair, &nonces), *last]);
            let row_announcement = P::Group::msm_constant_time(&nonces, &generators);
            let sum_announcement = round.proofs().key().commit(&nonce[0], &nonce[1]);
            let announcements = [&row_announcement, &sum_announcement];
            let challenge = Subject::challenge::<P::Group>(transcript, announcements);
            let mut values: Vec<_> = nonces
                .iter()
                .zip(opened.iter())
                .map(|(nonce, value)| *nonce + challenge * value)
                .collect();
            let blinding = values.pop().unwrap_or_default();
            RowLink {
                own,
                row_announcement,
                sum_announcement,
                values,
                blinding,
                sum_blinding: nonce[1] + challenge * beta,
            }
        })
        .collect()
}

/// What an attestation claims about a submission.
#[derive(Debug, Clone)]
pub struct Claim<'a, P: ProofSystem> {
    /// The client that attests.
    pub subject: Subject<'a>,
    /// The entry of the attestation, which the weights of a batch depend on.
    pub attestation: Digest,
    /// The row commitments that were submitted.
    pub rows: &'a [Point<P>],
    /// For each pair `f(y)`, the fingerprint of the submitted masked vector.
    pub masked: &'a [Scalar<P>],
    /// The neighbours that participate.
    pub neighbours: &'a [ClientId],
    /// The self commitments and row links of the attestation, one a pair.
    pub links: &'a [RowLink<P::Group>],
    /// The edge commitments, encoded, in the order of the neighbours.
    pub edges: &'a Edges,
    /// The places of their points, neighbour by neighbour.
    pub at: &'a [u32],
}

/// The equations of a claim, each times its weight: the scalars of the generators, of edge commitments by their places, and of the
/// other points.
struct Summed<P: ProofSystem> {
    generators: Vec<Scalar<P>>,
    edges: Vec<(u32, Scalar<P>)>,
    scalars: Vec<Scalar<P>>,
    points: Vec<Point<P>>,
}

impl<P: ProofSystem> Claim<'_, P> {
    /// Nothing if the parts of the claim do not fit together.
    fn sum(
        &self,
        round: &Round<P>,
        challenges: &Challenges<P>,
        weights: &[Scalar<P>],
    ) -> Option<Summed<P>> {
        let columns = round.layout().columns();
        let mut sum = Summed::<P> {
            generators: vec![Scalar::<P>::zero(); columns + 1],
            edges: Vec::with_capacity(self.at.len()),
            scalars: Vec::new(),
            points: Vec::new(),
        };
        let pairs = challenges.pairs.iter().zip(self.links);
        for ((index, (pair, link)), weights) in pairs.enumerate().zip(weights.chunks_exact(2)) {
            let at = index * P::Group::POINT_LEN..(index + 1) * P::Group::POINT_LEN;
            let edges: Vec<&[u8]> = self
                .edges
                .parts()
                .map(|part| part.get(at.clone()))
                .collect::<Option<_>>()?;
            let (submit, edges) = (challenges.submit(), edges.iter().copied());
            let subject = &self.subject;
            let transcript = subject.transcript::<P::Group>(submit, index, edges, &link.own);
            let announcements = [&link.row_announcement, &link.sum_announcement];
            let e = Subject::challenge::<P::Group>(transcript, announcements);
            let (row, own) = (weights[0], weights[1]);
            // 4.7.4, step 4: the first equation, times `row`.
            let responses: Vec<_> = link.values.iter().copied().chain([link.blinding]).collect();
            for (sum, response) in sum.generators.iter_mut().zip(&responses) {
                *sum += row * response;
            }
            sum.scalars.push(-row);
            sum.points.push(link.row_announcement);
            sum.scalars
                .extend(pair.rows.iter().map(|weight| -row * e * weight));
            sum.points.extend_from_slice(self.rows);
            // The second equation, times `own`.
            let masked = *self.masked.get(index)?;
            let fingerprint = fingerprint_of_rows(pair, &responses);
            *sum.generators.first_mut()? += own * (fingerprint - e * masked);
            *sum.generators.last_mut()? += own * link.sum_blinding;
            sum.scalars.push(-own);
            sum.points.push(link.sum_announcement);
            let places = self.at.chunks_exact(challenges.len());
            for (neighbour, places) in self.neighbours.iter().zip(places) {
                let towards_higher = self.subject.client < *neighbour;
                let weight = if towards_higher { own * e } else { -own * e };
                sum.edges.push((*places.get(index)?, weight));
            }
            sum.scalars.push(own * e);
            sum.points.push(link.own);
        }
        Some(sum)
    }
}

/// The indices of all claims that do not hold, in order (4.7.4, 4.7.6). `points` are those that the claims name by their places. Cost:
/// one multiplication over `C + 1` points; `R + 3` points for each claim and pair; and one point for each edge and pair, if both ends
/// of the edge are among the claims and agree.
pub fn verify<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    points: &EdgePoints<P::Group>,
    claims: &[Claim<'_, P>],
) -> Vec<usize> {
    // The weights depend on all claims: if each had its own, colluders could choose errors that
    // cancel, from many attestations that each of them prepares (Wagner, CRYPTO 2002).
    let mut transcript = Transcript::new(labels::ROW_LINK_BATCH.as_bytes());
    for claim in claims {
        transcript.append_message(b"attestation", &claim.attestation);
    }
    let each = 2 * challenges.len();
    let weights = transcript.challenge_scalars::<P::Group>(b"weight", each * claims.len());
    let summed: Vec<(usize, Option<Summed<P>>)> = claims
        .par_iter()
        .zip(weights.par_chunks(each))
        .map(|(claim, weights)| claim.sum(round, challenges, weights))
        .enumerate()
        .collect();
    let mut bad = Vec::new();
    let mut good = Vec::new();
    for (index, sum) in summed {
        match sum {
            Some(sum) => good.push((index, sum)),
            None => bad.push(index),
        }
    }
    let generators = generators(round);
    let hold = |part: Range<usize>| hold(&generators, points, &good[part]);
    if !hold(0..good.len()) {
        // In short chunks, so that two bad claims do not have all others checked alone.
        let points = good
            .first()
            .map_or(1, |(_, sum)| sum.points.len() + sum.edges.len());
        let of_good = bad_ones_in_chunks(good.len(), (MOST_POINTS / points).max(1), hold);
        bad.extend(of_good.into_iter().map(|at| good[at].0));
    }
    bad.sort_unstable();
    bad
}

/// Whether the weighted equations of all claims add up to the identity.
fn hold<P: ProofSystem>(
    generators: &[Point<P>],
    edge_points: &EdgePoints<P::Group>,
    batch: &[(usize, Summed<P>)],
) -> bool {
    let mut scalars = vec![Scalar::<P>::zero(); generators.len()];
    let mut points = generators.to_vec();
    for (_, sum) in batch {
        for (total, one) in scalars.iter_mut().zip(&sum.generators) {
            *total += one;
        }
        scalars.extend_from_slice(&sum.scalars);
        points.extend_from_slice(&sum.points);
    }
    // A point that both ends of an edge attest is multiplied once.
    let mut edges: Vec<(u32, Scalar<P>)> = batch
        .iter()
        .flat_map(|(_, sum)| sum.edges.iter().copied())
        .collect();
    edges.par_sort_unstable_by_key(|(place, _)| *place);
    edges.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    let Some(of_edges) = edge_points.sum(&edges) else {
        return false;
    };
    let others = scalars
        .par_chunks(MOST_POINTS)
        .zip(points.par_chunks(MOST_POINTS));
    let of_others = others.map(|(scalars, points)| P::Group::msm(scalars, points));
    let of_others = of_others.reduce(P::Group::identity, |one, other| one + other);
    of_edges + of_others == P::Group::identity()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use veragg_circuits::ark_ff::Field;
    use veragg_circuits::group::ristretto::{Fr, Ristretto};

    use super::*;

    /// What two rounds with one state of the generator tell: `V` from the responses `n + e V`.
    #[test]
    fn a_repeated_generator_repeats_no_nonce() {
        let opened = [3u64, 0, 77].map(Fr::from);
        let beta = Fr::from(5u64);
        let rng = || ChaCha20Rng::seed_from_u64(1);
        let transcript = |context: u8, client: usize, submission: u8| {
            let context = Context::sample(context);
            let subject = Subject {
                context: &context,
                client: ClientId::from_index(client),
                submission: &[submission; 32],
            };
            let own = Ristretto::hash_to_point(b"own", 0);
            subject.transcript::<Ristretto>(&[9; 32], 0, std::iter::empty(), &own)
        };
        let told = |nonces: [&[Fr]; 2]| {
            let e = [2u64, 3].map(Fr::from);
            let respond = |which: usize, at: usize| nonces[which][at] + e[which] * opened[at];
            let over = (e[0] - e[1]).inverse().unwrap();
            [0, 1, 2].map(|at| (respond(0, at) - respond(1, at)) * over) == opened
        };
        let plain = || -> Vec<Fr> {
            let mut rng = rng();
            let mut uniform = || {
                let mut bytes = [0; 64];
                rng.fill_bytes(&mut bytes);
                Ristretto::from_uniform_bytes(&bytes)
            };
            (0..3).map(|_| uniform()).collect()
        };
        assert!(told([&plain(), &plain()]), "the generator alone tells");
        let draw = |transcript: &Transcript, opened: &[Fr], beta: Fr| {
            let (nonces, last) = draw_nonces::<Ristretto>(transcript, opened, &beta, &mut rng());
            (nonces.to_vec(), *last)
        };
        let first = draw(&transcript(1, 0, 1), &opened, beta);
        let others = [
            draw(&transcript(2, 0, 1), &opened, beta),
            draw(&transcript(1, 1, 1), &opened, beta),
            draw(&transcript(1, 0, 2), &opened, beta),
            draw(&transcript(1, 0, 1), &[3u64, 1, 77].map(Fr::from), beta),
            draw(&transcript(1, 0, 1), &opened, Fr::from(6u64)),
        ];
        for (nonces, last) in &others {
            assert!(!told([&first.0, nonces]));
            assert!(first.0.iter().zip(nonces).all(|(a, b)| a != b) && first.1 != *last);
        }
    }
}
