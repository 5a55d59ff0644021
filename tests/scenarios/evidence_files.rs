//! `veragg audit --evidence`: which files it writes, and what it never touches.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg_lab::books::{checkpoint_signed_by, republished};
use veragg_lab::Scene;

use crate::cli::{text, veragg, Ended};

/// The board of an aggregator that publishes two false outcomes and a false sum.
struct Board {
    folder: TempDir,
    path: PathBuf,
    key: String,
}

impl Board {
    fn new() -> Self {
        let finished = Scene::new(4, &[(3, 100)])
            .dropping(4, Phase::Confirm)
            .play();
        let records = republished(&finished, |publication| {
            publication.outcomes[0] = Outcome::Faulty(Phase::Submit);
            publication.outcomes[3] = Outcome::Faulty(Phase::Submit);
            publication.opening[0] += veragg_lab::SuiteScalar::from(1u64);
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("round.board");
        fs::write(&path, finished.local.board(&records)).unwrap();
        Self {
            folder,
            path,
            key: finished.local.organiser.fingerprint(),
        }
    }

    fn audit(&self, folder: &Path) -> Ended {
        let board = text(&self.path);
        veragg(&[
            "audit",
            board,
            "--organiser",
            &self.key,
            "--evidence",
            text(folder),
        ])
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

const FILES: [&str; 2] = [
    "fault-01-aggregator-V-10.evidence",
    "fault-03-aggregator-V-11.evidence",
];

#[test]
fn the_faults_of_a_culprit_under_a_check_are_one_file() {
    let board = Board::new();
    let folder = board.folder.path().join("a/b");
    let ended = board.audit(&folder);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert_eq!(names(&folder), FILES);
    let [first, second] = FILES.map(|name| folder.join(name));
    let said = format!(
        "evidence of faults 1, 2: {}\nevidence of fault 3: {}\n",
        text(&first),
        text(&second)
    );
    assert_eq!(ended.err, said);
    let shown = veragg(&["evidence", text(&first), "--organiser", &board.key]);
    assert_eq!(shown.code, 0, "{}{}", shown.out, shown.err);
    for client in [1, 4] {
        let what = format!("the published outcome of client {client} is 'excluded for a fault");
        assert!(shown.out.contains(&what), "{}", shown.out);
    }
}

#[test]
fn nothing_is_written_where_something_is_and_the_report_is_printed() {
    let board = Board::new();
    let folder = board.folder.path().join("faults");
    fs::create_dir(&folder).unwrap();
    let existing = folder.join(FILES[1]);
    fs::write(&existing, "mine").unwrap();
    let ended = board.audit(&folder);
    assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("verdict: FAILED"), "{}", ended.out);
    let said = format!("error: {}: exists already, so no evidence was written; give --evidence an empty or a new folder\n", text(&existing));
    assert_eq!(ended.err, said);
    assert_eq!(names(&folder), [FILES[1]]);
    assert_eq!(fs::read(&existing).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let board = Board::new();
    let folder = board.folder.path().join("faults");
    fs::create_dir(&folder).unwrap();
    // The link leads to a file that does not exist.
    let target = board.folder.path().join("elsewhere");
    std::os::unix::fs::symlink(&target, folder.join(FILES[0])).unwrap();
    let ended = board.audit(&folder);
    assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
    assert!(!target.exists());
    assert_eq!(names(&folder), [FILES[0]]);
}

#[test]
fn a_file_in_place_of_the_folder_is_called_a_file() {
    let board = Board::new();
    let file = board.folder.path().join("plain");
    fs::write(&file, "mine").unwrap();
    let ended = board.audit(&file);
    assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
    let said = format!(
        "error: {}: is a file, not a folder, so no evidence was written; give a folder with --evidence\n",
        text(&file)
    );
    assert_eq!(ended.err, said);
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_process_that_is_killed_leaves_no_half_of_a_file_under_its_name() {
    use std::os::unix::process::ExitStatusExt;
    let board = Board::new();
    let folder = board.folder.path().join("faults");
    // The system kills a process that makes a file longer than this limit.
    let script = "ulimit -c 0; ulimit -f 1; exec \"$@\"";
    for _ in 0..2 {
        let killed = std::process::Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_veragg"), "audit"])
            .args([text(&board.path), "--organiser", &board.key, "--evidence"])
            .arg(&folder)
            .output()
            .unwrap();
        assert!(killed.status.signal().is_some(), "{killed:?}");
    }
    let left = names(&folder);
    assert!(!left.is_empty());
    assert!(left.iter().all(|name| name.starts_with('.')), "{left:?}");
    let ended = board.audit(&folder);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    let now = names(&folder).into_iter();
    let now: Vec<_> = now.filter(|name| !left.contains(name)).collect();
    assert_eq!(now, FILES);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_after_the_report() {
    let board = Board::new();
    let folder = board.path.join("faults");
    let ended = board.audit(&folder);
    assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("verdict: FAILED"), "{}", ended.out);
    assert!(
        ended.err.contains("choose another folder with --evidence"),
        "{}",
        ended.err
    );
}

#[test]
fn without_faults_there_is_no_file() {
    let round = crate::cli::Round::get();
    let folder = tempfile::tempdir().unwrap();
    let ended = round.audit(&["--evidence", text(folder.path())]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert_eq!(
        ended.err,
        "the audit names nobody, so there is no evidence to write\n"
    );
    assert!(names(folder.path()).is_empty());
}

#[test]
fn checkpoints_that_several_clients_were_shown_are_compared() {
    let finished = Scene::new(4, &[(3, 100)]).play();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let board = put("round.board", &finished.local.board(&finished.records));
    let key = finished.local.organiser.fingerprint();
    let last = &finished.records.last().unwrap().bytes;
    let mut other = Checkpoint::decode(last, 4).unwrap();
    other.root.hash[0] ^= 1;
    let aggregator = &finished.local.aggregator_key;
    let other = checkpoint_signed_by(aggregator, other);
    let [one, two] = [
        put("1.checkpoint", last),
        put("2.checkpoint", &other.encode()),
    ];
    let faults = folder.path().join("faults");
    let given = ["--checkpoint", text(&one), "--checkpoint", text(&two)];
    let audit = ["audit", text(&board), "--organiser", &key, "--evidence"];
    let ended = veragg(&[&audit[..], &[text(&faults)], &given].concat());
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    for what in [
        "two given checkpoints of publish differ, and the aggregator signed both",
        "the given checkpoint of publish and the one on the board differ",
    ] {
        assert!(ended.out.contains(what), "{}", ended.out);
    }
    let file = faults.join("fault-01-aggregator-V-03.evidence");
    let shown = veragg(&["evidence", text(&file), "--organiser", &key]);
    assert_eq!(shown.code, 0, "{}{}", shown.out, shown.err);
    // No body is needed to see that two checkpoints differ.
    let [file, board] = [file, board].map(|path| fs::metadata(path).unwrap().len());
    assert!(3 * file < 2 * board, "{file} of {board} bytes");
}
