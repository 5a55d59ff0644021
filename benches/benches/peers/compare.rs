//! One case, every figure: ours and theirs on the same vector.

use std::array;

use crate::case::Case;
use crate::figures::{self, Figure, Row};
use crate::measure::{in_turns, peak_memory, threads};
use crate::ours::{Prover, CLIENTS};
use crate::theirs::{Bulletproofs, Pedersen, Prio};

const BATCH: usize = 16;

/// Between which lengths [`growth`] is measured.
const GROWTH_FROM: Case = Case::new(16, 18);
pub const GROWTH_TO: Case = Case::new(16, 22);

/// All figures of a case but the growth.
pub fn all(case: Case) -> Vec<Row> {
    let range = Prover::range(case).expect("a statement that the suite takes");
    let x = case.uniform(1);
    let pedersen = Pedersen::new(&x);
    println!(
        "rows of {} in our commitment, of {} in the bare one",
        range.columns(),
        pedersen.columns
    );
    let input = Input {
        case,
        range,
        x,
        pedersen,
    };
    let mut rows = input.alone();
    rows.extend(input.beside_pedersen());
    rows.extend(input.beside_bulletproofs());
    rows.extend(input.beside_prio());
    rows
}

/// What a coordinate costs at 2^22, and what it costs at 2^18.
pub fn growth() -> Row {
    let cases = [GROWTH_TO, GROWTH_FROM];
    let [long, short] = cases.map(|case| {
        let prover = Prover::range(case).expect("a statement that the suite takes");
        let x = case.uniform(1);
        move || prover.prove(1, &x)
    });
    let seconds = in_turns(long, short);
    let [ours, theirs] = array::from_fn(|i| seconds[i] / cases[i].len() as f64);
    Row {
        case: GROWTH_TO,
        figure: &figures::GROWTH,
        ours,
        theirs: Some(theirs),
    }
}

/// A vector, our suite for it, and the bare commitment to it.
struct Input {
    case: Case,
    range: Prover,
    x: Vec<u64>,
    pedersen: Pedersen,
}

impl Input {
    fn row(&self, figure: &'static Figure, ours: f64, theirs: impl Into<Option<f64>>) -> Row {
        Row {
            case: self.case,
            figure,
            ours,
            theirs: theirs.into(),
        }
    }

    fn prove(&self) -> Vec<u8> {
        self.range.prove(1, &self.x)
    }

    /// What has nothing to stand beside but ourselves, or a number.
    fn alone(&self) -> Vec<Row> {
        // First of all, while nothing is cached.
        let memory = peak_memory(|| self.prove());
        let [one, two] = [1, 2].map(threads);
        let [ours, theirs] = in_turns(
            || two.install(|| self.prove()),
            || one.install(|| self.prove()),
        );
        let bits = f64::from(self.case.bits) + f64::from(CLIENTS).log2();
        let least = self.case.len() as f64 * bits / 8.0;
        vec![
            self.row(&figures::MEMORY, memory as f64, None),
            self.row(&figures::THREADS, ours, theirs),
            self.row(&figures::PROOF_BYTES, self.range.proof_len() as f64, None),
            self.row(
                &figures::SUBMISSION,
                self.range.submission_len() as f64,
                least,
            ),
        ]
    }

    /// Also verification in a batch, since it needs the same proofs.
    fn beside_pedersen(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let bare = || self.pedersen.commit();
        let [ours, theirs] = in_turns(|| self.prove(), bare);
        rows.push(self.row(&figures::PROVE, ours, theirs));

        if let Ok(prover) = Prover::range_and_norm(self.case) {
            let x = self.case.clipped(1);
            let [ours, theirs] = in_turns(|| prover.prove(1, &x), bare);
            rows.push(self.row(&figures::PROVE_NORM, ours, theirs));
        }

        let proofs: Vec<_> = (1..=BATCH as u32)
            .map(|client| self.range.prove(client, &self.case.uniform(client)))
            .collect();
        let one = || self.range.verify(&proofs[..1]);
        let [ours, theirs] = in_turns(one, bare);
        rows.push(self.row(&figures::VERIFY, ours, theirs));
        let [batch, theirs] = in_turns(|| self.range.verify(&proofs), one);
        rows.push(self.row(&figures::BATCH, batch / BATCH as f64, theirs));
        rows
    }

    /// Beyond the longest vector that is measured, of what a coordinate costs.
    fn beside_bulletproofs(&self) -> Vec<Row> {
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

    fn beside_prio(&self) -> Vec<Row> {
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
