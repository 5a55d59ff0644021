//! The average of the clients' updates, weighted by their samples: in the clear, and as a round of
//! veragg in which nobody shows an update and everybody proves the length of its own.

use std::error::Error;
use std::io::Cursor;

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::proof_system::{Binding, ProofPart, ProofSystem};
use veragg::circuits::statement::{InputError, Norm, Segment, Statement};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::local::{play, LocalRound};

use crate::model::WEIGHTS;

/// The longest update, as a vector, that anybody may contribute: what most clients exceed in the
/// first rounds, and nobody in the last.
pub(crate) const CLIP: f64 = 1.0;
/// Fixed point: an update is a multiple of `1 / SCALE`.
pub(crate) const SCALE: f64 = 1e6;
const DECIMALS: u8 = 6;
/// What makes every coordinate non-negative: none exceeds the length of its vector.
const OFFSET: u64 = (CLIP * SCALE) as u64;
// `CLIP * SCALE` is a whole number.
const _: () = assert!(OFFSET as f64 == CLIP * SCALE);
/// Up to here an `f64` tells every whole number from the next.
const EXACT: f64 = (1_u64 << 53) as f64;

/// One client's part of a round.
#[derive(Debug, Clone)]
pub(crate) struct Contribution {
    pub(crate) samples: usize,
    pub(crate) update: Vec<f64>,
}

/// Shortens an update to [`CLIP`]. An update with a number that is not finite has no length.
pub(crate) fn clip(update: &[f64]) -> Result<Vec<f64>, String> {
    if let Some(at) = update.iter().position(|u| !u.is_finite()) {
        return Err(format!("weight {at} of the update is {}", update[at]));
    }
    // Squares of the largest numbers would be infinite, so the lengths are measured in the largest of them.
    let largest = update
        .iter()
        .fold(0.0, |largest: f64, u| largest.max(u.abs()));
    if largest == 0.0 {
        return Ok(update.to_vec());
    }
    let length = update
        .iter()
        .map(|u| (u / largest).powi(2))
        .sum::<f64>()
        .sqrt();
    let clipped = update.iter().map(|u| match CLIP / largest < length {
        true => u / largest * (CLIP / length),
        false => *u,
    });
    Ok(clipped.collect())
}

/// The weighted average in the clear, over the clients that are there.
pub(crate) fn plain<'a>(
    contributions: impl Iterator<Item = &'a Contribution> + Clone,
) -> Result<Vec<f64>, String> {
    let samples: usize = contributions.clone().map(|c| c.samples).sum();
    if samples == 0 {
        return Err("nobody has a sample, so there is no average".to_owned());
    }
    let mut average = vec![0.0; WEIGHTS];
    for contribution in contributions {
        let share = contribution.samples as f64 / samples as f64;
        for (sum, u) in average.iter_mut().zip(clip(&contribution.update)?) {
            *sum += share * u;
        }
    }
    Ok(average)
}

/// What everybody proves: at most so many samples; an update around [`OFFSET`] of bounded length.
fn segments(most_samples: usize) -> Vec<SegmentConfiguration> {
    let norm = Norm {
        offset: OFFSET,
        max_square: OFFSET * OFFSET,
    };
    vec![
        SegmentConfiguration::integers("samples", 1, most_samples as u64 + 1),
        SegmentConfiguration {
            name: "update".to_owned(),
            claims: Segment {
                norm: Some(norm),
                ..Segment::range(WEIGHTS, 2 * OFFSET + 1)
            },
            decimals: DECIMALS,
            offset: -(OFFSET as i64),
        },
    ]
}

/// A client's vector: its samples, then its update times its share of the most samples, so that
/// the length of what is added is bounded too. Rounded towards zero: never longer. An update with a
/// number that is not finite, or that [`OFFSET`] does not make non-negative, has no vector.
fn vector(contribution: &Contribution, most_samples: usize) -> Result<Vec<u64>, String> {
    if contribution.samples > most_samples {
        return Err(format!(
            "{} samples, but at most {most_samples} are allowed",
            contribution.samples
        ));
    }
    let share = contribution.samples as f64 / most_samples.max(1) as f64;
    let fixed = |(at, u): (usize, &f64)| {
        let scaled = (u * share * SCALE).trunc();
        // A whole number of at most 2^53 is converted exactly; what is not finite is in no range.
        let exact = -EXACT..=EXACT;
        let shifted = exact
            .contains(&scaled)
            .then(|| scaled as i64 + OFFSET as i64);
        let shifted = shifted.and_then(|shifted| u64::try_from(shifted).ok());
        shifted.ok_or_else(|| format!("weight {at} of the update is {u}, which cannot be summed"))
    };
    let update = contribution.update.iter().enumerate().map(fixed);
    std::iter::once(Ok(contribution.samples as u64))
        .chain(update)
        .collect()
}

/// The weighted average by a whole round: masked, proven, summed and audited. `absent`, if anybody,
/// leaves before it submits. Gives the average and who is in it.
pub(crate) fn secure(
    contributions: &[Contribution],
    most_samples: usize,
    absent: Option<usize>,
) -> Result<(Vec<f64>, Vec<u32>), Box<dyn Error>> {
    let count = contributions.len() as u32;
    // Nobody corrupt, one client in ten may vanish.
    let builder = ConfigurationBuilder::new(segments(most_samples), 0, 100_000, [7; 32]);
    let local = LocalRound::<RistrettoBitplane>::new(count, builder, &mut OsRng)?;
    let mut clients = Vec::new();
    for (id, contribution) in ClientId::all(count).zip(contributions) {
        let input = || {
            let clipped = Contribution {
                update: clip(&contribution.update)?,
                ..*contribution
            };
            vector(&clipped, most_samples)
        };
        let input = input().map_err(|error| format!("client {id}: {error}"))?;
        let client = local.client(id, input)?;
        clients.push(match absent {
            Some(absent) if absent == id.index() => client.dropping_out_after(Phase::Confirm),
            _ => client,
        });
    }
    let played = play(local.aggregator(Vec::new())?, &mut clients, |_| ())?;
    let published = played.aggregator.published();
    let published = published.ok_or("the round did not come to its end")?;
    let contributors = published.contributors().len() as u32;
    let sums = published.sums?;
    // What the average is made of is what the board shows to anybody.
    let options = Options {
        organiser: Some(local.organiser),
        aggregate: Some(sums.clone()),
        ..Options::default()
    };
    let report = audit(
        Cursor::new(local.board(&played.aggregator.records()?)),
        &options,
    )?;
    if report.verdict != Verdict::Verified {
        return Err(report.to_string().into());
    }
    let [samples, updates @ ..] = &sums[..] else {
        return Err("a vector without numbers".into());
    };
    if *samples == 0 {
        return Err("nobody has a sample, so there is no average".into());
    }
    let shares = *samples as f64 / most_samples as f64;
    let shift = f64::from(contributors) * OFFSET as f64;
    let average = updates
        .iter()
        .map(|sum| (*sum as f64 - shift) / SCALE / shares);
    Ok((average.collect(), report.contributors))
}

/// The statement of [`segments`], but for the square of the longest update.
fn statement(most_samples: usize, max_square: u64) -> Result<Statement, Box<dyn Error>> {
    let claims = segments(most_samples).into_iter().map(|segment| {
        let norm = segment.claims.norm;
        Segment {
            norm: norm.map(|norm| Norm { max_square, ..norm }),
            ..segment.claims
        }
    });
    Ok(Statement::new(claims.collect())?)
}

/// What stops somebody who does not clip, if anything does: the claim that its vector fails, so that
/// an honest program makes no proof; and what a verifier finds wrong with what a cheat can make
/// instead, a proof that holds for updates of any length. (Cheats with a prover of their own are in
/// the tests of the suite.)
pub(crate) fn unclipped(
    contribution: &Contribution,
    most_samples: usize,
) -> Result<(Option<InputError>, Option<ProofPart>), Box<dyn Error>> {
    let vector = vector(contribution, most_samples)?;
    let asked = statement(most_samples, OFFSET * OFFSET)?;
    let claim = asked.check(&vector).err();
    // A client of a round knows these from its configuration.
    let (clients, binding) = (
        20,
        Binding {
            context: [7; 32],
            client: 1,
        },
    );
    let columns = RistrettoBitplane::best_columns(&(), &asked, clients);
    let weaker = match claim {
        Some(_) => statement(most_samples, u64::MAX)?,
        None => asked.clone(),
    };
    let client = RistrettoBitplane::new(&(), &weaker, clients, columns)?;
    let bytes = &client.prove(&binding, &vector, &mut OsRng)?.bytes;
    let verifier = RistrettoBitplane::new(&(), &asked, clients, columns)?;
    let bad = verifier.verify_batch(&[(binding, &verifier.decode(bytes)?)]);
    Ok((claim, bad.first().map(|(_, part)| *part)))
}
