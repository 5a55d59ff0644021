//! Canonical bytes: the one reader and the one writer of every structure on the wire.
//!
//! Integers are big-endian, structures are the concatenation of their fields, and no length is
//! taken on trust: what a count can be derived from (the configuration) decides it, and the few
//! variable-length fields carry a length that is compared with what is left *before* anything is
//! allocated. A structure has exactly one encoding; the reader refuses every other
//! (`specs/wire.md` 1).

use thiserror::Error;
use zeroize::Zeroize;

/// Why bytes are not the canonical encoding of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end inside the named field.
    #[error("truncated: {field} needs {need} bytes, {have} are left; send the whole message")]
    Truncated {
        /// The field that was being read.
        field: &'static str,
        /// Bytes that it needs.
        need: usize,
        /// Bytes that were left.
        have: usize,
    },
    /// Bytes follow the last field.
    #[error("{extra} bytes follow the last field; send exactly the encoding")]
    Trailing {
        /// Number of bytes behind the last field.
        extra: usize,
    },
    /// A scalar that is not reduced modulo the group order.
    #[error("{field} is not a canonical scalar (it must be below the group order)")]
    Scalar {
        /// Name of the field that was being read.
        field: &'static str,
    },
    /// Bytes that are not the canonical encoding of a group element.
    #[error("{field} is not the canonical encoding of a group element")]
    Point {
        /// Name of the field that was being read.
        field: &'static str,
    },
    /// The identity, which no field of the protocol may hold.
    #[error("{field} is the identity element, which is never allowed")]
    Identity {
        /// Name of the field that was being read.
        field: &'static str,
    },
    /// A value outside what the field allows.
    #[error("{field} holds a value that is not allowed there")]
    Value {
        /// Name of the field that was being read.
        field: &'static str,
    },
}

/// Reads canonical bytes from front to back.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let (front, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated {
                field,
                need: count,
                have: self.rest.len(),
            })?;
        self.rest = rest;
        Ok(front)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(N, field)?);
        Ok(out)
    }

    /// The integer in the next byte.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        Ok(u8::from_be_bytes(self.array(field)?))
    }

    /// The integer in the next two bytes, big-endian.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array(field)?))
    }

    /// The integer in the next four bytes, big-endian.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array(field)?))
    }

    /// The integer in the next eight bytes, big-endian.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array(field)?))
    }

    /// The integer in the next eight bytes, big-endian, two's complement.
    pub fn i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.array(field)?))
    }

    /// The bytes behind a length of two bytes. Borrowed, so a length that is too large allocates
    /// nothing.
    pub fn short(&mut self, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let count = self.u16(field)?;
        self.bytes(usize::from(count), field)
    }

    /// The bytes behind a length of four bytes. Borrowed, as with [`short`](Self::short).
    pub fn long(&mut self, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let count = self.u32(field)?;
        self.bytes(usize::try_from(count).unwrap_or(usize::MAX), field)
    }

    /// Ends the reading: nothing may be left.
    pub fn finish(self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            extra => Err(DecodeError::Trailing { extra }),
        }
    }
}

/// Writes canonical bytes: the counterpart of [`Reader`].
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// Whether buffers that have become too small are wiped.
    secret: bool,
}

impl Writer {
    /// A writer that has written nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer of secrets: whenever its buffer grows, the buffer before is wiped. What
    /// [`finish`](Self::finish) gives is the caller's to wipe.
    pub fn secret() -> Self {
        Self {
            secret: true,
            ..Self::default()
        }
    }

    /// Appends bytes whose number the reader knows.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let needed = self.bytes.len() + bytes.len();
        if self.secret && needed > self.bytes.capacity() {
            let mut grown = Vec::with_capacity(needed.max(2 * self.bytes.capacity()));
            grown.extend_from_slice(&self.bytes);
            std::mem::replace(&mut self.bytes, grown).zeroize();
        }
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Appends an integer as one byte.
    pub fn u8(self, value: u8) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends an integer as two bytes, big-endian.
    pub fn u16(self, value: u16) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends an integer as four bytes, big-endian.
    pub fn u32(self, value: u32) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends an integer as eight bytes, big-endian.
    pub fn u64(self, value: u64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends an integer as eight bytes, big-endian, two's complement.
    pub fn i64(self, value: i64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends a length of two bytes and the bytes; the callers' types keep them below 2^16.
    pub fn short(self, bytes: &[u8]) -> Self {
        debug_assert!(bytes.len() < 1 << 16);
        self.u16(bytes.len() as u16).bytes(bytes)
    }

    /// Appends a length of four bytes and the bytes; the callers' types keep them below 2^32.
    pub fn long(self, bytes: &[u8]) -> Self {
        debug_assert!(bytes.len() < 1 << 32);
        self.u32(bytes.len() as u32).bytes(bytes)
    }

    /// All bytes that were written, in order.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_written_like_anything_else() {
        let write = |writer: Writer| {
            (0..100)
                .fold(writer, |w, n| w.u16(n).long(&[7; 33]))
                .finish()
        };
        assert_eq!(write(Writer::secret()), write(Writer::new()));
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(a: u8, b: u16, c: u32, d: u64, e: i64, f in prop::collection::vec(any::<u8>(), 0..64)) {
            let bytes = Writer::new().u8(a).u16(b).u32(c).u64(d).i64(e).short(&f).long(&f).finish();
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(r.u8("a"), Ok(a));
            prop_assert_eq!(r.u16("b"), Ok(b));
            prop_assert_eq!(r.u32("c"), Ok(c));
            prop_assert_eq!(r.u64("d"), Ok(d));
            prop_assert_eq!(r.i64("e"), Ok(e));
            prop_assert_eq!(r.short("f"), Ok(&f[..]));
            prop_assert_eq!(r.long("g"), Ok(&f[..]));
            prop_assert_eq!(r.finish(), Ok(()));
        }
    }

    #[test]
    fn a_length_beyond_the_end_and_a_trailing_byte_are_refused() {
        let short = Writer::new().u32(u32::MAX).u8(7).finish();
        assert_eq!(
            Reader::new(&short).long("proof"),
            Err(DecodeError::Truncated {
                field: "proof",
                need: u32::MAX as usize,
                have: 1
            })
        );
        assert_eq!(
            Reader::new(&[0]).finish(),
            Err(DecodeError::Trailing { extra: 1 })
        );
    }
}
