//! The metadata of sums that were published elsewhere.

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
