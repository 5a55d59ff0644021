//! What a board begins with: the signed configuration, the roster, and the key of a set-up (`specs/wire.md` 7.1).

use std::io::Read;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::with_suite;

use super::board::{take, BoardError};
use crate::crypto::context::{Context, Version};
use crate::crypto::signing::SigningKey;
use crate::round::configuration::{Configuration, SignedConfiguration, MAX_CONFIGURATION_LEN};
use crate::round::roster::Roster;
use crate::round::{Round, RoundError};

/// The first bytes of a board, before the version of the protocol.
pub const NAME: [u8; 6] = *b"veragg";

/// The most bytes of the public key of a set-up.
pub const MAX_KEY_LEN: usize = 1 << 20;

/// The beginning of a board, in front of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The signed configuration.
    pub configuration: SignedConfiguration,
    /// The roster's bytes.
    pub roster: Vec<u8>,
    /// The public key of the suite's set-up; empty in a suite without.
    pub key: Vec<u8>,
}

impl Header {
    /// The header of a round, signed by the organiser. Every party needs its bytes, and the organiser's public key from
    /// elsewhere. Errors: the roster is not the one of the configuration, two clients have one key, or a client handed in
    /// the key of the organiser or the aggregator as its own. Nobody would enter such a round, and an audit would name the
    /// organiser.
    pub fn sign(
        configuration: &Configuration,
        roster: &Roster,
        organiser: &SigningKey,
    ) -> Result<Self, RoundError> {
        Self::sign_with_key(configuration, roster, Vec::new(), organiser)
    }

    /// The same in a suite with a set-up, whose public key stands in the header. Errors besides: it is not the key that
    /// the configuration names, or one of another statement or of fewer clients.
    pub fn sign_with_key(
        configuration: &Configuration,
        roster: &Roster,
        key: Vec<u8>,
        organiser: &SigningKey,
    ) -> Result<Self, RoundError> {
        with_suite!(configuration.suite, P => Round::<P>::check_key(configuration, &key))?;
        if configuration.digest_of(roster) != configuration.roster {
            return Err(RoundError::OtherRoster);
        }
        roster.check_distinct()?;
        roster.check_roles(&organiser.verifying_key(), &configuration.aggregator)?;
        Ok(Self {
            configuration: SignedConfiguration::sign(configuration, organiser),
            roster: roster.encode(),
            key,
        })
    }

    /// The context of the round.
    pub fn context(&self) -> Context {
        self.configuration.context()
    }

    /// The encoded header: the first bytes of a board.
    pub fn encode(&self) -> Vec<u8> {
        let start = Writer::new()
            .bytes(&NAME)
            .u16(self.context().version.number());
        let writer = self.configuration.write(start).bytes(&self.roster);
        // A header holds a configuration that decodes, by `read` and by `sign`.
        let configuration = Configuration::decode(&self.configuration.bytes);
        let has_key = configuration.is_ok_and(|configuration| configuration.suite.has_key());
        if has_key {
            writer.long(&self.key).finish()
        } else {
            writer.finish()
        }
    }

    /// Reads a header. It allocates as much as it reads, whatever the lengths in it say.
    pub fn read(source: &mut impl Read) -> Result<Self, BoardError> {
        let magic = take(source, NAME.len() + 2)?;
        let version = magic.strip_prefix(&NAME);
        let version = version.and_then(|bytes| Version::read(&mut Reader::new(bytes)).ok());
        let version = version.ok_or(BoardError::Magic)?;
        let mut bytes = take(source, 4)?;
        let length = Reader::new(&bytes)
            .u32("configuration")
            .map_err(BoardError::Header)? as usize;
        if length > MAX_CONFIGURATION_LEN {
            return Err(BoardError::Header(DecodeError::Value {
                field: "configuration",
            }));
        }
        bytes.extend(take(source, length + 32 + 64)?);
        let mut reader = Reader::new(&bytes);
        let configuration = SignedConfiguration::read(&mut reader).map_err(BoardError::Header)?;
        reader.finish().map_err(BoardError::Header)?;
        if configuration.context().version != version {
            return Err(BoardError::Header(DecodeError::Value { field: "version" }));
        }
        let decoded = Configuration::decode(&configuration.bytes).map_err(BoardError::Header)?;
        let want = decoded.clients() as usize * Roster::ENTRY_LEN;
        let roster = take(source, want)?;
        if roster.len() < want {
            let (need, have) = (want, roster.len());
            return Err(BoardError::Header(DecodeError::Truncated {
                field: "roster",
                need,
                have,
            }));
        }
        let key = match decoded.suite.has_key() {
            true => read_key(source)?,
            false => Vec::new(),
        };
        Ok(Self {
            configuration,
            roster,
            key,
        })
    }
}

/// Reads the public key of a set-up, behind its length.
fn read_key(source: &mut impl Read) -> Result<Vec<u8>, BoardError> {
    let length = take(source, 4)?;
    let length = Reader::new(&length).u32("key");
    let length = length.map_err(BoardError::Header)? as usize;
    if length > MAX_KEY_LEN {
        return Err(BoardError::Header(DecodeError::Value { field: "key" }));
    }
    let key = take(source, length)?;
    if key.len() < length {
        return Err(BoardError::Header(DecodeError::Truncated {
            field: "key",
            need: length,
            have: key.len(),
        }));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::configuration::tests::sample;
    use veragg_circuits::proof_system::Suite;

    /// Whether the key is one is not judged here.
    #[test]
    fn the_key_of_a_set_up_is_read_whole_and_no_further() {
        let mut configuration = sample(10);
        configuration.suite = Suite::Bls12381Groth16;
        configuration.key = Some([5; 32]);
        let header = Header {
            configuration: SignedConfiguration::sign(
                &configuration,
                &SigningKey::from_bytes(&[1; 32]),
            ),
            roster: vec![7; 10 * 32],
            key: vec![1, 2, 3],
        };
        let bytes = header.encode();
        let read = |bytes: &[u8]| {
            let mut source = bytes;
            let header = Header::read(&mut source);
            header.map(|header| (header, source.len()))
        };
        assert_eq!(read(&[&bytes[..], &[9]].concat()).unwrap(), (header, 1));
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "cut at {end}");
        }
        let mut long = bytes.clone();
        let length = bytes.len() - 3 - 4;
        long[length..length + 4].copy_from_slice(&(MAX_KEY_LEN as u32 + 1).to_be_bytes());
        let field = "key";
        assert!(matches!(
            read(&long),
            Err(BoardError::Header(DecodeError::Value { field: it })) if it == field
        ));
    }
}
