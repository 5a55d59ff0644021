//! Open: which openings hold, and the sum that follows (`specs/committee.md` 3.4, 3.5).

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::{Aggregator, CloseError, Closing};
use crate::aggregator::{AggregatorError, Log};
use crate::committee::masked;
use crate::committee::open::{decode, holds, reconstruct};
use crate::crypto::ids::TrusteeId;
use crate::round::phase::Phase;
use crate::rule::CommitteeRule;
use crate::wire::message::{BorrowedMessage, Sender};

/// `S_(j,b)` for each block, of a trustee whose opening holds.
type Opened<G> = (TrusteeId, Vec<<G as Group>::Scalar>);

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// Adds up the masked rows of the contributors, and takes the sums of the rows from `q` openings.
    pub(super) fn close_open(&self) -> Result<Closing<P::Group>, CloseError> {
        let (mut values, need) = (self.openings()?, self.round.shape().needed());
        if values.len() < need as usize {
            let (phase, got) = (Phase::Open, values.len());
            return Err(CloseError::TooFewTrustees { phase, got, need });
        }
        values.truncate(need as usize);
        self.add_masked(&mut values)?;
        let rows = reconstruct::<P::Group>(&values, self.round.parts());
        let rows = rows.ok_or(AggregatorError::Interrupted)?;
        let (packed, blindings): (Vec<_>, Vec<_>) = rows
            .iter()
            .filter_map(|row| row.split_last())
            .map(|(blinding, values)| (values, *blinding))
            .unzip();
        let opening = [packed.concat(), blindings].concat();
        Ok(Closing {
            opening: Some(opening),
            ..self.unchanged()
        })
    }

    /// The openings that hold, by trustee.
    fn openings(&self) -> Result<Vec<Opened<P::Group>>, AggregatorError> {
        let parts = self.round.parts();
        let mut opened = Vec::new();
        for trustee in TrusteeId::all(parts.shape().trustees()) {
            let sender = Sender::Trustee(trustee);
            let Some((index, record)) = self.ledger.record_of(Phase::Open, sender)? else {
                continue;
            };
            let message = BorrowedMessage::decode(&record.bytes);
            let message = message.map_err(|_| AggregatorError::Replay { record: index })?;
            let Ok(scalars) = decode::<P::Group>(message.body, parts) else {
                continue;
            };
            let first = trustee.index() * parts.blocks();
            let sums = self.state.pads.get(first..first + parts.blocks());
            let entry = message.envelope.entry();
            let holds = holds(&self.round, &entry, &scalars, sums.unwrap_or_default());
            if CommitteeRule::OpeningHolds.holds(holds) {
                opened.push((trustee, scalars));
            }
        }
        Ok(opened)
    }

    /// Makes of `S_(j,b)` the value `F_b(j)`: adds the masked rows of the contributors for trustees above `T`.
    fn add_masked(&self, values: &mut [Opened<P::Group>]) -> Result<(), AggregatorError> {
        let parts = self.round.parts();
        self.submissions(&self.listed(), |batch| {
            for (_, message) in batch {
                let masked = message.body.get(parts.public_len()..).unwrap_or_default();
                let rows = parts.places().zip(masked.chunks(parts.masked_len()));
                for (place, part) in rows {
                    let value = values.iter_mut().find(|(of, _)| *of == place.trustee);
                    let Some((_, value)) = value else { continue };
                    let first = place.block * parts.row_scalars();
                    let row = masked::decode::<P::Group>(part, parts).unwrap_or_default();
                    for (sum, scalar) in value.iter_mut().skip(first).zip(row) {
                        *sum += scalar;
                    }
                }
            }
        })
    }
}
