//! Where the aggregator keeps the board: an append-only log of records.

use std::borrow::Cow;
use std::io;

use thiserror::Error;

use crate::wire::board::Record;

/// Where the aggregator keeps the board's records, in order.
///
/// Appending is the one dangerous write: the aggregator signs receipts and checkpoints for what it has
/// appended, and two aggregators that appended to one log would each sign a checkpoint of the same phase,
/// which is evidence against their key. So each append says how long the log is, and a log of another length
/// refuses it. A log must also see to it that nobody else writes between two appends (a file lock, a
/// conditional write, a transaction).
///
/// A `Vec<Record>` is a log in memory.
///
/// ```
/// use veragg_protocol::aggregator::{AppendError, Log};
/// use veragg_protocol::wire::board::{Record, RecordKind};
///
/// # fn main() -> Result<(), AppendError> {
/// let record = Record { kind: RecordKind::Message, bytes: vec![1, 2, 3] };
/// let mut log: Vec<Record> = Vec::new();
/// Log::append(&mut log, 0, vec![record.clone()])?;
/// // Whoever thinks that the log is still empty is behind.
/// let late = Log::append(&mut log, 0, vec![record]);
/// assert!(matches!(late, Err(AppendError::Grown { expected: 0, len: 1 })));
/// # Ok(())
/// # }
/// ```
pub trait Log: Send + Sync + 'static {
    /// Appends records to a log of `expected` records: all of them, or none. When it returns they have
    /// reached stable storage, since receipts are given for them. A batch costs one synchronisation.
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError>;

    /// The record at an index, from 0.
    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>>;

    /// Records so far.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why records were not appended. The log is as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The log has another length than the writer thinks.
    #[error("the log has {len} records, and its writer knows of {expected}: somebody else writes to it. Stop one of the two, and resume the other from the log")]
    Grown {
        /// Records that the writer knows of.
        expected: u64,
        /// Records that there are.
        len: u64,
    },
    /// The storage failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl AppendError {
    /// Refuses a log of `len` records if the writer knows of another number.
    pub fn unless_expected(expected: u64, len: u64) -> Result<(), Self> {
        if expected == len {
            Ok(())
        } else {
            Err(Self::Grown { expected, len })
        }
    }
}

impl Log for Vec<Record> {
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError> {
        AppendError::unless_expected(expected, Log::len(self))?;
        self.extend(records);
        Ok(())
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        let found = usize::try_from(index)
            .ok()
            .and_then(|index| self.get(index));
        found
            .map(Cow::Borrowed)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn len(&self) -> u64 {
        Vec::len(self) as u64
    }
}

impl Log for Box<dyn Log> {
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError> {
        (**self).append(expected, records)
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        (**self).read(index)
    }

    fn len(&self) -> u64 {
        (**self).len()
    }
}
