//! Share: V-06.2, the committed shares of every dealer lie on polynomials of the right degree.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sharing::DegreeTest;
use veragg_protocol::pairwise::{share, Breach};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, RecordPosition};
use veragg_protocol::wire::message::Message;

use super::confirm::Confirm;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace, BATCH};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Dealt, Established};
use crate::step::Step;
use crate::words;

/// A dealer's message, and the position of its record.
struct Waiting {
    client: ClientId,
    leaf: u64,
    position: RecordPosition,
    message: Message,
}

/// The messages that were not judged yet.
#[derive(Default)]
pub(crate) struct Share {
    waiting: Vec<Waiting>,
}

impl Share {
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
        let decoded: Vec<_> = waiting
            .par_iter()
            .map(|waiting| decode(established, waiting, skip))
            .collect();
        let mut tests = Vec::new();
        let dealt: Vec<Result<(Dealt, bool), Breach>> = decoded
            .into_iter()
            .map(|decoded| {
                let (dealt, test) = decoded?;
                let is_tested = test.is_some();
                tests.extend(test);
                Ok((dealt, is_tested))
            })
            .collect();
        let mut judged = share::judge(established.round.threshold(), tests).into_iter();
        for (waiting, dealt) in waiting.iter().zip(dealt) {
            let (client, leaf) = (waiting.client, waiting.leaf);
            let dealt = dealt.and_then(|(dealt, is_tested)| {
                let judged = if is_tested { judged.next() } else { None };
                judged.unwrap_or(Ok(())).map(|()| dealt)
            });
            match dealt {
                Ok(dealt) => {
                    established.dealt.insert(client, dealt);
                }
                Err(breach) => {
                    let step = match breach {
                        Breach::Degree { .. } => Step::Degree,
                        _ => Step::BodyDecodes,
                    };
                    let what = words::breach(&breach);
                    findings.record(Finding::fault(step, client, [leaf], what));
                }
            }
        }
    }
}

/// The degree test of a dealer, which is nothing if there are too few holders; nothing if none is made.
type Test = Option<Option<DegreeTest>>;

/// Decodes a dealer's message: what it committed to, and its degree test.
fn decode<P: ProofSystem>(
    established: &Established<'_, P>,
    waiting: &Waiting,
    skip: bool,
) -> Result<(Dealt, Test), Breach> {
    let Waiting {
        client, message, ..
    } = waiting;
    let round = established.round;
    let parts = message.parts(&round.share_lengths(*client, &established.advertised))?;
    let dealt = share::Dealt::decode(round, &established.advertised, *client, &parts)?;
    // If the aggregator listed a client whose keys are not on the board, its shares cannot be tested. That is
    // not the client's fault, and V-03 fails.
    let key = established.mask_key(*client).filter(|_| !skip);
    let test =
        key.map(|key| dealt.degree_test(round.threshold(), *client, &key, &message.envelope));
    let committed = Dealt {
        leaf: waiting.leaf,
        position: waiting.position,
        seed: *dealt.seed,
        holders: dealt.holders,
        shares: dealt.commitments,
    };
    Ok((committed, test))
}

impl<P: ProofSystem> Judge<P> for Share {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Share
    }

    fn lengths(&self, established: &Established<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        established
            .round
            .share_lengths(client, &established.advertised)
    }

    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.waiting.push(Waiting {
            client,
            leaf: message.leaf,
            position: message.position,
            message: message.message(),
        });
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
            .set(|client| established.dealt.contains_key(&client) && may_be_listed(client));
        Ok(Derived::of(list, clients))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        _: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        Ok(Some(Open::Confirm(Confirm::default())))
    }
}
