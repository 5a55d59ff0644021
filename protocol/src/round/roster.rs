//! The roster: the long-term keys of the clients (`specs/wire.md` 3).

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader};

use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::crypto::signing::VerifyingKey;
use crate::crypto::tree::{root_of_path, CompactTree, Leaf, PathTree, Root};
use crate::rule::Rule;

/// The clients' keys, in the order of their numbers: the first key is that of client 1.
///
/// ```
/// use rand_core::OsRng;
/// use veragg_protocol::crypto::signing::SigningKey;
/// use veragg_protocol::round::roster::Roster;
///
/// let keys: Vec<_> = (0..5).map(|_| SigningKey::generate(&mut OsRng).verifying_key()).collect();
/// let roster = Roster::new(keys.clone()).unwrap();
/// assert_eq!(roster.clients(), 5);
/// // A key that stands there twice is refused.
/// assert!(Roster::new([&keys[..], &keys[..1]].concat()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    keys: Vec<VerifyingKey>,
}

/// Why a roster is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RosterError {
    /// Two clients have the same key.
    #[error("clients {0} and {1} have the same key; every client needs its own")]
    Duplicate(ClientId, ClientId),
    /// A client has the key of the organiser or of the aggregator.
    #[error("client {0} has the key of the {1}; every party needs its own")]
    Role(ClientId, &'static str),
    /// The bytes of a client are no valid key.
    #[error("client {0} has no valid Ed25519 key: {1}")]
    Key(ClientId, DecodeError),
}

impl Roster {
    /// Bytes of a client's entry.
    pub const ENTRY_LEN: usize = 32;

    /// A roster of distinct keys.
    pub fn new(keys: Vec<VerifyingKey>) -> Result<Self, RosterError> {
        let roster = Self { keys };
        roster.check_distinct()?;
        Ok(roster)
    }

    /// Decodes a roster: distinct keys, one behind the other.
    pub fn decode(bytes: &[u8]) -> Result<Self, RosterError> {
        let roster = Self::decode_keys(bytes)?;
        roster.check_distinct()?;
        Ok(roster)
    }

    /// Decodes the keys of a roster, which may still be equal to each other.
    pub fn decode_keys(bytes: &[u8]) -> Result<Self, RosterError> {
        let keys = bytes
            .chunks(Self::ENTRY_LEN)
            .enumerate()
            .map(|(index, entry)| {
                VerifyingKey::read(&mut Reader::new(entry), "client's key")
                    .map_err(|error| RosterError::Key(ClientId::from_index(index), error))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Refuses a roster with the same key twice.
    pub fn check_distinct(&self) -> Result<(), RosterError> {
        let mut seen = std::collections::HashMap::with_capacity(self.keys.len());
        for (index, key) in self.keys.iter().enumerate() {
            let client = ClientId::from_index(index);
            let first = seen.insert(*key.as_bytes(), client);
            Rule::DistinctKeys.require(first.is_none(), || {
                RosterError::Duplicate(first.unwrap_or(client), client)
            })?;
        }
        Ok(())
    }

    /// Refuses a client that is also the organiser or the aggregator.
    pub fn check_roles(
        &self,
        organiser: &VerifyingKey,
        aggregator: &VerifyingKey,
    ) -> Result<(), RosterError> {
        self.check_role(organiser, "organiser")?;
        self.check_role(aggregator, "aggregator")
    }

    /// Refuses a client that has the key of a party with this role.
    pub fn check_role(&self, key: &VerifyingKey, role: &'static str) -> Result<(), RosterError> {
        match self.keys.iter().position(|client| client == key) {
            Some(index) => Err(RosterError::Role(ClientId::from_index(index), role)),
            None => Ok(()),
        }
    }

    /// The canonical bytes: the keys, one behind the other.
    pub fn encode(&self) -> Vec<u8> {
        self.keys.iter().flat_map(|key| *key.as_bytes()).collect()
    }

    /// The digest of the roster, which the configuration holds.
    pub fn digest(&self) -> Digest {
        Self::digest_of(&self.encode())
    }

    /// The digest of an encoded roster, whatever its bytes are.
    pub fn digest_of(bytes: &[u8]) -> Digest {
        digest(labels::ROSTER, &[bytes])
    }

    /// The digest of the roster in the committee protocol: that of the root of a tree over the keys, so that a client needs only its
    /// own path (`specs/wire.md` 3.3).
    pub fn root_digest(&self) -> Digest {
        Self::root_digest_of(&self.encode())
    }

    /// The same of an encoded roster, whatever its bytes are.
    pub fn root_digest_of(bytes: &[u8]) -> Digest {
        let keys = bytes.chunks(Self::ENTRY_LEN);
        digest_of_root(&keys.map(Leaf::of).collect::<CompactTree>().root())
    }

    /// The inclusion proof of a client's key in the tree over the keys. Cost: a hash for each client.
    pub fn path(&self, client: ClientId) -> Option<Vec<u8>> {
        let leaves = self.keys.iter().map(|key| Leaf::of(key.as_bytes()));
        leaves.collect::<PathTree>().inclusion(client.index())
    }

    /// The number of clients on the roster.
    pub fn clients(&self) -> u32 {
        // A configuration holds the number in 32 bits; longer rosters match none.
        u32::try_from(self.keys.len()).unwrap_or(u32::MAX)
    }

    /// The key of a client.
    pub fn key(&self, client: ClientId) -> Option<&VerifyingKey> {
        self.keys.get(client.index())
    }
}

/// Whether a key is that of a client, in a roster of which only the digest is known.
#[must_use]
pub fn is_listed(
    key: &VerifyingKey,
    client: ClientId,
    clients: u32,
    path: &[u8],
    roster: &Digest,
) -> bool {
    let (index, size) = (client.index(), clients as usize);
    root_of_path(key.as_bytes(), index, size, path).is_some_and(|hash| {
        let size = u64::from(clients);
        digest_of_root(&Root { size, hash }) == *roster
    })
}

fn digest_of_root(root: &Root) -> Digest {
    // A configuration holds the number of clients in 32 bits; longer rosters match none.
    let clients = u32::try_from(root.size).unwrap_or(u32::MAX);
    digest(labels::ROSTER_ROOT, &[&clients.to_be_bytes(), &root.hash])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::signing::SigningKey;

    #[test]
    fn a_client_finds_its_key_and_no_other() {
        let keys: Vec<_> = (1..=5)
            .map(|seed| SigningKey::from_bytes(&[seed; 32]).verifying_key())
            .collect();
        let roster = Roster::new(keys.clone()).unwrap();
        let digest = roster.root_digest();
        for (index, key) in keys.iter().enumerate() {
            let client = ClientId::from_index(index);
            let path = roster.path(client).unwrap();
            let listed =
                |key, client, clients, path: &[u8]| is_listed(key, client, clients, path, &digest);
            assert!(listed(key, client, 5, &path));
            assert!(!listed(&keys[(index + 1) % 5], client, 5, &path));
            assert!(!listed(
                key,
                ClientId::from_index((index + 1) % 5),
                5,
                &path
            ));
            assert!(!listed(key, client, 6, &path) && !listed(key, client, 4, &path));
            assert!(path.is_empty() || !listed(key, client, 5, &path[32..]));
        }
        assert_eq!(roster.path(ClientId::from_index(5)), None);
        let fewer = Roster::new(keys[..4].to_vec()).unwrap();
        assert_ne!(fewer.root_digest(), digest);
    }

    #[test]
    fn rosters_round_trip_and_keys_are_distinct() {
        let key = |seed| SigningKey::from_bytes(&[seed; 32]).verifying_key();
        let roster = Roster::new(vec![key(1), key(2), key(3)]).unwrap();
        assert_eq!(Roster::decode(&roster.encode()), Ok(roster.clone()));
        assert_eq!(roster.key(ClientId::from_index(1)), Some(&key(2)));
        assert_eq!(roster.key(ClientId::from_index(3)), None);
        let twice = Roster::new(vec![key(1), key(2), key(1)]);
        let (first, third) = (ClientId::from_index(0), ClientId::from_index(2));
        assert_eq!(twice, Err(RosterError::Duplicate(first, third)));
        assert!(matches!(
            Roster::decode(&[1; 33]),
            Err(RosterError::Key(..))
        ));
    }
}
