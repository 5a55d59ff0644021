//! How the aggregator derives its lists. The attackers are clients. An attack succeeds if the round ends without
//! a sum, with a wrong sum, or with an honest client excluded for a fault.

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::statement::SumRule;

use super::clients::Parties;
use super::table::{of, silence, Table};
use super::{everybody, id, Suite, CLIENTS};
use veragg_protocol::crypto::dleq::{self, Revealed};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sealing::Channel;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::attest::keys_digest;
use veragg_protocol::pairwise::confirm::Complaint;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::pairwise::share::{self, DealtPair};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

/// The keys that the clients advertised, in the order of their numbers.
struct Advertised(Vec<RoundKeys>);

impl Advertised {
    fn by(messages: &[Message]) -> Self {
        let keys = messages
            .iter()
            .map(|message| Advertisement::decode(&message.body).unwrap().keys);
        Self(keys.collect())
    }

    fn of(&self, number: u32) -> &RoundKeys {
        &self.0[id(number).index()]
    }

    fn mask_key(&self, number: u32) -> Vec<u8> {
        Ristretto::encode_point(&self.of(number).mask)
    }

    /// The digest of its neighbours' keys that an honest client attests to (4.7.5).
    fn digest_for(&self, number: u32) -> [u8; 32] {
        let others = (1..=CLIENTS).filter(|&other| other != number);
        let keys: Vec<_> = others.map(|other| self.of(other).mask).collect();
        keys_digest(&keys)
    }
}

/// An attack that knows, from advertise on, the keys that were advertised.
fn with_keys(
    mut attack: impl FnMut(&mut Table, &Advertised, Phase, &mut Vec<Message>),
) -> impl FnMut(&mut Table, Phase, &mut Vec<Message>) {
    let mut keys = Advertised(Vec::new());
    move |table, phase, messages| {
        if phase == Phase::Advertise {
            keys = Advertised::by(messages);
        }
        attack(table, &keys, phase, messages);
    }
}

/// Client 3 does not know the secret of its key, and all its neighbours stop.
pub(super) fn an_unproven_key_stops_everybody() -> bool {
    !Table::new().delivers(|table, phase, messages| {
        if phase == Phase::Advertise {
            table.alter(of(messages, 3), |parts| parts[0][64] ^= 1);
        }
    })
}

/// The shares that client 3 commits to lie on no polynomial of the right degree, so its secret cannot be
/// reconstructed.
pub(super) fn a_shared_secret_cannot_be_reconstructed() -> bool {
    !Table::new().delivers(with_keys(|table, keys, phase, messages| {
        if phase != Phase::Share {
            return;
        }
        let channel = table.clients.secrets(3).channel.unwrap();
        let context = *table.clients.round.context();
        table.alter(of(messages, 3), |parts| {
            // Shares of neighbours 1, 2, 4, 5 and 6 are wrong: any `t` of the nine neighbours include one of these.
            for (part, holder) in parts[1..].iter_mut().zip([1, 2, 4, 5, 6]) {
                let between = Channel {
                    context: &context,
                    dealer: id(3),
                    recipient: id(holder),
                };
                let point = channel.shared_point(&keys.of(holder).channel);
                let dealt = DealtPair::decode(part).unwrap();
                let mut pair = between.open(&point, &dealt.sealed).unwrap();
                pair.seed += KeyScalar::ONE;
                let again = DealtPair {
                    commitments: share::commit(std::slice::from_ref(&pair))[0],
                    sealed: between.seal(&point, &pair),
                };
                *part = again.encode();
            }
        });
    }))
}

/// No share that client 3 seals can be opened. Its neighbours complain, and cannot go on with it.
pub(super) fn a_bad_dealer_stays_and_stops_everybody() -> bool {
    !Table::new().delivers(|table, phase, messages| {
        if phase == Phase::Share {
            table.alter(of(messages, 3), |parts| {
                parts[1..].iter_mut().for_each(|part| part[143] ^= 1);
            });
        }
    })
}

/// Whether client 3 gets honest client 4 excluded for a fault.
fn frames_client_4(attack: impl FnMut(&mut Table, Phase, &mut Vec<Message>)) -> bool {
    let mut table = Table::new();
    let published = table.finish(attack).unwrap();
    matches!(published.outcomes[id(4).index()], Outcome::Faulty(_))
}

/// Client 3 complains with a wrong point, with which the share cannot be opened.
pub(super) fn a_complaint_with_a_wrong_point_excludes_an_honest_dealer() -> bool {
    frames_client_4(|table, phase, messages| {
        if phase == Phase::Confirm {
            let random = KeyScalar::random(&mut OsRng);
            let complaint = Revealed {
                other: id(4),
                point: &random * KEY_TABLE,
                challenge: random,
                response: random,
            };
            complain(table, messages, complaint);
        }
    })
}

/// Client 3 complains about a valid share.
pub(super) fn a_complaint_without_reason_excludes_an_honest_dealer() -> bool {
    let mut channel = None;
    frames_client_4(with_keys(move |table, keys, phase, messages| {
        if phase == Phase::Share {
            channel = table.clients.secrets(3).channel;
        }
        if phase == Phase::Confirm {
            let complaint = Complaint {
                context: table.clients.round.context(),
                accuser: (id(3), keys.of(3)),
                dealer: (id(4), keys.of(4)),
            };
            let pair = channel.as_ref().unwrap();
            let complaint = complaint.ends().reveal(pair, &mut OsRng);
            complain(table, messages, complaint);
        }
    }))
}

fn complain(table: &Table, messages: &mut [Message], complaint: Revealed) {
    table.alter(of(messages, 3), |parts| {
        parts[0] = dleq::encode(&[complaint])
    });
}

/// So many neighbours of client 1 drop out before confirm that fewer than `t` are left: it stops, and its secrets
/// cannot be reconstructed.
pub(super) fn an_isolated_client_is_waited_for() -> bool {
    const DEGREE: u32 = 6;
    const THRESHOLD: u32 = 4;
    // In this graph all other clients keep enough neighbours.
    let (parties, round, silent) = std::iter::repeat_with(|| {
        let parties = Parties::new();
        let round = parties.sparse(DEGREE, THRESHOLD);
        let silent = lists::holders(round.graph(), &everybody(), id(1))[..3].to_vec();
        (parties, round, silent)
    })
    .find(|(_, round, silent)| keep_enough(round, silent, THRESHOLD as usize))
    .unwrap();
    let silent: Vec<_> = silent.iter().map(|client| client.number()).collect();
    !Table::in_round(&parties, round).delivers(|_, phase, messages| {
        if phase == Phase::Confirm {
            silence(messages, &silent);
        }
    })
}

/// Whether all clients but client 1 and the silent ones have enough neighbours among themselves.
fn keep_enough(round: &Round<Suite>, silent: &[ClientId], threshold: usize) -> bool {
    let others = ClientSet::of(CLIENTS, |client| {
        client != id(1) && !silent.contains(&client)
    });
    let mut each = others.iter();
    each.all(|client| lists::holders(round.graph(), &others, client).len() >= threshold)
}

/// Client 3 has an input whose sum is 7, and a proof that the sum is at most 7. The statement says at most 6.
pub(super) fn an_input_counts_that_breaks_the_statement() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    let mut up_to = |most| {
        configuration.segments[0].claims.sum = Some(SumRule::AtMost(most));
        configuration.clone()
    };
    let (agreed, wider) = (up_to(6), up_to(7));
    let agreed = parties.open(&agreed).unwrap();
    let wider: Round<Suite> =
        Round::assemble(None, wider, *agreed.context(), parties.roster(), &[]).unwrap();
    assert_eq!(agreed.proofs().proof_len(), wider.proofs().proof_len());
    let mut table = Table::in_round(&parties, agreed);
    table.clients.mislead(3, wider);
    table.inputs[2] = [1, 2, 4];
    let published = table.finish(|_, _, _| {}).unwrap();
    published.outcomes[2] == Outcome::Contributed
}

/// Client 3 masks with another key than that of client 5, and attests to the other key. Colluding client 5 then
/// drops out. Its mask secret, once reconstructed, proves no false attestation of client 3, since client 3
/// attested to other keys.
pub(super) fn a_false_attestation_to_other_keys_cannot_be_proven() -> bool {
    !Table::new().delivers(with_keys(|table, keys, phase, messages| {
        alter_after_confirm(table, phase, |table| {
            table.clients.falsify_pairwise_mask(3, &keys.mask_key(5));
        });
        if phase == Phase::Attest {
            silence(messages, &[5]);
        }
    }))
}

/// The masked vector of client 3 is not the sum of its input and its masks.
pub(super) fn a_masked_vector_holds_something_else() -> bool {
    !Table::new().delivers(|table, phase, messages| {
        if phase == Phase::Submit {
            table.alter(of(messages, 3), |parts| parts[1][0] ^= 1);
        }
    })
}

/// Changes the saved state of a client after it has confirmed, so that it submits with the change.
fn alter_after_confirm(table: &mut Table, phase: Phase, alter: impl FnOnce(&mut Table)) {
    if phase == Phase::Confirm {
        alter(table);
    }
}

/// Client 3 adds a false pairwise mask towards another client, and attests to it and to the true keys.
fn masking_falsely_towards(
    other: u32,
    mut and: impl FnMut(Phase, &mut Vec<Message>),
) -> impl FnMut(&mut Table, Phase, &mut Vec<Message>) {
    with_keys(move |table, keys, phase, messages| {
        alter_after_confirm(table, phase, |table| {
            table
                .clients
                .falsify_pairwise_mask(3, &keys.mask_key(other));
        });
        if phase == Phase::Attest {
            let digest = keys.digest_for(3);
            table.alter(of(messages, 3), |parts| {
                parts[0][..32].copy_from_slice(&digest)
            });
        }
        and(phase, messages);
    })
}

/// Honest client 4 attests to the true mask and opens the edge, but the attestations are not compared.
pub(super) fn a_client_with_a_disputed_false_mask_stays() -> bool {
    !Table::new().delivers(masking_falsely_towards(4, |phase, messages| {
        if phase == Phase::Dispute {
            silence(messages, &[3]);
        }
    }))
}

/// Honest client 4 opens the edge, but client 3 stays, and its false mask is in the sum.
pub(super) fn a_client_with_an_opened_false_mask_stays() -> bool {
    // The same attack: here the attestations are compared, but the opened edge is not.
    a_client_with_a_disputed_false_mask_stays()
}

/// Neither client 3 nor colluding client 5 opens the edge.
pub(super) fn both_ends_of_an_edge_that_nobody_opened_stay() -> bool {
    !Table::new().delivers(masking_falsely_towards(5, |phase, messages| {
        if phase == Phase::Dispute {
            silence(messages, &[3, 5]);
        }
    }))
}

/// Client 4 drops out. Client 3 opens the edge to it with a wrong point, by which the attestation of client 4
/// looks false.
pub(super) fn a_wrong_point_excludes_the_honest_end() -> bool {
    frames_client_4(masking_falsely_towards(4, |phase, messages| {
        if phase == Phase::Dispute {
            silence(messages, &[4]);
        }
    }))
}

/// Client 1 reveals wrong shares, and clients 9 and 10 none. The aggregator uses shares in the order of the
/// clients' numbers, so the wrong ones are among those that reconstruct the secrets.
pub(super) fn wrong_shares_reconstruct_a_wrong_secret() -> bool {
    !Table::new().delivers(|table, phase, messages| {
        if phase == Phase::Unmask(0) {
            table.alter(of(messages, 1), |parts| {
                parts[0].chunks_mut(32).for_each(|share| share[0] ^= 1);
            });
            silence(messages, &[9, 10]);
        }
    })
}

/// The aggregator closes unmask when only half of the clients have revealed their shares.
pub(super) fn too_few_shares_reconstruct_a_wrong_secret() -> bool {
    let mut table = Table::new().honest_until(Phase::Unmask(0));
    let messages = table.ask_all();
    table.take_all(&messages[..5]);
    if !table.close() {
        table.take_all(&messages[5..]);
    }
    !table.delivers(|_, _, _| {})
}

/// Client 3 masks with a seed that it did not share.
pub(super) fn a_client_with_a_false_self_mask_stays() -> bool {
    !Table::new().delivers(|table, phase, _| {
        alter_after_confirm(table, phase, |table| table.clients.falsify_self_mask(3));
    })
}

/// Client 3 adds a false pairwise mask towards colluding client 5, which drops out before attest.
pub(super) fn a_client_with_a_false_mask_to_a_dropout_stays() -> bool {
    !Table::new().delivers(masking_falsely_towards(5, |phase, messages| {
        if phase == Phase::Attest {
            silence(messages, &[5]);
        }
    }))
}
