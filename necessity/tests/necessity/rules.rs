//! Each rule is needed: it stops an attack that succeeds when the rule is off.
//!
//! An attacker is a client that sends other messages than the honest ones, or an aggregator that signs anything
//! and shows it to honest clients. Each attack says what the attacker gets by it.
//!
//! | module | the rules of whom |
//! |---|---|
//! | [`entering`] | everybody's, before the first message |
//! | [`packages`], [`phases`], [`fraud_proofs`] | a client's |
//! | [`admission`], [`derived`] | the aggregator's |
//! | [`clients`], [`attack`], [`table`] | what the attacks are made of |

mod admission;
mod attack;
mod clients;
pub(crate) mod committee;
mod derived;
mod entering;
mod fraud_proofs;
mod packages;
pub(crate) mod phases;
mod table;

use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto};

use veragg_protocol::crypto::context::{Context, Version};
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::masks::{self, Mask};
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::pairwise::submit::Submission;
use veragg_protocol::pairwise::unmask;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::rule::Rule;
use veragg_protocol::switch::without;
use veragg_protocol::wire::message::Message;

use attack::Attack;

type Suite = RistrettoBitplane;

const CLIENTS: u32 = 10;

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

/// The context of a round that is not played here.
const ELSEWHERE: Context = Context {
    version: Version::CURRENT,
    digest: [9; 32],
};

fn everybody() -> ClientSet {
    ClientSet::of(CLIENTS, |_| true)
}

fn all_but(number: u32) -> ClientSet {
    ClientSet::of(CLIENTS, |client| client.number() != number)
}

/// The secret of client 4, reconstructed from the messages in which its neighbours reveal shares. `position` is
/// where in a holder's message its share of client 4 is.
fn reconstructed(messages: &[Message], position: impl Fn(ClientId) -> usize) -> KeyScalar {
    let holders = messages
        .iter()
        .map(|message| (clients::sender(message), message));
    let shares = holders.filter(|(holder, _)| *holder != id(4));
    let shares = shares.map(|(holder, message)| {
        let shares = unmask::decode(&message.body).unwrap();
        (holder, shares[position(holder)])
    });
    reconstruct(&shares.collect::<Vec<_>>())
}

/// Whether these are the seed and the mask secret of client 4: with both, anybody can compute its input from its
/// masked vector.
fn both_secrets_give_the_input(attack: &Attack, seed: &KeyScalar, mask: KeyScalar) -> bool {
    let (round, pair) = (&attack.round, KeyPair::from_secret(mask));
    if *pair.public() != attack.keys_of(4).mask {
        return false;
    }
    let masked = Submission::<Suite>::masked_of(round, &attack.of(Phase::Submit, 4).body);
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

/// Asserts that the attack fails with the rule in force, and succeeds when the rule is off.
fn is_needed(rule: Rule, attack: fn() -> bool) {
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
        pub(crate) const CASES: &[Rule] = &[$(Rule::$rule),*];

        $(
            #[test]
            fn $attack() {
                is_needed(Rule::$rule, $module::$attack);
            }
        )*
    };
}

each_is_needed! {
    NamedOrganiser: entering::a_configuration_has_two_contexts,
    OrganiserSigned: entering::a_client_is_alone_in_a_round_that_nobody_signed,
    Parameters: entering::few_shares_give_both_secrets,
    MinContributors: entering::more_contributors_are_needed_than_there_are,
    Deadlines: entering::a_phase_ends_before_it_begins,
    Names: entering::a_name_means_two_sums,
    DistinctKeys: entering::a_client_takes_the_number_of_another,
    NamedRoster: entering::a_client_is_alone_on_another_roster,
    RosterLength: entering::clients_are_counted_who_do_not_exist,
    Suite: entering::a_round_has_two_suites,
    NamedKey: entering::the_key_beside_the_configuration_is_the_aggregator_s,
    Holders: phases::a_client_is_made_to_share_among_too_few,
    Possession: phases::a_key_of_unknown_secret_opens_the_channel_of_two_others,
    CommittedShare: phases::a_wrong_share_is_accepted_without_a_complaint,
    FreshBlinding: phases::attestations_under_one_blinding_give_the_input,
    SubmittedInput: phases::a_client_attests_what_it_did_not_submit,
    OnlyDisputed: phases::an_edge_is_opened_that_nobody_disputes,
    EnoughShares: derived::too_few_shares_reconstruct_a_wrong_secret,
    Neighbours: phases::shares_come_for_a_list_that_few_neighbours_acknowledged,
    Acknowledgements: phases::shares_come_for_fewer_than_agreed,
    FraudShown: phases::both_secrets_come_without_a_fraud_proof,
    CheckpointContext: packages::a_checkpoint_of_another_round_is_answered,
    CheckpointPhase: packages::a_checkpoint_of_another_phase_is_answered,
    CheckpointSigned: packages::a_stranger_s_checkpoint_is_answered,
    Chain: packages::a_second_chain_is_followed,
    Grown: packages::the_board_no_longer_holds_what_a_client_saw,
    Sublist: packages::somebody_counts_who_is_not_in_the_sum,
    ItemListed: packages::an_acknowledgement_counts_of_somebody_else,
    ItemOfAnother: packages::an_acknowledgement_counts_twice,
    OwnMessage: packages::a_second_device_goes_on,
    ItemSigned: packages::the_aggregator_acknowledges_for_clients,
    ItemContext: packages::a_message_of_another_round_frames_its_reader,
    ItemPhase: packages::a_message_of_another_phase_frames_its_reader,
    SameView: phases::two_honest_neighbours_open_their_edge,
    ItemStands: packages::a_message_that_is_not_on_the_board_frames_its_reader,
    Shown: packages::acknowledgements_count_that_nobody_saw,
    Path: packages::a_spoilt_part_opens_the_channel_of_two_honest_clients,
    MessageContext: admission::a_message_of_another_round_is_taken,
    Occupied: admission::a_second_message_is_taken,
    Open: admission::a_closed_phase_gets_a_message,
    InTime: admission::a_message_is_taken_after_the_deadline,
    Begun: admission::a_phase_gets_a_message_before_it_begins,
    AnswersLast: admission::a_message_that_answers_nothing_stops_the_round,
    Eligible: admission::a_client_speaks_that_is_not_on_the_list,
    OwnPublication: admission::a_client_publishes,
    MessageSigned: admission::a_stranger_speaks_for_a_client,
    Body: admission::a_body_is_exchanged_on_the_way,
    AttestationView: fraud_proofs::by_an_attestation_to_another_checkpoint,
    AttestationSigned: fraud_proofs::by_an_attestation_of_somebody_else,
    SharingView: fraud_proofs::by_a_seed_of_another_round,
    SharingSigned: fraud_proofs::by_a_seed_of_somebody_else,
    CommittedSeed: fraud_proofs::by_a_seed_that_was_not_committed,
    FalseOwn: fraud_proofs::by_its_true_seed,
    AttestedKeys: fraud_proofs::by_a_key_that_it_never_saw,
    SecretOfKey: fraud_proofs::by_a_secret_of_no_key,
    FalseEdge: fraud_proofs::by_the_true_secret_of_a_neighbour,
    ProvenKeys: derived::an_unproven_key_stops_everybody,
    Degree: derived::a_shared_secret_cannot_be_reconstructed,
    UpheldComplaint: derived::a_bad_dealer_stays_and_stops_everybody,
    ProvenComplaint: derived::a_complaint_with_a_wrong_point_excludes_an_honest_dealer,
    FoundedComplaint: derived::a_complaint_without_reason_excludes_an_honest_dealer,
    EnoughPartners: derived::an_isolated_client_is_waited_for,
    InputProof: derived::an_input_counts_that_breaks_the_statement,
    EdgeKeys: derived::a_false_attestation_to_other_keys_cannot_be_proven,
    RowLink: derived::a_masked_vector_holds_something_else,
    EdgesAgree: derived::a_client_with_a_disputed_false_mask_stays,
    OpenedFalsely: derived::a_client_with_an_opened_false_mask_stays,
    Unopened: derived::both_ends_of_an_edge_that_nobody_opened_stay,
    ProvenPoint: derived::a_wrong_point_excludes_the_honest_end,
    RevealedShare: derived::wrong_shares_reconstruct_a_wrong_secret,
    TrueOwn: derived::a_client_with_a_false_self_mask_stays,
    TrueEdge: derived::a_client_with_a_false_mask_to_a_dropout_stays,
    Replayed: admission::a_log_that_was_changed_makes_two_checkpoints,
}

/// Fraud proofs need parts with their paths too.
#[test]
fn a_part_without_its_path_shows_nothing() {
    is_needed(Rule::Path, fraud_proofs::by_a_spoilt_part);
}
