//! Each rule is needed: an attack that it stops goes through without it.
//!
//! Attacks enter where attackers do: through what clients say whose owners cheat, or through an
//! aggregator that signs what it likes and shows it to honest clients. What is expected of each is written
//! at the attack.
//!
//! | module | whose rules |
//! |---|---|
//! | [`entering`] | everybody's, before the first message |
//! | [`packets`], [`phases`], [`convictions`] | a client's |
//! | [`door`], [`derived`] | the aggregator's |
//! | [`excused`] | rules without a case, each with the reason |
//! | [`clients`], [`attack`], [`table`] | what the attacks are made of |

mod attack;
mod clients;
mod convictions;
mod derived;
mod door;
mod entering;
mod excused;
mod packets;
mod phases;
mod table;

use veragg_circuits::bitplane::RistrettoBitplane;
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto};

use crate::crypto::dh::KeyPair;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::{self, Mask};
use crate::crypto::sharing::reconstruct;
use crate::pairwise::submit::Submission;
use crate::pairwise::unmask;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::rule::{without, Rule};
use crate::wire::message::Message;

use attack::Attack;

type Suite = RistrettoBitplane;

const CLIENTS: u32 = 10;

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

fn everybody() -> ClientSet {
    ClientSet::of(CLIENTS, |_| true)
}

fn all_but(number: u32) -> ClientSet {
    ClientSet::of(CLIENTS, |client| client.number() != number)
}

/// The secret of client 4 from what its neighbours revealed in a message each, at this place.
fn rebuilt(messages: &[Message], place: impl Fn(ClientId) -> usize) -> KeyScalar {
    let holders = messages
        .iter()
        .map(|message| (clients::sender(message), message));
    let shares = holders.filter(|(holder, _)| *holder != id(4));
    let shares = shares.map(|(holder, message)| {
        let shares = unmask::decode(&message.body).unwrap();
        (holder, shares[place(holder)])
    });
    reconstruct(&shares.collect::<Vec<_>>())
}

/// Whether these are seed and mask secret of client 4, whose masked vector then gives its input away.
fn both_secrets_give_the_input(attack: &Attack, seed: &KeyScalar, mask: KeyScalar) -> bool {
    let (round, pair) = (&attack.round, KeyPair::from_secret(mask));
    if *pair.public() != attack.keys_of(4).mask {
        return false;
    }
    let masked = Submission::<Suite>::masked_of(round, attack.of(Phase::Submit, 4));
    let mut vector = masked.unwrap();
    let neighbours = lists::holders(round.graph(), &everybody(), id(4));
    let edges = neighbours.into_iter().map(|other| {
        let key = attack.keys_of(other.number()).mask;
        Mask::of_edge(round.context(), id(4), &pair, other, &key)
    });
    let own = Mask::of_seed(round.context(), id(4), seed);
    let all: Vec<_> = edges.chain([own]).map(Mask::inverse).collect();
    masks::apply::<Ristretto>(&mut vector, &all);
    let packed = round.layout().pack(&[1, 2, 3]).unwrap();
    vector[..packed.len()] == packed[..]
}

/// With the rule the attack fails, without it succeeds.
fn is_needed(rule: Rule, attack: fn() -> bool) {
    assert_eq!(without(rule, attack), [false, true], "{rule:?}");
}

/// For each rule its number and the attack that it stops. A rule that is missing does not compile.
macro_rules! each_is_needed {
    ($($number:literal $rule:ident: $module:ident::$attack:ident,)*) => {
        /// The numbers of all rules that have a case.
        const NUMBERS: &[&str] = &[$($number),*];

        fn number_of(rule: Rule) -> &'static str {
            match rule {
                $(Rule::$rule => $number,)*
            }
        }

        $(
            #[test]
            fn $attack() {
                assert_eq!(number_of(Rule::$rule), $number);
                is_needed(Rule::$rule, $module::$attack);
            }
        )*
    };
}

each_is_needed! {
    "2.2.1" NamedOrganiser: entering::a_configuration_has_two_contexts,
    "2.2.1" OrganiserSigned: entering::a_client_is_alone_in_a_round_that_nobody_signed,
    "2.2.4" Parameters: entering::few_shares_give_both_secrets,
    "2.2.5" MinContributors: entering::more_contributors_are_needed_than_there_are,
    "2.2.6" Deadlines: entering::a_phase_ends_before_it_begins,
    "2.2.7" Names: entering::a_name_means_two_sums,
    "2.2.8" DistinctKeys: entering::a_client_speaks_in_the_place_of_another,
    "2.2.8" NamedRoster: entering::a_client_is_alone_on_another_roster,
    "2.2.8" RosterLength: entering::clients_are_counted_who_do_not_exist,
    "2.2.9" Suite: entering::a_round_has_two_suites,
    "3.2.1" Holders: phases::a_client_is_made_to_share_among_too_few,
    "3.2.2" Possession: phases::a_borrowed_key_opens_the_channel_of_two_others,
    "3.3.2" CommittedShare: phases::a_wrong_share_is_taken_in_silence,
    "3.5.3" SubmittedInput: phases::a_client_attests_what_it_did_not_submit,
    "3.6.2" OnlyDisputed: phases::an_edge_is_opened_that_nobody_disputes,
    "3.8" EnoughShares: derived::too_few_shares_rebuild_something_else,
    "3.8.1" Neighbours: phases::shares_come_for_a_list_that_few_neighbours_acknowledged,
    "3.8.2" Acknowledgements: phases::shares_come_for_fewer_than_agreed,
    "3.8.6" Convicted: phases::both_secrets_come_without_a_conviction,
    "3.10.1" CheckpointContext: packets::a_checkpoint_of_another_round_is_answered,
    "3.10.1" CheckpointPhase: packets::a_checkpoint_of_another_phase_is_answered,
    "3.10.1" CheckpointSigned: packets::a_stranger_s_checkpoint_is_answered,
    "3.10.2" Chain: packets::a_second_chain_is_followed,
    "3.10.2" Grown: packets::the_board_forgets_what_a_client_saw,
    "3.10.3" Sublist: packets::somebody_counts_who_is_not_in_the_sum,
    "3.10.4" ItemListed: packets::an_acknowledgement_counts_of_somebody_else,
    "3.10.4" ItemOfAnother: packets::an_acknowledgement_counts_twice,
    "3.10.4" ItemSigned: packets::the_aggregator_acknowledges_for_clients,
    "3.10.4" ItemContext: packets::a_message_of_another_round_frames_its_reader,
    "3.10.4" ItemPhase: packets::a_message_of_another_phase_frames_its_reader,
    "3.10.4" SameView: phases::two_honest_neighbours_open_their_edge,
    "3.10.4" ItemStands: packets::a_message_that_is_not_on_the_board_frames_its_reader,
    "3.10.5" Shown: packets::acknowledgements_count_that_nobody_saw,
    "3.3.2" Path: packets::a_spoilt_part_opens_the_channel_of_two_honest_clients,
    "3.11.2" MessageContext: door::a_message_of_another_round_is_taken,
    "3.11.4" Occupied: door::a_second_message_is_taken,
    "3.11.5" Open: door::a_closed_phase_gets_a_message,
    "3.11.5" InTime: door::a_message_is_taken_after_the_deadline,
    "3.11.6" Begun: door::a_phase_gets_a_message_before_it_begins,
    "3.11.7" AnswersLast: door::a_message_that_answers_nothing_stops_the_round,
    "3.11.8" Eligible: door::a_client_speaks_that_is_not_on_the_list,
    "3.11.8" OwnPublication: door::a_client_publishes,
    "3.11.9" MessageSigned: door::a_stranger_speaks_for_a_client,
    "3.11.10" Body: door::a_body_is_exchanged_on_the_way,
    "4.8.1" AttestationView: convictions::by_an_attestation_to_another_checkpoint,
    "4.8.1" AttestationSigned: convictions::by_an_attestation_of_somebody_else,
    "4.8.2" SharingView: convictions::by_a_seed_of_another_round,
    "4.8.2" SharingSigned: convictions::by_a_seed_of_somebody_else,
    "4.8.2" CommittedSeed: convictions::by_a_seed_that_was_not_committed,
    "4.8.2" FalseOwn: convictions::by_its_true_seed,
    "4.8.3" AttestedKeys: convictions::by_a_key_that_it_never_saw,
    "4.8.3" SecretOfKey: convictions::by_a_secret_of_no_key,
    "4.8.3" FalseEdge: convictions::by_the_true_secret_of_a_neighbour,
    "5.1" ProvenKeys: derived::an_unproven_key_stops_everybody,
    "5.2" Degree: derived::a_secret_is_shared_that_cannot_be_rebuilt,
    "5.3" UpheldComplaint: derived::a_bad_dealer_stays_and_stops_everybody,
    "5.3" ProvenComplaint: derived::a_complaint_with_a_wrong_point_excludes_an_honest_dealer,
    "5.3" FoundedComplaint: derived::a_complaint_without_reason_excludes_an_honest_dealer,
    "5.3" EnoughPartners: derived::an_isolated_client_is_waited_for,
    "5.4" InputProof: derived::an_input_counts_that_breaks_the_statement,
    "5.5" EdgeKeys: derived::a_lie_under_other_keys_cannot_be_proven,
    "5.5" RowLink: derived::a_masked_vector_holds_something_else,
    "5.6" OpenedLie: derived::who_lied_about_an_opened_edge_stays,
    "5.6" Unopened: derived::both_ends_of_an_edge_that_nobody_opened_stay,
    "5.6" ProvenPoint: derived::a_wrong_point_excludes_the_honest_end,
    "5.8" RevealedShare: derived::wrong_shares_rebuild_something_else,
    "5.8" TrueOwn: derived::who_lied_about_its_seed_stays,
    "5.8" TrueEdge: derived::who_lied_about_the_edge_to_a_dropout_stays,
    "6.1" Saved: phases::a_restart_makes_a_client_speak_twice,
    "6.3" Uncertain: phases::a_client_goes_on_that_could_not_save,
    "6.4" Replayed: door::a_log_that_was_changed_makes_two_checkpoints,
}

/// A part with its path is asked for in convictions too.
#[test]
fn a_part_without_its_path_convicts_nobody() {
    is_needed(Rule::Path, convictions::by_a_spoilt_part);
}
