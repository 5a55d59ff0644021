//! Labelled digests (`specs/wire.md` 1.3).

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// `SHA-256(u8 len(label) || label || for each part: u64 len(part) || part)`: no two lists of
/// parts, and no two labels, give the same bytes to the hash.
pub fn digest(label: &str, parts: &[&[u8]]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([label.len() as u8]);
    hash.update(label);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest("a", &[b"bc", b"d"]), digest("a", &[b"b", b"cd"]));
        assert_ne!(digest("a", &[b"b"]), digest("ab", &[b""]));
        assert_ne!(digest("a", &[]), digest("a", &[b""]));
    }
}
