//! A statement from its bytes.

use thiserror::Error;

use super::{Segment, Statement, StatementError};
use crate::codec::{DecodeError, Reader};

/// Why bytes are no statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatementDecodeError {
    /// They do not decode.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// They decode to segments that are no statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

impl Statement {
    /// Reads what [`encode`](Self::encode) wrote, which fills `bytes` (`specs/proofs.md` 1.2, 4.2). Memory grows with the
    /// segments that are there, whatever their number is said to be.
    pub fn decode(bytes: &[u8]) -> Result<Self, StatementDecodeError> {
        let mut reader = Reader::new(bytes);
        let count = reader.u64("number of segments")?;
        let mut segments = Vec::new();
        for _ in 0..count {
            segments.push(Segment::read(&mut reader)?);
        }
        reader.finish()?;
        Ok(Self::new(segments)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{Norm, SumRule};

    #[test]
    fn what_is_encoded_is_decoded_and_nothing_else() {
        let norm = Some(Norm {
            offset: 1,
            max_square: 9,
        });
        let sum = Some(SumRule::AtMost(3));
        let segment = Segment {
            norm,
            sum,
            ..Segment::range(3, 4)
        };
        let statement = Statement::new(vec![Segment::range(1, 2), segment]).unwrap();
        let bytes = statement.encode();
        assert_eq!(Statement::decode(&bytes), Ok(statement));
        for end in 0..bytes.len() {
            assert!(Statement::decode(&bytes[..end]).is_err());
        }
        assert!(Statement::decode(&[&bytes[..], &[0]].concat()).is_err());
        let mut count = bytes.clone();
        count[..8].fill(0xff);
        assert!(Statement::decode(&count).is_err());
        assert!(matches!(
            Statement::decode(&[0; 8]),
            Err(StatementDecodeError::Statement(StatementError::Segments(0)))
        ));
    }
}
