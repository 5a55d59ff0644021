//! The mistakes that a survey can have, where they are, and what to do about them.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg_circuits::proof_system::UnknownSuite;

/// A mistake in a configuration or a table, with its location.
///
/// Its text is one line: `file:line: column: problem; what to do`.
#[derive(Debug, Error)]
#[error("{location}: {problem}")]
pub struct SurveyError {
    /// Where the mistake is.
    pub location: Location,
    /// What the mistake is.
    pub problem: Box<Problem>,
}

/// The location of a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The configuration or the table.
    pub file: PathBuf,
    /// The line, counted from 1, if the mistake is on a line.
    pub line: Option<usize>,
    /// The column of the table, if the mistake is about one.
    pub column: Option<String>,
}

impl Location {
    pub(super) fn file(file: &Path) -> Self {
        Self {
            file: file.to_path_buf(),
            line: None,
            column: None,
        }
    }

    pub(super) fn line(file: &Path, line: usize) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file)
        }
    }

    pub(super) fn column(self, column: &str) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..self
        }
    }

    pub(super) fn error(self, problem: Problem) -> SurveyError {
        SurveyError {
            location: self,
            problem: Box::new(problem),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        Ok(())
    }
}

/// What a mistake is, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file cannot be read.
    #[error(
        "cannot be read ({0}); check the path (`file` is relative to the configuration's folder)"
    )]
    Read(#[source] std::io::Error),

    /// The configuration is not TOML, or a key is missing, unknown or of the wrong type.
    #[error("{0}; the comments in examples/hospitals/round.toml, and for [synthetic] in examples/million/round.toml, explain every key, required or not")]
    Toml(String),
    /// There is no suite with this name.
    #[error(transparent)]
    Suite(UnknownSuite),
    /// The configuration has neither a table nor a generator.
    #[error("the configuration does not say where the clients' numbers come from; add [data] with a table, or [synthetic]")]
    NoSource,
    /// The configuration has a table and a generator.
    #[error("[synthetic] and [data] both say where the clients' numbers come from; remove one of the two")]
    TwoSources,
    /// A block needs a table, but there is a generator.
    #[error("{0} is about a table, but [synthetic] has none; remove it")]
    NoTable(&'static str),
    /// A vector is longer than a statement allows.
    #[error("`len = {got}` is too long; a vector has at most {most} numbers")]
    Long {
        /// The configured value.
        got: usize,
        /// The longest length that is allowed.
        most: usize,
    },
    /// A bound is 0 or 1, so at most one value is below it.
    #[error("`bound = {0}` is too small, since every value must be below it; give at least 2")]
    OneValue(u64),
    /// A number of the configuration is not decimal, or has too many digits.
    #[error("`{key} = {text}` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3")]
    Number {
        /// The key of the configuration.
        key: &'static str,
        /// The value as it is written.
        text: String,
    },
    /// A fraction is not in `0..1`.
    #[error(
        "`{key} = {text}` is not a fraction; give a number of at least 0 and below 1, such as 0.1"
    )]
    Fraction {
        /// The key of the configuration.
        key: &'static str,
        /// The value as it is written.
        text: String,
    },
    /// A value is 0 that must be at least 1.
    #[error("`{0} = 0` is too small; give at least 1")]
    Zero(&'static str),
    /// The configuration requires more contributors than there are clients.
    #[error("`min_contributors = {wanted}` can never be reached with {clients} clients; lower it to at most {clients}")]
    MinContributors {
        /// The configured value.
        wanted: u32,
        /// The number of clients.
        clients: u32,
    },
    /// `clients` is missing, and nothing else gives the number of clients.
    #[error("`clients` is missing: `deal` says how rows are dealt to clients, but not to how many; add `clients = 10`, or name the column that holds the client of each row, `deal = {{ column = \"...\" }}`")]
    ClientsMissing,
    /// The table of group names is empty.
    #[error("`names` is empty; name each value of the column, as in `names = {{ \"1\" = \"benign\", \"0\" = \"malignant\" }}`, or remove [groups]")]
    NoGroups,
    /// Two values of the grouping column have the same name.
    #[error("the group name `{0}` is given to two values; give each value a name of its own")]
    GroupTwice(String),
    /// The configuration measures no columns.
    #[error("there is no [[measure]]; add one that lists the columns to add up")]
    NoMeasure,
    /// Two measures have the same name.
    #[error(
        "the name `{name}` is already taken by the [[measure]] of line {first}; choose another"
    )]
    MeasureTwice {
        /// The name of both measures.
        name: String,
        /// The line of the first.
        first: usize,
    },
    /// A measure lists no columns.
    #[error(
        "`columns` is empty; list at least one column of the table, or remove this [[measure]]"
    )]
    NoColumns,
    /// A column is measured twice.
    #[error("is already measured on line {first}; list each column once")]
    ColumnTwice {
        /// The line on which it is listed first.
        first: usize,
    },
    /// More digits after the decimal point are configured than are allowed.
    #[error("`decimals = {got}` is too many; at most {most} digits after the point are kept")]
    Decimals {
        /// The configured value.
        got: u8,
        /// The largest value that is allowed.
        most: u8,
    },
    /// `max` is not above `min`.
    #[error("`max = {max}` is not above `min = {min}` at `decimals = {decimals}`; raise `max`, lower `min`, or keep more decimals")]
    EmptyRange {
        /// The smallest value, rounded to `decimals`.
        min: String,
        /// The largest value, rounded to `decimals`.
        max: String,
        /// The number of digits after the decimal point.
        decimals: u8,
    },
    /// `min` does not fit 64 bits.
    #[error("`min = {min}` is too far from zero for `decimals = {decimals}`; keep fewer decimals")]
    Offset {
        /// The smallest value, rounded to `decimals`.
        min: String,
        /// The number of digits after the decimal point.
        decimals: u8,
    },
    /// The bound of a segment would be `2^64` or more.
    #[error("one client's {segment} may reach max_rows {formula} = {largest}, which does not fit 64 bits; {advice}")]
    Bound {
        /// The name of the segment.
        segment: String,
        /// The formula of the largest value, without its first factor.
        formula: String,
        /// The largest value.
        largest: String,
        /// What to change in the configuration.
        advice: String,
    },
    /// The exact computation of the deviation would exceed 128 bits.
    #[error("with {clients} clients of up to {max_rows} rows the exact deviation of `{measure}` would exceed 128 bits; lower `max_rows` or `decimals`, or narrow `min` to `max`")]
    Totals {
        /// The number of clients.
        clients: u32,
        /// The most rows that a client may have in a group.
        max_rows: u64,
        /// The name of the measure.
        measure: String,
    },
    /// A client that is to drop out does not exist.
    #[error("client {client} does not exist; the clients are numbered from 1 to {clients}")]
    DropoutUnknown {
        /// The configured value.
        client: u32,
        /// The number of clients.
        clients: u32,
    },
    /// A client is to drop out twice.
    #[error("client {client} already drops out on line {first}; remove one of the two")]
    DropoutTwice {
        /// The number of the client.
        client: u32,
        /// The line of the first `[[dropout]]`.
        first: usize,
    },

    /// The table does not have a column of this name.
    #[error("the table has no such column; {0}")]
    UnknownColumn(String),
    /// The table has several columns of this name.
    #[error("the table has {0} columns of this name; rename all but one")]
    AmbiguousColumn(usize),
    /// A row has too few or too many cells.
    #[error(
        "this row has {got} cells, but the header has {want}; look for a missing or an unquoted comma"
    )]
    Cells {
        /// The number of cells in the row.
        got: u64,
        /// The number of cells in the header.
        want: u64,
    },
    /// A row of the table is not UTF-8.
    #[error("this row is not UTF-8 text; save the table as UTF-8")]
    Utf8,
    /// The CSV reader refuses the table for another reason.
    #[error("not a CSV table ({0}); save it as comma-separated values with a header row")]
    Csv(String),
    /// The table has no rows.
    #[error("the table has no rows below its header; add some, or point `file` to another table")]
    NoRows,
    /// The group of a row has no name.
    #[error("`{value}` is not among the values that [groups] names ({known}); correct the cell or add it to `names`")]
    GroupValue {
        /// The text of the cell.
        value: String,
        /// The values that have names, as a list.
        known: String,
    },
    /// The cell with the client of a row is empty.
    #[error("the cell is empty, so the row belongs to no client; fill it or remove the row")]
    Owner,
    /// The table has fewer rows than there are clients.
    #[error("{rows} rows cannot be dealt to {clients} clients; lower `clients` to at most {rows}")]
    TooFewRows {
        /// The number of rows in the table.
        rows: usize,
        /// The configured value.
        clients: u32,
    },
    /// `clients` contradicts the column that holds the client of each row.
    #[error("`clients = {clients}`, but the column `{column}` names {found} of them; correct one or leave `clients` out")]
    ClientsDisagree {
        /// The configured value.
        clients: u32,
        /// The name of the column.
        column: String,
        /// The number of different values in it.
        found: usize,
    },
    /// A cell is not a number.
    #[error("`{0}` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3, and leave the cell empty if the value is missing")]
    Cell(String),
    /// A value is above `max`.
    #[error("{value} is above `max = {max}` of {measure}; correct the cell or raise `max` in the configuration")]
    AboveMax {
        /// The text of the cell.
        value: String,
        /// The largest value that is allowed.
        max: String,
        /// The name of the measure.
        measure: String,
    },
    /// A value is below `min`.
    #[error("{value} is below `min = {min}` of {measure}; correct the cell or lower `min` in the configuration")]
    BelowMin {
        /// The text of the cell.
        value: String,
        /// The smallest value that is allowed.
        min: String,
        /// The name of the measure.
        measure: String,
    },
    /// A client has too many rows.
    #[error("{client} has {rows} rows{group}, more than `max_rows = {max_rows}`; raise it to at least {rows}, or deal to more clients")]
    MaxRows {
        /// The client, by number and name.
        client: String,
        /// The text ` in the group ...`, or no text.
        group: String,
        /// The number of its rows in the group.
        rows: u64,
        /// The configured value.
        max_rows: u64,
    },

    /// The number of sums is not the one of the survey.
    #[error("{got} sums were given, but this survey has {want}; give the sums of a round with this configuration")]
    SumsLength {
        /// The number that was given.
        got: usize,
        /// The number of coordinates of the survey.
        want: usize,
    },
    /// There are more contributors than clients.
    #[error("{got} contributors were given, but this survey has {clients} clients; give the number of contributors of the round")]
    Contributors {
        /// The number that was given.
        got: usize,
        /// The number of clients of the survey.
        clients: u32,
    },
    /// A sum is larger than the contributors can reach.
    #[error("coordinate {coordinate} sums to {sum}, but {contributors} contributors reach at most {most}; give the sums and the number of contributors of the same round")]
    SumTooLarge {
        /// The index of the coordinate.
        coordinate: usize,
        /// The sum that was given.
        sum: u128,
        /// The number of contributors that was given.
        contributors: u32,
        /// The largest sum that the contributors can reach.
        most: u128,
    },
    /// A sum is not the sum of the contributors' synthetic vectors.
    #[error("coordinate {coordinate} sums to {sum}, but the synthetic vectors of the contributors add up to {want}; a client contributed other numbers than those of its seed, so do not use these sums")]
    OtherSum {
        /// The index of the coordinate.
        coordinate: usize,
        /// The sum that was given.
        sum: u128,
        /// The sum of the synthetic vectors.
        want: u128,
    },
    /// No rows have these sums. Range proofs do not exclude such sums: they only prove bounds.
    #[error("count {count}, sum {sum} and squares {squares}{group} cannot be those of any rows; a contributor gave numbers that contradict each other, so do not use these statistics")]
    Inconsistent {
        /// The text ` in the group ...`, or no text.
        group: String,
        /// The sum of the counts.
        count: u128,
        /// The sum of the values minus `min`.
        sum: u128,
        /// The sum of the squares of these differences.
        squares: u128,
    },
}

/// The text ` in the group ...` for messages; empty if rows are not grouped.
pub(super) fn in_group(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" in the group `{name}`"))
}
