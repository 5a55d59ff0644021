//! The pass over a board (`specs/audit.md` 2.4 and 3): which messages count, which list each phase gives, which
//! clients are named, and the outcome of each client.
//!
//! It does not look for faults of the aggregator, except in what the lists depend on. It panics if checkpoints do not
//! fit, or if a body is not that of its envelope.

use std::collections::BTreeMap;

use curve25519_dalek::scalar::Scalar;

use super::attestation::{Attestation, Challenges, Submission};
use super::board::{
    unmask_round, Board, Checkpoint, Clients, Message, Record, ACKNOWLEDGE, ADVERTISE, ATTEST,
    CONFIRM, DISPUTE, PUBLISH, SHARE, SUBMIT, UNMASK,
};
use super::bytes::{is_signed, tree_root, Digest};
use super::frame::Frame;
use super::judgement::{Counted, Derived, Judgement, Outcome};
use super::setup::{Advertisement, Dealing};

pub(crate) struct Judge {
    pub(crate) frame: Frame,
    chain: Digest,
    /// The lists of the checkpoints, by phase.
    lists: BTreeMap<u8, Clients>,
    pub(crate) equivocated: Clients,
    found: Vec<(u32, &'static str)>,
    pub(crate) advertisements: BTreeMap<u32, Advertisement>,
    pub(crate) dealings: BTreeMap<u32, Dealing>,
    /// Dealers whose shares lie on no polynomial of the right degree.
    pub(crate) misdealt: Clients,
    pub(crate) accepted: BTreeMap<u32, Submission>,
    pub(crate) challenges: Option<Challenges>,
    pub(crate) attestations: BTreeMap<u32, Attestation>,
    /// Reconstructed secrets, by client.
    pub(crate) seeds: BTreeMap<u32, Scalar>,
    pub(crate) mask_secrets: BTreeMap<u32, Scalar>,
}

pub(crate) fn judge(board: &[u8]) -> Judgement {
    let board = Board::read(board);
    let frame = Frame::new(&board);
    let mut judge = Judge {
        chain: frame.context,
        frame,
        lists: BTreeMap::new(),
        equivocated: Clients::new(),
        found: Vec::new(),
        advertisements: BTreeMap::new(),
        dealings: BTreeMap::new(),
        misdealt: Clients::new(),
        accepted: BTreeMap::new(),
        challenges: None,
        attestations: BTreeMap::new(),
        seeds: BTreeMap::new(),
        mask_secrets: BTreeMap::new(),
    };
    judge.pass(&board.records)
}

impl Judge {
    fn pass(&mut self, records: &[Record]) -> Judgement {
        let mut result = Judgement::default();
        let mut open = Some(ADVERTISE);
        let mut leaves: Vec<Digest> = Vec::new();
        let mut messages: Vec<Counted<'_>> = Vec::new();
        for record in records {
            let phase = open.expect("nothing follows the last phase");
            match record {
                Record::Message(message) => {
                    leaves.push(message.entry);
                    if !self.is_in_place(message, phase) {
                        continue;
                    }
                    if phase == PUBLISH {
                        result.published = Some(message.body.clone());
                        continue;
                    }
                    let sender = message.sender;
                    let no_parts = tree_root::<Vec<u8>>(&[]);
                    let one_part = tree_root(&[&message.body]);
                    let uncut = message.body_root == one_part
                        || message.body.is_empty() && message.body_root == no_parts;
                    // V-04.10
                    if phase == ACKNOWLEDGE && message.body_root != no_parts {
                        self.find(sender, "V-04");
                        continue;
                    }
                    // V-04.6
                    let lengths = self.lengths(phase, sender);
                    let Some(parts) = self.frame.parts(message, &lengths) else {
                        assert!(uncut, "damaged");
                        self.find(sender, "V-04");
                        continue;
                    };
                    // V-04.7
                    if let Some(first) = messages.iter().find(|first| first.sender == sender) {
                        if first.message.body_root != message.body_root {
                            self.find(sender, "V-04");
                            self.equivocated.insert(sender);
                        }
                        continue;
                    }
                    let equivocated = self.equivocated.clone();
                    messages.push(Counted {
                        message,
                        sender,
                        parts,
                        equivocated,
                    });
                }
                Record::Checkpoint(checkpoint) => {
                    self.assert_authentic(checkpoint, phase, &leaves);
                    let derived = self.derive(phase, &messages);
                    self.settle(phase, &messages, &derived, &mut result);
                    self.chain = checkpoint.digest;
                    let part = &checkpoint.list & &self.before(phase);
                    self.lists.insert(phase, part);
                    let both = (phase, derived.list, checkpoint.list.clone());
                    result.lists.push(both);
                    open = self.next(phase);
                    messages.clear();
                }
            }
        }
        // 3.6, 3.9: when the last phase has closed the round is over, with a sum or, after V-09.4, without one. A
        // client without an outcome has contributed.
        if open.is_none() {
            for client in self.frame.everybody() {
                let outcome = result.outcomes.entry(client);
                if *outcome.or_insert(Outcome::Contributed) == Outcome::Contributed {
                    result.contributors.push(client);
                }
            }
        }
        result
    }

    /// V-04.2 to V-04.5
    fn is_in_place(&self, message: &Message, phase: u8) -> bool {
        let may_speak = match phase {
            PUBLISH => message.sender == 0,
            _ => self.eligible(phase).contains(&message.sender),
        };
        let key = match message.sender {
            0 => &self.frame.aggregator,
            client => match self.frame.roster.get(client as usize - 1) {
                Some(key) => key,
                None => return false,
            },
        };
        let (signed, signature) = (&message.signed, &message.signature);
        message.context == self.frame.context
            && message.phase == phase
            && message.answers == self.chain
            && may_speak
            && is_signed(key, "veragg/1 sign message", signed, signature)
    }

    /// V-03.1 to V-03.3
    fn assert_authentic(&self, checkpoint: &Checkpoint, phase: u8, leaves: &[Digest]) {
        assert_eq!(checkpoint.context, self.frame.context);
        assert_eq!(checkpoint.phase, phase);
        assert_eq!(checkpoint.previous, self.chain);
        assert_eq!(checkpoint.tree_size, leaves.len() as u64);
        assert_eq!(checkpoint.tree_root, tree_root(leaves));
        let (key, signature) = (&self.frame.aggregator, &checkpoint.signature);
        let label = "veragg/1 sign checkpoint";
        assert!(is_signed(key, label, &checkpoint.signed, signature));
    }

    /// At the end of a phase (3.3), before the checkpoint becomes the last of the chain: faults count, and clients that
    /// are not on the list get their outcomes (`specs/protocol.md` 5.9).
    fn settle(
        &mut self,
        phase: u8,
        messages: &[Counted<'_>],
        derived: &Derived,
        result: &mut Judgement,
    ) {
        result.named.extend(self.found.drain(..));
        if [ACKNOWLEDGE, PUBLISH].contains(&phase) {
            return;
        }
        let shown = round_of(phase).map_or(phase, |_| UNMASK);
        for client in self.before(phase).difference(&derived.list) {
            let has_spoken = messages.iter().any(|messages| messages.sender == *client);
            let outcome = if shown == UNMASK || derived.excluded.contains(client) {
                Outcome::Excluded(shown)
            } else if shown == DISPUTE || !has_spoken {
                Outcome::Dropped(shown)
            } else if derived.isolated.contains(client) {
                Outcome::Isolated
            } else {
                Outcome::Excluded(shown)
            };
            result.outcomes.entry(*client).or_insert(outcome);
        }
    }

    fn derive(&mut self, phase: u8, messages: &[Counted<'_>]) -> Derived {
        match phase {
            ADVERTISE => self.advertised(messages),
            SHARE => self.dealers(messages),
            CONFIRM => self.participants(messages),
            SUBMIT => self.accepted(messages),
            ATTEST => self.attested(messages),
            DISPUTE => self.undisputed(messages),
            ACKNOWLEDGE => Derived::of(messages.iter().map(|messages| messages.sender).collect()),
            PUBLISH => Derived::of(self.before(PUBLISH)),
            _ => self.unmasked(round_of(phase).expect("a round of unmask"), messages),
        }
    }

    /// The phase after this one, given its checkpoint's list (3.3).
    fn next(&self, phase: u8) -> Option<u8> {
        let Some(round) = round_of(phase) else {
            return (phase < PUBLISH).then_some(phase + 1);
        };
        if self.lists[&phase] == self.contributors(round) {
            return Some(PUBLISH);
        }
        (round < self.frame.unmask_rounds).then(|| unmask_round(round + 1))
    }

    pub(crate) fn find(&mut self, client: u32, check: &'static str) {
        self.found.push((client, check));
    }

    /// The list of an earlier phase, as its checkpoint holds it (3.4).
    pub(crate) fn listed(&self, phase: u8) -> &Clients {
        &self.lists[&phase]
    }

    /// `C_r`
    pub(crate) fn contributors(&self, round: u8) -> Clients {
        match round {
            0 => self.listed(DISPUTE).clone(),
            _ => self.listed(unmask_round(round - 1)).clone(),
        }
    }

    /// The list of which that of a phase is a part (3.3).
    fn before(&self, phase: u8) -> Clients {
        match round_of(phase) {
            Some(round) => self.contributors(round),
            None if phase == PUBLISH => {
                let rounds = self.lists.keys().filter_map(|&phase| round_of(phase));
                self.contributors(rounds.max().expect("unmask before publish") + 1)
            }
            None => self.eligible(phase),
        }
    }

    /// Who may speak in a phase of clients.
    pub(crate) fn eligible(&self, phase: u8) -> Clients {
        match round_of(phase) {
            Some(0) => self.listed(ACKNOWLEDGE).clone(),
            Some(round) => &self.contributors(round) & self.listed(ACKNOWLEDGE),
            None if phase == ADVERTISE => self.frame.everybody(),
            None => self.listed(phase - 1).clone(),
        }
    }

    /// The clients whose secrets are reconstructed in a round of unmask (`specs/protocol.md` 5.8).
    pub(crate) fn subjects(&self, round: u8) -> Clients {
        match round {
            0 => self.listed(CONFIRM).clone(),
            _ => &self.contributors(round - 1) - &self.contributors(round),
        }
    }
}

fn round_of(phase: u8) -> Option<u8> {
    match phase {
        UNMASK => Some(0),
        65.. => Some(phase - 64),
        _ => None,
    }
}
