//! The probabilities of `specs/parameters.md` 2, in natural logarithms: they are far too small for
//! floating-point numbers.

use std::f64::consts::{LN_2, LOG2_E};

use super::{Assumptions, Failure, MaskingParameters};

/// The counts of section 1 and what the formulas of section 2 need, in natural logarithms.
pub(super) struct Model {
    clients: usize,
    corrupt: usize,
    /// Honest clients that do not drop out.
    staying: usize,
    /// `ln(i!)` at index `i`.
    log_factorials: Vec<f64>,
}

impl Model {
    pub(super) fn new(assumptions: &Assumptions) -> Self {
        let clients = assumptions.clients as usize;
        let corrupt = assumptions.corrupt() as usize;
        let mut sum = 0.0;
        let log_factorials = std::iter::once(0.0)
            .chain((1..=clients).map(|i| {
                sum += (i as f64).ln();
                sum
            }))
            .collect();
        Self {
            clients,
            corrupt,
            staying: clients - corrupt - assumptions.absent() as usize,
            log_factorials,
        }
    }

    fn log_binomial(&self, n: usize, k: usize) -> f64 {
        if k > n {
            return f64::NEG_INFINITY;
        }
        self.log_factorials[n] - self.log_factorials[k] - self.log_factorials[n - k]
    }

    /// `P[X = i]` for the number `X` of marked clients among the `degree` neighbours of one client,
    /// when `marked` of the others are marked: hypergeometric (`specs/parameters.md` 2.2).
    fn log_mass(&self, marked: usize, degree: usize, i: usize) -> f64 {
        let others = self.clients - 1;
        self.log_binomial(marked, i) + self.log_binomial(others - marked, degree - i)
            - self.log_binomial(others, degree)
    }

    /// `P[X >= i]` for `i = 0..=degree`.
    fn log_upper_tails(&self, marked: usize, degree: usize) -> Vec<f64> {
        let mut tails = vec![f64::NEG_INFINITY; degree + 1];
        let mut sum = f64::NEG_INFINITY;
        for i in (0..=degree).rev() {
            sum = add_logs(sum, self.log_mass(marked, degree, i));
            tails[i] = sum;
        }
        tails
    }

    /// `P[X < i]` for `i = 0..=degree`.
    fn log_lower_tails(&self, marked: usize, degree: usize) -> Vec<f64> {
        let mut sum = f64::NEG_INFINITY;
        (0..=degree)
            .map(|i| {
                let below = sum;
                sum = add_logs(sum, self.log_mass(marked, degree, i));
                below
            })
            .collect()
    }

    /// The expected number of clients with at least `i` corrupt neighbours, at index `i`
    /// (`specs/parameters.md` 2.3).
    fn log_majority(&self, degree: usize) -> Vec<f64> {
        let kinds = [
            (self.clients - self.corrupt, self.corrupt),
            (self.corrupt, self.corrupt.saturating_sub(1)),
        ];
        expected(kinds, |marked| self.log_upper_tails(marked, degree))
    }

    /// The expected number of clients with fewer than `i` honest neighbours that stay, at index `i`
    /// (`specs/parameters.md` 2.4).
    fn log_availability(&self, degree: usize) -> Vec<f64> {
        let kinds = [
            (self.staying, self.staying.saturating_sub(1)),
            (self.clients - self.staying, self.staying),
        ];
        expected(kinds, |marked| self.log_lower_tails(marked, degree))
    }

    /// specs/parameters.md 2.5
    fn log_connectivity(&self, degree: usize, threshold: usize) -> f64 {
        let honest = self.clients - self.corrupt;
        let p = degree as f64 / (self.clients - 1) as f64;
        let corrupt = self.corrupt.min(2 * threshold - degree - 1);
        let mut sum = f64::NEG_INFINITY;
        for size in threshold - corrupt + 1..=honest / 2 {
            let pairs = (size * (honest - size)) as f64;
            let lost = (size * (degree - threshold)) as f64;
            let split = pairs * divergence(lost / pairs, p);
            sum = add_logs(sum, self.log_binomial(honest, size) - split);
            if sum >= 0.0 {
                return 0.0;
            }
        }
        sum
    }

    pub(super) fn failure(&self, masking: MaskingParameters) -> Failure {
        let (degree, threshold) = (masking.degree as usize, masking.threshold as usize);
        Failure {
            majority: log2_probability(self.log_majority(degree)[2 * threshold - degree]),
            availability: log2_probability(self.log_availability(degree)[threshold]),
            connectivity: log2_probability(self.log_connectivity(degree, threshold)),
        }
    }

    /// The best threshold for this degree, if one is good enough (`specs/parameters.md` 3.4).
    pub(super) fn best(&self, degree: u32, security_bits: f64) -> Option<MaskingParameters> {
        let k = degree as usize;
        let (majority, availability) = (self.log_majority(k), self.log_availability(k));
        let limit = -security_bits * LN_2;
        let mut best = None;
        let mut least = limit;
        for threshold in degree / 2 + 1..=degree {
            let t = threshold as usize;
            let local = add_logs(majority[2 * t - k], availability[t]);
            if local > least {
                continue;
            }
            let total = add_logs(local, self.log_connectivity(k, t));
            if total < least || (best.is_none() && total <= limit) {
                least = total;
                best = Some(MaskingParameters { degree, threshold });
            }
        }
        best
    }
}

/// Sums tails over kinds of clients, each given by how many there are and how many of the others
/// are marked.
fn expected(kinds: [(usize, usize); 2], tails: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
    let mut sums = Vec::new();
    for (count, marked) in kinds.into_iter().filter(|(count, _)| *count > 0) {
        let log_count = (count as f64).ln();
        let tails = tails(marked);
        sums.resize(tails.len(), f64::NEG_INFINITY);
        for (sum, tail) in sums.iter_mut().zip(tails) {
            *sum = add_logs(*sum, log_count + tail);
        }
    }
    sums
}

/// `ln(e^x + e^y)`, for `x`, `y` below infinity.
pub(super) fn add_logs(x: f64, y: f64) -> f64 {
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    if low == f64::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

/// The Kullback-Leibler divergence of a coin of bias `q` from one of bias `p > 0`, in nats; 0 if
/// `q >= p`, where the tail below `q` is no rare event.
fn divergence(q: f64, p: f64) -> f64 {
    if q >= p {
        return 0.0;
    }
    let first = if q > 0.0 { q * (q / p).ln() } else { 0.0 };
    first + (1.0 - q) * ((1.0 - q) / (1.0 - p)).ln()
}

pub(super) fn log2_probability(ln: f64) -> f64 {
    (ln * LOG2_E).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::ids::ClientId;
    use crate::round::graph::Graph;

    fn graphs(clients: u32, degree: u32, rounds: u32) -> impl Iterator<Item = Graph> {
        (0..rounds).map(move |round| {
            let mut seed = [0x33; 32];
            seed[..4].copy_from_slice(&round.to_le_bytes());
            Graph::new(clients, degree, &seed).unwrap()
        })
    }

    fn neighbours_in(graph: &Graph, client: ClientId, group: std::ops::RangeInclusive<u32>) -> u32 {
        let list = graph.neighbours(client);
        list.iter().filter(|c| group.contains(&c.number())).count() as u32
    }

    /// The union bound counts a round once for each of its bad clients. So for rare events it is slightly above the
    /// frequency of bad rounds.
    fn assert_close(bad: usize, rounds: u32, log2_bound: f64) {
        let (frequency, bound) = (bad as f64 / f64::from(rounds), log2_bound.exp2());
        let deviation = (bound / f64::from(rounds)).sqrt();
        assert!(
            frequency <= bound + 4.0 * deviation,
            "{frequency} > {bound}"
        );
        assert!(
            frequency >= bound / 2.0 - 4.0 * deviation,
            "{frequency} << {bound}"
        );
    }

    /// Clients 1 to 30 are corrupt, 31 to 60 absent.
    #[test]
    fn majority_and_availability_as_in_real_graphs() {
        let assumptions = Assumptions {
            clients: 300,
            corrupt_ppm: 100_000,
            dropout_ppm: 100_000,
        };
        let (degree, rounds) = (40, 3000);
        let of =
            |threshold| Failure::of(&assumptions, MaskingParameters { degree, threshold }).unwrap();
        let extremes: Vec<(u32, u32)> = graphs(300, degree, rounds)
            .map(|graph| {
                let corrupt = |c| neighbours_in(&graph, c, 1..=30);
                let staying = |c| neighbours_in(&graph, c, 61..=300);
                (
                    ClientId::all(300).map(corrupt).max().unwrap(),
                    ClientId::all(300).map(staying).min().unwrap(),
                )
            })
            .collect();
        for t in [25, 26] {
            let bad = extremes.iter().filter(|(most, _)| 2 * t <= degree + most);
            assert_close(bad.count(), rounds, of(t).majority);
        }
        for t in [23, 24, 25] {
            let bad = extremes.iter().filter(|(_, least)| *least < t);
            assert_close(bad.count(), rounds, of(t).availability);
        }
    }

    /// Looks at every part of every graph for a cut that dropped edges could empty.
    #[test]
    fn connectivity_bounds_what_an_exhaustive_search_finds() {
        let mut found = 0;
        for (clients, degree, threshold, rounds) in [
            (10, 3, 3, 5000),
            (10, 5, 4, 5000),
            (12, 6, 5, 1000),
            (14, 4, 4, 200),
            (14, 6, 5, 400),
            (14, 8, 6, 400),
        ] {
            let assumptions = Assumptions {
                clients,
                corrupt_ppm: 0,
                dropout_ppm: 0,
            };
            let failure =
                Failure::of(&assumptions, MaskingParameters { degree, threshold }).unwrap();
            let bad = graphs(clients, degree, rounds)
                .filter(|graph| splits(graph, threshold))
                .count();
            let frequency = bad as f64 / f64::from(rounds);
            assert!(failure.connectivity < -1.0, "a bound that says something");
            assert!(frequency <= failure.connectivity.exp2(), "{degree} {bad}");
            found += bad;
        }
        assert!(found > 0, "the search can find something");
    }

    fn splits(graph: &Graph, threshold: u32) -> bool {
        let rows: Vec<u32> = ClientId::all(graph.clients())
            .map(|c| graph.neighbours(c).iter().map(|c| 1 << c.index()).sum())
            .collect();
        (1u32..1 << graph.clients()).any(|group| {
            let size = group.count_ones();
            let cut: u32 = (0..graph.clients())
                .filter(|i| group >> i & 1 == 1)
                .map(|i| (rows[i as usize] & !group).count_ones())
                .sum();
            size > threshold
                && 2 * size <= graph.clients()
                && cut <= size * (graph.degree() - threshold)
        })
    }
}
