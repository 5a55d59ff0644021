//! The story of one client in plain words: what became of its input, who did what to it, and what to do.

use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::report::{ClientFault, ClientTimeline, Concern};
use veragg::verifier::{Check, Fault, Report, Status, Step, StepNumber, Verdict};

use super::failed;

/// What the auditor gave besides the board.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) receipts: &'a [Receipt],
    pub(super) checkpoints: &'a [Checkpoint],
    /// The key that receipts of this round are signed with.
    pub(super) aggregator: VerifyingKey,
}

/// The paragraphs of the story.
pub(super) fn story(report: &Report, given: Given<'_>) -> Vec<String> {
    let Some(timeline) = &report.timeline else {
        let refused = report.refused().unwrap_or_default();
        return vec![format!("Nothing is known about the client, since the configuration or the roster of the board is refused: {refused}.")];
    };
    let story = Story {
        report,
        timeline,
        given,
        client: format!("client {}", timeline.client),
    };
    let mut paragraphs = vec![story.fate()];
    paragraphs.extend(story.promises());
    paragraphs.extend(story.others());
    paragraphs.extend(story.two_boards());
    paragraphs.extend(story.advice());
    paragraphs.extend(failed::in_words(report));
    paragraphs.iter().map(|text| sentence(text)).collect()
}

/// A paragraph in which the sentences that begin with a client or the aggregator begin with an upper-case letter.
fn sentence(text: &str) -> String {
    let text = format!(". {text}").replace(". client ", ". Client ");
    let text = text.replace(". aggregator ", ". The aggregator ");
    text.trim_start_matches(". ").to_owned()
}

struct Story<'a> {
    report: &'a Report,
    timeline: &'a ClientTimeline,
    given: Given<'a>,
    /// `client 2`.
    client: String,
}

impl Story<'_> {
    /// The faults that concern the client in this way.
    fn concerning(&self, concern: Concern) -> Vec<&ClientFault> {
        let faults = self.timeline.faults.iter();
        faults.filter(|fault| fault.concern == concern).collect()
    }

    /// The numbers of the faults of these steps, whomever they concern.
    fn of_steps(&self, steps: &[Step]) -> Vec<usize> {
        let is_one = |fault: &Fault| {
            steps
                .iter()
                .any(|&step| fault.rule == StepNumber::from(step))
        };
        let numbered = (1..).zip(&self.report.faults);
        let found = numbered.filter(|(_, fault)| is_one(fault));
        found.map(|(number, _)| number).collect()
    }

    /// The outcome that follows from the board, if it is decided.
    fn outcome(&self) -> Option<Outcome> {
        Phase::PAIRWISE
            .into_iter()
            .chain(Phase::COMMITTEE)
            .flat_map(|phase| [Outcome::Dropped(phase), Outcome::Faulty(phase)])
            .chain([Outcome::Isolated, Outcome::Contributed])
            .find(|outcome| outcome.to_string() == self.timeline.outcome)
    }

    /// Whether the client is not in the sum because it broke a rule.
    fn is_excluded(&self) -> bool {
        matches!(self.outcome(), Some(Outcome::Faulty(_)))
    }

    /// What became of the client's input.
    fn fate(&self) -> String {
        let client = &self.client;
        let [left_out, false_outcomes] =
            [Concern::LeftOut, Concern::Outcome].map(|concern| self.concerning(concern));
        if let Some(first) = left_out.first() {
            let phase = first.phase.name();
            let numbers = left_out.iter().chain(&false_outcomes);
            let faults = listed(numbers.map(|fault| fault.fault));
            let so = match first.phase {
                Phase::Acknowledge => {
                    "Its input stays in the sum, but it could not help to remove the masks."
                }
                _ => "So its input is not in the published sum, although it belongs there.",
            };
            return format!("The aggregator left {client} out, without reason: {faults}. {client} did in the phase `{phase}` what the rules ask for, but the list that the aggregator signed at the end of this phase does not name it. {so}");
        }
        if !false_outcomes.is_empty() {
            let faults = listed(false_outcomes.iter().map(|fault| fault.fault));
            let outcome = &self.timeline.outcome;
            return format!("The aggregator published a false outcome of {client}: {faults}. The outcome that follows from the board is: {outcome}.");
        }
        match self.outcome() {
            Some(Outcome::Contributed) => self.contributed(),
            Some(Outcome::Dropped(Phase::Dispute)) => format!("The input of {client} is not in the sum: {client} and a neighbour attested different commitments about the edge between them, and neither opened the edge. Nobody can know which of the two attested falsely, so neither is accused."),
            Some(Outcome::Dropped(phase)) => format!("The input of {client} is not in the sum: in the phase `{phase}` the board holds no message of it. That is no accusation: its connection may have failed, or the aggregator may have left it out."),
            Some(Outcome::Faulty(phase)) => {
                let faults = listed(self.concerning(Concern::Culprit).iter().map(|fault| fault.fault));
                match faults.is_empty() {
                    true => format!("The input of {client} is not in the sum: its message of the phase `{phase}` stands on the board, and the list that the aggregator signed at the end of this phase does not name it. The audit finds no fault of {client}, and nobody accuses it: the file lacks or damages what shows why it is excluded, or the aggregator left it out without a reason. A client of a round with a committee can hand its whole message over: with `--message FILE` the audit names the aggregator, if nothing is wrong with that message."),
                    false => format!("The input of {client} is not in the sum: in the phase `{phase}` it broke the rules, so it is excluded: {faults}. Anybody can check this."),
                }
            }
            Some(Outcome::Isolated) => format!("The input of {client} is not in the sum: too few of its neighbours confirmed their shares, so its secrets could not be reconstructed later. {client} did nothing wrong. The neighbours may have lost their connections, or the aggregator may have left them out: their receipts can show it."),
            None => format!("The board ends before it is decided whether the input of {client} is in the sum."),
        }
    }

    fn contributed(&self) -> String {
        let client = &self.client;
        let mut words = if self.report.verdict == Verdict::Failed {
            format!("By the messages on the board the input of {client} belongs in the sum. But the audit of the board failed, so the published sum may be another.")
        } else {
            format!("The input of {client} is in the sum. Nobody can read the input from the board: only the sum of all contributors was opened.")
        };
        let last = self.timeline.messages.last().map(|message| message.phase);
        let speaks_once = self.report.is_of_committee();
        if last != Some(Phase::Unmask(0)) && !speaks_once {
            words += " It sent no message in the last phase. That does not matter: after it had attested its input, its neighbours could finish without it.";
        }
        words
    }

    /// What the receipts show.
    fn promises(&self) -> Vec<String> {
        let client = &self.client;
        let mut words = Vec::new();
        let broken = self.of_steps(&[Step::ReceiptKept]);
        for &number in &broken {
            let leaves = self
                .report
                .faults
                .get(number - 1)
                .map(|fault| &fault.evidence[..]);
            let leaf = leaves
                .and_then(|leaves| leaves.first())
                .copied()
                .unwrap_or_default();
            words.push(format!("The aggregator signed a receipt for a message at leaf {leaf}, but this message is not there: fault {number}. Whoever was given this receipt sent the message in time. If {client} was given it, the aggregator left {client} out."));
        }
        if let (Some(Status::Failed { failures }), true) =
            (self.report.status(Check::Receipts), broken.is_empty())
        {
            let failures = failures.join("; ");
            words.push(if !self.contradicted() {
                format!("The receipts show nothing: {failures}.")
            } else if failed::only_by_what_was_given(self.report) {
                format!("What the receipts show: {failures}. A receipt contradicts the board. The aggregator can be named for it once the round is finished: then explain the finished board with the same receipt.")
            } else {
                format!("What the receipts show: {failures}. A receipt contradicts the board, but nobody can be named for it, since this board is not as the aggregator signed it.")
            });
            return words;
        }
        for receipt in self.given.receipts {
            let leaf = receipt.index;
            let is_broken = broken.iter().any(|&number| {
                let fault = self.report.faults.get(number - 1);
                fault.is_some_and(|fault| fault.evidence.contains(&leaf))
            });
            let is_own = self
                .timeline
                .messages
                .iter()
                .any(|message| message.leaf == leaf);
            if is_broken {
                continue;
            }
            words.push(if is_own {
                format!("The aggregator kept the receipt for leaf {leaf}: the message of {client} stands there.")
            } else if self.report.verdict == Verdict::Unfinished {
                format!("Nothing is known yet about the receipt for leaf {leaf}, or it is for a message of another client: {client} has no message there so far.")
            } else {
                format!("The receipt for leaf {leaf} is for a message of another client than {client}.")
            });
        }
        words
    }

    /// Whether a receipt of this round contradicts the board, although nobody is named for it.
    fn contradicted(&self) -> bool {
        let round = self.report.round.as_ref();
        let is_foreign = |receipt: &&Receipt| {
            let of_round = round.is_some_and(|round| round.context == receipt.context.to_string());
            !(of_round && receipt.is_signed_by(&self.given.aggregator))
        };
        // The check fails once for each receipt of another round, and once for each that contradicts the board.
        let foreign = self.given.receipts.iter().filter(is_foreign).count();
        let failed = self.report.status(Check::Receipts);
        let failed =
            matches!(failed, Some(Status::Failed { failures }) if failures.len() > foreign);
        failed && self.of_steps(&[Step::ReceiptKept]).is_empty()
    }

    /// What others did to the client, and what of it shows what others did.
    fn others(&self) -> Vec<String> {
        let client = &self.client;
        let faults = self.timeline.faults.iter();
        let told = faults.filter_map(|concerned| {
            let number = concerned.fault;
            let phase = concerned.phase.name();
            let fault = self.report.faults.get(number - 1)?;
            match concerned.concern {
                Concern::Involved => Some(self.involved(number, fault)),
                Concern::Listed => Some(format!("The aggregator put {client} on the list of the phase `{phase}`, although it does not belong there: fault {number}.")),
                Concern::Message => Some(format!("In the phase `{phase}` the aggregator put a message in the name of {client} on the board that must not stand there: fault {number}.")),
                // The fate tells what excluded the client.
                Concern::Culprit if !self.is_excluded() => {
                    let what = &fault.what;
                    Some(format!("{client} broke a rule in the phase `{phase}`: {what} (fault {number})."))
                }
                // It tells the other faults of the aggregator, too.
                _ => None,
            }
        });
        told.collect()
    }

    /// How the client is involved in the fault of another.
    fn involved(&self, number: usize, fault: &Fault) -> String {
        let client = &self.client;
        let culprit = fault.culprit;
        let innocent = format!("{client} did nothing wrong in this.");
        let is = |step: Step| fault.rule == StepNumber::from(step);
        if is(Step::ComplaintTrue) {
            return format!(
                "{culprit} complained about {client} falsely: fault {number}. {innocent}"
            );
        }
        if is(Step::NobodyLeftOut) {
            return format!("{culprit} left {client} out, although its whole message keeps all rules: fault {number}. {innocent}");
        }
        if is(Step::ComplaintsJudged) {
            let complained = self.timeline.messages.iter().any(|message| {
                message.phase == Phase::Confirm && fault.evidence.contains(&message.leaf)
            });
            if complained {
                format!("{culprit} gave {client} a wrong share. {client} complained, and was right: fault {number}. {innocent}")
            } else {
                format!("{culprit} complained about {client} falsely: fault {number}. {innocent}")
            }
        } else if is(Step::Settled) {
            format!("{culprit} attested something false about its edge to {client}: fault {number}. {innocent}")
        } else if is(Step::CommittedShare) {
            format!("{culprit} revealed a wrong share of a secret of {client}: fault {number}. {innocent}")
        } else if is(Step::TrueAttestations) {
            format!("{culprit} attested something false about its edge to {client}. The reconstructed secret of {client} shows it: fault {number}. {innocent}")
        } else {
            format!(
                "Messages of {client} help to show what {culprit} did: fault {number}. {innocent}"
            )
        }
    }

    /// Whether the aggregator showed another board to somebody.
    fn two_boards(&self) -> Option<String> {
        let client = &self.client;
        let numbers = self.of_steps(&[Step::SameCheckpoint, Step::OneCheckpointShown]);
        let faults = listed(numbers.into_iter());
        (!faults.is_empty()).then(|| format!("The aggregator signed two different checkpoints of one phase: {faults}. So it showed different boards to different people. What {client} sent may stand on another board than this one."))
    }

    /// What whoever asks can do.
    fn advice(&self) -> Option<String> {
        let dropped = match self.outcome() {
            Some(Outcome::Dropped(phase)) => phase != Phase::Dispute,
            _ => false,
        };
        let shown = !self.of_steps(&[Step::ReceiptKept]).is_empty()
            || !self.concerning(Concern::LeftOut).is_empty();
        if !dropped || shown {
            return None;
        }
        let client = &self.client;
        let mut advice = Vec::new();
        if !self.is_receipt_given() {
            advice.push(format!("If {client} has a receipt for the missing message, give it with --receipt FILE: it shows that the aggregator left {client} out."));
        }
        if self.given.checkpoints.is_empty() {
            advice.push(format!("If {client} was shown a checkpoint, give it with --checkpoint FILE: it shows whether the aggregator showed it another board."));
        }
        (!advice.is_empty()).then(|| advice.join(" "))
    }

    /// Whether the receipt for the missing message may be among those that were given.
    fn is_receipt_given(&self) -> bool {
        let pending = self.report.verdict == Verdict::Unfinished;
        let mut receipts = self.given.receipts.iter();
        let missing = |receipt: &Receipt| {
            let mut messages = self.timeline.messages.iter();
            !messages.any(|message| message.leaf == receipt.index)
        };
        self.contradicted() || pending && receipts.any(missing)
    }
}

/// Numbers of faults in words: `faults 1, 2 and 4`. Empty if there are none.
fn listed(numbers: impl Iterator<Item = usize>) -> String {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    let texts: Vec<_> = numbers.iter().map(usize::to_string).collect();
    match &texts[..] {
        [] => String::new(),
        [one] => format!("fault {one}"),
        [some @ .., last] => format!("faults {} and {last}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_listed_in_words() {
        let words = |numbers: &[usize]| listed(numbers.iter().copied());
        assert_eq!(words(&[]), "");
        assert_eq!(words(&[2]), "fault 2");
        assert_eq!(words(&[4, 1, 2, 1]), "faults 1, 2 and 4");
    }
}
