//! What an aggregator and corrupt trustees compute together.

use std::collections::BTreeSet;

use veragg_lab::committee::{audited, Desk};
use veragg_protocol::circuits::ark_ff::Zero;
use veragg_protocol::circuits::group::ristretto::{Fr, KeyPoint, Ristretto};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::masked;
use veragg_protocol::committee::open::reconstruct;
use veragg_protocol::committee::pads;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;
use veragg_verifier::{Culprit, Options, Verdict};

/// A client by its number.
pub(super) fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

/// A trustee by its number.
pub(super) fn trustee(number: u32) -> TrusteeId {
    TrusteeId::new(number).unwrap()
}

/// The input of a client, from its message, and from the points that it shares with some trustees, of whom three are enough.
pub(super) fn input_of(
    desk: &Desk<'_>,
    number: u32,
    points: &[(TrusteeId, KeyPoint)],
) -> Option<Vec<u128>> {
    let round = &desk.round;
    let parts = round.parts();
    let message = desk.message_of(Sender::Client(id(number)), Phase::Submit)?;
    let mut values = Vec::new();
    for (trustee, point) in points {
        let pads = pads::of_point::<Ristretto>(round.context(), id(number), *trustee, point, parts);
        let mut value = pads.to_vec();
        let rows = message.body[parts.public_len()..].chunks(parts.masked_len());
        for (place, part) in parts.places().zip(rows) {
            if place.trustee == *trustee {
                let row = masked::decode::<Ristretto>(part, parts).ok()?;
                let first = place.block * parts.row_scalars();
                let sums = value[first..].iter_mut();
                sums.zip(row).for_each(|(value, masked)| *value += masked);
            }
        }
        values.push((*trustee, value));
    }
    let rows = reconstruct::<Ristretto>(&values, parts)?;
    unpacked(desk, &rows, 1)
}

/// The sums in rows, of so many contributors.
pub(super) fn unpacked(desk: &Desk<'_>, rows: &[Vec<Fr>], contributors: u32) -> Option<Vec<u128>> {
    let layout = desk.round.proofs().layout();
    let packed = rows.iter().flat_map(|row| &row[..row.len() - 1]).copied();
    let packed: Vec<Fr> = packed.collect();
    layout.unpack(&packed, contributors).ok()
}

/// The published sum that openings on the desk and the masked rows of these clients give.
pub(super) fn sum_of(desk: &Desk<'_>, clients: &[u32]) -> Option<Vec<u128>> {
    let opening = desk.sum(clients);
    let layout = desk.round.proofs().layout();
    let packed = opening.get(..layout.scalars())?;
    layout.unpack(packed, clients.len() as u32).ok()
}

/// Whom the audit of the board names, for an auditor who knows the organiser.
pub(super) fn named(desk: &Desk<'_>) -> BTreeSet<Culprit> {
    let options = Options::with_organiser(desk.parties.organiser.verifying_key());
    let report = audited(&desk.file(), &options);
    report.faults.iter().map(|fault| fault.culprit).collect()
}

/// The verdict of the audit of the board.
pub(super) fn verdict(desk: &Desk<'_>) -> Verdict {
    let options = Options::with_organiser(desk.parties.organiser.verifying_key());
    audited(&desk.file(), &options).verdict
}

/// Sums of pads of nobody.
pub(super) fn nothing(desk: &Desk<'_>) -> Vec<Fr> {
    let parts = desk.round.parts();
    vec![Fr::zero(); parts.blocks() * parts.row_scalars()]
}
