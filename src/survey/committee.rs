//! The committee of a round: `[committee]` and `[[absence]]`.

use serde::Deserialize;
use toml::Spanned;
use veragg_lab::committee::local::Members;
use veragg_protocol::round::committee::shape::Shape;
use veragg_protocol::round::phase::Phase;

use super::committee_problem::CommitteeProblem;
use super::error::SurveyError;
use super::problem::Problem;
use super::text::{Located, Text};

/// The committee of a round for which the configuration names none: seven trustees, of whom two may collude with the aggregator, and
/// two may be absent.
const USUAL: Members = Members {
    members: 7,
    colluding: 2,
    absent: 2,
};

/// The settings of a committee.
#[derive(Debug, Clone, Copy)]
pub(super) struct CommitteeConfig(pub(super) Members);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(super) struct RawCommittee {
    members: u32,
    colluding: u32,
    absent: u32,
}

/// A trustee that says nothing, or leaves the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// The number of the trustee, counted from 1.
    pub trustee: u32,
    /// The phase whose message is the last one it sends; nothing if it says nothing.
    pub after: Option<Phase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(super) struct RawAbsence {
    trustee: u32,
    after: Option<RawPhase>,
}

/// The phases that a trustee can leave after.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawPhase {
    Check,
    Confirm,
}

impl CommitteeConfig {
    /// Checks the block, or takes the usual committee if there is none.
    pub(super) fn parse(
        text: &Text<'_>,
        block: Option<Spanned<RawCommittee>>,
    ) -> Result<Self, SurveyError> {
        let Some(block) = block else {
            return Ok(Self(USUAL));
        };
        let Located { line, value } = text.located(block);
        let members = Members {
            members: value.members,
            colluding: value.colluding,
            absent: value.absent,
        };
        let refuse =
            |why: String| text.error(line, Problem::Committee(CommitteeProblem::Refused(why)));
        let shape = Shape::new(members.members, members.colluding, 1);
        let shape = shape.map_err(|error| refuse(error.to_string()))?;
        if shape.may_be_absent() < members.absent {
            let Members {
                members,
                colluding,
                absent,
            } = members;
            return Err(refuse(format!(
                "of {members} trustees of whom {colluding} may collude, {} may be absent, but `absent` is {absent}; have more trustees, or lower one of the two",
                shape.may_be_absent()
            )));
        }
        Ok(Self(members))
    }

    /// Checks a trustee that is absent.
    pub(super) fn absence(
        &self,
        text: &Text<'_>,
        absence: Spanned<RawAbsence>,
    ) -> Result<Absence, SurveyError> {
        let Located { line, value } = text.located(absence);
        let (trustee, trustees) = (value.trustee, self.0.members);
        if !(1..=trustees).contains(&trustee) {
            let problem = CommitteeProblem::UnknownTrustee { trustee, trustees };
            let problem = Problem::Committee(problem);
            return Err(text.error(line, problem));
        }
        Ok(Absence {
            trustee,
            after: value.after.map(|after| match after {
                RawPhase::Check => Phase::Check,
                RawPhase::Confirm => Phase::ConfirmList,
            }),
        })
    }
}
