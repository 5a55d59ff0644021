//! What a coalition has seen: submissions, openings, and points that open pads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::{Fr, KeyPoint, Ristretto};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::check;
use veragg_protocol::committee::masked;
use veragg_protocol::committee::open::decode;
use veragg_protocol::committee::pads;
use veragg_protocol::committee::parts::PublicParts;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use crate::committee::{Desk, Suite};

/// A submission, on whichever board.
pub(super) struct Submission {
    pub(super) client: ClientId,
    key: EncodedPoint,
    /// The commitments to the rows; none if the proof does not decode.
    pub(super) rows: Vec<KeyPoint>,
    /// The masked rows of trustees above `T`, of each the blocks one behind the other.
    pub(super) masked: BTreeMap<TrusteeId, Vec<Fr>>,
}

/// The sums that an honest trustee opened.
#[derive(PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) trustee: TrusteeId,
    /// The submissions that it added up, by their entries.
    pub(super) of: Vec<Digest>,
    pub(super) sums: Vec<Fr>,
}

/// Everything that a coalition has seen, and the secrets that its members hold.
pub(super) struct Seen {
    pub(super) round: Arc<Round<Suite>>,
    /// Submissions by their entries.
    pub(super) submissions: BTreeMap<Digest, Submission>,
    pub(super) openings: Vec<Opening>,
    /// The lists of checkpoints of check, and the honest trustees that confirmed each.
    pub(super) lists: BTreeMap<Digest, (ClientSet, BTreeSet<TrusteeId>)>,
    /// Who is corrupt, with the secrets of sealing keys that belong to this number.
    pub(super) sealing: Vec<(TrusteeId, KeyPair)>,
    /// The points that trustees share with submission keys.
    points: BTreeMap<(TrusteeId, [u8; 32]), KeyPoint>,
}

impl Seen {
    /// Nothing, of a round.
    pub(super) fn new(round: Arc<Round<Suite>>) -> Self {
        Self {
            round,
            submissions: BTreeMap::new(),
            openings: Vec::new(),
            lists: BTreeMap::new(),
            sealing: Vec::new(),
            points: BTreeMap::new(),
        }
    }

    /// Whether the coalition has the secret of this trustee's sealing key.
    pub(super) fn is_corrupt(&self, trustee: TrusteeId) -> bool {
        self.sealing.iter().any(|(of, _)| *of == trustee)
    }

    /// Looks at everything that lies on a desk. What was seen before is not taken twice.
    pub(super) fn look(&mut self, desk: &Desk<'_>) {
        for checkpoint in &desk.checkpoints {
            if checkpoint.phase == Phase::Check {
                let new = || (checkpoint.list.clone(), BTreeSet::new());
                self.lists.entry(checkpoint.digest()).or_insert_with(new);
            }
        }
        for message in desk.messages() {
            let answers = message.envelope.answers;
            match (message.envelope.sender, message.envelope.phase) {
                (Sender::Client(client), Phase::Submit) => self.submission(client, message),
                (Sender::Trustee(trustee), Phase::Check) => self.complaints(trustee, message),
                (Sender::Trustee(trustee), Phase::ConfirmList) => {
                    if let Some((_, confirmed)) = self.lists.get_mut(&answers) {
                        confirmed.insert(trustee);
                    }
                }
                (Sender::Trustee(trustee), Phase::Open) => self.opening(trustee, message, desk),
                _ => {}
            }
        }
    }

    fn submission(&mut self, client: ClientId, message: &Message) {
        let parts = self.round.parts();
        let Some(public) = PublicParts::cut(&message.body, parts) else {
            return;
        };
        let Ok(key) = SubmissionKey::decode(public.key) else {
            return;
        };
        let mut masked: BTreeMap<TrusteeId, Vec<Fr>> = BTreeMap::new();
        let rows = message.body[parts.public_len()..].chunks(parts.masked_len());
        for (place, part) in parts.places().zip(rows) {
            if let Ok(row) = masked::decode::<Ristretto>(part, parts) {
                masked.entry(place.trustee).or_default().extend(row);
            }
        }
        let whole = parts.blocks() * parts.row_scalars();
        masked.retain(|_, rows| rows.len() == whole);
        let proofs = self.round.proofs();
        let rows = proofs.decode(public.proof).map(|proof| proofs.rows(&proof));
        let submission = Submission {
            client,
            key: key.key,
            rows: rows.unwrap_or_default(),
            masked,
        };
        let entry = message.envelope.entry();
        self.submissions.entry(entry).or_insert(submission);
    }

    /// A complaint opens the pads of everybody who has the same submission key. What a corrupt trustee reveals is no news.
    fn complaints(&mut self, trustee: TrusteeId, message: &Message) {
        if self.is_corrupt(trustee) {
            return;
        }
        let everybody = ClientSet::of(self.round.clients(), |_| true);
        for complaint in check::decode(&message.body, &everybody).unwrap_or_default() {
            let submissions = self.submissions.values();
            let of_client = submissions.filter(|it| it.client == complaint.client);
            let keys: Vec<EncodedPoint> = of_client.map(|it| it.key).collect();
            for key in keys {
                self.shares(trustee, &key, complaint.point);
            }
        }
    }

    /// The coalition knows the point that a trustee shares with a submission key.
    pub(super) fn shares(&mut self, trustee: TrusteeId, key: &EncodedPoint, point: KeyPoint) {
        self.points.insert((trustee, *key.as_bytes()), point);
    }

    /// What an honest trustee opens is the sum over the list that it confirmed, of the submissions that it checked. A corrupt
    /// trustee may say anything, and what it knows is known.
    fn opening(&mut self, trustee: TrusteeId, message: &Message, desk: &Desk<'_>) {
        if self.is_corrupt(trustee) {
            return;
        }
        let signed = |digest: &Digest| {
            let mut checkpoints = desk.checkpoints.iter();
            checkpoints.find(|checkpoint| checkpoint.digest() == *digest)
        };
        let confirm = signed(&message.envelope.answers);
        let check = confirm.and_then(|confirm| signed(&confirm.previous));
        let submit = check.and_then(|check| signed(&check.previous));
        let (Some(check), Some(submit)) = (check, submit) else {
            return;
        };
        let checked = desk.messages().iter().take(submit.root.size as usize);
        let added = checked.filter(|message| match message.envelope.sender {
            Sender::Client(client) => submit.list.contains(client) && check.list.contains(client),
            _ => false,
        });
        let of = added.map(|message| message.envelope.entry()).collect();
        if let Ok(sums) = decode::<Ristretto>(&message.body, self.round.parts()) {
            let opening = Opening { trustee, of, sums };
            if !self.openings.contains(&opening) {
                self.openings.push(opening);
            }
        }
    }

    /// The pads of a submission for a trustee, if the coalition can compute them.
    pub(super) fn pads(&self, of: &Submission, trustee: TrusteeId) -> Option<Vec<Fr>> {
        let mut sealing = self.sealing.iter();
        let pair = sealing.find(|(of, _)| *of == trustee);
        let computed = pair.map(|(_, pair)| *pair.shared_point(&of.key));
        let told = || self.points.get(&(trustee, *of.key.as_bytes())).copied();
        let point = computed.or_else(told)?;
        let (context, parts) = (self.round.context(), self.round.parts());
        let pads = pads::of_point::<Ristretto>(context, of.client, trustee, &point, parts);
        Some(pads.to_vec())
    }
}
