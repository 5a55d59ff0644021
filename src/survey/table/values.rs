//! The values that cells of a column can have, and their names.

use std::collections::HashMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use veragg_circuits::foreign::Foreign;

use super::names;
use crate::survey::error::{listed, SurveyError};
use crate::survey::lookalike;
use crate::survey::problem::Problem;
use crate::survey::text::{Located, Text};

/// Values, and a name for each.
#[derive(Debug)]
pub(super) struct Values {
    /// Values, names and their lines, in the order of the configuration.
    entries: Vec<Entry>,
    /// The index of each value.
    by_value: HashMap<String, usize>,
}

/// A value and its name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) value: String,
    pub(super) name: String,
}

/// A list of values, each of which is its own name, or a map from values to names.
pub(in crate::survey) struct RawValues(Vec<(Spanned<String>, Spanned<String>)>);

impl<'de> Deserialize<'de> for RawValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrMap;

        impl<'de> Visitor<'de> for ListOrMap {
            type Value = RawValues;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, as in [\"yes\", \"no\"], or values with names, as in { \"1\" = \"yes\", \"0\" = \"no\" }")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RawValues, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element::<Spanned<String>>()? {
                    values.push((value.clone(), value));
                }
                Ok(RawValues(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawValues, A::Error> {
                let mut values = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    values.push(entry);
                }
                Ok(RawValues(values))
            }
        }

        deserializer.deserialize_any(ListOrMap)
    }
}

impl Values {
    /// Checks values. `none` is what to say, and on which line, if there are none.
    pub(super) fn parse(
        text: &Text<'_>,
        RawValues(mut raw): RawValues,
        none: (usize, Problem),
    ) -> Result<Self, SurveyError> {
        if raw.is_empty() {
            return Err(text.error(none.0, none.1));
        }
        // The parser sorts maps; here the order of the file is restored.
        raw.sort_by_key(|(value, _)| value.span().start);
        let mut by_value = HashMap::new();
        let mut names = HashMap::new();
        let mut entries: Vec<Entry> = Vec::new();
        for (index, (value, name)) in raw.into_iter().enumerate() {
            let Located { line, value: name } = text.located(name);
            // Cells are compared without white space around them.
            let value = value.into_inner().trim().to_owned();
            let refuse = |problem| text.error(line, problem);
            if by_value.insert(value.clone(), index).is_some() {
                return Err(refuse(Problem::ValueTwice(value)));
            }
            names::check(&name).map_err(refuse)?;
            if names.insert(name.clone(), index).is_some() {
                return Err(refuse(Problem::NameTwice(name)));
            }
            entries.push(Entry { line, value, name });
        }
        Ok(Self { entries, by_value })
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The name of the value with this index.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        Some(&self.entries.get(index)?.name)
    }

    /// The index of the value of this cell. `place` is the key that names the values.
    pub(super) fn find(&self, cell: &str, place: &'static str) -> Result<usize, Problem> {
        self.by_value.get(cell).copied().ok_or_else(|| {
            let mut values = self.entries.iter().map(|entry| entry.value.as_str());
            let alike = values
                .clone()
                .find(|value| lookalike::look_alike(value, cell));
            let (value, known) = match alike {
                Some(alike) => {
                    let (known, value) = lookalike::told_apart(alike, cell);
                    (value, format!("`{known}` among them, which looks like it"))
                }
                None => (Foreign::new(cell).to_string(), listed(values.by_ref())),
            };
            Problem::Value {
                value,
                place,
                known,
            }
        })
    }
}
