//! The suite `bls12381-groth16`: one row of packed scalars, proven by a pairing (`specs/proofs.md` 8).

pub mod check;
pub mod circuit;
mod commit;
pub mod contribution;
pub mod derive;
pub mod export;
pub mod heads;
pub mod key;
pub mod points;
pub mod powers;
mod proof;
mod prove;
mod set_up;
mod subgroup;
mod verify;
pub mod weights;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rand_core::CryptoRngCore;

use crate::codec::DecodeError;
use crate::commitment::CommitKey;
use crate::group::bls12381::{Bls12381, G1Projective};
use crate::packing::Layout;
use crate::proof_system::{Binding, ProofPart, ProofSystem, Proven, Sizes, Suite, Unsupported};
use crate::statement::{InputError, Statement};

use crate::apart::apart;
use circuit::Circuit;
use key::{limit, KeyError, VerifyingKey};
use prove::Prover;
use verify::Verifier;

pub use proof::{encoded_len, Groth16Input};
pub use set_up::Groth16SetUp;

/// Proofs that are decoded and verified together, at most: enough that what a batch costs once no longer counts.
const BATCH: usize = 1024;
/// Elements and scalars of a batch, at most: some 10 MB with their encodings.
const BATCH_ELEMENTS: usize = 1 << 16;

/// The suite for one key and roster size.
#[derive(Debug)]
pub struct Bls12381Groth16 {
    circuit: Circuit,
    sizes: Sizes,
    key: CommitKey<Bls12381>,
    verifying: Arc<VerifyingKey>,
    verifier: Verifier,
    /// Nothing for who only verifies.
    prover: Option<Prover>,
}

impl ProofSystem for Bls12381Groth16 {
    type Group = Bls12381;
    type Proof = Groth16Input;
    type SetUp = Groth16SetUp;

    const SUITE: Suite = Suite::Bls12381Groth16;
    const TELLS_PARTS: bool = false;

    /// Without a key, those of a key for rosters of up to `clients`.
    fn sizes(
        set_up: &Groth16SetUp,
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Sizes, Unsupported> {
        let max_clients = set_up.max_clients(clients);
        limit::domain(statement, max_clients)?;
        let layout = Layout::one_row::<Bls12381>(statement, max_clients);
        if columns != layout.columns() {
            return Err(Unsupported::Columns {
                suite: Self::SUITE.name(),
                want: layout.columns().to_string(),
                got: columns,
            });
        }
        Ok(Sizes {
            proof_len: encoded_len(columns),
            layout,
        })
    }

    /// Cost: the matrices of the circuit, `columns + 1` hashes to the group, and a pairing; for who proves, a table of
    /// each generator besides.
    fn new(
        set_up: &Groth16SetUp,
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Self, Unsupported> {
        let sizes = Self::sizes(set_up, statement, clients, columns)?;
        let verifying = set_up.verifying().ok_or(KeyError::Missing)?;
        let circuit = Circuit::new(statement, verifying.max_clients);
        verifying.check(&circuit, clients)?;
        let key = CommitKey::<Bls12381>::derive(Self::SUITE.name(), columns);
        let row = row(&key);
        Ok(Self {
            verifier: Verifier::new(verifying, &row, clients),
            verifying: Arc::clone(verifying),
            prover: set_up.proving().map(|key| Prover::new(key, &row)),
            key,
            sizes,
            circuit,
        })
    }

    fn best_columns(set_up: &Groth16SetUp, statement: &Statement, clients: u32) -> usize {
        Layout::one_row::<Bls12381>(statement, set_up.max_clients(clients)).columns()
    }

    fn layout(&self) -> &Layout {
        &self.sizes.layout
    }

    fn key(&self) -> &CommitKey<Bls12381> {
        &self.key
    }

    fn proof_len(&self) -> usize {
        self.sizes.proof_len
    }

    fn can_prove(&self) -> bool {
        self.prover.is_some()
    }

    fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Bls12381>, InputError> {
        let prover = self.prover.as_ref().ok_or(InputError::NoProvingKey)?;
        prover.prove(&self.circuit, self.verifier.prefix(), binding, x, rng)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Groth16Input, DecodeError> {
        apart(|| Groth16Input::decode(bytes, self.layout().columns()))
    }

    /// Cost: 0.25 ms a proof on one core, half of what `decode` takes.
    fn decode_all(&self, proofs: &[&[u8]]) -> Vec<Result<Groth16Input, DecodeError>> {
        apart(|| Groth16Input::decode_all(proofs, self.layout().columns()))
    }

    fn rows(&self, proof: &Groth16Input) -> Vec<G1Projective> {
        vec![proof.elements.row.into()]
    }

    fn best_batch(&self) -> usize {
        // Seven elements and `C + 2` scalars.
        let each = self.layout().columns() + 9;
        (BATCH_ELEMENTS / each).clamp(1, BATCH)
    }

    fn verify_batch(&self, batch: &[(Binding, &Groth16Input)]) -> Vec<(usize, ProofPart)> {
        let bad = apart(|| self.verifier.bad(batch)).into_iter();
        bad.map(|place| (place, ProofPart::Range)).collect()
    }
}

/// `G_0, .., G_(C-1), H`.
fn row(key: &CommitKey<Bls12381>) -> Vec<G1Projective> {
    let columns = key.columns().iter().copied();
    columns.chain([key.blinding()]).collect()
}
