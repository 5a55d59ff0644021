//! The roster: the long-term keys of the clients (`specs/wire.md` 3).

use rayon::prelude::*;
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader};

use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::crypto::signing::{EncodedKey, VerifyingKey};
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
    keys: Keys,
}

/// The keys of a roster, all of which decode.
#[derive(Debug, Clone)]
enum Keys {
    /// Ready for use, with 192 bytes each.
    Ready(Vec<VerifyingKey>),
    /// One behind the other, with 32 bytes each. To decode one takes a tenth of verifying a signature.
    Encoded(Vec<u8>),
}

impl Keys {
    fn len(&self) -> usize {
        match self {
            Self::Ready(keys) => keys.len(),
            Self::Encoded(bytes) => bytes.len() / Roster::ENTRY_LEN,
        }
    }

    /// The encoding of each key, in order.
    fn encoded(&self) -> impl Iterator<Item = &[u8; Roster::ENTRY_LEN]> + '_ {
        let (ready, encoded): (&[VerifyingKey], &[u8]) = match self {
            Self::Ready(keys) => (keys, &[]),
            Self::Encoded(bytes) => (&[], bytes),
        };
        let ready = ready.iter().map(VerifyingKey::as_bytes);
        ready.chain(encoded.as_chunks().0)
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.encoded().eq(other.encoded())
    }
}

impl Eq for Keys {}

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

/// What errors call a key.
const KEY: &str = "client's key";

impl Roster {
    /// Bytes of a client's entry.
    pub const ENTRY_LEN: usize = 32;

    /// A roster of distinct keys.
    pub fn new(keys: Vec<VerifyingKey>) -> Result<Self, RosterError> {
        let keys = Keys::Ready(keys);
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
        let keys: Vec<_> = Self::each_key(bytes).collect();
        // The error of the first key that is none.
        let keys = keys.into_iter().collect::<Result<_, _>>()?;
        let keys = Keys::Ready(keys);
        Ok(Self { keys })
    }

    /// The same; of the keys only the bytes are kept. For a round in which each key is used once.
    pub fn check_keys(bytes: &[u8]) -> Result<Self, RosterError> {
        let (whole, rest) = bytes.as_chunks();
        let refused = |(index, error)| Err(RosterError::Key(ClientId::from_index(index), error));
        if let Some(first) = VerifyingKey::first_refused(whole, KEY) {
            return refused(first);
        }
        if !rest.is_empty() {
            // Too short for a key.
            let error = VerifyingKey::read(&mut Reader::new(rest), KEY).err();
            return refused((
                whole.len(),
                error.unwrap_or(DecodeError::Point { field: KEY }),
            ));
        }
        let keys = Keys::Encoded(bytes.to_vec());
        Ok(Self { keys })
    }

    /// The keys, in order. In parallel.
    fn each_key(
        bytes: &[u8],
    ) -> impl IndexedParallelIterator<Item = Result<VerifyingKey, RosterError>> + '_ {
        let entries = bytes.par_chunks(Self::ENTRY_LEN).enumerate();
        entries.map(|(index, entry)| {
            VerifyingKey::read(&mut Reader::new(entry), KEY)
                .map_err(|error| RosterError::Key(ClientId::from_index(index), error))
        })
    }

    /// Refuses a roster with the same key twice.
    pub fn check_distinct(&self) -> Result<(), RosterError> {
        let mut seen = std::collections::HashMap::with_capacity(self.keys.len());
        for (index, key) in self.keys.encoded().enumerate() {
            let client = ClientId::from_index(index);
            let first = seen.insert(key, client);
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
        let mut keys = self.keys.encoded();
        match keys.position(|client| client == key.as_bytes()) {
            Some(index) => Err(RosterError::Role(ClientId::from_index(index), role)),
            None => Ok(()),
        }
    }

    /// The canonical bytes: the keys, one behind the other.
    pub fn encode(&self) -> Vec<u8> {
        self.keys.encoded().flatten().copied().collect()
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
        let leaves = self.keys.encoded().map(|key| Leaf::of(key));
        leaves.collect::<PathTree>().inclusion(client.index())
    }

    /// The number of clients on the roster.
    pub fn clients(&self) -> u32 {
        // A configuration holds the number in 32 bits; longer rosters match none.
        u32::try_from(self.keys.len()).unwrap_or(u32::MAX)
    }

    /// Whether a client is on the roster.
    #[must_use]
    pub fn has(&self, client: ClientId) -> bool {
        client.index() < self.keys.len()
    }

    /// The key of a client.
    pub fn key(&self, client: ClientId) -> Option<VerifyingKey> {
        match &self.keys {
            Keys::Ready(keys) => keys.get(client.index()).copied(),
            Keys::Encoded(bytes) => {
                let key = bytes.as_chunks().0.get(client.index())?;
                VerifyingKey::from_bytes(key, KEY).ok()
            }
        }
    }

    /// The encoding of a client's key. Cost: nothing.
    pub fn encoded_key(&self, client: ClientId) -> Option<EncodedKey> {
        match &self.keys {
            Keys::Ready(keys) => keys.get(client.index()).map(|key| (*key).into()),
            Keys::Encoded(bytes) => {
                let key = bytes.as_chunks().0.get(client.index());
                key.map(EncodedKey::checked)
            }
        }
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
        assert_eq!(roster.key(ClientId::from_index(1)), Some(key(2)));
        assert_eq!(roster.key(ClientId::from_index(3)), None);
        let of_bytes = Roster::check_keys(&roster.encode()).unwrap();
        assert_eq!(of_bytes, roster);
        for index in 0..4 {
            let client = ClientId::from_index(index);
            assert_eq!(of_bytes.key(client), roster.key(client));
            let encoded = roster.key(client).map(EncodedKey::from);
            assert_eq!(of_bytes.encoded_key(client), encoded);
            assert_eq!(roster.encoded_key(client), encoded);
            assert_eq!(of_bytes.has(client), index < 3);
        }
        let twice = Roster::new(vec![key(1), key(2), key(1)]);
        let (first, third) = (ClientId::from_index(0), ClientId::from_index(2));
        assert_eq!(twice, Err(RosterError::Duplicate(first, third)));
        assert!(matches!(
            Roster::decode(&[1; 33]),
            Err(RosterError::Key(..))
        ));
        assert_eq!(Roster::check_keys(&[1; 33]), Roster::decode_keys(&[1; 33]));
    }
}
