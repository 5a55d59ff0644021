//! V-07: every input satisfies the statement; who is accepted, with the commitments.

use std::collections::HashMap;
use std::io::Read;

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::{ProofPart, ProofSystem};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, Place};
use veragg_protocol::wire::body::Body;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

const PARTS: [(ProofPart, Check); 4] = [
    (ProofPart::Commitments, Check::InputCommitments),
    (ProofPart::Range, Check::InputRange),
    (ProofPart::Norm, Check::InputNorm),
    (ProofPart::Sum, Check::InputSum),
];

type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// What is held of the body of a submission.
pub(crate) struct Submission {
    /// Commitments and proof, encoded.
    proof: Vec<u8>,
    /// Whether the masked vector is canonical. What is in it is read again when it is known at which
    /// points to look at it.
    masked: Result<(), DecodeError>,
}

impl Submission {
    pub(crate) fn read<P: ProofSystem, R: Read>(
        round: &Round<P>,
        body: &mut Body<'_, R>,
    ) -> Result<Self, BoardError> {
        Ok(Self {
            proof: body.bytes(round.proofs().proof_len())?,
            masked: body.check_scalars::<P::Group>(round.masked_scalars(), "masked vector")?,
        })
    }
}

/// Where a submission stands.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) client: ClientId,
    pub(crate) leaf: u64,
    pub(crate) place: Place,
    pub(crate) entry: Digest,
}

/// An accepted submission.
pub(crate) struct Accepted<P: ProofSystem> {
    pub(crate) place: Place,
    pub(crate) entry: Digest,
    pub(crate) rows: Vec<Point<P>>,
}

/// The submissions so far.
pub(crate) struct Inputs<P: ProofSystem> {
    waiting: Vec<(Source, P::Proof)>,
    accepted: HashMap<ClientId, Accepted<P>>,
}

impl<P: ProofSystem> Inputs<P> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Vec::new(),
            accepted: HashMap::new(),
        }
    }

    /// Takes a submission, whose body was found to be the one that was signed.
    pub(crate) fn take(
        &mut self,
        round: &Round<P>,
        source: Source,
        submission: Submission,
        findings: &mut Findings,
    ) {
        let fault = |check, what| Finding {
            check,
            culprit: Some(Culprit::Client(source.client)),
            evidence: vec![source.leaf],
            what,
        };
        // V-07.1
        findings.computed(
            Check::InputCommitments,
            usize::from(!self.skipped(findings)),
        );
        let proof = match round.proofs().decode(&submission.proof) {
            Ok(proof) => proof,
            Err(error) => {
                if !Step::ProofDecodes.holds(false) {
                    findings.fault(fault(Check::InputCommitments, error.to_string()));
                }
                return;
            }
        };
        // V-07.2
        match submission.masked {
            Err(error) if !Step::MaskedScalars.holds(false) => {
                findings.fault(fault(Check::Messages, error.to_string()));
                return;
            }
            _ => {}
        }
        if self.skipped(findings) {
            self.accept(round, source, &proof);
            return;
        }
        // Its encoding is not needed beside it.
        drop(submission);
        self.waiting.push((source, proof));
        if self.waiting.len() >= round.proofs().best_batch() {
            self.judge(round, findings);
        }
    }

    fn skipped(&self, findings: &Findings) -> bool {
        PARTS.iter().any(|&(_, check)| findings.skips(check))
    }

    /// V-07.3: verifies what waits, in one batch, and keeps the rows of what holds.
    fn judge(&mut self, round: &Round<P>, findings: &mut Findings) {
        let waiting = std::mem::take(&mut self.waiting);
        let statement = round
            .configuration()
            .segments
            .iter()
            .map(|segment| segment.claims);
        let (mut norm, mut sum) = (false, false);
        for claims in statement {
            norm |= claims.norm.is_some();
            sum |= claims.sum.is_some();
        }
        for (check, claimed) in [
            (Check::InputRange, true),
            (Check::InputNorm, norm),
            (Check::InputSum, sum),
        ] {
            if claimed {
                findings.computed(check, waiting.len());
            } else {
                findings.not_applicable(check, "the statement makes no such claim");
            }
        }
        let batch: Vec<_> = waiting
            .iter()
            .map(|(source, proof)| (round.binding(source.client), proof))
            .collect();
        let rejected = round.proofs().verify_batch(&batch);
        for (index, (source, proof)) in waiting.iter().enumerate() {
            let bad = rejected.iter().find(|(rejected, _)| *rejected == index);
            let Some((_, part)) = bad.filter(|_| !Step::ProofHolds.holds(false)) else {
                self.accept(round, *source, proof);
                continue;
            };
            if !!Step::AcceptedRows.holds(false) {
                self.accept(round, *source, proof);
            }
            for (_, check) in PARTS.iter().filter(|(of, _)| of == part) {
                findings.fault(Finding {
                    check: *check,
                    culprit: Some(Culprit::Client(source.client)),
                    evidence: vec![source.leaf],
                    what: format!("its proof does not hold: {}", check.title()),
                });
            }
        }
    }

    fn accept(&mut self, round: &Round<P>, source: Source, proof: &P::Proof) {
        let Source {
            client,
            place,
            entry,
            ..
        } = source;
        let rows = round.proofs().rows(proof);
        let accepted = Accepted { place, entry, rows };
        self.accepted.insert(client, accepted);
    }

    /// V-07.4: who is accepted. When V-07 is skipped, the list is taken at its word.
    pub(crate) fn close(
        &mut self,
        round: &Round<P>,
        listed: &ClientSet,
        findings: &mut Findings,
    ) -> ClientSet {
        self.judge(round, findings);
        if self.skipped(findings) {
            self.accepted.retain(|&client, _| listed.contains(client));
        }
        ClientSet::of(round.clients(), |client| {
            self.accepted.contains_key(&client)
        })
    }

    /// The accepted submissions.
    pub(crate) fn accepted(&self) -> &HashMap<ClientId, Accepted<P>> {
        &self.accepted
    }

    /// The sum of the row commitments of these clients, as far as they were accepted.
    pub(crate) fn rows(&self, round: &Round<P>, contributors: &ClientSet) -> Vec<Point<P>> {
        let mut sum = vec![P::Group::identity(); round.layout().rows()];
        for client in contributors.iter() {
            let rows = self.accepted.get(&client).map(|accepted| &accepted.rows);
            for (sum, row) in sum.iter_mut().zip(rows.into_iter().flatten()) {
                *sum = *sum + *row;
            }
        }
        sum
    }
}
