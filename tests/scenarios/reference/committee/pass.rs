//! The pass over the records (`specs/audit.md` 3; `specs/committee.md` 6.2, 6.5, 6.9).

use std::collections::{BTreeMap, BTreeSet};

use super::super::bytes::{tree_root, Digest};
use super::board::{
    Clients, Envelope, Record, CHECK, CONFIRM, ENVELOPE, OPEN, PHASES, PUBLISH, SUBMIT, TRUSTEES,
};
use super::check::Checked;
use super::findings::{aggregator, Finding, Findings};
use super::given::Message;
use super::round::Round;
use super::submit::Submission;
use super::{Judged, Skips};

/// A message of the board.
pub(super) struct Leaf {
    pub(super) envelope: Envelope,
    /// Whether it passes V-04.2 to V-04.5.
    pub(super) is_in_place: bool,
}

/// The outcome of a client that did not contribute (`specs/committee.md` 3.7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Dropped,
    NotAccepted,
    ComplainedAbout,
}

impl Outcome {
    fn text(self) -> &'static str {
        match self {
            Self::Dropped => "dropped (submit)",
            Self::NotAccepted => "excluded for a fault (submit)",
            Self::ComplainedAbout => "excluded for a fault (check)",
        }
    }
}

pub(super) struct Pass<'a> {
    pub(super) round: &'a Round,
    pub(super) given: &'a [Message],
    pub(super) skips: Skips,
    pub(super) findings: Findings,
    pub(super) leaves: Vec<Leaf>,
    /// How many phases were closed.
    pub(super) closed: usize,
    pub(super) chain: Digest,
    /// Size and root of the tree of the checkpoint before.
    pub(super) before: Option<(u64, Digest)>,
    /// The digest of the first signed checkpoint of each phase (V-03.8).
    pub(super) signed: BTreeMap<u8, Digest>,
    /// The lists of the checkpoints, by the phase that they closed.
    pub(super) lists: BTreeMap<u8, Clients>,
    /// The first body root of each sender in the open phase (V-04.7).
    pub(super) first: BTreeMap<u32, Digest>,
    /// The trustees that have spoken, by phase and as senders.
    pub(super) spoken: BTreeMap<u8, BTreeSet<u32>>,
    /// Whether a body is damaged that matters (`specs/audit.md` 3.10).
    pub(super) is_damaged: bool,
    pub(super) submissions: BTreeMap<u32, Submission>,
    /// How many leaves the checkpoint of submit covers.
    pub(super) submit_leaves: usize,
    pub(super) checks: Vec<Checked>,
    /// The clients about whom a complaint is upheld.
    pub(super) upheld: Clients,
    /// The trustees whose opening holds.
    pub(super) opened: BTreeSet<u32>,
    /// Whether an opening was not judged, or is damaged.
    pub(super) is_opening_missing: bool,
    pub(super) is_published: bool,
    pub(super) outcomes: BTreeMap<u32, Outcome>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        round: &'a Round,
        given: &'a [Message],
        skips: Skips,
        findings: Findings,
    ) -> Self {
        Self {
            round,
            given,
            skips,
            findings,
            leaves: Vec::new(),
            closed: 0,
            chain: round.context,
            before: None,
            signed: BTreeMap::new(),
            lists: BTreeMap::new(),
            first: BTreeMap::new(),
            spoken: BTreeMap::new(),
            is_damaged: false,
            submissions: BTreeMap::new(),
            submit_leaves: 0,
            checks: Vec::new(),
            upheld: Clients::new(),
            opened: BTreeSet::new(),
            is_opening_missing: false,
            is_published: false,
            outcomes: BTreeMap::new(),
        }
    }

    /// Reads all records; nothing if some bytes are none (`specs/audit.md` 1.6).
    pub(super) fn judge(mut self, mut records: &[u8]) -> Option<Judged> {
        let longest = self.round.longest();
        while !records.is_empty() {
            let (record, behind) = Record::read(records, longest)?;
            records = behind;
            let Some(phase) = self.open() else {
                // V-03.6: reading ends behind it, and it is counted nowhere.
                self.findings.fail("V-03");
                break;
            };
            match record.kind {
                2 => self.checkpoint(phase, record.content),
                _ => self.message(phase, &record),
            }
        }
        if self.open() == Some(CHECK) {
            self.judge_complaints();
        }
        self.findings.end();
        self.judge_given();
        Some(self.report())
    }

    /// The open phase; none if the board is finished.
    fn open(&self) -> Option<u8> {
        PHASES.get(self.closed).copied()
    }

    /// The list of the checkpoint that closed a phase, as it stands there.
    pub(super) fn list_of(&self, phase: u8) -> &Clients {
        &self.lists[&phase]
    }

    /// Evidence of what a checkpoint shows: the last leaf before it, and 0 if there is none.
    pub(super) fn last_leaf(&self) -> Vec<u64> {
        vec![(self.leaves.len() as u64).saturating_sub(1)]
    }

    /// `specs/audit.md` 3.2
    fn message(&mut self, phase: u8, record: &Record<'_>) {
        self.findings.count("V-04", 1);
        let Some(envelope) = Envelope::read(record.content) else {
            // V-04.1: no leaf.
            self.findings.fail("V-04");
            return;
        };
        let leaf = self.leaves.len() as u64;
        let misplaced = self.misplaced(phase, &envelope);
        let (sender, root) = (envelope.sender, envelope.body_root);
        let is_in_place = misplaced.is_none();
        self.leaves.push(Leaf {
            envelope,
            is_in_place,
        });
        if let Some(rule) = misplaced {
            let finding = Finding::new(aggregator(), rule, vec![leaf]);
            self.findings.failure(finding);
            return;
        }
        // V-04.10
        if phase == CONFIRM && root != tree_root::<Vec<u8>>(&[]) {
            self.blame_both(sender, "V-04.10", leaf);
            return;
        }
        let body = Body {
            phase,
            sender,
            leaf,
            root,
            kind: record.kind,
            bytes: &record.content[ENVELOPE..],
        };
        match phase {
            SUBMIT => self.submission(&body),
            PUBLISH => self.publication(&body),
            _ => self.message_of_trustee(&body),
        }
    }

    /// The first of V-04.2 to V-04.5 that does not hold.
    fn misplaced(&self, phase: u8, envelope: &Envelope) -> Option<&'static str> {
        let sender = envelope.sender;
        if envelope.context != self.round.context {
            return Some("V-04.2");
        }
        if envelope.phase != phase || envelope.answers != self.chain {
            return Some("V-04.3");
        }
        if !self.may_speak(phase, sender) {
            return Some("V-04.4");
        }
        let key = self.round.key(sender).expect("who may speak has a key");
        (!envelope.is_signed(key)).then_some("V-04.5")
    }

    /// `specs/committee.md` 3.6
    fn may_speak(&self, phase: u8, sender: u32) -> bool {
        let has_spoken = |phase| {
            let spoken = self.spoken.get(&phase);
            spoken.is_some_and(|spoken| spoken.contains(&sender))
        };
        match phase {
            SUBMIT => self.round.is_client(sender),
            CHECK => self.round.trustee(sender).is_some(),
            CONFIRM => has_spoken(CHECK),
            OPEN => has_spoken(CONFIRM),
            _ => sender == 0,
        }
    }

    /// A failure of the aggregator, and a fault of the sender.
    pub(super) fn blame_both(&mut self, sender: u32, rule: &'static str, leaf: u64) {
        let finding = Finding::new(aggregator(), rule, vec![leaf]);
        self.findings.failure(finding);
        let finding = Finding::new(self.round.name(sender), rule, vec![leaf]);
        self.findings.fault(finding);
    }

    /// V-04.7: whether this is the first message of its sender in the phase. If not, the aggregator has failed; and the
    /// sender too, if the two differ.
    pub(super) fn is_first(&mut self, body: &Body<'_>) -> bool {
        let Some(first) = self.first.get(&body.sender) else {
            self.first.insert(body.sender, body.root);
            return true;
        };
        if *first == body.root {
            let finding = Finding::new(aggregator(), "V-04.7", vec![body.leaf]);
            self.findings.failure(finding);
        } else {
            self.blame_both(body.sender, "V-04.7", body.leaf);
        }
        false
    }

    /// Who has contributed, as far as outcomes are known: who has none.
    pub(super) fn contributors(&self) -> Vec<u32> {
        let clients = 1..=self.round.clients;
        let without = clients.filter(|client| !self.outcomes.contains_key(client));
        without.collect()
    }

    fn report(self) -> Judged {
        let finished = self.open().is_none();
        let contributors = match finished {
            true => self.contributors(),
            false => Vec::new(),
        };
        let outcomes = self.outcomes.iter();
        let absent = outcomes.map(|(client, outcome)| (*client, outcome.text().to_owned()));
        let numbers = 1..=self.round.trustees() as u32;
        let trustees = numbers.map(|trustee| {
            let sender = TRUSTEES + trustee;
            let spoke = |phase| {
                let spoken = self.spoken.get(&phase);
                spoken.is_some_and(|spoken| spoken.contains(&sender))
            };
            (spoke(CHECK), spoke(CONFIRM), self.opened.contains(&trustee))
        });
        Judged {
            absent: absent.collect(),
            trustees: trustees.collect(),
            counted: self.findings.counted(&self.skips),
            faults: self.findings.faults,
            failed: self.findings.failed,
            finished,
            contributors,
        }
    }
}

/// A message that passes V-04.2 to V-04.5 and V-04.10, and its body.
pub(super) struct Body<'a> {
    pub(super) phase: u8,
    pub(super) sender: u32,
    pub(super) leaf: u64,
    /// The root that the envelope names.
    pub(super) root: Digest,
    pub(super) kind: u8,
    pub(super) bytes: &'a [u8],
}

impl Body<'_> {
    /// The first case of V-04.6: the envelope names these bytes uncut. Records of kind 3 have none, and envelopes of
    /// submit (6.1).
    pub(super) fn is_uncut(&self) -> bool {
        let no_parts = tree_root::<Vec<u8>>(&[]);
        let is_named =
            self.root == tree_root(&[self.bytes]) || self.bytes.is_empty() && self.root == no_parts;
        self.kind == 1 && self.phase != SUBMIT && is_named
    }
}
