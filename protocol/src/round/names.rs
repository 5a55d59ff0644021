//! Names of clients, which the organiser signs beside the board (`specs/wire.md` 9).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use thiserror::Error;
use veragg_circuits::codec::Writer;
use veragg_circuits::foreign::Foreign;

use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::crypto::signing::{hex, unhex, Signature, SigningKey, VerifyingKey};
use crate::round::configuration::MAX_NAME_LEN;

/// The first line of a file of names.
const FIRST_LINE: &str = "veragg names 1";

/// The names of a round's clients. The board has only their numbers and keys; whoever may know the names has this
/// file from the organiser.
///
/// ```
/// use veragg_protocol::crypto::ids::ClientId;
/// use veragg_protocol::crypto::signing::SigningKey;
/// use veragg_protocol::round::names::ClientNames;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let organiser = SigningKey::from_bytes(&[7; 32]);
/// let context = [9; 32]; // `round.context().digest`
/// let names = ClientNames::sign(context, [(1, "St. Anna"), (2, "Zürich")], &organiser)?;
/// let file = names.to_string();
/// let read = ClientNames::parse(&file)?;
/// read.verify(&context, &organiser.verifying_key())?;
/// assert_eq!(ClientId::new(2).and_then(|id| read.get(id)), Some("Zürich"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientNames {
    context: Digest,
    names: BTreeMap<ClientId, String>,
    signature: Signature,
}

/// Why a file of names is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NamesError {
    /// The file is something else.
    #[error("not a file of names: its first line is not `{FIRST_LINE}`")]
    Other,
    /// A line is not what must stand there.
    #[error("line {line} is not {expected}; get the file from the organiser again")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What must stand there.
        expected: &'static str,
    },
    /// The file ends before the line with the signature.
    #[error("the file ends after line {lines}, and {expected} is missing; get the file from the organiser again")]
    Ends {
        /// How many lines there are.
        lines: usize,
        /// What must follow.
        expected: &'static str,
    },
    /// A name cannot be shown, or is too long.
    #[error("the name `{}` of client {client} is refused: give 1 to {MAX_NAME_LEN} bytes that begin and end with a visible character and hold no control character", Foreign::new(.name))]
    Name {
        /// Whose name it is.
        client: u32,
        /// The name.
        name: String,
    },
    /// Two clients have one name, or one client has two.
    #[error("`{}` is the second entry for client {client}, or the name of another client too; give each client one name of its own", Foreign::new(.name))]
    Twice {
        /// Whose name it is.
        client: u32,
        /// The name.
        name: String,
    },
    /// The names are those of another round.
    #[error("these are the names of another round ({named}); this round is {expected}. Get the names of this round from the organiser")]
    OtherRound {
        /// The context in the file, in hexadecimal.
        named: String,
        /// The context of the round, in hexadecimal.
        expected: String,
    },
    /// The organiser did not sign these names.
    #[error("the organiser's signature does not hold: the organiser {organiser} did not sign these names, or somebody changed them")]
    Signature {
        /// The organiser's key, in hexadecimal.
        organiser: String,
    },
}

impl ClientNames {
    /// Signs the names of the clients of a round. Clients without a name may be left out. `context` is the round's.
    pub fn sign<N: Into<String>>(
        context: Digest,
        names: impl IntoIterator<Item = (u32, N)>,
        organiser: &SigningKey,
    ) -> Result<Self, NamesError> {
        let mut signed = Self {
            context,
            names: BTreeMap::new(),
            signature: [0; 64],
        };
        let mut taken = BTreeSet::new();
        for (client, name) in names {
            signed.add(client, name.into(), &mut taken)?;
        }
        signed.signature = organiser.sign(labels::SIGN_NAMES, &signed.signed_bytes());
        Ok(signed)
    }

    fn add(
        &mut self,
        client: u32,
        name: String,
        taken: &mut BTreeSet<String>,
    ) -> Result<(), NamesError> {
        let long = name.is_empty() || name.len() > MAX_NAME_LEN;
        let spaced = name.trim() != name;
        let id = match ClientId::new(client) {
            Some(id) if !long && !spaced && !name.chars().any(char::is_control) => id,
            _ => return Err(NamesError::Name { client, name }),
        };
        if self.names.contains_key(&id) || !taken.insert(name.clone()) {
            return Err(NamesError::Twice { client, name });
        }
        self.names.insert(id, name);
        Ok(())
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let start = Writer::new()
            .bytes(&self.context)
            .u32(self.names.len() as u32);
        let write = |writer: Writer, (client, name): (&ClientId, &String)| {
            writer.u32(client.number()).short(name.as_bytes())
        };
        self.names.iter().fold(start, write).finish()
    }

    /// Reads the text of a file, whose lines end as any editor ends them. Whose signature it is remains to be
    /// [checked](Self::verify).
    pub fn parse(text: &str) -> Result<Self, NamesError> {
        let mut lines = (1..).zip(text.lines().map(str::trim_end));
        let mut next = |expected| {
            let line = lines.next();
            line.ok_or(NamesError::Ends {
                lines: text.lines().count(),
                expected,
            })
        };
        match next("the first line") {
            Ok((_, FIRST_LINE)) => {}
            _ => return Err(NamesError::Other),
        }
        let wanted = "`context` and 64 hexadecimal digits";
        let (line, context) = next(wanted)?;
        let context = digits(context, "context ");
        let context = context.ok_or(NamesError::Line {
            line,
            expected: wanted,
        })?;
        let mut names = Self {
            context,
            names: BTreeMap::new(),
            signature: [0; 64],
        };
        let mut taken = BTreeSet::new();
        let wanted =
            "`signature` and 128 hexadecimal digits, or a client's number, a space and its name";
        loop {
            let (line, entry) = next("the line `signature` with 128 hexadecimal digits")?;
            if let Some(signature) = digits(entry, "signature ") {
                names.signature = signature;
                break;
            }
            let parts = entry.split_once(' ');
            let parts = parts.and_then(|(number, name)| Some((client_number(number)?, name)));
            let (client, name) = parts.ok_or(NamesError::Line {
                line,
                expected: wanted,
            })?;
            names.add(client, name.trim_start().to_owned(), &mut taken)?;
        }
        match lines.find(|(_, text)| !text.is_empty()) {
            Some((line, _)) => Err(NamesError::Line {
                line,
                expected: "the end of the file",
            }),
            None => Ok(names),
        }
    }

    /// Whether the organiser signed these names for the round with this context.
    pub fn verify(&self, context: &Digest, organiser: &VerifyingKey) -> Result<(), NamesError> {
        if self.context != *context {
            return Err(NamesError::OtherRound {
                named: hex(&self.context),
                expected: hex(context),
            });
        }
        match organiser.verify(labels::SIGN_NAMES, &self.signed_bytes(), &self.signature) {
            true => Ok(()),
            false => Err(NamesError::Signature {
                organiser: organiser.fingerprint(),
            }),
        }
    }

    /// The name of a client, if it has one.
    pub fn get(&self, client: ClientId) -> Option<&str> {
        self.names.get(&client).map(String::as_str)
    }

    /// All names, by number.
    pub fn iter(&self) -> impl Iterator<Item = (ClientId, &str)> {
        self.names.iter().map(|(id, name)| (*id, name.as_str()))
    }
}

/// A number as it is written in decimal, without a sign or zeros in front.
fn client_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The bytes that hexadecimal digits behind a word stand for.
fn digits<const N: usize>(line: &str, word: &str) -> Option<[u8; N]> {
    unhex(line.strip_prefix(word)?.trim())?.try_into().ok()
}

/// The text of the file.
impl fmt::Display for ClientNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\ncontext {}", hex(&self.context))?;
        for (client, name) in &self.names {
            writeln!(f, "{client} {name}")?;
        }
        writeln!(f, "signature {}", hex(&self.signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn names() -> ClientNames {
        ClientNames::sign([9; 32], [(12, "Genève"), (3, "St. Anna 2")], &key()).unwrap()
    }

    #[test]
    fn a_file_is_read_with_any_line_ends() {
        let (names, organiser) = (names(), key().verifying_key());
        let text = names.to_string();
        assert!(
            text.contains("\n3 St. Anna 2\n12 Genève\nsignature "),
            "{text}"
        );
        for text in [text.clone(), text.replace('\n', "\r\n"), text + "\n\n"] {
            let read = ClientNames::parse(&text).unwrap();
            assert_eq!(read, names);
            assert_eq!(read.verify(&[9; 32], &organiser), Ok(()));
        }
    }

    #[test]
    fn only_the_organisers_names_of_this_round_hold() {
        let (names, organiser) = (names(), key().verifying_key());
        let other = names.verify(&[8; 32], &organiser);
        assert!(matches!(other, Err(NamesError::OtherRound { .. })));
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let by_stranger = names.verify(&[9; 32], &stranger);
        assert!(matches!(by_stranger, Err(NamesError::Signature { .. })));
        let text = names.to_string();
        for (from, to) in [("3 St.", "4 St."), ("Anna", "Anne"), ("3 St. Anna 2\n", "")] {
            let changed = ClientNames::parse(&text.replacen(from, to, 1)).unwrap();
            let refused = changed.verify(&[9; 32], &organiser);
            assert!(
                matches!(refused, Err(NamesError::Signature { .. })),
                "{from}"
            );
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", " ", "a\nb", "a\u{1b}", " a", &"a".repeat(201)] {
            let refused = ClientNames::sign([9; 32], [(1, name)], &key());
            assert!(matches!(refused, Err(NamesError::Name { .. })), "{name:?}");
        }
        for pair in [[(1, "a"), (2, "a")], [(1, "a"), (1, "b")]] {
            let refused = ClientNames::sign([9; 32], pair, &key());
            assert!(matches!(refused, Err(NamesError::Twice { .. })), "{pair:?}");
        }
        assert!(ClientNames::sign([9; 32], [(0, "a")], &key()).is_err());
    }

    #[test]
    fn mistakes_name_the_line() {
        let text = names().to_string();
        for (from, to, line) in [
            ("context 09", "context 9", 2),
            ("3 St. Anna 2", "three St. Anna", 3),
            ("3 St. Anna 2", "3", 3),
            ("signature", "signed", 5),
        ] {
            let refused = ClientNames::parse(&text.replacen(from, to, 1)).unwrap_err();
            assert!(
                matches!(refused, NamesError::Line { line: at, .. } if at == line),
                "{refused}"
            );
        }
        assert_eq!(ClientNames::parse(""), Err(NamesError::Other));
        let cut = &text[..text.find("signature").unwrap()];
        assert!(matches!(
            ClientNames::parse(cut),
            Err(NamesError::Ends { lines: 4, .. })
        ));
        let more = text.clone() + "1 a\n";
        assert!(matches!(
            ClientNames::parse(&more),
            Err(NamesError::Line { line: 6, .. })
        ));
    }
}
