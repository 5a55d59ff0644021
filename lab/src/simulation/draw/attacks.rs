//! Draws what attackers do.

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use super::Draw;
use crate::attack::{
    AggregatorAttack, ClientAttack, Copied, FalseCheckpoint, FalseEdge, FileAttack, MessageName,
    RecordName,
};
use crate::scenario::PhaseName;

/// Something that a client does; nothing if what was drawn is for another client. `input`: what it would submit.
pub(super) fn of_client(
    draw: &mut Draw,
    clients: u32,
    client: u32,
    input: &[u64],
) -> Option<ClientAttack> {
    let (phase, other) = (draw.phase(), draw.other(client, clients));
    Some(match draw.below(23) {
        0 | 1 => ClientAttack::Shift {
            coordinate: draw.below(input.len() as u64) as usize,
            by: draw.by(),
        },
        2 | 3 => ClientAttack::Masked {
            scalar: draw.below(2) as usize,
            by: draw.by(),
        },
        4 | 5 => ClientAttack::FalseMask {
            towards: draw.of(&[None, Some(other), Some(other)]),
            by: 1 + draw.below(5),
            attested: draw.of(&[true, true, false]),
            edges: (0..draw.of(&[0, 0, 1]))
                .map(|_| FalseEdge {
                    towards: draw.other(client, clients),
                    by: 1 + draw.below(5),
                })
                .collect(),
            opens: draw.of(&[None, None, Some(other)]),
            honestly: draw.of(&[true, false]),
            silent_from: draw.of(&[None, None, Some(phase)]),
        },
        6 if (client, clients) != (3, 4) => return None,
        6 => ClientAttack::HighDegree,
        7 => ClientAttack::BadShare { holder: other },
        8 => ClientAttack::FalseCommitment { holder: other },
        9 => ClientAttack::Accuse { dealer: other },
        10 => ClientAttack::RogueKey {
            victim: draw.lower(client)?,
        },
        11 => ClientAttack::TwoKeys {
            other_first: draw.of(&[true, false]),
        },
        12 => ClientAttack::Restored { phase },
        13 => ClientAttack::Silent { from: phase },
        14 => ClientAttack::Copy {
            from: draw.lower(client)?,
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
            values: input.to_vec(),
            // None of the bounds of a segment.
            bound: Some(draw.of(&[64, 128, 512])),
            sum: None,
        },
        _ => ClientAttack::Late { phase },
    })
}

/// Something that the aggregator does.
pub(super) fn of_aggregator(draw: &mut Draw, clients: u32) -> AggregatorAttack {
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

/// Something that is done to the file.
pub(super) fn of_file(draw: &mut Draw, clients: u32) -> FileAttack {
    let mut record = || match draw.below(5) {
        0 => RecordName::Publication,
        1 => RecordName::Checkpoint(draw.phase().0),
        _ => {
            let client = ClientId::from_index(draw.below(u64::from(clients)) as usize);
            RecordName::Message(MessageName {
                phase: draw.phase().0,
                sender: Sender::Client(client),
            })
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
