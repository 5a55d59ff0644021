//! The round of the attempts.

use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::phase::Phase;

use crate::committee::watcher::coalition::Coalition;
use crate::committee::Parties;

/// All clients.
pub(super) const ALL: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, COLLUDER];
/// A client that is corrupt in some attempts; the configuration allows for one.
pub(super) const COLLUDER: u32 = 10;
/// All clients but that one.
pub(super) const BUT_COLLUDER: [u32; 9] = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/// An honest client.
pub(super) const VICTIM: u32 = 5;
/// All clients but that one.
pub(super) const BUT_VICTIM: [u32; 9] = [1, 2, 3, 4, 6, 7, 8, 9, COLLUDER];
/// A trustee that is corrupt in some attempts; the configuration allows for one.
pub(super) const CORRUPT: u32 = 4;
/// The other trustees.
pub(super) const BUT_CORRUPT: [u32; 3] = [1, 2, 3];

/// Ten clients, of whom at least three must contribute, with two numbers below ten each; and four trustees, of whom three must open.
pub(super) fn parties() -> Parties {
    Parties::new(10, 4, 1, 1, vec![numbers("numbers", 2)], 1)
}

/// The same; each number has a row of its own, and a sharing packs both.
pub(super) fn packing_parties() -> Parties {
    parties_of(4, 1, 2)
}

/// Ten clients; and `m` trustees, of whom `t` may collude. A sharing packs `p` rows, which are all. In each stands a number below ten.
pub(super) fn parties_of(m: u32, t: u32, p: u32) -> Parties {
    let segments = (0..p).map(|at| numbers(&format!("number {at}"), 1));
    Parties::new(10, m, t, p, segments.collect(), 1)
}

fn numbers(name: &str, count: usize) -> SegmentConfiguration {
    SegmentConfiguration::integers(name, count, 10)
}

/// A round up to the checkpoint of submit, with everybody on its list. These trustees and clients are corrupt.
pub(super) fn submitted<'a>(
    parties: &'a Parties,
    trustees: &[u32],
    clients: &[u32],
) -> Coalition<'a> {
    let mut coalition = Coalition::new(parties, trustees, clients);
    coalition.submit(ALL);
    coalition.close(Phase::Submit, &ALL);
    coalition
}
