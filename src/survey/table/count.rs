//! `[[count]]`: how many rows there are, or how many have each value of a column.

use serde::Deserialize;
use toml::Spanned;

use super::names;
use super::values::{RawValues, Values};
use crate::survey::error::SurveyError;
use crate::survey::problem::Problem;
use crate::survey::text::{Located, Text};

/// Rows that are counted.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) line: usize,
    pub(super) name: String,
    /// The column and its values; without it every row is counted.
    pub(super) answers: Option<Answers>,
    /// The line of `exact`, if each client has exactly `max_rows` rows with a value.
    pub(super) exact: Option<usize>,
}

/// A column, and its values that are counted.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) column: Located<String>,
    pub(super) values: Values,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(in crate::survey) struct RawCount {
    name: Option<Spanned<String>>,
    column: Option<Spanned<String>>,
    values: Option<Spanned<RawValues>>,
    exact: Option<Spanned<bool>>,
}

impl Count {
    /// Checks a block.
    pub(super) fn parse(text: &Text<'_>, raw: Spanned<RawCount>) -> Result<Self, SurveyError> {
        let Located { line, value: raw } = text.located(raw);
        let exact = raw.exact.map(|exact| text.located(exact));
        let exact = exact.filter(|exact| exact.value).map(|exact| exact.line);
        if let (Some(line), None) = (exact, &raw.column) {
            return Err(text.error(line, Problem::ExactRows));
        }
        let answers = match (raw.column, raw.values) {
            (Some(column), Some(values)) => {
                let values = text.located(values);
                Some(Answers {
                    column: text.located(column),
                    values: Values::parse(text, values.value, (values.line, Problem::NoValues))?,
                })
            }
            (None, None) => None,
            _ => return Err(text.error(line, Problem::CountHalf)),
        };
        let name = match (raw.name, &answers) {
            (Some(name), _) => names::located(text, name)?,
            (None, Some(Answers { column, .. })) => {
                let checked = names::check_column(&column.value);
                checked.map_err(|problem| text.error(column.line, problem))?;
                column.value.clone()
            }
            (None, None) => "rows".to_owned(),
        };
        Ok(Self {
            line,
            name,
            answers,
            exact,
        })
    }

    /// The number of values that are counted apart; 1 if every row is counted.
    pub(super) fn values(&self) -> usize {
        self.answers
            .as_ref()
            .map_or(1, |answers| answers.values.len())
    }

    /// The name of the value with this index, if values are counted.
    pub(super) fn value_name(&self, index: usize) -> Option<&str> {
        self.answers.as_ref()?.values.name(index)
    }
}
