//! Federated averaging of a classifier of handwritten digits: 20 clients with 24 to 120 images each
//! train on their own, and the server learns the weighted average of their updates and nothing
//! else. Every client proves that its update is no longer than the clip, so nobody outweighs the
//! others; every round's board is audited before its average is used.
//!
//! ```text
//! cargo run --release --example federated
//! ```

mod average;
mod model;

use std::error::Error;
use std::fs;
use std::path::Path;

use average::Contribution;
use model::Example;

const CLIENTS: usize = 20;
const ROUNDS: usize = 10;
/// In the third round the ninth client is not there at the end.
const ABSENT: (usize, usize) = (3, 8);

/// The test images, and those of each client.
type Dealt = (Vec<Example>, Vec<Vec<Example>>);

/// A model after a round, learned in both ways.
struct Learned {
    secure: Vec<f64>,
    plain: Vec<f64>,
    contributors: usize,
}

/// Runs `rounds` rounds from a model of zeros, and shows each to `watch`.
fn learn(
    clients: &[Vec<Example>],
    rounds: usize,
    mut watch: impl FnMut(usize, &Learned),
) -> Result<(), Box<dyn Error>> {
    let most = clients.iter().map(Vec::len).max().ok_or("no clients")?;
    let mut learned = Learned {
        secure: vec![0.0; model::WEIGHTS],
        plain: vec![0.0; model::WEIGHTS],
        contributors: 0,
    };
    for round in 1..=rounds {
        let absent = (round == ABSENT.0).then_some(ABSENT.1);
        let train = |weights: &[f64]| -> Vec<Contribution> {
            let of_client = |examples: &Vec<Example>| Contribution {
                samples: examples.len(),
                update: model::train(weights, examples),
            };
            clients.iter().map(of_client).collect()
        };
        let (average, contributors) = average::secure(&train(&learned.secure), most, absent)?;
        let all = train(&learned.plain);
        let there = all
            .iter()
            .enumerate()
            .filter(|(client, _)| Some(*client) != absent);
        let plain = average::plain(there.map(|(_, contribution)| contribution))?;
        for (weights, average) in [(&mut learned.secure, average), (&mut learned.plain, plain)] {
            for (weight, update) in weights.iter_mut().zip(average) {
                *weight += update;
            }
        }
        learned.contributors = contributors.len();
        watch(round, &learned);
    }
    Ok(())
}

/// The test images, and every client's.
fn data() -> Result<Dealt, Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/digits.csv");
    let examples = model::examples(&fs::read_to_string(file)?)?;
    Ok(model::deal(examples, CLIENTS))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (test, clients) = data()?;
    println!("round  accuracy  without veragg  largest difference  clients in the average");
    learn(&clients, ROUNDS, |round, learned| {
        let pairs = learned.secure.iter().zip(&learned.plain);
        let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!(
            "{round:5}  {:8.4}  {:14.4}  {difference:18.1e}  {:22}",
            model::accuracy(&learned.secure, &test),
            model::accuracy(&learned.plain, &test),
            learned.contributors,
        );
    })?;

    // The one with the most images trains as the others do, and leaves its update as it is.
    let loudest = clients
        .iter()
        .max_by_key(|own| own.len())
        .ok_or("no clients")?;
    let (claim, part) = average::unclipped(&first_update(loudest), loudest.len())?;
    let claim = claim.ok_or("an update longer than the clip was taken")?;
    let part = part.ok_or("a proof of a longer update was taken")?;
    println!("\na client that does not clip cannot prove: {claim}");
    println!("its proof for a longer clip is refused by everybody: {part:?} does not hold");
    Ok(())
}

/// What a client learns from the model of zeros, not clipped.
fn first_update(own: &[Example]) -> Contribution {
    Contribution {
        samples: own.len(),
        update: model::train(&[0.0; model::WEIGHTS], own),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use veragg::circuits::statement::InputError;

    /// Rounding moves a client's share of a weight by less than `1 / SCALE`, so an average over all
    /// by less than `20 / SCALE` over the sum of the shares, which is above 10: `rounding`, times
    /// the root of the number of weights, as a distance of models.
    ///
    /// To that a round adds what it makes of the distance before. Training moves two models no
    /// further apart (see `model::STEP`), nor does an average. Clipping is a projection onto a ball,
    /// so the difference of two clipped updates is `M` times that of the updates, with `M` symmetric
    /// and its eigenvalues from 0 to 1. The difference of two clients' models is then, in each of
    /// `M`'s directions, between the one before training and the one after, and its square at most
    /// the sum of theirs: clipping multiplies a distance by at most the root of 2.
    #[test]
    fn it_learns_what_plain_averaging_learns() {
        let (test, clients) = data().unwrap();
        let rounding = (model::WEIGHTS as f64).sqrt() * CLIENTS as f64 / average::SCALE / 10.0;
        let (mut before, mut last) = (0.0, 0.0);
        learn(&clients, ROUNDS, |round, learned| {
            let pairs = learned.secure.iter().zip(&learned.plain);
            let distance = pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            assert!(
                distance < 2_f64.sqrt() * before + rounding,
                "round {round}: {distance} after {before}"
            );
            before = distance;
            // Only an image that is as good as undecided may be read otherwise.
            for image in &test {
                let secure = model::lead(&learned.secure, image);
                let plain = model::lead(&learned.plain, image);
                assert!(
                    (secure >= 0.0) == (plain >= 0.0) || plain.abs() <= 130_f64.sqrt() * distance,
                    "round {round}: {secure} and {plain}"
                );
            }
            last = model::accuracy(&learned.secure, &test);
            let absent = usize::from(round == ABSENT.0);
            assert_eq!(learned.contributors, CLIENTS - absent);
        })
        .unwrap();
        assert!(last > 0.85, "{last}");
    }

    /// With all its samples' weight, so that a clipped update is as long as is allowed.
    #[test]
    fn who_does_not_clip_cannot_prove() {
        let (_, clients) = data().unwrap();
        for own in &clients {
            let mut contribution = first_update(own);
            let refused = average::unclipped(&contribution, own.len()).unwrap();
            let (claim, part) = &refused;
            assert!(
                matches!(claim, Some(InputError::Norm { segment: 1, .. })) && part.is_some(),
                "{refused:?}"
            );
            contribution.update = average::clip(&contribution.update).unwrap();
            let taken = average::unclipped(&contribution, own.len()).unwrap();
            assert_eq!(taken, (None, None));
        }
    }

    #[test]
    fn what_cannot_be_summed_is_an_error() {
        let mut contribution = Contribution {
            samples: 24,
            update: vec![0.0; model::WEIGHTS],
        };
        assert!(average::unclipped(&contribution, 24).is_ok());
        assert!(average::unclipped(&contribution, 23).is_err());
        for wrong in [-1.1, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            contribution.update[5] = wrong;
            let refused = average::unclipped(&contribution, 24).unwrap_err();
            let want = format!("weight 5 of the update is {wrong}, which cannot be summed");
            assert_eq!(refused.to_string(), want);
        }
    }

    /// The largest numbers are clipped as any others, and what is no number spoils no average.
    #[test]
    fn no_number_becomes_another_one() {
        let contribution = |number: f64| Contribution {
            samples: 10,
            update: [number]
                .into_iter()
                .chain(vec![0.0; model::WEIGHTS - 1])
                .collect(),
        };
        for large in [f64::MAX, -f64::MAX, 1e200, 3.0] {
            let clipped = average::clip(&contribution(large).update).unwrap();
            assert_eq!(clipped[0], average::CLIP.copysign(large));
        }
        for kept in [0.0, 0.5, -1.0, f64::MIN_POSITIVE] {
            assert_eq!(average::clip(&contribution(kept).update).unwrap()[0], kept);
        }
        for wrong in [f64::NAN, f64::INFINITY] {
            let all: Vec<_> = [0.1, wrong, 0.2].map(contribution).into();
            assert!(average::plain(all.iter()).is_err());
            let refused = average::secure(&all, 10, None).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("client 2: weight 0 of the update is {wrong}")
            );
        }
        let mut none: Vec<_> = [0.1, 0.2, 0.3].map(contribution).into();
        for contribution in &mut none {
            contribution.samples = 0;
        }
        let want = "nobody has a sample, so there is no average";
        assert_eq!(average::plain(none.iter()).unwrap_err(), want);
        assert_eq!(
            average::secure(&none, 10, None).unwrap_err().to_string(),
            want
        );
    }
}
