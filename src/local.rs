//! A whole round in one process: for trying out, for tests, and for those who only want the
//! audited sum.
//!
//! Each role still has nothing but its bytes and its own store: [`play`] carries messages and
//! packets between them and sees no secret.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_core::{CryptoRngCore, OsRng};
use rayon::prelude::*;
use thiserror::Error;
use veragg_circuits::proof_system::ProofSystem;
use veragg_protocol::aggregator::{AggregatorError, AnyAggregator, Log, Reply};
use veragg_protocol::board::{Header, Record};
use veragg_protocol::client::{AnyClient, Client, ClientError};
use veragg_protocol::configuration::{ConfigurationError, SignedConfiguration};
use veragg_protocol::members::ClientId;
use veragg_protocol::organiser::Proposal;
use veragg_protocol::phase::Phase;
use veragg_protocol::receipt::{Receipt, Refusal};
use veragg_protocol::roster::{Roster, RosterError};
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::signing::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// A round that is ready to begin, with everybody's long-term keys.
#[derive(Debug)]
pub struct Setting<P: ProofSystem> {
    /// The round, as everybody sees it.
    pub round: Arc<Round<P>>,
    /// What the board begins with.
    pub header: Header,
    /// The organiser's key: what an auditor must know beforehand.
    pub organiser: VerifyingKey,
    /// The aggregator's key.
    pub aggregator: Arc<SigningKey>,
    /// The clients' keys, in the order of their numbers.
    pub clients: Vec<Arc<SigningKey>>,
}

/// Why a round cannot begin.
#[derive(Debug, Error)]
pub enum SettingError {
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

impl<P: ProofSystem> Setting<P> {
    /// Draws fresh keys for everybody and configures a round for this many clients.
    pub fn new(
        clients: u32,
        proposal: Proposal,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, SettingError> {
        let organiser = SigningKey::generate(rng);
        let aggregator = Arc::new(SigningKey::generate(rng));
        let clients: Vec<_> = (0..clients)
            .map(|_| Arc::new(SigningKey::generate(rng)))
            .collect();
        let roster = Roster::new(clients.iter().map(|key| key.verifying_key()).collect())?;
        let configuration = proposal.configure::<P>(&roster, aggregator.verifying_key(), rng)?;
        let configuration = SignedConfiguration::sign(&configuration, &organiser);
        let organiser = organiser.verifying_key();
        let header = Header {
            configuration,
            roster: roster.encode(),
        };
        let round = Arc::new(Round::open(
            &header.configuration,
            &header.roster,
            &organiser,
        )?);
        Ok(Self {
            round,
            header,
            organiser,
            aggregator,
            clients,
        })
    }

    /// The aggregator of the round, on a log that may hold the beginning of it.
    pub fn aggregator<L: Log>(&self, log: L) -> Result<AnyAggregator<P, L>, AggregatorError> {
        AnyAggregator::resume(Arc::clone(&self.round), Arc::clone(&self.aggregator), log)
    }

    /// An honest member with this input; nobody has a number beyond the roster.
    pub fn member(&self, id: ClientId, input: Vec<u64>) -> Option<Member<P>> {
        let key = self.clients.get(id.index())?;
        let client = Client::join(Arc::clone(&self.round), Arc::clone(key))?;
        Some(Member {
            id,
            client: Some(AnyClient::Joined(client)),
            input: Zeroizing::new(input),
            last: None,
            store: Zeroizing::new(Vec::new()),
            stopped: None,
        })
    }

    /// The bytes of a board with these records.
    pub fn board(&self, records: &[Record]) -> Vec<u8> {
        let mut bytes = self.header.encode();
        for record in records {
            bytes.extend(record.encode());
        }
        bytes
    }
}

/// Somebody who may speak in a round.
pub trait Participant: Send {
    /// Who it is.
    fn id(&self) -> ClientId;
    /// What it says in a phase, having got the aggregator's packet for the phase before.
    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>>;
}

impl<T: Participant + ?Sized> Participant for Box<T> {
    fn id(&self) -> ClientId {
        (**self).id()
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        (**self).speak(phase, packet)
    }
}

/// An honest client with its input.
#[derive(Debug)]
pub struct Member<P: ProofSystem> {
    id: ClientId,
    client: Option<AnyClient<P>>,
    input: Zeroizing<Vec<u64>>,
    last: Option<Phase>,
    store: Zeroizing<Vec<u8>>,
    stopped: Option<ClientError>,
}

impl<P: ProofSystem> Member<P> {
    /// The same member, which is never called again after it has spoken in this phase.
    #[must_use]
    pub fn dropping_out_after(mut self, phase: Phase) -> Self {
        self.last = Some(phase);
        self
    }

    /// Why it stopped, if it did.
    pub fn stopped(&self) -> Option<&ClientError> {
        self.stopped.as_ref()
    }

    /// What it has written down: all that is left of it after a crash.
    pub fn saved(&self) -> &[u8] {
        &self.store
    }
}

impl<P: ProofSystem> Participant for Member<P> {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        if self.last.is_some_and(|last| phase > last) {
            return Vec::new();
        }
        let Some(client) = self.client.take() else {
            return Vec::new();
        };
        let input = (phase == Phase::Submit).then_some(self.input.as_slice());
        let (client, said) = client.advance(packet, input, &mut OsRng, &mut self.store);
        match said {
            Ok(message) => {
                self.client = Some(client);
                vec![message]
            }
            Err(error) => {
                self.stopped = Some(error);
                Vec::new()
            }
        }
    }
}

/// Bytes that went between a client and the aggregator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From the client.
    pub up: usize,
    /// To the client.
    pub down: usize,
}

/// How long a phase took.
#[derive(Debug, Clone, Copy)]
pub struct PhaseTime {
    /// Which.
    pub phase: Phase,
    /// All clients' work, as it ran here in parallel.
    pub clients: Duration,
    /// The aggregator's work.
    pub aggregator: Duration,
}

/// A round that was played.
pub struct Played<P: ProofSystem, L: Log> {
    /// The aggregator, after the round.
    pub aggregator: AnyAggregator<P, L>,
    /// Every receipt, with its holder.
    pub receipts: Vec<(ClientId, Phase, Receipt)>,
    /// Every refusal, with who got it.
    pub refusals: Vec<(ClientId, Phase, Refusal)>,
    /// Bytes of each participant, in the order given.
    pub traffic: Vec<Traffic>,
    /// Time of each phase.
    pub phases: Vec<PhaseTime>,
}

/// What [`play`] tells while it runs.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// A phase has begun.
    Begins(Phase),
    /// A phase has ended with this many messages taken.
    Ends(Phase, usize),
}

/// Carries messages and packets until the round is over. All deadlines are far away: a phase ends
/// when everybody had a chance to speak.
pub fn play<P: ProofSystem, L: Log, T: Participant>(
    mut aggregator: AnyAggregator<P, L>,
    participants: &mut [T],
    mut watch: impl FnMut(Progress),
) -> Result<Played<P, L>, AggregatorError> {
    let mut traffic = vec![Traffic::default(); participants.len()];
    let (mut receipts, mut refusals, mut phases) = (Vec::new(), Vec::new(), Vec::new());
    while aggregator.phase() != Phase::Publish {
        let phase = aggregator.phase();
        watch(Progress::Begins(phase));
        let start = Instant::now();
        let said: Vec<(usize, Vec<Vec<u8>>)> = participants
            .par_iter_mut()
            .map(|participant| {
                let packet = aggregator.packet(participant.id());
                (packet.len(), participant.speak(phase, &packet))
            })
            .collect();
        let clients = start.elapsed();
        let start = Instant::now();
        for ((participant, traffic), (down, messages)) in
            participants.iter().zip(&mut traffic).zip(said)
        {
            if !messages.is_empty() {
                traffic.down += down;
            }
            for message in messages {
                traffic.up += message.len();
                match aggregator.receive(&message, 0)? {
                    Reply::Receipt(receipt) => receipts.push((participant.id(), phase, receipt)),
                    Reply::Refusal(refusal) => refusals.push((participant.id(), phase, refusal)),
                }
            }
        }
        let heard = aggregator.heard();
        aggregator = aggregator.close()?;
        phases.push(PhaseTime {
            phase,
            clients,
            aggregator: start.elapsed(),
        });
        watch(Progress::Ends(phase, heard));
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
pub(crate) mod tests {
    use super::*;
    use veragg_circuits::bulletproofs::RistrettoBulletproofs;
    use veragg_protocol::configuration::SegmentConfiguration;
    use veragg_verifier::{audit, Options, Verdict};

    pub(crate) fn setting(clients: u32) -> Setting<RistrettoBulletproofs> {
        let segments = vec![SegmentConfiguration::integers("numbers", 3, 100)];
        let proposal = Proposal::new(segments, 0, 0, [7; 32]);
        Setting::new(clients, proposal, &mut OsRng).unwrap()
    }

    pub(crate) fn header() -> Header {
        setting(4).header
    }

    #[test]
    fn a_round_adds_up_and_is_verified() {
        let setting = setting(4);
        let mut members: Vec<Box<dyn Participant>> = ClientId::all(4)
            .map(|id| {
                let member = setting
                    .member(id, vec![1, u64::from(id.number()), 99])
                    .unwrap();
                Box::new(member) as Box<dyn Participant>
            })
            .collect();
        let aggregator = setting.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut members, |_| ()).unwrap();
        let board = setting.board(played.aggregator.log());
        let options = Options {
            organiser: Some(setting.organiser),
            aggregate: Some(vec![4, 10, 396]),
            ..Options::default()
        };
        let report = audit(&board[..], &options).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        assert_eq!(report.contributors, [1, 2, 3, 4]);
    }
}
