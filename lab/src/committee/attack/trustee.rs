//! What a malicious trustee does.

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::group::ristretto::{Fr, KeyScalar, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::committee::check::Complaint;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use super::phase::TrusteePhase;
use super::{Earlier, MOST_MESSAGES};
use crate::attack::input::scalar;
use crate::attack::message::unhex;
use crate::attack::NotPlayable;
use crate::committee::{Desk, Liar, Suite};

/// What a malicious trustee does. It checks nothing of its own accord, and confirms and opens every list that the aggregator signs,
/// unless it is restored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum TrusteeAttack {
    /// Nothing else.
    Obey {},
    /// It says nothing from a phase on.
    Silent {
        /// The phase.
        from: TrusteePhase,
    },
    /// It says nothing in a phase, and goes on behind it.
    Skip {
        /// The phase.
        phase: TrusteePhase,
    },
    /// It complains about clients, with the point that it shares with them.
    Complain {
        /// The clients, in this order.
        about: Vec<u32>,
        /// The block of the pad that it complains about, counted from 0.
        #[serde(default)]
        block: u32,
        /// Whether the proof of the point is false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unproven: bool,
    },
    /// It sends these bytes as its message.
    Body {
        /// The phase.
        phase: TrusteePhase,
        /// The bytes, in hexadecimal digits.
        bytes: String,
    },
    /// It adds `by` to a scalar of its opening.
    Sum {
        /// Which scalar, counted from 0.
        scalar: usize,
        /// How much.
        by: i64,
    },
    /// It signs a second message in a phase that says something else: in check other complaints, in confirm the list of another
    /// checkpoint, in open another sum.
    TwoMessages {
        /// The phase.
        phase: TrusteePhase,
    },
    /// It sends each message of a phase so often.
    Repeat {
        /// The phase.
        phase: TrusteePhase,
        /// How often.
        times: usize,
    },
    /// It sends the message that it sent in the same phase of an earlier round of the same parties.
    Replay {
        /// The phase.
        phase: TrusteePhase,
    },
    /// It is honest software of which the aggregator has copies. Each copy checks, and answers one of the boards that the aggregator
    /// shows.
    Restored {},
}

impl TrusteeAttack {
    /// The clients that the attack names.
    pub fn clients(&self) -> &[u32] {
        match self {
            Self::Complain { about, .. } => about,
            _ => &[],
        }
    }

    /// Whether it needs an earlier round.
    pub(crate) fn needs_earlier(&self) -> bool {
        matches!(self, Self::Replay { .. })
    }
}

/// What a trustee with these attacks says in a phase. It says nothing if it cannot: it does not open a list with a client of whom no
/// submission key is there.
pub(crate) fn messages(
    attacks: &[&TrusteeAttack],
    phase: Phase,
    desk: &Desk<'_>,
    earlier: &Earlier,
    index: usize,
    rng: &mut dyn CryptoRngCore,
) -> Result<Vec<Vec<u8>>, NotPlayable> {
    let liar = Liar::at(desk, index);
    let is_now = |of: &TrusteePhase| Phase::from(*of) == phase;
    let is_quiet = attacks.iter().any(|attack| match attack {
        TrusteeAttack::Silent { from } => phase >= Phase::from(*from),
        TrusteeAttack::Skip { phase } => is_now(phase),
        _ => false,
    });
    let said = match is_quiet {
        true => None,
        false => parts(attacks, phase, liar, desk, rng)?,
    };
    let Some([mut parts, other]) = said else {
        return Ok(Vec::new());
    };
    for attack in attacks {
        match attack {
            TrusteeAttack::Body { phase, bytes } if is_now(phase) => parts = vec![unhex(bytes)?],
            _ => {}
        }
    }
    let mut messages = vec![liar.say(phase, &parts)];
    for attack in attacks {
        match attack {
            TrusteeAttack::TwoMessages { phase: of } if is_now(of) => {
                // A confirmation has no parts that could be others.
                messages.push(match phase {
                    Phase::ConfirmList => liar.answer(phase, desk.round.context().digest, &[]),
                    _ => liar.say(phase, &other),
                });
            }
            TrusteeAttack::Repeat { phase, times } if is_now(phase) => {
                let each = messages.iter();
                let again = each.flat_map(|message| std::iter::repeat_n(message.clone(), *times));
                messages = again.take(MOST_MESSAGES).collect();
            }
            TrusteeAttack::Replay { phase: of } if is_now(of) => {
                let sent = earlier.message(Sender::Trustee(liar.id()), phase);
                messages = sent.into_iter().collect();
            }
            _ => {}
        }
    }
    Ok(messages)
}

type Parts = Vec<Vec<u8>>;

/// The parts of its message, and of one that says something else.
fn parts(
    attacks: &[&TrusteeAttack],
    phase: Phase,
    liar: Liar<'_>,
    desk: &Desk<'_>,
    rng: &mut dyn CryptoRngCore,
) -> Result<Option<[Parts; 2]>, NotPlayable> {
    let list = |phase| desk.closed(phase).map(|it| it.list.clone());
    Ok(match phase {
        Phase::Check => {
            let complaints = complaints(attacks, liar, rng);
            let listed = list(Phase::Submit).unwrap_or_else(|| ClientSet::empty(0));
            let first = listed.iter().next().filter(|_| complaints.is_empty());
            let other = first.and_then(|client| liar.complains(client, 0, rng));
            let encode = |complaints: Vec<Complaint>| -> Parts {
                complaints.iter().map(Complaint::encode).collect()
            };
            Some([encode(complaints), encode(other.into_iter().collect())])
        }
        Phase::Open => opening(attacks, liar, list(Phase::Check))?,
        _ => Some([Parts::new(), Parts::new()]),
    })
}

fn complaints(
    attacks: &[&TrusteeAttack],
    liar: Liar<'_>,
    rng: &mut dyn CryptoRngCore,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for attack in attacks {
        let TrusteeAttack::Complain {
            about,
            block,
            unproven,
        } = attack
        else {
            continue;
        };
        for client in about {
            let client = ClientId::from_index(*client as usize - 1);
            complaints.extend(liar.complains(client, *block, rng).map(|mut complaint| {
                if *unproven {
                    complaint.challenge += KeyScalar::ONE;
                }
                complaint
            }));
        }
    }
    complaints
}

fn opening(
    attacks: &[&TrusteeAttack],
    liar: Liar<'_>,
    list: Option<ClientSet>,
) -> Result<Option<[Parts; 2]>, NotPlayable> {
    let sums = list.and_then(|list| liar.sums_of(list.iter()));
    let Some(mut sums) = sums else {
        return Ok(None);
    };
    for attack in attacks {
        if let TrusteeAttack::Sum { scalar: at, by } = attack {
            let last = sums.len() - 1;
            let sum = sums.get_mut(*at);
            let sum = sum.ok_or(NotPlayable::NoSuchScalar { scalar: *at, last })?;
            *sum += scalar::<Suite>(*by);
        }
    }
    let mut other = sums.clone();
    other
        .iter_mut()
        .take(1)
        .for_each(|sum| *sum += Fr::from(1u64));
    let encode = |sums: &[Fr]| vec![Ristretto::encode_scalars(sums)];
    Ok(Some([encode(&sums), encode(&other)]))
}
