//! Further audits of the board: they must agree with the first.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};

use rayon::{ThreadPool, ThreadPoolBuilder};
use veragg_verifier::{audit, Options, Report, Verdict};

use super::sum_of_inputs;
use crate::scenario::Outcome;

/// What another audit says otherwise.
pub(super) fn objections(outcome: &Outcome) -> Vec<String> {
    let said = [in_pieces(outcome), with_sum(outcome)];
    said.into_iter().flatten().collect()
}

/// On one thread, from a board that comes in small pieces, the report is the same as a whole.
fn in_pieces(outcome: &Outcome) -> Option<String> {
    let board = Pieces {
        board: Cursor::new(&outcome.board),
        reads: 0,
    };
    let again = || audit(board, &outcome.options);
    let again = with_one_thread(|pool| match pool {
        Some(pool) => pool.install(again),
        None => again(),
    });
    match again {
        Err(error) => Some(format!("the audit on one thread, in pieces: {error}")),
        Ok(again) => (again != outcome.report)
            .then(|| "the report is another on one thread, in pieces".to_owned()),
    }
}

/// Calls with a pool of one thread, which the calling thread keeps.
fn with_one_thread<T>(act: impl FnOnce(Option<&ThreadPool>) -> T) -> T {
    thread_local! {
        static ONE: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).build().ok();
    }
    ONE.with(|pool| act(pool.as_ref()))
}

/// A board of which each read gives some bytes, seldom as many as are asked for, or is interrupted.
struct Pieces<'a> {
    board: Cursor<&'a Vec<u8>>,
    reads: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        const LENGTHS: [usize; 8] = [1, 1, 7, 1000, 1, 3, 64, 4099];
        self.reads += 1;
        if self.reads.is_multiple_of(11) {
            return Err(ErrorKind::Interrupted.into());
        }
        let len = bytes.len().min(LENGTHS[self.reads % LENGTHS.len()]);
        self.board.read(&mut bytes[..len])
    }
}

impl Seek for Pieces<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.board.seek(to)
    }
}

/// With the receipts of all clients, the audit comes to the same.
pub(super) fn with_receipts(outcome: &Outcome) -> Option<String> {
    let options = Options {
        receipts: outcome.receipts.clone(),
        ..outcome.options.clone()
    };
    (!is_same(outcome, &options))
        .then(|| "the audit with the receipts of all clients comes to something else".to_owned())
}

/// With the sum of the contributors' inputs, the audit comes to the same.
fn with_sum(outcome: &Outcome) -> Option<String> {
    let is_verified = outcome.report.verdict == Verdict::Verified;
    let options = Options {
        aggregate: is_verified.then(|| sum_of_inputs(outcome)),
        ..outcome.options.clone()
    };
    (!is_same(outcome, &options))
        .then(|| "the sum is not that of the contributors' inputs".to_owned())
}

fn is_same(outcome: &Outcome, options: &Options) -> bool {
    let report = &outcome.report;
    let again = audit(Cursor::new(&outcome.board), options);
    again.is_ok_and(|again| {
        again.verdict == report.verdict
            && again.faults == report.faults
            && again.contributors == report.contributors
            && again.absent == report.absent
    })
}
