//! An attempt with a client that attests more than once, since its owner restored it from an old copy.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;

use super::{Played, COLLUDER, VICTIM};
use crate::default_suite::local_round;
use crate::fixtures::id;
use crate::watcher::coalition::Coalition;

/// The victim's owner restores it again and again before it attests. Each time the aggregator shows it another list, so
/// it attests under other challenges. If all these attestations had one blinding, it would cancel in their differences.
pub(super) fn attestations_of_a_restored_client() -> Played {
    let local = local_round(10, &[(1, 100), (1, 100)]);
    let mut coalition = Coalition::new(local, &[COLLUDER]).honest_until(Phase::Submit);
    let messages = coalition.ask_all();
    coalition.take(messages);
    let board = coalition.books.clone();
    let at = id(VICTIM).index();
    let saved = coalition.clients[at].store.clone();
    // As many differences as there are secrets in the masked vector but for the first.
    let attestations = coalition.round().masked_scalars();
    for left_out in (1..COLLUDER)
        .filter(|&number| number != VICTIM)
        .take(attestations)
    {
        coalition.books = board.clone();
        coalition.close(coalition.those(|number| number != left_out));
        coalition.ask([VICTIM]);
        let (round, key) = (Arc::clone(coalition.round()), coalition.shared_key(VICTIM));
        let client = &mut coalition.clients[at];
        client.client = Client::resume(round, key, &saved).unwrap().0;
        client.store = saved.clone();
    }
    Some(coalition)
}
