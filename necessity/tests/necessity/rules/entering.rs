//! What is refused before the first message: the attacker is who hands out configuration and roster, or
//! who signs them.

use rand_core::OsRng;
use veragg_protocol::circuits::proof_system::Suite as SuiteNumber;

use super::attack::Attack;
use super::clients::Parties;
use super::table::Table;
use super::{all_but, both_secrets_give_the_input, everybody, id, rebuilt, Suite, CLIENTS};
use veragg_protocol::client::Client;
use veragg_protocol::crypto::hash::digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::configuration::{SignedConfiguration, NEVER};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

/// One signature is good for two rounds: whoever enters the second is heard by nobody in the first.
pub(super) fn a_configuration_has_two_contexts() -> bool {
    let parties = Parties::new();
    let signed = parties.sign(&parties.configuration());
    let (roster, organiser) = (parties.roster().encode(), parties.organiser.verifying_key());
    let true_round = Round::<Suite>::open(&signed, &roster, &organiser).unwrap();
    let other = SignedConfiguration {
        organiser: SigningKey::generate(&mut OsRng).verifying_key(),
        ..signed
    };
    let Ok(misled) = Round::<Suite>::open(&other, &roster, &organiser) else {
        return false;
    };
    let mut table = Table::in_round(&parties, true_round);
    table.clients.mislead(1, misled);
    let said = table.ask_all();
    said.len() == CLIENTS as usize && !table.takes(&said[0])
}

/// Client 1 is alone among clients that the aggregator made up: the sum is its input.
fn sum_is_the_input_of_one(
    parties: &Parties,
    made_up: Parties,
    signed: &SignedConfiguration,
) -> bool {
    let (roster, organiser) = (made_up.roster().encode(), parties.organiser.verifying_key());
    let Ok(round) = Round::open(signed, &roster, &organiser) else {
        return false;
    };
    let mut table = Table::in_round(&made_up, round);
    for input in &mut table.inputs[1..] {
        *input = [0; 3];
    }
    let published = table.finish(|_, _, _| {});
    published.is_some_and(|published| {
        published.outcomes[0] == Outcome::Contributed && table.is_right(&published)
    })
}

fn made_up_around_client_1(parties: &Parties) -> Parties {
    let mut made_up = Parties::new();
    made_up.clients[0] = parties.clients[0].clone();
    made_up.aggregator = parties.aggregator.clone();
    made_up
}

/// The aggregator writes the configuration itself.
pub(super) fn a_client_is_alone_in_a_round_that_nobody_signed() -> bool {
    let parties = Parties::new();
    let made_up = made_up_around_client_1(&parties);
    let signed = SignedConfiguration {
        organiser: parties.organiser.verifying_key(),
        ..SignedConfiguration::sign(&made_up.configuration(), &made_up.organiser)
    };
    sum_is_the_input_of_one(&parties, made_up, &signed)
}

/// The aggregator hands out another roster.
pub(super) fn a_client_is_alone_on_another_roster() -> bool {
    let parties = Parties::new();
    let signed = parties.sign(&parties.configuration());
    let made_up = made_up_around_client_1(&parties);
    sum_is_the_input_of_one(&parties, made_up, &signed)
}

/// Five shares rebuild a secret, where each client has two corrupt neighbours: these and three more give the
/// seed of client 4, and these and four others, who see another list, its mask secret.
pub(super) fn few_shares_give_both_secrets() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    let assumptions = &mut configuration.assumptions;
    (assumptions.corrupt_ppm, assumptions.dropout_ppm) = (200_000, 100_000);
    configuration.min_contributors = assumptions.min_contributors();
    configuration.masking.threshold = 5;
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let mut attack = Attack::in_round(&parties, round).honest_through(Phase::Attest);
    attack.ask_all();
    let board = attack.board.clone();
    let corrupt = [9, 10].map(|number| (number, attack.clients.saved(number)));
    let mut reveal = |numbers: [u32; 6], contributors: ClientSet| -> Vec<Message> {
        attack.board = board.clone();
        for (number, saved) in &corrupt {
            attack.clients.restore(*number, saved.clone());
        }
        attack.close(Phase::Dispute, Vec::new(), contributors);
        let said = attack.ask_those(numbers);
        let those = ClientSet::of(CLIENTS, |client| numbers.contains(&client.number()));
        attack.close(Phase::Acknowledge, said, those);
        attack.ask_those(numbers)
    };
    let with = reveal([1, 2, 3, 4, 9, 10], everybody());
    let without = reveal([5, 6, 7, 8, 9, 10], all_but(4));
    // The place of client 4 among the neighbours of a holder.
    let place = |holder| if holder < id(4) { 2 } else { 3 };
    let (seed, mask) = (rebuilt(&with, place), rebuilt(&without, place));
    both_secrets_give_the_input(&attack, &seed, mask)
}

/// Everybody hands in an input for a sum that there cannot be.
pub(super) fn more_contributors_are_needed_than_there_are() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.min_contributors = CLIENTS + 1;
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let (mut handed_in, table) = (0, Table::in_round(&parties, round));
    let delivered = table.delivers(|_, phase, said| {
        if phase == Phase::Submit {
            handed_in = said.len();
        }
    });
    handed_in == CLIENTS as usize && !delivered
}

/// Who advertises in time is too late to share.
pub(super) fn a_phase_ends_before_it_begins() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.deadlines = [NEVER; Phase::OF_CLIENTS];
    configuration.deadlines[0] = 20;
    configuration.deadlines[1] = 10;
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let mut table = Table::in_round(&parties, round);
    table.now = 15;
    !table.delivers(|_, _, _| {})
}

/// Whoever looks for a sum by its name finds two.
pub(super) fn a_name_means_two_sums() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration
        .segments
        .push(configuration.segments[0].clone());
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let segments = round.configuration().segments.iter();
    segments.filter(|segment| segment.name == "numbers").count() == 2
}

/// Client 1 registered with the key of client 5, who now speaks in its place and has none.
pub(super) fn a_client_speaks_in_the_place_of_another() -> bool {
    let parties = Parties::new();
    let mut keys = parties.roster().encode();
    keys.copy_within(4 * 32..5 * 32, 0);
    let mut configuration = parties.configuration();
    configuration.roster = digest("veragg/1 roster", &[&keys]);
    let (signed, organiser) = (
        parties.sign(&configuration),
        parties.organiser.verifying_key(),
    );
    let Ok(round) = Round::<Suite>::open(&signed, &keys, &organiser) else {
        return false;
    };
    let client = Client::join(round.into(), parties.clients[4].clone());
    client.is_some_and(|client| client.id() == id(1))
}

/// Ten clients are configured, and four of them are nobody: more than may be corrupt and absent.
pub(super) fn clients_are_counted_who_do_not_exist() -> bool {
    let parties = Parties::new();
    let configured = parties.configuration();
    let fewer = Parties {
        clients: parties.clients[..6].to_vec(),
        ..parties
    };
    let mut configuration = fewer.configuration();
    configuration.assumptions = configured.assumptions;
    configuration.masking = configured.masking;
    configuration.min_contributors = configured.min_contributors;
    let Ok(round) = fewer.open(&configuration) else {
        return false;
    };
    !Table::in_round(&fewer, round).delivers(|_, _, _| {})
}

/// Two parties prove and verify different things in one round.
pub(super) fn a_round_has_two_suites() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.suite = SuiteNumber::RistrettoBulletproofs;
    let round = parties.open(&configuration);
    round.is_ok_and(|round| {
        round.configuration().suite
            != <Suite as veragg_protocol::circuits::proof_system::ProofSystem>::SUITE
    })
}
