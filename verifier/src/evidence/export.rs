//! Writes evidence: one file for all faults of a culprit under a check, all files in one pass over the board.

use std::io::{BufReader, Read, Seek, Write};

use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::graph::Graph;
use veragg_protocol::round::graph_seed;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{OpenRecord, RecordKind, Records, PIECE_LEN};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{BorrowedMessage, Envelope, Sender, ENVELOPE_LEN};

use super::{Claim, EvidenceError, Format, MOST_CHECKPOINTS, MOST_RECEIPTS};
use crate::check::Check;
use crate::options::Options;
use crate::report::{Culprit, Fault, Report};
use crate::step::{Step, StepNumber};

/// The faults that one file of evidence shows: all those of one culprit under one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The culprit.
    pub culprit: Culprit,
    /// The check that found the faults.
    pub check: Check,
    /// The numbers of the faults in the report, counted from 1.
    pub faults: Vec<usize>,
}

/// The bundles of all faults of a report, in the order of their first faults.
pub fn bundles(report: &Report) -> Vec<Bundle> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for (number, fault) in (1..).zip(&report.faults) {
        let (culprit, check) = (fault.culprit, fault.check);
        let same = |bundle: &&mut Bundle| (bundle.culprit, bundle.check) == (culprit, check);
        match bundles.iter_mut().find(same) {
            Some(bundle) => bundle.faults.push(number),
            None => bundles.push(Bundle {
                culprit,
                check,
                faults: vec![number],
            }),
        }
    }
    bundles
}

/// Writes the evidence of each bundle, and reads the board once. `board` and `options` must be those that the
/// report was made from.
pub fn export<W: Write>(
    board: impl Read + Seek,
    options: &Options,
    report: &Report,
    files: &mut [(Bundle, W)],
) -> Result<(), EvidenceError> {
    let mut board = BufReader::with_capacity(PIECE_LEN, board);
    let header = Header::read(&mut board)?;
    let configuration = Configuration::decode(&header.configuration.bytes)?;
    let round = Signed {
        context: header.configuration.context(),
        aggregator: configuration.aggregator,
        format: Format::of(&configuration.dialect()),
    };
    let about_shares = |file: &(Bundle, W)| file.0.check == Check::Unmasking;
    let graph = files.iter().any(about_shares).then(|| {
        let masking = configuration.pairwise()?.masking;
        let seed = graph_seed(&configuration);
        Graph::new(configuration.clients(), masking.degree, &seed).ok()
    });
    let graph = graph.flatten();
    let mut copies = Vec::new();
    for (file, (bundle, out)) in files.iter_mut().enumerate() {
        let faults = faults_of(bundle, report)?;
        let head = [claim(bundle, &faults, options, &round), header.encode()].concat();
        let mut copy = Copy {
            file,
            last: faults.iter().map(|fault| reach(fault)).max(),
            faults,
            format: round.format,
            out,
        };
        copy.write(&head)?;
        copies.push(copy);
    }
    let dialect = configuration.dialect();
    let records = Records::new(board, header.encode().len(), usize::MAX);
    let mut records = records.of(&dialect);
    let (mut leaf, mut checkpoints) = (0, 0);
    while copies.iter().any(|copy| copy.reaches(checkpoints)) {
        let Some(record) = records.next_record()? else {
            break;
        };
        match record.kind() {
            RecordKind::Checkpoint => {
                copy(record, None, &mut copies, |copy| copy.reaches(checkpoints))?;
                checkpoints += 1;
            }
            RecordKind::Message | RecordKind::Submission => {
                let mut record = record;
                let start = record.bytes(ENVELOPE_LEN)?;
                let envelope = Envelope::decode_of(&start, &dialect).ok();
                let needs_body = |copy: &Copy<'_, W>| {
                    let needs = |envelope| copy.needs(leaf, checkpoints, envelope, graph.as_ref());
                    // Bytes that are no message are copied as they are.
                    envelope.as_ref().is_none_or(needs)
                };
                let reached = |copy: &Copy<'_, W>| copy.reaches(checkpoints);
                let whole: Vec<bool> = copies.iter().map(needs_body).collect();
                copy(record, Some((&start, &whole)), &mut copies, reached)?;
                // Bytes that are no message are no leaf.
                leaf += u64::from(envelope.is_some());
            }
        }
    }
    copies.iter_mut().try_for_each(Copy::finish)
}

/// What decides whether a checkpoint or a receipt can be evidence in a round.
struct Signed {
    context: Context,
    aggregator: VerifyingKey,
    format: Format,
}

fn faults_of<'a>(bundle: &Bundle, report: &'a Report) -> Result<Vec<&'a Fault>, EvidenceError> {
    let faults = bundle.faults.iter().map(|&number| {
        let fault = number.checked_sub(1).and_then(|at| report.faults.get(at));
        fault.ok_or(EvidenceError::NoFault {
            wanted: number,
            faults: report.faults.len(),
        })
    });
    faults.collect()
}

/// The claim of a file, with those receipts and checkpoints of the auditor that its faults rest on.
fn claim(bundle: &Bundle, faults: &[&Fault], options: &Options, round: &Signed) -> Vec<u8> {
    let mut claim = Claim {
        culprit: bundle.culprit,
        check: bundle.check,
        receipts: Vec::new(),
        checkpoints: Vec::new(),
        messages: messages(faults, options, round),
        format: round.format,
    };
    match bundle.check {
        Check::Receipts => {
            let receipts = options.receipts.iter().filter(|receipt| {
                let at_leaf = |fault: &&Fault| fault.evidence.contains(&receipt.index);
                faults.iter().any(at_leaf)
                    && receipt.context == round.context
                    && receipt.is_signed_by(&round.aggregator)
            });
            claim.receipts = receipts.take(MOST_RECEIPTS as usize).cloned().collect();
        }
        Check::Chain => {
            let mut shown: Vec<&Checkpoint> = Vec::new();
            for checkpoint in &options.checkpoints {
                let counts = checkpoint.context == round.context
                    && checkpoint.is_signed_by(&round.aggregator);
                let is_new = shown.iter().all(|s| s.digest() != checkpoint.digest());
                if counts && is_new && shown.len() < MOST_CHECKPOINTS {
                    shown.push(checkpoint);
                }
            }
            let encoded = shown.into_iter().flat_map(Checkpoint::encode);
            claim.checkpoints = encoded.collect();
        }
        _ => {}
    }
    claim.write()
}

/// Those of the auditor's messages that faults rest on.
fn messages(faults: &[&Fault], options: &Options, round: &Signed) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut left = u32::MAX as usize;
    for bytes in &options.messages {
        let Ok(message) = BorrowedMessage::decode(bytes) else {
            continue;
        };
        let Envelope {
            context, sender, ..
        } = message.envelope;
        let rests_on = |fault: &&Fault| {
            let both = fault.rule == Step::OneMessageSigned.into();
            let left_out = fault.rule == Step::NobodyLeftOut.into();
            both && fault.culprit == sender.into()
                || left_out
                    && matches!(sender, Sender::Client(it) if fault.involved.contains(&it.number()))
        };
        let length = bytes.len() + 4;
        if context == round.context && faults.iter().any(rests_on) && length <= left {
            left -= length;
            messages.push(bytes.clone());
        }
    }
    messages
}

/// How many checkpoints a file holds that shows a fault.
fn reach(fault: &Fault) -> u32 {
    let named_without = [
        Step::AnswersSubmissions,
        Step::ComplaintsDecode,
        Step::ComplaintTrue,
        Step::ConfirmsPart,
        Step::OpeningHolds,
    ];
    let by_chain = named_without.map(StepNumber::from).contains(&fault.rule);
    match fault.culprit {
        // What was signed stands behind the checkpoints that show the fault.
        Culprit::Trustee(_) | Culprit::Client(_) if by_chain => fault.checkpoints.saturating_add(1),
        // It stands anywhere.
        _ if fault.rule == Step::OneMessageSigned.into() && !fault.evidence.is_empty() => u32::MAX,
        _ => fault.checkpoints,
    }
}

/// A file that is being written.
struct Copy<'a, W> {
    /// Its place among the files that were asked for.
    file: usize,
    faults: Vec<&'a Fault>,
    /// The number of checkpoints that it holds.
    last: Option<u32>,
    format: Format,
    out: &'a mut W,
}

impl<W: Write> Copy<'_, W> {
    /// Whether the file holds the records after this many checkpoints.
    fn reaches(&self, checkpoints: u32) -> bool {
        self.last.is_some_and(|last| checkpoints < last)
    }

    /// Whether the body of a message is needed to show a fault.
    fn needs(
        &self,
        leaf: u64,
        checkpoints: u32,
        envelope: &Envelope,
        graph: Option<&Graph>,
    ) -> bool {
        let mut faults = self.faults.iter();
        let needs = match self.format {
            Format::Pairwise => {
                |fault: &Fault, envelope: &Envelope, graph| needs(fault, envelope, graph)
            }
            Format::Committee => {
                |fault: &Fault, envelope: &Envelope, _| in_committee(fault, envelope)
            }
        };
        faults.any(|fault| {
            checkpoints < reach(fault)
                && (fault.evidence.contains(&leaf) || needs(fault, envelope, graph))
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), EvidenceError> {
        let file = self.file;
        let written = self.out.write_all(bytes);
        written.map_err(|source| EvidenceError::Write { file, source })
    }

    fn finish(&mut self) -> Result<(), EvidenceError> {
        let file = self.file;
        let flushed = self.out.flush();
        flushed.map_err(|source| EvidenceError::Write { file, source })
    }
}

/// Copies a record to the files that reach so far. Of a message the envelope was read already, and it is given with
/// the choice, for each file, whether the body follows.
fn copy<W: Write, R: Read>(
    mut record: OpenRecord<'_, R>,
    message: Option<(&[u8], &[bool])>,
    copies: &mut [Copy<'_, W>],
    reached: impl Fn(&Copy<'_, W>) -> bool,
) -> Result<(), EvidenceError> {
    let (start, whole) = message.unwrap_or_default();
    let full = start.len() + record.remaining();
    let follows = |number: usize| whole.get(number).copied().unwrap_or(true);
    for (number, copy) in copies.iter_mut().enumerate().filter(|(_, c)| reached(c)) {
        // The head of a record says the kind and the length.
        let length = if follows(number) { full } else { start.len() };
        copy.write(&[record.kind() as u8])?;
        copy.write(&(length as u32).to_be_bytes())?;
        copy.write(start)?;
    }
    loop {
        let piece = record.piece(PIECE_LEN)?;
        if piece.is_empty() {
            return Ok(());
        }
        for (number, copy) in copies.iter_mut().enumerate() {
            if follows(number) && reached(copy) {
                copy.write(piece)?;
            }
        }
    }
}

/// Whether the body of a message is needed to show a fault, besides those at its leaves.
fn needs(fault: &Fault, envelope: &Envelope, graph: Option<&Graph>) -> bool {
    let Fault {
        culprit,
        check,
        rule,
        involved,
        ..
    } = fault;
    let (Culprit::Client(culprit), Sender::Client(sender)) = (culprit, envelope.sender) else {
        // Lists, outcomes, sums, the number of shares, and that there is no publication, follow from all messages. Two
        // checkpoints need none.
        return match check {
            Check::Chain => [Step::DerivedList, Step::SomethingPublished]
                .map(StepNumber::from)
                .contains(rule),
            Check::Unmasking | Check::Contributors | Check::Opening | Check::Aggregate => true,
            _ => false,
        };
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
            sender == *culprit || graph.is_some_and(|graph| graph.are_neighbours(sender, of))
        }
        _ => concerned,
    }
}

/// The same, in a round of the committee protocol.
fn in_committee(fault: &Fault, envelope: &Envelope) -> bool {
    let Fault {
        culprit,
        check,
        rule,
        involved,
        ..
    } = fault;
    let sender = envelope.sender;
    let of_culprit = Culprit::from(sender) == *culprit;
    let of_involved = matches!(sender, Sender::Client(it) if involved.contains(&it.number()));
    match (check, culprit) {
        (Check::Chain, _) => [Step::DerivedList, Step::SomethingPublished]
            .map(StepNumber::from)
            .contains(rule),
        (Check::Contributors | Check::Opening | Check::Aggregate, _) => true,
        (Check::Openings, Culprit::Aggregator) => true,
        (Check::Openings, _) => of_culprit || envelope.phase == Phase::Submit,
        (Check::Sharing | Check::Trustees, Culprit::Aggregator) => false,
        (Check::Trustees, _) => of_culprit || of_involved || envelope.phase == Phase::Check,
        (Check::Sharing, _) => of_culprit,
        // Of the others the bodies at their leaves are enough.
        _ => false,
    }
}
