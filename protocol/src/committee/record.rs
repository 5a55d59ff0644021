//! A submission as it stands on the board: without its masked rows, but for one that shows why the client is not accepted
//! (`specs/committee.md` 5.4).

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use super::parts::{MaskedPlace, Parts, PublicParts};
use crate::crypto::hash::Digest;
use crate::crypto::tree::{consistency_len, inclusion_len, CompactTree, Leaf, Root, Tree};

/// What stands behind the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abridged<'a> {
    /// The parts up to the pads, one behind the other.
    pub public: &'a [u8],
    /// The proof that all parts continue them.
    pub rest: &'a [u8],
    /// A masked row.
    pub shown: Option<Shown<'a>>,
}

/// A masked row that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// To whom and to which block it belongs.
    pub place: MaskedPlace,
    /// The part: salt and row.
    pub part: &'a [u8],
    /// Its inclusion proof.
    pub path: &'a [u8],
}

const FIELD: &str = "record of a submission";

impl<'a> Abridged<'a> {
    /// Cuts what stands behind an envelope. Errors: it has none of the lengths that the configuration gives, or shows a part that
    /// is no masked row.
    pub fn cut(body: &'a [u8], parts: &Parts) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let public = reader.bytes(parts.public_len(), FIELD)?;
        let rest = reader.bytes(Self::rest_len(parts), FIELD)?;
        let shown = match reader.remaining() {
            0 => None,
            _ => {
                let position = reader.u32("position of a masked row")? as usize;
                let place = parts.place_of(position).ok_or(DecodeError::Value {
                    field: "position of a masked row",
                })?;
                let part = reader.bytes(parts.masked_len(), FIELD)?;
                let path = reader.bytes(32 * inclusion_len(position, parts.count()), FIELD)?;
                Some(Shown { place, part, path })
            }
        };
        reader.finish()?;
        Ok(Self {
            public,
            rest,
            shown,
        })
    }

    fn rest_len(parts: &Parts) -> usize {
        32 * consistency_len(parts.public(), parts.count())
    }

    /// The bytes behind an envelope if no masked row is shown.
    pub fn shortest(parts: &Parts) -> usize {
        parts.public_len() + Self::rest_len(parts)
    }

    /// The most bytes behind an envelope.
    pub fn longest(parts: &Parts) -> usize {
        let path = (parts.count() as u64).next_power_of_two().trailing_zeros() as usize;
        Self::shortest(parts) + 4 + parts.masked_len() + 32 * path
    }

    /// Whether these are parts of the body whose root an envelope names (5.4.2). `all` is the root of the whole body.
    #[must_use]
    pub fn is_of(&self, body_root: &Digest, parts: &Parts) -> bool {
        let Some(public) = PublicParts::cut(self.public, parts) else {
            return false;
        };
        let leaves = public.each(parts).map(Leaf::of);
        let prefix = leaves.collect::<CompactTree>().root();
        let root = Root {
            size: parts.count() as u64,
            hash: *body_root,
        };
        root.continues(&prefix, self.rest)
            && self.shown.is_none_or(|shown| {
                let position = parts.masked_at(shown.place) as u64;
                root.includes(shown.part, position, shown.path)
            })
    }

    /// The bytes behind the envelope.
    pub fn encode(&self, parts: &Parts) -> Vec<u8> {
        let writer = Writer::new().bytes(self.public).bytes(self.rest);
        match self.shown {
            None => writer.finish(),
            Some(Shown { place, part, path }) => writer
                .u32(parts.masked_at(place) as u32)
                .bytes(part)
                .bytes(path)
                .finish(),
        }
    }
}

/// What stands on the board of a whole body, with one masked row, if one is to be shown. The body must be the one of a message
/// that was admitted. Cost: a hash over the body.
pub fn abridge(body: &[u8], shown: Option<MaskedPlace>, parts: &Parts) -> Option<Vec<u8>> {
    let mut reader = Reader::new(body);
    let cut = |length| reader.bytes(length, FIELD).ok();
    let leaves = parts
        .lengths()
        .into_iter()
        .map(cut)
        .collect::<Option<Vec<&[u8]>>>()?;
    let tree: Tree<&[u8]> = leaves.iter().copied().collect();
    let rest = tree.consistency(parts.public() as u64)?;
    let path = match shown {
        Some(place) => tree.inclusion(parts.masked_at(place) as u64)?,
        None => Vec::new(),
    };
    let shown = match shown {
        Some(place) => Some(Shown {
            place,
            part: leaves.get(parts.masked_at(place)).copied()?,
            path: &path,
        }),
        None => None,
    };
    let abridged = Abridged {
        public: body.get(..parts.public_len())?,
        rest: &rest,
        shown,
    };
    Some(abridged.encode(parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committee::tests::parts;
    use crate::crypto::ids::TrusteeId;

    fn body(parts: &Parts) -> (Vec<u8>, Digest) {
        let lengths = parts.lengths();
        let bytes: Vec<u8> = (0..lengths.iter().sum::<usize>())
            .map(|at| (at % 251) as u8)
            .collect();
        let mut reader = Reader::new(&bytes);
        let leaves = lengths
            .iter()
            .map(|&length| Leaf::of(reader.bytes(length, "part").unwrap()));
        let root = leaves.collect::<CompactTree>().root().hash;
        (bytes, root)
    }

    #[test]
    fn a_record_shows_the_public_parts_of_the_signed_body() {
        for (m, t, p, rows) in [(2, 1, 1, 1), (4, 1, 2, 6), (7, 2, 3, 12)] {
            let parts = parts(m, t, p, rows);
            let (body, root) = body(&parts);
            for shown in std::iter::once(None).chain(parts.places().map(Some)) {
                let bytes = abridge(&body, shown, &parts).unwrap();
                assert!(bytes.len() <= Abridged::longest(&parts));
                let record = Abridged::cut(&bytes, &parts).unwrap();
                assert!(record.is_of(&root, &parts));
                assert_eq!(record.encode(&parts), bytes);
                assert_eq!(record.shown.map(|shown| shown.place), shown);
                assert!(!record.is_of(&[7; 32], &parts));
                for at in (0..bytes.len()).step_by(13) {
                    let mut bad = bytes.clone();
                    bad[at] ^= 1;
                    let holds =
                        Abridged::cut(&bad, &parts).is_ok_and(|bad| bad.is_of(&root, &parts));
                    assert!(!holds, "{m} {shown:?} {at}");
                }
                assert!(Abridged::cut(&bytes[1..], &parts).is_err());
                assert!(Abridged::cut(&[&bytes[..], &[0]].concat(), &parts).is_err());
            }
        }
    }

    #[test]
    fn no_public_part_can_be_shown_as_a_masked_row() {
        let parts = parts(4, 1, 2, 6);
        let (body, _) = body(&parts);
        let trustee = TrusteeId::new(parts.shape().drawn() + 1).unwrap();
        let place = MaskedPlace { trustee, block: 0 };
        let mut bytes = abridge(&body, Some(place), &parts).unwrap();
        let at = parts.public_len() + Abridged::rest_len(&parts);
        for position in [0, 1, 2, parts.public() - 1, parts.count(), usize::MAX] {
            bytes[at..at + 4].copy_from_slice(&(position as u32).to_be_bytes());
            assert!(Abridged::cut(&bytes, &parts).is_err());
        }
    }
}
