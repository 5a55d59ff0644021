//! What a malicious organiser does.
#![allow(clippy::unwrap_used)]

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use veragg_protocol::round::committee::trustee::EntryFor;
use veragg_protocol::round::configuration::Configuration;

use crate::committee::Parties;

/// What a malicious organiser does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum OrganiserAttack {
    /// It puts sealing keys of its own beside the identity keys of trustees, so that it can read what is meant for them.
    SealingKeys {
        /// The trustees.
        trustees: Vec<u32>,
    },
    /// It invents trustees, whom it plays itself. Clients do not know their keys, but those of all others.
    Invented {
        /// The trustees.
        trustees: Vec<u32>,
    },
}

impl OrganiserAttack {
    /// The trustees that the attack names.
    pub fn trustees(&self) -> &[u32] {
        match self {
            Self::SealingKeys { trustees } | Self::Invented { trustees } => trustees,
        }
    }

    /// The trustees whose keys clients do not know.
    pub(crate) fn unknown(&self) -> &[u32] {
        match self {
            Self::SealingKeys { .. } => &[],
            Self::Invented { trustees } => trustees,
        }
    }

    /// Does this to the configuration, and signs it.
    pub(crate) fn apply(&self, parties: &mut Parties, rng: &mut dyn CryptoRngCore) {
        let Self::SealingKeys { trustees } = self else {
            return;
        };
        parties.change(|committee, parties| {
            let configuration = &parties.header.configuration.bytes;
            let round_id = Configuration::decode(configuration).unwrap().round_id;
            let organiser = parties.organiser.verifying_key();
            let of = EntryFor {
                organiser: &organiser,
                round_id: &round_id,
            };
            for trustee in trustees {
                let entry = &mut committee.trustees[*trustee as usize - 1];
                // The trustee does not sign it, so the organiser does.
                let (_, mut printed) = of.make(&parties.organiser, rng);
                printed.identity = entry.identity;
                *entry = printed;
            }
        });
    }
}
