//! A round after it was played, and its audit.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::receipt::{Receipt, Refusal};
use veragg_verifier::{audit, Check, Culprit, Options, Report, Verdict};

use crate::expectations::expect;
use crate::fixtures::{auditor, id};
use crate::local::LocalRound;

/// A round that was played to its end.
pub struct Finished<P: ProofSystem> {
    /// Keys and configuration.
    pub local: LocalRound<P>,
    /// Everybody's input, in the order of their numbers.
    pub inputs: Vec<Vec<u64>>,
    /// The records of the board, in order.
    pub records: Vec<Record>,
    /// The receipts that the aggregator gave: for whom, in which phase.
    pub receipts: Vec<(ClientId, Phase, Receipt)>,
    /// The refusals that the aggregator gave: to whom, in which phase.
    pub refusals: Vec<(ClientId, Phase, Refusal)>,
    /// Checkpoints that clients were shown and that are not on the board.
    pub shown: Vec<Checkpoint>,
}

impl<P: ProofSystem> Finished<P> {
    /// Options of an auditor who knows the organiser, and compares with the sum of these clients.
    pub fn options(&self, contributors: &[u32]) -> Options {
        Options {
            aggregate: Some(self.sum(contributors)),
            ..auditor(&self.local)
        }
    }

    /// The audit of the board with these records.
    pub fn audit_of(&self, records: &[Record], options: &Options) -> Report {
        audit(Cursor::new(self.local.board(records)), options).unwrap()
    }

    /// The audit with the organiser's key and nothing else.
    pub fn audit(&self) -> Report {
        self.audit_of(&self.records, &auditor(&self.local))
    }

    /// What these clients' inputs add up to.
    pub fn sum(&self, contributors: &[u32]) -> Vec<u128> {
        sum_of(&self.inputs, contributors)
    }

    /// Asserts that the board is verified, with exactly these contributors and their sum, and exactly these faults.
    #[track_caller]
    pub fn is_verified(&self, contributors: &[u32], faults: &[(Culprit, Check)]) -> Report {
        let report = self.audit_of(&self.records, &self.options(contributors));
        expect(&report, Verdict::Verified, contributors, faults, &[]);
        report
    }
}

/// What the inputs of these clients add up to, of all inputs in the order of the clients' numbers.
pub(crate) fn sum_of(inputs: &[Vec<u64>], clients: &[u32]) -> Vec<u128> {
    let mut sum = vec![0; inputs[0].len()];
    for number in clients {
        for (sum, x) in sum.iter_mut().zip(&inputs[id(*number).index()]) {
            *sum += u128::from(*x);
        }
    }
    sum
}
