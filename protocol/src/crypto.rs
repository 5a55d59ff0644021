//! Keys, digests, shares and masks. Nothing here depends on a configuration.
//!
//! | module | what it holds |
//! |---|---|
//! | [`ids`] | clients by number, and sets of them |
//! | [`context`] | the round that something belongs to |
//! | [`hash`], [`labels`], [`tree`] | digests under labels, and Merkle trees |
//! | [`signing`] | long-term keys and signatures |
//! | [`encoded_point`] | a public point with its bytes |
//! | `draws` | what a client draws its secrets from |
//! | [`dh`], [`possession`], [`dleq`] | round keys, proofs of possession, shared points that are revealed with a proof |
//! | [`sharing`], [`sealing`] | shares of secrets, committed and sealed |
//! | [`masks`], [`opening`] | the masks of a vector, and the opening of a sum |

pub mod context;
pub mod dh;
pub mod dleq;
#[cfg(any(test, feature = "roles"))]
pub(crate) mod draws;
pub mod encoded_point;
pub mod hash;
pub mod ids;
pub(crate) mod keys;
pub mod labels;
pub mod masks;
pub mod opening;
pub mod possession;
pub mod sealing;
pub mod sharing;
pub mod signing;
pub mod tree;
