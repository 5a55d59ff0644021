//! A whole round of the committee protocol in one process, in any suite: to try it out, and for programs that only want the
//! audited sum. Each role has only the bytes that it is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_core::{CryptoRngCore, OsRng};
use rayon::prelude::*;
use thiserror::Error;
use veragg_protocol::aggregator::{Admission, AggregatorError, Log, Reply};
use veragg_protocol::circuits::proof_system::{ProofSystem, SetUp};
use veragg_protocol::client::Store;
use veragg_protocol::committee::aggregator::{Aggregator, CloseError};
use veragg_protocol::committee::client::{Client, SubmitError};
use veragg_protocol::committee::organiser::CommitteeBuilder;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::trustee::{JoinError, Trustee, TrusteeError};
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg_protocol::pairwise::publish::{Publication, Published};
use veragg_protocol::round::committee::trustee::EntryFor;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::protocol::NEVER;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{BorrowedMessage, Sender};
use veragg_protocol::wire::receipt::{Receipt, Refusal};

use crate::local::{LocalRoundError, WAITING};

/// What an organiser decides of a committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members {
    /// `m`, the trustees.
    pub members: u32,
    /// `t`, how many may collude with the aggregator.
    pub colluding: u32,
    /// How many may be absent.
    pub absent: u32,
}

/// A round that is ready to begin, with everybody's long-term keys.
pub struct LocalCommittee<P: ProofSystem> {
    /// The round, as everybody sees it.
    pub round: Arc<Round<P>>,
    /// The clients' public keys.
    pub roster: Arc<Roster>,
    /// What the board begins with.
    pub header: Header,
    /// The organiser's key: what an auditor must know beforehand.
    pub organiser: VerifyingKey,
    /// The organiser's secret key.
    pub organiser_key: Arc<SigningKey>,
    /// The aggregator's secret key.
    pub aggregator_key: Arc<SigningKey>,
    /// The clients' secret keys, in order.
    pub client_keys: Vec<Arc<SigningKey>>,
    /// The trustees' identities, with their sealing keys.
    pub trustees: Vec<(Arc<SigningKey>, KeyPair)>,
}

/// Who takes no part, or not to the end.
#[derive(Debug, Clone, Default)]
pub struct Absences {
    /// Clients that submit nothing.
    pub clients: BTreeSet<ClientId>,
    /// Trustees, with the phase of their last message; nothing if they say nothing.
    pub trustees: BTreeMap<TrusteeId, Option<Phase>>,
}

/// How long a phase took.
#[derive(Debug, Clone, Copy)]
pub struct CommitteePhaseTime {
    /// The phase.
    pub phase: Phase,
    /// The elapsed time of all clients, or of all trustees, one after the other.
    pub senders: Duration,
    /// The elapsed time of the aggregator.
    pub aggregator: Duration,
}

/// Bytes that a party sent and received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Sent.
    pub up: usize,
    /// Received.
    pub down: usize,
}

/// A round that was played.
pub struct PlayedCommittee<P: ProofSystem, L> {
    /// The aggregator, after the round.
    pub aggregator: Aggregator<P, L>,
    /// Every receipt: for whom, in which phase.
    pub receipts: Vec<(Sender, Phase, Receipt)>,
    /// Every refusal.
    pub refusals: Vec<(Sender, Phase, Refusal)>,
    /// The bytes of the message of each client that sent one. What it receives, its invitation, is not counted here.
    pub clients: Vec<Bytes>,
    /// The bytes of each trustee.
    pub trustees: Vec<Bytes>,
    /// Time of each phase.
    pub phases: Vec<CommitteePhaseTime>,
}

/// Why a round ended without a sum.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlayError {
    /// The log cannot be used.
    #[error(transparent)]
    Aggregator(#[from] AggregatorError),
    /// A phase cannot be closed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// A client cannot submit.
    #[error("client {client}: {error}")]
    Submit {
        /// The client.
        client: ClientId,
        /// Why.
        error: SubmitError,
    },
    /// A trustee cannot enter the round.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A trustee refuses to go on.
    #[error("trustee {trustee}: {error}")]
    Trustee {
        /// The trustee.
        trustee: TrusteeId,
        /// Why.
        error: TrusteeError,
    },
}

/// The store of a party that exists only as long as its round.
struct NoStore;

impl Store for NoStore {
    fn put(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

impl<P: ProofSystem> LocalCommittee<P> {
    /// Draws fresh keys for everybody and configures a round for this many clients. `with` completes what the organiser decides; the
    /// round has no deadlines but that of open, which is far away.
    pub fn new(
        set_up: &P::SetUp,
        clients: u32,
        members: Members,
        with: impl FnOnce([u8; 32], Members) -> CommitteeBuilder,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, LocalRoundError> {
        let mut key = || Arc::new(SigningKey::generate(rng));
        let (organiser_key, aggregator_key) = (key(), key());
        let client_keys: Vec<_> = (0..clients).map(|_| key()).collect();
        let identities: Vec<_> = (0..members.members).map(|_| key()).collect();
        let keys = client_keys.iter().map(|key| key.verifying_key());
        let roster = Roster::new(keys.collect())?;
        let mut round_id = [0; 32];
        rng.fill_bytes(&mut round_id);
        let organiser = organiser_key.verifying_key();
        let of = EntryFor {
            organiser: &organiser,
            round_id: &round_id,
        };
        let entries = identities.iter().map(|identity| of.make(identity, rng));
        let (pairs, entries): (Vec<_>, Vec<_>) = entries.unzip();
        let aggregator = aggregator_key.verifying_key();
        let builder = with(round_id, members).key(set_up.public());
        let configuration = builder.build_for::<P>(&roster, entries, aggregator)?;
        let header =
            Header::sign_with_key(&configuration, &roster, set_up.public(), &organiser_key)?;
        let (round, roster) = Round::open_with(Some(set_up), &header, &organiser)?;
        Ok(Self {
            round,
            roster: Arc::new(roster),
            header,
            organiser,
            organiser_key,
            aggregator_key,
            client_keys,
            trustees: identities.into_iter().zip(pairs).collect(),
        })
    }

    /// Deadlines for a round that is played at once.
    pub const DEADLINES: [u64; 4] = [NEVER - 4, NEVER - 3, NEVER - 2, NEVER - 1];

    /// Plays the round on an empty log. `input` gives the input of a client, which is asked once. `watch` hears which phase begins.
    pub fn play<L: Log>(
        &self,
        log: L,
        input: impl Fn(ClientId) -> Vec<u64> + Sync,
        absences: &Absences,
        watch: impl FnMut(Phase),
    ) -> Result<PlayedCommittee<P, L>, PlayError> {
        let mut played = self.begin(log)?;
        played.to_the_end(self, input, absences, watch)?;
        Ok(played)
    }

    /// Opens the board of the round on an empty log. Nobody has spoken.
    pub fn begin<L: Log>(&self, log: L) -> Result<PlayedCommittee<P, L>, AggregatorError> {
        let (round, roster) = (Arc::clone(&self.round), Arc::clone(&self.roster));
        let aggregator = Aggregator::open(round, roster, Arc::clone(&self.aggregator_key), log)?;
        Ok(PlayedCommittee {
            aggregator,
            receipts: Vec::new(),
            refusals: Vec::new(),
            clients: Vec::new(),
            trustees: vec![Bytes::default(); self.trustees.len()],
            phases: Vec::new(),
        })
    }

    fn upload(
        &self,
        client: ClientId,
        input: &(impl Fn(ClientId) -> Vec<u64> + Sync),
    ) -> Result<Vec<u8>, PlayError> {
        let identity = Arc::clone(&self.client_keys[client.index()]);
        let input = zeroize::Zeroizing::new(input(client));
        let sender = Client::new(Arc::clone(&self.round), client, identity);
        let sent = sender.submit(&input, &mut OsRng, &mut NoStore);
        let sent = sent.map_err(|error| PlayError::Submit { client, error })?;
        Ok(sent.upload())
    }
}

type CheckedOf<P> = veragg_protocol::committee::trustee::Checked<<P as ProofSystem>::Group>;
type ConfirmedOf<P> = veragg_protocol::committee::trustee::Confirmed<<P as ProofSystem>::Group>;

/// Whether a trustee speaks in a phase.
fn speaks(absences: &Absences, trustee: TrusteeId, phase: Phase) -> bool {
    let last = absences.trustees.get(&trustee);
    last.is_none_or(|last| last.is_some_and(|last| phase <= last))
}

impl<P: ProofSystem, L: Log> PlayedCommittee<P, L> {
    /// Plays a round that has begun, as [`LocalCommittee::play`] says. If it ends without a sum, the board holds the messages until then.
    pub fn to_the_end(
        &mut self,
        local: &LocalCommittee<P>,
        input: impl Fn(ClientId) -> Vec<u64> + Sync,
        absences: &Absences,
        mut watch: impl FnMut(Phase),
    ) -> Result<(), PlayError> {
        watch(Phase::Submit);
        self.submit(local, &input, absences)?;
        watch(Phase::Check);
        let checked = self.check(local, absences)?;
        watch(Phase::ConfirmList);
        let confirmed = self.confirm(checked, absences)?;
        watch(Phase::Open);
        self.open(confirmed, absences)
    }

    fn submit(
        &mut self,
        local: &LocalCommittee<P>,
        input: &(impl Fn(ClientId) -> Vec<u64> + Sync),
        absences: &Absences,
    ) -> Result<(), PlayError> {
        let clients = ClientId::all(local.round.clients());
        let clients: Vec<_> = clients
            .filter(|client| !absences.clients.contains(client))
            .collect();
        let length = local.round.parts().body_len().max(1) as usize;
        let at_once = (WAITING / length).max(rayon::current_num_threads());
        let (mut senders, mut aggregator) = (Duration::ZERO, Duration::ZERO);
        for some in clients.chunks(at_once) {
            let start = Instant::now();
            let uploads: Vec<Vec<u8>> = some
                .par_iter()
                .map(|client| local.upload(*client, input))
                .collect::<Result<_, _>>()?;
            senders += start.elapsed();
            let start = Instant::now();
            self.clients.extend(uploads.iter().map(|upload| Bytes {
                up: upload.len(),
                down: 0,
            }));
            self.take(
                Phase::Submit,
                some.iter().map(|it| Sender::Client(*it)).collect(),
                uploads,
            )?;
            aggregator += start.elapsed();
        }
        self.close(Phase::Submit, senders, aggregator)
    }

    /// Hands messages in.
    fn take(
        &mut self,
        phase: Phase,
        senders: Vec<Sender>,
        messages: Vec<Vec<u8>>,
    ) -> Result<(), AggregatorError> {
        let aggregator = &self.aggregator;
        let admitted: Vec<Admission> = messages
            .into_par_iter()
            .map(|message| aggregator.admit(message, 0))
            .collect();
        let (mut waiting, mut of) = (Vec::new(), Vec::new());
        for (sender, admission) in senders.into_iter().zip(admitted) {
            match admission {
                Admission::Answered(reply) => self.note(sender, phase, reply),
                Admission::Accepted(admitted) => {
                    waiting.push(admitted);
                    of.push(sender);
                }
            }
        }
        let replies = self.aggregator.commit(waiting)?;
        for (sender, reply) in of.into_iter().zip(replies) {
            self.note(sender, phase, reply);
        }
        Ok(())
    }

    fn note(&mut self, sender: Sender, phase: Phase, reply: Reply) {
        match reply {
            Reply::Receipt(receipt) => self.receipts.push((sender, phase, receipt)),
            Reply::Refusal(refusal) => self.refusals.push((sender, phase, refusal)),
        }
    }

    fn close(
        &mut self,
        phase: Phase,
        senders: Duration,
        aggregator: Duration,
    ) -> Result<(), PlayError> {
        let start = Instant::now();
        self.aggregator.close(u64::MAX)?;
        self.phases.push(CommitteePhaseTime {
            phase,
            senders,
            aggregator: aggregator + start.elapsed(),
        });
        Ok(())
    }

    fn check(
        &mut self,
        local: &LocalCommittee<P>,
        absences: &Absences,
    ) -> Result<Vec<Trustee<P, CheckedOf<P>>>, PlayError> {
        let (mut checked, mut senders, mut aggregator) =
            (Vec::new(), Duration::ZERO, Duration::ZERO);
        for (identity, pair) in &local.trustees {
            let (round, roster) = (Arc::clone(&local.round), Arc::clone(&local.roster));
            let ready = Trustee::join(round, roster, Arc::clone(identity), pair.clone())?;
            let trustee = ready.id();
            if !speaks(absences, trustee, Phase::Check) {
                continue;
            }
            let start = Instant::now();
            let mut package = Vec::new();
            self.aggregator.submit_package(trustee, &mut package)?;
            aggregator += start.elapsed();
            let (start, down) = (Instant::now(), package.len());
            let pending = ready.check(Cursor::new(package), u64::MAX, &mut OsRng);
            let pending = pending.map_err(|refused| PlayError::Trustee {
                trustee,
                error: refused.error,
            })?;
            let (state, message) = saved(pending.save(&mut NoStore))?;
            senders += start.elapsed();
            self.say(Phase::Check, trustee, down, message)?;
            checked.push(state);
        }
        self.close(Phase::Check, senders, aggregator)?;
        Ok(checked)
    }

    /// A trustee hands its message in.
    fn say(
        &mut self,
        phase: Phase,
        trustee: TrusteeId,
        down: usize,
        message: Vec<u8>,
    ) -> Result<(), AggregatorError> {
        if let Some(bytes) = self.trustees.get_mut(trustee.index()) {
            bytes.up += message.len();
            bytes.down += down;
        }
        self.take(phase, vec![Sender::Trustee(trustee)], vec![message])
    }

    fn confirm(
        &mut self,
        checked: Vec<Trustee<P, CheckedOf<P>>>,
        absences: &Absences,
    ) -> Result<Vec<Trustee<P, ConfirmedOf<P>>>, PlayError> {
        let package = self.aggregator.check_package().unwrap_or_default();
        let (mut confirmed, mut senders) = (Vec::new(), Duration::ZERO);
        for state in checked {
            let trustee = state.id();
            if !speaks(absences, trustee, Phase::ConfirmList) {
                continue;
            }
            let start = Instant::now();
            let pending = state.confirm(&package);
            let pending = pending.map_err(|refused| PlayError::Trustee {
                trustee,
                error: refused.error,
            })?;
            let (state, message) = saved(pending.save(&mut NoStore))?;
            senders += start.elapsed();
            self.say(Phase::ConfirmList, trustee, package.len(), message)?;
            confirmed.push(state);
        }
        self.close(Phase::ConfirmList, senders, Duration::ZERO)?;
        Ok(confirmed)
    }

    fn open(
        &mut self,
        confirmed: Vec<Trustee<P, ConfirmedOf<P>>>,
        absences: &Absences,
    ) -> Result<(), PlayError> {
        let package = self.aggregator.confirm_package()?.unwrap_or_default();
        let mut senders = Duration::ZERO;
        for state in confirmed {
            let trustee = state.id();
            if !speaks(absences, trustee, Phase::Open) {
                continue;
            }
            let start = Instant::now();
            let pending = state.open(&package);
            let pending = pending.map_err(|refused| PlayError::Trustee {
                trustee,
                error: refused.error,
            })?;
            let (_, message) = saved(pending.save(&mut NoStore))?;
            senders += start.elapsed();
            self.say(Phase::Open, trustee, package.len(), message)?;
        }
        self.close(Phase::Open, senders, Duration::ZERO)
    }

    /// Outcomes and sums that the aggregator published.
    pub fn published(&self, round: &Round<P>) -> Result<Option<Published>, AggregatorError> {
        let mut found = None;
        for record in self.aggregator.board() {
            found = published(round, &record?).or(found);
        }
        Ok(found)
    }
}

/// Outcomes and sums, if a record is a publication.
pub(crate) fn published<P: ProofSystem>(round: &Round<P>, record: &Record) -> Option<Published> {
    let message = BorrowedMessage::decode(&record.bytes).ok()?;
    if record.kind != RecordKind::Message || message.envelope.phase != Phase::Publish {
        return None;
    }
    let (scalars, clients) = (round.opening_scalars(), round.clients());
    let publication = Publication::<P::Group>::decode_committee(message.body, scalars, clients);
    let publication = publication.ok()?;
    let packed = publication.opening.get(..round.layout().scalars());
    let contributors = publication.contributors().len() as u32;
    Some(Published {
        sums: round
            .layout()
            .unpack(packed.unwrap_or_default(), contributors),
        outcomes: publication.outcomes,
    })
}

fn saved<T>(saved: std::io::Result<T>) -> Result<T, PlayError> {
    saved.map_err(|error| PlayError::Aggregator(error.into()))
}
