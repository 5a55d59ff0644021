//! Each check of the audit is needed. For every check that can be skipped there is an attack on a real round which
//! only this check stops: if it is skipped, no other check fails. For every other check there is an attack that
//! fails this check and no other.

use std::collections::BTreeSet;
use std::io::Cursor;

use veragg::circuits::group::Group;
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::Message;
use veragg::verifier::{audit, Check, Culprit, Options, Report, Status, Verdict};
use veragg_lab::books::{checkpoint_signed_by, republished};
use veragg_lab::dealer::of_high_degree;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::CorruptAggregator;
use veragg_lab::FalseAttester;
use veragg_lab::{
    client, expect, failed_checks, named, position, Finished, Scene, SuiteGroup, SuiteScalar,
};

const SMALL: [(usize, u64); 1] = [(3, 100)];
const AGGREGATOR: Culprit = Culprit::Aggregator;
const ALL: [u32; 4] = [1, 2, 3, 4];

/// Asserts that the board fails `check`, and that nothing fails if `check` is skipped. Gives the report of the whole
/// audit.
#[track_caller]
fn only(check: Check, board: &[u8], options: &Options) -> Report {
    let whole = audit(Cursor::new(board), options).unwrap();
    assert_eq!(whole.verdict, Verdict::Failed, "{whole}");
    let without = Options {
        skip: BTreeSet::from([check]),
        ..options.clone()
    };
    let report = audit(Cursor::new(board), &without).unwrap();
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert!(report.faults.is_empty(), "{report}");
    assert_eq!(report.status(check), Some(&Status::Skipped), "{report}");
    whole
}

/// An honest board with a changed header.
fn headed(alter: impl FnOnce(&mut veragg::protocol::wire::header::Header)) -> (Vec<u8>, Options) {
    let mut finished = Scene::new(4, &SMALL).play();
    let options = finished.options(&ALL);
    alter(&mut finished.local.header);
    (finished.local.board(&finished.records), options)
}

#[test]
fn v_01_configuration() {
    let (board, options) = headed(|header| header.configuration.signature[0] ^= 1);
    let report = audit(Cursor::new(&board), &options).unwrap();
    let failed = [Check::Configuration];
    expect(&report, Verdict::Failed, &[], &[], &failed);
}

#[test]
fn v_02_roster() {
    let (board, options) = headed(|header| header.roster.rotate_left(32));
    let report = audit(Cursor::new(&board), &options).unwrap();
    expect(&report, Verdict::Failed, &[], &[], &[Check::Roster]);
}

#[test]
fn v_03_chain() {
    let mut finished = Scene::new(4, &SMALL).play();
    let last = finished.records.last_mut().unwrap();
    let mut other = Checkpoint::decode(&last.bytes, 4).unwrap();
    other.root.hash[31] ^= 1;
    let key = &finished.local.aggregator_key;
    last.bytes = checkpoint_signed_by(key, other).encode();
    expect(
        &finished.audit(),
        Verdict::Failed,
        &ALL,
        &[],
        &[Check::Chain],
    );
}

#[test]
fn v_04_messages() {
    let corrupt = CorruptAggregator::new().admitting(|phase, mut messages| {
        if phase == Phase::Submit {
            messages.push(messages[0].clone());
        }
        messages
    });
    let finished = corrupt.play(Scene::new(4, &SMALL));
    let faults = [(AGGREGATOR, Check::Messages)];
    let failed = [Check::Messages];
    expect(&finished.audit(), Verdict::Failed, &ALL, &faults, &failed);
}

/// The graph is not on the board: the auditor derives it. So a round over another graph than that of the
/// configuration shows by its lengths and shares.
#[test]
fn v_05_graph() {
    let finished = Scene::new(10, &SMALL).play();
    let passed = Status::Passed { records: 45 };
    assert_eq!(finished.audit().status(Check::Graph), Some(&passed));
    assert!(!Check::Graph.can_be_skipped());
}

#[test]
fn v_06_set_up() {
    // The aggregator lists client 3; no holder can notice the fault.
    let finished = CorruptAggregator::new().play(of_high_degree(Scene::new(4, &SMALL)));
    let board = finished.local.board(&finished.records);
    let report = only(Check::SetUp, &board, &finished.options(&ALL));
    let named = named(&report);
    assert!(named.contains(&(client(3), Check::SetUp)), "{report}");
    assert!(named.contains(&(AGGREGATOR, Check::Chain)), "{report}");
    assert!(named.iter().all(|f| [client(3), AGGREGATOR].contains(&f.0)));
}

/// The audit decodes proofs also if the check is skipped: otherwise it would have no commitments to add up.
#[test]
fn v_07_a_commitments() {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let finished = scene
        .altering_parts(3, Phase::Submit, lengths, |parts| {
            parts[0][..32].fill(0);
        })
        .play();
    let faults = [(client(3), Check::InputCommitments)];
    finished.is_verified(&[1, 2, 4], &faults);
    // An aggregator that lists the client all the same.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(3, Phase::Submit, lengths, |parts| {
        parts[0][..32].fill(0);
    });
    let report = CorruptAggregator::new().play(scene).audit();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    assert!(named(&report).contains(&faults[0]), "{report}");
}

#[test]
fn v_07_b_range() {
    let mut scene = Scene::new(4, &SMALL);
    let round = std::sync::Arc::clone(&scene.local.round);
    // The first coordinate is at the bound, in its commitment and in the lowest slot of the vector.
    let more = SuiteScalar::from(1u64);
    let mut culprit = FalseAttester::new(&scene, 1, &[]);
    culprit.more = more;
    culprit.commit = Some(Box::new(move |proof| {
        let commitment =
            SuiteGroup::decode_point(&proof[..SuiteGroup::POINT_LEN], "commitment").unwrap();
        let commitment = commitment
            + round
                .proofs()
                .key()
                .commit_row_vartime(&[more], SuiteScalar::from(0u64));
        proof[..SuiteGroup::POINT_LEN].copy_from_slice(&SuiteGroup::encode_point(&commitment));
    }));
    scene.parties[0] = Box::new(culprit);
    assert_eq!(scene.inputs[0][0] + 1, 100);
    let finished = CorruptAggregator::new().play(scene);
    let mut options = finished.options(&ALL);
    options.aggregate.as_mut().unwrap()[0] += 1;
    let board = finished.local.board(&finished.records);
    let report = only(Check::InputRange, &board, &options);
    let named = named(&report);
    assert!(named.contains(&(client(1), Check::InputRange)), "{report}");
    assert!(named.contains(&(AGGREGATOR, Check::Chain)), "{report}");
}

/// The masked vector of client 3 is wrong by `by`. The aggregator subtracts that from the sum, so that the sum opens,
/// and keeps the client.
fn corrected(scene: Scene, by: u64) -> veragg_lab::Finished {
    CorruptAggregator::new()
        .publishing(move |_, mut honest| {
            honest.opening[0] -= SuiteScalar::from(by);
            honest
        })
        .play(scene)
}

#[test]
fn v_08_a_row_links() {
    let false_mask = False {
        towards: None,
        by: 5,
        attested: false,
    };
    let finished = corrected(Scene::new(4, &SMALL).masking_falsely(3, &[false_mask]), 5);
    let board = finished.local.board(&finished.records);
    let report = only(Check::RowLinks, &board, &finished.options(&ALL));
    let named = named(&report);
    assert!(named.contains(&(client(3), Check::RowLinks)), "{report}");
    assert!(named.contains(&(AGGREGATOR, Check::Chain)), "{report}");
}

fn false_pairwise_mask(check: Check) {
    let finished = corrected(Scene::new(4, &SMALL).masking_falsely(3, &[edge(4, 5)]), 5);
    let board = finished.local.board(&finished.records);
    let report = only(check, &board, &finished.options(&ALL));
    let named = named(&report);
    assert!(named.contains(&(client(3), Check::Disputes)), "{report}");
    assert!(named.contains(&(AGGREGATOR, Check::Chain)), "{report}");
}

#[test]
fn v_08_b_edges() {
    false_pairwise_mask(Check::Edges);
}

#[test]
fn v_08_c_disputes() {
    false_pairwise_mask(Check::Disputes);
}

/// An acknowledgement is an empty message that answers the right checkpoint. So a wrong one fails V-04, and too few
/// fail V-10.
#[test]
fn v_08_d_acknowledgements() {
    let finished = Scene::new(4, &SMALL).play();
    let passed = Status::Passed { records: 4 };
    let status = finished.audit();
    assert_eq!(status.status(Check::Acknowledgements), Some(&passed));
    let key = std::sync::Arc::clone(&finished.local.client_keys[1]);
    let at = position(&finished.records, 2, Phase::Acknowledge);
    let mut message = Message::decode(&finished.records[at].bytes).unwrap();
    let Message { envelope, .. } = &mut message;
    envelope.answers[0] ^= 1;
    let (context, sender) = (envelope.context, envelope.sender);
    let another =
        Message::sign(&key, context, envelope.phase, sender, envelope.answers, &[]).encode();
    // Client 2 has acknowledged the list of another round, and the aggregator puts that message on this board.
    let corrupt = CorruptAggregator::new().admitting(move |phase, mut messages| {
        if phase == Phase::Acknowledge {
            messages.push(another.clone());
        }
        messages
    });
    let finished = corrupt.play(Scene::of(finished.local));
    let report = finished.audit();
    let faults = [(AGGREGATOR, Check::Messages)];
    expect(&report, Verdict::Failed, &ALL, &faults, &[Check::Messages]);
}

#[test]
fn v_09_unmasking() {
    let finished = corrected(Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]), 5);
    let board = finished.local.board(&finished.records);
    let report = only(Check::Unmasking, &board, &finished.options(&ALL));
    let named = named(&report);
    assert!(named.contains(&(client(3), Check::Unmasking)), "{report}");
    assert!(named.contains(&(AGGREGATOR, Check::Chain)), "{report}");
}

#[test]
fn v_10_contributors() {
    let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    let records = republished(&finished, |publication| {
        publication.outcomes[3] = Outcome::Faulty(Phase::Submit);
    });
    let board = finished.local.board(&records);
    let report = only(Check::Contributors, &board, &finished.options(&[1, 2, 3]));
    let faults = [(AGGREGATOR, Check::Contributors)];
    let failed = [Check::Contributors];
    expect(&report, Verdict::Failed, &[1, 2, 3], &faults, &failed);
}

#[test]
fn v_11_opening() {
    let finished = Scene::new(4, &SMALL).play();
    let records = republished(&finished, |publication| {
        publication.opening[0] += SuiteScalar::from(1u64);
    });
    let mut options = finished.options(&ALL);
    options.aggregate.as_mut().unwrap()[0] += 1;
    let board = finished.local.board(&records);
    let report = only(Check::Opening, &board, &options);
    let faults = [(AGGREGATOR, Check::Opening)];
    expect(&report, Verdict::Failed, &ALL, &faults, &[Check::Opening]);
    // The report says by how much the sum is wrong.
    let sum = finished.sum(&ALL)[0];
    let off = format!(
        ": the sum of coordinate 0 is {}, but {sum} follows from the board: 1 too much",
        sum + 1
    );
    assert!(report.faults[0].what.ends_with(&off), "{report}");
}

#[test]
fn v_11_opening_of_which_many_sums_or_only_the_blindings_are_wrong() {
    let finished = Scene::new(4, &[(3, 100), (400, 100)])
        .dropping(4, Phase::Submit)
        .play();
    let what = |alter: &dyn Fn(&mut Vec<SuiteScalar>)| {
        let records = republished(&finished, |publication| alter(&mut publication.opening));
        let options = veragg_lab::auditor(&finished.local);
        let report = finished.audit_of(&records, &options);
        let mut faults = report.faults.iter();
        let fault = faults.find(|fault| fault.check == Check::Opening);
        fault.unwrap().what.clone()
    };
    let many = what(&|opening| {
        for scalar in opening.iter_mut().take(9) {
            *scalar += SuiteScalar::from(1u64);
        }
    });
    assert!(many.contains("1 too much; "), "{many}");
    assert!(many.ends_with("; 4 more sums are wrong"), "{many}");
    let blindings = what(&|opening| *opening.last_mut().unwrap() += SuiteScalar::from(1u64));
    assert!(
        blindings.ends_with("the sums are right, but not the blindings beside them"),
        "{blindings}"
    );
}

#[test]
fn v_12_aggregate() {
    let finished = Scene::new(4, &SMALL).play();
    let mut options = finished.options(&ALL);
    options.aggregate.as_mut().unwrap()[2] -= 1;
    let board = finished.local.board(&finished.records);
    let report = only(Check::Aggregate, &board, &options);
    expect(&report, Verdict::Failed, &ALL, &[], &[Check::Aggregate]);
}

#[test]
fn v_13_receipts() {
    let finished = Scene::new(4, &SMALL).play();
    let mut options = finished.options(&ALL);
    let receipt = &finished.receipts[7].2;
    let key = &finished.local.aggregator_key;
    let (context, entry) = (receipt.context, receipt.entry);
    options.receipts = vec![veragg::protocol::wire::receipt::Receipt::sign(
        key,
        context,
        receipt.index + 1,
        entry,
    )];
    let board = finished.local.board(&finished.records);
    let report = only(Check::Receipts, &board, &options);
    let faults = [(AGGREGATOR, Check::Receipts)];
    expect(&report, Verdict::Failed, &ALL, &faults, &[Check::Receipts]);
}

/// The test above for a check; nothing if there is none.
fn case_of(check: Check) -> Option<fn()> {
    Some(match check {
        Check::Configuration => v_01_configuration,
        Check::Roster => v_02_roster,
        Check::Chain => v_03_chain,
        Check::Messages => v_04_messages,
        Check::Graph => v_05_graph,
        Check::SetUp => v_06_set_up,
        Check::InputCommitments => v_07_a_commitments,
        Check::InputRange => v_07_b_range,
        Check::RowLinks => v_08_a_row_links,
        Check::Edges => v_08_b_edges,
        Check::Disputes => v_08_c_disputes,
        Check::Acknowledgements => v_08_d_acknowledgements,
        Check::Unmasking => v_09_unmasking,
        Check::Contributors => v_10_contributors,
        Check::Opening => v_11_opening,
        Check::Aggregate => v_12_aggregate,
        Check::Receipts => v_13_receipts,
        // No suite has these claims yet, so no board can fail them.
        Check::InputNorm | Check::InputSum | Check::TrustedSetUp => return None,
        other => panic!("{other} has no case"),
    })
}

#[test]
fn every_check_has_a_case_or_does_not_apply() {
    let honest = Scene::new(4, &SMALL).play().audit();
    // Whole rounds show in groth16.rs what V-14 stops.
    for &check in Check::PAIRWISE
        .iter()
        .filter(|check| **check != Check::TrustedSetUp)
    {
        let status = honest.status(check).unwrap();
        let applies = !matches!(status, Status::NotApplicable { .. });
        // The auditor has no receipt, and no edge is disputed.
        let applies = applies || [Check::Receipts, Check::Disputes].contains(&check);
        assert_eq!(case_of(check).is_some(), applies, "{check}: {status}");
    }
}

#[test]
fn checks_that_all_others_need_cannot_be_skipped() {
    let finished = Scene::new(4, &SMALL).play();
    let board = finished.local.board(&finished.records);
    for &check in Check::PAIRWISE {
        let options = Options {
            skip: BTreeSet::from([check]),
            ..veragg_lab::auditor(&finished.local)
        };
        let report = audit(Cursor::new(&board), &options);
        assert_eq!(report.is_ok(), check > Check::Graph, "{check}");
        let Ok(report) = report else { continue };
        assert!(failed_checks(&report).is_empty());
        // The report never says that a skipped check has passed.
        let status = report.status(check).unwrap();
        assert!(
            !matches!(status, Status::Passed { .. }),
            "{check}: {status}"
        );
    }
}

/// 3.2, 3.9: what waits for a batch counts on a board that ends in the middle of a phase.
#[test]
fn messages_of_an_unfinished_phase_are_judged_whatever_the_batch() {
    let finished = Scene::new(70, &SMALL).dropping(70, Phase::Advertise).play();
    for records in [1, 63, 64, 65] {
        let report = finished.audit_of(
            &finished.records[..records],
            &veragg_lab::auditor(&finished.local),
        );
        let passed = Status::Passed {
            records: records as u64,
        };
        assert_eq!(report.status(Check::SetUp), Some(&passed));
        assert_eq!(report.verdict, Verdict::Unfinished);
    }
}

/// A round in which the proof of client 2 does not hold.
fn with_a_bad_proof() -> Finished {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(2, Phase::Submit, lengths, |parts| {
        let end = parts[0].len() - 1;
        parts[0][end] ^= 1;
    });
    scene.play()
}

/// 3.9: a fault that no checkpoint covers is a bad record; behind a checkpoint that is not authentic it is a failure, and
/// nobody is named.
#[test]
fn an_open_fault_counts_as_a_failure_behind_a_false_checkpoint() {
    let finished = with_a_bad_proof();
    let options = veragg_lab::auditor(&finished.local);
    let end = position(&finished.records, 4, Phase::Submit) + 1;
    let mut records = finished.records[..end].to_vec();
    let open = finished.audit_of(&records, &options);
    let bad = Status::PassedWithFaults { records: 4, bad: 1 };
    assert_eq!(open.status(Check::InputRange), Some(&bad));
    // The checkpoint of advertise.
    *records[4].bytes.last_mut().unwrap() ^= 1;
    let broken = finished.audit_of(&records, &options);
    assert!(matches!(
        broken.status(Check::InputRange),
        Some(Status::Failed { failures }) if failures.len() == 1
    ));
    assert!(broken.faults.is_empty() && open.faults.is_empty());
}

/// V-04.6: a body that is not the signed one counts as left out. Who breaks a rule elsewhere is named all the same, and what
/// needs all bodies is not judged.
#[test]
fn a_damaged_body_hides_no_other_fault() {
    let finished = with_a_bad_proof();
    let options = veragg_lab::auditor(&finished.local);
    for phase in [
        Phase::Advertise,
        Phase::Share,
        Phase::Attest,
        Phase::Unmask(0),
    ] {
        let mut records = finished.records.clone();
        let at = position(&records, 4, phase);
        *records[at].bytes.last_mut().unwrap() ^= 1;
        let report = finished.audit_of(&records, &options);
        expect(
            &report,
            Verdict::Failed,
            &report.contributors,
            &[(client(2), Check::InputRange)],
            &[Check::Messages],
        );
        for check in [Check::Contributors, Check::Opening, Check::Aggregate] {
            assert!(matches!(
                report.status(check),
                Some(Status::NotApplicable { .. })
            ));
        }
    }
}
