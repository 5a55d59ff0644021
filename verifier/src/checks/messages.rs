//! V-04: every message is canonical, signed, in its open, and the only one in its slot.

use std::collections::HashMap;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::body::Misfit;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::step::Step;

/// Where the board is when a message comes.
pub(crate) struct OpenPhase<'a> {
    /// The open phase.
    pub(crate) phase: Phase,
    /// What messages answer: the last checkpoint, or the context.
    pub(crate) answers: &'a Digest,
    /// Who may speak.
    pub(crate) eligible: &'a ClientSet,
}

/// Why a message must not stand where it does.
pub(crate) struct Inadmissible {
    pub(crate) step: Step,
    pub(crate) what: String,
    pub(crate) shows: Shows,
}

/// What a message that must not stand there shows.
pub(crate) enum Shows {
    /// The aggregator took what it must refuse.
    Aggregator,
    /// Besides that, the client signed two different messages for one phase.
    Equivocation(ClientId),
    /// Only that the file is not what was signed: the tree holds envelopes, so whoever has the file
    /// can exchange a body.
    Nothing,
}

/// V-04.2 to V-04.5: what the envelope alone shows.
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
        format!("it belongs to {named}, and {now} is open")
    })?;
    let answers = envelope.answers == *open.answers;
    require(Step::MessageInPlace, answers, &|| {
        "it does not answer the checkpoint before it".to_owned()
    })?;
    // V-04.4
    let by_aggregator = open.phase == Phase::Publish;
    let allowed = match envelope.sender {
        Sender::Aggregator => by_aggregator,
        Sender::Client(client) => !by_aggregator && open.eligible.contains(client),
    };
    require(Step::MaySpeak, allowed, &|| {
        "its sender may not speak in this phase".to_owned()
    })?;
    // V-04.5
    let key = round.key_of(envelope.sender);
    let signed = key.is_some_and(|key| envelope.is_signed_by(key));
    require(Step::SignedBySender, signed, &|| {
        "its signature is not its sender's".to_owned()
    })
}

/// V-04.6: what a body shows that is not the one that its envelope names.
pub(crate) fn misfit(misfit: &Misfit) -> Inadmissible {
    Inadmissible {
        step: Step::BodyOfEnvelope,
        what: misfit.error.to_string(),
        // A body that is signed as one part is the true one, and of the wrong length. Of one in
        // several parts nobody can say where they would be cut.
        shows: if Step::BodyAsOnePart.holds(misfit.fits_as_one_part) {
            Shows::Aggregator
        } else {
            Shows::Nothing
        },
    }
}

/// V-04.7: the sender speaks for the first time. `received` are those who have spoken, and the roots of
/// their bodies.
pub(crate) fn check_first(
    received: &HashMap<ClientId, Digest>,
    envelope: &Envelope,
) -> Result<(), Inadmissible> {
    let Sender::Client(client) = envelope.sender else {
        return Ok(());
    };
    let first = received.get(&client);
    Step::SpeaksOnce.require(first.is_none(), || {
        // Context, phase, sender and answer are those of the first, so the body decides whether two
        // different things were said; anybody can put the same message there again.
        let another = Step::SaysTwoThings.holds(first != Some(&envelope.body_root));
        Inadmissible {
            step: Step::SpeaksOnce,
            what: "its sender has already spoken in this phase".to_owned(),
            shows: if another {
                Shows::Equivocation(client)
            } else {
                Shows::Aggregator
            },
        }
    })
}
