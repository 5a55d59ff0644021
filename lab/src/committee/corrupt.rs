//! An aggregator that does what an honest one does, but for the attacks of a scenario.
// What is unwrapped here has been made by the software of the round itself.
#![allow(clippy::unwrap_used)]

use veragg_protocol::committee::check;
use veragg_protocol::committee::parts::MaskedPlace;
use veragg_protocol::committee::upload;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::receipt::Receipt;

use super::attack::{AggregatorAttack, Earlier, MOST_MESSAGES};
use super::Desk;
use crate::attack::input::scalar;
use crate::attack::NotPlayable;
use crate::books::checkpoint_signed_by;
use crate::fixtures::id;

/// A corrupt aggregator, with one of its boards.
#[derive(Clone)]
pub(crate) struct Corrupt<'a> {
    pub(crate) desk: Desk<'a>,
    attacks: &'a [AggregatorAttack],
    earlier: &'a Earlier,
    /// The clients whose second message it takes in place of the first.
    second_of: Vec<u32>,
    /// The clients of which it has had the first message.
    heard: Vec<ClientId>,
    /// The client that the next list lacks, since the board is a fork.
    lacks: Option<u32>,
    /// How many messages it has received in the open phase.
    received: usize,
}

impl<'a> Corrupt<'a> {
    /// A corrupt aggregator with these attacks. Errors: one of them does not fit the round.
    pub(crate) fn new(
        desk: Desk<'a>,
        attacks: &'a [AggregatorAttack],
        earlier: &'a Earlier,
    ) -> Result<Self, NotPlayable> {
        let (parts, scalars) = (desk.round.parts(), desk.round.opening_scalars());
        for attack in attacks {
            match attack {
                AggregatorAttack::Show {
                    client,
                    trustee,
                    block,
                } => {
                    let (first, last) = (parts.shape().drawn() + 1, parts.shape().trustees());
                    if *trustee < first || *block >= parts.blocks() {
                        return Err(NotPlayable::NoMaskedRow {
                            client: *client,
                            trustee: *trustee,
                            block: *block,
                            first,
                            last,
                            last_block: parts.blocks() - 1,
                        });
                    }
                }
                AggregatorAttack::Sum { scalar, .. } if *scalar >= scalars => {
                    let (scalar, last) = (*scalar, scalars - 1);
                    return Err(NotPlayable::NoSuchScalar { scalar, last });
                }
                _ => {}
            }
        }
        Ok(Self {
            desk,
            attacks,
            earlier,
            second_of: Vec::new(),
            heard: Vec::new(),
            lacks: None,
            received: 0,
        })
    }

    /// The boards, in which the second messages of clients stand, with the trustees that are shown each.
    pub(crate) fn seconds(&self) -> Vec<(&'a [u32], Self)> {
        let boards = self.attacks.iter().filter_map(|attack| match attack {
            AggregatorAttack::SecondSubmission { client, to } => {
                let mut other = self.clone();
                other.second_of.push(*client);
                Some((&to[..], other))
            }
            _ => None,
        });
        boards.collect()
    }

    /// Takes a message or an upload, or refuses it.
    pub(crate) fn receive(&mut self, arrived: Vec<u8>) -> Option<Receipt> {
        let bytes = &upload::message_of(arrived, self.desk.round.parts());
        let message = Message::decode(bytes).unwrap();
        let (sender, phase) = (message.envelope.sender, message.envelope.phase);
        let open = self.open_phase();
        let is_closed = self.attacks.iter().any(|attack| match attack {
            AggregatorAttack::Close {
                phase,
                after: Some(after),
            } => Phase::from(*phase) == open && self.received >= *after,
            _ => false,
        });
        // A file with a record that is too long is no board, and shows nothing.
        if is_closed || phase != open || !self.desk.can_hold(&message) {
            return None;
        }
        self.received += 1;
        let (context, key) = (*self.desk.round.context(), &self.desk.parties.aggregator);
        let leaf = self.desk.messages().len() as u64;
        let receipt = Receipt::sign(key, context, leaf, message.envelope.entry());
        if !self.is_passed_over(sender, phase) {
            self.put(bytes, &message);
        }
        Some(receipt)
    }

    /// Whether it waits for the second message of a client, or throws away the second because another board holds it.
    fn is_passed_over(&mut self, sender: Sender, phase: Phase) -> bool {
        let Sender::Client(client) = sender else {
            return false;
        };
        let is_named = |attack: &AggregatorAttack| matches!(attack, AggregatorAttack::SecondSubmission { client: of, .. } if *of == client.number());
        if phase != Phase::Submit || !self.attacks.iter().any(is_named) {
            return false;
        }
        let is_first = !self.heard.contains(&client);
        self.heard.push(client);
        is_first == self.second_of.contains(&client.number())
    }

    /// Puts on the board what it makes of a message.
    fn put(&mut self, bytes: &[u8], message: &Message) {
        let mut bytes = bytes.to_vec();
        let mut copies: usize = 1;
        for attack in self.attacks {
            let named = attack.message();
            if !named.is_some_and(|named| named.is_it(&message.envelope)) {
                continue;
            }
            match attack {
                AggregatorAttack::Drop { .. } | AggregatorAttack::Forge { .. } => copies = 0,
                AggregatorAttack::Twice { .. } => copies = copies.saturating_mul(2),
                AggregatorAttack::Alter { .. } if !message.body.is_empty() => {
                    *bytes.last_mut().unwrap() ^= 1;
                }
                AggregatorAttack::Replay { message } => {
                    let sent = self.earlier.message(message.sender, message.phase);
                    bytes = sent.unwrap_or(bytes);
                }
                _ => {}
            }
        }
        (0..copies.min(MOST_MESSAGES)).for_each(|_| self.desk.take(&bytes));
    }

    /// The phase that is not closed yet.
    fn open_phase(&self) -> Phase {
        let mut phases = Phase::COMMITTEE.into_iter();
        let open = phases.nth(self.desk.checkpoints.len());
        open.unwrap_or(Phase::Publish)
    }

    /// Puts the messages on the board that it makes in the name of others in a phase.
    fn forge(&mut self, phase: Phase) {
        for attack in self.attacks {
            let AggregatorAttack::Forge { message, copies } = attack else {
                continue;
            };
            if message.phase != phase {
                continue;
            }
            let mut others = self.desk.messages().iter();
            let other = others.find(|it| it.envelope.phase == phase);
            let Some(other) = other else { continue };
            let round = &self.desk.round;
            let lengths = match phase {
                Phase::Submit => round.parts().lengths(),
                Phase::Check => check::lengths(other.body.len(), round.clients()),
                Phase::Open => vec![round.parts().opening_len()],
                _ => Vec::new(),
            };
            let parts = other.parts(&lengths).unwrap_or_default();
            let parts: Vec<_> = parts.into_iter().map(<[u8]>::to_vec).collect();
            let (context, answers) = (*round.context(), other.envelope.answers);
            let key = &self.desk.parties.aggregator;
            let forged = Message::sign(key, context, phase, message.sender, answers, &parts);
            let forged = forged.encode();
            (0..*copies.min(&MOST_MESSAGES)).for_each(|_| self.desk.take(&forged));
        }
    }

    /// The boards that begin with a second checkpoint of a phase, which is still open.
    pub(crate) fn forks(&self, of: Phase) -> Vec<(&'a [u32], Self)> {
        let is_fork = self.lacks.is_some();
        let boards = self.attacks.iter().filter_map(|attack| match attack {
            AggregatorAttack::Fork { phase, without, to } if Phase::from(*phase) == of => {
                let mut other = self.clone();
                other.lacks = Some(*without);
                Some((&to[..], other))
            }
            _ => None,
        });
        boards.filter(|_| !is_fork).collect()
    }

    /// Closes a phase. Errors: too few came through, and it is not told to close it all the same.
    pub(crate) fn close(&mut self, phase: Phase) -> Result<(), String> {
        self.forge(phase);
        let list = self.list(phase);
        let list = self.changed(phase, list);
        self.enough(phase, &list)?;
        if phase == Phase::Submit {
            self.show(&list);
        }
        self.sign(phase, list.clone());
        if phase == Phase::Open {
            self.publish()?;
            let list = self.changed(Phase::Publish, list);
            self.sign(Phase::Publish, list);
        }
        self.received = 0;
        Ok(())
    }

    /// The list of an honest aggregator.
    fn list(&self, phase: Phase) -> ClientSet {
        let last = self.desk.checkpoints.last();
        let last = last.map(|it| it.list.clone());
        let last = last.unwrap_or_else(|| ClientSet::empty(self.desk.round.clients()));
        match phase {
            Phase::Submit => self.desk.accepted().list,
            Phase::Check => self.desk.contributors(&last),
            _ => last,
        }
    }

    /// What it makes of a list.
    fn changed(&mut self, of: Phase, mut list: ClientSet) -> ClientSet {
        if let Some(client) = self.lacks.take() {
            list.remove(id(client));
        }
        for attack in self.attacks {
            match attack {
                AggregatorAttack::List { client, phase } if Phase::from(*phase) == of => {
                    list.insert(id(*client));
                }
                AggregatorAttack::Unlist { client, phase } if Phase::from(*phase) == of => {
                    list.remove(id(*client));
                }
                _ => {}
            }
        }
        list
    }

    fn enough(&self, phase: Phase, list: &ClientSet) -> Result<(), String> {
        let forced = self.attacks.iter().any(|attack| {
            matches!(attack, AggregatorAttack::Close { phase: of, .. } if Phase::from(*of) == phase)
        });
        let least = self.desk.round.configuration().min_contributors as usize;
        let needed = self.desk.round.shape().needed() as usize;
        let listed = ("clients are on the list", list.len(), least);
        let spoke = || ("trustees have spoken", self.desk.spoke(phase), needed);
        let asked = match phase {
            Phase::Submit => vec![listed],
            Phase::Check => vec![spoke(), listed],
            Phase::Open => {
                let closed = self.desk.closed(Phase::Check);
                let held = closed.map_or(0, |it| self.desk.holding(&it.list).len());
                vec![("openings hold", held, needed)]
            }
            _ => vec![spoke()],
        };
        match asked.into_iter().find(|(_, got, need)| got < need) {
            Some((what, got, need)) if !forced => {
                Err(format!("{got} {what} in {phase}, and {need} are needed"))
            }
            _ => Ok(()),
        }
    }

    /// Shows the masked rows that say why clients are not on the list, and those that it is told to show.
    fn show(&mut self, list: &ClientSet) {
        let bad = self.desk.accepted().shown;
        let bad = bad
            .into_iter()
            .filter(|(client, _)| !list.contains(*client));
        let told = self.attacks.iter().filter_map(|attack| match attack {
            AggregatorAttack::Show {
                client,
                trustee,
                block,
            } => {
                let trustee = TrusteeId::from_index(*trustee as usize - 1);
                let block = *block;
                Some((id(*client), MaskedPlace { trustee, block }))
            }
            _ => None,
        });
        for (client, place) in bad.chain(told) {
            self.desk.show(client, place);
        }
    }

    fn sign(&mut self, phase: Phase, list: ClientSet) {
        let mut checkpoint = self.desk.checkpoint(phase, list);
        for attack in self.attacks {
            match attack {
                AggregatorAttack::Checkpoint { phase: of, says } if Phase::from(*of) == phase => {
                    says.make(&mut checkpoint, &Phase::COMMITTEE);
                }
                _ => {}
            }
        }
        let key = &self.desk.parties.aggregator;
        let checkpoint = checkpoint_signed_by(key, checkpoint);
        self.desk.put(checkpoint);
    }

    /// Publishes the sum over the list of check. Errors: the openings and the masked rows give none.
    fn publish(&mut self) -> Result<(), String> {
        let attacks = self.attacks.iter();
        if attacks
            .clone()
            .any(|it| matches!(it, AggregatorAttack::Unpublished {}))
        {
            return Ok(());
        }
        let no_sum = || "the openings and the masked rows give no sum".to_owned();
        let list = self.desk.closed(Phase::Check).map(|it| it.list.clone());
        let list = list.ok_or_else(no_sum)?;
        let clients: Vec<_> = list.iter().collect();
        let held = self.desk.holding(&list);
        let mut sum = self.desk.sum_of(&clients, &held).ok_or_else(no_sum)?;
        let mut outcomes = self.outcomes();
        for attack in attacks {
            match attack {
                AggregatorAttack::Sum { scalar: at, by } => sum[*at] += scalar::<super::Suite>(*by),
                AggregatorAttack::Outcome { client, said } => {
                    outcomes.retain(|(of, _)| of != client);
                    outcomes.push((*client, (*said).into()));
                }
                _ => {}
            }
        }
        self.desk.publish(sum, &outcomes);
        Ok(())
    }

    /// What happened to each client that does not contribute, by its lists.
    fn outcomes(&self) -> Vec<(u32, Outcome)> {
        let is_on = |phase, client| {
            let closed = self.desk.closed(phase);
            closed.is_some_and(|it| it.list.contains(client))
        };
        let outcome = |client| {
            let spoke = self.desk.message_of(Sender::Client(client), Phase::Submit);
            match (is_on(Phase::Submit, client), is_on(Phase::Check, client)) {
                (_, true) => None,
                (true, false) => Some(Outcome::Faulty(Phase::Check)),
                (false, false) if spoke.is_some() => Some(Outcome::Faulty(Phase::Submit)),
                (false, false) => Some(Outcome::Dropped(Phase::Submit)),
            }
        };
        ClientId::all(self.desk.round.clients())
            .filter_map(|client| Some((client.number(), outcome(client)?)))
            .collect()
    }
}
