//! Attestations (`specs/protocol.md` 4.7).

use std::collections::BTreeMap;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::bytes::{array, digest, point, points, scalars, Digest};
use super::frame::{is_added, Frame};
use super::keys::{blinding, mask};
use super::transcript::Transcript;

/// What a submission is held to: what was masked, and the commitments to its rows.
pub(crate) struct Submission {
    pub(crate) entry: Digest,
    pub(crate) masked: Vec<Scalar>,
    pub(crate) rows: Vec<RistrettoPoint>,
}

/// The challenge pairs that follow from the checkpoint of submit (4.7.1).
pub(crate) struct Challenges {
    submit: Digest,
    pairs: Vec<(Scalar, Scalar)>,
}

impl Challenges {
    pub(crate) fn new(frame: &Frame, submit: &Digest) -> Self {
        let mut transcript = Transcript::open("veragg/1 attestation");
        transcript
            .bytes("context", &frame.context)
            .bytes("submit", submit);
        let pair = |_| (transcript.challenge("point"), transcript.challenge("kappa"));
        Self {
            submit: *submit,
            pairs: (0..frame.pairs).map(pair).collect(),
        }
    }

    /// The commitments to a mask under each pair (4.7.3).
    pub(crate) fn commit(&self, frame: &Frame, key: &[u8; 32]) -> Vec<RistrettoPoint> {
        let mask = mask(frame.version, key, frame.scalars + frame.rows);
        let pairs = self.pairs.iter().enumerate();
        pairs
            .map(|(number, pair)| {
                let blinding = blinding(key, &self.submit, number);
                commitment(frame, &fingerprint(frame, pair, &mask), &blinding)
            })
            .collect()
    }
}

/// `Com(x; rho)`
fn commitment(frame: &Frame, value: &Scalar, blinding: &Scalar) -> RistrettoPoint {
    frame.generators[0] * value + frame.blinding * blinding
}

fn power(base: &Scalar, exponent: usize) -> Scalar {
    (0..exponent).map(|_| base).product()
}

/// 4.7.2
fn fingerprint(frame: &Frame, (z, kappa): &(Scalar, Scalar), vector: &[Scalar]) -> Scalar {
    let (values, blindings) = vector.split_at(frame.scalars);
    let mut sum = Scalar::ZERO;
    for (m, value) in values.iter().enumerate() {
        sum += power(z, m) * value;
    }
    for (rho, blinding) in blindings.iter().enumerate() {
        sum += kappa * power(z, frame.columns * rho) * blinding;
    }
    sum
}

struct RowLink {
    own: RistrettoPoint,
    row_announcement: RistrettoPoint,
    sum_announcement: RistrettoPoint,
    /// `p_0, .., p_(C-1), p_r, p_beta`
    responses: Vec<Scalar>,
}

pub(crate) struct Attestation {
    keys: Digest,
    links: Vec<RowLink>,
    /// The commitments towards each neighbour, pair by pair.
    pub(crate) edges: BTreeMap<u32, Vec<RistrettoPoint>>,
}

impl Attestation {
    /// `specs/wire.md` 4.8
    pub(crate) fn decode(frame: &Frame, parts: &[Vec<u8>], neighbours: &[u32]) -> Option<Self> {
        let (keys, links) = parts[0].split_at(32);
        let mut decoded = Vec::new();
        for link in links.chunks(32 * (frame.columns + 5)) {
            decoded.push(RowLink {
                own: point(&link[..32])?,
                row_announcement: point(&link[32..64])?,
                sum_announcement: point(&link[64..96])?,
                responses: scalars(&link[96..])?,
            });
        }
        let mut edges = BTreeMap::new();
        for (neighbour, part) in neighbours.iter().zip(&parts[1..]) {
            edges.insert(*neighbour, points(part)?);
        }
        Some(Self {
            keys: array(keys),
            links: decoded,
            edges,
        })
    }

    /// The self commitments, pair by pair.
    pub(crate) fn own(&self) -> Vec<RistrettoPoint> {
        self.links.iter().map(|link| link.own).collect()
    }

    /// 4.7.5, given the mask keys of the neighbours.
    pub(crate) fn names(&self, keys: &[RistrettoPoint]) -> bool {
        let keys: Vec<_> = keys.iter().map(|key| key.compress().to_bytes()).collect();
        let parts: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
        self.keys == digest("veragg/1 attested keys", &parts)
    }

    /// Whether the row link of every pair holds (4.7.4).
    pub(crate) fn is_linked(
        &self,
        frame: &Frame,
        challenges: &Challenges,
        client: u32,
        submission: &Submission,
    ) -> bool {
        let links = self.links.iter().enumerate();
        let mut holds = true;
        for (number, link) in links {
            let pair @ (z, kappa) = &challenges.pairs[number];
            let mut total = frame.generators[0] * Scalar::ZERO;
            for (rho, row) in submission.rows.iter().enumerate() {
                total += row * power(z, frame.columns * rho);
            }
            let value = fingerprint(frame, pair, &submission.masked);
            let mut sum = frame.generators[0] * value - link.own;
            for (neighbour, edges) in &self.edges {
                if is_added(client, *neighbour) {
                    sum -= edges[number];
                } else {
                    sum += edges[number];
                }
            }
            let mut transcript = Transcript::open("veragg/1 row link");
            transcript
                .bytes("context", &frame.context)
                .bytes("submit", &challenges.submit)
                .integer("client", client)
                .bytes("submission", &submission.entry)
                .integer("pair", number as u64);
            for edges in self.edges.values() {
                transcript.element("edge", &edges[number]);
            }
            let challenge = transcript
                .element("self", &link.own)
                .element("row announcement", &link.row_announcement)
                .element("sum announcement", &link.sum_announcement)
                .challenge("challenge");
            let (values, last) = link.responses.split_at(frame.columns);
            let (r, beta) = (last[0], last[1]);
            let mut row_side = frame.blinding * r;
            let mut weighed = kappa * r;
            for (c, p) in values.iter().enumerate() {
                row_side += frame.generators[c] * p;
                weighed += power(z, c) * p;
            }
            holds &= row_side == link.row_announcement + total * challenge;
            holds &= commitment(frame, &weighed, &beta) == link.sum_announcement + sum * challenge;
        }
        holds
    }
}
