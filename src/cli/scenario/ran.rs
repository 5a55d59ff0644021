//! What came out of scenarios, for people and programs.

use std::fmt;

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::proof_system::Suite;
use veragg::lab::protocol_name::ProtocolName;
use veragg::lab::scenario::expected::Expected;
use veragg::lab::scenario::outcome::Silent;
use veragg::lab::scenario::{Outcome, ScenarioFile, Unplayable};
use veragg::verifier::Report;

use super::given::Given;
use crate::cli::output::quoted;

/// Who attacks in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Attacker {
    Clients,
    Trustees,
    Aggregator,
    Organiser,
    File,
    Nobody,
}

impl Attacker {
    pub(super) const ALL: [Self; 6] = [
        Self::Clients,
        Self::Trustees,
        Self::Aggregator,
        Self::Organiser,
        Self::File,
        Self::Nobody,
    ];

    fn of(scenario: &ScenarioFile) -> Self {
        // An aggregator that is said to be honest takes what an honest one refuses.
        let attack = match scenario {
            ScenarioFile::Pairwise(it) => [
                (Self::File, it.file.is_empty()),
                (Self::Aggregator, it.aggregator.is_empty()),
                (Self::Clients, it.cheat.is_empty()),
            ]
            .to_vec(),
            ScenarioFile::Committee(it) => [
                (Self::File, it.file.is_empty()),
                (Self::Organiser, it.organiser.is_empty()),
                (Self::Aggregator, it.aggregator.is_empty()),
                (Self::Trustees, it.trustee.is_empty()),
                (Self::Clients, it.cheat.is_empty()),
            ]
            .to_vec(),
        };
        let mut attack = attack.into_iter();
        let first = attack.find(|(_, does_nothing)| !does_nothing);
        first.map_or(Self::Nobody, |(attacker, _)| attacker)
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Clients => "Malicious clients",
            Self::Trustees => "Malicious trustees, alone or with clients",
            Self::Aggregator => "A malicious aggregator, alone or with others",
            Self::Organiser => "A malicious organiser",
            Self::File => "Somebody who has the file of the board",
            Self::Nobody => "Nobody attacks",
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Clients => "of-clients",
            Self::Trustees => "of-trustees",
            Self::Aggregator => "of-the-aggregator",
            Self::Organiser => "of-the-organiser",
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
    pub(super) protocol: ProtocolName,
    /// Who attacks.
    pub(super) attacker: Attacker,
    pub(super) suite: &'static str,
    pub(super) seed: u64,
    /// What came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<Expected>,
    /// The honest clients and trustees that refused to go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) silent: Vec<Refusing>,
    /// Where that is not what the file says.
    pub(super) differences: Vec<String>,
    /// Why the aggregator stopped before the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aggregator_stopped: Option<String>,
    /// Why it was not played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_out: Option<String>,
}

/// An honest client or trustee that refused to go on.
#[derive(Debug, Serialize)]
pub(super) struct Refusing {
    pub(super) who: String,
    phase: String,
    why: String,
}

impl Refusing {
    fn of(silent: &Silent) -> Self {
        Self {
            who: silent.who.to_string(),
            phase: silent.phase.to_string(),
            why: silent.why.clone(),
        }
    }
}

impl Ran {
    fn new(name: &str, scenario: &ScenarioFile, suite: Suite, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            title: scenario.title().to_owned(),
            tries: scenario.tries().to_owned(),
            stopped: scenario.stopped().to_owned(),
            protocol: scenario.round().protocol,
            attacker: Attacker::of(scenario),
            suite: suite.name(),
            seed,
            found: None,
            silent: Vec::new(),
            differences: Vec::new(),
            aggregator_stopped: None,
            left_out: None,
        }
    }

    pub(super) fn of(
        name: &str,
        scenario: &ScenarioFile,
        suite: Suite,
        seed: u64,
        outcome: &Outcome,
    ) -> Self {
        Self {
            found: Some(outcome.found()),
            silent: outcome.silent.iter().map(Refusing::of).collect(),
            differences: outcome.differences(scenario.expect()),
            aggregator_stopped: outcome.stopped.clone(),
            ..Self::new(name, scenario, suite, seed)
        }
    }

    pub(super) fn left_out(
        name: &str,
        scenario: &ScenarioFile,
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
        if !found.silent.is_empty() {
            said.push(format!("{} refuse to go on", found.silent.len()));
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
    /// What the auditor has besides, if the board was written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) given: Vec<Given>,
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
        for Refusing { who, phase, why } in &ran.silent {
            let why = Foreign::message(why);
            writeln!(f, "{who} says nothing in {phase}: {why}")?;
        }
        for absent in &self.report.absent {
            writeln!(
                f,
                "not in the sum: client {}, {}",
                absent.client,
                self.report.words_of(absent)
            )?;
        }
        if let Some(why) = &ran.aggregator_stopped {
            writeln!(f, "the round ended without a sum: {why}")?;
        }
        writeln!(f, "contributors: {:?}", self.report.contributors)?;
        writeln!(f, "verdict: {}", self.report.verdict)?;
        if let Some(board) = &self.board {
            let (board, key) = (quoted(board), &self.organiser);
            write!(
                f,
                "audit the board with: veragg audit {board} --organiser {key}"
            )?;
            for given in &self.given {
                write!(f, " {given}")?;
            }
            writeln!(f)?;
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
            writeln!(f, "{mark:<4}{:<48}{}", ran.name, ran.result())?;
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
