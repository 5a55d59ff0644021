//! What attacks ask of a board: its sum, and what its audit says.

use std::collections::BTreeSet;

use veragg_lab::committee::{audited, Desk};
use veragg_protocol::circuits::ark_ff::Zero;
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_verifier::{Culprit, Options, Verdict};

/// A client by its number.
pub(super) fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

/// A trustee by its number.
pub(super) fn trustee(number: u32) -> TrusteeId {
    TrusteeId::new(number).unwrap()
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
