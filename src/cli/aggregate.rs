//! The published result as a JSON file: sums, contributors, statistics.

use std::borrow::Cow;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use veragg::protocol::crypto::labels::VERSION;
use veragg::protocol::crypto::signing::hex;
use veragg::protocol::round::configuration::Configuration;
use veragg::survey::Statistics;
use veragg::verifier::aggregate_metadata::{AggregateMetadata, SegmentMetadata};

use super::error::CliError;

/// The results that `veragg run` publishes beside the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statistics: Option<Statistics>,
}

/// The sums of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Sum).map_err(|_| {
            D::Error::custom(format!(
                "the sum {text:?} is not a whole number below 2^128"
            ))
        })
    }
}

impl Aggregate {
    /// Splits sums into the segments of the configuration.
    pub(super) fn new(
        configuration: &Configuration,
        context: &[u8],
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
            protocol: VERSION,
            context: hex(context),
            contributors,
            segments,
            statistics,
        }
    }

    /// Reads the aggregate from a file.
    pub(super) fn load(path: &Path) -> Result<Self, CliError> {
        let bytes = fs::read(path).map_err(CliError::read(path))?;
        let aggregate: Self = serde_json::from_slice(&bytes).map_err(|error| {
            CliError::malformed(
                path,
                format!(
                    "not an aggregate ({error}); give an aggregate.json that `veragg run` wrote"
                ),
            )
        })?;
        if aggregate.protocol != VERSION {
            let reason = format!(
                "the aggregate is of protocol version {}; this version of veragg reads version {VERSION}",
                aggregate.protocol
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
            file.flush()
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
