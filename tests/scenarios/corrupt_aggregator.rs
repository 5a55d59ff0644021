//! Corrupt aggregators, each in a real round: what the clients refuse, and what the audit reports.

use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::verifier::{Check, Culprit, Options, Verdict};
use veragg_lab::books::{checkpoint_signed_by, republished, signed_anew};
use veragg_lab::CorruptAggregator;
use veragg_lab::{
    client, expect, failed_checks, id, named, position, Finished, Scene, SuiteScalar,
};

const SMALL: [(usize, u64); 1] = [(3, 100)];
const AGGREGATOR: Culprit = Culprit::Aggregator;
const ALL: [u32; 4] = [1, 2, 3, 4];

#[test]
fn an_altered_result_is_found() {
    let finished = Scene::new(4, &SMALL).play();
    let options = veragg_lab::auditor(&finished.local);
    // Three coordinates of nine bits are packed into one scalar; a blinding follows it.
    let power = |bits: u32| (0..bits).fold(SuiteScalar::from(1u64), |power, _| power + power);
    let (opening, aggregate) = (Check::Opening, Check::Aggregate);
    for (scalar, delta, failed) in [
        (0, power(0), &[opening][..]),
        (0, -power(0), &[opening]),
        (0, power(9), &[opening]),
        (0, power(18) - power(9), &[opening]),
        (0, power(27), &[opening, aggregate]),
        (0, power(200), &[opening, aggregate]),
        (1, power(0), &[opening]),
    ] {
        let records = republished(&finished, |publication| {
            publication.opening[scalar] += delta;
        });
        let report = finished.audit_of(&records, &options);
        let faults = [(AGGREGATOR, opening)];
        expect(&report, Verdict::Failed, &ALL, &faults, failed);
    }
    // Without a change, the records that are signed anew are the same.
    let records = republished(&finished, |_| ());
    assert!(records == finished.records);
}

#[test]
fn altered_outcomes_are_the_aggregators_fault() {
    let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    let options = veragg_lab::auditor(&finished.local);
    for (number, outcome) in [
        // A contributor left out or called faulty, an absent client counted or called faulty.
        (1, Outcome::Dropped(Phase::Submit)),
        (2, Outcome::Faulty(Phase::Submit)),
        (4, Outcome::Contributed),
        (4, Outcome::Faulty(Phase::Submit)),
        (4, Outcome::Dropped(Phase::Share)),
        (4, Outcome::Isolated),
    ] {
        let records = republished(&finished, |publication| {
            publication.outcomes[id(number).index()] = outcome;
        });
        let report = finished.audit_of(&records, &options);
        let faults = [(AGGREGATOR, Check::Contributors)];
        let failed = [Check::Contributors];
        expect(&report, Verdict::Failed, &[1, 2, 3], &faults, &failed);
    }
}

#[test]
fn what_was_answered_cannot_be_changed_under_new_signatures() {
    let finished = Scene::new(4, &SMALL).play();
    let (local, records) = (&finished.local, &finished.records);
    let receipts: Vec<_> = finished.receipts.iter().map(|r| r.2.clone()).collect();
    let other = Scene::new(4, &SMALL).play();
    for phase in [
        Phase::Advertise,
        Phase::Share,
        Phase::Confirm,
        Phase::Submit,
    ] {
        let at = position(records, 2, phase);
        let replaced = other.records[position(&other.records, 2, phase)].clone();
        type Alter<'a> = &'a dyn Fn(&mut Vec<Record>);
        let alterations: [Alter<'_>; 4] = [
            &|records| drop(records.remove(at)),
            &|records| records.swap(at, at + 1),
            &|records| records[at] = replaced.clone(),
            // A byte of the signature.
            &|records| records[at].bytes[150] ^= 1,
        ];
        for (case, alter) in alterations.into_iter().enumerate() {
            let mut altered = records.clone();
            alter(&mut altered);
            let altered = signed_anew(local, &altered);
            let options = Options {
                receipts: receipts.clone(),
                ..finished.options(&ALL)
            };
            let report = finished.audit_of(&altered, &options);
            assert_eq!(report.verdict, Verdict::Failed, "{phase}, case {case}");
            let named = named(&report);
            assert!(named.contains(&(AGGREGATOR, Check::Messages)), "{report}");
            assert!(named.contains(&(AGGREGATOR, Check::Receipts)), "{report}");
            assert!(
                named.iter().all(|f| f.0 == AGGREGATOR),
                "{phase} {case}: {report}"
            );
        }
    }
    // Messages that no client has answered can be put in another order, but then the receipts do not fit.
    let at = position(records, 1, Phase::Unmask(0));
    let mut altered = records.clone();
    altered.swap(at, at + 1);
    let altered = signed_anew(local, &altered);
    let report = finished.audit_of(&altered, &finished.options(&ALL));
    expect(&report, Verdict::Verified, &ALL, &[], &[]);
    let options = Options {
        receipts,
        ..finished.options(&ALL)
    };
    let report = finished.audit_of(&altered, &options);
    let faults = [(AGGREGATOR, Check::Receipts)];
    expect(&report, Verdict::Failed, &ALL, &faults, &[Check::Receipts]);
}

/// The records with a changed checkpoint, signed by the aggregator.
fn another_checkpoint(
    finished: &Finished,
    at: usize,
    alter: impl FnOnce(&mut Checkpoint),
) -> Vec<Record> {
    let mut records = finished.records.clone();
    let mut new = Checkpoint::decode(&records[at].bytes, 4).unwrap();
    alter(&mut new);
    let key = &finished.local.aggregator_key;
    records[at].bytes = checkpoint_signed_by(key, new).encode();
    records
}

#[test]
fn a_checkpoint_that_does_not_match_fails() {
    let finished = Scene::new(4, &SMALL).play();
    let options = veragg_lab::auditor(&finished.local);
    let alterations: [fn(&mut Checkpoint); 6] = [
        |c| c.root.size += 1,
        |c| c.root.hash[0] ^= 1,
        |c| c.previous[0] ^= 1,
        |c| c.context.digest[0] ^= 1,
        |c| {
            c.phase = match c.phase {
                Phase::Advertise => Phase::Share,
                _ => Phase::Advertise,
            }
        },
        |c| c.list.remove(ClientId::new(1).unwrap()),
    ];
    let checkpoints = |r: &(usize, &Record)| r.1.kind == RecordKind::Checkpoint;
    let positions: Vec<_> = finished
        .records
        .iter()
        .enumerate()
        .filter(checkpoints)
        .collect();
    let last = positions.last().unwrap().0;
    for (at, _) in positions {
        for (case, alter) in alterations.iter().enumerate() {
            let records = another_checkpoint(&finished, at, alter);
            let report = finished.audit_of(&records, &options);
            // A checkpoint that continues another one, closes a phase that does not follow, or has a false list, is the
            // aggregator's word; and so is another root over no more messages than before.
            let follows_another = at > 0 && finished.records[at - 1].kind == RecordKind::Checkpoint;
            let signed_falsely = [2, 4, 5].contains(&case) || case == 1 && follows_another;
            assert_eq!(report.verdict, Verdict::Failed, "record {at}, case {case}");
            let names_aggregator = named(&report).contains(&(AGGREGATOR, Check::Chain));
            assert_eq!(
                names_aggregator, signed_falsely,
                "record {at}, case {case}: {report}"
            );
            assert!(named(&report).iter().all(|f| f.0 == AGGREGATOR), "{report}");
            if at == last {
                assert_eq!(failed_checks(&report), [Check::Chain], "{report}");
            }
        }
        let mut records = finished.records.clone();
        records.insert(at, records[at].clone());
        let report = finished.audit_of(&records, &options);
        assert_eq!(report.verdict, Verdict::Failed, "record {at} doubled");
        assert!(report.faults.is_empty(), "record {at} doubled: {report}");
        let mut records = finished.records.clone();
        records.remove(at);
        let report = finished.audit_of(&records, &options);
        let missing = if at == last {
            Verdict::Unfinished
        } else {
            Verdict::Failed
        };
        assert_eq!(report.verdict, missing, "record {at} missing");
        assert!(report.faults.is_empty(), "record {at} missing: {report}");
    }
}

#[test]
fn a_message_of_the_wrong_length_names_its_sender_and_the_aggregator() {
    // Client 3 signs an advertisement with one byte too many, and the aggregator accepts it.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.advertise_lengths();
    let scene = scene.altering_parts(3, Phase::Advertise, lengths, |parts| parts[0].push(0));
    let corrupt = CorruptAggregator::new()
        .listing(|phase, mut list| {
            if phase == Phase::Advertise {
                list.remove(id(3));
            }
            list
        })
        .publishing(|_, mut publication| {
            publication.outcomes[2] = Outcome::Dropped(Phase::Advertise);
            publication
        });
    let finished = corrupt.play(scene);
    let faults = [(client(3), Check::Messages), (AGGREGATOR, Check::Messages)];
    let failed = [Check::Messages];
    expect(
        &finished.audit(),
        Verdict::Failed,
        &[1, 2, 4],
        &faults,
        &failed,
    );
}
