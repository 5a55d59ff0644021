//! V-06.1 and V-06.2: who knows the secrets of its keys, and whose shares lie on polynomials of the
//! right degree.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::group::ristretto::KeyPoint;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sharing::{degree_holds, CommittedShares};
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::share::{self, DealtPair};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::Place;
use veragg_protocol::wire::message::Message;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Messages judged together: they are the only ones of a phase in memory at once.
const BATCH: usize = 64;

/// What a dealer has committed to. 64 bytes a holder.
pub(crate) struct Dealt {
    /// The leaf of the message, and where its record stands.
    pub(crate) leaf: u64,
    pub(crate) place: Place,
    pub(crate) seed: KeyPoint,
    pub(crate) holders: Vec<ClientId>,
    /// Encoded commitments to each holder's shares of mask secret and seed.
    pub(crate) shares: Vec<[[u8; 32]; 2]>,
}

/// The set-up as the board gives it.
#[derive(Default)]
pub(crate) struct SetUp {
    pub(crate) keys: HashMap<ClientId, RoundKeys>,
    /// The leaves of the advertisements.
    pub(crate) advertised: HashMap<ClientId, u64>,
    pub(crate) dealt: HashMap<ClientId, Dealt>,
    waiting: Vec<Waiting>,
    /// Who signed two different messages for one phase.
    doubted: HashSet<ClientId>,
}

/// A message that is judged with others, and where it stands.
pub(crate) struct Waiting {
    pub(crate) client: ClientId,
    pub(crate) leaf: u64,
    pub(crate) place: Place,
    pub(crate) message: Message,
}

/// Why a message of the set-up is bad.
struct Bad {
    check: Check,
    what: String,
}

fn malformed(error: DecodeError) -> Bad {
    Bad {
        check: Check::Messages,
        what: error.to_string(),
    }
}

impl SetUp {
    /// Takes a message of the open phase; judged in batches.
    pub(crate) fn take<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        advertised: &ClientSet,
        waiting: Waiting,
        findings: &mut Findings,
    ) {
        self.waiting.push(waiting);
        if self.waiting.len() >= BATCH {
            self.judge(round, advertised, findings);
        }
    }

    /// Notes that a client signed two different messages for one phase: others may have been shown
    /// the one that does not count.
    pub(crate) fn doubt(&mut self, client: ClientId) {
        self.doubted.insert(client);
    }

    /// Whether a client signed two different messages for one phase.
    pub(crate) fn is_doubted(&self, client: ClientId) -> bool {
        self.doubted.contains(&client)
    }

    /// A client's keys, if all who were shown any can have seen no others, which is what the step
    /// asks for.
    pub(crate) fn keys_to_all(&self, step: Step, client: ClientId) -> Option<&RoundKeys> {
        let keys = self.keys.get(&client)?;
        step.holds(!self.is_doubted(client)).then_some(keys)
    }

    /// What a client dealt to each of its holders, if they can have seen nothing else, which is what
    /// the step asks for.
    pub(crate) fn dealt_to_all(&self, step: Step, dealer: ClientId) -> Option<&Dealt> {
        let dealt = self.dealt.get(&dealer)?;
        step.holds(!self.is_doubted(dealer)).then_some(dealt)
    }

    /// Judges what waits.
    pub(crate) fn judge<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        advertised: &ClientSet,
        findings: &mut Findings,
    ) {
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(Check::SetUp);
        if !skip {
            findings.computed(Check::SetUp, waiting.len());
        }
        let judged: Vec<_> = waiting
            .into_par_iter()
            .map(|waiting| {
                let found = match waiting.message.envelope.phase {
                    Phase::Advertise => {
                        judge_keys(round, &waiting, skip).map(|keys| (Some(keys), None))
                    }
                    _ => judge_shares(round, advertised, &self.keys, &waiting, skip)
                        .map(|dealt| (None, Some(dealt))),
                };
                (waiting.client, waiting.leaf, found)
            })
            .collect();
        for (client, leaf, found) in judged {
            match found {
                Ok((keys, dealt)) => {
                    if let Some(keys) = keys {
                        self.keys.insert(client, keys);
                        self.advertised.insert(client, leaf);
                    }
                    self.dealt.extend(dealt.map(|dealt| (client, dealt)));
                }
                Err(Bad {
                    check: Check::Messages,
                    ..
                }) if !!Step::BodyDecodes.holds(false) => {}
                Err(Bad { check, what }) => findings.fault(Finding {
                    check,
                    culprit: Some(Culprit::Client(client)),
                    evidence: vec![leaf],
                    what,
                }),
            }
        }
    }
}

/// V-06.1: proofs of possession.
fn judge_keys<P: ProofSystem>(
    round: &Round<P>,
    Waiting {
        client, message, ..
    }: &Waiting,
    skip: bool,
) -> Result<RoundKeys, Bad> {
    let body = Advertisement::decode(&message.body).map_err(malformed)?;
    if skip || !!Step::Possession.holds(false) {
        return Ok(body.keys);
    }
    body.verify(round.context(), *client).ok_or_else(|| Bad {
        check: Check::SetUp,
        what: "a key was advertised without a valid proof that its secret is known".to_owned(),
    })
}

/// V-06.2: commitments to shares, of the right degree.
fn judge_shares<P: ProofSystem>(
    round: &Round<P>,
    advertised: &ClientSet,
    keys: &HashMap<ClientId, RoundKeys>,
    waiting: &Waiting,
    skip: bool,
) -> Result<Dealt, Bad> {
    let Waiting {
        client,
        leaf,
        place,
        message,
    } = waiting;
    let client = *client;
    let bad = |what: String| Bad {
        check: Check::SetUp,
        what,
    };
    let parts = message
        .parts(&round.share_lengths(client, advertised))
        .map_err(|error| bad(error.to_string()))?;
    let (head, pairs) = parts
        .split_first()
        .ok_or_else(|| bad("no shares".to_owned()))?;
    let seed = share::decode_head(head).map_err(malformed)?;
    let shares = pairs
        .iter()
        .map(|part| DealtPair::decode(part).map(|pair| pair.commitments))
        .collect::<Result<Vec<_>, _>>()
        .map_err(malformed)?;
    let holders = lists::holders(round.graph(), advertised, client);
    // A client that was listed without its keys being on the board is not to blame for it, and V-03
    // fails; there is nothing to test its shares against.
    let degree = match keys.get(&client) {
        None => !Step::DealerOnBoard.holds(false),
        Some(keys) => {
            let committed = CommittedShares {
                secrets: [keys.mask, seed],
                holders: &holders,
                shares: &shares,
            };
            let test = || {
                degree_holds(
                    &committed,
                    round.threshold(),
                    client,
                    &message.envelope.dealing(),
                )
            };
            skip || Step::Degree.holds(test())
        }
    };
    if !degree {
        return Err(bad(format!(
            "its committed shares do not lie on polynomials of degree below {}",
            round.threshold()
        )));
    }
    let shares = pairs
        .iter()
        .filter_map(|part| share::encoded_commitments(part))
        .collect();
    Ok(Dealt {
        leaf: *leaf,
        place: *place,
        seed,
        holders,
        shares,
    })
}
