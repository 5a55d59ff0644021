//! What the board has established so far: each phase adds to it, and later ones stand on it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Seek};

use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
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

/// The keys that a client advertised, and the leaf that says so.
pub(crate) struct Advertised {
    pub(crate) keys: RoundKeys,
    pub(crate) leaf: u64,
}

/// What a dealer has committed to. 64 bytes a holder.
pub(crate) struct Dealt {
    /// The leaf of the message, and where its record stands.
    pub(crate) leaf: u64,
    pub(crate) position: RecordPosition,
    pub(crate) seed: KeyPoint,
    pub(crate) holders: Vec<ClientId>,
    /// Encoded commitments to each holder's shares of mask secret and seed.
    pub(crate) shares: Vec<[[u8; 32]; 2]>,
}

/// An accepted submission.
pub(crate) struct Accepted<P: ProofSystem> {
    pub(crate) position: RecordPosition,
    pub(crate) submission: submit::Accepted<P>,
}

/// What was attested: an encoded point a pair and neighbour.
pub(crate) struct Attestations<P: ProofSystem> {
    pub(crate) challenges: Challenges<P>,
    /// What each client attested.
    pub(crate) said: HashMap<ClientId, Attested>,
    pub(crate) leaves: HashMap<ClientId, u64>,
}

impl<P: ProofSystem> Attestations<P> {
    pub(crate) fn new(challenges: Challenges<P>) -> Self {
        Self {
            challenges,
            said: HashMap::new(),
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
        ground: &Ground<'_, P>,
        client: ClientId,
        other: ClientId,
    ) -> Option<&[u8]> {
        let neighbours = ground.neighbours(client);
        self.said.get(&client)?.towards(&neighbours, other)
    }
}

/// The secrets that were rebuilt.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) seeds: BTreeMap<ClientId, KeyScalar>,
    pub(crate) masks: BTreeMap<ClientId, KeyScalar>,
}

/// What the board has established. Nothing in it is as long as an input: a client adds its keys, its share
/// commitments, and the commitments to the rows of its submission.
pub(crate) struct Ground<'a, P: ProofSystem> {
    pub(crate) round: &'a Round<P>,
    pub(crate) options: &'a Options,
    /// Who may speak: the list of the checkpoint before.
    pub(crate) eligible: ClientSet,
    /// The lists of the checkpoints, as the clients followed them.
    pub(crate) advertised: ClientSet,
    pub(crate) participants: ClientSet,
    pub(crate) contributors: ClientSet,
    pub(crate) acknowledged: ClientSet,
    pub(crate) keys: HashMap<ClientId, Advertised>,
    pub(crate) dealt: HashMap<ClientId, Dealt>,
    pub(crate) accepted: HashMap<ClientId, Accepted<P>>,
    /// Who signed two different messages for one phase: others may have been shown the one that does not
    /// count.
    pub(crate) equivocated: HashSet<ClientId>,
    /// What became of each client; nothing where no phase has decided it yet.
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// Whether the board is known to be without some body that was said.
    pub(crate) missing: bool,
}

impl<'a, P: ProofSystem> Ground<'a, P> {
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

    /// A set of clients.
    pub(crate) fn set(&self, of: impl FnMut(ClientId) -> bool) -> ClientSet {
        ClientSet::of(self.round.clients(), of)
    }

    /// Whether everybody was shown the one message of a client, as far as the board tells.
    pub(crate) fn said_one_thing(&self, client: ClientId) -> bool {
        !self.equivocated.contains(&client)
    }

    /// A client's keys.
    pub(crate) fn keys(&self, client: ClientId) -> Option<&RoundKeys> {
        self.keys.get(&client).map(|advertised| &advertised.keys)
    }

    /// A client's mask key.
    pub(crate) fn mask_key(&self, client: ClientId) -> Option<KeyPoint> {
        self.keys(client).map(|keys| keys.mask)
    }

    /// The neighbours of a client that participate, in order.
    pub(crate) fn neighbours(&self, client: ClientId) -> Vec<ClientId> {
        lists::holders(self.round.graph(), &self.participants, client)
    }

    /// What became of each client, with all phases that decide it behind.
    pub(crate) fn recomputed(&self) -> Vec<Outcome> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
            .collect()
    }

    /// The sum of the row commitments of these clients, as far as they were accepted.
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

    /// The fingerprints of a masked vector, read again from the board.
    pub(crate) fn fingerprint<R: Read + Seek>(
        &self,
        challenges: &Challenges<P>,
        position: RecordPosition,
        records: &mut Records<R>,
    ) -> Result<Vec<<P::Group as Group>::Scalar>, BoardError> {
        let start = ENVELOPE_LEN + self.round.proofs().proof_len();
        self.fingerprint_from(challenges, start, position, records)
    }

    /// The fingerprints of a vector of `D + R` scalars that begins at a byte of a record. It was found to
    /// be canonical when it was first read.
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
