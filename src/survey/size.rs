//! How large a round can be that one machine plays.

use super::problem::Problem;

/// The most numbers of all clients together. A board of so many takes about 50 GB.
const MAX_NUMBERS: u64 = 1 << 34;

/// Refuses a round in which the clients' vectors together are too long.
pub(super) fn check(clients: u32, each: u64) -> Result<(), Problem> {
    let total = u64::from(clients).saturating_mul(each);
    if total > MAX_NUMBERS {
        return Err(Problem::Size {
            clients,
            each,
            total,
            most: MAX_NUMBERS,
        });
    }
    Ok(())
}
