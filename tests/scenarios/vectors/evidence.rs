//! Evidence of a vector, as a recipe: which parts of the board it holds. The files themselves would be long.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use veragg::protocol::circuits::codec::Writer;
use veragg::protocol::crypto::signing::{hex, unhex, VerifyingKey};
use veragg::verifier::evidence::{self, EvidenceError};
use veragg::verifier::{audit, Check, Culprit, Options};

use super::case::{edited, Edit};
use super::rounds::Layout;

/// Bytes of an envelope, and the bytes before the content of a record.
const ENVELOPE: usize = 167;

/// A file of evidence (`specs/audit.md` 7), and whether it shows its claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// What was changed in the evidence that shows its claim; nothing if nothing was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    what: String,
    culprit: u32,
    check: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    receipts: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    checkpoints: Vec<String>,
    /// It holds so many records of the board, from the first one on.
    records: usize,
    /// Which of these, counted from 0, are whole. Of the others, if they are messages, it holds the envelope only.
    whole: Vec<usize>,
    /// Which bytes of the file are then changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit>,
    /// How many faults it shows, or `malformed`.
    shown: Value,
}

fn number(culprit: Culprit) -> u32 {
    match culprit {
        Culprit::Client(client) => client.number(),
        Culprit::Aggregator => 0,
        _ => u32::MAX,
    }
}

impl Evidence {
    /// The recipe of a file that was made of a board.
    fn of_file(file: &[u8], board: &[u8], culprit: Culprit, check: Check) -> Self {
        let mut at = 8 + 4;
        let mut take = |count: usize| {
            at += count;
            &file[at - count..at]
        };
        let u32_of = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap()) as usize;
        let name = u16::from_be_bytes(take(2).try_into().unwrap()).into();
        assert_eq!(take(name), check.id().as_bytes());
        let receipts = u32_of(take(4));
        let receipts = (0..receipts).map(|_| hex(take(138))).collect();
        let shown = u32_of(take(4));
        let shown = take(shown);
        let layout = Layout::of(board);
        let checkpoints = shown.chunks(layout.checkpoint).map(hex).collect();
        assert_eq!(take(layout.header), &board[..layout.header]);
        let (mut records, mut whole) = (0, Vec::new());
        for (number, record) in layout.records.iter().enumerate() {
            if at == file.len() {
                break;
            }
            let length = u32_of(&file[at + 1..at + 5]);
            if record.is_message && length > ENVELOPE {
                whole.push(number);
            }
            records += 1;
            at += 5 + length;
        }
        Self {
            what: String::new(),
            culprit: number(culprit),
            check: check.id().to_owned(),
            receipts,
            checkpoints,
            records,
            whole,
            edits: Vec::new(),
            shown: Value::Null,
        }
    }

    /// The file.
    fn assemble(&self, board: &[u8]) -> Vec<u8> {
        let layout = Layout::of(board);
        let all = |texts: &[String]| -> Vec<u8> {
            texts.iter().flat_map(|text| unhex(text).unwrap()).collect()
        };
        let head = Writer::new()
            .bytes(b"veragge\x01")
            .u32(self.culprit)
            .short(self.check.as_bytes())
            .u32(self.receipts.len() as u32)
            .bytes(&all(&self.receipts))
            .long(&all(&self.checkpoints));
        let mut file = head.bytes(&board[..layout.header]).finish();
        for (number, record) in layout.records.iter().take(self.records).enumerate() {
            let content = &board[record.at + 5..record.at + 5 + record.len];
            let cut = record.is_message && !self.whole.contains(&number);
            let content = if cut { &content[..ENVELOPE] } else { content };
            file.push(board[record.at]);
            file.extend((content.len() as u32).to_be_bytes());
            file.extend(content);
        }
        edited(&file, &self.edits)
    }

    fn outcome(&self, board: &[u8], organiser: &VerifyingKey) -> Value {
        match evidence::check(Cursor::new(self.assemble(board)), organiser) {
            Ok(confirmed) => json!(confirmed.faults.len()),
            Err(EvidenceError::Io(error)) => panic!("{error}"),
            Err(_) => json!("malformed"),
        }
    }

    /// Asserts that it shows what the vector says.
    pub(super) fn verify(&self, board: &[u8], organiser: &VerifyingKey) {
        assert_eq!(self.outcome(board, organiser), self.shown, "{self:?}");
    }

    fn changed(&self, what: &str, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        changed.what = what.to_owned();
        change(&mut changed);
        changed
    }

    /// The same with one thing changed. Most of them show nothing.
    fn variations(&self, board: &[u8]) -> Vec<Self> {
        let culprit = if self.culprit == 1 { 2 } else { 1 };
        let check = if self.check == "V-07.D" {
            "V-07.C"
        } else {
            "V-07.D"
        };
        let mut variations = vec![
            self.changed("another culprit", |it| it.culprit = culprit),
            self.changed("another check", |it| it.check = check.to_owned()),
            self.changed("a check that there is not", |it| {
                it.check = "V-99".to_owned()
            }),
        ];
        if self.records > 0 {
            variations.push(self.changed("without the last record", |it| it.records -= 1));
        }
        let ends = [self.whole.first(), self.whole.last()];
        for (left_out, which) in ends.into_iter().flatten().zip(["first", "last"]) {
            let what = format!("without the {which} body");
            let without = |it: &mut Self| it.whole.retain(|number| number != left_out);
            variations.push(self.changed(&what, without));
        }
        let file = self.assemble(board);
        let flip = |at: usize| {
            let edit = Edit::new(at, 1, &[file[at] ^ 1]);
            move |it: &mut Self| it.edits = vec![edit]
        };
        variations.push(self.changed("another last byte", flip(file.len() - 1)));
        variations.push(self.changed("another beginning", flip(7)));
        if let Some(last) = self.whole.last() {
            let kept = &Self {
                records: last + 1,
                ..self.clone()
            };
            variations.push(self.changed(
                "another last byte of the last body",
                flip(kept.assemble(board).len() - 1),
            ));
        }
        variations
    }
}

/// The evidence of all faults that an audit finds, and variations of it.
pub(super) fn of_board(board: &[u8], options: &Options) -> Vec<Evidence> {
    let organiser = options.organiser.unwrap();
    let report = audit(Cursor::new(board), options).unwrap();
    let bundles = evidence::bundles(&report).into_iter();
    let mut files: Vec<_> = bundles.map(|bundle| (bundle, Vec::new())).collect();
    evidence::export(Cursor::new(board), options, &report, &mut files).unwrap();
    let mut all = Vec::new();
    for (bundle, file) in files {
        let evidence = Evidence::of_file(&file, board, bundle.culprit, bundle.check);
        assert!(evidence.assemble(board) == file);
        let variations = evidence.variations(board);
        all.push(evidence);
        all.extend(variations);
    }
    for evidence in &mut all {
        evidence.shown = evidence.outcome(board, &organiser);
    }
    all
}
