//! V-13: what the aggregator gave a receipt for stands on the board.

use std::collections::HashMap;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::round::Round;
use veragg_protocol::wire::receipt::Receipt;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// Receipts, and what stands at their places.
pub(crate) struct Receipts {
    wanted: Vec<Receipt>,
    /// What stands at the leaves that receipts speak of.
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

    /// A leaf of the board.
    pub(crate) fn leaf(&mut self, index: u64, entry: &Digest) {
        if let Some(found) = self.found.get_mut(&index) {
            *found = Some(*entry);
        }
    }

    /// Compares each receipt with the board. `finished`: whether the board is complete; of an
    /// unfinished one nobody can say what is missing.
    pub(crate) fn close<P: ProofSystem>(
        self,
        round: &Round<P>,
        finished: bool,
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
        for receipt in self.wanted {
            findings.computed(check, 1);
            let index = receipt.index;
            let found = self.found.get(&index).copied().flatten();
            let signed = receipt.is_signed_by(&round.configuration().aggregator);
            let of_round = receipt.context == *round.context() && signed;
            // Where nothing stands yet, the message may still come, unless the board is finished.
            let kept = match found {
                Some(entry) => entry == receipt.entry,
                None => !Step::BoardFinished.holds(finished),
            };
            if !Step::ReceiptOfRound.holds(of_round) {
                // V-13.1
                let what =
                    format!("the receipt for leaf {index} is not of this round's aggregator");
                findings.record(Finding::failure(Step::ReceiptOfRound, what));
            } else if !kept {
                // V-13.2: the receipt is signed, and so is the board that contradicts it.
                let what = format!("the message with the receipt for leaf {index} is not there");
                findings.record(Finding::failure(Step::ReceiptKept, what).by_aggregator(index));
            }
        }
    }
}
