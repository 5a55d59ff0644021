//! Statistics as text.

use std::fmt;

use veragg_circuits::foreign::Foreign;

use super::statistics::{CountRow, Statistics, StatisticsRow};

/// Fewer rows than this say much about each of them.
const FEW: u64 = 5;

/// A column of a table, header first.
struct Column {
    to_the_right: bool,
    cells: Vec<String>,
}

impl Column {
    /// A column of texts.
    fn text<T>(header: &str, rows: &[T], cell: impl Fn(&T) -> Option<&str>) -> Self {
        let shown = |row| cell(row).map_or_else(dash, |text| Foreign::new(text).to_string());
        Self {
            to_the_right: false,
            cells: with_header(header, rows.iter().map(shown)),
        }
    }

    /// A column of numbers.
    fn number<T>(header: &str, rows: &[T], cell: impl Fn(&T) -> String) -> Self {
        Self {
            to_the_right: true,
            cells: with_header(header, rows.iter().map(cell)),
        }
    }
}

fn with_header(header: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(header.to_owned()).chain(cells).collect()
}

/// Stands for a value that is absent.
fn dash() -> String {
    "-".to_owned()
}

/// Writes an aligned table. Its last column holds numbers.
fn write_table(f: &mut fmt::Formatter<'_>, columns: &[Column]) -> fmt::Result {
    let width = |column: &Column| {
        let widths = column.cells.iter().map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let lines = columns.first().map_or(0, |column| column.cells.len());
    for line in 0..lines {
        for (at, (column, width)) in columns.iter().zip(&widths).enumerate() {
            let cell = column.cells.get(line).map_or("", String::as_str);
            let gap = if at == 0 { "" } else { "  " };
            match column.to_the_right {
                true => write!(f, "{gap}{cell:>width$}")?,
                false => write!(f, "{gap}{cell:<width$}")?,
            }
        }
        writeln!(f)?;
    }
    Ok(())
}

fn measured(rows: &[StatisticsRow]) -> Vec<Column> {
    let mut columns = vec![Column::text("measurement", rows, |row| {
        Some(&row.measurement)
    })];
    if rows.iter().any(|row| row.group.is_some()) {
        columns.push(Column::text("group", rows, |row| row.group.as_deref()));
    }
    columns.extend([
        Column::number("count", rows, |row| row.count.to_string()),
        Column::number("sum", rows, |row| row.sum.clone()),
        Column::number("mean", rows, |row| row.mean.clone().unwrap_or_else(dash)),
        Column::number("standard deviation", rows, |row| {
            match &row.standard_deviation {
                Some(deviation) => deviation.clone(),
                None if row.count > 1 => "no squares asked".to_owned(),
                None => dash(),
            }
        }),
    ]);
    columns
}

fn counted(rows: &[CountRow]) -> Vec<Column> {
    let mut columns = vec![Column::text("counted", rows, |row| Some(&row.name))];
    if rows.iter().any(|row| row.value.is_some()) {
        columns.push(Column::text("value", rows, |row| row.value.as_deref()));
    }
    if rows.iter().any(|row| row.group.is_some()) {
        columns.push(Column::text("group", rows, |row| row.group.as_deref()));
    }
    columns.extend([
        Column::number("count", rows, |row| row.count.to_string()),
        Column::number("share", rows, |row| {
            let percent = row.percent.as_ref();
            percent.map_or_else(dash, |percent| format!("{percent} %"))
        }),
    ]);
    columns
}

/// Writes the measurements and the counts, and what is to be said of results about few rows. A dash stands for a value that is
/// absent.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.rows.is_empty() {
            write_table(f, &measured(&self.rows))?;
        }
        if !self.rows.is_empty() && !self.counts.is_empty() {
            writeln!(f)?;
        }
        if !self.counts.is_empty() {
            write_table(f, &counted(&self.counts))?;
        }
        let shown = self.rows.iter().map(|row| row.count);
        let shown = shown.chain(self.counts.iter().map(|row| row.count));
        let few = shown.filter(|count| (1..FEW).contains(count)).count();
        match self.least_count {
            Some(least) if self.withheld > 0 => writeln!(
                f,
                "withheld: {} about fewer than {least} rows (`least_count`). The board and the sums in aggregate.json still hold {}.",
                results(self.withheld),
                if self.withheld == 1 { "it" } else { "them" },
            ),
            None if few > 0 => writeln!(
                f,
                "note: {} above {} about fewer than {FEW} rows, and such a result says much about each of them. Coarser groups avoid that; `least_count` under [data] leaves such results out of the statistics, but not out of the board.",
                results(few),
                if few == 1 { "is" } else { "are" },
            ),
            _ => Ok(()),
        }
    }
}

fn results(number: usize) -> String {
    match number {
        1 => "1 result".to_owned(),
        more => format!("{more} results"),
    }
}
