//! Why a table is not CSV.

use thiserror::Error;

/// The most cells of a record.
pub(super) const MAX_COLUMNS: usize = 1 << 20;

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// A quotation mark opens a cell, and none closes it.
    #[error("the quotation mark that opens this cell is never closed; write \" at the end of the cell, or remove the mark")]
    Unclosed,
    /// The cell goes on after the quotation mark that closes it.
    #[error("there is text after the quotation mark that closes this cell{}; put the whole cell between quotation marks and double those within it, as in \"2\"\" pipe\"", .closed.map_or_else(String::new, |line| format!(" (on line {line})")))]
    AfterQuote {
        /// The line of the closing quotation mark, if it is another one than that of the opening mark.
        closed: Option<usize>,
    },
    /// A quotation mark is within a cell that does not begin with one.
    #[error("there is a quotation mark within this cell, which does not begin with one; put the whole cell between quotation marks and double those within it, as in \"2\"\" pipe\"")]
    Within,
    /// There is white space before the quotation mark that opens a cell.
    #[error("there is a space before the quotation mark that opens this cell; remove the space")]
    SpaceBefore,
    /// The record has too many cells.
    #[error("this row has more than {MAX_COLUMNS} cells; check that the file is the right one")]
    Columns,
}
