//! The parties of a round of the committee protocol, and a table at which they meet.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::aggregator::Reply;
use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::committee::aggregator::Aggregator;
use veragg_protocol::committee::client::Client;
use veragg_protocol::committee::round::{Expectations, Invitation, Round};
use veragg_protocol::committee::trustee::{Checked, Confirmed, Ready, Trustee};
use veragg_protocol::crypto::context::Version;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::committee::trustee::EntryFor;
use veragg_protocol::round::committee::Committee;
use veragg_protocol::round::configuration::{Configuration, SegmentConfiguration};
use veragg_protocol::round::parameters::Assumptions;
use veragg_protocol::round::protocol::Protocol;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::header::Header;
use zeroize::Zeroizing;

use crate::messages::sign_again;

/// The suite of these rounds.
pub type Suite = RistrettoBitplane;
/// A trustee that has checked.
pub type CheckedTrustee = Trustee<Suite, Checked<Ristretto>>;
/// A trustee that has confirmed.
pub type ConfirmedTrustee = Trustee<Suite, Confirmed<Ristretto>>;

/// All parties of a round, and its header.
pub struct Parties {
    /// The organiser's key.
    pub organiser: SigningKey,
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
        let organiser = SigningKey::generate(&mut OsRng);
        let aggregator = key();
        let clients: Vec<_> = (0..clients).map(|_| key()).collect();
        let keys = clients.iter().map(|key| key.verifying_key()).collect();
        let roster = Roster::new(keys).unwrap();
        let round_id = [9; 32];
        let known = organiser.verifying_key();
        let of = EntryFor {
            organiser: &known,
            round_id: &round_id,
        };
        let trustees: Vec<_> = (0..m)
            .map(|_| {
                let identity = key();
                let (pair, entry) = of.make(&identity, &mut OsRng);
                (identity, pair, entry)
            })
            .collect();
        let configuration = Configuration {
            version: Version::CURRENT,
            round_id,
            suite: veragg_protocol::circuits::proof_system::Suite::DEFAULT,
            key: None,
            columns,
            assumptions: Assumptions {
                clients: roster.clients(),
                corrupt_ppm: 100_000,
                dropout_ppm: 0,
            },
            roster: roster.root_digest(),
            beacon: [0; 32],
            aggregator: aggregator.verifying_key(),
            protocol: Protocol::Committee(Committee {
                colluding: t,
                packed: p,
                deadlines: [10, 20, 30, 40],
                trustees: trustees.iter().map(|(_, _, entry)| entry.clone()).collect(),
            }),
            min_contributors: 3,
            segments,
        };
        let header = Header::sign(&configuration, &roster, &organiser).unwrap();
        Self {
            organiser,
            aggregator,
            clients,
            trustees: trustees
                .into_iter()
                .map(|(identity, pair, _)| (identity, pair))
                .collect(),
            header,
            roster,
        }
    }

    /// A client that has accepted its invitation. It knows all trustees, one of whom may be corrupt.
    pub fn client(&self, number: u32) -> Client<Suite> {
        let me = ClientId::new(number).unwrap();
        let invitation = Invitation::of(&self.header, &self.roster, me).unwrap();
        let invitation = Invitation::decode(&invitation.encode()).unwrap();
        let identity = &self.clients[me.index()];
        let known = self
            .trustees
            .iter()
            .map(|(identity, _)| identity.verifying_key());
        let expectations = Expectations {
            known: known.collect(),
            corrupt: 1,
            ..Expectations::default()
        };
        let own = identity.verifying_key();
        let organiser = self.organiser.verifying_key();
        let round = Round::accept(None, &invitation, &own, &organiser, &expectations).unwrap();
        Client::new(round, me, Arc::clone(identity))
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

/// The aggregator, and what it has taken so far.
pub struct Table<'a> {
    /// Whose table it is.
    pub parties: &'a Parties,
    /// The round.
    pub round: Arc<Round<Suite>>,
    /// Its clients.
    pub roster: Arc<Roster>,
    /// The aggregator, honest until somebody changes what it says.
    pub aggregator: Aggregator<Suite, Vec<Record>>,
}

impl<'a> Table<'a> {
    /// A table at which nobody has spoken.
    pub fn new(parties: &'a Parties) -> Self {
        let (round, roster) = parties.round();
        let key = Arc::clone(&parties.aggregator);
        let log: Vec<Record> = Vec::new();
        let (for_round, for_roster) = (Arc::clone(&round), Arc::clone(&roster));
        Self {
            aggregator: Aggregator::open(for_round, for_roster, key, log).unwrap(),
            parties,
            round,
            roster,
        }
    }

    /// The message of a client.
    pub fn submission(&self, number: u32, input: &[u64]) -> Vec<u8> {
        let client = self.parties.client(number);
        client.submit(input, &mut OsRng, &mut store()).unwrap()
    }

    /// Hands a message in; it must be taken.
    pub fn take(&mut self, message: Vec<u8>) {
        let reply = self.aggregator.receive(message, 0).unwrap();
        assert!(matches!(reply, Reply::Receipt(_)), "{reply:?}");
    }

    /// A trustee that has entered the round.
    pub fn trustee(&self, index: usize) -> Trustee<Suite, Ready> {
        let (identity, pair) = &self.parties.trustees[index];
        let (round, roster) = (Arc::clone(&self.round), Arc::clone(&self.roster));
        Trustee::join(round, roster, Arc::clone(identity), pair.clone()).unwrap()
    }

    /// The package with which a trustee checks.
    pub fn package(&self, trustee: &Trustee<Suite, Ready>) -> Vec<u8> {
        let mut package = Vec::new();
        let written = self.aggregator.submit_package(trustee.id(), &mut package);
        written.map(|()| package).unwrap()
    }

    /// A trustee checks what the aggregator shows it, and hands its message in.
    pub fn check(&mut self, index: usize) -> CheckedTrustee {
        let trustee = self.trustee(index);
        let package = Cursor::new(self.package(&trustee));
        let pending = trustee.check(package, &mut OsRng).unwrap();
        let (trustee, message) = pending.save(&mut store()).unwrap();
        self.take(message);
        trustee
    }

    /// These trustees confirm the list of the aggregator.
    pub fn confirm(&mut self, trustees: Vec<CheckedTrustee>) -> Vec<ConfirmedTrustee> {
        let package = self.aggregator.check_package().unwrap();
        let confirm = |trustee: CheckedTrustee| {
            let pending = trustee.confirm(&package).unwrap();
            pending.save(&mut store()).unwrap()
        };
        let confirmed: Vec<_> = trustees.into_iter().map(confirm).collect();
        let (trustees, messages): (Vec<_>, Vec<_>) = confirmed.into_iter().unzip();
        messages.into_iter().for_each(|message| self.take(message));
        trustees
    }

    /// These trustees open their sums.
    pub fn open(&mut self, trustees: Vec<ConfirmedTrustee>) {
        let package = self.aggregator.confirm_package().unwrap().unwrap();
        for trustee in trustees {
            let pending = trustee.open(&package).unwrap();
            self.take(pending.save(&mut store()).unwrap().1);
        }
    }

    /// The records of the board.
    pub fn board(&self) -> Vec<Record> {
        self.aggregator.board().map(Result::unwrap).collect()
    }
}

/// A message with other parts, signed again by its sender.
pub fn altered(
    key: &SigningKey,
    message: &[u8],
    lengths: &[usize],
    alter: impl FnOnce(&mut Vec<Vec<u8>>),
) -> Vec<u8> {
    let mut alter = Some(alter);
    sign_again(key, message, lengths, &mut |parts| {
        if let Some(alter) = alter.take() {
            alter(parts);
        }
    })
}
