//! Eight points at a time, where the processor has the instructions for it: AVX-512 with 52-bit multiplications (IFMA), as
//! Intel's have since Ice Lake and AMD's since Zen 4.
//!
//! All that is here computes what the code for one point computes, and is compared with it in tests. What handles secrets, the sums of
//! rows and the powers, has no branch and no memory access that depends on a value. Signatures are public. `archmage` makes sure that
//! only a processor which has the instructions is given them: its token stands for them, and a caller has it or has none. Every other
//! processor runs the code for one point.
//!
//! Sources: Gueron, Krasnov, *Software Implementation of Modular Exponentiation, Using Advanced Vector Instructions Architectures*,
//! WAIFI 2012 (limbs in lanes); Hisil, Wong, Carter, Dawson, *Twisted Edwards Curves Revisited*, ASIACRYPT 2008 (the formulas).

mod double_base;
mod field;
mod point;
mod power;
mod signature;
mod sums;
mod table;

use double_base::{double_base, Eights};
pub(super) use power::{pow_p58, TOGETHER};
pub(crate) use signature::{are_keys, hold};
pub(super) use sums::sums_of_rows;

/// How many lanes a register has.
pub(super) const LANES: usize = 8;
