//! What the aggregator sends to trustees (`specs/committee.md` 5.5). Nothing of it is signed as a whole: what does not fit may have
//! been lost or altered on the way, and accuses nobody.

use std::io::{self, Read};

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use super::parts::{Parts, KEY_LEN};
use crate::crypto::hash::Digest;
use crate::crypto::ids::TrusteeId;
use crate::crypto::signing::Signature;
use crate::crypto::tree::{inclusion_len, Root};
use crate::round::committee::shape::MAX_TRUSTEES;
use crate::rule::CommitteeRule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, ENVELOPE_LEN};

/// A submission, as a trustee is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The envelope.
    pub envelope: Envelope,
    /// If the checkpoint lists its sender: its key, and its pads for this trustee.
    pub shown: Option<ShownParts>,
}

/// The parts of a submission that concern one trustee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownParts {
    /// Part 1.
    pub key: Vec<u8>,
    /// Its inclusion proof.
    pub key_path: Vec<u8>,
    /// The commitments to the trustee's pads.
    pub pads: Vec<u8>,
    /// Their inclusion proof.
    pub pads_path: Vec<u8>,
}

impl ShownParts {
    /// Whether these are the parts of the body with this root.
    #[must_use]
    pub fn are_of(&self, body_root: &Digest, trustee: TrusteeId, parts: &Parts) -> bool {
        let root = Root {
            size: parts.count() as u64,
            hash: *body_root,
        };
        let pads_at = parts.pads_at(trustee) as u64;
        root.includes(&self.key, 1, &self.key_path)
            && root.includes(&self.pads, pads_at, &self.pads_path)
    }
}

impl Submitted {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new().bytes(&self.envelope.encode());
        match &self.shown {
            None => writer.u8(0).finish(),
            Some(shown) => writer
                .u8(1)
                .bytes(&shown.key)
                .bytes(&shown.key_path)
                .bytes(&shown.pads)
                .bytes(&shown.pads_path)
                .finish(),
        }
    }
}

/// Why a package cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The source cannot be read, or ends too early.
    #[error("the package cannot be read: {0}; fetch it again")]
    Io(#[from] io::Error),
    /// The bytes are no package.
    #[error("the package is malformed: {0}; fetch it again")]
    Malformed(#[from] DecodeError),
}

/// A package of submit, read from front to back. It allocates no more than one submission.
#[derive(Debug)]
pub struct SubmitPackage<R> {
    source: R,
    checkpoint: Checkpoint,
    left: u64,
    lengths: [usize; 4],
}

impl<R: Read> SubmitPackage<R> {
    /// Reads the checkpoint, of a round with so many clients.
    pub fn open(
        mut source: R,
        clients: u32,
        trustee: TrusteeId,
        parts: &Parts,
    ) -> Result<Self, PackageError> {
        let length = u32::from_be_bytes(array(&mut source)?) as usize;
        if length != Checkpoint::encoded_len(clients) {
            let field = "checkpoint";
            return Err(DecodeError::Value { field }.into());
        }
        let checkpoint = Checkpoint::decode(&exactly(&mut source, length)?, clients)?;
        let path = |position| 32 * inclusion_len(position, parts.count());
        Ok(Self {
            source,
            left: checkpoint.root.size,
            checkpoint,
            lengths: [
                KEY_LEN,
                path(1),
                parts.pads_len(),
                path(parts.pads_at(trustee)),
            ],
        })
    }

    /// The checkpoint of submit.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The next submission; nothing behind the last, where the package must end.
    pub fn next_submission(&mut self) -> Result<Option<Submitted>, PackageError> {
        let malformed = |field| PackageError::Malformed(DecodeError::Value { field });
        if self.left == 0 {
            return match self.source.read(&mut [0])? {
                0 => Ok(None),
                _ => Err(malformed("end of the package")),
            };
        }
        self.left -= 1;
        let envelope = Envelope::decode(&exactly(&mut self.source, ENVELOPE_LEN)?)?;
        let shown = match array(&mut self.source)? {
            [0] => None,
            [1] => {
                let [key, key_path, pads, pads_path] = self.lengths;
                let mut take = |length| exactly(&mut self.source, length);
                Some(ShownParts {
                    key: take(key)?,
                    key_path: take(key_path)?,
                    pads: take(pads)?,
                    pads_path: take(pads_path)?,
                })
            }
            _ => return Err(malformed("accepted")),
        };
        Ok(Some(Submitted { envelope, shown }))
    }
}

fn array<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// So many bytes. They are allocated as they come.
fn exactly(source: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .by_ref()
        .take(length as u64)
        .read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// A package of check or confirm: the checkpoint, and in the latter who signed the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrusteePackage {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The proof that its tree continues that of the checkpoint before.
    pub consistency: Vec<u8>,
    /// Signatures on envelopes of confirm, ascending by trustee; none in a package of check.
    pub confirmed: Vec<(TrusteeId, Signature)>,
}

impl TrusteePackage {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new()
            .long(&self.checkpoint.encode())
            .short(&self.consistency)
            .u32(self.confirmed.len() as u32);
        let confirmed = self.confirmed.iter();
        confirmed
            .fold(writer, |writer, (trustee, signature)| {
                writer.u32(trustee.number()).bytes(signature)
            })
            .finish()
    }

    /// Decodes a package that fills `bytes`, in a round with so many clients.
    pub fn decode(bytes: &[u8], clients: u32) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let checkpoint = Checkpoint::decode(reader.long("checkpoint")?, clients)?;
        let consistency = reader.short("consistency")?.to_vec();
        let count = reader.u32("confirmations")?;
        if count > MAX_TRUSTEES {
            let field = "confirmations";
            return Err(DecodeError::Value { field });
        }
        let mut confirmed: Vec<(TrusteeId, Signature)> = Vec::new();
        for _ in 0..count {
            let field = "trustee";
            let trustee = TrusteeId::new(reader.u32(field)?);
            let trustee = trustee.filter(|trustee| {
                let ascends = confirmed.last().is_none_or(|(last, _)| last < trustee);
                CommitteeRule::DifferentTrustees.holds(ascends)
            });
            let trustee = trustee.ok_or(DecodeError::Value { field })?;
            confirmed.push((trustee, reader.array("signature")?));
        }
        reader.finish()?;
        Ok(Self {
            checkpoint,
            consistency,
            confirmed,
        })
    }
}
