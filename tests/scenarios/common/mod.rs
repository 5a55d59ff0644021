//! What the tests of whole rounds share: settings, altered clients, and what a report must say.
// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod accuser;
pub(crate) mod crooked;
pub(crate) mod dealer;
pub(crate) mod liar;

use std::collections::BTreeSet;
use std::io::Cursor;

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::group::Ristretto;
use veragg::local::{play, Member, Participant, Setting};
use veragg::protocol::client::{AnyClient, Client};
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg::protocol::pairwise::package::Packet;
use veragg::protocol::pairwise::publish::Publication;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::Proposal;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::Round;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::message::{Message, Sender};
use veragg::protocol::wire::receipt::{Receipt, Refusal};
use veragg::verifier::{audit, Check, Culprit, Options, Report, Status, Verdict};
use zeroize::Zeroizing;

pub(crate) type Suite = RistrettoBitplane;
pub(crate) type People = Vec<Box<dyn Participant>>;

/// The client with this number.
pub(crate) fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

pub(crate) fn client(number: u32) -> Culprit {
    Culprit::Client(id(number))
}

/// The clients of a roster with these numbers.
pub(crate) fn set(clients: u32, numbers: &[u32]) -> ClientSet {
    ClientSet::of(clients, |client| numbers.contains(&client.number()))
}

/// Segments of these lengths and bounds, and as many corrupt and absent clients as a complete
/// graph of this size allows for in round fractions.
pub(crate) fn proposal(clients: u32, segments: &[(usize, u64)]) -> Proposal {
    let (corrupt_ppm, dropout_ppm) = match clients {
        ..=3 => (0, 0),
        4..=9 => (0, 250_000),
        10..=256 => (100_000, 200_000),
        _ => (50_000, 50_000),
    };
    let segments = segments.iter().enumerate().map(|(index, &(len, bound))| {
        SegmentConfiguration::integers(&format!("segment {index}"), len, bound)
    });
    // A number a row: the attacks on single numbers know where each stands. What other columns do
    // is the suite's own matter, and other tests leave the choice to it.
    Proposal {
        columns: Some(1),
        ..Proposal::new(segments.collect(), corrupt_ppm, dropout_ppm, [7; 32])
    }
}

pub(crate) fn setting(clients: u32, segments: &[(usize, u64)]) -> Setting<Suite> {
    Setting::new(clients, proposal(clients, segments), &mut OsRng).unwrap()
}

/// An input with both ends of each bound in it.
pub(crate) fn input(number: u32, segments: &[(usize, u64)]) -> Vec<u64> {
    let bounds = segments
        .iter()
        .flat_map(|&(len, bound)| std::iter::repeat_n(bound, len));
    bounds
        .zip(u64::from(number)..)
        .map(|(bound, turn)| match turn % 3 {
            0 => 0,
            1 => bound - 1,
            _ => (turn * 17 + u64::from(number)) % bound,
        })
        .collect()
}

/// A client, honest or not, that tells what it was about to say to somebody who says something else.
struct Altered {
    inner: Box<dyn Participant>,
    #[allow(clippy::type_complexity)]
    act: Box<dyn FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send>,
}

impl Participant for Altered {
    fn id(&self) -> ClientId {
        self.inner.id()
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        let said = self.inner.speak(phase, packet);
        (self.act)(phase, packet, said)
    }
}

/// An honest member that keeps what it writes down.
pub(crate) struct Writing {
    id: ClientId,
    pub(crate) client: Option<AnyClient<Suite>>,
    input: Vec<u64>,
    pub(crate) store: Zeroizing<Vec<u8>>,
}

impl Participant for Writing {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        let wanted = matches!(phase, Phase::Submit | Phase::Attest);
        let input = wanted.then_some(self.input.as_slice());
        let client = self.client.take().unwrap();
        let (client, said) = client.advance(packet, input, &mut OsRng, &mut self.store);
        self.client = Some(client);
        said.ok().flatten().into_iter().collect()
    }
}

/// A round before it is played.
pub(crate) struct Scene {
    pub(crate) setting: Setting<Suite>,
    pub(crate) inputs: Vec<Vec<u64>>,
    pub(crate) people: People,
}

impl Scene {
    /// All of them honest.
    pub(crate) fn new(clients: u32, segments: &[(usize, u64)]) -> Self {
        Self::of(setting(clients, segments))
    }

    pub(crate) fn of(setting: Setting<Suite>) -> Self {
        let segments = setting.round.configuration().segments.iter();
        let segments: Vec<_> = segments
            .map(|segment| (segment.claims.len, segment.claims.bound))
            .collect();
        let inputs: Vec<_> = (1..=setting.round.clients())
            .map(|number| input(number, &segments))
            .collect();
        let people = (1..)
            .zip(&inputs)
            .map(|(number, x)| {
                let member = setting.member(id(number), x.clone()).unwrap();
                Box::new(member) as Box<dyn Participant>
            })
            .collect();
        Self {
            setting,
            inputs,
            people,
        }
    }

    pub(crate) fn key(&self, number: u32) -> std::sync::Arc<SigningKey> {
        self.setting.clients[id(number).index()].clone()
    }

    pub(crate) fn member(&self, number: u32) -> Member<Suite> {
        let input = self.inputs[id(number).index()].clone();
        self.setting.member(id(number), input).unwrap()
    }

    pub(crate) fn writing(&self, number: u32) -> Writing {
        let client = Client::join(self.setting.round.clone(), self.key(number)).unwrap();
        Writing {
            id: id(number),
            client: Some(AnyClient::Joined(client)),
            input: self.inputs[id(number).index()].clone(),
            store: Zeroizing::new(Vec::new()),
        }
    }

    /// The client is never heard again after this phase.
    pub(crate) fn dropping(mut self, number: u32, after: Phase) -> Self {
        let member = self.member(number).dropping_out_after(after);
        self.people[id(number).index()] = Box::new(member);
        self
    }

    /// The client never speaks.
    pub(crate) fn silent(self, number: u32) -> Self {
        self.altering(number, |_, _, _| Vec::new())
    }

    /// The client, whoever it is by now, says what `act` makes of its phase, packet and messages.
    pub(crate) fn altering(
        mut self,
        number: u32,
        act: impl FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        let (place, act) = (id(number).index(), Box::new(act));
        let inner = self.people.remove(place);
        self.people.insert(place, Box::new(Altered { inner, act }));
        self
    }

    /// The client says in one phase what `alter` makes of the parts of its message, signed again.
    pub(crate) fn altering_parts(
        self,
        number: u32,
        when: Phase,
        lengths: Vec<usize>,
        mut alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
    ) -> Self {
        let key = self.key(number);
        self.altering(number, move |phase, _, said| {
            if phase != when {
                return said;
            }
            said.iter()
                .map(|bytes| sign_again(&key, bytes, &lengths, &mut alter))
                .collect()
        })
    }

    /// Plays the round with one client after the other, so that later ones can know what earlier
    /// ones have said.
    pub(crate) fn play_in_turn(mut self) -> Finished {
        let mut aggregator = self.setting.aggregator(Vec::new()).unwrap();
        while aggregator.phase() != Phase::Publish {
            for person in &mut self.people {
                let packet = aggregator.packet(person.id());
                for message in person.speak(aggregator.phase(), &packet) {
                    aggregator.receive(&message, 0).unwrap();
                }
            }
            aggregator = aggregator.close().unwrap();
        }
        Finished {
            setting: self.setting,
            inputs: self.inputs,
            records: aggregator.into_log(),
            receipts: Vec::new(),
            refusals: Vec::new(),
        }
    }

    pub(crate) fn play(mut self) -> Finished {
        let aggregator = self.setting.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut self.people, |_| ()).unwrap();
        Finished {
            setting: self.setting,
            inputs: self.inputs,
            records: played.aggregator.into_log(),
            receipts: played.receipts,
            refusals: played.refusals,
        }
    }
}

/// The message with other parts, in the same place, under the sender's signature.
pub(crate) fn sign_again(
    key: &SigningKey,
    bytes: &[u8],
    lengths: &[usize],
    alter: &mut dyn FnMut(&mut Vec<Vec<u8>>),
) -> Vec<u8> {
    let message = Message::decode(bytes).unwrap();
    let parts = message.parts(lengths).unwrap();
    let mut parts: Vec<_> = parts.into_iter().map(<[u8]>::to_vec).collect();
    alter(&mut parts);
    let envelope = message.envelope;
    let (phase, sender) = (envelope.phase, envelope.sender);
    Message::sign(
        key,
        envelope.context,
        phase,
        sender,
        envelope.answers,
        &parts,
    )
    .encode()
}

/// The keys that a packet of advertise shows.
pub(crate) fn advertised_keys(packet: &[u8], clients: u32) -> Vec<(ClientId, RoundKeys)> {
    let items = Packet::decode(packet, clients).unwrap().items;
    let keys = items.iter().map(|item| {
        let Sender::Client(client) = item.envelope.sender else {
            panic!("a client's");
        };
        let body = Advertisement::decode(item.part(0, 1).unwrap()).unwrap();
        (client, body.keys)
    });
    keys.collect()
}

/// Who speaks on a board in a phase, in order.
pub(crate) fn speakers(records: &[Record], phase: Phase) -> Vec<u32> {
    let messages = records.iter().filter(|r| r.kind == RecordKind::Message);
    messages
        .filter_map(|record| Message::decode(&record.bytes).ok())
        .filter(|message| message.envelope.phase == phase)
        .filter_map(|message| match message.envelope.sender {
            Sender::Client(client) => Some(client.number()),
            Sender::Aggregator => None,
        })
        .collect()
}

/// Where the record of a client's message in a phase stands.
pub(crate) fn place(records: &[Record], number: u32, phase: Phase) -> usize {
    let is_it = |record: &Record| speakers(std::slice::from_ref(record), phase) == [number];
    records.iter().position(is_it).unwrap()
}

/// A round that was played to its end.
pub(crate) struct Finished {
    pub(crate) setting: Setting<Suite>,
    pub(crate) inputs: Vec<Vec<u64>>,
    pub(crate) records: Vec<Record>,
    pub(crate) receipts: Vec<(ClientId, Phase, Receipt)>,
    pub(crate) refusals: Vec<(ClientId, Phase, Refusal)>,
}

impl Finished {
    /// What an auditor brings along who knows the organiser, and what the sum of these clients is.
    pub(crate) fn options(&self, contributors: &[u32]) -> Options {
        Options {
            organiser: Some(self.setting.organiser),
            aggregate: Some(self.sum(contributors)),
            ..Options::default()
        }
    }

    /// The audit of the board with these records.
    pub(crate) fn audit_of(&self, records: &[Record], options: &Options) -> Report {
        audit(Cursor::new(self.setting.board(records)), options).unwrap()
    }

    /// The audit with the organiser's key and nothing else.
    pub(crate) fn audit(&self) -> Report {
        self.audit_of(&self.records, &knowing(&self.setting))
    }

    /// What these clients' inputs add up to.
    pub(crate) fn sum(&self, contributors: &[u32]) -> Vec<u128> {
        let mut sum = vec![0; self.inputs[0].len()];
        for number in contributors {
            for (sum, x) in sum.iter_mut().zip(&self.inputs[id(*number).index()]) {
                *sum += u128::from(*x);
            }
        }
        sum
    }

    /// Verified, with exactly these contributors and their sum, and exactly these faults.
    pub(crate) fn is_verified(&self, contributors: &[u32], faults: &[(Culprit, Check)]) -> Report {
        let report = self.audit_of(&self.records, &self.options(contributors));
        expect(&report, Verdict::Verified, contributors, faults, &[]);
        report
    }
}

/// What an auditor brings along who knows the organiser.
pub(crate) fn knowing(setting: &Setting<Suite>) -> Options {
    Options {
        organiser: Some(setting.organiser),
        ..Options::default()
    }
}

/// Asserts verdict, contributors, who is named for which check, and which checks failed.
#[track_caller]
pub(crate) fn expect(
    report: &Report,
    verdict: Verdict,
    contributors: &[u32],
    faults: &[(Culprit, Check)],
    failed: &[Check],
) {
    assert_eq!(report.verdict, verdict, "{report}");
    assert_eq!(report.contributors, contributors, "{report}");
    assert_eq!(named(report), faults.iter().copied().collect(), "{report}");
    assert_eq!(failed_checks(report), failed, "{report}");
}

/// Who is named for which check.
pub(crate) fn named(report: &Report) -> BTreeSet<(Culprit, Check)> {
    report
        .faults
        .iter()
        .map(|fault| (fault.culprit, fault.check))
        .collect()
}

/// The checks that failed, in the order of their ids.
pub(crate) fn failed_checks(report: &Report) -> Vec<Check> {
    let failed = |status: &Status| matches!(status, Status::Failed { .. });
    let checks = report.checks.iter();
    checks
        .filter(|check| failed(&check.status))
        .map(|check| check.id)
        .collect()
}

/// The publication on a board, and where its record stands.
pub(crate) fn publication(
    round: &Round<Suite>,
    records: &[Record],
) -> (usize, Publication<Ristretto>) {
    let index = records.len() - 2;
    assert_eq!(records[index].kind, RecordKind::Message);
    let body = Message::decode(&records[index].bytes).unwrap().body;
    let publication = Publication::decode(&body, round.masked_scalars(), round.clients());
    (index, publication.unwrap())
}
