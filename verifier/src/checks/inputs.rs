//! V-07: every input satisfies the statement; who is accepted; the sum of the accepted commitments.

use std::io::Read;

use veragg_protocol::board::BoardError;
use veragg_protocol::body::Body;
use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::{ProofPart, ProofSystem};
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;

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
    /// Whether the masked vector is canonical. It is only read: what it must match is the opening's
    /// part.
    masked: Result<(), DecodeError>,
}

impl Submission {
    pub(crate) fn read<P: ProofSystem, R: Read>(
        round: &Round<P>,
        body: &mut Body<'_, R>,
    ) -> Result<Self, BoardError> {
        Ok(Self {
            proof: body.bytes(round.proofs().proof_len())?,
            masked: body.scalars::<P::Group>(round.masked_scalars(), "masked vector", |_| ())?,
        })
    }
}

/// The submissions so far.
pub(crate) struct Inputs<P: ProofSystem> {
    waiting: Vec<(ClientId, u64, P::Proof)>,
    accepted: ClientSet,
    rows: Vec<Point<P>>,
    /// Rows of each submission: kept only when V-07 is skipped, until the list says who counts.
    unverified: Vec<(ClientId, Vec<Point<P>>)>,
}

impl<P: ProofSystem> Inputs<P> {
    pub(crate) fn new(round: &Round<P>) -> Self {
        Self {
            waiting: Vec::new(),
            accepted: ClientSet::empty(round.clients()),
            rows: vec![P::Group::identity(); round.layout().rows()],
            unverified: Vec::new(),
        }
    }

    /// Takes a submission, whose body was found to be the one that was signed.
    pub(crate) fn take(
        &mut self,
        round: &Round<P>,
        client: ClientId,
        leaf: u64,
        submission: Submission,
        findings: &mut Findings,
    ) {
        let fault = |check, what| Finding {
            check,
            culprit: Some(Culprit::Client(client)),
            evidence: vec![leaf],
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
                findings.fault(fault(Check::InputCommitments, error.to_string()));
                return;
            }
        };
        // V-07.2
        if let Err(error) = submission.masked {
            findings.fault(fault(Check::Messages, error.to_string()));
            return;
        }
        if self.skipped(findings) {
            self.unverified.push((client, round.proofs().rows(&proof)));
            return;
        }
        // Its encoding is not needed beside it.
        drop(submission);
        self.waiting.push((client, leaf, proof));
        if self.waiting.len() >= round.proofs().best_batch() {
            self.judge(round, findings);
        }
    }

    fn skipped(&self, findings: &Findings) -> bool {
        PARTS.iter().any(|&(_, check)| findings.skips(check))
    }

    /// V-07.3: verifies what waits, in one batch, and adds the rows of what holds.
    pub(crate) fn judge(&mut self, round: &Round<P>, findings: &mut Findings) {
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
            .map(|(client, _, proof)| (round.binding(*client), proof))
            .collect();
        let rejected = round.proofs().verify_batch(&batch);
        for (index, (client, leaf, proof)) in waiting.iter().enumerate() {
            let bad = rejected.iter().find(|(rejected, _)| *rejected == index);
            let Some((_, part)) = bad else {
                self.add(*client, &round.proofs().rows(proof));
                continue;
            };
            for (_, check) in PARTS.iter().filter(|(of, _)| of == part) {
                findings.fault(Finding {
                    check: *check,
                    culprit: Some(Culprit::Client(*client)),
                    evidence: vec![*leaf],
                    what: format!("its proof does not hold: {}", check.title()),
                });
            }
        }
    }

    fn add(&mut self, client: ClientId, rows: &[Point<P>]) {
        self.accepted.insert(client);
        for (sum, row) in self.rows.iter_mut().zip(rows) {
            *sum = *sum + *row;
        }
    }

    /// V-07.4: who is accepted. When V-07 is skipped, the list is taken at its word.
    pub(crate) fn close(
        &mut self,
        round: &Round<P>,
        listed: &ClientSet,
        findings: &mut Findings,
    ) -> ClientSet {
        self.judge(round, findings);
        for (client, rows) in std::mem::take(&mut self.unverified) {
            if listed.contains(client) {
                self.add(client, &rows);
            }
        }
        self.accepted.clone()
    }

    /// The sum of the accepted row commitments.
    pub(crate) fn rows(&self) -> &[Point<P>] {
        &self.rows
    }
}
