//! What a party refuses before the first message. The attacker distributes configuration and roster, or signs
//! them.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_lab::forger::is_deceived;
use veragg_lab::local::LocalRound;
use veragg_lab::set_up::play_set_up;
use veragg_lab::{known_key, KNOWN_ALPHA};
use veragg_protocol::circuits::groth16::Bls12381Groth16;
use veragg_protocol::circuits::proof_system::Suite as SuiteNumber;

use super::attack::Attack;
use super::clients::{header, Parties};
use super::table::Table;
use super::{all_but, both_secrets_give_the_input, everybody, id, reconstructed, Suite, CLIENTS};
use veragg_protocol::crypto::hash::digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::roles::Client;
use veragg_protocol::round::configuration::{SegmentConfiguration, SignedConfiguration, NEVER};
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::Message;

/// One signature is valid for two rounds. A client that enters the second gets no message into the first.
pub(super) fn a_configuration_has_two_contexts() -> bool {
    let parties = Parties::new();
    let signed = parties.sign(&parties.configuration());
    let (roster, organiser) = (parties.roster().encode(), parties.organiser.verifying_key());
    let true_header = header(signed.clone(), roster.clone());
    let true_round = Round::<Suite>::open(&true_header, &organiser).unwrap();
    let other = SignedConfiguration {
        organiser: SigningKey::generate(&mut OsRng).verifying_key(),
        ..signed
    };
    let Ok(misled) = Round::<Suite>::open(&header(other, roster), &organiser) else {
        return false;
    };
    let mut table = Table::in_round(&parties, true_round);
    table.clients.mislead(1, misled);
    let messages = table.ask_all();
    messages.len() == CLIENTS as usize && !table.takes(&messages[0])
}

/// Whether client 1 is alone among clients that the aggregator controls, so that the sum is its input.
fn sum_is_the_input_of_one(
    parties: &Parties,
    made_up: Parties,
    signed: &SignedConfiguration,
) -> bool {
    let (roster, organiser) = (made_up.roster().encode(), parties.organiser.verifying_key());
    let Ok(round) = Round::open(&header(signed.clone(), roster), &organiser) else {
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

/// The aggregator makes the configuration itself.
pub(super) fn a_client_is_alone_in_a_round_that_nobody_signed() -> bool {
    let parties = Parties::new();
    let made_up = made_up_around_client_1(&parties);
    let signed = SignedConfiguration {
        organiser: parties.organiser.verifying_key(),
        ..SignedConfiguration::sign(&made_up.configuration(), &made_up.organiser)
    };
    sum_is_the_input_of_one(&parties, made_up, &signed)
}

/// The aggregator distributes another roster.
pub(super) fn a_client_is_alone_on_another_roster() -> bool {
    let parties = Parties::new();
    let signed = parties.sign(&parties.configuration());
    let made_up = made_up_around_client_1(&parties);
    sum_is_the_input_of_one(&parties, made_up, &signed)
}

/// Five shares reconstruct a secret, and each client has two corrupt neighbours. These two and some of the others
/// give the seed of client 4. The same two and the rest of the others, who are shown another list, give its mask
/// secret.
pub(super) fn few_shares_give_both_secrets() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    let assumptions = &mut configuration.assumptions;
    (assumptions.corrupt_ppm, assumptions.dropout_ppm) = (200_000, 100_000);
    configuration.min_contributors = assumptions.min_contributors();
    configuration.pairwise_mut().unwrap().masking.threshold = 5;
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
        let messages = attack.ask_those(numbers);
        let those = ClientSet::of(CLIENTS, |client| numbers.contains(&client.number()));
        attack.close(Phase::Acknowledge, messages, those);
        attack.ask_those(numbers)
    };
    let with = reveal([1, 2, 3, 4, 9, 10], everybody());
    let without = reveal([5, 6, 7, 8, 9, 10], all_but(4));
    // The position of client 4 among the neighbours of a holder.
    let position = |holder| if holder < id(4) { 2 } else { 3 };
    let (seed, mask) = (
        reconstructed(&with, position),
        reconstructed(&without, position),
    );
    both_secrets_give_the_input(&attack, &seed, mask)
}

/// All clients share their secrets, but the round can never have enough contributors.
pub(super) fn more_contributors_are_needed_than_there_are() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.min_contributors = CLIENTS + 1;
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let (mut handed_in, table) = (0, Table::in_round(&parties, round));
    let delivered = table.delivers(|_, phase, messages| {
        if phase == Phase::Share {
            handed_in = messages.len();
        }
    });
    handed_in == CLIENTS as usize && !delivered
}

/// A client that advertises in time is already too late to share.
pub(super) fn a_phase_ends_before_it_begins() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.pairwise_mut().unwrap().deadlines = [NEVER; Phase::OF_CLIENTS];
    configuration.pairwise_mut().unwrap().deadlines[0] = 20;
    configuration.pairwise_mut().unwrap().deadlines[1] = 10;
    let Ok(round) = parties.open(&configuration) else {
        return false;
    };
    let mut table = Table::in_round(&parties, round);
    table.now = 15;
    !table.delivers(|_, _, _| {})
}

/// Two segments, and so two sums, have the same name.
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

/// Client 1 registered with the key of client 5. Client 5 then joins with the number of client 1.
pub(super) fn a_client_takes_the_number_of_another() -> bool {
    let parties = Parties::new();
    let mut keys = parties.roster().encode();
    keys.copy_within(4 * 32..5 * 32, 0);
    let mut configuration = parties.configuration();
    configuration.roster = digest("veragg/1 roster", &[&keys]);
    let (signed, organiser) = (
        parties.sign(&configuration),
        parties.organiser.verifying_key(),
    );
    let Ok(round) = Round::<Suite>::open(&header(signed, keys), &organiser) else {
        return false;
    };
    let client = Client::join(Arc::new(round), parties.clients[4].clone());
    client.is_ok_and(|client| client.id() == id(1))
}

/// The configuration is for ten clients, and four of them do not exist: more than may be absent.
pub(super) fn clients_are_counted_who_do_not_exist() -> bool {
    let parties = Parties::new();
    let configured = parties.configuration();
    let fewer = Parties {
        clients: parties.clients[..6].to_vec(),
        ..parties
    };
    let mut configuration = fewer.configuration();
    configuration.assumptions = configured.assumptions;
    configuration.pairwise_mut().unwrap().masking = configured.pairwise().unwrap().masking;
    configuration.min_contributors = configured.min_contributors;
    let Ok(round) = fewer.open(&configuration) else {
        return false;
    };
    !Table::in_round(&fewer, round).delivers(|_, _, _| {})
}

/// The configuration names another suite than the one that the party uses.
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

/// The aggregator puts a key of its own beside the configuration. With it anybody proves that a number is in its range
/// that is not.
pub(super) fn the_key_beside_the_configuration_is_the_aggregator_s() -> bool {
    let segments = vec![SegmentConfiguration::integers("choice", 1, 2)];
    let builder = ConfigurationBuilder::new(segments, 0, 0, [7; 32]);
    let statement = builder.statement().unwrap();
    let made = play_set_up(&statement, 4, &mut OsRng).unwrap();
    let local = LocalRound::with_set_up(&made.key.set_up(), 4, builder, &mut OsRng);
    let local: LocalRound<Bls12381Groth16> = local.unwrap();
    let own = known_key(&statement, 4);
    let header = Header {
        key: own.verifying.encode(),
        ..local.header
    };
    let entered = Round::<Bls12381Groth16>::open(&header, &local.organiser);
    entered.is_ok_and(|round| is_deceived(&round, &own, KNOWN_ALPHA.into()))
}
