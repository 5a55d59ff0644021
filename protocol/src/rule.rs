//! The rules that are conditions, by name, so that tests can show that each is needed: in a test build,
//! and in no other, a rule can be switched off, and the attack that it stops goes through
//! (`mutations`).

/// A rule of `specs/protocol.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "roles"), allow(dead_code))]
pub(crate) enum Rule {
    // Entering a round.
    /// 2.2.1: the configuration names the organiser's key.
    NamedOrganiser,
    /// 2.2.1: and carries the organiser's signature.
    OrganiserSigned,
    /// 2.2.4: `k` and `t` keep what they promise.
    Parameters,
    /// 2.2.5: `min_contributors` can be reached.
    MinContributors,
    /// 2.2.6: deadlines ascend.
    Deadlines,
    /// 2.2.7: every segment has a name of its own.
    Names,
    /// 2.2.8: no key stands twice on the roster.
    DistinctKeys,
    /// 2.2.8: the roster is the one that the configuration names.
    NamedRoster,
    /// 2.2.8: and has `n` keys.
    RosterLength,
    /// 2.2.9: the suite is the one that the party has.
    Suite,

    // What a client checks of every packet.
    /// 3.10.1: the checkpoint has the round's context.
    CheckpointContext,
    /// 3.10.1: it is of that phase.
    CheckpointPhase,
    /// 3.10.1: it is signed by the aggregator.
    CheckpointSigned,
    /// 3.10.2: it continues the one that the client answered.
    Chain,
    /// 3.10.2: and so does its tree.
    Grown,
    /// 3.10.3: its list is a part of the list before it.
    Sublist,
    /// 3.10.4: a message counts if its sender is on the list,
    ItemListed,
    /// 3.10.4: is another client,
    ItemOfAnother,
    /// 3.10.4: and signed it;
    ItemSigned,
    /// 3.10.4: if it has the round's context,
    ItemContext,
    /// 3.10.4: and that phase;
    ItemPhase,
    /// 3.10.4: if it answers the checkpoint that the client answered too;
    SameView,
    /// 3.10.4: and if it stands on the board.
    ItemStands,
    /// 3.10.5: a message that counts is there for every neighbour on the list.
    Shown,
    /// 3.2.2, 3.3.2, 3.6.2, 4.8.1: a part is shown with its path.
    Path,

    // What a client checks in each phase.
    /// 3.2.1: enough neighbours advertised to hold its shares.
    Holders,
    /// 3.2.2: keys come with proofs that their secrets are known.
    Possession,
    /// 3.3.2: a share is the committed one.
    CommittedShare,
    /// 3.5.3: what is attested is what was submitted.
    SubmittedInput,
    /// 3.6.2: only an edge is opened about which the ends disagree.
    OnlyDisputed,
    /// 3.8.1: enough neighbours acknowledged the same list.
    Neighbours,
    /// 3.8.2: enough clients in all did.
    Acknowledgements,
    /// 3.8.6: a second share only against a conviction.
    Convicted,
    /// 6.1: nothing is said that was not written down.
    Saved,
    /// 6.3: a client that could not write its state down has finished.
    Uncertain,

    // What a conviction needs.
    /// 4.8.1: the attestation is of this round, this phase and the reader's view.
    AttestationView,
    /// 4.8.1: it is signed.
    AttestationSigned,
    /// 4.8.2: the message of share is of this round, this phase and the reader's view.
    SharingView,
    /// 4.8.2: it is signed.
    SharingSigned,
    /// 4.8.2: the seed is the one that it commits to.
    CommittedSeed,
    /// 4.8.2: the self commitment is not the one that the seed gives.
    FalseOwn,
    /// 4.8.3: the keys are those that were attested.
    AttestedKeys,
    /// 4.8.3: the secret is that of the neighbour's key among them.
    SecretOfKey,
    /// 4.8.3: the edge commitment is not the one that the secret gives.
    FalseEdge,

    // The aggregator's door, and its log.
    /// 3.11.2: a message has the round's context.
    MessageContext,
    /// 3.11.4: a client has one message in a phase.
    Occupied,
    /// 3.11.5: the message's phase is not closed.
    Open,
    /// 3.11.5: its deadline has not passed.
    InTime,
    /// 3.11.6: its phase has begun.
    Begun,
    /// 3.11.7: it answers the last checkpoint.
    AnswersLast,
    /// 3.11.8: its sender is on the list of that checkpoint.
    Eligible,
    /// 3.11.8: publish is the aggregator's phase.
    OwnPublication,
    /// 3.11.9: it is signed by its sender.
    MessageSigned,
    /// 3.11.10: the body is the envelope's.
    Body,
    /// 6.4: a log that is replayed comes out the same.
    Replayed,

    // The lists.
    /// 5.1: advertised are keys with proofs that their secrets are known.
    ProvenKeys,
    /// 5.2, 4.3.3: what a dealer commits to lies on polynomials of the right degree.
    Degree,
    /// 5.3: a dealer about whom a complaint is upheld leaves.
    UpheldComplaint,
    /// 5.3, 4.6.5: a complaint is upheld only if its proof holds,
    ProvenComplaint,
    /// 5.3, 4.6.5: and what was dealt is bad.
    FoundedComplaint,
    /// 5.3: participants have enough neighbours among them.
    EnoughPartners,
    /// 5.4: the proof about the input holds.
    InputProof,
    /// 5.5, 4.7.5: the attested keys are the neighbours' keys.
    EdgeKeys,
    /// 5.5, 4.7.4: the row links hold.
    RowLink,
    /// 5.6: who lied about an opened edge leaves.
    OpenedLie,
    /// 5.6: both ends of a disputed edge that nobody opened leave.
    Unopened,
    /// 5.6, 4.6: a point opens an edge if its proof holds.
    ProvenPoint,
    /// 5.8: a share that is revealed is the committed one.
    RevealedShare,
    /// 3.8, 4.3.4: a secret is rebuilt from enough shares.
    EnoughShares,
    /// 5.8: who lied about its self-mask leaves.
    TrueOwn,
    /// 5.8: who lied about the edge to a client that does not contribute leaves.
    TrueEdge,
}

/// Whether a condition holds, which is what the rule asks for.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn holds(_: Rule, condition: bool) -> bool {
    condition
}

#[cfg(test)]
pub(crate) use switches::holds;
#[cfg(all(test, feature = "roles"))]
pub(crate) use switches::without;

#[cfg(test)]
mod switches {
    use std::cell::Cell;

    use super::Rule;

    thread_local! {
        /// The rule that is switched off on this thread.
        static OFF: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    pub(crate) fn holds(rule: Rule, condition: bool) -> bool {
        condition || OFF.get() == Some(rule)
    }

    /// Does something with the rule in force, and then again without it: on a thread of its own, where
    /// everything that would be done in parallel is done too, so that no other test sees the switch.
    #[cfg(feature = "roles")]
    pub(crate) fn without<T: Send>(rule: Rule, attack: impl Fn() -> T + Sync) -> [T; 2] {
        [None, Some(rule)].map(|off| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
            pool.expect("a thread").install(|| {
                OFF.set(off);
                attack()
            })
        })
    }
}
