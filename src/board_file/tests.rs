//! Crashes, and two writers.

use super::*;
use std::fs;

fn header() -> Header {
    veragg_lab::local_round(4, &[(3, 100)]).header
}

fn record(byte: u8) -> Record {
    Record {
        kind: RecordKind::Message,
        bytes: vec![byte; 5],
    }
}

/// A board with two records, closed again.
fn two_records(path: &Path, header: &Header) -> Vec<u8> {
    let mut board = BoardFile::create(path, header).unwrap();
    board.append(0, vec![record(1), record(2)]).unwrap();
    assert_eq!(*board.read(0).unwrap(), record(1));
    fs::read(path).unwrap()
}

#[test]
fn what_a_crash_left_unfinished_is_moved_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let header = header();
    let whole = two_records(&path, &header);
    let last = whole.len() - 10;
    // A record that was cut short, a whole one, zeros, and bytes of anything.
    let tails = [&whole[last..last + 7], &whole[last..], &[0; 700], &[9; 3]];
    for (tail, cut) in tails.into_iter().zip(["cut", "cut2", "cut3", "cut4"]) {
        fs::write(&path, [&whole, tail].concat()).unwrap();
        let (read, mut board) = BoardFile::open(&path, 5).unwrap();
        assert_eq!((read, board.len()), (header.clone(), 2));
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert_eq!(
            fs::read(path.with_extension(format!("board.{cut}"))).unwrap(),
            tail
        );
        board.append(2, vec![record(3)]).unwrap();
        assert_eq!(*board.read(2).unwrap(), record(3));
        assert!(board.read(3).is_err());
        drop(board);
        // A copy from before is shorter than what had reached the disk.
        fs::write(&path, &whole).unwrap();
        let lost = BoardFile::open(&path, 5).unwrap_err();
        assert!(matches!(lost, BoardFileError::Lost { .. }), "{lost}");
        fs::remove_file(directory.path().join("round.board.lock")).unwrap();
        assert_eq!(BoardFile::open(&path, 5).unwrap().1.len(), 2);
    }
}

#[test]
fn a_board_that_is_gone_is_not_begun_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let header = header();
    two_records(&path, &header);
    for leave in [
        |path: &Path| fs::remove_file(path),
        |path: &Path| fs::write(path, []),
    ] {
        leave(&path).unwrap();
        for again in [
            BoardFile::create(&path, &header),
            BoardFile::open_or_create(&path, &header, 5),
        ] {
            let lost = again.unwrap_err();
            assert!(
                matches!(lost, BoardFileError::Lost { whole: 0, .. }),
                "{lost}"
            );
        }
    }
    assert!(BoardPlace::lock(&path).is_ok());
}

#[test]
fn a_crash_while_it_was_begun_leaves_no_board() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let lock = directory.path().join("round.board.lock");
    let header = header();
    let whole = header.encode();
    let note = format!("{:<64}\nprocess 1 (x)\n", Note::text(0, &round_of(&header)));
    for (bytes, note) in [
        (&whole[..0], ""),
        (&whole[..0], note.as_str()),
        (&whole[..100], &note),
        (&whole, &note),
    ] {
        for begin in [
            |path: &Path, header: &Header| BoardFile::create(path, header),
            |path: &Path, header: &Header| BoardFile::open_or_create(path, header, 5),
        ] {
            fs::write(&path, bytes).unwrap();
            fs::write(&lock, note).unwrap();
            let refused = BoardFile::open(&path, 5).unwrap_err();
            assert!(
                matches!(refused, BoardFileError::NotBegun { .. }),
                "{refused}"
            );
            assert!(begin(&path, &header).unwrap().is_empty());
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }
}

#[test]
fn a_lock_file_of_another_board_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let other = directory.path().join("other.board");
    two_records(&path, &header());
    two_records(&other, &header());
    fs::copy(
        directory.path().join("other.board.lock"),
        directory.path().join("round.board.lock"),
    )
    .unwrap();
    let before = fs::read(&path).unwrap();
    let refused = BoardFile::open(&path, 5).unwrap_err();
    assert!(matches!(refused, BoardFileError::Note { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn nothing_is_appended_to_a_file_that_somebody_else_changed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let mut board = BoardFile::create(&path, &header()).unwrap();
    board.append(0, vec![record(1)]).unwrap();
    let whole = fs::read(&path).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(10).unwrap();
    assert!(board.append(1, vec![record(2)]).is_err());
    fs::write(&path, &whole).unwrap();
    board.append(1, vec![record(2)]).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(board.append(2, vec![record(3)]).is_err());
    assert_eq!(board.len(), 2);
}

#[cfg(unix)]
#[test]
fn no_other_name_leads_to_a_second_writer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let header = header();
    let mut board = BoardFile::create(&path, &header).unwrap();
    let (soft, hard) = (directory.path().join("soft"), directory.path().join("hard"));
    std::os::unix::fs::symlink(&path, &soft).unwrap();
    fs::hard_link(&path, &hard).unwrap();
    fs::remove_file(directory.path().join("round.board.lock")).unwrap();
    for name in [&path, &soft, &hard] {
        for second in [
            BoardFile::open(name, 5).map(drop),
            BoardPlace::lock(name).map(drop),
        ] {
            let refused = second.unwrap_err();
            let is_held = matches!(refused, BoardFileError::Lock(LockError::Held { .. }));
            assert!(is_held, "{refused}");
        }
    }
    board.append(0, vec![record(1)]).unwrap();
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let header = header();
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [pipe.as_path(), directory.path()] {
        assert!(BoardFile::open_or_create(path, &header, 5).is_err());
        assert!(BoardFile::open(path, 5).is_err());
        assert!(BoardPlace::lock(path).is_err());
    }
}

#[test]
fn without_its_lock_file_a_board_loses_only_a_record_that_is_not_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let mut board = BoardFile::create(&path, &header()).unwrap();
    board.append(0, vec![record(1), record(2)]).unwrap();
    drop(board);
    let whole = fs::read(&path).unwrap();
    fs::remove_file(directory.path().join("round.board.lock")).unwrap();
    fs::write(&path, &whole[..whole.len() - 3]).unwrap();
    let (_, board) = BoardFile::open(&path, 5).unwrap();
    assert_eq!(board.len(), 1);
}

#[test]
fn the_second_writer_is_refused_and_nothing_is_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let (header, other) = (header(), header());
    let mut board = BoardFile::create(&path, &header).unwrap();
    board.append(0, vec![record(1)]).unwrap();
    let before = fs::read(&path).unwrap();
    let attempts = [
        BoardFile::create(&path, &other).map(drop),
        BoardPlace::lock(&path).map(drop),
        BoardFile::open(&path, 5).map(drop),
        BoardFile::open_or_create(&path, &header, 5).map(drop),
    ];
    for refused in attempts {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, BoardFileError::Lock(LockError::Held { .. })),
            "{refused}"
        );
        let holder = format!("process {} (", std::process::id());
        assert!(refused.to_string().contains(&holder), "{refused}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    board.append(1, vec![record(2)]).unwrap();
    drop(board);
    assert!(matches!(
        BoardFile::create(&path, &other),
        Err(BoardFileError::Exists { .. })
    ));
    let refused = BoardFile::open_or_create(&path, &other, 5);
    assert!(matches!(refused, Err(BoardFileError::OtherRound { .. })));
    assert_eq!(
        BoardFile::open_or_create(&path, &header, 5).unwrap().len(),
        2
    );
}

#[test]
fn a_writer_that_is_behind_appends_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let mut board = BoardFile::create(&path, &header()).unwrap();
    board.append(0, vec![record(1)]).unwrap();
    let behind = board.append(0, vec![record(2)]);
    assert!(matches!(
        behind,
        Err(AppendError::Grown {
            expected: 0,
            len: 1
        })
    ));
    assert_eq!(board.len(), 1);
}

#[test]
fn a_record_that_could_not_be_read_again_is_not_appended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let mut board = BoardFile::open_or_create(&path, &header(), 4).unwrap();
    assert!(board.append(0, vec![record(1)]).is_err());
    drop(board);
    assert!(BoardFile::open(&path, 4).unwrap().1.is_empty());
}

#[test]
fn another_board_takes_the_place_only_when_it_is_complete() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.board");
    let elsewhere = directory.path().join("elsewhere.board");
    let (old, new) = (header(), header());
    let before = two_records(&path, &old);
    let mut place = BoardPlace::lock(&path).unwrap();
    let held = BoardFile::open(&path, 5).unwrap_err();
    assert!(matches!(held, BoardFileError::Lock(_)), "{held}");
    // What is no board does not take it.
    fs::write(&elsewhere, b"something else").unwrap();
    assert!(place.give_to(&elsewhere).is_err());
    assert!(place.give_to(&directory.path().join("nothing")).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(place);
    assert_eq!(BoardFile::open(&path, 5).unwrap().0, old);

    fs::remove_file(&elsewhere).unwrap();
    let after = two_records(&elsewhere, &new);
    let mut place = BoardPlace::lock(&path).unwrap();
    place.give_to(&elsewhere).unwrap();
    assert_eq!(fs::read(&path).unwrap(), after);
    drop(place);
    let (read, board) = BoardFile::open(&path, 5).unwrap();
    assert_eq!((read, board.len()), (new, 2));
    drop(board);
    // The lock file is about the new board.
    fs::write(&path, &after[..after.len() - 1]).unwrap();
    let lost = BoardFile::open(&path, 5).unwrap_err();
    assert!(matches!(lost, BoardFileError::Lost { .. }), "{lost}");
}
