//! Eight points of the curve at a time.

use std::arch::x86_64::__mmask8;

use archmage::rite;
use zeroize::Zeroize;

use super::field::Eight;
use super::LANES;
use crate::group::edwards::field::{Field, D2};
use crate::group::edwards::point::{Affine, Point};

/// `1 / 2`, which is `(p + 1) / 2`.
const HALF: Field = Field([
    0xffff_ffff_ffff_fff7,
    u64::MAX,
    u64::MAX,
    0x3fff_ffff_ffff_ffff,
]);

/// Eight points in extended coordinates, of which `X` and `Y` are held as `Y + X` and `Y - X`, which is what additions take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points {
    sum: Eight,
    difference: Eight,
    z: Eight,
    t: Eight,
}

/// Eight points in affine coordinates: `y + x`, `y - x`, `2 d x y`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Affines {
    pub(super) sum: Eight,
    pub(super) difference: Eight,
    pub(super) product: Eight,
}

/// Eight points in extended coordinates: `Y + X`, `Y - X`, `2 d T`, and `Z`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cached {
    point: Affines,
    z: Eight,
}

/// The four products that end every addition, of `E`, `F`, `G` and `H` that are still to be carried. A macro, since the compiler
/// cannot be told to inline a function that needs instructions of its own.
macro_rules! complete {
    ($e:expr, $f:expr, $g:expr, $h:expr) => {{
        let (e, f, g, h) = ($e.carry(), $f.carry(), $g.carry(), $h.carry());
        let (x, y) = (e.mul(&f), g.mul(&h));
        Self {
            sum: y.add(&x).carry(),
            difference: y.sub(&x).carry(),
            z: f.mul(&g).carry(),
            t: e.mul(&h).carry(),
        }
    }};
}

impl Points {
    #[rite(v4x)]
    pub(super) fn identity() -> Self {
        let one = Eight::splat(&Field::ONE);
        Self {
            sum: one,
            difference: one,
            z: one,
            t: Eight::splat(&Field::ZERO),
        }
    }

    /// `self + other` in each lane: 7 multiplications.
    #[rite(v4x)]
    pub(super) fn add_affine(&self, other: &Affines) -> Self {
        let a = self.difference.mul(&other.difference);
        let b = self.sum.mul(&other.sum);
        let c = self.t.mul(&other.product);
        let d = self.z.add(&self.z);
        complete!(b.sub(&a), d.sub(&c), d.add(&c), b.add(&a))
    }

    /// `self + other` in each lane: 9 multiplications.
    #[rite(v4x)]
    pub(super) fn add(&self, other: &Self) -> Self {
        self.add_cached(&other.cached())
    }

    /// The form in which a point is added several times: 1 multiplication.
    #[rite(v4x)]
    pub(super) fn cached(&self) -> Cached {
        Cached {
            point: Affines {
                sum: self.sum,
                difference: self.difference,
                product: self.t.mul(&Eight::splat(&D2)).carry(),
            },
            z: self.z,
        }
    }

    /// `self + other` in each lane: 8 multiplications.
    #[rite(v4x)]
    pub(super) fn add_cached(&self, other: &Cached) -> Self {
        let a = self.difference.mul(&other.point.difference);
        let b = self.sum.mul(&other.point.sum);
        let c = self.t.mul(&other.point.product);
        let d = self.z.mul(&other.z).carry();
        let d = d.add(&d);
        complete!(b.sub(&a), d.sub(&c), d.add(&c), b.add(&a))
    }

    /// `2 self` in each lane: 5 multiplications and 3 squarings. `E` to `H` are twice those of the formula for `X` and `Y`.
    #[rite(v4x)]
    pub(super) fn double(&self) -> Self {
        let sum = self.sum.square();
        let difference = self.difference.square();
        let g = self.sum.mul(&self.difference).carry();
        let g = g.add(&g);
        let z = self.z.square().carry();
        let z = z.add(&z);
        let f = z.add(&z).sub(&g);
        complete!(sum.sub(&difference), f, g, sum.add(&difference))
    }

    /// `Z`, whose inverse [`Self::affine`] takes.
    #[rite(v4x)]
    pub(super) fn z(&self) -> Eight {
        self.z
    }

    /// The same points, given `1 / Z`: 4 multiplications.
    #[rite(v4x)]
    pub(super) fn affine(&self, inverse: &Eight) -> Affines {
        let product = self.t.mul(inverse).carry();
        Affines {
            sum: self.sum.mul(inverse).carry(),
            difference: self.difference.mul(inverse).carry(),
            product: product.mul(&Eight::splat(&D2)).carry(),
        }
    }

    /// Affine `x` and `y`, given `1 / Z`.
    #[rite(v4x)]
    pub(super) fn coordinates(&self, inverse: &Eight) -> ([Field; LANES], [Field; LANES]) {
        // `2 x` is what `y + x` has more than `y - x`.
        let (sum, difference) = (self.sum.mul(inverse), self.difference.mul(inverse));
        let half = Eight::splat(&HALF);
        let x = sum.sub(&difference).carry().mul(&half).carry();
        let y = sum.add(&difference).carry().mul(&half).carry();
        (x.to_fields(), y.to_fields())
    }

    #[rite(v4x)]
    pub(super) fn to_points(self) -> [Point; LANES] {
        // All coordinates twice.
        let x = self.sum.wide().sub(&self.difference.wide()).carry();
        let y = self.sum.add(&self.difference).carry();
        let z = self.z.add(&self.z).carry();
        let t = self.t.add(&self.t).carry();
        let [x, y, z, t] = [x, y, z, t].map(|coordinate| coordinate.to_fields());
        [0, 1, 2, 3, 4, 5, 6, 7].map(|lane| Point {
            x: x[lane],
            y: y[lane],
            z: z[lane],
            t: t[lane],
        })
    }
}

impl Cached {
    #[rite(v4x)]
    pub(super) fn identity() -> Self {
        Points::identity().cached()
    }

    /// In each lane `other`, where the mask has the lane's bit, and `self` elsewhere.
    #[rite(v4x)]
    pub(super) fn blend(&self, mask: __mmask8, other: &Self) -> Self {
        Self {
            point: self.point.blend(mask, &other.point),
            z: self.z.blend(mask, &other.z),
        }
    }

    /// The negative in each lane that the mask has.
    #[rite(v4x)]
    pub(super) fn negated_where(&self, mask: __mmask8) -> Self {
        Self {
            point: self.point.negated_where(mask),
            z: self.z,
        }
    }
}

impl Affines {
    /// The same point in each lane.
    #[rite(v4x)]
    pub(super) fn splat(point: &Affine) -> Self {
        Self {
            // What a table holds is what a multiplication gives: no limb is above those.
            sum: Eight::splat(&point.sum).wide().carry(),
            difference: Eight::splat(&point.difference).wide().carry(),
            product: Eight::splat(&point.product).wide().carry(),
        }
    }

    #[rite(v4x)]
    pub(super) fn from_points(points: &[Affine; LANES]) -> Self {
        Self {
            sum: Eight::from_fields(&points.map(|point| point.sum))
                .wide()
                .carry(),
            difference: Eight::from_fields(&points.map(|point| point.difference))
                .wide()
                .carry(),
            product: Eight::from_fields(&points.map(|point| point.product))
                .wide()
                .carry(),
        }
    }

    /// In each lane `other`, where the mask has the lane's bit, and `self` elsewhere.
    #[rite(v4x)]
    pub(super) fn blend(&self, mask: __mmask8, other: &Self) -> Self {
        Self {
            sum: self.sum.blend(mask, &other.sum),
            difference: self.difference.blend(mask, &other.difference),
            product: self.product.blend(mask, &other.product),
        }
    }

    /// The negative in each lane that the mask has, of coordinates whose limbs are below `2^51 + 2^15`.
    #[rite(v4x)]
    pub(super) fn negated_where(&self, mask: __mmask8) -> Self {
        Self {
            sum: self.sum.blend(mask, &self.difference),
            difference: self.difference.blend(mask, &self.sum),
            product: self.product.blend(mask, &self.product.neg()),
        }
    }
}

impl Zeroize for Points {
    fn zeroize(&mut self) {
        for coordinate in [
            &mut self.sum,
            &mut self.difference,
            &mut self.z,
            &mut self.t,
        ] {
            coordinate.zeroize();
        }
    }
}
