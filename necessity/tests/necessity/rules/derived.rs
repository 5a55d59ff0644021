//! How the aggregator derives its lists: the attackers are clients, and the round ends without a sum, with
//! a wrong one, or with an honest client excluded for a fault.

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::statement::SumRule;

use super::clients::Parties;
use super::table::{of, silence, Table};
use super::{everybody, id, Suite, CLIENTS};
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::dleq::{self, Revealed};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sealing::Channel;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::attest::keys_digest;
use veragg_protocol::pairwise::confirm::Complaint;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::pairwise::share::DealtPair;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

/// What everybody advertised, by number.
struct Advertised(Vec<RoundKeys>);

impl Advertised {
    fn by(said: &[Message]) -> Self {
        let keys = said
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

    /// What an honest client says about the keys of its neighbours (4.7.5).
    fn digest_for(&self, number: u32) -> [u8; 32] {
        let others = (1..=CLIENTS).filter(|&other| other != number);
        let keys: Vec<_> = others.map(|other| self.of(other).mask).collect();
        keys_digest(&keys)
    }
}

/// Goes through a round with what was advertised at hand from share on.
fn with_keys(
    mut cheat: impl FnMut(&mut Table, &Advertised, Phase, &mut Vec<Message>),
) -> impl FnMut(&mut Table, Phase, &mut Vec<Message>) {
    let mut keys = Advertised(Vec::new());
    move |table, phase, said| {
        if phase == Phase::Advertise {
            keys = Advertised::by(said);
        }
        cheat(table, &keys, phase, said);
    }
}

/// Client 3 does not know a secret; all its neighbours stop.
pub(super) fn an_unproven_key_stops_everybody() -> bool {
    !Table::new().delivers(|table, phase, said| {
        if phase == Phase::Advertise {
            table.alter(of(said, 3), |parts| parts[0][64] ^= 1);
        }
    })
}

/// Shares that client 3 committed to lie on no polynomial of the degree: its secret cannot be rebuilt.
pub(super) fn a_secret_is_shared_that_cannot_be_rebuilt() -> bool {
    !Table::new().delivers(with_keys(|table, keys, phase, said| {
        if phase != Phase::Share {
            return;
        }
        let [_, channel] = table.clients.secrets(3);
        let context = *table.clients.round.context();
        table.alter(of(said, 3), |parts| {
            // Of its neighbours 1, 2, 4, 5 and 6: any `t` of all nine have one of these.
            for (part, holder) in parts[1..].iter_mut().zip([1, 2, 4, 5, 6]) {
                let between = Channel {
                    context: &context,
                    dealer: id(3),
                    recipient: id(holder),
                };
                let point = keys.of(holder).channel * channel;
                let dealt = DealtPair::decode(part).unwrap();
                let mut pair = between.open(&point, &dealt.sealed).unwrap();
                pair.seed += KeyScalar::ONE;
                let again = DealtPair {
                    commitments: [&pair.mask * KEY_TABLE, &pair.seed * KEY_TABLE],
                    sealed: between.seal(&point, &pair),
                };
                *part = again.encode();
            }
        });
    }))
}

/// Client 3 seals nothing that opens; everybody has complained, and does not go on with it.
pub(super) fn a_bad_dealer_stays_and_stops_everybody() -> bool {
    !Table::new().delivers(|table, phase, said| {
        if phase == Phase::Share {
            table.alter(of(said, 3), |parts| {
                parts[1..].iter_mut().for_each(|part| part[143] ^= 1);
            });
        }
    })
}

/// Whether client 4 is excluded for a fault that client 3 says it has.
fn frames_client_4(cheat: impl FnMut(&mut Table, Phase, &mut Vec<Message>)) -> bool {
    let mut table = Table::new();
    let published = table.finish(cheat).unwrap();
    matches!(published.outcomes[id(4).index()], Outcome::Faulty(_))
}

/// Client 3 complains with a point that is none of its own: nothing opens with it.
pub(super) fn a_complaint_with_a_wrong_point_excludes_an_honest_dealer() -> bool {
    frames_client_4(|table, phase, said| {
        if phase == Phase::Confirm {
            let random = KeyScalar::random(&mut OsRng);
            let complaint = Revealed {
                other: id(4),
                point: &random * KEY_TABLE,
                challenge: random,
                response: random,
            };
            complain(table, said, complaint);
        }
    })
}

/// Client 3 complains about what opens and is right.
pub(super) fn a_complaint_without_reason_excludes_an_honest_dealer() -> bool {
    let mut channel = KeyScalar::ZERO;
    frames_client_4(with_keys(move |table, keys, phase, said| {
        if phase == Phase::Share {
            [_, channel] = table.clients.secrets(3);
        }
        if phase == Phase::Confirm {
            let complaint = Complaint {
                context: table.clients.round.context(),
                accuser: (id(3), keys.of(3)),
                dealer: (id(4), keys.of(4)),
            };
            let pair = KeyPair::from_secret(channel);
            let complaint = complaint.ends().reveal(&pair, &mut OsRng);
            complain(table, said, complaint);
        }
    }))
}

fn complain(table: &Table, said: &mut [Message], complaint: Revealed) {
    table.alter(of(said, 3), |parts| parts[0] = dleq::encode(&[complaint]));
}

/// Neighbours of client 1 confirm nothing, until it has fewer than `t`: it stops, and nobody can rebuild
/// its secrets.
pub(super) fn an_isolated_client_is_waited_for() -> bool {
    const DEGREE: u32 = 6;
    const THRESHOLD: u32 = 4;
    // A graph in which all others keep enough.
    let (parties, round, silent) = std::iter::repeat_with(|| {
        let parties = Parties::new();
        let round = parties.sparse(DEGREE, THRESHOLD);
        let silent = lists::holders(round.graph(), &everybody(), id(1))[..3].to_vec();
        (parties, round, silent)
    })
    .find(|(_, round, silent)| keep_enough(round, silent, THRESHOLD as usize))
    .unwrap();
    let silent: Vec<_> = silent.iter().map(|client| client.number()).collect();
    !Table::in_round(&parties, round).delivers(|_, phase, said| {
        if phase == Phase::Confirm {
            silence(said, &silent);
        }
    })
}

/// Whether everybody but client 1 and who is silent has enough neighbours among themselves.
fn keep_enough(round: &Round<Suite>, silent: &[ClientId], threshold: usize) -> bool {
    let others = ClientSet::of(CLIENTS, |client| {
        client != id(1) && !silent.contains(&client)
    });
    let mut each = others.iter();
    each.all(|client| lists::holders(round.graph(), &others, client).len() >= threshold)
}

/// Client 3 has an input with a sum of 7, where 6 is the most, and a proof of that.
pub(super) fn an_input_counts_that_breaks_the_statement() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    let mut up_to = |most| {
        configuration.segments[0].claims.sum = Some(SumRule::AtMost(most));
        configuration.clone()
    };
    let (agreed, wider) = (up_to(6), up_to(7));
    let agreed = parties.open(&agreed).unwrap();
    let wider: Round<Suite> = Round::assemble(wider, *agreed.context(), parties.roster()).unwrap();
    assert_eq!(agreed.proofs().proof_len(), wider.proofs().proof_len());
    let mut table = Table::in_round(&parties, agreed);
    table.clients.mislead(3, wider);
    table.inputs[2] = [1, 2, 4];
    let published = table.finish(|_, _, _| {}).unwrap();
    published.outcomes[2] == Outcome::Contributed
}

/// Client 3 masks with, and attests, a key that is none of colluding client 5's, which then drops out.
/// What comes out of the mask secret of client 5 shows nothing about client 3 to anybody: it attested other keys.
pub(super) fn a_lie_under_other_keys_cannot_be_proven() -> bool {
    !Table::new().delivers(with_keys(|table, keys, phase, said| {
        lie_after_confirming(table, phase, |table| {
            table.clients.lie_about_edge(3, &keys.mask_key(5));
        });
        if phase == Phase::Attest {
            silence(said, &[5]);
        }
    }))
}

/// Client 3 submits another vector than the one under its masks.
pub(super) fn a_masked_vector_holds_something_else() -> bool {
    !Table::new().delivers(|table, phase, said| {
        if phase == Phase::Submit {
            table.alter(of(said, 3), |parts| parts[1][0] ^= 1);
        }
    })
}

/// Before client 3 submits, its owner changes what it saved. `said` of submit is not yet what it is.
fn lie_after_confirming(table: &mut Table, phase: Phase, lie: impl FnOnce(&mut Table)) {
    if phase == Phase::Confirm {
        lie(table);
    }
}

/// Client 3 lies about its edge to another, with the keys that it was shown.
fn lies_about(
    other: u32,
    mut and: impl FnMut(Phase, &mut Vec<Message>),
) -> impl FnMut(&mut Table, Phase, &mut Vec<Message>) {
    with_keys(move |table, keys, phase, said| {
        lie_after_confirming(table, phase, |table| {
            table.clients.lie_about_edge(3, &keys.mask_key(other));
        });
        if phase == Phase::Attest {
            let digest = keys.digest_for(3);
            table.alter(of(said, 3), |parts| parts[0][..32].copy_from_slice(&digest));
        }
        and(phase, said);
    })
}

/// Honest client 4 attests something else, and opens the edge, but nobody compares.
pub(super) fn who_lied_about_an_edge_stays() -> bool {
    !Table::new().delivers(lies_about(4, |phase, said| {
        if phase == Phase::Dispute {
            silence(said, &[3]);
        }
    }))
}

/// Honest client 4 opens the edge; its mask stands in the sum.
pub(super) fn who_lied_about_an_opened_edge_stays() -> bool {
    !Table::new().delivers(lies_about(4, |phase, said| {
        if phase == Phase::Dispute {
            silence(said, &[3]);
        }
    }))
}

/// Colluding client 5 does not open the edge.
pub(super) fn both_ends_of_an_edge_that_nobody_opened_stay() -> bool {
    !Table::new().delivers(lies_about(5, |phase, said| {
        if phase == Phase::Dispute {
            silence(said, &[3, 5]);
        }
    }))
}

/// Client 3 opens the edge to client 4, which drops out, with a point that makes a liar of the other.
pub(super) fn a_wrong_point_excludes_the_honest_end() -> bool {
    frames_client_4(lies_about(4, |phase, said| {
        if phase == Phase::Dispute {
            silence(said, &[4]);
        }
    }))
}

/// Client 1 reveals what it does not hold, and clients 9 and 10 nothing. The aggregator takes shares in the
/// order of clients, and so one of client 1 is among those that rebuild.
pub(super) fn wrong_shares_rebuild_something_else() -> bool {
    !Table::new().delivers(|table, phase, said| {
        if phase == Phase::Unmask(0) {
            table.alter(of(said, 1), |parts| {
                parts[0].chunks_mut(32).for_each(|share| share[0] ^= 1);
            });
            silence(said, &[9, 10]);
        }
    })
}

/// The aggregator is in a hurry: half of the clients have unmasked.
pub(super) fn too_few_shares_rebuild_something_else() -> bool {
    let mut table = Table::new().honest_until(Phase::Unmask(0));
    let said = table.ask_all();
    table.take_all(&said[..5]);
    if !table.close() {
        table.take_all(&said[5..]);
    }
    !table.delivers(|_, _, _| {})
}

/// Client 3 masks with a seed that it did not share.
pub(super) fn who_lied_about_its_seed_stays() -> bool {
    !Table::new().delivers(|table, phase, _| {
        lie_after_confirming(table, phase, |table| table.clients.lie_about_seed(3));
    })
}

/// Client 3 lies about its edge to colluding client 5, which drops out before anybody compares.
pub(super) fn who_lied_about_the_edge_to_a_dropout_stays() -> bool {
    !Table::new().delivers(lies_about(5, |phase, said| {
        if phase == Phase::Attest {
            silence(said, &[5]);
        }
    }))
}
