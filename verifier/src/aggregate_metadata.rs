//! The metadata of sums that were published elsewhere.

use veragg_protocol::circuits::foreign::Foreign;
use veragg_protocol::round::configuration::Configuration;

/// The metadata of published sums: their round, their contributors and their segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregateMetadata {
    /// The round's context, in hexadecimal.
    pub context: String,
    /// The numbers of the clients whose inputs are in the sums.
    pub contributors: Vec<u32>,
    /// The segments of the sums, in order.
    pub segments: Vec<SegmentMetadata>,
}

/// The metadata of the sums of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMetadata {
    /// The name of the segment.
    pub name: String,
    /// The number of sums.
    pub len: usize,
    /// The number of digits after the decimal point.
    pub decimals: u8,
    /// The number that was subtracted from each value.
    pub offset: i64,
}

impl AggregateMetadata {
    /// How the segments differ from those of the configuration, in words.
    pub(crate) fn other_segment(&self, configuration: &Configuration) -> Option<String> {
        const OTHERS: &str = "the given aggregate has other segments than the configuration";
        let (got, want) = (self.segments.len(), configuration.segments.len());
        if got != want {
            return Some(format!("{OTHERS}: it has {got}, the configuration {want}"));
        }
        let mut pairs = self
            .segments
            .iter()
            .zip(&configuration.segments)
            .enumerate();
        pairs.find_map(|(number, (given, segment))| {
            let name = Foreign::new(&segment.name);
            let differs = if given.name != segment.name {
                let given = Foreign::new(&given.name);
                format!("it is called \"{given}\" there")
            } else if given.len != segment.claims.len {
                format!("it has {} sums, not {}", given.len, segment.claims.len)
            } else if given.decimals != segment.decimals {
                format!(
                    "it has {} decimals, not {}",
                    given.decimals, segment.decimals
                )
            } else if given.offset != segment.offset {
                format!("it has the offset {}, not {}", given.offset, segment.offset)
            } else {
                return None;
            };
            Some(format!(
                "{OTHERS}: of segment {number} (counted from 0), \"{name}\", {differs}"
            ))
        })
    }
}
