//! Contributions, the beacon, and the end of a set-up (`specs/set-up.md` 4).

use rand_core::CryptoRngCore;
use veragg_circuits::groth16::contribution::draw_factors;
use veragg_circuits::groth16::derive::{derive, Divided};
use veragg_circuits::groth16::powers::Powers;
use veragg_circuits::group::bls12381::Fr;

use super::error::SetUpError;
use super::file::{check_value, Rest, SetUpFile};
use super::header::SetUpHeader;
use super::phase::{Phase, Stage, MAX_RECORDS};
use super::record::{DeltaRecord, PowersRecord};
use super::verify::{with_beacon, VerifiedSetUp};
use crate::crypto::signing::SigningKey;

/// What a set-up makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// For whoever asks whether the key is good.
    pub transcript: Vec<u8>,
    /// The file of the proving key, for clients.
    pub proving_key: Vec<u8>,
    /// The verifying key, for the header of the board. It stands in the proving key, too.
    pub verifying_key: Vec<u8>,
}

impl SetUpFile {
    /// The file before the first contribution.
    fn first(header: SetUpHeader) -> Self {
        Self {
            powers: Powers::first(header.domain() as usize),
            header,
            powers_records: Vec::new(),
            delta_records: Vec::new(),
            rest: Rest::Powers,
        }
    }

    /// Reads back what was made here, and verifies it: a fault of the computer could give away a multiple of its secret.
    pub(super) fn made(&self) -> Result<VerifiedSetUp, SetUpError> {
        let read = Self::decode(&self.encode()).and_then(Self::verify);
        read.map_err(|error| SetUpError::Fault(Box::new(error)))
    }
}

impl VerifiedSetUp {
    /// Begins a set-up. Cost: that of verifying a file.
    pub fn start(header: SetUpHeader) -> Result<Self, SetUpError> {
        SetUpFile::first(header).verify()
    }

    fn not_now(&self, what: &'static str) -> SetUpError {
        let stage = self.stage();
        SetUpError::NotNow { stage, what }
    }

    fn takes_more(&self, phase: Phase) -> Result<(), SetUpError> {
        if self.records(phase) < MAX_RECORDS {
            Ok(())
        } else {
            Err(SetUpError::Full(phase))
        }
    }

    /// Multiplies fresh factors to `tau`, `alpha` and `beta`, and forgets them. Refused behind the phase of powers. Cost:
    /// a multiplication an element, and that of decoding and verifying what was made.
    pub fn contribute_powers(
        &self,
        key: &SigningKey,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, SetUpError> {
        if self.stage() != Stage::Powers {
            return Err(self.not_now("its powers are fixed; contribute to delta"));
        }
        self.takes_more(Phase::Powers)?;
        let factors = draw_factors::<3>(rng);
        self.with_powers(key, &factors, rng).made()
    }

    /// The file with one more record of powers, of these factors.
    pub(super) fn with_powers(
        &self,
        key: &SigningKey,
        factors: &[Fr; 3],
        rng: &mut dyn CryptoRngCore,
    ) -> SetUpFile {
        let powers = self.file.powers.multiply(factors);
        let (chain, before) = (&self.powers_chain, &self.heads);
        let record = PowersRecord::make(key, chain, before, powers.heads(), factors, rng);
        let mut file = SetUpFile {
            powers,
            ..self.file.clone()
        };
        file.powers_records.push(record);
        file
    }

    /// Multiplies a fresh factor to `delta`, and forgets it. From the first such contribution on the powers are fixed.
    /// Refused without a contribution to powers, and behind the beacon. Cost: a multiplication for each witness and row,
    /// and that of decoding and verifying what was made; the first time three Fourier transforms in the group.
    pub fn contribute_delta(
        &self,
        key: &SigningKey,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, SetUpError> {
        if self.stage() > Stage::Delta {
            return Err(self.not_now("contributions are over"));
        }
        if self.records(Phase::Powers) == 0 {
            return Err(self.not_now("nobody has contributed to its powers yet; do that first"));
        }
        self.takes_more(Phase::Delta)?;
        let factors = draw_factors::<1>(rng);
        self.with_delta(key, &factors, rng).made()
    }

    /// The file with one more record of delta, of this factor.
    pub(super) fn with_delta(
        &self,
        key: &SigningKey,
        factors: &[Fr; 1],
        rng: &mut dyn CryptoRngCore,
    ) -> SetUpFile {
        let file = &self.file;
        let first = || Divided::derive(file.header.circuit(), &file.powers);
        let divided = file.divided().cloned().unwrap_or_else(first);
        let delta = self.contributed.multiply(&factors[0]);
        let (chain, before) = (&self.delta_chain, &self.contributed);
        let record = DeltaRecord::make(key, chain, before, delta, factors, rng);
        let mut file = SetUpFile {
            rest: Rest::Delta(divided.for_multiplied(&factors[0])),
            ..file.clone()
        };
        file.delta_records.push(record);
        file
    }

    /// Ends the contributions with the bytes of the source that the header names. Refused in any other stage than that
    /// of delta, and a value that is not 1 to 1000 bytes long. Cost: as for a contribution to delta.
    pub fn apply_beacon(&self, value: &[u8]) -> Result<Self, SetUpError> {
        let divided = match &self.file.rest {
            Rest::Delta(divided) => divided,
            _ => return Err(self.not_now("the beacon comes once, behind contributions to delta")),
        };
        check_value(value)?;
        let (factor, _) = with_beacon(&self.contributed, &self.delta_chain, value)?;
        let file = SetUpFile {
            rest: Rest::Done(value.to_vec(), divided.for_multiplied(&factor)),
            ..self.file.clone()
        };
        file.made()
    }

    /// Transcript and keys. Refused before the beacon. Cost: four Fourier transforms in the group, one of them in `G2`.
    pub fn finish(&self) -> Result<Finished, SetUpError> {
        let Rest::Done(beacon, divided) = &self.file.rest else {
            return Err(self.not_now("a set-up is finished behind its beacon; apply it first"));
        };
        let transcript = SetUpFile {
            rest: Rest::Transcript(beacon.clone()),
            ..self.file.clone()
        };
        let header = self.header();
        let mut key = derive(header.circuit(), header.max_clients(), &self.file.powers);
        key.verifying.delta = self.delta.in_2;
        key.delta = self.delta.in_1;
        key.l.clone_from(&divided.l);
        key.h.clone_from(&divided.h);
        Ok(Finished {
            transcript: transcript.encode(),
            proving_key: key.encode(),
            verifying_key: key.verifying.encode(),
        })
    }
}
