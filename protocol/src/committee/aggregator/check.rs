//! Check: which complaints are upheld (`specs/committee.md` 3.2).

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::submit::subtract;
use super::{Aggregator, CloseError, Closing};
use crate::aggregator::{AggregatorError, Log};
use crate::committee::check::{self, Complaint};
use crate::committee::submit::SharedWith;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientSet, TrusteeId};
use crate::pairwise::publish::Outcome;
use crate::round::phase::Phase;
use crate::wire::board::RecordKind;
use crate::wire::message::{BorrowedMessage, Sender};

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// Judges the complaints, in the order of the messages.
    pub(super) fn close_check(&self) -> Result<Closing<P::Group>, CloseError> {
        let accepted = self.listed();
        let mut closing = Closing {
            list: accepted.clone(),
            outcomes: self.state.outcomes.clone(),
            shown: self.state.shown.clone(),
            pads: self.state.pads.clone(),
            opening: None,
        };
        let got = self.spoke(Phase::Check);
        let need = self.round.shape().needed();
        if got < need as usize {
            let phase = Phase::Check;
            return Err(CloseError::TooFewTrustees { phase, got, need });
        }
        for (trustee, complaints) in self.complaints(&accepted)? {
            for complaint in complaints {
                if !closing.list.contains(complaint.client) {
                    // An earlier one about this client is upheld.
                    continue;
                }
                let Some(sharing) = self.sharing(complaint.client)? else {
                    break;
                };
                let parts = self.round.parts();
                let first = trustee.index() * parts.blocks();
                let pads = sharing.pads.get(first..first + parts.blocks());
                // It decoded with the others.
                let Ok(key) = EncodedPoint::decode(*sharing.key.key(), "submission key") else {
                    break;
                };
                let with = SharedWith {
                    key,
                    pads: pads.unwrap_or_default().to_vec(),
                };
                if !complaint.is_upheld(&self.round, trustee, &with) {
                    break;
                }
                closing.list.remove(complaint.client);
                let pads = P::Group::sums_by_place(&[&sharing.pads]);
                subtract(&mut closing.pads, &pads);
                if let Some(outcome) = closing.outcomes.get_mut(complaint.client.index()) {
                    *outcome = Some(Outcome::Faulty(Phase::Check));
                }
            }
        }
        self.enough(&closing.list)?;
        Ok(closing)
    }

    /// The complaints of each trustee whose body decodes, in the order of the messages.
    fn complaints(
        &self,
        accepted: &ClientSet,
    ) -> Result<Vec<(TrusteeId, Vec<Complaint>)>, AggregatorError> {
        let mut complaints = Vec::new();
        for index in 0..self.ledger.records {
            let record = self.ledger.log().read(index)?;
            if record.kind != RecordKind::Message {
                continue;
            }
            let message = BorrowedMessage::decode(&record.bytes);
            let message = message.map_err(|_| AggregatorError::Replay { record: index })?;
            let (Phase::Check, Sender::Trustee(trustee)) =
                (message.envelope.phase, message.envelope.sender)
            else {
                continue;
            };
            complaints.extend(
                check::decode(message.body, accepted)
                    .ok()
                    .map(|complaints| (trustee, complaints)),
            );
        }
        Ok(complaints)
    }

    /// How many trustees have spoken in a phase.
    pub(super) fn spoke(&self, phase: Phase) -> usize {
        TrusteeId::all(self.round.shape().trustees())
            .filter(|trustee| self.ledger.spoke(phase, Sender::Trustee(*trustee)))
            .count()
    }
}
