//! One audit of a vector: what is changed in the file, what the auditor is given, and what must come out.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use veragg::protocol::crypto::signing::{hex, unhex, VerifyingKey};
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::header::Header;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::aggregate_metadata::{AggregateMetadata, SegmentMetadata};
use veragg::verifier::{audit, AuditError, Check, Options};

use super::normative;

/// From the byte `at` on, `remove` bytes are taken out and the bytes of `insert`, in hexadecimal, are put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    pub(super) at: usize,
    pub(super) remove: usize,
    pub(super) insert: String,
}

impl Edit {
    pub(super) fn new(at: usize, remove: usize, insert: &[u8]) -> Self {
        Self {
            at,
            remove,
            insert: hex(insert),
        }
    }
}

/// The bytes after these changes, one after the other.
pub(super) fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for Edit { at, remove, insert } in edits {
        bytes.splice(*at..at + remove, unhex(insert).unwrap());
    }
    bytes
}

/// One audit of a board.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What was done, for people.
    pub(super) what: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) edits: Vec<Edit>,
    /// The organiser's key that the auditor has; `None` if the auditor has none.
    pub(super) organiser: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) any_organiser: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) skip: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) receipts: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) checkpoints: Vec<String>,
    /// The transcript of a set-up, in hexadecimal, and the keys of contributors whom the auditor names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) setup: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) contributors: Vec<String>,
    /// Published sums (`specs/wire.md` 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aggregate: Option<Value>,
    /// The normative part of the report, or `malformed`.
    #[serde(default)]
    pub(super) expected: Value,
}

impl Case {
    /// The audit of an auditor who has this key and nothing else.
    pub(super) fn new(what: &str, organiser: &VerifyingKey) -> Self {
        Self {
            what: what.to_owned(),
            organiser: Some(organiser.fingerprint()),
            ..Self::default()
        }
    }

    pub(super) fn with_edits(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits);
        self
    }

    /// The case with what such an auditor has.
    pub(super) fn given(mut self, options: &Options) -> Self {
        let receipts = options.receipts.iter();
        let checkpoints = options.checkpoints.iter();
        self.receipts = receipts.map(|receipt| hex(&receipt.encode())).collect();
        self.checkpoints = checkpoints.map(|shown| hex(&shown.encode())).collect();
        self.setup = options.set_up.as_ref().map(|transcript| hex(transcript));
        let named = options.contributors.iter().map(VerifyingKey::fingerprint);
        self.contributors = named.collect();
        self
    }

    /// What the auditor of a board of this many clients has.
    pub(super) fn options(&self, clients: u32) -> Options {
        let all = |texts: &[String]| -> Vec<Vec<u8>> {
            texts.iter().map(|text| unhex(text).unwrap()).collect()
        };
        let receipts = all(&self.receipts).into_iter();
        let checkpoints = all(&self.checkpoints).into_iter();
        let skip = self.skip.iter();
        Options {
            organiser: self.organiser.as_ref().map(|text| key(text)),
            any_organiser: self.any_organiser,
            receipts: receipts
                .map(|bytes| Receipt::decode(&bytes).unwrap())
                .collect(),
            checkpoints: checkpoints
                .map(|bytes| Checkpoint::decode(&bytes, clients).unwrap())
                .collect(),
            aggregate: self.aggregate.as_ref().map(sums),
            metadata: self.aggregate.as_ref().map(metadata),
            skip: skip.map(|id| Check::from_id(id).unwrap()).collect(),
            set_up: self.setup.as_ref().map(|text| unhex(text).unwrap()),
            contributors: self.contributors.iter().map(|text| key(text)).collect(),
            ..Options::default()
        }
    }

    /// What comes out of the audit of this board, with the changes.
    pub(super) fn outcome(&self, board: &[u8]) -> Value {
        let options = self.options(clients(board));
        let board = edited(board, &self.edits);
        match audit(Cursor::new(board), &options) {
            Ok(report) => short(normative(&report)),
            Err(AuditError::Board(_)) => json!("malformed"),
            Err(error) => panic!("{error}"),
        }
    }

    /// The case with what comes out as what is expected.
    pub(super) fn judged(mut self, board: &[u8]) -> Self {
        self.expected = self.outcome(board);
        self
    }
}

/// The report with each check in a few words: its status and the numbers with it, under its id.
fn short(mut report: Value) -> Value {
    let checks = report["checks"].as_array().unwrap().iter();
    let checks = checks.map(|check| {
        let numbers = ["records", "bad", "failures"]
            .iter()
            .filter_map(|name| check.get(*name));
        let words = [&check["status"]].into_iter().chain(numbers);
        let words: Vec<_> = words
            .map(|word| word.to_string().replace('"', ""))
            .collect();
        (
            check["id"].as_str().unwrap().to_owned(),
            json!(words.join(" ")),
        )
    });
    report["checks"] = Value::Object(checks.collect());
    report
}

pub(super) fn key(text: &str) -> VerifyingKey {
    let bytes = unhex(text).unwrap().try_into().unwrap();
    VerifyingKey::from_bytes(&bytes, "organiser").unwrap()
}

/// `n` of the round on a board; any number if its header does not decode.
fn clients(board: &[u8]) -> u32 {
    let header = Header::read(&mut Cursor::new(board));
    let configuration = header
        .ok()
        .and_then(|header| Configuration::decode(&header.configuration.bytes).ok());
    configuration.map_or(1, |configuration| configuration.clients())
}

fn sums(aggregate: &Value) -> Vec<u128> {
    let segments = aggregate["segments"].as_array().unwrap().iter();
    let sums = segments.flat_map(|segment| segment["sums"].as_array().unwrap());
    sums.map(|sum| sum.as_str().unwrap().parse().unwrap())
        .collect()
}

fn metadata(aggregate: &Value) -> AggregateMetadata {
    let segments = aggregate["segments"].as_array().unwrap().iter();
    let contributors = aggregate["contributors"].as_array().unwrap().iter();
    AggregateMetadata {
        context: aggregate["context"].as_str().unwrap().to_owned(),
        contributors: contributors
            .map(|number| number.as_u64().unwrap() as u32)
            .collect(),
        segments: segments
            .map(|segment| SegmentMetadata {
                name: segment["name"].as_str().unwrap().to_owned(),
                len: segment["sums"].as_array().unwrap().len(),
                decimals: segment["decimals"].as_u64().unwrap() as u8,
                offset: segment["offset"].as_i64().unwrap(),
            })
            .collect(),
    }
}
