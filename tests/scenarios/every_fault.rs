//! Evidence of every kind of fault: each step of the audit that names somebody is broken, and the file that is
//! exported for it shows the fault without the board.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use veragg::protocol::round::phase::Phase;
use veragg::verifier::{Check, Culprit, Options, Step, StepNumber};
use veragg_lab::boards::BOARDS;
use veragg_lab::{client, Finished, Scene};

use crate::evidence::shows;

mod aggregator;
mod clients;
mod signed;

const SMALL: [(usize, u64); 1] = [(3, 100)];
const ALL: [u32; 4] = [1, 2, 3, 4];
const AGGREGATOR: Culprit = Culprit::Aggregator;
const ORGANISER: Culprit = Culprit::Organiser;

/// A round in which a rule was broken, and what its auditor has.
pub(crate) struct Broken {
    pub(crate) finished: Finished,
    pub(crate) options: Options,
    named: Vec<(Culprit, Check)>,
}

impl Broken {
    /// Whoever broke the rule, and the check that finds it.
    fn by(finished: Finished, named: &[(Culprit, Check)]) -> Self {
        Self {
            options: veragg_lab::auditor(&finished.local),
            finished,
            named: named.to_vec(),
        }
    }

    /// Client 3 broke it, and an honest aggregator excluded the client.
    fn by_client_3(scene: Scene, check: Check) -> Self {
        Self::by(scene.play(), &[(client(3), check)])
    }
}

macro_rules! cases {
    ($($step:ident: $($module:ident::$case:ident),*;)*) => {
        /// The steps that are broken.
        const CASES: &[Step] = &[$(Step::$step),*];

        /// The cases, with their names.
        #[cfg_attr(veragg_groth16, allow(dead_code))]
        pub(crate) const ALL_CASES: &[(&str, fn() -> Broken)] =
            &[$($((stringify!($case), $module::$case)),*),*];

        #[allow(non_snake_case)]
        mod is_shown {
            use super::*;
            $(#[test]
            fn $step() {
                $(is_shown(Step::$step, super::$module::$case());)*
            })*
        }
    };
}

cases! {
    SecureConfiguration: signed::a_round_in_which_somebody_may_stand_alone;
    SuiteAndGraph: signed::a_configuration_that_no_suite_takes;
    DistinctKeys: signed::one_key_for_two_clients;
    SeparateRoles: signed::a_client_with_the_key_of_the_aggregator;
    CheckpointInPlace: aggregator::a_checkpoint_of_another_phase;
    Continues: aggregator::a_checkpoint_that_continues_another;
    Covers: aggregator::a_checkpoint_over_fewer_messages;
    DerivedList: aggregator::a_client_that_is_not_listed;
    SameCheckpoint: signed::another_checkpoint_than_that_of_the_board, signed::a_checkpoint_of_a_phase_that_there_was_not;
    SomethingPublished: aggregator::no_publication;
    OneCheckpointShown: signed::two_checkpoints_of_one_phase, aggregator::two_checkpoints_on_one_board;
    MessageOfRound: aggregator::a_message_of_another_round;
    MessageInPlace: aggregator::a_message_with_another_answer, aggregator::after_bytes_that_are_no_message;
    MaySpeak: aggregator::a_message_of_the_aggregator_among_the_clients;
    SignedBySender: aggregator::a_message_that_the_aggregator_forged;
    BodyOfEnvelope: aggregator::a_body_that_is_too_long, aggregator::no_body_where_one_is_due,
        aggregator::an_empty_part_where_more_is_due;
    SpeaksOnce: aggregator::the_same_message_twice, aggregator::two_messages_of_one_client,
        aggregator::two_messages_of_which_one_is_cut_otherwise;
    EmptyAcknowledgement: aggregator::an_acknowledgement_with_a_body;
    PublishedOnce: aggregator::two_publications;
    PublicationDecodes: aggregator::a_publication_that_is_none;
    BodyDecodes: clients::keys_that_are_none, clients::shares_that_are_none, clients::a_confirmation_that_is_none,
        clients::revealed_shares_that_are_none;
    Possession: clients::a_key_without_its_secret;
    Degree: clients::shares_of_too_high_a_degree;
    ComplaintsJudged: clients::a_bad_dealer, clients::a_false_accuser, clients::a_complaint_without_a_proof;
    ProofDecodes: clients::commitments_that_are_no_points;
    MaskedScalars: clients::a_masked_vector_that_is_not_canonical;
    ProofHolds: clients::a_proof_that_does_not_hold;
    AttestationDecodes: clients::an_attestation_that_does_not_decode;
    AttestedKeys: clients::other_keys_than_those_of_the_neighbours;
    RowLink: clients::a_masked_vector_that_was_not_committed;
    DisputeDecodes: clients::a_dispute_that_does_not_decode;
    EdgePoint: clients::an_edge_opened_with_another_point;
    Settled: clients::a_false_pairwise_mask;
    CommittedShare: clients::a_wrong_share;
    EnoughShares: aggregator::unmask_closed_too_early;
    TrueAttestations: clients::a_false_self_mask, clients::a_false_mask_to_a_dropout,
        clients::a_false_mask_that_the_second_round_shows;
    Outcomes: aggregator::another_outcome;
    Acknowledgements: aggregator::too_few_acknowledgements;
    Opens: aggregator::a_false_sum;
    ReceiptKept: signed::a_receipt_that_was_not_kept, signed::a_receipt_for_a_leaf_behind_the_end,
        signed::a_receipt_that_an_unfinished_board_contradicts;
    OneReceipt: signed::two_receipts_for_one_leaf;
}

/// The steps that name nobody, with the reason.
const NOBODY: &[(&str, &[Step])] = &[
    (
        "anybody with the file could have made it so",
        &[
            Step::OrganisersKey,
            Step::OrganisersSignature,
            Step::NamedRoster,
            Step::NothingFollows,
            Step::EnvelopeDecodes,
            Step::ReasonShown,
            Step::NothingShown,
            Step::SetUpHolds,
            Step::Vouched,
        ],
    ),
    (
        "more than one party could have made it so",
        &[
            Step::SecretsReconstructed,
            Step::NobodyLeaves,
            Step::Unpacks,
        ],
    ),
    (
        "what the auditor was given elsewhere is not signed",
        &[
            Step::AggregateMetadata,
            Step::GivenSums,
            Step::ReceiptOfRound,
            Step::GivenOfRound,
        ],
    ),
    (
        "it is a condition of another step, and no finding has it",
        &[
            Step::BothSigned,
            Step::BodyAsOnePart,
            Step::SecondMessageDiffers,
            Step::ComplaintOfEquivocator,
            Step::ComplaintAboutEquivocator,
            Step::KeysOfEquivocator,
            Step::EdgeOfEquivocator,
            Step::ShareOfEquivocator,
            Step::SecretOfEquivocator,
            Step::Recount,
            Step::BoardFinished,
            Step::PartOfListBefore,
            Step::Authentic,
            Step::DamagedBody,
            Step::Covered,
            Step::SettledAtEnd,
            Step::ListsOfCheckpoints,
            Step::SharesOfRest,
            Step::PublicationOfRest,
            Step::Claimed,
            Step::PadsKnown,
            Step::AllOpeningsJudged,
            Step::DamagedListed,
            Step::DamagedAsListed,
            Step::ChainAuthentic,
        ],
    ),
];

/// Asserts that the audit names exactly these culprits, one of them for this step, and that the evidence shows it.
#[track_caller]
fn is_shown(step: Step, broken: Broken) {
    let Broken {
        finished,
        options,
        named,
    } = broken;
    let report = shows(&finished, &finished.records, &options, &named);
    let rules: Vec<_> = report.faults.iter().map(|fault| fault.rule).collect();
    assert!(rules.contains(&StepNumber::from(step)), "{rules:?}");
}

#[test]
fn every_step_is_broken_or_names_nobody() {
    let broken: BTreeSet<_> = CASES.iter().copied().collect();
    let nobody: BTreeSet<_> = NOBODY
        .iter()
        .flat_map(|(_, steps)| *steps)
        .copied()
        .collect();
    assert!(broken.is_disjoint(&nobody));
    // Steps of the committee protocol are broken on its boards (`committee.rs`).
    let boards = BOARDS.into_iter().flatten();
    let faults = boards.flat_map(|(_, build)| build().report().faults);
    let on_boards: BTreeSet<StepNumber> = faults.map(|fault| fault.rule).collect();
    let missing: Vec<_> = Step::ALL
        .iter()
        .filter(|step| !broken.contains(step) && !nobody.contains(step))
        .filter(|step| !on_boards.contains(&StepNumber::from(**step)))
        .collect();
    assert!(missing.is_empty(), "add a case: {missing:?}");
}

/// The rules of the table in `specs/audit.md` 4.4, which says what names somebody.
fn rules_of_the_specification() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/audit.md");
    let text = fs::read_to_string(path).unwrap();
    let table = text.split("\n### 4.4 ").nth(1).unwrap();
    let table = table.split("\n### ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| V-"));
    let mut rules = BTreeSet::new();
    for row in rows {
        let cell = format!("V-{}", row.split(" |").next().unwrap());
        if let Some((first, last)) = cell.split_once(" to ") {
            let (check, from) = first.rsplit_once('.').unwrap();
            let to = last.rsplit_once('.').unwrap().1;
            let numbers = from.parse::<u32>().unwrap()..=to.parse().unwrap();
            rules.extend(numbers.map(|number| format!("{check}.{number}")));
        } else {
            rules.extend(cell.split(", ").map(str::to_owned));
        }
    }
    rules
}

#[test]
fn what_the_specification_says_to_name_somebody_is_broken() {
    let rules = rules_of_the_specification();
    assert!(rules.len() > 30, "{rules:?}");
    let broken: BTreeSet<_> = CASES.iter().map(|step| step.number().to_owned()).collect();
    assert_eq!(broken, rules);
}
