//! The set-up of a round that is played: one of a folder, or one that is played too.

use std::path::Path;

use rand_core::OsRng;
use veragg::circuits::groth16::Groth16SetUp;
use veragg::circuits::statement::Statement;
use veragg::lab::set_up::play_set_up;
use veragg::lab::PlaySetUp;
use veragg::protocol::set_up::Transcript;

use crate::cli::error::CliError;
use crate::cli::set_up_files::{bytes, refused, SetUpFiles, PROVING_KEY, TRANSCRIPT};
use crate::cli::{key, RunArgs};

/// The set-up of a suite, for a round that is played.
pub(super) trait RoundSetUp: PlaySetUp {
    /// The set-up, and its files if there is one.
    fn obtain(
        args: &RunArgs,
        statement: &Statement,
        clients: u32,
    ) -> Result<(Self, Option<SetUpFiles>), CliError>;
}

impl RoundSetUp for () {
    fn obtain(
        args: &RunArgs,
        _: &Statement,
        _: u32,
    ) -> Result<(Self, Option<SetUpFiles>), CliError> {
        match &args.setup {
            None => Ok(((), None)),
            Some(_) => Err(CliError::Usage(
                "--setup: the suite of the configuration needs no set-up; leave it out, or write suite = \"bls12381-groth16\" under [round]".to_owned(),
            )),
        }
    }
}

impl RoundSetUp for Groth16SetUp {
    fn obtain(
        args: &RunArgs,
        statement: &Statement,
        clients: u32,
    ) -> Result<(Self, Option<SetUpFiles>), CliError> {
        match &args.setup {
            None => play(statement, clients),
            Some(folder) => load(folder, &args.contributors),
        }
    }
}

fn play(
    statement: &Statement,
    clients: u32,
) -> Result<(Groth16SetUp, Option<SetUpFiles>), CliError> {
    let played = play_set_up(statement, clients, &mut OsRng)
        .map_err(|error| CliError::Usage(format!("no set-up can be made: {error}")))?;
    let files = SetUpFiles {
        transcript: played.files.transcript,
        proving_key: played.files.proving_key,
        contributors: played.contributors.to_vec(),
        played: true,
    };
    Ok((played.key.set_up(), Some(files)))
}

/// The set-up of a folder that `veragg setup finish` has written. The proving key is checked, as each client must.
fn load(
    folder: &Path,
    contributors: &[String],
) -> Result<(Groth16SetUp, Option<SetUpFiles>), CliError> {
    let (path, key_path) = (folder.join(TRANSCRIPT), folder.join(PROVING_KEY));
    let (transcript, proving_key) = (bytes(&path)?, bytes(&key_path)?);
    let verified = Transcript::verify(&transcript).map_err(refused(&path))?;
    let checked = verified.check_proving_key(&proving_key);
    let checked = checked.map_err(refused(&key_path))?;
    let named = contributors.iter().map(|given| key::contributor(given));
    let files = SetUpFiles {
        transcript,
        proving_key,
        contributors: named.collect::<Result<_, _>>()?,
        played: false,
    };
    Ok((checked.set_up(), Some(files)))
}
