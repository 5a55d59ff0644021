//! What follows about the rows of honest clients from everything that a coalition knows.

use veragg_protocol::circuits::ark_ff::{One, Zero};
use veragg_protocol::circuits::group::ristretto::{Fr, KeyPoint, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::pads::commit_public;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};

use super::equations::{follows, free_of, reduced, Equation};
use super::Watcher;

/// What follows about the rows of some honest clients.
pub(super) struct Found {
    /// The clients, ascending.
    pub(super) clients: Vec<ClientId>,
    /// Reduced equations between their rows.
    pub(super) equations: Vec<Equation>,
}

impl Watcher {
    /// All equations that the coalition knows. The unknowns are the pads of all submissions, trustee by trustee; and behind them the
    /// rows of the submissions of honest clients, in their order in a block.
    fn equations(&self) -> Vec<Equation> {
        let round = &self.seen.round;
        let (trustees, packed) = (round.shape().trustees() as usize, self.packed());
        let entries: Vec<&Digest> = self.seen.submissions.keys().collect();
        let pad = |at: usize, trustee: TrusteeId| at * trustees + trustee.index();
        let rows = entries.len() * trustees;
        let width = rows + self.honest().count() * packed;
        let equation = |weights: &[(usize, Fr)], values: Vec<Fr>| {
            let mut all = vec![Fr::zero(); width];
            weights.iter().for_each(|(at, weight)| all[*at] += weight);
            Equation {
                weights: all,
                values,
            }
        };
        let mut equations = Vec::new();
        let mut first_row = rows;
        for (at, (entry, submission)) in self.seen.submissions.iter().enumerate() {
            for trustee in TrusteeId::all(trustees as u32) {
                if let Some(pads) = self.seen.pads(submission, trustee) {
                    equations.push(equation(&[(pad(at, trustee), Fr::one())], pads));
                }
            }
            if self.own.contains(entry) {
                continue;
            }
            for (trustee, masked) in &submission.masked {
                let (lambda, mu) = round.coefficients().at(*trustee, round.parts());
                let of_rows = lambda.iter().enumerate();
                let of_rows = of_rows.map(|(k, lambda)| (first_row + k, *lambda));
                let of_pads = mu.iter().enumerate();
                let of_pads = of_pads.map(|(s, mu)| (pad(at, TrusteeId::from_index(s)), *mu));
                let own = (pad(at, *trustee), -Fr::one());
                let weights: Vec<_> = of_rows.chain(of_pads).chain([own]).collect();
                equations.push(equation(&weights, masked.clone()));
            }
            first_row += packed;
        }
        for opening in &self.seen.openings {
            let added = opening.of.iter();
            let places = added.filter_map(|entry| entries.binary_search(&entry).ok());
            let weights: Vec<_> = places
                .map(|at| (pad(at, opening.trustee), Fr::one()))
                .collect();
            equations.push(equation(&weights, opening.sums.clone()));
        }
        equations
    }

    /// The equations that follow about rows of honest clients, and open their commitments.
    fn about_rows(&self) -> Vec<Equation> {
        let pads = self.seen.submissions.len() * self.seen.round.shape().trustees() as usize;
        let mut known = free_of(self.equations(), 0..pads);
        for equation in &mut known {
            equation.weights.drain(..pads);
        }
        let mut known = reduced(known);
        known.retain(|equation| self.opens(equation));
        known
    }

    /// Whether the values open the same sum of the commitments to the rows.
    fn opens(&self, equation: &Equation) -> bool {
        let round = &self.seen.round;
        let (parts, packed) = (round.parts(), self.packed());
        let mut blocks = equation.values.chunks(parts.row_scalars()).enumerate();
        blocks.all(|(block, values)| {
            let rows = self.honest().map(|submission| {
                let rows = submission.rows.chunks(packed).nth(block);
                rows.unwrap_or_default()
            });
            let points: Vec<KeyPoint> = rows.flatten().copied().collect();
            points.len() == equation.weights.len()
                && commit_public(round.proofs().key(), values)
                    == Ristretto::msm(&equation.weights, &points)
        })
    }

    /// The groups of honest clients about whose rows something follows that does not follow from what is known of smaller groups. All
    /// groups are tried, so there must be few clients.
    pub(super) fn found(&self) -> Vec<Found> {
        let (known, packed) = (self.about_rows(), self.packed());
        if known.is_empty() {
            return Vec::new();
        }
        let clients: Vec<ClientId> = self.honest().map(|it| it.client).collect();
        let mut groups: Vec<u32> = (1..1 << clients.len()).collect();
        groups.sort_by_key(|group| group.count_ones());
        let mut found: Vec<(u32, Found)> = Vec::new();
        for group in groups {
            let of_others = (0..clients.len()).filter(|at| group >> at & 1 == 0);
            let of_others = of_others.flat_map(|at| at * packed..(at + 1) * packed);
            let equations = reduced(free_of(known.clone(), of_others));
            let smaller = found.iter().filter(|(of, _)| group & of == *of);
            let smaller = smaller.flat_map(|(_, found)| found.equations.iter().cloned());
            if equations.len() > reduced(smaller.collect()).len() {
                let members = clients.iter().enumerate();
                let members = members.filter(|(at, _)| group >> at & 1 == 1);
                let mut members: Vec<_> = members.map(|(_, client)| *client).collect();
                members.sort_unstable();
                let of_group = Found {
                    clients: members,
                    equations,
                };
                found.push((group, of_group));
            }
        }
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// The packed sum of the rows of these clients without blindings, if all of it follows.
    pub(super) fn rows_of(&self, found: &Found) -> Option<Vec<Fr>> {
        let (parts, packed) = (self.seen.round.parts(), self.packed());
        let sums = (0..packed).map(|k| {
            let weights = self.honest().flat_map(|submission| {
                let counts = found.clients.contains(&submission.client);
                (0..packed).map(move |of| Fr::from(u64::from(counts && of == k)))
            });
            follows(&weights.collect::<Vec<_>>(), &found.equations)
        });
        let sums: Vec<Vec<Fr>> = sums.collect::<Option<_>>()?;
        let row = parts.row_scalars();
        let rows = (0..parts.blocks()).flat_map(|block| {
            let of_block = sums.iter().map(move |sum| &sum[block * row..][..row - 1]);
            of_block.flatten().copied()
        });
        Some(rows.collect())
    }

    /// The equations about one client, between its rows alone; none if they are about several clients.
    pub(super) fn weights_of_one(&self, found: &Found) -> Vec<Equation> {
        let [client] = found.clients[..] else {
            return Vec::new();
        };
        let Some(at) = self.honest().position(|it| it.client == client) else {
            return Vec::new();
        };
        let packed = self.packed();
        let equations = found.equations.iter().map(|equation| Equation {
            weights: equation.weights[at * packed..][..packed].to_vec(),
            values: equation.values.clone(),
        });
        equations.collect()
    }
}
