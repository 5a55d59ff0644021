//! The names of clients: read from a file that the organiser signed, and shown behind the clients' numbers.

use std::fmt::{self, Write};
use std::path::Path;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::hash::Digest;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::round::configuration::MAX_NAME_LEN;
use veragg::{text_file, ClientNames};

use super::error::CliError;

/// Bytes of a file of names without its entries, and of an entry without the name, at most.
const AROUND: u64 = 1 << 10;
const ENTRY: u64 = 16;

/// Reads the names of a round's clients. Errors: the file is no such file, is of another round, or is not signed by
/// the organiser.
pub(super) fn load(
    path: &Path,
    clients: u32,
    context: &Digest,
    organiser: &VerifyingKey,
) -> Result<ClientNames, CliError> {
    let most = AROUND + u64::from(clients) * (MAX_NAME_LEN as u64 + ENTRY);
    let text = text_file::read(path, most).map_err(|error| CliError::text(path, error))?;
    let names = ClientNames::parse(&text).map_err(|error| CliError::malformed(path, error))?;
    let verified = names.verify(context, organiser);
    verified.map_err(|error| CliError::malformed(path, error))?;
    Ok(names)
}

/// A result with the names of the clients, if there are any.
pub(super) struct Named<'a, T> {
    pub(super) result: &'a T,
    pub(super) names: Option<&'a ClientNames>,
}

/// The text of the result, in which the name of a client stands behind its number.
impl<T: fmt::Display> fmt::Display for Named<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names {
            None => self.result.fmt(f),
            Some(names) => f.write_str(&with_names(&self.result.to_string(), names)),
        }
    }
}

const WORD: &str = "client ";

fn with_names(text: &str, names: &ClientNames) -> String {
    let mut named = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let (before, behind) = rest.split_at(at + WORD.len());
        let whole = !before[..at].ends_with(char::is_alphanumeric);
        let end = behind.find(|c: char| !c.is_ascii_digit());
        let (number, after) = behind.split_at(end.unwrap_or(behind.len()));
        named.push_str(before);
        named.push_str(number);
        let id = number.parse().ok().and_then(ClientId::new);
        if let Some(name) = id.filter(|_| whole).and_then(|id| names.get(id)) {
            // Writing to a string cannot fail.
            let _ = write!(named, " ({})", Foreign::new(name));
        }
        rest = after;
    }
    named + rest
}

#[derive(Serialize)]
struct WithNames<'a, T> {
    #[serde(flatten)]
    result: &'a T,
    names: Names<'a>,
}

/// An object: a key is a client's number.
struct Names<'a>(&'a ClientNames);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (client, name) in self.0.iter() {
            map.serialize_entry(&client.number().to_string(), name)?;
        }
        map.end()
    }
}

impl<T: Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.names {
            None => self.result.serialize(serializer),
            Some(names) => WithNames {
                result: self.result,
                names: Names(names),
            }
            .serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg::SigningKey;

    #[test]
    fn names_stand_behind_numbers() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let names = ClientNames::sign([9; 32], [(1, "St. Anna"), (12, "B\u{200b}")], &key).unwrap();
        let text = "client 1, client 12: not client 2; subclient 1, clients 1, client 1";
        let want = "client 1 (St. Anna), client 12 (B\\u{200b}): not client 2; subclient 1, clients 1, client 1 (St. Anna)";
        assert_eq!(with_names(text, &names), want);
    }
}
