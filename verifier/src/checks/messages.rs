//! V-04: every message is canonical, signed, in its phase, and the only one of its sender in it.

use std::collections::HashMap;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::body::Misfit;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::step::Step;

/// The state of the board when a message is read.
pub(crate) struct OpenPhase<'a> {
    /// The phase that is open.
    pub(crate) phase: Phase,
    /// The digest that messages must answer: of the last checkpoint, or the context.
    pub(crate) answers: &'a Digest,
    /// The clients that may send a message.
    pub(crate) eligible: &'a ClientSet,
}

/// Why a message must not stand on the board, or not at this position.
pub(crate) struct Inadmissible {
    pub(crate) step: Step,
    pub(crate) what: String,
    pub(crate) shows: Shows,
}

/// What such a message shows.
pub(crate) enum Shows {
    /// The aggregator accepted a message that it must refuse.
    Aggregator,
    /// The same, and the client signed two different messages for one phase.
    Equivocation(ClientId),
    /// The same, and the client signed what no client may sign.
    Client(ClientId, &'static str),
    /// Only that the file is damaged. The tree holds envelopes, so anybody who has the file can replace a body.
    Nothing,
}

/// V-04.2 to V-04.5, and V-04.10: judges the envelope alone.
pub(crate) fn check_envelope<P: ProofSystem>(
    round: &Round<P>,
    open: &OpenPhase<'_>,
    envelope: &Envelope,
) -> Result<(), Inadmissible> {
    let require = |step: Step, condition: bool, what: &dyn Fn() -> String| {
        step.require(condition, || Inadmissible {
            step,
            what: what(),
            shows: Shows::Aggregator,
        })
    };
    // V-04.2
    let of_round = envelope.context == *round.context();
    require(Step::MessageOfRound, of_round, &|| {
        "it belongs to another round".to_owned()
    })?;
    // V-04.3
    let (named, now) = (envelope.phase, open.phase);
    require(Step::MessageInPlace, named == now, &|| {
        format!("it belongs to {named}, but {now} is the open phase")
    })?;
    let answers = envelope.answers == *open.answers;
    require(Step::MessageInPlace, answers, &|| {
        "it does not answer the checkpoint before it".to_owned()
    })?;
    // V-04.4
    let by_aggregator = open.phase == Phase::Publish;
    let allowed = match envelope.sender {
        Sender::Aggregator => by_aggregator,
        Sender::Trustee(_) => false,
        Sender::Client(client) => !by_aggregator && open.eligible.contains(client),
    };
    require(Step::MaySpeak, allowed, &|| {
        "its sender may not send a message in this phase".to_owned()
    })?;
    // V-04.5
    let key = round.key_of(envelope.sender);
    let signed = key.is_some_and(|key| envelope.is_signed_by(key));
    require(Step::SignedBySender, signed, &|| {
        "its signature is not one of its sender".to_owned()
    })?;
    // V-04.10
    let Sender::Client(client) = envelope.sender else {
        return Ok(());
    };
    let is_empty = open.phase != Phase::Acknowledge || envelope.has_empty_body();
    let step = Step::EmptyAcknowledgement;
    step.require(is_empty, || Inadmissible {
        step,
        what: "it is an acknowledgement, but its envelope names a body".to_owned(),
        shows: Shows::Client(client, "it signed an acknowledgement with a body"),
    })
}

/// V-04.6: what follows from a body that is not the one that its envelope names.
pub(crate) fn misfit(misfit: &Misfit, sender: Sender) -> Inadmissible {
    // A body that the envelope names as one part, or as none, is the signed one, and must be cut otherwise. If it had
    // several parts, nobody knows where they begin, so it cannot be compared.
    let signed = Step::BodyAsOnePart.holds(misfit.fits_uncut);
    let shows = match sender {
        _ if !signed => Shows::Nothing,
        Sender::Aggregator | Sender::Trustee(_) => Shows::Aggregator,
        Sender::Client(client) => Shows::Client(
            client,
            "it signed a body that has not the parts of its phase",
        ),
    };
    Inadmissible {
        step: Step::BodyOfEnvelope,
        what: misfit.error.to_string(),
        shows,
    }
}

/// V-04.7: this is the first message of its sender in the phase. `received` holds the clients whose messages
/// were received in it, with the roots of their bodies.
pub(crate) fn check_first(
    received: &HashMap<ClientId, Digest>,
    envelope: &Envelope,
) -> Result<(), Inadmissible> {
    let Sender::Client(client) = envelope.sender else {
        return Ok(());
    };
    let first = received.get(&client);
    Step::SpeaksOnce.require(first.is_none(), || {
        // Context, phase, sender and answer are those of the first message, so only the bodies can differ.
        // The same message twice does not name its sender: anybody can put a copy on the board.
        let differs = Step::SecondMessageDiffers.holds(first != Some(&envelope.body_root));
        Inadmissible {
            step: Step::SpeaksOnce,
            what: "its sender has already sent a message in this phase".to_owned(),
            shows: if differs {
                Shows::Equivocation(client)
            } else {
                Shows::Aggregator
            },
        }
    })
}
