//! A submission: its record on a board, its parts, and what they must keep (`specs/committee.md` 3.1, 5.2, 5.4).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use veragg::circuits::proof_system::{Binding, ProofPart, ProofSystem};

use super::super::bytes::{array, point, points, scalar, scalars, tree_root, Digest, Front};
use super::super::transcript::Transcript;
use super::arithmetic::is_possessed;
use super::round::Round;
use super::tree::{consistency_length, is_continued, path_length, path_root};

/// The parts of a body with these lengths, if the root is theirs (`specs/wire.md` 4.2).
pub(super) fn cut(body: &[u8], lengths: &[usize], root: &Digest) -> Option<Vec<Vec<u8>>> {
    if lengths.iter().sum::<usize>() != body.len() {
        return None;
    }
    let mut front = Front(body);
    let parts = lengths.iter().map(|&length| front.take(length).to_vec());
    let parts: Vec<Vec<u8>> = parts.collect();
    (tree_root(&parts) == *root).then_some(parts)
}

/// A submission as far as it is public, of a body that is whole.
pub(super) struct Whole {
    /// The parts 0 to `m + 1`.
    parts: Vec<Vec<u8>>,
    /// The position of the part that is shown, and the part.
    pub(super) shown: Option<(usize, Vec<u8>)>,
}

/// What V-07.1, V-16.1 and V-07.3 say of a submission: the first of them that finds something.
pub(super) enum Verdict {
    /// V-07.1
    NoProof,
    /// V-16.1
    NoKeys,
    /// V-07.3
    Fails(ProofPart),
    Holds,
}

impl Whole {
    /// The body of a record of kind 3 (5.4.2), under the root that its envelope names.
    pub(super) fn read(round: &Round, body: &[u8], root: &Digest) -> Option<Self> {
        let (public, all) = (round.public_parts(), round.parts());
        let lengths = round.submission_lengths();
        let rest = consistency_length(public, all);
        let least = lengths[..public].iter().sum::<usize>() + 32 * rest;
        if body.len() < least {
            return None;
        }
        let mut front = Front(body);
        let parts = lengths[..public].iter();
        let parts: Vec<_> = parts.map(|&length| front.take(length).to_vec()).collect();
        let rest: Vec<Digest> = (0..rest).map(|_| front.digest()).collect();
        if !is_continued((public, &tree_root(&parts)), (all, root), &rest) {
            return None;
        }
        let shown = match front.0 {
            [] => None,
            behind => Some(shown(round, behind, root)?),
        };
        Some(Self { parts, shown })
    }

    /// The parts of a message as a client sends it, if the body is the one that the root names.
    pub(super) fn of_message(round: &Round, body: &[u8], root: &Digest) -> Option<Vec<Vec<u8>>> {
        cut(body, &round.submission_lengths(), root)
    }

    /// The public ones of all parts.
    pub(super) fn of_parts(round: &Round, parts: &[Vec<u8>]) -> Self {
        Self {
            parts: parts[..round.public_parts()].to_vec(),
            shown: None,
        }
    }

    /// The commitments to the rows, if the proof decodes.
    pub(super) fn rows(&self, round: &Round) -> Option<Vec<RistrettoPoint>> {
        let proof = round.proofs.decode(&self.parts[0]).ok()?;
        Some(round.proofs.rows(&proof))
    }

    /// Part 1: `X_i`, and the commitment and the response of its possession.
    pub(super) fn key(&self) -> Option<(RistrettoPoint, RistrettoPoint, Scalar)> {
        let part = &self.parts[1];
        let (key, commitment) = (point(&part[..32])?, point(&part[32..64])?);
        Some((key, commitment, scalar(&part[64..])?))
    }

    /// `P_(j,b)`
    pub(super) fn pad(&self, trustee: u32, block: usize) -> Option<RistrettoPoint> {
        point(&self.parts[1 + trustee as usize][32 * block..32 * (block + 1)])
    }

    /// `P_(j,b)` for each `b`.
    pub(super) fn pads(&self, trustee: u32) -> Option<Vec<RistrettoPoint>> {
        points(&self.parts[1 + trustee as usize])
    }

    /// V-07.1, V-16.1 and V-07.3, in this order.
    pub(super) fn judge(&self, round: &Round, client: u32) -> Verdict {
        let Ok(proof) = round.proofs.decode(&self.parts[0]) else {
            return Verdict::NoProof;
        };
        if !self.has_keys(round, client) {
            return Verdict::NoKeys;
        }
        let binding = Binding {
            context: round.context,
            client,
        };
        match round.proofs.verify_batch(&[(binding, &proof)])[..] {
            [] => Verdict::Holds,
            [(_, part), ..] => Verdict::Fails(part),
        }
    }

    /// V-16.1: part 1 and all pads decode, and the possession holds.
    fn has_keys(&self, round: &Round, client: u32) -> bool {
        let Some((key, commitment, response)) = self.key() else {
            return false;
        };
        let mut transcript = Transcript::open("veragg/1 possession");
        transcript
            .bytes("context", &round.context)
            .integer("client", client)
            .integer("purpose", 3u64)
            .element("key", &key)
            .element("commitment", &commitment);
        let mut trustees = 1..=round.trustees() as u32;
        trustees.all(|trustee| self.pads(trustee).is_some())
            && is_possessed(&key, &commitment, &response, &mut transcript)
    }

    /// Whether the part at a position, a masked row, keeps the rules of 3.1. Of a submission that holds otherwise.
    pub(super) fn keeps(&self, round: &Round, position: usize, part: &[u8]) -> bool {
        let row = position - round.public_parts();
        let trustee = (round.drawn() + 1 + row / round.blocks()) as u32;
        let block = row % round.blocks();
        // A salt of 32 bytes stands in front.
        let Some(masked) = scalars(&part[32..]) else {
            return false;
        };
        let pad = |trustee| self.pad(trustee, block).expect("V-16.1 holds");
        let rows = self.rows(round).expect("V-07.1 holds");
        let mut points = rows[round.rows_of(block)].to_vec();
        points.extend((1..=round.drawn() as u32).map(pad));
        let coefficients = round.coefficients(trustee);
        let terms = points.iter().zip(&coefficients);
        let committed: RistrettoPoint = terms.map(|(point, by)| point * by).sum();
        round.generators.commit(&masked) + pad(trustee) == committed
    }
}

/// The part that is shown behind the public ones: its position and its bytes, if its path shows it there.
fn shown(round: &Round, bytes: &[u8], root: &Digest) -> Option<(usize, Vec<u8>)> {
    let (public, all) = (round.public_parts(), round.parts());
    let (position, behind) = bytes.split_at_checked(4)?;
    let position = Front(position).integer(4) as usize;
    if !(public..all).contains(&position) {
        return None;
    }
    let (part, path) = behind.split_at_checked(round.masked_length())?;
    if path.len() != 32 * path_length(position, all) {
        return None;
    }
    let path: Vec<Digest> = path.chunks(32).map(array).collect();
    let is_there = path_root(part, position, all, &path) == Some(*root);
    is_there.then(|| (position, part.to_vec()))
}
