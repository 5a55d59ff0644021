//! Names that the configuration gives: some of them reach the board.

use toml::Spanned;

use crate::survey::error::SurveyError;
use crate::survey::lookalike;
use crate::survey::problem::Problem;
use crate::survey::text::{Located, Text};

/// The most bytes of a name. With two of them and what is added, the name of a segment stays below
/// `veragg_protocol::round::configuration::MAX_NAME_LEN`.
pub(super) const MAX_NAME: usize = 90;

/// Refuses a name that is too long, or that does not show what it is.
pub(super) fn check(name: &str) -> Result<(), Problem> {
    let owned = || name.to_owned();
    if name.len() > MAX_NAME {
        return Err(Problem::LongName {
            name: owned(),
            got: name.len(),
            most: MAX_NAME,
            own: true,
        });
    }
    if lookalike::is_blank(name) {
        return Err(Problem::BlankName(owned()));
    }
    if lookalike::has_controls(name) {
        return Err(Problem::ControlName(owned()));
    }
    Ok(())
}

/// Whether a text can be a name.
pub(in crate::survey) fn is_name(name: &str) -> bool {
    check(name).is_ok()
}

/// Refuses the same of a name that is that of a column.
pub(super) fn check_column(name: &str) -> Result<(), Problem> {
    check(name).map_err(|problem| match problem {
        Problem::LongName {
            name, got, most, ..
        } => Problem::LongName {
            name,
            got,
            most,
            own: false,
        },
        other => other,
    })
}

/// A name of the configuration, checked.
pub(super) fn located(text: &Text<'_>, name: Spanned<String>) -> Result<String, SurveyError> {
    let Located { line, value } = text.located(name);
    check(&value).map_err(|problem| text.error(line, problem))?;
    Ok(value)
}
