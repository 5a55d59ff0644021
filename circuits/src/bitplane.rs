//! The suite `ristretto255-bitplane`: exact ranges, norms and sums at about the price of the
//! commitment (`specs/proofs.md` 7).
//!
//! Every *bit* of every coordinate is committed, in rows, which costs additions only; the
//! commitments to the values follow from those. One sum-check shows that they are bits; its first
//! rounds run over the values of a byte, since bits are small. The claims about norms and sums are
//! batched into it. A Schnorr proof over linear relations shows what the sum-check ends in.
//!
//! Sources: Wahby, Tzialla, Shelat, Thaler, Walfish, *Doubly-Efficient zkSNARKs Without Trusted
//! Setup*, IEEE S&P 2018 (rows opened at a point); Xie, Zhang, Zhang, Papamanthou, Song, *Libra*,
//! CRYPTO 2019 (masked sum-check); Attema, Cramer, *Compressed Sigma-Protocol Theory*, CRYPTO 2020.

mod bases;
mod bounded;
mod bytes;
mod commit;
mod linear;
mod mask;
mod multilinear;
mod opening;
mod proof;
mod proof_layout;
mod prove;
mod relation;
mod shape;
mod sumcheck;
#[cfg(test)]
mod tests;
mod tuning;
mod vector;
mod verify;

use std::fmt;

use ark_ff::Field;
use rand_core::CryptoRngCore;
use rayon::prelude::*;

use crate::codec::DecodeError;
use crate::commitment::CommitKey;
use crate::group::edwards::{normalise, Affine, Point};
use crate::group::ristretto::{across, Fr, KeyPoint, Ristretto};
use crate::group::Group;
use crate::packing::{Layout, PackedSegment};
use crate::proof_system::{Binding, ProofPart, ProofSystem, Proven, Sizes, Suite, Unsupported};
use crate::statement::{InputError, Statement};
use crate::transcript::{Transcript, TranscriptExt};

use bases::Bases;
use bounded::Bounded;
use proof_layout::ProofLayout;
use relation::witness;
use shape::{SegmentShape, Shape, MAX_BIT_ROWS, MAX_COLUMNS};

pub use proof::BitplaneInput;

/// The suite for one statement, roster size and number of columns.
pub struct RistrettoBitplane {
    statement: Statement,
    clients: u32,
    sizes: Sizes,
    shape: Shape,
    proof_layout: ProofLayout,
    bases: Bases,
    bounded: Bounded,
}

impl fmt::Debug for RistrettoBitplane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RistrettoBitplane")
            .field("statement", &self.statement)
            .field("clients", &self.clients)
            .field("columns", &self.shape.columns)
            .finish_non_exhaustive()
    }
}

impl RistrettoBitplane {
    /// The transcript with what a proof is about (`specs/proofs.md` 7.5, steps 1 and 2).
    fn opened_transcript(&self, binding: &Binding) -> Transcript {
        let mut transcript = Transcript::new(b"veragg/1 bitplane");
        transcript.append_message(b"context", &binding.context);
        transcript.absorb_u64(b"client", u64::from(binding.client));
        transcript.append_message(b"statement", &self.statement.encode());
        transcript.absorb_u64(b"clients", u64::from(self.clients));
        transcript.absorb_u64(b"columns", self.shape.columns as u64);
        transcript
    }

    /// The transcript with everything that is public before the first challenge
    /// (`specs/proofs.md` 7.5, steps 1 to 3).
    fn transcript(&self, binding: &Binding, commitments: &[u8]) -> Transcript {
        let mut transcript = self.opened_transcript(binding);
        transcript.append_message(b"commitments", commitments);
        transcript
    }

    /// The weight of `xt` in the opening, behind the committed evaluations; 0 where nothing is
    /// claimed of it.
    fn sigma(&self, transcript: &mut Transcript) -> Fr {
        if self.shape.has_claims() {
            transcript.challenge_scalar::<Ristretto>(b"sigma")
        } else {
            Fr::default()
        }
    }

    /// Absorbs all first messages and draws the challenge that the responses answer.
    fn absorb_announcements(
        &self,
        transcript: &mut Transcript,
        announcements: &[u8],
        form: &Fr,
    ) -> Fr {
        transcript.append_message(b"announcements", announcements);
        transcript.absorb_scalar::<Ristretto>(b"form", form);
        transcript.challenge_scalar::<Ristretto>(b"e")
    }

    fn absorb_responses(&self, transcript: &mut Transcript, responses: &[Fr]) {
        transcript.append_message(b"responses", &Ristretto::encode_scalars(responses));
    }

    /// What the linear form of the opened vector's response must be.
    fn claimed_form(&self, scalars: &proof::Scalars, sigma: Fr) -> Fr {
        let value = if self.shape.has_claims() {
            sigma * scalars.responses[witness::value(self.shape.variables())]
        } else {
            Fr::default()
        };
        scalars.responses[witness::BIT] + value + scalars.form
    }

    /// Number of equations of a proof, that of the opened vector among them: one for each
    /// announcement.
    fn equation_count(&self) -> usize {
        self.proof_layout.announcements_end() - self.proof_layout.evaluations_end()
    }

    /// `sum_s 2^(w s) sum_t w_t item(bit row)` for every packed row: the same combination for
    /// commitments and for their blindings (`specs/proofs.md` 7.3).
    fn pack_rows<T: Send>(
        &self,
        combine: impl Fn(&SegmentShape, &PackedSegment, usize) -> T + Sync,
    ) -> Vec<T> {
        let segments = self.shape.segments.iter().zip(self.sizes.layout.segments());
        let rows: Vec<_> = segments
            .flat_map(|(shape, packed)| {
                (0..packed.scalars / self.shape.columns).map(move |rho| (shape, packed, rho))
            })
            .collect();
        rows.par_iter()
            .map(|(shape, packed, rho)| combine(shape, packed, *rho))
            .collect()
    }

    /// The slot rows of a packed row, from the last slot down.
    fn slot_rows<'a>(
        &'a self,
        shape: &'a SegmentShape,
        packed: &PackedSegment,
        rho: usize,
    ) -> impl Iterator<Item = &'a shape::Row> {
        let step = packed.scalars / self.shape.columns;
        let rows = &self.shape.rows[shape.rows.clone()];
        rows.iter()
            .skip(rho)
            .step_by(step)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
    }

    /// `rhat`, from the blindings of the bit rows.
    fn packed_blindings(&self, blindings: &[Fr]) -> Vec<Fr> {
        self.pack_rows(|shape, packed, rho| {
            let shift = Fr::from(2u64).pow([u64::from(packed.width)]);
            let of_row = |row: &shape::Row| {
                let of_row = blindings[row.bit_row..][..shape.bits].iter();
                of_row
                    .enumerate()
                    .map(|(t, beta)| *beta * Fr::from(shape.weight(t)))
                    .sum::<Fr>()
            };
            let rows = self.slot_rows(shape, packed, rho);
            rows.fold(Fr::default(), |sum, row| sum * shift + of_row(row))
        })
    }
}

impl ProofSystem for RistrettoBitplane {
    type Group = Ristretto;
    type Proof = BitplaneInput;
    type SetUp = ();

    const SUITE: Suite = Suite::RistrettoBitplane;

    fn sizes(
        _set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Sizes, Unsupported> {
        let suite = Self::SUITE.name();
        if !columns.is_power_of_two() || columns > MAX_COLUMNS {
            return Err(Unsupported::Columns {
                suite,
                want: "a power of two up to 65536".to_owned(),
                got: columns,
            });
        }
        let rows = Shape::count_bit_rows(statement, columns);
        if rows > MAX_BIT_ROWS {
            return Err(Unsupported::Rows {
                suite,
                max: MAX_BIT_ROWS,
                got: rows,
            });
        }
        let shape = Shape::new(statement, columns);
        Ok(Sizes {
            layout: Layout::new::<Ristretto>(statement, clients, columns),
            proof_len: proof::encoded_len(&shape),
        })
    }

    /// Cost: `columns` hashes to the group.
    fn new(
        set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Self, Unsupported> {
        let sizes = Self::sizes(set_up, statement, clients, columns)?;
        let (suite, shape) = (Self::SUITE.name(), Shape::new(statement, columns));
        let bases = Bases::derive(suite, columns, 4 * shape.variables());
        Ok(Self {
            statement: statement.clone(),
            clients,
            sizes,
            proof_layout: ProofLayout::new(&shape),
            bounded: Bounded::new(&shape, bases.value_point, bases.key.blinding()),
            bases,
            shape,
        })
    }

    fn best_columns(_set_up: &(), statement: &Statement, clients: u32) -> usize {
        tuning::best_columns(statement, clients)
    }

    fn layout(&self) -> &Layout {
        &self.sizes.layout
    }

    fn key(&self) -> &CommitKey<Ristretto> {
        &self.bases.key
    }

    fn proof_len(&self) -> usize {
        self.sizes.proof_len
    }

    fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Ristretto>, InputError> {
        self.statement.check(x)?;
        Ok(prove::prove(self, binding, x, rng))
    }

    fn decode(&self, bytes: &[u8]) -> Result<BitplaneInput, DecodeError> {
        BitplaneInput::decode(&self.shape, &self.proof_layout, &self.bounded, bytes)
    }

    /// Cost: at most 252 doublings and an addition for each bit row, for every packed row.
    fn rows(&self, proof: &BitplaneInput) -> Vec<KeyPoint> {
        self.packed_rows(&proof.points)
    }

    /// What is packed is a linear combination of the bit rows, so these are added up first. Cost: an addition for each bit row of
    /// each proof, and that of [`rows`](ProofSystem::rows) once.
    fn sums_of_rows(&self, proofs: &[&BitplaneInput]) -> Vec<KeyPoint> {
        let mut sums = vec![Point::IDENTITY; self.shape.bit_rows()];
        let share = sums.len().div_ceil(rayon::current_num_threads()).max(1);
        let parts = sums.par_chunks_mut(share).enumerate();
        parts.for_each(|(part, sums)| {
            for proof in proofs {
                let points = proof.points.get(part * share..).unwrap_or_default();
                for (sum, point) in sums.iter_mut().zip(points) {
                    *sum += point;
                }
            }
        });
        self.packed_rows(&normalise(&sums))
    }

    fn best_batch(&self) -> usize {
        tuning::batch(self.proof_layout.points())
    }

    fn verify_batch(&self, batch: &[(Binding, &BitplaneInput)]) -> Vec<(usize, ProofPart)> {
        verify::verify(self, batch)
    }
}

impl RistrettoBitplane {
    /// The commitments to the packed rows that follow from those to the bit rows, which `points` begin with.
    fn packed_rows(&self, points: &[Affine]) -> Vec<KeyPoint> {
        across(&self.pack_rows(|shape, packed, rho| {
            let of_row = |row: &shape::Row| Self::slot_row(shape, row, points);
            let rows = self.slot_rows(shape, packed, rho);
            rows.fold(Point::IDENTITY, |sum, row| {
                sum.double_times(packed.width) + of_row(row)
            })
        }))
    }

    /// `sum_t w_t Brow_t`, the commitment to a slot row: the weights below the top one are powers of
    /// two.
    fn slot_row(segment: &SegmentShape, row: &shape::Row, points: &[Affine]) -> Point {
        let bits = points
            .get(row.bit_row..row.bit_row + segment.bits)
            .unwrap_or_default();
        let Some((top, low)) = bits.split_last() else {
            return Point::IDENTITY;
        };
        let low = low.iter().rev().fold(Point::IDENTITY, |sum, bit| {
            let mut sum = sum.double();
            sum += bit;
            sum
        });
        let weight = segment.weight(segment.bits - 1);
        let bits_of_weight = (0..u64::BITS - weight.leading_zeros()).rev();
        let top = bits_of_weight.fold(Point::IDENTITY, |product, bit| {
            let mut product = product.double();
            if weight >> bit & 1 == 1 {
                product += top;
            }
            product
        });
        low + top
    }
}
