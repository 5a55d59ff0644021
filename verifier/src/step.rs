//! The steps of the audit, by name: what a finding rests on.

use std::fmt;

use crate::check::Check;

veragg_protocol::numbered! {
    /// A step of `specs/audit.md`.
    pub enum Step {
        /// The organiser's key on the board is the auditor's.
        OrganisersKey = "V-01.1";
        /// The configuration is signed with that key.
        OrganisersSignature = "V-01.2";
        /// What was signed is secure.
        SecureConfiguration = "V-01.3";
        /// There are a suite and a graph for it.
        SuiteAndGraph = "V-01.4";
        /// No client's key stands on the roster twice.
        DistinctKeys = "V-02.1";
        /// The roster is the one that the configuration names.
        NamedRoster = "V-02.2";
        /// No client is organiser or aggregator.
        SeparateRoles = "V-02.3";
        /// A checkpoint is of this round and the open phase, and signed.
        CheckpointInPlace = "V-03.1";
        /// It continues the one before it.
        Continues = "V-03.2";
        /// It covers exactly the messages before it.
        Covers = "V-03.3";
        /// Its list is the one that the board gives.
        DerivedList = "V-03.4";
        /// The checkpoint that somebody was shown is the board's.
        SameCheckpoint = "V-03.5";
        /// Of two that differ, both are signed: else that accuses nobody.
        BothSigned = "V-03.5";
        /// Nothing follows the last checkpoint.
        NothingFollows = "V-03.6";
        /// The round does not end without a publication.
        SomethingPublished = "V-03.7";
        /// An envelope decodes.
        EnvelopeDecodes = "V-04.1";
        /// A message is of this round.
        MessageOfRound = "V-04.2";
        /// It is of the open phase and answers the last checkpoint.
        MessageInPlace = "V-04.3";
        /// Its sender may speak.
        MaySpeak = "V-04.4";
        /// It is signed by its sender.
        SignedBySender = "V-04.5";
        /// Its body is the one that the envelope names.
        BodyOfEnvelope = "V-04.6";
        /// Another body accuses the aggregator only if it is the one that was signed, uncut.
        BodyAsOnePart = "V-04.6";
        /// Its sender has not spoken in this phase.
        SpeaksOnce = "V-04.7";
        /// A second message accuses its sender only if it is another than the first.
        SaysTwoThings = "V-04.7";
        /// There is one publication.
        PublishedOnce = "V-04.8";
        /// The publication decodes.
        PublicationDecodes = "V-04.8";
        /// Whose body does not decode is at fault.
        BodyDecodes = "V-04.9";
        /// Whoever advertises a key knows its secret.
        Possession = "V-06.1";
        /// Committed shares lie on polynomials of the right degree.
        Degree = "V-06.2";
        /// Complaints are judged.
        ComplaintsJudged = "V-06.3";
        /// A client that has equivocated accuses nobody.
        ComplaintOfEquivocator = "V-06.3";
        /// Who complains about a client that has equivocated may have been shown another message.
        ComplaintAboutEquivocator = "V-06.3";
        /// The proof of an input decodes.
        ProofDecodes = "V-07.1";
        /// A masked vector consists of canonical scalars.
        MaskedScalars = "V-07.2";
        /// The proof of an input holds.
        ProofHolds = "V-07.3";
        /// An attestation decodes.
        AttestationDecodes = "V-08.A.1";
        /// It names the keys that the neighbours advertised.
        AttestedKeys = "V-08.A.2";
        /// Who attests towards a client that has equivocated may have been shown another key.
        KeysOfEquivocator = "V-08.A.2";
        /// It links the masked vector to the commitments.
        RowLink = "V-08.A.3";
        /// A message of dispute decodes.
        DisputeDecodes = "V-08.C.1";
        /// The points in it are proven.
        EdgePoint = "V-08.C.2";
        /// Whose edge leads to a client that has equivocated may have been shown another key.
        EdgeOfEquivocator = "V-08.C.2";
        /// Who lied about an edge is at fault, and of an unopened one both ends drop out.
        Settled = "V-08.C.3";
        /// A revealed share is the committed one.
        CommittedShare = "V-09.1";
        /// A share of a client that has equivocated may be one of its other message.
        ShareOfEquivocator = "V-09.1";
        /// Every secret that is to be rebuilt is.
        SecretsRebuilt = "V-09.2";
        /// What the contributors attested is true.
        TrueAttestations = "V-09.3";
        /// The secret of a client that has equivocated shows nothing of its neighbours.
        SecretOfEquivocator = "V-09.3";
        /// Nobody leaves in the last round.
        NobodyLeaves = "V-09.4";
        /// The published outcomes are the recomputed ones.
        Outcomes = "V-10.1";
        /// Enough have acknowledged.
        Acknowledgements = "V-10.2";
        /// The published scalars open the sum of the commitments.
        Opens = "V-11.1";
        /// If not, and they are not what the board gives, that is the aggregator's doing.
        Recount = "V-11.2";
        /// The opening unpacks.
        Unpacks = "V-12.1";
        /// What is said of the sums is said of this round's.
        AggregateMetadata = "V-12.2";
        /// The given sums are the board's.
        GivenSums = "V-12.3";
        /// A receipt is the aggregator's, of this round.
        ReceiptOfRound = "V-13.1";
        /// At its leaf stands what it names.
        ReceiptKept = "V-13.2";
        /// What is missing on a board that goes on may still come.
        BoardFinished = "V-13.2";
        /// A list counts as far as it is a part of the one before.
        PartOfListBefore = "3.3";
        /// Nobody is named under a checkpoint that is not authentic.
        Authentic = "3.7";
        /// Nobody is named once the file is damaged.
        Undamaged = "3.7";
        /// Names wait for the checkpoint that covers them.
        Covered = "3.7";
        /// Without a further checkpoint names are settled only at the end of the round.
        SettledAtEnd = "3.9";
        /// Bodies are missing in evidence only.
        WholeBoard = "7.3";
        /// A body that is left out is not judged.
        LeftOutBody = "7.3";
        /// Without bodies the lists are the checkpoints'.
        ListsOfCheckpoints = "7.3";
        /// Without bodies the publication is not judged.
        PublicationOfRest = "7.3";
        /// Evidence shows its claim and no other.
        Claimed = "7.4";
    }
}

impl Step {
    /// The check under which a finding of the step counts, unless it says otherwise.
    pub fn check(self) -> Check {
        match self {
            // Bytes that are no body are bad messages, whichever phase they are of.
            Self::MaskedScalars | Self::AttestationDecodes | Self::DisputeDecodes => {
                Check::Messages
            }
            Self::ProofDecodes => Check::InputCommitments,
            Self::ProofHolds => Check::InputRange,
            // V-08.A.2 belongs to V-08.A, and V-06.1 to V-06. The steps of sections 3 and 7 belong to no
            // check, and no finding names them.
            step => {
                let check = step.number().rsplit_once('.').map(|(check, _)| check);
                check.and_then(Check::from_id).unwrap_or(Check::Chain)
            }
        }
    }
}

/// The number of a step of a check, such as `V-04.6`. Several [`Step`]s can have one number: those are parts
/// of one sentence of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepNumber(&'static str);

impl StepNumber {
    /// The number that is written like this. The steps of sections 3 and 7 have none: they belong to no check.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut numbers = Step::ALL.iter().map(|step| step.number());
        let number = numbers.find(|number| *number == name && number.starts_with("V-"));
        number.map(Self)
    }

    /// The number as it is written.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<Step> for StepNumber {
    fn from(step: Step) -> Self {
        Self(step.number())
    }
}

impl fmt::Display for StepNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
