//! Why a set-up, its transcript or a key is refused.

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::groth16::heads::NotOfForm;
use veragg_circuits::groth16::key::{KeyError, KeyFileError, MAX_CLIENTS};
use veragg_circuits::groth16::points::ElementError;
use veragg_circuits::statement::StatementDecodeError;

use super::phase::{Phase, Stage, MAX_RECORDS};

/// Why a set-up, its transcript or a key is refused. Records are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// Other bytes stand in front.
    #[error("this is no file of a set-up: it does not begin with `veragg/2 setup`")]
    Name,
    /// The stage is no stage, or not the one that is needed.
    #[error("the file is of the stage {got}, and needed is {want}; ask whoever keeps the set-up for that file")]
    Stage {
        /// The byte that says it.
        got: u8,
        /// What is needed, in words.
        want: &'static str,
    },
    /// `N_max`.
    #[error("a key for up to {0} clients cannot be made; choose 1 to {MAX_CLIENTS}")]
    MaxClients(u32),
    /// The statement.
    #[error("the statement of the set-up: {0}")]
    Statement(#[from] StatementDecodeError),
    /// The place that the beacon comes from.
    #[error(
        "the header must say in 1 to 1000 bytes of UTF-8 where the beacon will come from, and when"
    )]
    BeaconSource,
    /// The circuit is too long.
    #[error("{0}")]
    TooLong(KeyError),
    /// Another domain than the statement gives.
    #[error("the header has a domain of {got} points, and its statement gives {want}; take part only in a set-up whose statement you know")]
    Domain {
        /// Points that the header says.
        got: u32,
        /// Points that the statement gives.
        want: usize,
    },
    /// Too many records, or none where there must be some.
    #[error("the file has {got} records of {phase}; there are at most {MAX_RECORDS}, and at least one once its phase is over")]
    Count {
        /// The phase.
        phase: Phase,
        /// Records of it.
        got: u32,
    },
    /// The file ends too early, or goes on.
    #[error("the file has another length than its header and counts give: {0}")]
    Length(DecodeError),
    /// Another constraint system than the statement gives.
    #[error("the header has the digest of another constraint system than its statement gives; take part only in a set-up whose statement you know")]
    Matrices,
    /// The key of a contributor.
    #[error("record {record} of {phase}: {reason}")]
    Contributor {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
        /// What is wrong with the key.
        reason: DecodeError,
    },
    /// An element of a record.
    #[error("record {record} of {phase}: {reason}")]
    RecordElement {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
        /// Which element, and what is wrong with it.
        reason: ElementError,
    },
    /// A scalar of a record.
    #[error("record {record} of {phase}: {reason}")]
    RecordScalar {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
        /// What is wrong with it.
        reason: DecodeError,
    },
    /// An element behind the records.
    #[error("{0}; ask whoever sent the file for a good one")]
    Element(ElementError),
    /// The value of the beacon has no byte, or too many.
    #[error("the value of the beacon has {0} bytes; it has 1 to 1000")]
    BeaconValue(usize),

    /// A signature.
    #[error("record {record} of {phase} does not carry the signature of its contributor, in this place of this set-up")]
    Signature {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
    },
    /// A head that a contribution left as it was.
    #[error("record {record} of {phase} leaves {head} as it was: its contributor added no secret")]
    Unchanged {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
        /// The head.
        head: &'static str,
    },
    /// A proof of knowledge.
    #[error(
        "record {record} of {phase} does not prove that its contributor knows the factor of {head}"
    )]
    Knowledge {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
        /// The head.
        head: &'static str,
    },
    /// Elements that are not the same in both groups.
    #[error("record {record} of {phase} holds elements that differ between G1 and G2")]
    Groups {
        /// The phase of the record.
        phase: Phase,
        /// Its number.
        record: usize,
    },
    /// The factors of all contributors cancel out.
    #[error("behind the last record of {phase} {head} is 1, which everybody knows: with such a key anybody proves anything")]
    One {
        /// The phase.
        phase: Phase,
        /// The head.
        head: &'static str,
    },
    /// The powers do not follow from the last record.
    #[error("the powers are not those of the last record: {0}")]
    Powers(NotOfForm),
    /// `tau` is a point of the domain.
    #[error(
        "tau is a point of the domain, so that the key would hide nothing; begin a new set-up"
    )]
    InDomain,
    /// What is divided by `delta` does not follow.
    #[error("what is divided by delta does not follow from powers and delta: {0}")]
    Divided(NotOfForm),

    /// The factor of the beacon.
    #[error("the value of the beacon gives the factor 0, with which there is no key")]
    BeaconFactor,
    /// Behind the beacon everybody knows `delta`.
    #[error("with this value of the beacon delta is 1, which everybody knows")]
    BeaconOne,

    /// Something that a file of this stage does not allow.
    #[error("the file is of the stage {stage}: {what}")]
    NotNow {
        /// The stage of the file.
        stage: Stage,
        /// What is not possible, and what to do.
        what: &'static str,
    },
    /// The phase has as many records as it can have.
    #[error(
        "the set-up has {MAX_RECORDS} records of {0} and takes no more; go on with the next step"
    )]
    Full(Phase),
    /// What was made here does not hold.
    #[error("what this computer has made does not hold, so it must not leave it: {0}. Try another computer, with new secrets")]
    Fault(Box<SetUpError>),

    /// A file that does not go on from the one that was sent out.
    #[error("the file that came back does not go on from the one that was sent out: {0}. Send yours to the contributor again")]
    NotContinued(&'static str),

    /// A verifying key that no set-up makes.
    #[error("{0}")]
    Key(KeyError),
    /// A verifying key that is of another set-up.
    #[error("the verifying key is not the one of this transcript: {0}. Do not trust it")]
    OtherKey(&'static str),
    /// A proving key of another form.
    #[error("the proving key is not the one of this transcript: {0}. Do not use it: proofs made with it could tell what you prove")]
    OtherProvingKey(&'static str),
    /// Bytes that are no proving key.
    #[error("{0}")]
    KeyFile(KeyFileError),
    /// A proving key that was not checked.
    #[error("the file of the proving key is not the one that was checked; check it against the transcript")]
    NotChecked,
}

impl SetUpError {
    /// Where in `specs/set-up.md` the rule stands that was broken.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Name
            | Self::Stage { .. }
            | Self::MaxClients(_)
            | Self::Statement(_)
            | Self::BeaconSource
            | Self::TooLong(_)
            | Self::Domain { .. }
            | Self::Count { .. }
            | Self::Length(_)
            | Self::Matrices
            | Self::Contributor { .. }
            | Self::RecordElement { .. }
            | Self::RecordScalar { .. }
            | Self::Element(_)
            | Self::BeaconValue(_) => "2.2",
            Self::KeyFile(_) => "2.3",
            Self::NotNow { .. } | Self::Full(_) | Self::Fault(_) => "4.5",
            Self::BeaconFactor => "4.6",
            Self::NotContinued(_) => "4.8",
            Self::Signature { phase, .. }
            | Self::Unchanged { phase, .. }
            | Self::Knowledge { phase, .. }
            | Self::Groups { phase, .. }
            | Self::One { phase, .. } => phase.rule(),
            Self::Powers(_) | Self::InDomain => "5.3",
            Self::BeaconOne => "5.4",
            Self::Divided(_) => "5.5",
            Self::Key(_) | Self::OtherKey(_) => "6.1",
            Self::OtherProvingKey(_) | Self::NotChecked => "6.2",
        }
    }
}
