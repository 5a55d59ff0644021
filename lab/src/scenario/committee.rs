//! A scenario on the committee protocol.

mod play;

use serde::{Deserialize, Serialize};

use super::expected::Expected;
use super::round::RoundSetting;
use super::{toml_error, ScenarioError};
use crate::attack::{FileAttack, MessageName};
use crate::committee::attack::{
    AggregatorAttack, ClientAttack, OrganiserAttack, TrusteeAttack, TrusteePhase,
};
use veragg_protocol::round::committee::shape::Shape;
use veragg_protocol::round::phase::Phase;

/// A round of the committee protocol, its attackers, and what must come out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteeScenario {
    /// In a few words, what is attacked.
    pub title: String,
    /// What the attacker does, and what it would gain.
    pub tries: String,
    /// What stops it, and what happens then.
    pub stopped: String,
    /// The round that is attacked.
    pub round: RoundSetting,
    /// Its trustees.
    #[serde(default)]
    pub committee: CommitteeSetting,
    /// What the organiser does. Without any it is honest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organiser: Vec<OrganiserAttack>,
    /// Honest clients that send nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropout: Vec<AbsentClient>,
    /// Honest trustees that leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absence: Vec<AbsentTrustee>,
    /// Clients that attack. Several attacks of one client are applied in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cheat: Vec<CommitteeCheat>,
    /// Trustees that attack. Several attacks of one trustee add up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trustee: Vec<CorruptTrustee>,
    /// What the aggregator does. Without any it is honest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregator: Vec<AggregatorAttack>,
    /// What is done to the file of the board before the audit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file: Vec<FileAttack>,
    /// What the auditor has besides the organiser's key.
    #[serde(default, skip_serializing_if = "CommitteeAuditor::has_nothing")]
    pub auditor: CommitteeAuditor,
    /// What must come out.
    pub expect: Expected,
}

/// The trustees of a round. Without anything there are four, of whom one may collude with the aggregator, and one may be absent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteeSetting {
    /// The trustees.
    pub members: u32,
    /// How many may collude with the aggregator.
    pub colluding: u32,
    /// How many may be absent.
    pub absent: u32,
}

impl Default for CommitteeSetting {
    fn default() -> Self {
        Self {
            members: 4,
            colluding: 1,
            absent: 1,
        }
    }
}

/// A client that sends nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsentClient {
    /// Its number.
    pub client: u32,
}

/// A trustee that leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsentTrustee {
    /// Its number.
    pub trustee: u32,
    /// The last phase in which it sends something; without one it sends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<TrusteePhase>,
}

impl AbsentTrustee {
    fn is_absent(&self, phase: Phase) -> bool {
        self.after.is_none_or(|after| Phase::from(after) < phase)
    }
}

/// A client that attacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteeCheat {
    /// Its number.
    pub client: u32,
    /// What it does.
    pub does: ClientAttack,
}

/// A trustee that attacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorruptTrustee {
    /// Its number.
    pub trustee: u32,
    /// What it does.
    pub does: TrusteeAttack,
}

/// What an auditor has besides the organiser's key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CommitteeAuditor {
    /// The clients of whom it has the receipts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<u32>,
    /// The clients of whom it has receipts that they signed themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forged_receipts: Vec<u32>,
    /// Whether it has the checkpoints that trustees were shown and that are not on the board.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shown: bool,
    /// The messages that participants hand over: all that a client or a trustee has sent in a phase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageName>,
}

impl CommitteeAuditor {
    fn has_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl CommitteeScenario {
    /// Reads a scenario from its file.
    pub(super) fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
        scenario.round.check()?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Refuses what does not exist in the round.
    fn check(&self) -> Result<(), ScenarioError> {
        let setting = &self.round;
        for (field, is_set) in [
            ("unmask_rounds", setting.unmask_rounds.is_some()),
            ("known_set_up", setting.known_set_up),
        ] {
            if is_set {
                return Err(ScenarioError::OnlyPairwise(format!("`{field}` in [round]")));
            }
        }
        let CommitteeSetting {
            members, colluding, ..
        } = self.committee;
        Shape::new(members, colluding, 1)?;
        let (clients, trustees) = (setting.clients, members);
        if let Some(attack) = self
            .aggregator
            .iter()
            .find_map(AggregatorAttack::on_publish)
        {
            return Err(ScenarioError::OnPublish { attack });
        }
        if let Some(message) = self.messages().find(|message| !is_sent(*message)) {
            return Err(ScenarioError::NoSuchMessage(message));
        }
        let mut named = self.clients_named().into_iter();
        if let Some(client) = named.find(|client| !(1..=clients).contains(client)) {
            return Err(ScenarioError::NoSuchClient { client, clients });
        }
        let mut named = self.trustees_named().into_iter();
        if let Some(trustee) = named.find(|trustee| !(1..=trustees).contains(trustee)) {
            return Err(ScenarioError::NoSuchTrustee { trustee, trustees });
        }
        let with_others = self.trustee.iter().find(|it| {
            let of_it = self.trustee.iter().filter(|of| of.trustee == it.trustee);
            matches!(it.does, TrusteeAttack::Restored {}) && of_it.count() > 1
        });
        match with_others {
            Some(CorruptTrustee { trustee, .. }) => {
                Err(ScenarioError::RestoredWithOthers { trustee: *trustee })
            }
            None => Ok(()),
        }
    }

    /// The same round, in which everybody is honest and there.
    fn without_attacks(&self) -> Self {
        Self {
            organiser: Vec::new(),
            dropout: Vec::new(),
            absence: Vec::new(),
            cheat: Vec::new(),
            trustee: Vec::new(),
            aggregator: Vec::new(),
            file: Vec::new(),
            auditor: CommitteeAuditor::default(),
            ..self.clone()
        }
    }

    /// Whether an attack needs an earlier round of the same parties.
    fn needs_earlier(&self) -> bool {
        self.cheat.iter().any(|it| it.does.needs_earlier())
            || self.trustee.iter().any(|it| it.does.needs_earlier())
            || self.aggregator.iter().any(AggregatorAttack::needs_earlier)
            || self.file.iter().any(FileAttack::needs_earlier)
    }

    /// The messages that are named.
    fn messages(&self) -> impl Iterator<Item = MessageName> + '_ {
        let of_aggregator = self.aggregator.iter().filter_map(AggregatorAttack::message);
        let of_file = self.file.iter().flat_map(FileAttack::messages);
        let of_auditor = self.auditor.messages.iter().copied();
        of_aggregator.chain(of_file).chain(of_auditor)
    }

    fn clients_named(&self) -> Vec<u32> {
        let mut named: Vec<u32> = self.dropout.iter().map(|it| it.client).collect();
        named.extend(self.round.input.iter().map(|it| it.client));
        named.extend(self.cheat.iter().map(|it| it.client));
        named.extend(self.cheat.iter().filter_map(|it| it.does.others()));
        named.extend(self.trustee.iter().flat_map(|it| it.does.clients()));
        named.extend(self.aggregator.iter().filter_map(AggregatorAttack::client));
        named.extend(self.messages().filter_map(MessageName::client));
        named.extend(&self.auditor.receipts);
        named.extend(&self.auditor.forged_receipts);
        named.extend(&self.expect.contributors);
        named
    }

    fn trustees_named(&self) -> Vec<u32> {
        let mut named: Vec<u32> = self.absence.iter().map(|it| it.trustee).collect();
        named.extend(self.organiser.iter().flat_map(OrganiserAttack::trustees));
        named.extend(self.cheat.iter().filter_map(|it| it.does.trustee()));
        named.extend(self.trustee.iter().map(|it| it.trustee));
        named.extend(self.aggregator.iter().flat_map(AggregatorAttack::trustees));
        named.extend(self.messages().filter_map(MessageName::trustee));
        named
    }
}

/// Whether there is such a message in the protocol: clients speak in submit, and trustees in check, confirm and open.
fn is_sent(message: MessageName) -> bool {
    let of_trustees = [Phase::Check, Phase::ConfirmList, Phase::Open];
    match message.trustee() {
        Some(_) => of_trustees.contains(&message.phase),
        None => message.phase == Phase::Submit,
    }
}
