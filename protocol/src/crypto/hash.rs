//! Labelled digests (`specs/wire.md` 1.3).

pub use veragg_circuits::hash::{digest, Digest};
