//! V-04: every message is canonical, signed, in its place, and the only one in its slot.

use std::collections::HashMap;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::hash::Digest;
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::message::{Envelope, Message, Sender};
use veragg_protocol::phase::Phase;
use veragg_protocol::round::Round;

/// Where the board is when a message comes.
pub(crate) struct Place<'a> {
    /// The open phase.
    pub(crate) phase: Phase,
    /// What messages answer: the last checkpoint, or the context.
    pub(crate) answers: &'a Digest,
    /// Who may speak.
    pub(crate) eligible: &'a ClientSet,
    /// Who has signed something for this phase, and the root of its body.
    pub(crate) spoken: &'a HashMap<ClientId, Digest>,
}

/// Why a message must not stand where it does.
pub(crate) struct Misplaced {
    pub(crate) what: String,
    pub(crate) blame: Blame,
}

/// Who is shown to have broken the protocol.
pub(crate) enum Blame {
    /// The aggregator, who took the message.
    Aggregator,
    /// The aggregator, and the sender, who signed two different messages for one phase.
    Both(ClientId),
    /// Nobody: the tree holds envelopes, so whoever had the file may have exchanged the body.
    Nobody,
}

/// V-04.2 to V-04.5 and V-04.7: what the tree holds of a message.
pub(crate) fn check_envelope<P: ProofSystem>(
    round: &Round<P>,
    place: &Place<'_>,
    envelope: &Envelope,
) -> Result<(), Misplaced> {
    let misplaced = |what: String| {
        Err(Misplaced {
            what,
            blame: Blame::Aggregator,
        })
    };
    // V-04.2
    if envelope.context != *round.context() {
        return misplaced("it belongs to another round".to_owned());
    }
    // V-04.3
    if envelope.phase != place.phase {
        let (said, open) = (envelope.phase, place.phase);
        return misplaced(format!("it belongs to {said}, and {open} is open"));
    }
    if envelope.answers != *place.answers {
        return misplaced("it does not answer the checkpoint before it".to_owned());
    }
    // V-04.4
    let by_aggregator = place.phase == Phase::Publish;
    let allowed = match envelope.sender {
        Sender::Aggregator => by_aggregator,
        Sender::Client(client) => !by_aggregator && place.eligible.contains(client),
    };
    if !allowed {
        return misplaced("its sender may not speak in this phase".to_owned());
    }
    // V-04.5
    if !round
        .key_of(envelope.sender)
        .is_some_and(|key| envelope.is_signed_by(key))
    {
        return misplaced("its signature is not its sender's".to_owned());
    }
    // V-04.7: the same message once more is not its sender's doing.
    if let Sender::Client(client) = envelope.sender {
        if let Some(first) = place.spoken.get(&client) {
            return Err(Misplaced {
                what: "its sender has already spoken in this phase".to_owned(),
                blame: if *first == envelope.body_root {
                    Blame::Aggregator
                } else {
                    Blame::Both(client)
                },
            });
        }
    }
    Ok(())
}

/// V-04.6: the body is the one that was signed, in parts of these lengths.
pub(crate) fn check_body(message: &Message, lengths: &[usize]) -> Result<(), Misplaced> {
    let Err(error) = message.parts(lengths) else {
        return Ok(());
    };
    // Of other parts than expected nobody can say whether they were signed, unless it is one.
    let signed = message.parts(&[message.body.len()]).is_ok();
    Err(Misplaced {
        what: error.to_string(),
        blame: if signed {
            Blame::Aggregator
        } else {
            Blame::Nobody
        },
    })
}
