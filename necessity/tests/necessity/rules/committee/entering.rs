//! What a client refuses before it sends.

use rand_core::OsRng;
use veragg_lab::committee::play::{input, parties};
use veragg_lab::committee::store;

/// The aggregator hands the invitation of client 2 to client 1. What client 1 says counts for nobody.
pub(super) fn a_client_speaks_under_the_number_of_another() -> bool {
    let parties = parties();
    let accepted = parties.accept(1, 2, &parties.expectations());
    accepted.is_ok_and(|client| {
        let sent = client.submit(&input(1), &mut OsRng, &mut store());
        sent.is_ok()
    })
}
