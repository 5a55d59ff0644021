//! Short names of everything in one suite, for tests that attack the default one.

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::organiser::ConfigurationBuilder;

use crate::local::{LocalRound, LocalRoundError};
use crate::{books, corrupt_aggregator, false_attester, finished, fixtures, recording, scene};

/// The suite of all scenes: the default one, unless the cfg `veragg_groth16` is set (`RUSTFLAGS`).
#[cfg(not(veragg_groth16))]
pub type Suite = veragg_protocol::circuits::bitplane::RistrettoBitplane;
/// The suite of all scenes, in a build with the cfg `veragg_groth16`.
#[cfg(veragg_groth16)]
pub type Suite = veragg_protocol::circuits::groth16::Bls12381Groth16;
/// The group of its commitments.
pub type SuiteGroup = <Suite as ProofSystem>::Group;

/// The scalars of that group.
pub type SuiteScalar = <SuiteGroup as Group>::Scalar;

/// A scene of that suite.
pub type Scene = scene::Scene<Suite>;
/// A round of that suite that was played.
pub type Finished = finished::Finished<Suite>;
/// A client of that suite whose saved state can be read.
pub type RecordingClient = recording::RecordingClient<Suite>;
/// A corrupt aggregator of that suite.
pub type CorruptAggregator = corrupt_aggregator::CorruptAggregator<Suite>;
/// Its books.
pub type Books = books::Books<Suite>;
/// A client of that suite that attests to false masks.
pub type FalseAttester = false_attester::FalseAttester<Suite>;

/// [`fixtures::configuration_builder`] of that suite.
pub fn configuration_builder(clients: u32, segments: &[(usize, u64)]) -> ConfigurationBuilder {
    fixtures::configuration_builder::<Suite>(clients, segments)
}

/// [`fixtures::ready_in`] that suite.
pub fn ready(
    clients: u32,
    builder: ConfigurationBuilder,
) -> Result<LocalRound<Suite>, LocalRoundError> {
    fixtures::ready_in(clients, builder)
}

/// [`fixtures::local_round`] of that suite.
pub fn local_round(clients: u32, segments: &[(usize, u64)]) -> LocalRound<Suite> {
    fixtures::local_round(clients, segments)
}
