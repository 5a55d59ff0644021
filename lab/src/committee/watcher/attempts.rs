//! Known attempts to read what a round of the committee protocol must not tell, to choose its sum, or to have somebody honest
//! named; each with what stops it.
//!
//! Every honest party runs honest software. An attempt changes only what corrupt parties send. The aggregator signs anything and shows
//! anything.

mod entering;
mod judged;
mod lists;
mod pads;
mod salt;
mod setting;
mod views;

use veragg_protocol::round::phase::Phase;
use veragg_protocol::rule::CommitteeRule;

use super::Watcher;
use setting::{parties, submitted, ALL, BUT_COLLUDER, BUT_CORRUPT, COLLUDER, CORRUPT};

pub use super::success::Success;
pub use views::random_views;

/// A way to attack the committee protocol. Each succeeded against a draft of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Trustees open lists that differ in one client.
    ListsThatDiffer,
    /// What one trustee says counts several times, or it says several things.
    OneTrusteeForMany,
    /// Trustees add up others than accepted clients, or too few, or one client several times.
    AnotherList,
    /// Trustees open a list in private, before another list is published.
    OpenedInPrivate,
    /// The aggregator lists a client of its own with a bad proof, so that openings of honest trustees look false.
    BadProof,
    /// A hash on the board confirms a guess of an input.
    HashOfAGuess,
    /// A complaint gives away what opens the pads of an honest client.
    ComplaintAsOracle,
    /// Clients are listed that have sent nothing, or in whose names the aggregator writes, as a whole or in part.
    InventedNames,
    /// The organiser has the secrets of the sealing keys of trustees whom clients take for others.
    OwnSealingKeys,
    /// An accepted client is left out, and nobody sees it.
    LeftOut,
}

impl Form {
    /// All forms.
    pub const ALL: &'static [Self] = &[
        Self::ListsThatDiffer,
        Self::OneTrusteeForMany,
        Self::AnotherList,
        Self::OpenedInPrivate,
        Self::BadProof,
        Self::HashOfAGuess,
        Self::ComplaintAsOracle,
        Self::InventedNames,
        Self::OwnSealingKeys,
        Self::LeftOut,
    ];
}

/// What stops an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// A rule with a name. A test can leave it out.
    Rule(CommitteeRule),
    /// What no switch can turn off: the file of this name in `necessity/patches/`, without its ending, takes it out of the source.
    Patch(&'static str),
}

/// An attempt of the aggregator, mostly with corrupt trustees or clients.
pub struct Attempt {
    /// A name that no other attempt has.
    pub name: &'static str,
    /// The form that it takes.
    pub form: Form,
    /// What stops it. With this left out it succeeds, while everything else is in force.
    pub barrier: Barrier,
    play: fn() -> Option<Success>,
}

impl Attempt {
    /// Plays it as far as honest parties go. Nothing, if it fails.
    pub fn play(&self) -> Option<Success> {
        (self.play)()
    }
}

macro_rules! attempts {
    ($($form:ident: $barrier:ident($by:expr), $module:ident::$play:ident;)*) => {
        /// All attempts.
        pub const ATTEMPTS: &[Attempt] = &[$(Attempt {
            name: stringify!($play),
            form: Form::$form,
            barrier: Barrier::$barrier($by),
            play: $module::$play,
        },)*];
    };
}

attempts! {
    ListsThatDiffer: Patch("trustees-save-nothing"), lists::two_lists_that_each_trustee_confirms;
    ListsThatDiffer: Rule(CommitteeRule::Confirmations), lists::a_list_for_two_trustees_and_one_for_the_others;
    ListsThatDiffer: Rule(CommitteeRule::Confirmations), lists::a_list_for_one_trustee_beside_a_corrupt_one;
    OneTrusteeForMany: Rule(CommitteeRule::DifferentTrustees), lists::a_confirmation_that_counts_twice;
    OneTrusteeForMany: Patch("trustees-save-nothing"), judged::two_packages_of_submit_for_one_trustee;
    AnotherList: Rule(CommitteeRule::PartOfAccepted), lists::contributors_that_were_not_accepted;
    AnotherList: Rule(CommitteeRule::EnoughContributors), lists::a_list_of_one_client;
    AnotherList: Rule(CommitteeRule::OneSubmission), pads::a_submission_that_stands_many_times;
    OpenedInPrivate: Rule(CommitteeRule::Confirmations), lists::a_sum_that_is_known_before_a_list_is_confirmed;
    OpenedInPrivate: Patch("trustees-save-nothing"), lists::a_sum_that_is_known_before_another_list_is_confirmed;
    BadProof: Patch("leaves-bad-proofs-out-of-openings"), judged::a_listed_client_with_a_bad_proof;
    HashOfAGuess: Rule(CommitteeRule::Salted), salt::hashes_on_the_board;
    ComplaintAsOracle: Rule(CommitteeRule::KeyPossessed), pads::a_copied_submission_key;
    InventedNames: Rule(CommitteeRule::EverybodyShown), pads::clients_that_sent_nothing;
    InventedNames: Rule(CommitteeRule::SubmissionSigned), pads::clients_in_whose_names_the_aggregator_writes;
    InventedNames: Rule(CommitteeRule::PartsSigned), pads::parts_that_clients_did_not_sign;
    OwnSealingKeys: Rule(CommitteeRule::EntrySigned), entering::sealing_keys_beside_honest_names;
    OwnSealingKeys: Rule(CommitteeRule::TrusteesDiffer), entering::one_trustee_that_stands_for_three;
    OwnSealingKeys: Rule(CommitteeRule::FewUnknown), entering::trustees_that_nobody_knows;
    LeftOut: Patch("believes-that-a-row-was-bad"), judged::a_client_that_is_not_listed;
    LeftOut: Rule(CommitteeRule::ComplaintFounded), judged::a_client_with_good_pads_that_is_complained_about;
    LeftOut: Rule(CommitteeRule::ComplaintProven), judged::a_client_that_is_complained_about_with_another_point;
}

/// A round in which the corrupt parties only watch: a trustee and a client. Gives the watcher, and the sum of the honest inputs.
pub fn honest_round() -> (Watcher, Vec<u128>) {
    let parties = parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[COLLUDER]);
    for phase in [Phase::Check, Phase::ConfirmList] {
        coalition.ask(&BUT_CORRUPT);
        coalition.close(phase, &ALL);
    }
    coalition.ask(&BUT_CORRUPT);
    let sum = coalition.sum(BUT_COLLUDER);
    (coalition.watcher(), sum)
}
