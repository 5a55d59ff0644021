//! An attempt of somebody who has the published board only, and takes discrete logarithms.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::ark_ff::One;
use veragg_protocol::circuits::group::ristretto::{Fr, KeyPoint, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dh::KeyPair;

use super::setting::{parties, ALL};
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::guesses::Reader;
use crate::committee::watcher::success::Success;
use crate::committee::{Desk, Liar};

/// The blindings of a client's rows.
fn blindings(desk: &Desk<'_>, number: u32) -> Vec<Fr> {
    let mut alone = desk.clone();
    for index in 0..desk.round.shape().trustees() as usize {
        let liar = Liar::at(desk, index);
        let opening = liar.open(&liar.sums(&[number]));
        alone.take(&opening);
    }
    alone.sum(&[number])[desk.round.layout().scalars()..].to_vec()
}

/// It tries all inputs. The commitment to the rows is a multiple of `H` times the blinding, behind the input. For the true input the
/// logarithm is the blinding. For another input nobody can compute it here. There any scalar serves: as with the true logarithm, the
/// masked rows that follow are not those of the client.
pub(super) fn hashes_on_the_board() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit(ALL);
    let desk = &coalition.desk;
    let round = &desk.round;
    let base = round.proofs().key().blinding();
    let logarithms = ALL.iter().flat_map(|number| blindings(desk, *number));
    let logarithms: Vec<(KeyPoint, Fr)> = logarithms
        .map(|blinding| (Ristretto::msm(&[blinding], &[base]), blinding))
        .collect();
    let logarithm = |point: &KeyPoint| {
        let known = logarithms.iter().find(|(of, _)| of == point);
        known.map_or_else(Fr::one, |(_, logarithm)| *logarithm)
    };
    let sealing = parties.trustees.iter().map(|(_, pair)| pair.clone());
    let sealing: Vec<KeyPair> = sealing.collect();
    let reader = Reader {
        round,
        sealing: &sealing,
        logarithm: &logarithm,
    };
    let records = desk.records.iter();
    let read: Vec<_> = records.filter_map(|it| reader.input(it)).collect();
    for (client, input) in &read {
        let sum = coalition.sum([client.number()]);
        assert!(input
            .iter()
            .zip(&sum)
            .all(|(x, sum)| u128::from(*x) == *sum));
    }
    (!read.is_empty()).then_some(Success::Confirms(read))
}
