//! Advertise: V-06.1, who knows the secrets of its keys.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::advertise::{self, Advertisement};
use veragg_protocol::pairwise::Breach;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::share::Share;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Advertised, Ground};
use crate::step::Step;

/// The advertisements that wait to be judged.
#[derive(Default)]
pub(crate) struct Advertise {
    waiting: Vec<(ClientId, u64, Vec<u8>)>,
}

impl Advertise {
    /// Judges what waits.
    fn judge<P: ProofSystem>(&mut self, ground: &mut Ground<'_, P>, findings: &mut Findings) {
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(Check::SetUp);
        if !skip {
            findings.computed(Check::SetUp, waiting.len());
        }
        let context = ground.round.context();
        let judged: Vec<_> = waiting
            .into_par_iter()
            .map(|(client, leaf, body)| {
                let keys = if skip {
                    let body = Advertisement::decode(&body).map_err(Breach::from);
                    body.map(|body| body.keys)
                } else {
                    advertise::judge(context, client, &body)
                };
                (client, leaf, keys)
            })
            .collect();
        for (client, leaf, keys) in judged {
            match keys {
                Ok(keys) => {
                    ground.keys.insert(client, Advertised { keys, leaf });
                }
                Err(breach) => {
                    let step = match breach {
                        Breach::Possession => Step::Possession,
                        _ => Step::BodyDecodes,
                    };
                    let what = breach.to_string();
                    findings.record(Finding::fault(step, client, [leaf], what));
                }
            }
        }
    }
}

impl<P: ProofSystem> Judge<P> for Advertise {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Advertise
    }

    fn lengths(&self, ground: &Ground<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        ground.round.advertise_lengths()
    }

    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.waiting.push((client, said.leaf, said.content));
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
        let list = ground.set(|client| ground.keys.contains_key(&client) && believed(client));
        Ok(Derived::of(list, clients))
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Desk { ground, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        ground.advertised = list;
        Ok(Some(Open::Share(Share::default())))
    }
}
