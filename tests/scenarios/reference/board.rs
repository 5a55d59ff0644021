//! The bytes of a board (`specs/wire.md` 4, 5 and 7), read into memory as a whole.

use std::collections::BTreeSet;

use super::bytes::{array, digest, Digest, Front};

pub(crate) type Clients = BTreeSet<u32>;

/// Phase numbers (4.1).
pub(crate) const ADVERTISE: u8 = 1;
pub(crate) const SHARE: u8 = 2;
pub(crate) const CONFIRM: u8 = 3;
pub(crate) const SUBMIT: u8 = 4;
pub(crate) const ATTEST: u8 = 5;
pub(crate) const DISPUTE: u8 = 6;
pub(crate) const ACKNOWLEDGE: u8 = 7;
pub(crate) const UNMASK: u8 = 8;
pub(crate) const PUBLISH: u8 = 9;

/// The phase of a round of unmask, from 0.
pub(crate) fn unmask_round(round: u8) -> u8 {
    match round {
        0 => UNMASK,
        _ => 64 + round,
    }
}

pub(crate) struct Board {
    pub(crate) version: u64,
    pub(crate) configuration: Vec<u8>,
    pub(crate) organiser: [u8; 32],
    pub(crate) roster: Vec<[u8; 32]>,
    pub(crate) records: Vec<Record>,
}

pub(crate) enum Record {
    Message(Message),
    Checkpoint(Checkpoint),
}

pub(crate) struct Message {
    /// The envelope up to the signature.
    pub(crate) signed: Vec<u8>,
    pub(crate) context: Digest,
    pub(crate) phase: u8,
    pub(crate) sender: u32,
    pub(crate) answers: Digest,
    pub(crate) body_root: Digest,
    pub(crate) signature: Vec<u8>,
    pub(crate) entry: Digest,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Checkpoint {
    pub(crate) signed: Vec<u8>,
    pub(crate) context: Digest,
    pub(crate) phase: u8,
    pub(crate) previous: Digest,
    pub(crate) tree_size: u64,
    pub(crate) tree_root: Digest,
    pub(crate) list: Clients,
    pub(crate) signature: Vec<u8>,
    pub(crate) digest: Digest,
}

impl Board {
    /// Reads a board; anything but whole records of canonical bytes panics.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut front = Front(bytes);
        assert_eq!(front.take(6), b"veragg");
        let version = front.integer(2);
        assert!([1, 2].contains(&version));
        let configuration = front.long().to_vec();
        assert_eq!(Front(&configuration).integer(2), version);
        let organiser = front.digest();
        front.take(64);
        // The number of clients is the one of the configuration (3.1).
        let clients = Front(&configuration[2 + 32 + 2 + 4..]).integer(4) as usize;
        let roster = (0..clients).map(|_| front.digest()).collect();
        let mut records = Vec::new();
        while !front.0.is_empty() {
            let kind = front.integer(1);
            let content = front.long();
            records.push(match kind {
                1 => Record::Message(Message::read(content, version)),
                2 => Record::Checkpoint(Checkpoint::read(content, clients, version)),
                _ => panic!("kind {kind}"),
            });
        }
        Self {
            version,
            configuration,
            organiser,
            roster,
            records,
        }
    }
}

impl Message {
    fn read(bytes: &[u8], version: u64) -> Self {
        let (envelope, body) = bytes.split_at(167);
        let mut front = Front(envelope);
        assert_eq!(front.integer(2), version);
        Self {
            signed: envelope[..103].to_vec(),
            context: front.digest(),
            phase: front.integer(1) as u8,
            sender: front.integer(4) as u32,
            answers: front.digest(),
            body_root: front.digest(),
            signature: front.take(64).to_vec(),
            entry: digest("veragg/1 entry", &[envelope]),
            body: body.to_vec(),
        }
    }
}

impl Checkpoint {
    fn read(bytes: &[u8], clients: usize, version: u64) -> Self {
        let signed = bytes[..bytes.len() - 64].to_vec();
        let mut front = Front(bytes);
        assert_eq!(front.integer(2), version);
        let (context, phase) = (front.digest(), front.integer(1) as u8);
        let (previous, tree_size) = (front.digest(), front.integer(8));
        let tree_root = front.digest();
        let set = front.take(clients.div_ceil(8));
        let bits = set.len() * 8;
        let is_in = |bit: &usize| set[bit / 8] >> (bit % 8) & 1 == 1;
        let list: Clients = (0..bits).filter(is_in).map(|bit| bit as u32 + 1).collect();
        assert!(list.iter().all(|&client| client as usize <= clients));
        let signature = front.take(64).to_vec();
        assert!(front.0.is_empty());
        Self {
            digest: digest("veragg/1 checkpoint", &[&signed]),
            signed,
            context,
            phase,
            previous,
            tree_size,
            tree_root,
            list,
            signature,
        }
    }
}

/// A Diffie-Hellman point that was revealed, as bytes (4.6).
pub(crate) struct RevealedBytes {
    pub(crate) client: u32,
    pub(crate) point: [u8; 32],
    pub(crate) challenge: [u8; 32],
    pub(crate) response: [u8; 32],
}

/// The list of revealed points that a body of whole hundreds of bytes holds.
pub(crate) fn revealed(body: &[u8]) -> Vec<RevealedBytes> {
    let each = body.chunks(100).map(|bytes| {
        let mut front = Front(bytes);
        RevealedBytes {
            client: front.integer(4) as u32,
            point: array(front.take(32)),
            challenge: array(front.take(32)),
            response: array(front.take(32)),
        }
    });
    each.collect()
}
