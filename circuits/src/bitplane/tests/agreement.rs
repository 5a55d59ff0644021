//! The suite and the reference say the same of good proofs and of bad ones.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::reference::hedged;
use super::reference::prover::{Beliefs, Prover};
use super::reference::setting::Setting;
use super::reference::verifier::{part, verify, Equation};
use super::*;

/// One statement in the eyes of the suite and of the reference.
pub(super) struct Both {
    pub(super) suite: RistrettoBitplane,
    pub(super) setting: Setting,
}

impl Both {
    pub(super) fn new(segments: Vec<Segment>, columns: usize) -> Self {
        let statement = Statement::new(segments).unwrap();
        Self {
            suite: RistrettoBitplane::new(&(), &statement, 20, columns).unwrap(),
            setting: Setting::new(&statement, 20, columns),
        }
    }

    /// A reference prover of client 3, honest about `x` so far.
    pub(super) fn prover(&self, x: &[u64]) -> Prover<'_> {
        let beliefs = Beliefs::of(&self.setting, x);
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let mut rng = hedged::stream(&self.setting, &binding(3), x, &mut rng);
        Prover::new(&self.setting, &binding(3), beliefs, &mut rng, None)
    }

    /// The suite and the reference refuse a proof of client 3 for these equations.
    pub(super) fn refuses(&self, bytes: &[u8], equations: &[Equation]) {
        assert_eq!(
            verify(&self.setting, &binding(3), None, bytes),
            Ok(equations.to_vec())
        );
        let want = part(&self.setting, equations).map(|part| (0, part));
        assert_eq!(self.verdict(bytes), Vec::from_iter(want));
    }

    pub(super) fn verdict(&self, bytes: &[u8]) -> Vec<(usize, ProofPart)> {
        let proof = self.suite.decode(bytes).unwrap();
        self.suite.verify_batch(&[(binding(3), &proof)])
    }
}

/// A norm, a sum, both, and none, with everything tight.
pub(super) fn statements() -> Vec<(Vec<Segment>, Vec<u64>)> {
    let range = Segment::range(5, 11);
    let norm = |max_square| {
        Some(Norm {
            offset: 5,
            max_square,
        })
    };
    let x = vec![0, 10, 3, 7, 5];
    let normed = Segment {
        norm: norm(58),
        ..range
    };
    let equal = Segment {
        sum: Some(SumRule::Equal(25)),
        ..range
    };
    let most = Segment {
        sum: Some(SumRule::AtMost(26)),
        ..range
    };
    let both = Segment {
        norm: norm(60),
        sum: Some(SumRule::AtMost(25)),
        ..range
    };
    let all = vec![
        Segment::range(3, 1 << 9),
        normed,
        most,
        both,
        equal,
        Segment::range(1, 2),
    ];
    let all_x = [
        vec![0, 511, 77],
        x.clone(),
        x.clone(),
        x.clone(),
        x.clone(),
        vec![1],
    ]
    .concat();
    vec![
        (vec![range], x.clone()),
        (vec![Segment::range(5, 16)], x.clone()),
        (vec![normed], x.clone()),
        (vec![equal], x.clone()),
        (vec![most], x),
        (all, all_x),
    ]
}

#[test]
fn the_same_randomness_gives_the_same_bytes_and_rows() {
    for (segments, x) in statements() {
        for columns in [1, 2, 8] {
            let both = Both::new(segments.clone(), columns);
            let mut rng = ChaCha20Rng::seed_from_u64(9);
            let proven = both.suite.prove(&binding(3), &x, &mut rng).unwrap();
            let prover = both.prover(&x);
            let rhat = both.setting.packed(&prover.secrets.beta, |a, b| a * b);
            let reference = prover.prove();
            let differs = reference
                .iter()
                .zip(&proven.bytes)
                .position(|(a, b)| a != b);
            assert_eq!(differs, None, "{segments:?} {columns} {}", reference.len());
            assert_eq!(proven.blindings, rhat);
            assert_eq!(
                verify(&both.setting, &binding(3), None, &proven.bytes),
                Ok(vec![])
            );
            assert_eq!(both.verdict(&proven.bytes), []);
        }
    }
}

#[test]
fn more_planes_than_a_limb_has_are_the_reference_too() {
    // 21 and 33 planes: two digits and three, one of them absent in half of the rows.
    for bound in [(1 << 20) + 7, (1 << 32) + 1] {
        let x = vec![0, bound - 1, bound / 3, 7, 1 << 17];
        let square = x.iter().map(|&x| u128::from(x).pow(2)).sum::<u128>();
        let norm = u64::try_from(square).ok().map(|max_square| Norm {
            offset: 0,
            max_square,
        });
        let sum = Some(SumRule::AtMost(x.iter().sum()));
        let wide = Segment {
            norm,
            sum,
            ..Segment::range(5, bound)
        };
        let both = Both::new(vec![wide, Segment::range(2, 300)], 2);
        let x = [x, vec![299, 1]].concat();
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let proven = both.suite.prove(&binding(3), &x, &mut rng).unwrap();
        assert!(both.prover(&x).prove() == proven.bytes, "{bound}");
        assert_eq!(
            verify(&both.setting, &binding(3), None, &proven.bytes),
            Ok(vec![])
        );
        assert_eq!(both.verdict(&proven.bytes), []);
    }
}

#[test]
fn a_folded_opening_is_the_reference_too() {
    let segments = vec![Segment::range(1500, 3)];
    let x = drawn(&segments, 4);
    let both = Both::new(segments, 1024);
    let proven = both.suite.prove(&binding(3), &x, &mut OsRng).unwrap();
    assert_eq!(
        verify(&both.setting, &binding(3), None, &proven.bytes),
        Ok(vec![])
    );
    assert_eq!(both.verdict(&proven.bytes), []);
    let mut bad = proven.bytes.clone();
    let end = bad.len() - 32;
    bad[end] ^= 1;
    both.refuses(&bad, &[Equation::Opening]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn every_changed_byte_is_judged_alike(which in 0usize..6, at: prop::sample::Index, flip in 1u8..) {
        let (segments, x) = statements().swap_remove(which);
        let both = Both::new(segments, 4);
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let mut bytes = both.suite.prove(&binding(3), &x, &mut rng).unwrap().bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let reference = verify(&both.setting, &binding(3), None, &bytes);
        prop_assert_eq!(both.suite.decode(&bytes).is_ok(), reference.is_ok());
        if let Ok(failing) = reference {
            prop_assert!(!failing.is_empty());
            let want = part(&both.setting, &failing).map(|part| (0, part));
            prop_assert_eq!(both.verdict(&bytes), Vec::from_iter(want));
        }
    }
}
