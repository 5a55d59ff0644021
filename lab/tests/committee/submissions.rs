//! What malicious clients submit, and what comes of it.

use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;

use super::table::{check_all, finish, id, input, parties, sums, with_altered};
use veragg_lab::committee::{store, Table};
use veragg_protocol::committee::parts::{KEY_LEN, SALT_LEN};
use veragg_protocol::committee::record::Abridged;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

#[test]
fn a_pad_that_is_not_the_committed_one_leads_to_a_complaint() {
    let parties = parties();
    // The pad of trustee 4 for whom a masked row is sent, and the row as it fits it: nobody but trustee 4 can see it.
    let mut table = with_altered(&parties, 3, |parts, round| {
        let trustee = TrusteeId::new(4).unwrap();
        let layout = round.parts();
        let shift = Fr::from(7u64);
        let at = layout.pads_at(trustee);
        let old = Ristretto::decode_point(&parts[at], "pad").unwrap();
        let generator = round.proofs().key().columns()[0];
        let shifted = old + Ristretto::msm(&[shift], &[generator]);
        parts[at] = Ristretto::encode_point(&shifted);
        let row = parts.last_mut().unwrap();
        let mut scalars =
            Ristretto::decode_scalars(&row[SALT_LEN..], layout.row_scalars(), "row").unwrap();
        scalars[0] -= shift;
        row.truncate(SALT_LEN);
        row.extend(Ristretto::encode_scalars(&scalars));
    });
    assert!(table.aggregator.checkpoint().unwrap().list.contains(id(3)));
    let checked = check_all(&mut table);
    let (sums_found, outcomes) = finish(table, checked);
    assert_eq!(sums_found, sums(&[1, 2, 4, 5, 6]));
    assert_eq!(outcomes[2], Outcome::Faulty(Phase::Check));
    assert_eq!(
        outcomes
            .iter()
            .filter(|it| **it == Outcome::Contributed)
            .count(),
        5
    );
}

#[test]
fn a_masked_row_that_is_no_value_of_the_polynomial_is_shown() {
    let parties = parties();
    let mut table = with_altered(&parties, 3, |parts, _| {
        let row = parts.last_mut().unwrap();
        row[SALT_LEN] ^= 1;
    });
    assert!(!table.aggregator.checkpoint().unwrap().list.contains(id(3)));
    let layout = *table.round.parts();
    let board = table.board();
    let shown = board.iter().filter_map(|record| {
        let message = Message::decode(&record.bytes).ok()?;
        let abridged = Abridged::cut(&message.body, &layout).ok()?;
        assert!(abridged.is_of(&message.envelope.body_root, &layout));
        Some((
            message.envelope.sender,
            abridged.shown?.place.trustee.number(),
        ))
    });
    assert_eq!(shown.collect::<Vec<_>>(), [(Sender::Client(id(3)), 4)]);
    let checked = check_all(&mut table);
    let (sums_found, outcomes) = finish(table, checked);
    assert_eq!(sums_found, sums(&[1, 2, 4, 5, 6]));
    assert_eq!(outcomes[2], Outcome::Faulty(Phase::Submit));
}

#[test]
fn other_faults_of_a_submission_keep_it_out() {
    let parties = parties();
    let other_key = {
        let table = Table::new(&parties);
        let message = Message::decode(&table.submission(5, &input(5))).unwrap();
        let start = table.round.parts().lengths()[0];
        message.body[start..start + KEY_LEN].to_vec()
    };
    type Alter = Box<dyn FnOnce(&mut Vec<Vec<u8>>, &Round<veragg_lab::committee::Suite>)>;
    let faults: Vec<(&str, Alter)> = vec![
        ("proof", Box::new(|parts, _| parts[0][40] ^= 1)),
        (
            "key of another",
            Box::new(move |parts, _| parts[1] = other_key),
        ),
        ("no key", Box::new(|parts, _| parts[1][..32].fill(0))),
        ("no pad", Box::new(|parts, _| parts[3].fill(0))),
        (
            "scalar",
            Box::new(|parts, _| parts.last_mut().unwrap()[SALT_LEN..].fill(255)),
        ),
    ];
    for (what, alter) in faults {
        let mut table = with_altered(&parties, 3, alter);
        assert!(
            !table.aggregator.checkpoint().unwrap().list.contains(id(3)),
            "{what}"
        );
        let checked = check_all(&mut table);
        assert_eq!(finish(table, checked).0, sums(&[1, 2, 4, 5, 6]), "{what}");
    }
}

/// Two different inputs under one generator: no pad is the same, and so no difference of inputs comes out.
#[test]
fn a_repeated_generator_repeats_no_pad() {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    let parties = parties();
    let send = |input: [u64; 2]| {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let sent = parties.client(1).submit(&input, &mut rng, &mut store());
        sent.unwrap().message().to_vec()
    };
    let (one, same, other) = (send([1, 2]), send([1, 2]), send([1, 3]));
    assert_eq!(one, same);
    let table = Table::new(&parties);
    let lengths = table.round.parts().lengths();
    let parts = |bytes: &[u8]| {
        let message = Message::decode(bytes).unwrap();
        let parts = message.parts(&lengths).unwrap();
        parts.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    for (one, other) in parts(&one).iter().zip(parts(&other)) {
        assert_ne!(*one, other);
        let start = one.len().min(SALT_LEN);
        assert_ne!(one[..start], other[..start]);
    }
}
