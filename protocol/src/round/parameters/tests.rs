//! Choices that are known, and limits.

use super::*;
use proptest::prelude::{
    any, prop_assert, prop_assert_eq, prop_assume, prop_oneof, proptest, Just,
};

fn assume(clients: u32, corrupt_ppm: u32, dropout_ppm: u32) -> Assumptions {
    Assumptions {
        clients,
        corrupt_ppm,
        dropout_ppm,
    }
}

fn masking(degree: u32, threshold: u32) -> MaskingParameters {
    MaskingParameters { degree, threshold }
}

/// The table of specs/parameters.md 5.
#[test]
fn the_table_of_the_specification() {
    for (clients, ppm, degree, threshold) in [
        (1000, 50_000, 104, 66),
        (10_000, 50_000, 132, 84),
        (1000, 100_000, 257, 160),
        (10_000, 100_000, 387, 241),
    ] {
        let assumptions = assume(clients, ppm, ppm);
        let found = MaskingParameters::for_assumptions(&assumptions, 40.0).unwrap();
        assert_eq!(found, masking(degree, threshold), "{clients} {ppm}");
        assert!(check(&assumptions, found, 40.0).unwrap().total() <= -40.0);
        // No smaller degree is enough, whatever the threshold.
        for smaller in degree - 8..degree {
            for t in smaller / 2 + 1..=smaller {
                assert!(check(&assumptions, masking(smaller, t), 40.0).is_err());
            }
        }
    }
}

/// Computed with exact rational arithmetic.
#[test]
fn exact_values() {
    let failure = Failure::of(&assume(1000, 50_000, 50_000), masking(104, 66)).unwrap();
    let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-6, "{got} {want}");
    near(failure.majority, -42.873_253_175);
    near(failure.availability, -41.478_570_222);
    near(failure.connectivity, -147.779_328_278);
    let failure = Failure::of(&assume(10_000, 50_000, 50_000), masking(132, 84)).unwrap();
    near(failure.majority, -42.612_055_001);
    near(failure.availability, -41.033_556_519);
}

#[test]
fn counts_are_rounded_down() {
    let assumptions = assume(999, 50_000, 1_000);
    assert_eq!(assumptions.corrupt(), 49);
    assert_eq!(assumptions.absent(), 0);
    assert_eq!(assumptions.min_contributors(), 51);
    let most = assume(u32::MAX, u32::MAX, MILLION);
    assert_eq!(most.corrupt(), u32::MAX);
    assert_eq!(most.absent(), u32::MAX);
    assert_eq!(most.min_contributors(), u32::MAX);
}

#[test]
fn small_rosters_are_complete() {
    for (clients, threshold) in [(3, 2), (4, 2), (5, 3), (256, 128)] {
        let assumptions = assume(clients, 0, 0);
        let found = MaskingParameters::for_assumptions(&assumptions, 40.0).unwrap();
        assert_eq!(found, masking(clients - 1, threshold));
        assert_eq!(
            check(&assumptions, found, 40.0).unwrap().total(),
            f64::NEG_INFINITY
        );
    }
    // 5 or 6 clients allow one corrupt client; 7 allow one corrupt and one absent.
    assert_eq!(
        MaskingParameters::for_assumptions(&assume(5, 200_000, 0), 40.0),
        Ok(masking(4, 3))
    );
    assert_eq!(
        MaskingParameters::for_assumptions(&assume(7, 150_000, 150_000), 40.0),
        Ok(masking(6, 4))
    );
}

#[test]
fn too_large_fractions_are_refused_with_the_reason() {
    let error =
        MaskingParameters::for_assumptions(&assume(100, 200_000, 200_000), 40.0).unwrap_err();
    assert_eq!(
        error,
        ParameterError::Fractions {
            clients: 100,
            corrupt: 20,
            absent: 20
        }
    );
    assert!(error
        .to_string()
        .contains("3 corrupt + 2 absent must be at most clients - 2"));
}

#[test]
fn complete_graphs_take_exactly_the_thresholds_that_work() {
    let assumptions = assume(100, 100_000, 100_000);
    for t in 0..=100 {
        // 2 t > 99 + 10, and t neighbours are honest and stay.
        let good = (55..=79).contains(&t);
        assert_eq!(
            check(&assumptions, masking(99, t), 40.0).is_ok(),
            good,
            "{t}"
        );
    }
    assert_eq!(
        check(&assumptions, masking(98, 60), 40.0),
        Err(ParameterError::NotComplete {
            clients: 100,
            degree: 98
        })
    );
}

#[test]
fn bad_input_has_its_own_error() {
    let good = assume(1000, 50_000, 50_000);
    let of = |a: Assumptions, k, t| check(&a, masking(k, t), 40.0).unwrap_err();
    for clients in [0, 1, 2, MAX_CLIENTS + 1, u32::MAX] {
        let a = assume(clients, 0, 0);
        assert_eq!(of(a, 2, 2), ParameterError::Clients { clients });
    }
    assert!(matches!(
        of(assume(1000, MILLION + 1, 0), 104, 66),
        ParameterError::Fraction {
            fraction: "corrupt",
            ..
        }
    ));
    assert!(matches!(
        of(assume(1000, 0, u32::MAX), 104, 66),
        ParameterError::Fraction {
            fraction: "dropout",
            ..
        }
    ));
    for degree in [0, 1000, u32::MAX] {
        assert_eq!(
            of(good, degree, 66),
            ParameterError::Degree { degree, most: 999 }
        );
    }
    for threshold in [0, 52, 105, u32::MAX] {
        assert_eq!(
            of(good, 104, threshold),
            ParameterError::Threshold {
                threshold,
                degree: 104,
                least: 53,
                most: 104
            }
        );
    }
    assert!(matches!(
        of(assume(1001, 50_000, 50_000), 105, 66),
        ParameterError::Odd { .. }
    ));
    assert!(matches!(of(good, 104, 60), ParameterError::Insecure { .. }));
    assert!(matches!(of(good, 104, 70), ParameterError::Insecure { .. }));
    for bits in [f64::NAN, f64::INFINITY, 0.0, -40.0] {
        assert!(matches!(
            check(&good, masking(104, 66), bits),
            Err(ParameterError::Security { .. })
        ));
    }
}

#[test]
fn hard_assumptions_get_the_complete_graph_or_nothing() {
    let hard = |clients| assume(clients, 198_000, 202_000);
    assert_eq!(
        MaskingParameters::for_assumptions(&hard(1000), 40.0),
        Ok(masking(999, 599))
    );
    assert!(check(&hard(1000), masking(999, 599), 40.0).is_ok());
    assert_eq!(
        MaskingParameters::for_assumptions(&hard(500_000), 40.0),
        Err(ParameterError::NoParameters {
            clients: 500_000,
            most: 33,
            bits: 40.0
        })
    );
}

#[test]
fn the_slack_is_a_thousandth_of_a_bit() {
    let (assumptions, good) = (assume(1000, 50_000, 50_000), masking(104, 66));
    let bits = -Failure::of(&assumptions, good).unwrap().total();
    assert!(check(&assumptions, good, bits + 0.0005).is_ok());
    assert!(check(&assumptions, good, bits + 0.002).is_err());
}

#[test]
fn larger_choices_than_the_smallest_pass() {
    for (clients, degree, threshold) in [(1000, 264, 165), (10_000, 406, 255)] {
        let assumptions = assume(clients, 100_000, 100_000);
        assert!(check(&assumptions, masking(degree, threshold), 40.0).is_ok());
    }
}

#[test]
fn more_is_not_worse() {
    let of = |k, t| Failure::of(&assume(1000, 50_000, 50_000), masking(k, t)).unwrap();
    for t in 60..100 {
        let (low, high) = (of(104, t), of(104, t + 1));
        assert!(high.majority <= low.majority);
        assert!(high.availability >= low.availability);
        assert!(high.connectivity <= low.connectivity);
    }
    assert!(of(120, 75).total() < of(104, 66).total());
}

proptest! {
    #[test]
    fn any_input_gets_an_answer(
        clients in prop_oneof![any::<u32>(), 0u32..600, Just(MAX_CLIENTS)],
        corrupt_ppm in prop_oneof![any::<u32>(), 0u32..400_000],
        dropout_ppm in prop_oneof![any::<u32>(), 0u32..400_000],
        degree in prop_oneof![any::<u32>(), 0u32..600],
        threshold in prop_oneof![any::<u32>(), 0u32..600],
    ) {
        let assumptions = assume(clients, corrupt_ppm, dropout_ppm);
        if let Ok(failure) = check(&assumptions, masking(degree, threshold), 40.0) {
            prop_assert!(failure.total() <= SLACK - 40.0);
            prop_assert!(2 * threshold > degree && threshold <= degree && degree < clients);
        }
    }

    #[test]
    fn what_is_chosen_passes(
        clients in 3u32..2000,
        corrupt_ppm in 0u32..80_000,
        dropout_ppm in 0u32..80_000,
        bits in 1.0f64..60.0,
    ) {
        let assumptions = assume(clients, corrupt_ppm, dropout_ppm);
        let found = MaskingParameters::for_assumptions(&assumptions, bits);
        prop_assume!(found.is_ok());
        let found = found.unwrap();
        let failure = check(&assumptions, found, bits);
        prop_assert!(failure.is_ok());
        prop_assert!(graph::Graph::new(clients, found.degree, &[0; 32]).is_ok());
        prop_assert_eq!(Failure::of(&assumptions, found), failure);
    }
}
