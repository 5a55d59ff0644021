//! How many bytes each party of a round sends and receives, for planning (`specs/committee.md` 5).

use super::parts::{Parts, KEY_LEN};
use super::record::Abridged;
use super::upload;
use crate::crypto::ids::TrusteeId;
use crate::crypto::tree::inclusion_len;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::ENVELOPE_LEN;
use crate::wire::receipt::Receipt;

/// Bytes of a round in which all clients contribute and nobody complains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// A client's one message, as an upload.
    pub client_sent: u64,
    /// What a client receives besides its invitation: the receipt.
    pub client_received: u64,
    /// All messages of one trustee.
    pub trustee_sent: u64,
    /// All packages and receipts of one trustee, at most; in submit it is shown a part of each client's message.
    pub trustee_received: u64,
    /// The records of the board, at most, without the header.
    pub board: u64,
}

impl Bytes {
    /// The bytes of a round with so many clients. `opening` is the number of scalars of a publication, and `scalar_len` their length.
    pub fn of(parts: &Parts, clients: u32, opening: usize, scalar_len: usize) -> Self {
        let n = u64::from(clients);
        let (envelope, receipt) = (ENVELOPE_LEN as u64, Receipt::LEN as u64);
        let checkpoint = Checkpoint::encoded_len(clients) as u64;
        let shape = parts.shape();
        let last = TrusteeId::from_index(shape.trustees().saturating_sub(1) as usize);
        let path = |position| 32 * inclusion_len(position, parts.count()) as u64;
        let shown = KEY_LEN as u64 + path(1) + parts.pads_len() as u64 + path(parts.pads_at(last));
        let record = 5 + envelope + Abridged::shortest(parts) as u64;
        let trustees = u64::from(shape.trustees());
        let opened = parts.opening_len() as u64;
        let publication = (opening * scalar_len) as u64 + n;
        // A proof that one tree continues another has at most so many hashes.
        let consistency = 2 + 32 * 2 * (64 - n.leading_zeros() as u64);
        let signatures = trustees * 68;
        let packages = 4
            + checkpoint
            + n * (envelope + 1 + shown)
            + 2 * (4 + checkpoint + consistency + 4)
            + signatures;
        Self {
            client_sent: upload::HEAD_LEN as u64 + parts.body_len(),
            client_received: receipt,
            trustee_sent: 3 * envelope + opened,
            trustee_received: packages + 3 * receipt,
            board: n * record
                + 5 * (5 + checkpoint)
                + trustees * (3 * (5 + envelope) + opened)
                + 5
                + envelope
                + publication,
        }
    }
}
