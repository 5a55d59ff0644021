use super::*;
use crate::statement::Norm;
use proptest::prelude::*;

fn circuit(segments: Vec<Segment>, max_clients: u32) -> Circuit {
    Circuit::new(&Statement::new(segments).unwrap(), max_clients)
}

fn value(row: &Row, assignment: &[Fr]) -> Fr {
    row.iter()
        .map(|(coefficient, variable)| *coefficient * assignment[*variable])
        .sum()
}

/// The rows that do not hold.
fn violated(circuit: &Circuit, assignment: &[Fr]) -> Vec<usize> {
    let [a, b, c] = circuit.rows();
    let holds = |row: &usize| {
        value(&a[*row], assignment) * value(&b[*row], assignment) == value(&c[*row], assignment)
    };
    (0..circuit.constraints())
        .filter(|row| !holds(row))
        .collect()
}

#[test]
fn the_numbers_of_rows_are_known() {
    for (len, scalars, rows) in [(16, 1, 17), (256, 12, 268), (4096, 179, 4275)] {
        let circuit = circuit(vec![Segment::range(len, 2)], 2000);
        assert_eq!(circuit.layout().scalars(), scalars);
        assert_eq!(circuit.layout().rows(), 1);
        assert_eq!(circuit.constraints(), rows);
        assert_eq!(circuit.variables(), 1 + scalars + len);
    }
    let norm = Some(Norm {
        offset: 3,
        max_square: 100,
    });
    let with_norm = Segment {
        norm,
        ..Segment::range(5, 11)
    };
    // 4 bits each, one scalar, five squares, 7 bits of 100, and their sum.
    assert_eq!(
        circuit(vec![with_norm], 20).constraints(),
        20 + 1 + 5 + 7 + 1
    );
    let equal = Segment {
        sum: Some(SumRule::Equal(7)),
        ..Segment::range(5, 11)
    };
    assert_eq!(circuit(vec![equal], 20).constraints(), 20 + 1 + 1);
    let at_most = Segment {
        sum: Some(SumRule::AtMost(7)),
        ..Segment::range(5, 11)
    };
    assert_eq!(circuit(vec![at_most], 20).constraints(), 20 + 1 + 3 + 1);
}

/// A segment, and a vector that satisfies it.
fn satisfied() -> impl Strategy<Value = (Segment, Vec<u64>)> {
    let bounds = prop_oneof![
        2u64..70,
        (1u64..63).prop_map(|bit| 1 << bit),
        Just(u64::MAX)
    ];
    (bounds, 1usize..9).prop_flat_map(|(bound, len)| {
        let x = prop::collection::vec(0..bound, len);
        (Just(bound), x, 0..bound, any::<[bool; 3]>()).prop_map(
            |(bound, x, offset, [norm, sum, equal])| {
                let square = x.iter().try_fold(0u64, |sum, x| {
                    x.abs_diff(offset).checked_pow(2)?.checked_add(sum)
                });
                let total = x.iter().try_fold(0u64, |sum, x| sum.checked_add(*x));
                let rule = |total| {
                    if equal {
                        SumRule::Equal(total)
                    } else {
                        SumRule::AtMost(total.saturating_add(total / 3))
                    }
                };
                let segment = Segment {
                    norm: square.filter(|_| norm).map(|square| Norm {
                        offset,
                        max_square: square.saturating_add(square / 3),
                    }),
                    sum: total.filter(|_| sum).map(rule),
                    ..Segment::range(x.len(), bound)
                };
                (segment, x)
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_vector_that_satisfies_the_statement_satisfies_every_row(
        segments in prop::collection::vec(satisfied(), 1..4),
        max_clients in 1u32..100_000,
    ) {
        let x: Vec<u64> = segments.iter().flat_map(|(_, x)| x.clone()).collect();
        let circuit = circuit(segments.into_iter().map(|(segment, _)| segment).collect(), max_clients);
        let assignment = circuit.assign(&x).unwrap();
        prop_assert_eq!(assignment.len(), circuit.variables());
        prop_assert_eq!(violated(&circuit, &assignment), Vec::<usize>::new());
        let packed = &assignment[1..circuit.instance()];
        let sums = circuit.layout().unpack(packed, 1).unwrap();
        prop_assert_eq!(sums, x.iter().map(|x| u128::from(*x)).collect::<Vec<_>>());
    }
}

/// Values and packed scalars that follow from the bits of an assignment, whatever these are; squares, too. What is left of
/// a limit is written into the lowest of its bits.
fn follow(circuit: &Circuit, assignment: &mut [Fr]) {
    for index in 0..circuit.parts.len() {
        let (segment, of) = (&circuit.statement.segments()[index], &circuit.parts[index]);
        let values: Vec<Fr> = (0..segment.len)
            .map(|coordinate| value(&of.value(coordinate, Fr::one()).collect(), assignment))
            .collect();
        let packed = &circuit.layout.segments()[index];
        for scalar in 0..packed.scalars {
            let slots = (scalar..segment.len).step_by(packed.scalars).zip(0u64..);
            let shift =
                |slot| ark_ff::Field::pow(&Fr::from(2u64), [slot * u64::from(packed.width)]);
            assignment[1 + packed.first_scalar + scalar] =
                slots.map(|(at, slot)| values[at] * shift(slot)).sum();
        }
        let rest = |assignment: &mut [Fr], bits: &Range<usize>, left: Fr| {
            for bit in bits.clone() {
                assignment[bit] = Fr::zero();
            }
            if let Some(lowest) = bits.clone().next() {
                assignment[lowest] = left;
            }
        };
        if let Some(norm) = segment.norm {
            let squares: Vec<Fr> = values
                .iter()
                .map(|x| (*x - Fr::from(norm.offset)) * (*x - Fr::from(norm.offset)))
                .collect();
            for (square, q) in of.squares.clone().zip(&squares) {
                assignment[square] = *q;
            }
            rest(
                assignment,
                &of.norm_rest,
                Fr::from(norm.max_square) - squares.iter().sum::<Fr>(),
            );
        }
        if let Some(SumRule::AtMost(most)) = segment.sum {
            rest(
                assignment,
                &of.sum_rest,
                Fr::from(most) - values.iter().sum::<Fr>(),
            );
        }
    }
}

/// The row of a kind: the first that has this variable in this matrix, from a row on.
fn row_with(circuit: &Circuit, matrix: usize, variable: usize, from: usize) -> usize {
    let rows = circuit.rows()[matrix].iter().enumerate().skip(from);
    let mut with = rows.filter(|(_, row)| row.iter().any(|(_, other)| *other == variable));
    with.next().unwrap().0
}

/// Asserts that this row, and no other, stops the assignment.
#[track_caller]
fn only(circuit: &Circuit, assignment: &[Fr], row: usize) {
    assert_eq!(violated(circuit, assignment), [row]);
}

#[test]
fn without_its_row_a_bit_can_be_another_number() {
    // Bounds that are a power of two and none; other claims are far away.
    for bound in [2, 11, 16] {
        let circuit = circuit(vec![Segment::range(5, bound)], 20);
        let honest = circuit.assign(&[1, 0, 1, 1, 0]).unwrap();
        let of = &circuit.parts[0];
        for (row, bit) in of.bits.clone().enumerate() {
            let mut assignment = honest.to_vec();
            // The coordinate is then no number below the bound.
            assignment[bit] = Fr::from(bound);
            follow(&circuit, &mut assignment);
            only(&circuit, &assignment, row);
        }
    }
}

#[test]
fn without_its_row_a_packed_scalar_is_another() {
    let circuit = circuit(vec![Segment::range(50, 256), Segment::range(3, 2)], 1000);
    let x: Vec<u64> = (0..50).chain([1, 0, 1]).collect();
    let honest = circuit.assign(&x).unwrap();
    for scalar in 1..circuit.instance() {
        let mut assignment = honest.to_vec();
        assignment[scalar] += Fr::one();
        only(&circuit, &assignment, row_with(&circuit, 2, scalar, 0));
    }
}

fn normed() -> Circuit {
    let norm = Some(Norm {
        offset: 5,
        max_square: 20,
    });
    circuit(
        vec![Segment {
            norm,
            ..Segment::range(3, 11)
        }],
        20,
    )
}

/// An assignment of a vector that the statement does not allow, consistent but for what is left of its limits.
fn of_bits(circuit: &Circuit, x: &[u64]) -> Vec<Fr> {
    let mut assignment = vec![Fr::zero(); circuit.variables()];
    assignment[ONE] = Fr::one();
    for (part, packed) in circuit.parts.iter().zip(circuit.layout.segments()) {
        let values = &x[packed.start..][..packed.len];
        let bits = values
            .iter()
            .flat_map(|value| bits_of(*value, &part.weights));
        for (variable, bit) in part.bits.clone().zip(bits) {
            assignment[variable] = Fr::from(bit);
        }
    }
    follow(circuit, &mut assignment);
    assignment
}

#[test]
fn without_one_of_its_rows_a_norm_is_longer() {
    let circuit = normed();
    let of = circuit.parts[0].clone();
    // Squares of 25, 25 and 25.
    let honest = of_bits(&circuit, &[10, 0, 10]);
    let lowest = of.norm_rest.start;
    let boolean = row_with(&circuit, 0, lowest, 0);
    only(&circuit, &honest, boolean);
    for bit in of.norm_rest.clone() {
        let mut assignment = honest.clone();
        assignment[lowest] = Fr::zero();
        let power: Fr = ark_ff::Field::pow(&Fr::from(2u64), [(bit - lowest) as u64]);
        assignment[bit] = honest[lowest] * ark_ff::Field::inverse(&power).unwrap();
        only(&circuit, &assignment, row_with(&circuit, 0, bit, 0));
    }
    // The sum of the squares is not compared with the limit.
    let mut assignment = honest.clone();
    assignment[lowest] = Fr::zero();
    let sum = row_with(&circuit, 0, lowest, boolean + 1);
    only(&circuit, &assignment, sum);
    // A square is another number.
    for square in of.squares.clone() {
        let mut assignment = honest.clone();
        assignment[lowest] = Fr::zero();
        assignment[square] += honest[lowest];
        only(&circuit, &assignment, row_with(&circuit, 2, square, 0));
    }
}

#[test]
fn without_one_of_its_rows_a_sum_is_another() {
    let equal = Segment {
        sum: Some(SumRule::Equal(7)),
        ..Segment::range(3, 11)
    };
    let with_equal = circuit(vec![equal], 20);
    let last = with_equal.constraints() - 1;
    only(&with_equal, &of_bits(&with_equal, &[1, 2, 5]), last);
    let most = Segment {
        sum: Some(SumRule::AtMost(7)),
        ..Segment::range(3, 11)
    };
    let circuit = circuit(vec![most], 20);
    let of = circuit.parts[0].clone();
    let honest = of_bits(&circuit, &[10, 9, 8]);
    let lowest = of.sum_rest.start;
    for bit in of.sum_rest.clone() {
        let mut assignment = honest.clone();
        assignment[lowest] = Fr::zero();
        let power: Fr = ark_ff::Field::pow(&Fr::from(2u64), [(bit - lowest) as u64]);
        assignment[bit] = honest[lowest] * ark_ff::Field::inverse(&power).unwrap();
        only(&circuit, &assignment, row_with(&circuit, 0, bit, 0));
    }
    let mut assignment = honest.clone();
    assignment[lowest] = Fr::zero();
    only(&circuit, &assignment, circuit.constraints() - 1);
}

#[test]
fn a_vector_that_breaks_the_statement_is_not_assigned() {
    assert!(normed().assign(&[10, 0, 10]).is_err());
    assert!(circuit(vec![Segment::range(1, 3)], 5).assign(&[3]).is_err());
    assert!(circuit(vec![Segment::range(1, 3)], 5).assign(&[]).is_err());
}
