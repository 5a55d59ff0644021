//! The organiser of a round of the committee protocol: chooses its configuration (`specs/committee.md` 2.5).

use std::collections::BTreeSet;

use veragg_circuits::proof_system::{ProofSystem, SetUp, Suite};
use veragg_circuits::statement::{Statement, StatementError};
use veragg_circuits::with_suite;

use super::parts::Parts;
use crate::crypto::context::Version;
use crate::crypto::signing::VerifyingKey;
use crate::round::committee::shape::{Shape, ShapeError};
use crate::round::committee::trustee::Trustee;
use crate::round::committee::{Committee, DEADLINES};
use crate::round::configuration::{Configuration, ConfigurationError, SegmentConfiguration};
use crate::round::parameters::Assumptions;
use crate::round::protocol::Protocol;
use crate::round::roster::Roster;

/// The largest power of two that is tried as the number of columns, as an exponent.
const MOST_COLUMNS: u32 = 16;

/// What an organiser decides; everything else of the [`Configuration`] follows.
///
/// ```
/// use rand_core::{OsRng, RngCore};
/// use veragg_protocol::committee::organiser::CommitteeBuilder;
/// use veragg_protocol::crypto::signing::SigningKey;
/// use veragg_protocol::round::committee::trustee::EntryFor;
/// use veragg_protocol::round::configuration::SegmentConfiguration;
/// use veragg_protocol::round::roster::Roster;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let keys: Vec<_> = (0..20).map(|_| SigningKey::generate(&mut OsRng).verifying_key()).collect();
/// let roster = Roster::new(keys)?;
/// let organiser = SigningKey::generate(&mut OsRng).verifying_key();
/// let aggregator = SigningKey::generate(&mut OsRng).verifying_key();
/// // The organiser tells the trustees its key and the round id, and they hand in their entries.
/// let mut round_id = [0; 32];
/// OsRng.fill_bytes(&mut round_id);
/// # #[cfg(feature = "roles")]
/// # {
/// let of = EntryFor { organiser: &organiser, round_id: &round_id };
/// let trustees = (0..4).map(|_| of.make(&SigningKey::generate(&mut OsRng), &mut OsRng).1);
///
/// // One of four trustees may collude with the aggregator, and one may be absent. Deadlines are in seconds since 1970.
/// let answers = SegmentConfiguration::integers("answers", 16, 2);
/// let deadlines = [2_000_000_000, 2_000_003_600, 2_000_007_200, 2_000_010_800];
/// let configuration = CommitteeBuilder::new(vec![answers], round_id, 1, 1, deadlines)
///     .build(&roster, trustees.collect(), aggregator)?;
/// assert_eq!(configuration.committee().map(|committee| committee.trustees.len()), Some(4));
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct CommitteeBuilder {
    segments: Vec<SegmentConfiguration>,
    round_id: [u8; 32],
    suite: Suite,
    key: Vec<u8>,
    corrupt_ppm: u32,
    min_contributors: Option<u32>,
    colluding: u32,
    absent: u32,
    columns: Option<u32>,
    deadlines: [u64; DEADLINES],
}

impl CommitteeBuilder {
    /// A round of the default suite in which no client is corrupt. `segments` is the vector, segment by segment; `round_id` are 32 random
    /// bytes, for which the trustees have made their entries. `colluding` trustees may collude with the aggregator, and `absent` may be
    /// absent. The deadlines are those of submit, check, confirm and open, in seconds since 1970 UTC.
    pub fn new(
        segments: Vec<SegmentConfiguration>,
        round_id: [u8; 32],
        colluding: u32,
        absent: u32,
        deadlines: [u64; DEADLINES],
    ) -> Self {
        Self {
            segments,
            round_id,
            suite: Suite::DEFAULT,
            key: Vec::new(),
            corrupt_ppm: 0,
            min_contributors: None,
            colluding,
            absent,
            columns: None,
            deadlines,
        }
    }

    /// The vector that clients contribute. Errors: no suite takes it.
    pub fn statement(&self) -> Result<Statement, StatementError> {
        Statement::new(self.segments.iter().map(|segment| segment.claims).collect())
    }

    /// The columns of a committed row. By default, the number for which a client's message is the shortest.
    pub fn columns(self, columns: impl Into<Option<u32>>) -> Self {
        let columns = columns.into();
        Self { columns, ..self }
    }

    /// Proves ranges with another suite than the default.
    pub fn suite(self, suite: Suite) -> Self {
        Self { suite, ..self }
    }

    /// The verifying key of a set-up, encoded, for a suite that needs one.
    pub fn key(self, key: Vec<u8>) -> Self {
        Self { key, ..self }
    }

    /// The largest fraction of clients that may be corrupt, in parts per million.
    pub fn corrupt_ppm(self, corrupt_ppm: u32) -> Self {
        Self {
            corrupt_ppm,
            ..self
        }
    }

    /// The least number of contributors. By default, the least that the fraction allows.
    pub fn min_contributors(self, min_contributors: impl Into<Option<u32>>) -> Self {
        let min_contributors = min_contributors.into();
        Self {
            min_contributors,
            ..self
        }
    }

    /// The configuration, with the columns and the packed rows for which a client's message is the shortest. Errors: there are too few
    /// trustees, the vector is one that the suite cannot take, or no vector satisfies the segments.
    pub fn build(
        self,
        roster: &Roster,
        trustees: Vec<Trustee>,
        aggregator: VerifyingKey,
    ) -> Result<Configuration, ConfigurationError> {
        with_suite!(self.suite, P => self.build_for::<P>(roster, trustees, aggregator))
    }

    /// Like [`build`](Self::build), but for the suite `P`, whichever [`suite`](Self::suite) was chosen.
    pub fn build_for<P: ProofSystem>(
        self,
        roster: &Roster,
        trustees: Vec<Trustee>,
        aggregator: VerifyingKey,
    ) -> Result<Configuration, ConfigurationError> {
        let (clients, suite) = (roster.clients(), P::SUITE);
        let refuse = |error| ConfigurationError::Key { suite, error };
        let set_up = P::SetUp::read(&self.key).map_err(refuse)?;
        let assumptions = Assumptions {
            clients,
            corrupt_ppm: self.corrupt_ppm,
            dropout_ppm: 0,
        };
        let members = u32::try_from(trustees.len()).unwrap_or(u32::MAX);
        let least = self.min_contributors;
        let mut configuration = Configuration {
            version: Version::CURRENT,
            round_id: self.round_id,
            suite,
            key: suite.has_key().then(|| P::SetUp::digest(&self.key)),
            columns: 1,
            assumptions,
            roster: roster.root_digest(),
            beacon: [0; 32],
            aggregator,
            protocol: Protocol::Committee(Committee {
                colluding: self.colluding,
                packed: 1,
                deadlines: self.deadlines,
                trustees,
            }),
            min_contributors: least.unwrap_or(assumptions.min_contributors()),
            segments: self.segments,
        };
        let statement = configuration.statement()?;
        statement.check_possible()?;
        let shape = Shape::new(members, self.colluding, 1)?;
        if shape.may_be_absent() < self.absent {
            return Err(ShapeError::Absent {
                trustees: members,
                colluding: self.colluding,
                absent: self.absent,
            }
            .into());
        }
        let columns = self.columns.map(|columns| columns as usize);
        let choice = (columns, self.absent);
        let (columns, packed) = shortest::<P>(&set_up, &statement, clients, shape, choice);
        configuration.columns = columns;
        if let Some(committee) = configuration.committee_mut() {
            committee.packed = packed;
        }
        configuration.check()?;
        Ok(configuration)
    }
}

/// The columns and the packed rows for which a message is the shortest; of several the fewest rows, then the fewest columns. `fixed`
/// columns are taken as they are, and `absent` trustees can be absent.
pub fn shortest<P: ProofSystem>(
    set_up: &P::SetUp,
    statement: &Statement,
    clients: u32,
    shape: Shape,
    (fixed, absent): (Option<usize>, u32),
) -> (u32, u32) {
    let usual = P::best_columns(set_up, statement, clients);
    let powers = (0..=MOST_COLUMNS).map(|power| 1 << power);
    let columns: BTreeSet<usize> = match fixed {
        Some(fixed) => BTreeSet::from([fixed]),
        None => powers.chain([usual]).collect(),
    };
    let mut best: Option<(u64, u32, u32)> = None;
    for columns in columns {
        let Ok(sizes) = P::sizes(set_up, statement, clients, columns) else {
            continue;
        };
        for packed in 1..=shape.trustees() {
            let shape = Shape::new(shape.trustees(), shape.colluding(), packed);
            let Some(shape) = shape.ok().filter(|shape| shape.may_be_absent() >= absent) else {
                break;
            };
            if let Some(parts) = Parts::new::<P::Group>(shape, &sizes) {
                let found = (parts.body_len(), packed, columns as u32);
                best = Some(best.map_or(found, |best| best.min(found)));
            }
        }
    }
    // If the suite takes none of them, it says so when the round is entered.
    best.map_or(
        (fixed.unwrap_or(usual) as u32, 1),
        |(_, packed, columns)| (columns, packed),
    )
}

#[cfg(all(test, feature = "roles"))]
mod tests {
    use super::*;
    use crate::crypto::signing::SigningKey;
    use crate::round::committee::trustee::EntryFor;
    use rand_core::OsRng;

    fn built(
        m: usize,
        colluding: u32,
        absent: u32,
        len: usize,
        bound: u64,
    ) -> Result<Committee, ConfigurationError> {
        let key = || SigningKey::generate(&mut OsRng);
        let roster = Roster::new((0..50).map(|_| key().verifying_key()).collect()).unwrap();
        let organiser = key().verifying_key();
        let of = EntryFor {
            organiser: &organiser,
            round_id: &[1; 32],
        };
        let trustees = (0..m).map(|_| of.make(&key(), &mut OsRng).1).collect();
        let segments = vec![SegmentConfiguration::integers("numbers", len, bound)];
        let builder = CommitteeBuilder::new(segments, [1; 32], colluding, absent, [1, 2, 3, 4]);
        let configuration = builder.build(&roster, trustees, key().verifying_key())?;
        let bytes = configuration.encode();
        assert_eq!(Configuration::decode(&bytes), Ok(configuration.clone()));
        for end in 0..bytes.len() {
            assert!(Configuration::decode(&bytes[..end]).is_err());
        }
        Ok(configuration.committee().unwrap().clone())
    }

    #[test]
    fn short_vectors_are_not_packed_and_long_ones_are() {
        assert_eq!(built(7, 2, 2, 16, 2).unwrap().packed, 1);
        let long = built(7, 2, 2, 20_000, 1 << 16).unwrap();
        assert!((2..=3).contains(&long.packed), "{}", long.packed);
        // Who may be absent decides how many rows can be packed.
        let fewer = built(7, 2, 1, 20_000, 1 << 16).unwrap();
        assert!(fewer.packed >= long.packed && fewer.packed <= 4);
        assert!(matches!(
            built(4, 1, 2, 16, 2),
            Err(ConfigurationError::Committee(ShapeError::Absent { .. }))
        ));
        assert!(built(3, 2, 0, 16, 2).is_ok() && built(3, 3, 0, 16, 2).is_err());
    }

    #[test]
    fn fields_of_the_other_protocol_must_be_zero() {
        let key = || SigningKey::generate(&mut OsRng);
        let roster = Roster::new((0..5).map(|_| key().verifying_key()).collect()).unwrap();
        let segments = vec![SegmentConfiguration::integers("numbers", 2, 2)];
        let organiser = key().verifying_key();
        let of = EntryFor {
            organiser: &organiser,
            round_id: &[1; 32],
        };
        let trustees = (0..3).map(|_| of.make(&key(), &mut OsRng).1).collect();
        let builder = CommitteeBuilder::new(segments, [1; 32], 1, 0, [1, 2, 3, 4]);
        let good = builder
            .build(&roster, trustees, key().verifying_key())
            .unwrap();
        for change in [
            (|it: &mut Configuration| it.beacon[5] = 1) as fn(&mut Configuration),
            |it| it.assumptions.dropout_ppm = 1,
        ] {
            let mut other = good.clone();
            change(&mut other);
            assert!(Configuration::decode(&other.encode()).is_err());
        }
    }
}
