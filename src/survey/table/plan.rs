//! Derives the segments of the vector of each client from the measures.

use veragg_circuits::statement::Segment;
use veragg_protocol::round::configuration::SegmentConfiguration;

use super::config::{Measure, TableConfig};
use crate::survey::error::{Problem, SurveyError};

/// `4 * 10^4`: the factor of the largest intermediate number of the exact deviation. It gives two digits more than
/// the values have, and allows for rounding.
const DEVIATION_FACTOR: u128 = 40_000;

/// Derives three segments for each measure: counts, sums, and sums of squares. Each segment has a coordinate for
/// each column and each group; the groups of one column are next to each other.
pub(super) fn segments(
    config: &TableConfig,
    clients: u32,
) -> Result<Vec<SegmentConfiguration>, SurveyError> {
    let groups = config.group_count();
    let max_rows = config.max_rows.value;
    let mut segments = Vec::with_capacity(3 * config.measures.len());
    for measure in &config.measures {
        let largest = largest_square(measure.range, max_rows).ok_or_else(|| {
            config
                .location(measure.line)
                .error(too_wide(measure, max_rows))
        })?;
        if !totals_fit(clients, max_rows, largest) {
            return Err(config.location(measure.line).error(Problem::Totals {
                clients,
                max_rows,
                measure: measure.name.clone(),
            }));
        }
        // The range is at least 1, so what holds for the squares holds for sums and counts.
        let range = u64::try_from(measure.range).unwrap_or(u64::MAX);
        let len = measure.columns.len().saturating_mul(groups);
        // Values are shifted before they are added, so the offset of a sum depends on the count.
        let above = if measure.min == 0 {
            ""
        } else {
            " above the minimum"
        };
        for (what, above, largest, decimals) in [
            ("count", "", max_rows, 0),
            (
                "sum",
                above,
                max_rows.saturating_mul(range),
                measure.decimals,
            ),
            ("squares", above, largest, 2 * measure.decimals),
        ] {
            let name = format!("{} {what}{above}", measure.name);
            let claims = Segment::range(len, largest.saturating_add(1));
            segments.push(SegmentConfiguration {
                name,
                claims,
                decimals,
                offset: 0,
            });
        }
    }
    Ok(segments)
}

/// The largest sum of squares of one client, if a bound above it fits 64 bits.
fn largest_square(range: u128, max_rows: u64) -> Option<u64> {
    let largest = range
        .checked_mul(range)?
        .checked_mul(u128::from(max_rows))?;
    u64::try_from(largest)
        .ok()
        .filter(|&largest| largest < u64::MAX)
}

fn too_wide(measure: &Measure, max_rows: u64) -> Problem {
    let fewer = (1..=measure.decimals).find(|&dropped| {
        let coarser = measure.range.div_ceil(10u128.pow(u32::from(dropped)));
        largest_square(coarser, max_rows).is_some()
    });
    let advice = match fewer {
        Some(dropped) => format!(
            "lower `decimals` to {}, or `max_rows`, or narrow `min` to `max`",
            measure.decimals - dropped
        ),
        None => "lower `max_rows` or narrow `min` to `max`".to_owned(),
    };
    let range = measure.range as f64;
    Problem::Bound {
        segment: format!("`{} squares`", measure.name),
        formula: "* ((max - min) * 10^decimals)^2".to_owned(),
        largest: format!("{:.1e}", max_rows as f64 * range * range),
        advice,
    }
}

/// Whether `4 * 10^4 * n * Q` fits a `u128` for the largest total count `n` and total of squares
/// `Q`. All arithmetic of the statistics stays below that.
fn totals_fit(clients: u32, max_rows: u64, largest_square: u64) -> bool {
    let clients = u128::from(clients);
    let rows = clients * u128::from(max_rows);
    let squares = clients * u128::from(largest_square);
    rows.checked_mul(squares)
        .and_then(|product| product.checked_mul(DEVIATION_FACTOR))
        .is_some()
}
