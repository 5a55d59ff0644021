//! V-13: every message that the aggregator gave a receipt for is on the board, at the leaf of the receipt.

use std::collections::HashMap;

use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::wire::receipt::Receipt;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// The receipts, and the entries at their leaves.
pub(crate) struct Receipts {
    wanted: Vec<Receipt>,
    /// The entry at each leaf that a receipt names; `None` if the board has not come to it.
    found: HashMap<u64, Option<Digest>>,
}

impl Receipts {
    pub(crate) fn new(receipts: &[Receipt]) -> Self {
        Self {
            wanted: receipts.to_vec(),
            found: receipts
                .iter()
                .map(|receipt| (receipt.index, None))
                .collect(),
        }
    }

    /// Takes the entry at a leaf of the board.
    pub(crate) fn leaf(&mut self, index: u64, entry: &Digest) {
        if let Some(found) = self.found.get_mut(&index) {
            *found = Some(*entry);
        }
    }

    /// Compares each receipt with the board. `finished`: whether the last phase was closed. If not, a leaf that
    /// is missing may still be added. `covered`: how many leaves an authentic checkpoint covers.
    pub(crate) fn close(
        self,
        context: &Context,
        aggregator: &VerifyingKey,
        finished: bool,
        covered: u64,
        findings: &mut Findings,
    ) {
        let check = Check::Receipts;
        if findings.skips(check) {
            return;
        }
        if self.wanted.is_empty() {
            findings.not_applicable(check, "no receipt was given");
            return;
        }
        let mut signed_for: HashMap<u64, Digest> = HashMap::new();
        for receipt in self.wanted {
            let index = receipt.index;
            let found = self.found.get(&index).copied().flatten();
            let signed = receipt.is_signed_by(aggregator);
            let of_round = receipt.context == *context && signed;
            // A message that is missing may still be added, unless the board is finished.
            let reached = found.is_some() || Step::BoardFinished.holds(finished);
            let kept = !reached || found == Some(receipt.entry);
            findings.computed(check, usize::from(reached));
            if !Step::ReceiptOfRound.holds(of_round) {
                // V-13.1
                let what =
                    format!("the receipt for leaf {index} is of another round, or this round's aggregator did not sign it");
                findings.record(Finding::failure(Step::ReceiptOfRound, what));
                continue;
            }
            let first = *signed_for.entry(index).or_insert(receipt.entry);
            if !kept {
                // V-13.2: both the receipt and the checkpoint over the board that contradicts it are signed.
                let what = format!("the aggregator signed a receipt for a message at leaf {index}, but this message is not at this leaf of the board");
                let finding = Finding::failure(Step::ReceiptKept, what).by_aggregator(index);
                findings.record(if index < covered {
                    finding.by_signature()
                } else {
                    finding
                });
            }
            if !Step::OneReceipt.holds(first == receipt.entry) {
                // V-13.3
                let what = format!("the aggregator signed two receipts for leaf {index} that name different messages");
                let finding = Finding::failure(Step::OneReceipt, what);
                findings.record(finding.by_aggregator(index).by_signature());
            }
        }
    }
}
