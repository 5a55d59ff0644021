//! V-04: every message is canonical, signed, in its phase, and the only one of its sender in it.

use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::body::Misfit;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::findings::{Finding, Findings};
use crate::report::Concern;
use crate::step::Step;

/// The state of the board when a message is read, and what follows from it for the sender.
pub(crate) struct OpenPhase<'a> {
    /// The context of the round.
    pub(crate) context: &'a Context,
    /// The phase that is open.
    pub(crate) phase: Phase,
    /// The digest that messages must answer: of the last checkpoint, or the context.
    pub(crate) answers: &'a Digest,
    /// Whether the sender may send a message.
    pub(crate) may_speak: bool,
    /// Whether the sender takes part in the round, and signed the message.
    pub(crate) signed: &'a dyn Fn() -> bool,
}

/// Why a message must not stand on the board, or not at this position.
pub(crate) struct Inadmissible {
    pub(crate) step: Step,
    pub(crate) what: String,
    pub(crate) shows: Shows,
}

/// What such a message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// The aggregator accepted a message that it must refuse.
    Aggregator,
    /// The same, and the sender signed two different messages for one phase.
    Equivocation,
    /// The same, and the sender, if it is not the aggregator, signed what nobody may sign.
    Sender(&'static str),
    /// Only that the file is damaged. The tree holds envelopes, so anybody who has the file can replace a body.
    Nothing,
}

/// V-04.2 to V-04.5, and V-04.10: judges the envelope alone.
pub(crate) fn check_envelope(
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
    let of_round = envelope.context == *open.context;
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
    require(Step::MaySpeak, open.may_speak, &|| {
        "its sender may not send a message in this phase".to_owned()
    })?;
    // V-04.5
    require(Step::SignedBySender, (open.signed)(), &|| {
        "its signature is not one of its sender".to_owned()
    })?;
    // V-04.10 is about clients and trustees.
    if envelope.sender == Sender::Aggregator {
        return Ok(());
    }
    let (what, shows) = match open.phase {
        Phase::Acknowledge => (
            "it is an acknowledgement, but its envelope names a body",
            "it signed an acknowledgement with a body",
        ),
        Phase::ConfirmList => (
            "it is a confirmation, but its envelope names a body",
            "it signed a confirmation with a body",
        ),
        _ => return Ok(()),
    };
    let step = Step::EmptyAcknowledgement;
    step.require(envelope.has_empty_body(), || Inadmissible {
        step,
        what: what.to_owned(),
        shows: Shows::Sender(shows),
    })
}

/// V-04.6: what follows from a body that is not the one that its envelope names.
pub(crate) fn misfit(misfit: &Misfit) -> Inadmissible {
    // A body that the envelope names as one part, or as none, is the signed one, and must be cut otherwise. If it had
    // several parts, nobody knows where they begin, so it cannot be compared.
    let signed = Step::BodyAsOnePart.holds(misfit.fits_uncut);
    Inadmissible {
        step: Step::BodyOfEnvelope,
        what: misfit.error.to_string(),
        shows: match signed {
            true => Shows::Sender("it signed a body that has not the parts of its phase"),
            false => Shows::Nothing,
        },
    }
}

/// V-04.7: this is the first message of its sender in the phase. `first` is the root of the body of the first one, if there
/// was one before.
pub(crate) fn check_first(first: Option<&Digest>, envelope: &Envelope) -> Result<(), Inadmissible> {
    if envelope.sender == Sender::Aggregator {
        return Ok(());
    }
    Step::SpeaksOnce.require(first.is_none(), || {
        // Context, phase, sender and answer are those of the first message, so only the bodies can differ.
        // The same message twice does not name its sender: anybody can put a copy on the board.
        let differs = Step::SecondMessageDiffers.holds(first != Some(&envelope.body_root));
        Inadmissible {
            step: Step::SpeaksOnce,
            what: "its sender has already sent a message in this phase".to_owned(),
            shows: if differs {
                Shows::Equivocation
            } else {
                Shows::Aggregator
            },
        }
    })
}

/// Records a message that must not stand where it does.
pub(crate) fn record(
    leaf: u64,
    sender: Sender,
    inadmissible: Inadmissible,
    findings: &mut Findings,
) {
    let Inadmissible { step, what, shows } = inadmissible;
    if let Shows::Nothing = shows {
        let what = format!("the message at leaf {leaf} is damaged in this file: {what}; by its checkpoint the aggregator has signed that it holds the true message, so ask it for another copy");
        findings.record(Finding::failure(step, what));
        return;
    }
    let what = match sender {
        Sender::Client(_) | Sender::Trustee(_) => format!("leaf {leaf} holds a message in the name of {sender} that the aggregator must refuse: {what}"),
        Sender::Aggregator => format!("leaf {leaf} holds a message of the aggregator that must not stand there: {what}"),
    };
    let followed = match sender {
        Sender::Client(client) => findings.follows(client),
        Sender::Aggregator | Sender::Trustee(_) => false,
    };
    let finding = Finding::failure(step, what).by_aggregator(leaf);
    findings.record(finding.concerning(followed.then_some(Concern::Message)));
    let what = match shows {
        Shows::Equivocation => "it signed two different messages for one phase",
        Shows::Sender(what) if sender != Sender::Aggregator => what,
        _ => return,
    };
    findings.record(Finding::fault(step, sender, [leaf], what));
}
