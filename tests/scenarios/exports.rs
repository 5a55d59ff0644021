//! `veragg proof export`: what it writes is accepted by a contract, as EIP-2537 and the specification describe one, and by
//! snarkjs, where that is installed.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{json, Value};
use tempfile::TempDir;
use veragg::circuits::groth16::Groth16SetUp;
use veragg::circuits::proof_system::SetUp;
use veragg::protocol::crypto::signing::hex;
use veragg::protocol::wire::header::Header;

use crate::cli::{put, survey, text, veragg, Ended};

#[path = "../../circuits/src/groth16/export/evaluator.rs"]
mod evaluator;

use evaluator::{unhex, Called, Contract, Refused};

/// A round of the suite that is exported, played once. Client 2 has left before it could submit.
struct Played(TempDir);

impl Played {
    fn get() -> &'static Self {
        static PLAYED: OnceLock<Played> = OnceLock::new();
        PLAYED.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = survey(folder.path(), &[(2, "share")]);
            let config = fs::read_to_string(&path).unwrap();
            let config = config.replace("ristretto255-bitplane", "bls12381-groth16");
            fs::write(&path, config).unwrap();
            let out = folder.path().join("out");
            let ended = veragg(&["run", text(&path), "--out", text(&out)]);
            assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
            Self(folder)
        })
    }

    fn file(&self, name: &str) -> String {
        let path = self.0.path().join("out").join(name);
        text(&path).to_owned()
    }

    /// Exports the proof of a client to a folder.
    fn export(&self, client: &str, encoding: &str, out: &Path) -> Ended {
        self.export_of(&self.file("round.board"), client, encoding, out)
    }

    fn export_of(&self, board: &str, client: &str, encoding: &str, out: &Path) -> Ended {
        veragg(&[
            "proof",
            "export",
            board,
            "--client",
            client,
            "--organiser",
            &self.file("organiser.pub"),
            "--encoding",
            encoding,
            "--out",
            text(out),
        ])
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    unhex(value.as_str().unwrap())
}

/// The contract of a round, with the constants in a file.
fn contract(file: &Value) -> Contract {
    let constants = &file["constants"];
    let all = |value: &Value| value.as_array().unwrap().iter().map(bytes).collect();
    Contract {
        alpha: bytes(&constants["alpha"]),
        beta: bytes(&constants["beta"]),
        gamma: bytes(&constants["gamma"]),
        delta: bytes(&constants["delta"]),
        eta: bytes(&constants["eta"]),
        ic: all(&constants["ic"]),
        row: all(&constants["row"]),
        prefix: bytes(&file["prefix"]),
        without: None,
    }
}

#[test]
fn a_contract_accepts_the_file_of_each_client() {
    let played = Played::get();
    let folder = tempfile::tempdir().unwrap();
    let exported = |client: u32| {
        let out = folder.path().join(client.to_string());
        let ended = played.export(&client.to_string(), "eip2537", &out);
        assert_eq!(ended.code, 0, "{}", ended.err);
        let gas = "gas of a contract that verifies it: about ";
        assert!(ended.out.contains(gas), "{}", ended.out);
        read(&out.join("proof.json"))
    };
    let (first, third) = (exported(1), exported(3));
    // One contract for the whole round.
    assert_eq!(first["constants"], third["constants"]);
    assert_eq!(first["prefix"], third["prefix"]);
    let round = contract(&first);
    for (client, file) in [(1, &first), (3, &third)] {
        let made = round.verify(client, &bytes(&file["calldata"])).unwrap();
        let listed = file["calls"].as_array().unwrap().iter();
        let listed: Vec<Called> = listed
            .map(|call| {
                let to = bytes(&call["to"])[0];
                (to, bytes(&call["input"]), bytes(&call["output"]))
            })
            .collect();
        assert_eq!(made, listed);
        let gas = &file["gas"];
        let parts = ["precompiles", "calls", "calldata"].map(|part| gas[part].as_u64().unwrap());
        assert_eq!(gas["total"], parts.iter().sum::<u64>());
    }
    // The proof of one client is not that of another.
    let of_first = bytes(&first["calldata"]);
    let refused = round.verify(3, &of_first).map(|_| ());
    assert_eq!(refused, Err(Refused::OverKey));

    let note = &first["veragg"];
    assert_eq!(note["format"], "veragg/2 proof eip2537");
    assert_eq!(note["client"], 1);
    let board = fs::read(played.file("round.board")).unwrap();
    let header = Header::read(&mut &board[..]).unwrap();
    assert_eq!(note["key"], hex(&Groth16SetUp::digest(&header.key)));
    assert_eq!(note["context"], header.context().to_string());
    let does_not = note["does_not_prove"].as_str().unwrap();
    assert!(does_not.contains("`veragg audit` checks all of that"));
}

/// What snarkjs says of these three files: whether it is OK. Nothing where it is not installed.
fn snarkjs(folder: &Path) -> Option<bool> {
    let Some(program) = env::var_os("SNARKJS").map(PathBuf::from) else {
        // Not by a macro, whose output nobody sees of a test that passes.
        let _ = writeln!(
            io::stderr(),
            "note: snarkjs was not asked. Set SNARKJS to the path of node_modules/snarkjs/build/cli.cjs (.ci/run does)"
        );
        return None;
    };
    let files = ["verification_key.json", "public.json", "proof.json"];
    let mut command = Command::new("node");
    command.arg(&program).args(["groth16", "verify"]);
    command.args(files.map(|name| folder.join(name)));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_ok = output.status.success();
    // It has looked at the proof, and did not stumble over the files.
    let word = if is_ok { "OK!" } else { "Invalid proof" };
    assert!(said.contains(word), "{said}");
    Some(is_ok)
}

#[test]
fn snarkjs_accepts_the_pairing_equation_and_the_files_say_how_little_that_is() {
    let played = Played::get();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let ended = played.export("1", "snarkjs", &out);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let (key_file, proof_file) = (out.join("verification_key.json"), out.join("proof.json"));
    let (key, proof) = (read(&key_file), read(&proof_file));
    assert_eq!(read(&out.join("public.json")), json!([]));
    assert_eq!(key["nPublic"], 0);
    assert_eq!(key["IC"].as_array().unwrap().len(), 1);
    let readme = fs::read_to_string(out.join("README.txt")).unwrap();
    for said in [
        &ended.out,
        &readme,
        key["veragg"]["does_not_prove"].as_str().unwrap(),
        proof["veragg"]["does_not_prove"].as_str().unwrap(),
    ] {
        assert!(said.contains("anything about client 1"), "{said}");
        assert!(said.contains("NOT in these files"), "{said}");
    }
    for file in [&key, &proof] {
        assert_eq!(file["protocol"], "groth16");
        assert_eq!(file["curve"], "bls12381");
    }

    let Some(is_ok) = snarkjs(&out) else { return };
    assert!(is_ok);
    // Another proof of this key, elements in each other's place, another key: all are well formed.
    let other = folder.path().join("other");
    assert_eq!(played.export("3", "snarkjs", &other).code, 0);
    let of_other = read(&other.join("proof.json"));
    let mut swapped = proof.clone();
    swapped["pi_a"] = proof["pi_c"].clone();
    let mut taken = proof.clone();
    taken["pi_c"] = of_other["pi_c"].clone();
    for tampered in [of_other, swapped, taken] {
        fs::write(&proof_file, tampered.to_string()).unwrap();
        assert_eq!(snarkjs(&out), Some(false));
    }
    fs::write(&proof_file, proof.to_string()).unwrap();
    assert_eq!(snarkjs(&out), Some(true));
    // Without Phat the key is that of the round, under which no proof of snarkjs's form holds.
    let mut whole = key.clone();
    whole["IC"][0] = key["veragg"]["IC_0"].clone();
    fs::write(&key_file, whole.to_string()).unwrap();
    assert_eq!(snarkjs(&out), Some(false));
}

#[test]
fn what_cannot_be_exported_is_refused_and_nothing_is_written() {
    let played = Played::get();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let refused = |ended: Ended, code: i32, word: &str| {
        assert!(ended.err.contains(word), "{word}: {}", ended.err);
        assert_eq!(ended.code, code, "{}", ended.err);
        assert!(!out.exists());
    };
    let of_nobody = "--client 2: there is no submission of this client on the board";
    refused(played.export("2", "snarkjs", &out), 2, of_nobody);
    let not_there = "--client 7: the roster has 6 clients; give a number from 1 to 6";
    refused(played.export("7", "eip2537", &out), 2, not_there);
    refused(played.export("0", "eip2537", &out), 2, "0 is not in 1..");
    refused(
        played.export("1", "solidity", &out),
        2,
        "invalid value 'solidity'",
    );

    // Another suite.
    let config = survey(folder.path(), &[]);
    let elsewhere = folder.path().join("elsewhere");
    let ran = veragg(&["run", text(&config), "--out", text(&elsewhere)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let board = elsewhere.join("round.board");
    let other_suite = "the round has the suite ristretto255-bitplane, whose proofs no other program reads; only proofs of bls12381-groth16 are exported";
    let ended = played.export_of(text(&board), "1", "snarkjs", &out);
    refused(ended, 2, other_suite);

    // Another organiser.
    let (board, key) = (played.file("round.board"), elsewhere.join("organiser.pub"));
    let (key, out_text) = (text(&key), text(&out));
    let arguments = [
        "proof",
        "export",
        &board,
        "--client",
        "1",
        "--encoding",
        "snarkjs",
        "--out",
        out_text,
        "--organiser",
        key,
    ];
    refused(veragg(&arguments), 1, "the header of the board is refused");

    // A byte of each submission is another: the last of a message of that length.
    let mut bytes = fs::read(&board).unwrap();
    let calldata = played.0.path().join("calldata");
    assert_eq!(played.export("1", "eip2537", &calldata).code, 0);
    let r_c = read(&calldata.join("proof.json"))["challenge"]["message"].clone();
    // Chat in its compressed encoding begins the proof in the submission.
    let message = unhex(r_c.as_str().unwrap());
    let row = &message[36 + 48 + 96 + 96..][..48];
    let at = bytes.windows(48).position(|window| window == row).unwrap();
    bytes[at + 448] ^= 1;
    let damaged = put(&folder, "damaged.board", &bytes);
    let ended = played.export_of(&damaged, "1", "snarkjs", &out);
    refused(ended, 1, "the submission of client 1 is refused: the body is not the one that the envelope names; `veragg audit` says what follows");

    // A folder that holds something.
    let ended = played.export("1", "snarkjs", &calldata);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("not empty"), "{}", ended.err);
    assert!(!calldata.join("README.txt").exists());
}
