//! Decimal numbers as integers that are scaled by a power of ten. No floating point is used in either direction.

use std::cmp::Ordering;
use std::fmt::Write as _;

/// The most digits of a result. The difference of two results fits an `i128`.
const MAX_DIGITS: i64 = 37;

/// A decimal number with all its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// Digits from 0 to 9. Neither the first nor the last one is 0; zero has none.
    digits: Vec<u8>,
    /// How many of the digits are before the decimal point. There can be zeros between them and the point.
    point: i64,
}

impl Decimal {
    /// Zero.
    pub(super) const ZERO: Self = Self {
        negative: false,
        digits: Vec::new(),
        point: 0,
    };

    /// Accepts an optional sign, digits with at most one decimal sign (`point`), and an optional exponent: `12`,
    /// `-0.5`, `.5`, `1e-3`. `None` for anything else.
    pub(super) fn parse(text: &str, point: char) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once(point).unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = digits.iter().take_while(|&&digit| digit == b'0').count();
        let trailing = digits.iter().rev().take_while(|&&digit| digit == b'0');
        let end = digits.len() - trailing.count();
        let significant = digits.get(leading..end).unwrap_or_default();
        if significant.is_empty() {
            return Some(Self::ZERO);
        }
        let point = i64::try_from(whole.len()).ok()?;
        let point = point.checked_sub(i64::try_from(leading).ok()?)?;
        Some(Self {
            negative: text.starts_with('-'),
            digits: significant.iter().map(|digit| digit - b'0').collect(),
            point: point.checked_add(exponent)?,
        })
    }

    /// Whether the number is below zero.
    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether the number has at most this many digits after the point.
    pub(super) fn has_at_most(&self, decimals: u8) -> bool {
        self.decimals() <= usize::from(decimals)
    }

    /// The number of digits after the point.
    pub(super) fn decimals(&self) -> usize {
        let len = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        usize::try_from(len.saturating_sub(self.point)).unwrap_or(0)
    }

    /// What compares like the distance from zero, unless the number is zero.
    fn size(&self) -> (i64, &[u8]) {
        // Since neither the first nor the last digit is 0, digits compare like text.
        (self.point, &self.digits)
    }

    /// The number times `10^decimals`, rounded half away from zero. `None` for results of more than 37 digits.
    pub(super) fn scaled(&self, decimals: u8) -> Option<i128> {
        let point = self.point.checked_add(i64::from(decimals))?;
        if self.digits.is_empty() || point < 0 {
            return Some(0);
        }
        if point > MAX_DIGITS {
            return None;
        }
        let kept = usize::try_from(point).ok()?;
        let digit_at = |at: usize| i128::from(self.digits.get(at).copied().unwrap_or(0));
        let truncated = (0..kept).fold(0i128, |value, at| value * 10 + digit_at(at));
        let rounded = truncated + i128::from(digit_at(kept) >= 5);
        Some(if self.negative { -rounded } else { rounded })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, negative) => 1 - 2 * i8::from(negative),
        };
        match (sign(self), sign(other)) {
            (1, 1) => self.size().cmp(&other.size()),
            (-1, -1) => other.size().cmp(&self.size()),
            (ours, theirs) => ours.cmp(&theirs),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An exponent. One beyond the range of all results is clamped, so that `1e-99999999999` is 0.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let size = digits.bytes().fold(0i64, |size, digit| {
        size.saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
    });
    // Half the range leaves room for the lengths that are added to it.
    let clamped = size.min(i64::MAX / 2);
    Some(if text.starts_with('-') {
        -clamped
    } else {
        clamped
    })
}

/// `scaled / 10^decimals`, with all its digits.
pub(super) fn format(scaled: i128, decimals: u8) -> String {
    let width = usize::from(decimals);
    let digits = format!("{:0>1$}", scaled.unsigned_abs(), width + 1);
    let (whole, fraction) = digits.split_at(digits.len() - width);
    let mut out = String::with_capacity(digits.len() + 2);
    if scaled < 0 {
        out.push('-');
    }
    out.push_str(whole);
    if width > 0 {
        // Writing to a string cannot fail.
        let _ = write!(out, ".{fraction}");
    }
    out
}

/// `numerator / denominator`, rounded half away from zero. The denominator is positive, and twice
/// the numerator and the denominator together fit an `i128`.
pub(super) fn divide_rounded(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    if remainder.unsigned_abs() * 2 >= denominator.unsigned_abs() {
        quotient + numerator.signum()
    } else {
        quotient
    }
}

/// `sqrt(numerator / denominator)`, rounded half up, exactly. The denominator is positive, and
/// four times the numerator fits a `u128`.
///
/// `floor(x + 1/2) = floor((floor(2 x) + 1) / 2)` and `floor(sqrt(q)) = isqrt(floor(q))`.
pub(super) fn root_rounded(numerator: u128, denominator: u128) -> u128 {
    (4 * numerator / denominator).isqrt().div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str, decimals: u8) -> Option<i128> {
        Decimal::parse(text, '.')?.scaled(decimals)
    }

    #[test]
    fn forms_of_numbers() {
        for (text, decimals, want) in [
            ("12", 0, 12),
            ("12", 2, 1200),
            ("-0.5", 1, -5),
            ("-0.5", 0, -1),
            ("0.5", 0, 1),
            ("0.49999999999999999999999999", 0, 0),
            ("+.5", 1, 5),
            ("5.", 1, 50),
            ("1e-3", 3, 1),
            ("1E+3", 0, 1000),
            ("1e-3", 2, 0),
            ("5e-3", 2, 1),
            ("-0", 3, 0),
            ("000.0010", 4, 10),
            ("1e-99999999999999999999", 4, 0),
            ("0e99999999999999999999", 4, 0),
            ("0.0000000000000000000000000000000000000000000012e45", 0, 1),
            ("9.995", 2, 1000),
            (
                "99999999999999999999999999999999999.99",
                2,
                10i128.pow(37) - 1,
            ),
        ] {
            assert_eq!(parse(text, decimals), Some(want), "{text} at {decimals}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "e3",
            "1e",
            "1e+",
            "1,5",
            "NaN",
            "inf",
            "0x1",
            "1 2",
            "--1",
            "1.2.3",
            "1e1.5",
            "1e37",
            "1e99999999999999999999",
            "½",
            "１",
        ] {
            assert_eq!(parse(text, 0), None, "{text}");
        }
    }

    #[test]
    fn the_decimal_sign_can_be_a_comma() {
        let parse = |text| Decimal::parse(text, ',').and_then(|number| number.scaled(1));
        assert_eq!(parse("1,5"), Some(15));
        assert_eq!(parse("-,5e1"), Some(-50));
        for text in ["1.5", "1.000,5", "1,000,5", "1 000", "1'000", ","] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_with_all_their_digits() {
        let rising = [
            "-1e99999999999999999999",
            "-100.0400001",
            "-100.04",
            "-99",
            "-1e-99999999999999999999",
            "-0",
            "0.09999",
            ".1",
            "9.99e1",
            "100.0",
            "100.04",
            "1000",
        ];
        let numbers: Vec<_> = rising
            .iter()
            .map(|text| Decimal::parse(text, '.').unwrap())
            .collect();
        for (at, one) in numbers.iter().enumerate() {
            for (other_at, other) in numbers.iter().enumerate() {
                assert_eq!(
                    one.cmp(other),
                    at.cmp(&other_at),
                    "{} {}",
                    rising[at],
                    rising[other_at]
                );
            }
        }
        let decimals = |text| Decimal::parse(text, '.').unwrap().decimals();
        assert_eq!(
            ["12", "1200", "1.50", "1e-3", "0.0"].map(decimals),
            [0, 0, 1, 3, 0]
        );
    }

    #[test]
    fn all_digits_are_written() {
        assert_eq!(format(0, 0), "0");
        assert_eq!(format(0, 2), "0.00");
        assert_eq!(format(-5, 2), "-0.05");
        assert_eq!(format(12345, 2), "123.45");
    }

    #[test]
    fn rounding_of_quotients_and_roots() {
        let halves = [
            (5, 2, 3),
            (-5, 2, -3),
            (4, 3, 1),
            (-4, 3, -1),
            (0, 7, 0),
            (1, 2, 1),
        ];
        for (numerator, denominator, want) in halves {
            assert_eq!(divide_rounded(numerator, denominator), want);
        }
        for (numerator, denominator, want) in
            [(0, 1, 0), (9, 4, 2), (2, 1, 1), (3, 1, 2), (1, 4, 1)]
        {
            assert_eq!(root_rounded(numerator, denominator), want);
        }
    }

    proptest! {
        #[test]
        fn round_trip(scaled in -(10i128.pow(37))..10i128.pow(37), decimals in 0u8..18) {
            prop_assert_eq!(parse(&format(scaled, decimals), decimals), Some(scaled));
        }

        #[test]
        fn the_order_is_that_of_fractions(a in -100_000i128..100_000, of in 0u8..6, b in -100_000i128..100_000, from in 0u8..6) {
            let number = |scaled, decimals| Decimal::parse(&format(scaled, decimals), '.').unwrap();
            let size = |scaled: i128, decimals: u8| scaled * 10i128.pow(u32::from(6 - decimals));
            prop_assert_eq!(number(a, of).cmp(&number(b, from)), size(a, of).cmp(&size(b, from)));
        }

        #[test]
        fn exponent_and_point_agree(scaled in -1_000_000i64..1_000_000, decimals in 0u8..12, kept in 0u8..12) {
            let plain = format(i128::from(scaled), decimals);
            prop_assert_eq!(parse(&format!("{scaled}e-{decimals}"), kept), parse(&plain, kept));
        }

        #[test]
        fn digits_beyond_the_kept_ones_are_rounded(scaled in -1_000_000i128..1_000_000, extra in 1u8..6) {
            let unit = 10i128.pow(u32::from(extra));
            let got = parse(&format(scaled, extra), 0).unwrap();
            prop_assert!((2 * (got * unit - scaled)).abs() <= unit);
            prop_assert!(got.abs() * unit * 2 != scaled.abs() * 2 - unit, "half rounds away from zero");
        }

        #[test]
        fn roots_are_nearest(numerator in 0u128..1 << 90, denominator in 1u128..1 << 30) {
            let root = root_rounded(numerator, denominator);
            prop_assert!(4 * numerator < (2 * root + 1).pow(2) * denominator);
            prop_assert!(root == 0 || 4 * numerator >= (2 * root - 1).pow(2) * denominator);
        }
    }
}
