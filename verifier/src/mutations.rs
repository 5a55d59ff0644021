//! Each step of the audit is needed: there is an attack on a real round that it stops, or whose author it
//! names, or by which it keeps somebody honest from being named; and without it, all others in force,
//! the attack goes through.
//!
//! Who attacks is a client, the aggregator, both, or whoever holds the file. The rounds are played with
//! the roles as they are; only audits of this crate know the switches.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

// The tests of whole rounds use the same.
#[allow(clippy::expect_used, clippy::unreachable, unreachable_pub)]
#[path = "../../tests/scenarios/common/mod.rs"]
mod common;

mod chain;
mod doubts;
mod evidence;
mod headers;
mod inputs;
mod masks;
mod messages;
mod names;
mod people;
mod result;
mod set_up;
mod told;
mod unmasking;

use std::collections::BTreeSet;

use crate::step::Step;

/// One segment, and all clients of a round of four, of whom one may be absent.
const SMALL: [(usize, u64); 1] = [(3, 100)];
const ALL: [u32; 4] = [1, 2, 3, 4];

macro_rules! cases {
    ($($step:ident: $case:path;)*) => {
        /// What shows that a step is needed.
        fn case_of(step: Step) -> fn(Step) {
            match step { $(Step::$step => $case,)* }
        }

        #[allow(non_snake_case)]
        mod is_needed {
            use super::{case_of, Step};
            $(#[test]
            fn $step() {
                case_of(Step::$step)(Step::$step);
            })*
        }
    };
}

cases! {
    OrganisersKey: headers::the_round_of_another_organiser;
    OrganisersSignature: headers::a_configuration_that_the_organiser_never_signed;
    SecureConfiguration: headers::a_round_in_which_somebody_may_stand_alone;
    SuiteAndGraph: headers::a_configuration_that_no_suite_takes;
    DistinctKeys: headers::one_client_in_two_places;
    NamedRoster: headers::clients_that_the_aggregator_made_up;
    SeparateRoles: headers::an_aggregator_among_the_clients;
    CheckpointInPlace: chain::a_round_that_somebody_else_closed;
    Continues: chain::the_end_of_another_board;
    Covers: chain::a_message_that_is_taken_out_of_the_file;
    DerivedList: chain::a_client_that_is_not_listed;
    SameCheckpoint: chain::two_boards;
    BothSigned: chain::a_checkpoint_that_was_altered_in_the_file;
    NothingFollows: chain::a_record_after_the_end;
    SomethingPublished: chain::a_round_without_a_sum;
    EnvelopeDecodes: messages::bytes_that_are_no_message;
    MessageOfRound: messages::a_word_of_another_round;
    MessageInPlace: messages::a_word_out_of_place;
    MaySpeak: messages::a_word_of_somebody_who_may_not_speak;
    SignedBySender: messages::a_word_that_the_aggregator_made_up;
    BodyOfEnvelope: messages::a_body_that_was_exchanged_in_the_file;
    BodyAsOnePart: messages::a_body_that_was_exchanged_in_the_file_and_the_aggregator;
    SpeaksOnce: messages::two_words_in_one_phase;
    SaysTwoThings: messages::one_word_twice;
    PublishedOnce: messages::two_publications;
    PublicationDecodes: messages::a_publication_that_is_none;
    BodyDecodes: messages::bodies_that_do_not_decode;
    Possession: set_up::a_key_without_its_secret;
    Degree: set_up::shares_of_too_high_a_degree;
    DealerOnBoard: set_up::a_dealer_whose_keys_the_aggregator_withheld;
    ComplaintsJudged: set_up::a_bad_dealer_and_a_false_accuser;
    ChannelPoint: set_up::a_complaint_with_another_point;
    ComplaintOfDoubted: doubts::the_complaints_of_a_client_with_two_keys;
    ComplaintAboutDoubted: doubts::the_complaint_about_a_dealer_with_two_messages;
    Participants: set_up::a_client_that_confirmed_and_is_left_out;
    ProofDecodes: inputs::commitments_that_are_no_points;
    MaskedScalars: inputs::a_masked_vector_that_is_not_canonical;
    ProofHolds: inputs::a_value_at_the_bound;
    AcceptedRows: inputs::a_value_at_the_bound_that_is_added_up;
    AttestationDecodes: masks::an_attestation_that_does_not_decode;
    AttestedKeys: masks::other_keys_than_those_of_the_neighbours;
    KeysOfDoubted: doubts::an_attestation_to_the_other_key_of_a_neighbour;
    RowLink: masks::a_masked_vector_that_was_not_committed;
    SubmissionAccepted: masks::a_submission_that_the_aggregator_withheld;
    EdgesAgree: masks::a_lie_about_an_edge;
    DisputeDecodes: masks::a_dispute_that_does_not_decode;
    EdgePoint: masks::an_edge_opened_with_another_point;
    EdgeOfDoubted: doubts::an_edge_to_a_client_with_two_keys;
    Settled: masks::lies_about_edges_that_nobody_leaves_for;
    CommittedShare: unmasking::a_wrong_share;
    ShareOfDoubted: doubts::the_shares_of_a_dealer_with_two_messages;
    SecretsRebuilt: unmasking::too_few_shares_to_show_a_lie;
    TrueAttestations: unmasking::lies_that_rebuilt_secrets_show;
    SecretOfDoubted: doubts::the_secret_of_a_client_with_two_keys;
    NobodyLeaves: unmasking::a_liar_in_the_last_round;
    Outcomes: result::another_outcome;
    Acknowledgements: result::too_few_acknowledgements;
    Opens: result::a_false_sum;
    Recount: result::a_false_sum_and_its_author;
    Unpacks: result::a_sum_beyond_all_sums;
    Caption: result::sums_that_are_said_to_be_others;
    GivenSums: result::sums_that_are_others;
    ReceiptOfRound: result::a_receipt_that_somebody_made_up;
    ReceiptKept: result::a_receipt_that_was_not_kept;
    BoardFinished: result::receipts_for_what_is_still_to_come;
    PartOfListBefore: names::acknowledgements_from_outside;
    Authentic: names::a_board_from_which_a_message_was_taken;
    Undamaged: names::a_board_in_which_a_body_was_exchanged;
    Covered: names::a_message_that_no_checkpoint_covers;
    SettledAtEnd: names::a_message_that_no_checkpoint_covers;
    WholeBoard: evidence::a_board_without_bodies;
    LeftOutBody: evidence::what_a_liar_does_not_want_to_be_shown;
    ListsOfCheckpoints: evidence::a_list_without_what_it_rests_on;
    PublicationOfRest: evidence::outcomes_without_what_they_rest_on;
    Claimed: evidence::a_claim_about_somebody_else;
}

/// Steps that are no switch of their own, and why; in the words of the specification, where that says so.
const EXCUSED: [(&str, &str); 2] = [
    ("V-05.1", "so there is nothing to compare"),
    ("V-08.D.1", "and it says nothing else"),
];

/// The step that a line of the specification begins with.
fn number(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-.".contains(c)))?;
    let number = line[..end].trim_end_matches('.');
    let dots = number.strip_prefix("V-")?.split('.').skip(1);
    dots.last()?.parse::<u32>().ok().map(|_| number)
}

#[test]
fn every_numbered_step_has_a_case_or_an_excuse() {
    let specification = include_str!("../../specs/audit.md");
    let steps = specification.split("## 2 The checks").nth(1).unwrap();
    let steps = steps.split("\n## 3 ").next().unwrap();
    let written: BTreeSet<_> = steps.lines().filter_map(number).collect();
    assert_eq!(written.len(), 52);
    let cases: BTreeSet<_> = Step::ALL.iter().map(|step| step.number()).collect();
    let excused: BTreeSet<_> = EXCUSED.iter().map(|(number, _)| *number).collect();
    let covered: BTreeSet<_> = cases.union(&excused).copied().collect();
    let missing: Vec<_> = written.difference(&covered).collect();
    assert!(missing.is_empty(), "neither case nor excuse: {missing:?}");
    assert!(cases.is_disjoint(&excused), "a case needs no excuse");
    assert!(excused.is_subset(&written));
    for (number, reason) in EXCUSED {
        let from = steps.find(&format!("\n{number}")).unwrap();
        let step = steps[from + 1..].split("\n\n").next().unwrap();
        let step = step.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(step.contains(reason), "{number}: {step}");
    }
    for case in cases {
        let prefix = format!("\n{case}");
        assert!(
            specification.contains(&prefix) || case == "V-04",
            "{case} is not in the specification"
        );
    }
}
