//! Publish: V-04.8, V-10, V-11 and V-12 (`specs/audit.md` 2.4, 2.10 to 2.12; `specs/committee.md` 5.3, 6.1).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::super::bytes::scalars;
use super::board::CHECK;
use super::findings::{aggregator, Finding};
use super::pass::{Body, Outcome, Pass};
use super::settings::Segment;
use super::submission::cut;

/// The byte of an outcome (5.3).
fn byte(outcome: Option<Outcome>) -> u8 {
    match outcome {
        None => 0x00,
        Some(Outcome::Dropped) => 0x14,
        Some(Outcome::NotAccepted) => 0x24,
        Some(Outcome::ComplainedAbout) => 0x2a,
    }
}

/// Some bits of an integer below `2^256`, the lowest first.
fn bits(scalar: &Scalar, from: u64, count: u64) -> u128 {
    let bytes = scalar.as_bytes();
    let bit = |at: u64| u128::from(bytes[(at / 8) as usize] >> (at % 8) & 1);
    (0..count).map(|at| bit(from + at) << at).sum()
}

/// Whether the packed sums of a segment unpack for so many contributors (`specs/proofs.md` 2).
fn unpacks(segment: &Segment, clients: u64, packed: &[Scalar], contributors: u64) -> bool {
    let (width, scalars) = (segment.width(clients), packed.len() as u64);
    let slots = segment.length.div_ceil(scalars);
    let largest = u128::from(contributors) * u128::from(segment.bound - 1);
    (0u64..).zip(packed).all(|(m, scalar)| {
        let behind = (width * slots..256).all(|at| bits(scalar, at, 1) == 0);
        let each = (0..slots).all(|slot| {
            // A slot without a coordinate must be 0.
            let is_used = slot * scalars + m < segment.length;
            let most = if is_used { largest } else { 0 };
            bits(scalar, slot * width, width) <= most
        });
        behind && each
    })
}

impl Pass<'_> {
    pub(super) fn publication(&mut self, body: &Body<'_>) {
        let lengths = [self.round.publication_length()];
        let parts = match body.kind {
            1 => cut(body.bytes, &lengths, &body.root),
            _ => None,
        };
        let failure = |rule| Finding::new(aggregator(), rule, vec![body.leaf]);
        if parts.is_none() && body.is_uncut() {
            self.findings.failure(failure("V-04.6"));
            return;
        }
        if parts.is_none() {
            self.findings.fail("V-04");
            self.is_damaged = true;
        }
        if std::mem::replace(&mut self.is_published, true) {
            self.findings.failure(failure("V-04.8"));
            return;
        }
        let Some(parts) = parts else {
            return;
        };
        let (opening, outcomes) = parts[0].split_at(self.round.opening_length());
        let known = [0x00, 0x14, 0x24, 0x2a];
        let are_known = outcomes.iter().all(|outcome| known.contains(outcome));
        let Some(opening) = scalars(opening).filter(|_| are_known) else {
            self.findings.failure(failure("V-04.8"));
            return;
        };
        if !self.is_damaged {
            self.judge_outcomes(body.leaf, outcomes);
            self.judge_sum(body.leaf, &opening);
            self.judge_unpacked(&opening);
        }
    }

    /// V-10
    fn judge_outcomes(&mut self, leaf: u64, published: &[u8]) {
        if self.skips.has("V-10") {
            return;
        }
        self.findings.count("V-10", u64::from(self.round.clients));
        let failure = |rule| Finding::new(aggregator(), rule, vec![leaf]);
        for (client, outcome) in (1..).zip(published) {
            if *outcome != byte(self.outcomes.get(&client).copied()) {
                self.findings.failure(failure("V-10.1"));
            }
        }
        if self.list_of(CHECK).len() < self.round.min_contributors {
            self.findings.failure(failure("V-10.2"));
        }
    }

    /// V-11, row by row.
    fn judge_sum(&mut self, leaf: u64, opening: &[Scalar]) {
        if self.skips.has("V-11") {
            return;
        }
        let (rows, columns) = (self.round.rows, self.round.columns);
        self.findings.count("V-11", rows as u64);
        // Who contributed without an accepted submission adds nothing.
        let contributors = self.contributors().into_iter();
        let submissions = contributors.filter_map(|client| self.submissions.get(&client));
        let committed: Vec<_> = submissions
            .filter_map(|submission| submission.rows.as_ref())
            .collect();
        let (sums, blindings) = opening.split_at(rows * columns);
        let opens = (0..rows).all(|row| {
            let mut values = sums[row * columns..(row + 1) * columns].to_vec();
            values.push(blindings[row]);
            let sum: RistrettoPoint = committed.iter().map(|rows| rows[row]).sum();
            self.round.generators.commit(&values) == sum
        });
        if !opens {
            let finding = Finding::new(aggregator(), "V-11.1", vec![leaf]);
            self.findings.failure(finding);
        }
    }

    /// V-12
    fn judge_unpacked(&mut self, opening: &[Scalar]) {
        if self.skips.has("V-12") {
            return;
        }
        let (clients, columns) = (u64::from(self.round.clients), self.round.columns as u64);
        let contributors = self.contributors().len() as u64;
        let mut rest = opening;
        let mut holds = true;
        let mut coordinates = 0;
        for segment in &self.round.segments {
            let scalars = segment.scalars(clients, columns) as usize;
            let (packed, behind) = rest.split_at(scalars);
            rest = behind;
            holds &= unpacks(segment, clients, packed, contributors);
            coordinates += segment.length;
        }
        self.findings.count("V-12", coordinates);
        if !holds {
            self.findings.fail("V-12");
        }
    }
}
