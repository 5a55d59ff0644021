//! Shared by the tests of the command line: how to call it, and one round that it played.
// Each test module uses only a part of this.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;
use veragg::protocol::wire::board::{RecordKind, Records};
use veragg::protocol::wire::header::Header;

pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veragg"));
    command.args(args);
    command
}

pub(crate) fn veragg(args: &[&str]) -> Ended {
    let output = command(args).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err,
    }
}

const TABLE: &str = "clinic,age\na,10\nb,20\nc,30\nd,40\ne,50\nf,60\n";

/// The arguments of a run for six clients with one row each, of which some drop out.
pub(crate) fn survey(folder: &Path, dropouts: &[(u32, &str)]) -> PathBuf {
    fs::write(folder.join("ages.csv"), TABLE).unwrap();
    let mut config = "[round]\ntitle = \"Ages\"\nsuite = \"ristretto255-bitplane\"\n\
        corrupt = 0\ndropout = 0.2\n\
        [data]\nfile = \"ages.csv\"\ndeal = { column = \"clinic\" }\nmax_rows = 5\n\
        [[measure]]\ncolumns = [\"age\"]\ndecimals = 0\nmax = 120\n"
        .to_owned();
    for (client, after) in dropouts {
        config += &format!("[[dropout]]\nclient = {client}\nafter = \"{after}\"\n");
    }
    let path = folder.join("round.toml");
    fs::write(&path, config).unwrap();
    path
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The files of a round, played once for all tests. Client 2 drops out after share, client 5 after attest.
pub(crate) struct Round {
    folder: TempDir,
    pub(crate) out: String,
}

impl Round {
    pub(crate) fn get() -> &'static Round {
        static ROUND: OnceLock<Round> = OnceLock::new();
        ROUND.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let config = survey(folder.path(), &[(2, "share"), (5, "attest")]);
            let out = folder.path().join("out");
            let ended = veragg(&["run", text(&config), "--out", text(&out)]);
            assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
            assert_eq!(ended.err, "");
            let out = ended.out;
            Round { folder, out }
        })
    }

    pub(crate) fn file(&self, name: &str) -> String {
        let path = self.folder.path().join("out").join(name);
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn board(&self) -> Vec<u8> {
        fs::read(self.file("round.board")).unwrap()
    }

    /// Audits the board with the organiser's key and these arguments.
    pub(crate) fn audit(&self, more: &[&str]) -> Ended {
        let (board, key) = (self.file("round.board"), self.file("organiser.pub"));
        veragg(&[&["audit", &board, "--organiser", &key], more].concat())
    }

    /// Audits these bytes instead of the board.
    pub(crate) fn audit_bytes(&self, bytes: &[u8]) -> Ended {
        let folder = tempfile::tempdir().unwrap();
        let board = put(&folder, "other.board", bytes);
        veragg(&["audit", &board, "--organiser", &self.file("organiser.pub")])
    }

    /// The bytes of the board's checkpoints, in order.
    pub(crate) fn checkpoints(&self) -> Vec<Vec<u8>> {
        let bytes = self.board();
        let mut source = &bytes[..];
        let header = Header::read(&mut source).unwrap();
        let mut records = Records::new(source, header.encode().len(), 1 << 20);
        let mut checkpoints = Vec::new();
        while let Some(record) = records.next_record().unwrap() {
            if record.kind() == RecordKind::Checkpoint {
                checkpoints.push(record.whole().unwrap().bytes);
            }
        }
        checkpoints
    }
}

pub(crate) fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}
