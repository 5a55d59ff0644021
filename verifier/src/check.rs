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

            /// The stable, public id.
            pub fn id(self) -> &'static str {
                match self { $(Check::$name => $id,)* }
            }

            /// What is checked, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Check::$name => $title,)* }
            }
        }
    };
}

checks! {
    /// The organiser's word and its security.
    Configuration = "V-01", "configuration: well formed, signed by the organiser, secure";
    /// The clients' keys.
    Roster = "V-02", "roster: distinct keys, as the configuration names them";
    /// Tree, checkpoints and lists.
    Chain = "V-03", "board: Merkle root, chain of checkpoints, derived lists";
    /// Every message by itself.
    Messages = "V-04", "messages: canonical, signed, in place, one a slot";
    /// Who masks towards whom.
    Graph = "V-05", "neighbour graph: recomputed from roster and beacon";
    /// Keys, shares, participants.
    SetUp = "V-06", "set-up: possession of keys, degree of shares, complaints, participants";
    /// Commitments of the inputs.
    InputCommitments = "V-07.A", "inputs: commitments";
    /// Ranges of the inputs.
    InputRange = "V-07.B", "inputs: every value within its bound";
    /// Norms of the inputs.
    InputNorm = "V-07.C", "inputs: norms";
    /// Sums of the inputs.
    InputSum = "V-07.D", "inputs: sums";
    /// What the masked vectors hold besides masks.
    RowLinks = "V-08.A", "attestations: masked vectors are what was committed, and masks";
    /// What two neighbours attested about the edge between them.
    Edges = "V-08.B", "attestations: both ends of every edge agree";
    /// Edges that were opened, and the contributors.
    Disputes = "V-08.C", "disputes: edges that were opened are judged, contributors";
    /// The contributors' word on the list.
    Acknowledgements = "V-08.D", "acknowledgements: all of one list of contributors";
    /// Shares that remove the masks.
    Unmasking = "V-09", "unmasking: shares against commitments, rebuilt secrets against attestations";
    /// Who is in the sum.
    Contributors = "V-10", "contributors: as recomputed, and enough of them acknowledged";
    /// The sum itself.
    Opening = "V-11", "aggregate opens the sum of the contributors' commitments";
    /// What the sum means.
    Aggregate = "V-12", "aggregate: within what the contributors can add up to, and as published";
    /// Promises of the aggregator.
    Receipts = "V-13", "receipts: each message stands where the receipt says";
    /// The trusted set-up of one suite.
    TrustedSetUp = "V-14", "verifying key and set-up transcript";
}

impl Check {
    /// The check of an id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.id() == id)
    }

    /// Whether the audit can leave the check out on request. The others are what every later
    /// check stands on.
    pub fn can_be_skipped(self) -> bool {
        self > Check::Graph
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
