//! Bounds with headroom for the numbers of a column.

use super::columns::Numbers;
use crate::survey::decimal;
use crate::survey::table::{self, MAX_DECIMALS};

/// How many clients the rows are dealt to at first.
pub(super) const CLIENTS: usize = 10;

/// What a `[[measure]]` says about its columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) decimals: u8,
    pub(super) min: String,
    pub(super) max: String,
    pub(super) squares: bool,
}

impl Bounds {
    /// Bounds around these numbers with as many decimals as they have, or as fit. `None` if nothing fits.
    pub(super) fn around(numbers: &Numbers, max_rows: u64) -> Option<Self> {
        let most = u8::try_from(numbers.decimals).unwrap_or(u8::MAX);
        let most = most.min(MAX_DECIMALS);
        let with_squares = (0..=most).rev().map(|decimals| (decimals, true));
        let without = (0..=most).rev().map(|decimals| (decimals, false));
        with_squares
            .chain(without)
            .find_map(|(decimals, squares)| Self::with(numbers, max_rows, decimals, squares))
    }

    fn with(numbers: &Numbers, max_rows: u64, decimals: u8, squares: bool) -> Option<Self> {
        let least = numbers.least.scaled(decimals)?;
        let most = numbers.most.scaled(decimals)?;
        let (min, max) = if least < 0 || numbers.least.is_negative() {
            (-roomy(-least)?, roomy(most.max(0))?)
        } else {
            (0, roomy(most)?)
        };
        let range = u128::try_from(max - min).ok()?;
        i64::try_from(min).ok()?;
        table::fits(CLIENTS as u32, range, max_rows, squares).then(|| Self {
            decimals,
            min: short(min, decimals),
            max: short(max, decimals),
            squares,
        })
    }
}

/// The least of 1, 2 and 5 times a power of ten that is above `size` by a quarter of it and by one.
fn roomy(size: i128) -> Option<i128> {
    let wanted = size.checked_add(size / 4)?.checked_add(1)?;
    let mut power = 1i128;
    loop {
        for factor in [1, 2, 5] {
            let nice = power.checked_mul(factor)?;
            if nice >= wanted {
                return Some(nice);
            }
        }
        power = power.checked_mul(10)?;
    }
}

/// A number without zeros at its end.
fn short(scaled: i128, decimals: u8) -> String {
    let text = decimal::format(scaled, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
