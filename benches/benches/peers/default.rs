//! The default suite: one case, every figure, ours and theirs on the same vector.

use std::array;
use std::hint::black_box;

use crate::case::Case;
use crate::compare::Input;
use crate::figures::{self, Row};
use crate::measure::{in_turns, threads};
use crate::ours::{Default, Prover, CLIENTS};
use crate::theirs::Pedersen;
use crate::ALLOCATOR;

const BATCH: usize = 16;

/// Between which lengths [`growth`] is measured.
const GROWTH_FROM: Case = Case::new(16, 18);
pub const GROWTH_TO: Case = Case::new(16, 22);

/// All figures of a case but the growth.
pub fn all(case: Case) -> Vec<Row> {
    let range = Prover::range(case).expect("a statement that the suite takes");
    let input = Input::new(case, range);
    let pedersen = Pedersen::new(&input.x);
    println!(
        "rows of {} in our commitment, of {} in the bare one",
        input.range.columns(),
        pedersen.columns
    );
    let mut rows = alone(&input);
    rows.extend(beside_pedersen(&input, &pedersen));
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

/// What has nothing to stand beside but ourselves, or a number.
fn alone(input: &Input<Default>) -> Vec<Row> {
    // First of all, while nothing is cached.
    let memory = peak_memory(|| input.prove());
    let [one, two] = [1, 2].map(threads);
    let [ours, theirs] = in_turns(
        || two.install(|| input.prove()),
        || one.install(|| input.prove()),
    );
    let bits = f64::from(input.case.bits) + f64::from(CLIENTS).log2();
    let least = input.case.len() as f64 * bits / 8.0;
    vec![
        input.row(&figures::MEMORY, memory as f64, None),
        input.row(&figures::THREADS, ours, theirs),
        input.row(&figures::PROOF_BYTES, input.range.proof_len() as f64, None),
        input.row(
            &figures::SUBMISSION,
            input.range.submission_len() as f64,
            least,
        ),
    ]
}

/// Also verification in a batch, since it needs the same proofs.
fn beside_pedersen(input: &Input<Default>, pedersen: &Pedersen) -> Vec<Row> {
    let mut rows = Vec::new();
    let bare = || pedersen.commit();
    let [ours, theirs] = in_turns(|| input.prove(), bare);
    rows.push(input.row(&figures::PROVE, ours, theirs));

    if let Ok(prover) = Prover::range_and_norm(input.case) {
        let x = input.case.clipped(1);
        let [ours, theirs] = in_turns(|| prover.prove(1, &x), bare);
        rows.push(input.row(&figures::PROVE_NORM, ours, theirs));
    }

    let proofs = input.prove_for(BATCH);
    let one = || input.range.verify(&proofs[..1]);
    let [ours, theirs] = in_turns(one, bare);
    rows.push(input.row(&figures::VERIFY, ours, theirs));
    let [batch, theirs] = in_turns(|| input.range.verify(&proofs), one);
    rows.push(input.row(&figures::BATCH, batch / BATCH as f64, theirs));
    rows
}

/// Bytes at the peak of `run` beyond what was there before.
fn peak_memory<T>(run: impl FnOnce() -> T) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    drop(black_box(run()));
    ALLOCATOR.peak_usage() - before
}
