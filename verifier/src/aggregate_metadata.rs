//! What is said of sums that were published elsewhere.

use veragg_protocol::round::configuration::Configuration;

/// Of which round sums are said to be, over whom, and what they count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregateMetadata {
    /// The round's context, in hexadecimal.
    pub context: String,
    /// Numbers of the clients whose inputs are said to be in the sums.
    pub contributors: Vec<u32>,
    /// The segments, in order.
    pub segments: Vec<SegmentMetadata>,
}

/// What is said of the sums of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMetadata {
    /// Its name.
    pub name: String,
    /// How many sums.
    pub len: usize,
    /// Digits after the point.
    pub decimals: u8,
    /// What was subtracted from each value.
    pub offset: i64,
}

impl AggregateMetadata {
    /// Whether the segments are those of the configuration.
    pub(crate) fn has_segments_of(&self, configuration: &Configuration) -> bool {
        let theirs = configuration
            .segments
            .iter()
            .map(|segment| SegmentMetadata {
                name: segment.name.clone(),
                len: segment.claims.len,
                decimals: segment.decimals,
                offset: segment.offset,
            });
        self.segments.iter().cloned().eq(theirs)
    }
}
