//! The first line that some tables have for Excel, such as `sep=;`. It is not the header.

use super::csv::SEPARATORS;

/// A line that tells Excel the separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::survey) struct Note {
    /// The line, counted from 1.
    pub(in crate::survey) line: usize,
    /// The separator, if it is one that a table can have here.
    pub(in crate::survey) separator: Option<char>,
}

impl Note {
    /// The note at the beginning of a table, if there is one. It can be quoted, and separators can follow it, which
    /// programs add that do not know it.
    pub(in crate::survey) fn of(text: &str) -> Option<Self> {
        let start = text.trim_start_matches(['\r', '\n', ' ', '"']);
        let (word, rest) = start.split_at_checked(3)?;
        if !word.eq_ignore_ascii_case("sep") {
            return None;
        }
        let line = rest.split(['\r', '\n']).next().unwrap_or_default();
        let sign = line.trim_start_matches(' ').strip_prefix('=')?;
        let sign = sign.replace([' ', '"'], "").replace("\\t", "\t");
        let mut signs = sign.chars();
        let first = signs.next();
        let others = signs.all(|it| SEPARATORS.contains(&it));
        if !others || first.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let before = &text[..text.len() - start.len()];
        Some(Self {
            line: 1 + before.replace("\r\n", "\n").matches(['\r', '\n']).count(),
            separator: first.filter(|it| SEPARATORS.contains(it)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_from_headers() {
        for (text, line, separator) in [
            ("sep=;\na;b\n", 1, Some(';')),
            ("SEP=\\t\r\na\tb\n", 1, Some('\t')),
            ("Sep=\t\na\tb\n", 1, Some('\t')),
            ("sep= ;\na;b\n", 1, Some(';')),
            ("\"sep=;\"\na;b\n", 1, Some(';')),
            ("\"sep=,\",,\na,b,c\n", 1, Some(',')),
            ("\r\n\nsep = |", 3, Some('|')),
            ("sep=:\na:b\n", 1, None),
            ("sep=\na\n", 1, None),
        ] {
            assert_eq!(Note::of(text), Some(Note { line, separator }), "{text}");
        }
        for text in [
            "",
            "se",
            "sep;x\n",
            "sepal=;\n",
            "sep=a\n",
            "sep=;x\n",
            "a\nsep=;\n",
            "s\u{e9}p=;",
        ] {
            assert_eq!(Note::of(text), None, "{text}");
        }
    }
}
