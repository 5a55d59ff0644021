//! Advertise: V-06.1, every client that advertises keys knows their secrets.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::advertise::{self, Advertisement, RoundKeys};
use veragg_protocol::pairwise::Breach;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::share::Share;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Advertised, Established};
use crate::step::Step;
use crate::words;

/// The advertisements that were not judged yet.
#[derive(Default)]
pub(crate) struct Advertise {
    waiting: Vec<(ClientId, u64, Vec<u8>)>,
}

impl Advertise {
    /// Judges the messages that wait.
    fn judge<P: ProofSystem>(
        &mut self,
        established: &mut Established<'_, P>,
        findings: &mut Findings,
    ) {
        let waiting = std::mem::take(&mut self.waiting);
        let skip = findings.skips(Check::SetUp);
        if !skip {
            findings.computed(Check::SetUp, waiting.len());
        }
        let bodies: Vec<(ClientId, &[u8])> = waiting
            .iter()
            .map(|(client, _, body)| (*client, body.as_slice()))
            .collect();
        let judged: Vec<Result<RoundKeys, Breach>> = match skip {
            true => bodies
                .par_iter()
                .map(|(_, body)| Ok(Advertisement::decode(body)?.keys))
                .collect(),
            false => advertise::judge(established.round.context(), &bodies),
        };
        for ((client, leaf, _), keys) in waiting.into_iter().zip(judged) {
            match keys {
                Ok(keys) => {
                    established.keys.insert(client, Advertised { keys, leaf });
                }
                Err(breach) => {
                    let step = match breach {
                        Breach::Possession => Step::Possession,
                        _ => Step::BodyDecodes,
                    };
                    let what = words::breach(&breach);
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

    fn lengths(&self, established: &Established<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        established.round.advertise_lengths()
    }

    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.waiting.push((client, message.leaf, message.content));
        if self.waiting.len() >= BATCH {
            self.judge(established, findings);
        }
    }

    fn judge_waiting(&mut self, established: &mut Established<'_, P>, findings: &mut Findings) {
        self.judge(established, findings);
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        self.judge(established, findings);
        let clients = established.round.clients();
        let may_be_listed = end.may_be_listed(Check::SetUp, findings);
        let list = established
            .set(|client| established.keys.contains_key(&client) && may_be_listed(client));
        Ok(Derived::of(list, clients))
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Workspace { established, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        established.advertised = list;
        Ok(Some(Open::Share(Share::default())))
    }
}
