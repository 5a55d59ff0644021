//! Plays a scenario on the committee protocol.
// What is unwrapped here has been made by the software of the round itself.
#![allow(clippy::unwrap_used)]

mod audit;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg_protocol::circuits::proof_system::Suite as AnySuite;
use veragg_protocol::committee::organiser::CommitteeBuilder;
use veragg_protocol::committee::round::{Expectations, Round};
use veragg_protocol::committee::trustee::{restore, Restored};
use veragg_protocol::committee::upload;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::receipt::Receipt;
use veragg_verifier::Culprit;

use super::CommitteeScenario;
use crate::attack::NotPlayable;
use crate::committee::attack::{
    messages, AggregatorAttack, CommitteePhase, Earlier, OrganiserAttack, Said, Speaker,
    TrusteeAttack,
};
use crate::committee::collector::{Answer, Collector};
use crate::committee::corrupt::Corrupt;
use crate::committee::parties::DEADLINES;
use crate::committee::{store, Desk, Parties, Suite};
use crate::fixtures::fractions;
use crate::local::LocalRoundError;
use crate::scenario::outcome::{Outcome, Silent};
use crate::scenario::Unplayable;

/// The phases in which trustees speak.
const OF_TRUSTEES: [Phase; 3] = [Phase::Check, Phase::ConfirmList, Phase::Open];

/// A round that is played.
struct Player<'a> {
    scenario: &'a CommitteeScenario,
    parties: &'a Parties,
    /// An earlier round of the same parties, if an attack needs it.
    earlier: &'a Earlier,
    rng: ChaCha20Rng,
    /// The boards. The first is published.
    boards: Vec<Collector<'a>>,
    /// Everything that clients and trustees have sent, in order.
    sent: Vec<(Sender, Phase, Vec<u8>)>,
    /// The receipts that the aggregator gave for its first board.
    receipts: Vec<(Sender, Receipt)>,
    /// Who sent each message that was refused.
    refused: Vec<Sender>,
    silent: Vec<Silent>,
}

impl CommitteeScenario {
    /// Plays the scenario, and audits its board. Nothing but the seed decides what comes out.
    pub(in crate::scenario) fn play_on(
        &self,
        suite: AnySuite,
        seed: u64,
    ) -> Result<Outcome, Unplayable> {
        if suite != AnySuite::DEFAULT {
            return Err(Unplayable::OtherSuite(suite));
        }
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut parties = self.parties(&mut rng)?;
        let earlier = match self.needs_earlier() {
            true => self.earlier(&parties, &rng)?,
            false => Earlier::default(),
        };
        for attack in &self.organiser {
            attack.apply(&mut parties, &mut rng);
        }
        let mut player = Player::new(self, &parties, &earlier, rng);
        let organiser = parties.organiser.verifying_key();
        let mut stopped = None;
        match Round::<Suite>::open(&parties.header, &organiser) {
            Ok((round, _)) => player.play(&round)?,
            Err(error) => {
                player.nobody_enters(&error.to_string());
                stopped = Some(error.to_string());
            }
        }
        player.finish(stopped)
    }

    /// An earlier round of the same parties, in which everybody was honest. Their identities and inputs are the same; all else is drawn
    /// anew.
    fn earlier(&self, parties: &Parties, rng: &ChaCha20Rng) -> Result<Earlier, Unplayable> {
        let mut rng = rng.clone();
        // A stream that nobody else draws from.
        rng.set_stream(u64::MAX);
        let parties = parties.in_another_round(&mut rng);
        let honest = self.without_attacks();
        let none = Earlier::default();
        let mut player = Player::new(&honest, &parties, &none, rng);
        let (round, _) = parties.round();
        player.play(&round)?;
        Ok(Earlier {
            records: player.boards[0].records(),
            sent: player.sent,
        })
    }

    fn parties(&self, rng: &mut ChaCha20Rng) -> Result<Parties, LocalRoundError> {
        let (round, committee) = (&self.round, self.committee);
        // Some clients may be corrupt, as in all rounds of more than nine.
        let (corrupt_ppm, _) = fractions(round.clients.max(10));
        Parties::configured(
            round.clients,
            committee.members,
            |before| {
                let (colluding, absent) = (committee.colluding, committee.absent);
                let (segments, id) = (round.segments(), before.round_id);
                // One number in each row, so that an attack knows where a number stands.
                CommitteeBuilder::new(segments, id, colluding, absent, DEADLINES)
                    .corrupt_ppm(corrupt_ppm)
                    .min_contributors(round.min_contributors)
                    .columns(1)
                    .build_for::<Suite>(&before.roster, before.entries, before.aggregator)
            },
            rng,
        )
    }

    /// What clients know: all trustees that are not invented, of whom as many may be corrupt as the configuration allows for.
    fn expectations(&self, parties: &Parties) -> Expectations {
        let invented = self.organiser.iter().flat_map(OrganiserAttack::unknown);
        let invented: BTreeSet<u32> = invented.copied().collect();
        let trustees = (1..).zip(&parties.trustees);
        let known = trustees.filter(|(number, _)| !invented.contains(number));
        Expectations {
            known: known.map(|(_, (key, _))| key.verifying_key()).collect(),
            corrupt: self.committee.colluding,
            ..Expectations::default()
        }
    }
}

impl<'a> Player<'a> {
    /// A round in which nobody has spoken.
    fn new(
        scenario: &'a CommitteeScenario,
        parties: &'a Parties,
        earlier: &'a Earlier,
        rng: ChaCha20Rng,
    ) -> Self {
        Self {
            scenario,
            parties,
            earlier,
            rng,
            boards: Vec::new(),
            sent: Vec::new(),
            receipts: Vec::new(),
            refused: Vec::new(),
            silent: Vec::new(),
        }
    }

    fn play(&mut self, round: &Arc<Round<Suite>>) -> Result<(), Unplayable> {
        let (parties, attacks) = (self.parties, &self.scenario.aggregator);
        if attacks.is_empty() {
            self.boards.push(Collector::honest(parties));
        } else {
            let corrupt = Corrupt::new(Desk::new(parties), attacks, self.earlier)?;
            let seconds = corrupt.seconds();
            self.boards.push(Collector::corrupt(parties, corrupt));
            for (to, second) in seconds {
                let board = Collector::corrupt(parties, second);
                self.boards.push(board.to(to));
            }
        }
        let late = self.submit(round)?;
        self.close(Phase::Submit);
        for message in late {
            self.hand_in(0, &message);
        }
        for phase in OF_TRUSTEES {
            for trustee in TrusteeId::all(round.shape().trustees()) {
                self.speak(trustee, phase)?;
            }
            self.close(phase);
        }
        Ok(())
    }

    /// Clients submit, in the order of their numbers. Gives what they send too late.
    fn submit(&mut self, round: &Arc<Round<Suite>>) -> Result<Vec<Vec<u8>>, Unplayable> {
        let expectations = self.scenario.expectations(self.parties);
        let inputs = self.scenario.round.inputs();
        let (mut heard, mut late) = (Vec::new(), Vec::new());
        for (client, input) in ClientId::all(round.clients()).zip(&inputs) {
            let number = client.number();
            let mut absent = self.scenario.dropout.iter();
            if absent.any(|it| it.client == number) {
                continue;
            }
            let accepted = self.parties.accept(number, number, &expectations);
            let sent = accepted
                .map_err(|error| error.to_string())
                .and_then(|client| {
                    let sent = client.submit(input, &mut self.rng, &mut store());
                    sent.map_err(|error| error.to_string())
                });
            let message = match sent {
                Ok(sent) => sent.message().to_vec(),
                Err(why) => {
                    self.is_silent(Culprit::Client(client), Phase::Submit, why);
                    continue;
                }
            };
            let mut said = Said {
                now: vec![message],
                late: Vec::new(),
            };
            let speaker = Speaker {
                client,
                parties: self.parties,
                round,
                input,
                heard: &heard,
                earlier: self.earlier,
            };
            for cheat in &self.scenario.cheat {
                if cheat.client == number {
                    cheat.does.apply(&speaker, &mut said, &mut self.rng)?;
                }
            }
            for message in &said.now {
                heard.push((Sender::Client(client), message.clone()));
                for board in 0..self.boards.len() {
                    self.hand_in(board, message);
                }
            }
            late.append(&mut said.late);
        }
        Ok(late)
    }

    /// A message is handed in for one of the boards: by an honest client as an upload, by all others whole.
    fn hand_in(&mut self, board: usize, message: &[u8]) {
        let envelope = Message::decode(message).unwrap().envelope;
        let (sender, phase) = (envelope.sender, envelope.phase);
        let sent = (sender, phase, message.to_vec());
        if !self.sent.contains(&sent) {
            self.sent.push(sent);
        }
        let mut cheats = self.scenario.cheat.iter();
        let is_honest =
            cheats.all(|it| ClientId::new(it.client).map(Sender::Client) != Some(sender));
        let upload = upload::of_message(message).filter(|_| is_honest);
        let arrives = upload.unwrap_or_else(|| message.to_vec());
        match (self.boards[board].receive(arrives), board) {
            (Answer::Receipt(receipt), 0) => self.receipts.push((sender, receipt)),
            (Answer::Refused, 0) => self.refused.push(sender),
            _ => {}
        }
    }

    /// Closes a phase on each board on which the round goes on.
    fn close(&mut self, phase: Phase) {
        let mut forks = Vec::new();
        let going_on = self.boards.iter_mut().filter(|it| it.ended.is_none());
        for board in going_on {
            forks.extend(board.close(phase));
        }
        for fork in &mut forks {
            fork.close(phase);
        }
        self.boards.append(&mut forks);
    }

    /// A trustee speaks in a phase: an honest one in answer to the board that it is shown, a corrupt one in answer to each.
    fn speak(&mut self, trustee: TrusteeId, phase: Phase) -> Result<(), NotPlayable> {
        let number = trustee.number();
        let scenario = self.scenario;
        let mut absences = scenario.absence.iter();
        if absences.any(|it| it.trustee == number && it.is_absent(phase)) {
            return Ok(());
        }
        let does: Vec<_> = scenario
            .trustee
            .iter()
            .filter(|it| it.trustee == number)
            .map(|it| &it.does)
            .collect();
        let is_restored = matches!(does[..], [TrusteeAttack::Restored {}]);
        let shown = match does.is_empty() {
            true => {
                let mut boards = self.boards.iter();
                let last = boards.rposition(|board| board.to.contains(&number));
                let last = last.unwrap_or(0);
                last..last + 1
            }
            false => 0..self.boards.len(),
        };
        for board in shown {
            if self.boards[board].ended.is_some() {
                continue;
            }
            let said = if does.is_empty() || is_restored {
                match self.answer(board, trustee, phase) {
                    Ok(message) => message.into_iter().collect(),
                    Err(why) => {
                        if does.is_empty() {
                            self.is_silent(Culprit::Trustee(trustee), phase, why);
                        }
                        Vec::new()
                    }
                }
            } else {
                let desk = self.boards[board].desk();
                messages(
                    &does,
                    phase,
                    &desk,
                    self.earlier,
                    trustee.index(),
                    &mut self.rng,
                )?
            };
            for message in said {
                self.hand_in(board, &message);
            }
        }
        Ok(())
    }

    /// The time at which trustees are shown what was submitted: before the deadline of submit if the aggregator closes that behind so many
    /// messages, else when all deadlines have passed.
    fn when_checked(&self) -> u64 {
        let is_early = |attack: &AggregatorAttack| {
            matches!(
                attack,
                AggregatorAttack::Close {
                    phase: CommitteePhase::Submit,
                    after: Some(_),
                }
            )
        };
        match self.scenario.aggregator.iter().any(is_early) {
            true => 0,
            false => u64::MAX,
        }
    }

    /// What the honest software of a trustee says to a board, from what it saved. Nothing if it has said nothing before. Errors: it refuses
    /// to go on.
    fn answer(
        &mut self,
        board: usize,
        trustee: TrusteeId,
        phase: Phase,
    ) -> Result<Option<Vec<u8>>, String> {
        let (round, roster) = self.parties.round();
        let (identity, _) = &self.parties.trustees[trustee.index()];
        let now = self.when_checked();
        let board = &mut self.boards[board];
        let package = board.package(phase, trustee);
        let saved = &mut board.saved[trustee.index()];
        let restored = restore(round, roster, Arc::clone(identity), saved).unwrap();
        let mut new = store();
        let message = match (restored, phase) {
            (Restored::Ready(trustee), Phase::Check) => {
                let pending = trustee.check(Cursor::new(package), now, &mut self.rng);
                let pending = pending.map_err(|refused| refused.error.to_string())?;
                pending.save(&mut new).unwrap().1
            }
            (Restored::Checked(trustee, _), Phase::ConfirmList) => {
                let pending = trustee.confirm(&package);
                let pending = pending.map_err(|refused| refused.error.to_string())?;
                pending.save(&mut new).unwrap().1
            }
            (Restored::Confirmed(trustee, _), Phase::Open) => {
                let pending = trustee.open(&package);
                let pending = pending.map_err(|refused| refused.error.to_string())?;
                pending.save(&mut new).unwrap().1
            }
            _ => return Ok(None),
        };
        *saved = new;
        Ok(Some(message))
    }

    fn is_silent(&mut self, who: Culprit, phase: Phase, why: String) {
        self.silent.push(Silent { who, phase, why });
    }

    /// The configuration is one that nobody enters.
    fn nobody_enters(&mut self, why: &str) {
        let expectations = self.scenario.expectations(self.parties);
        for client in ClientId::all(self.parties.clients.len() as u32) {
            let number = client.number();
            if let Err(error) = self.parties.accept(number, number, &expectations) {
                self.is_silent(Culprit::Client(client), Phase::Submit, error.to_string());
            }
        }
        for trustee in TrusteeId::all(self.parties.trustees.len() as u32) {
            self.is_silent(Culprit::Trustee(trustee), Phase::Check, why.to_owned());
        }
    }
}
