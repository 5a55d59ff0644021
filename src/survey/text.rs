//! The text of a configuration. It gives the line of each value, and numbers exactly as they are written.

use std::path::Path;

use toml::Spanned;

use super::decimal;
use super::error::{Location, Problem, SurveyError};

/// The number of decimal digits of a part per million.
const PPM_DIGITS: u8 = 6;

/// A value, and the line on which it is.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// The text of a configuration.
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Text<'_> {
    pub(super) fn line_at(&self, offset: usize) -> usize {
        1 + self
            .text
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count()
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

    /// The number as it is written, times `10^decimals`.
    pub(super) fn number(
        &self,
        key: &'static str,
        at: &Spanned<f64>,
        decimals: u8,
    ) -> Result<Located<i128>, SurveyError> {
        let text = self.text.get(at.span()).unwrap_or_default();
        let line = self.line_of(at);
        // TOML allows underscores in numbers, as in `1_000`.
        match decimal::parse(&text.replace('_', ""), decimals) {
            Some(value) => Ok(Located { line, value }),
            None => Err(self.error(
                line,
                Problem::Number {
                    key,
                    text: text.to_owned(),
                },
            )),
        }
    }

    pub(super) fn parts_per_million(
        &self,
        key: &'static str,
        at: &Spanned<f64>,
    ) -> Result<u32, SurveyError> {
        let Located { line, value } = self.number(key, at, PPM_DIGITS)?;
        u32::try_from(value)
            .ok()
            .filter(|&ppm| ppm < 1_000_000)
            .ok_or_else(|| {
                let text = self.text.get(at.span()).unwrap_or_default().to_owned();
                self.error(line, Problem::Fraction { key, text })
            })
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
}
