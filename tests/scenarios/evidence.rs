//! Evidence files: each proves its fault without the board, and proves nothing else.
use crate::cli;

use std::io::Cursor;

use veragg::circuits::codec::{DecodeError, Writer};
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::pairwise::share::PAIR_LEN;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::Record;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::evidence::{self, Bundle, Confirmed, EvidenceError};
use veragg::verifier::{audit, Check, Culprit, Options, Report};
use veragg_lab::books::republished;
use veragg_lab::equivocator::with_second_message;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::CorruptAggregator;
use veragg_lab::{client, id, named, set, Finished, Scene, Suite, SuiteScalar};

const SMALL: [(usize, u64); 2] = [(3, 100), (2, 7)];
const AGGREGATOR: Culprit = Culprit::Aggregator;

/// The report of a board, and the files of evidence for the faults in it.
fn exported(
    finished: &Finished,
    records: &[Record],
    options: &Options,
) -> (Report, Vec<(Bundle, Vec<u8>)>) {
    let board = finished.local.board(records);
    let report = audit(Cursor::new(&board), options).unwrap();
    let bundles = evidence::bundles(&report).into_iter();
    let mut files: Vec<_> = bundles.map(|bundle| (bundle, Vec::new())).collect();
    evidence::export(Cursor::new(&board), options, &report, &mut files).unwrap();
    (report, files)
}

fn check(finished: &Finished, file: &[u8]) -> Result<Confirmed, EvidenceError> {
    evidence::check(Cursor::new(file), &finished.local.organiser)
}

/// Asserts that each file proves its faults to an auditor who knows the organiser, and only to those.
#[track_caller]
pub(crate) fn shows(
    finished: &Finished,
    records: &[Record],
    options: &Options,
    faults: &[(Culprit, Check)],
) -> Report {
    let (report, files) = exported(finished, records, options);
    assert_eq!(named(&report), faults.iter().copied().collect(), "{report}");
    let shown: Vec<_> = files
        .iter()
        .flat_map(|(bundle, _)| &bundle.faults)
        .collect();
    assert_eq!(shown.len(), report.faults.len());
    let stranger = SigningKey::from_bytes(&[9; 32]).verifying_key();
    for (bundle, file) in &files {
        let confirmed = check(finished, file).unwrap();
        let claim = (confirmed.claim.culprit, confirmed.claim.check);
        assert_eq!(claim, (bundle.culprit, bundle.check));
        let wanted = bundle.faults.iter();
        let wanted: Vec<_> = wanted
            .map(|number| report.faults[number - 1].clone())
            .collect();
        assert_eq!(confirmed.faults, wanted, "{report}");
        let foreign = evidence::check(Cursor::new(file), &stranger).unwrap();
        assert_eq!(foreign.faults, []);
    }
    report
}

#[track_caller]
fn shows_all(finished: &Finished, faults: &[(Culprit, Check)]) {
    shows(
        finished,
        &finished.records,
        &veragg_lab::auditor(&finished.local),
        faults,
    );
}

fn everybody(clients: u32) -> veragg::protocol::crypto::ids::ClientSet {
    let numbers: Vec<u32> = (1..=clients).collect();
    set(clients, &numbers)
}

#[test]
fn faults_of_the_set_up() {
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &everybody(10));
    let scene = scene.altering_parts(3, Phase::Share, lengths, |parts| {
        parts[4][PAIR_LEN - 1] ^= 1;
    });
    shows_all(&scene.play(), &[(client(3), Check::SetUp)]);
    // Shares on a polynomial of the wrong degree: two dealt pairs are exchanged.
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.share_lengths(id(6), &everybody(10));
    let scene = scene.altering_parts(6, Phase::Share, lengths, |parts| parts.swap(2, 3));
    shows_all(&scene.play(), &[(client(6), Check::SetUp)]);
    // A key without its secret.
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.advertise_lengths();
    let scene = scene.altering_parts(2, Phase::Advertise, lengths, |parts| parts[0][64] ^= 1);
    shows_all(&scene.play(), &[(client(2), Check::SetUp)]);
}

#[test]
fn faults_of_inputs_and_encodings() {
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(3, Phase::Submit, lengths, |parts| {
        let end = parts[0].len() - 1;
        parts[0][end] ^= 1;
    });
    shows_all(&scene.play(), &[(client(3), Check::InputRange)]);
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(3, Phase::Submit, lengths, |parts| {
        parts[1][..32].fill(0xff);
    });
    shows_all(&scene.play(), &[(client(3), Check::Messages)]);
}

#[test]
fn faults_of_masks() {
    let false_mask = False {
        towards: None,
        by: 3,
        attested: false,
    };
    let finished = Scene::new(10, &SMALL)
        .masking_falsely(3, &[false_mask])
        .play();
    shows_all(&finished, &[(client(3), Check::RowLinks)]);
    let finished = Scene::new(10, &SMALL)
        .masking_falsely(3, &[edge(5, 1)])
        .play();
    shows_all(&finished, &[(client(3), Check::Disputes)]);
    let finished = Scene::new(10, &SMALL).masking_falsely(3, &[own(1)]).play();
    shows_all(&finished, &[(client(3), Check::Unmasking)]);
    let scene = Scene::new(10, &SMALL).dropping(5, Phase::Submit);
    let finished = scene.masking_falsely(3, &[edge(5, 1)]).play();
    shows_all(&finished, &[(client(3), Check::Unmasking)]);
}

#[test]
fn faults_of_shares() {
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.unmask_lengths(id(4), &everybody(10));
    let scene = scene.altering_parts(4, Phase::Unmask(0), lengths, |parts| {
        parts[0][0] ^= 1;
        parts[0][64] ^= 1;
    });
    shows_all(&scene.play(), &[(client(4), Check::Unmasking)]);
}

#[test]
fn faults_of_the_aggregator() {
    let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    let options = veragg_lab::auditor(&finished.local);
    let records = republished(&finished, |publication| {
        publication.outcomes[3] = Outcome::Faulty(Phase::Submit);
    });
    let faults = [(AGGREGATOR, Check::Contributors)];
    shows(&finished, &records, &options, &faults);
    let records = republished(&finished, |publication| {
        publication.opening[0] += SuiteScalar::from(1u64);
    });
    shows(
        &finished,
        &records,
        &options,
        &[(AGGREGATOR, Check::Opening)],
    );
    // A receipt for a message that is not on the board.
    let real = &finished.receipts[7].2;
    let key = &finished.local.aggregator_key;
    let options = Options {
        receipts: vec![Receipt::sign(key, real.context, real.index + 1, real.entry)],
        ..veragg_lab::auditor(&finished.local)
    };
    let records = finished.records.clone();
    shows(
        &finished,
        &records,
        &options,
        &[(AGGREGATOR, Check::Receipts)],
    );
    // A list that does not follow from the messages on the board.
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Attest {
            list.remove(id(2));
        }
        list
    });
    let finished = corrupt.play(Scene::new(10, &SMALL));
    let report = finished.audit();
    let faults: Vec<_> = named(&report).into_iter().collect();
    assert!(faults.contains(&(AGGREGATOR, Check::Chain)), "{report}");
    shows_all(&finished, &faults);
}

#[test]
fn evidence_holds_no_more_checkpoints_than_it_may() {
    let finished = Scene::new(4, &SMALL).play();
    let checkpoint = &finished.records.last().unwrap().bytes;
    let with = |count| {
        let claim = Writer::new()
            .bytes(&evidence::Format::Pairwise.magic())
            .u32(0)
            .short(b"V-03")
            .u32(0)
            .long(&checkpoint.repeat(count))
            .finish();
        check(
            &finished,
            &[claim, finished.local.board(&finished.records)].concat(),
        )
    };
    assert_eq!(
        with(256).unwrap().claim.checkpoints.len(),
        256 * checkpoint.len()
    );
    let refused = with(257);
    let field = "checkpoints";
    assert!(matches!(
        refused,
        Err(EvidenceError::Head(DecodeError::Value { field: at })) if at == field
    ));
}

#[test]
fn two_messages_of_one_sender() {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let alter = |parts: &mut Vec<Vec<u8>>| parts[1][0] ^= 1;
    let scene = with_second_message(scene, 3, Phase::Submit, lengths, alter);
    let finished = CorruptAggregator::new().play(scene);
    let faults = [(client(3), Check::Messages), (AGGREGATOR, Check::Messages)];
    shows_all(&finished, &faults);
}

#[test]
fn evidence_shows_nothing_of_anybody_else_and_nothing_that_was_altered() {
    only_the_evidence_itself_shows(499);
}

#[test]
#[ignore = "checks thousands of files: `.ci/long` runs it"]
fn evidence_shows_nothing_that_was_altered_wherever_that_is() {
    only_the_evidence_itself_shows(29);
}

/// Changes every `step`-th byte of the evidence, one at a time, and then the claim.
fn only_the_evidence_itself_shows(step: usize) {
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[own(1)]);
    let finished = scene.masking_falsely(7, &[edge(5, 2)]).play();
    let (report, files) = exported(
        &finished,
        &finished.records,
        &veragg_lab::auditor(&finished.local),
    );
    let board = finished.local.board(&finished.records);
    for (fault, file) in &files {
        assert!(file.len() < board.len());
        // A claim of another culprit, and of another check.
        for number in 1..=10u32 {
            let mut other = file.clone();
            other[8..12].copy_from_slice(&number.to_be_bytes());
            let confirmed = check(&finished, &other).unwrap();
            assert_eq!(
                confirmed.faults.is_empty(),
                client(number) != fault.culprit,
                "{number}"
            );
        }
        for at in (0..file.len()).step_by(step) {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            if let Ok(confirmed) = check(&finished, &damaged) {
                let named = confirmed
                    .faults
                    .iter()
                    .all(|found| found.culprit == fault.culprit);
                assert!(named, "byte {at}");
            }
        }
        for end in (0..file.len()).step_by(2003) {
            if let Ok(confirmed) = check(&finished, &file[..end]) {
                assert_eq!(confirmed.faults, [], "cut off at {end}");
            }
        }
    }
    let mut unknown = files[0].0.clone();
    unknown.faults.push(report.faults.len() + 1);
    let error = evidence::export(
        Cursor::new(&board),
        &veragg_lab::auditor(&finished.local),
        &report,
        &mut [(unknown, Vec::new())],
    );
    assert!(matches!(error, Err(EvidenceError::NoFault { .. })));
}

#[test]
fn the_command_line_explains_exports_and_checks() {
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[own(1)]);
    let finished = scene.masking_falsely(7, &[edge(5, 2)]).play();
    let folder = tempfile::tempdir().unwrap();
    let board = folder.path().join("round.board");
    std::fs::write(&board, finished.local.board(&finished.records)).unwrap();
    let key = finished.local.organiser.fingerprint();
    let (board, dir) = (cli::text(&board), folder.path().join("faults"));
    let audit = [
        "audit",
        board,
        "--organiser",
        &key,
        "--evidence",
        cli::text(&dir),
    ];
    let ended = cli::veragg(&audit);
    // Without the transcript of a set-up the audit is incomplete.
    let code = if Suite::SUITE.has_key() { 4 } else { 0 };
    assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let names = [
        "fault-01-client-3-V-09.evidence",
        "fault-02-client-7-V-08.C.evidence",
    ];
    assert!(
        files
            .iter()
            .zip(names)
            .all(|(path, name)| path.ends_with(name)),
        "{files:?}"
    );
    for file in &files {
        let ended = cli::veragg(&["evidence", cli::text(file), "--organiser", &key]);
        assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("\nSHOWN: client "), "{}", ended.out);
        let other = "ab".repeat(32);
        let ended = cli::veragg(&["evidence", cli::text(file), "--organiser", &other]);
        assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
        let receipts = finished.local.aggregator_key.verifying_key().fingerprint();
        let ended = cli::veragg(&["evidence", cli::text(file), "--organiser", &receipts]);
        assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
        let says = format!(
            "The round is refused: the board names another organiser: its key is {key}, and the given key is {receipts}."
        );
        assert!(ended.out.contains(&says), "{}", ended.out);
    }
    let ended = cli::veragg(&["evidence", board, "--organiser", &key]);
    assert_eq!(ended.code, 3, "{}", ended.out);
    let explain = |number| cli::veragg(&["explain", board, "--organiser", &key, "--fault", number]);
    let explained = explain("2");
    // No set-up is given here.
    let verified = if Suite::SUITE.has_key() { 4 } else { 0 };
    assert_eq!(explained.code, verified, "{}", explained.err);
    for text in [
        "fault 2: client 7\n",
        "Two neighbours use the same mask",
        "it attested false commitments about its edge to client 5: the opened edge gives others",
        "what the opened edge gives\n    ",
    ] {
        assert!(explained.out.contains(text), "{text}: {}", explained.out);
    }
    let none = explain("3");
    assert_eq!(none.code, 2);
    assert!(
        none.err
            .contains("--fault 3: no such fault; give a number from 1 to 2"),
        "{}",
        none.err
    );
}
