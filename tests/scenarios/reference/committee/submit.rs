//! Submit: V-04.6 of submissions, V-07 and V-16 (`specs/audit.md` 2.7; `specs/committee.md` 6.4, 6.5).

use curve25519_dalek::ristretto::RistrettoPoint;
use veragg::circuits::proof_system::ProofPart;

use super::board::{Clients, SUBMIT};
use super::findings::Finding;
use super::pass::{Body, Pass};
use super::submission::{Verdict, Whole};

/// The first message of a client that passes V-04.2 to V-04.5.
pub(super) struct Submission {
    pub(super) leaf: u64,
    /// Nothing if it is damaged.
    pub(super) whole: Option<Whole>,
    /// The commitments to its rows, unless one of the steps has found something.
    pub(super) rows: Option<Vec<RistrettoPoint>>,
}

impl Pass<'_> {
    pub(super) fn submission(&mut self, body: &Body<'_>) {
        let whole = match body.kind {
            3 => Whole::read(self.round, body.bytes, &body.root),
            _ => None,
        };
        // V-04.6 has no first case for envelopes of submit (6.1): the failure is nobody's.
        if whole.is_none() {
            self.findings.fail("V-04");
        }
        // V-04.7 is judged also if V-04.6 fails.
        if !self.is_first(body) {
            return;
        }
        let rows = whole.as_ref().and_then(|whole| {
            let holds = self.judge_submission(body, whole);
            whole.rows(self.round).filter(|_| holds)
        });
        let leaf = body.leaf;
        let submission = Submission { leaf, whole, rows };
        self.submissions.insert(body.sender, submission);
    }

    /// V-07.1, V-16.1, V-07.3 and V-16.2: the first that does not hold decides.
    fn judge_submission(&mut self, body: &Body<'_>, whole: &Whole) -> bool {
        let skips_inputs = self.skips.has("V-16");
        self.findings.count("V-07.A", 1);
        let verdict = match skips_inputs {
            // Only V-07.1 is judged (6.4).
            true if whole.rows(self.round).is_some() => return true,
            true => Verdict::NoProof,
            false => whole.judge(self.round, body.sender),
        };
        let fault = |rule| Finding::new(self.round.name(body.sender), rule, vec![body.leaf]);
        if let Verdict::NoProof = verdict {
            self.findings.fault(fault("V-07.1").under("V-07.A"));
            return false;
        }
        self.findings.count("V-16", 1);
        if let Verdict::NoKeys = verdict {
            self.findings.fault(fault("V-16.1"));
            return false;
        }
        let failing = match verdict {
            Verdict::Fails(part) => Some(part),
            _ => None,
        };
        if let Some(check) = self.count_parts(failing) {
            self.findings.fault(fault("V-07.3").under(check));
            return false;
        }
        let shown = whole.shown.as_ref();
        let keeps = shown.is_none_or(|(position, part)| whole.keeps(self.round, *position, part));
        if !keeps {
            self.findings.fault(fault("V-16.2"));
        }
        keeps
    }

    /// Counts the parts of V-07.3 that are computed, up to the one that fails; the check of that one.
    fn count_parts(&mut self, failing: Option<ProofPart>) -> Option<&'static str> {
        if failing == Some(ProofPart::Commitments) {
            return Some("V-07.A");
        }
        let segments = &self.round.segments;
        let has_norm = segments.iter().any(|segment| segment.norm.is_some());
        let has_sum = segments.iter().any(|segment| segment.has_sum);
        let parts = [
            (ProofPart::Range, "V-07.B", true),
            (ProofPart::Norm, "V-07.C", has_norm),
            (ProofPart::Sum, "V-07.D", has_sum),
        ];
        for (part, check, is_claimed) in parts {
            if is_claimed {
                self.findings.count(check, 1);
            }
            if failing == Some(part) {
                return Some(check);
            }
        }
        None
    }

    /// At the end of submit: V-16.3 to V-16.5, and the list (6.9).
    pub(super) fn accepted(&mut self) -> Clients {
        let listed = self.list_of(SUBMIT).clone();
        let skips_inputs = self.skips.has("V-16");
        let mut accepted = Clients::new();
        for (client, submission) in &self.submissions {
            let is_listed = listed.contains(client);
            let Some(whole) = &submission.whole else {
                // Damaged: it counts as the checkpoint has it (6.5).
                accepted.extend(is_listed.then_some(*client));
                continue;
            };
            let holds = submission.rows.is_some();
            // V-16.3: the record does not show why the client is not listed. V-16.4: it shows a part for no reason.
            let unexplained = holds && !is_listed || is_listed && whole.shown.is_some();
            if unexplained && !skips_inputs {
                self.findings.fail("V-16");
            }
            // By V-16.3 also who is not found guilty counts as the checkpoint has it.
            accepted.extend((holds && is_listed).then_some(*client));
        }
        if !skips_inputs {
            self.judge_left_out();
        }
        accepted
    }
}
