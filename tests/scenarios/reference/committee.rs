//! A second, slow audit of boards of the committee protocol, written from `specs/` alone: it shares no rule with the
//! protocol crate or the verifier.
//!
//! Receipts, checkpoints and sums that an auditor is given, and limits of what a report holds, are left out. Only the
//! suite `ristretto255-bitplane` is known.

mod arithmetic;
mod board;
mod chain;
mod check;
mod entry;
mod findings;
mod given;
mod open;
mod pass;
mod publish;
mod round;
mod settings;
mod submission;
mod submit;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use self::board::Header;
use self::entry::enter;
use self::findings::{Fault, Findings};
use self::given::Message;
use self::pass::Pass;

/// What an auditor has besides the board.
pub(crate) struct Given {
    pub(crate) organiser: Option<[u8; 32]>,
    pub(crate) messages: Vec<Vec<u8>>,
    /// The ids of checks to leave out.
    pub(crate) skip: Vec<&'static str>,
}

/// What the reference finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// Each fault: culprit, rule, check, evidence, involved clients, checkpoints.
    pub(crate) faults: BTreeSet<Fault>,
    /// The ids of the checks whose status is `failed`.
    pub(crate) failed: BTreeSet<String>,
    /// Records and faults of each check that is neither failed nor skipped, and has a record.
    pub(crate) counted: BTreeMap<String, (u64, u64)>,
    pub(crate) finished: bool,
    pub(crate) contributors: Vec<u32>,
    /// Each client whose outcome is known and not that it contributed.
    pub(crate) absent: Vec<(u32, String)>,
    /// Of each trustee: whether it checked, confirmed, and opened.
    pub(crate) trustees: Vec<(bool, bool, bool)>,
}

/// The audit (`specs/committee.md` 6); nothing if there is no report (`specs/audit.md` 1.6).
pub(crate) fn judge(board: &[u8], given: &Given) -> Option<Judged> {
    let header = Header::read(board)?;
    let is_of_committee = header.configuration.committee().is_some();
    let most = if is_of_committee { 1 << 16 } else { 0 };
    if given.messages.len() > most {
        return None;
    }
    let messages = given.messages.iter().map(|bytes| Message::read(bytes));
    let messages: Vec<Message> = messages.collect::<Option<_>>()?;
    let mut findings = Findings::default();
    let Some(round) = enter(&header, given.organiser.as_ref(), &mut findings) else {
        return Some(Judged {
            faults: findings.faults,
            failed: findings.failed,
            ..Judged::default()
        });
    };
    Pass::new(&round, &messages, Skips::new(&given.skip), findings).judge(header.records)
}

/// The checks to leave out (`specs/audit.md` 1.5).
struct Skips(BTreeSet<&'static str>);

impl Skips {
    fn new(ids: &[&'static str]) -> Self {
        let mut skipped = BTreeSet::new();
        for &id in ids {
            // V-07 and V-16 are decided together (6.1).
            if id.starts_with("V-07") || id == "V-16" {
                skipped.extend(["V-07.A", "V-07.B", "V-07.C", "V-07.D", "V-16"]);
            } else if ["V-10", "V-11", "V-12", "V-17", "V-18"].contains(&id) {
                skipped.insert(id);
            }
        }
        Self(skipped)
    }

    fn has(&self, check: &str) -> bool {
        self.0.contains(check)
    }
}
