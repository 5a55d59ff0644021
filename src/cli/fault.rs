//! One fault, explained for people who are not cryptographers.

use std::fmt;

use serde::Serialize;
use veragg::verifier::{Check, Culprit, Fault};

/// A fault with its number in the report.
#[derive(Serialize)]
pub(super) struct ExplainedFault<'a> {
    /// The number of the fault in the report, counted from 1; `None` if there is no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<usize>,
    #[serde(flatten)]
    pub(super) fault: &'a Fault,
    /// What the rule that was broken asks for.
    requirement: &'static str,
    /// Why only the culprit can have done it.
    why: &'static str,
}

impl<'a> ExplainedFault<'a> {
    pub(super) fn new(number: Option<usize>, fault: &'a Fault) -> Self {
        let (requirement, why) = requirement(fault);
        Self {
            number,
            fault,
            requirement,
            why,
        }
    }
}

/// What the rule that a fault breaks asks for, and why only the culprit can have broken it.
fn requirement(fault: &Fault) -> (&'static str, &'static str) {
    let by_client = matches!(fault.culprit, Culprit::Client(_));
    let by_trustee = matches!(fault.culprit, Culprit::Trustee(_));
    match fault.check {
        Check::Committee => (
            "Each trustee must sign its entry for this round, and no two may have one key.",
            "The configuration with these entries carries the organiser's signature.",
        ),
        Check::Sharing if by_client => (
            "Each client shares its masked input among the trustees: it commits to a pad for each of them, and sends masked rows that fit these pads. It must know the secret of the key that the pads follow from.",
            "Key, commitments and masked rows carry the client's signature. A client that follows the rules can always make them fit.",
        ),
        Check::Sharing => (
            "The aggregator must list every client whose message keeps all rules.",
            "The message stands on the board with the aggregator's signature on the tree, and whoever has the whole message can see that it keeps all rules. The list without this client carries the aggregator's signature too.",
        ),
        Check::Trustees if by_client => (
            "The pads that a client commits to must be those that follow from the secret which it shares with the trustee. A trustee that finds others complains, and reveals this secret point. Then anybody can compute the pads.",
            "The commitments carry the client's signature. The point comes with a proof that it is the one that both share, so the trustee cannot make the pads come out otherwise.",
        ),
        Check::Trustees if by_trustee => (
            "A trustee checks the messages under one checkpoint, complains only about pads that do not fit, and confirms only a list of enough accepted clients with nobody about whom it complained.",
            "Its message carries the trustee's signature. What it says contradicts the messages under the checkpoint that it answers.",
        ),
        Check::Trustees | Check::Openings if !by_trustee => (
            "The aggregator must not close a phase before enough trustees have confirmed the list, or opened their sums.",
            "The checkpoint carries the aggregator's signature, and says which messages stood on the board.",
        ),
        Check::Openings => (
            "A trustee opens the sum of its pads over the listed clients. This sum must open the sum of the commitments of these clients.",
            "The opening carries the trustee's signature. A trustee that has checked the pads of all listed clients can always open their sum.",
        ),
        Check::Messages if by_trustee => (
            "Each trustee sends one message in each phase, in the form that the rules give.",
            "Both messages, or the one in another form, carry the trustee's signature. Nobody else can make this signature.",
        ),
        Check::Configuration | Check::Roster => (
            "The organiser must sign a round that keeps inputs private.",
            "The configuration carries the organiser's signature.",
        ),
        Check::Messages if by_client => (
            "Each client sends at most one message in each phase, in the form that the rules give.",
            "Both messages, or the one in another form, carry the client's signature. Nobody else can make this signature.",
        ),
        Check::Messages => (
            "The aggregator must refuse a message that is forged or late, and a second message of a sender in one phase.",
            "The aggregator accepted this message: its signed checkpoint covers it.",
        ),
        Check::SetUp => (
            "Each client must know the secrets of its keys, and must give every neighbour the share that it committed to. A neighbour that gets another share complains, and reveals the secret point of the channel between the two. With this point anybody can decrypt the share, and see which of the two broke the rules.",
            "Keys, shares and complaints carry their senders' signatures. The revealed point comes with a proof that it is the one that both ends compute, so neither can make the other's message decrypt to anything else.",
        ),
        Check::InputCommitments | Check::InputRange | Check::InputNorm | Check::InputSum => (
            "Each client must prove that its input is within the bounds of the configuration. The proof shows nothing else about the input.",
            "The proof is signed by the client, and is valid only in this round and for this client. A client whose input is within the bounds can always make a proof that holds.",
        ),
        Check::RowLinks => (
            "The masked vector of a client must be its committed input plus its masks. After all inputs were received, each client proves this at random points, which nobody could know before.",
            "The masked vector, the commitments and this proof carry the client's signature. A client that masked the input that it committed to can always make a proof that holds.",
        ),
        Check::Edges | Check::Disputes => (
            "Two neighbours use the same mask: one adds it to its input, and the other subtracts it. Each commits to the mask. If the commitments differ, one of the two opens the edge between them: it reveals the secret point that the two share. With this point anybody can compute the mask, and see which of the two broke the rules.",
            "Both commitments and the revealed point carry their senders' signatures. The point comes with a proof that it is the one that both ends compute.",
        ),
        Check::Unmasking => (
            "To remove the masks from the sum, neighbours reveal shares of a secret of each client. The shares must be those that were dealt, and the mask that follows from the reconstructed secret must be the one that the client committed to.",
            "The dealt shares, the revealed shares and the commitments carry their senders' signatures. Anybody can compute the secret and the mask again.",
        ),
        Check::Chain => (
            "At the end of each phase the aggregator signs a list of clients. The list must follow from the messages on the board, and there must be only one.",
            "The checkpoint carries the aggregator's signature, and the messages carry their senders' signatures.",
        ),
        Check::Contributors => (
            "The aggregator must publish the outcome of each client that follows from the board.",
            "The publication carries the aggregator's signature.",
        ),
        Check::Opening | Check::Aggregate => (
            "The published result must be the sum of the contributors' inputs, without masks.",
            "The publication carries the aggregator's signature. The audit added up again what the board holds: in the pairwise protocol the vectors and their masks; in the committee protocol the commitments, which the openings of the trustees and the masked rows of the clients that the aggregator listed open.",
        ),
        Check::Receipts => (
            "For each message that it accepts, the aggregator signs a receipt with the leaf of the message. The message must be on the board at this leaf.",
            "The receipt and the board both carry the aggregator's signature, and they contradict each other.",
        ),
        // V-05, V-08.D and V-14 name nobody. There are no words here for checks of later versions.
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
                "with     messages of client {others}; this fault does not accuse these clients"
            )?;
        }
        writeln!(f, "\nThe rule\n  {}", self.requirement)?;
        writeln!(f, "\nWhat was found\n  {culprit}: {what}.")?;
        if !workings.is_empty() {
            writeln!(f, "\nThe computed values")?;
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
                    "  The last value is the true one. A client that attested another value attested falsely."
                )?,
                Check::Unmasking => {
                    let which = match workings.len() {
                        2 => "two",
                        _ => "last two",
                    };
                    writeln!(f, "  The {which} values must be equal, and are not.")?
                }
                _ => {}
            }
        }
        let article = article(*culprit);
        writeln!(f, "\nWhy it must be {article}{culprit}\n  {}", self.why)
    }
}

/// What stands before a culprit in a sentence: nothing before a number, and `the` before a role.
pub(super) fn article(culprit: Culprit) -> &'static str {
    match culprit {
        Culprit::Client(_) | Culprit::Trustee(_) => "",
        _ => "the ",
    }
}
