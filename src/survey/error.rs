//! A mistake of a survey with its location, and a warning.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg_circuits::foreign::Foreign;

use super::problem::Problem;

/// The most names that a message lists.
const LISTED: usize = 12;

/// A mistake in a configuration or a table, with its location.
///
/// Its text is one line: `file:line: column: problem; what to do`.
#[derive(Debug, Error)]
#[error("{location}: {problem}")]
pub struct SurveyError {
    /// Where the mistake is.
    pub location: Location,
    /// What the mistake is.
    pub problem: Box<Problem>,
}

/// What need not be a mistake, but probably is one.
///
/// Its text is one line: `file:line: column: what it is; what to do`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What the warning is about.
    pub location: Location,
    /// What it is, and what to do.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

/// The location of a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The configuration or the table.
    pub file: PathBuf,
    /// The line, counted from 1, if the mistake is on a line.
    pub line: Option<usize>,
    /// The column of the table, if the mistake is about one.
    pub column: Option<String>,
}

impl Location {
    pub(super) fn file(file: &Path) -> Self {
        Self {
            file: file.to_path_buf(),
            line: None,
            column: None,
        }
    }

    pub(super) fn line(file: &Path, line: usize) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file)
        }
    }

    pub(super) fn column(self, column: &str) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..self
        }
    }

    pub(super) fn error(self, problem: Problem) -> SurveyError {
        SurveyError {
            location: self,
            problem: Box::new(problem),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Foreign::path(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{}`", Foreign::new(column))?;
        }
        Ok(())
    }
}

/// The first of these names, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names
        .by_ref()
        .take(LISTED)
        .map(|name| format!("`{}`", Foreign::new(name.as_ref())))
        .collect();
    let more = match names.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

/// The text ` in the group ...` for messages; empty if rows are not grouped.
pub(super) fn in_group(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| {
        format!(" in the group `{}`", Foreign::new(name))
    })
}
