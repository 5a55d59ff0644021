//! The table: CSV with a header row. Cells are kept as text until they are needed.

use std::path::{Path, PathBuf};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::survey::error::{Location, Problem, SurveyError};

/// The most column names that a message lists.
const LISTED: usize = 12;

/// A table in memory.
#[derive(Debug)]
pub(in crate::survey) struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    line: usize,
    cells: StringRecord,
}

impl Table {
    /// Parses a table. `path` is its path.
    pub(in crate::survey) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, SurveyError> {
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
        let refuse = |error| refusal(path, bytes, error);
        let header = reader
            .headers()
            .map_err(refuse)?
            .iter()
            .map(str::to_owned)
            .collect();
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let cells = record.map_err(refuse)?;
            let line = cells.position().map_or(0, |at| line_of(at, bytes));
            rows.push(Row { line, cells });
        }
        if rows.is_empty() {
            return Err(Location::file(path).error(Problem::NoRows));
        }
        Ok(Self {
            path: path.to_path_buf(),
            header,
            rows,
        })
    }

    /// The number of rows without the header, which is at least 1.
    pub(in crate::survey) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The index of the column with this name, or the reason why there is none.
    pub(in crate::survey) fn column(&self, name: &str) -> Result<usize, Problem> {
        let mut found = self
            .header
            .iter()
            .enumerate()
            .filter(|(_, header)| *header == name);
        match (found.next(), found.count()) {
            (Some((index, _)), 0) => Ok(index),
            (Some(_), more) => Err(Problem::AmbiguousColumn(more + 1)),
            (None, _) => Err(Problem::UnknownColumn(self.suggestion(name))),
        }
    }

    /// The cell of a row in a column, without surrounding white space.
    pub(in crate::survey) fn cell(&self, row: usize, column: usize) -> &str {
        // Each row has as many cells as the header, since the reader refuses other rows.
        self.rows
            .get(row)
            .and_then(|row| row.cells.get(column))
            .unwrap_or_default()
    }

    /// The location of a mistake in a cell.
    pub(in crate::survey) fn location(&self, row: usize, column: usize) -> Location {
        let location = match self.rows.get(row) {
            Some(row) => Location::line(&self.path, row.line),
            None => Location::file(&self.path),
        };
        match self.header.get(column) {
            Some(name) => location.column(name),
            None => location,
        }
    }

    fn suggestion(&self, name: &str) -> String {
        let lowercase = name.to_lowercase();
        let nearest = self
            .header
            .iter()
            .map(|header| (distance(&header.to_lowercase(), &lowercase), header))
            .min_by_key(|(distance, _)| *distance);
        match nearest {
            Some((distance, header)) if distance <= 1 + name.chars().count() / 4 => {
                format!("did you mean `{header}`?")
            }
            _ => {
                let listed = self
                    .header
                    .iter()
                    .take(LISTED)
                    .map(|header| format!("`{header}`"));
                let more = match self.header.len().saturating_sub(LISTED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!(
                    "choose among {}{more}",
                    listed.collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

/// The line on which a record starts. The reader gives a position before the empty lines that it skips.
fn line_of(position: &csv::Position, bytes: &[u8]) -> usize {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let skipped = bytes
        .iter()
        .skip(start)
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|&&byte| byte == b'\n')
        .count();
    usize::try_from(position.line())
        .unwrap_or(usize::MAX)
        .saturating_add(skipped)
}

fn refusal(path: &Path, bytes: &[u8], error: csv::Error) -> SurveyError {
    let location = match error.position() {
        Some(position) => Location::line(path, line_of(position, bytes)),
        None => Location::file(path),
    };
    let message = error.to_string();
    location.error(match error.into_kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Problem::Cells {
            got: len,
            want: expected_len,
        },
        ErrorKind::Utf8 { .. } => Problem::Utf8,
        _ => Problem::Csv(message),
    })
}

/// Number of characters to insert, remove or replace (Levenshtein) to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
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

    fn table(text: &str) -> Result<Table, String> {
        Table::parse(Path::new("t.csv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn cells_are_trimmed_and_lines_counted_across_empty_lines_and_quotes() {
        let table = table("\u{feff}a, b\r\n\r\n1 ,\"x\ny\"\r\n\n\n2,\n").unwrap();
        assert_eq!(table.column("a").unwrap(), 0);
        assert_eq!(table.len(), 2);
        assert_eq!((table.cell(0, 0), table.cell(0, 1)), ("1", "x\ny"));
        assert_eq!(table.cell(1, 1), "");
        assert_eq!(table.location(0, 1).to_string(), "t.csv:3: column `b`");
        assert_eq!(table.location(1, 0).to_string(), "t.csv:7: column `a`");
    }

    #[test]
    fn mistakes_of_the_table() {
        for (text, want) in [
            ("a,b\n", "t.csv: the table has no rows below its header; add some, or point `file` to another table"),
            ("", "t.csv: the table has no rows below its header; add some, or point `file` to another table"),
            ("a,b\n1,2\n\n3\n", "t.csv:4: this row has 1 cells, but the header has 2; look for a missing or an unquoted comma"),
        ] {
            assert_eq!(table(text).unwrap_err(), want);
        }
        let latin = Table::parse(Path::new("t.csv"), b"a\n1\n\xe9\n").unwrap_err();
        assert_eq!(
            latin.to_string(),
            "t.csv:3: this row is not UTF-8 text; save the table as UTF-8"
        );
    }

    #[test]
    fn unknown_and_ambiguous_columns() {
        let table = table("mean_radius,mean_area,id,id\n1,2,3,4\n").unwrap();
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
                "the table has no such column; choose among `mean_radius`, `mean_area`, `id`, `id`",
            ),
            (
                "id",
                "the table has 2 columns of this name; rename all but one",
            ),
        ] {
            assert_eq!(table.column(name).unwrap_err().to_string(), want);
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
