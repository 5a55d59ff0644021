//! What came out of a scenario, and whether it is what must come out.

use std::collections::BTreeSet;
use std::fmt::Debug;

use veragg_protocol::pairwise::publish::Published;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::receipt::Receipt;
use veragg_verifier::{Culprit, Options, Report, Status};

use super::expected::{CheckId, CulpritName, Expected, Named};

/// What came out of a scenario.
#[derive(Debug)]
pub struct Outcome {
    /// The report of the audit, which has compared the sum with that of the expected contributors' inputs.
    pub report: Report,
    /// The board.
    pub board: Vec<u8>,
    /// How often the aggregator refused a message; a message that arrives twice and is refused twice counts twice.
    pub refused: usize,
    /// Who sent the refused messages.
    pub refused_of: BTreeSet<u32>,
    /// Why the aggregator stopped before the end, if it did.
    pub stopped: Option<String>,
    /// What an honest aggregator itself says of the round. Nothing if there is no sum.
    pub published: Option<Published>,
    /// The receipts that the clients have. A corrupt aggregator gives none.
    pub receipts: Vec<Receipt>,
    /// What a role did otherwise when it was asked again or restarted: nothing, unless its software has an error.
    pub noticed: Vec<String>,
    /// In the committee protocol, the honest clients and trustees that refused to go on, in the order of the phases.
    pub silent: Vec<Silent>,
    /// What the auditor had, but for the sum.
    pub options: Options,
    /// Everybody's honest input, in the order of their numbers.
    pub inputs: Vec<Vec<u64>>,
}

/// An honest client or trustee that refused to go on.
#[derive(Debug, Clone)]
pub struct Silent {
    /// Who it is.
    pub who: Culprit,
    /// The phase in which it said nothing.
    pub phase: Phase,
    /// Why.
    pub why: String,
}

impl Outcome {
    /// What came out, in the form in which it is expected.
    pub fn found(&self) -> Expected {
        let report = &self.report;
        let failed = |status: &Status| matches!(status, Status::Failed { .. });
        let failed = report.checks.iter().filter(|check| failed(&check.status));
        let named: BTreeSet<Named> = report
            .faults
            .iter()
            .map(|fault| Named {
                who: CulpritName(fault.culprit),
                check: CheckId(fault.check),
            })
            .collect();
        Expected {
            verdict: report.verdict.into(),
            contributors: report.contributors.clone(),
            failed: failed.map(|check| CheckId(check.id)).collect(),
            named: named.into_iter().collect(),
            refused: self.refused,
            silent: self.silent.iter().map(|it| CulpritName(it.who)).collect(),
        }
    }

    /// Where this is not what was expected: nothing if it is.
    pub fn differences(&self, expected: &Expected) -> Vec<String> {
        fn compare<T: PartialEq + Debug>(
            what: &str,
            expected: &T,
            found: &T,
            differences: &mut Vec<String>,
        ) {
            if expected != found {
                differences.push(format!("{what}: expected {expected:?}, found {found:?}"));
            }
        }
        let found = self.found();
        let mut named = expected.named.clone();
        named.sort_unstable();
        let names = |named: &[Named]| -> Vec<String> {
            let name = |it: &Named| format!("{} ({})", it.who.0, it.check.0);
            named.iter().map(name).collect()
        };
        let ids = |checks: &[CheckId]| -> Vec<&'static str> {
            checks.iter().map(|check| check.0.id()).collect()
        };
        let out = &mut Vec::new();
        compare("verdict", &expected.verdict, &found.verdict, out);
        compare(
            "contributors",
            &expected.contributors,
            &found.contributors,
            out,
        );
        compare(
            "failed checks",
            &ids(&expected.failed),
            &ids(&found.failed),
            out,
        );
        compare("named", &names(&named), &names(&found.named), out);
        compare("refused messages", &expected.refused, &found.refused, out);
        let whos = |silent: &[CulpritName]| -> BTreeSet<String> {
            silent.iter().map(|it| it.0.to_string()).collect()
        };
        let (silent, found) = (whos(&expected.silent), whos(&found.silent));
        compare("silent", &silent, &found, out);
        std::mem::take(out)
    }
}
