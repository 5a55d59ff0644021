//! The transcript, and whether a key is the one that it shows (`specs/set-up.md` 6).

use std::collections::HashSet;

use veragg_circuits::apart::apart;
use veragg_circuits::groth16::check::Checker;
use veragg_circuits::groth16::heads::NotOfForm;
use veragg_circuits::groth16::key::VerifyingKey;
use veragg_circuits::groth16::weights::Weights;

use super::error::SetUpError;
use super::file::SetUpFile;
use super::header::SetUpHeader;
use super::phase::Stage;
use super::verify::VerifiedSetUp;
use crate::crypto::hash::digest;
use crate::crypto::labels;
use crate::crypto::signing::VerifyingKey as PublicKey;

/// A transcript that holds.
#[derive(Debug, Clone)]
pub struct Transcript {
    pub(super) verified: VerifiedSetUp,
    bytes: Vec<u8>,
}

/// The keys of those who contributed, in the order of their records; a key may stand there more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributors {
    /// To powers.
    pub powers: Vec<PublicKey>,
    /// To delta. The beacon is no contributor.
    pub delta: Vec<PublicKey>,
}

impl Contributors {
    /// Whether in each of the two phases records of at least two different keys stand, one of them of a key that is
    /// named (`specs/set-up.md` 6.3). Who trusts nobody names nobody, and nobody vouches then.
    #[must_use]
    pub fn vouched_for(&self, named: &[PublicKey]) -> bool {
        [&self.powers, &self.delta].iter().all(|phase| {
            let different: HashSet<_> = phase.iter().collect();
            different.len() >= 2 && named.iter().any(|key| different.contains(key))
        })
    }
}

impl VerifiedSetUp {
    /// The keys of those who have contributed so far.
    pub fn contributors(&self) -> Contributors {
        let (powers, delta) = (&self.file.powers_records, &self.file.delta_records);
        Contributors {
            powers: powers.iter().map(|record| record.contributor).collect(),
            delta: delta.iter().map(|record| record.contributor).collect(),
        }
    }
}

impl Transcript {
    /// Decodes and verifies a transcript. Cost: that of [`SetUpFile::decode`] and [`SetUpFile::verify`].
    pub fn verify(bytes: &[u8]) -> Result<Self, SetUpError> {
        let file = SetUpFile::decode(bytes)?;
        if file.stage() != Stage::Transcript {
            let got = file.stage().number();
            let want = "4, a transcript";
            return Err(SetUpError::Stage { got, want });
        }
        Ok(Self {
            verified: file.verify()?,
            bytes: bytes.to_vec(),
        })
    }

    /// The header.
    pub fn header(&self) -> &SetUpHeader {
        self.verified.header()
    }

    /// The keys of those who contributed. Whose they are, bytes do not show.
    pub fn contributors(&self) -> Contributors {
        self.verified.contributors()
    }

    /// Whether somebody vouches for a key of this transcript, if one trusts the keys that are named: see
    /// [`Contributors::vouched_for`]. Of a key this says something only once it is checked.
    #[must_use]
    pub fn vouched_for(&self, named: &[PublicKey]) -> bool {
        self.contributors().vouched_for(named)
    }

    pub(super) fn checker(&self) -> Checker<'_> {
        let file = &self.verified.file;
        Checker::new(file.header.circuit(), &file.powers)
    }

    /// The weights under which a key, or the file of one, is checked.
    pub(super) fn weights(&self, key: &[u8]) -> Weights {
        Weights::new(digest(labels::SET_UP_KEY_WEIGHTS, &[&self.bytes, key]))
    }

    /// Checks that a verifying key is the one of this transcript, element by element (`specs/set-up.md` 6.1). Cost: three
    /// Fourier transforms over the field, and a combination of points with three terms a point of the domain.
    pub fn check_verifying_key(&self, key: &VerifyingKey) -> Result<(), SetUpError> {
        let bytes = key.encode();
        // A key that was put together by hand can hold what no reader takes.
        let key = VerifyingKey::decode(&bytes).map_err(|error| SetUpError::Key(error.into()))?;
        key.circuit().map_err(SetUpError::Key)?;
        apart(|| self.check_verifying(&key, &mut self.weights(&bytes)))
    }

    /// The same, of a key that `specs/proofs.md` 8.4 does not refuse.
    pub(super) fn check_verifying(
        &self,
        key: &VerifyingKey,
        weights: &mut Weights,
    ) -> Result<(), SetUpError> {
        let (header, verified) = (self.header(), &self.verified);
        let elements = [
            (key.max_clients == header.max_clients(), "number of clients"),
            (key.statement == header.statement_bytes(), "statement"),
            (key.domain == header.domain(), "domain"),
            (key.matrices == *header.matrices(), "constraint system"),
            (key.alpha == verified.heads.alpha, "alpha"),
            (key.beta == verified.heads.beta_2, "beta"),
            (key.delta == verified.delta.in_2, "delta"),
        ];
        if let Some((_, what)) = elements.iter().find(|(holds, _)| !holds) {
            return Err(SetUpError::OtherKey(what));
        }
        let other = |NotOfForm(what)| SetUpError::OtherKey(what);
        self.checker().eta(&key.eta).map_err(other)?;
        self.checker().ic(&key.ic, weights).map_err(other)
    }
}
