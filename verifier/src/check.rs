//! The checks by their stable, public ids (`specs/audit.md` 2).

use std::fmt;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        /// A check of the audit. Later versions have more.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $($(#[$doc])* $name,)*
        }

        impl Check {
            /// All checks, in the order of their ids.
            pub const ALL: &'static [Check] = &[$(Check::$name,)*];

            /// The stable, public id, such as `V-08.C`.
            pub fn id(self) -> &'static str {
                match self { $(Check::$name => $id,)* }
            }

            /// A short description of what is checked.
            pub fn title(self) -> &'static str {
                match self { $(Check::$name => $title,)* }
            }
        }
    };
}

checks! {
    /// The configuration: whether the organiser signed it, and whether it is secure.
    Configuration = "V-01", "configuration: well formed, signed by the organiser, secure";
    /// The keys of the clients.
    Roster = "V-02", "roster: distinct keys, as the configuration names them";
    /// The Merkle tree, the chain of checkpoints and their lists.
    Chain = "V-03", "board: Merkle root, chain of checkpoints, derived lists";
    /// Each message, by itself.
    Messages = "V-04", "messages: canonical, signed, in place, one a slot";
    /// The neighbour graph: which clients share a mask.
    Graph = "V-05", "neighbour graph: recomputed from roster and beacon";
    /// Keys, shares, complaints and participants.
    SetUp = "V-06", "set-up: possession of keys, degree of shares, complaints, participants";
    /// The commitments to the inputs.
    InputCommitments = "V-07.A", "inputs: commitments";
    /// The ranges of the inputs.
    InputRange = "V-07.B", "inputs: every value within its bound";
    /// The norms of the inputs.
    InputNorm = "V-07.C", "inputs: norms";
    /// The sums over the coordinates of the inputs.
    InputSum = "V-07.D", "inputs: sums";
    /// Whether each masked vector is its committed input plus its masks.
    RowLinks = "V-08.A", "attestations: masked vectors are what was committed, and masks";
    /// Whether two neighbours attested the same commitments about the edge between them.
    Edges = "V-08.B", "attestations: both ends of every edge agree";
    /// The edges that were opened, and the contributors that follow.
    Disputes = "V-08.C", "disputes: edges that were opened are judged, contributors";
    /// The signatures of the contributors on the list of contributors.
    Acknowledgements = "V-08.D", "acknowledgements: all of one list of contributors";
    /// The shares that remove the masks.
    Unmasking = "V-09", "unmasking: shares against commitments, rebuilt secrets against attestations";
    /// The published outcome of each client.
    Contributors = "V-10", "contributors: as recomputed, and enough of them acknowledged";
    /// The published sum, against the commitments.
    Opening = "V-11", "aggregate opens the sum of the contributors' commitments";
    /// The values of the sum, and whether they are those that were published elsewhere.
    Aggregate = "V-12", "aggregate: within what the contributors can add up to, and as published";
    /// The receipts that the aggregator gave.
    Receipts = "V-13", "receipts: each message stands where the receipt says";
    /// The trusted set-up of one suite.
    TrustedSetUp = "V-14", "verifying key and set-up transcript";
    /// The entries of the trustees.
    Committee = "V-15", "committee: trustees' entries signed, sealing keys possessed, all keys distinct";
    /// Submission keys, commitments to pads, and masked rows that are shown.
    Sharing = "V-16", "sharing: submission keys, pads, masked rows of clients that are not accepted";
    /// What trustees check and confirm.
    Trustees = "V-17", "checks: complaints of trustees, and the lists that they answer";
    /// What trustees open.
    Openings = "V-18", "openings: of the sums of the commitments to pads, by enough trustees";
}

impl Check {
    /// The checks of the pairwise protocol, in the order of their ids.
    pub const PAIRWISE: &'static [Check] = &[
        Check::Configuration,
        Check::Roster,
        Check::Chain,
        Check::Messages,
        Check::Graph,
        Check::SetUp,
        Check::InputCommitments,
        Check::InputRange,
        Check::InputNorm,
        Check::InputSum,
        Check::RowLinks,
        Check::Edges,
        Check::Disputes,
        Check::Acknowledgements,
        Check::Unmasking,
        Check::Contributors,
        Check::Opening,
        Check::Aggregate,
        Check::Receipts,
        Check::TrustedSetUp,
    ];

    /// The checks of the committee protocol, in the order of their ids.
    pub const COMMITTEE: &'static [Check] = &[
        Check::Configuration,
        Check::Roster,
        Check::Chain,
        Check::Messages,
        Check::InputCommitments,
        Check::InputRange,
        Check::InputNorm,
        Check::InputSum,
        Check::Contributors,
        Check::Opening,
        Check::Aggregate,
        Check::Receipts,
        Check::TrustedSetUp,
        Check::Committee,
        Check::Sharing,
        Check::Trustees,
        Check::Openings,
    ];

    /// The check with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.id() == id)
    }

    /// Whether the audit can leave the check out on request. The checks up to V-05, and V-15, cannot be left out, since all
    /// others rely on them.
    pub fn can_be_skipped(self) -> bool {
        self > Check::Graph && self != Check::Committee
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
