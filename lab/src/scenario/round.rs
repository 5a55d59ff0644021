//! The round of a scenario, and the inputs of its clients.

use super::ScenarioError;
use crate::fixtures::{fractions, value};
use crate::protocol_name::ProtocolName;
use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::statement::{Norm, Segment, SumRule};
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::organiser::ConfigurationBuilder;

/// The round of a scenario. Without anything it has four clients with three numbers below 100 each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoundSetting {
    /// The protocol.
    pub protocol: ProtocolName,
    /// Clients of the roster.
    pub clients: u32,
    /// The parts of a vector.
    pub segment: Vec<SegmentSetting>,
    /// Inputs of clients who do not have the example's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<InputSetting>,
    /// The least number of contributors, unless it is the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_contributors: Option<u32>,
    /// Further rounds of unmask, unless they are the usual number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmask_rounds: Option<u8>,
    /// Whether everybody knows the secrets of the set-up, on a suite that has one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known_set_up: bool,
}

/// A part of a vector.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSetting {
    /// Coordinates.
    pub len: usize,
    /// Each number is below it.
    pub bound: u64,
    /// What the sum of a client's numbers must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<u64>,
    /// What the sum of a client's numbers must not exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// From where distances are measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What the sum of the squared distances must not exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_square: Option<u64>,
}

/// The input of one client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSetting {
    /// Its number.
    pub client: u32,
    /// All its numbers.
    pub values: Vec<u64>,
}

impl Default for RoundSetting {
    fn default() -> Self {
        Self {
            protocol: ProtocolName::Pairwise,
            clients: 4,
            segment: vec![SegmentSetting {
                len: 3,
                bound: 100,
                sum: None,
                at_most: None,
                offset: None,
                max_square: None,
            }],
            input: Vec::new(),
            min_contributors: None,
            unmask_rounds: None,
            known_set_up: false,
        }
    }
}

impl SegmentSetting {
    /// What its numbers must keep.
    pub(crate) fn claims(&self) -> Segment {
        let sum = self.sum.map(SumRule::Equal);
        let norm = self.max_square.map(|max_square| Norm {
            offset: self.offset.unwrap_or(0),
            max_square,
        });
        Segment {
            norm,
            sum: sum.or(self.at_most.map(SumRule::AtMost)),
            ..Segment::range(self.len, self.bound)
        }
    }

    /// Numbers that keep all claims, with both ends of the range among them where there is no other claim.
    pub(crate) fn example(&self, number: u32) -> Vec<u64> {
        let most = self.bound.saturating_sub(1);
        if let Some(mut left) = self.sum.or(self.at_most) {
            let mut x = vec![0; self.len];
            let start = number as usize % self.len.max(1);
            for j in (start..self.len).chain(0..start) {
                x[j] = left.min(most);
                left -= x[j];
            }
            return x;
        }
        if self.max_square.is_some() {
            return vec![self.offset.unwrap_or(0); self.len];
        }
        let turns = u64::from(number)..;
        turns
            .take(self.len)
            .map(|turn| value(number, turn, self.bound))
            .collect()
    }
}

/// The most clients of a scenario.
pub const MOST_CLIENTS: u32 = 1000;
/// The most numbers of all clients of a scenario.
pub const MOST_NUMBERS: usize = 1 << 22;

impl RoundSetting {
    /// Refuses a round that is larger than any attack needs.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        let lengths = self.segment.iter().map(|segment| segment.len);
        let numbers = lengths.fold(0usize, usize::saturating_add);
        let clients = self.clients;
        let all = numbers.saturating_mul(clients as usize);
        if (1..=MOST_CLIENTS).contains(&clients) && all <= MOST_NUMBERS {
            Ok(())
        } else {
            Err(ScenarioError::TooLarge { clients, numbers })
        }
    }

    /// The input of each client, in the order of their numbers.
    pub fn inputs(&self) -> Vec<Vec<u64>> {
        let given = |number| self.input.iter().find(|input| input.client == number);
        let example = |number| self.segment.iter().flat_map(move |it| it.example(number));
        (1..=self.clients)
            .map(|number| match given(number) {
                Some(input) => input.values.clone(),
                None => example(number).collect(),
            })
            .collect()
    }

    /// The segments, with their names.
    pub(super) fn segments(&self) -> Vec<SegmentConfiguration> {
        let segments = self.segment.iter().enumerate();
        let segments = segments.map(|(index, segment)| SegmentConfiguration {
            claims: segment.claims(),
            ..SegmentConfiguration::integers(
                &format!("segment {}", index + 1),
                segment.len,
                segment.bound,
            )
        });
        segments.collect()
    }

    /// The configuration of the round.
    pub(super) fn builder<P: ProofSystem>(&self) -> ConfigurationBuilder {
        let (corrupt_ppm, dropout_ppm) = fractions(self.clients);
        let builder = ConfigurationBuilder::new(self.segments(), corrupt_ppm, dropout_ppm, [7; 32]);
        // One number in each row, so that an attack knows where a number stands. A suite with a set-up has one row.
        let builder = builder.columns((!P::SUITE.has_key()).then_some(1));
        let builder = builder.min_contributors(self.min_contributors);
        match self.unmask_rounds {
            Some(rounds) => builder.unmask_rounds(rounds),
            None => builder,
        }
    }
}
