//! One fault, told so that somebody who is no cryptographer can follow it.

use std::fmt;

use serde::Serialize;
use veragg::verifier::{Check, Culprit, Fault};

/// A fault with its number in the report.
#[derive(Serialize)]
pub(super) struct ExplainedFault<'a> {
    /// From 1, in the order of the report; nothing for one that stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<usize>,
    #[serde(flatten)]
    pub(super) fault: &'a Fault,
    /// The rule that was broken.
    rule: &'static str,
    /// Why what was found can only be the culprit's doing.
    why: &'static str,
}

impl<'a> ExplainedFault<'a> {
    pub(super) fn new(number: Option<usize>, fault: &'a Fault) -> Self {
        let (rule, why) = rule(fault);
        Self {
            number,
            fault,
            rule,
            why,
        }
    }
}

/// The rule that a fault breaks, and why it can only be the culprit's doing.
fn rule(fault: &Fault) -> (&'static str, &'static str) {
    let by_client = matches!(fault.culprit, Culprit::Client(_));
    match fault.check {
        Check::Configuration | Check::Roster => (
            "The organiser must sign a round that keeps inputs private.",
            "The configuration carries the organiser's signature.",
        ),
        Check::Messages if by_client => (
            "Each client says one thing in each phase, in the one form that the rules give it.",
            "Both messages, or the one in another form, carry the client's signature, which nobody else can make.",
        ),
        Check::Messages => (
            "The aggregator must refuse messages that are forged, late, or second ones of their sender.",
            "It took this one: its signed checkpoint covers it.",
        ),
        Check::SetUp => (
            "Each client must know the secrets of its keys, and give every neighbour a share that fits to what it publishes. A neighbour that gets another one complains and reveals the point that the two share; with it anybody can open what was sealed, and see who of the two is wrong.",
            "Keys, shares and complaints carry their senders' signatures. The revealed point comes with a proof that it is the one which both ends compute, so neither can make the other's words look different from what they are.",
        ),
        Check::InputCommitments | Check::InputRange | Check::InputNorm | Check::InputSum => (
            "Each client must prove that its input is within the bounds of the configuration. The proof shows nothing else of it.",
            "The proof is signed by the client and made for this round and this client alone. Whoever has an input within the bounds can make one that holds.",
        ),
        Check::RowLinks => (
            "What a client hides under masks must be the input that it committed to. After all inputs are in there is a spot check that nobody could foresee: each client proves at random points that its masked vector is its committed input plus its masks.",
            "Masked vector, commitments and this proof carry the client's signature. A client that masked what it committed to can make a proof that holds.",
        ),
        Check::Edges | Check::Disputes => (
            "Two neighbours hide their inputs under the same mask, one adding it and the other taking it away, and each commits to it. If the commitments differ, one end reveals the secret that the two share, a point, and so opens their edge: with it anybody can compute the mask, and see who of the two is wrong.",
            "Both commitments and the revealed point carry their senders' signatures. The point comes with a proof that it is the one which both ends compute.",
        ),
        Check::Unmasking => (
            "To take the masks out of the sum, neighbours reveal shares of each client's secret. The shares must be those that were dealt, and the mask that the rebuilt secret gives must be the one that the client committed to.",
            "What was dealt, revealed and committed carries its sender's signature. Secret and mask can be computed again by anybody.",
        ),
        Check::Chain => (
            "At the end of each phase the aggregator signs who goes on. That must be what the messages on the board give, and there must be one such list.",
            "The checkpoint carries the aggregator's signature, and so do the messages of those whom it concerns.",
        ),
        Check::Contributors => (
            "The aggregator must say of each client what became of it, as the board gives it.",
            "The publication carries the aggregator's signature.",
        ),
        Check::Opening | Check::Aggregate => (
            "What the aggregator publishes must be the sum of the contributors' masked vectors without their masks.",
            "The publication carries the aggregator's signature; the vectors and the secrets that give the masks are on the board, and were added up again.",
        ),
        Check::Receipts => (
            "For each message that it takes the aggregator signs where it stands on the board.",
            "Receipt and board both carry the aggregator's signature, and contradict each other.",
        ),
        // V-05, V-08.D and V-14 name nobody. A later check has no words here yet.
        _ => (
            "A step of the check does not hold. `veragg audit --format json` gives its number as `rule`; specs/audit.md says what the step is.",
            "The messages at these leaves show it. They carry their senders' signatures.",
        ),
    }
}

impl fmt::Display for ExplainedFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            culprit,
            check,
            evidence,
            involved,
            what,
            workings,
            ..
        } = self.fault;
        match self.number {
            Some(number) => writeln!(f, "fault {number}: {culprit}")?,
            None => writeln!(f, "{culprit}")?,
        }
        writeln!(f, "check    {check} {}", check.title())?;
        let leaves: Vec<String> = evidence.iter().map(ToString::to_string).collect();
        if !leaves.is_empty() {
            writeln!(
                f,
                "leaves   {}, counted from 0 (see `veragg board`)",
                leaves.join(", ")
            )?;
        }
        if !involved.is_empty() {
            let others: Vec<String> = involved.iter().map(ToString::to_string).collect();
            let others = others.join(", ");
            writeln!(
                f,
                "with     the messages of client {others}, whom this does not accuse"
            )?;
        }
        writeln!(f, "\nThe rule\n  {}", self.rule)?;
        writeln!(f, "\nWhat was found\n  {culprit}: {what}.")?;
        if !workings.is_empty() {
            writeln!(f, "\nIn numbers")?;
            for working in workings {
                let value = match working.value.as_str() {
                    "" => "-",
                    value => value,
                };
                writeln!(f, "  {}\n    {value}", working.what)?;
            }
            match check {
                Check::Disputes => writeln!(
                    f,
                    "  The last is the true one. Whoever attested another has lied."
                )?,
                Check::Unmasking => {
                    writeln!(f, "  The last two that belong together should be equal.")?
                }
                _ => {}
            }
        }
        let article = match culprit {
            Culprit::Client(_) => "",
            // Every other culprit is named by its role.
            _ => "the ",
        };
        writeln!(f, "\nWhy it is {article}{culprit}\n  {}", self.why)
    }
}
