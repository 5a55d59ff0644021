//! Cost against length, as an SVG that needs nothing else: log-log, time to prove on the left, time
//! to verify on the right, on the same scales.

use crate::figures::{self, Figure, Row};

/// Coordinates of one width are drawn; the others look alike.
const BITS: u32 = 16;

/// Of one panel's axes, in pixels.
const WIDTH: f64 = 350.0;
const HEIGHT: f64 = 300.0;
const TOP: f64 = 50.0;
const LEFTS: [f64; 2] = [80.0, 500.0];
/// From the axes to the legend, and from one line of it to the next.
const LEGEND: f64 = 66.0;
const LINE: f64 = 20.0;

/// It draws its own background, so that it can be read wherever it is put.
const STYLE: &str = "
text { font: 13px sans-serif; fill: #24292f; stroke: none }
.title { font-weight: bold }
.background { fill: #ffffff }
.grid { stroke: #d8dee4 }
path { fill: none; stroke-width: 1.6 }
.ours path { stroke-width: 3 }
.alike path { stroke-dasharray: 7 4 }
.ours, .alike { stroke: #0072b2; fill: #0072b2 }
.pedersen { stroke: #b87a00; fill: #b87a00 }
.prio { stroke: #00805e; fill: #00805e }
.bulletproofs { stroke: #c0417f; fill: #c0417f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.background { fill: #0d1117 }
.grid { stroke: #30363d }
.ours, .alike { stroke: #58b4f0; fill: #58b4f0 }
.pedersen { stroke: #e69f00; fill: #e69f00 }
.prio { stroke: #2fc79b; fill: #2fc79b }
.bulletproofs { stroke: #f08bbb; fill: #f08bbb }
}
";

/// A line of the plot.
struct Series {
    label: &'static str,
    class: &'static str,
    /// Logarithm of the length to the base 2, and seconds; by length.
    points: Vec<(f64, f64)>,
}

/// Axes with their lines.
struct Panel {
    title: &'static str,
    series: Vec<Series>,
}

/// Draws what was measured of vectors of 16 bits.
pub fn svg(rows: &[Row]) -> String {
    let drawn: Vec<_> = rows.iter().filter(|row| row.case.bits == BITS).collect();
    let panels = [proving(&drawn), verifying(&drawn)];
    let points = || {
        let series = panels.iter().flat_map(|panel| &panel.series);
        series.flat_map(|series| &series.points)
    };
    let scale = Scale {
        x: range(points().map(|point| point.0)),
        y: range(points().map(|point| point.1.log10())),
    };
    let lines = panels.iter().map(|panel| panel.series.len()).max();
    let width = LEFTS[1] + WIDTH + 30.0;
    let height = TOP + HEIGHT + LEGEND + LINE * lines.unwrap_or(0) as f64;
    let drawn = panels
        .iter()
        .zip(LEFTS)
        .map(|(panel, left)| panel.draw(left, &scale));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\">\n<style>{STYLE}</style>\n\
         <rect class=\"background\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
        drawn.collect::<String>()
    )
}

fn proving(rows: &[&Row]) -> Panel {
    let series = [
        Series::new("veragg, range", "ours", ours(rows, &figures::PROVE)),
        Series::new(
            "veragg, range and norm",
            "alike",
            ours(rows, &figures::PROVE_NORM),
        ),
        Series::new(
            "bare Pedersen commitment, no proof",
            "pedersen",
            theirs(rows, &figures::PROVE),
        ),
        Series::new(
            "Prio3SumVec, shard",
            "prio",
            theirs(rows, &figures::PRIO_SHARD),
        ),
        bulletproofs(
            theirs(rows, &figures::BULLETPROOFS_PROVE),
            theirs(rows, &figures::BULLETPROOFS_PROVE_EACH),
        ),
    ];
    Panel::new("Client: prove", series)
}

fn verifying(rows: &[&Row]) -> Panel {
    let series = [
        Series::new("veragg", "ours", ours(rows, &figures::VERIFY)),
        Series::new(
            "veragg, a client in a batch of 16",
            "alike",
            ours(rows, &figures::BATCH),
        ),
        Series::new(
            "Prio3SumVec, verify_init of both servers",
            "prio",
            theirs(rows, &figures::PRIO_VERIFY),
        ),
        bulletproofs(
            theirs(rows, &figures::BULLETPROOFS_VERIFY),
            theirs(rows, &figures::BULLETPROOFS_VERIFY_EACH),
        ),
    ];
    Panel::new("Receiver: verify", series)
}

/// Where no whole proof was measured, a coordinate's cost times the length.
fn bulletproofs(whole: Vec<(f64, f64)>, each: Vec<(f64, f64)>) -> Series {
    let scaled = each
        .into_iter()
        .map(|(log, seconds)| (log, seconds * log.exp2()));
    let points = whole.into_iter().chain(scaled).collect();
    let label = "bulletproofs (long vectors extrapolated)";
    Series::new(label, "bulletproofs", points)
}

fn ours(rows: &[&Row], figure: &Figure) -> Vec<(f64, f64)> {
    points(rows, figure, |row| Some(row.ours))
}

fn theirs(rows: &[&Row], figure: &Figure) -> Vec<(f64, f64)> {
    points(rows, figure, |row| row.theirs)
}

fn points(
    rows: &[&Row],
    figure: &Figure,
    seconds: impl Fn(&Row) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let of_figure = rows.iter().filter(|row| row.figure == figure);
    of_figure
        .filter_map(|row| Some((row.case.log.into(), seconds(row)?)))
        .collect()
}

/// The whole numbers around all values; never empty.
fn range(values: impl Iterator<Item = f64>) -> (i32, i32) {
    let around = |(low, high): (f64, f64), value| (low.min(value), high.max(value));
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), around);
    if low > high {
        return (0, 1);
    }
    let (low, high) = (low.floor() as i32, high.ceil() as i32);
    (low, high.max(low + 1))
}

/// What both axes show: logarithms of the length to the base 2, of seconds to the base 10.
struct Scale {
    x: (i32, i32),
    y: (i32, i32),
}

impl Scale {
    /// Pixels right of a panel's left edge.
    fn right(&self, log: f64) -> f64 {
        WIDTH * (log - f64::from(self.x.0)) / f64::from(self.x.1 - self.x.0)
    }

    /// Pixels from the top.
    fn down(&self, log: f64) -> f64 {
        TOP + HEIGHT * (f64::from(self.y.1) - log) / f64::from(self.y.1 - self.y.0)
    }
}

impl Panel {
    /// Without the series that this run did not measure.
    fn new<const N: usize>(title: &'static str, series: [Series; N]) -> Self {
        let measured = |series: &Series| !series.points.is_empty();
        Self {
            title,
            series: series.into_iter().filter(measured).collect(),
        }
    }

    fn draw(&self, left: f64, scale: &Scale) -> String {
        let (right, bottom) = (left + WIDTH, TOP + HEIGHT);
        let middle = left + WIDTH / 2.0;
        let axis = format!("coordinates d, {BITS} bits each");
        let mut out = vec![
            text("title", (middle, TOP - 20.0), "middle", self.title),
            text("axis", (middle, bottom + 38.0), "middle", &axis),
            text("axis", (left - 8.0, TOP - 20.0), "end", "time"),
        ];
        for log in (scale.x.0..=scale.x.1).step_by(2) {
            let x = left + scale.right(log.into());
            out.push(grid((x, TOP), (x, bottom)));
            out.push(text("tick", (x, bottom + 18.0), "middle", &power(log)));
        }
        for log in scale.y.0..=scale.y.1 {
            let y = scale.down(log.into());
            out.push(grid((left, y), (right, y)));
            out.push(text("tick", (left - 8.0, y + 4.0), "end", &decade(log)));
        }
        for (line, series) in self.series.iter().enumerate() {
            let at = |&(log, seconds): &(f64, f64)| {
                (left + scale.right(log), scale.down(seconds.log10()))
            };
            let points: Vec<_> = series.points.iter().map(at).collect();
            let y = bottom + LEGEND + LINE * line as f64;
            let sample = [(left - 30.0, y - 4.0), (left, y - 4.0)];
            out.push(series.draw(&points));
            out.push(series.draw(&sample));
            out.push(text("legend", (left + 10.0, y), "start", series.label));
        }
        out.concat()
    }
}

impl Series {
    fn new(label: &'static str, class: &'static str, mut points: Vec<(f64, f64)>) -> Self {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            label,
            class,
            points,
        }
    }

    /// A line through points in pixels, each marked.
    fn draw(&self, points: &[(f64, f64)]) -> String {
        let corner = |(x, y): &(f64, f64)| format!("{x:.1} {y:.1}");
        let mark = |(x, y): &(f64, f64)| format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>\n");
        format!(
            "<g class=\"{}\">\n<path d=\"M{}\"/>\n{}</g>\n",
            self.class,
            points.iter().map(corner).collect::<Vec<_>>().join(" L"),
            points.iter().map(mark).collect::<String>(),
        )
    }
}

fn text(class: &str, (x, y): (f64, f64), anchor: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
}

fn grid((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    format!("<line class=\"grid\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n")
}

/// `2^log`, with a raised exponent.
fn power(log: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = log.to_string();
    let raised = digits
        .bytes()
        .filter_map(|digit| RAISED.get(usize::from(digit.wrapping_sub(b'0'))));
    format!("2{}", raised.collect::<String>())
}

/// `10^log` seconds.
fn decade(log: i32) -> String {
    let (unit, below) = match log {
        0.. => ("s", 0),
        -3.. => ("ms", 3),
        _ => ("µs", 6),
    };
    format!("{} {unit}", 10f64.powi(log + below))
}
