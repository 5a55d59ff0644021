//! Edits of text: of lines, of words, and of numbers.

use crate::script::Script;

/// What stands in the place of a number or of a word.
const WORDS: [&str; 32] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "0.5",
    "-0.0",
    "1e9",
    "1e400",
    "nan",
    "inf",
    "0x10",
    "1_000",
    "255",
    "256",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "true",
    "\"\"",
    "\"a\"",
    "[]",
    "{}",
    "[[]]",
    "\"\u{202e}\u{1f600}\"",
    "\"\\u0007\"",
    "'",
    "\"\"\"",
    "#",
];

/// The longest text that is edited: a long word that is copied again and again doubles.
const MOST: usize = 1 << 16;

/// Makes one edit of a text. The separators decide what a word is. Nothing when the script has ended.
pub fn edit_text(text: &mut String, separators: &[char], script: &mut Script<'_>) -> Option<()> {
    let operation = script.byte().filter(|_| text.len() <= MOST)?;
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let at = script.below(lines.len())?;
    match operation % 8 {
        0 => drop(lines.remove(at)),
        1 => {
            let to = script.below(lines.len() + 1)?;
            lines.insert(to, lines[at].clone());
        }
        2 => {
            let with = script.below(lines.len())?;
            lines.swap(at, with);
        }
        3 | 4 => replace(&mut lines[at], separators, script.one_of(&WORDS)?, script)?,
        5 => {
            // The word of another line.
            let line = &lines[script.below(lines.len())?];
            let words: Vec<_> = words(line, separators);
            let (start, end) = words[script.below(words.len())?];
            let word = line[start..end].to_owned();
            replace(&mut lines[at], separators, &word, script)?;
        }
        6 => {
            let characters: Vec<_> = lines[at].char_indices().map(|(index, _)| index).collect();
            let position = characters[script.below(characters.len())?];
            let character = char::from_u32(u32::from(script.byte()?))?;
            lines[at].insert(position, character);
        }
        _ => {
            let number = script.number()?.to_string();
            replace(&mut lines[at], separators, &number, script)?;
        }
    }
    *text = lines.concat();
    Some(())
}

/// The words of a line, as spans.
fn words(line: &str, separators: &[char]) -> Vec<(usize, usize)> {
    let line = line.trim_end_matches('\n');
    let start = |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
    let all = line.split(|c: char| separators.contains(&c));
    all.map(|word| (start(word), start(word) + word.len()))
        .collect()
}

fn replace(
    line: &mut String,
    separators: &[char],
    with: &str,
    script: &mut Script<'_>,
) -> Option<()> {
    let words = words(line, separators);
    let (start, end) = words[script.below(words.len())?];
    line.replace_range(start..end, with);
    Some(())
}

/// Asserts that a message to a reader is one line, and holds nothing that could forge another.
pub fn assert_one_line(error: &dyn std::error::Error) {
    let text = error.to_string();
    assert!(!text.is_empty());
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
