//! The published result as a JSON file: sums, contributors, statistics.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::de::{Error, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::round::configuration::{Configuration, MAX_NAME_LEN};
use veragg::survey::Statistics;
use veragg::text_file::{self, TextFileError};
use veragg::verifier::aggregate_metadata::{AggregateMetadata, SegmentMetadata};

use super::error::CliError;
use super::kind::Kind;

/// The results that `veragg run` publishes beside the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `protocol`, `context`, `contributors` and `segments`"
)]
pub(super) struct Aggregate {
    /// Version of the protocol.
    pub(super) protocol: u16,
    /// The round's context, in hexadecimal.
    pub(super) context: String,
    /// Clients whose inputs are in the sums.
    pub(super) contributors: Vec<u32>,
    /// The sums, segment by segment.
    pub(super) segments: Vec<SegmentSums>,
    /// The statistics that follow from the sums. The audit compares everything else.
    #[serde(
        default,
        deserialize_with = "passed_over",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) statistics: Option<Statistics>,
}

/// The sums of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `name`, `decimals`, `offset` and `sums`"
)]
pub(super) struct SegmentSums {
    /// The name of the segment.
    pub(super) name: String,
    /// The number of digits after the decimal point.
    pub(super) decimals: u8,
    /// The number that was subtracted from each value.
    pub(super) offset: i64,
    /// The sums, in the order of the coordinates.
    pub(super) sums: Vec<Sum>,
}

/// A sum. In the file it is a decimal string, since many programs read JSON numbers with less than 96 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum(u128);

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SumVisitor)
    }
}

/// Reads a sum, and says what is wrong with anything else.
struct SumVisitor;

impl SumVisitor {
    fn number<E: Error>(number: impl fmt::Display) -> Result<Sum, E> {
        Err(E::custom(format!(
            "the sum {number} is a number; write it in quotation marks, such as \"190\", since many programs read long numbers inexactly"
        )))
    }
}

impl Visitor<'_> for SumVisitor {
    type Value = Sum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sum in quotation marks, such as \"190\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Sum, E> {
        let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let sum = digits.and_then(|digits| digits.parse().ok()).map(Sum);
        sum.ok_or_else(|| {
            let text = Foreign::new(text);
            E::custom(format!(
                "the sum \"{text}\" is not a whole number from 0 to 2^128 - 1"
            ))
        })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Sum, E> {
        Self::number(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Sum, E> {
        Self::number(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Sum, E> {
        Self::number(number)
    }
}

/// Statistics are not compared, so they are not kept either.
fn passed_over<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Statistics>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| None)
}

/// The longest aggregate.json of a round of this configuration.
fn longest(configuration: &Configuration) -> u64 {
    // In JSON a byte of a name takes six bytes at most, and a sum 39 digits. Three coordinates give one line of
    // statistics, with the names of a measure and a group.
    const FIXED: usize = 1 << 12;
    const CLIENT: usize = 32;
    const SEGMENT: usize = 256 + 6 * MAX_NAME_LEN;
    const COORDINATE: usize = 64 + 320;
    let coordinates = configuration.segments.iter();
    let coordinates: usize = coordinates.map(|segment| segment.claims.len).sum();
    let clients = configuration.clients() as usize;
    let segments = configuration.segments.len();
    (FIXED + clients * CLIENT + segments * SEGMENT + coordinates * COORDINATE) as u64
}

/// Why the file of an aggregate is not text, or too long.
fn text_problem(path: &Path, error: &TextFileError) -> String {
    let kind = Kind::of_file(path).filter(|kind| *kind != Kind::Json);
    match (kind, error) {
        (Some(kind), _) => format!("this is not an aggregate.json: {kind}"),
        (None, TextFileError::TooLong { most }) => format!("the file is longer than {most} bytes, the most that an aggregate of this round can have; check that it is the right file"),
        (None, error) => format!("the file of the aggregate {error}"),
    }
}

/// What is wrong with the JSON text of an aggregate, and in which line.
fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = Foreign::message(text.strip_suffix(&place).unwrap_or(&text));
    format!(
        "line {}: {text}; this is not an aggregate.json as `veragg run` writes it",
        error.line()
    )
}

impl Aggregate {
    /// Splits sums into the segments of the configuration.
    pub(super) fn new(
        configuration: &Configuration,
        context: &Context,
        contributors: Vec<u32>,
        sums: &[u128],
        statistics: Option<Statistics>,
    ) -> Self {
        let mut rest = sums.iter();
        let segments = configuration
            .segments
            .iter()
            .map(|segment| SegmentSums {
                name: segment.name.clone(),
                decimals: segment.decimals,
                offset: segment.offset,
                sums: rest
                    .by_ref()
                    .take(segment.claims.len)
                    .map(|&sum| Sum(sum))
                    .collect(),
            })
            .collect();
        Self {
            protocol: context.version.number(),
            context: context.to_string(),
            contributors,
            segments,
            statistics,
        }
    }

    /// Reads the aggregate of a round of this configuration from a file.
    pub(super) fn load(path: &Path, configuration: &Configuration) -> Result<Self, CliError> {
        let text = text_file::read(path, longest(configuration)).map_err(|error| match error {
            TextFileError::Io(source) => CliError::read(path)(source),
            error => CliError::malformed(path, text_problem(path, &error)),
        })?;
        let aggregate: Self = serde_json::from_str(&text).map_err(|error| {
            // A report is JSON, too.
            let other = Kind::of(text.as_bytes()).filter(|kind| *kind != Kind::Json);
            let reason = match other {
                Some(kind) => format!("this is not an aggregate.json: {kind}"),
                None => json_problem(&error),
            };
            CliError::malformed(path, reason)
        })?;
        if Version::from_number(aggregate.protocol).is_none() {
            let reason = format!(
                "the aggregate is of protocol version {}; this version of veragg reads versions up to {}",
                aggregate.protocol,
                Version::CURRENT
            );
            return Err(CliError::malformed(path, reason));
        }
        Ok(aggregate)
    }

    /// Writes the aggregate to a file.
    pub(super) fn save(&self, path: &Path) -> Result<(), CliError> {
        let put = || -> io::Result<()> {
            let mut file = BufWriter::new(fs::File::create(path)?);
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.into_inner()?.sync_all()
        };
        put().map_err(CliError::write(path))
    }

    /// All sums in order.
    pub(super) fn sums(&self) -> Vec<u128> {
        let all = self.segments.iter().flat_map(|segment| &segment.sums);
        all.map(|sum| sum.0).collect()
    }

    /// The metadata of the sums, which the audit compares with the board.
    pub(super) fn metadata(&self) -> AggregateMetadata {
        let segments = self.segments.iter().map(|segment| SegmentMetadata {
            name: segment.name.clone(),
            len: segment.sums.len(),
            decimals: segment.decimals,
            offset: segment.offset,
        });
        AggregateMetadata {
            context: self.context.clone(),
            contributors: self.contributors.clone(),
            segments: segments.collect(),
        }
    }
}
