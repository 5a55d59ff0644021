//! Our side: a statement and its proofs.

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::proof_system::{Binding, ProofSystem, Sizes, Unsupported};
use veragg::circuits::statement::{Norm, Segment, Statement};
use veragg::protocol::pairwise::sizes::Bodies;
use veragg::protocol::wire::message::ENVELOPE_LEN;

use crate::case::Case;

/// The suite that is measured unless another is named.
pub type Default = RistrettoBitplane;

/// Clients of the roster: more of them make slots wider, and the masked vector longer.
pub const CLIENTS: u32 = 1000;

/// A suite for one statement; what follows from the configuration is derived beforehand.
pub struct Prover<P: ProofSystem>(P);

/// The statement that every coordinate is within its bound.
pub fn ranges(case: Case) -> Statement {
    statement(Segment::range(case.len(), case.bound()))
}

fn statement(segment: Segment) -> Statement {
    Statement::new(vec![segment]).expect("a sound statement")
}

impl Prover<Default> {
    /// For ranges.
    pub fn range(case: Case) -> Result<Self, Unsupported> {
        Self::new(&(), &ranges(case))
    }

    /// For ranges and a norm.
    pub fn range_and_norm(case: Case) -> Result<Self, Unsupported> {
        let norm = Norm {
            offset: case.offset(),
            max_square: case.max_square(),
        };
        let segment = Segment {
            norm: Some(norm),
            ..Segment::range(case.len(), case.bound())
        };
        Self::new(&(), &statement(segment))
    }
}

impl<P: ProofSystem> Prover<P> {
    /// For a statement, with what the suite needs beyond it.
    pub fn new(set_up: &P::SetUp, statement: &Statement) -> Result<Self, Unsupported> {
        let columns = P::best_columns(set_up, statement, CLIENTS);
        P::new(set_up, statement, CLIENTS, columns).map(Self)
    }

    /// Commitments and proof of a client.
    pub fn prove(&self, client: u32, x: &[u64]) -> Vec<u8> {
        let proven = self.0.prove(&binding(client), x, &mut OsRng);
        proven.expect("a vector that satisfies").bytes.clone()
    }

    /// Verifies the proofs of clients 1, 2, .. together, as a receiver does: from their bytes.
    pub fn verify(&self, proofs: &[Vec<u8>]) {
        self.verify_from(1, proofs);
    }

    /// The same in the parts in which an audit verifies them.
    pub fn verify_in_parts(&self, proofs: &[Vec<u8>]) {
        let most = self.0.best_batch();
        for (first, part) in (1..).step_by(most).zip(proofs.chunks(most)) {
            self.verify_from(first, part);
        }
    }

    fn verify_from(&self, first: u32, proofs: &[Vec<u8>]) {
        let encoded: Vec<&[u8]> = proofs.iter().map(|bytes| &bytes[..]).collect();
        let decoded = self.0.decode_all(&encoded).into_iter();
        let decoded: Vec<_> = decoded
            .map(|proof| proof.expect("a canonical proof"))
            .collect();
        let batch: Vec<_> = (first..).map(binding).zip(&decoded).collect();
        assert!(self.0.verify_batch(&batch).is_empty());
    }

    /// Scalars of a row.
    pub fn columns(&self) -> usize {
        self.0.layout().columns()
    }

    /// Bytes of commitments and proof.
    pub fn proof_len(&self) -> usize {
        self.0.proof_len()
    }

    /// Bytes of the whole message: envelope, commitments and proof, masked vector.
    pub fn submission_len(&self) -> usize {
        let sizes = Sizes {
            layout: self.0.layout().clone(),
            proof_len: self.0.proof_len(),
        };
        ENVELOPE_LEN + Bodies::of::<P::Group>(&sizes, 1).submission
    }
}

fn binding(client: u32) -> Binding {
    Binding {
        context: [7; 32],
        client,
    }
}
