//! The bytes of a board (`specs/wire.md` 4, 5, 7). What is not canonical is nothing.

use std::collections::BTreeSet;

use curve25519_dalek::edwards::CompressedEdwardsY;
use veragg::protocol::round::configuration::Configuration;

use super::super::bytes::{array, digest, is_signed, Digest, Front};

pub(super) const SUBMIT: u8 = 4;
pub(super) const CHECK: u8 = 10;
pub(super) const CONFIRM: u8 = 11;
pub(super) const OPEN: u8 = 12;
pub(super) const PUBLISH: u8 = 9;

/// The phases, in order.
pub(super) const PHASES: [u8; 5] = [SUBMIT, CHECK, CONFIRM, OPEN, PUBLISH];

/// The number of trustee 0, if there were one, as a sender (`specs/committee.md` 4.4).
pub(super) const TRUSTEES: u32 = 1 << 31;

pub(super) const ENVELOPE: usize = 167;

pub(super) type Clients = BTreeSet<u32>;

/// Takes bytes from the front, if there are so many.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

fn number(bytes: &[u8]) -> usize {
    Front(bytes).integer(bytes.len()) as usize
}

pub(super) struct Header<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) configuration: Configuration,
    pub(super) organiser: [u8; 32],
    pub(super) signature: &'a [u8],
    pub(super) roster: Vec<[u8; 32]>,
    /// The records, not looked at.
    pub(super) records: &'a [u8],
}

impl<'a> Header<'a> {
    /// `specs/wire.md` 7.1 and 7.2
    pub(super) fn read(board: &'a [u8]) -> Option<Self> {
        let mut rest = board;
        if take(&mut rest, 6)? != b"veragg" {
            return None;
        }
        let version = take(&mut rest, 2)?;
        let length = number(take(&mut rest, 4)?);
        if length > 1 << 21 {
            return None;
        }
        let bytes = take(&mut rest, length)?;
        let configuration = Configuration::decode(bytes).ok()?;
        if !bytes.starts_with(version) {
            return None;
        }
        let organiser = array(take(&mut rest, 32)?);
        if !is_key(&organiser) {
            return None;
        }
        let signature = take(&mut rest, 64)?;
        let clients = configuration.clients() as usize;
        let roster = take(&mut rest, 32 * clients)?.chunks(32).map(array);
        // A suite with a set-up has its key here; the number of the suite stands behind the round id.
        if number(&bytes[34..36]) == 3 {
            let length = number(take(&mut rest, 4)?);
            if length > 1 << 20 {
                return None;
            }
            take(&mut rest, length)?;
        }
        Some(Self {
            bytes,
            organiser,
            signature,
            roster: roster.collect(),
            records: rest,
            configuration,
        })
    }
}

/// Whether a public key is one (1.5.2): a point of the curve that is not of small order, with one spelling.
pub(super) fn is_key(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    y[31] &= 0x7f;
    y.reverse();
    // `2^255 - 19`, big-endian.
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0x7f, 0xed);
    let point = CompressedEdwardsY(*bytes).decompress();
    y < prime && point.is_some_and(|point| !point.is_small_order())
}

pub(super) struct Record<'a> {
    pub(super) kind: u8,
    pub(super) content: &'a [u8],
}

impl<'a> Record<'a> {
    /// The next record and what is behind it; nothing if the bytes are none, or it is too long.
    pub(super) fn read(mut rest: &'a [u8], longest: usize) -> Option<(Self, &'a [u8])> {
        let kind = take(&mut rest, 1)?[0];
        let length = number(take(&mut rest, 4)?);
        if !(1..=3).contains(&kind) || length > longest {
            return None;
        }
        let content = take(&mut rest, length)?;
        Some((Self { kind, content }, rest))
    }
}

pub(super) struct Envelope {
    signed: Vec<u8>,
    pub(super) context: Digest,
    pub(super) phase: u8,
    pub(super) sender: u32,
    pub(super) answers: Digest,
    pub(super) body_root: Digest,
    signature: Vec<u8>,
    pub(super) entry: Digest,
}

impl Envelope {
    /// The envelope at the front of these bytes (`specs/wire.md` 4.1; `specs/committee.md` 5.1).
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..ENVELOPE)?;
        let mut front = Front(bytes);
        let version = front.integer(2);
        let (context, phase) = (front.digest(), front.integer(1) as u8);
        (version == 2 && PHASES.contains(&phase)).then(|| Self {
            signed: bytes[..103].to_vec(),
            context,
            phase,
            sender: front.integer(4) as u32,
            answers: front.digest(),
            body_root: front.digest(),
            signature: front.take(64).to_vec(),
            entry: digest("veragg/1 entry", &[bytes]),
        })
    }

    pub(super) fn is_signed(&self, key: &[u8; 32]) -> bool {
        let label = "veragg/1 sign message";
        is_signed(key, label, &self.signed, &self.signature)
    }
}

pub(super) struct Checkpoint {
    signed: Vec<u8>,
    pub(super) context: Digest,
    pub(super) phase: u8,
    pub(super) previous: Digest,
    pub(super) tree_size: u64,
    pub(super) tree_root: Digest,
    pub(super) list: Clients,
    signature: Vec<u8>,
    pub(super) digest: Digest,
}

impl Checkpoint {
    /// `specs/wire.md` 2 and 5
    pub(super) fn read(bytes: &[u8], clients: u32) -> Option<Self> {
        let set = clients.div_ceil(8) as usize;
        if bytes.len() != 171 + set {
            return None;
        }
        let mut front = Front(bytes);
        let version = front.integer(2);
        let (context, phase) = (front.digest(), front.integer(1) as u8);
        let (previous, tree_size) = (front.digest(), front.integer(8));
        let tree_root = front.digest();
        let set = front.take(set);
        let is_in = |bit: &u32| set[(bit / 8) as usize] >> (bit % 8) & 1 == 1;
        let bits = 0..8 * set.len() as u32;
        let list: Clients = bits.filter(is_in).map(|bit| bit + 1).collect();
        let is_canonical = list.iter().all(|&client| client <= clients);
        let signed = &bytes[..bytes.len() - 64];
        (version == 2 && PHASES.contains(&phase) && is_canonical).then(|| Self {
            signed: signed.to_vec(),
            context,
            phase,
            previous,
            tree_size,
            tree_root,
            list,
            signature: front.take(64).to_vec(),
            digest: digest("veragg/1 checkpoint", &[signed]),
        })
    }

    pub(super) fn is_signed(&self, key: &[u8; 32]) -> bool {
        let label = "veragg/1 sign checkpoint";
        is_signed(key, label, &self.signed, &self.signature)
    }
}
