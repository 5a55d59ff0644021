//! Rounds in which the aggregator shows each trustee a board of its own choice, with lists that it draws at random.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::round::phase::Phase;

use super::setting::{parties_of, ALL, COLLUDER};
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::success::Success;
use crate::committee::Desk;

/// Committees: how many trustees, how many may collude, and how many rows a sharing packs.
const COMMITTEES: [(u32, u32, u32); 6] = [
    (3, 1, 1),
    (4, 1, 1),
    (4, 1, 2),
    (5, 2, 1),
    (5, 2, 2),
    (7, 2, 3),
];
/// How many boards one board becomes at most in one phase.
const BOARDS: usize = 3;

/// A board, and the honest trustees that are shown it.
struct View<'a> {
    desk: Desk<'a>,
    trustees: Vec<u32>,
}

/// What the coalition achieves in a round of this seed.
pub fn random_views(seed: u64) -> Option<Success> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (m, t, p) = COMMITTEES[rng.next_u32() as usize % COMMITTEES.len()];
    let parties = parties_of(m, t, p);
    let corrupt: Vec<u32> = (m - rng.next_u32() % (t + 1) + 1..=m).collect();
    let mut coalition = Coalition::new(&parties, &corrupt, &[COLLUDER]);
    coalition.submit(ALL);
    let honest = (1..=m).filter(|trustee| !corrupt.contains(trustee));
    let mut views = vec![View {
        desk: coalition.desk.clone(),
        trustees: honest.collect(),
    }];
    for phase in [Phase::Submit, Phase::Check] {
        let mut next = Vec::new();
        let groups: Vec<_> = views
            .into_iter()
            .flat_map(|view| split(&mut rng, view))
            .collect();
        for View { desk, trustees } in groups {
            let list = fewer(&mut rng, listed(&desk));
            coalition.desk = desk;
            coalition.close(phase, &list);
            coalition.ask(&trustees);
            let desk = coalition.desk.clone();
            next.push(View { desk, trustees });
        }
        views = next;
    }
    for View { desk, trustees } in views {
        let list = listed(&desk);
        coalition.desk = desk;
        coalition.confirm_corruptly();
        coalition.close(Phase::ConfirmList, &list);
        coalition.ask(&trustees);
    }
    match coalition.learned_too_much() {
        learned if learned.is_empty() => coalition.chooses(),
        learned => Some(Success::Learned(learned)),
    }
}

/// A board becomes several, each for some of its trustees.
fn split<'a>(rng: &mut ChaCha20Rng, view: View<'a>) -> Vec<View<'a>> {
    let mut groups = vec![Vec::new(); BOARDS];
    for trustee in view.trustees {
        // Most stay together, so that some lists get as far as openings.
        let group = [0, 0, 0, 1, 2][rng.next_u32() as usize % 5];
        groups[group].push(trustee);
    }
    let shown = groups.into_iter().filter(|group| !group.is_empty());
    shown
        .map(|trustees| View {
            desk: view.desk.clone(),
            trustees,
        })
        .collect()
}

/// The list of the last checkpoint; everybody before the first.
fn listed(desk: &Desk<'_>) -> Vec<u32> {
    let everybody = || ClientSet::of(desk.round.clients(), |_| true);
    let last = desk.checkpoints.last();
    let list = last.map_or_else(everybody, |last| last.list.clone());
    list.iter().map(|client| client.number()).collect()
}

/// Some of the clients on a list: at least those who must contribute.
fn fewer(rng: &mut ChaCha20Rng, mut list: Vec<u32>) -> Vec<u32> {
    for _ in 0..rng.next_u32() % 8 {
        if list.len() > 3 {
            let at = rng.next_u32() as usize % list.len();
            list.remove(at);
        }
    }
    list
}
