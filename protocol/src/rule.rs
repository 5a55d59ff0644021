//! The rules that are conditions, by name: what an error names, and what a finding rests on.
//!
//! Whoever checks something says which rule asks for it: [`Rule::require`] gives the error,
//! [`Rule::holds`] the answer.

/// Names for numbered conditions of a specification, which can be left out by a test ([`crate::switch`]).
#[doc(hidden)]
#[macro_export]
macro_rules! numbered {
    (
        $(#[$doc:meta])*
        $vis:vis enum $Type:ident {
            $($(#[$meaning:meta])* $name:ident = $number:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $Type {
            $($(#[$meaning])* $name,)*
        }

        impl $Type {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Where it stands in the specification. Several may stand at one place.
            pub fn number(self) -> &'static str {
                match self { $(Self::$name => $number,)* }
            }

            /// The name, which no other has.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => concat!(stringify!($Type), "::", stringify!($name)),)* }
            }

            /// Whether the condition holds that it asks for.
            #[must_use]
            #[inline(always)]
            pub fn holds(self, condition: bool) -> bool {
                $crate::switch::holds(|| self.name(), condition)
            }

            /// An error, if the condition does not hold that it asks for.
            #[inline(always)]
            pub fn require<E>(
                self,
                condition: bool,
                otherwise: impl FnOnce() -> E,
            ) -> Result<(), E> {
                if self.holds(condition) {
                    Ok(())
                } else {
                    Err(otherwise())
                }
            }
        }
    };
}

numbered! {
    /// The rules of `specs/protocol.md` that are conditions. Rules about what to send have no name here, but for one.
    pub enum Rule {
        // Entering a round.
        /// The configuration names the organiser's key.
        NamedOrganiser = "2.2.1";
        /// The configuration carries the organiser's signature.
        OrganiserSigned = "2.2.1";
        /// `k` and `t` keep what they promise.
        Parameters = "2.2.4";
        /// `min_contributors` can be reached, and leaves nobody alone in the sum.
        MinContributors = "2.2.5";
        /// The deadlines ascend.
        Deadlines = "2.2.6";
        /// Every segment has a name of its own.
        Names = "2.2.7";
        /// No key stands twice on the roster.
        DistinctKeys = "2.2.8";
        /// The roster is the one that the configuration names.
        NamedRoster = "2.2.8";
        /// The roster has `n` keys.
        RosterLength = "2.2.8";
        /// The suite is the one that the party has.
        Suite = "2.2.9";
        /// The key of the set-up is the one that the configuration names.
        NamedKey = "2.2.9";

        // What a client checks of every package.
        /// The checkpoint has the round's context.
        CheckpointContext = "3.10.1";
        /// The checkpoint is of the phase that has closed.
        CheckpointPhase = "3.10.1";
        /// The aggregator signed the checkpoint.
        CheckpointSigned = "3.10.1";
        /// The checkpoint continues the one that the client answered.
        Chain = "3.10.2";
        /// The tree of the checkpoint continues the one that the client saw.
        Grown = "3.10.2";
        /// The list is a part of the list before it.
        Sublist = "3.10.3";
        /// A message counts only if its sender is on the list.
        ItemListed = "3.10.4";
        /// A message counts only if its sender is another client.
        ItemOfAnother = "3.10.4";
        /// The board holds the message that the client sent.
        OwnMessage = "3.10.6";
        /// A message counts only if its sender signed it.
        ItemSigned = "3.10.4";
        /// A message counts only if it has the round's context.
        ItemContext = "3.10.4";
        /// A message counts only if it is of the phase that has closed.
        ItemPhase = "3.10.4";
        /// A message counts only if it answers the checkpoint that the client answered too.
        SameView = "3.10.4";
        /// A message counts only if it stands on the board.
        ItemStands = "3.10.4";
        /// A message that counts is there for every neighbour on the list.
        Shown = "3.10.5";
        /// A part is shown with its path (also 3.2.2, 3.6.2 and 4.8.1).
        Path = "3.3.2";

        // What a client checks in each phase.
        /// Enough neighbours advertised to hold the client's shares.
        Holders = "3.2.1";
        /// Keys come with proofs that their secrets are known.
        Possession = "3.2.2";
        /// A share that a client receives is the committed one.
        CommittedShare = "3.3.2";
        /// The blindings of an attestation are of the checkpoint that it answers (4.7.3). This rule says what to send. It
        /// has a name all the same, so that a test can leave it out.
        FreshBlinding = "3.5.2";
        /// What a client attests is what it submitted.
        SubmittedInput = "3.5.3";
        /// A client opens only an edge about which the ends disagree.
        OnlyDisputed = "3.6.2";
        /// Enough neighbours acknowledged the same list.
        Neighbours = "3.8.1";
        /// Enough clients in all acknowledged the same list.
        Acknowledgements = "3.8.2";
        /// A client gives up a second share only against a fraud proof.
        FraudShown = "3.8.6";

        // What a fraud proof needs.
        /// The attestation is of this round, this phase and the reader's view.
        AttestationView = "4.8.1";
        /// The attestation is signed by the client that it names.
        AttestationSigned = "4.8.1";
        /// The message of share is of this round, this phase and the reader's view.
        SharingView = "4.8.2";
        /// The message of share is signed by the client that it names.
        SharingSigned = "4.8.2";
        /// The seed is the one that the message of share commits to.
        CommittedSeed = "4.8.2";
        /// The attested self commitment is not the one that the seed gives.
        FalseOwn = "4.8.2";
        /// The keys are those that were attested.
        AttestedKeys = "4.8.3";
        /// The secret is that of the neighbour's key among them.
        SecretOfKey = "4.8.3";
        /// The attested edge commitment is not the one that the secret gives.
        FalseEdge = "4.8.3";

        // Whether the aggregator takes a message, and its log.
        /// A message has the round's context.
        MessageContext = "3.11.2";
        /// A client has one message in a phase.
        Occupied = "3.11.4";
        /// The phase of a message is not closed.
        Open = "3.11.5";
        /// The deadline of a message's phase has not passed.
        InTime = "3.11.5";
        /// The phase of a message has begun.
        Begun = "3.11.6";
        /// A message answers the last checkpoint.
        AnswersLast = "3.11.7";
        /// The sender of a message is on the list of the last checkpoint.
        Eligible = "3.11.8";
        /// No client speaks in publish, the aggregator's phase.
        OwnPublication = "3.11.8";
        /// A message is signed by its sender.
        MessageSigned = "3.11.9";
        /// The body of a message is the one that its envelope names.
        Body = "3.11.10";
        /// A log that is replayed comes out the same.
        Replayed = "6.4";

        // What puts a client on a list.
        /// Whoever advertises a key shows that it knows the secret.
        ProvenKeys = "5.1";
        /// What a dealer commits to lies on polynomials of the right degree (4.3.3).
        Degree = "5.2";
        /// A dealer about whom a complaint is upheld leaves.
        UpheldComplaint = "5.3";
        /// A complaint is upheld only if its proof holds (4.6.5).
        ProvenComplaint = "5.3";
        /// A complaint is upheld only if what was dealt is bad (4.6.5).
        FoundedComplaint = "5.3";
        /// Participants have enough neighbours among them.
        EnoughPartners = "5.3";
        /// The proof of an input holds.
        InputProof = "5.4";
        /// The attested keys are the neighbours' keys (4.7.5).
        EdgeKeys = "5.5";
        /// The row links of an attestation hold (4.7.4).
        RowLink = "5.5";
        /// Both ends of an edge attested the same.
        EdgesAgree = "5.6";
        /// What a client attested about an edge is what the opened edge gives.
        OpenedFalsely = "5.6";
        /// One of the two ends opens a disputed edge.
        Unopened = "5.6";
        /// A point opens an edge only if its proof holds (4.6).
        ProvenPoint = "5.6";
        /// A share that is revealed is the committed one.
        RevealedShare = "5.8";
        /// Enough shares are there to reconstruct a secret (3.8, 4.3.4).
        EnoughShares = "5.8";
        /// What a client attested about its self-mask is what its seed gives.
        TrueOwn = "5.8";
        /// What a client attested about an edge is what the secret of its other end gives.
        TrueEdge = "5.8";
    }
}

numbered! {
    /// The rules of `specs/committee.md` that are conditions. Rules about what to send have no name here, but for one.
    pub enum CommitteeRule {
        // Entering a round.
        /// A trustee has signed its entry for this round.
        EntrySigned = "2.2";
        /// A trustee knows the secret of its sealing key.
        EntryPossessed = "2.2";
        /// No two trustees have one key.
        TrusteesDiffer = "2.2";
        /// A client is on the roster under its number.
        Listed = "2.2";
        /// Unknown trustees, and those that may be corrupt, are no more than may collude.
        FewUnknown = "2.4";

        // What a client sends.
        /// A masked row goes with a salt. This rule says what to send. It has a name all the same, so that a test can leave it out.
        Salted = "3.1.5";

        // What a trustee checks.
        /// The checkpoint is of the round, of the phase that has closed, and signed (also 3.3.1 and 3.4.1).
        TrusteeCheckpoint = "3.2.1";
        /// The checkpoint continues the one that the trustee answered (3.2.1, 3.3.1, 3.4.1).
        TrusteeChain = "3.3.1";
        /// The tree continues that of the checkpoint that the trustee answered (also 3.4.1).
        TrusteeTree = "3.3.1";
        /// Every message is of the round and of submit, with a client of the roster as sender.
        OfClients = "3.2.2";
        /// No client has two submissions.
        OneSubmission = "3.2.2";
        /// The submissions are those under the checkpoint.
        SameTree = "3.2.2";
        /// A submission is signed by its client.
        SubmissionSigned = "3.2.3";
        /// The parts that are shown are those that the client signed.
        PartsSigned = "3.2.3";
        /// Of every accepted client there is a submission.
        EverybodyShown = "3.2.3";
        /// A client knows the secret of its submission key.
        KeyPossessed = "3.2.3";
        /// The pads are those that the client committed to.
        PadsOpen = "3.2.5";
        /// Before the deadline of submit everybody has spoken.
        ClientsHeard = "3.2.7";
        /// The contributors are a part of the accepted.
        PartOfAccepted = "3.3.2";
        /// The contributors are enough.
        EnoughContributors = "3.3.2";
        /// No contributor is one about whom the trustee complained.
        NotAccused = "3.3.3";
        /// Enough trustees have confirmed the list.
        Confirmations = "3.4.2";
        /// Those that have confirmed it are different trustees (also 5.5).
        DifferentTrustees = "3.4.2";

        // What the aggregator decides.
        /// Masked rows are values of the committed polynomials.
        MaskedRows = "3.1";
        /// A complaint is upheld only if its proof holds.
        ComplaintProven = "3.2.5";
        /// A complaint is upheld only if the pad does not open the commitment.
        ComplaintFounded = "3.2.5";
        /// An opening counts only if it opens the sum of the commitments.
        OpeningHolds = "3.4";
    }
}
