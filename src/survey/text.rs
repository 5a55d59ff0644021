//! The text of a configuration. It gives the line of each value, and numbers exactly as they are written.

use std::path::Path;

use toml::Spanned;

use super::decimal::Decimal;
use super::error::{Location, SurveyError};
use super::problem::Problem;

/// The number of decimal digits of a part per million.
const PPM_DIGITS: u8 = 6;

/// A value, and the line on which it is.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// A number of the configuration.
#[derive(Debug, Clone)]
pub(super) struct Number {
    pub(super) value: Decimal,
    /// As it is written.
    pub(super) text: String,
}

/// The text of a configuration.
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    /// The offsets of the line feeds.
    feeds: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        let feeds = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { path, text, feeds }
    }

    pub(super) fn line_at(&self, offset: usize) -> usize {
        1 + self.feeds.partition_point(|&feed| feed < offset)
    }

    pub(super) fn line_of<T>(&self, spanned: &Spanned<T>) -> usize {
        self.line_at(spanned.span().start)
    }

    pub(super) fn located<T>(&self, spanned: Spanned<T>) -> Located<T> {
        Located {
            line: self.line_of(&spanned),
            value: spanned.into_inner(),
        }
    }

    pub(super) fn error(&self, line: usize, problem: Problem) -> SurveyError {
        Location::line(self.path, line).error(problem)
    }

    /// The number as it is written.
    pub(super) fn number(
        &self,
        key: &'static str,
        at: &Spanned<f64>,
    ) -> Result<Located<Number>, SurveyError> {
        let text = self.text.get(at.span()).unwrap_or_default();
        let line = self.line_of(at);
        // TOML allows underscores in numbers, as in `1_000`.
        let number = Decimal::parse(&text.replace('_', ""), '.').map(|value| Number {
            value,
            text: text.to_owned(),
        });
        match number {
            Some(value) => Ok(Located { line, value }),
            None => Err(self.error(line, Problem::number(key, text))),
        }
    }

    /// The fraction as it is written, in parts per million. More digits are refused: rounded, the fraction could be
    /// another one than the one that is wanted.
    pub(super) fn parts_per_million(
        &self,
        key: &'static str,
        at: &Spanned<f64>,
    ) -> Result<Located<u32>, SurveyError> {
        let Located { line, value } = self.number(key, at)?;
        let Number { value, text } = value;
        let ppm = value.scaled(PPM_DIGITS);
        let ppm = ppm.and_then(|ppm| u32::try_from(ppm).ok());
        match ppm.filter(|&ppm| ppm <= 1_000_000 && !value.is_negative()) {
            Some(_) if !value.has_at_most(PPM_DIGITS) => {
                let most = PPM_DIGITS;
                Err(self.error(line, Problem::FractionDigits { key, text, most }))
            }
            Some(value) if value < 1_000_000 => Ok(Located { line, value }),
            _ => Err(self.error(line, Problem::Fraction { key, text })),
        }
    }

    pub(super) fn positive<T: Default + PartialEq>(
        &self,
        key: &'static str,
        value: Spanned<T>,
    ) -> Result<Located<T>, SurveyError> {
        let located = self.located(value);
        if located.value == T::default() {
            return Err(self.error(located.line, Problem::Zero(key)));
        }
        Ok(located)
    }

    /// A number that is at least 1 and at most `most`.
    pub(super) fn counted<T: Default + PartialOrd + Copy + Into<u64>>(
        &self,
        key: &'static str,
        value: Spanned<T>,
        most: T,
    ) -> Result<Located<T>, SurveyError> {
        let located = self.positive(key, value)?;
        let (got, most) = (located.value.into(), most.into());
        if got > most {
            return Err(self.error(located.line, Problem::TooLarge { key, got, most }));
        }
        Ok(located)
    }
}
