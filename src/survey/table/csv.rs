//! Reads CSV strictly, as RFC 4180 has it: what could be read in two ways is refused.

use std::borrow::Cow;

use crate::survey::csv_error::{CsvError, MAX_COLUMNS};

/// The characters that can separate the cells of a table.
pub(in crate::survey) const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A refused record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The line on which the cell begins that is wrong.
    pub(super) line: usize,
    /// The index of the cell in its record.
    pub(super) column: usize,
    pub(super) error: CsvError,
}

/// Reads one record after the other. It copies no cell but those with doubled quotation marks.
///
/// A line ends with a line feed, a carriage return, or both. Empty lines are skipped. White space around the text of a
/// cell is left out, also between quotation marks.
pub(super) struct Reader<'a> {
    text: &'a str,
    /// The offset of what is not read yet.
    at: usize,
    /// The line of that offset, counted from 1.
    line: usize,
    separator: char,
}

/// What ends a cell.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Record,
}

impl<'a> Reader<'a> {
    /// Reads this text. The separator is an ASCII character, and none of a quotation mark and the line ends.
    pub(super) fn new(text: &'a str, separator: char) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            separator,
        }
    }

    /// Reads the next record into `cells`, and returns the line on which it begins; `None` after the last one.
    pub(super) fn record(
        &mut self,
        cells: &mut Vec<Cow<'a, str>>,
    ) -> Result<Option<usize>, Refused> {
        cells.clear();
        while self.skip_line_end() {}
        if self.at == self.text.len() {
            return Ok(None);
        }
        let first = self.line;
        loop {
            let (line, column) = (self.line, cells.len());
            let refuse = |error| Refused {
                line,
                column,
                error,
            };
            if column == MAX_COLUMNS {
                return Err(refuse(CsvError::Columns));
            }
            cells.push(self.cell().map_err(refuse)?);
            if self.end() == End::Record {
                return Ok(Some(first));
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads a cell up to what ends it.
    fn cell(&mut self) -> Result<Cow<'a, str>, CsvError> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let ends = |character| character == self.separator || matches!(character, '\n' | '\r');
        let cell = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if cell.contains('"') {
            return Err(match cell.trim_start().starts_with('"') {
                true => CsvError::SpaceBefore,
                false => CsvError::Within,
            });
        }
        self.at += cell.len();
        Ok(cell.trim().into())
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, CsvError> {
        let rest = self.rest();
        let (mut end, mut doubled) = (1, false);
        loop {
            end += rest[end..].find('"').ok_or(CsvError::Unclosed)?;
            if !rest[end + 1..].starts_with('"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        let cell = &rest[1..end];
        let opened = self.line;
        self.at += end + 1;
        self.line += line_ends(cell);
        let follows = self.rest().chars().next();
        if follows.is_some_and(|it| it != self.separator && !matches!(it, '\n' | '\r')) {
            let closed = (self.line != opened).then_some(self.line);
            return Err(CsvError::AfterQuote { closed });
        }
        let cell = cell.trim();
        Ok(match doubled {
            true => cell.replace("\"\"", "\"").into(),
            false => cell.into(),
        })
    }

    /// Skips what ends the cell that was read.
    fn end(&mut self) -> End {
        if self.rest().starts_with(self.separator) {
            self.at += self.separator.len_utf8();
            return End::Cell;
        }
        self.skip_line_end();
        End::Record
    }

    /// Skips the end of a line, if the text goes on with one.
    fn skip_line_end(&mut self) -> bool {
        let skipped = match self.rest().as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.at += skipped;
        self.line += 1;
        true
    }
}

fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count();
    let returns = bytes.iter().filter(|&&byte| byte == b'\r').count();
    let both = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    feeds + returns - both
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Records = Vec<(usize, Vec<String>)>;

    fn records(text: &str, separator: char) -> Result<Records, Refused> {
        let mut reader = Reader::new(text, separator);
        let (mut records, mut cells) = (Vec::new(), Vec::new());
        while let Some(line) = reader.record(&mut cells)? {
            records.push((line, cells.iter().map(|cell| cell.to_string()).collect()));
        }
        Ok(records)
    }

    #[test]
    fn lines_are_counted_across_empty_lines_and_quoted_line_ends() {
        let text = "\n a ,\"b\r\nc\rd\ne\"\r\n\r\n\r1,\"say \"\"x\"\" \"\n\"\",\n3,4";
        let want = [
            (2, ["a", "b\r\nc\rd\ne"]),
            (8, ["1", "say \"x\""]),
            (9, ["", ""]),
            (10, ["3", "4"]),
        ];
        let want: Vec<_> = want
            .iter()
            .map(|(line, cells)| (*line, cells.map(str::to_owned).to_vec()))
            .collect();
        assert_eq!(records(text, ',').unwrap(), want);
        assert_eq!(records("\r\n\n", ',').unwrap(), []);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (text, line, column, error) in [
            ("a,b\n1,\"2\n3,4\n", 2, 1, CsvError::Unclosed),
            ("a,\"", 1, 1, CsvError::Unclosed),
            ("a,\"\"\"", 1, 1, CsvError::Unclosed),
            ("a\n\"2\"3\n", 2, 0, CsvError::AfterQuote { closed: None }),
            (
                "a,b\n1,\"2\n3,\"x\",4\n",
                2,
                1,
                CsvError::AfterQuote { closed: Some(3) },
            ),
            ("a,\"b\" ,c", 1, 1, CsvError::AfterQuote { closed: None }),
            ("a\n5\" pipe\n", 2, 0, CsvError::Within),
            ("a, \"b\"\n", 1, 1, CsvError::SpaceBefore),
        ] {
            let want = Refused {
                line,
                column,
                error,
            };
            assert_eq!(records(text, ','), Err(want), "{text}");
        }
        let wide = ",".repeat(MAX_COLUMNS);
        assert_eq!(records(&wide, ',').unwrap_err().error, CsvError::Columns);
        assert!(records(&wide[1..], ',').is_ok());
    }

    /// A cell, and whether it is written between quotation marks though it need not be.
    fn cell() -> impl Strategy<Value = (String, bool)> {
        let text = prop::collection::vec(
            prop::sample::select(vec![
                "a", "é", " ", "\"", ",", ";", "\t", "|", "\n", "\r\n", "1.5",
            ]),
            0..5,
        );
        (text.prop_map(|parts| parts.concat()), any::<bool>())
    }

    proptest! {
        /// Well-formed tables are read as the `csv` crate reads them.
        #[test]
        fn well_formed_tables_are_read_as_by_another_reader(
            rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..6),
            separator in prop::sample::select(vec![',', ';', '\t', '|']),
            end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
            last in any::<bool>(),
        ) {
            let write = |(text, quoted): &(String, bool)| {
                let must = text.contains([separator, '"', '\n', '\r']);
                match *quoted || must {
                    true => format!("\"{}\"", text.replace('"', "\"\"")),
                    false => text.clone(),
                }
            };
            let lines: Vec<_> = rows
                .iter()
                .map(|row| row.iter().map(write).collect::<Vec<_>>().join(&separator.to_string()))
                .collect();
            let text = lines.join(end) + if last { end } else { "" };
            let reader = csv::ReaderBuilder::new()
                .trim(csv::Trim::All)
                .flexible(true)
                .has_headers(false)
                .delimiter(separator as u8)
                .from_reader(text.as_bytes());
            let want: Vec<Vec<String>> = reader
                .into_records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let got: Vec<_> = records(&text, separator).unwrap().into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(got, want);
        }

        /// No text makes the reader panic, and it reads each text in one way.
        #[test]
        fn any_text_is_read_or_refused(text in "[a\", \r\n]{0,40}") {
            if let Ok(records) = records(&text, ',') {
                let ends = 1 + line_ends(&text);
                prop_assert!(records.iter().all(|(line, _)| (1..=ends).contains(line)));
            }
        }
    }
}
