//! A table at which the parties of a round meet: an honest aggregator, and trustees and clients that hand their messages in.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::aggregator::Reply;
use veragg_protocol::committee::aggregator::Aggregator;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::trustee::{Ready, Trustee};
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::Record;

use super::parties::{store, Parties};
use super::{CheckedTrustee, ConfirmedTrustee, Suite};

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
        let sent = client.submit(input, &mut OsRng, &mut store());
        sent.unwrap().message().to_vec()
    }

    /// Hands a message in; it must be taken.
    pub fn take(&mut self, message: Vec<u8>) {
        let reply = self.aggregator.receive(message, 0).unwrap();
        assert!(matches!(reply, Reply::Receipt(_)), "{reply:?}");
    }

    /// A trustee that has entered the round.
    pub fn trustee(&self, index: usize) -> Trustee<Suite, Ready> {
        self.parties.trustee(index)
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
        let pending = trustee.check(package, u64::MAX, &mut OsRng).unwrap();
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

    /// The board as a file.
    pub fn file(&self) -> Vec<u8> {
        super::file(&self.parties.header, &self.board())
    }
}
