//! Unmask: the shares that remove the masks from the sum (`specs/protocol.md` 3.6).

use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyScalar};

/// Bytes of a revealed share.
pub const SHARE_LEN: usize = 32;

/// The two secrets of a client, of which at most one is ever rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// `s_i`: of a participant that is no contributor.
    Mask,
    /// `b_i`: of a contributor.
    Seed,
}

impl Secret {
    /// Which secret of a participant is rebuilt (5.6).
    pub fn to_rebuild(is_contributor: bool) -> Self {
        if is_contributor {
            Secret::Seed
        } else {
            Secret::Mask
        }
    }

    /// The place of its commitment among a dealer's two.
    pub fn index(self) -> usize {
        match self {
            Secret::Mask => 0,
            Secret::Seed => 1,
        }
    }
}

/// Encodes revealed shares, in the order of the clients whose secrets they are of.
pub fn encode(shares: &[KeyScalar]) -> Vec<u8> {
    shares.iter().flat_map(|share| *share.as_bytes()).collect()
}

/// Decodes revealed shares that fill `bytes`.
pub fn decode(bytes: &[u8]) -> Result<Vec<KeyScalar>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut shares = Vec::with_capacity(bytes.len() / SHARE_LEN);
    while reader.remaining() > 0 {
        let share = reader.bytes(SHARE_LEN, "revealed share")?;
        shares.push(decode_key_scalar(share, "revealed share")?);
    }
    Ok(shares)
}
