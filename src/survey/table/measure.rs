//! `[[measure]]`: columns whose numbers are added up.

use serde::Deserialize;
use toml::Spanned;
use veragg_circuits::foreign::Foreign;

use super::names;
use crate::survey::decimal::Decimal;
use crate::survey::error::SurveyError;
use crate::survey::problem::Problem;
use crate::survey::text::{Located, Number, Text};

/// Most digits after the point: `10^18` is the largest power of ten in an `i64`.
pub(in crate::survey) const MAX_DECIMALS: u8 = 18;

/// Columns that are measured in the same way.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) line: usize,
    pub(super) name: String,
    /// Whether the configuration gives the name.
    named: bool,
    pub(super) columns: Vec<Located<String>>,
    pub(super) decimals: u8,
    /// Whether sums of squares are contributed, from which the deviation follows.
    pub(super) squares: bool,
    /// The smallest value as it is written, if it is.
    least: Option<Number>,
    /// The largest value as it is written.
    most: Number,
    /// The smallest value, in units of `10^-decimals`, rounded.
    pub(super) min: i64,
    /// The largest value minus the smallest, in units of `10^-decimals`, both rounded; positive.
    pub(super) range: u128,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(in crate::survey) struct RawMeasure {
    name: Option<Spanned<String>>,
    columns: Vec<Spanned<String>>,
    decimals: Spanned<u8>,
    // Numbers that may have a decimal point are `Spanned<f64>` only for their type and position: see
    // [`Text::number`].
    min: Option<Spanned<f64>>,
    max: Spanned<f64>,
    #[serde(default = "yes")]
    squares: bool,
}

fn yes() -> bool {
    true
}

impl Measure {
    /// Checks the block with this index.
    pub(super) fn parse(
        text: &Text<'_>,
        index: usize,
        raw: Spanned<RawMeasure>,
    ) -> Result<Self, SurveyError> {
        let Located { line, value: raw } = text.located(raw);
        if raw.columns.is_empty() {
            return Err(text.error(line, Problem::NoColumns));
        }
        let named = raw.name.is_some();
        let name = match raw.name {
            Some(name) => names::located(text, name)?,
            None => format!("measure {}", index + 1),
        };
        let decimals = text.located(raw.decimals);
        if decimals.value > MAX_DECIMALS {
            let problem = Problem::Decimals {
                got: decimals.value,
                most: MAX_DECIMALS,
            };
            return Err(text.error(decimals.line, problem));
        }
        let decimals = decimals.value;
        let scaled = |key, number: &Located<Number>| {
            let refuse = || text.error(number.line, Problem::number(key, &number.value.text));
            number.value.value.scaled(decimals).ok_or_else(refuse)
        };
        let least = raw.min.map(|min| text.number("min", &min)).transpose()?;
        let most = text.number("max", &raw.max)?;
        let max = scaled("max", &most)?;
        let (min_line, min) = match &least {
            Some(least) => (least.line, scaled("min", least)?),
            None => (line, 0),
        };
        let least = least.map(|least| least.value);
        let range = u128::try_from(max - min).unwrap_or(0);
        if range == 0 {
            let problem = Problem::EmptyRange {
                min: written(least.as_ref()),
                max: most.value.text,
                decimals,
            };
            return Err(text.error(most.line, problem));
        }
        let min = i64::try_from(min).map_err(|_| {
            let min = least
                .as_ref()
                .map_or_else(String::new, |it| it.text.clone());
            text.error(min_line, Problem::Offset { min, decimals })
        })?;
        Ok(Self {
            line,
            name,
            named,
            columns: raw
                .columns
                .into_iter()
                .map(|column| text.located(column))
                .collect(),
            decimals,
            squares: raw.squares,
            least,
            most: most.value,
            min,
            range,
        })
    }

    /// The segments of each column: counts and sums, and squares.
    pub(super) fn parts(&self) -> usize {
        2 + usize::from(self.squares)
    }

    /// The block in a message about a table.
    fn describe(&self) -> String {
        match self.named {
            true => format!(
                "[[measure]] \"{}\" (line {} of the configuration)",
                Foreign::new(&self.name),
                self.line
            ),
            false => format!("the [[measure]] of line {} of the configuration", self.line),
        }
    }

    /// The value of a cell minus `min`, in units of the measure, rounded. Compared with `min` and `max` are all digits
    /// of the cell and all of theirs. `decimal` is the decimal sign, `separator` that between cells.
    pub(super) fn value(&self, cell: &str, decimal: char, separator: char) -> Result<u64, Problem> {
        let no_number = || Problem::Cell {
            text: cell.to_owned(),
            advice: advice(cell, decimal, separator),
        };
        let number = Decimal::parse(cell, decimal).ok_or_else(no_number)?;
        let is_below = match &self.least {
            Some(least) => number < least.value,
            None => number < Decimal::ZERO,
        };
        if is_below {
            return Err(Problem::BelowMin {
                value: cell.to_owned(),
                min: written(self.least.as_ref()),
                measure: self.describe(),
            });
        }
        if number > self.most.value {
            return Err(Problem::AboveMax {
                value: cell.to_owned(),
                max: self.most.text.clone(),
                measure: self.describe(),
            });
        }
        // Rounding keeps the order, so the result is between 0 and the range, whose product with `max_rows` fits.
        let scaled = number.scaled(self.decimals).ok_or_else(no_number)?;
        u64::try_from(scaled - i128::from(self.min)).map_err(|_| no_number())
    }
}

/// The smallest value in a message.
fn written(least: Option<&Number>) -> String {
    match least {
        Some(least) => format!("`min = {}`", least.text),
        None => "0, the smallest value without `min`,".to_owned(),
    }
}

/// Whether a character separates thousands, and nothing else, in some country.
fn parts_thousands(character: char) -> bool {
    matches!(
        character,
        ' ' | '\'' | '\u{a0}' | '\u{2009}' | '\u{2019}' | '\u{202f}' | '_'
    )
}

/// The number as it could be meant, if something separates groups of digits in the cell: groups of three, or, as in
/// India, of two before the last three.
fn without_thousands(cell: &str, decimal: char) -> Option<String> {
    let unsigned = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let sign = &cell[..cell.len() - unsigned.len()];
    let signs: Vec<char> = unsigned.chars().filter(|it| !it.is_ascii_digit()).collect();
    let (&separator, &last) = (signs.first()?, signs.last()?);
    // With several signs, a last one of another kind is that of the decimals.
    let (whole, fraction) = match separator != last && matches!(last, '.' | ',') {
        true => unsigned.rsplit_once(last)?,
        false => (unsigned, ""),
    };
    // Nothing says what a single point or comma is.
    let unclear = signs.len() == 1 && matches!(separator, '.' | ',');
    if unclear || !(parts_thousands(separator) || matches!(separator, '.' | ',')) {
        return None;
    }
    let groups: Vec<&str> = whole.split(separator).collect();
    let (first, rest) = groups.split_first()?;
    let (end, middle) = rest.split_last()?;
    let of = |len: usize| middle.iter().all(|group| group.len() == len);
    let most = if of(3) { 3 } else { 2 };
    let grouped = end.len() == 3 && (of(3) || of(2)) && (1..=most).contains(&first.len());
    if !grouped || first.starts_with('0') {
        return None;
    }
    let point = if fraction.is_empty() {
        String::new()
    } else {
        decimal.to_string()
    };
    let plain = format!("{sign}{}{point}{fraction}", groups.concat());
    Decimal::parse(&plain, decimal).map(|_| plain)
}

/// What to do about a cell that is no number.
fn advice(cell: &str, decimal: char, separator: char) -> String {
    let other = if decimal == '.' { ',' } else { '.' };
    if let Some(plain) = without_thousands(cell, decimal) {
        return format!("write it without separators of thousands, as {plain}");
    }
    let swapped = cell.replace(other, &decimal.to_string());
    if cell.contains(other) && Decimal::parse(&swapped, decimal).is_some() {
        let key = match (other, separator) {
            (',', ',') => "save the table with another separator, and write `decimal = \",\"` and `separator = \";\"` under [data]".to_owned(),
            _ => format!("write `decimal = \"{other}\"` under [data]"),
        };
        return format!("if `{other}` is the decimal sign, {key}, or write {swapped} here; if it separates thousands, remove it");
    }
    format!("write it like 12, -0{decimal}5 or 1e-3; if the value is missing, leave the cell empty, or list its text in `missing` under [data]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_thousands_is_told_from_the_decimal_sign() {
        for (cell, decimal, want) in [
            ("1,234.5", '.', Some("1234.5")),
            ("1.234,5", '.', Some("1234.5")),
            ("1.234,5", ',', Some("1234,5")),
            ("1,234.5", ',', Some("1234,5")),
            ("1.234.567", '.', Some("1234567")),
            ("1.234.567", ',', Some("1234567")),
            ("1.234.567,5", '.', Some("1234567.5")),
            ("-1\u{202f}234\u{202f}567,5", ',', Some("-1234567,5")),
            ("1 234", '.', Some("1234")),
            ("1 234,5", '.', Some("1234.5")),
            ("12,34,567.8", '.', Some("1234567.8")),
            ("05.01.2024", '.', None),
            ("05.01.2024", ',', None),
            ("1.2.3", '.', None),
            ("1 2", '.', None),
            ("5'11", '.', None),
            ("044 123 45 67", '.', None),
            ("044 123 456", '.', None),
            ("1,23,4567", '.', None),
            ("1 234.567 890", '.', None),
            ("1,5", '.', None),
            ("1,2.3,4", '.', None),
            ("1 x", '.', None),
            ("", '.', None),
        ] {
            let got = without_thousands(cell, decimal);
            assert_eq!(got.as_deref(), want, "{cell}");
        }
        assert!(advice("x", '.', ';').starts_with("write it like 12, -0.5"));
        assert!(advice("abc", ',', ';').starts_with("write it like 12, -0,5"));
    }
}
