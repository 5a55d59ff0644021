//! A whole round in one process: to try the protocol out, for tests, and for programs that only want the
//! audited sum.
//!
//! Each role has only the bytes that it is sent, and its own store: [`play`] carries messages and packages
//! between them and sees no secret.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_core::{CryptoRngCore, OsRng};
use rayon::prelude::*;
use thiserror::Error;
use veragg_protocol::aggregator::{AggregatorError, Log, Reply};
use veragg_protocol::circuits::proof_system::{ProofSystem, SetUp};
use veragg_protocol::client::{ClientError, JoinError, Store};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg_protocol::roles::{self, Aggregator, Client};
use veragg_protocol::round::configuration::ConfigurationError;
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::{Roster, RosterError};
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::receipt::{Receipt, Refusal};
use zeroize::Zeroizing;

/// A round that is ready to begin, with everybody's long-term keys.
#[derive(Debug)]
pub struct LocalRound<P: ProofSystem> {
    /// The round, as everybody sees it.
    pub round: Arc<Round<P>>,
    /// What the board begins with.
    pub header: Header,
    /// The organiser's key: what an auditor must know beforehand.
    pub organiser: VerifyingKey,
    /// The organiser's secret key, which signs nothing that the protocol needs any more.
    pub organiser_key: Arc<SigningKey>,
    /// The aggregator's long-term key.
    pub aggregator_key: Arc<SigningKey>,
    /// The clients' keys, in the order of their numbers.
    pub client_keys: Vec<Arc<SigningKey>>,
}

/// Why a round cannot begin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LocalRoundError {
    /// The configuration is refused.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The roster is refused.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The round is refused.
    #[error(transparent)]
    Round(#[from] RoundError),
}

impl<P: ProofSystem> LocalRound<P> {
    /// Draws fresh keys for everybody and configures a round for this many clients.
    pub fn new(
        clients: u32,
        builder: ConfigurationBuilder,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, LocalRoundError> {
        Self::with(None, clients, builder, rng)
    }

    /// The same in a suite with a set-up, which all clients have checked.
    pub fn with_set_up(
        set_up: &P::SetUp,
        clients: u32,
        builder: ConfigurationBuilder,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, LocalRoundError> {
        let builder = builder.key(set_up.public());
        Self::with(Some(set_up), clients, builder, rng)
    }

    fn with(
        set_up: Option<&P::SetUp>,
        clients: u32,
        builder: ConfigurationBuilder,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, LocalRoundError> {
        let key = set_up.map_or_else(Vec::new, P::SetUp::public);
        let organiser_key = Arc::new(SigningKey::generate(rng));
        let aggregator_key = Arc::new(SigningKey::generate(rng));
        let client_keys: Vec<_> = (0..clients)
            .map(|_| Arc::new(SigningKey::generate(rng)))
            .collect();
        let roster = Roster::new(client_keys.iter().map(|key| key.verifying_key()).collect())?;
        let aggregator = aggregator_key.verifying_key();
        let configuration = builder.build_for::<P>(&roster, aggregator, rng)?;
        let header = Header::sign_with_key(&configuration, &roster, key, &organiser_key)?;
        let organiser = organiser_key.verifying_key();
        let round = Arc::new(match set_up {
            Some(set_up) => Round::open_with(set_up, &header, &organiser)?,
            None => Round::open(&header, &organiser)?,
        });
        Ok(Self {
            round,
            header,
            organiser,
            organiser_key,
            aggregator_key,
            client_keys,
        })
    }

    /// The round, with its suite no longer a type.
    pub fn any_round(&self) -> roles::Round {
        Arc::clone(&self.round).into()
    }

    /// The aggregator of the round, on a log that may hold the beginning of it.
    pub fn aggregator(&self, log: impl Log) -> Result<Aggregator, AggregatorError> {
        Aggregator::resume(self.any_round(), Arc::clone(&self.aggregator_key), log)
    }

    /// An honest client with this input, at hand (`vec![1, 2]`) or made when it is asked for
    /// (`move || vec![1, 2]`). Errors: the roster has no such client.
    pub fn client(
        &self,
        id: ClientId,
        input: impl Into<Input>,
    ) -> Result<LocalClient, LocalClientError> {
        let key = self.client_keys.get(id.index());
        let key = key.ok_or(LocalClientError::NoSuchClient { client: id })?;
        Ok(LocalClient {
            client: Client::join(self.any_round(), Arc::clone(key))?,
            input: Some(input.into()),
            last: None,
            stopped: None,
        })
    }

    /// The bytes of a board with these records.
    pub fn board(&self, records: &[Record]) -> Vec<u8> {
        board(&self.header, records)
    }
}

/// The bytes of a board with this header and these records.
pub(crate) fn board(header: &Header, records: &[Record]) -> Vec<u8> {
    let mut bytes = header.encode();
    for record in records {
        bytes.extend(record.encode());
    }
    bytes
}

/// Why a round cannot make a client.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LocalClientError {
    /// The roster has fewer clients.
    #[error("the roster has no client {client}")]
    NoSuchClient {
        /// The number that the roster does not have.
        client: ClientId,
    },
    /// A client with this key cannot join the round.
    #[error(transparent)]
    Join(#[from] JoinError),
}

/// A client of a round that [`play`] carries messages for.
pub trait Party: Send {
    /// Its number on the roster.
    fn id(&self) -> ClientId;
    /// The messages that it sends in a phase, given the aggregator's package for the phase before. An honest
    /// client sends one message or none.
    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>>;
    /// Why it goes no further in the round, if it does not.
    fn stopped(&self) -> Option<&ClientError> {
        None
    }
    /// An attacker takes the client over: it goes on even if the board has another message of it than its own. An
    /// honest client does not listen.
    fn corrupt(&mut self) {}
    /// Its software stops, and goes on from what it saved. Nothing happens if it saves nothing.
    fn restart(&mut self) {}
}

impl<T: Party + ?Sized> Party for Box<T> {
    fn id(&self) -> ClientId {
        (**self).id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        (**self).speak(phase, package)
    }

    fn stopped(&self) -> Option<&ClientError> {
        (**self).stopped()
    }

    fn corrupt(&mut self) {
        (**self).corrupt();
    }

    fn restart(&mut self) {
        (**self).restart();
    }
}

/// The source of a client's input. The client needs the input twice, for submit and for attest; each copy is
/// wiped after use.
pub struct Input(Box<dyn Fn() -> Zeroizing<Vec<u64>> + Send>);

impl From<Vec<u64>> for Input {
    fn from(input: Vec<u64>) -> Self {
        let input = Zeroizing::new(input);
        Self(Box::new(move || input.clone()))
    }
}

impl<F: Fn() -> Vec<u64> + Send + 'static> From<F> for Input {
    fn from(input: F) -> Self {
        Self(Box::new(move || Zeroizing::new(input())))
    }
}

// The input is a secret.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Input")
    }
}

/// The store of a client that exists only as long as its round: nobody would read what it saves.
struct NoStore;

impl Store for NoStore {
    fn put(&mut self, _state: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// An honest client with its input.
#[derive(Debug)]
pub struct LocalClient {
    client: Client,
    input: Option<Input>,
    last: Option<Phase>,
    stopped: Option<ClientError>,
}

impl LocalClient {
    /// The same client, which drops out after it has sent its message of this phase.
    #[must_use]
    pub fn dropping_out_after(mut self, phase: Phase) -> Self {
        self.last = Some(phase);
        self
    }
}

impl Party for LocalClient {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if self.last.is_some_and(|last| phase > last) || self.stopped.is_some() {
            return Vec::new();
        }
        let input = self.input.as_ref().filter(|_| self.client.needs_input());
        let input = input.map(|source| (source.0)());
        if phase == Phase::Attest {
            self.input = None;
        }
        let input = input.as_ref().map(|input| input.as_slice());
        match self
            .client
            .advance(package, input, &mut OsRng, &mut NoStore)
        {
            Ok(message) => message.into_iter().collect(),
            Err(error) => {
                self.stopped = Some(error);
                Vec::new()
            }
        }
    }

    fn stopped(&self) -> Option<&ClientError> {
        self.stopped.as_ref()
    }
}

/// Bytes that went between a client and the aggregator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes from the client to the aggregator.
    pub up: usize,
    /// Bytes from the aggregator to the client.
    pub down: usize,
}

/// How long a phase took.
#[derive(Debug, Clone, Copy)]
pub struct PhaseTime {
    /// Which phase was measured.
    pub phase: Phase,
    /// The elapsed time of all clients' work, which runs in parallel.
    pub clients: Duration,
    /// The elapsed time of the aggregator's work.
    pub aggregator: Duration,
}

/// A round that was played.
#[derive(Debug)]
pub struct Played {
    /// The aggregator, after the round.
    pub aggregator: Aggregator,
    /// Every receipt: for whom, in which phase.
    pub receipts: Vec<(ClientId, Phase, Receipt)>,
    /// Every refusal: to whom, in which phase.
    pub refusals: Vec<(ClientId, Phase, Refusal)>,
    /// Bytes of each party, in the order given.
    pub traffic: Vec<Traffic>,
    /// Time of each phase.
    pub phases: Vec<PhaseTime>,
}

/// What [`play`] reports while it runs.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// A phase has begun.
    Begins(Phase),
    /// A phase has ended with this many messages taken.
    Ends(Phase, usize),
}

/// The most bytes of messages that wait for the aggregator, unless one message for each thread is more. To make
/// a message takes many times the memory of the message. So few long messages are made at a time, but hundreds
/// of short ones.
pub(crate) const WAITING: usize = 4 << 20;

/// Carries messages and packages until the round is over. It knows no time: a phase ends when each party has been
/// asked once. The aggregator receives messages in the order of `parties`, so the same messages make the same
/// board. How many parties work at a time depends on the threads and on the length of their messages, so memory
/// does not grow with the number of parties.
pub fn play<T: Party>(
    aggregator: Aggregator,
    parties: &mut [T],
    watch: impl FnMut(Progress),
) -> Result<Played, AggregatorError> {
    play_by(aggregator, parties, watch, WAITING)
}

/// The same with one party after the other: an attacker can use what parties before it have sent in the same phase.
pub fn play_in_turn<T: Party>(
    aggregator: Aggregator,
    parties: &mut [T],
    watch: impl FnMut(Progress),
) -> Result<Played, AggregatorError> {
    play_by(aggregator, parties, watch, 0)
}

fn play_by<T: Party>(
    mut aggregator: Aggregator,
    parties: &mut [T],
    mut watch: impl FnMut(Progress),
    waiting: usize,
) -> Result<Played, AggregatorError> {
    let mut traffic = vec![Traffic::default(); parties.len()];
    let (mut receipts, mut refusals, mut phases) = (Vec::new(), Vec::new(), Vec::new());
    let sizes = aggregator.round().sizes();
    while aggregator.phase() != Phase::Publish {
        let phase = aggregator.phase();
        // Messages in a further round of unmask are not longer than in the first.
        let size = sizes.get(phase.index()).or(sizes.last());
        let sent = size.map_or(1, |size| size.sent.max(1));
        watch(Progress::Begins(phase));
        let (mut of_clients, mut of_aggregator) = (Duration::ZERO, Duration::ZERO);
        let at_once = match waiting {
            0 => 1,
            waiting => (waiting / sent).max(rayon::current_num_threads()),
        };
        for (speakers, traffic) in parties.chunks_mut(at_once).zip(traffic.chunks_mut(at_once)) {
            let start = Instant::now();
            let answers: Vec<(usize, Vec<Vec<u8>>)> = speakers
                .par_iter_mut()
                .map(|speaker| {
                    let package = aggregator.package(speaker.id());
                    (package.len(), speaker.speak(phase, &package))
                })
                .collect();
            of_clients += start.elapsed();
            let start = Instant::now();
            for ((speaker, traffic), (down, messages)) in speakers.iter().zip(traffic).zip(answers)
            {
                // A client that sends nothing in these phases has received its package all the same.
                let may_keep_silent = matches!(phase, Phase::Dispute | Phase::Unmask(1..));
                let listens = may_keep_silent && aggregator.eligible().contains(speaker.id());
                if listens || !messages.is_empty() {
                    traffic.down += down;
                }
                for message in messages {
                    traffic.up += message.len();
                    match aggregator.receive(message, 0)? {
                        Reply::Receipt(receipt) => receipts.push((speaker.id(), phase, receipt)),
                        Reply::Refusal(refusal) => refusals.push((speaker.id(), phase, refusal)),
                    }
                }
            }
            of_aggregator += start.elapsed();
        }
        let received = aggregator.received();
        let start = Instant::now();
        aggregator.close()?;
        phases.push(PhaseTime {
            phase,
            clients: of_clients,
            aggregator: of_aggregator + start.elapsed(),
        });
        watch(Progress::Ends(phase, received));
    }
    Ok(Played {
        aggregator,
        receipts,
        refusals,
        traffic,
        phases,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use veragg_protocol::circuits::bitplane::RistrettoBitplane;
    use veragg_protocol::round::configuration::SegmentConfiguration;
    use veragg_verifier::{audit, Options, Verdict};

    #[test]
    fn a_round_adds_up_and_is_verified() {
        let segments = vec![SegmentConfiguration::integers("numbers", 3, 100)];
        let builder = ConfigurationBuilder::new(segments, 0, 0, [7; 32]);
        let local = LocalRound::<RistrettoBitplane>::new(4, builder, &mut OsRng).unwrap();
        let mut clients: Vec<Box<dyn Party>> = ClientId::all(4)
            .map(|id| {
                let client = local
                    .client(id, vec![1, u64::from(id.number()), 99])
                    .unwrap();
                Box::new(client) as Box<dyn Party>
            })
            .collect();
        let aggregator = local.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut clients, |_| ()).unwrap();
        let board = local.board(&played.aggregator.records().unwrap());
        let options = Options {
            organiser: Some(local.organiser),
            aggregate: Some(vec![4, 10, 396]),
            ..Options::default()
        };
        let report = audit(Cursor::new(&board), &options).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        assert_eq!(report.contributors, [1, 2, 3, 4]);
    }
}
