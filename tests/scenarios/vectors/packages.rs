//! What an aggregator sends to a client at the close of each phase (`specs/wire.md` 8.2), fraud proofs among it.

use std::fs;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veragg::protocol::crypto::signing::{hex, unhex, SigningKey};
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::header::Header;
use veragg::{Aggregator, Round};
use veragg_lab::id;

use super::folder;
use super::rounds::Layout;
use crate::reference::cases::path_of_colluders;

const FOLDER: &str = "packages";
const CLIENTS: u32 = 10;

/// The packages of a round.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    /// The aggregator's secret key, by which it resumes the round.
    aggregator: String,
    packages: Vec<Sent>,
}

/// What a client gets when the board has so many records, of which the last one is a checkpoint.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    client: u32,
    records: usize,
    package: String,
}

fn records(board: &[u8]) -> Vec<Record> {
    let record = |layout: &super::rounds::RecordLayout| Record {
        kind: match board[layout.at] {
            1 => RecordKind::Message,
            _ => RecordKind::Checkpoint,
        },
        bytes: board[layout.at + 5..][..layout.len].to_vec(),
    };
    Layout::of(board).records.iter().map(record).collect()
}

/// What aggregators with this key send to clients 5 and 10, which are honest, as the round of the board goes on.
fn sent(board: &[u8], key: &Arc<SigningKey>) -> Vec<Sent> {
    let header = Header::read(&mut &board[..]).unwrap();
    let round = Round::open(&header, &header.configuration.organiser).unwrap();
    let records = records(board);
    let mut all = Vec::new();
    for end in 1..=records.len() {
        if records[end - 1].kind != RecordKind::Checkpoint {
            continue;
        }
        let log = records[..end].to_vec();
        let aggregator = Aggregator::resume(round.clone(), Arc::clone(key), log).unwrap();
        for client in [5, 10] {
            let package = aggregator.package(id(client));
            if package.is_empty() {
                continue;
            }
            let decoded = Package::decode(&package, CLIENTS).unwrap();
            assert_eq!(decoded.encode(), package);
            assert!(Package::decode(&package[..package.len() - 1], CLIENTS).is_err());
            all.push(Sent {
                client,
                records: end,
                package: hex(&package),
            });
        }
    }
    all
}

#[test]
#[ignore = "draws keys anew and writes the vectors"]
fn write() {
    let finished = path_of_colluders(3);
    let board = finished.local.board(&finished.records);
    let key = &finished.local.aggregator_key;
    let packages = Packages {
        aggregator: hex(key.to_bytes().as_ref()),
        packages: sent(&board, key),
    };
    fs::create_dir_all(folder(FOLDER)).unwrap();
    fs::write(folder(FOLDER).join("round.board"), board).unwrap();
    let text = serde_json::to_string_pretty(&packages).unwrap();
    fs::write(folder(FOLDER).join("round.json"), text + "\n").unwrap();
}

#[test]
fn packages_are_those_of_the_vectors() {
    let board = fs::read(folder(FOLDER).join("round.board")).unwrap();
    let stored = fs::read(folder(FOLDER).join("round.json")).unwrap();
    let stored: Packages = serde_json::from_slice(&stored).unwrap();
    let key = unhex(&stored.aggregator).unwrap().try_into().unwrap();
    let key = Arc::new(SigningKey::from_bytes(&key));
    assert_eq!(sent(&board, &key), stored.packages);
    // One at the close of each of seven phases, and of each round of unmask in which somebody leaves.
    assert_eq!(stored.packages.len(), 2 * (7 + 3));
    let fraud_proofs = stored.packages.iter().map(|sent| {
        let package = Package::decode(&unhex(&sent.package).unwrap(), CLIENTS).unwrap();
        package.fraud_proofs.len()
    });
    assert_eq!(fraud_proofs.sum::<usize>(), 2 * 3);
}
