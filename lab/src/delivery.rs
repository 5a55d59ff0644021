//! Plays a round over a network, with an honest aggregator. Whatever the network does, each role must do the same again:
//! what differs is noticed.

use veragg_protocol::aggregator::{AggregatorError, Reply};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::publish::Published;
use veragg_protocol::roles::Aggregator;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::receipt::{Receipt, Refusal};

use crate::finished::Finished;
use crate::local::{LocalRound, Party};
use crate::network::{Network, Stop};
use crate::scene::Scene;

/// A round that was played over a network.
pub(crate) struct Delivered<P: ProofSystem> {
    pub(crate) finished: Finished<P>,
    /// Why the aggregator stopped before the end, if it did: too many have left, for instance.
    pub(crate) stopped: Option<AggregatorError>,
    /// What the aggregator says of the round. Nothing if there is no sum.
    pub(crate) published: Option<Published>,
    /// What must not happen, whoever attacks.
    pub(crate) noticed: Vec<String>,
}

/// A second copy of a message, which is on its way.
struct Copy {
    from: ClientId,
    phase: Phase,
    bytes: Vec<u8>,
    /// The receipt for the first copy, if it was taken.
    receipt: Option<Receipt>,
}

struct Delivery<'a, P: ProofSystem> {
    local: &'a LocalRound<P>,
    network: Network,
    aggregator: Aggregator,
    receipts: Vec<(ClientId, Phase, Receipt)>,
    refusals: Vec<(ClientId, Phase, Refusal)>,
    copies: Vec<Copy>,
    noticed: Vec<String>,
}

impl<P: ProofSystem> Scene<P> {
    /// Plays the round with one client after the other, so that a client can use the messages that clients
    /// before it have sent.
    ///
    /// # Panics
    ///
    /// If the aggregator stops before the end.
    pub fn play_in_turn(self) -> Finished<P> {
        match self.play_over(Network::quiet()) {
            Ok(Delivered {
                finished,
                stopped: None,
                ..
            }) => finished,
            Ok(Delivered { stopped, .. }) => panic!("{stopped:?}"),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// The same over a network, up to where the aggregator stops, if it does.
    pub(crate) fn play_over(mut self, network: Network) -> Result<Delivered<P>, AggregatorError> {
        let mut delivery = Delivery {
            aggregator: self.local.aggregator(Vec::new())?,
            local: &self.local,
            network,
            receipts: Vec::new(),
            refusals: Vec::new(),
            copies: Vec::new(),
            noticed: Vec::new(),
        };
        let mut stopped = None;
        while stopped.is_none() && delivery.aggregator.phase() != Phase::Publish {
            for place in delivery.network.order(self.parties.len()) {
                delivery.turn(self.parties[place].as_mut())?;
            }
            stopped = delivery.close()?;
        }
        delivery.all_arrive()?;
        let Delivery {
            aggregator,
            receipts,
            refusals,
            noticed,
            ..
        } = delivery;
        Ok(Delivered {
            published: aggregator.published(),
            stopped,
            noticed,
            finished: Finished {
                records: aggregator.records()?,
                local: self.local,
                inputs: self.inputs,
                receipts,
                refusals,
                shown: Vec::new(),
            },
        })
    }
}

impl<P: ProofSystem> Delivery<'_, P> {
    /// Notices what does not hold.
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.noticed.push(otherwise());
        }
    }

    /// A client fetches its package and speaks.
    fn turn(&mut self, party: &mut dyn Party) -> Result<(), AggregatorError> {
        while !self.copies.is_empty() && self.network.arrives() {
            let which = self.network.up_to(self.copies.len() - 1);
            let copy = self.copies.swap_remove(which);
            self.arrive(copy)?;
        }
        let stops = self.network.stops_at_turn();
        match stops {
            Some(Stop::Aggregator) => self.restart(self.aggregator.log().len())?,
            Some(Stop::Before) => party.restart(),
            Some(Stop::After) | None => {}
        }
        let (from, phase) = (party.id(), self.aggregator.phase());
        let package = self.aggregator.package(from);
        if self.network.loses() {
            let same = self.aggregator.package(from) == package;
            self.expect(same, || {
                format!(
                    "the package of client {from} in {phase} is another when it is asked for again"
                )
            });
        }
        let messages = party.speak(phase, &package);
        if stops == Some(Stop::After) {
            party.restart();
        }
        for message in messages {
            self.send(from, phase, message)?;
        }
        Ok(())
    }

    /// A message arrives, and its answer, at last, does too.
    fn send(
        &mut self,
        from: ClientId,
        phase: Phase,
        message: Vec<u8>,
    ) -> Result<(), AggregatorError> {
        let before = self.aggregator.log().len();
        let reply = self.aggregator.receive(message.clone(), 0)?;
        // Three times at most, so that the round ends if everything is lost.
        for _ in 0..3 {
            if !self.network.loses() {
                break;
            }
            if self.network.stops() {
                // It can have stopped before it wrote the message down: nobody has a receipt.
                let all = self.aggregator.log().len() - before;
                let written = self.network.up_to(all as usize) as u64;
                self.restart(before + written)?;
            }
            let again = self.aggregator.receive(message.clone(), 0)?;
            self.expect(again == reply, || {
                format!("client {from} is answered otherwise when it sends its message of {phase} again")
            });
        }
        let receipt = match reply {
            Reply::Receipt(receipt) => {
                let key = self.local.aggregator_key.verifying_key();
                let is_for = receipt.is_for(&message, &key);
                self.expect(is_for, || {
                    format!("client {from} has a receipt of {phase} that is not for its message")
                });
                self.receipts.push((from, phase, receipt.clone()));
                Some(receipt)
            }
            Reply::Refusal(refusal) => {
                self.refusals.push((from, phase, refusal));
                None
            }
        };
        if self.network.repeats() {
            self.copies.push(Copy {
                from,
                phase,
                bytes: message,
                receipt,
            });
        }
        Ok(())
    }

    /// The second copy of a message arrives.
    fn arrive(&mut self, copy: Copy) -> Result<(), AggregatorError> {
        let Copy {
            from,
            phase,
            bytes,
            receipt,
        } = copy;
        let same = match (self.aggregator.receive(bytes, 0)?, receipt) {
            (Reply::Receipt(again), Some(receipt)) => again == receipt,
            (Reply::Refusal(refusal), None) => {
                self.refusals.push((from, phase, refusal));
                true
            }
            _ => false,
        };
        self.expect(same, || {
            format!("the second copy of the message of client {from} in {phase} is answered otherwise than the first")
        });
        Ok(())
    }

    fn all_arrive(&mut self) -> Result<(), AggregatorError> {
        while let Some(copy) = self.copies.pop() {
            self.arrive(copy)?;
        }
        Ok(())
    }

    /// Closes the phase; or says why the aggregator stops.
    fn close(&mut self) -> Result<Option<AggregatorError>, AggregatorError> {
        let (phase, before) = (self.aggregator.phase(), self.aggregator.log().len());
        if let Err(error) = self.aggregator.close() {
            return Ok(Some(error));
        }
        if self.network.stops() {
            // It can have stopped before it wrote everything down.
            let records = self.aggregator.records()?;
            let written = self.network.up_to(records.len() - before as usize) as u64;
            self.restart(before + written)?;
            if self.aggregator.phase() == phase {
                self.aggregator.close()?;
            }
            let same = self.aggregator.records()? == records;
            self.expect(same, || {
                format!("a restart at the close of {phase} changes the board")
            });
        }
        Ok(None)
    }

    /// The aggregator stops, with so many records in its log, and goes on from it.
    fn restart(&mut self, written: u64) -> Result<(), AggregatorError> {
        let mut log = self.aggregator.records()?;
        let all = log.len() as u64;
        log.truncate(written as usize);
        let resumed = self.local.aggregator(log)?;
        if written == all {
            let (before, after) = (seen(&self.aggregator)?, seen(&resumed)?);
            self.expect(before == after, || {
                format!(
                    "the aggregator is another after a restart in {}",
                    resumed.phase()
                )
            });
        }
        self.aggregator = resumed;
        Ok(())
    }
}

/// What can be seen of an aggregator from outside.
type Seen = (
    Vec<Record>,
    Phase,
    Vec<ClientId>,
    Vec<ClientId>,
    Vec<Vec<u8>>,
    Option<Published>,
);

fn seen(aggregator: &Aggregator) -> Result<Seen, AggregatorError> {
    let clients = aggregator.round().configuration().clients();
    Ok((
        aggregator.records()?,
        aggregator.phase(),
        aggregator.eligible().iter().collect(),
        aggregator.awaited().iter().collect(),
        ClientId::all(clients)
            .map(|client| aggregator.package(client))
            .collect(),
        aggregator.published(),
    ))
}
