//! Known attempts to read what a round must not tell, each with the rule that stops it.
//!
//! Every client runs honest software. An attempt changes only what corrupt clients send. The aggregator signs anything
//! and shows anything.

mod edges;
mod entering;
mod lists;
mod restored;
mod rogue;
mod second_share;
mod tiny;
mod views;

use veragg_protocol::round::phase::Phase;
use veragg_protocol::rule::Rule;

use super::coalition::Coalition;
use super::{Learned, Watcher};
use crate::default_suite::{local_round, Suite};
use crate::fixtures::id;

pub use views::random_views;

type Played = Option<Coalition<Suite>>;

/// An attempt of the aggregator, mostly with corrupt clients.
pub struct Attempt {
    /// A name that no other attempt has.
    pub name: &'static str,
    /// The rule that stops it. With this rule left out it succeeds, while all others are in force.
    pub rule: Rule,
    /// Plays the round as far as honest clients go. Nothing, if they do not enter it.
    play: fn() -> Played,
}

impl Attempt {
    /// Plays it, and gives the sums over fewer honest clients than the round promises, which the watcher computed.
    pub fn play(&self) -> Vec<Learned> {
        let played = (self.play)();
        played.map_or(Vec::new(), |coalition| coalition.learned_too_much())
    }
}

macro_rules! attempts {
    ($($rule:ident: $module:ident::$play:ident,)*) => {
        /// All attempts.
        pub const ATTEMPTS: &[Attempt] = &[$(Attempt {
            name: stringify!($play),
            rule: Rule::$rule,
            play: $module::$play,
        },)*];
    };
}

attempts! {
    Parameters: lists::two_lists_under_a_low_threshold,
    Neighbours: lists::a_client_with_nobody_beside_it,
    Neighbours: lists::a_list_for_each_group,
    Shown: lists::a_list_for_each_group_with_acknowledgements_that_are_not_shown,
    ItemSigned: lists::a_list_for_each_group_with_forged_acknowledgements,
    OrganiserSigned: entering::a_client_among_the_made_up,
    NamedRoster: entering::a_client_on_another_roster,
    ItemSigned: entering::a_client_among_the_impersonated,
    Acknowledgements: tiny::contributors_that_never_submitted,
    ItemOfAnother: tiny::an_acknowledgement_that_counts_twice,
    OnlyDisputed: edges::edges_that_nobody_disputes,
    SameView: edges::attestations_to_two_checkpoints,
    Path: edges::a_spoilt_attestation,
    Possession: rogue::a_multiple_of_a_mask_key,
    Possession: rogue::a_multiple_of_a_channel_key,
    Path: rogue::spoilt_shares,
    FraudShown: second_share::without_a_proof,
    AttestationView: second_share::by_the_attestation_of_another_round,
    AttestationSigned: second_share::by_a_forged_attestation,
    SharingView: second_share::by_the_seed_of_another_round,
    SharingSigned: second_share::by_a_forged_seed,
    CommittedSeed: second_share::by_a_random_seed,
    FalseOwn: second_share::by_the_true_seed,
    AttestedKeys: second_share::by_a_key_that_was_not_attested,
    SecretOfKey: second_share::by_a_random_secret,
    FalseEdge: second_share::by_the_true_secret_of_a_colluder,
    Path: second_share::by_a_spoilt_part,
    FreshBlinding: restored::attestations_of_a_restored_client,
}

/// Three numbers below 100 each.
const SMALL: [(usize, u64); 1] = [(3, 100)];
/// An honest client.
const VICTIM: u32 = 4;
/// A corrupt client.
const COLLUDER: u32 = 10;

/// A round of ten clients. Six shares reconstruct a secret.
fn ten() -> Coalition<Suite> {
    Coalition::new(local_round(10, &SMALL), &[COLLUDER])
}

/// A round in which the corrupt parties only watch, and the sum of the honest inputs.
pub fn honest_round() -> (Watcher<Suite>, Vec<u128>) {
    let coalition = ten().honest_until(Phase::Publish);
    let sum = coalition.sum((1..COLLUDER).map(id));
    (coalition.watcher, sum)
}
