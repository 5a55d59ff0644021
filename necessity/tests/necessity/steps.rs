//! Each step of the audit is needed: it stops an attack on a real round, or names the culprit, or prevents that an
//! honest party is named. The attack succeeds when only this step is off, and all others are in force.
//!
//! The attacker is a client, the aggregator, both, or the party that gives the file to the auditor. The rounds are
//! played with all rules in force; the step is off only in the audit.

mod case;
mod chain;
pub(crate) mod committee;
mod equivocations;
mod evidence;
mod headers;
pub(crate) mod inputs;
mod judged;
pub(crate) mod masks;
mod messages;
mod names;
mod result;
pub(crate) mod set_up;
mod trusted_set_up;
mod unmasking;

use veragg_verifier::step::Step;

/// The one segment of the rounds, which have four clients. One of these may be absent.
const SMALL: [(usize, u64); 1] = [(3, 100)];
const ALL: [u32; 4] = [1, 2, 3, 4];

/// A test for each step with a name: the attack that shows that the step is needed.
macro_rules! cases {
    ($($step:ident: $module:ident::$case:ident;)*) => {
        /// The steps that have a case.
        pub(crate) const CASES: &[Step] = &[$(Step::$step),*];

        #[allow(non_snake_case)]
        mod is_needed {
            use super::judged::Off;
            use veragg_verifier::step::Step;
            $(#[test]
            fn $step() {
                super::$module::$case(&Off::of_step(Step::$step));
            })*
        }
    };
}

/// The same for steps without a name: by number, with the steps and rules that make the same check.
macro_rules! unnamed {
    ($($number:literal [$($off:expr),*]: $module:ident::$case:ident;)*) => {
        /// The numbers of the steps that have a case without a name of their own.
        pub(crate) const UNNAMED: &[&str] = &[$($number),*];

        mod is_needed_too {
            use super::judged::Off;
            use veragg_protocol::rule::Rule;
            use veragg_verifier::step::Step;
            $(#[test]
            fn $case() {
                super::$module::$case(&Off(vec![$($off.name()),*]));
            })*
        }
    };
}

cases! {
    OrganisersKey: headers::the_round_of_another_organiser;
    OrganisersSignature: headers::a_configuration_that_the_organiser_never_signed;
    SecureConfiguration: headers::a_round_in_which_somebody_may_stand_alone;
    SuiteAndGraph: headers::a_configuration_that_no_suite_takes;
    DistinctKeys: headers::one_key_for_two_clients;
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
    OneCheckpointShown: chain::two_boards_that_two_clients_were_shown;
    EnvelopeDecodes: messages::bytes_that_are_no_message;
    MessageOfRound: messages::a_message_of_another_round;
    MessageInPlace: messages::a_message_with_another_answer_or_phase;
    MaySpeak: messages::a_message_of_a_sender_that_is_not_eligible;
    SignedBySender: messages::a_message_that_the_aggregator_forged;
    BodyOfEnvelope: messages::a_body_that_was_exchanged_in_the_file;
    BodyAsOnePart: messages::an_exchanged_body_does_not_name_the_aggregator;
    SpeaksOnce: messages::two_messages_in_one_phase;
    SecondMessageDiffers: messages::the_same_message_twice;
    PublishedOnce: messages::two_publications;
    PublicationDecodes: messages::a_publication_that_is_none;
    BodyDecodes: messages::bodies_that_do_not_decode;
    Possession: set_up::a_key_without_its_secret;
    Degree: set_up::shares_of_too_high_a_degree;
    ComplaintsJudged: set_up::a_bad_dealer_and_a_false_accuser;
    ComplaintOfEquivocator: equivocations::the_complaints_of_a_client_with_two_keys;
    ComplaintAboutEquivocator: equivocations::the_complaint_about_a_dealer_with_two_messages;
    ProofDecodes: inputs::commitments_that_are_no_points;
    MaskedScalars: inputs::a_masked_vector_that_is_not_canonical;
    ProofHolds: inputs::a_value_at_the_bound;
    AttestationDecodes: masks::an_attestation_that_does_not_decode;
    AttestedKeys: masks::other_keys_than_those_of_the_neighbours;
    KeysOfEquivocator: equivocations::an_attestation_to_the_other_key_of_a_neighbour;
    RowLink: masks::a_masked_vector_that_was_not_committed;
    DisputeDecodes: masks::a_dispute_that_does_not_decode;
    EdgePoint: masks::an_edge_opened_with_another_point;
    EdgeOfEquivocator: equivocations::an_edge_to_a_client_with_two_keys;
    Settled: masks::disputed_edges_for_which_nobody_is_excluded;
    CommittedShare: unmasking::a_wrong_share;
    ShareOfEquivocator: equivocations::the_shares_of_a_dealer_with_two_messages;
    EnoughShares: unmasking::too_few_shares_to_show_a_false_attestation;
    SecretsReconstructed: unmasking::shares_of_another_secret;
    EmptyAcknowledgement: messages::an_acknowledgement_with_a_body;
    TrueAttestations: unmasking::false_attestations_that_reconstructed_secrets_show;
    SecretOfEquivocator: equivocations::the_secret_of_a_client_with_two_keys;
    NobodyLeaves: unmasking::a_false_attestation_found_in_the_last_round;
    Outcomes: result::another_outcome;
    Acknowledgements: result::too_few_acknowledgements;
    Opens: result::a_false_sum;
    Recount: result::a_false_sum_and_its_author;
    Unpacks: result::a_sum_beyond_all_sums;
    AggregateMetadata: result::metadata_of_other_sums;
    GivenSums: result::sums_that_are_others;
    ReceiptOfRound: result::a_receipt_that_somebody_made_up;
    ReceiptKept: result::a_receipt_that_was_not_kept;
    OneReceipt: result::two_receipts_for_one_leaf;
    BoardFinished: result::receipts_for_what_is_still_to_come;
    SetUpHolds: trusted_set_up::the_transcript_of_another_key;
    Vouched: trusted_set_up::contributors_that_one_person_made_up;
    PartOfListBefore: names::acknowledgements_from_outside;
    Authentic: names::a_board_from_which_a_message_was_taken;
    DamagedBody: names::a_board_in_which_a_body_was_exchanged;
    Covered: names::a_message_that_no_checkpoint_covers;
    SettledAtEnd: names::a_message_that_no_checkpoint_covers;
    ListsOfCheckpoints: evidence::a_list_without_what_it_rests_on;
    SharesOfRest: evidence::unmasking_without_the_shares;
    PublicationOfRest: evidence::outcomes_without_what_they_rest_on;
    Claimed: evidence::a_claim_about_somebody_else;
}

unnamed! {
    "V-06.3" [Rule::ProvenComplaint]: set_up::a_complaint_with_another_point;
    "V-06.4" [Rule::EnoughPartners]: set_up::clients_that_have_too_few_neighbours;
    // The step computes the participants; these other steps compare them.
    "V-06.4" [Step::DerivedList, Step::Outcomes]: set_up::a_client_that_confirmed_and_is_left_out;
    "V-08.B.1" [Rule::EdgesAgree]: masks::a_false_pairwise_mask;
}
