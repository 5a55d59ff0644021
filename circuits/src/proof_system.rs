//! The interface that every suite implements, and the only thing the rest of the system knows of
//! one (`specs/proofs.md` 5).

use std::fmt::{self, Debug};

use rand_core::CryptoRngCore;
use rayon::prelude::*;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::codec::{DecodeError, Reader};
use crate::commitment::CommitKey;
use crate::groth16::key::KeyError;
use crate::group::Group;
use crate::packing::Layout;
use crate::statement::{InputError, Statement};

pub use crate::suite::{Suite, UnknownSuite};

/// Why a suite refuses a statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// A claim that the suite has no proof for.
    #[error("suite {suite} cannot prove {claim} (segment {segment}); drop the claim or choose another suite")]
    Claim {
        /// Name of the suite that refuses.
        suite: &'static str,
        /// The kind of claim.
        claim: &'static str,
        /// Index of the segment.
        segment: usize,
    },
    /// A vector longer than the suite is meant for.
    #[error("suite {suite} takes vectors of up to {max} coordinates, this one has {got}; choose another suite")]
    Length {
        /// Name of the suite that refuses.
        suite: &'static str,
        /// Number of coordinates of the longest vector that the suite takes.
        max: usize,
        /// Number of coordinates of the statement.
        got: usize,
    },
    /// More commitments than the suite is meant for.
    #[error("suite {suite} takes up to {max} rows of bits, this statement has {got} with the configured columns; choose more columns")]
    Rows {
        /// Name of the suite that refuses.
        suite: &'static str,
        /// The largest number of rows of bits that the suite takes.
        max: usize,
        /// Number of rows of bits of the statement.
        got: usize,
    },
    /// The key of a set-up is missing, or it is not the one of this statement; or there is none for such a statement.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A number of columns that the suite has no proof for.
    #[error("suite {suite} commits in rows of {want} columns, the configuration says {got}; leave the number out to have the best one chosen")]
    Columns {
        /// Name of the suite that refuses.
        suite: &'static str,
        /// The numbers of columns that it takes, in words.
        want: String,
        /// The number of columns of the configuration.
        got: usize,
    },
}

/// What a proof is bound to: a copy of it under another client or round is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Digest of the round's configuration.
    pub context: [u8; 32],
    /// The client's number, from 1.
    pub client: u32,
}

/// The part of an input proof that does not hold; the letters are those of check V-07.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProofPart {
    /// V-07.A: that the commitments are well formed.
    Commitments,
    /// V-07.B: that every coordinate is within its bound.
    Range,
    /// V-07.C: that every norm is at most its limit.
    Norm,
    /// V-07.D: that every sum keeps its rule.
    Sum,
}

/// What a suite needs beyond the configuration: public keys that a ceremony made, for instance. All parties of a round
/// have the same. It is `()` for a suite that derives everything from the configuration.
///
/// The default stands for a party that was given nothing. It tells sizes for planning; a suite that cannot work with it
/// refuses it in [`ProofSystem::new`].
pub trait SetUp: Debug + Default + Clone + Send + Sync + 'static {
    /// The public part, which stands in the header of a board. Empty if the suite needs none.
    fn public(&self) -> Vec<u8>;

    /// The set-up of who has only the public part.
    fn read(public: &[u8]) -> Result<Self, DecodeError>;

    /// The digest of a public part, by which a configuration names it.
    fn digest(public: &[u8]) -> [u8; 32];
}

impl SetUp for () {
    fn public(&self) -> Vec<u8> {
        Vec::new()
    }

    fn read(public: &[u8]) -> Result<Self, DecodeError> {
        Reader::new(public).finish()
    }

    fn digest(_public: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

/// What follows from statement, roster and columns alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Where each coordinate stands.
    pub layout: Layout,
    /// Bytes of commitments and proof.
    pub proof_len: usize,
}

/// A client's proof and what the client keeps of it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Proven<G: Group> {
    /// Commitments and proof, [`ProofSystem::proof_len`] bytes; public.
    #[zeroize(skip)]
    pub bytes: Vec<u8>,
    /// `rhat`, the blinding of each packed row commitment; secret.
    pub blindings: Vec<G::Scalar>,
}

impl<G: Group> Debug for Proven<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Turns a statement and a vector into commitments with a proof, and delivers the packed row
/// commitments. A value of this type holds all that follows from the configuration.
///
/// ```
/// use rand_core::OsRng;
/// use veragg_circuits::bitplane::RistrettoBitplane;
/// use veragg_circuits::proof_system::{Binding, ProofSystem};
/// use veragg_circuits::statement::{Segment, Statement};
///
/// fn round_trip<P: ProofSystem>(set_up: &P::SetUp) -> Result<(), Box<dyn std::error::Error>> {
///     let statement = Statement::new(vec![Segment::range(3, 101)])?;
///     let columns = P::best_columns(set_up, &statement, 20);
///     let suite = P::new(set_up, &statement, 20, columns)?;
///     let binding = Binding { context: [0; 32], client: 7 };
///     let proven = suite.prove(&binding, &[3, 0, 100], &mut OsRng)?;
///
///     let proof = suite.decode(&proven.bytes)?;
///     assert!(suite.verify_batch(&[(binding, &proof)]).is_empty());
///     assert_eq!(suite.rows(&proof).len(), proven.blindings.len());
///     Ok(())
/// }
///
/// round_trip::<RistrettoBitplane>(&())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ProofSystem: Debug + Send + Sync + Sized + 'static {
    /// The group of the commitments.
    type Group: Group;
    /// Parsed commitments and proof of one client: canonical, with the right counts, not yet
    /// verified.
    type Proof: Debug + Send + Sync;
    /// What the suite needs beyond the configuration.
    type SetUp: SetUp;

    /// Which suite this is, by the name and number in configurations.
    const SUITE: Suite;

    /// What a round can know of the suite before any generator is made. Refuses what [`new`](Self::new) refuses of
    /// statement and columns. Cost: a pass over the segments and the rows of bits.
    fn sizes(
        set_up: &Self::SetUp,
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Sizes, Unsupported>;

    /// Derives everything from the set-up, the statement, the size of the roster and the number of
    /// columns.
    fn new(
        set_up: &Self::SetUp,
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Self, Unsupported>;

    /// The number of columns that suits the statement best.
    fn best_columns(set_up: &Self::SetUp, statement: &Statement, clients: u32) -> usize;

    /// Where each coordinate stands.
    fn layout(&self) -> &Layout;

    /// The generators of the row commitments.
    fn key(&self) -> &CommitKey<Self::Group>;

    /// Bytes of commitments and proof: a constant of the configuration.
    fn proof_len(&self) -> usize;

    /// Whether the set-up that this was made with is enough to prove. A party that only verifies may have less.
    fn can_prove(&self) -> bool {
        true
    }

    /// Whether a proof shows which part of the statement it fails; otherwise each failure is one of
    /// [`ProofPart::Range`].
    const TELLS_PARTS: bool = true;

    /// Commits to `x` and proves the statement. Refuses if it [cannot](Self::can_prove). `rng` is behind a pointer so that the prover is
    /// compiled in this crate, once and optimised, and not again for each generator.
    fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Self::Group>, InputError>;

    /// Parses commitments and proof. Refuses every encoding but the canonical one, the identity
    /// and wrong lengths.
    fn decode(&self, bytes: &[u8]) -> Result<Self::Proof, DecodeError>;

    /// Parses the proofs of several clients: what [`decode`](Self::decode) says of each, in order. Cost: that of decoding them
    /// one by one, or less if all decode.
    fn decode_all(&self, proofs: &[&[u8]]) -> Vec<Result<Self::Proof, DecodeError>> {
        proofs.par_iter().map(|bytes| self.decode(bytes)).collect()
    }

    /// The commitments `Chat` to the `R` rows of the packed vector.
    fn rows(&self, proof: &Self::Proof) -> Vec<<Self::Group as Group>::Point>;

    /// The sums of the commitments `Chat` of several proofs, row by row. Cost: that of [`rows`](Self::rows) for each, or less.
    fn sums_of_rows(&self, proofs: &[&Self::Proof]) -> Vec<<Self::Group as Group>::Point> {
        let mut sums = vec![Self::Group::identity(); self.layout().rows()];
        for proof in proofs {
            for (sum, row) in sums.iter_mut().zip(self.rows(proof)) {
                *sum = *sum + row;
            }
        }
        sums
    }

    /// How many proofs are best verified together: with more, time a proof no longer falls, and
    /// memory grows.
    fn best_batch(&self) -> usize;

    /// Verifies the proofs of several clients together and returns the index and the first bad
    /// part of each that does not hold, in order: all of them, and no other. Deterministic.
    fn verify_batch(&self, batch: &[(Binding, &Self::Proof)]) -> Vec<(usize, ProofPart)>;
}
