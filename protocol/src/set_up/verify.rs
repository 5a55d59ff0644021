//! Verification of a file (`specs/set-up.md` 5).

use veragg_circuits::apart::apart;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::groth16::check::Checker;
use veragg_circuits::groth16::contribution::beacon_factor;
use veragg_circuits::groth16::heads::{Delta, Heads};
use veragg_circuits::groth16::weights::Weights;
use veragg_circuits::group::bls12381::Fr;

use super::error::SetUpError;
use super::file::SetUpFile;
use super::header::SetUpHeader;
use super::phase::{Phase, Stage};
use super::record::{DeltaRecord, PowersRecord};
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;

/// A file that holds. Only to such a one can somebody contribute: it multiplies what it is given by its secrets.
#[derive(Debug, Clone)]
pub struct VerifiedSetUp {
    pub(super) file: SetUpFile,
    /// `d_k`, behind the last record of powers.
    pub(super) powers_chain: Digest,
    /// `d'_m`, behind the last record of delta.
    pub(super) delta_chain: Digest,
    pub(super) heads: Heads,
    /// Behind the last record, without the beacon.
    pub(super) contributed: Delta,
    /// With the beacon, if there is one.
    pub(super) delta: Delta,
}

impl SetUpFile {
    /// Verifies the file. Cost: for each record a signature, some multiplications and pairings; and combinations of points
    /// with some ten terms a point of the domain, which is less than decoding took.
    pub fn verify(self) -> Result<VerifiedSetUp, SetUpError> {
        apart(|| self.judge())
    }

    fn judge(self) -> Result<VerifiedSetUp, SetUpError> {
        let key = Self::weights_key(&self.encode());
        let weights = &mut Weights::new(key);
        let start = self.header.chain();
        let (powers_chain, heads) = PowersRecord::verify_all(&self.powers_records, start)?;
        let powers = &self.powers;
        powers.check(&heads, weights).map_err(SetUpError::Powers)?;
        let domain = self.header.domain() as usize;
        let in_domain = powers.tau_1[domain] == powers.tau_1[0];
        if in_domain && !self.powers_records.is_empty() {
            return Err(SetUpError::InDomain);
        }
        let parts: [&[u8]; 2] = [&powers_chain, &powers.encode()];
        let start = digest(labels::SET_UP_POWERS, &parts);
        let (delta_chain, contributed) = DeltaRecord::verify_all(&self.delta_records, start)?;
        let delta = match self.beacon() {
            None => contributed,
            Some(value) => with_beacon(&contributed, &delta_chain, value)?.1,
        };
        if let Some(divided) = self.divided() {
            let checker = Checker::new(self.header.circuit(), powers);
            let checked = checker.divided(divided, &delta, weights);
            checked.map_err(SetUpError::Divided)?;
        }
        Ok(VerifiedSetUp {
            file: self,
            powers_chain,
            delta_chain,
            heads,
            contributed,
            delta,
        })
    }
}

/// The factor of a beacon behind a chain, and `delta` times it.
pub(super) fn with_beacon(
    delta: &Delta,
    chain: &Digest,
    value: &[u8],
) -> Result<(Fr, Delta), SetUpError> {
    let factor = beacon_factor(chain, value);
    if factor.is_zero() {
        return Err(SetUpError::BeaconFactor);
    }
    let delta = delta.multiply(&factor);
    if delta == Delta::first() {
        return Err(SetUpError::BeaconOne);
    }
    Ok((factor, delta))
}

impl VerifiedSetUp {
    /// The bytes, to hand on.
    pub fn encode(&self) -> Vec<u8> {
        self.file.encode()
    }

    /// The stage.
    pub fn stage(&self) -> Stage {
        self.file.stage()
    }

    /// The header: a contributor looks at it before it contributes.
    pub fn header(&self) -> &SetUpHeader {
        self.file.header()
    }

    /// How many records a phase has.
    pub fn records(&self, phase: Phase) -> usize {
        match phase {
            Phase::Powers => self.file.powers_records.len(),
            Phase::Delta => self.file.delta_records.len(),
        }
    }
}
