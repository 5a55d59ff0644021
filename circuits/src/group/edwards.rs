//! Bulk arithmetic on ristretto255: what a commitment to a million bits spends its time on.
//!
//! `curve25519-dalek` keeps the coordinates of its points to itself, so each addition of its points
//! pays for a general one. Here a table's points are affine and an addition of one costs seven
//! multiplications of a field with four saturated limbs; decoding interleaves its exponentiations;
//! multiscalar multiplications take affine points. On the machine that this was measured on an
//! addition takes 0.55 of dalek's time, and everything below is compared with dalek in tests. Points
//! cross between the two as bytes.
//!
//! Sources: Hisil, Wong, Carter, Dawson, *Twisted Edwards Curves Revisited*, ASIACRYPT 2008
//! (the coordinates and formulas); RFC 9496, section 4 (the encoding).

mod encoding;
mod equation;
mod field;
mod fixed;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod msm;
mod point;
mod rows;

pub(crate) use encoding::{decode, encode};
pub use equation::Equation;
pub(crate) use fixed::FixedBase;
#[cfg(target_arch = "x86_64")]
pub(crate) use lanes::{are_keys, hold};
pub(crate) use msm::{msm, msm_constant_time};
pub(crate) use point::{normalise, Affine, Point};
pub(crate) use rows::sums_of_rows;
