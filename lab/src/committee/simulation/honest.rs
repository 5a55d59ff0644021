//! Rounds with an honest aggregator: whatever clients and trustees do, it delivers.

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore};
use veragg_protocol::circuits::group::ristretto::{Fr, KeyScalar};
use veragg_protocol::committee::check::Complaint;
use veragg_protocol::committee::parts::SALT_LEN;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;

use super::draw::{below, ClientDoes, Drawn, TrusteeDoes};
use super::Played;
use crate::committee::changes::another_pad;
use crate::committee::{altered, store, Desk, Liar, Parties, Suite, Table};

/// The message of a client that does something.
pub(super) fn submission(
    drawn: &Drawn,
    parties: &Parties,
    round: &Round<Suite>,
    number: u32,
    other: Option<&[u8]>,
    rng: &mut ChaCha20Rng,
) -> Option<Vec<u8>> {
    let does = drawn.clients[number as usize - 1];
    if does == ClientDoes::Nothing {
        return None;
    }
    let client = parties.client(number);
    let sent = client.submit(&drawn.input(number), &mut OsRng, &mut store());
    let sent = sent.unwrap();
    let key = &parties.clients[number as usize - 1];
    let lengths = round.parts().lengths();
    Some(altered(key, sent.message(), &lengths, |parts| match does {
        ClientDoes::AnotherPad => {
            let layout = round.parts();
            let trustees = layout.shape().trustees() as usize;
            let trustee = TrusteeId::from_index(below(rng, trustees));
            let block = below(rng, layout.blocks());
            let by = Fr::from(1 + rng.next_u64());
            another_pad(parts, round, trustee, block, by).unwrap();
        }
        ClientDoes::AnotherRow => {
            let first = round.parts().public();
            let at = first + below(rng, parts.len() - first);
            parts[at][SALT_LEN] ^= 1;
        }
        ClientDoes::AnotherByte => {
            let at = below(rng, parts.len());
            let byte = below(rng, parts[at].len());
            parts[at][byte] ^= 1 << below(rng, 8);
        }
        ClientDoes::CopiedKey => {
            if let Some(other) = other {
                parts[1] = other.to_vec();
            }
        }
        ClientDoes::Right | ClientDoes::Nothing => {}
    }))
}

/// Complaints of a liar: at random, true and false, with and without proofs.
pub(super) fn complaints(liar: Liar<'_>, listed: &[u32], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut complaints: Vec<Complaint> = Vec::new();
    for client in listed {
        if below(rng, 3) > 0 {
            continue;
        }
        let (client, block) = (ClientId::new(*client), below(rng, 3) as u32);
        let complaint = client.and_then(|client| liar.complains(client, block, &mut OsRng));
        // The key of a client on a list need not decode.
        let Some(mut complaint) = complaint else {
            continue;
        };
        match below(rng, 4) {
            0 => complaint.challenge += KeyScalar::ONE,
            1 => complaint.point = complaint.point + complaint.point,
            _ => {}
        }
        complaints.push(complaint);
    }
    if below(rng, 6) == 0 {
        complaints.reverse();
    }
    liar.check(&complaints)
}

/// Who has broken a rule. A change that breaks none counts, too: an honest client makes none.
pub(super) fn corrupt(drawn: &Drawn) -> BTreeSet<String> {
    let clients = (1..)
        .zip(&drawn.clients)
        .filter_map(|(number, does): (u32, _)| {
            let right = matches!(does, ClientDoes::Right | ClientDoes::Nothing);
            (!right).then(|| format!("client {number}"))
        });
    let trustees = (1..)
        .zip(&drawn.trustees)
        .filter_map(|(number, does): (u32, _)| {
            let right = matches!(does, TrusteeDoes::Right | TrusteeDoes::Leaves(_));
            (!right).then(|| format!("trustee {number}"))
        });
    clients.chain(trustees).collect()
}

pub(super) fn play(drawn: &Drawn, parties: &Parties, rng: &mut ChaCha20Rng) -> Played {
    let mut table = Table::new(parties);
    let mut first_key = None;
    for number in 1..=drawn.clients.len() as u32 {
        let round = std::sync::Arc::clone(&table.round);
        let other = first_key.as_deref();
        let message = submission(drawn, parties, &round, number, other, rng);
        if let Some(message) = message {
            let lengths = round.parts().lengths();
            let body = &message[veragg_protocol::wire::message::ENVELOPE_LEN..];
            first_key.get_or_insert_with(|| body[lengths[0]..lengths[0] + lengths[1]].to_vec());
            table.take(message);
        }
    }
    let finished = go_on(drawn, &mut table, rng).is_some();
    let enough = drawn.honest().count() >= 3;
    let needed = drawn.shape.needed() as usize;
    Played {
        file: table.file(),
        records: table.board(),
        corrupt: corrupt(drawn),
        must_deliver: finished || enough && drawn.right_trustees() >= needed,
    }
}

fn go_on(drawn: &Drawn, table: &mut Table<'_>, rng: &mut ChaCha20Rng) -> Option<()> {
    table.aggregator.close(u64::MAX).ok()?;
    let listed = table.aggregator.checkpoint()?.list.iter();
    let listed: Vec<u32> = listed.map(ClientId::number).collect();
    let mut checked = Vec::new();
    for (index, does) in drawn.trustees.iter().enumerate() {
        let desk = Desk::like(table);
        let liar = Liar::at(&desk, index);
        match does {
            TrusteeDoes::Leaves(0) => {}
            TrusteeDoes::Complains => table.take(complaints(liar, &listed, rng)),
            TrusteeDoes::Noise => {
                let mut noise = vec![0; 104];
                rng.fill_bytes(&mut noise);
                table.take(liar.say(Phase::Check, &[noise]));
            }
            _ => checked.push((index, table.check(index))),
        }
    }
    table.aggregator.close(u64::MAX).ok()?;
    let package = table.aggregator.check_package()?;
    let mut confirmed = Vec::new();
    for (index, does) in drawn.trustees.iter().enumerate() {
        match does {
            TrusteeDoes::Leaves(0 | 1) => {}
            TrusteeDoes::Complains | TrusteeDoes::Noise => {
                let desk = Desk::like(table);
                table.take(Liar::at(&desk, index).confirm());
            }
            _ => {
                let at = checked.iter().position(|(of, _)| *of == index)?;
                let trustee = checked.remove(at).1;
                // Who was wronged by a client of the list confirms nothing; with an honest aggregator this cannot be.
                let (trustee, message) = trustee
                    .confirm(&package)
                    .unwrap()
                    .save(&mut store())
                    .unwrap();
                table.take(message);
                confirmed.push((index, trustee));
            }
        }
    }
    table.aggregator.close(u64::MAX).ok()?;
    let package = table.aggregator.confirm_package().unwrap()?;
    let listed = table.aggregator.checkpoint()?.list.iter();
    let listed: Vec<u32> = listed.map(ClientId::number).collect();
    for (index, does) in drawn.trustees.iter().enumerate() {
        let desk = Desk::like(table);
        let liar = Liar::at(&desk, index);
        match does {
            TrusteeDoes::Leaves(_) => {}
            TrusteeDoes::Complains | TrusteeDoes::Noise => {
                table.take(liar.open(&liar.sums(&listed)));
            }
            TrusteeDoes::OpensOthers => {
                let mut sums = liar.sums(&listed);
                let at = below(rng, sums.len());
                sums[at] += Fr::from(1u64);
                table.take(liar.open(&sums));
            }
            TrusteeDoes::Right => {
                let at = confirmed.iter().position(|(of, _)| *of == index)?;
                let trustee = confirmed.remove(at).1;
                let (_, message) = trustee.open(&package).unwrap().save(&mut store()).unwrap();
                table.take(message);
            }
        }
    }
    table.aggregator.close(u64::MAX).ok()?;
    Some(())
}
