//! Functions on the cube (7.1), and the masked sum-check as a sum over corners (7.4, 7.6).

use ark_ff::{Field, One, Zero};

use super::F;

/// `eq(point, corner)`.
pub(crate) fn eq(point: &[F], corner: usize) -> F {
    let factor = |(i, p): (usize, &F)| match corner >> i & 1 {
        1 => *p,
        _ => F::one() - p,
    };
    point.iter().enumerate().map(factor).product()
}

/// `eq(a, b)` of two points.
pub(crate) fn eq_points(a: &[F], b: &[F]) -> F {
    let factor = |(a, b): (&F, &F)| *a * b + (F::one() - a) * (F::one() - b);
    a.iter().zip(b).map(factor).product()
}

/// The multilinear extension of `values` at `point`.
pub(crate) fn extension(values: impl IntoIterator<Item = F>, point: &[F]) -> F {
    let values = values.into_iter().enumerate();
    values
        .map(|(corner, value)| eq(point, corner) * value)
        .sum()
}

/// The value at `x` of the polynomial with these coefficients.
pub(crate) fn evaluate(coefficients: &[F; 4], x: F) -> F {
    coefficients.iter().rev().fold(F::zero(), |v, c| v * x + c)
}

/// The coefficients of the polynomial with these values at 0, 1, 2, 3.
pub(crate) fn interpolate(values: [F; 4]) -> [F; 4] {
    let mut out = [F::zero(); 4];
    for (i, value) in values.into_iter().enumerate() {
        // The product of (X - j) / (i - j) over the other j.
        let mut basis = [F::one(), F::zero(), F::zero(), F::zero()];
        for j in (0..4).filter(|&j| j != i) {
            let (i, j) = (F::from(i as u64), F::from(j as u64));
            let scale = (i - j).inverse().unwrap();
            let below = basis;
            for (k, c) in basis.iter_mut().enumerate() {
                let shifted = k.checked_sub(1).map_or(F::zero(), |k| below[k]);
                *c = (shifted - j * below[k]) * scale;
            }
        }
        for (out, c) in out.iter_mut().zip(basis) {
            *out += value * c;
        }
    }
    out
}

/// The multilinear functions of 7.4, as tables over the corners of the variables that are not yet
/// bound. Each is a table over the whole cube, whatever variables it depends on.
#[derive(Clone, Default)]
pub(crate) struct Cube {
    pub(crate) theta: Vec<F>,
    pub(crate) b: Vec<F>,
    pub(crate) pad: Vec<F>,
    /// `eq(0, t)`.
    pub(crate) origin: Vec<F>,
    pub(crate) p: Vec<F>,
    pub(crate) l: Vec<F>,
    pub(crate) xt: Vec<F>,
    /// The point so far.
    pub(crate) bound: Vec<F>,
}

impl Cube {
    fn tables(&mut self) -> [&mut Vec<F>; 7] {
        [
            &mut self.theta,
            &mut self.b,
            &mut self.pad,
            &mut self.origin,
            &mut self.p,
            &mut self.l,
            &mut self.xt,
        ]
    }

    /// What 7.4 sums.
    fn summand([theta, b, pad, origin, p, l, xt]: [F; 7]) -> F {
        theta * b * (F::one() - pad - b) + origin * (p * xt.square() + l * xt)
    }

    /// 7.6.2: the next round's polynomial, of the sum `+ lambda g`, `a` being the coefficients of
    /// the `g_i`.
    pub(crate) fn round(&mut self, lambda: F, a: &[F]) -> [F; 4] {
        let round = self.bound.len();
        let bound = self.bound.clone();
        let masks = a.chunks(4).map(|g| g.try_into().unwrap());
        let masks: Vec<[F; 4]> = masks.collect();
        let tables = self.tables().map(|table| &*table);
        let corners = tables[0].len() / 2;
        interpolate([0u64, 1, 2, 3].map(|x| {
            let x = F::from(x);
            let at = |corner: usize| {
                let values =
                    tables.map(|t| t[2 * corner] + x * (t[2 * corner + 1] - t[2 * corner]));
                let g = masks.iter().enumerate().map(|(i, g)| match i {
                    _ if i < round => evaluate(g, bound[i]),
                    _ if i == round => evaluate(g, x),
                    _ => evaluate(g, F::from((corner >> (i - round - 1) & 1) as u64)),
                });
                Self::summand(values) + lambda * g.sum::<F>()
            };
            (0..corners).map(at).sum()
        }))
    }

    /// Sets the next variable.
    pub(crate) fn bind(&mut self, r: F) {
        for table in self.tables() {
            let halves = table.chunks(2);
            *table = halves
                .map(|pair| pair[0] + r * (pair[1] - pair[0]))
                .collect();
        }
        self.bound.push(r);
    }
}
