//! Submit: V-07, every input satisfies the statement; who is accepted, with the commitments.

use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::{ProofPart, ProofSystem};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::{submit, Breach};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, RecordPosition};
use veragg_protocol::wire::body::Body;

use super::attest::Attest;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Accepted, Ground};
use crate::step::Step;

const PARTS: [(ProofPart, Check); 4] = [
    (ProofPart::Commitments, Check::InputCommitments),
    (ProofPart::Range, Check::InputRange),
    (ProofPart::Norm, Check::InputNorm),
    (ProofPart::Sum, Check::InputSum),
];

/// What is held of the body of a submission.
pub(crate) struct Submission {
    /// Commitments and proof, encoded.
    proof: Vec<u8>,
    /// Whether the masked vector is canonical. What is in it is read again when it is known at which
    /// points to look at it.
    masked: Result<(), DecodeError>,
}

/// A submission whose proof is to be verified, and where it stands.
struct Waiting<P: ProofSystem> {
    client: ClientId,
    leaf: u64,
    position: RecordPosition,
    entry: Digest,
    proof: P::Proof,
}

/// The submissions that wait to be judged.
pub(crate) struct Submit<P: ProofSystem> {
    waiting: Vec<Waiting<P>>,
}

fn skipped(findings: &Findings) -> bool {
    PARTS.iter().any(|&(_, check)| findings.skips(check))
}

impl<P: ProofSystem> Submit<P> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Vec::new(),
        }
    }

    /// V-07.3: verifies what waits, in one batch, and keeps the rows of what holds. When V-07 is skipped,
    /// accepted is what decodes: proofs wait all the same, so that there is one way.
    fn judge(&mut self, ground: &mut Ground<'_, P>, findings: &mut Findings) {
        let waiting = std::mem::take(&mut self.waiting);
        let round = ground.round;
        let rows = if skipped(findings) {
            let rows = |waiting: &Waiting<P>| Ok(round.proofs().rows(&waiting.proof));
            waiting.iter().map(rows).collect()
        } else {
            count(ground, waiting.len(), findings);
            let proofs = waiting
                .iter()
                .map(|waiting| (waiting.client, &waiting.proof));
            submit::judge(round, &proofs.collect::<Vec<_>>())
        };
        for (waiting, rows) in waiting.into_iter().zip(rows) {
            let Waiting {
                client,
                leaf,
                position,
                entry,
                ..
            } = waiting;
            match rows {
                Ok(rows) => {
                    let submission = submit::Accepted { entry, rows };
                    let accepted = Accepted {
                        position,
                        submission,
                    };
                    ground.accepted.insert(client, accepted);
                }
                Err(breach) => {
                    let check = check_of(&breach);
                    let what = format!("its proof does not hold: {}", check.title());
                    let finding = Finding::fault(Step::ProofHolds, client, [leaf], what);
                    findings.record(finding.under(check));
                }
            }
        }
    }
}

/// The check of the part of a proof that fails.
fn check_of(breach: &Breach) -> Check {
    let part = match breach {
        Breach::Input(part) => *part,
        _ => ProofPart::Commitments,
    };
    let found = PARTS.iter().find(|(of, _)| *of == part);
    found.map_or(Check::InputCommitments, |(_, check)| *check)
}

/// Counts what is verified of so many proofs.
fn count<P: ProofSystem>(ground: &Ground<'_, P>, proofs: usize, findings: &mut Findings) {
    let segments = || ground.round.configuration().segments.iter();
    let norm = segments().any(|segment| segment.claims.norm.is_some());
    let sum = segments().any(|segment| segment.claims.sum.is_some());
    for (check, claimed) in [
        (Check::InputRange, true),
        (Check::InputNorm, norm),
        (Check::InputSum, sum),
    ] {
        if claimed {
            findings.computed(check, proofs);
        } else {
            findings.not_applicable(check, "the statement makes no such claim");
        }
    }
}

impl<P: ProofSystem> Judge<P> for Submit<P> {
    type Content<'a>
        = Submission
    where
        P: 'a;

    fn phase(&self) -> Phase {
        Phase::Submit
    }

    fn lengths(&self, ground: &Ground<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        ground.round.submit_lengths()
    }

    fn read<'a, R: Read>(
        &self,
        ground: &Ground<'a, P>,
        _: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Submission, BoardError> {
        let round = ground.round;
        Ok(Submission {
            proof: body.bytes(round.proofs().proof_len())?,
            masked: body.check_scalars::<P::Group>(round.masked_scalars(), "masked vector")?,
        })
    }

    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Submission>,
        findings: &mut Findings,
    ) {
        let (round, leaf) = (ground.round, said.leaf);
        // V-07.1
        let computed = usize::from(!skipped(findings));
        findings.computed(Check::InputCommitments, computed);
        let Submission { proof, masked } = said.content;
        let decoded = round.proofs().decode(&proof);
        // The encoding of the proof is not needed beside it.
        drop(proof);
        let proof = match decoded {
            Ok(proof) => proof,
            Err(error) => {
                let what = error.to_string();
                findings.record(Finding::fault(Step::ProofDecodes, client, [leaf], what));
                return;
            }
        };
        // V-07.2
        if !Step::MaskedScalars.holds(masked.is_ok()) {
            let what = masked
                .err()
                .map_or_else(String::new, |error| error.to_string());
            findings.record(Finding::fault(Step::MaskedScalars, client, [leaf], what));
            return;
        }
        self.waiting.push(Waiting {
            client,
            leaf,
            position: said.position,
            entry: said.envelope.entry(),
            proof,
        });
        if self.waiting.len() >= round.proofs().best_batch() {
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
        // V-07.4: when V-07 is skipped, the list is taken at its word.
        if skipped(findings) {
            let listed = ending.listed;
            ground.accepted.retain(|&client, _| listed.contains(client));
        }
        let list = ground.set(|client| ground.accepted.contains_key(&client));
        Ok(Derived::of(list, ground.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        checkpoint: &Digest,
        Desk {
            ground,
            records,
            findings,
        }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        let attest = Attest::begin(ground, checkpoint, records, findings)?;
        Ok(Some(Open::Attest(attest)))
    }
}
