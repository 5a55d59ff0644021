//! What can be wrong with a survey, where, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg_circuits::proof_system::UnknownSuite;

/// A mistake in a configuration or a table: where it is, and what it is.
///
/// Its text is one line: `file:line: column: problem; what to do`.
#[derive(Debug, Error)]
#[error("{place}: {problem}")]
pub struct SurveyError {
    /// Where.
    pub place: Location,
    /// What.
    pub problem: Box<Problem>,
}

/// Where a mistake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, if the mistake sits on one.
    pub line: Option<usize>,
    /// The column of the table, if it is about one.
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
            place: self,
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

/// What is wrong.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file that cannot be read.
    #[error(
        "cannot be read ({0}); check the path (`file` is relative to the configuration's folder)"
    )]
    Read(#[source] std::io::Error),

    /// Not TOML, a key that is missing, unknown or of the wrong type.
    #[error("{0}; the comments in examples/hospitals/round.toml, and for [synthetic] in examples/million/round.toml, explain every key, required or not")]
    Toml(String),
    /// A suite that does not exist.
    #[error(transparent)]
    Suite(UnknownSuite),
    /// Neither a table nor a generator.
    #[error("nothing says where the clients' numbers come from; add [data] with a table, or [synthetic]")]
    NoSource,
    /// A table and a generator.
    #[error("[synthetic] and [data] both say where the clients' numbers come from; remove one of the two")]
    TwoSources,
    /// A block that only makes sense with a table.
    #[error("{0} speaks of a table, and [synthetic] has none; remove it")]
    NoTable(&'static str),
    /// A vector that no statement may speak of.
    #[error("`len = {got}` is too long; a vector has at most {most} numbers")]
    Long {
        /// As configured.
        got: usize,
        /// The longest.
        most: usize,
    },
    /// A bound that no number, or only 0, is below.
    #[error("`bound = {0}` leaves no choice, since values go from 0 up to, not including, it; give at least 2")]
    OneValue(u64),
    /// A number of the configuration that is not written in decimal, or far too large.
    #[error("`{key} = {text}` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3")]
    Number {
        /// The key.
        key: &'static str,
        /// What stands there.
        text: String,
    },
    /// A fraction outside `0..1`.
    #[error("`{key} = {text}` is not a fraction; give a number from 0 up to, not including, 1, such as 0.1")]
    Fraction {
        /// The key.
        key: &'static str,
        /// What stands there.
        text: String,
    },
    /// A zero where it makes no sense.
    #[error("`{0} = 0` leaves nothing to do; give at least 1")]
    Zero(&'static str),
    /// More contributors asked for than there are clients.
    #[error("`min_contributors = {wanted}` can never be reached with {clients} clients; lower it to at most {clients}")]
    MinContributors {
        /// As configured.
        wanted: u32,
        /// How many clients there are.
        clients: u32,
    },
    /// `clients` left out although nothing else says how many there are.
    #[error("`clients` is missing: `deal` says how the rows are dealt, but not to how many; add `clients = 10`, or name a column that says whose each row is, `deal = {{ column = \"...\" }}`")]
    ClientsMissing,
    /// No value of the grouping column has a name.
    #[error("`names` is empty; name each value of the column, as in `names = {{ \"1\" = \"benign\", \"0\" = \"malignant\" }}`, or remove [groups]")]
    NoGroups,
    /// Two values of the grouping column with one name.
    #[error("the group name `{0}` is given to two values; give each value a name of its own")]
    GroupTwice(String),
    /// Nothing to measure.
    #[error("there is no [[measure]]; add one that lists the columns to add up")]
    NoMeasure,
    /// Two measures with one name.
    #[error(
        "the name `{name}` is already taken by the [[measure]] of line {first}; choose another"
    )]
    MeasureTwice {
        /// The name.
        name: String,
        /// Line of the first.
        first: usize,
    },
    /// A measure of nothing.
    #[error(
        "`columns` is empty; list at least one column of the table, or remove this [[measure]]"
    )]
    NoColumns,
    /// A column that is measured twice.
    #[error("is already measured on line {first}; list each column once")]
    ColumnTwice {
        /// Line of the first mention.
        first: usize,
    },
    /// Too many digits after the point.
    #[error("`decimals = {got}` is too many; at most {most} digits after the point are kept")]
    Decimals {
        /// As configured.
        got: u8,
        /// The largest allowed.
        most: u8,
    },
    /// `max` not above `min`.
    #[error("`max = {max}` is not above `min = {min}` at `decimals = {decimals}`; raise `max`, lower `min`, or keep more decimals")]
    EmptyRange {
        /// Smallest value, as rounded.
        min: String,
        /// Largest value, as rounded.
        max: String,
        /// Digits after the point.
        decimals: u8,
    },
    /// `min` so far from zero that it does not fit 64 bits.
    #[error("`min = {min}` is too far from zero for `decimals = {decimals}`; keep fewer decimals")]
    Offset {
        /// As rounded.
        min: String,
        /// Digits after the point.
        decimals: u8,
    },
    /// A bound of `2^64` or more.
    #[error("one client's {segment} may reach max_rows {formula} = {largest}, which does not fit 64 bits; {advice}")]
    Bound {
        /// The segment.
        segment: String,
        /// How the largest value comes about.
        formula: String,
        /// The largest value.
        largest: String,
        /// What to change.
        advice: String,
    },
    /// Totals beyond the exact arithmetic of the deviation.
    #[error("with {clients} clients of up to {max_rows} rows the exact deviation of `{measure}` would exceed 128 bits; lower `max_rows` or `decimals`, or narrow `min` to `max`")]
    Totals {
        /// How many clients there are.
        clients: u32,
        /// Rows that a client may have in a group.
        max_rows: u64,
        /// The measure.
        measure: String,
    },
    /// A dropout that is not a client.
    #[error("client {client} does not exist; the clients are numbered from 1 to {clients}")]
    DropoutUnknown {
        /// As configured.
        client: u32,
        /// How many clients there are.
        clients: u32,
    },
    /// A client that drops out twice.
    #[error("client {client} already drops out on line {first}; remove one of the two")]
    DropoutTwice {
        /// The client.
        client: u32,
        /// Line of the first.
        first: usize,
    },

    /// A column that the table does not have.
    #[error("the table has no such column; {0}")]
    UnknownColumn(String),
    /// A column that the table has more than once.
    #[error("the table has {0} columns of this name; rename all but one")]
    AmbiguousColumn(usize),
    /// A row with too few or too many cells.
    #[error(
        "this row has {got} cells, the header has {want}; look for a missing or an unquoted comma"
    )]
    Cells {
        /// In the row.
        got: u64,
        /// In the header.
        want: u64,
    },
    /// Text that is not UTF-8.
    #[error("this row is not UTF-8 text; save the table as UTF-8")]
    Utf8,
    /// A table that the CSV reader refuses for another reason.
    #[error("not a CSV table ({0}); save it as comma-separated values with a header row")]
    Csv(String),
    /// A table without rows.
    #[error("the table has no rows below its header; add some, or point `file` to another table")]
    NoRows,
    /// A row whose group has no name.
    #[error("`{value}` is not among the values that [groups] names ({known}); correct the cell or add it to `names`")]
    GroupValue {
        /// The cell.
        value: String,
        /// The values that have names.
        known: String,
    },
    /// A row of nobody.
    #[error("the cell is empty, so the row belongs to no client; fill it or remove the row")]
    Owner,
    /// Fewer rows than clients.
    #[error("{rows} rows cannot be dealt to {clients} clients; lower `clients` to at most {rows}")]
    TooFewRows {
        /// Rows of the table.
        rows: usize,
        /// As configured.
        clients: u32,
    },
    /// `clients` that contradicts the column that says whose each row is.
    #[error("`clients = {clients}`, but the column `{column}` names {found} of them; correct one or leave `clients` out")]
    ClientsDisagree {
        /// As configured.
        clients: u32,
        /// The column.
        column: String,
        /// Distinct values in it.
        found: usize,
    },
    /// A cell that is not a number.
    #[error("`{0}` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3, and leave the cell empty if the value is missing")]
    Cell(String),
    /// A value above `max`.
    #[error("{value} is above `max = {max}` of {measure}; correct the cell or raise `max` in the configuration")]
    AboveMax {
        /// The cell.
        value: String,
        /// The largest allowed.
        max: String,
        /// The measure.
        measure: String,
    },
    /// A value below `min`.
    #[error("{value} is below `min = {min}` of {measure}; correct the cell or lower `min` in the configuration")]
    BelowMin {
        /// The cell.
        value: String,
        /// The smallest allowed.
        min: String,
        /// The measure.
        measure: String,
    },
    /// A client with too many rows.
    #[error("{client} has {rows} rows{group}, more than `max_rows = {max_rows}`; raise it to at least {rows}, or deal to more clients")]
    MaxRows {
        /// The client.
        client: String,
        /// ` in the group ...`, or nothing.
        group: String,
        /// Rows it has there.
        rows: u64,
        /// As configured.
        max_rows: u64,
    },

    /// Sums of another survey.
    #[error("{got} sums were given, this survey has {want}; give the sums of a round of this very configuration")]
    SumsLength {
        /// Given.
        got: usize,
        /// Coordinates of the survey.
        want: usize,
    },
    /// More contributors than clients.
    #[error("{got} contributors were given, this survey has {clients} clients; give the number of contributors of the round")]
    Contributors {
        /// Given.
        got: usize,
        /// Clients of the survey.
        clients: u32,
    },
    /// A sum that these contributors cannot reach.
    #[error("coordinate {coordinate} sums to {sum}, but {contributors} contributors reach at most {most}; give the sums and the number of contributors of one and the same round")]
    SumTooLarge {
        /// Index of the coordinate.
        coordinate: usize,
        /// Its sum.
        sum: u128,
        /// Given.
        contributors: u32,
        /// Contributors times the bound.
        most: u128,
    },
    /// A sum that is not that of the contributors' synthetic vectors.
    #[error("coordinate {coordinate} sums to {sum}, but the synthetic vectors of the contributors add up to {want}; somebody contributed other numbers than its own, so do not use these sums")]
    OtherSum {
        /// Index of the coordinate.
        coordinate: usize,
        /// Its sum.
        sum: u128,
        /// The sum of the vectors.
        want: u128,
    },
    /// Sums that no rows have. Ranges do not exclude them: a contributor can lie within its bounds.
    #[error("count {count}, sum {sum} and squares {squares}{group} belong to no set of rows; a contributor gave numbers that do not fit together, so do not use these statistics")]
    Inconsistent {
        /// ` in the group ...`, or nothing.
        group: String,
        /// Rows.
        count: u128,
        /// Sum of the shifted values.
        sum: u128,
        /// Sum of their squares.
        squares: u128,
    },
}

/// ` in the group ...` for messages, or nothing where rows are not grouped.
pub(super) fn in_group(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" in the group `{name}`"))
}
