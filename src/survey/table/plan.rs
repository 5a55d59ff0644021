//! Derives the segments of the vector of each client from the measures and counts.

use std::collections::HashMap;

use veragg_circuits::statement::{Segment, SumRule, MAX_COORDINATES, MAX_SEGMENTS};
use veragg_protocol::round::configuration::SegmentConfiguration;

use super::config::TableConfig;
use super::count::Count;
use super::measure::Measure;
use crate::survey::error::SurveyError;
use crate::survey::problem::Problem;
use crate::survey::size;

/// `4 * 10^4`: the factor of the largest intermediate number of the exact deviation. It gives two digits more than
/// the values have, and allows for rounding.
const DEVIATION_FACTOR: u128 = 40_000;

/// The segments, and where they come from.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) segments: Vec<SegmentConfiguration>,
    /// For each segment the line of the block that asks for it.
    pub(super) lines: Vec<usize>,
}

/// Derives the segments: first those of the measures, then those of the counts.
///
/// A measure has three segments, or two: counts, sums, and sums of squares. Each has a coordinate for each column and
/// each group; the groups of one column are next to each other. A count of rows has one segment, with a coordinate for
/// each group. A count of values has a segment for each group, with a coordinate for each value, and a client proves
/// that those of a segment add up to at most `max_rows`, or to exactly as many if the count is exact: with `max_rows = 1` it has
/// one vote.
pub(super) fn plan(config: &TableConfig, clients: u32) -> Result<Plan, SurveyError> {
    check_lengths(config, clients)?;
    let mut plan = Plan {
        segments: Vec::new(),
        lines: Vec::new(),
    };
    let mut add = |line, segments: Vec<SegmentConfiguration>| {
        plan.lines.extend(segments.iter().map(|_| line));
        plan.segments.extend(segments);
    };
    for measure in &config.measures {
        let segments = measured(config, measure, clients);
        let refuse = |problem| config.location(measure.line).error(problem);
        add(measure.line, segments.map_err(refuse)?);
    }
    for count in &config.counts {
        add(count.line, counted(config, count));
    }
    let mut names: HashMap<&str, usize> = HashMap::new();
    for (segment, &line) in plan.segments.iter().zip(&plan.lines) {
        if let Some(first) = names.insert(&segment.name, line) {
            let name = segment.name.clone();
            let problem = Problem::BlockTwice { name, first };
            return Err(config.location(line).error(problem));
        }
    }
    Ok(plan)
}

/// Refuses vectors that are too long, before anything is allocated for them.
fn check_lengths(config: &TableConfig, clients: u32) -> Result<(), SurveyError> {
    let groups = config.group_count() as u64;
    let measures = config.measures.iter().map(|measure| {
        let columns = (measure.columns.len() * measure.parts()) as u64;
        (
            measure.line,
            measure.parts(),
            columns.saturating_mul(groups),
        )
    });
    let counts = config.counts.iter().map(|count| {
        let segments = count.answers.as_ref().map_or(1, |_| config.group_count());
        (
            count.line,
            segments,
            groups.saturating_mul(count.values() as u64),
        )
    });
    let (mut segments, mut each) = (0usize, 0u64);
    let mut last = config.line;
    for (line, more, len) in measures.chain(counts) {
        segments = segments.saturating_add(more);
        each = each.saturating_add(len);
        last = line;
        if segments > MAX_SEGMENTS {
            let (got, most) = (segments, MAX_SEGMENTS);
            return Err(config.location(line).error(Problem::Segments { got, most }));
        }
        if each > MAX_COORDINATES as u64 {
            let (got, most) = (each, MAX_COORDINATES as u64);
            return Err(config.location(line).error(Problem::Long { got, most }));
        }
    }
    size::check(clients, each).map_err(|problem| config.location(last).error(problem))
}

fn measured(
    config: &TableConfig,
    measure: &Measure,
    clients: u32,
) -> Result<Vec<SegmentConfiguration>, Problem> {
    let max_rows = config.max_rows.value;
    let largest = largest_sum(measure.range, max_rows, measure.squares)
        .ok_or_else(|| too_wide(measure, max_rows))?;
    if measure.squares && !totals_fit(clients, max_rows, largest) {
        return Err(Problem::Totals { clients, max_rows });
    }
    // The range is at least 1, so what holds for the squares holds for sums and counts.
    let range = u64::try_from(measure.range).unwrap_or(u64::MAX);
    let len = measure.columns.len() * config.group_count();
    // Values are shifted before they are added, so the offset of a sum depends on the count.
    let above = if measure.min == 0 {
        ""
    } else {
        " above the minimum"
    };
    let parts = [
        ("count", "", max_rows, 0),
        (
            "sum",
            above,
            max_rows.saturating_mul(range),
            measure.decimals,
        ),
        ("squares", above, largest, 2 * measure.decimals),
    ];
    let parts = parts.into_iter().take(measure.parts());
    let segments = parts.map(|(what, above, largest, decimals)| SegmentConfiguration {
        name: format!("{} {what}{above}", measure.name),
        claims: Segment::range(len, largest.saturating_add(1)),
        decimals,
        offset: 0,
    });
    Ok(segments.collect())
}

fn counted(config: &TableConfig, count: &Count) -> Vec<SegmentConfiguration> {
    let max_rows = config.max_rows.value;
    let segment = |name: String, len: usize| {
        SegmentConfiguration::integers(&name, len, max_rows.saturating_add(1))
    };
    if count.answers.is_none() {
        return vec![segment(
            format!("{} rows", count.name),
            config.group_count(),
        )];
    }
    let values = count.values();
    (0..config.group_count())
        .map(|group| {
            let name = match config.group_name(group) {
                Some(group) => format!("{} values in {group}", count.name),
                None => format!("{} values", count.name),
            };
            let mut segment = segment(name, values);
            // The bound says it already of a single value.
            segment.claims.sum = match count.exact {
                Some(_) => Some(SumRule::Equal(max_rows)),
                None => (values > 1).then_some(SumRule::AtMost(max_rows)),
            };
            segment
        })
        .collect()
}

/// The largest sum of one client, or sum of squares, if a bound above it fits 64 bits.
fn largest_sum(range: u128, max_rows: u64, squares: bool) -> Option<u64> {
    let value = if squares {
        range.checked_mul(range)?
    } else {
        range
    };
    let largest = value.checked_mul(u128::from(max_rows))?;
    u64::try_from(largest)
        .ok()
        .filter(|&largest| largest < u64::MAX)
}

/// Whether what is added up of columns with this range fits.
pub(in crate::survey) fn fits(clients: u32, range: u128, max_rows: u64, squares: bool) -> bool {
    largest_sum(range, max_rows, squares)
        .is_some_and(|largest| range > 0 && (!squares || totals_fit(clients, max_rows, largest)))
}

fn too_wide(measure: &Measure, max_rows: u64) -> Problem {
    let fewer = (1..=measure.decimals).find(|&dropped| {
        let coarser = measure.range.div_ceil(10u128.pow(u32::from(dropped)));
        largest_sum(coarser, max_rows, measure.squares).is_some()
    });
    let mut advice = match fewer {
        Some(dropped) => format!(
            "lower `decimals` to {}, or `max_rows`, or narrow `min` to `max`",
            measure.decimals - dropped
        ),
        None => "lower `max_rows` or narrow `min` to `max`".to_owned(),
    };
    let range = measure.range as f64;
    let (what, formula, value) = if measure.squares {
        advice += ", or write `squares = false` if you need no deviation";
        (
            "sum of squares",
            "((max - min) * 10^decimals)^2",
            range * range,
        )
    } else {
        ("sum", "(max - min) * 10^decimals", range)
    };
    Problem::Bound {
        what,
        formula,
        largest: format!("{:.1e}", max_rows as f64 * value),
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
