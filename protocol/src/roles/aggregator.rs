//! The aggregator in whichever phase it is in, and its restart from the log.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::Round;
use crate::aggregator::{
    Admission, Admitted, AggregatorError, AnyPhase, Log, PreparedClose, Reply,
};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::SigningKey;
use crate::pairwise::publish::Published;
use crate::round::phase::Phase;
use crate::wire::board::{Record, RecordKind};
use crate::wire::checkpoint::Checkpoint;

/// The aggregator of a round: it takes messages, closes phases, and has a package for every client that goes
/// on. All it keeps is in the log.
///
/// It changes only in [`commit`](Self::commit), [`receive`](Self::receive), [`close`](Self::close) and
/// [`close_prepared`](Self::close_prepared). Behind a `RwLock` everything else, what takes long among it, runs
/// on many threads at once. If a panic interrupts the close of a phase, every later call panics: resume from the
/// log.
///
/// ```
/// use veragg_protocol::aggregator::{Admission, Reply};
/// use veragg_protocol::roles::{Aggregator, Client, Round};
/// use veragg_protocol::round::phase::Phase;
/// use veragg_protocol::wire::board::Record;
/// # use zeroize::Zeroizing;
/// # use rand_core::OsRng;
/// # use veragg_protocol::crypto::signing::SigningKey;
/// # use veragg_protocol::round::configuration::SegmentConfiguration;
/// # use veragg_protocol::round::organiser::ConfigurationBuilder;
/// # use veragg_protocol::round::roster::Roster;
/// # use veragg_protocol::wire::header::Header;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys: Vec<_> = (0..3).map(|_| SigningKey::generate(&mut OsRng)).collect();
/// # let (organiser, aggregator_key) = (SigningKey::generate(&mut OsRng), SigningKey::generate(&mut OsRng));
/// # let roster = Roster::new(keys.iter().map(|key| key.verifying_key()).collect())?;
/// # let segments = vec![SegmentConfiguration::integers("answers", 1, 10)];
/// # let configuration = ConfigurationBuilder::new(segments, 0, 0, [7; 32])
/// #     .build(&roster, aggregator_key.verifying_key(), &mut OsRng)?;
/// # let header = Header::sign(&configuration, &roster, &organiser)?;
/// # let organiser = organiser.verifying_key();
/// let round = Round::open(&header, &organiser)?;
/// let log: Vec<Record> = Vec::new(); // a file, in a real round
/// let mut aggregator = Aggregator::resume(&round, aggregator_key, log)?;
/// for key in keys {
///     let mut client = Client::join(&round, key)?;
///     # let mut store = Zeroizing::new(Vec::new());
///     let message = client.advance(&[], None, &mut OsRng, &mut store)?.unwrap_or_default();
///     let id = client.id();
///
///     // What takes long changes nothing, and many threads can do it at once.
///     let reply = match aggregator.admit(message.clone(), 0) {
///         Admission::Accepted(admitted) => aggregator.commit(vec![admitted])?.remove(0),
///         Admission::Answered(reply) => reply,
///     };
///     // The reply goes back to the client, which checks a receipt before it keeps it.
///     let aggregator_key = &round.configuration().aggregator;
///     assert!(matches!(reply, Reply::Receipt(receipt) if receipt.is_for(&message, aggregator_key)));
/// }
/// // Everybody has spoken: the phase can be closed, and each client gets its package.
/// assert!(aggregator.awaited().is_empty());
/// aggregator.close()?;
/// assert_eq!(aggregator.phase(), Phase::Share);
/// # Ok(())
/// # }
/// ```
pub struct Aggregator {
    round: Round,
    /// Always some, but for the moment in which one phase becomes the next.
    phase: Option<Box<dyn AnyPhase>>,
}

impl Aggregator {
    /// Opens the board of a round on an empty log, or goes on where the log ends: every record in it is
    /// replayed through the same admission and the same rules, and must come out the same. A record that was
    /// cut off by a crash must have been removed; no receipt was given for it.
    ///
    /// `key` is the one that the configuration names. Cost: the aggregator's whole work in the phases that the
    /// log holds.
    pub fn resume(
        round: impl Into<Round>,
        key: impl Into<Arc<SigningKey>>,
        log: impl Log,
    ) -> Result<Self, AggregatorError> {
        let (round, key) = (round.into(), key.into());
        if key.verifying_key() != round.configuration().aggregator {
            let key = key.verifying_key().fingerprint();
            return Err(AggregatorError::OtherKey { key });
        }
        let records = log.len();
        let phase = round.any().aggregate(key, Box::new(log));
        let mut aggregator = Self {
            round,
            phase: Some(phase),
        };
        let mut index = 0;
        while index < records && aggregator.phase() != Phase::Publish {
            let record = aggregator.log().read(index)?.into_owned();
            match record.kind {
                // It was in time when it was taken.
                RecordKind::Message => match aggregator.receive(record.bytes, 0)? {
                    Reply::Receipt(_) => index += 1,
                    Reply::Refusal(_) => return Err(AggregatorError::Replay { record: index }),
                },
                RecordKind::Checkpoint => {
                    aggregator.close()?;
                    index += 1;
                }
                // Of another protocol.
                RecordKind::Submission => return Err(AggregatorError::Replay { record: index }),
            }
        }
        // A record that nothing above has made stays in the log: a message twice, or one too many.
        let replayed = aggregator.any().replayed();
        if replayed < records {
            return Err(AggregatorError::Replay { record: replayed });
        }
        Ok(aggregator)
    }

    fn any(&self) -> &dyn AnyPhase {
        let gone = "an earlier panic interrupted the end of a phase: resume from the log";
        self.phase.as_deref().expect(gone)
    }

    fn any_mut(&mut self) -> &mut dyn AnyPhase {
        let gone = "an earlier panic interrupted the end of a phase: resume from the log";
        self.phase.as_deref_mut().expect(gone)
    }

    /// The round.
    pub fn round(&self) -> &Round {
        &self.round
    }

    /// The phase that is open; [`Phase::Publish`] when the round is over.
    pub fn phase(&self) -> Phase {
        self.any().phase()
    }

    /// Judges a message, at a time in seconds since 1970 UTC, and changes nothing: many threads can do so at
    /// once. Everything that is wrong with the message is a signed refusal. What is accepted stands on the
    /// board once it is [committed](Self::commit). When the round is over, everything new is late.
    pub fn admit(&self, message: Vec<u8>, now: u64) -> Admission {
        self.any().admit(message, now)
    }

    /// Puts admitted messages on the board, all in one append, and answers each, in order. Messages that
    /// came too late, since the phase was closed or another message of the sender was committed meanwhile,
    /// are refused. An error means that the log failed, and nothing has changed; the clients get no answer, and
    /// send their messages again.
    pub fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError> {
        self.any_mut().commit(batch)
    }

    /// Takes a message: admits and commits it.
    pub fn receive(&mut self, message: Vec<u8>, now: u64) -> Result<Reply, AggregatorError> {
        self.any_mut().receive(message, now)
    }

    /// Judges everything that was said in the open phase and derives its list, which may take long, and
    /// changes nothing. The close holds for the board as it is: after one more message it is outdated, so commit
    /// nothing before [`close_prepared`](Self::close_prepared). What is admitted meanwhile is committed afterwards,
    /// and refused as late.
    pub fn prepare_close(&self) -> Result<PreparedClose, AggregatorError> {
        self.any().prepare_close()
    }

    /// Closes the open phase as it was prepared. After an error nothing has changed.
    pub fn close_prepared(&mut self, prepared: PreparedClose) -> Result<(), AggregatorError> {
        let Some(phase) = self.phase.take() else {
            return Err(AggregatorError::Interrupted);
        };
        let (phase, closed) = phase.close_prepared(prepared);
        self.phase = Some(phase);
        closed
    }

    /// Closes the open phase: prepares it, and writes what came out on the board. After an error the phase is
    /// open as before.
    pub fn close(&mut self) -> Result<(), AggregatorError> {
        let prepared = self.prepare_close()?;
        self.close_prepared(prepared)
    }

    /// The package for a client that goes on: what it needs of the phase that has just closed. Before the
    /// first has closed there is none, and after the last nobody goes on: the bytes are empty.
    pub fn package(&self, client: ClientId) -> Vec<u8> {
        self.package_for(client, self.phase()).unwrap_or_default()
    }

    /// The package with which a client goes on that speaks next in `phase`
    /// ([`Client::phase`](super::Client::phase)): of the open phase, or of an earlier one in which not everybody
    /// has something to say. Such a phase may be over before a client has fetched its package, and the client
    /// needs the packages in turn. When the round is over, the package for a further round of unmask says so, and
    /// the client has finished. Nothing if the client comes too late, or too early.
    pub fn package_for(&self, client: ClientId, phase: Phase) -> Option<Vec<u8>> {
        self.any().package_for(client, phase)
    }

    /// Who may speak in the open phase; nobody when the round is over.
    pub fn eligible(&self) -> &ClientSet {
        self.any().eligible()
    }

    /// Who may speak in the open phase, has something to say in it, and has not said it yet. If there is
    /// nothing to dispute, nobody is awaited in dispute: the phase can be closed at once. Those who had nothing to
    /// say fetch their package by [`package_for`](Self::package_for).
    pub fn awaited(&self) -> ClientSet {
        self.any().awaited()
    }

    /// How many have spoken in the open phase.
    pub fn received(&self) -> usize {
        self.any().received()
    }

    /// The last checkpoint; nothing before the first phase is closed.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.any().checkpoint()
    }

    /// The sums, and what became of each client. Nothing before the round is over, and nothing if clients that
    /// attested falsely were left when the last round of unmask had passed.
    pub fn published(&self) -> Option<Published> {
        self.any().published()
    }

    /// The log, with every record so far.
    pub fn log(&self) -> &dyn Log {
        self.any().log()
    }

    /// Every record so far, in order.
    pub fn records(&self) -> io::Result<Vec<Record>> {
        let log = self.log();
        let records = 0..log.len();
        records
            .map(|index| log.read(index).map(|record| record.into_owned()))
            .collect()
    }
}

impl fmt::Debug for Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregator")
            .field("round", &self.round)
            .field("phase", &self.phase.as_ref().map(|phase| phase.phase()))
            .finish_non_exhaustive()
    }
}
