//! A round of honest clients, some corrupt ones, and a corrupt aggregator with some trustees. A watcher sees what the corrupt ones see.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::committee::client::Client;
use veragg_protocol::committee::trustee::{restore, Restored};
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_verifier::{Culprit, Options, Verdict};
use zeroize::Zeroizing;

use super::success::Success;
use super::Watcher;
use crate::committee::{audited, store, Desk, Liar, Parties, Suite};
use crate::fixtures::{id, random_input};
use crate::watcher::Learned;

/// An honest trustee, as a program that is sent packages and writes its state down.
struct Process {
    /// Nothing while it takes a step.
    state: Option<Restored<Suite>>,
    store: Zeroizing<Vec<u8>>,
}

impl Process {
    fn new(parties: &Parties, index: usize) -> Self {
        let trustee = parties.trustee(index);
        Self {
            store: trustee.saved(),
            state: Some(Restored::Ready(trustee)),
        }
    }

    /// What it says to a package, if it goes on.
    fn hears(&mut self, package: Vec<u8>) -> Option<Vec<u8>> {
        let store = &mut self.store;
        let mut said = None;
        let mut say = |message: Vec<u8>| {
            said = Some(message.clone());
            message
        };
        self.state = Some(match self.state.take()? {
            Restored::Ready(trustee) => {
                match trustee.check(Cursor::new(package), u64::MAX, &mut OsRng) {
                    Ok(pending) => {
                        let (trustee, message) = pending.save(store).unwrap();
                        Restored::Checked(trustee, say(message))
                    }
                    Err(refused) => Restored::Ready(refused.trustee),
                }
            }
            Restored::Checked(trustee, last) => match trustee.confirm(&package) {
                Ok(pending) => {
                    let (trustee, message) = pending.save(store).unwrap();
                    Restored::Confirmed(trustee, say(message))
                }
                Err(refused) => Restored::Checked(refused.trustee, last),
            },
            Restored::Confirmed(trustee, last) => match trustee.open(&package) {
                Ok(pending) => {
                    let (trustee, message) = pending.save(store).unwrap();
                    Restored::Opened(trustee, say(message))
                }
                Err(refused) => Restored::Confirmed(refused.trustee, last),
            },
            opened @ Restored::Opened(..) => opened,
        });
        said
    }
}

/// A round that a corrupt aggregator plays step by step.
pub(super) struct Coalition<'a> {
    pub(super) parties: &'a Parties,
    /// The desk whose packages are shown. A clone of it is a second board.
    pub(super) desk: Desk<'a>,
    /// Honest trustees that were shown something.
    trustees: BTreeMap<TrusteeId, Process>,
    corrupt_trustees: BTreeSet<TrusteeId>,
    corrupt_clients: Vec<u32>,
    inputs: BTreeMap<u32, Vec<u64>>,
    watcher: Watcher,
}

fn trustee(number: u32) -> TrusteeId {
    TrusteeId::new(number).unwrap()
}

impl<'a> Coalition<'a> {
    /// A round in which these trustees and clients are corrupt. The inputs are random.
    pub(super) fn new(parties: &'a Parties, trustees: &[u32], clients: &[u32]) -> Self {
        let desk = Desk::new(parties);
        let mut watcher = Watcher::new(Arc::clone(&desk.round));
        let corrupt: BTreeSet<_> = trustees.iter().copied().map(trustee).collect();
        for trustee in &corrupt {
            let (_, sealing) = &parties.trustees[trustee.index()];
            watcher.holds(*trustee, sealing.clone());
        }
        let draw = |number| (number, random_input(desk.round.configuration()));
        Self {
            trustees: BTreeMap::new(),
            inputs: (1..=desk.round.clients()).map(draw).collect(),
            corrupt_trustees: corrupt,
            corrupt_clients: clients.to_vec(),
            parties,
            desk,
            watcher,
        }
    }

    /// What a client says, with its input.
    pub(super) fn said_by(&self, client: Client<Suite>) -> Vec<u8> {
        let input = &self.inputs[&client.id().number()];
        let sent = client.submit(input, &mut OsRng, &mut store());
        sent.unwrap().message().to_vec()
    }

    /// What the client with this number says.
    pub(super) fn submission(&self, number: u32) -> Vec<u8> {
        self.said_by(self.parties.client(number))
    }

    /// These clients submit.
    pub(super) fn submit(&mut self, numbers: impl IntoIterator<Item = u32>) {
        for number in numbers {
            let message = self.submission(number);
            match self.corrupt_clients.contains(&number) {
                true => self.made(&message),
                false => self.desk.take(&message),
            }
        }
    }

    /// The coalition has made this submission with honest software, and knows the submission secret. What follows from it for each
    /// trustee is the point that the trustee shares with the submission key.
    pub(super) fn made(&mut self, message: &[u8]) {
        let decoded = self.takes_own(message);
        let Sender::Client(client) = decoded.envelope.sender else {
            panic!("a trustee submits");
        };
        let mut alone = Desk::new(self.parties);
        alone.take(message);
        let key = alone.key_of(client.number()).key;
        for (index, (_, sealing)) in self.parties.trustees.iter().enumerate() {
            let point = *sealing.shared_point(&key);
            self.watcher
                .shares(TrusteeId::from_index(index), &key, point);
        }
    }

    /// The coalition has made this submission. It does not know the submission secret.
    pub(super) fn takes_own(&mut self, message: &[u8]) -> Message {
        let decoded = Message::decode(message).unwrap();
        self.watcher.made(decoded.envelope.entry());
        self.desk.take(message);
        decoded
    }

    /// The coalition has the secret of the sealing key that stands beside the number of a trustee.
    pub(super) fn holds(&mut self, trustee: TrusteeId, sealing: KeyPair) {
        self.watcher.holds(trustee, sealing);
    }

    /// Closes a phase with a list.
    pub(super) fn close(&mut self, phase: Phase, list: &[u32]) {
        self.desk.close(phase, list);
    }

    /// Shows honest trustees the package of the desk. What they say lies on the desk then.
    pub(super) fn ask(&mut self, numbers: &[u32]) {
        self.ask_with(numbers, |package| package);
    }

    /// The same. `alter` changes the package.
    pub(super) fn ask_with(&mut self, numbers: &[u32], alter: impl Fn(Vec<u8>) -> Vec<u8>) {
        let mut said = Vec::new();
        for &number in numbers {
            let last = self.desk.checkpoints.last().unwrap().phase;
            let package = match last {
                Phase::Submit => self.desk.submit_package(trustee(number)),
                _ => self.desk.package(),
            };
            assert!(!self.corrupt_trustees.contains(&trustee(number)));
            let new = || Process::new(self.parties, trustee(number).index());
            let process = self.trustees.entry(trustee(number)).or_insert_with(new);
            said.extend(process.hears(alter(package)));
        }
        said.iter().for_each(|message| self.desk.take(message));
        self.watcher.sees(&self.desk);
    }

    /// Corrupt trustees confirm what the desk shows.
    pub(super) fn confirm_corruptly(&mut self) {
        for trustee in self.corrupt_trustees.clone() {
            let message = Liar::at(&self.desk, trustee.index()).confirm();
            self.desk.take(&message);
        }
    }

    /// A trustee is stopped, and goes on from what it wrote down last.
    pub(super) fn restart(&mut self, number: u32) {
        let (round, roster) = self.parties.round();
        let identity = Arc::clone(&self.parties.trustees[trustee(number).index()].0);
        let process = self.trustees.get_mut(&trustee(number)).unwrap();
        process.state = Some(restore(round, roster, identity, &process.store).unwrap());
    }

    /// What the watcher must not know. Panics if it is not true: then it is the watcher that is wrong.
    pub(super) fn learned_too_much(&mut self) -> Vec<Learned> {
        self.watcher.sees(&self.desk);
        let learned = self.watcher.learned_too_much();
        for one in &learned {
            let sum = self.sum(one.clients.iter().map(|client| client.number()));
            let mut known = one.sum.iter().zip(&sum);
            let is_true = known.all(|(known, sum)| known.is_none_or(|known| known == *sum));
            assert!(is_true, "{one:?} is not {sum:?}");
        }
        learned
    }

    /// The watcher, which has seen the desk.
    pub(super) fn watcher(mut self) -> Watcher {
        self.watcher.sees(&self.desk);
        self.watcher
    }

    /// What the inputs of these clients add up to.
    pub(super) fn sum(&self, numbers: impl IntoIterator<Item = u32>) -> Vec<u128> {
        let mut sum = vec![0; self.desk.round.layout().coordinates()];
        for number in numbers {
            let input = sum.iter_mut().zip(&self.inputs[&number]);
            input.for_each(|(sum, x)| *sum += u128::from(*x));
        }
        sum
    }

    /// Success, if the watcher knows what it must not.
    pub(super) fn reads(mut self) -> Option<Success> {
        let learned = self.learned_too_much();
        (!learned.is_empty()).then_some(Success::Learned(learned))
    }

    /// Success, if the watcher knows a sum while several lists can still be published.
    pub(super) fn chooses(mut self) -> Option<Success> {
        self.watcher.sees(&self.desk);
        let lists = self.watcher.choices();
        (lists > 1).then_some(Success::Chooses { lists })
    }

    /// Success, if the audit names somebody honest. The auditor is given these messages besides the board.
    pub(super) fn frames(self, given: Vec<Vec<u8>>) -> Option<Success> {
        let mut options = Options::with_organiser(self.parties.organiser.verifying_key());
        options.messages = given;
        let report = audited(&self.desk.file(), &options);
        let corrupt: BTreeSet<_> = self.corrupt_clients.iter().copied().map(id).collect();
        let is_honest = |culprit: &Culprit| match culprit {
            Culprit::Client(client) => !corrupt.contains(client),
            Culprit::Trustee(trustee) => !self.corrupt_trustees.contains(trustee),
            _ => false,
        };
        let culprits = report.faults.iter().map(|fault| fault.culprit);
        let honest: BTreeSet<_> = culprits.filter(is_honest).collect();
        (!honest.is_empty()).then_some(Success::Names(honest))
    }

    /// Success, if the audit verifies the board although an honest client that was accepted is in no sum.
    pub(super) fn leaves_out(self, number: u32) -> Option<Success> {
        let options = Options::with_organiser(self.parties.organiser.verifying_key());
        let report = audited(&self.desk.file(), &options);
        let missing = !report.contributors.contains(&number);
        let is_verified = report.verdict == Verdict::Verified;
        (missing && is_verified).then(|| Success::LeavesOut(id(number)))
    }
}
