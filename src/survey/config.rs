//! The configuration: reads TOML into checked settings. Checks that need the table come later, with the table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use veragg_circuits::proof_system::Suite;
use veragg_lab::scenario::Cheat;
use veragg_protocol::round::phase::Phase;

use super::committee::{Absence, CommitteeConfig, RawAbsence, RawCommittee};
use super::committee_problem::CommitteeProblem;
use super::error::{Location, SurveyError};
use super::problem::Problem;
use super::synthetic::{RawSynthetic, Synthetic};
use super::table::{RawCount, RawData, RawGroups, RawMeasure, RawTable, TableConfig};
use super::text::{Located, Text};
use super::toml_words;

/// The settings of a round that do not depend on where its numbers come from.
#[derive(Debug)]
pub(super) struct Config {
    /// The path of the configuration, for messages.
    pub(super) path: PathBuf,
    pub(super) title: String,
    pub(super) suite: Suite,
    pub(super) columns: Option<Located<u32>>,
    pub(super) corrupt_ppm: Located<u32>,
    /// Not there if the round has a committee and the configuration leaves it out.
    pub(super) dropout_ppm: Option<Located<u32>>,
    pub(super) min_contributors: Option<Located<u32>>,
    pub(super) dropouts: Vec<Located<Dropout>>,
    pub(super) cheats: Vec<Located<Cheat>>,
    /// The committee, if the round is of that protocol.
    pub(super) committee: Option<CommitteeConfig>,
    /// Trustees that say nothing, or leave.
    pub(super) absences: Vec<Absence>,
}

/// Where the clients' numbers come from.
#[derive(Debug)]
pub(super) enum Source {
    Table(Box<TableConfig>),
    Synthetic(Synthetic),
}

/// A client that leaves the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropout {
    /// The number of the client, counted from 1.
    pub client: u32,
    /// The phase whose message is the last one it sends.
    pub after: Phase,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
struct RawConfig {
    round: Spanned<RawRound>,
    committee: Option<Spanned<RawCommittee>>,
    #[serde(default)]
    absence: Vec<Spanned<RawAbsence>>,
    data: Option<Spanned<RawData>>,
    groups: Option<Spanned<RawGroups>>,
    #[serde(default)]
    measure: Vec<Spanned<RawMeasure>>,
    #[serde(default)]
    count: Vec<Spanned<RawCount>>,
    synthetic: Option<Spanned<RawSynthetic>>,
    #[serde(default)]
    dropout: Vec<Spanned<RawDropout>>,
    #[serde(default)]
    cheat: Vec<Spanned<Cheat>>,
}

// Numbers that may have a decimal point are `Spanned<f64>` only for their type and position. Their exact value is
// parsed from the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
struct RawRound {
    title: String,
    protocol: Option<Spanned<String>>,
    suite: Option<Spanned<String>>,
    columns: Option<Spanned<u32>>,
    corrupt: Spanned<f64>,
    dropout: Option<Spanned<f64>>,
    min_contributors: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
struct RawDropout {
    client: u32,
    after: Option<RawPhase>,
}

/// The phases that a client can leave after. Unmask is not among them: after it a client has nothing left to send.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawPhase {
    Advertise,
    Share,
    Confirm,
    Submit,
    Attest,
    Dispute,
    Acknowledge,
}

impl From<RawPhase> for Phase {
    fn from(phase: RawPhase) -> Self {
        match phase {
            RawPhase::Advertise => Phase::Advertise,
            RawPhase::Share => Phase::Share,
            RawPhase::Confirm => Phase::Confirm,
            RawPhase::Submit => Phase::Submit,
            RawPhase::Attest => Phase::Attest,
            RawPhase::Dispute => Phase::Dispute,
            RawPhase::Acknowledge => Phase::Acknowledge,
        }
    }
}

impl Config {
    /// Checks what is about a committee.
    fn committee(
        text: &Text<'_>,
        protocol: Option<Spanned<String>>,
        block: Option<Spanned<RawCommittee>>,
        absences: Vec<Spanned<RawAbsence>>,
        cheat: Option<usize>,
    ) -> Result<(Option<CommitteeConfig>, Vec<Absence>), SurveyError> {
        let is_committee = match protocol {
            None => false,
            Some(protocol) => {
                let Located { line, value } = text.located(protocol);
                match &*value {
                    "pairwise" => false,
                    "committee" => true,
                    _ => {
                        return Err(
                            text.error(line, Problem::Committee(CommitteeProblem::Protocol(value)))
                        )
                    }
                }
            }
        };
        if !is_committee {
            let of_block = block.map(|block| ("[committee]", text.line_of(&block)));
            let of_absence = absences.first().map(|it| ("[[absence]]", text.line_of(it)));
            return match of_block.or(of_absence) {
                Some((block, line)) => Err(text.error(
                    line,
                    Problem::Committee(CommitteeProblem::NoCommittee(block)),
                )),
                None => Ok((None, Vec::new())),
            };
        }
        if let Some(line) = cheat {
            return Err(text.error(line, Problem::Committee(CommitteeProblem::Cheat)));
        }
        let committee = CommitteeConfig::parse(text, block)?;
        let mut lines: HashMap<u32, usize> = HashMap::new();
        let mut absent = Vec::with_capacity(absences.len());
        for block in absences {
            let line = text.line_of(&block);
            let absence = committee.absence(text, block)?;
            let trustee = absence.trustee;
            if let Some(first) = lines.insert(trustee, line) {
                let problem = CommitteeProblem::AbsentTwice { trustee, first };
                return Err(text.error(line, Problem::Committee(problem)));
            }
            absent.push(absence);
        }
        Ok((Some(committee), absent))
    }

    /// Parses and checks a configuration. `path` is its path.
    pub(super) fn parse(path: &Path, text: &str) -> Result<(Self, Source), SurveyError> {
        let text = Text::new(path, text);
        let raw: RawConfig = toml::from_str(text.text).map_err(|error| {
            let (line, message) = toml_words::refusal(&text, &error);
            text.error(line, Problem::Toml(message))
        })?;
        let source = match (raw.data, raw.synthetic) {
            (Some(data), None) => {
                let raw = RawTable {
                    data,
                    groups: raw.groups,
                    measures: raw.measure,
                    counts: raw.count,
                };
                Source::Table(Box::new(TableConfig::parse(&text, raw)?))
            }
            (None, Some(synthetic)) => {
                let groups = raw.groups.iter().map(|block| ("[groups]", block.span()));
                let measures = raw.measure.iter();
                let measures = measures.map(|block| ("[[measure]]", block.span()));
                let counts = raw.count.iter().map(|block| ("[[count]]", block.span()));
                if let Some((block, span)) = groups.chain(measures).chain(counts).next() {
                    let line = text.line_at(span.start);
                    return Err(text.error(line, Problem::NoTable(block)));
                }
                Source::Synthetic(Synthetic::parse(&text, synthetic)?)
            }
            (Some(_), Some(synthetic)) => {
                return Err(text.error(text.line_of(&synthetic), Problem::TwoSources))
            }
            (None, None) => return Err(text.error(1, Problem::NoSource)),
        };
        let round_line = text.line_of(&raw.round);
        let round = raw.round.into_inner();
        let cheat = raw.cheat.first().map(|cheat| text.line_of(cheat));
        let (committee, absences) =
            Self::committee(&text, round.protocol, raw.committee, raw.absence, cheat)?;
        let suite = round.suite.map(|suite| {
            let Located { line, value } = text.located(suite);
            let suite = value.parse();
            suite.map_err(|error| text.error(line, Problem::Suite(error)))
        });
        let config = Self {
            suite: suite.transpose()?.unwrap_or(Suite::DEFAULT),
            columns: round
                .columns
                .map(|columns| text.positive("columns", columns))
                .transpose()?,
            corrupt_ppm: text.parts_per_million("corrupt", &round.corrupt)?,
            dropout_ppm: match (&round.dropout, &committee) {
                (Some(dropout), _) => Some(text.parts_per_million("dropout", dropout)?),
                // In this protocol any number of clients may drop out.
                (None, Some(_)) => None,
                (None, None) => return Err(text.error(round_line, Problem::NoDropout)),
            },
            min_contributors: round
                .min_contributors
                .map(|wanted| text.positive("min_contributors", wanted))
                .transpose()?,
            title: round.title,
            dropouts: parse_dropouts(&text, raw.dropout, committee.is_some())?,
            cheats: raw.cheat.into_iter().map(|it| text.located(it)).collect(),
            committee,
            absences,
            path: path.to_path_buf(),
        };
        Ok((config, source))
    }

    /// Checks the settings that name clients, or a number of them.
    pub(super) fn check_clients(&self, clients: u32) -> Result<(), SurveyError> {
        let refuse = |line, problem| Err(Location::line(&self.path, line).error(problem));
        if let Some(&Located {
            line,
            value: wanted,
        }) = self.min_contributors.as_ref()
        {
            if wanted > clients {
                return refuse(line, Problem::MinContributors { wanted, clients });
            }
        }
        for Located { line, value } in &self.cheats {
            let mut named = std::iter::once(value.client).chain(value.does.others());
            if let Some(client) = named.find(|client| !(1..=clients).contains(client)) {
                return refuse(*line, Problem::CheatUnknown { client, clients });
            }
        }
        for dropout in &self.dropouts {
            let client = dropout.value.client;
            if client == 0 || client > clients {
                return refuse(dropout.line, Problem::DropoutUnknown { client, clients });
            }
        }
        Ok(())
    }
}

fn parse_dropouts(
    text: &Text<'_>,
    raw: Vec<Spanned<RawDropout>>,
    has_committee: bool,
) -> Result<Vec<Located<Dropout>>, SurveyError> {
    let mut lines: HashMap<u32, usize> = HashMap::new();
    let mut dropouts = Vec::with_capacity(raw.len());
    for spanned in raw {
        let Located { line, value } = text.located(spanned);
        let RawDropout { client, after } = value;
        if let Some(first) = lines.insert(client, line) {
            return Err(text.error(line, Problem::DropoutTwice { client, first }));
        }
        let after = match after {
            Some(after) => after.into(),
            // It has one message, and does not send it.
            None if has_committee => Phase::Advertise,
            None => return Err(text.error(line, Problem::DropoutAfter)),
        };
        dropouts.push(Located {
            line,
            value: Dropout { client, after },
        });
    }
    Ok(dropouts)
}
