//! The figures as a table.

use crate::figures::{Figure, Row, Target, Unit, Value};

/// Prints what was measured of one case.
pub fn print(rows: &[Row]) {
    let line = |[figure, ours, theirs, ratio]: [&str; 4]| {
        println!("  {figure:<50} {ours:>10} {theirs:>10} {ratio:>8}");
    };
    line(["", "ours", "theirs", "ratio"]);
    for row in rows {
        let show = |value| amount(value, row.figure.unit);
        line([
            row.figure.name,
            &show(row.ours),
            &row.theirs.map(show).unwrap_or_default(),
            &row.ratio().map(digits).unwrap_or_default(),
        ]);
    }
}

/// Prints the figures that have a target beside it.
pub fn print_targets(rows: &[Row], targets: &[Target]) {
    let line = |[case, figure, value, bound, stretch, outcome]: [&str; 6]| {
        println!("  {case:<16} {figure:<50} {value:>8} {bound:>11} {stretch:>11}  {outcome}");
    };
    println!("\ntargets");
    line(["", "", "measured", "bound", "stretch", ""]);
    for target in targets {
        let Target { case, figure, .. } = target;
        let row = rows
            .iter()
            .find(|row| row.case == *case && row.figure == *figure);
        let value = row.map(Row::value);
        line([
            &case.to_string(),
            figure.name,
            &value.map(|value| show(figure, value)).unwrap_or_default(),
            &limit(figure, target.bound),
            &limit(figure, target.stretch),
            outcome(target, value),
        ]);
    }
}

fn outcome(target: &Target, value: Option<f64>) -> &'static str {
    let reached = |limit| value.map(|value| target.reached(value, limit));
    match (reached(target.bound), reached(target.stretch)) {
        (None, _) | (_, None) => "not measured in this run",
        (_, Some(true)) => "reached, stretch too",
        (Some(true), _) => "reached",
        (Some(false), _) => "MISSED",
    }
}

fn limit(figure: &Figure, limit: f64) -> String {
    let direction = match figure.value {
        Value::Ours | Value::OursToTheirs => "<=",
        Value::TheirsToOurs => ">=",
    };
    format!("{direction} {}", show(figure, limit))
}

/// A figure's value, or a limit to it.
fn show(figure: &Figure, value: f64) -> String {
    match figure.value {
        Value::Ours => amount(value, figure.unit),
        Value::OursToTheirs | Value::TheirsToOurs => digits(value),
    }
}

fn amount(value: f64, unit: Unit) -> String {
    let scale: &[(f64, &str)] = match unit {
        Unit::Seconds | Unit::SecondsEach => {
            &[(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
        }
        Unit::Bytes => &[(1048576.0, "MiB"), (1024.0, "KiB"), (1.0, "B")],
    };
    // The largest that fits, or else the smallest.
    let fits = scale.iter().find(|(size, _)| value >= *size);
    let (size, name) = fits.or(scale.last()).expect("a scale has units");
    format!("{} {name}", digits(value / size))
}

/// Three digits that count.
fn digits(value: f64) -> String {
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        _ => 4,
    };
    format!("{value:.decimals$}")
}
