//! A first configuration for a table, made from what is in it.

mod bounds;
mod columns;

use std::fmt::Write as _;
use std::path::Path;

use veragg_protocol::round::parameters::MIN_CLIENTS;

use super::error::{Location, SurveyError};
use super::file;
use super::problem::Problem;
use super::table::{Note, Table, MAX_TABLE, SEPARATORS};
use bounds::{Bounds, CLIENTS};
use columns::{Column, Contents};

/// The most columns of each kind that the comments show.
const SHOWN: usize = 5;

/// The most columns that are not measured that the comments show.
const LEFT_OUT: usize = 100;

/// A first configuration.
#[derive(Debug)]
pub struct Draft {
    /// The text of the configuration.
    pub text: String,
    /// The number of columns that seem to hold numbers, or that have no name of their own, and are not measured.
    pub left_out: usize,
}

/// Writes a configuration for this table, which is called `called` in it. It runs as it is: rows are dealt in turn, and
/// every column of numbers is measured. Comments say what else could be meant.
pub fn draft(table: &Path, called: &str) -> Result<Draft, SurveyError> {
    let text = file::read(table, MAX_TABLE)?;
    let (separator, table) = separated(table, &text)?;
    drop(text);
    let contents = Contents::of(&table, separator);
    let rows = table.len();
    if rows < MIN_CLIENTS as usize {
        let problem = Problem::FewRows {
            rows,
            least: MIN_CLIENTS,
        };
        return Err(Location::file(table.path()).error(problem));
    }
    let clients = rows.min(CLIENTS);
    // Twice the rows that a client has, since the real number stays secret.
    let max_rows = 2 * rows.div_ceil(clients) as u64;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, &contents, called, separator, clients, max_rows);
    let left_out = left_out(&contents, max_rows);
    if !left_out.is_empty() {
        out.push('\n');
    }
    for what in left_out.iter().take(LEFT_OUT) {
        let _ = writeln!(out, "# Not measured: {what}");
    }
    if left_out.len() > LEFT_OUT {
        let _ = writeln!(
            out,
            "# Not measured: {} more columns",
            left_out.len() - LEFT_OUT
        );
    }
    Ok(Draft {
        text: out,
        left_out: left_out.len(),
    })
}

/// The table, read with the separator that gives the most columns.
fn separated(path: &Path, text: &str) -> Result<(char, Table), SurveyError> {
    // A table with such a note is refused, and it is not told to add a key to a configuration that is not yet there.
    if let Some(separator) = Note::of(text).and_then(|note| note.separator) {
        return Table::parse(path, text, separator).map(|table| (separator, table));
    }
    let first = text.lines().find(|line| !line.is_empty()).unwrap_or("");
    let likely = SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|&separator| first.matches(separator).count());
    let likely = likely.unwrap_or(',');
    Table::parse(path, text, likely).map(|table| (likely, table))
}

/// The columns that are not measured, and why.
fn left_out(contents: &Contents, max_rows: u64) -> Vec<String> {
    let columns = contents.columns.iter().filter_map(|column| {
        let why = match &column.numbers {
            Some(numbers) if Bounds::around(numbers, max_rows).is_some() => None,
            Some(_) => Some("the sums would not fit 64 bits".to_owned()),
            None => column.unmeasured.clone(),
        };
        why.map(|why| format!("{} ({why})", quoted(&column.name)))
    });
    columns.chain(contents.nameless.iter().cloned()).collect()
}

fn write(
    out: &mut String,
    contents: &Contents,
    file: &str,
    separator: char,
    clients: usize,
    max_rows: u64,
) -> std::fmt::Result {
    let Contents {
        columns,
        decimal,
        missing,
        ..
    } = contents;
    let title = file.rsplit(['/', '\\']).next().unwrap_or(file);
    writeln!(
        out,
        "# A first configuration, made from the table. `veragg init FILE` without a table writes one that\n\
         # explains every key.\n\n\
         [round]\ntitle = {}\n\
         # The fraction of clients that may conspire, and of those that may drop out.\n\
         corrupt = 0.1\ndropout = 0.1\n\n\
         [data]\nfile = {}\nseparator = {}\ndecimal = \"{decimal}\"",
        quoted(&format!("Sums over {title}")),
        quoted(file),
        quoted(&separator.to_string()),
    )?;
    let missing: Vec<_> = missing.iter().map(|text| quoted(text)).collect();
    writeln!(
        out,
        "# Cells with these texts are missing values.\nmissing = [{}]\n\
         # Whose each row is. Here the rows are dealt to {clients} clients in turn.\n\
         deal = \"round-robin\"\nclients = {clients}",
        missing.join(", ")
    )?;
    let owners = columns.iter().filter(|column| column.is_owner());
    for column in owners.take(SHOWN) {
        writeln!(
            out,
            "# If this column names the owner of each row ({} of them), replace the two lines above. Then\n\
             # `max_rows` must be at least {}.\n# deal = {{ column = {} }}",
            column.distinct,
            column.most_rows,
            quoted(&column.name)
        )?;
    }
    writeln!(
        out,
        "# The most rows that a client may have in one group: take the largest that is plausible.\n\
         max_rows = {max_rows}"
    )?;
    let grouping = || columns.iter().filter(|column| column.is_group());
    for column in grouping().take(SHOWN) {
        writeln!(
            out,
            "\n# For results in groups by this column:\n# [groups]\n# column = {}\n# names = [{}]",
            quoted(&column.name),
            listed(column)
        )?;
    }
    let measured = write_measures(out, columns, max_rows)?;
    if !measured {
        writeln!(
            out,
            "\n# No column holds numbers, so rows are counted.\n[[count]]\nname = \"rows\""
        )?;
    }
    for column in grouping().take(SHOWN) {
        writeln!(
            out,
            "\n# To count how many rows have each value of this column:\n# [[count]]\n# column = {}\n# values = [{}]",
            quoted(&column.name),
            listed(column)
        )?;
    }
    Ok(())
}

/// Writes a block for all columns with the same bounds. Returns whether there is any.
fn write_measures(
    out: &mut String,
    columns: &[Column],
    max_rows: u64,
) -> Result<bool, std::fmt::Error> {
    let mut blocks: Vec<(Bounds, Vec<&Column>)> = Vec::new();
    for column in columns {
        let Some(numbers) = &column.numbers else {
            continue;
        };
        let Some(bounds) = Bounds::around(numbers, max_rows) else {
            continue;
        };
        match blocks.iter_mut().find(|(other, _)| *other == bounds) {
            Some((_, alike)) => alike.push(column),
            None => blocks.push((bounds, vec![column])),
        }
    }
    if !blocks.is_empty() {
        writeln!(
            out,
            "\n# Columns of numbers that are added up. `min` and `max` are what a row may have, here with headroom:\n\
             # take what is plausible. Remove columns that are only numbers of something, such as a postcode."
        )?;
    }
    for (bounds, columns) in &blocks {
        writeln!(out, "[[measure]]\ncolumns = [")?;
        for column in columns {
            writeln!(out, "    {},", quoted(&column.name))?;
        }
        writeln!(
            out,
            "]\ndecimals = {}\nmin = {}\nmax = {}",
            bounds.decimals, bounds.min, bounds.max
        )?;
        if !bounds.squares {
            writeln!(
                out,
                "# The squares would not fit 64 bits, so there is no deviation.\nsquares = false"
            )?;
        }
        writeln!(out)?;
    }
    Ok(!blocks.is_empty())
}

fn listed(column: &Column) -> String {
    let values = column.values.iter().map(|value| quoted(value));
    values.collect::<Vec<_>>().join(", ")
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ if character.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
