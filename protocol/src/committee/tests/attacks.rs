//! What malicious parties try, and what comes of it.

use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg_circuits::group::ristretto::{Fr, Ristretto};
use veragg_circuits::group::Group;

use super::parties::{altered, store, CheckedTrustee, Parties, Table};
use super::round::sums_of;
use crate::aggregator::admission::Reply;
use crate::committee::check::{ends, Complaint};
use crate::committee::package::TrusteePackage;
use crate::committee::parts::SALT_LEN;
use crate::committee::record::Abridged;
use crate::committee::round::{Expectations, Invitation, Round};
use crate::committee::submit::SubmissionKey;
use crate::committee::trustee::TrusteeError;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet, TrusteeId};
use crate::crypto::tree::{Root, Tree};
use crate::pairwise::publish::{Outcome, Publication};
use crate::round::configuration::{Configuration, SegmentConfiguration};
use crate::round::phase::Phase;
use crate::round::RoundError;
use crate::wire::board::RecordKind;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Message, Sender};
use crate::wire::receipt::Reason;

/// Six clients with two answers each, and four trustees, of whom three are needed.
fn parties() -> Parties {
    let segments = vec![SegmentConfiguration::integers("answers", 2, 10)];
    Parties::new(6, 4, 1, 1, segments, 1)
}

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

fn input(number: u32) -> [u64; 2] {
    [u64::from(number), 1]
}

/// The sums over these clients.
fn sums(numbers: &[u32]) -> Vec<u128> {
    let first = numbers.iter().map(|&number| u128::from(number)).sum();
    vec![first, numbers.len() as u128]
}

/// All clients have submitted, one of them what `alter` makes of its parts, and submit is closed.
fn with_altered(
    parties: &Parties,
    number: u32,
    alter: impl FnOnce(&mut Vec<Vec<u8>>, &Round<super::parties::Suite>),
) -> Table<'_> {
    let mut table = Table::new(parties);
    let mut alter = Some(alter);
    for client in 1..=6 {
        let mut message = table.submission(client, &input(client));
        if client == number {
            let key = &parties.clients[id(client).index()];
            let lengths = table.round.parts().lengths();
            let round = Arc::clone(&table.round);
            let alter = alter.take().unwrap();
            message = altered(key, &message, &lengths, |parts| alter(parts, &round));
        }
        table.take(message);
    }
    table.aggregator.close().unwrap();
    table
}

fn honest(parties: &Parties) -> Table<'_> {
    with_altered(parties, 0, |_, _| ())
}

/// Plays to the end with these trustees, and gives the sums and the outcomes.
fn finish(mut table: Table<'_>, checked: Vec<CheckedTrustee>) -> (Vec<u128>, Vec<Outcome>) {
    table.aggregator.close().unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close().unwrap();
    table.open(confirmed);
    table.aggregator.close().unwrap();
    let board = table.board();
    let published = board
        .iter()
        .rev()
        .find(|record| record.kind == RecordKind::Message);
    let body = Message::decode(&published.unwrap().bytes).unwrap().body;
    let count = table.round.opening_scalars();
    let publication =
        Publication::<Ristretto>::decode_committee(&body, count, table.round.clients()).unwrap();
    let listed = publication.contributors();
    (sums_of(&table.round, &board, &listed), publication.outcomes)
}

fn check_all(table: &mut Table<'_>) -> Vec<CheckedTrustee> {
    (0..4).map(|index| table.check(index)).collect()
}

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
        let generator = round.proofs_key_column();
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
        message.body[start..start + SubmissionKey::LEN].to_vec()
    };
    type Alter = Box<dyn FnOnce(&mut Vec<Vec<u8>>, &Round<super::parties::Suite>)>;
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

/// A complaint with a proof that holds, about a client whose pads open.
fn false_complaint(table: &Table<'_>, trustee: usize, client: u32) -> Complaint {
    let (_, pair) = &table.parties.trustees[trustee];
    let records = table.aggregator.log();
    let of_client = records.iter().find_map(|record| {
        let message = Message::decode(&record.bytes).ok()?;
        (message.envelope.sender == Sender::Client(id(client))).then_some(message.body)
    });
    let start = table.round.parts().lengths()[0];
    let key =
        SubmissionKey::decode(&of_client.unwrap()[start..start + SubmissionKey::LEN]).unwrap();
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
            other.challenge += veragg_circuits::group::ristretto::KeyScalar::ONE;
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
    table.aggregator.close().unwrap();
    let mut confirmed = table.confirm(checked);
    table.aggregator.close().unwrap();
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
    assert!(table.aggregator.close().is_err());
    table.open(last);
    table.aggregator.close().unwrap();
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
        let refused = trustee().check(Cursor::new(package), &mut OsRng);
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
    assert!(trustee().check(Cursor::new(package), &mut OsRng).is_ok());
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
        let refused = table.trustee(1).check(Cursor::new(package), &mut OsRng);
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
        let shift = round.proofs_key_column();
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
    table.aggregator.close().unwrap();
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
    table.aggregator.close().unwrap();
    let mut confirmed = table.confirm(checked);
    table.aggregator.close().unwrap();
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

#[test]
fn admission_takes_each_party_in_its_phase() {
    let parties = parties();
    let mut table = Table::new(&parties);
    let refusal =
        |table: &mut Table<'_>, message: Vec<u8>| match table.aggregator.receive(message, 0) {
            Ok(Reply::Refusal(refusal)) => Some(refusal.reason),
            _ => None,
        };
    let context = *table.round.context();
    let (trustee, key) = (
        Sender::Trustee(TrusteeId::new(1).unwrap()),
        &parties.trustees[0].0,
    );
    let early = Message::sign(key, context, Phase::Check, trustee, context.digest, &[]);
    assert_eq!(refusal(&mut table, early.encode()), Some(Reason::Early));
    let in_submit = Message::sign(key, context, Phase::Submit, trustee, context.digest, &[]);
    assert_eq!(
        refusal(&mut table, in_submit.encode()),
        Some(Reason::NotEligible)
    );
    let pairwise = Message::sign(key, context, Phase::Advertise, trustee, context.digest, &[]);
    assert_eq!(
        refusal(&mut table, pairwise.encode()),
        Some(Reason::Malformed)
    );
    let client = Sender::Client(id(1));
    let own = &parties.clients[0];
    let short = Message::sign(
        own,
        context,
        Phase::Submit,
        client,
        context.digest,
        &[vec![1]],
    );
    assert_eq!(refusal(&mut table, short.encode()), Some(Reason::Malformed));
    let (first, second) = (
        table.submission(1, &input(1)),
        table.submission(1, &input(1)),
    );
    assert_ne!(first, second);
    table.take(first.clone());
    table.take(first);
    assert_eq!(refusal(&mut table, second), Some(Reason::Occupied));
    // Two are too few for a sum.
    let message = table.submission(2, &input(2));
    table.take(message);
    assert!(table.aggregator.close().is_err());
    for client in 3..=6 {
        let message = table.submission(client, &input(client));
        table.take(message);
    }
    table.aggregator.close().unwrap();
    let late = table.submission(1, &input(1));
    assert!(matches!(
        refusal(&mut table, late),
        Some(Reason::Occupied | Reason::Late)
    ));
    // Who did not check may not confirm.
    let checked: Vec<_> = (0..3).map(|index| table.check(index)).collect();
    table.aggregator.close().unwrap();
    let (last, key) = (
        Sender::Trustee(TrusteeId::new(4).unwrap()),
        &parties.trustees[3].0,
    );
    let chain = table.aggregator.checkpoint().unwrap().digest();
    let unchecked = Message::sign(key, context, Phase::ConfirmList, last, chain, &[]);
    assert_eq!(
        refusal(&mut table, unchecked.encode()),
        Some(Reason::NotEligible)
    );
    assert_eq!(finish_confirmed(table, checked), sums(&[1, 2, 3, 4, 5, 6]));
}

fn finish_confirmed(mut table: Table<'_>, checked: Vec<CheckedTrustee>) -> Vec<u128> {
    let confirmed = table.confirm(checked);
    table.aggregator.close().unwrap();
    table.open(confirmed);
    table.aggregator.close().unwrap();
    let all = ClientSet::of(6, |_| true);
    sums_of(&table.round, &table.board(), &all)
}

#[test]
fn rounds_that_nobody_should_enter_are_refused() {
    let parties = parties();
    let organiser = parties.organiser.verifying_key();
    let configuration = Configuration::decode(&parties.header.configuration.bytes).unwrap();
    let open = |change: &dyn Fn(&mut Configuration)| {
        let mut changed = configuration.clone();
        change(&mut changed);
        let mut header = parties.header.clone();
        header.configuration =
            crate::round::configuration::SignedConfiguration::sign(&changed, &parties.organiser);
        Round::<super::parties::Suite>::open(&header, &organiser).err()
    };
    assert!(open(&|_| ()).is_none());
    fn committee(configuration: &mut Configuration) -> &mut crate::round::committee::Committee {
        configuration.committee_mut().unwrap()
    }
    let refused: Vec<Box<dyn Fn(&mut Configuration)>> = vec![
        Box::new(|it| committee(it).colluding = 0),
        Box::new(|it| committee(it).colluding = 4),
        Box::new(|it| committee(it).packed = 2),
        Box::new(|it| committee(it).deadlines = [u64::MAX; 4]),
        Box::new(|it| committee(it).deadlines[1] = 5),
        Box::new(|it| committee(it).trustees.clear()),
        Box::new(|it| it.min_contributors = 1),
        Box::new(|it| it.round_id = [8; 32]),
        Box::new(|it| {
            let first = committee(it).trustees[0].clone();
            committee(it).trustees[1] = first;
        }),
        Box::new(|it| {
            let first = committee(it).trustees[0].clone();
            let second = &mut committee(it).trustees[1];
            (second.sealing_key, second.possession) = (first.sealing_key, first.possession);
        }),
        Box::new(|it| it.aggregator = committee(it).trustees[2].identity),
        Box::new(|it| it.roster[0] ^= 1),
    ];
    for (number, change) in refused.iter().enumerate() {
        assert!(open(change).is_some(), "{number}");
    }
    let of_client = |number: u32, key: usize, expectations: &Expectations| {
        let invitation = Invitation::of(&parties.header, &parties.roster, id(number)).unwrap();
        let own = parties.clients[key].verifying_key();
        Round::<super::parties::Suite>::accept(None, &invitation, &own, &organiser, expectations)
            .err()
    };
    let known = |count: usize, corrupt| Expectations {
        known: parties.trustees[..count]
            .iter()
            .map(|(key, _)| key.verifying_key())
            .collect(),
        corrupt,
        ..Expectations::default()
    };
    assert!(of_client(1, 0, &known(4, 1)).is_none());
    assert!(of_client(1, 0, &known(3, 0)).is_none());
    assert!(matches!(
        of_client(1, 1, &known(4, 1)),
        Some(RoundError::NotListed { .. })
    ));
    assert!(matches!(
        of_client(1, 0, &known(3, 1)),
        Some(RoundError::Colluding { unknown: 1, .. })
    ));
    assert!(matches!(
        of_client(1, 0, &known(4, 2)),
        Some(RoundError::Colluding { .. })
    ));
    let more = Expectations {
        min_contributors: 4,
        ..known(4, 1)
    };
    assert!(matches!(
        of_client(1, 0, &more),
        Some(RoundError::Expected { .. })
    ));
}

/// Two different inputs under one generator: no pad is the same, and so no difference of inputs comes out.
#[test]
fn a_repeated_generator_repeats_no_pad() {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    let parties = parties();
    let send = |input: [u64; 2]| {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        parties
            .client(1)
            .submit(&input, &mut rng, &mut store())
            .unwrap()
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
