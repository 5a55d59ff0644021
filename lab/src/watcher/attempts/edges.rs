//! Attempts to open the edges of an honest client. Its seed comes out in any case, so that then no mask is left.

use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use super::{ten, Played, VICTIM};
use crate::fixtures::id;

/// The aggregator does nothing wrong. It waits for honest clients that open edges which nobody disputes.
pub(super) fn edges_that_nobody_disputes() -> Played {
    Some(ten().honest_until(Phase::Publish))
}

/// The victim is shown another list of submissions than the others, so it attests under other challenges. All
/// attestations are true, and yet they differ.
pub(super) fn attestations_to_two_checkpoints() -> Played {
    let mut coalition = ten().honest_until(Phase::Submit);
    let messages = coalition.ask_all();
    coalition.take(messages);
    let other = coalition.books.clone();
    coalition.close_honestly();
    let board = std::mem::replace(&mut coalition.books, other);
    coalition.close(coalition.those(|number| number != 9));
    let of_victim = coalition.ask([VICTIM]);
    coalition.books = board;
    let mut messages = coalition.ask((1..=10).filter(|&number| number != VICTIM));
    messages.extend(of_victim);
    coalition.take(messages);
    coalition.close_honestly();
    Some(coalition.honest_until(Phase::Publish))
}

/// The aggregator changes what the victim attested about its edges. The other ends disagree with that.
pub(super) fn a_spoilt_attestation() -> Played {
    let mut coalition = ten().honest_until(Phase::Dispute);
    let messages = coalition.ask_with(1..=10, spoil);
    coalition.take(messages);
    coalition.close_honestly();
    Some(coalition.honest_until(Phase::Publish))
}

/// Changes the parts of the victim's message that are for one neighbour each, unless the victim reads.
pub(super) fn spoil(reader: u32, package: &mut Package) {
    let items = package.items.iter_mut();
    let of_victim = items.filter(|item| item.envelope.sender == Sender::Client(id(VICTIM)));
    for part in of_victim.flat_map(|item| item.parts.iter_mut().skip(1)) {
        if let Some(last) = part.bytes.last_mut() {
            *last ^= u8::from(reader != VICTIM);
        }
    }
}
