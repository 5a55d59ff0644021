//! The mistakes that a survey can have, and what to do about them.

use thiserror::Error;
use veragg_circuits::foreign::Foreign;
use veragg_circuits::proof_system::UnknownSuite;
use veragg_protocol::round::parameters::MIN_CLIENTS;

use super::committee_problem::CommitteeProblem;
use super::csv_error::CsvError;
use crate::text_file::TextFileError;

/// What a mistake is, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file cannot be read.
    #[error("{}cannot be read ({error}){}", .file.as_ref().map_or_else(String::new, |file| format!("`file = \"{}\"`: ", Foreign::new(file))), if .file.is_some() { "; check the path, which is relative to the folder of the configuration" } else { "; check the path" })]
    Read {
        /// The table as the configuration names it, if it does.
        file: Option<String>,
        /// The reason.
        #[source]
        error: std::io::Error,
    },
    /// The path of the table is empty.
    #[error("`file` is empty; write the path of the table")]
    NoFile,
    /// A file is no text.
    #[error("{}", unlocated(.0))]
    Text(#[source] TextFileError),

    /// The configuration is not TOML, or a key is missing, unknown or of the wrong type.
    #[error("{0}")]
    Toml(String),
    /// There is no suite with this name.
    #[error("{}", Foreign::message(&.0.to_string()))]
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
    /// A bound is 0 or 1, so at most one value is below it.
    #[error("`bound = {0}` is too small, since every value must be below it; give at least 2")]
    OneValue(u64),
    /// A number of the configuration is not decimal, or has too many digits.
    #[error("`{key} = {}` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3", Foreign::new(.text))]
    Number {
        /// The key of the configuration.
        key: &'static str,
        /// The value as it is written.
        text: String,
    },
    /// A fraction is not in `0..1`.
    #[error(
        "`{key} = {}` is not a fraction; give a number of at least 0 and below 1, such as 0.1", Foreign::new(.text)
    )]
    Fraction {
        /// The key of the configuration.
        key: &'static str,
        /// The value as it is written.
        text: String,
    },
    /// The fraction of clients that may drop out is not there.
    #[error("the key `dropout` is missing under [round]: the fraction of clients that may drop out, such as 0.1; only a round with `protocol = \"committee\"` needs none")]
    NoDropout,
    /// It is not said when a client leaves.
    #[error("the key `after` is missing: the phase whose message is the last one of the client, such as \"share\"; only in a round with `protocol = \"committee\"` a client without it sends nothing")]
    DropoutAfter,
    /// A fraction has too many digits.
    #[error("`{key} = {}` has more than {most} digits after the point; round it as you want it", Foreign::new(.text))]
    FractionDigits {
        /// The key of the configuration.
        key: &'static str,
        /// The value as it is written.
        text: String,
        /// The most digits after the point.
        most: u8,
    },
    /// A value is 0 that must be at least 1.
    #[error("`{} = 0` is too small; give at least {}", .0, if *.0 == "clients" { MIN_CLIENTS } else { 1 })]
    Zero(&'static str),
    /// A value is larger than is possible.
    #[error("`{key} = {got}` is too large; give at most {most}")]
    TooLarge {
        /// The key of the configuration.
        key: &'static str,
        /// The configured value.
        got: u64,
        /// The largest value that is allowed.
        most: u64,
    },
    /// There are too few clients to hide a number among theirs.
    #[error("{} too few: from a sum of two numbers each of the two clients learns the other's; a round has at least {least}", if *.clients == 1 { "1 client is".to_owned() } else { format!("{clients} clients are") })]
    FewClients {
        /// The number of clients.
        clients: u32,
        /// The least number of clients.
        least: u32,
    },
    /// The clients' vectors together are too long.
    #[error("{clients} clients with {each} numbers each are {total} numbers, more than one machine can work through; a round has at most {most} (clients times numbers)")]
    Size {
        /// The number of clients.
        clients: u32,
        /// The numbers of each client.
        each: u64,
        /// The numbers of all clients.
        total: u64,
        /// The most numbers of all clients.
        most: u64,
    },
    /// A vector has too many numbers.
    #[error("with this block each client has {got} numbers; a client can have at most {most}, so ask for fewer columns, values or groups")]
    Long {
        /// The numbers of each client up to and with this block.
        got: u64,
        /// The most numbers that are possible.
        most: u64,
    },
    /// There are too many segments.
    #[error("the blocks up to this one need {got} proofs of each client, but at most {most} are possible: a [[measure]] needs 3, or 2 with `squares = false`, and a [[count]] with `values` needs one for each group; measure columns that are alike in one block, or have fewer groups")]
    Segments {
        /// The segments up to and with this block.
        got: usize,
        /// The most segments that are possible.
        most: usize,
    },
    /// The configuration requires more contributors than there are clients.
    #[error("`min_contributors = {wanted}` can never be reached with {clients} clients; lower it to at most {clients}")]
    MinContributors {
        /// The configured value.
        wanted: u32,
        /// The number of clients.
        clients: u32,
    },
    /// The configuration requires too few contributors.
    #[error("`min_contributors = {got}` is too small: with `corrupt` as it is, {least} contributors are needed so that two of them are honest; give {least} to {most}, or leave it out")]
    FewContributors {
        /// The configured value.
        got: u32,
        /// The least value.
        least: u32,
        /// The largest value.
        most: u32,
    },
    /// No round with these fractions is secure.
    #[error("`corrupt` and `dropout` are too large for {clients} clients: {corrupt} may conspire and {absent} of the others may be absent, and 3 * {corrupt} + 2 * {absent} is more than {clients} - 2; lower one of the two, or have more clients")]
    Fractions {
        /// The number of clients.
        clients: u32,
        /// How many of them may be corrupt.
        corrupt: u32,
        /// How many of the others may be absent.
        absent: u32,
    },
    /// No round with these fractions is secure, though they are small enough for one.
    #[error("no round of {clients} clients is secure with these `corrupt` and `dropout`: no number of neighbours is enough; lower one of the two, and try values with `veragg params`")]
    Insecure {
        /// The number of clients.
        clients: u32,
    },
    /// The suite cannot prove what a block asks for.
    #[error("the suite {suite} cannot prove what this block needs; leave `suite` out to have the default one, which can")]
    Claim {
        /// The name of the suite.
        suite: &'static str,
    },
    /// The suite does not take this number of scalars in a row.
    #[error("`columns = {got}` is not possible with the suite {suite}, which takes {want}; leave `columns` out to have the best number chosen")]
    RowColumns {
        /// The name of the suite.
        suite: &'static str,
        /// The numbers that it takes, in words.
        want: String,
        /// The configured value.
        got: usize,
    },
    /// An exact count without a column.
    #[error("`exact` is about the values of a column, and this [[count]] has none; add `column` and `values`, or remove `exact`")]
    ExactRows,
    /// An exact count of rows that are grouped.
    #[error("`exact` asks each client for `max_rows` rows in all, and [groups] counts them group by group; remove one of the two")]
    ExactGroups,
    /// An exact count, and counts that are left out.
    #[error("`exact` asks each client for `max_rows` rows, and `least_rows` leaves out small counts; remove one of the two")]
    ExactLeast,
    /// A client with another number of rows than an exact count asks for.
    #[error("with `exact`, the number of rows with a value must be {max_rows} for each client, and for {client} it is {rows}; correct the table, or remove `exact`")]
    Exact {
        /// Which client it is.
        client: String,
        /// The number of its rows with a value.
        rows: u64,
        /// The number that each client must have.
        max_rows: u64,
    },
    /// The suite takes fewer commitments.
    #[error("each client has more numbers than the suite {suite} proves in rows of this length; raise `columns` under [round], or leave it out")]
    RowBits {
        /// The name of the suite.
        suite: &'static str,
    },
    /// The suite takes shorter vectors.
    #[error("each client has {got} numbers, but the suite {suite} takes up to {max}; leave `suite` out to have the default one, which takes more")]
    SuiteLength {
        /// The name of the suite.
        suite: &'static str,
        /// The most numbers that it takes.
        max: usize,
        /// The numbers of each client.
        got: usize,
    },
    /// The round is refused for another reason.
    #[error("the round is refused: {}", Foreign::message(.0))]
    Refused(String),
    /// `clients` is missing, and nothing else gives the number of clients.
    #[error("`clients` is missing: `deal` says how rows are dealt to clients, but not to how many; add `clients = 10`, or name the column that holds the client of each row, `deal = {{ column = \"...\" }}`")]
    ClientsMissing,
    /// The separator of the table is not one that is possible.
    #[error("`separator = \"{}\"` is not possible; give one of \",\", \";\", \"\\t\" (a tab) and \"|\"", Foreign::new(.0))]
    Separator(String),
    /// The decimal sign is not one that is possible.
    #[error("`decimal = \"{}\"` is not possible; give \".\" or \",\"", Foreign::new(.0))]
    DecimalSign(String),
    /// The decimal sign separates the cells too.
    #[error("`decimal = \",\"` and the separator of the cells are the same character; save the table with another separator, and write it here, such as `separator = \";\"`")]
    SameSign,
    /// A text is a missing value and a value.
    #[error("`{}` is listed in `missing` under [data], and is a value here; remove it in one of the two places", Foreign::new(.0))]
    MissingValue(String),
    /// The table of group names is empty.
    #[error("`names` is empty; name each value of the column, as in `names = {{ \"1\" = \"benign\", \"0\" = \"malignant\" }}`, or remove [groups]")]
    NoGroups,
    /// Two values of a column have the same name.
    #[error("the name `{}` is given to two values; give each value a name of its own", Foreign::new(.0))]
    NameTwice(String),
    /// A value is listed twice.
    #[error("the value `{}` is listed twice; list each value once", Foreign::new(.0))]
    ValueTwice(String),
    /// A name is too long.
    #[error("the name `{}` has {got} bytes; a name has at most {most}{}", Foreign::new(.name), if *.own { "" } else { ", so give this block a shorter one with `name`" })]
    LongName {
        /// The name.
        name: String,
        /// Its bytes.
        got: usize,
        /// The most bytes that are allowed.
        most: usize,
        /// Whether the name is written in the configuration, and not that of a column.
        own: bool,
    },
    /// Nothing of a name is visible.
    #[error("nothing of the name `{}` is visible; give another one", Foreign::new(.0))]
    BlankName(String),
    /// A name has control characters.
    #[error("the name `{}` has a character that controls how text is shown; remove it", Foreign::new(.0))]
    ControlName(String),
    /// The configuration asks for nothing.
    #[error("there is no [[measure]] and no [[count]]; add a [[measure]] that lists the columns to add up, or a [[count]] that counts rows")]
    NothingAsked,
    /// Two blocks have the same name.
    #[error(
        "the name `{}` is already taken by the block of line {first}; choose another with `name`", Foreign::new(.name)
    )]
    BlockTwice {
        /// The name of both blocks.
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
    /// A count has no values, or nothing that they are values of.
    #[error("`values` and `column` belong together: give both, to count how many rows have each value, or neither, to count rows")]
    CountHalf,
    /// A count lists no values.
    #[error("`values` is empty; list the values to count, as in `values = [\"yes\", \"no\"]`")]
    NoValues,
    /// More digits after the decimal point are configured than are allowed.
    #[error("`decimals = {got}` is too many; at most {most} digits after the point are kept")]
    Decimals {
        /// The configured value.
        got: u8,
        /// The largest value that is allowed.
        most: u8,
    },
    /// `max` is not above `min`.
    #[error("`max = {}` is not above {} at `decimals = {decimals}`; raise `max`, lower `min`, or keep more decimals", Foreign::new(.max), Foreign::new(.min))]
    EmptyRange {
        /// The smallest value, as it is written with its key.
        min: String,
        /// The largest value, as it is written.
        max: String,
        /// The number of digits after the decimal point.
        decimals: u8,
    },
    /// `min` does not fit 64 bits.
    #[error("`min = {}` is too far from zero for `decimals = {decimals}`; keep fewer decimals", Foreign::new(.min))]
    Offset {
        /// The smallest value, as it is written.
        min: String,
        /// The number of digits after the decimal point.
        decimals: u8,
    },
    /// The bound of a segment would be `2^64` or more.
    #[error("the {what} of one client may reach max_rows * {formula} = {largest}, which does not fit 64 bits; {advice}")]
    Bound {
        /// What is too large: sum, or sum of squares.
        what: &'static str,
        /// The formula of the largest value, without its first factor.
        formula: &'static str,
        /// The largest value.
        largest: String,
        /// What to change in the configuration.
        advice: String,
    },
    /// The exact computation of the deviation would exceed 128 bits.
    #[error("with {clients} clients of up to {max_rows} rows, the deviation cannot be computed exactly in 128 bits; lower `max_rows` or `decimals`, narrow `min` to `max`, or write `squares = false` if you need no deviation")]
    Totals {
        /// The number of clients.
        clients: u32,
        /// The most rows that a client may have in a group.
        max_rows: u64,
    },
    /// A client that is to drop out does not exist.
    #[error("client {client} does not exist; the clients are numbered from 1 to {clients}")]
    DropoutUnknown {
        /// The configured value.
        client: u32,
        /// The number of clients.
        clients: u32,
    },
    /// A client that is to cheat, or somebody that it names, does not exist.
    #[error("client {client} does not exist; the clients are numbered from 1 to {clients}")]
    CheatUnknown {
        /// The configured value.
        client: u32,
        /// The number of clients.
        clients: u32,
    },
    /// The protocol, or what the configuration says about a committee.
    #[error("{0}")]
    Committee(#[source] CommitteeProblem),
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
    /// A column is asked for by an empty name.
    #[error("a column without a name cannot be asked for; name it in the header")]
    NamelessColumn,
    /// The header is not separated by the configured character, but seems to be by another.
    #[error("the header has no {}, but {}; if that separates the cells, write `separator = \"{}\"` under [data]", sign(*.configured), sign(*.found), .found.escape_debug())]
    OtherSeparator {
        /// The configured separator.
        configured: char,
        /// The one that the header has.
        found: char,
    },
    /// A row has too few or too many cells.
    #[error(
        "this row has {}, but the header has {want}; look for a missing {1}, or for one too many: a cell that holds {1} stands between quotation marks", several(*.got, "cell"), sign(*.separator)
    )]
    Cells {
        /// The number of cells in the row.
        got: usize,
        /// The number of cells in the header.
        want: usize,
        /// The separator of the cells.
        separator: char,
    },
    /// The table is not CSV.
    #[error("{0}")]
    Csv(#[source] CsvError),
    /// The first line of the table tells Excel the separator, here if it is not the configured one.
    #[error("this line is a note for Excel; remove it{}", .0.map_or_else(String::new, |found| format!(", and write `separator = \"{}\"` under [data]", found.escape_debug())))]
    Note(Option<char>),
    /// The table has no text.
    #[error("the table is empty; write a header with the names of the columns, and rows below it, or give another table")]
    EmptyTable,
    /// The header has no names.
    #[error("the first row must be the header, but it has no names; remove it, or write the names of the columns in it")]
    NamelessHeader,
    /// The table has no rows.
    #[error("the table has no rows below its header; add some, or give another table")]
    NoRows,
    /// A cell has a value that the configuration does not name.
    #[error("`{value}` is not among the values that {place} ({known}); correct the cell, or add the value there")]
    Value {
        /// The text of the cell, as it is shown.
        value: String,
        /// The key that names values.
        place: &'static str,
        /// The values that it names, as a list.
        known: String,
    },
    /// The name of a client is too long, or does not show what it is.
    #[error("`{}` cannot be the name of a client: a name has at most {most} bytes, visible text and no line end or other control character; correct the cell, or deal by another column", Foreign::new(.name))]
    ClientName {
        /// The text of the cell.
        name: String,
        /// The most bytes that are allowed.
        most: usize,
    },
    /// The cell with the client of a row is empty.
    #[error("the cell is empty or a missing value, so the row belongs to no client; fill it or remove the row")]
    Owner,
    /// The table has fewer rows than there are clients.
    #[error("{} cannot be dealt to {clients} clients; lower `clients` to at most {rows}", several(*.rows, "row"))]
    TooFewRows {
        /// The number of rows in the table.
        rows: usize,
        /// The configured value.
        clients: u32,
    },
    /// The table has fewer rows than a round has clients.
    #[error(
        "the table has {}; a round has at least {least} clients, and each of them a row", several(*.rows, "row")
    )]
    FewRows {
        /// The number of rows in the table.
        rows: usize,
        /// The least number of clients.
        least: u32,
    },
    /// The column with the client of each row names too many.
    #[error("the cells above name more than {0} clients, the most that a round can have; name another column")]
    ManyClients(u32),
    /// `clients` contradicts the column that holds the client of each row.
    #[error("`clients = {clients}`, but the column `{}` names {found} of them; correct one or leave `clients` out", Foreign::new(.column))]
    ClientsDisagree {
        /// The configured value.
        clients: u32,
        /// The name of the column.
        column: String,
        /// The number of different values in it.
        found: usize,
    },
    /// A cell is not a number.
    #[error("`{}` is not a decimal number of at most 37 digits; {advice}", Foreign::new(.text))]
    Cell {
        /// The text of the cell.
        text: String,
        /// What to do.
        advice: String,
    },
    /// A cell is empty, and that is not a missing value.
    #[error("the cell is empty, and `missing` under [data] does not list \"\"; fill the cell, or list it")]
    Empty,
    /// A value is above `max`.
    #[error("{} is above `max = {}` of {measure}; correct the cell or raise `max`", Foreign::new(.value), Foreign::new(.max))]
    AboveMax {
        /// The text of the cell.
        value: String,
        /// The largest value that is allowed, as it is written.
        max: String,
        /// The measure and its line.
        measure: String,
    },
    /// A value is below `min`.
    #[error("{} is below {} of {measure}; correct the cell or lower `min`", Foreign::new(.value), Foreign::new(.min))]
    BelowMin {
        /// The text of the cell.
        value: String,
        /// The smallest value that is allowed, as it is written with its key.
        min: String,
        /// The measure and its line.
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
    /// A client that reports only cells with many rows could never report one.
    #[error("`least_rows = {least}` is above `max_rows = {max_rows}`, so no client would contribute anything; lower `least_rows`")]
    LeastRows {
        /// The configured value.
        least: u64,
        /// The most rows that a client may have in a group.
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
    #[error("number {coordinate} of the sums (counted from 0) is {sum}, but {contributors} contributors reach at most {most}; give the sums and the number of contributors of the same round")]
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
    #[error("number {coordinate} of the sums (counted from 0) is {sum}, but the synthetic vectors of the contributors add up to {want}; a client contributed other numbers than those of its seed, so do not use these sums")]
    OtherSum {
        /// The index of the coordinate.
        coordinate: usize,
        /// The sum that was given.
        sum: u128,
        /// The sum of the synthetic vectors.
        want: u128,
    },
    /// No rows have these sums. Range proofs do not exclude such sums: they only prove bounds.
    #[error("{sums}{group} cannot be those of any rows; a contributor gave numbers that contradict each other, so do not use these statistics")]
    Inconsistent {
        /// The text ` in the group ...`, or no text.
        group: String,
        /// The count, the sum of the values minus `min`, and the sum of the squares of these differences, in words.
        sums: String,
    },
}

impl Problem {
    pub(super) fn number(key: &'static str, text: &str) -> Self {
        let text = text.to_owned();
        Self::Number { key, text }
    }
}

/// The error without the line, which the location has.
fn unlocated(error: &TextFileError) -> String {
    let text = error.to_string();
    let line = error.line();
    let line = line.map(|line| format!("line {line}: "));
    let text = line
        .and_then(|line| text.strip_prefix(&line))
        .unwrap_or(&text);
    Foreign::message(text).to_string()
}

/// A number of things.
fn several(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// A separator in a message.
fn sign(separator: char) -> String {
    match separator {
        '\t' => "a tab".to_owned(),
        other => format!("`{other}`"),
    }
}
