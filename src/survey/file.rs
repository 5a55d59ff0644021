//! Reads configurations and tables.

use std::path::Path;

use super::error::{Location, SurveyError};
use super::problem::Problem;
use crate::text_file::{self, TextFileError};

/// Reads a text file of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<String, SurveyError> {
    text_file::read(path, most).map_err(|error| {
        let location = match error.line() {
            Some(line) => Location::line(path, line),
            None => Location::file(path),
        };
        location.error(match error {
            TextFileError::Io(error) => Problem::Read { file: None, error },
            other => Problem::Text(other),
        })
    })
}
