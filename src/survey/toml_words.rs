//! What the TOML parser says, in words that do not come from a programming language.

use std::ops::Range;

use veragg_circuits::foreign::Foreign;
use veragg_circuits::statement::MAX_COORDINATES;
use veragg_protocol::round::committee::shape::MAX_TRUSTEES;
use veragg_protocol::round::parameters::{MAX_CLIENTS, MIN_CLIENTS};

use super::decimal::Decimal;
use super::table::{MAX_DECIMALS, MAX_ROWS};
use super::text::Text;

/// The most bytes of a value that a message shows.
const SHOWN: usize = 200;

/// The largest whole number of TOML.
const MOST: u64 = i64::MAX as u64;

/// What to read to know all keys.
const HINT: &str = "`veragg init FILE` writes a configuration that explains every key";

/// The line of a refusal, and what is wrong there.
pub(super) fn refusal(text: &Text<'_>, error: &toml::de::Error) -> (usize, String) {
    let message = error.message();
    let span = error.span().unwrap_or(0..0);
    let line = match error.span() {
        // The parser does not say where keys are nested too deeply: it is the line with the most parts.
        None if message.contains("recursion") => deepest(text.text),
        _ => text.line_at(span.start),
    };
    (line, words(text, message, span))
}

/// The line with the longest key.
fn deepest(text: &str) -> usize {
    let lines = (1..).zip(text.lines());
    let parts = |line: &str| line.matches(['.', '[', '{']).count();
    let deepest = lines.max_by_key(|(number, line)| (parts(line), std::cmp::Reverse(*number)));
    deepest.map_or(1, |(number, _)| number)
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
            if let Some(block) = block(text, &span) {
                return match wanted {
                    "a sequence" => format!("write `[[{block}]]` in place of `[{block}]`"),
                    _ => format!(
                        "write `[{block}]` in place of `[[{block}]]`; it is there only once"
                    ),
                };
            }
            let written = text.text.get(span.clone()).unwrap_or_default();
            if wanted == "f64" && Decimal::parse(&written.replace('_', ""), '.').is_some() {
                return format!(
                    "{} is too far from zero for a number without a point, which goes from -{MOST} to {MOST}{}",
                    what(),
                    but(text, span)
                );
            }
            let kind = kind(key(text, span.start), wanted);
            return format!("{} must be {kind}{}", what(), but(text, span));
        }
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the key {} is missing; {HINT}", Foreign::message(field));
    }
    if let Some((field, known)) = split(&message, "unknown field ", ", expected ") {
        let known = known.strip_prefix("one of ").unwrap_or(known);
        let field = Foreign::message(field);
        return format!("there is no key {field} here; the keys are {known}; {HINT}");
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
    if message.contains("recurs") {
        return "lists, blocks or keys are nested too deeply".to_owned();
    }
    if message.contains("overflow")
        || message.contains("too large")
        || message.contains("too small")
    {
        return format!(
            "{} is too far from zero{}; a number has at most 37 digits, and a whole number is at most {MOST}",
            what(),
            but(text, span)
        );
    }
    if message.contains("missing escaped value") || message.contains("unicode value digits") {
        return "a backslash between \" and \" has a meaning of its own in TOML; write the text between ' and ', or, in a path, / in place of the backslash".to_owned();
    }
    format!(
        "this is not written as TOML has it ({}); {HINT}",
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

/// The name of the block whose first line is here, between one or two brackets.
fn block<'a>(text: &Text<'a>, span: &Range<usize>) -> Option<&'a str> {
    let line = text.text.get(span.start..)?.lines().next()?;
    let starts = text.text[..span.start]
        .rsplit('\n')
        .next()?
        .trim()
        .is_empty();
    let line = line.split('#').next()?.trim();
    let name = line.trim_start_matches('[').trim_end_matches(']').trim();
    let known = [
        "round",
        "data",
        "groups",
        "measure",
        "count",
        "synthetic",
        "dropout",
        "committee",
        "absence",
    ];
    (starts && line.starts_with('[') && known.contains(&name)).then_some(name)
}

/// What a value must be.
fn kind(key: Option<&str>, wanted: &str) -> String {
    let (least, most): (u64, u64) = match (key, wanted) {
        (Some("clients"), "u32") => (MIN_CLIENTS.into(), MAX_CLIENTS.into()),
        (Some("client" | "min_contributors"), "u32") => (1, MAX_CLIENTS.into()),
        (Some("max_rows" | "least_rows"), "u64") => (1, MAX_ROWS),
        (Some("len"), "u64") => (1, MAX_COORDINATES as u64),
        (Some("bound"), "u64") => (2, MOST),
        (Some("decimals"), "u8") => (0, MAX_DECIMALS.into()),
        (Some("columns"), "u32") => (1, u32::MAX.into()),
        (Some("members" | "trustee"), "u32") => (1, MAX_TRUSTEES.into()),
        (Some("colluding"), "u32") => (1, (MAX_TRUSTEES - 1).into()),
        (Some("absent"), "u32") => (0, (MAX_TRUSTEES - 1).into()),
        (Some("least_count"), "u64") => (1, MOST),
        (_, "u64" | "usize") => (0, MOST),
        _ => return other_kind(wanted).to_owned(),
    };
    format!("a whole number from {least} to {most}")
}

/// What a value must be that is not a whole number.
fn other_kind(wanted: &str) -> &str {
    match wanted {
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "text between quotation marks",
        "a sequence" => "a list, between [ and ]",
        "a map" => "a block of keys, or keys between { and }",
        other => other,
    }
}
