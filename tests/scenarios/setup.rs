//! `veragg setup`: a key that four contributions made, the round that uses it, and who vouches for it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::{put, text, veragg, Ended};

const CONFIGURATION: &str =
    "[round]\ntitle = \"Yes or no\"\nsuite = \"bls12381-groth16\"\ncorrupt = 0\ndropout = 0.2\n\
    [data]\nfile = \"votes.csv\"\ndeal = \"blocks\"\nclients = 6\nmax_rows = 1\n\
    [[count]]\ncolumn = \"vote\"\nexact = true\nvalues = [\"yes\", \"no\"]\n";
const TABLE: &str = "vote\nyes\nno\nyes\nyes\nno\nyes\n";

/// A folder with a configuration, and a set-up that two people have made for it.
struct SetUp(TempDir);

impl SetUp {
    fn path(&self, name: &str) -> String {
        text(&self.0.path().join(name)).to_owned()
    }

    fn step(&self, args: &[&str]) -> Ended {
        veragg(&[&["setup"], args].concat())
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        put(&folder, "round.toml", CONFIGURATION.as_bytes());
        put(&folder, "votes.csv", TABLE.as_bytes());
        let set_up = Self(folder);
        let config = set_up.path("round.toml");
        let source = "the first block of 1 May";
        set_up.done(&[
            "new",
            &config,
            "--beacon",
            source,
            "--out",
            &set_up.path("0"),
        ]);
        set_up
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let ended = self.step(args);
        assert_eq!((ended.code, &ended.err[..]), (0, ""), "{}", ended.out);
        ended.out
    }

    fn contribute(&self, from: &str, phase: &str, who: &str, to: &str) -> Ended {
        let [from, key, to] = [from, who, to].map(|name| self.path(name));
        self.step(&[
            "contribute",
            &from,
            "--phase",
            phase,
            "--key",
            &key,
            "--out",
            &to,
        ])
    }

    /// The same with all contributions, in the folder `made`.
    fn finished() -> Self {
        let set_up = Self::new();
        let steps = [
            ("powers", "anna"),
            ("powers", "ben"),
            ("delta", "anna"),
            ("delta", "ben"),
        ];
        for (number, (phase, who)) in steps.into_iter().enumerate() {
            let (from, to) = (number.to_string(), (number + 1).to_string());
            let ended = set_up.contribute(&from, phase, who, &to);
            assert_eq!(ended.code, 0, "{}", ended.err);
            let (from, to) = (set_up.path(&from), set_up.path(&to));
            set_up.done(&["verify", &to, "--after", &from]);
        }
        set_up.done(&[
            "beacon",
            &set_up.path("4"),
            "--value",
            "00ff",
            "--out",
            &set_up.path("5"),
        ]);
        set_up.done(&["finish", &set_up.path("5"), "--out", &set_up.path("made")]);
        set_up
    }

    /// The public key of a contributor, as the command prints it.
    fn key(&self, who: &str) -> String {
        let secret = fs::read_to_string(self.path(who)).unwrap();
        let secret = veragg::protocol::crypto::signing::unhex(secret.trim()).unwrap();
        let key = veragg::SigningKey::from_bytes(&secret.try_into().unwrap());
        key.verifying_key().fingerprint()
    }
}

#[test]
fn a_set_up_is_made_checked_and_used() {
    let set_up = SetUp::finished();
    let (anna, ben) = (set_up.key("anna"), set_up.key("ben"));
    let (transcript, proving_key) = (
        set_up.path("made/setup.transcript"),
        set_up.path("made/proving.key"),
    );
    // Who names nobody must not take it for sound.
    let told = set_up.done(&[
        "verify",
        &transcript,
        "--contributor",
        &anna,
        "--proving-key",
        &proving_key,
    ]);
    assert!(
        told.contains("the proving key is the one of this transcript"),
        "{told}"
    );
    for named in [&[][..], &["--contributor", &"11".repeat(32)]] {
        let ended = set_up.step(&[&["verify", &transcript[..]], named].concat());
        assert_eq!(ended.code, 4, "{}{}", ended.out, ended.err);
        assert!(
            ended.out.contains("nobody vouches for the key"),
            "{}",
            ended.out
        );
    }

    let (config, made, out) = (
        set_up.path("round.toml"),
        set_up.path("made"),
        set_up.path("out"),
    );
    let run = veragg(&[
        "run",
        &config,
        "--setup",
        &made,
        "--contributor",
        &ben,
        "--out",
        &out,
    ]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(
        run.out
            .contains("V-14    verifying key and set-up transcript: passed (4)"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("vote     yes        4  66.67 %"),
        "{}",
        run.out
    );

    let (board, organiser) = (
        set_up.path("out/round.board"),
        set_up.path("out/organiser.pub"),
    );
    let audit = |more: &[&str]| {
        let ended = veragg(&[&["audit", &board[..], "--organiser", &organiser], more].concat());
        let line = ended.out.lines().find(|line| line.contains("V-14 "));
        (ended.code, line.unwrap_or(&ended.err).to_owned())
    };
    let beside = set_up.path("out/setup.transcript");
    let (code, line) = audit(&["--setup", &beside, "--contributor", &anna]);
    assert!(code == 0 && line.ends_with("passed (4)"), "{code} {line}");
    for (more, word) in [
        (&[][..], "no transcript of the set-up"),
        (&["--setup", &beside], "passed in part (4)"),
        (
            &["--setup", &beside, "--contributor", &"11".repeat(32)],
            "passed in part (4)",
        ),
        (
            &["--skip", "V-14", "--setup", &beside, "--contributor", &anna],
            "skipped",
        ),
    ] {
        let (code, line) = audit(more);
        assert!(code == 4 && line.contains(word), "{code} {line}");
    }
    // A transcript that somebody changed, and one of another set-up.
    let mut changed = fs::read(&beside).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    let changed = put(&set_up.0, "changed", &changed);
    let other = SetUp::finished();
    let other = other.path("made/setup.transcript");
    for transcript in [changed, other] {
        let (code, line) = audit(&["--setup", &transcript, "--contributor", &anna]);
        assert!(code == 1 && line.contains("FAILED"), "{code} {line}");
    }
    let (code, line) = audit(&["--setup", &organiser]);
    assert!(code == 1 && line.contains("FAILED"), "{code} {line}");
}

#[test]
fn steps_out_of_place_are_refused_and_nothing_is_lost() {
    let set_up = SetUp::finished();
    let words = |ended: Ended| {
        assert!(ended.code != 0 && ended.out.is_empty(), "{}", ended.out);
        (ended.code, ended.err)
    };
    let path = |name: &str| set_up.path(name);
    let beacon = |from: &str| {
        words(set_up.step(&["beacon", &path(from), "--value", "x", "--out", &path("new")]))
    };
    let contribute = |from: &str, phase: &str| words(set_up.contribute(from, phase, "anna", "new"));
    for ((code, err), word) in [
        (
            contribute("0", "delta"),
            "nobody has contributed to its powers yet",
        ),
        (contribute("3", "powers"), "its powers are fixed"),
        (contribute("5", "delta"), "contributions are over"),
        (
            contribute("made/setup.transcript", "delta"),
            "contributions are over",
        ),
        (
            beacon("2"),
            "the beacon comes once, behind contributions to delta",
        ),
        (beacon("5"), "the beacon comes once"),
        (
            words(set_up.step(&["finish", &path("4"), "--out", &path("new")])),
            "apply it first",
        ),
        (
            words(set_up.step(&["verify", &path("2"), "--after", &path("0")])),
            "exactly one record more",
        ),
    ] {
        assert!(code == 1 && err.contains(word), "{code} {err}");
    }
    assert!(!Path::new(&path("new")).exists());
    // Bytes of something else, and arguments that do not fit.
    let (code, err) = words(set_up.step(&["verify", &path("votes.csv")]));
    assert!(
        code == 3 && err.contains("rule 2.2 of set-up.md"),
        "{code} {err}"
    );
    let (code, err) = words(set_up.contribute("4", "delta", "votes.csv", "new"));
    assert!(
        code == 3 && err.contains("this is no secret key"),
        "{code} {err}"
    );
    let (code, err) = words(set_up.contribute("4", "delta", "anna", "5"));
    assert!(
        code == 2 && err.contains("which is not overwritten"),
        "{code} {err}"
    );
    let key = path("made/proving.key");
    let (code, err) = words(set_up.step(&["verify", &path("4"), "--proving-key", &key]));
    assert!(
        code == 2 && err.contains("veragg setup finish"),
        "{code} {err}"
    );
    let bitplane = CONFIGURATION.replace("bls12381-groth16", "ristretto255-bitplane");
    let config = put(&set_up.0, "bitplane.toml", bitplane.as_bytes());
    let (code, err) = words(veragg(&[
        "run",
        &config,
        "--setup",
        &path("made"),
        "--out",
        &path("out"),
    ]));
    assert!(code == 2 && err.contains("needs no set-up"), "{code} {err}");
}

#[cfg(unix)]
#[test]
fn a_fresh_secret_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let set_up = SetUp::new();
    let ended = set_up.contribute("0", "powers", "anna", "1");
    assert!(ended.out.contains(&set_up.key("anna")), "{}", ended.out);
    let mode = fs::metadata(set_up.path("anna"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
