//! `deal` as it is written: one of two words, or one key with a column.

use std::fmt;

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// How the rows are dealt to the clients.
pub(super) enum RawDeal {
    RoundRobin,
    Blocks,
    Column(Spanned<String>),
}

impl<'de> Deserialize<'de> for RawDeal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrColumn;

        impl<'de> Visitor<'de> for WordOrColumn {
            type Value = RawDeal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"round-robin\", \"blocks\" or { column = \"...\" }")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<RawDeal, E> {
                match word {
                    "round-robin" => Ok(RawDeal::RoundRobin),
                    "blocks" => Ok(RawDeal::Blocks),
                    _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDeal, A::Error> {
                let refused = || A::Error::invalid_value(Unexpected::Map, &self);
                match map.next_key::<String>()? {
                    Some(key) if key == "column" => {}
                    _ => return Err(refused()),
                }
                let column = map.next_value()?;
                match map.next_key::<String>()? {
                    None => Ok(RawDeal::Column(column)),
                    Some(_) => Err(refused()),
                }
            }
        }

        deserializer.deserialize_any(WordOrColumn)
    }
}
