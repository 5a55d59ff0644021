//! How long a circuit may be (`specs/proofs.md` 8.2), before it is made.

use super::{KeyError, MAX_DOMAIN};
use crate::groth16::circuit::Circuit;
use crate::group::bls12381::Bls12381;
use crate::packing::Layout;
use crate::statement::Statement;

/// `N`, the size of the domain for a statement and a largest roster. Refuses a circuit that is too long, by the number of
/// its rows alone: thirty bytes can ask for `2^33` of them. Cost: a pass over the segments.
pub fn domain(statement: &Statement, max_clients: u32) -> Result<usize, KeyError> {
    let layout = Layout::one_row::<Bls12381>(statement, max_clients);
    let got = Circuit::count_rows(statement, &layout);
    if got > MAX_DOMAIN {
        return Err(KeyError::TooLong { got });
    }
    Ok(got.next_power_of_two())
}
