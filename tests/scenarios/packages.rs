//! A package that was damaged on the way blames nobody, since it is not signed as a whole.
use std::sync::Arc;

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::protocol::client::{Blame, ClientError};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::roles::Client;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg_lab::local::LocalRound;
use zeroize::Zeroizing;

const CLIENTS: u32 = 4;

/// The saved state of a client that has shared, and its package of that phase.
fn shared() -> (LocalRound<RistrettoBitplane>, Vec<u8>, Vec<u8>) {
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", 1, 256)],
        0,
        0,
        [7; 32],
    );
    let local = veragg_lab::ready(CLIENTS, builder).unwrap();
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    let mut clients: Vec<_> = local
        .client_keys
        .iter()
        .map(|key| Client::join(Arc::clone(&local.round), Arc::clone(key)).unwrap())
        .map(|client| (client, Zeroizing::new(Vec::new())))
        .collect();
    for _ in [Phase::Advertise, Phase::Share] {
        for (client, store) in &mut clients {
            let package = aggregator.package(client.id());
            let message = client.advance(&package, None, &mut OsRng, store);
            aggregator.receive(message.unwrap().unwrap(), 0).unwrap();
        }
        aggregator.close().unwrap();
    }
    let saved = clients[0].1.to_vec();
    (local, saved, aggregator.package(ClientId::from_index(0)))
}

fn answer(
    local: &LocalRound<RistrettoBitplane>,
    saved: &[u8],
    package: &[u8],
) -> Result<Option<Vec<u8>>, ClientError> {
    let (round, key) = (Arc::clone(&local.round), Arc::clone(&local.client_keys[0]));
    let (mut client, _) = Client::resume(round, key, saved).unwrap();
    let mut store = Zeroizing::new(Vec::new());
    client.advance(package, None, &mut OsRng, &mut store)
}

#[test]
fn no_damaged_byte_blames_anybody() {
    let (local, saved, package) = shared();
    assert!(answer(&local, &saved, &package).is_ok());
    for at in 0..package.len() {
        let mut damaged = package.clone();
        damaged[at] ^= 1;
        let error = answer(&local, &saved, &damaged).unwrap_err();
        assert_eq!(error.blame(), Blame::Nobody, "byte {at}: {error}");
    }
}

#[test]
fn a_damaged_consistency_proof_is_no_evidence_of_a_fork() {
    let (local, saved, package) = shared();
    let mut package = Package::decode(&package, CLIENTS).unwrap();
    package.consistency[0] ^= 1;
    let error = answer(&local, &saved, &package.encode()).unwrap_err();
    let phase = Phase::Share;
    assert!(
        matches!(error, ClientError::Inconsistent { phase: of } if of == phase),
        "{error}"
    );
}
