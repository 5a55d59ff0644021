//! The header of a set-up (`specs/set-up.md` 2.1).

use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{Reader, Writer};
use veragg_circuits::groth16::circuit::Circuit;
use veragg_circuits::groth16::key::limit;
use veragg_circuits::groth16::key::MAX_CLIENTS;
use veragg_circuits::statement::Statement;

use super::error::SetUpError;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;

/// Most bytes of the beacon's source and of its value.
pub(super) const MAX_BEACON: usize = 1000;

/// For which statement a key is made, and where the beacon will come from.
#[derive(Debug, Clone)]
pub struct SetUpHeader {
    id: [u8; 32],
    max_clients: u32,
    domain: u32,
    matrices: Digest,
    statement: Vec<u8>,
    beacon_source: String,
    circuit: Arc<Circuit>,
}

impl PartialEq for SetUpHeader {
    fn eq(&self, other: &Self) -> bool {
        self.encode() == other.encode()
    }
}

impl Eq for SetUpHeader {}

impl SetUpHeader {
    /// A new set-up, of a key for rosters of up to `max_clients`. Refused: what no key can be made for, and a
    /// `beacon_source` that is not 1 to 1000 bytes long. Cost: the matrices of the circuit.
    pub fn new(
        statement: &Statement,
        max_clients: u32,
        beacon_source: &str,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, SetUpError> {
        check_clients(max_clients)?;
        check_source(beacon_source.as_bytes())?;
        let domain = limit::domain(statement, max_clients).map_err(SetUpError::TooLong)?;
        let circuit = Circuit::new(statement, max_clients);
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        Ok(Self {
            id,
            max_clients,
            domain: domain as u32,
            matrices: circuit.digest(),
            statement: statement.encode(),
            beacon_source: beacon_source.to_owned(),
            circuit: Arc::new(circuit),
        })
    }

    /// Reads a header up to the step of `specs/set-up.md` 2.2 before the counts of records.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, SetUpError> {
        let length = SetUpError::Length;
        let id = reader.array("id").map_err(length)?;
        let max_clients = reader.u32("largest number of clients").map_err(length)?;
        check_clients(max_clients)?;
        let domain = reader.u32("domain").map_err(length)?;
        let matrices = reader.array("matrices").map_err(length)?;
        let statement = reader.long("statement").map_err(length)?;
        let decoded = Statement::decode(statement)?;
        let beacon_source = reader.short("source of the beacon").map_err(length)?;
        let beacon_source = check_source(beacon_source)?.to_owned();
        let want = limit::domain(&decoded, max_clients).map_err(SetUpError::TooLong)?;
        if domain as usize != want {
            return Err(SetUpError::Domain { got: domain, want });
        }
        Ok(Self {
            id,
            max_clients,
            domain,
            matrices,
            statement: statement.to_vec(),
            beacon_source,
            circuit: Arc::new(Circuit::new(&decoded, max_clients)),
        })
    }

    /// Refuses a digest of another constraint system.
    pub(super) fn check_matrices(&self) -> Result<(), SetUpError> {
        if self.matrices == self.circuit.digest() {
            Ok(())
        } else {
            Err(SetUpError::Matrices)
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.id)
            .u32(self.max_clients)
            .u32(self.domain)
            .bytes(&self.matrices)
            .long(&self.statement)
            .short(self.beacon_source.as_bytes())
            .finish()
    }

    /// `d_0` (`specs/set-up.md` 3.1).
    pub(super) fn chain(&self) -> Digest {
        digest(labels::SET_UP_HEADER, &[&self.encode()])
    }

    pub(super) fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// The random bytes that name this set-up.
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// `N_max`: the key does for rosters of up to so many clients.
    pub fn max_clients(&self) -> u32 {
        self.max_clients
    }

    /// `N`, the size of the domain.
    pub fn domain(&self) -> u32 {
        self.domain
    }

    /// The digest of the constraint system.
    pub fn matrices(&self) -> &Digest {
        &self.matrices
    }

    /// The statement that the key is for.
    pub fn statement(&self) -> &Statement {
        self.circuit.statement()
    }

    /// The statement, encoded.
    pub(super) fn statement_bytes(&self) -> &[u8] {
        &self.statement
    }

    /// Where the beacon will come from, and when.
    pub fn beacon_source(&self) -> &str {
        &self.beacon_source
    }
}

fn check_clients(max_clients: u32) -> Result<(), SetUpError> {
    if (1..=MAX_CLIENTS).contains(&max_clients) {
        Ok(())
    } else {
        Err(SetUpError::MaxClients(max_clients))
    }
}

fn check_source(bytes: &[u8]) -> Result<&str, SetUpError> {
    let allowed = (1..=MAX_BEACON).contains(&bytes.len());
    let text = std::str::from_utf8(bytes).ok().filter(|_| allowed);
    text.ok_or(SetUpError::BeaconSource)
}
