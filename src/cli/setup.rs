//! `veragg setup`: a key of the suite `bls12381-groth16`, made by several people (`specs/set-up.md`).

mod secret_key;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use rand_core::OsRng;
use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::statement::Statement;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::set_up::{
    SetUpError, SetUpFile, SetUpHeader, Stage, Transcript, VerifiedSetUp,
};
use veragg::survey::Survey;

use super::error::CliError;
use super::set_up_files::{bytes, refused, PROVING_KEY, TRANSCRIPT, VERIFYING_KEY};
use super::{key, new_file, output, Format};

#[derive(Debug, Args)]
pub(super) struct SetupArgs {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Begin a set-up for what a configuration asks of each client.
    New(NewArgs),
    /// Verify the file of a set-up, and multiply fresh secrets to it, which are forgotten.
    Contribute(ContributeArgs),
    /// End the contributions with the bytes of the source that was named at the beginning.
    Beacon(BeaconArgs),
    /// Write the transcript and the keys.
    Finish(FinishArgs),
    /// Verify the file of a set-up, or a transcript and a proving key.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The configuration of the round (TOML). The key is for its columns and bounds, and not for its data.
    config: PathBuf,
    /// Where the beacon will come from, and when: something public that nobody can know before the contributions are
    /// over, such as "the hash of Bitcoin block 1000000".
    #[arg(long, value_name = "SOURCE")]
    beacon: String,
    /// The largest number of clients that the key is for. By default those of the configuration.
    #[arg(long, value_name = "N")]
    max_clients: Option<u32>,
    /// The file to write. If there is one already, it is not touched.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The phase that a contribution is for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PhaseName {
    /// Powers of tau, with alpha and beta: the first.
    Powers,
    /// Delta: the second. From the first contribution to it on the powers are fixed.
    Delta,
}

#[derive(Debug, Args)]
struct ContributeArgs {
    /// The file of the set-up, as it came from the contributor before.
    file: PathBuf,
    /// The phase to contribute to. A set-up needs honest contributors to both.
    #[arg(long, value_enum)]
    phase: PhaseName,
    /// The file with your secret key, which signs the contribution. If there is none, a fresh key is written to it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The file to write, for the next contributor. If there is one already, it is not touched.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct BeaconArgs {
    /// The file of the set-up, behind the last contribution.
    file: PathBuf,
    /// The value of the source that was named at the beginning, as text.
    #[arg(long, value_name = "TEXT")]
    value: String,
    /// The file to write. If there is one already, it is not touched.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct FinishArgs {
    /// The file of the set-up, behind the beacon.
    file: PathBuf,
    /// The folder to write, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The file of the set-up, of any stage.
    file: PathBuf,
    /// The file as it was sent out: the other must have one contribution more, and all those before.
    #[arg(long, value_name = "FILE")]
    after: Option<PathBuf>,
    /// The file of the proving key, to check that it is the one of this transcript.
    #[arg(long, value_name = "FILE")]
    proving_key: Option<PathBuf>,
    /// The key of a contributor whom you trust to have forgotten its secrets, or a file that holds it. May be repeated.
    #[arg(long = "contributor", value_name = "KEY")]
    contributors: Vec<String>,
}

/// What a step of a set-up says.
#[derive(Debug, Serialize)]
struct Told {
    stage: String,
    max_clients: u32,
    coordinates: usize,
    /// Where the beacon comes from.
    beacon_source: String,
    /// The keys of the contributors to each phase, in order.
    powers: Vec<String>,
    delta: Vec<String>,
    /// The key that signed this contribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    contributor: Option<String>,
    /// Whether a contributor that was named vouches for a transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    vouched_for: Option<bool>,
    /// Whether a proving key was checked.
    proving_key: bool,
    /// What was written.
    files: Vec<String>,
}

impl Told {
    fn of(set_up: &VerifiedSetUp, files: &[&Path]) -> Self {
        let header = set_up.header();
        let contributors = set_up.contributors();
        let keys = |keys: &[VerifyingKey]| keys.iter().map(VerifyingKey::fingerprint).collect();
        Self {
            stage: set_up.stage().to_string(),
            max_clients: header.max_clients(),
            coordinates: header.statement().len(),
            beacon_source: header.beacon_source().to_owned(),
            powers: keys(&contributors.powers),
            delta: keys(&contributors.delta),
            contributor: None,
            vouched_for: None,
            proving_key: false,
            files: files.iter().map(|path| Foreign::path(path)).collect(),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "set-up for {} numbers of each of up to {} clients; stage: {}",
            self.coordinates, self.max_clients, self.stage
        )?;
        let source = Foreign::new(&self.beacon_source).at_most(1000);
        writeln!(f, "beacon from: {source}")?;
        for (phase, keys) in [("powers", &self.powers), ("delta", &self.delta)] {
            writeln!(f, "contributions to {phase}: {}", keys.len())?;
            for key in keys {
                writeln!(f, "  {key}")?;
            }
        }
        if let Some(key) = &self.contributor {
            writeln!(f, "signed with your key {key}")?;
        }
        writeln!(f, "everything in the file holds")?;
        if self.proving_key {
            writeln!(
                f,
                "the proving key is the one of this transcript, in every element"
            )?;
        }
        match self.vouched_for {
            Some(true) => writeln!(f, "in each phase a contributor that you named took part, with another: the key of this transcript is vouched for")?,
            Some(false) => writeln!(f, "nobody vouches for the key: name with --contributor somebody whom you trust and who took part in each phase, not alone. Keys cost nothing, so one person may be all contributors")?,
            None => {}
        }
        for file in &self.files {
            writeln!(f, "written: {file}")?;
        }
        Ok(())
    }
}

/// Runs the command.
pub(super) fn run(args: &SetupArgs, format: Format) -> Result<u8, CliError> {
    let (told, code) = match &args.step {
        Step::New(args) => (begin(args)?, 0),
        Step::Contribute(args) => (contribute(args)?, 0),
        Step::Beacon(args) => {
            let set_up = read(&args.file)?.apply_beacon(args.value.as_bytes());
            (write(&args.file, &args.out, set_up)?, 0)
        }
        Step::Finish(args) => (finish(args)?, 0),
        Step::Verify(args) => verify(args)?,
    };
    output::print(format, &told, &told)?;
    Ok(code)
}

fn begin(args: &NewArgs) -> Result<Told, CliError> {
    let survey = Survey::load(&args.config)?;
    let claims = survey.segments().iter().map(|segment| segment.claims);
    let usage = |error: &dyn fmt::Display| CliError::Usage(error.to_string());
    let statement = Statement::new(claims.collect()).map_err(|error| usage(&error))?;
    let max_clients = args.max_clients.unwrap_or(survey.clients());
    let header = SetUpHeader::new(&statement, max_clients, &args.beacon, &mut OsRng);
    let set_up = header.and_then(VerifiedSetUp::start);
    let set_up = set_up.map_err(|error| usage(&error))?;
    new_file::write(&args.out, &set_up.encode())?;
    Ok(Told::of(&set_up, &[&args.out]))
}

fn contribute(args: &ContributeArgs) -> Result<Told, CliError> {
    let before = read(&args.file)?;
    let signing = secret_key::load_or_create(&args.key)?;
    let set_up = match args.phase {
        PhaseName::Powers => before.contribute_powers(&signing, &mut OsRng),
        PhaseName::Delta => before.contribute_delta(&signing, &mut OsRng),
    };
    let mut told = write(&args.file, &args.out, set_up)?;
    told.contributor = Some(signing.verifying_key().fingerprint());
    Ok(told)
}

fn finish(args: &FinishArgs) -> Result<Told, CliError> {
    let set_up = read(&args.file)?;
    let files = set_up.finish().map_err(refused(&args.file))?;
    // A fault of this computer is found here, and not by the clients.
    let transcript = Transcript::verify(&files.transcript).map_err(refused(&args.file))?;
    let checked = transcript.check_proving_key(&files.proving_key);
    checked.map_err(refused(&args.file))?;
    new_file::folder(&args.out)?;
    let written = [
        (args.out.join(TRANSCRIPT), &files.transcript),
        (args.out.join(PROVING_KEY), &files.proving_key),
        (args.out.join(VERIFYING_KEY), &files.verifying_key),
    ];
    for (path, bytes) in &written {
        new_file::write(path, bytes)?;
    }
    let paths = written.each_ref().map(|(path, _)| path.as_path());
    Ok(Told::of(&set_up, &paths))
}

fn verify(args: &VerifyArgs) -> Result<(Told, u8), CliError> {
    let named = args.contributors.iter();
    let named = named.map(|given| key::contributor(given));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    let set_up = read(&args.file)?;
    if let Some(before) = &args.after {
        let sent_out = read(before)?;
        set_up.continues(&sent_out).map_err(refused(&args.file))?;
    }
    let mut told = Told::of(&set_up, &[]);
    if set_up.stage() != Stage::Transcript {
        if args.proving_key.is_some() {
            return Err(CliError::Usage(
                "--proving-key: a proving key is checked against a transcript, which `veragg setup finish` writes; give that file"
                    .to_owned(),
            ));
        }
        return Ok((told, 0));
    }
    if let Some(path) = &args.proving_key {
        let transcript = Transcript::verify(&set_up.encode()).map_err(refused(&args.file))?;
        let file = bytes(path)?;
        let checked = transcript.check_proving_key(&file);
        checked.map_err(refused(path))?;
        told.proving_key = true;
    }
    let vouched = set_up.contributors().vouched_for(&named);
    told.vouched_for = Some(vouched);
    Ok((told, if vouched { 0 } else { 4 }))
}

/// The file of a set-up that holds.
fn read(path: &Path) -> Result<VerifiedSetUp, CliError> {
    let file = SetUpFile::decode(&bytes(path)?);
    file.and_then(SetUpFile::verify).map_err(refused(path))
}

/// Writes what came of a file, if it is not refused.
fn write(
    from: &Path,
    out: &Path,
    set_up: Result<VerifiedSetUp, SetUpError>,
) -> Result<Told, CliError> {
    let set_up = set_up.map_err(refused(from))?;
    new_file::write(out, &set_up.encode())?;
    Ok(Told::of(&set_up, &[out]))
}
