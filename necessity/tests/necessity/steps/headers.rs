//! V-01 and V-02: rounds that the organiser did not sign, or that no party should have entered.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_lab::local::LocalRound;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::Round;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::{local_round, Finished, Scene, Suite};

fn configuration(local: &LocalRound<Suite>) -> Configuration {
    Configuration::decode(&local.header.configuration.bytes).unwrap()
}

/// The round of a header, without any check of the header.
fn entered(mut local: LocalRound<Suite>) -> Scene {
    let roster = Roster::decode_keys(&local.header.roster).unwrap();
    let context = local.header.configuration.context();
    let round = Round::assemble(None, configuration(&local), context, roster, &[]);
    local.round = Arc::new(round.unwrap());
    Scene::of(local)
}

/// A round with a changed configuration, signed by a new organiser.
fn signed(
    mut local: LocalRound<Suite>,
    alter: impl FnOnce(&mut Configuration),
) -> LocalRound<Suite> {
    let organiser = SigningKey::generate(&mut OsRng);
    let mut configuration = configuration(&local);
    alter(&mut configuration);
    local.header.configuration = SignedConfiguration::sign(&configuration, &organiser);
    local.organiser = organiser.verifying_key();
    local
}

/// The round with a roster of the client keys that it now holds.
fn among_them(mut local: LocalRound<Suite>) -> LocalRound<Suite> {
    let keys = local.client_keys.iter();
    local.header.roster = keys
        .flat_map(|key| *key.verifying_key().as_bytes())
        .collect();
    let roster = Roster::decode_keys(&local.header.roster).unwrap();
    signed(local, |configuration| {
        configuration.roster = roster.digest()
    })
}

fn all_of(finished: &Finished) -> Case {
    Case::of(finished).and_sums(finished.sum(&ALL))
}

pub(super) fn the_round_of_another_organiser(off: &Off) {
    let forged = Scene::new(4, &SMALL).play();
    let mut case = all_of(&forged);
    case.options.organiser = Some(local_round(4, &SMALL).organiser);
    case.assert_summaries(off, "failed V-01", "verified");
}

pub(super) fn a_configuration_that_the_organiser_never_signed(off: &Off) {
    let mut forged = local_round(4, &SMALL);
    let real = local_round(4, &SMALL).organiser;
    forged.header.configuration.organiser = real;
    forged.organiser = real;
    let forged = entered(forged).play();
    all_of(&forged).assert_summaries(off, "failed V-01", "verified");
}

pub(super) fn a_round_in_which_somebody_may_stand_alone(off: &Off) {
    let alone = |configuration: &mut Configuration| configuration.min_contributors = 1;
    let finished = entered(signed(local_round(4, &SMALL), alone)).play();
    let failed = "failed V-01, naming organiser V-01";
    all_of(&finished).assert_summaries(off, failed, "verified");
}

pub(super) fn a_configuration_that_no_suite_takes(off: &Off) {
    // Three is no power of two, so no suite takes this configuration.
    let local = signed(local_round(4, &SMALL), |configuration| {
        configuration.columns = 3
    });
    let finished = Finished {
        local,
        inputs: Vec::new(),
        records: Vec::new(),
        receipts: Vec::new(),
        refusals: Vec::new(),
        shown: Vec::new(),
    };
    let failed = "failed V-01, naming organiser V-01";
    Case::of(&finished).assert_summaries(off, failed, "unfinished");
}

pub(super) fn one_key_for_two_clients(off: &Off) {
    let mut local = local_round(4, &SMALL);
    local.client_keys[3] = Arc::clone(&local.client_keys[2]);
    let finished = entered(among_them(local)).silent(4).play();
    let case = Case::of(&finished).and_sums(finished.sum(&[1, 2, 3]));
    case.assert_summaries(off, "failed V-02, naming organiser V-02", "verified");
}

pub(super) fn clients_that_the_aggregator_made_up(off: &Off) {
    let real = local_round(4, &SMALL);
    let mut forged = local_round(4, &SMALL);
    forged.header.configuration = real.header.configuration;
    forged.aggregator_key = real.aggregator_key;
    forged.organiser = real.organiser;
    let finished = entered(forged).play();
    all_of(&finished).assert_summaries(off, "failed V-02", "verified");
}

pub(super) fn an_aggregator_among_the_clients(off: &Off) {
    let mut local = local_round(4, &SMALL);
    local.client_keys[3] = Arc::clone(&local.aggregator_key);
    let finished = entered(among_them(local)).play();
    all_of(&finished).assert_summaries(off, "failed V-02, naming organiser V-02", "verified");
}
