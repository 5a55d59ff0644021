//! What came out of scenarios, for people and programs.

use std::fmt;

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::proof_system::Suite;
use veragg::lab::scenario::expected::Expected;
use veragg::lab::scenario::{Outcome, Scenario, Unplayable};
use veragg::verifier::Report;

use crate::cli::output::quoted;

/// Who attacks in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Attacker {
    Clients,
    Aggregator,
    File,
    Nobody,
}

impl Attacker {
    pub(super) const ALL: [Self; 4] = [Self::Clients, Self::Aggregator, Self::File, Self::Nobody];

    fn of(scenario: &Scenario) -> Self {
        // An aggregator that is said to be honest takes what an honest one refuses.
        match scenario {
            Scenario { file, .. } if !file.is_empty() => Self::File,
            Scenario { aggregator, .. } if !aggregator.is_empty() => Self::Aggregator,
            Scenario { cheat, .. } if !cheat.is_empty() => Self::Clients,
            _ => Self::Nobody,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Clients => "Malicious clients",
            Self::Aggregator => "A malicious aggregator, alone or with clients",
            Self::File => "Somebody who has the file of the board",
            Self::Nobody => "Nobody attacks",
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Clients => "of-clients",
            Self::Aggregator => "of-the-aggregator",
            Self::File => "of-the-file",
            Self::Nobody => "of-nobody",
        }
    }
}

/// A scenario that was played.
#[derive(Debug, Serialize)]
pub(super) struct Ran {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) tries: String,
    pub(super) stopped: String,
    /// Who attacks.
    pub(super) attacker: Attacker,
    pub(super) suite: &'static str,
    pub(super) seed: u64,
    /// What came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<Expected>,
    /// Where that is not what the file says.
    pub(super) differences: Vec<String>,
    /// Why the aggregator stopped before the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aggregator_stopped: Option<String>,
    /// Why it was not played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_out: Option<String>,
}

impl Ran {
    fn new(name: &str, scenario: &Scenario, suite: Suite, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            title: scenario.title.clone(),
            tries: scenario.tries.clone(),
            stopped: scenario.stopped.clone(),
            attacker: Attacker::of(scenario),
            suite: suite.name(),
            seed,
            found: None,
            differences: Vec::new(),
            aggregator_stopped: None,
            left_out: None,
        }
    }

    pub(super) fn of(
        name: &str,
        scenario: &Scenario,
        suite: Suite,
        seed: u64,
        outcome: &Outcome,
    ) -> Self {
        Self {
            found: Some(outcome.found()),
            differences: outcome.differences(&scenario.expect),
            aggregator_stopped: outcome.stopped.clone(),
            ..Self::new(name, scenario, suite, seed)
        }
    }

    pub(super) fn left_out(
        name: &str,
        scenario: &Scenario,
        suite: Suite,
        why: &Unplayable,
    ) -> Self {
        Self {
            left_out: Some(why.to_string()),
            ..Self::new(name, scenario, suite, 0)
        }
    }

    pub(super) fn is_as_expected(&self) -> bool {
        self.differences.is_empty()
    }

    /// In a few words, what came out.
    pub(super) fn result(&self) -> String {
        if let Some(why) = &self.left_out {
            return format!("left out: {}", Foreign::message(why));
        }
        let Some(found) = &self.found else {
            return String::new();
        };
        let verdict = match serde_json::to_value(found.verdict) {
            Ok(serde_json::Value::String(verdict)) => verdict,
            _ => String::new(),
        };
        let mut said = vec![verdict];
        for named in &found.named {
            said.push(format!("{} named by {}", named.who.0, named.check.0.id()));
        }
        if found.named.is_empty() && !found.failed.is_empty() {
            let ids: Vec<_> = found.failed.iter().map(|check| check.0.id()).collect();
            said.push(format!("{} failed, nobody named", ids.join(", ")));
        }
        if found.refused > 0 {
            said.push(format!("{} refused by the aggregator", found.refused));
        }
        said.join("; ")
    }
}

/// One scenario, with all that its audit says.
#[derive(Debug, Serialize)]
pub(super) struct One {
    #[serde(flatten)]
    pub(super) ran: Ran,
    /// The file that the board was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) board: Option<String>,
    /// The organiser's key, with which the board is audited.
    pub(super) organiser: String,
    pub(super) report: Report,
}

impl fmt::Display for One {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ran = &self.ran;
        let whole = |text| Foreign::new(text).at_most(usize::MAX);
        writeln!(f, "{}", whole(&ran.title))?;
        writeln!(f, "  tries    {}", whole(&ran.tries))?;
        writeln!(f, "  stopped  {}", whole(&ran.stopped))?;
        writeln!(f, "  played on {}, seed {}\n", ran.suite, ran.seed)?;
        for fault in &self.report.faults {
            writeln!(f, "{}, {}: {}", fault.culprit, fault.check, fault.what)?;
        }
        for absent in &self.report.absent {
            writeln!(
                f,
                "not in the sum: client {}, {}",
                absent.client, absent.outcome
            )?;
        }
        if let Some(why) = &ran.aggregator_stopped {
            writeln!(f, "the round ended without a sum: {why}")?;
        }
        writeln!(f, "contributors: {:?}", self.report.contributors)?;
        writeln!(f, "verdict: {}", self.report.verdict)?;
        if let Some(board) = &self.board {
            let (board, key) = (quoted(board), &self.organiser);
            writeln!(
                f,
                "audit the board with: veragg audit {board} --organiser {key}"
            )?;
        }
        write_differences(f, &ran.differences)
    }
}

fn write_differences(f: &mut fmt::Formatter<'_>, differences: &[String]) -> fmt::Result {
    if differences.is_empty() {
        return write!(f, "as the file expects");
    }
    write!(f, "NOT as the file expects:")?;
    differences
        .iter()
        .try_for_each(|difference| write!(f, "\n  {}", Foreign::message(difference)))
}

/// All scenarios.
#[derive(Debug, Serialize)]
pub(super) struct Many {
    pub(super) suite: &'static str,
    pub(super) seed: u64,
    pub(super) scenarios: Vec<Ran>,
}

impl Many {
    pub(super) fn unexpected(&self) -> usize {
        let unexpected = |ran: &&Ran| !ran.is_as_expected();
        self.scenarios.iter().filter(unexpected).count()
    }

    pub(super) fn left_out(&self) -> usize {
        let left_out = |ran: &&Ran| ran.left_out.is_some();
        self.scenarios.iter().filter(left_out).count()
    }

    /// How it went, in a sentence.
    pub(super) fn summary(&self) -> String {
        let (all, unexpected, left_out) =
            (self.scenarios.len(), self.unexpected(), self.left_out());
        let played = all - left_out;
        let mut said = format!(
            "{} of {played} scenarios came out as they must",
            played - unexpected
        );
        if left_out > 0 {
            said += &format!("; {left_out} were left out, since they are not for this suite");
        }
        said
    }
}

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ran in &self.scenarios {
            let mark = match (ran.is_as_expected(), &ran.left_out) {
                (_, Some(_)) => "-",
                (true, None) => "ok",
                (false, None) => "NOT",
            };
            writeln!(f, "{mark:<4}{:<36}{}", ran.name, ran.result())?;
            for difference in &ran.differences {
                writeln!(f, "      {}", Foreign::message(difference))?;
            }
        }
        write!(
            f,
            "{} (suite {}, seed {})",
            self.summary(),
            self.suite,
            self.seed
        )
    }
}
