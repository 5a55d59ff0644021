//! Each rule of `specs/committee.md` is needed: it stops an attack that succeeds when the rule is off.
//!
//! | module | the rules of whom |
//! |---|---|
//! | [`entering`] | a client's, before it sends |
//! | [`checking`], [`confirming`] | a trustee's |
//! | [`judging`] | the aggregator's |
//! | [`watched`] | all; the attack is an attempt of the laboratory to read an input or to choose a sum |
//! | [`auditing`] | what the attacks ask of the audit |

mod auditing;
mod checking;
mod confirming;
mod entering;
mod judging;
mod watched;

use veragg_protocol::rule::CommitteeRule;
use veragg_protocol::switch::without;

/// Asserts that the attack fails with the rule in force, and succeeds when the rule is off.
fn is_needed(rule: CommitteeRule, attack: fn() -> bool) {
    let off: [&[_]; 2] = [&[], &[rule.name()]];
    assert_eq!(
        off.map(|off| without(off, attack)),
        [false, true],
        "{rule:?}"
    );
}

/// A test for each rule: the attack that it stops.
macro_rules! each_is_needed {
    ($($rule:ident: $module:ident::$attack:ident,)*) => {
        /// The rules that have a case.
        pub(crate) const CASES: &[CommitteeRule] = &[$(CommitteeRule::$rule),*];

        $(
            #[test]
            fn $attack() {
                is_needed(CommitteeRule::$rule, $module::$attack);
            }
        )*
    };
}

each_is_needed! {
    EntrySigned: watched::sealing_keys_beside_honest_names,
    TrusteesDiffer: watched::one_trustee_that_stands_for_three,
    Listed: entering::a_client_speaks_under_the_number_of_another,
    FewUnknown: watched::trustees_that_nobody_knows,
    Salted: watched::hashes_on_the_board,
    TrusteeCheckpoint: checking::a_stranger_makes_a_trustee_speak,
    OfClients: checking::a_message_of_another_round_frames_a_trustee,
    OneSubmission: checking::two_submissions_frame_a_trustee,
    SameTree: checking::another_submission_than_the_one_on_the_board_frames_a_trustee,
    SubmissionSigned: watched::clients_in_whose_names_the_aggregator_writes,
    PartsSigned: checking::exchanged_pads_frame_a_trustee,
    EverybodyShown: watched::clients_that_sent_nothing,
    KeyPossessed: watched::a_copied_submission_key,
    PadsOpen: checking::bad_pads_frame_a_trustee,
    ClientsHeard: checking::a_round_goes_on_without_a_client_that_had_time,
    TrusteeChain: confirming::a_list_of_another_chain_gives_a_sum_without_a_board,
    TrusteeTree: confirming::a_tree_that_is_no_board_s_gives_a_sum_and_names_nobody,
    PartOfAccepted: confirming::a_list_with_somebody_else_frames_a_trustee,
    EnoughContributors: watched::a_list_of_one_client,
    NotAccused: confirming::a_list_with_the_accused_frames_a_trustee,
    Confirmations: watched::a_sum_that_is_known_before_a_list_is_confirmed,
    DifferentTrustees: watched::a_confirmation_that_counts_twice,
    MaskedRows: judging::a_bad_row_frames_the_aggregator,
    ComplaintProven: judging::a_complaint_with_another_point_excludes_a_client,
    ComplaintFounded: judging::a_complaint_about_good_pads_excludes_a_client,
    OpeningHolds: judging::a_false_opening_frames_the_aggregator,
}
