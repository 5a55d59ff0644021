//! What a malicious client does.

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::lists;

use super::{dealing, input, message, NotPlayable};
use crate::dealer::of_high_degree;
use crate::equivocator::{twice, with_two_keys};
use crate::false_attester::{False, FalseAttester};
use crate::fixtures::id;
use crate::scenario::PhaseName;
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
    /// It sends the commitments and the proof of another client as its own.
    Copy {
        /// The other client, who has a lower number.
        from: u32,
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

fn neighbours<P: ProofSystem>(scene: &Scene<P>, client: u32) -> Vec<ClientId> {
    let round = &scene.local.round;
    let all = ClientSet::of(round.clients(), |_| true);
    lists::holders(round.graph(), &all, id(client))
}

fn yes() -> bool {
    true
}

impl ClientAttack {
    /// The other clients that the attack names.
    pub fn others(&self) -> impl Iterator<Item = u32> {
        let named = match self {
            Self::FalseMask { towards, opens, .. } => [*towards, *opens],
            Self::BadShare { holder } | Self::FalseCommitment { holder } => [Some(*holder), None],
            Self::Accuse { dealer } => [Some(*dealer), None],
            Self::RogueKey { victim } | Self::Impersonate { victim, .. } => [Some(*victim), None],
            Self::Copy { from } => [Some(*from), None],
            _ => [None, None],
        };
        named.into_iter().flatten()
    }

    /// The neighbours that the attack is about, with its name.
    fn on_neighbours(&self) -> Vec<(&'static str, u32)> {
        match self {
            Self::FalseMask { towards, opens, .. } => {
                let named = [*towards, *opens].into_iter().flatten();
                named.map(|other| ("false-mask", other)).collect()
            }
            Self::BadShare { holder } => vec![("bad-share", *holder)],
            Self::FalseCommitment { holder } => vec![("false-commitment", *holder)],
            Self::Accuse { dealer } => vec![("accuse", *dealer)],
            _ => Vec::new(),
        }
    }

    /// The name of an attack that replaces the software of its client.
    fn replaces(&self) -> Option<&'static str> {
        match self {
            Self::FalseMask { .. } => Some("false-mask"),
            Self::HighDegree => Some("high-degree"),
            Self::Accuse { .. } => Some("accuse"),
            Self::Restored { .. } => Some("restored"),
            _ => None,
        }
    }

    /// The scene in which the client does this. `taken`: whether it attacks in another way already.
    pub(crate) fn apply<P: ProofSystem>(
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
            Self::Masked { scalar, by } => input::masked(scene, client, *scalar, *by)?,
            Self::Copy { from } => input::copy(scene, client, before("copy", *from)?),
            Self::FalseMask {
                towards,
                by,
                attested,
                opens,
                honestly,
                silent_from,
            } => {
                let mask = False {
                    towards: *towards,
                    by: *by,
                    attested: *attested,
                };
                let mut attester = FalseAttester::new(&scene, client, &[mask]);
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
            Self::Length { phase, by } => message::length(scene, client, phase.0, *by),
            Self::BadSignature { phase } => message::bad_signature(scene, client, phase.0),
            Self::Impersonate { phase, victim } => {
                message::impersonate(scene, client, phase.0, id(*victim))
            }
            Self::Late { phase } => message::late(scene, client, phase.0),
        })
    }
}
