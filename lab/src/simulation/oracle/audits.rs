//! Further audits of the board: they must agree with the first.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};

use rayon::{ThreadPool, ThreadPoolBuilder};
use veragg_verifier::{audit, Check, Options, Verdict};

use super::sum_of_inputs;
use crate::scenario::Outcome;

/// What another audit says otherwise: on one thread, from a board that comes in small pieces, with the sum of the contributors'
/// inputs, and with the receipts of all clients if `with_receipts`.
pub(super) fn objections(outcome: &Outcome, with_receipts: bool) -> Option<String> {
    let plain = outcome.options.clone();
    let is_verified = outcome.report.verdict == Verdict::Verified;
    let with_sum = Options {
        aggregate: is_verified.then(|| sum_of_inputs(outcome)),
        ..plain.clone()
    };
    let all = Options {
        receipts: match with_receipts {
            true => outcome.receipts.clone(),
            false => plain.receipts.clone(),
        },
        ..with_sum.clone()
    };
    if is_same(outcome, &all, &[Check::Aggregate, Check::Receipts]) {
        return None;
    }
    // What it was.
    let said = if !is_same(outcome, &plain, &[]) {
        "the report is another on one thread, in pieces"
    } else if !is_same(outcome, &with_sum, &[Check::Aggregate]) {
        "the sum is not that of the contributors' inputs"
    } else {
        "the audit with the receipts of all clients comes to something else"
    };
    Some(said.to_owned())
}

/// Whether the report is the same as a whole, but for the status of the checks that look at more than before.
fn is_same(outcome: &Outcome, options: &Options, but: &[Check]) -> bool {
    let board = Pieces {
        board: Cursor::new(&outcome.board),
        reads: 0,
    };
    let again = || audit(board, options);
    let again = with_one_thread(|pool| match pool {
        Some(pool) => pool.install(again),
        None => again(),
    });
    let Ok(mut again) = again else {
        return false;
    };
    // A check that fails has changed the verdict.
    let checks = again.checks.iter_mut().zip(&outcome.report.checks);
    for (check, before) in checks.filter(|(check, _)| but.contains(&check.id)) {
        check.status = before.status.clone();
    }
    again == outcome.report
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
