//! Groups of honest clients in whose sum no mask is left that the coalition does not know.

use std::collections::{BTreeMap, BTreeSet};

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::masks::{self, Mask};
use veragg_protocol::pairwise::submit::Submission;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

use super::known::Known;
use super::{Learned, Watcher};

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// A submission without the masks that are known. Its self-mask is one of these.
struct Bared<P: ProofSystem> {
    vector: Vec<Scalar<P>>,
    /// The row commitments.
    rows: Vec<Point<P>>,
    /// The clients towards whom a mask is left.
    masked: Vec<ClientId>,
}

/// The sums of honest clients that can be computed.
pub(super) fn sums<P: ProofSystem>(watcher: &Watcher<P>, known: &Known) -> Vec<Learned> {
    let mut bared = BTreeMap::new();
    for (client, message) in watcher.of_phase(Phase::Submit) {
        if !watcher.corrupt.contains(&client) {
            if let Some(found) = bare(watcher, known, client, message) {
                bared.entry(client).or_insert(found);
            }
        }
    }
    let mut left: BTreeSet<ClientId> = bared.keys().copied().collect();
    let mut sums = Vec::new();
    while let Some(&client) = left.first() {
        let group = connected(&bared, client);
        left.retain(|client| !group.contains(client));
        sums.extend(sum(&watcher.round, &bared, &group));
    }
    sums
}

/// Takes the known masks away from a submission. Nothing, if the self-mask is not known.
fn bare<P: ProofSystem>(
    watcher: &Watcher<P>,
    known: &Known,
    client: ClientId,
    message: &Message,
) -> Option<Bared<P>> {
    let round = &watcher.round;
    let participants = &watcher.answered(message)?.list;
    let parts = message.parts(&round.submit_lengths()).ok()?;
    let submission = Submission::<P>::decode(round, parts[0], parts[1]).ok()?;
    let own = Mask::of_seed(round.context(), client, known.seed(client)?);
    let (mut masks, mut masked) = (vec![own.inverse()], Vec::new());
    for other in lists::holders(round.graph(), participants, client) {
        match known.edge(client, other) {
            Some(point) => {
                let mask = Mask::of_point(round.context(), client, other, &point);
                masks.push(mask.inverse());
            }
            None => masked.push(other),
        }
    }
    let mut vector = submission.masked;
    masks::apply::<P::Group>(&mut vector, &masks);
    Some(Bared {
        vector,
        rows: round.proofs().rows(&submission.proof),
        masked,
    })
}

/// The clients that a client reaches over masks that are left.
fn connected<P: ProofSystem>(
    bared: &BTreeMap<ClientId, Bared<P>>,
    from: ClientId,
) -> BTreeSet<ClientId> {
    let (mut group, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(client) = next.pop() {
        if group.insert(client) {
            let of_it = bared.get(&client).map(|it| it.masked.as_slice());
            next.extend(of_it.unwrap_or_default());
        }
    }
    group
}

/// What the inputs of a group add up to, if its masks cancel: if they do, the sum opens the sum of the commitments.
fn sum<P: ProofSystem>(
    round: &Round<P>,
    bared: &BTreeMap<ClientId, Bared<P>>,
    group: &BTreeSet<ClientId>,
) -> Option<Learned> {
    let members: Option<Vec<_>> = group.iter().map(|client| bared.get(client)).collect();
    let members = members?;
    let layout = round.layout();
    let mut vector = vec![Scalar::<P>::from(0u64); round.masked_scalars()];
    for member in &members {
        let scalars = vector.iter_mut().zip(&member.vector);
        scalars.for_each(|(sum, scalar)| *sum += scalar);
    }
    let (packed, blindings) = vector.split_at(layout.scalars());
    let rows = packed.chunks(layout.columns()).zip(blindings);
    for (row, (values, blinding)) in rows.enumerate() {
        let committed: Point<P> = members.iter().map(|member| member.rows[row]).sum();
        let opened = round.proofs().key().commit_row_vartime(values, *blinding);
        if opened != committed {
            return None;
        }
    }
    let sums = layout.unpack(packed, group.len() as u32).ok()?;
    Some(Learned {
        sum: sums.into_iter().map(Some).collect(),
        clients: group.iter().copied().collect(),
    })
}
