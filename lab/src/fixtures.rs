//! Small rounds, the same in all tests, and short names for clients.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use rand_core::OsRng;
use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_verifier::Culprit;

use crate::local::LocalRound;

/// The suite of all scenes.
pub type Suite = RistrettoBitplane;

/// The client with this number, which must not be 0.
pub fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

/// The client with this number, as a report names it.
pub fn client(number: u32) -> Culprit {
    Culprit::Client(id(number))
}

/// The clients of a roster with these numbers.
pub fn set(clients: u32, numbers: &[u32]) -> ClientSet {
    ClientSet::of(clients, |client| numbers.contains(&client.number()))
}

/// Segments of these lengths and bounds, and as many corrupt and absent clients as a complete
/// graph of this size allows for in round fractions.
pub fn configuration_builder(clients: u32, segments: &[(usize, u64)]) -> ConfigurationBuilder {
    let (corrupt_ppm, dropout_ppm) = match clients {
        ..=3 => (0, 0),
        4..=9 => (0, 250_000),
        10..=256 => (100_000, 200_000),
        _ => (50_000, 50_000),
    };
    let segments = segments.iter().enumerate().map(|(index, &(len, bound))| {
        SegmentConfiguration::integers(&format!("segment {index}"), len, bound)
    });
    // One number in each row: the attacks on single numbers must know where each number is. Tests of the suite
    // cover other shapes.
    ConfigurationBuilder::new(segments.collect(), corrupt_ppm, dropout_ppm, [7; 32]).columns(1)
}

/// A round of this [`configuration_builder`], with fresh keys for everybody.
pub fn local_round(clients: u32, segments: &[(usize, u64)]) -> LocalRound<Suite> {
    LocalRound::new(
        clients,
        configuration_builder(clients, segments),
        &mut OsRng,
    )
    .unwrap()
}

/// An input with both ends of each bound in it.
pub fn input(number: u32, segments: &[(usize, u64)]) -> Vec<u64> {
    let bounds = segments
        .iter()
        .flat_map(|&(len, bound)| std::iter::repeat_n(bound, len));
    bounds
        .zip(u64::from(number)..)
        .map(|(bound, turn)| match turn % 3 {
            0 => 0,
            1 => bound - 1,
            _ => (turn * 17 + u64::from(number)) % bound,
        })
        .collect()
}
