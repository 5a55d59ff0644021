//! A point of ristretto255 with its canonical encoding.

use std::ops::Deref;

use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::group::ristretto::{KeyPoint, Ristretto};
use veragg_circuits::group::Group;

/// A public point with its encoding (RFC 9496 section 4.3.2). To encode a point takes as long as to hash ten encodings, and keys
/// and commitments go into several transcripts, digests and messages: so the bytes are kept.
#[derive(Debug, Clone, Copy)]
pub struct EncodedPoint {
    point: KeyPoint,
    bytes: [u8; 32],
}

impl EncodedPoint {
    /// The point that `bytes` encode. Errors: the encoding is not canonical, or that of the identity.
    pub fn decode(bytes: [u8; 32], field: &'static str) -> Result<Self, DecodeError> {
        let point = Ristretto::decode_point(&bytes, field)?;
        Ok(Self { point, bytes })
    }

    /// Reads the next point. Errors: those of [`decode`](Self::decode), or fewer than 32 bytes are left.
    pub fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        Self::decode(reader.array(field)?, field)
    }

    /// The doubles of points. Cost: one field inversion for all, and a few multiplications each.
    pub fn doubles(points: &[KeyPoint]) -> Vec<Self> {
        let encoded = KeyPoint::double_and_compress_batch(points);
        let both = points.iter().zip(encoded);
        both.map(|(point, encoded)| Self {
            point: point + point,
            bytes: encoded.to_bytes(),
        })
        .collect()
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl From<KeyPoint> for EncodedPoint {
    /// Cost: a field exponentiation.
    fn from(point: KeyPoint) -> Self {
        Self {
            bytes: point.compress().to_bytes(),
            point,
        }
    }
}

impl Deref for EncodedPoint {
    type Target = KeyPoint;

    fn deref(&self) -> &KeyPoint {
        &self.point
    }
}

impl PartialEq for EncodedPoint {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for EncodedPoint {}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;
    use veragg_circuits::group::ristretto::{KeyScalar, KEY_TABLE};

    #[test]
    fn doubles_are_encoded_as_each_point_by_itself() {
        let points: Vec<_> = (0..5)
            .map(|_| &KeyScalar::random(&mut OsRng) * KEY_TABLE)
            .collect();
        for (point, double) in points.iter().zip(EncodedPoint::doubles(&points)) {
            let expected = EncodedPoint::from(point + point);
            assert_eq!(double, expected);
            assert_eq!(*double, *expected);
            let mut reader = Reader::new(double.as_bytes());
            assert_eq!(EncodedPoint::read(&mut reader, "point"), Ok(expected));
        }
        assert!(EncodedPoint::read(&mut Reader::new(&[0; 32]), "point").is_err());
        assert!(EncodedPoint::read(&mut Reader::new(&[0xff; 32]), "point").is_err());
        assert!(EncodedPoint::doubles(&[]).is_empty());
    }
}
