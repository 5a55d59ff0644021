//! Linear equations over the scalar field: each says what a weighted sum of unknown rows is.

use veragg_protocol::circuits::ark_ff::{Field, Zero};
use veragg_protocol::circuits::group::ristretto::Fr;

/// The weights of the unknowns, and what the weighted sum is. An unknown is as long as `values`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Equation {
    pub(super) weights: Vec<Fr>,
    pub(super) values: Vec<Fr>,
}

impl Equation {
    /// Takes away a multiple of another equation.
    fn subtract(&mut self, other: &Self, factor: Fr) {
        let less = |from: &mut [Fr], other: &[Fr]| {
            for (from, other) in from.iter_mut().zip(other) {
                *from -= factor * other;
            }
        };
        less(&mut self.weights, &other.weights);
        less(&mut self.values, &other.values);
    }

    fn is_empty(&self) -> bool {
        self.weights.iter().all(Zero::is_zero)
    }
}

/// The equations that follow and in which these unknowns do not occur. Some of them may be empty or follow from others.
pub(super) fn free_of(
    mut equations: Vec<Equation>,
    unknowns: impl IntoIterator<Item = usize>,
) -> Vec<Equation> {
    for unknown in unknowns {
        let mut found = equations.iter();
        if let Some(at) = found.position(|it| !it.weights[unknown].is_zero()) {
            let pivot = equations.swap_remove(at);
            eliminate(&pivot, unknown, &mut equations);
        }
    }
    equations
}

/// Equations from which the same follows, as few as possible. The first unknown of each occurs in no other, with the weight one.
pub(super) fn reduced(mut equations: Vec<Equation>) -> Vec<Equation> {
    let mut reduced: Vec<Equation> = Vec::new();
    while let Some(mut pivot) = equations.pop() {
        let Some(first) = pivot.weights.iter().position(|weight| !weight.is_zero()) else {
            continue;
        };
        let scale = pivot.weights[first].inverse().unwrap_or_default();
        let scaled = pivot.weights.iter_mut().chain(&mut pivot.values);
        scaled.for_each(|scalar| *scalar *= scale);
        eliminate(&pivot, first, &mut equations);
        eliminate(&pivot, first, &mut reduced);
        reduced.push(pivot);
    }
    reduced
}

/// Takes an unknown out of equations, with one in which it occurs.
fn eliminate(pivot: &Equation, unknown: usize, equations: &mut [Equation]) {
    let inverse = pivot.weights[unknown].inverse().unwrap_or_default();
    for equation in equations {
        let factor = equation.weights[unknown] * inverse;
        if !factor.is_zero() {
            equation.subtract(pivot, factor);
        }
    }
}

/// What a weighted sum of the unknowns is, if it follows from reduced equations.
pub(super) fn follows(weights: &[Fr], reduced: &[Equation]) -> Option<Vec<Fr>> {
    let length = reduced.first()?.values.len();
    let mut rest = Equation {
        weights: weights.to_vec(),
        values: vec![Fr::zero(); length],
    };
    for equation in reduced {
        let first = equation.weights.iter().position(|it| !it.is_zero())?;
        let factor = rest.weights[first];
        rest.subtract(equation, factor);
    }
    // What was taken away is the sum, with the other sign.
    rest.is_empty()
        .then(|| rest.values.into_iter().map(|value| -value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(numbers: &[i64]) -> Vec<Fr> {
        let scalar = |number: &i64| match number {
            0.. => Fr::from(number.unsigned_abs()),
            _ => -Fr::from(number.unsigned_abs()),
        };
        numbers.iter().map(scalar).collect()
    }

    /// Of the unknowns 5, 7 and 11.
    fn of(weights: &[i64; 3]) -> Equation {
        let value = 5 * weights[0] + 7 * weights[1] + 11 * weights[2];
        Equation {
            weights: scalars(weights),
            values: scalars(&[value]),
        }
    }

    #[test]
    fn what_follows_is_found_and_nothing_else() {
        let known = [of(&[1, 1, 0]), of(&[0, 1, 1]), of(&[1, 2, 1])];
        let all = reduced(known.to_vec());
        assert_eq!(all.len(), 2);
        assert_eq!(follows(&scalars(&[1, 0, -1]), &all), Some(scalars(&[-6])));
        assert_eq!(follows(&scalars(&[1, 0, 0]), &all), None);
        let without_second = reduced(free_of(known.to_vec(), [1]));
        assert_eq!(without_second, [of(&[1, 0, -1])]);
        let third = [&known[..], &[of(&[0, 1, 0])]].concat();
        let one = reduced(free_of(third, [0, 1]));
        assert_eq!(one, [of(&[0, 0, 1])]);
    }
}
