//! Rounds with an aggregator that lists, leaves out, repeats and publishes what it wants.

use rand_chacha::ChaCha20Rng;
use rand_core::OsRng;
use std::io::Cursor;
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use super::draw::{below, Drawn, TrusteeDoes};
use super::honest::{complaints, corrupt, submission};
use super::Played;
use crate::committee::{store, Desk, Liar, Parties};

pub(super) fn play(drawn: &Drawn, parties: &Parties, rng: &mut ChaCha20Rng) -> Played {
    let mut desk = Desk::new(parties);
    // A round that the trustees refuse ends there.
    let _ = go_on(drawn, parties, &mut desk, rng);
    Played {
        file: desk.file(),
        records: desk.records.clone(),
        corrupt: corrupt(drawn),
        must_deliver: false,
    }
}

/// A list, of which some are left out and to which some are added.
fn list(drawn: &Drawn, of: &[u32], rng: &mut ChaCha20Rng) -> Vec<u32> {
    let all = 1..=drawn.clients.len() as u32;
    let rare = below(rng, 3) == 0;
    all.filter(|client| of.contains(client) ^ (rare && below(rng, 6) == 0))
        .collect()
}

fn go_on(
    drawn: &Drawn,
    parties: &Parties,
    desk: &mut Desk<'_>,
    rng: &mut ChaCha20Rng,
) -> Option<()> {
    let mut spoke = Vec::new();
    let round = std::sync::Arc::clone(&desk.round);
    for number in 1..=drawn.clients.len() as u32 {
        let Some(message) = submission(drawn, parties, &round, number, None, rng) else {
            continue;
        };
        // It may lose a message, or show a row of it, or take it twice.
        match below(rng, 20) {
            0 => continue,
            1 => {
                let places: Vec<_> = round.parts().places().collect();
                let place = places[below(rng, places.len())];
                desk.take_showing(&message, Some(place));
            }
            2 => {
                desk.take(&message);
                desk.take(&message);
            }
            _ => desk.take(&message),
        }
        spoke.push(number);
    }
    let accepted = list(drawn, &spoke, rng);
    desk.close(Phase::Submit, &accepted);
    // Who is listed without a message cannot be shown.
    let shown = accepted.iter().all(|client| spoke.contains(client));
    let mut checked = Vec::new();
    for (index, does) in drawn.trustees.iter().enumerate() {
        match does {
            TrusteeDoes::Leaves(0) => {}
            TrusteeDoes::Complains if shown => {
                let message = complaints(Liar::at(desk, index), &accepted, rng);
                desk.take(&message);
            }
            TrusteeDoes::Complains | TrusteeDoes::Noise => {
                let message = Liar::at(desk, index).check(&[]);
                desk.take(&message);
            }
            _ => {
                let trustee = parties.trustee(index);
                let package = Cursor::new(desk.submit_package(trustee.id()));
                if let Ok(pending) = trustee.check(package, u64::MAX, &mut OsRng) {
                    let (trustee, message) = pending.save(&mut store()).unwrap();
                    desk.take(&message);
                    checked.push(trustee);
                }
            }
        }
    }
    let contributors = list(drawn, &accepted, rng);
    desk.close(Phase::Check, &contributors);
    let package = desk.package();
    let mut confirmed = Vec::new();
    for trustee in checked {
        if below(rng, 12) == 0 {
            continue;
        }
        if let Ok(pending) = trustee.confirm(&package) {
            let (trustee, message) = pending.save(&mut store()).unwrap();
            desk.take(&message);
            confirmed.push(trustee);
        }
    }
    let liars = liars(drawn);
    for index in &liars {
        let message = Liar::at(desk, *index).confirm();
        desk.take(&message);
    }
    desk.close(Phase::ConfirmList, &contributors);
    let package = desk.package();
    let mut opened = 0;
    for trustee in confirmed {
        if let Ok(pending) = trustee.open(&package) {
            desk.take(&pending.save(&mut store()).unwrap().1);
            opened += 1;
        }
    }
    for index in &liars {
        let liar = Liar::at(desk, *index);
        // A client that is listed may have sent no key that decodes, or nothing.
        let Some(sums) = liar.sums_of(ids(&contributors)) else {
            break;
        };
        let message = liar.open(&sums);
        desk.take(&message);
        opened += 1;
    }
    desk.close(Phase::Open, &contributors);
    if opened < drawn.shape.needed() as usize {
        return None;
    }
    let opened = TrusteeId::all(drawn.shape.trustees()).filter(|trustee| {
        let sender = Sender::Trustee(*trustee);
        desk.message_of(sender, Phase::Open).is_some()
    });
    let (clients, opened): (Vec<_>, Vec<_>) = (ids(&contributors).collect(), opened.collect());
    // A masked row may not decode.
    let mut sum = desk.sum_of(&clients, &opened)?;
    if below(rng, 5) == 0 {
        let at = below(rng, sum.len());
        sum[at] += Fr::from(1u64);
    }
    let outcomes = ClientId::all(drawn.clients.len() as u32).filter_map(|client| {
        let number = client.number();
        let outcome = match (spoke.contains(&number), accepted.contains(&number)) {
            _ if contributors.contains(&number) => return None,
            (false, _) => Outcome::Dropped(Phase::Submit),
            (true, false) => Outcome::Faulty(Phase::Submit),
            (true, true) => Outcome::Faulty(Phase::Check),
        };
        Some((number, outcome))
    });
    let outcomes: Vec<_> = outcomes.collect();
    desk.publish(sum, &outcomes);
    desk.close(Phase::Publish, &contributors);
    Some(())
}

fn ids(numbers: &[u32]) -> impl Iterator<Item = ClientId> + '_ {
    numbers.iter().filter_map(|number| ClientId::new(*number))
}

/// The trustees that go on with the aggregator, whatever it does.
fn liars(drawn: &Drawn) -> Vec<usize> {
    let trustees = drawn.trustees.iter().enumerate();
    let liars =
        trustees.filter(|(_, does)| matches!(does, TrusteeDoes::Complains | TrusteeDoes::Noise));
    liars.map(|(index, _)| index).collect()
}
