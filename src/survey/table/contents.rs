//! The table: a header with names, and rows of cells. Cells are kept as text until they are needed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use veragg_circuits::foreign::Foreign;

use super::csv::{Reader, Refused, SEPARATORS};
use super::note::Note;
use crate::survey::error::{listed, Location, SurveyError};
use crate::survey::lookalike;
use crate::survey::problem::Problem;
use crate::text_file::TextFileError;

/// The most bytes of a table.
pub(in crate::survey) const MAX_TABLE: u64 = 1 << 30;

/// The most characters of a name that is compared with others.
const COMPARED: usize = 80;

/// A table in memory.
#[derive(Debug)]
pub(in crate::survey) struct Table {
    path: PathBuf,
    separator: char,
    header: Vec<String>,
    /// For each name in the header the index of the first column, and the number of columns of this name.
    columns: HashMap<String, (usize, usize)>,
    /// The text of all cells, row by row.
    cells: String,
    /// Where in it each cell ends.
    ends: Vec<u32>,
    /// The line on which each row begins.
    lines: Vec<u32>,
}

impl Table {
    /// Parses a table. `path` is its path. Rows whose cells are all empty are skipped, as empty lines are.
    pub(in crate::survey) fn parse(
        path: &Path,
        text: &str,
        separator: char,
    ) -> Result<Self, SurveyError> {
        // Offsets in a longer text would not fit 32 bits.
        if text.len() as u64 > MAX_TABLE {
            let error = TextFileError::TooLong { most: MAX_TABLE };
            return Err(Location::file(path).error(Problem::Text(error)));
        }
        if let Some(Note {
            line,
            separator: noted,
        }) = Note::of(text)
        {
            let noted = noted.filter(|&it| it != separator);
            return Err(Location::line(path, line).error(Problem::Note(noted)));
        }
        let mut reader = Reader::new(text, separator);
        let mut record = Vec::new();
        let read = reader.record(&mut record);
        let read = read.map_err(|refused| refusal(path, &[], refused))?;
        let Some(line) = read else {
            return Err(Location::file(path).error(Problem::EmptyTable));
        };
        if record.iter().all(|name| name.is_empty()) {
            return Err(Location::line(path, line).error(Problem::NamelessHeader));
        }
        let header: Vec<String> = record.iter().map(|name| name.to_string()).collect();
        let mut columns: HashMap<String, (usize, usize)> = HashMap::new();
        for (index, name) in header.iter().enumerate() {
            columns.entry(name.clone()).or_insert((index, 0)).1 += 1;
        }
        let mut table = Self {
            path: path.to_path_buf(),
            separator,
            header,
            columns,
            cells: String::new(),
            ends: Vec::new(),
            lines: Vec::new(),
        };
        loop {
            let read = reader.record(&mut record);
            let Some(line) = read.map_err(|refused| refusal(path, &table.header, refused))? else {
                break;
            };
            if record.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            let (got, want) = (record.len(), table.header.len());
            if got != want {
                let problem = table.other_separator().unwrap_or(Problem::Cells {
                    got,
                    want,
                    separator,
                });
                return Err(Location::line(path, line).error(problem));
            }
            for cell in &record {
                table.cells.push_str(cell);
                table.ends.push(short(table.cells.len()));
            }
            table.lines.push(short(line));
        }
        if table.lines.is_empty() {
            return Err(Location::file(path).error(Problem::NoRows));
        }
        Ok(table)
    }

    /// The number of rows without the header, which is at least 1.
    pub(in crate::survey) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The path of the table.
    pub(in crate::survey) fn path(&self) -> &Path {
        &self.path
    }

    /// The names in the header, in order.
    pub(in crate::survey) fn header(&self) -> &[String] {
        &self.header
    }

    /// The index of the column with this name, or the reason why there is none.
    pub(in crate::survey) fn column(&self, name: &str) -> Result<usize, Problem> {
        match self.columns.get(name) {
            _ if name.is_empty() => Err(Problem::NamelessColumn),
            Some(&(index, 1)) => Ok(index),
            Some(&(_, more)) => Err(Problem::AmbiguousColumn(more)),
            None => Err(self
                .other_separator()
                .unwrap_or_else(|| Problem::UnknownColumn(self.suggestion(name)))),
        }
    }

    /// The cell of a row in a column, without surrounding white space.
    pub(in crate::survey) fn cell(&self, row: usize, column: usize) -> &str {
        // Each row has as many cells as the header.
        let index = row * self.header.len() + column;
        let end = |index: usize| self.ends.get(index).map_or(0, |&end| end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        self.cells.get(start..end(index)).unwrap_or_default()
    }

    /// The location of a mistake in a cell.
    pub(in crate::survey) fn location(&self, row: usize, column: usize) -> Location {
        let location = match self.lines.get(row) {
            Some(&line) => Location::line(&self.path, line as usize),
            None => Location::file(&self.path),
        };
        match self.header.get(column) {
            Some(name) => location.column(name),
            None => location,
        }
    }

    /// What to say if the header is one cell, but other characters could separate several.
    fn other_separator(&self) -> Option<Problem> {
        let [only] = self.header.as_slice() else {
            return None;
        };
        let others = SEPARATORS.into_iter().filter(|&it| it != self.separator);
        let found = others.max_by_key(|&it| only.matches(it).count())?;
        only.contains(found).then_some(Problem::OtherSeparator {
            configured: self.separator,
            found,
        })
    }

    fn suggestion(&self, name: &str) -> String {
        let lowercase = name.to_lowercase();
        let length = name.chars().count();
        let allowed = 1 + length / 4;
        let similar = |header: &&String| {
            !header.is_empty()
                && header.len() <= COMPARED
                && header.chars().count().abs_diff(length) <= allowed
        };
        let nearest = self
            .header
            .iter()
            .filter(similar)
            .map(|header| (distance(&header.to_lowercase(), &lowercase), header))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= allowed);
        match nearest {
            Some((_, header)) if lookalike::seem_equal(header, name) => {
                let (theirs, ours) = lookalike::told_apart(header, name);
                format!("`{theirs}` looks like `{ours}`, but is written with other characters: copy the name from the table")
            }
            Some((_, header)) => format!("did you mean `{}`?", Foreign::new(header)),
            None => {
                let named = self.header.iter().filter(|name| !name.is_empty());
                format!("choose among {}", listed(named))
            }
        }
    }
}

/// An offset or a number of lines, of which a table has at most 2^30.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn refusal(path: &Path, header: &[String], refused: Refused) -> SurveyError {
    let location = Location::line(path, refused.line);
    let location = match header.get(refused.column) {
        Some(name) => location.column(name),
        None => location,
    };
    location.error(Problem::Csv(refused.error))
}

/// Number of characters to insert, remove or replace (Levenshtein) to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().take(2 * COMPARED).collect();
    let mut previous: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.chars().enumerate() {
        let mut left = row + 1;
        let mut current = vec![left];
        for (&b, pair) in to.iter().zip(previous.windows(2)) {
            if let &[diagonal, above] = pair {
                left = (diagonal + usize::from(a != b))
                    .min(above + 1)
                    .min(left + 1);
                current.push(left);
            }
        }
        previous = current;
    }
    previous.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table_with(text: &str, separator: char) -> Result<Table, String> {
        Table::parse(Path::new("t.csv"), text, separator).map_err(|error| error.to_string())
    }

    fn table(text: &str) -> Result<Table, String> {
        table_with(text, ',')
    }

    #[test]
    fn cells_are_trimmed_and_located() {
        let table = table("a, b\r\n\r\n1 ,\"x\ny\"\r\n\n\n2,\n").unwrap();
        assert_eq!(table.column("a").unwrap(), 0);
        assert_eq!(table.len(), 2);
        assert_eq!((table.cell(0, 0), table.cell(0, 1)), ("1", "x\ny"));
        assert_eq!((table.cell(1, 0), table.cell(1, 1)), ("2", ""));
        assert_eq!(table.location(0, 1).to_string(), "t.csv:3: column `b`");
        assert_eq!(table.location(1, 0).to_string(), "t.csv:7: column `a`");
    }

    #[test]
    fn rows_without_any_text_are_skipped() {
        let table = table("a,b,c\n1,2,3\n,,\n,\n\"\", ,\"\"\n4,,\n,,,,,\n").unwrap();
        assert_eq!(table.len(), 2);
        assert_eq!(table.location(1, 0).to_string(), "t.csv:6: column `a`");
    }

    #[test]
    fn mistakes_of_the_table() {
        for (text, want) in [
            ("a,b\n", "t.csv: the table has no rows below its header; add some, or give another table"),
            ("", "t.csv: the table is empty; write a header with the names of the columns, and rows below it, or give another table"),
            ("\r\n\n", "t.csv: the table is empty; write a header with the names of the columns, and rows below it, or give another table"),
            ("a,b\n,\n\"\", ,\n", "t.csv: the table has no rows below its header; add some, or give another table"),
            ("\n,,\na,b\n1,2\n", "t.csv:2: the first row must be the header, but it has no names; remove it, or write the names of the columns in it"),
            ("sep=;\na;b\n1;2\n", "t.csv:1: this line is a note for Excel; remove it, and write `separator = \";\"` under [data]"),
            ("\"SEP=\\t\"\na\tb\n1\t2\n", "t.csv:1: this line is a note for Excel; remove it, and write `separator = \"\\t\"` under [data]"),
            ("sep=,\na,b\n1,2\n", "t.csv:1: this line is a note for Excel; remove it"),
            ("a,b\n1,2\n\n3\n", "t.csv:4: this row has 1 cell, but the header has 2; look for a missing `,`, or for one too many: a cell that holds `,` stands between quotation marks"),
            ("a,notes\n1,ok\n2,\"5 kg\n3,ok\n", "t.csv:3: column `notes`: the quotation mark that opens this cell is never closed; write \" at the end of the cell, or remove the mark"),
            ("a,\"b\n1,2\n", "t.csv:1: the quotation mark that opens this cell is never closed; write \" at the end of the cell, or remove the mark"),
            ("a,notes\n1,\"ok\n2,\"5\"\n", "t.csv:2: column `notes`: there is text after the quotation mark that closes this cell (on line 3); put the whole cell between quotation marks and double those within it, as in \"2\"\" pipe\""),
            ("a;b\n1,5;2\n", "t.csv:2: the header has no `,`, but `;`; if that separates the cells, write `separator = \";\"` under [data]"),
        ] {
            assert_eq!(table(text).unwrap_err(), want);
        }
        assert_eq!(
            table_with("a|b\n1|2|3\n", '|').unwrap_err(),
            "t.csv:2: this row has 3 cells, but the header has 2; look for a missing `|`, or for one too many: a cell that holds `|` stands between quotation marks"
        );
    }

    #[test]
    fn unknown_and_ambiguous_columns() {
        let table = table("mean_radius,mean_area,id,id,,,Zu\u{308}rich\n1,2,3,4,5,6,7\n").unwrap();
        for (name, want) in [
            (
                "mean_raduis",
                "the table has no such column; did you mean `mean_radius`?",
            ),
            (
                "Mean_Area",
                "the table has no such column; did you mean `mean_area`?",
            ),
            (
                "weight",
                "the table has no such column; choose among `mean_radius`, `mean_area`, `id`, `id`, `Zu\u{308}rich`",
            ),
            (
                "i",
                "the table has no such column; did you mean `id`?",
            ),
            (
                "x",
                "the table has no such column; choose among `mean_radius`, `mean_area`, `id`, `id`, `Zu\u{308}rich`",
            ),
            (
                "id",
                "the table has 2 columns of this name; rename all but one",
            ),
            ("", "a column without a name cannot be asked for; name it in the header"),
            (
                "Z\u{fc}rich",
                "the table has no such column; `Zu\\u{308}rich` looks like `Z\\u{fc}rich`, but is written with other characters: copy the name from the table",
            ),
        ] {
            assert_eq!(table.column(name).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn a_header_with_another_separator_is_named() {
        for (text, configured, want) in [
            ("a;b\n1;2\n", ',', "the header has no `,`, but `;`; if that separates the cells, write `separator = \";\"` under [data]"),
            ("a\tb\n1\t2\n", ',', "the header has no `,`, but a tab; if that separates the cells, write `separator = \"\\t\"` under [data]"),
            ("a,b\n1,2\n", ';', "the header has no `;`, but `,`; if that separates the cells, write `separator = \",\"` under [data]"),
        ] {
            let error = table_with(text, configured);
            // Rows with as many cells as the header do not show it, a name that is asked for does.
            let problem = match error {
                Ok(table) => table.column("a").unwrap_err().to_string(),
                Err(error) => error,
            };
            assert!(problem.ends_with(want), "{problem}");
        }
    }

    #[test]
    fn distances() {
        for (from, to, want) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), want);
        }
    }
}
