//! The steps of the audit, by name. Each finding names the step that does not hold.

use std::fmt;

use crate::check::Check;

veragg_protocol::numbered! {
    /// A step of `specs/audit.md`: a condition that the audit asks for.
    pub enum Step {
        /// The organiser's key on the board is the one that the auditor has.
        OrganisersKey = "V-01.1";
        /// The configuration is signed with that key.
        OrganisersSignature = "V-01.2";
        /// The signed configuration is secure.
        SecureConfiguration = "V-01.3";
        /// The suite takes the statement, and the graph exists.
        SuiteAndGraph = "V-01.4";
        /// The roster is the one that the configuration names.
        NamedRoster = "V-02.1";
        /// No key is on the roster twice.
        DistinctKeys = "V-02.2";
        /// No client has the key of the organiser or of the aggregator.
        SeparateRoles = "V-02.3";
        /// A checkpoint belongs to this round and the open phase, and is signed.
        CheckpointInPlace = "V-03.1";
        /// A checkpoint continues the one before it.
        Continues = "V-03.2";
        /// A checkpoint covers exactly the messages before it.
        Covers = "V-03.3";
        /// The list of a checkpoint is the one that follows from the board.
        DerivedList = "V-03.4";
        /// The checkpoint that the auditor was given is the one on the board.
        SameCheckpoint = "V-03.5";
        /// Two checkpoints that differ name the aggregator only if both are signed.
        BothSigned = "V-03.5";
        /// No record follows the last checkpoint.
        NothingFollows = "V-03.6";
        /// The last phase does not end without a publication.
        SomethingPublished = "V-03.7";
        /// The checkpoints of one phase that the auditor was given are one.
        OneCheckpointShown = "V-03.8";
        /// An envelope decodes.
        EnvelopeDecodes = "V-04.1";
        /// A message belongs to this round.
        MessageOfRound = "V-04.2";
        /// A message belongs to the open phase and answers the last checkpoint.
        MessageInPlace = "V-04.3";
        /// The sender of a message may send one in this phase.
        MaySpeak = "V-04.4";
        /// A message is signed by its sender.
        SignedBySender = "V-04.5";
        /// The body of a message is the one that its envelope names.
        BodyOfEnvelope = "V-04.6";
        /// A body of the wrong length names somebody only if the envelope names it as one part or none.
        BodyAsOnePart = "V-04.6";
        /// The sender of a message has sent no other in this phase.
        SpeaksOnce = "V-04.7";
        /// A second message names its sender only if it differs from the first.
        SecondMessageDiffers = "V-04.7";
        /// There is only one publication.
        PublishedOnce = "V-04.8";
        /// The publication decodes.
        PublicationDecodes = "V-04.8";
        /// An acknowledgement has an empty body.
        EmptyAcknowledgement = "V-04.10";
        /// The body of a message decodes.
        BodyDecodes = "V-04.9";
        /// A client that advertises a key knows its secret.
        Possession = "V-06.1";
        /// Committed shares lie on polynomials of the right degree.
        Degree = "V-06.2";
        /// A complaint is true, and its proof holds; what was sealed is what was committed to.
        ComplaintsJudged = "V-06.3";
        /// A complaint of a client that has equivocated is not judged.
        ComplaintOfEquivocator = "V-06.3";
        /// A complaint about a client that has equivocated is not judged: who complains may have received the other
        /// message.
        ComplaintAboutEquivocator = "V-06.3";
        /// The proof of an input decodes.
        ProofDecodes = "V-07.1";
        /// A masked vector consists of canonical scalars.
        MaskedScalars = "V-07.2";
        /// The proof of an input holds.
        ProofHolds = "V-07.3";
        /// An attestation decodes.
        AttestationDecodes = "V-08.A.1";
        /// An attestation names the keys that the neighbours advertised.
        AttestedKeys = "V-08.A.2";
        /// The keys of an attestation are not judged if a neighbour has equivocated: the client may have received
        /// the other key.
        KeysOfEquivocator = "V-08.A.2";
        /// An attestation shows that the masked vector is the committed input plus the masks.
        RowLink = "V-08.A.3";
        /// A message of dispute decodes.
        DisputeDecodes = "V-08.C.1";
        /// Every point in a message of dispute is proven.
        EdgePoint = "V-08.C.2";
        /// A point of an edge to a client that has equivocated is not judged: the other end may have received the
        /// other key.
        EdgeOfEquivocator = "V-08.C.2";
        /// Both ends of an edge attested the commitments that the opened edge gives.
        Settled = "V-08.C.3";
        /// A revealed share is the committed one.
        CommittedShare = "V-09.1";
        /// A share of a dealer that has equivocated is not judged: it may belong to the other message.
        ShareOfEquivocator = "V-09.1";
        /// Enough shares of every secret that is needed are revealed before unmask is closed.
        EnoughShares = "V-09.2";
        /// Every secret that is needed is reconstructed.
        SecretsReconstructed = "V-09.2";
        /// The reconstructed secrets contradict no attestation of a contributor.
        TrueAttestations = "V-09.3";
        /// The secret of a client that has equivocated is not used to judge its neighbours.
        SecretOfEquivocator = "V-09.3";
        /// No contributor leaves in the last round of unmask.
        NobodyLeaves = "V-09.4";
        /// The published outcomes are the recomputed ones.
        Outcomes = "V-10.1";
        /// Enough contributors have acknowledged.
        Acknowledgements = "V-10.2";
        /// The published scalars open the sum of the commitments.
        Opens = "V-11.1";
        /// The published scalars are what follows from the board; if not, the aggregator is named.
        Recount = "V-11.2";
        /// The opening unpacks to sums that the contributors can reach.
        Unpacks = "V-12.1";
        /// The given metadata belongs to the sums of this round.
        AggregateMetadata = "V-12.2";
        /// The given sums are those on the board.
        GivenSums = "V-12.3";
        /// A receipt belongs to this round and is signed by the aggregator.
        ReceiptOfRound = "V-13.1";
        /// The leaf of a receipt holds the entry that the receipt names.
        ReceiptKept = "V-13.2";
        /// The receipts for one leaf name one entry.
        OneReceipt = "V-13.3";
        /// The key of the board follows from the transcript of its set-up.
        SetUpHolds = "V-14.1";
        /// A contributor whom the auditor trusts vouches for the set-up.
        Vouched = "V-14.2";
        /// A message that was given is of this round, and signed by its sender.
        GivenOfRound = "V-04.11";
        /// Nobody signs two different messages for one phase, wherever they stand.
        OneMessageSigned = "V-04.11";
        /// A trustee has signed its entry for this round.
        EntrySigned = "V-15.1";
        /// A trustee knows the secret of its sealing key.
        SealingKeyPossessed = "V-15.1";
        /// No trustee has the key of another party.
        TrusteesDiffer = "V-15.2";
        /// The submission key and the pads decode, and the key is possessed.
        SharingHolds = "V-16.1";
        /// A masked row that is shown is a value of the committed polynomial.
        MaskedRow = "V-16.2";
        /// A record shows why its client is not listed.
        ReasonShown = "V-16.3";
        /// The record of a listed client shows no masked row.
        NothingShown = "V-16.4";
        /// Nobody is left out whose whole message keeps all rules.
        NobodyLeftOut = "V-16.5";
        /// A trustee answers a checkpoint over submissions of clients.
        AnswersSubmissions = "V-17.1";
        /// The complaints of a trustee decode.
        ComplaintsDecode = "V-17.2";
        /// A complaint is true, or the trustee is named; if it is true, the client.
        ComplaintTrue = "V-17.3";
        /// A trustee confirms a part of those who were accepted.
        ConfirmsPart = "V-17.4";
        /// A trustee confirms a list of enough clients.
        ConfirmsEnough = "V-17.4";
        /// A trustee confirms nobody about whom it complained.
        ConfirmsNobodyAccused = "V-17.4";
        /// Enough trustees have confirmed before confirm is closed.
        EnoughConfirmed = "V-17.5";
        /// An opening is the sum of the pads of the list.
        OpeningHolds = "V-18.1";
        /// Openings are not judged if the pads of somebody on the list are not known.
        PadsKnown = "V-18.1";
        /// Enough openings hold before open is closed.
        EnoughOpened = "V-18.2";
        /// Whether enough openings hold is not judged if one of them was not judged.
        AllOpeningsJudged = "V-18.2";
        /// A leaf that is missing counts against the aggregator only if the board is finished.
        BoardFinished = "V-13.2";
        /// Of a list those clients count that are on the list before.
        PartOfListBefore = "3.3";
        /// Nobody is named once a checkpoint is not authentic.
        Authentic = "3.7";
        /// A damaged body counts as left out.
        DamagedBody = "3.10";
        /// A finding that names somebody waits for the checkpoint that covers it.
        Covered = "3.7";
        /// Findings after the last checkpoint are settled only if the board is finished.
        SettledAtEnd = "3.9";
        /// If bodies are missing, the lists of the checkpoints count.
        ListsOfCheckpoints = "3.10";
        /// If bodies are missing, nobody is named for too few shares.
        SharesOfRest = "3.10";
        /// If bodies are missing, the publication is not judged.
        PublicationOfRest = "3.10";
        /// Evidence shows what it claims, and no other fault.
        Claimed = "7.4";
        /// A damaged submission of a client that is not listed switches nothing off.
        DamagedListed = "6.5";
        /// Who is listed although its submission is damaged, counts as listed.
        DamagedAsListed = "6.5";
        /// A trustee is named only behind checkpoints that were authentic.
        ChainAuthentic = "6.8";
    }
}

impl Step {
    /// The check under which a finding of the step counts, unless the finding names another.
    pub fn check(self) -> Check {
        match self {
            // A body that does not decode is a bad message in every phase.
            Self::MaskedScalars | Self::AttestationDecodes | Self::DisputeDecodes => {
                Check::Messages
            }
            Self::ProofDecodes => Check::InputCommitments,
            Self::ProofHolds => Check::InputRange,
            // V-08.A.2 belongs to V-08.A, and V-06.1 to V-06. The steps of sections 3 and 7, and of section 6 of
            // `specs/committee.md`, belong to no check, and no finding names them.
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
