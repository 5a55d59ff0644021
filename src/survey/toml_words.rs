//! What the TOML parser says, in words that do not come from a programming language.

use std::ops::Range;

use veragg_circuits::foreign::Foreign;

use super::text::Text;

/// The most bytes of a value that a message shows.
const SHOWN: usize = 200;

/// The line of a refusal, and what is wrong there.
pub(super) fn refusal(text: &Text<'_>, error: &toml::de::Error) -> (usize, String) {
    let span = error.span().unwrap_or(0..0);
    (text.line_at(span.start), words(text, error.message(), span))
}

fn words(text: &Text<'_>, message: &str, span: Range<usize>) -> String {
    let message = message.replace('\n', ", ");
    let what = || match key(text, span.start) {
        Some(key) => format!("`{}`", Foreign::new(key)),
        None => "this value".to_owned(),
    };
    if let Some(rest) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
    {
        if let Some((_, wanted)) = rest.rsplit_once(", expected ") {
            return format!("{} must be {}{}", what(), kind(wanted), but(text, span));
        }
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the key {} is missing", Foreign::message(field));
    }
    if let Some((field, known)) = split(&message, "unknown field ", ", expected ") {
        let known = known.strip_prefix("one of ").unwrap_or(known);
        let field = Foreign::message(field);
        return format!("there is no key {field} here; the keys are {known}");
    }
    if let Some((variant, known)) = split(&message, "unknown variant ", ", expected ") {
        let known = known.strip_prefix("one of ").unwrap_or(known);
        let variant = Foreign::message(variant);
        return format!(
            "{variant} is not possible for {}; choose among {known}",
            what()
        );
    }
    if message.starts_with("duplicate key") || message.starts_with("duplicate field") {
        return "this key is given twice; remove one of the two".to_owned();
    }
    if message.starts_with("wanted exactly 1 element")
        || message.starts_with("expected table with 0 keys")
    {
        return format!(
            "{} must be one text or one key with a value{}",
            what(),
            but(text, span)
        );
    }
    if message == "wanted string or table" {
        return format!(
            "{} must be text between quotation marks, or one key with a value between {{ and }}{}",
            what(),
            but(text, span)
        );
    }
    if message.contains("recurs") {
        return "lists, blocks or keys are nested too deeply".to_owned();
    }
    if message.contains("overflow")
        || message.contains("too large")
        || message.contains("too small")
    {
        return format!("{} is a number with too many digits", what());
    }
    format!(
        "this is not written as TOML has it ({})",
        Foreign::message(&message)
    )
}

fn split<'a>(message: &'a str, start: &str, middle: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(start)?.split_once(middle)
}

/// The key whose value begins at this offset.
fn key<'a>(text: &Text<'a>, offset: usize) -> Option<&'a str> {
    let before = text.text.get(..offset)?;
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let start = line.rfind(['{', ',']).map_or(0, |at| at + 1);
    let (key, after) = line[start..].split_once('=')?;
    let key = key.trim();
    (after.trim().is_empty() && !key.is_empty()).then_some(key)
}

/// The value as it is written, if it is on one line.
fn but(text: &Text<'_>, span: Range<usize>) -> String {
    match text.text.get(span) {
        Some(value) if (1..=SHOWN).contains(&value.len()) && !value.contains('\n') => {
            format!(", but it is {}", Foreign::message(value))
        }
        _ => String::new(),
    }
}

/// What a value must be.
fn kind(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0 to 9223372036854775807",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" | "string or table" => "text between quotation marks",
        "a sequence" => "a list, between [ and ]",
        "a map" => "a block of keys, or keys between { and }",
        other => other,
    }
}
