//! Draws a scenario.

mod attacks;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use veragg_protocol::circuits::proof_system::Suite;
use veragg_protocol::circuits::statement::Statement;
use veragg_protocol::circuits::with_suite;
use veragg_protocol::round::phase::Phase;

use crate::fixtures;
use crate::network::NetworkSetting;
use crate::scenario::expected::{Expected, VerdictName};
use crate::scenario::round::{RoundSetting, SegmentSetting};
use crate::scenario::{Auditor, Cheat, Dropout, PhaseName, Scenario};

/// Draws below bounds.
struct Draw(ChaCha20Rng);

impl Draw {
    /// A number below `bound`, which is small.
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    fn client(&mut self, clients: u32) -> u32 {
        1 + self.below(u64::from(clients)) as u32
    }

    /// A client with a lower number, if there is one.
    fn lower(&mut self, client: u32) -> Option<u32> {
        (client > 1).then(|| self.client(client - 1))
    }

    /// Another client.
    fn other(&mut self, client: u32, clients: u32) -> u32 {
        let other = self.client(clients - 1);
        other + u32::from(other >= client)
    }

    fn phase(&mut self) -> PhaseName {
        PhaseName(self.of(&Phase::PAIRWISE[..Phase::OF_CLIENTS]))
    }

    fn by(&mut self) -> i64 {
        self.of(&[1, -1, 2, 7, -100, 1 << 20, i64::MAX])
    }
}

/// The scenario of a round of a simulation, and the seed that it is played from.
pub(super) fn scenario(suite: Suite, round: u64, seed: u64) -> (Scenario, u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    rng.set_stream(round);
    let draw = &mut Draw(rng);
    let clients = draw.of(&[2, 3, 4, 4, 5, 6, 8, 12]);
    let segments = 1 + draw.below(2);
    let segment: Vec<_> = (0..segments).map(|_| segment(draw, suite)).collect();
    let dropouts = draw.of(&[0, 0, 0, 1, 1, 2]);
    let cheats = draw.of(&[0, 1, 1, 1, 2, 2, 3]);
    let aggregator = draw.of(&[0, 0, 0, 1, 2]);
    let file = draw.of(&[0, 0, 0, 0, 0, 1]);
    let cheat = cheaters(draw, clients, &segment, cheats);
    let scenario = Scenario {
        title: format!("round {round} of a simulation with seed {seed}"),
        tries: "What was drawn.".to_owned(),
        stopped: "See what comes out.".to_owned(),
        round: RoundSetting {
            clients,
            segment,
            ..RoundSetting::default()
        },
        network: network(draw),
        dropout: (0..dropouts)
            .map(|_| Dropout {
                client: draw.client(clients),
                after: draw.phase(),
            })
            .collect(),
        cheat,
        aggregator: (0..aggregator)
            .map(|_| attacks::of_aggregator(draw, clients))
            .collect(),
        file: (0..file).map(|_| attacks::of_file(draw, clients)).collect(),
        auditor: Auditor {
            receipts: (1..=clients).filter(|_| draw.below(2) == 0).collect(),
            forged_receipts: Vec::new(),
            shown: draw.of(&[true, false]),
        },
        suites: Vec::new(),
        expect: Expected {
            verdict: VerdictName::Unfinished,
            contributors: Vec::new(),
            failed: Vec::new(),
            named: Vec::new(),
            refused: 0,
            silent: Vec::new(),
        },
    };
    (scenario, draw.0.next_u64() >> 1)
}

/// So many attacks. Only the first of a client can replace its software.
fn cheaters(
    draw: &mut Draw,
    clients: u32,
    segments: &[SegmentSetting],
    attacks: usize,
) -> Vec<Cheat> {
    let mut cheats: Vec<Cheat> = Vec::new();
    for _ in 0..attacks {
        let client = draw.client(clients);
        let example = segments.iter().flat_map(|segment| segment.example(client));
        let input: Vec<u64> = example.collect();
        let is_first = cheats.iter().all(|cheat| cheat.client != client);
        let does = loop {
            let does = attacks::of_client(draw, clients, client, &input);
            match does {
                Some(does) if is_first || does.replaces().is_none() => break does,
                // It is for another client.
                _ => {}
            }
        };
        cheats.push(Cheat { client, does });
    }
    cheats
}

/// Half of the rounds have a quiet network.
fn network(draw: &mut Draw) -> NetworkSetting {
    if draw.below(2) == 0 {
        return NetworkSetting::default();
    }
    NetworkSetting {
        order: draw.of(&[true, true, false]),
        lost: draw.of(&[0, 10, 40]),
        repeated: draw.of(&[0, 10, 40]),
        restarts: draw.of(&[0, 5, 15]),
    }
}

/// A segment that the suite takes. There is one among a few, since each suite takes ranges.
fn segment(draw: &mut Draw, suite: Suite) -> SegmentSetting {
    loop {
        let segment = any_segment(draw);
        if takes(suite, &segment) {
            return segment;
        }
    }
}

fn takes(suite: Suite, segment: &SegmentSetting) -> bool {
    let statement = Statement::new(vec![segment.claims()]);
    statement
        .is_ok_and(|statement| with_suite!(suite, P => fixtures::takes::<P>(&statement, 2).is_ok()))
}

fn any_segment(draw: &mut Draw) -> SegmentSetting {
    let len = 1 + draw.below(4) as usize;
    let bound = draw.of(&[2, 2, 3, 11, 100, 256]);
    let mut segment = SegmentSetting {
        len,
        bound,
        sum: None,
        at_most: None,
        offset: None,
        max_square: None,
    };
    match draw.below(6) {
        0 => segment.sum = Some(1),
        1 => segment.at_most = Some(bound - 1),
        2 => {
            segment.offset = Some(bound / 2);
            segment.max_square = Some(1 + draw.below(20));
        }
        _ => {}
    }
    segment
}
