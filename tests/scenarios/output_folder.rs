//! The folder of `veragg run`: what an earlier run left stays until the next one is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::{survey, text, veragg, Ended};

fn run(config: &Path, out: &Path) -> Ended {
    veragg(&["run", text(config), "--out", text(out)])
}

/// All files below a folder, but for the lock, whose last line says which process had it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else if path.extension().is_none_or(|extension| extension != "lock") {
            files.insert(text(&path).to_owned(), fs::read(&path).unwrap());
        }
    }
    files
}

fn audit(out: &Path) -> i32 {
    let (board, key) = (out.join("round.board"), out.join("organiser.pub"));
    let aggregate = out.join("aggregate.json");
    let ended = veragg(&[
        "audit",
        text(&board),
        "--organiser",
        text(&key),
        "--aggregate",
        text(&aggregate),
    ]);
    ended.code
}

#[test]
fn a_run_that_fails_leaves_the_results_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert_eq!(run(&survey(folder.path(), &[]), &out).code, 0);
    fs::write(out.join("receipts/mine.txt"), "kept").unwrap();
    let before = contents(&out);
    let too_many = survey(
        folder.path(),
        &[(1, "share"), (2, "share"), (3, "confirm"), (4, "submit")],
    );
    let stopped = run(&too_many, &out);
    assert_eq!(stopped.code, 75, "{}", stopped.err);
    assert!(stopped.err.contains("unfinished"), "{}", stopped.err);
    let mut after = contents(&out);
    after.retain(|name, _| !name.contains("/unfinished/"));
    assert!(after == before);
    assert_eq!(audit(&out), 0);

    // The next run that succeeds takes their place, and leaves what is not its own.
    assert_eq!(run(&survey(folder.path(), &[(2, "share")]), &out).code, 0);
    let after = contents(&out);
    assert_eq!(audit(&out), 0);
    for (name, bytes) in &before {
        assert_eq!(
            after.get(name) == Some(bytes),
            name.ends_with("mine.txt"),
            "{name}"
        );
    }
    assert!(!out.join("unfinished").exists() && !out.join("finished").exists());
    // Client 2 sent two messages of its seven.
    assert_eq!(after.len(), 4 + 1 + 5 * 7 + 2);
}

/// A run that is killed can have moved any number of its files.
#[test]
fn complete_results_are_moved_to_their_place_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let made = folder.path().join("made");
    assert_eq!(run(&config, &made).code, 0);
    let names = ["receipts", "aggregate.json", "organiser.pub", "round.board"];
    for moved in 0..=names.len() {
        let out = folder.path().join(format!("out{moved}"));
        assert_eq!(run(&config, &out).code, 0);
        fs::create_dir(out.join("finished")).unwrap();
        fs::write(out.join("finished/veragg-run.txt"), "").unwrap();
        for (at, name) in names.iter().enumerate() {
            let to = match at < moved {
                true => out.join(name),
                false => out.join("finished").join(name),
            };
            let from = made.join(name);
            if from.is_dir() {
                // The earlier receipts are put aside first.
                if at < moved {
                    fs::rename(&to, out.join("finished/earlier-receipts")).unwrap();
                }
                fs::create_dir(&to).unwrap();
                for entry in fs::read_dir(&from).unwrap() {
                    let path = entry.unwrap().path();
                    fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
                }
            } else {
                fs::copy(&from, &to).unwrap();
            }
        }
        // A run that stops at once does no more than move them.
        let refused = run(
            &survey(
                folder.path(),
                &[(1, "share"), (2, "share"), (3, "share"), (4, "share")],
            ),
            &out,
        );
        assert_eq!(refused.code, 75, "{}", refused.err);
        for name in names {
            let (path, want) = (out.join(name), made.join(name));
            if want.is_file() {
                assert!(
                    fs::read(path).unwrap() == fs::read(want).unwrap(),
                    "{moved} {name}"
                );
            } else {
                let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
                assert_eq!(count(&path), count(&want), "{moved}");
            }
        }
        assert_eq!(audit(&out), 0, "{moved}");
        assert!(!out.join("finished").exists());
        survey(folder.path(), &[]);
    }
}

#[test]
fn what_somebody_else_put_there_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("unfinished")).unwrap();
    fs::write(out.join("unfinished/thesis.txt"), "mine").unwrap();
    let refused = run(&config, &out);
    assert_eq!(refused.code, 5);
    let says = "`veragg run` needs this name, and did not make what is there; move it away";
    assert!(refused.err.contains(says), "{}", refused.err);
    assert_eq!(
        fs::read(out.join("unfinished/thesis.txt")).unwrap(),
        b"mine"
    );
    fs::remove_dir_all(&out).unwrap();

    // Complete results of another run are not ours to move or to remove.
    assert_eq!(run(&config, &out).code, 0);
    for name in ["finished", "unfinished"] {
        let archive = out.join(name);
        assert_eq!(run(&config, &archive).code, 0);
        let before = contents(&out);
        let refused = run(&config, &out);
        assert!(refused.err.contains(says), "{}", refused.err);
        assert!(contents(&out) == before);
        fs::remove_dir_all(archive).unwrap();
    }
    fs::remove_dir_all(&out).unwrap();

    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("receipts"), "mine").unwrap();
    let refused = run(&config, &out);
    assert_eq!(refused.code, 5);
    assert!(
        refused.err.contains("it is not a folder; move it away"),
        "{}",
        refused.err
    );
    fs::remove_dir_all(&out).unwrap();

    fs::create_dir_all(out.join("aggregate.json")).unwrap();
    let refused = run(&config, &out);
    assert_eq!(refused.code, 5);
    assert!(
        refused.err.contains("it is a folder; move it away"),
        "{}",
        refused.err
    );
    assert!(!out.join("round.board").exists() && !out.join("organiser.pub").exists());
}

/// A board of a round that stopped can be in use, by a reader or by another run.
#[test]
fn an_unfinished_board_that_is_in_use_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let leaving = [(1, "share"), (2, "share"), (3, "share"), (4, "share")];
    assert_eq!(run(&survey(folder.path(), &leaving), &out).code, 75);
    let board = out.join("unfinished/round.board");
    let (_, writer) = veragg::BoardFile::open(&board, usize::MAX).unwrap();
    let refused = run(&survey(folder.path(), &[]), &out);
    assert_eq!(refused.code, 5);
    assert!(
        refused.err.contains("is in use by process "),
        "{}",
        refused.err
    );
    assert!(board.exists());
    drop(writer);
    assert_eq!(run(&survey(folder.path(), &[]), &out).code, 0);
}

#[cfg(unix)]
#[test]
fn results_of_two_rounds_are_called_that() {
    let folder = tempfile::tempdir().unwrap();
    let (config, out) = (survey(folder.path(), &[]), folder.path().join("out"));
    assert_eq!(run(&config, &out).code, 0);
    let half = out.join("finished");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("veragg-run.txt"), "").unwrap();
    fs::rename(out.join("organiser.pub"), half.join("organiser.pub")).unwrap();
    let board = out.join("round.board");
    let audited = veragg(&["audit", text(&board)]);
    assert!(
        audited
            .err
            .contains("are of two rounds: a run was stopped while it moved"),
        "{}",
        audited.err
    );
    // The next run into the folder finishes the move, whatever becomes of its own round.
    let leaving = [(1, "share"), (2, "share"), (3, "share"), (4, "share")];
    assert_eq!(run(&survey(folder.path(), &leaving), &out).code, 75);
    assert_eq!(audit(&out), 0);
    assert_eq!(veragg(&["audit", text(&board)]).err, "");
}

#[test]
fn two_runs_in_one_folder_at_once_end_well_or_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let out = folder.path().join("out");
    let runs: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..6).map(|_| scope.spawn(|| run(&config, &out))).collect();
        started.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(runs.iter().any(|run| run.code == 0));
    for run in &runs {
        // Whoever has just taken the lock has not always written its number yet.
        let refused = run.code == 5 && run.err.contains(" is in use by ");
        assert!(run.code == 0 || refused, "{} {}", run.code, run.err);
    }
    assert_eq!(audit(&out), 0);
}

#[test]
fn a_stopped_round_says_why_its_clients_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let leaving = [(1, "advertise"), (2, "advertise"), (3, "advertise")];
    let stopped = run(&survey(folder.path(), &leaving), &out);
    assert_eq!(stopped.code, 75);
    for says in [
        "\n  clients 1 to 3 left after advertise, as the configuration says\n",
        "\n  clients 4 to 6 went no further: ",
        "where privacy needs",
        "\n  3 clients left, and `dropout` allows for 1: raise `dropout`, or remove [[dropout]] blocks\n",
    ] {
        assert!(stopped.err.contains(says), "{says}: {}", stopped.err);
    }
    // Those that spoke in confirm, but whose neighbours did not.
    let leaving = [(1, "share"), (2, "share"), (3, "share"), (4, "share")];
    let stopped = run(&survey(folder.path(), &leaving), &out);
    let says = "\n  clients 5 and 6 did not stop; but in confirm a client counts only if 3 of its neighbours confirm too\n";
    assert!(stopped.err.contains(says), "{}", stopped.err);
    // More contributors are asked for than are left.
    let config = survey(folder.path(), &[(1, "share")]);
    let wanted = fs::read_to_string(&config).unwrap();
    let wanted = wanted.replacen("dropout = 0.2", "dropout = 0.2\nmin_contributors = 6", 1);
    fs::write(&config, wanted).unwrap();
    let stopped = run(&config, &out);
    assert_eq!(stopped.code, 75);
    let says = "`min_contributors = 6` asks for so many clients: lower it";
    assert!(stopped.err.contains(says), "{}", stopped.err);
}
