//! Submit: V-07, every input satisfies the statement. The accepted submissions and their commitments follow.

use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::{ProofPart, ProofSystem};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::{submit, Breach};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, RecordPosition};
use veragg_protocol::wire::body::Body;

use super::attest::Attest;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::checks::inputs;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Accepted, Established};
use crate::step::Step;

/// What is kept of the body of a submission.
pub(crate) struct Submission {
    /// The encoded commitments and proof.
    proof: Vec<u8>,
    /// Whether the masked vector consists of canonical scalars. It is read again in attest, when its
    /// fingerprints are computed.
    masked: Result<(), DecodeError>,
}

/// A submission whose proof was not decoded yet, and the position of its record.
struct Waiting {
    client: ClientId,
    leaf: u64,
    position: RecordPosition,
    entry: Digest,
    proof: Vec<u8>,
}

/// The submissions whose proofs were not decoded and verified yet.
pub(crate) struct Submit {
    waiting: Vec<Waiting>,
}

impl Submit {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Vec::new(),
        }
    }

    /// V-07.1: decodes the proofs that wait, and gives those that decode.
    fn decode<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        findings: &mut Findings,
    ) -> Vec<(Waiting, P::Proof)> {
        let waiting = std::mem::take(&mut self.waiting);
        let encoded: Vec<&[u8]> = waiting.iter().map(|it| &it.proof[..]).collect();
        let decoded = round.proofs().decode_all(&encoded);
        let mut sound = Vec::with_capacity(waiting.len());
        for (mut waiting, proof) in waiting.into_iter().zip(decoded) {
            // The encoded proof is not needed any more.
            drop(std::mem::take(&mut waiting.proof));
            match proof {
                Ok(proof) => sound.push((waiting, proof)),
                Err(error) => {
                    let Waiting { client, leaf, .. } = waiting;
                    inputs::refuse_proof(client, leaf, &error, findings);
                }
            }
        }
        sound
    }

    /// V-07.3: verifies the proofs that wait, in one batch, and keeps the rows of the submissions whose proofs
    /// hold. If V-07 is skipped, every submission that decodes is accepted, on the same path.
    fn judge<P: ProofSystem>(
        &mut self,
        established: &mut Established<'_, P>,
        findings: &mut Findings,
    ) {
        let round = established.round;
        let waiting = self.decode(round, findings);
        let rows = if inputs::skipped(findings) {
            let rows = |(_, proof): &(Waiting, P::Proof)| Ok(round.proofs().rows(proof));
            waiting.iter().map(rows).collect()
        } else {
            let proofs = waiting.iter();
            let proofs = proofs.map(|(waiting, proof)| (waiting.client, proof));
            let judged = submit::judge(round, &proofs.collect::<Vec<_>>());
            let parts = judged.iter().map(|judged| match judged {
                Ok(_) => Ok(()),
                Err(breach) => Err(part_of(breach)),
            });
            let parts: Vec<_> = parts.collect();
            inputs::count::<P>(round.configuration(), &parts, findings);
            judged
        };
        for ((waiting, _), rows) in waiting.into_iter().zip(rows) {
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
                    established.accepted.insert(client, accepted);
                }
                Err(breach) => inputs::refuse_input(client, leaf, part_of(&breach), findings),
            }
        }
    }
}

/// The part of a proof that a breach is about.
fn part_of(breach: &Breach) -> ProofPart {
    match breach {
        Breach::Input(part) => *part,
        _ => ProofPart::Commitments,
    }
}

impl<P: ProofSystem> Judge<P> for Submit {
    type Content<'a>
        = Submission
    where
        P: 'a;

    fn phase(&self) -> Phase {
        Phase::Submit
    }

    fn lengths(&self, established: &Established<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        established.round.submit_lengths()
    }

    fn read<'a, R: Read>(
        &self,
        established: &Established<'a, P>,
        _: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Submission, BoardError> {
        let round = established.round;
        Ok(Submission {
            proof: body.bytes(round.proofs().proof_len())?,
            masked: body.check_scalars::<P::Group>(round.masked_scalars(), "masked vector")?,
        })
    }

    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Submission>,
        findings: &mut Findings,
    ) {
        let leaf = message.leaf;
        let computed = usize::from(!inputs::skipped(findings));
        findings.computed(Check::InputCommitments, computed);
        let Submission { proof, masked } = message.content;
        // V-07.2. It is recorded here, and not with the proofs that wait, so that what is recorded under its check stands in
        // the order of the leaves. It is asked only if the proof decodes.
        if !Step::MaskedScalars.holds(masked.is_ok()) {
            if let Err(error) = established.round.proofs().decode(&proof) {
                inputs::refuse_proof(client, leaf, &error, findings);
                return;
            }
            let what = masked.err().map_or_else(String::new, |error| {
                format!("its masked vector does not decode: {error}")
            });
            findings.record(Finding::fault(Step::MaskedScalars, client, [leaf], what));
            return;
        }
        self.waiting.push(Waiting {
            client,
            leaf,
            position: message.position,
            entry: message.envelope.entry(),
            proof,
        });
        if self.waiting.len() >= established.round.proofs().best_batch() {
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
        // V-07.4: if V-07 is skipped, the accepted clients are those that the checkpoint lists.
        if inputs::skipped(findings) {
            let listed = end.listed;
            established
                .accepted
                .retain(|&client, _| listed.contains(client));
        }
        let list = established.set(|client| established.accepted.contains_key(&client));
        Ok(Derived::of(list, established.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        checkpoint: &Digest,
        Workspace {
            established,
            records,
            findings,
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        let attest = Attest::begin(established, checkpoint, records, findings)?;
        Ok(Some(Open::Attest(attest)))
    }
}
