//! Why the clients of a round went no further.

use std::collections::BTreeMap;
use std::fmt;

use veragg::circuits::proof_system::ProofSystem;
use veragg::local::Party;
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::Round;
use veragg::survey::Survey;

/// Why a client went no further.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The configuration lets it leave after this phase.
    Left(Phase),
    /// It refused to go on, for this reason.
    Refused(String),
}

/// The clients that went no further, by reason.
#[derive(Debug, Default)]
pub(super) struct StoppedClients {
    by_reason: BTreeMap<Reason, Vec<u32>>,
    /// Those that did not stop.
    ready: Vec<u32>,
    left: usize,
    /// How many may be absent, as the round assumes.
    allowed: u32,
    /// How many neighbours a client needs.
    threshold: u32,
    /// The number of contributors that the configuration asks for, if it does.
    wanted: Option<u32>,
}

impl StoppedClients {
    /// Those among the clients of a round.
    pub(super) fn of<P: ProofSystem>(
        clients: &[Box<dyn Party>],
        survey: &Survey,
        round: &Round<P>,
    ) -> Self {
        let mut ready = Vec::new();
        let mut by_reason: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let left: BTreeMap<_, _> = survey
            .dropouts()
            .iter()
            .map(|dropout| (dropout.client, dropout.after))
            .collect();
        for client in clients {
            let number = client.id().number();
            let reason = match (client.stopped(), left.get(&number)) {
                (Some(error), _) => Reason::Refused(error.to_string()),
                (None, Some(&after)) => Reason::Left(after),
                (None, None) => {
                    ready.push(number);
                    continue;
                }
            };
            by_reason.entry(reason).or_default().push(number);
        }
        Self {
            by_reason,
            ready,
            left: left.len(),
            allowed: round.configuration().assumptions.absent(),
            threshold: round.pairwise().masking.threshold,
            wanted: survey.min_contributors(),
        }
    }

    /// Why a client refused to go on, if it did.
    pub(super) fn refusal(&self, client: u32) -> Option<&str> {
        self.by_reason
            .iter()
            .find_map(|(reason, clients)| match reason {
                Reason::Refused(why) if clients.contains(&client) => Some(why.as_str()),
                _ => None,
            })
    }

    /// What explains that too few clients came through a phase, a line each.
    pub(super) fn explain(&self, error: &AggregatorError) -> String {
        let mut lines = self.to_string();
        let AggregatorError::TooFew { phase, need, .. } = error else {
            return lines;
        };
        if *phase == Phase::Confirm && !self.ready.is_empty() {
            lines += &format!(
                "\n  {} did not stop; but in confirm a client counts only if {} of its neighbours confirm too",
                numbers(&self.ready),
                self.threshold
            );
        }
        if self.wanted.is_some_and(|wanted| wanted as usize == *need) {
            lines += &format!("\n  `min_contributors = {need}` asks for so many clients: lower it, or let fewer leave");
        }
        lines
    }
}

impl fmt::Display for StoppedClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (reason, clients) in &self.by_reason {
            let numbers = numbers(clients);
            match reason {
                Reason::Left(after) => {
                    write!(
                        f,
                        "\n  {numbers} left after {after}, as the configuration says"
                    )?;
                }
                Reason::Refused(why) => write!(f, "\n  {numbers} went no further: {why}")?,
            }
        }
        if self.left > self.allowed as usize {
            write!(
                f,
                "\n  {} left, and `dropout` allows for {}: raise `dropout`, or remove [[dropout]] blocks",
                if self.left == 1 { "1 client".to_owned() } else { format!("{} clients", self.left) },
                self.allowed
            )?;
        }
        Ok(())
    }
}

/// These clients in words, such as `clients 1, 3 to 6 and 9`. The numbers ascend.
pub(super) fn numbers(clients: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &client in clients {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == client => *last = client,
            _ => runs.push((client, client)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .flat_map(|(first, last)| match last - first {
            0 => vec![first.to_string()],
            1 => vec![first.to_string(), last.to_string()],
            _ => vec![format!("{first} to {last}")],
        })
        .collect();
    let word = if clients.len() == 1 {
        "client"
    } else {
        "clients"
    };
    match runs.split_last() {
        Some((last, before)) if !before.is_empty() => {
            format!("{word} {} and {last}", before.join(", "))
        }
        _ => format!("{word} {}", runs.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_listed_in_words() {
        for (clients, want) in [
            (&[7][..], "client 7"),
            (&[7, 8], "clients 7 and 8"),
            (&[2, 7, 8], "clients 2, 7 and 8"),
            (&[1, 2, 3], "clients 1 to 3"),
            (&[1, 3, 4, 5, 9], "clients 1, 3 to 5 and 9"),
        ] {
            assert_eq!(numbers(clients), want);
        }
    }
}
