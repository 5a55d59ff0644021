//! The set-up of a key (`specs/set-up.md`): how many people make the key of a statement for the suite `bls12381-groth16`,
//! so that it is sound if one of them, in each of two phases, was honest.
//!
//! | type | what it is |
//! |---|---|
//! | [`SetUpHeader`] | for which statement, and where the beacon will come from |
//! | [`SetUpFile`] | a file that decodes: nothing is known of it |
//! | [`VerifiedSetUp`] | a file that holds. Only to such a one can somebody contribute |
//! | [`Transcript`] | what shows that a key is good |
//! | [`CheckedProvingKey`] | a proving key that a client may use |
//!
//! ```
//! use rand_core::OsRng;
//! use veragg_protocol::circuits::statement::{Segment, Statement};
//! use veragg_protocol::crypto::signing::SigningKey;
//! use veragg_protocol::set_up::{SetUpFile, SetUpHeader, Transcript, VerifiedSetUp};
//!
//! let statement = Statement::new(vec![Segment::range(1, 2)])?;
//! let header = SetUpHeader::new(&statement, 3, "the first block of 1 May", &mut OsRng)?;
//! let mut file = VerifiedSetUp::start(header)?.encode();
//! let (anna, ben) = (SigningKey::generate(&mut OsRng), SigningKey::generate(&mut OsRng));
//! // Each contributor reads and verifies the file before its secrets meet it.
//! for key in [&anna, &ben] {
//!     let verified = SetUpFile::decode(&file)?.verify()?;
//!     file = verified.contribute_powers(key, &mut OsRng)?.encode();
//! }
//! for key in [&anna, &ben] {
//!     let verified = SetUpFile::decode(&file)?.verify()?;
//!     file = verified.contribute_delta(key, &mut OsRng)?.encode();
//! }
//! let done = SetUpFile::decode(&file)?.verify()?.apply_beacon(b"0b5e7ac0")?;
//! let finished = done.finish()?;
//!
//! // A client, before it has an input; and an auditor, who trusts Anna.
//! let transcript = Transcript::verify(&finished.transcript)?;
//! let key = transcript.check_proving_key(&finished.proving_key)?;
//! transcript.check_verifying_key(key.verifying())?;
//! assert!(transcript.vouched_for(&[anna.verifying_key()]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod contribute;
mod error;
mod file;
mod hand_on;
mod header;
mod phase;
mod proving_key;
mod record;
mod transcript;
mod verify;

#[cfg(test)]
mod tests;

pub use contribute::Finished;
pub use error::SetUpError;
pub use file::SetUpFile;
pub use header::SetUpHeader;
pub use phase::{Phase, Stage};
pub use proving_key::CheckedProvingKey;
pub use transcript::{Contributors, Transcript};
pub use verify::VerifiedSetUp;
