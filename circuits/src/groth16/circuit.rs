//! The rank-1 constraint system of a statement (`specs/proofs.md` 8.3): its variables, its rows, and the assignment that a
//! vector gives.

use std::ops::Range;

use ark_ff::{One, Zero};
use zeroize::Zeroizing;

use crate::group::bls12381::{Bls12381, Fr};
use crate::group::{of_integer, Group};
use crate::hash::digest;
use crate::packing::{Layout, PackedSegment};
use crate::statement::{InputError, Segment, Statement, SumRule};

/// A linear combination of variables: coefficients, each with the number of its variable.
pub type Row = Vec<(Fr, usize)>;

/// Number of the variable that is always 1.
const ONE: usize = 0;

/// A constraint system: `<A_i, v> <B_i, v> = <C_i, v>` for every row.
#[derive(Debug, Clone)]
pub struct Circuit {
    statement: Statement,
    layout: Layout,
    parts: Vec<Variables>,
    /// The constant, then the packed scalars, which are public, then the witnesses.
    variables: usize,
    rows: [Vec<Row>; 3],
}

/// The witnesses of a segment, by their numbers.
#[derive(Debug, Clone)]
struct Variables {
    /// The bits, coordinate by coordinate.
    bits: Range<usize>,
    /// The weights of the bits of a coordinate.
    weights: Vec<u64>,
    /// The square of each coordinate's distance from the offset, if there is a norm.
    squares: Range<usize>,
    /// The bits of what the norm leaves of its limit.
    norm_rest: Range<usize>,
    /// The bits of what the sum leaves of its limit.
    sum_rest: Range<usize>,
}

/// The weights of the bits of values below `bound`: every sum of some of them is below it, and every value is one.
fn weights(bound: u64) -> Vec<u64> {
    let bits = bit_length(bound - 1);
    let mut weights: Vec<u64> = (0..bits).map(|bit| 1 << bit).collect();
    if let Some(last) = weights.last_mut() {
        *last = bound - *last;
    }
    weights
}

fn bit_length(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

impl Variables {
    /// The witnesses of a segment, from the first number that is free.
    fn of(segment: &Segment, free: &mut usize) -> Self {
        let mut take = |count: usize| {
            *free += count;
            *free - count..*free
        };
        let weights = weights(segment.bound);
        let (squares, norm_rest) = match segment.norm {
            Some(norm) => (segment.len, bit_length(norm.max_square)),
            None => (0, 0),
        };
        let sum_rest = match segment.sum {
            Some(SumRule::AtMost(most)) => bit_length(most),
            _ => 0,
        };
        Self {
            bits: take(segment.len * weights.len()),
            weights,
            squares: take(squares),
            norm_rest: take(norm_rest as usize),
            sum_rest: take(sum_rest as usize),
        }
    }

    /// A coordinate as a combination of its bits, each times `factor`.
    fn value(&self, coordinate: usize, factor: Fr) -> impl Iterator<Item = (Fr, usize)> + '_ {
        let first = self.bits.start + coordinate * self.weights.len();
        let weighted = self.weights.iter().zip(first..);
        weighted.map(move |(weight, bit)| (Fr::from(*weight) * factor, bit))
    }
}

/// The integer that bits stand for, from the lowest up.
fn binary(bits: &Range<usize>) -> impl Iterator<Item = (Fr, usize)> + '_ {
    let powers = std::iter::successors(Some(Fr::one()), |power| Some(*power + power));
    powers.zip(bits.clone())
}

/// The rows while they are made.
#[derive(Default)]
struct Rows([Vec<Row>; 3]);

impl Rows {
    fn push(&mut self, a: Row, b: Row, c: Row) {
        for (matrix, mut row) in self.0.iter_mut().zip([a, b, c]) {
            row.retain(|(coefficient, _)| !coefficient.is_zero());
            row.sort_unstable_by_key(|(_, variable)| *variable);
            matrix.push(row);
        }
    }

    /// `b (1 - b) = 0` for each of these variables.
    fn boolean(&mut self, bits: &Range<usize>) {
        for bit in bits.clone() {
            let rest = vec![(Fr::one(), ONE), (-Fr::one(), bit)];
            self.push(vec![(Fr::one(), bit)], rest, Vec::new());
        }
    }

    /// A combination that equals another one.
    fn equal(&mut self, one: impl Iterator<Item = (Fr, usize)>, other: Row) {
        self.push(one.collect(), vec![(Fr::one(), ONE)], other);
    }

    fn segment(&mut self, segment: &Segment, packed: &PackedSegment, of: &Variables) {
        self.boolean(&of.bits);
        let shift = Fr::from(2u64);
        for scalar in 0..packed.scalars {
            let slots = (scalar..segment.len).step_by(packed.scalars).zip(0u64..);
            let sum = slots.flat_map(|(coordinate, slot)| {
                let factor = ark_ff::Field::pow(&shift, [slot * u64::from(packed.width)]);
                of.value(coordinate, factor)
            });
            self.equal(sum, vec![(Fr::one(), 1 + packed.first_scalar + scalar)]);
        }
        if let Some(norm) = segment.norm {
            for (coordinate, square) in of.squares.clone().enumerate() {
                let distance: Row = of
                    .value(coordinate, Fr::one())
                    .chain([(-Fr::from(norm.offset), ONE)])
                    .collect();
                self.push(distance.clone(), distance, vec![(Fr::one(), square)]);
            }
            self.boolean(&of.norm_rest);
            let squares = of.squares.clone().map(|square| (Fr::one(), square));
            let limit = vec![(Fr::from(norm.max_square), ONE)];
            self.equal(squares.chain(binary(&of.norm_rest)), limit);
        }
        let sum = || (0..segment.len).flat_map(|coordinate| of.value(coordinate, Fr::one()));
        match segment.sum {
            None => {}
            Some(SumRule::Equal(total)) => self.equal(sum(), vec![(Fr::from(total), ONE)]),
            Some(SumRule::AtMost(most)) => {
                self.boolean(&of.sum_rest);
                self.equal(
                    sum().chain(binary(&of.sum_rest)),
                    vec![(Fr::from(most), ONE)],
                );
            }
        }
    }
}

impl Circuit {
    /// The constraint system of a statement for rosters of up to `max_clients`.
    pub fn new(statement: &Statement, max_clients: u32) -> Self {
        let layout = Layout::one_row::<Bls12381>(statement, max_clients);
        let mut free = 1 + layout.scalars();
        let segments = statement.segments().iter();
        let parts: Vec<_> = segments
            .map(|segment| Variables::of(segment, &mut free))
            .collect();
        let mut rows = Rows::default();
        for ((segment, packed), of) in statement
            .segments()
            .iter()
            .zip(layout.segments())
            .zip(&parts)
        {
            rows.segment(segment, packed, of);
        }
        Self {
            statement: statement.clone(),
            layout,
            parts,
            variables: free,
            rows: rows.0,
        }
    }

    /// The number of rows of a circuit with those of the public variables, without making it. Cost: a pass over the
    /// segments.
    pub fn count_rows(statement: &Statement, layout: &Layout) -> usize {
        let of = |segment: &Segment| {
            let bits = segment
                .len
                .saturating_mul(bit_length(segment.bound - 1) as usize);
            let norm = segment.norm.map_or(0, |norm| {
                segment.len + bit_length(norm.max_square) as usize + 1
            });
            let sum = match segment.sum {
                None => 0,
                Some(SumRule::Equal(_)) => 1,
                Some(SumRule::AtMost(most)) => bit_length(most) as usize + 1,
            };
            bits.saturating_add(norm + sum)
        };
        let rows = statement.segments().iter().map(of);
        let rows = rows.fold(0, usize::saturating_add);
        rows.saturating_add(2 * layout.scalars() + 1)
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Where each coordinate stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The matrices `A`, `B`, `C`.
    pub fn rows(&self) -> &[Vec<Row>; 3] {
        &self.rows
    }

    /// The number of rows.
    pub fn constraints(&self) -> usize {
        self.rows[0].len()
    }

    /// The constant and the packed scalars: the variables that a verifier knows, or has a commitment to.
    pub fn instance(&self) -> usize {
        1 + self.layout.scalars()
    }

    /// All variables.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// `N`, the size of the domain over which the rows are interpolated.
    pub fn domain(&self) -> usize {
        (self.constraints() + self.instance()).next_power_of_two()
    }

    /// The digest of the matrices (`specs/proofs.md` 8.4).
    pub fn digest(&self) -> [u8; 32] {
        let parts = self.rows.each_ref().map(|matrix| {
            let mut bytes = Vec::new();
            for row in matrix {
                bytes.extend((row.len() as u32).to_be_bytes());
                for (coefficient, variable) in row {
                    bytes.extend((*variable as u32).to_be_bytes());
                    bytes.extend(Bls12381::encode_scalar(coefficient));
                }
            }
            bytes
        });
        let parts = parts.each_ref().map(Vec::as_slice);
        digest("veragg/2 groth16 matrices", &parts)
    }

    /// The assignment of all variables that a vector gives. Refuses a vector that does not satisfy the statement.
    pub fn assign(&self, x: &[u64]) -> Result<Zeroizing<Vec<Fr>>, InputError> {
        self.statement.check(x)?;
        let mut assignment = Zeroizing::new(vec![Fr::zero(); self.variables]);
        assignment[ONE] = Fr::one();
        let packed = Zeroizing::new(self.layout.pack::<Fr>(x)?);
        assignment[1..self.instance()].copy_from_slice(&packed);
        for (segment, (packed, of)) in self
            .statement
            .segments()
            .iter()
            .zip(self.layout.segments().iter().zip(&self.parts))
        {
            let values = &x[packed.start..][..segment.len];
            let bits = values.iter().flat_map(|value| bits_of(*value, &of.weights));
            for (variable, bit) in of.bits.clone().zip(bits) {
                assignment[variable] = of_integer(bit.into());
            }
            if let Some(norm) = segment.norm {
                let mut left = norm.max_square;
                for (variable, value) in of.squares.clone().zip(values) {
                    // At most `max_square`, since the vector was checked.
                    let square = value.abs_diff(norm.offset).pow(2);
                    assignment[variable] = of_integer(square);
                    left -= square;
                }
                assign_binary(&mut assignment, &of.norm_rest, left);
            }
            if let Some(SumRule::AtMost(most)) = segment.sum {
                let sum: u64 = values.iter().sum();
                assign_binary(&mut assignment, &of.sum_rest, most - sum);
            }
        }
        Ok(assignment)
    }
}

/// The bits of a value under these weights: its binary ones, if they do, else the highest and those of the rest.
fn bits_of(value: u64, weights: &[u64]) -> impl Iterator<Item = bool> {
    let highest = weights.len() - 1;
    let top = value >> highest & 1 == 1;
    let rest = if top { value - weights[highest] } else { value };
    (0..highest)
        .map(move |bit| rest >> bit & 1 == 1)
        .chain([top])
}

fn assign_binary(assignment: &mut [Fr], bits: &Range<usize>, value: u64) {
    for (place, variable) in bits.clone().enumerate() {
        assignment[variable] = of_integer(value >> place & 1);
    }
}

#[cfg(test)]
mod tests;
