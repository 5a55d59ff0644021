//! Text that somebody else wrote, on its way to a terminal or into a report.

use std::fmt::{self, Write};
use std::path::Path;

/// The most characters of a text that are shown, unless more are asked for.
const SHOWN: usize = 80;

/// Shows text that need not be ours on one line, and shortened.
///
/// Control characters, line ends, and characters that cannot be seen or that change the direction of writing
/// are escaped as `\u{1b}`, so no text can forge a line of output or reach the terminal. A backslash of the
/// text is doubled. At most 80 characters are shown; then the number of all of them follows.
///
/// ```
/// use veragg_circuits::foreign::Foreign;
///
/// assert_eq!(Foreign::new("Zürich").to_string(), "Zürich");
/// assert_eq!(Foreign::new("a\nverdict: VERIFIED").to_string(), "a\\nverdict: VERIFIED");
/// assert_eq!(Foreign::new("\u{1b}[2J\u{200b}").to_string(), "\\u{1b}[2J\\u{200b}");
/// assert_eq!(Foreign::new("abc").at_most(2).to_string(), "ab.. (3 characters)");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Foreign<'a> {
    text: &'a str,
    shown: usize,
    doubled: bool,
}

impl<'a> Foreign<'a> {
    /// This text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            shown: SHOWN,
            doubled: true,
        }
    }

    /// A message of which only parts are foreign, such as that of a parser: up to 400 characters, and
    /// backslashes as they are.
    pub fn message(text: &'a str) -> Self {
        Self {
            text,
            shown: 5 * SHOWN,
            doubled: false,
        }
    }

    /// The same, with at most this many characters.
    #[must_use]
    pub fn at_most(self, shown: usize) -> Self {
        Self { shown, ..self }
    }

    /// A path, in full. What is not Unicode in it is replaced.
    pub fn path(path: &Path) -> String {
        let text = path.to_string_lossy();
        Foreign::message(&text).at_most(usize::MAX).to_string()
    }
}

/// Whether a character takes no room on paper, and does not show otherwise that it is there: what Unicode calls
/// Default_Ignorable_Code_Point, blank letters, and controls.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.text.chars().take(self.shown) {
            match character {
                '"' | '\'' => f.write_char(character)?,
                '\\' if !self.doubled => f.write_char(character)?,
                _ if is_invisible(character) && !character.is_control() => {
                    write!(f, "{}", character.escape_unicode())?;
                }
                _ if is_mark(character) => f.write_char(character)?,
                _ => write!(f, "{}", character.escape_debug())?,
            }
        }
        // Whether there is more is seen without counting a text that may be long.
        if self.text.chars().nth(self.shown).is_some() {
            write!(f, ".. ({} characters)", self.text.chars().count())?;
        }
        Ok(())
    }
}

/// Whether `char::escape_debug` escapes a character only because it combines with the one before it: within a
/// string it does not.
fn is_mark(character: char) -> bool {
    !character.is_ascii() && {
        let mut bytes = [b'a'; 5];
        let len = 1 + character.encode_utf8(&mut bytes[1..]).len();
        let pair = std::str::from_utf8(&bytes[..len]).unwrap_or_default();
        character.escape_debug().len() > 1 && pair.escape_debug().count() == 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_scripts_are_shown() {
        for text in [
            "Genève",
            "e\u{301}",
            "Ωμέγα",
            "東京",
            "a b",
            "it's \"x\"",
            "🦀",
        ] {
            assert_eq!(Foreign::new(text).to_string(), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_or_nobody_sees_is_escaped() {
        for character in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{a0}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{e0001}',
            '\u{34f}',
            '\u{115f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{f8ff}',
        ] {
            let shown = Foreign::new(&format!("a{character}b")).to_string();
            assert!(shown.starts_with("a\\") && shown.ends_with('b'), "{shown}");
            assert!(!shown.contains(character));
        }
        assert_eq!(Foreign::new("a\\nb").to_string(), "a\\\\nb");
    }

    #[test]
    fn long_text_is_shortened() {
        let long = "x".repeat(1_000_000);
        let shown = Foreign::new(&long).to_string();
        assert_eq!(shown, "x".repeat(80) + ".. (1000000 characters)");
        assert_eq!(Foreign::new(&"x".repeat(80)).to_string().len(), 80);
    }

    #[test]
    fn paths_keep_their_backslashes() {
        assert_eq!(Foreign::path(Path::new("C:\\a b\n")), "C:\\a b\\n");
    }
}
