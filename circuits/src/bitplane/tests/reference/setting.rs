//! Sizes, generators and claims: all that follows from the configuration (7.2, 7.3, 7.9).

use ark_ff::{Field, One, Zero};

use super::range::Bases;
use super::{F, P};
use crate::group::ristretto::Ristretto;
use crate::group::Group;
use crate::statement::{Norm, Statement, SumRule};

pub(crate) struct Setting {
    pub(crate) statement: Statement,
    pub(crate) clients: u32,
    /// `C`.
    pub(crate) columns: usize,
    pub(crate) slot_rows: Vec<SlotRow>,
    pub(crate) kappa: usize,
    pub(crate) tau: usize,
    pub(crate) eta: usize,
    /// `f`.
    pub(crate) folds: usize,
    pub(crate) claims: Vec<Claim>,
    /// `G_c`.
    pub(crate) g: Vec<P>,
    pub(crate) h: P,
    /// `K_i`.
    pub(crate) k: Vec<P>,
    pub(crate) u: P,
    pub(crate) bases: Bases,
}

/// 7.2.2: which segment a slot row belongs to, and how many of its columns hold coordinates.
pub(crate) struct SlotRow {
    pub(crate) segment: usize,
    pub(crate) real: usize,
}

/// 7.2.6.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) segment: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Norm { offset: u64, max_square: u64 },
    Equal(u64),
    AtMost(u64),
}

impl Kind {
    pub(crate) fn is_norm(&self) -> bool {
        matches!(self, Kind::Norm { .. })
    }

    /// What a quantity of this kind may be at most.
    pub(crate) fn most(&self) -> Option<u64> {
        match *self {
            Kind::Norm { max_square, .. } => Some(max_square),
            Kind::Equal(_) => None,
            Kind::AtMost(most) => Some(most),
        }
    }
}

/// A variable of the cube.
#[derive(Clone, Copy)]
enum Variable {
    Plane(usize),
    Column(usize),
    Row(usize),
}

/// The smallest `n` with `value <= 2^n`.
fn ceil_log2(value: u128) -> usize {
    (0..).find(|&n| value <= 1 << n).unwrap()
}

fn generator(purpose: &str, index: usize) -> P {
    let label = format!("veragg/1 generator ristretto255-bitplane {purpose}");
    Ristretto::hash_to_point(label.as_bytes(), index as u64)
}

impl Setting {
    pub(crate) fn new(statement: &Statement, clients: u32, columns: usize) -> Self {
        let segments = statement.segments();
        let mut slot_rows = Vec::new();
        let mut claims = Vec::new();
        for (segment, s) in segments.iter().enumerate() {
            let real = (0..s.len)
                .step_by(columns)
                .map(|k| (s.len - k).min(columns));
            slot_rows.extend(real.map(|real| SlotRow { segment, real }));
            if let Some(Norm { offset, max_square }) = s.norm {
                let kind = Kind::Norm { offset, max_square };
                claims.push(Claim { segment, kind });
            }
            if let Some(rule) = s.sum {
                let kind = match rule {
                    SumRule::Equal(sum) => Kind::Equal(sum),
                    SumRule::AtMost(sum) => Kind::AtMost(sum),
                };
                claims.push(Claim { segment, kind });
            }
        }
        let most_bits = segments.iter().map(|s| ceil_log2(s.bound.into())).max();
        let kappa = ceil_log2(columns as u128);
        assert_eq!(columns, 1 << kappa);
        let tau = ceil_log2(most_bits.unwrap() as u128);
        let eta = ceil_log2(slot_rows.len() as u128).max(1);
        let (u, h) = (generator("value", 0), generator("blinding", 0));
        let bounded = claims
            .iter()
            .filter(|claim: &&Claim| claim.kind.most().is_some());
        let parties = bounded.count().next_power_of_two().min(64);
        Self {
            statement: statement.clone(),
            clients,
            columns,
            slot_rows,
            kappa,
            tau,
            eta,
            folds: if columns >= 1024 { 2 } else { 0 },
            claims,
            g: (0..columns).map(|c| generator("column", c)).collect(),
            h,
            k: (0..4 * (kappa + tau + eta))
                .map(|i| generator("mask", i))
                .collect(),
            u,
            bases: Bases::new(u, h, parties),
        }
    }

    pub(crate) fn nu(&self) -> usize {
        self.kappa + self.tau + self.eta
    }

    /// `b` of a segment.
    pub(crate) fn bits(&self, segment: usize) -> usize {
        ceil_log2(self.statement.segments()[segment].bound.into())
    }

    /// `w_0, .., w_(b-1)` of a segment.
    pub(crate) fn weights(&self, segment: usize) -> Vec<u64> {
        let b = self.bits(segment);
        let last = self.statement.segments()[segment].bound - (1 << (b - 1));
        (0..b - 1).map(|t| 1 << t).chain([last]).collect()
    }

    /// `(q, t)` of every bit row, in order.
    pub(crate) fn bit_rows(&self) -> Vec<(usize, usize)> {
        let rows = self.slot_rows.iter().enumerate();
        rows.flat_map(|(q, row)| (0..self.bits(row.segment)).map(move |t| (q, t)))
            .collect()
    }

    /// 7.2.5.
    fn variables(&self) -> Vec<Variable> {
        let mu = self.tau.min(4);
        let early = (0..mu).map(Variable::Plane);
        let columns = (0..self.kappa).map(Variable::Column);
        let late = (mu..self.tau).map(Variable::Plane);
        let rows = (0..self.eta).map(Variable::Row);
        early.chain(columns).chain(late).chain(rows).collect()
    }

    /// The number of the corner `(t, q, c)`: bit `i` is the value of the variable of round `i`.
    pub(crate) fn corner(&self, t: usize, q: usize, c: usize) -> usize {
        let value = |variable: &Variable| match *variable {
            Variable::Plane(i) => t >> i & 1,
            Variable::Column(i) => c >> i & 1,
            Variable::Row(i) => q >> i & 1,
        };
        let bits = self.variables();
        bits.iter().enumerate().map(|(i, v)| value(v) << i).sum()
    }

    /// A table over the cube from its values at `(t, q, c)`.
    pub(crate) fn tabulate(&self, value: impl Fn(usize, usize, usize) -> F) -> Vec<F> {
        let mut table = vec![F::zero(); 1 << self.nu()];
        for t in 0..1 << self.tau {
            for q in 0..1 << self.eta {
                for c in 0..self.columns {
                    table[self.corner(t, q, c)] = value(t, q, c);
                }
            }
        }
        table
    }

    /// `(r_t, r_q, r_c)` of a point in the order of the rounds.
    pub(crate) fn parts(&self, point: &[F]) -> (Vec<F>, Vec<F>, Vec<F>) {
        let mut parts = (
            vec![F::zero(); self.tau],
            vec![F::zero(); self.eta],
            vec![F::zero(); self.kappa],
        );
        for (variable, value) in self.variables().into_iter().zip(point) {
            match variable {
                Variable::Plane(i) => parts.0[i] = *value,
                Variable::Row(i) => parts.1[i] = *value,
                Variable::Column(i) => parts.2[i] = *value,
            }
        }
        parts
    }

    /// `pad(q, c)`.
    pub(crate) fn pad(&self, q: usize, c: usize) -> F {
        let padding = self.slot_rows.get(q).is_some_and(|row| c >= row.real);
        F::from(padding)
    }

    /// `w_(q,t)`, and 0 where there is no such bit row.
    pub(crate) fn weight(&self, q: usize, t: usize) -> F {
        let weights = self.slot_rows.get(q).map(|row| self.weights(row.segment));
        let weight = weights.and_then(|weights| weights.get(t).copied());
        weight.map_or(F::zero(), F::from)
    }

    /// `(P_q, L_q)`.
    pub(crate) fn factors(&self, q: usize, alpha: &[F]) -> (F, F) {
        let (mut p, mut l) = (F::zero(), F::zero());
        let Some(row) = self.slot_rows.get(q) else {
            return (p, l);
        };
        for (claim, alpha) in self.claims.iter().zip(alpha) {
            if claim.segment != row.segment {
                continue;
            }
            match claim.kind {
                Kind::Norm { offset, .. } => {
                    p += alpha;
                    l -= F::from(2 * u128::from(offset)) * alpha;
                }
                Kind::Equal(_) | Kind::AtMost(_) => l += alpha,
            }
        }
        (p, l)
    }

    /// The claims that have a quantity.
    pub(crate) fn quantities(&self) -> Vec<Claim> {
        let claims = self.claims.iter().copied();
        claims.filter(|c| c.kind.most().is_some()).collect()
    }

    pub(crate) fn has_norm(&self) -> bool {
        self.claims.iter().any(|claim| claim.kind.is_norm())
    }

    /// What the sum over the cube must be (7.4), of quantities as scalars (`unit` one) or as
    /// commitments (`unit` the point `U`).
    pub(crate) fn claimed<T>(
        &self,
        alpha: &[F],
        quantities: &[T],
        unit: T,
        scale: impl Fn(F, T) -> T,
    ) -> T
    where
        T: Copy + std::ops::Sub<Output = T> + std::iter::Sum,
    {
        let mut quantities = quantities.iter().copied();
        let terms = self.claims.iter().zip(alpha).map(|(claim, alpha)| {
            let value = match claim.kind {
                Kind::Norm { offset, .. } => {
                    let len = self.statement.segments()[claim.segment].len as u64;
                    let origin = F::from(len) * F::from(offset).square();
                    quantities.next().unwrap() - scale(origin, unit)
                }
                Kind::Equal(sum) => scale(F::from(sum), unit),
                Kind::AtMost(_) => quantities.next().unwrap(),
            };
            scale(*alpha, value)
        });
        terms.sum()
    }

    /// 7.9.3: the quantities of each chunk of range proofs, those of norms first.
    pub(crate) fn chunks(&self) -> Vec<Vec<usize>> {
        let quantities = self.quantities();
        let of = |norm: bool| -> Vec<usize> {
            let all = 0..quantities.len();
            all.filter(|&i| quantities[i].kind.is_norm() == norm)
                .collect()
        };
        let chunks = [of(true), of(false)];
        let chunks = chunks.iter().flat_map(|list| list.chunks(64));
        chunks.map(<[usize]>::to_vec).collect()
    }

    /// The corners' values `B` of a vector, with the bits of 7.3.2.
    pub(crate) fn table(&self, x: &[u64]) -> Vec<F> {
        let mut table = vec![F::zero(); 1 << self.nu()];
        for (j, &value) in x.iter().enumerate() {
            let (q, c, segment) = self.place(j);
            let weights = self.weights(segment);
            let b = weights.len();
            let low = match value < 1 << (b - 1) {
                true => value,
                false => {
                    table[self.corner(b - 1, q, c)] = F::one();
                    value - weights[b - 1]
                }
            };
            for t in 0..b - 1 {
                table[self.corner(t, q, c)] = F::from(low >> t & 1);
            }
        }
        table
    }

    /// The slot row, column and segment of coordinate `j`.
    pub(crate) fn place(&self, j: usize) -> (usize, usize, usize) {
        let (mut rest, mut first) = (j, 0);
        for (segment, s) in self.statement.segments().iter().enumerate() {
            if rest < s.len {
                return (first + rest / self.columns, rest % self.columns, segment);
            }
            rest -= s.len;
            first += s.len.div_ceil(self.columns);
        }
        panic!("coordinate {j} is behind the last segment")
    }

    /// What a client that satisfies the statement commits to besides bits: for each quantity its
    /// value.
    pub(crate) fn true_quantities(&self, x: &[u64]) -> Vec<F> {
        let of = |claim: &Claim| {
            let all = x.iter().enumerate();
            let own = all.filter(|&(j, _)| self.place(j).2 == claim.segment);
            own.map(|(_, &x)| match claim.kind {
                Kind::Norm { offset, .. } => (F::from(x) - F::from(offset)).square(),
                _ => F::from(x),
            })
            .sum()
        };
        self.quantities().iter().map(of).collect()
    }

    /// The packed rows of committed bit rows (2, 7.3.3), of commitments or of blindings.
    pub(crate) fn packed<T: Copy + std::iter::Sum>(
        &self,
        bit_rows: &[T],
        scale: impl Fn(F, T) -> T,
    ) -> Vec<T> {
        let numbered = self.bit_rows();
        let mut out = Vec::new();
        let mut first = 0;
        for (segment, s) in self.statement.segments().iter().enumerate() {
            let largest = u128::from(self.clients) * u128::from(s.bound - 1);
            let w = ceil_log2(largest + 1);
            let scalars = s.len.div_ceil(252 / w).next_multiple_of(self.columns);
            let rows = scalars / self.columns;
            let slots = s.len.div_ceil(self.columns);
            for rho in 0..rows {
                let terms = numbered.iter().zip(bit_rows).filter_map(|(&(q, t), row)| {
                    let slot = q.checked_sub(first).filter(|slot| *slot < slots)?;
                    let shift = F::from(2u64).pow([(w * (slot / rows)) as u64]);
                    let own = slot % rows == rho;
                    own.then(|| scale(shift * F::from(self.weights(segment)[t]), *row))
                });
                out.push(terms.sum());
            }
            first += slots;
        }
        out
    }
}
