//! Publish: the opening of the sum, and the outcome of every client (`specs/protocol.md` 3.9).

use std::fmt;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::packing::UnpackError;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::round::phase::Phase;
use crate::round::Round;

/// The outcome of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its input is in the sum.
    Contributed,
    /// It dropped out: this is the first phase in which it sent nothing. This is no fault.
    Dropped(Phase),
    /// It is excluded: its message in this phase breaks the protocol.
    Faulty(Phase),
    /// It confirmed, but too few of its neighbours did. This is no fault.
    Isolated,
}

impl Outcome {
    fn number(self) -> u8 {
        match self {
            Outcome::Contributed => 0,
            Outcome::Dropped(phase) => 0x10 + phase.number(),
            Outcome::Faulty(phase) => 0x20 + phase.number(),
            Outcome::Isolated => 0x30,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        let dropped = Phase::PAIRWISE.into_iter().map(Outcome::Dropped);
        let faulty = Phase::PAIRWISE.into_iter().map(Outcome::Faulty);
        dropped
            .chain(faulty)
            .chain([Outcome::Contributed, Outcome::Isolated])
            .find(|outcome| outcome.number() == number)
    }

    /// The outcomes of the committee protocol (`specs/committee.md` 5.3).
    const COMMITTEE: [Self; 4] = [
        Self::Contributed,
        Self::Dropped(Phase::Submit),
        Self::Faulty(Phase::Submit),
        Self::Faulty(Phase::Check),
    ];

    /// Decodes outcomes of the committee protocol, one for each byte.
    pub fn decode_committee(bytes: &[u8]) -> Result<Vec<Self>, DecodeError> {
        let of = |number: u8| Self::COMMITTEE.into_iter().find(|it| it.number() == number);
        bytes
            .iter()
            .map(|&number| of(number).ok_or(DecodeError::Value { field: "outcome" }))
            .collect()
    }

    /// Decodes outcomes, one for each byte.
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, DecodeError> {
        bytes
            .iter()
            .map(|&number| Self::from_number(number).ok_or(DecodeError::Value { field: "outcome" }))
            .collect()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Contributed => f.write_str("contributed"),
            Outcome::Dropped(phase) => write!(f, "dropped ({phase})"),
            Outcome::Faulty(phase) => write!(f, "excluded for a fault ({phase})"),
            Outcome::Isolated => f.write_str("left out: too few neighbours confirmed"),
        }
    }
}

/// The body of the publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication<G: Group> {
    /// `Xhat` and `rhat`: packed sum, then summed row blindings; `D + R` scalars.
    pub opening: Vec<G::Scalar>,
    /// The outcome of each client, in the order of their numbers.
    pub outcomes: Vec<Outcome>,
}

/// The content of a publication, whatever the suite: outcomes and sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The outcome of each client, in the order of their numbers.
    pub outcomes: Vec<Outcome>,
    /// The sum of each coordinate. The error means that the published opening cannot be a sum of inputs; then the audit
    /// shows which party broke the protocol.
    pub sums: Result<Vec<u128>, UnpackError>,
}

impl Published {
    /// The clients whose inputs are in the sums.
    pub fn contributors(&self) -> ClientSet {
        contributors(&self.outcomes)
    }
}

fn contributors(outcomes: &[Outcome]) -> ClientSet {
    let clients = outcomes.len() as u32;
    ClientSet::of(clients, |client: ClientId| {
        outcomes.get(client.index()) == Some(&Outcome::Contributed)
    })
}

impl<G: Group> Publication<G> {
    /// The sum of each coordinate. Errors: this opening is no sum of inputs of the contributors.
    pub fn sums<P>(&self, round: &Round<P>) -> Result<Vec<u128>, UnpackError>
    where
        P: ProofSystem<Group = G>,
    {
        let layout = round.layout();
        let packed = self.opening.get(..layout.scalars()).unwrap_or_default();
        layout.unpack(packed, self.contributors().len() as u32)
    }

    /// Outcomes and sums.
    pub fn published<P>(&self, round: &Round<P>) -> Published
    where
        P: ProofSystem<Group = G>,
    {
        Published {
            outcomes: self.outcomes.clone(),
            sums: self.sums(round),
        }
    }

    /// Bytes of the body for an opening of `scalars` and a roster of `clients`.
    pub fn encoded_len(scalars: usize, clients: u32) -> usize {
        scalars * G::SCALAR_LEN + clients as usize
    }

    /// The contributors that it names.
    pub fn contributors(&self) -> ClientSet {
        contributors(&self.outcomes)
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let outcomes: Vec<u8> = self
            .outcomes
            .iter()
            .map(|outcome| outcome.number())
            .collect();
        Writer::new()
            .bytes(&G::encode_scalars(&self.opening))
            .bytes(&outcomes)
            .finish()
    }

    /// Decodes a body that fills `bytes`.
    pub fn decode(bytes: &[u8], scalars: usize, clients: u32) -> Result<Self, DecodeError> {
        Self::decode_with(bytes, scalars, clients, Outcome::decode_all)
    }

    /// Decodes a body of the committee protocol that fills `bytes`.
    pub fn decode_committee(
        bytes: &[u8],
        scalars: usize,
        clients: u32,
    ) -> Result<Self, DecodeError> {
        Self::decode_with(bytes, scalars, clients, Outcome::decode_committee)
    }

    fn decode_with(
        bytes: &[u8],
        scalars: usize,
        clients: u32,
        outcomes: fn(&[u8]) -> Result<Vec<Outcome>, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let opening = reader.bytes(scalars * G::SCALAR_LEN, "opening")?;
        let opening = G::decode_scalars(opening, scalars, "opening")?;
        let outcomes = outcomes(reader.bytes(clients as usize, "outcomes")?)?;
        reader.finish()?;
        Ok(Self { opening, outcomes })
    }
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of the publication.
    pub fn publish_lengths(&self) -> Vec<usize> {
        vec![Publication::<P::Group>::encoded_len(
            self.masked_scalars(),
            self.clients(),
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg_circuits::group::ristretto::{Fr, Ristretto};

    #[test]
    fn publications_round_trip() {
        let outcomes = vec![
            Outcome::Contributed,
            Outcome::Dropped(Phase::Share),
            Outcome::Faulty(Phase::Submit),
            Outcome::Isolated,
            Outcome::Contributed,
        ];
        let opening = vec![Fr::from(1u64), -Fr::from(2u64)];
        let publication = Publication::<Ristretto> { opening, outcomes };
        let bytes = publication.encode();
        assert_eq!(bytes.len(), Publication::<Ristretto>::encoded_len(2, 5));
        assert_eq!(Publication::decode(&bytes, 2, 5), Ok(publication.clone()));
        let contributors: Vec<_> = publication.contributors().iter().collect();
        assert_eq!(
            contributors,
            [ClientId::from_index(0), ClientId::from_index(4)]
        );
        let mut bad = bytes.clone();
        bad[64] = 0x40;
        assert_eq!(
            Publication::<Ristretto>::decode(&bad, 2, 5),
            Err(DecodeError::Value { field: "outcome" })
        );
    }

    #[test]
    fn outcome_numbers_are_distinct() {
        for number in 0..=u8::MAX {
            if let Some(outcome) = Outcome::from_number(number) {
                assert_eq!(outcome.number(), number);
            }
        }
    }
}
