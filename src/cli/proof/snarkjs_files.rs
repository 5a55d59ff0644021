//! The files for `snarkjs groth16 verify` (`specs/proofs.md` 8.11).

use serde::Serialize;
use veragg::circuits::groth16::export::snarkjs::{InG1, InG2};
use veragg::circuits::groth16::export::Export;

use super::{json, Made, Note, Origin};
use crate::cli::error::CliError;

/// The names that snarkjs's own files have.
const KEY: &str = "verification_key.json";
const PROOF: &str = "proof.json";
const PUBLIC: &str = "public.json";
const README: &str = "README.txt";

const FORMAT: &str = "veragg/2 proof snarkjs";

#[derive(Serialize)]
struct Key<'a> {
    /// Snarkjs ignores it.
    veragg: KeyNote<'a>,
    protocol: &'static str,
    curve: &'static str,
    #[serde(rename = "nPublic")]
    n_public: u32,
    vk_alpha_1: InG1,
    vk_beta_2: InG2,
    vk_gamma_2: InG2,
    vk_delta_2: InG2,
    #[serde(rename = "IC")]
    ic: [InG1; 1],
}

#[derive(Serialize)]
struct KeyNote<'a> {
    #[serde(flatten)]
    note: &'a Note<'a>,
    /// The two points whose sum stands in `IC`.
    #[serde(rename = "IC_0")]
    first: InG1,
    #[serde(rename = "Phat")]
    packed: InG1,
}

#[derive(Serialize)]
struct Proof<'a> {
    veragg: &'a Note<'a>,
    protocol: &'static str,
    curve: &'static str,
    pi_a: InG1,
    pi_b: InG2,
    pi_c: InG1,
}

/// Makes the files of a proof.
pub(super) fn make(export: &Export<'_>, origin: &Origin) -> Result<Made, CliError> {
    let snarkjs = export.snarkjs();
    let client = origin.client;
    let proves = "that one pairing equation holds for the elements in these files (specs/proofs.md 8.6, 1). This form exists to compare formats and arithmetic.".to_owned();
    let does_not_prove = format!("anything about client {client}. The commitment Phat to its numbers is a part of IC[0], so it stands in the key that the verifier trusts: whoever chooses Phat freely passes without any numbers. That Phat holds the numbers of the client's row commitment on the board is shown by a Schnorr proof, which is NOT in these files. `veragg audit` checks it, and so does the form eip2537. Whether the key is of an honest set-up is not shown either.");
    let note = Note {
        format: FORMAT,
        origin,
        proves: &proves,
        does_not_prove: &does_not_prove,
    };
    let (protocol, curve) = ("groth16", "bls12381");
    let [first, packed] = snarkjs.parts;
    let key = Key {
        veragg: KeyNote {
            note: &note,
            first,
            packed,
        },
        protocol,
        curve,
        n_public: 0,
        vk_alpha_1: snarkjs.alpha,
        vk_beta_2: snarkjs.beta,
        vk_gamma_2: snarkjs.gamma,
        vk_delta_2: snarkjs.delta,
        ic: [snarkjs.ic],
    };
    let proof = Proof {
        veragg: &note,
        protocol,
        curve,
        pi_a: snarkjs.a,
        pi_b: snarkjs.b,
        pi_c: snarkjs.c,
    };
    let readme = format!(
        "One equation of the proof of client {client} in the round {}, for snarkjs:\n\n\
         \x20   snarkjs groth16 verify {KEY} {PUBLIC} {PROOF}\n\n\
         What an OK of snarkjs proves: {proves}\n\n\
         What it does not prove: {does_not_prove}\n\n\
         {KEY} belongs to this one proof. The round's key has the digest {}.\n",
        origin.context, origin.key
    );
    Ok(Made {
        encoding: "snarkjs",
        files: vec![
            (KEY, json(&key)?),
            (PROOF, json(&proof)?),
            (PUBLIC, "[]\n".to_owned()),
            (README, readme),
        ],
        gas: None,
        proves,
        does_not_prove,
    })
}
