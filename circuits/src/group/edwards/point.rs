//! Points of the curve `-x^2 + y^2 = 1 + d x^2 y^2`, representatives of ristretto255's elements.

use std::ops::{Add, AddAssign, Neg};

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::DefaultIsZeroes;

use super::field::{invert_all, Field, D2};
use crate::work::{self, Kind};

/// A point in extended coordinates: `x = X/Z`, `y = Y/Z`, `x y = T/Z`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(super) x: Field,
    pub(super) y: Field,
    pub(super) z: Field,
    pub(super) t: Field,
}

/// A point in affine coordinates, in the form that additions take: `y + x`, `y - x`, `2 d x y`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Affine {
    pub(super) sum: Field,
    pub(super) difference: Field,
    pub(super) product: Field,
}

impl Point {
    pub(crate) const IDENTITY: Self = Self {
        x: Field::ZERO,
        y: Field::ONE,
        z: Field::ONE,
        t: Field::ZERO,
    };

    /// Doubling: 4 multiplications and 4 squarings, or 3 where the next step is a doubling again
    /// and no one asks for `T`; the compiler sees to that.
    #[inline]
    pub(crate) fn double(&self) -> Self {
        work::count(Kind::Point);
        let xx = self.x.square();
        let yy = self.y.square();
        let zz = self.z.square();
        let sum = self.x.add(&self.y).square();
        let h = yy.add(&xx);
        let e = sum.sub(&h);
        let g = yy.sub(&xx);
        let f = zz.add(&zz).sub(&g);
        Self {
            x: e.mul(&f),
            y: g.mul(&h),
            z: g.mul(&f),
            t: e.mul(&h),
        }
    }

    /// Whether it stands for the neutral element of ristretto255 (RFC 9496, 4.3.3).
    pub(crate) fn is_identity(&self) -> bool {
        (self.x.ct_eq(&Field::ZERO) | self.y.ct_eq(&Field::ZERO)).into()
    }

    /// `2^times self`, by as many doublings.
    pub(crate) fn double_times(&self, times: u32) -> Self {
        (0..times).fold(*self, |point, _| point.double())
    }

    /// The four products that end every addition.
    #[inline(always)]
    fn complete(e: Field, f: Field, g: Field, h: Field) -> Self {
        work::count(Kind::Point);
        Self {
            x: e.mul(&f),
            y: g.mul(&h),
            z: f.mul(&g),
            t: e.mul(&h),
        }
    }

    /// `self - other`: 7 multiplications.
    #[inline(always)]
    pub(crate) fn sub_affine(&self, other: &Affine) -> Self {
        let a = self.y.sub(&self.x).mul(&other.sum);
        let b = self.y.add(&self.x).mul(&other.difference);
        let c = self.t.mul(&other.product);
        let d = self.z.add(&self.z);
        Self::complete(b.sub(&a), d.add(&c), d.sub(&c), b.add(&a))
    }
}

impl AddAssign<&Affine> for Point {
    /// 7 multiplications; complete, as are all formulas here.
    #[inline(always)]
    fn add_assign(&mut self, other: &Affine) {
        let a = self.y.sub(&self.x).mul(&other.difference);
        let b = self.y.add(&self.x).mul(&other.sum);
        let c = self.t.mul(&other.product);
        let d = self.z.add(&self.z);
        *self = Self::complete(b.sub(&a), d.sub(&c), d.add(&c), b.add(&a));
    }
}

impl Add for Point {
    type Output = Self;

    /// 9 multiplications.
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let a = self.y.sub(&self.x).mul(&other.y.sub(&other.x));
        let b = self.y.add(&self.x).mul(&other.y.add(&other.x));
        let c = self.t.mul(&other.t).mul(&D2);
        let d = self.z.mul(&other.z);
        let d = d.add(&d);
        Self::complete(b.sub(&a), d.sub(&c), d.add(&c), b.add(&a))
    }
}

impl Affine {
    pub(crate) const IDENTITY: Self = Self {
        sum: Field::ONE,
        difference: Field::ONE,
        product: Field::ZERO,
    };

    /// Itself under a mask of all ones, zeros under one of all zeros.
    #[inline(always)]
    pub(super) fn masked(&self, mask: u64) -> Self {
        Self {
            sum: self.sum.masked(mask),
            difference: self.difference.masked(mask),
            product: self.product.masked(mask),
        }
    }

    /// Joins the bits of another, where of all that are joined only one is not masked.
    #[inline(always)]
    pub(super) fn join(&mut self, other: &Self) {
        self.sum.join(&other.sum);
        self.difference.join(&other.difference);
        self.product.join(&other.product);
    }

    /// The same point with coordinates that are further additions' left side.
    pub(crate) fn extended(&self) -> Point {
        let mut point = Point::IDENTITY;
        point += self;
        point
    }
}

impl Neg for Affine {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            sum: self.difference,
            difference: self.sum,
            product: self.product.neg(),
        }
    }
}

impl ConditionallySelectable for Affine {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            sum: Field::conditional_select(&a.sum, &b.sum, choice),
            difference: Field::conditional_select(&a.difference, &b.difference, choice),
            product: Field::conditional_select(&a.product, &b.product, choice),
        }
    }
}

impl Default for Point {
    fn default() -> Self {
        Self::IDENTITY
    }
}

/// The identity is what a wiped point holds.
impl DefaultIsZeroes for Point {}

/// Affine coordinates of many points; no `Z` is 0, since the addition is complete. Cost: 7 multiplications a point, and one inversion in all.
pub(crate) fn normalise(points: &[Point]) -> Vec<Affine> {
    let mut inverses: Vec<Field> = points.iter().map(|point| point.z).collect();
    invert_all(&mut inverses);
    let affine = |(point, inverse): (&Point, &Field)| {
        let (x, y) = (point.x.mul(inverse), point.y.mul(inverse));
        Affine {
            sum: y.add(&x),
            difference: y.sub(&x),
            product: x.mul(&y).mul(&D2),
        }
    };
    points.iter().zip(&inverses).map(affine).collect()
}
