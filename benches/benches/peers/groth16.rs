//! The suite `bls12381-groth16`: one case, beside `ark-groth16` alone, the default suite, and the peers.

use rand_core::OsRng;
use veragg::circuits::groth16::circuit::Circuit;
use veragg::circuits::groth16::key::ProvingKey;
use veragg::circuits::groth16::Bls12381Groth16;
use veragg_lab::set_up::{play_set_up, PlayedSetUp};

use crate::case::Case;
use crate::compare::Input;
use crate::figures::{self, Row};
use crate::measure::{in_turns, seconds};
use crate::ours::{ranges, Default, Prover, CLIENTS};
use crate::plain::Plain;

/// The vectors that the suite is for, and the longest that it takes.
pub const CASES: [Case; 5] = [
    Case::new(1, 4),
    Case::new(1, 8),
    Case::new(1, 12),
    Case::new(16, 4),
    Case::new(16, 8),
];

const BATCH: usize = 1000;
/// More clients than the roster has: their proofs are of that size all the same.
const VOTES: usize = 2000;

/// All figures of a case.
pub fn all(case: Case) -> Vec<Row> {
    let statement = ranges(case);
    let mut played = None;
    let play = || played = play_set_up(&statement, CLIENTS, &mut OsRng).ok();
    let set_up_seconds = seconds(play);
    let played = played.expect("a statement that the suite takes");
    let range = Prover::new(&played.key.set_up(), &statement).expect("a key of this statement");
    let input = Input::new(case, range);
    let mut rows = alone(&input, &played, set_up_seconds);
    rows.extend(beside_plain(&input, &played));
    rows.extend(beside_default(&input));
    rows.extend(input.beside_bulletproofs());
    rows.extend(input.beside_prio());
    rows
}

fn alone(input: &Input<Bls12381Groth16>, played: &PlayedSetUp, set_up_seconds: f64) -> Vec<Row> {
    let files = &played.files;
    let planned = 448 + 32 * input.range.columns();
    let of = |figure, bytes: &[u8]| input.row(figure, bytes.len() as f64, None);
    vec![
        input.row(
            &figures::BYTES_PLANNED,
            input.range.proof_len() as f64,
            planned as f64,
        ),
        input.row(&figures::SET_UP, set_up_seconds, None),
        of(&figures::TRANSCRIPT, &files.transcript),
        of(&figures::PROVING_KEY, &files.proving_key),
        of(&figures::VERIFYING_KEY, &files.verifying_key),
    ]
}

/// The same circuit and key, without what links a proof to a commitment.
fn beside_plain(input: &Input<Bls12381Groth16>, played: &PlayedSetUp) -> Vec<Row> {
    let key = ProvingKey::decode(&played.files.proving_key).expect("the file of a key");
    let circuit = Circuit::new(&ranges(input.case), CLIENTS);
    let plain = Plain::new(circuit, &key, &input.x);
    let [ours, theirs] = in_turns(|| input.prove(), || plain.prove());
    let mut rows = vec![input.row(&figures::ARK_PROVE, ours, theirs)];

    let (our_proof, their_proof) = ([input.prove()], plain.prove());
    let one = || input.range.verify(&our_proof);
    let [ours, theirs] = in_turns(one, || plain.verify(&their_proof));
    rows.push(input.row(&figures::ARK_VERIFY, ours, theirs));

    let proofs = input.prove_for(VOTES);
    let [batch, alone] = in_turns(|| input.range.verify(&proofs[..BATCH]), one);
    rows.push(input.row(&figures::BATCH_1000, batch / BATCH as f64, alone));
    let [ours, theirs] = in_turns(
        || input.range.verify_in_parts(&proofs),
        || plain.verify_many(VOTES, &their_proof),
    );
    rows.push(input.row(&figures::VOTES, ours, theirs));
    rows
}

fn beside_default(input: &Input<Bls12381Groth16>) -> Vec<Row> {
    let range = Prover::range(input.case).expect("a statement that the suite takes");
    let default: Input<Default> = Input::new(input.case, range);
    let prove = in_turns(|| input.prove(), || default.prove());
    let (ours, theirs) = (input.prove_for(BATCH), default.prove_for(BATCH));
    let one = in_turns(
        || input.range.verify(&ours[..1]),
        || default.range.verify(&theirs[..1]),
    );
    let batch = in_turns(
        || input.range.verify(&ours),
        || default.range.verify(&theirs),
    );
    let batch = batch.map(|seconds| seconds / BATCH as f64);
    let proof = [input.range.proof_len(), default.range.proof_len()].map(|len| len as f64);
    let submission = [input.range.submission_len(), default.range.submission_len()];
    [
        (&figures::BITPLANE_PROVE, prove),
        (&figures::BITPLANE_VERIFY, one),
        (&figures::BITPLANE_BATCH, batch),
        (&figures::BITPLANE_BYTES, proof),
        (
            &figures::BITPLANE_SUBMISSION,
            submission.map(|len| len as f64),
        ),
    ]
    .map(|(figure, [ours, theirs])| input.row(figure, ours, theirs))
    .into()
}
