//! Several coordinates in one scalar, so that they add up side by side (`specs/proofs.md` 2).
//!
//! A sum over a roster of `n` clients of values below `M` has `w = bits(n (M - 1))` bits, so
//! `floor(capacity / w)` of them share a scalar without ever touching, where the capacity of the
//! group is [`Group::CAPACITY`]. Coordinate `j = s D + m` of a
//! segment that takes `D` scalars is slot `s` of its scalar `m`: consecutive coordinates are
//! consecutive columns of a row, which is what the proof systems commit to.

use ark_ff::{BigInteger, PrimeField};
use rayon::prelude::*;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::group::limbs::add_at;
use crate::group::{of_wide_integer, Group, WIDE_LIMBS};
use crate::statement::{InputError, Segment, Statement};

/// Scalars that one thread packs by itself.
const SHORTEST_PART: usize = 1024;

/// Where each coordinate of a statement stands in the packed scalars.
///
/// ```
/// use veragg_circuits::group::ristretto::{Fr, Ristretto};
/// use veragg_circuits::packing::Layout;
/// use veragg_circuits::statement::{Segment, Statement};
///
/// // 40 coordinates below 100 of at most 2 clients: slots of 8 bits, 31 of them in a scalar.
/// let statement = Statement::new(vec![Segment::range(40, 100)])?;
/// let layout = Layout::new::<Ristretto>(&statement, 2, 1);
/// assert_eq!((layout.segments()[0].width, layout.scalars()), (8, 2));
///
/// let [a, b] = [layout.pack::<Fr>(&[99; 40])?, layout.pack(&[1; 40])?];
/// let sum: Vec<Fr> = a.iter().zip(&b).map(|(a, b)| *a + b).collect();
/// assert_eq!(layout.unpack(&sum, 2)?, [100; 40]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    columns: usize,
    segments: Vec<PackedSegment>,
}

/// One segment's part of a [`Layout`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedSegment {
    /// First coordinate in the vector.
    pub start: usize,
    /// Number of coordinates.
    pub len: usize,
    /// The bound `M` of each coordinate.
    pub bound: u64,
    /// `w`, bits of a slot.
    pub width: u32,
    /// Slots that hold coordinates; at most `floor(capacity / w)`.
    pub slots: usize,
    /// First scalar in the packed vector; a multiple of the columns.
    pub first_scalar: usize,
    /// Scalars; a multiple of the columns.
    pub scalars: usize,
}

/// Why a packed sum is not the sum of packed vectors.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// Wrong number of scalars.
    #[error("the packed sum has {got} scalars, the configuration gives {want}")]
    Length {
        /// Number of scalars given.
        got: usize,
        /// Number of scalars of the layout.
        want: usize,
    },
    /// Bits above the last slot.
    #[error("packed scalar {scalar} has bits above its last slot")]
    Overflow {
        /// Index of the scalar.
        scalar: usize,
    },
    /// A slot above what so many contributors can add up to, or a filled slot beyond the vector.
    #[error(
        "slot {slot} of packed scalar {scalar} holds {value}, above the largest possible sum {max}"
    )]
    Slot {
        /// Index of the scalar.
        scalar: usize,
        /// Index of the slot.
        slot: usize,
        /// The integer that the slot holds.
        value: u128,
        /// The largest integer that a sum can leave there.
        max: u128,
    },
}

impl Layout {
    /// The layout of `statement` for a roster of `clients`, in rows of `columns` scalars of a
    /// group.
    pub fn new<G: Group>(statement: &Statement, clients: u32, columns: usize) -> Self {
        let columns = columns.max(1);
        let segments = Self::pack_segments::<G>(statement, clients, columns);
        Self { columns, segments }
    }

    /// The layout of `statement` for rosters of up to `clients`, in one row: the segments stand one behind the other.
    pub fn one_row<G: Group>(statement: &Statement, clients: u32) -> Self {
        let segments = Self::pack_segments::<G>(statement, clients, 1);
        let columns = segments.iter().map(|segment| segment.scalars).sum();
        Self { columns, segments }
    }

    /// The segments, each of a multiple of `columns` scalars.
    fn pack_segments<G: Group>(
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Vec<PackedSegment> {
        // Of a slot: 32 bits of the roster's size and 64 of a value.
        const { assert!(G::CAPACITY >= 96) };
        let clients = clients.max(1);
        let (mut start, mut first_scalar) = (0, 0);
        let pack = |segment: &Segment| {
            let largest = u128::from(clients) * u128::from(segment.bound - 1);
            let width = u128::BITS - largest.leading_zeros();
            let most = (G::CAPACITY / width) as usize;
            let scalars = segment.len.div_ceil(most).next_multiple_of(columns);
            let packed = PackedSegment {
                start,
                len: segment.len,
                bound: segment.bound,
                width,
                slots: segment.len.div_ceil(scalars),
                first_scalar,
                scalars,
            };
            start += segment.len;
            first_scalar += scalars;
            packed
        };
        statement.segments().iter().map(pack).collect()
    }

    /// `C`, scalars of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// `D`, scalars of a packed vector.
    pub fn scalars(&self) -> usize {
        self.segments.iter().map(|segment| segment.scalars).sum()
    }

    /// `R = D / C`, rows of a packed vector.
    pub fn rows(&self) -> usize {
        self.scalars() / self.columns
    }

    /// Coordinates of a vector.
    pub fn coordinates(&self) -> usize {
        self.segments.iter().map(|segment| segment.len).sum()
    }

    /// The segments, in the order of their coordinates and of their scalars.
    pub fn segments(&self) -> &[PackedSegment] {
        &self.segments
    }

    /// Packs a vector into `D` scalars. Values are not checked against their bounds:
    /// [`Statement::check`] does that, and tests pack vectors of malicious clients too. Cost: an
    /// addition of integers a coordinate, and a multiplication of the field a scalar. In parallel.
    pub fn pack<F: PrimeField>(&self, x: &[u64]) -> Result<Vec<F>, InputError> {
        if x.len() != self.coordinates() {
            return Err(InputError::Length {
                got: x.len(),
                want: self.coordinates(),
            });
        }
        let mut out = vec![F::zero(); self.scalars()];
        for segment in &self.segments {
            let packed = &mut out[segment.first_scalar..][..segment.scalars];
            let values = &x[segment.start..][..segment.len];
            let pack = |(first, scalar): (usize, &mut F)| {
                let slots = values.iter().skip(first).step_by(segment.scalars);
                let mut sum = Zeroizing::new([0; WIDE_LIMBS]);
                for (slot, &value) in slots.enumerate() {
                    add_at(sum.as_mut(), value, slot * segment.width as usize);
                }
                *scalar = of_wide_integer(&sum);
            };
            let scalars = packed.par_iter_mut().with_min_len(SHORTEST_PART);
            scalars.enumerate().for_each(pack);
        }
        Ok(out)
    }

    /// Takes a packed sum over `contributors` vectors apart, and refuses what no such sum can be
    /// (`specs/audit.md` V-12).
    pub fn unpack<F: PrimeField>(
        &self,
        packed: &[F],
        contributors: u32,
    ) -> Result<Vec<u128>, UnpackError> {
        if packed.len() != self.scalars() {
            return Err(UnpackError::Length {
                got: packed.len(),
                want: self.scalars(),
            });
        }
        let mut out = vec![0; self.coordinates()];
        for (scalar, value) in packed.iter().enumerate() {
            for (coordinate, sum) in self.unpack_scalar(scalar, value, contributors)? {
                out[coordinate] = sum;
            }
        }
        Ok(out)
    }

    /// [`unpack`](Self::unpack) for one scalar of a packed sum: the coordinates that stand in it,
    /// with their sums.
    pub fn unpack_scalar<F: PrimeField>(
        &self,
        scalar: usize,
        value: &F,
        contributors: u32,
    ) -> Result<Vec<(usize, u128)>, UnpackError> {
        let behind = self
            .segments
            .partition_point(|segment| segment.first_scalar <= scalar);
        let segment = behind
            .checked_sub(1)
            .and_then(|index| self.segments.get(index))
            .filter(|segment| scalar - segment.first_scalar < segment.scalars);
        let Some(segment) = segment else {
            return Err(UnpackError::Length {
                got: scalar.saturating_add(1),
                want: self.scalars(),
            });
        };
        let bits = value.into_bigint().to_bits_le();
        let width = segment.width as usize;
        let (used, above) = bits.split_at((width * segment.slots).min(bits.len()));
        if above.contains(&true) {
            return Err(UnpackError::Overflow { scalar });
        }
        let largest = u128::from(contributors) * u128::from(segment.bound - 1);
        let mut sums = Vec::with_capacity(segment.slots);
        for (slot, bits) in used.chunks(width).enumerate() {
            let value = bits
                .iter()
                .rev()
                .fold(0, |v, &bit| v << 1 | u128::from(bit));
            let j = slot * segment.scalars + (scalar - segment.first_scalar);
            let real = j < segment.len;
            let max = if real { largest } else { 0 };
            if value > max {
                return Err(UnpackError::Slot {
                    scalar,
                    slot,
                    value,
                    max,
                });
            }
            if real {
                sums.push((segment.start + j, value));
            }
        }
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::{Fr, Ristretto};
    use crate::statement::Segment;
    use ark_ff::Field;
    use proptest::prelude::*;

    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        let bound = prop_oneof![
            Just(2u64),
            Just(3),
            Just(1000),
            Just(1 << 16),
            Just((1 << 16) + 1),
            Just(u64::MAX),
            2u64..=u64::MAX
        ];
        prop::collection::vec(
            (1usize..40, bound).prop_map(|(l, b)| Segment::range(l, b)),
            1..4,
        )
    }

    /// Clients' vectors that include both ends of each range.
    fn vectors(segments: &[Segment], clients: usize, seed: u64) -> Vec<Vec<u64>> {
        (0..clients)
            .map(|client| {
                let mut state = seed.wrapping_add(client as u64);
                segments
                    .iter()
                    .flat_map(|segment| std::iter::repeat_n(segment.bound, segment.len))
                    .map(|bound| {
                        state = state
                            .wrapping_mul(6364136223846793005)
                            .wrapping_add(1442695040888963407);
                        match state >> 62 {
                            0 => 0,
                            1 => bound - 1,
                            _ => state % bound,
                        }
                    })
                    .collect()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn packed_sums_are_sums(segments in segments(), clients in 1usize..20, columns in 1usize..9, seed: u64) {
            let statement = Statement::new(segments.clone()).unwrap();
            let layout = Layout::new::<Ristretto>(&statement, clients as u32, columns);
            let inputs = vectors(&segments, clients, seed);
            let mut packed = vec![Fr::from(0u64); layout.scalars()];
            let mut sums = vec![0u128; statement.len()];
            for x in &inputs {
                for (sum, value) in packed.iter_mut().zip(layout.pack::<Fr>(x).unwrap()) {
                    *sum += value;
                }
                for (sum, &value) in sums.iter_mut().zip(x) {
                    *sum += u128::from(value);
                }
            }
            prop_assert_eq!(layout.unpack(&packed, clients as u32), Ok(sums));
            prop_assert_eq!(layout.scalars() % columns, 0);
        }

        /// Those of malicious clients too.
        #[test]
        fn values_beyond_the_bound_are_packed_by_the_same_formula(segments in segments(), seed: u64) {
            let statement = Statement::new(segments).unwrap();
            let layout = Layout::new::<Ristretto>(&statement, 3, 2);
            let x: Vec<u64> = (0..statement.len() as u64)
                .map(|j| if (seed >> (j % 64)) & 1 == 1 { u64::MAX - j } else { seed.rotate_left(j as u32) })
                .collect();
            let mut want = vec![Fr::from(0u64); layout.scalars()];
            for segment in layout.segments() {
                for (j, value) in x[segment.start..][..segment.len].iter().enumerate() {
                    let (s, m) = (j / segment.scalars, j % segment.scalars);
                    let weight = Fr::from(2u64).pow([u64::from(segment.width) * s as u64]);
                    want[segment.first_scalar + m] += weight * Fr::from(*value);
                }
            }
            prop_assert_eq!(layout.pack::<Fr>(&x).unwrap(), want);
        }

        #[test]
        fn slots_follow_the_formula(segments in segments(), columns in 1usize..5) {
            let statement = Statement::new(segments).unwrap();
            let layout = Layout::new::<Ristretto>(&statement, 7, columns);
            for segment in layout.segments() {
                // pack(x)_m = sum_s 2^(w s) x_(s D + m), one coordinate at a time.
                for j in 0..segment.len {
                    let mut x = vec![0; statement.len()];
                    x[segment.start + j] = 1;
                    let packed = layout.pack::<Fr>(&x).unwrap();
                    let (s, m) = (j / segment.scalars, j % segment.scalars);
                    let want = Fr::from(2u64).pow([u64::from(segment.width) * s as u64]);
                    for (index, scalar) in packed.iter().enumerate() {
                        let here = index == segment.first_scalar + m;
                        prop_assert_eq!(*scalar, if here { want } else { Fr::from(0u64) });
                    }
                }
            }
        }
    }

    #[test]
    fn sums_that_cannot_be_are_refused() {
        let statement = Statement::new(vec![Segment::range(3, 4)]).unwrap();
        let layout = Layout::new::<Ristretto>(&statement, 2, 2);
        // Two scalars, two slots of 3 bits; the last slot of the second scalar is padding.
        let scalars = |a: u64, b: u64| [Fr::from(a), Fr::from(b)];
        assert_eq!(layout.unpack(&scalars(6 + 8 * 6, 6), 2), Ok(vec![6, 6, 6]));
        let slot = |scalar, slot, value, max| {
            Err(UnpackError::Slot {
                scalar,
                slot,
                value,
                max,
            })
        };
        assert_eq!(layout.unpack(&scalars(7, 0), 2), slot(0, 0, 7, 6));
        assert_eq!(layout.unpack(&scalars(4, 0), 1), slot(0, 0, 4, 3));
        assert_eq!(layout.unpack(&scalars(0, 8), 2), slot(1, 1, 1, 0));
        assert_eq!(
            layout.unpack(&scalars(64, 0), 2),
            Err(UnpackError::Overflow { scalar: 0 })
        );
        let length = |got| UnpackError::Length { got, want: 2 };
        let zero = Fr::from(0u64);
        assert_eq!(layout.unpack(&[zero], 2), Err(length(1)));
        assert_eq!(layout.unpack_scalar(2, &zero, 2), Err(length(3)));
    }
}
