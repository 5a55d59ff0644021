//! Evidence: a file that shows faults without the board (`specs/audit.md` 7).
//!
//! It holds the board up to the checkpoint that settled the faults, without the bodies that are not needed to
//! show them. All envelopes stay: so the tree, the checkpoints and the signatures can be checked, and a client
//! that signed two messages shows. The same audit checks it.

mod export;

use std::io::{self, BufReader, Read, Seek};

use thiserror::Error;
use veragg_protocol::circuits::codec::{DecodeError, Reader, Writer};
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::parameters::MAX_CLIENTS;
use veragg_protocol::round::protocol::Dialect;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::receipt::Receipt;

use crate::audit::{audit, AuditError};
use crate::check::Check;
use crate::given::MOST_MESSAGES;
use crate::options::Options;
use crate::program::Program;
use crate::report::{Culprit, Fault};
use crate::step::Step;

pub use export::{bundles, export, Bundle};

/// The first bytes of a file of evidence. Behind them stands the version of the format.
pub const MAGIC: [u8; 7] = *b"veragge";
/// The most receipts that evidence can hold.
const MOST_RECEIPTS: u32 = 1 << 16;
/// The most checkpoints that evidence can hold.
const MOST_CHECKPOINTS: usize = 1 << 8;
/// The numbers that stand for culprits other than clients.
const AGGREGATOR: u32 = 0;
const ORGANISER: u32 = u32::MAX;

/// The version of the format, which says of which protocol the board is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Format {
    /// A board of the pairwise protocol.
    Pairwise = 1,
    /// A board of the committee protocol.
    Committee = 2,
}

impl Format {
    /// The format for boards of a round.
    fn of(dialect: &Dialect) -> Self {
        match dialect.is_committee {
            true => Self::Committee,
            false => Self::Pairwise,
        }
    }

    /// The first bytes of a file of evidence.
    pub fn magic(self) -> [u8; 8] {
        let [a, b, c, d, e, f, g] = MAGIC;
        [a, b, c, d, e, f, g, self as u8]
    }
}

/// The claim at the beginning of a file of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The culprit that the file accuses.
    pub culprit: Culprit,
    /// The check that finds the fault.
    pub check: Check,
    /// The receipts that the auditor had and that the fault rests on.
    pub receipts: Vec<Receipt>,
    /// The checkpoints that the auditor had and that the fault rests on, encoded one after the other.
    pub checkpoints: Vec<u8>,
    /// The messages that the auditor was given and that the fault rests on; none in a round of the pairwise protocol.
    pub messages: Vec<Vec<u8>>,
    /// The format of the file.
    pub format: Format,
}

/// Why evidence cannot be checked, or cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The first bytes are not those of evidence of this version.
    #[error("not a file of evidence, or one of another version, or of another protocol than its board (wrong first bytes)")]
    Magic,
    /// The claim does not decode.
    #[error("the claim at the beginning of the evidence is malformed: {0}")]
    Head(#[from] DecodeError),
    /// The board in the file is refused.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The evidence cannot be read.
    #[error("the evidence cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The evidence cannot be written.
    #[error("file {file} of the evidence cannot be written: {source}")]
    Write {
        /// Which of the files that were to be written, counted from 0.
        file: usize,
        /// The reason.
        source: io::Error,
    },
    /// The report has no such fault.
    #[error("the report has no fault {wanted}; its {faults} faults are numbered from 1")]
    NoFault {
        /// The number that was asked for.
        wanted: usize,
        /// The number of faults in the report.
        faults: usize,
    },
}

/// The result of checking evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// What the evidence claims.
    pub claim: Claim,
    /// The faults of the claimed culprit under the claimed check, as recomputed. Empty if the evidence does not
    /// show what it claims.
    pub faults: Vec<Fault>,
    /// The program that has checked the evidence.
    pub program: Program,
    /// The digest of the board as far as the evidence holds it, in hexadecimal.
    pub board: String,
    /// The context of the round, in hexadecimal; `None` if its configuration or roster is refused.
    pub context: Option<String>,
    /// Why the configuration or the roster is refused, if one is.
    pub refused: Option<String>,
}

impl Claim {
    fn write(&self) -> Vec<u8> {
        let culprit = match self.culprit {
            Culprit::Aggregator => AGGREGATOR,
            Culprit::Organiser => ORGANISER,
            Culprit::Client(client) => client.number(),
            Culprit::Trustee(trustee) => trustee.sender_number(),
        };
        let start = Writer::new()
            .bytes(&self.format.magic())
            .u32(culprit)
            .short(self.check.id().as_bytes())
            .u32(self.receipts.len() as u32);
        let write = |writer: Writer, receipt: &Receipt| writer.bytes(&receipt.encode());
        let writer = self.receipts.iter().fold(start, write);
        let writer = writer.long(&self.checkpoints);
        match self.format {
            Format::Pairwise => writer.finish(),
            Format::Committee => {
                let messages = self
                    .messages
                    .iter()
                    .fold(Writer::new(), |writer, message| writer.long(message));
                writer.long(&messages.finish()).finish()
            }
        }
    }

    fn read(source: &mut impl Read) -> Result<Self, EvidenceError> {
        let magic = take(source, MAGIC.len() + 1)?;
        let mut formats = [Format::Pairwise, Format::Committee].into_iter();
        let format = formats.find(|format| format.magic()[..] == magic[..]);
        let format = format.ok_or(EvidenceError::Magic)?;
        let culprit = Reader::new(&take(source, 4)?).u32("culprit")?;
        let length = Reader::new(&take(source, 2)?).u16("check")?;
        let check = take(source, length.into())?;
        Reader::new(&check).bytes(length.into(), "check")?;
        let check = std::str::from_utf8(&check).ok().and_then(Check::from_id);
        let count = Reader::new(&take(source, 4)?).u32("receipts")?;
        if count > MOST_RECEIPTS {
            return Err(DecodeError::Value { field: "receipts" }.into());
        }
        let mut receipts = Vec::new();
        for _ in 0..count {
            receipts.push(Receipt::decode(&take(source, Receipt::LEN)?)?);
        }
        let length = Reader::new(&take(source, 4)?).u32("checkpoints")? as usize;
        if length > MOST_CHECKPOINTS * Checkpoint::encoded_len(MAX_CLIENTS) {
            return Err(too_many());
        }
        let checkpoints = all(source, length, "checkpoints")?;
        let messages = match format {
            Format::Pairwise => Vec::new(),
            Format::Committee => messages(source)?,
        };
        Ok(Self {
            culprit: match culprit {
                AGGREGATOR => Culprit::Aggregator,
                ORGANISER => Culprit::Organiser,
                number => {
                    let trustee = TrusteeId::from_sender_number(number);
                    let trustee = trustee.filter(|_| format == Format::Committee);
                    let client = ClientId::new(number).map(Culprit::Client);
                    let culprit = trustee.map(Culprit::Trustee).or(client);
                    culprit.ok_or(DecodeError::Value { field: "culprit" })?
                }
            },
            check: check.ok_or(DecodeError::Value { field: "check" })?,
            receipts,
            checkpoints,
            messages,
            format,
        })
    }
}

/// So many bytes, all of which must be there.
fn all(
    source: &mut impl Read,
    length: usize,
    field: &'static str,
) -> Result<Vec<u8>, EvidenceError> {
    let bytes = take(source, length)?;
    Reader::new(&bytes).bytes(length, field)?;
    Ok(bytes)
}

/// Given messages, each behind its length.
fn messages(source: &mut impl Read) -> Result<Vec<Vec<u8>>, EvidenceError> {
    let field = "messages";
    let length = Reader::new(&take(source, 4)?).u32(field)? as usize;
    let bytes = all(source, length, field)?;
    let mut reader = Reader::new(&bytes);
    let mut messages = Vec::new();
    while reader.remaining() > 0 {
        if messages.len() == MOST_MESSAGES {
            return Err(DecodeError::Value { field }.into());
        }
        messages.push(reader.long(field)?.to_vec());
    }
    Ok(messages)
}

/// The error that there are more checkpoints than evidence can hold.
fn too_many() -> EvidenceError {
    DecodeError::Value {
        field: "checkpoints",
    }
    .into()
}

/// Reads up to `count` bytes. Memory is allocated only for bytes that arrive.
fn take(source: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.by_ref().take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks evidence: audits the board in it, with an organiser's key that was known beforehand. It takes as long
/// as the audit of the messages that the evidence holds.
pub fn check(
    evidence: impl Read + Seek,
    organiser: &VerifyingKey,
) -> Result<Confirmed, EvidenceError> {
    let mut evidence = BufReader::new(evidence);
    let claim = Claim::read(&mut evidence)?;
    let start = evidence.stream_position()?;
    let header = Header::read(&mut evidence)?;
    let configuration = Configuration::decode(&header.configuration.bytes);
    let configuration = configuration.map_err(BoardError::Header)?;
    let (dialect, clients) = (configuration.dialect(), configuration.clients());
    if claim.format != Format::of(&dialect) {
        return Err(EvidenceError::Magic);
    }
    evidence.seek(io::SeekFrom::Start(start))?;
    let length = Checkpoint::encoded_len(clients);
    if claim.checkpoints.len() > MOST_CHECKPOINTS * length {
        return Err(too_many());
    }
    let shown = claim.checkpoints.chunks(length);
    let options = Options {
        organiser: Some(*organiser),
        receipts: claim.receipts.clone(),
        checkpoints: shown
            .map(|bytes| Checkpoint::decode_of_protocol(bytes, clients, &dialect))
            .collect::<Result<_, _>>()?,
        messages: claim.messages.clone(),
        ..Options::default()
    };
    let report = match audit(evidence, &options) {
        Ok(report) => report,
        Err(AuditError::Board(error)) => return Err(error.into()),
        // The options skip no check.
        Err(AuditError::Skip(_)) => return Err(DecodeError::Value { field: "check" }.into()),
        Err(AuditError::Given(_)) => return Err(DecodeError::Value { field: "messages" }.into()),
    };
    let refused = report.refused();
    let faults = report.faults.into_iter();
    let claimed = |fault: &Fault| {
        let claimed = fault.culprit == claim.culprit && fault.check == claim.check;
        Step::Claimed.holds(claimed)
    };
    Ok(Confirmed {
        refused,
        faults: faults.filter(claimed).collect(),
        claim,
        program: report.program,
        board: report.board,
        context: report.round.map(|round| round.context),
    })
}
