//! Each rule of `specs/committee.md` is needed: it stops an attack that succeeds when the rule is off.
//!
//! | module | the rules of whom |
//! |---|---|
//! | [`entering`] | everybody's, before the first message |
//! | [`checking`], [`confirming`] | a trustee's |
//! | [`judging`] | the aggregator's |
//! | [`coalition`] | what an aggregator and corrupt trustees compute together |

mod checking;
mod coalition;
mod confirming;
mod entering;
mod judging;

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
    EntrySigned: entering::sealing_keys_of_the_organiser_read_an_input,
    TrusteesDiffer: entering::one_trustee_that_stands_for_three_reads_an_input,
    Listed: entering::a_client_speaks_under_the_number_of_another,
    FewUnknown: entering::trustees_that_nobody_knows_read_an_input,
    TrusteeCheckpoint: checking::a_stranger_makes_a_trustee_speak,
    OfClients: checking::a_message_of_another_round_frames_a_trustee,
    OneSubmission: checking::two_submissions_frame_a_trustee,
    SameTree: checking::another_submission_than_the_one_on_the_board_frames_a_trustee,
    SubmissionSigned: checking::forged_submissions_leave_one_client_alone,
    PartsSigned: checking::exchanged_pads_frame_a_trustee,
    EverybodyShown: checking::invented_names_leave_one_client_alone,
    KeyPossessed: checking::a_copied_key_turns_complaints_into_an_oracle,
    PadsOpen: checking::bad_pads_frame_a_trustee,
    TrusteeChain: confirming::a_list_of_another_chain_gives_a_sum_without_a_board,
    TrusteeTree: confirming::a_tree_that_is_no_board_s_gives_a_sum_and_names_nobody,
    PartOfAccepted: confirming::a_list_with_somebody_else_frames_a_trustee,
    EnoughContributors: confirming::a_list_of_one_client_shows_its_input,
    NotAccused: confirming::a_list_with_the_accused_frames_a_trustee,
    Confirmations: confirming::the_sum_is_known_before_a_list_is_confirmed,
    MaskedRows: judging::a_bad_row_frames_the_aggregator,
    ComplaintProven: judging::a_complaint_with_another_point_excludes_a_client,
    ComplaintFounded: judging::a_complaint_about_good_pads_excludes_a_client,
    OpeningHolds: judging::a_false_opening_frames_the_aggregator,
}
