//! What the transcript absorbs (`specs/proofs.md` 7.15): with an item left out on both sides a replay
//! or a forgery is accepted, with it in it is not; or the item is covered by something else. Left
//! out only in the reference's transcript, which exists in tests alone; that the suite's is the same
//! is what `agreement` shows.

mod solved;

use std::collections::BTreeMap;

use ark_ff::{One, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::{statements, Both};
use super::false_claims::lacking;
use super::reference::messages::Short;
use super::reference::prover::{Beliefs, Prover};
use super::reference::setting::Setting;
use super::reference::verifier::{failing, replay, verify, Equation};
use super::*;

/// A label of the transcript.
type Item = &'static str;

/// What becomes of a proof without an item.
enum Without {
    /// Each of these is let through.
    Attacks(&'static [fn(Item)]),
    /// Nothing, for a reason that this shows.
    Covered(fn(Item)),
}

use Without::{Attacks, Covered};

const ITEMS: &[(Item, Without)] = &[
    ("context", Attacks(&[a_proof_of_another_round])),
    ("client", Attacks(&[a_proof_of_another_client])),
    ("statement", Attacks(&[a_proof_of_another_statement])),
    ("clients", Attacks(&[a_proof_for_another_roster])),
    ("columns", Covered(other_columns_give_other_counts)),
    (
        "commitments",
        Attacks(&[
            solved::bit_rows_that_are_chosen_after_the_point,
            solved::a_mask_that_is_chosen_after_lambda,
            solved::quantities_that_are_chosen_after_alpha,
        ]),
    ),
    (
        "round",
        Attacks(&[solved::a_round_polynomial_that_is_chosen_after_its_challenge]),
    ),
    (
        "evaluations",
        Attacks(&[solved::evaluations_that_are_chosen_after_sigma]),
    ),
    (
        "announcements",
        Attacks(&[solved::announcements_that_are_solved_for]),
    ),
    ("form", Attacks(&[solved::a_form_that_is_solved_for])),
    ("responses", Covered(responses_are_determined)),
    ("bounded", Covered(chunks_speak_of_other_commitments)),
    ("fold", Attacks(&[solved::folds_that_are_solved_for])),
];

#[test]
fn each_item_is_needed_or_covered() {
    for (item, without) in ITEMS {
        match without {
            Attacks(attacks) => attacks.iter().for_each(|attack| attack(item)),
            Covered(show) => show(item),
        }
    }
}

#[test]
fn these_are_the_items_of_the_specification() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/specs/proofs.md"));
    let (_, table) = text.split_once("\n### 7.15 ").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    // Each item with whether its row says that nothing is let through without it.
    let specified: BTreeMap<_, _> = rows
        .flat_map(|row| {
            let (_, row) = row.split_once("| ").unwrap();
            let (items, without) = row.split_once(" | ").unwrap();
            let covered = without.starts_with("nothing");
            let items = items.split(" (").next().unwrap().split(", ");
            items.map(move |item| (item.trim_matches('`'), covered))
        })
        .collect();
    let here = ITEMS
        .iter()
        .map(|(item, without)| (*item, matches!(without, Covered(_))));
    assert_eq!(here.collect::<BTreeMap<_, _>>(), specified);
}

#[test]
fn these_are_the_items_that_are_absorbed() {
    let setting = folded();
    let mut prover = prover_of(&setting, &[0, 1, 0, 1, 1], None);
    prover.commit();
    prover.send_commitments();
    prover.sum_check();
    prover.evaluate();
    prover.send_evaluations();
    prover.announce();
    prover.send_announcements();
    prover.respond();
    prover.send_responses();
    let points = prover.fold();
    prover.send_fold(points);
    let mut absorbed = prover.transcript.labels;
    // In the order of 7.5, except for what only the copy for a range proof absorbs.
    absorbed.dedup();
    let items = ITEMS.iter().map(|(item, _)| *item);
    let items: Vec<_> = items.filter(|item| *item != "bounded").collect();
    assert_eq!(absorbed, items);
}

const X: [u64; 5] = [0, 10, 3, 7, 5];

fn setting(bound: u64, clients: u32, sum: Option<SumRule>) -> Setting {
    let segment = Segment {
        sum,
        ..Segment::range(5, bound)
    };
    Setting::new(&Statement::new(vec![segment]).unwrap(), clients, 4)
}

/// As few bits as can be under an opening that is folded.
fn folded() -> Setting {
    let statement = Statement::new(vec![Segment::range(5, 2)]).unwrap();
    Setting::new(&statement, 20, 1024)
}

fn prover_of<'a>(setting: &'a Setting, x: &[u64], omit: Option<Item>) -> Prover<'a> {
    let rng = &mut ChaCha20Rng::seed_from_u64(5);
    Prover::new(setting, &binding(3), Beliefs::of(setting, x), rng, omit)
}

fn prover(setting: &Setting, omit: Option<Item>) -> Prover<'_> {
    prover_of(setting, &X, omit)
}

/// A prover that believes the lowest bit of the second coordinate to be 2, up to the sum-check.
fn malicious_prover(setting: &Setting, omit: Option<Item>) -> Prover<'_> {
    let mut prover = prover(setting, omit);
    prover.beliefs.table[setting.corner(0, 0, 1)] = Fr::from(2u64);
    prover.commit();
    prover
}

/// A forgery is good where `item` is left out, and nowhere else.
#[track_caller]
fn only_without(
    item: Item,
    setting: &Setting,
    binding: &Binding,
    forge: impl Fn(Option<Item>) -> Vec<u8>,
) {
    let verdict = |omit| verify(setting, binding, omit, &forge(omit)).unwrap();
    assert_eq!(verdict(Some(item)), [], "{item}");
    assert_ne!(verdict(None), [], "{item}");
}

/// An honest proof of client 3 for a bound of 11 and 20 clients is good for somebody else.
#[track_caller]
fn replayed(item: Item, setting_of_verifier: &Setting, binding: Binding) {
    let own = setting(11, 20, None);
    only_without(item, setting_of_verifier, &binding, |omit| {
        prover(&own, omit).prove()
    });
}

fn a_proof_of_another_client(item: Item) {
    replayed(item, &setting(11, 20, None), binding(4));
}

fn a_proof_of_another_round(item: Item) {
    let other = Binding {
        context: [8; 32],
        ..binding(3)
    };
    replayed(item, &setting(11, 20, None), other);
}

/// Another bound of as many bits: the same bits count otherwise. The rest of a statement is in the
/// equations themselves.
fn a_proof_of_another_statement(item: Item) {
    replayed(item, &setting(12, 20, None), binding(3));
    let claiming = |len, bound, offset, max_square, most| {
        let segment = Segment {
            len,
            bound,
            norm: Some(Norm { offset, max_square }),
            sum: Some(SumRule::AtMost(most)),
        };
        Setting::new(&Statement::new(vec![segment]).unwrap(), 20, 4)
    };
    let own = claiming(5, 11, 5, 60, 25);
    let bytes = prover(&own, Some(item)).prove();
    assert_eq!(verify(&own, &binding(3), Some(item), &bytes), Ok(vec![]));
    for other in [
        claiming(6, 11, 5, 60, 25),
        claiming(5, 12, 5, 60, 25),
        claiming(5, 11, 4, 60, 25),
        claiming(5, 11, 5, 61, 25),
        claiming(5, 11, 5, 60, 26),
    ] {
        assert_ne!(verify(&other, &binding(3), Some(item), &bytes), Ok(vec![]));
    }
}

fn a_proof_for_another_roster(item: Item) {
    replayed(item, &setting(11, 21, None), binding(3));
}

/// More columns give fewer bit rows or more rounds, so that a proof is parsed as another one, even
/// where its length is the same.
fn other_columns_give_other_counts(item: Item) {
    for (segments, _) in statements() {
        let statement = Statement::new(segments).unwrap();
        let count = |kappa: u32| {
            let shape = shape::Shape::new(&statement, 1 << kappa);
            (shape.bit_rows(), shape.variables())
        };
        for kappa in 0..16 {
            for more in kappa + 1..=16 {
                assert_ne!(count(kappa), count(more));
            }
        }
    }
    let statement = Statement::new(vec![Segment::range(16, 4)]).unwrap();
    let [four, eight] = [4, 8].map(|columns| Setting::new(&statement, 20, columns));
    for (own, other) in [(&four, &eight), (&eight, &four)] {
        let bytes = prover_of(own, &[3; 16], Some(item)).prove();
        assert_eq!(verify(own, &binding(3), Some(item), &bytes), Ok(vec![]));
        assert_eq!(bytes.len(), prover_of(other, &[3; 16], None).prove().len());
        assert_ne!(verify(other, &binding(3), Some(item), &bytes), Ok(vec![]));
    }
}

/// Whatever of them is changed after `h`, an equation fails.
fn responses_are_determined(item: Item) {
    let (segments, x) = statements().pop().unwrap();
    let setting = Setting::new(&Statement::new(segments).unwrap(), 20, 4);
    let bytes = prover_of(&setting, &x, Some(item)).prove();
    let (sent, challenges) = replay(&setting, &binding(3), Some(item), &bytes).unwrap();
    assert_eq!(failing(&setting, &sent, &challenges), []);
    for changed in 0..sent.responses.list().len() {
        let mut list = sent.responses.list();
        list[changed] += Fr::one();
        let mut list = list.into_iter();
        let mut bad = sent.clone();
        bad.responses = Short::read(&setting, || list.next().ok_or(())).unwrap();
        // The same challenges: they do not depend on it.
        let (_, same) = replay(&setting, &binding(3), Some(item), &bad.encode()).unwrap();
        assert_eq!([same.e, same.h], [challenges.e, challenges.h]);
        assert_ne!(failing(&setting, &bad, &same), [], "{changed}");
    }
}

/// Two range proofs of one size, even about equal numbers, are not good for each other's commitments.
fn chunks_speak_of_other_commitments(item: Item) {
    let segment = Segment {
        norm: Some(Norm {
            offset: 0,
            max_square: 500,
        }),
        sum: Some(SumRule::AtMost(500)),
        ..Segment::range(5, 11)
    };
    let setting = Setting::new(&Statement::new(vec![segment]).unwrap(), 20, 4);
    let x = [1, 0, 0, 1, 1];
    assert_eq!(setting.true_quantities(&x), [Fr::from(3u64); 2]);
    let bytes = prover_of(&setting, &x, Some(item)).prove();
    let (mut sent, _) = replay(&setting, &binding(3), Some(item), &bytes).unwrap();
    sent.ranges.swap(0, 1);
    let all = [(0, 1), (0, 2), (1, 1), (1, 2)];
    let swapped = verify(&setting, &binding(3), Some(item), &sent.encode());
    assert_eq!(
        swapped,
        Ok(all.map(|(chunk, e)| Equation::Range(chunk, e)).to_vec())
    );
}

#[test]
fn a_false_claim_is_noticed_without_any_of_that() {
    let both = Both::new(vec![Segment::range(5, 11)], 4);
    let mut prover = malicious_prover(&both.setting, None);
    prover.send_commitments();
    assert!(!lacking(&prover).is_zero());
    prover.sum_check();
    assert_ne!(both.verdict(&prover.finish()), []);
}
