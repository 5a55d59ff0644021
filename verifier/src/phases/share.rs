//! Share: V-06.2, whose committed shares lie on polynomials of the right degree.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::{share, Breach};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, RecordPosition};
use veragg_protocol::wire::message::Message;

use super::confirm::Confirm;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Dealt, Ground};
use crate::step::Step;

/// A dealer's message, and where it stands.
struct Waiting {
    client: ClientId,
    leaf: u64,
    position: RecordPosition,
    message: Message,
}

/// The messages that wait to be judged.
#[derive(Default)]
pub(crate) struct Share {
    waiting: Vec<Waiting>,
}

impl Share {
    /// Judges what waits.
    fn judge<P: ProofSystem>(&mut self, ground: &mut Ground<'_, P>, findings: &mut Findings) {
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(Check::SetUp);
        if !skip {
            findings.computed(Check::SetUp, waiting.len());
        }
        let judged: Vec<_> = waiting
            .into_par_iter()
            .map(|waiting| (waiting.client, waiting.leaf, judge(ground, &waiting, skip)))
            .collect();
        for (client, leaf, dealt) in judged {
            match dealt {
                Ok(dealt) => {
                    ground.dealt.insert(client, dealt);
                }
                Err(breach) => {
                    let step = match breach {
                        Breach::Degree { .. } => Step::Degree,
                        _ => Step::BodyDecodes,
                    };
                    let what = breach.to_string();
                    findings.record(Finding::fault(step, client, [leaf], what));
                }
            }
        }
    }
}

/// What a dealer committed to, if it counts.
fn judge<P: ProofSystem>(
    ground: &Ground<'_, P>,
    waiting: &Waiting,
    skip: bool,
) -> Result<Dealt, Breach> {
    let Waiting {
        client, message, ..
    } = waiting;
    let round = ground.round;
    let parts = message.parts(&round.share_lengths(*client, &ground.advertised))?;
    let dealt = share::Dealt::decode(round, &ground.advertised, *client, &parts)?;
    // A client that was listed without its keys being on the board is not to blame for it, and V-03
    // fails; there is nothing to test its shares against.
    if let Some(key) = ground.mask_key(*client).filter(|_| !skip) {
        dealt.judge(round.threshold(), *client, &key, &message.envelope)?;
    }
    let pairs = parts.iter().skip(1);
    Ok(Dealt {
        leaf: waiting.leaf,
        position: waiting.position,
        seed: dealt.seed,
        holders: dealt.holders,
        shares: pairs
            .filter_map(|part| share::DealtPair::encoded_commitments(part))
            .collect(),
    })
}

impl<P: ProofSystem> Judge<P> for Share {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Share
    }

    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        ground.round.share_lengths(client, &ground.advertised)
    }

    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.waiting.push(Waiting {
            client,
            leaf: said.leaf,
            position: said.position,
            message: said.message(),
        });
        if self.waiting.len() >= BATCH {
            self.judge(ground, findings);
        }
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        self.judge(ground, findings);
        let clients = ground.round.clients();
        let believed = ending.believed(Check::SetUp, findings);
        let list = ground.set(|client| ground.dealt.contains_key(&client) && believed(client));
        Ok(Derived::of(list, clients))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        _: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        Ok(Some(Open::Confirm(Confirm::default())))
    }
}
