//! The body of a message: parts, one behind the other, under the root that the envelope names
//! (`specs/wire.md` 4.2).
//!
//! [`read`] reads a body as a stream: it is cut into its parts and hashed, and the reader keeps of it what it needs. Only
//! at the end it is known whether the body is the signed one, so only then the result of the reading is given out.

use std::collections::VecDeque;
use std::io::Read;

use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;

use crate::crypto::tree::{CompactTree, Leaf};
use crate::wire::board::{BoardError, OpenRecord, PIECE_LEN};
use crate::wire::message::{BodyError, Envelope};

/// The error for a body that was read to its end, and is not the one that its envelope names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// How the body differs.
    pub error: BodyError,
    /// Whether the envelope names these bytes uncut, as one part or, if there are none, as no part: then the sender
    /// signed these bytes.
    pub fits_uncut: bool,
}

/// Hashes bytes as they are read, both cut into parts and as a single part.
#[derive(Debug)]
struct Hashes {
    /// How many bytes of each part have not been hashed.
    left: VecDeque<usize>,
    part: Leaf,
    parts: CompactTree,
    one_part: Leaf,
}

impl Hashes {
    fn new(lengths: Vec<usize>) -> Self {
        let mut hashes = Self {
            left: lengths.into(),
            part: Leaf::new(),
            parts: CompactTree::default(),
            one_part: Leaf::new(),
        };
        // Empty parts at the front.
        hashes.update(&[]);
        hashes
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.one_part.update(bytes);
        while let Some(left) = self.left.front_mut() {
            let (now, later) = bytes.split_at(bytes.len().min(*left));
            self.part.update(now);
            *left -= now.len();
            if *left > 0 {
                return;
            }
            self.left.pop_front();
            self.parts.push(std::mem::take(&mut self.part));
            bytes = later;
        }
    }
}

/// Reads the body of a message from its record, behind the envelope, with parts of these lengths. Gives the result of
/// `read` only if this is the body that the envelope names. What `read` does not read is skipped. Cost: two hashes over
/// each byte.
pub fn read<R: Read, T>(
    record: OpenRecord<'_, R>,
    envelope: &Envelope,
    lengths: Vec<usize>,
    read: impl FnOnce(&mut Body<'_, R>) -> Result<T, BoardError>,
) -> Result<Result<T, Misfit>, BoardError> {
    let (got, want) = (record.remaining(), lengths.iter().sum());
    let mut body = Body {
        record,
        len: want,
        hashes: Hashes::new(lengths),
    };
    let content = read(&mut body)?;
    while !body.piece(PIECE_LEN)?.is_empty() {}
    let root = envelope.body_root;
    let error = if got != want {
        BodyError::Length { got, want }
    } else if body.hashes.parts.root().hash != root {
        BodyError::Root
    } else {
        return Ok(Ok(content));
    };
    let of_no_parts = got == 0 && envelope.has_empty_body();
    Ok(Err(Misfit {
        error,
        fits_uncut: of_no_parts || body.hashes.one_part.finish() == root,
    }))
}

/// A body that is read as a stream. If it is shorter than its parts, some reads give less than asked for.
#[derive(Debug)]
pub struct Body<'a, R> {
    record: OpenRecord<'a, R>,
    len: usize,
    hashes: Hashes,
}

impl<R: Read> Body<'_, R> {
    fn piece(&mut self, most: usize) -> Result<&[u8], BoardError> {
        let piece = self.record.piece(most)?;
        self.hashes.update(piece);
        Ok(piece)
    }

    /// The next `most` bytes, or what remains if that is less, in memory.
    pub fn bytes(&mut self, most: usize) -> Result<Vec<u8>, BoardError> {
        let bytes = self.record.bytes(most)?;
        self.hashes.update(&bytes);
        Ok(bytes)
    }

    /// The whole body, in memory.
    pub fn whole(&mut self) -> Result<Vec<u8>, BoardError> {
        self.bytes(self.len)
    }

    /// Whether the next `count` scalars are canonical. Skips them.
    pub fn check_scalars<G: Group>(
        &mut self,
        count: usize,
        field: &'static str,
    ) -> Result<Result<(), DecodeError>, BoardError> {
        let mut left = count;
        let mut checked = Ok(());
        while left > 0 {
            let now = left.min(PIECE_LEN / G::SCALAR_LEN);
            let piece = self.piece(now * G::SCALAR_LEN)?;
            left -= now;
            if checked.is_ok() {
                let short = DecodeError::Truncated {
                    field,
                    need: now * G::SCALAR_LEN,
                    have: piece.len(),
                };
                let mut scalars = piece.chunks(G::SCALAR_LEN);
                checked = if piece.len() < now * G::SCALAR_LEN {
                    Err(short)
                } else {
                    scalars.try_for_each(|scalar| G::check_scalar(scalar, field))
                };
            }
        }
        Ok(checked)
    }

    /// Gives the next `count` scalars one by one to `each`, in pieces of at most [`PIECE_LEN`] bytes. It ends with the
    /// first piece that holds a scalar which is not canonical.
    pub fn scalars<G: Group>(
        &mut self,
        count: usize,
        field: &'static str,
        mut each: impl FnMut(G::Scalar),
    ) -> Result<Result<(), DecodeError>, BoardError> {
        let mut left = count;
        let mut decoded = Ok(());
        while left > 0 {
            let now = left.min(PIECE_LEN / G::SCALAR_LEN);
            let piece = self.piece(now * G::SCALAR_LEN)?;
            left -= now;
            if decoded.is_ok() {
                decoded = G::decode_scalars(piece, now, field)
                    .map(|scalars| scalars.into_iter().for_each(&mut each));
            }
        }
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::context::{Context, Version};
    use crate::crypto::ids::ClientId;
    use crate::crypto::signing::SigningKey;
    use crate::round::phase::Phase;
    use crate::round::protocol::Dialect;
    use crate::wire::board::{Record, RecordKind, Records};
    use crate::wire::message::{Message, Sender};
    use proptest::prelude::*;
    use veragg_circuits::group::ristretto::{Fr, Ristretto};

    fn sign(parts: &[Vec<u8>]) -> Message {
        let key = SigningKey::from_bytes(&[1; 32]);
        let sender = Sender::Client(ClientId::from_index(4));
        Message::sign(
            &key,
            Context::sample(2),
            Phase::Submit,
            sender,
            [3; 32],
            parts,
        )
    }

    /// Reads a message as a stream whose body must have these parts.
    fn stream<T>(
        message: &Message,
        lengths: &[usize],
        read: impl FnOnce(&mut Body<'_, &[u8]>) -> Result<T, BoardError>,
    ) -> Result<T, Misfit> {
        let kind = RecordKind::Message;
        let bytes = message.encode();
        let board = Record { kind, bytes }.encode();
        let mut records = Records::new(&board[..], 0, board.len());
        let mut record = records.next_record().unwrap().unwrap();
        let dialect = Dialect {
            version: Version::CURRENT,
            is_committee: false,
        };
        let envelope = record.envelope(&dialect).unwrap().unwrap();
        assert_eq!(envelope, message.envelope);
        super::read(record, &envelope, lengths.to_vec(), read).unwrap()
    }

    proptest! {
        #[test]
        fn a_stream_is_judged_as_the_message_in_memory(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..6),
            reads in prop::collection::vec(0usize..7, 0..9),
            lengths in prop::option::of(prop::collection::vec(0usize..9, 0..6)),
            flip in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut message = sign(&parts);
            let lengths = lengths.unwrap_or_else(|| parts.iter().map(Vec::len).collect());
            let at = flip.map(|at| at.index(message.body.len().max(1)));
            if let Some(byte) = at.and_then(|at| message.body.get_mut(at)) {
                *byte ^= 1;
            }
            let read = stream(&message, &lengths, |body| {
                let mut read = Vec::new();
                for most in reads {
                    read.extend(body.bytes(most)?);
                }
                Ok(read)
            });
            if let Ok(read) = &read {
                prop_assert!(message.body.starts_with(read));
            }
            let fits_uncut = message.parts(&[message.body.len()]).is_ok() || message.parts(&[]).is_ok();
            let expected = message.parts(&lengths).map(|_| ()).map_err(|error| Misfit {
                error,
                fits_uncut,
            });
            prop_assert_eq!(read.map(|_| ()), expected);
        }
    }

    #[test]
    fn scalars_come_in_order_until_one_is_not_canonical() {
        let scalars: Vec<_> = (0..5000u64).map(Fr::from).collect();
        let mut parts = [vec![7; 9], Ristretto::encode_scalars(&scalars), vec![8; 2]];
        let lengths = [9, 5000 * 32, 2];
        let read = |body: &mut Body<'_, &[u8]>| {
            assert_eq!(body.bytes(9)?, [7; 9]);
            let mut read = Vec::new();
            let decoded = body.scalars::<Ristretto>(5000, "number", |scalar| read.push(scalar))?;
            assert_eq!(body.bytes(3)?, [8; 2]);
            Ok((read, decoded))
        };
        let (all, decoded) = stream(&sign(&parts), &lengths, read).unwrap();
        assert_eq!((all, decoded), (scalars.clone(), Ok(())));
        let check = |body: &mut Body<'_, &[u8]>| {
            body.bytes(9)?;
            body.check_scalars::<Ristretto>(5000, "number")
        };
        assert_eq!(stream(&sign(&parts), &lengths, check), Ok(Ok(())));
        parts[1][4000 * 32..][..32].fill(0xff);
        let (some, decoded) = stream(&sign(&parts), &lengths, read).unwrap();
        let bad = Err(DecodeError::Scalar { field: "number" });
        assert_eq!(stream(&sign(&parts), &lengths, check), Ok(bad));
        assert_eq!(decoded, bad);
        assert!(some.len() <= 4000 && scalars.starts_with(&some));
    }

    #[test]
    fn a_body_of_another_length_is_not_what_its_reader_thinks() {
        let message = sign(&[vec![7; 40]]);
        let got = 40;
        for want in [0, 39, 41, 5000 * 32] {
            let read = stream(&message, &[want], |body| {
                let decoded = body.scalars::<Ristretto>(want / 32, "number", |_| ())?;
                Ok((decoded, body.whole()?))
            });
            let error = BodyError::Length { got, want };
            let fits_uncut = true;
            assert_eq!(read, Err(Misfit { error, fits_uncut }));
        }
    }
}
