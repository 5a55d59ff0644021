//! The file for contracts (`specs/proofs.md` 8.11).

use serde::Serialize;
use veragg::circuits::groth16::export::eip2537::{Constants, Gas};
use veragg::circuits::groth16::export::Export;
use veragg::protocol::crypto::signing::hex;

use super::{json, Made, Note, Origin};
use crate::cli::error::CliError;

const PROOF: &str = "proof.json";
const FORMAT: &str = "veragg/2 proof eip2537";

#[derive(Serialize)]
struct File<'a> {
    veragg: ContractNote<'a>,
    constants: HexConstants,
    prefix: String,
    calldata: String,
    challenge: Challenge,
    calls: Vec<HexCall>,
    gas: GasNote,
}

#[derive(Serialize)]
struct ContractNote<'a> {
    #[serde(flatten)]
    note: Note<'a>,
    /// What a contract must do besides the calls.
    contract: [&'static str; 6],
}

#[derive(Serialize)]
struct HexConstants {
    alpha: String,
    beta: String,
    gamma: String,
    delta: String,
    eta: String,
    ic: Vec<String>,
    row: Vec<String>,
}

#[derive(Serialize)]
struct Challenge {
    message: String,
    tag: String,
    e: String,
}

#[derive(Serialize)]
struct HexCall {
    purpose: &'static str,
    to: String,
    input: String,
    output: String,
    gas: u64,
}

#[derive(Serialize)]
struct GasNote {
    precompiles: u64,
    calls: u64,
    calldata: u64,
    total: u64,
    not_counted: &'static str,
}

const CONTRACT: [&str; 6] = [
    "Hold `constants` and `prefix` itself, from the board and from the set-up; take nothing of them from a prover. Take the client's number from who that client is to the contract.",
    "Take from a prover `calldata` alone: A, B, Q, Phat, Chat, R_P, R_C, z_0 .. z_(C-1), z_sigma, z_r, of exactly this length.",
    "Refuse a point at infinity (all bytes 0) and a scalar that is not below r: the precompiles take both.",
    "Make `challenge.message` from these very points, in their compressed encodings, and all inputs of `calls` likewise: -A from A, -e and -1 modulo r.",
    "Refuse unless each call succeeds and gives its `output`. All three equations are needed.",
    "Leave none of Phat, Chat, R_P, R_C out of its 0x0c call: 0x0c and 0x0f check the subgroup, 0x0b does not.",
];

fn hexed(bytes: &[u8]) -> String {
    format!("0x{}", hex(bytes))
}

/// Makes the file of a proof.
pub(super) fn make(export: &Export<'_>, origin: &Origin) -> Result<Made, CliError> {
    let exported = export.eip2537();
    let client = origin.client;
    let proves = format!("that client {client} of this round knows numbers that satisfy the statement of the round and that its row commitment Chat commits to, if nobody knows the secrets of the key");
    let does_not_prove = "that the key is the one of an honest set-up, that Chat is the row that counts on the board, that what the client masked is what it committed to, or that the sum is right: `veragg audit` checks all of that.".to_owned();
    let Constants {
        alpha,
        beta,
        gamma,
        delta,
        eta,
        ic,
        row,
    } = &exported.constants;
    let all = |points: &[Vec<u8>]| points.iter().map(|point| hexed(point)).collect();
    let gas = exported.gas();
    let Gas {
        precompiles,
        calls,
        calldata,
    } = gas;
    let file = File {
        veragg: ContractNote {
            note: Note {
                format: FORMAT,
                origin,
                proves: &proves,
                does_not_prove: &does_not_prove,
            },
            contract: CONTRACT,
        },
        constants: HexConstants {
            alpha: hexed(alpha),
            beta: hexed(beta),
            gamma: hexed(gamma),
            delta: hexed(delta),
            eta: hexed(eta),
            ic: all(ic),
            row: all(row),
        },
        prefix: hexed(&exported.prefix),
        calldata: hexed(&exported.calldata),
        challenge: Challenge {
            message: hexed(&exported.message),
            tag: hexed(exported.tag),
            e: hexed(&exported.e),
        },
        calls: exported
            .calls
            .iter()
            .map(|call| HexCall {
                purpose: call.purpose,
                to: format!("0x{:02x}", call.to as u8),
                input: hexed(&call.input),
                output: hexed(&call.output),
                gas: call.gas,
            })
            .collect(),
        gas: GasNote {
            precompiles,
            calls,
            calldata,
            total: gas.total(),
            not_counted: "the 21000 of a transaction, how the contract comes by its constants, and its own instructions",
        },
    };
    Ok(Made {
        encoding: "eip2537",
        files: vec![(PROOF, json(&file)?)],
        gas: Some(gas.total()),
        proves,
        does_not_prove,
    })
}
