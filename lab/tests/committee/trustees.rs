//! What malicious trustees say, and what a malicious aggregator shows to honest ones.

use std::io::Cursor;

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;

use super::rounds::sums_of;
use super::table::{check_all, finish, honest, id, input, parties, sums, with_altered};
use veragg_lab::committee::{altered, store, Table};
use veragg_protocol::committee::aggregator::CloseError;
use veragg_protocol::committee::check::{ends, Complaint};
use veragg_protocol::committee::package::TrusteePackage;
use veragg_protocol::committee::parts::{KEY_LEN, SALT_LEN};
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::committee::trustee::TrusteeError;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientSet, TrusteeId};
use veragg_protocol::crypto::tree::{Root, Tree};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};

/// A complaint with a proof that holds, about a client whose pads open.
fn false_complaint(table: &Table<'_>, trustee: usize, client: u32) -> Complaint {
    let (_, pair) = &table.parties.trustees[trustee];
    let records = table.aggregator.log();
    let of_client = records.iter().find_map(|record| {
        let message = Message::decode(&record.bytes).ok()?;
        (message.envelope.sender == Sender::Client(id(client))).then_some(message.body)
    });
    let start = table.round.parts().lengths()[0];
    let key = SubmissionKey::decode(&of_client.unwrap()[start..start + KEY_LEN]).unwrap();
    let me = TrusteeId::from_index(trustee);
    let ends = ends(&table.round, me, pair.public(), id(client), &key.key);
    Complaint::of(id(client), 0, &ends.reveal(pair, &mut OsRng))
}

#[test]
fn false_complaints_exclude_nobody() {
    let parties = parties();
    let answers = |table: &Table<'_>| table.aggregator.checkpoint().unwrap().digest();
    type Bodies = fn(&Table<'_>) -> Vec<Vec<u8>>;
    let bodies: [Bodies; 4] = [
        |table| vec![false_complaint(table, 0, 2).encode()],
        |table| {
            let mut other = false_complaint(table, 0, 2);
            other.challenge += veragg_protocol::circuits::group::ristretto::KeyScalar::ONE;
            vec![other.encode()]
        },
        |table| {
            // Out of order.
            let both = [4, 2].map(|client| false_complaint(table, 0, client).encode());
            both.to_vec()
        },
        |table| {
            let mut beyond = false_complaint(table, 0, 2);
            beyond.block = 1;
            vec![beyond.encode()]
        },
    ];
    for (number, parts) in bodies.into_iter().enumerate() {
        let mut table = honest(&parties);
        let key = &parties.trustees[0].0;
        let sender = Sender::Trustee(TrusteeId::from_index(0));
        let (context, parts) = (*table.round.context(), parts(&table));
        let message = Message::sign(key, context, Phase::Check, sender, answers(&table), &parts);
        table.take(message.encode());
        let checked = (1..4).map(|index| table.check(index)).collect();
        let (found, outcomes) = finish(table, checked);
        assert_eq!(found, sums(&[1, 2, 3, 4, 5, 6]), "{number}");
        assert!(
            outcomes.iter().all(|it| *it == Outcome::Contributed),
            "{number}"
        );
    }
}

#[test]
fn a_false_opening_does_not_count() {
    let parties = parties();
    let mut table = honest(&parties);
    let checked = check_all(&mut table);
    table.aggregator.close(u64::MAX).unwrap();
    let mut confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    let package = table.aggregator.confirm_package().unwrap().unwrap();
    let first = confirmed.remove(0);
    let (_, message) = first.open(&package).unwrap().save(&mut store()).unwrap();
    let lengths = [table.round.parts().opening_len()];
    let false_one = altered(&parties.trustees[0].0, &message, &lengths, |parts| {
        parts[0][0] ^= 1
    });
    table.take(false_one);
    let last = confirmed.split_off(2);
    table.open(confirmed);
    // Two hold, and three are needed.
    assert!(table.aggregator.close(u64::MAX).is_err());
    table.open(last);
    table.aggregator.close(u64::MAX).unwrap();
    let all = ClientSet::of(6, |_| true);
    assert_eq!(
        sums_of(&table.round, &table.board(), &all),
        sums(&[1, 2, 3, 4, 5, 6])
    );
}

/// A trustee is shown a package that somebody has changed. It says nothing.
#[test]
fn a_trustee_checks_only_what_the_checkpoint_signs() {
    let parties = parties();
    let table = honest(&parties);
    let trustee = || table.trustee(1);
    let package = table.package(&trustee());
    let refused = |package: Vec<u8>| {
        let refused = trustee().check(Cursor::new(package), u64::MAX, &mut OsRng);
        refused.err().unwrap().error
    };
    let head = 4 + Checkpoint::encoded_len(6);
    for at in (0..package.len()).step_by(7) {
        let mut changed = package.clone();
        changed[at] ^= 1;
        refused(changed);
    }
    for end in (0..package.len()).step_by(29) {
        assert!(matches!(
            refused(package[..end].to_vec()),
            TrusteeError::Package(_)
        ));
    }
    assert!(matches!(
        refused([&package[..], &[0]].concat()),
        TrusteeError::Package(_)
    ));
    let one = (package.len() - head) / 6;
    let (first, second) = (head..head + one, head + one..head + 2 * one);
    // In another order, one twice.
    let mut swapped = package.clone();
    swapped[first.clone()].copy_from_slice(&package[second.clone()]);
    swapped[second.clone()].copy_from_slice(&package[first.clone()]);
    assert!(matches!(refused(swapped), TrusteeError::OtherTree));
    let mut twice = package.clone();
    twice[second].copy_from_slice(&package[first]);
    assert!(matches!(
        refused(twice),
        TrusteeError::Submission { leaf: 1, .. }
    ));
    assert!(trustee()
        .check(Cursor::new(package), u64::MAX, &mut OsRng)
        .is_ok());
}

/// Before the deadline of submit a trustee checks only if everybody has spoken, with a message that counts or not.
#[test]
fn a_trustee_waits_for_clients_until_the_deadline() {
    let parties = parties();
    let early = |table: &Table<'_>| {
        let trustee = table.trustee(1);
        let package = table.package(&trustee);
        let checks_at = |now| {
            let checked = table
                .trustee(1)
                .check(Cursor::new(&package), now, &mut OsRng);
            checked.map(|_| ()).map_err(|refused| refused.error)
        };
        let deadline = table.round.configuration().deadline(Phase::Submit);
        assert!(checks_at(deadline + 1).is_ok());
        checks_at(deadline)
    };
    assert!(early(&honest(&parties)).is_ok());
    // Client 3 is not accepted, and has spoken.
    let faulty = with_altered(&parties, 3, |parts, _| parts[0][0] ^= 1);
    assert!(!faulty.aggregator.checkpoint().unwrap().list.contains(id(3)));
    assert!(early(&faulty).is_ok());
    let mut table = Table::new(&parties);
    for number in 1..=5 {
        table.take(table.submission(number, &input(number)));
    }
    // No more does the aggregator close.
    let deadline = table.round.configuration().deadline(Phase::Submit);
    let closed = table.aggregator.close(deadline);
    assert!(matches!(
        closed,
        Err(CloseError::TooEarly { silent: 1, .. })
    ));
    assert_eq!(table.aggregator.phase(), Phase::Submit);
    table.aggregator.close(deadline + 1).unwrap();
    assert!(matches!(early(&table), Err(TrusteeError::TooEarly { .. })));
    // Check and confirm: as long as somebody may still speak.
    let checked: Vec<_> = (0..3).map(|index| table.check(index)).collect();
    let too_early = |closed| matches!(closed, Err(CloseError::TooEarly { silent: 1, .. }));
    assert!(too_early(table.aggregator.close(0)));
    table.aggregator.close(u64::MAX).unwrap();
    let mut checked = checked.into_iter();
    let last = checked.next_back();
    table.confirm(checked.collect());
    assert!(too_early(table.aggregator.close(0)));
    table.confirm(last.into_iter().collect());
    table.aggregator.close(0).unwrap();
}

/// Checkpoints of submit that an aggregator signs although it must not.
#[test]
fn a_trustee_answers_no_checkpoint_of_invented_clients() {
    let parties = parties();
    let mut table = honest(&parties);
    let sign = |phase, previous, root, list| {
        let context = *table.round.context();
        Checkpoint::sign(&parties.aggregator, context, phase, previous, root, list)
    };
    let honest = table.aggregator.checkpoint().unwrap().clone();
    let package = table.package(&table.trustee(1));
    let head = 4 + Checkpoint::encoded_len(6);
    let with = |checkpoint: &Checkpoint, submissions: &[u8]| {
        let encoded = checkpoint.encode();
        [
            &(encoded.len() as u32).to_be_bytes()[..],
            &encoded,
            submissions,
        ]
        .concat()
    };
    let refused = |package: Vec<u8>| {
        let refused = table
            .trustee(1)
            .check(Cursor::new(package), u64::MAX, &mut OsRng);
        refused.err().unwrap().error
    };
    let everybody = || honest.list.clone();
    let context = table.round.context().digest;
    for checkpoint in [
        sign(Phase::Check, context, honest.root, everybody()),
        sign(Phase::Submit, [7; 32], honest.root, everybody()),
        Checkpoint {
            signature: [0; 64],
            ..honest.clone()
        },
    ] {
        let error = refused(with(&checkpoint, &package[head..]));
        assert!(matches!(error, TrusteeError::Checkpoint { .. }), "{error}");
    }
    // An envelope that its client did not sign.
    let one = (package.len() - head) / 6;
    let mut submissions = package[head..].to_vec();
    let mut forged = Message::decode(&submissions[..167]).unwrap().envelope;
    forged.signature[0] ^= 1;
    submissions[..167].copy_from_slice(&forged.encode());
    let entries = submissions
        .chunks(one)
        .map(|one| Message::entry_of(one).unwrap());
    let root = entries.collect::<Tree<Digest>>().root();
    let checkpoint = sign(Phase::Submit, context, root, everybody());
    let error = refused(with(&checkpoint, &submissions));
    assert!(
        matches!(error, TrusteeError::Submission { leaf: 0, .. }),
        "{error}"
    );
    // A client is listed of whom there is no message.
    let five = &package[head..head + 5 * one];
    let entries = five.chunks(one).map(|one| Message::entry_of(one).unwrap());
    let root = entries.collect::<Tree<Digest>>().root();
    let checkpoint = sign(Phase::Submit, context, root, everybody());
    let error = refused(with(&checkpoint, five));
    assert!(
        matches!(error, TrusteeError::NotShown { client } if client == id(6)),
        "{error}"
    );
    // More messages than clients.
    let root = Root {
        size: 7,
        ..honest.root
    };
    let checkpoint = sign(Phase::Submit, context, root, everybody());
    assert!(matches!(
        refused(with(&checkpoint, &package[head..])),
        TrusteeError::Checkpoint { .. }
    ));
    let _ = check_all(&mut table);
}

/// Lists that an aggregator signs although it must not: nobody confirms them.
#[test]
fn a_trustee_confirms_no_list_that_could_show_one_input() {
    let parties = parties();
    // Client 3 has wronged trustee 4.
    let mut table = with_altered(&parties, 3, |parts, round| {
        let at = round.parts().pads_at(TrusteeId::new(4).unwrap());
        let shift = round.proofs().key().columns()[0];
        let old = Ristretto::decode_point(&parts[at], "pad").unwrap();
        parts[at] = Ristretto::encode_point(&(old + shift));
        let row = parts.last_mut().unwrap();
        let count = round.parts().row_scalars();
        let mut scalars = Ristretto::decode_scalars(&row[SALT_LEN..], count, "row").unwrap();
        scalars[0] -= Fr::from(1u64);
        row.truncate(SALT_LEN);
        row.extend(Ristretto::encode_scalars(&scalars));
    });
    let mut checked = check_all(&mut table);
    let submit = table.aggregator.checkpoint().unwrap().clone();
    table.aggregator.close(u64::MAX).unwrap();
    let check = table.aggregator.checkpoint().unwrap().clone();
    let good = TrusteePackage::decode(&table.aggregator.check_package().unwrap(), 6).unwrap();
    let context = *table.round.context();
    let sign = |phase, previous, list| {
        Checkpoint::sign(
            &parties.aggregator,
            context,
            phase,
            previous,
            check.root,
            list,
        )
    };
    let list = |numbers: &[u32]| ClientSet::of(6, |client| numbers.contains(&client.number()));
    let others = [
        // Too few: with two corrupt ones, one input alone.
        sign(Phase::Check, submit.digest(), list(&[1, 2])),
        // One about whom it complained.
        sign(Phase::Check, submit.digest(), list(&[1, 2, 3, 4, 5, 6])),
        // It goes back to another checkpoint of submit.
        sign(Phase::Check, [5; 32], check.list.clone()),
        sign(Phase::Open, submit.digest(), check.list.clone()),
        Checkpoint {
            signature: [1; 64],
            ..check.clone()
        },
    ];
    let mut trustee = checked.pop().unwrap();
    assert_eq!(trustee.id().number(), 4);
    for (number, checkpoint) in others.into_iter().enumerate() {
        let package = TrusteePackage {
            checkpoint,
            ..good.clone()
        };
        let refused = trustee.confirm(&package.encode()).err().unwrap();
        trustee = refused.trustee;
        assert!(
            matches!(
                refused.error,
                TrusteeError::List { .. } | TrusteeError::Checkpoint { .. }
            ),
            "{number}"
        );
    }
    let package = TrusteePackage {
        consistency: Vec::new(),
        ..good.clone()
    };
    let refused = trustee.confirm(&package.encode()).err().unwrap();
    assert!(matches!(refused.error, TrusteeError::Checkpoint { .. }));
    assert!(refused.trustee.confirm(&good.encode()).is_ok());
}

/// Too few confirmations, of other lists, or not signed: nothing is opened.
#[test]
fn a_trustee_opens_only_what_enough_confirmed() {
    let parties = parties();
    let mut table = honest(&parties);
    let checked = check_all(&mut table);
    table.aggregator.close(u64::MAX).unwrap();
    let mut confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    let good = table.aggregator.confirm_package().unwrap().unwrap();
    let good = TrusteePackage::decode(&good, 6).unwrap();
    let mut trustee = confirmed.remove(0);
    let mut few = good.clone();
    few.confirmed.truncate(2);
    let mut unsigned = few.clone();
    unsigned
        .confirmed
        .push((TrusteeId::new(3).unwrap(), [3; 64]));
    let of_another = {
        let key = &parties.trustees[2].0;
        let sender = Sender::Trustee(TrusteeId::new(3).unwrap());
        let context = *table.round.context();
        Message::sign(key, context, Phase::ConfirmList, sender, [9; 32], &[])
            .envelope
            .signature
    };
    let mut other_list = few.clone();
    other_list
        .confirmed
        .push((TrusteeId::new(3).unwrap(), of_another));
    for package in [few, unsigned, other_list] {
        let refused = trustee.open(&package.encode()).err().unwrap();
        assert!(matches!(
            refused.error,
            TrusteeError::TooFew {
                confirmed: 2,
                needed: 3
            }
        ));
        trustee = refused.trustee;
    }
    // Its own signature counts without being shown.
    let mut without_own = good.clone();
    without_own.confirmed.retain(|(of, _)| *of != trustee.id());
    without_own.confirmed.truncate(2);
    assert!(trustee.open(&without_own.encode()).is_ok());
    // One trustee twice is no package.
    let mut twice = good.clone();
    twice.confirmed = vec![good.confirmed[1]; 3];
    assert!(TrusteePackage::decode(&twice.encode(), 6).is_err());
}
