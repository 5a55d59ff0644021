//! Names that look alike, and are yet different texts.

use std::collections::HashMap;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;
use veragg_circuits::foreign::{is_invisible, Foreign};

/// Dashes as a hyphen, and quotation marks as an apostrophe.
fn plain(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' => '-',
        '"'
        | '`'
        | '\u{b4}'
        | '\u{2bc}'
        | '\u{2018}'..='\u{201f}'
        | '\u{2032}'
        | '\u{2033}'
        | '\u{ab}'
        | '\u{bb}' => '\'',
        other => other,
    }
}

/// What is left of a name if its encoding, its case, its invisible characters, points at its end, the kind of its
/// dashes and quotation marks and the width of its white space do not count.
fn skeleton(name: &str) -> String {
    let visible = |text: &str| -> String {
        let spaced = text
            .nfkc()
            .map(|it| if it.is_whitespace() { ' ' } else { it });
        spaced.filter(|&it| !is_invisible(it)).collect()
    };
    // Changing the case can undo the normalisation.
    let folded = visible(name).to_uppercase().to_lowercase();
    let folded: String = visible(&folded).chars().map(plain).collect();
    let folded = match folded.trim_end_matches(['.', ' ']) {
        "" => folded.as_str(),
        rest => rest,
    };
    folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether nothing of a name is visible.
pub(super) fn is_blank(name: &str) -> bool {
    skeleton(name).is_empty()
}

/// Whether a name has a character that ends a line, moves the cursor, or turns the direction of writing.
pub(super) fn has_controls(name: &str) -> bool {
    name.chars().any(|it| {
        it.is_control() || matches!(it, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Whether two names are different, but look alike.
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    one != other && skeleton(one) == skeleton(other)
}

/// Finds names that look like an earlier one. Equal names are the same name.
pub(super) struct Names<'a> {
    /// For each skeleton the first name.
    first: HashMap<String, &'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        Self {
            first: HashMap::new(),
        }
    }

    /// The earlier name that this one looks like, if there is one.
    pub(super) fn earlier(&mut self, name: &'a str) -> Option<&'a str> {
        let first = self.first.entry(skeleton(name)).or_insert(name);
        (*first != name).then_some(*first)
    }
}

/// Whether two different names would look the same in a message.
pub(super) fn seem_equal(one: &str, other: &str) -> bool {
    let shown = |name| Foreign::new(name).to_string().nfkc().collect::<String>();
    one != other && shown(one) == shown(other)
}

/// Both names as a message shows them. If they would look the same there, characters beyond ASCII are written as
/// their numbers.
pub(super) fn told_apart(one: &str, other: &str) -> (String, String) {
    if seem_equal(one, other) {
        return (numbered(one), numbered(other));
    }
    (visible(one), visible(other))
}

/// A name as a message shows it, in which invisible characters are written as their numbers.
fn visible(name: &str) -> String {
    let mut out = String::new();
    for character in Foreign::new(name).to_string().chars() {
        match is_invisible(character) {
            true => out.extend(character.escape_unicode()),
            false => out.push(character),
        }
    }
    out
}

fn numbered(name: &str) -> String {
    let mut out = String::new();
    for character in Foreign::new(name).to_string().chars() {
        // Writing to a string cannot fail.
        let _ = match character.is_ascii() {
            true => write!(out, "{character}"),
            false => write!(out, "{}", character.escape_unicode()),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike() {
        for (one, other, shown) in [
            (
                "Z\u{fc}rich",
                "Zu\u{308}rich",
                ("Z\\u{fc}rich", "Zu\\u{308}rich"),
            ),
            ("Bern", "Bern\u{200b}", ("Bern", "Bern\\u{200b}")),
            ("a", "A", ("a", "A")),
            ("stra\u{df}e", "STRASSE", ("stra\u{df}e", "STRASSE")),
            ("\u{212a}", "K", ("\\u{212a}", "K")),
            (
                "New York",
                "New\u{a0} York",
                ("New York", "New\\u{a0} York"),
            ),
            ("a\u{34f}", "a", ("a\\u{34f}", "a")),
            ("a\u{fe0f}", "a", ("a\\u{fe0f}", "a")),
            ("a\u{3164}", "a", ("a\\u{3164}", "a")),
            ("a\u{2800}", "a", ("a\\u{2800}", "a")),
            ("a-b", "a\u{2011}b", ("a-b", "a\u{2011}b")),
            ("a\u{2212}b", "a\u{2013}b", ("a\u{2212}b", "a\u{2013}b")),
            (
                "St. Mary's",
                "St. Mary\u{2019}s",
                ("St. Mary's", "St. Mary\u{2019}s"),
            ),
            ("Inc.", "Inc", ("Inc.", "Inc")),
            ("\u{ff21}", "A", ("\\u{ff21}", "A")),
            ("\u{3a3}", "\u{3c2}", ("\u{3a3}", "\u{3c2}")),
        ] {
            assert!(look_alike(one, other), "{one} {other}");
            let (first, second) = told_apart(one, other);
            assert_eq!((first.as_str(), second.as_str()), shown);
        }
        for (one, other) in [("a", "a"), ("a", "b"), ("NewYork", "New York"), ("1", "10")] {
            assert!(!look_alike(one, other), "{one} {other}");
        }
        let mut names = Names::new();
        let found = ["a", "b", "a", "A"].map(|name| names.earlier(name));
        assert_eq!(found, [None, None, None, Some("a")]);
    }

    #[test]
    fn names_of_which_nothing_is_visible() {
        assert!(is_blank("") && is_blank(" \u{200b}\u{a0}\t"));
        assert!(!is_blank("-"));
        assert!(has_controls("a\n") && has_controls("a\u{202e}b") && has_controls("\u{1b}[2J"));
        assert!(!has_controls("Zu\u{308}rich \u{200d}"));
    }
}
