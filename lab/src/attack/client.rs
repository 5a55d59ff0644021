//! What a malicious client does.

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;

use super::input::{self, Copied};
use super::{dealing, message, proving, NotPlayable};
use crate::dealer::of_high_degree;
use crate::equivocator::{twice, with_two_keys};
use crate::false_attester::{False, FalseAttester};
use crate::fixtures::{id, PlaySetUp};
use crate::phase_name::PhaseName;
use crate::scene::Scene;

/// What a malicious client does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ClientAttack {
    /// It adds `by` to one of its numbers, in its commitment and in its masked vector alike, so that only the proof of its
    /// input can show it.
    Shift {
        /// Which number, counted from 0.
        coordinate: usize,
        /// How much.
        by: i64,
    },
    /// It proves other claims than those of the round, about another input than its own.
    OtherClaims {
        /// The input: it keeps the other claims.
        values: Vec<u64>,
        /// The bound of the first segment, if it is another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<u64>,
        /// What the first segment adds up to, if it is something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sum: Option<u64>,
    },
    /// It adds `by` to one of its numbers, and forges the proof, since it knows a secret of the set-up.
    ForgedProof {
        /// Which number, counted from 0.
        coordinate: usize,
        /// How much.
        by: i64,
    },
    /// It adds `by` to a scalar of its masked vector, and not to its commitment.
    Masked {
        /// Which scalar, counted from 0. The last is the blinding.
        scalar: usize,
        /// How much.
        by: i64,
    },
    /// It masks its vector with a false mask.
    FalseMask {
        /// The other end of the edge; without one it is the mask of its own seed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        towards: Option<u32>,
        /// How much is added to the mask.
        by: u64,
        /// Whether it attests to the false mask, too.
        #[serde(default = "yes")]
        attested: bool,
        /// Further pairwise masks that are false, each by so much.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        edges: Vec<FalseEdge>,
        /// The other client of an edge that it opens in dispute, though nobody asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens: Option<u32>,
        /// Whether it opens that edge with the right point.
        #[serde(default = "yes")]
        honestly: bool,
        /// The first phase in which it sends nothing any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silent_from: Option<PhaseName>,
    },
    /// Client 3 of four deals shares of which no polynomial of the right degree gives the last.
    HighDegree,
    /// It seals a share to one neighbour so that it does not open.
    BadShare {
        /// The neighbour.
        holder: u32,
    },
    /// It commits to another share than the one that it seals.
    FalseCommitment {
        /// The neighbour.
        holder: u32,
    },
    /// It complains about a dealer without a reason.
    Accuse {
        /// Whom it accuses.
        dealer: u32,
    },
    /// It advertises a multiple of a victim's key as its own, whose secret it does not know.
    RogueKey {
        /// The victim, who has a lower number.
        victim: u32,
    },
    /// It advertises two mask keys.
    TwoKeys {
        /// Whether its own comes second.
        #[serde(default)]
        other_first: bool,
    },
    /// It is restored from an old copy of its state, and says something different in a phase a second time.
    Restored {
        /// The phase.
        phase: PhaseName,
    },
    /// It sends nothing from a phase on.
    Silent {
        /// The phase.
        from: PhaseName,
    },
    /// It sends what another client sends in a phase as its own: the commitments and the proof in submit, the whole body in
    /// another phase.
    Copy {
        /// The other client, who has a lower number.
        from: u32,
        /// The phase.
        #[serde(default = "submit")]
        phase: PhaseName,
        /// What it makes of the commitments.
        #[serde(default)]
        made: Copied,
    },
    /// It sends the message that it sent in the same phase of an earlier round of the same parties.
    Replay {
        /// The phase.
        phase: PhaseName,
    },
    /// Two points of its proof change places.
    Swap {
        /// Which points, counted from 0. The first are commitments.
        points: [usize; 2],
    },
    /// It sends each message of a phase twice.
    Repeat {
        /// The phase.
        phase: PhaseName,
    },
    /// It changes one bit of a part of its message, and signs the message.
    Flip {
        /// The phase.
        phase: PhaseName,
        /// The part of the body.
        #[serde(default)]
        part: usize,
        /// The byte, counted from 0, or from the end if it is negative.
        byte: i64,
    },
    /// It writes these bytes into a part of its message, and signs the message.
    Overwrite {
        /// The phase.
        phase: PhaseName,
        /// The part of the body.
        #[serde(default)]
        part: usize,
        /// The first byte, counted from 0.
        at: usize,
        /// The bytes, in hexadecimal digits.
        bytes: String,
    },
    /// It encodes a scalar of its message in another way, with the order of the group added.
    Unreduced {
        /// The phase.
        phase: PhaseName,
        /// The part of the body.
        #[serde(default)]
        part: usize,
        /// The first byte of the scalar, counted from 0, or from the end if it is negative.
        #[serde(default)]
        byte: i64,
    },
    /// It signs a second message in a phase, of which one bit is another.
    TwoMessages {
        /// The phase.
        phase: PhaseName,
    },
    /// It makes the body of its message longer by so many bytes, or shorter.
    Length {
        /// The phase.
        phase: PhaseName,
        /// How many bytes more.
        by: i64,
    },
    /// The signature of its message does not hold.
    BadSignature {
        /// The phase.
        phase: PhaseName,
    },
    /// It sends its message in another client's name.
    Impersonate {
        /// The phase.
        phase: PhaseName,
        /// The other client.
        victim: u32,
    },
    /// It keeps its message of a phase back, and sends it in the next.
    Late {
        /// The phase.
        phase: PhaseName,
    },
}

/// A pairwise mask that is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FalseEdge {
    /// The other end of the edge.
    pub towards: u32,
    /// How much is added to the mask.
    pub by: u64,
}

fn neighbours<P: ProofSystem>(scene: &Scene<P>, client: u32) -> Vec<ClientId> {
    let round = &scene.local.round;
    let all = ClientSet::of(round.clients(), |_| true);
    lists::holders(round.graph(), &all, id(client))
}

fn yes() -> bool {
    true
}

fn submit() -> PhaseName {
    PhaseName(Phase::Submit)
}

impl ClientAttack {
    /// The other clients that the attack names.
    pub fn others(&self) -> impl Iterator<Item = u32> {
        let neighbours = self.on_neighbours().into_iter().map(|(_, other)| other);
        let named = match self {
            Self::RogueKey { victim } | Self::Impersonate { victim, .. } => Some(*victim),
            Self::Copy { from, .. } => Some(*from),
            _ => None,
        };
        neighbours.chain(named)
    }

    /// The neighbours that the attack is about, with its name.
    fn on_neighbours(&self) -> Vec<(&'static str, u32)> {
        match self {
            Self::FalseMask {
                towards,
                opens,
                edges,
                ..
            } => {
                let named = [*towards, *opens].into_iter().flatten();
                let named = named.chain(edges.iter().map(|edge| edge.towards));
                named.map(|other| ("false-mask", other)).collect()
            }
            Self::BadShare { holder } => vec![("bad-share", *holder)],
            Self::FalseCommitment { holder } => vec![("false-commitment", *holder)],
            Self::Accuse { dealer } => vec![("accuse", *dealer)],
            _ => Vec::new(),
        }
    }

    /// The name of an attack that replaces the software of its client.
    pub(crate) fn replaces(&self) -> Option<&'static str> {
        match self {
            Self::FalseMask { .. } => Some("false-mask"),
            Self::HighDegree => Some("high-degree"),
            Self::OtherClaims { .. } => Some("other-claims"),
            Self::ForgedProof { .. } => Some("forged-proof"),
            Self::Accuse { .. } => Some("accuse"),
            Self::Restored { .. } => Some("restored"),
            _ => None,
        }
    }

    /// The scene in which the client does this. `taken`: whether it attacks in another way already.
    pub(crate) fn apply<P: ProofSystem<SetUp: PlaySetUp>>(
        &self,
        scene: Scene<P>,
        client: u32,
        taken: bool,
    ) -> Result<Scene<P>, NotPlayable> {
        let neighbours = neighbours(&scene, client);
        for (attack, other) in self.on_neighbours() {
            if !neighbours.contains(&id(other)) {
                return Err(NotPlayable::NotNeighbour {
                    client,
                    attack,
                    other,
                });
            }
        }
        if matches!(self, Self::HighDegree) && (client, scene.local.round.clients()) != (3, 4) {
            return Err(NotPlayable::ForFour { client });
        }
        if let Some(attack) = self.replaces().filter(|_| taken) {
            return Err(NotPlayable::NotFirst { client, attack });
        }
        let before = |attack, other| {
            let not_before = NotPlayable::NotBefore {
                client,
                attack,
                other,
            };
            if other < client {
                Ok(other)
            } else {
                Err(not_before)
            }
        };
        Ok(match self {
            Self::Shift { coordinate, by } => input::shift(scene, client, *coordinate, *by)?,
            Self::OtherClaims { values, bound, sum } => {
                proving::other_claims(scene, client, values, *bound, *sum)?
            }
            Self::ForgedProof { coordinate, by } => {
                proving::forged(scene, client, *coordinate, *by)?
            }
            Self::Masked { scalar, by } => input::masked(scene, client, *scalar, *by)?,
            Self::Copy { from, phase, made } => {
                let from = before("copy", *from)?;
                match phase.0 {
                    Phase::Submit => input::copy(scene, client, from, *made),
                    phase => message::copy(scene, client, from, phase),
                }
            }
            Self::Replay { phase } => message::replay(scene, client, phase.0),
            Self::Swap { points } => input::swap(scene, client, *points),
            Self::FalseMask {
                towards,
                by,
                attested,
                edges,
                opens,
                honestly,
                silent_from,
            } => {
                let edges = edges.iter().map(|edge| (Some(edge.towards), edge.by));
                let all = std::iter::once((*towards, *by)).chain(edges);
                let masks: Vec<False> = all
                    .map(|(towards, by)| False {
                        towards,
                        by,
                        attested: *attested,
                    })
                    .collect();
                let mut attester = FalseAttester::new(&scene, client, &masks);
                attester.opens = opens.map(|other| (other, *honestly));
                attester.silent_from = silent_from.map(|phase| phase.0);
                scene.with(client, attester)
            }
            Self::HighDegree => of_high_degree(scene),
            Self::BadShare { holder } => dealing::bad_share(scene, client, *holder),
            Self::FalseCommitment { holder } => dealing::false_commitment(scene, client, *holder),
            Self::Accuse { dealer } => dealing::accuse(scene, client, *dealer),
            Self::RogueKey { victim } => {
                dealing::rogue_key(scene, client, before("rogue-key", *victim)?)
            }
            Self::TwoKeys { other_first } => with_two_keys(scene, client, *other_first),
            Self::Restored { phase } => twice(scene, client, phase.0),
            Self::Silent { from } => message::silent(scene, client, from.0),
            Self::Repeat { phase } => message::repeat(scene, client, phase.0),
            Self::Flip { phase, part, byte } => message::flip(scene, client, phase.0, *part, *byte),
            Self::Overwrite {
                phase,
                part,
                at,
                bytes,
            } => {
                let bytes = message::unhex(bytes)?;
                message::overwrite(scene, client, phase.0, *part, *at, bytes)
            }
            Self::Unreduced { phase, part, byte } => {
                message::unreduced(scene, client, phase.0, *part, *byte)
            }
            Self::TwoMessages { phase } => message::two(scene, client, phase.0),
            Self::Length { phase, by } => message::length(scene, client, phase.0, *by),
            Self::BadSignature { phase } => message::bad_signature(scene, client, phase.0),
            Self::Impersonate { phase, victim } => {
                message::impersonate(scene, client, phase.0, id(*victim))
            }
            Self::Late { phase } => message::late(scene, client, phase.0),
        })
    }
}
