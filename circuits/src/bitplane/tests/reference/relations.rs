//! The linear relations of 7.7, numbered as there.

use ark_ff::Zero;

use super::cube::{eq, eq_points, evaluate, extension};
use super::messages::{Messages, Short};
use super::setting::Setting;
use super::{combine, inner, mul, F, P};

/// The public numbers of 7.7, and the weights of 7.6.3.
pub(crate) struct Relations<'a> {
    setting: &'a Setting,
    lambda: F,
    alpha: &'a [F],
    /// The last challenge of the rounds.
    last: F,
    /// `E`.
    pub(crate) theta: F,
    pub(crate) pad: F,
    /// `P`.
    pub(crate) p: F,
    /// `L`.
    pub(crate) l: F,
    /// `O`.
    pub(crate) origin: F,
    pub(crate) s: Vec<F>,
    pub(crate) v: Vec<F>,
    /// `eq(r_c, .)`.
    pub(crate) columns: Vec<F>,
    /// `omega`, in the order of the bit rows.
    pub(crate) omega: Vec<F>,
}

impl<'a> Relations<'a> {
    pub(crate) fn new(
        setting: &'a Setting,
        (theta, lambda, alpha): (&[F], F, &'a [F]),
        r: &[F],
        sigma: F,
    ) -> Self {
        let (r_t, r_q, r_c) = setting.parts(r);
        let rows = 0..1 << setting.eta;
        let columns: Vec<_> = (0..setting.columns).map(|c| eq(&r_c, c)).collect();
        let padding = |q| -> F {
            let all = columns.iter().enumerate();
            all.map(|(c, eq)| setting.pad(q, c) * eq).sum()
        };
        let two = F::from(2u64);
        let half = (0..setting.nu() - 1).fold(F::from(1u64), |half, _| two * half);
        let omega = setting.bit_rows();
        let omega = omega
            .iter()
            .map(|&(q, t)| eq(&r_q, q) * (eq(&r_t, t) + sigma * setting.weight(q, t)));
        Self {
            setting,
            lambda,
            alpha,
            last: r[r.len() - 1],
            theta: eq_points(theta, r),
            pad: extension(rows.clone().map(padding), &r_q),
            p: extension(rows.clone().map(|q| setting.factors(q, alpha).0), &r_q),
            l: extension(rows.map(|q| setting.factors(q, alpha).1), &r_q),
            origin: eq(&r_t, 0),
            s: r.iter()
                .flat_map(|_| [two * half, half, half, half])
                .collect(),
            v: r.iter()
                .flat_map(|r| [F::from(1u64), *r, *r * r, *r * r * r])
                .collect(),
            omega: omega.collect(),
            columns,
        }
    }

    /// The left sides of the equations, with their numbers.
    pub(crate) fn left(&self, messages: &Messages) -> Vec<(u8, P)> {
        let (setting, u) = (self.setting, self.setting.u);
        let (first, last) = (
            &messages.rounds[0],
            &messages.rounds[messages.rounds.len() - 1],
        );
        let [y, z_y] = messages.y;
        let start = evaluate(first, F::zero()) + evaluate(first, F::from(1u64));
        let claimed = setting.claimed(self.alpha, &messages.quantities, u, mul);
        let mut end = mul(evaluate(last, self.last), u)
            - mul(self.theta * (F::from(1u64) - self.pad), y)
            + mul(self.theta, z_y);
        if let Some(x) = messages.x {
            end -= mul(self.origin * self.l, x);
        }
        if let Some(z_x) = messages.z_x {
            end -= mul(self.origin * self.p, z_x);
        }
        let mut out = vec![
            (1, combine(&self.omega, &messages.bit_rows)),
            (2, y),
            (3, z_y),
            (4, messages.gamma),
            (5, mul(start, u) - claimed),
            (6, end),
        ];
        out.extend(messages.x.map(|x| (7, x)));
        out.extend(messages.z_x.map(|z_x| (8, z_x)));
        out
    }

    /// The right sides, for the short witnesses `w` and the vector `v`.
    pub(crate) fn right(&self, messages: &Messages, w: &Short, v: &[F]) -> Vec<(u8, P)> {
        let Setting { u, h, g, k, .. } = self.setting;
        let with = |value: F, base: P, blinding: F| combine(&[value, blinding], &[base, *h]);
        let mut out = vec![
            (1, combine(v, g) + mul(w.rho_v, *h)),
            (2, with(w.y, *u, w.rho_y)),
            (3, with(w.y, messages.y[0], w.zeta_y)),
            (4, combine(&w.a, k) + mul(w.rho_a, *h)),
            (5, with(self.lambda * inner(&w.a, &self.s), *u, w.delta[0])),
            (6, with(self.lambda * inner(&w.a, &self.v), *u, w.delta[1])),
        ];
        if let Some([x, rho_x]) = w.x {
            out.push((7, with(x, *u, rho_x)));
            if let Some(zeta_x) = w.zeta_x {
                out.push((8, with(x, messages.x.unwrap(), zeta_x)));
            }
        }
        out
    }
}
