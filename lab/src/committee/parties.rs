//! The parties of a round of the committee protocol.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_core::{CryptoRngCore, OsRng};
use veragg_protocol::committee::client::Client;
use veragg_protocol::committee::round::{Expectations, Invitation, Round};
use veragg_protocol::committee::trustee::{Ready, Trustee};
use veragg_protocol::crypto::context::Version;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg_protocol::round::committee::trustee::{EntryFor, Trustee as Entry};
use veragg_protocol::round::committee::Committee;
use veragg_protocol::round::configuration::{
    Configuration, ConfigurationError, SegmentConfiguration, SignedConfiguration,
};
use veragg_protocol::round::parameters::Assumptions;
use veragg_protocol::round::protocol::Protocol;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::RoundError;
use veragg_protocol::wire::header::Header;
use zeroize::Zeroizing;

use super::Suite;
use crate::local::LocalRoundError;

/// The deadlines of submit, check, confirm and open. Nobody in a laboratory asks for the time.
pub(crate) const DEADLINES: [u64; 4] = [10, 20, 30, 40];

/// What an organiser has when it configures a round.
pub(crate) struct BeforeRound {
    pub(crate) roster: Roster,
    pub(crate) round_id: [u8; 32],
    /// The entries of the trustees.
    pub(crate) entries: Vec<Entry>,
    pub(crate) aggregator: VerifyingKey,
}

/// All parties of a round, and its header.
pub struct Parties {
    /// The organiser's key.
    pub organiser: Arc<SigningKey>,
    /// The aggregator's key.
    pub aggregator: Arc<SigningKey>,
    /// The clients' keys.
    pub clients: Vec<Arc<SigningKey>>,
    /// The trustees' identities, with their sealing keys.
    pub trustees: Vec<(Arc<SigningKey>, KeyPair)>,
    /// The header of the board.
    pub header: Header,
    /// The clients' public keys.
    pub roster: Roster,
}

/// A fresh identity.
pub fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(&mut OsRng))
}

/// The sealing keys of these trustees for a round, and their entries.
fn entries(
    identities: &[Arc<SigningKey>],
    organiser: &SigningKey,
    round_id: &[u8; 32],
    rng: &mut dyn CryptoRngCore,
) -> (Vec<KeyPair>, Vec<Entry>) {
    let organiser = organiser.verifying_key();
    let of = EntryFor {
        organiser: &organiser,
        round_id,
    };
    let identities = identities.iter();
    identities
        .map(|identity| of.make(identity, &mut *rng))
        .unzip()
}

impl Parties {
    /// A round with so many clients, of whom a tenth may be corrupt, and at least three must contribute; with `m` trustees, `t` of them
    /// colluding, who share `p` rows at once.
    pub fn new(
        clients: u32,
        m: u32,
        t: u32,
        p: u32,
        segments: Vec<SegmentConfiguration>,
        columns: u32,
    ) -> Self {
        let configure = |before: BeforeRound| {
            Ok::<_, ConfigurationError>(Configuration {
                version: Version::CURRENT,
                round_id: before.round_id,
                suite: veragg_protocol::circuits::proof_system::Suite::DEFAULT,
                key: None,
                columns,
                assumptions: Assumptions {
                    clients,
                    corrupt_ppm: 100_000,
                    dropout_ppm: 0,
                },
                roster: before.roster.root_digest(),
                beacon: [0; 32],
                aggregator: before.aggregator,
                protocol: Protocol::Committee(Committee {
                    colluding: t,
                    packed: p,
                    deadlines: DEADLINES,
                    trustees: before.entries,
                }),
                min_contributors: 3,
                segments,
            })
        };
        Self::configured(clients, m, configure, &mut OsRng).unwrap()
    }

    /// A round with so many clients and trustees, whose keys are drawn from `rng`. Errors: the organiser cannot configure it.
    pub(crate) fn configured(
        clients: u32,
        trustees: u32,
        configure: impl FnOnce(BeforeRound) -> Result<Configuration, ConfigurationError>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, LocalRoundError> {
        let mut key = || Arc::new(SigningKey::generate(rng));
        let (organiser, aggregator) = (key(), key());
        let clients: Vec<_> = (0..clients).map(|_| key()).collect();
        let identities: Vec<_> = (0..trustees).map(|_| key()).collect();
        let keys = clients.iter().map(|key| key.verifying_key()).collect();
        let roster = Roster::new(keys)?;
        let round_id = [9; 32];
        let (pairs, entries) = entries(&identities, &organiser, &round_id, rng);
        let configuration = configure(BeforeRound {
            roster: roster.clone(),
            round_id,
            entries,
            aggregator: aggregator.verifying_key(),
        })?;
        Ok(Self {
            header: Header::sign(&configuration, &roster, &organiser)?,
            organiser,
            aggregator,
            clients,
            trustees: identities.into_iter().zip(pairs).collect(),
            roster,
        })
    }

    /// A client that has accepted its invitation. It knows all trustees, one of whom may be corrupt.
    pub fn client(&self, number: u32) -> Client<Suite> {
        self.accept(number, number, &self.expectations()).unwrap()
    }

    /// What clients expect that know all trustees, of whom one may be corrupt.
    pub fn expectations(&self) -> Expectations {
        let identities = self.trustees.iter();
        let known = identities.map(|(identity, _)| identity.verifying_key());
        Expectations {
            known: known.collect(),
            corrupt: 1,
            ..Expectations::default()
        }
    }

    /// The client with one number is invited under another, and accepts if it has no reason not to.
    pub fn accept(
        &self,
        number: u32,
        as_number: u32,
        expectations: &Expectations,
    ) -> Result<Client<Suite>, RoundError> {
        let (me, invited) = (
            ClientId::new(number).unwrap(),
            ClientId::new(as_number).unwrap(),
        );
        let invitation = Invitation::of(&self.header, &self.roster, invited).unwrap();
        let invitation = Invitation::decode(&invitation.encode()).unwrap();
        let identity = &self.clients[me.index()];
        let own = identity.verifying_key();
        let organiser = self.organiser.verifying_key();
        let round = Round::accept(None, &invitation, &own, &organiser, expectations)?;
        Ok(Client::new(round, invited, Arc::clone(identity)))
    }

    /// The same parties in another round with the same configuration, for which the trustees make new entries.
    pub(crate) fn in_another_round(&self, rng: &mut dyn CryptoRngCore) -> Self {
        let mut configuration = Configuration::decode(&self.header.configuration.bytes).unwrap();
        rng.fill_bytes(&mut configuration.round_id);
        let identities = self.trustees.iter();
        let identities: Vec<_> = identities.map(|(it, _)| Arc::clone(it)).collect();
        let (pairs, entries) = entries(&identities, &self.organiser, &configuration.round_id, rng);
        configuration.committee_mut().unwrap().trustees = entries;
        Self {
            organiser: Arc::clone(&self.organiser),
            aggregator: Arc::clone(&self.aggregator),
            clients: self.clients.clone(),
            trustees: identities.into_iter().zip(pairs).collect(),
            header: Header::sign(&configuration, &self.roster, &self.organiser).unwrap(),
            roster: self.roster.clone(),
        }
    }

    /// The organiser signs another committee.
    pub fn change(&mut self, change: impl FnOnce(&mut Committee, &mut Self)) {
        let configuration = &self.header.configuration.bytes;
        let mut configuration = Configuration::decode(configuration).unwrap();
        let mut committee = configuration.committee().unwrap().clone();
        change(&mut committee, self);
        *configuration.committee_mut().unwrap() = committee;
        self.header.configuration = SignedConfiguration::sign(&configuration, &self.organiser);
    }

    /// A new entry for this identity, as the trustee would make it.
    pub fn entry_of(&self, identity: &SigningKey) -> (KeyPair, Entry) {
        let configuration = &self.header.configuration.bytes;
        let round_id = Configuration::decode(configuration).unwrap().round_id;
        let organiser = self.organiser.verifying_key();
        let of = EntryFor {
            organiser: &organiser,
            round_id: &round_id,
        };
        of.make(identity, &mut OsRng)
    }

    /// A trustee that has entered the round.
    pub fn trustee(&self, index: usize) -> Trustee<Suite, Ready> {
        let (identity, pair) = &self.trustees[index];
        let (round, roster) = self.round();
        Trustee::join(round, roster, Arc::clone(identity), pair.clone()).unwrap()
    }

    /// The round, as everybody but a client enters it.
    pub fn round(&self) -> (Arc<Round<Suite>>, Arc<Roster>) {
        let (round, roster) = Round::open(&self.header, &self.organiser.verifying_key()).unwrap();
        (round, Arc::new(roster))
    }
}

/// A store in memory.
pub fn store() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::new())
}
