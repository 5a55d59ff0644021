//! Clients by number, and sets of them (`specs/wire.md` 2).

use std::fmt;

use veragg_circuits::codec::{DecodeError, Reader};

/// A client's number on the roster, from 1: it is also the client's Shamir index, and so never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u32);

impl ClientId {
    /// The client with this number; nothing for 0.
    pub fn new(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The client at this position on the roster, from 0.
    pub fn from_index(index: usize) -> Self {
        // A roster holds fewer than 2^32 clients.
        Self(index as u32 + 1)
    }

    /// The number on the roster, from 1.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The position on the roster, from 0.
    pub fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// All clients of a roster of this size, in order.
    pub fn all(clients: u32) -> impl DoubleEndedIterator<Item = ClientId> + Clone {
        (1..=clients).map(ClientId)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A trustee's number in its committee, from 1: it is also the point at which the trustee's values of polynomials stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrusteeId(u32);

impl TrusteeId {
    /// What is added to a trustee's number where senders are named (`specs/committee.md` 4.3).
    const SENDERS: u32 = 1 << 31;

    /// The trustee with this number; nothing for 0, and for numbers that no sender can have.
    pub fn new(number: u32) -> Option<Self> {
        (1..Self::SENDERS).contains(&number).then_some(Self(number))
    }

    /// The trustee at this position of the committee, from 0.
    pub fn from_index(index: usize) -> Self {
        // A committee has at most 128 trustees.
        Self(index as u32 + 1)
    }

    /// The number in the committee, from 1.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The position in the committee, from 0.
    pub fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// The number of the trustee as a sender.
    pub fn sender_number(self) -> u32 {
        Self::SENDERS + self.0
    }

    /// The trustee that has this number as a sender; nothing for a client or the aggregator.
    pub fn from_sender_number(number: u32) -> Option<Self> {
        Self::new(number.checked_sub(Self::SENDERS)?)
    }

    /// All trustees of a committee of this size, in order.
    pub fn all(trustees: u32) -> impl DoubleEndedIterator<Item = TrusteeId> + Clone {
        (1..=trustees).map(TrusteeId)
    }
}

impl fmt::Display for TrusteeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A set of clients of a roster: one bit each, client 1 in the lowest bit of the first byte.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientSet {
    clients: u32,
    bits: Vec<u8>,
}

impl ClientSet {
    /// The empty set, over a roster of this size.
    pub fn empty(clients: u32) -> Self {
        Self {
            clients,
            bits: vec![0; Self::encoded_len(clients)],
        }
    }

    /// The clients of a roster for which `holds` is true.
    pub fn of(clients: u32, mut holds: impl FnMut(ClientId) -> bool) -> Self {
        let mut set = Self::empty(clients);
        for client in ClientId::all(clients).filter(|&client| holds(client)) {
            set.insert(client);
        }
        set
    }

    /// Bytes of a set over a roster of this size.
    pub fn encoded_len(clients: u32) -> usize {
        (clients as usize).div_ceil(8)
    }

    /// Adds a client of the roster; a client that is not on it is ignored.
    pub fn insert(&mut self, client: ClientId) {
        if client.0 <= self.clients {
            if let Some(byte) = self.bits.get_mut(client.index() / 8) {
                *byte |= 1 << (client.index() % 8);
            }
        }
    }

    /// Removes a client.
    pub fn remove(&mut self, client: ClientId) {
        if let Some(byte) = self.bits.get_mut(client.index() / 8) {
            *byte &= !(1 << (client.index() % 8));
        }
    }

    /// Whether the client is in the set.
    pub fn contains(&self, client: ClientId) -> bool {
        self.bits
            .get(client.index() / 8)
            .is_some_and(|byte| byte >> (client.index() % 8) & 1 == 1)
    }

    /// The clients of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = ClientId> + '_ {
        ClientId::all(self.clients).filter(|&client| self.contains(client))
    }

    /// The number of clients in the set.
    pub fn len(&self) -> usize {
        self.bits
            .iter()
            .map(|byte| byte.count_ones() as usize)
            .sum()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every client of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|client| other.contains(client))
    }

    /// The canonical bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bits
    }

    /// Reads a set over a roster of this size; bits beyond it must be zero.
    pub fn read(
        reader: &mut Reader<'_>,
        clients: u32,
        field: &'static str,
    ) -> Result<Self, DecodeError> {
        let bits = reader.bytes(Self::encoded_len(clients), field)?.to_vec();
        let spare = Self::encoded_len(clients) * 8 - clients as usize;
        if bits
            .last()
            .is_some_and(|last| last.leading_zeros() < spare as u32)
        {
            return Err(DecodeError::Value { field });
        }
        Ok(Self { clients, bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_round_trip(clients in 1u32..40, picks in prop::collection::btree_set(1u32..40, 0..40)) {
            let set = ClientSet::of(clients, |c| picks.contains(&c.number()));
            let want: Vec<_> = picks.iter().copied().filter(|&c| c <= clients).collect();
            prop_assert_eq!(set.iter().map(ClientId::number).collect::<Vec<_>>(), want.clone());
            prop_assert_eq!(set.len(), want.len());
            let mut reader = Reader::new(set.as_bytes());
            prop_assert_eq!(ClientSet::read(&mut reader, clients, "set"), Ok(set));
        }
    }

    #[test]
    fn a_bit_beyond_the_roster_is_refused() {
        let read = |byte, clients| ClientSet::read(&mut Reader::new(&[byte]), clients, "set");
        assert!(read(0b0000_0111, 3).is_ok());
        assert_eq!(
            read(0b0000_1000, 3),
            Err(DecodeError::Value { field: "set" })
        );
        assert!(read(0xff, 8).is_ok());
    }

    #[test]
    fn nobody_has_number_zero() {
        assert_eq!(ClientId::new(0), None);
        assert_eq!(ClientId::from_index(0).number(), 1);
    }
}
