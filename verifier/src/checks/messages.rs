//! V-04: every message is canonical, signed, in its place, and the only one in its slot.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::hash::Digest;
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::message::{Message, Sender};
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
    /// Who has spoken.
    pub(crate) heard: &'a ClientSet,
    /// The body's part lengths for a client.
    pub(crate) lengths: &'a dyn Fn(ClientId) -> Vec<usize>,
}

/// Why a message must not stand where it does.
pub(crate) struct Misplaced {
    pub(crate) what: String,
    /// Who else than the aggregator is shown to have broken the protocol.
    pub(crate) equivocator: Option<ClientId>,
    /// Whether the body is another than the one that was signed. The board's tree holds envelopes,
    /// so whoever had the file may have exchanged it.
    pub(crate) exchanged: bool,
}

/// V-04.1 to V-04.7; a message that fails here is the aggregator's fault, who took it, unless only
/// its body does.
pub(crate) fn check<P: ProofSystem>(
    round: &Round<P>,
    place: &Place<'_>,
    message: &Message,
) -> Result<(), Misplaced> {
    let envelope = &message.envelope;
    let misplaced = |what: String| {
        Err(Misplaced {
            what,
            equivocator: None,
            exchanged: false,
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
    // V-04.6
    let lengths = match envelope.sender {
        Sender::Aggregator => round.publish_lengths(),
        Sender::Client(client) => (place.lengths)(client),
    };
    if let Err(error) = message.parts(&lengths) {
        return Err(Misplaced {
            what: error.to_string(),
            equivocator: None,
            exchanged: true,
        });
    }
    // V-04.7
    if let Sender::Client(client) = envelope.sender {
        if place.heard.contains(client) {
            let what = "its sender has already spoken in this phase".to_owned();
            return Err(Misplaced {
                what,
                equivocator: Some(client),
                exchanged: false,
            });
        }
    }
    Ok(())
}
