//! `veragg board`: lists the records of a board, which it reads one by one and does not check.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::{json, Value};
use veragg::circuits::foreign::Foreign;
use veragg::circuits::with_suite;
use veragg::protocol::committee::round::Round as CommitteeRound;
use veragg::protocol::crypto::signing::hex;
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::round::protocol::{Dialect, Pairwise};
use veragg::protocol::round::roster::Roster;
use veragg::protocol::round::Round;
use veragg::protocol::wire::board::{OpenRecord, RecordKind, Records};
use veragg::protocol::wire::message::Sender;

use super::error::CliError;
use super::files::{self, OpenBoard};
use super::output::{self, listened};
use super::{BoardArgs, Format};

/// Runs the command. If it meets an error, it has listed all records before it.
pub(super) fn run(args: &BoardArgs, format: Format) -> Result<u8, CliError> {
    let board = files::open_board(&args.board)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let header = describe(&board);
    let begun = match format {
        Format::Text => write_header(&mut out, &header, &board.configuration),
        Format::Json => {
            let header = output::unseen_escaped(&header.to_string());
            write!(out, "{{\"header\":{header},\"records\":[")
        }
    };
    if !listened(begun)? {
        return Ok(0);
    }
    let mut problem = None;
    match longest_record(&args.board, &board) {
        Err(error) => problem = Some(error),
        Ok(longest) => {
            let clients = board.configuration.clients();
            let dialect = board.configuration.dialect();
            let header = board.header.encode().len();
            let mut records = Records::new(board.rest, header, longest).of(&dialect);
            let (mut leaf, mut first) = (0, true);
            loop {
                let entry = match records.next_record() {
                    Ok(Some(record)) => {
                        Entry::of(&args.board, record, &mut leaf, (&dialect, clients))
                    }
                    Ok(None) => break,
                    Err(error) => Err(CliError::board(&args.board, error)),
                };
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        problem = Some(error);
                        break;
                    }
                };
                let written = match format {
                    Format::Text => writeln!(out, "{}", entry.text),
                    Format::Json => {
                        let comma = if first { "" } else { "," };
                        write!(out, "{comma}{}", entry.json)
                    }
                };
                first = false;
                if !listened(written)? {
                    return Ok(0);
                }
            }
        }
    }
    let ended = match format {
        Format::Text => Ok(()),
        Format::Json => {
            let error = problem.as_ref().map(ToString::to_string);
            let error = output::unseen_escaped(&json!(error).to_string());
            writeln!(out, "],\"error\":{error}}}")
        }
    };
    if !listened(ended.and_then(|()| out.flush()))? {
        return Ok(0);
    }
    problem.map_or(Ok(0), Err)
}

/// The length of the longest record of the round. The reader of the records needs it as a limit.
fn longest_record(path: &Path, board: &OpenBoard) -> Result<usize, CliError> {
    let refused = |error: &dyn std::fmt::Display| {
        let reason = format!(
            "the records cannot be read, since the header of the board is refused: {error}"
        );
        CliError::malformed(path, reason)
    };
    let roster = Roster::decode(&board.header.roster).map_err(|error| refused(&error))?;
    let configuration = board.configuration.clone();
    let context = board.header.configuration.context();
    with_suite!(configuration.suite, P => {
        if configuration.committee().is_some() {
            let organiser = board.header.configuration.organiser;
            let key = &board.header.key;
            let round = CommitteeRound::<P>::assemble(None, configuration, context, organiser, key);
            return round.map(|round| round.longest_record()).map_err(|error| refused(&error));
        }
        Round::<P>::assemble(None, configuration, context, roster, &board.header.key)
            .map(|round| round.longest_record())
            .map_err(|error| refused(&error))
    })
}

/// The header, for JSON.
fn describe(board: &OpenBoard) -> Value {
    let configuration = &board.configuration;
    let segments: Vec<_> = configuration
        .segments
        .iter()
        .map(|segment| {
            json!({
                "name": segment.name,
                "len": segment.claims.len,
                "bound": segment.claims.bound,
                "decimals": segment.decimals,
                "offset": segment.offset,
            })
        })
        .collect();
    let masking = configuration.pairwise().map(|pairwise| pairwise.masking);
    let mut described = json!({
        "round_id": hex(&configuration.round_id),
        "context": board.header.context().to_string(),
        "organiser": board.header.configuration.organiser.fingerprint(),
        "aggregator": configuration.aggregator.fingerprint(),
        "suite": configuration.suite.name(),
        "columns": configuration.columns,
        "clients": configuration.clients(),
        "degree": masking.map(|masking| masking.degree),
        "threshold": masking.map(|masking| masking.threshold),
        "min_contributors": configuration.min_contributors,
        "segments": segments,
    });
    if let Some(committee) = configuration.committee() {
        let keys = committee.trustees.iter();
        let keys: Vec<_> = keys.map(|trustee| trustee.identity.fingerprint()).collect();
        described["trustees"] = json!(keys);
        described["colluding"] = json!(committee.colluding);
        described["packed"] = json!(committee.packed);
        described["needed"] = json!(committee.shape().map(|shape| shape.needed()).ok());
    }
    described
}

fn write_header(
    out: &mut impl Write,
    header: &Value,
    configuration: &Configuration,
) -> io::Result<()> {
    for (name, key) in [
        ("round id", "round_id"),
        ("context", "context"),
        ("organiser", "organiser"),
        ("aggregator", "aggregator"),
        ("suite", "suite"),
    ] {
        let value = header[key].as_str().unwrap_or_default();
        writeln!(out, "{name:<12}{value}")?;
    }
    writeln!(out, "columns     {}", configuration.columns)?;
    write!(out, "clients     {}", configuration.clients())?;
    if let Some(Pairwise { masking, .. }) = configuration.pairwise() {
        write!(
            out,
            ", {} neighbours each, {} shares reconstruct a secret",
            masking.degree, masking.threshold
        )?;
    }
    let least = configuration.min_contributors;
    writeln!(out, ", at least {least} contributors")?;
    if let Some(committee) = configuration.committee() {
        let needed = committee.shape().map_or(0, |shape| shape.needed());
        let (trustees, colluding) = (committee.trustees.len(), committee.colluding);
        writeln!(
            out,
            "trustees    {trustees}, {needed} must open, {colluding} may collude"
        )?;
        for (number, trustee) in (1..).zip(&committee.trustees) {
            writeln!(out, "  {number}: {}", trustee.identity.fingerprint())?;
        }
    }
    writeln!(out, "segments    {}", configuration.segments.len())?;
    for segment in &configuration.segments {
        writeln!(
            out,
            "  {}: {} values below {}, {} decimals, offset {}",
            Foreign::new(&segment.name),
            segment.claims.len,
            segment.claims.bound,
            segment.decimals,
            segment.offset
        )?;
    }
    writeln!(
        out,
        "This is only a list. To check the board, use `veragg audit`.\n"
    )?;
    writeln!(
        out,
        "{:>8}  {:<13}{:<14}{:>10}  entry",
        "leaf", "phase", "sender", "bytes"
    )
}

/// A record, in the two forms in which it is listed.
struct Entry {
    text: String,
    json: Value,
}

impl Entry {
    /// Reads a record. A record that is cut off is an error, and is not listed.
    fn of<R: Read>(
        board: &Path,
        mut record: OpenRecord<'_, R>,
        leaf: &mut u64,
        (dialect, clients): (&Dialect, u32),
    ) -> Result<Self, CliError> {
        let unreadable = |error| CliError::board(board, error);
        let bytes = record.remaining();
        match record.kind() {
            RecordKind::Message | RecordKind::Submission => {
                let envelope = record.envelope(dialect).map_err(unreadable)?;
                record.skip().map_err(unreadable)?;
                let envelope = envelope.map_err(|error| {
                    let reason = format!("the message at leaf {leaf} is malformed: {error}");
                    CliError::malformed(board, reason)
                })?;
                let index = *leaf;
                *leaf += 1;
                let sender = match envelope.sender {
                    Sender::Aggregator => "aggregator".to_owned(),
                    sender => sender.to_string(),
                };
                let phase = envelope.phase.name();
                let entry = short(&envelope.entry());
                let size = output::bytes(bytes);
                Ok(Self {
                    text: format!("{index:>8}  {phase:<13}{sender:<14}{size:>10}  {entry}"),
                    json: json!({
                        "leaf": index, "phase": phase, "sender": sender, "bytes": bytes, "entry": entry,
                    }),
                })
            }
            RecordKind::Checkpoint => {
                let checkpoint = record.checkpoint(dialect, clients).map_err(unreadable)?;
                let checkpoint = checkpoint.map_err(|error| {
                    let reason = format!("the checkpoint before leaf {leaf} is malformed: {error}");
                    CliError::malformed(board, reason)
                })?;
                let (phase, size) = (checkpoint.phase.name(), checkpoint.root.size);
                let (listed, root) = (checkpoint.list.len(), short(&checkpoint.root.hash));
                Ok(Self {
                    text: format!(
                        "          {phase:<13}checkpoint: {listed} clients listed, {size} leaves, root {root}"
                    ),
                    json: json!({
                        "checkpoint": phase, "listed": listed, "leaves": size,
                        "root": hex(&checkpoint.root.hash), "bytes": bytes,
                    }),
                })
            }
        }
    }
}

/// The first 16 hexadecimal digits of a digest.
fn short(digest: &[u8]) -> String {
    hex(digest.get(..8).unwrap_or(digest))
}
