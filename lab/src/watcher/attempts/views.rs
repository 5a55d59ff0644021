//! Rounds in which the aggregator splits the board again and again, with lists that it draws at random.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use super::{ten, COLLUDER, VICTIM};
use crate::books::Books;
use crate::default_suite::Suite;
use crate::fixtures::id;
use crate::watcher::coalition::Coalition;
use crate::watcher::Learned;

/// A board, and who is shown it.
struct View {
    books: Books<Suite>,
    honest: Vec<u32>,
    /// The saved state of the colluder. It speaks on every board.
    colluder: Zeroizing<Vec<u8>>,
}

/// What the watcher must not know after a round of this seed.
pub fn random_views(seed: u64) -> Vec<Learned> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    // Whoever splits the board early has groups that are too small later.
    let first = match rng.next_u32() % 4 {
        0 => Phase::Submit,
        1 => Phase::Acknowledge,
        _ => Phase::Dispute,
    };
    let mut coalition = ten().honest_until(first);
    let mut views = vec![View {
        books: coalition.books.clone(),
        honest: (1..COLLUDER).collect(),
        colluder: coalition.clients[id(COLLUDER).index()].store.clone(),
    }];
    while views[0].books.phase != Phase::Publish {
        let split = |view| split(&mut coalition, &mut rng, view);
        views = views.into_iter().flat_map(split).collect();
    }
    // Who is told that somebody has left may reveal a second share.
    for View { books, honest, .. } in views {
        coalition.books = books;
        coalition.ask(honest);
    }
    coalition.learned_too_much()
}

/// One phase of a board: its clients speak, and then it is one board or two.
fn split(coalition: &mut Coalition<Suite>, rng: &mut ChaCha20Rng, view: View) -> Vec<View> {
    let (round, key) = (
        Arc::clone(coalition.round()),
        coalition.shared_key(COLLUDER),
    );
    let colluder = &mut coalition.clients[id(COLLUDER).index()];
    colluder.client = Client::resume(round, key, &view.colluder).unwrap().0;
    colluder.store = view.colluder;
    coalition.books = view.books;
    let messages = coalition.ask(view.honest.iter().copied().chain([COLLUDER]));
    coalition.take(messages);
    let colluder = coalition.clients[id(COLLUDER).index()].store.clone();
    let board = coalition.books.clone();
    let mut list = board.list();
    if board.phase == Phase::Acknowledge && rng.next_u32().is_multiple_of(2) {
        // It may claim acknowledgements that are not there.
        list = board.lists[&Phase::Dispute].clone();
    }
    let boards = match board.phase {
        Phase::Dispute => 1 + rng.next_u32() % 5,
        _ => 1 + rng.next_u32() % 2,
    };
    let mut groups = vec![Vec::new(); boards as usize];
    for number in view.honest {
        let at = rng.next_u32() % boards;
        groups[at as usize].push(number);
    }
    // The shorter the lists, the fewer clients are in the sum, and the fewer go on.
    let leaves_out = [1, 2, 4, 12][rng.next_u32() as usize % 4];
    let mut views = Vec::new();
    for honest in groups {
        let mut shorter = list.clone();
        for number in (1..COLLUDER).filter(|number| !honest.contains(number)) {
            if number != VICTIM && rng.next_u32().is_multiple_of(leaves_out) {
                shorter.remove(id(number));
            }
        }
        coalition.books = board.clone();
        coalition.close(shorter);
        views.push(View {
            books: coalition.books.clone(),
            honest,
            colluder: colluder.clone(),
        });
    }
    views
}
