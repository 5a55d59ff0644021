//! What a network does to a round: who speaks first, what is lost, what arrives twice, and whose software stops.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

/// The network of a scenario. Without anything, clients speak in the order of their numbers, and everything arrives once.
/// All shares are in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSetting {
    /// Whether clients speak in an order that is drawn anew in each phase.
    #[serde(skip_serializing_if = "is_false")]
    pub order: bool,
    /// The share of packages and of answers that are lost, and asked for again.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u8,
    /// The share of messages that arrive a second time, in their phase or later.
    #[serde(skip_serializing_if = "is_zero")]
    pub repeated: u8,
    /// The share of steps at which a client or the aggregator stops, and goes on from what it saved.
    #[serde(skip_serializing_if = "is_zero")]
    pub restarts: u8,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}

impl NetworkSetting {
    /// Whether it does nothing.
    pub fn is_quiet(&self) -> bool {
        *self == Self::default()
    }

    /// The share that is none, if one is.
    pub(crate) fn above_all(&self) -> Option<u8> {
        let shares = [self.lost, self.repeated, self.restarts];
        shares.into_iter().find(|share| *share > 100)
    }
}

/// A client that uses what another has sent in the same phase, and so speaks after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Whose message it uses, by its place: a lower one.
    pub(crate) first: usize,
    /// Its own place.
    pub(crate) then: usize,
}

/// Who stops at a client's turn, and goes on from what it saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The aggregator, before the client fetches its package.
    Aggregator,
    /// The client, before it speaks.
    Before,
    /// The client, after it has spoken.
    After,
}

/// Draws what a network does.
pub(crate) struct Network {
    setting: NetworkSetting,
    turns: Vec<Turn>,
    rng: ChaCha20Rng,
}

/// The stream of the seed that only the network draws from, so that keys and inputs are the same with any network.
const STREAM: u64 = 1 << 32;

impl Network {
    /// A network that does nothing.
    pub(crate) fn quiet() -> Self {
        Self::new(NetworkSetting::default(), Vec::new(), 0)
    }

    /// A network that is drawn from a seed. `turns` hold in every order.
    pub(crate) fn new(setting: NetworkSetting, mut turns: Vec<Turn>, seed: u64) -> Self {
        turns.sort_unstable_by_key(|turn| turn.then);
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(STREAM);
        Self {
            setting,
            turns,
            rng,
        }
    }

    /// The order in which so many clients speak.
    pub(crate) fn order(&mut self, clients: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..clients).collect();
        if self.setting.order {
            let mut drawn: Vec<u64> = order.iter().map(|_| self.rng.next_u64()).collect();
            // By `then`, so that the number of `first` is final when it is used.
            for Turn { first, then } in &self.turns {
                drawn[*then] = drawn[*then].max(drawn[*first]);
            }
            order.sort_by_key(|place| (drawn[*place], *place));
        }
        order
    }

    fn happens(&mut self, percent: u8) -> bool {
        percent > 0 && self.rng.next_u32() % 100 < u32::from(percent)
    }

    /// Whether a package or an answer is lost.
    pub(crate) fn loses(&mut self) -> bool {
        self.happens(self.setting.lost)
    }

    /// Whether a message arrives twice.
    pub(crate) fn repeats(&mut self) -> bool {
        self.happens(self.setting.repeated)
    }

    /// Whether the aggregator stops, at a step that is its own.
    pub(crate) fn stops(&mut self) -> bool {
        self.happens(self.setting.restarts)
    }

    /// Who stops at a client's turn, if somebody does.
    pub(crate) fn stops_at_turn(&mut self) -> Option<Stop> {
        let all = [Stop::Aggregator, Stop::Before, Stop::After];
        self.stops().then(|| all[self.up_to(all.len() - 1)])
    }

    /// Whether something arrives now that is on its way.
    pub(crate) fn arrives(&mut self) -> bool {
        self.happens(20)
    }

    /// A number up to `most`.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        (self.rng.next_u64() % (most as u64 + 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_drawn_and_keeps_turns() {
        let setting = NetworkSetting {
            order: true,
            ..NetworkSetting::default()
        };
        let turns = vec![
            Turn { first: 2, then: 4 },
            Turn { first: 0, then: 2 },
            Turn { first: 1, then: 4 },
        ];
        let network = &mut Network::new(setting, turns.clone(), 1);
        let mut orders = Vec::new();
        for _ in 0..100 {
            let order = network.order(6);
            let place = |client: usize| order.iter().position(|it| *it == client);
            for turn in &turns {
                assert!(place(turn.first) < place(turn.then), "{order:?}");
            }
            orders.push(order);
        }
        orders.sort_unstable();
        orders.dedup();
        assert!(orders.len() > 30);
        assert!(orders.iter().all(|order| {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted == [0, 1, 2, 3, 4, 5]
        }));
        assert_eq!(Network::quiet().order(3), [0, 1, 2]);
    }
}
