//! Each role goes on with the same bytes after it was stopped behind any write, or drops out.

use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;

use super::table::{input, parties};
use veragg_lab::committee::{store, Parties, Suite, Table};
use veragg_protocol::aggregator::{AggregatorError, Reply};
use veragg_protocol::committee::aggregator::Aggregator;
use veragg_protocol::committee::client::Saved;
use veragg_protocol::committee::trustee::{restore, Restored};
use veragg_protocol::wire::board::{Record, RecordKind};

fn resumed(
    parties: &Parties,
    log: Vec<Record>,
) -> Result<Aggregator<Suite, Vec<Record>>, AggregatorError> {
    let (round, roster) = parties.round();
    Aggregator::resume(round, roster, Arc::clone(&parties.aggregator), log)
}

/// A whole round, and its log.
fn played(parties: &Parties) -> (Vec<Record>, Vec<Record>) {
    let mut table = Table::new(parties);
    for number in 1..=5 {
        let message = table.submission(number, &input(number));
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let checked = (0..4).map(|index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    (table.aggregator.log().clone(), table.board())
}

/// Stopped behind each record, the aggregator signs what it signed, and the board comes out the same.
#[test]
fn an_aggregator_goes_on_from_any_record_of_its_log() {
    let parties = parties();
    let (log, board) = played(&parties);
    for end in 0..=log.len() {
        // The publication and the last two checkpoints are one write.
        if log.len() - end > 0 && log.len() - end < 3 {
            continue;
        }
        let mut aggregator = resumed(&parties, log[..end].to_vec()).unwrap();
        while (aggregator.log().len()) < log.len() {
            let next = log[aggregator.log().len()].clone();
            match next.kind {
                RecordKind::Checkpoint => aggregator.close(u64::MAX).unwrap(),
                _ => {
                    let reply = aggregator.receive(next.bytes, 0).unwrap();
                    assert!(matches!(reply, Reply::Receipt(_)));
                }
            }
        }
        assert_eq!(*aggregator.log(), log, "{end}");
        let again: Vec<_> = aggregator.board().map(Result::unwrap).collect();
        assert_eq!(again, board, "{end}");
    }
}

/// A log that somebody has changed is refused, and stays as it is.
#[test]
fn an_aggregator_refuses_another_log() {
    let parties = parties();
    let (log, _) = played(&parties);
    for at in 0..log.len() {
        let mut changed = log.clone();
        let last = changed[at].bytes.len() - 1;
        changed[at].bytes[last] ^= 1;
        assert!(resumed(&parties, changed).is_err(), "{at}");
        let mut without = log.clone();
        without.remove(at);
        // Without the last record there is less to compare.
        if at + 1 < log.len() {
            assert!(resumed(&parties, without).is_err(), "{at}");
        }
    }
    let other = super::table::parties();
    assert!(resumed(&other, log).is_err());
}

/// Clients and trustees say the same bytes again, whatever was written last.
#[test]
fn clients_and_trustees_say_the_same_again() {
    let parties = parties();
    let mut table = Table::new(&parties);
    for number in 1..=5 {
        let mut saved = store();
        let client = parties.client(number);
        let sent = client
            .submit(&input(number), &mut OsRng, &mut saved)
            .unwrap();
        let restored = Saved::decode(&saved).unwrap();
        assert_eq!(restored, sent);
        table.take(restored.upload());
    }
    table.aggregator.close(u64::MAX).unwrap();
    let again = |index: usize, saved: &[u8]| {
        let (round, roster) = parties.round();
        restore(round, roster, Arc::clone(&parties.trustees[index].0), saved).unwrap()
    };
    let (mut checked, mut confirmed) = (Vec::new(), Vec::new());
    for index in 0..4 {
        let mut saved = store();
        let trustee = table.trustee(index);
        let package = Cursor::new(table.package(&trustee));
        let (_, message) = trustee
            .check(package, u64::MAX, &mut OsRng)
            .unwrap()
            .save(&mut saved)
            .unwrap();
        let Restored::Checked(trustee, same) = again(index, &saved) else {
            panic!("it had checked");
        };
        assert_eq!(same, message);
        table.take(message);
        checked.push(trustee);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let package = table.aggregator.check_package().unwrap();
    for (index, trustee) in checked.into_iter().enumerate() {
        let mut saved = store();
        let (_, message) = trustee.confirm(&package).unwrap().save(&mut saved).unwrap();
        let Restored::Confirmed(trustee, same) = again(index, &saved) else {
            panic!("it had confirmed");
        };
        assert_eq!(same, message);
        table.take(message);
        confirmed.push(trustee);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let package = table.aggregator.confirm_package().unwrap().unwrap();
    for (index, trustee) in confirmed.into_iter().enumerate() {
        let mut saved = store();
        let (_, message) = trustee.open(&package).unwrap().save(&mut saved).unwrap();
        // What is left holds no secret, and opens nothing again.
        let Restored::Opened(_, same) = again(index, &saved) else {
            panic!("it had opened");
        };
        assert_eq!(same, message);
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
}
