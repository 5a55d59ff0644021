//! The other side: what one would take instead.

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use curve25519_dalek::{RistrettoPoint, Scalar};
use merlin::Transcript;
use prio::codec::Encode;
use prio::vdaf::prio3::{
    optimal_chunk_length, Prio3, Prio3InputShare, Prio3PublicShare, Prio3SumVec,
};
use prio::vdaf::{Aggregator, Client};
use rand_core::OsRng;
use rayon::prelude::*;

use crate::case::Case;
use crate::measure::seconds;

/// Pedersen commitments to the rows of a vector, and no proof.
pub struct Pedersen {
    /// The number of columns that was fastest here and now.
    pub columns: usize,
    scalars: Vec<Scalar>,
    blinding: Scalar,
    generators: Vec<RistrettoPoint>,
    blinding_generator: RistrettoPoint,
}

impl Pedersen {
    /// Columns to choose from: fewer of them make multi-scalar multiplications too short to share
    /// work, more of them fall out of the caches.
    const SHAPES: std::ops::RangeInclusive<u32> = 8..=16;

    /// Tries the shapes, which takes a while.
    pub fn new(x: &[u64]) -> Self {
        let mut shapes: Vec<_> = Self::SHAPES.map(|log| x.len().min(1 << log)).collect();
        shapes.dedup();
        let widest = shapes.iter().copied().max().unwrap_or_default();
        let point = || RistrettoPoint::random(&mut OsRng);
        let mut pedersen = Self {
            columns: widest,
            scalars: x.iter().map(|&x| Scalar::from(x)).collect(),
            blinding: Scalar::random(&mut OsRng),
            generators: (0..widest).map(|_| point()).collect(),
            blinding_generator: point(),
        };
        let mut fastest = f64::INFINITY;
        for columns in shapes {
            let run = || pedersen.commit_in(columns);
            let cost = seconds(run).min(seconds(run));
            if cost < fastest {
                (fastest, pedersen.columns) = (cost, columns);
            }
        }
        pedersen
    }

    pub fn commit(&self) -> Vec<CompressedRistretto> {
        self.commit_in(self.columns)
    }

    fn commit_in(&self, columns: usize) -> Vec<CompressedRistretto> {
        let commit = |row: &[Scalar]| {
            let points = self.generators[..row.len()].iter();
            RistrettoPoint::vartime_multiscalar_mul(
                row.iter().chain([&self.blinding]),
                points.chain([&self.blinding_generator]),
            )
            .compress()
        };
        self.scalars.par_chunks(columns).map(commit).collect()
    }
}

/// One aggregated range proof of the `bulletproofs` crate.
pub struct Bulletproofs {
    values: Vec<u64>,
    blindings: Vec<Scalar>,
    bits: usize,
    pedersen: PedersenGens,
    generators: BulletproofGens,
}

impl Bulletproofs {
    /// The longest vector that is measured; the generators and the time for more only grow.
    pub const MOST: usize = 1 << 10;
    /// Values of the proof that gives the cost a coordinate.
    pub const PART: usize = 64;

    /// The narrowest range of the crate.
    const NARROWEST: u32 = 8;

    /// For as many values as a power of two. Values that are narrower than any range of the crate get the narrowest.
    pub fn new(values: &[u64], bits: u32) -> Self {
        let bits = bits.max(Self::NARROWEST);
        Self {
            values: values.to_vec(),
            blindings: values.iter().map(|_| Scalar::random(&mut OsRng)).collect(),
            bits: bits as usize,
            pedersen: PedersenGens::default(),
            generators: BulletproofGens::new(bits as usize, values.len()),
        }
    }

    pub fn prove(&self) -> (Vec<u8>, Vec<CompressedRistretto>) {
        let (proof, commitments) = RangeProof::prove_multiple(
            &self.generators,
            &self.pedersen,
            &mut Transcript::new(b"bench"),
            &self.values,
            &self.blindings,
            self.bits,
        )
        .expect("values within the range");
        (proof.to_bytes(), commitments)
    }

    /// From bytes, like ours.
    pub fn verify(&self, (proof, commitments): &(Vec<u8>, Vec<CompressedRistretto>)) {
        RangeProof::from_bytes(proof)
            .and_then(|proof| {
                proof.verify_multiple(
                    &self.generators,
                    &self.pedersen,
                    &mut Transcript::new(b"bench"),
                    commitments,
                    self.bits,
                )
            })
            .expect("a proof that holds");
    }
}

/// Prio3SumVec between two servers.
pub struct Prio {
    vdaf: Prio3SumVec,
    measurement: Vec<u128>,
}

/// What a client of [`Prio`] sends.
pub struct Upload {
    public: Prio3PublicShare<32>,
    shares: Vec<Prio3InputShare<prio::field::Field128, 32>>,
}

impl Prio {
    const NONCE: [u8; 16] = [0; 16];

    pub fn new(case: Case, x: &[u64]) -> Self {
        let chunk = optimal_chunk_length(case.len() * case.bits as usize);
        let largest = u128::from(case.bound() - 1);
        Self {
            vdaf: Prio3::new_sum_vec(2, largest, case.len(), chunk).expect("sound parameters"),
            measurement: x.iter().map(|&x| u128::from(x)).collect(),
        }
    }

    pub fn shard(&self) -> Upload {
        let sharded = self.vdaf.shard(b"bench", &self.measurement, &Self::NONCE);
        let (public, shares) = sharded.expect("values within the range");
        Upload { public, shares }
    }

    /// What both servers do before they talk to each other; without decoding.
    pub fn verify_init(&self, upload: &Upload) {
        for (server, share) in upload.shares.iter().enumerate() {
            self.vdaf
                .verify_init(
                    &[7; 32],
                    b"bench",
                    server,
                    &(),
                    &Self::NONCE,
                    &upload.public,
                    share,
                )
                .expect("well-formed shares");
        }
    }
}

impl Upload {
    /// Bytes to both servers.
    pub fn bytes(&self) -> usize {
        let shares = self.shares.iter().map(Encode::encoded_len);
        let parts = shares.chain([self.public.encoded_len()]);
        parts.map(|len| len.expect("a known length")).sum()
    }
}
