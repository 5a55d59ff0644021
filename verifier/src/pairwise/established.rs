//! What the board has established so far. Each phase adds to it, and later phases build on it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Seek};

use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::advertise::RoundKeys;
use veragg_protocol::pairwise::attest::{Attested, Challenges, Fingerprint};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::pairwise::submit;
use veragg_protocol::round::lists;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records, PIECE_LEN};
use veragg_protocol::wire::message::ENVELOPE_LEN;

use crate::options::Options;

/// The keys that a client advertised, and the leaf of its advertisement.
pub(crate) struct Advertised {
    pub(crate) keys: RoundKeys,
    pub(crate) leaf: u64,
}

/// What a dealer committed to. It takes 64 bytes for each holder.
pub(crate) struct Dealt {
    /// The leaf of the dealer's message.
    pub(crate) leaf: u64,
    /// The position of its record in the board.
    pub(crate) position: RecordPosition,
    /// The commitment to the seed.
    pub(crate) seed: KeyPoint,
    /// The clients that it dealt shares to, in order.
    pub(crate) holders: Vec<ClientId>,
    /// For each holder the encoded commitments to its share of the mask secret and of the seed.
    pub(crate) shares: Vec<[[u8; 32]; 2]>,
}

/// An accepted submission, and the position of its record.
pub(crate) struct Accepted<P: ProofSystem> {
    pub(crate) position: RecordPosition,
    pub(crate) submission: submit::Accepted<P>,
}

/// What clients attested: an encoded point for each challenge pair and neighbour.
pub(crate) struct Attestations<P: ProofSystem> {
    pub(crate) challenges: Challenges<P>,
    /// What each client attested.
    pub(crate) attested: HashMap<ClientId, Attested>,
    /// The leaf of each client's attestation.
    pub(crate) leaves: HashMap<ClientId, u64>,
}

impl<P: ProofSystem> Attestations<P> {
    pub(crate) fn new(challenges: Challenges<P>) -> Self {
        Self {
            challenges,
            attested: HashMap::new(),
            leaves: HashMap::new(),
        }
    }

    /// The leaf of a client's attestation.
    pub(crate) fn leaf(&self, client: ClientId) -> Option<u64> {
        self.leaves.get(&client).copied()
    }

    /// What a client attested about one of its edges.
    pub(crate) fn towards(
        &self,
        established: &Established<'_, P>,
        client: ClientId,
        other: ClientId,
    ) -> Option<&[u8]> {
        let neighbours = established.neighbours(client);
        self.attested.get(&client)?.towards(&neighbours, other)
    }
}

/// The secrets that were reconstructed so far.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) seeds: BTreeMap<ClientId, KeyScalar>,
    pub(crate) masks: BTreeMap<ClientId, KeyScalar>,
}

/// What the board has established so far. Nothing in it is as long as an input: each client adds its keys,
/// its share commitments, and the commitments to the rows of its submission.
pub(crate) struct Established<'a, P: ProofSystem> {
    pub(crate) round: &'a Round<P>,
    pub(crate) options: &'a Options,
    /// The clients that may send a message in the open phase: the list of the last checkpoint.
    pub(crate) eligible: ClientSet,
    /// The list of each checkpoint, which the clients followed whether or not it is right.
    pub(crate) advertised: ClientSet,
    pub(crate) participants: ClientSet,
    pub(crate) contributors: ClientSet,
    pub(crate) acknowledged: ClientSet,
    pub(crate) keys: HashMap<ClientId, Advertised>,
    pub(crate) dealt: HashMap<ClientId, Dealt>,
    pub(crate) accepted: HashMap<ClientId, Accepted<P>>,
    /// Clients that signed two different messages for one phase. Other clients may have received the one that
    /// does not count.
    pub(crate) equivocated: HashSet<ClientId>,
    /// The outcome of each client; `None` if no phase has decided it yet.
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// Whether a body is missing in the board that was read so far.
    pub(crate) missing: bool,
}

impl<'a, P: ProofSystem> Established<'a, P> {
    pub(crate) fn new(round: &'a Round<P>, options: &'a Options) -> Self {
        let clients = round.clients();
        let nobody = || ClientSet::empty(clients);
        Self {
            round,
            options,
            eligible: ClientSet::of(clients, |_| true),
            advertised: nobody(),
            participants: nobody(),
            contributors: nobody(),
            acknowledged: nobody(),
            keys: HashMap::new(),
            dealt: HashMap::new(),
            accepted: HashMap::new(),
            equivocated: HashSet::new(),
            outcomes: vec![None; clients as usize],
            missing: false,
        }
    }

    /// The clients of the roster for which `of` is true.
    pub(crate) fn set(&self, of: impl FnMut(ClientId) -> bool) -> ClientSet {
        ClientSet::of(self.round.clients(), of)
    }

    /// Whether a client signed two different messages for one phase, as far as the board shows.
    pub(crate) fn has_equivocated(&self, client: ClientId) -> bool {
        self.equivocated.contains(&client)
    }

    /// The keys that a client advertised.
    pub(crate) fn keys(&self, client: ClientId) -> Option<&RoundKeys> {
        self.keys.get(&client).map(|advertised| &advertised.keys)
    }

    /// The mask key that a client advertised.
    pub(crate) fn mask_key(&self, client: ClientId) -> Option<EncodedPoint> {
        self.keys(client).map(|keys| keys.mask)
    }

    /// The neighbours of a client that are participants, in order.
    pub(crate) fn neighbours(&self, client: ClientId) -> Vec<ClientId> {
        lists::holders(self.round.graph(), &self.participants, client)
    }

    /// The outcome of each client, once all phases that decide it are over.
    pub(crate) fn recomputed(&self) -> Vec<Outcome> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
            .collect()
    }

    /// The sum of the row commitments of those of these clients whose submissions were accepted.
    pub(crate) fn rows(&self, contributors: &ClientSet) -> Vec<<P::Group as Group>::Point> {
        let mut sum = vec![P::Group::identity(); self.round.layout().rows()];
        for client in contributors.iter() {
            let accepted = self.accepted.get(&client);
            let rows = accepted.map(|accepted| &accepted.submission.rows);
            for (sum, row) in sum.iter_mut().zip(rows.into_iter().flatten()) {
                *sum = *sum + *row;
            }
        }
        sum
    }

    /// The fingerprints of a masked vector, which is read again from the board.
    pub(crate) fn fingerprint<R: Read + Seek>(
        &self,
        challenges: &Challenges<P>,
        position: RecordPosition,
        records: &mut Records<R>,
    ) -> Result<Vec<<P::Group as Group>::Scalar>, BoardError> {
        let start = ENVELOPE_LEN + self.round.proofs().proof_len();
        self.fingerprint_from(challenges, start, position, records)
    }

    /// The fingerprints of a vector of `D + R` scalars that begins at byte `start` of a record. The first
    /// reading has shown it to be canonical.
    pub(crate) fn fingerprint_from<R: Read + Seek>(
        &self,
        challenges: &Challenges<P>,
        start: usize,
        position: RecordPosition,
        records: &mut Records<R>,
    ) -> Result<Vec<<P::Group as Group>::Scalar>, BoardError> {
        records.again(position, start, |mut record| {
            let mut fingerprint = Fingerprint::new(challenges);
            let mut left = self.round.masked_scalars();
            while left > 0 {
                let now = left.min(PIECE_LEN / P::Group::SCALAR_LEN);
                let piece = record.piece(now * P::Group::SCALAR_LEN)?;
                let read = fingerprint.read(piece);
                read.map_err(|_| BoardError::changed())?;
                left -= now;
            }
            Ok(fingerprint.finish())
        })
    }
}
