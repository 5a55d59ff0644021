//! Draws a scenario.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;

use crate::attack::{
    AggregatorAttack, ClientAttack, Copied, FalseCheckpoint, FalseEdge, FileAttack, RecordName,
};
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

    fn phase(&mut self) -> PhaseName {
        PhaseName(self.of(&Phase::ALL[..Phase::OF_CLIENTS]))
    }

    fn by(&mut self) -> i64 {
        self.of(&[1, -1, 2, 7, -100, 1 << 20, i64::MAX])
    }
}

/// The scenario of a round of a simulation, and the seed that it is played from.
pub(super) fn scenario(round: u64, seed: u64) -> (Scenario, u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    rng.set_stream(round);
    let draw = &mut Draw(rng);
    let clients = draw.of(&[2, 3, 4, 4, 5, 6, 8, 12]);
    let segments = 1 + draw.below(2);
    let segment = (0..segments).map(|_| segment(draw)).collect();
    let dropouts = draw.of(&[0, 0, 0, 1, 1, 2]);
    let cheats = draw.of(&[0, 1, 1, 1, 2, 2, 3]);
    let aggregator = draw.of(&[0, 0, 0, 1, 2]);
    let file = draw.of(&[0, 0, 0, 0, 0, 1]);
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
        cheat: (0..cheats)
            .map(|_| Cheat {
                client: draw.client(clients),
                does: of_client(draw, clients),
            })
            .collect(),
        aggregator: (0..aggregator)
            .map(|_| of_aggregator(draw, clients))
            .collect(),
        file: (0..file).map(|_| of_file(draw, clients)).collect(),
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
        },
    };
    (scenario, draw.0.next_u64() >> 1)
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

fn segment(draw: &mut Draw) -> SegmentSetting {
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

fn of_client(draw: &mut Draw, clients: u32) -> ClientAttack {
    let phase = draw.phase();
    let other = draw.client(clients);
    match draw.below(23) {
        0 | 1 => ClientAttack::Shift {
            coordinate: draw.below(4) as usize,
            by: draw.by(),
        },
        2 | 3 => ClientAttack::Masked {
            scalar: draw.below(3) as usize,
            by: draw.by(),
        },
        4 | 5 => ClientAttack::FalseMask {
            towards: draw.of(&[None, Some(other), Some(other)]),
            by: 1 + draw.below(5),
            attested: draw.of(&[true, true, false]),
            edges: (0..draw.of(&[0, 0, 1]))
                .map(|_| FalseEdge {
                    towards: draw.client(clients),
                    by: 1 + draw.below(5),
                })
                .collect(),
            opens: draw.of(&[None, None, Some(other)]),
            honestly: draw.of(&[true, false]),
            silent_from: draw.of(&[None, None, Some(phase)]),
        },
        6 => ClientAttack::HighDegree,
        7 => ClientAttack::BadShare { holder: other },
        8 => ClientAttack::FalseCommitment { holder: other },
        9 => ClientAttack::Accuse { dealer: other },
        10 => ClientAttack::RogueKey { victim: other },
        11 => ClientAttack::TwoKeys {
            other_first: draw.of(&[true, false]),
        },
        12 => ClientAttack::Restored { phase },
        13 => ClientAttack::Silent { from: phase },
        14 => ClientAttack::Copy {
            from: other,
            phase: draw.of(&[PhaseName(Phase::Submit), phase]),
            made: draw.of(&[Copied::AsItIs, Copied::ReRandomised, Copied::Negated]),
        },
        15 => ClientAttack::Repeat { phase },
        16 => ClientAttack::Flip {
            phase,
            part: draw.below(3) as usize,
            byte: draw.below(200) as i64 - 100,
        },
        17 => ClientAttack::Length {
            phase,
            by: draw.of(&[1, -1, 32, -32, 1000]),
        },
        18 => ClientAttack::Impersonate {
            phase,
            victim: other,
        },
        19 => ClientAttack::Replay { phase },
        20 => ClientAttack::Swap {
            points: [draw.below(4) as usize, draw.below(4) as usize],
        },
        21 => ClientAttack::OtherClaims {
            values: (0..1 + draw.below(4)).map(|_| draw.below(3)).collect(),
            // None of the bounds of a segment.
            bound: Some(draw.of(&[4, 64, 128])),
            sum: None,
        },
        _ => ClientAttack::Late { phase },
    }
}

fn of_aggregator(draw: &mut Draw, clients: u32) -> AggregatorAttack {
    let (client, phase) = (draw.client(clients), draw.phase());
    match draw.below(17) {
        0 => AggregatorAttack::Sum {
            scalar: draw.below(2) as usize,
            by: draw.by(),
        },
        1 => AggregatorAttack::Outcome {
            client,
            dropped: draw.of(&[None, Some(phase)]),
        },
        2 => AggregatorAttack::Faulty { client, phase },
        3 => AggregatorAttack::Drop { client, phase },
        4 => AggregatorAttack::Reorder { phase },
        5 => AggregatorAttack::Twice { client, phase },
        6 => AggregatorAttack::Alter { client, phase },
        7 => AggregatorAttack::Forge { client, phase },
        8 => AggregatorAttack::List { client, phase },
        9 => AggregatorAttack::Unlist { client, phase },
        10 => AggregatorAttack::Replay { client, phase },
        11 => AggregatorAttack::Stranger { phase },
        12 | 13 => AggregatorAttack::Fork {
            phase,
            without: client,
            to: (1..=clients).filter(|_| draw.below(3) == 0).collect(),
        },
        14 => AggregatorAttack::SumLength {
            by: draw.of(&[1, -1]),
        },
        15 => AggregatorAttack::Checkpoint {
            phase,
            says: draw.of(&[
                FalseCheckpoint::Size,
                FalseCheckpoint::Root,
                FalseCheckpoint::Previous,
                FalseCheckpoint::Context,
                FalseCheckpoint::Phase,
            ]),
        },
        _ => AggregatorAttack::Hide {
            client,
            phase,
            from: draw.client(clients),
        },
    }
}

fn of_file(draw: &mut Draw, clients: u32) -> FileAttack {
    let mut record = || match draw.below(5) {
        0 => RecordName::Publication,
        1 => RecordName::Checkpoint(draw.phase().0),
        _ => {
            let client = ClientId::from_index(draw.below(u64::from(clients)) as usize);
            RecordName::Message(draw.phase().0, client)
        }
    };
    let (record, with) = (record(), record());
    match draw.below(7) {
        0 => FileAttack::Remove { record },
        1 => FileAttack::Cut { from: record },
        2 => FileAttack::Double { record },
        3 => FileAttack::Swap { record, with },
        4 => FileAttack::Splice { record },
        5 => FileAttack::OtherOrganiser {},
        _ => FileAttack::Flip {
            record,
            byte: draw.below(400) as i64 - 200,
        },
    }
}
