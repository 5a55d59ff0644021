//! An input from several attestations of one client under one blinding (`specs/protocol.md` 4.7.3).
//!
//! What is left of an attestation without its masks commits to a fingerprint of the packed input and its row blindings.
//! If two attestations to two checkpoints have the same blindings, their difference has none. It is a linear equation
//! between a public point and multiples of one generator by these secrets. With as many equations as secrets, each
//! multiple follows. A multiple by a small number tells the number. The first scalar has the same weight under all
//! challenges, so it is the one that stays unknown.

use std::collections::BTreeMap;

use veragg_protocol::circuits::ark_ff::{Field, Zero};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::attest::{Challenges, Fingerprint, Head};
use veragg_protocol::pairwise::submit::Submission;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

use super::{Learned, Watcher};

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// The watcher tries numbers below this.
const SMALL: u64 = 1 << 12;

/// An equation: the weights of the secrets, and the sum of their multiples of the generator.
struct Equation<P: ProofSystem> {
    weights: Vec<Scalar<P>>,
    sum: Point<P>,
}

/// The inputs that follow from attestations.
pub(super) fn inputs<P: ProofSystem>(watcher: &Watcher<P>) -> Vec<Learned> {
    let mut attested: BTreeMap<ClientId, BTreeMap<Digest, &Message>> = BTreeMap::new();
    for (client, message) in watcher.of_phase(Phase::Attest) {
        if !watcher.corrupt.contains(&client) {
            let of_client = attested.entry(client).or_default();
            of_client.insert(message.envelope.answers, message);
        }
    }
    let found = attested.iter().filter_map(|(client, messages)| {
        let equations = messages.values();
        let equations: Option<Vec<_>> = equations
            .map(|message| left_of(watcher, *client, message))
            .collect();
        input(&watcher.round, *client, &equations?)
    });
    found.collect()
}

/// For each challenge pair, what is left of an attestation without the masks.
fn left_of<P: ProofSystem>(
    watcher: &Watcher<P>,
    client: ClientId,
    attested: &Message,
) -> Option<Vec<Equation<P>>> {
    let round = &watcher.round;
    let mut submitted = watcher.of_phase(Phase::Submit);
    let (_, submitted) = submitted.find(|(sender, _)| *sender == client)?;
    let participants = &watcher.answered(submitted)?.list;
    let masked = Submission::<P>::masked_of(round, &submitted.body).ok()?;
    let lengths = round.attest_lengths(client, participants);
    let parts = attested.parts(&lengths).ok()?;
    let head = Head::decode(round, parts.first()?).ok()?;
    let challenges = Challenges::new(round, &attested.envelope.answers);
    let of_masked = fingerprint::<P>(&challenges, &masked)?;
    let weights: Option<Vec<_>> = (0..masked.len())
        .map(|at| {
            let mut unit = vec![Scalar::<P>::zero(); masked.len()];
            unit[at] = Scalar::<P>::from(1u64);
            fingerprint::<P>(&challenges, &unit)
        })
        .collect();
    let weights = weights?;
    let neighbours = lists::holders(round.graph(), participants, client);
    let links = head.links.iter().enumerate();
    let equations = links.map(|(pair, link)| {
        let mut sum = generator::<P>(round, of_masked[pair]) - link.own;
        for (other, part) in neighbours.iter().zip(&parts[1..]) {
            let mut points = part.chunks_exact(P::Group::POINT_LEN);
            let point = P::Group::decode_point(points.nth(pair)?, "edge").ok()?;
            sum = match client < *other {
                true => sum - point,
                false => sum + point,
            };
        }
        let weights = weights.iter().map(|of_scalar| of_scalar[pair]).collect();
        Some(Equation { weights, sum })
    });
    equations.collect()
}

/// The fingerprint of a vector for each challenge pair.
fn fingerprint<P: ProofSystem>(
    challenges: &Challenges<P>,
    vector: &[Scalar<P>],
) -> Option<Vec<Scalar<P>>> {
    let mut fingerprint = Fingerprint::new(challenges);
    fingerprint.read(&P::Group::encode_scalars(vector)).ok()?;
    Some(fingerprint.finish())
}

/// A multiple of the generator of values.
fn generator<P: ProofSystem>(round: &Round<P>, by: Scalar<P>) -> Point<P> {
    P::Group::msm(&[by], &[round.proofs().key().columns()[0]])
}

/// The input of a client, from what is left of its attestations.
fn input<P: ProofSystem>(
    round: &Round<P>,
    client: ClientId,
    left: &[Vec<Equation<P>>],
) -> Option<Learned> {
    let (first, others) = left.split_first()?;
    let pairs = others.iter().flat_map(|other| other.iter().zip(first));
    let differences = pairs.map(|(one, other)| Equation {
        weights: one
            .weights
            .iter()
            .zip(&other.weights)
            .map(|(one, other)| *one - other)
            .skip(1)
            .collect(),
        sum: one.sum - other.sum,
    });
    let (layout, unknown) = (round.layout(), round.masked_scalars() - 1);
    let multiples = solve::<P>(unknown, differences.collect())?;
    let mut sum = vec![None; layout.coordinates()];
    for (scalar, point) in (1..layout.scalars()).zip(&multiples) {
        let value = small::<P>(round, point)?;
        for (coordinate, value) in layout.unpack_scalar(scalar, &value, 1).ok()? {
            sum[coordinate] = Some(value);
        }
    }
    sum.iter().any(Option::is_some).then_some(Learned {
        clients: vec![client],
        sum,
    })
}

/// Gauss's elimination. Nothing, if there are too few equations.
fn solve<P: ProofSystem>(unknown: usize, mut equations: Vec<Equation<P>>) -> Option<Vec<Point<P>>> {
    for column in 0..unknown {
        let is_pivot = |equation: &Equation<P>| !equation.weights[column].is_zero();
        let pivot = column + equations.get(column..)?.iter().position(is_pivot)?;
        equations.swap(column, pivot);
        scale(&mut equations[column], |weights| weights[column].inverse())?;
        let (weights, sum) = (equations[column].weights.clone(), equations[column].sum);
        for (at, other) in equations.iter_mut().enumerate() {
            let factor = other.weights[column];
            if at != column && !factor.is_zero() {
                let pairs = other.weights.iter_mut().zip(&weights);
                pairs.for_each(|(weight, of_pivot)| *weight -= factor * of_pivot);
                other.sum = other.sum - P::Group::msm(&[factor], &[sum]);
            }
        }
    }
    Some(
        equations[..unknown]
            .iter()
            .map(|equation| equation.sum)
            .collect(),
    )
}

fn scale<P: ProofSystem>(
    equation: &mut Equation<P>,
    by: impl FnOnce(&[Scalar<P>]) -> Option<Scalar<P>>,
) -> Option<()> {
    let factor = by(&equation.weights)?;
    equation
        .weights
        .iter_mut()
        .for_each(|weight| *weight *= factor);
    equation.sum = P::Group::msm(&[factor], &[equation.sum]);
    Some(())
}

/// The small number by which a point is a multiple of the generator of values.
fn small<P: ProofSystem>(round: &Round<P>, point: &Point<P>) -> Option<Scalar<P>> {
    let step = generator::<P>(round, Scalar::<P>::from(1u64));
    let multiples = std::iter::successors(Some(P::Group::identity()), |last| Some(*last + step));
    let at = multiples
        .take(SMALL as usize)
        .position(|multiple| multiple == *point)?;
    Some(Scalar::<P>::from(at as u64))
}
