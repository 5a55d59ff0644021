//! Evidence: a file that shows one fault without the board (`specs/audit.md` 7).
//!
//! It holds the board up to the checkpoint that settled the fault, without the bodies that are not needed to
//! show it. All envelopes stay: so the tree, the checkpoints and the signatures can be checked, and a client
//! that signed two messages shows. The same audit checks it.

use std::io::{self, BufReader, Read, Seek, Write};

use thiserror::Error;
use veragg_protocol::circuits::codec::{DecodeError, Reader, Writer};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::graph::Graph;
use veragg_protocol::round::graph_seed;
use veragg_protocol::round::parameters::MAX_CLIENTS;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, Header, Record, RecordKind, Records};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Sender, ENVELOPE_LEN};
use veragg_protocol::wire::receipt::Receipt;

use crate::audit::{audit_pruned, AuditError};
use crate::check::Check;
use crate::options::Options;
use crate::report::{Culprit, Fault, Report};
use crate::step::Step;

/// The first bytes of a file of evidence: the name and the version of the format.
pub const MAGIC: [u8; 8] = *b"veragge\x01";
/// The most receipts that evidence can hold.
const MOST_RECEIPTS: u32 = 1 << 16;
/// The numbers that stand for culprits other than clients.
const AGGREGATOR: u32 = 0;
const ORGANISER: u32 = u32::MAX;

/// The claim at the beginning of a file of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The culprit that the file accuses.
    pub culprit: Culprit,
    /// The check that finds the fault.
    pub check: Check,
    /// The receipts that the auditor had.
    pub receipts: Vec<Receipt>,
    /// The encoded checkpoint that the auditor had, if any.
    pub checkpoint: Option<Vec<u8>>,
}

/// Why evidence cannot be checked, or cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The first bytes are not those of evidence of this version.
    #[error("not a file of evidence, or one of another version (wrong first bytes)")]
    Magic,
    /// The claim does not decode.
    #[error("the claim at the beginning of the evidence is malformed: {0}")]
    Head(#[from] DecodeError),
    /// The board in the file is refused.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// Reading or writing failed.
    #[error("reading or writing evidence failed: {0}")]
    Io(#[from] io::Error),
    /// The report has no such fault.
    #[error("the report has no fault {wanted}; it has {faults}, numbered from 1")]
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
}

impl Claim {
    fn write(&self) -> Vec<u8> {
        let culprit = match self.culprit {
            Culprit::Aggregator => AGGREGATOR,
            Culprit::Organiser => ORGANISER,
            Culprit::Client(client) => client.number(),
        };
        let start = Writer::new()
            .bytes(&MAGIC)
            .u32(culprit)
            .short(self.check.id().as_bytes())
            .u32(self.receipts.len() as u32);
        let write = |writer: Writer, receipt: &Receipt| writer.bytes(&receipt.encode());
        let writer = self.receipts.iter().fold(start, write);
        writer
            .long(self.checkpoint.as_deref().unwrap_or_default())
            .finish()
    }

    fn read(source: &mut impl Read) -> Result<Self, EvidenceError> {
        if take(source, MAGIC.len())? != MAGIC {
            return Err(EvidenceError::Magic);
        }
        let culprit = Reader::new(&take(source, 4)?).u32("culprit")?;
        let length = Reader::new(&take(source, 2)?).u16("check")?;
        let check = take(source, length.into())?;
        let check = std::str::from_utf8(&check).ok().and_then(Check::from_id);
        let count = Reader::new(&take(source, 4)?).u32("receipts")?;
        if count > MOST_RECEIPTS {
            return Err(DecodeError::Value { field: "receipts" }.into());
        }
        let mut receipts = Vec::new();
        for _ in 0..count {
            receipts.push(Receipt::decode(&take(source, Receipt::LEN)?)?);
        }
        let length = Reader::new(&take(source, 4)?).u32("checkpoint")?;
        let checkpoint = match length as usize {
            length if length <= Checkpoint::encoded_len(MAX_CLIENTS) => take(source, length)?,
            _ => Vec::new(),
        };
        if checkpoint.len() < length as usize {
            return Err(DecodeError::Value {
                field: "checkpoint",
            }
            .into());
        }
        Ok(Self {
            culprit: match culprit {
                AGGREGATOR => Culprit::Aggregator,
                ORGANISER => Culprit::Organiser,
                number => {
                    let client = ClientId::new(number);
                    Culprit::Client(client.ok_or(DecodeError::Value { field: "culprit" })?)
                }
            },
            check: check.ok_or(DecodeError::Value { field: "check" })?,
            receipts,
            checkpoint: Some(checkpoint).filter(|bytes| !bytes.is_empty()),
        })
    }
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
    let clients = Header::read(&mut evidence)?;
    let clients = Configuration::decode(&clients.configuration.bytes)?.clients();
    evidence.seek(io::SeekFrom::Start(start))?;
    let shown = claim.checkpoint.as_deref();
    let options = Options {
        organiser: Some(*organiser),
        receipts: claim.receipts.clone(),
        checkpoint: shown
            .map(|bytes| Checkpoint::decode(bytes, clients))
            .transpose()?,
        ..Options::default()
    };
    let report = match audit_pruned(evidence, &options) {
        Ok(report) => report,
        Err(AuditError::Board(error)) => return Err(error.into()),
        // The options skip no check.
        Err(AuditError::Skip(_)) => return Err(DecodeError::Value { field: "check" }.into()),
    };
    let faults = report.faults.into_iter();
    let claimed = |fault: &Fault| {
        let claimed = fault.culprit == claim.culprit && fault.check == claim.check;
        Step::Claimed.holds(claimed)
    };
    Ok(Confirmed {
        faults: faults.filter(claimed).collect(),
        claim,
    })
}

/// Writes the evidence for fault `number` of a report, counted from 1. `board` and `options` must be those that
/// the report was made from.
pub fn export(
    board: impl Read + Seek,
    options: &Options,
    report: &Report,
    number: usize,
    mut out: impl Write,
) -> Result<(), EvidenceError> {
    let faults = report.faults.len();
    let fault = number.checked_sub(1).and_then(|at| report.faults.get(at));
    let fault = fault.ok_or(EvidenceError::NoFault {
        wanted: number,
        faults,
    })?;
    let claim = Claim {
        culprit: fault.culprit,
        check: fault.check,
        receipts: options.receipts.clone(),
        checkpoint: options.checkpoint.as_ref().map(Checkpoint::encode),
    };
    let mut board = BufReader::new(board);
    let header = Header::read(&mut board)?;
    let configuration = Configuration::decode(&header.configuration.bytes)?;
    out.write_all(&claim.write())?;
    out.write_all(&header.encode())?;
    let masking = configuration.masking;
    let seed = graph_seed(&configuration);
    let graph = Graph::new(configuration.clients(), masking.degree, &seed).ok();
    let needed = Needed { fault, graph };
    let mut records = Records::new(board, header.encode().len(), usize::MAX);
    let (mut leaf, mut checkpoints) = (0, 0);
    // A fault that no checkpoint settled is shown by signatures, or by records after the last checkpoint.
    let last = match fault.checkpoints {
        0 => u32::MAX,
        settled => settled,
    };
    while checkpoints < last {
        let Some(record) = records.next_record()? else {
            break;
        };
        let mut record = record.whole()?;
        match record.kind {
            RecordKind::Checkpoint => checkpoints += 1,
            RecordKind::Message => {
                let envelope = record.bytes.get(..ENVELOPE_LEN);
                let envelope = envelope.and_then(|bytes| Envelope::decode(bytes).ok());
                if envelope.is_some_and(|envelope| !needed.body(leaf, &envelope)) {
                    record.bytes.truncate(ENVELOPE_LEN);
                }
                leaf += 1;
            }
        }
        write(&mut out, &record)?;
    }
    out.flush()?;
    Ok(())
}

fn write(out: &mut impl Write, record: &Record) -> io::Result<()> {
    out.write_all(&record.encode())
}

/// Decides which bodies are needed to show a fault.
struct Needed<'a> {
    fault: &'a Fault,
    graph: Option<Graph>,
}

impl Needed<'_> {
    fn body(&self, leaf: u64, envelope: &Envelope) -> bool {
        let Fault {
            culprit,
            check,
            evidence,
            involved,
            ..
        } = self.fault;
        if evidence.contains(&leaf) {
            return true;
        }
        let (Culprit::Client(culprit), Sender::Client(sender)) = (culprit, envelope.sender) else {
            // Lists, outcomes and sums follow from all messages.
            let all = [
                Check::Chain,
                Check::Contributors,
                Check::Opening,
                Check::Aggregate,
            ];
            return all.contains(check);
        };
        let concerned = sender == *culprit || involved.contains(&sender.number());
        match envelope.phase {
            Phase::Advertise => true,
            Phase::Submit => {
                let about_input = *check >= Check::InputCommitments && *check <= Check::RowLinks;
                sender == *culprit && about_input
            }
            // The shares that reconstruct the secret which contradicts the attestation.
            Phase::Unmask(_) if *check == Check::Unmasking => {
                let of = involved.first().copied().and_then(ClientId::new);
                let of = of.unwrap_or(*culprit);
                let graph = self.graph.as_ref();
                sender == *culprit || graph.is_some_and(|graph| graph.are_neighbours(sender, of))
            }
            _ => concerned,
        }
    }
}
