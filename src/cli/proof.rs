//! `veragg proof export`: the proof of one client in the form of another program (`specs/proofs.md` 8.11).

mod eip2537_file;
mod snarkjs_files;

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::groth16::Bls12381Groth16;
use veragg::circuits::proof_system::Suite;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::hex;
use veragg::protocol::pairwise::submit::Submission;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::Round;
use veragg::protocol::wire::board::{OpenRecord, RecordKind, Records};
use veragg::protocol::wire::message::{Message, Sender};

use super::error::CliError;
use super::files::{self, OpenBoard};
use super::{key, new_file, output, Format};

type TypedRound = Round<Bls12381Groth16>;

#[derive(Debug, Args)]
pub(super) struct ProofArgs {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Write the proof of one client, which must hold, in the form of another program.
    Export(ExportArgs),
}

/// The forms that a proof is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Encoding {
    /// Files for `snarkjs groth16 verify`: the pairing equation alone. By itself it proves nothing about the client.
    Snarkjs,
    /// The calls of a contract to the precompiles of EIP-2537: all three equations, with an estimate of the gas.
    Eip2537,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// The file with the board, of a round of the suite bls12381-groth16.
    board: PathBuf,
    /// The client's number on the roster, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    client: u32,
    /// The organiser's key, known beforehand: 64 hexadecimal digits, or a file that holds them.
    #[arg(long, value_name = "KEY")]
    organiser: String,
    /// The form to write.
    #[arg(long, value_enum)]
    encoding: Encoding,
    /// The folder to write, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Whose proof it is: stands in every file.
#[derive(Debug, Clone, Serialize)]
struct Origin {
    suite: &'static str,
    /// The digest of the configuration.
    context: String,
    organiser: String,
    client: u32,
    /// The digest of the verifying key.
    key: String,
}

/// What stands in every file for people, and how the file is told from another.
#[derive(Serialize)]
struct Note<'a> {
    format: &'static str,
    #[serde(flatten)]
    origin: &'a Origin,
    proves: &'a str,
    does_not_prove: &'a str,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Told {
    client: u32,
    encoding: &'static str,
    /// What the files show, and what they do not.
    proves: String,
    does_not_prove: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas: Option<u64>,
    files: Vec<String>,
}

/// What an encoding makes of a proof.
struct Made {
    encoding: &'static str,
    proves: String,
    does_not_prove: String,
    gas: Option<u64>,
    /// Names and contents of the files.
    files: Vec<(&'static str, String)>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the proof of client {} holds", self.client)?;
        writeln!(f, "what the files prove: {}", self.proves)?;
        writeln!(f, "what they do not prove: {}", self.does_not_prove)?;
        if let Some(gas) = self.gas {
            writeln!(f, "gas of a contract that verifies it: about {gas}, and what its own instructions take")?;
        }
        for file in &self.files {
            writeln!(f, "written: {file}")?;
        }
        Ok(())
    }
}

/// Runs the command.
pub(super) fn run(args: &ProofArgs, format: Format) -> Result<u8, CliError> {
    let Step::Export(args) = &args.step;
    let made = make(args)?;
    new_file::folder(&args.out)?;
    let mut files = Vec::new();
    for (name, content) in &made.files {
        let path = args.out.join(name);
        new_file::write(&path, content.as_bytes())?;
        files.push(Foreign::path(&path));
    }
    let told = Told {
        client: args.client,
        encoding: made.encoding,
        proves: made.proves,
        does_not_prove: made.does_not_prove,
        gas: made.gas,
        files,
    };
    output::print(format, &told, &told)?;
    Ok(0)
}

/// The files, none of which is made of a proof that does not hold.
fn make(args: &ExportArgs) -> Result<Made, CliError> {
    let organiser = key::organiser(&args.organiser)?;
    let path = &args.board;
    let board = files::open_board(path)?;
    let suite = board.configuration.suite;
    if suite != Suite::Bls12381Groth16 {
        return Err(CliError::Usage(format!(
            "{}: the round has the suite {suite}, whose proofs no other program reads; only proofs of {} are exported",
            Foreign::path(path),
            Suite::Bls12381Groth16
        )));
    }
    let round = TypedRound::open(&board.header, &organiser).map_err(|error| {
        let reason = format!("the header of the board is refused: {error}");
        CliError::refused(path, reason)
    })?;
    let clients = round.clients();
    let client = ClientId::new(args.client).filter(|client| round.roster().has(*client));
    let client = client.ok_or_else(|| {
        CliError::Usage(format!(
            "--client {}: the roster has {clients} clients; give a number from 1 to {clients}",
            args.client
        ))
    })?;
    let proof = proof_of(path, board, &round, client)?;
    let export = round.proofs().export(&round.binding(client), &proof);
    let export = export.ok_or_else(|| {
        let reason = format!("the proof of client {client} does not hold, and a proof that does not is not exported; `veragg audit` says what follows");
        CliError::refused(path, reason)
    })?;
    let origin = Origin {
        suite: suite.name(),
        context: hex(&round.context().digest),
        organiser: organiser.fingerprint(),
        client: client.number(),
        key: hex(&export.key_digest()),
    };
    match args.encoding {
        Encoding::Snarkjs => snarkjs_files::make(&export, &origin),
        Encoding::Eip2537 => eip2537_file::make(&export, &origin),
    }
}

/// The proof in the first submission on the board that this client has signed.
fn proof_of(
    path: &Path,
    board: OpenBoard,
    round: &TypedRound,
    client: ClientId,
) -> Result<<Bls12381Groth16 as veragg::circuits::proof_system::ProofSystem>::Proof, CliError> {
    let start = board.header.encode().len();
    let mut records = Records::new(board.rest, start, round.longest_record());
    let unreadable = |error| CliError::board(path, error);
    while let Some(record) = records.next_record().map_err(unreadable)? {
        let Some(message) = submission(path, record, round, client)? else {
            continue;
        };
        let refused = |error: &dyn fmt::Display| {
            let reason = format!("the submission of client {client} is refused: {error}; `veragg audit` says what follows");
            CliError::refused(path, reason)
        };
        let parts = message.parts(&round.submit_lengths());
        let parts = parts.map_err(|error| refused(&error))?;
        let submission = Submission::decode(round, parts[0], parts[1]);
        return Ok(submission.map_err(|error| refused(&error))?.proof);
    }
    Err(CliError::Usage(format!(
        "--client {client}: there is no submission of this client on the board {}; `veragg board` lists who has sent one",
        Foreign::path(path)
    )))
}

/// The message in this record, if it is a submission that this client has signed. An audit judges the other records.
fn submission<R: Read>(
    path: &Path,
    mut record: OpenRecord<'_, R>,
    round: &TypedRound,
    client: ClientId,
) -> Result<Option<Message>, CliError> {
    let unreadable = |error| CliError::board(path, error);
    let sender = Sender::Client(client);
    let envelope = match record.kind() {
        RecordKind::Message | RecordKind::Submission => {
            let dialect = round.configuration().dialect();
            record.envelope(&dialect).map_err(unreadable)?.ok()
        }
        RecordKind::Checkpoint => None,
    };
    let wanted = envelope.filter(|envelope| {
        let key = round.key_of(sender);
        envelope.sender == sender
            && envelope.phase == Phase::Submit
            && envelope.context == *round.context()
            && key.is_some_and(|key| envelope.is_signed_by(&key))
    });
    let Some(envelope) = wanted else {
        record.skip().map_err(unreadable)?;
        return Ok(None);
    };
    let most = record.remaining();
    let body = record.bytes(most).map_err(unreadable)?;
    Ok(Some(Message { envelope, body }))
}

/// A file of JSON that people read, too.
fn json(value: &impl Serialize) -> Result<String, CliError> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    Ok(text + "\n")
}
