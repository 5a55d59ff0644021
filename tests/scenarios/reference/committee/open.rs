//! Open: V-18 (`specs/committee.md` 3.4, 6.7).

use curve25519_dalek::ristretto::RistrettoPoint;

use super::super::bytes::scalars;
use super::board::CHECK;
use super::findings::{aggregator, Finding};
use super::pass::Pass;

impl Pass<'_> {
    /// V-18.1, if the body is that of the envelope.
    pub(super) fn open_sums(&mut self, trustee: u32, leaf: u64, parts: Option<Vec<Vec<u8>>>) {
        let Some(parts) = parts.filter(|_| !self.skips.has("V-18")) else {
            return;
        };
        let Some(sums) = self.sums_of_pads(trustee) else {
            self.is_opening_missing = true;
            return;
        };
        self.findings.count("V-18", 1);
        let holds = scalars(&parts[0]).is_some_and(|opening| {
            let blocks = opening.chunks(self.round.width());
            let mut blocks = blocks.zip(&sums);
            blocks.all(|(scalars, sum)| self.round.generators.commit(scalars) == *sum)
        });
        if holds {
            self.opened.insert(trustee);
        } else {
            self.blame_trustee(trustee, "V-18.1", leaf);
        }
    }

    /// The sums of the `P_(i,j,b)` over the list of check, for each `b`; nothing if an opening is not judged.
    fn sums_of_pads(&self, trustee: u32) -> Option<Vec<RistrettoPoint>> {
        let mut sums = vec![RistrettoPoint::default(); self.round.blocks()];
        for client in self.list_of(CHECK) {
            let whole = self.submissions.get(client)?.whole.as_ref()?;
            for (sum, pad) in sums.iter_mut().zip(whole.pads(trustee)?) {
                *sum += pad;
            }
        }
        Some(sums)
    }

    /// V-18.2, at the checkpoint of open.
    pub(super) fn judge_opened(&mut self) {
        let is_judged = !self.skips.has("V-18") && !self.is_opening_missing;
        if is_judged && self.opened.len() < self.round.needed {
            let finding = Finding::new(aggregator(), "V-18.2", self.last_leaf());
            self.findings.failure(finding);
        }
    }
}
