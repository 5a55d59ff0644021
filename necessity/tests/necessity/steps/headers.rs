//! V-01 and V-02: rounds that are not the organiser's, or that nobody should have entered.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_lab::local::Setting;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::Round;

use super::judged::Off;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::{setting, Finished, Scene, Suite};

fn configuration(setting: &Setting<Suite>) -> Configuration {
    Configuration::decode(&setting.header.configuration.bytes).unwrap()
}

/// The round of a header that nobody checked.
fn entered(mut setting: Setting<Suite>) -> Scene {
    let roster = Roster::decode_keys(&setting.header.roster).unwrap();
    let context = setting.header.configuration.context();
    let round = Round::assemble(configuration(&setting), context, roster);
    setting.round = Arc::new(round.unwrap());
    Scene::of(setting)
}

/// A round with another configuration, signed by its organiser.
fn signed(mut setting: Setting<Suite>, alter: impl FnOnce(&mut Configuration)) -> Setting<Suite> {
    let organiser = SigningKey::generate(&mut OsRng);
    let mut configuration = configuration(&setting);
    alter(&mut configuration);
    setting.header.configuration = SignedConfiguration::sign(&configuration, &organiser);
    setting.organiser = organiser.verifying_key();
    setting
}

/// A round among clients with the keys that the setting holds.
fn among_them(mut setting: Setting<Suite>) -> Setting<Suite> {
    let keys = setting.clients.iter();
    setting.header.roster = keys
        .flat_map(|key| *key.verifying_key().as_bytes())
        .collect();
    let roster = Roster::decode_keys(&setting.header.roster).unwrap();
    signed(setting, |configuration| {
        configuration.roster = roster.digest()
    })
}

fn all_of(finished: &Finished) -> Case {
    Case::of(finished).and_sums(finished.sum(&ALL))
}

pub(super) fn the_round_of_another_organiser(off: &Off) {
    let forged = Scene::new(4, &SMALL).play();
    let mut case = all_of(&forged);
    case.options.organiser = Some(setting(4, &SMALL).organiser);
    case.tells(off, "failed V-01", "verified");
}

pub(super) fn a_configuration_that_the_organiser_never_signed(off: &Off) {
    let mut forged = setting(4, &SMALL);
    let real = setting(4, &SMALL).organiser;
    forged.header.configuration.organiser = real;
    forged.organiser = real;
    let forged = entered(forged).play();
    all_of(&forged).tells(off, "failed V-01", "verified");
}

pub(super) fn a_round_in_which_somebody_may_stand_alone(off: &Off) {
    let alone = |configuration: &mut Configuration| configuration.min_contributors = 1;
    let finished = entered(signed(setting(4, &SMALL), alone)).play();
    let failed = "failed V-01, naming organiser V-01";
    all_of(&finished).tells(off, failed, "verified");
}

pub(super) fn a_configuration_that_no_suite_takes(off: &Off) {
    // No power of two: nobody can play it.
    let setting = signed(setting(4, &SMALL), |configuration| {
        configuration.columns = 3
    });
    let finished = Finished {
        setting,
        inputs: Vec::new(),
        records: Vec::new(),
        receipts: Vec::new(),
        refusals: Vec::new(),
    };
    let failed = "failed V-01, naming organiser V-01";
    Case::of(&finished).tells(off, failed, "unfinished");
}

pub(super) fn one_client_in_two_places(off: &Off) {
    let mut setting = setting(4, &SMALL);
    setting.clients[3] = Arc::clone(&setting.clients[2]);
    let finished = entered(among_them(setting)).silent(4).play();
    let case = Case::of(&finished).and_sums(finished.sum(&[1, 2, 3]));
    case.tells(off, "failed V-02", "verified");
}

pub(super) fn clients_that_the_aggregator_made_up(off: &Off) {
    let real = setting(4, &SMALL);
    let mut forged = setting(4, &SMALL);
    forged.header.configuration = real.header.configuration;
    forged.aggregator = real.aggregator;
    forged.organiser = real.organiser;
    let finished = entered(forged).play();
    all_of(&finished).tells(off, "failed V-02", "verified");
}

pub(super) fn an_aggregator_among_the_clients(off: &Off) {
    let mut setting = setting(4, &SMALL);
    setting.clients[3] = Arc::clone(&setting.aggregator);
    let finished = entered(among_them(setting)).play();
    all_of(&finished).tells(off, "failed V-02", "verified");
}
