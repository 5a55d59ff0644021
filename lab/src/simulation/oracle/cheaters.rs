//! Cheaters: whoever could change or block the sum is named, or is not in it.

use veragg_protocol::round::phase::Phase;
use veragg_verifier::{Culprit, Verdict};

use super::{cheats, is_honest, last_phase};
use crate::attack::ClientAttack;
use crate::scenario::{Cheat, Outcome, PhaseName, Scenario};

/// Who cheats all the same.
pub(super) fn objections(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let report = &outcome.report;
    let mut said = Vec::new();
    if report.verdict != Verdict::Verified {
        return said;
    }
    for cheat in &scenario.cheat {
        // Two acts of one client can undo each other.
        let of_client = scenario.cheat.iter().filter(|it| it.client == cheat.client);
        let is_in = report.contributors.contains(&cheat.client);
        if !is_in || of_client.count() > 1 {
            continue;
        }
        let culprit =
            |culprit| matches!(culprit, Culprit::Client(it) if it.number() == cheat.client);
        let is_named = report.faults.iter().any(|fault| culprit(fault.culprit));
        if changes_its_input(&cheat.does) {
            said.push(format!("client {} cheats, and is in the sum", cheat.client));
        } else if must_show(scenario, cheat) && !is_named {
            said.push(format!(
                "client {} cheats, is in the sum, and is not named",
                cheat.client
            ));
        }
    }
    said
}

/// Whether it changes its input or its masked vector: whatever the aggregator does, that is in no verified sum.
fn changes_its_input(does: &ClientAttack) -> bool {
    match does {
        ClientAttack::Shift { by, .. } | ClientAttack::Masked { by, .. } => *by != 0,
        // The simulation draws other bounds only.
        ClientAttack::OtherClaims { bound, sum, .. } => bound.is_some() || sum.is_some(),
        _ => false,
    }
}

/// Whether an honest aggregator leaves the client out, or the audit names it. Where it depends on more than a few words
/// can say, the answer is no.
fn must_show(scenario: &Scenario, cheat: &Cheat) -> bool {
    if !is_honest(scenario) {
        return false;
    }
    let stays = |client: u32, phase: Phase| {
        let speaks = last_phase(scenario, client).is_none_or(|last| last >= phase);
        client != cheat.client && !cheats(scenario, client) && speaks
    };
    let all_stay = |phase| {
        let all = 1..=scenario.round.clients;
        all.filter(|it| *it != cheat.client)
            .all(|it| stays(it, phase))
    };
    match &cheat.does {
        // Two with the same false mask between them are allowed: it cancels out. So do several false masks of one client that
        // it does not attest, if they add up to nothing: then nothing that it sent is false.
        ClientAttack::FalseMask {
            towards,
            by,
            attested,
            edges,
            ..
        } => {
            let cancels = !attested && !edges.is_empty();
            *by != 0 && !cancels && towards.is_none_or(|other| !cheats(scenario, other))
        }
        // Where a part stands that it spoils depends on who has advertised.
        ClientAttack::HighDegree
        | ClientAttack::BadShare { .. }
        | ClientAttack::FalseCommitment { .. } => all_stay(Phase::Confirm),
        ClientAttack::Accuse { .. } => all_stay(Phase::Share),
        ClientAttack::RogueKey { victim } => stays(*victim, Phase::Advertise),
        ClientAttack::TwoKeys { other_first } => *other_first,
        ClientAttack::Copy {
            from,
            phase: PhaseName(Phase::Submit),
            ..
        } => stays(*from, Phase::Submit),
        ClientAttack::Swap { points } => points[0] != points[1],
        ClientAttack::Replay { phase } => is_needed(phase.0),
        ClientAttack::Silent { from } => from.0 <= Phase::Attest,
        // A message that is not in time, not of the right length or not signed is refused, and nothing comes instead.
        ClientAttack::Late { phase } | ClientAttack::BadSignature { phase } => is_needed(phase.0),
        ClientAttack::Impersonate { phase, victim } => {
            *victim != cheat.client && is_needed(phase.0)
        }
        ClientAttack::Length { phase, by } => {
            *by != 0 && phase.0 != Phase::Confirm && is_needed(phase.0)
        }
        // These parts are longer than a hundred bytes, so that there is such a byte; each bit of them counts.
        ClientAttack::Flip {
            phase,
            part: 0,
            byte,
        } => {
            let long = [Phase::Advertise, Phase::Submit, Phase::Attest].contains(&phase.0);
            long && (-100..100).contains(byte)
        }
        _ => false,
    }
}

/// Whether each contributor must have said something in a phase.
fn is_needed(phase: Phase) -> bool {
    phase <= Phase::Attest
}
