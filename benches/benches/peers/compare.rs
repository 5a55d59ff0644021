//! A vector in one of our suites, beside what proves or aggregates the same without veragg.

use veragg::circuits::proof_system::ProofSystem;

use crate::case::Case;
use crate::figures::{self, Figure, Row};
use crate::measure::in_turns;
use crate::ours::Prover;
use crate::theirs::{Bulletproofs, Prio};

/// A vector, and a suite for it.
pub struct Input<P: ProofSystem> {
    pub case: Case,
    pub range: Prover<P>,
    pub x: Vec<u64>,
}

impl<P: ProofSystem> Input<P> {
    /// The vector of client 1.
    pub fn new(case: Case, range: Prover<P>) -> Self {
        let x = case.uniform(1);
        Self { case, range, x }
    }

    pub fn row(&self, figure: &'static Figure, ours: f64, theirs: impl Into<Option<f64>>) -> Row {
        Row {
            case: self.case,
            figure,
            ours,
            theirs: theirs.into(),
        }
    }

    pub fn prove(&self) -> Vec<u8> {
        self.range.prove(1, &self.x)
    }

    /// The proofs of clients 1, 2, .., each of a vector of its own.
    pub fn prove_for(&self, clients: usize) -> Vec<Vec<u8>> {
        (1..=clients as u32)
            .map(|client| self.range.prove(client, &self.case.uniform(client)))
            .collect()
    }

    /// Beyond the longest vector that is measured, of what a coordinate costs.
    pub fn beside_bulletproofs(&self) -> Vec<Row> {
        let len = self.case.len();
        let whole = len <= Bulletproofs::MOST;
        let part = if whole { len } else { Bulletproofs::PART };
        let theirs = Bulletproofs::new(&self.x[..part], self.case.bits);
        let (our_proof, their_proof) = ([self.prove()], theirs.prove());
        let proving = in_turns(|| self.prove(), || theirs.prove());
        let verifying = in_turns(
            || self.range.verify(&our_proof),
            || theirs.verify(&their_proof),
        );
        if whole {
            let (proof, commitments) = &their_proof;
            let bytes = proof.len() + 32 * commitments.len();
            vec![
                self.row(&figures::BULLETPROOFS_PROVE, proving[0], proving[1]),
                self.row(&figures::BULLETPROOFS_VERIFY, verifying[0], verifying[1]),
                self.row(
                    &figures::BULLETPROOFS_BYTES,
                    our_proof[0].len() as f64,
                    bytes as f64,
                ),
            ]
        } else {
            let each = |[ours, theirs]: [f64; 2]| [ours / len as f64, theirs / part as f64];
            let ([prove, prove_theirs], [verify, verify_theirs]) = (each(proving), each(verifying));
            vec![
                self.row(&figures::BULLETPROOFS_PROVE_EACH, prove, prove_theirs),
                self.row(&figures::BULLETPROOFS_VERIFY_EACH, verify, verify_theirs),
            ]
        }
    }

    pub fn beside_prio(&self) -> Vec<Row> {
        let prio = Prio::new(self.case, &self.x);
        let (proof, upload) = ([self.prove()], prio.shard());
        let submission = self.range.submission_len() as f64;
        let [prove, shard] = in_turns(|| self.prove(), || prio.shard());
        let [verify, init] = in_turns(|| self.range.verify(&proof), || prio.verify_init(&upload));
        vec![
            self.row(&figures::PRIO_SHARD, prove, shard),
            self.row(&figures::PRIO_VERIFY, verify, init),
            self.row(&figures::PRIO_UPLOAD, submission, upload.bytes() as f64),
        ]
    }
}
