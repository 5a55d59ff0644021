//! A whole set-up in one process (`specs/set-up.md`), with two contributors: to try a suite out that needs one.

use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_protocol::circuits::statement::Statement;
use veragg_protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg_protocol::set_up::{
    CheckedProvingKey, Finished, SetUpError, SetUpHeader, Transcript, VerifiedSetUp,
};

/// What came out of a set-up that was played.
#[derive(Debug)]
pub struct PlayedSetUp {
    /// The transcript, and the files of the keys.
    pub files: Finished,
    /// The proving key, checked as each client checks it.
    pub key: CheckedProvingKey,
    /// The keys of the two contributors. Both contributed to both phases.
    pub contributors: [VerifyingKey; 2],
}

/// Plays a set-up for this statement, with two contributors whose keys are fresh, and a beacon that is drawn at random.
/// Cost: some fifty multiplications in the group for each bit of a vector: below a second for a hundred bits.
pub fn play_set_up(
    statement: &Statement,
    max_clients: u32,
    rng: &mut dyn CryptoRngCore,
) -> Result<PlayedSetUp, SetUpError> {
    let contributors = [(); 2].map(|()| Arc::new(SigningKey::generate(rng)));
    let source = "drawn at random by the machine that played the set-up";
    let mut set_up = VerifiedSetUp::start(SetUpHeader::new(statement, max_clients, source, rng)?)?;
    for key in &contributors {
        set_up = set_up.contribute_powers(key, rng)?;
    }
    for key in &contributors {
        set_up = set_up.contribute_delta(key, rng)?;
    }
    let mut beacon = [0; 32];
    rng.fill_bytes(&mut beacon);
    let files = set_up.apply_beacon(&beacon)?.finish()?;
    let transcript = Transcript::verify(&files.transcript)?;
    Ok(PlayedSetUp {
        key: transcript.check_proving_key(&files.proving_key)?,
        contributors: contributors.map(|key| key.verifying_key()),
        files,
    })
}
