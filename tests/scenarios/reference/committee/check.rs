//! Check and confirm: V-04.6 and V-04.7 of trustees, and V-17 (`specs/committee.md` 3.2, 3.3, 5.3, 6.6).

use std::collections::BTreeSet;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::super::bytes::{point, scalar, Front};
use super::super::transcript::Transcript;
use super::arithmetic::pads;
use super::board::{Clients, CHECK, CONFIRM, OPEN, SUBMIT, TRUSTEES};
use super::findings::{aggregator, Finding};
use super::pass::{Body, Pass};
use super::round::Round;
use super::submission::{cut, Whole};

const COMPLAINT: usize = 104;

/// The message of check of a trustee.
pub(super) struct Checked {
    trustee: u32,
    leaf: u64,
    /// How many records of checkpoints stand before it, and whether all were authentic.
    before: (u32, bool),
    /// Nothing if the body is damaged, or does not decode.
    complaints: Option<Vec<Complaint>>,
}

pub(super) struct Complaint {
    client: u32,
    block: usize,
    /// `e_j X_i`
    point: RistrettoPoint,
    challenge: Scalar,
    response: Scalar,
}

impl Complaint {
    fn decode(part: &[u8]) -> Option<Self> {
        let mut front = Front(part);
        Some(Self {
            client: front.integer(4) as u32,
            block: front.integer(4) as usize,
            point: point(front.take(32))?,
            challenge: scalar(front.take(32))?,
            response: scalar(front.take(32))?,
        })
    }

    /// A body of check (5.3): the clients ascend and are on the list.
    fn decode_all(parts: &[Vec<u8>], accepted: &Clients) -> Option<Vec<Self>> {
        let complaints = parts.iter().map(|part| Self::decode(part));
        let complaints: Vec<_> = complaints.collect::<Option<_>>()?;
        let clients = complaints.iter().map(|complaint| complaint.client);
        let clients: Vec<_> = clients.collect();
        let are_listed = clients.iter().all(|client| accepted.contains(client));
        let ascend = clients.windows(2).all(|pair| pair[0] < pair[1]);
        (are_listed && ascend).then_some(complaints)
    }

    /// The proof of `specs/protocol.md` 4.6, with the integers of `specs/committee.md` 3.2.
    fn is_proven(&self, round: &Round, trustee: u32, key: &RistrettoPoint) -> bool {
        let sealing_key = round.sealing_key(trustee);
        let commitment = RistrettoPoint::mul_base(&self.response) - sealing_key * self.challenge;
        let other_commitment = key * self.response - self.point * self.challenge;
        let challenge = Transcript::open("veragg/1 revealed point")
            .bytes("context", &round.context)
            .integer("client", TRUSTEES + trustee)
            .integer("other", self.client)
            .integer("purpose", 3u64)
            .element("key", sealing_key)
            .element("other key", key)
            .element("point", &self.point)
            .element("commitment", &commitment)
            .element("other commitment", &other_commitment)
            .challenge("challenge");
        challenge == self.challenge
    }

    /// Whether it is upheld (3.2); nothing if part 1, or a pad for this trustee, does not decode.
    fn is_upheld(&self, round: &Round, trustee: u32, whole: &Whole) -> Option<bool> {
        let (key, ..) = whole.key()?;
        let committed = whole.pads(trustee)?;
        let Some(committed) = committed.get(self.block) else {
            return Some(false);
        };
        let sizes = (round.blocks(), round.width());
        let pads = pads(&round.context, self.client, trustee, &self.point, sizes);
        let opens = round.generators.commit(&pads[self.block]) == *committed;
        Some(self.is_proven(round, trustee, &key) && !opens)
    }
}

impl Pass<'_> {
    /// A message of check, confirm or open. It has spoken whatever its body (6.2).
    pub(super) fn message_of_trustee(&mut self, body: &Body<'_>) {
        // V-04.7 comes before V-04.6.
        if !self.is_first(body) {
            return;
        }
        let spoken = self.spoken.entry(body.phase).or_default();
        spoken.insert(body.sender);
        let parts = match body.kind {
            1 => cut(body.bytes, &self.lengths(body), &body.root),
            _ => None,
        };
        let is_spoilt = parts.is_none() && body.is_uncut();
        if is_spoilt {
            self.blame_both(body.sender, "V-04.6", body.leaf);
        } else if parts.is_none() {
            self.findings.fail("V-04");
            // A confirmation is never damaged: its body is known (6.2).
            self.is_damaged |= body.phase != CONFIRM;
            self.is_opening_missing |= body.phase == OPEN;
        }
        let trustee = body.sender - TRUSTEES;
        match body.phase {
            CHECK => self.check(trustee, body.leaf, parts),
            CONFIRM => self.confirm(trustee, body.leaf),
            _ => self.open_sums(trustee, body.leaf, parts),
        }
    }

    /// The lengths of the parts of a trustee's body (5.3).
    fn lengths(&self, body: &Body<'_>) -> Vec<usize> {
        match body.phase {
            CHECK => {
                let most = self.round.clients as usize;
                vec![COMPLAINT; (body.bytes.len() / COMPLAINT).min(most)]
            }
            CONFIRM => Vec::new(),
            _ => vec![32 * self.round.blocks() * self.round.width()],
        }
    }

    /// A fault of a trustee by its own message, which waits for no checkpoint (6.8).
    pub(super) fn blame_trustee(&mut self, trustee: u32, rule: &'static str, leaf: u64) {
        let finding = Finding::new(format!("trustee {trustee}"), rule, vec![leaf]);
        let (checkpoints, names) = (self.findings.checkpoints, self.findings.names_count);
        self.findings.fault_at_once(finding, checkpoints, names);
    }

    fn check(&mut self, trustee: u32, leaf: u64, parts: Option<Vec<Vec<u8>>>) {
        let accepted = self.list_of(SUBMIT);
        let is_whole = parts.is_some();
        let complaints = parts.and_then(|parts| Complaint::decode_all(&parts, accepted));
        if !self.skips.has("V-17") {
            self.findings.count("V-17", 1);
            if !self.may_be_answered() {
                self.blame_trustee(trustee, "V-17.1", leaf);
            }
            if is_whole && complaints.is_none() {
                self.blame_trustee(trustee, "V-17.2", leaf);
            }
        }
        self.checks.push(Checked {
            trustee,
            leaf,
            before: (self.findings.checkpoints, self.findings.names_count),
            complaints,
        });
    }

    /// V-17.1: whether the tree of the checkpoint of submit is one that a trustee answers (3.2.2, 3.2.3).
    fn may_be_answered(&self) -> bool {
        let leaves = &self.leaves[..self.submit_leaves];
        let mut senders = BTreeSet::new();
        let are_submissions = leaves.iter().all(|leaf| {
            let envelope = &leaf.envelope;
            envelope.context == self.round.context
                && envelope.phase == SUBMIT
                && self.round.is_client(envelope.sender)
                && senders.insert(envelope.sender)
        });
        let is_in_place = |client: &u32| {
            let mut leaves = leaves.iter();
            leaves.any(|leaf| leaf.envelope.sender == *client && leaf.is_in_place)
        };
        are_submissions && self.list_of(SUBMIT).iter().all(is_in_place)
    }

    /// V-17.3, when the phase or the board ends.
    pub(super) fn judge_complaints(&mut self) {
        if self.skips.has("V-17") {
            return;
        }
        for checked in std::mem::take(&mut self.checks) {
            self.judge_complaints_of(&checked);
            self.checks.push(checked);
        }
    }

    /// Up to the first false complaint; nothing behind it counts.
    fn judge_complaints_of(&mut self, checked: &Checked) {
        let trustee = checked.trustee;
        for complaint in checked.complaints.iter().flatten() {
            let client = complaint.client;
            // One about whom an earlier complaint is upheld is passed over.
            if self.upheld.contains(&client) {
                continue;
            }
            let Some(submission) = self.submissions.get(&client) else {
                continue;
            };
            let whole = submission.whole.as_ref();
            let upheld = whole.and_then(|whole| complaint.is_upheld(self.round, trustee, whole));
            let Some(is_upheld) = upheld else {
                continue;
            };
            let evidence = vec![submission.leaf, checked.leaf];
            self.findings.count("V-17", 1);
            let finding = if is_upheld {
                self.upheld.insert(client);
                Finding::new(self.round.name(client), "V-17.3", evidence)
            } else {
                let culprit = format!("trustee {trustee}");
                Finding::new(culprit, "V-17.3", evidence).involving(client)
            };
            // Of the client too: it counts by what stands before the message (6.8).
            let (checkpoints, names_count) = checked.before;
            self.findings
                .fault_at_once(finding, checkpoints, names_count);
            if !is_upheld {
                return;
            }
        }
    }

    /// V-17.4
    fn confirm(&mut self, trustee: u32, leaf: u64) {
        if self.skips.has("V-17") {
            return;
        }
        self.findings.count("V-17", 1);
        let list = self.list_of(CHECK);
        let is_part = list.is_subset(self.list_of(SUBMIT));
        let mut own = self.checks.iter();
        let own = own.find(|checked| checked.trustee == trustee);
        let complaints = own.and_then(|checked| checked.complaints.as_ref());
        let names_one = complaints.is_some_and(|complaints| {
            let mut complaints = complaints.iter();
            complaints.any(|complaint| list.contains(&complaint.client))
        });
        if !is_part || list.len() < self.round.min_contributors || names_one {
            self.blame_trustee(trustee, "V-17.4", leaf);
        }
    }

    /// V-17.5, at the checkpoint of confirm.
    pub(super) fn judge_confirmed(&mut self) {
        let confirmed = self.spoken.get(&CONFIRM).map_or(0, BTreeSet::len);
        if !self.skips.has("V-17") && confirmed < self.round.needed {
            let finding = Finding::new(aggregator(), "V-17.5", self.last_leaf());
            self.findings.failure(finding);
        }
    }
}
