//! A proving key that a client may use (`specs/set-up.md` 6.2).

use std::sync::Arc;

use veragg_circuits::apart::apart;
use veragg_circuits::groth16::derive::Divided;
use veragg_circuits::groth16::heads::NotOfForm;
use veragg_circuits::groth16::key::{ProvingKey, VerifyingKey};
use veragg_circuits::groth16::Groth16SetUp;

use super::error::SetUpError;
use super::transcript::Transcript;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;

/// A proving key that has the form of the one of a transcript. With another, whether a proof holds could depend on what
/// is proven, and tell it.
#[derive(Debug, Clone)]
pub struct CheckedProvingKey {
    key: Arc<ProvingKey>,
    digest: Digest,
}

impl CheckedProvingKey {
    /// The key of a file that was checked before, and whose [`digest`](Self::digest) was kept where nobody else writes.
    /// Refuses another file. Cost: half a multiplication an element.
    pub fn checked_before(file: &[u8], kept: &Digest) -> Result<Self, SetUpError> {
        let digest = digest_of(file);
        if digest != *kept {
            return Err(SetUpError::NotChecked);
        }
        let key = ProvingKey::decode(file).map_err(SetUpError::KeyFile)?;
        Ok(Self {
            key: Arc::new(key),
            digest,
        })
    }

    /// The digest of the file, under which a client may keep that it has checked it.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The verifying key in it. In each round its digest is compared with the one in the configuration.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.key.verifying
    }

    /// What the suite proves with.
    pub fn set_up(&self) -> Groth16SetUp {
        Groth16SetUp::to_prove(Arc::clone(&self.key))
    }
}

fn digest_of(file: &[u8]) -> Digest {
    digest(labels::SET_UP_PROVING_KEY, &[file])
}

impl Transcript {
    /// Checks that the file of a proving key is the one of this transcript, element by element: what a client does once,
    /// before it has an input. Cost: half a multiplication an element; and combinations of points with some fifteen terms
    /// a point of the domain, two of them in `G2`.
    pub fn check_proving_key(&self, file: &[u8]) -> Result<CheckedProvingKey, SetUpError> {
        apart(|| self.judge_proving_key(file))
    }

    fn judge_proving_key(&self, file: &[u8]) -> Result<CheckedProvingKey, SetUpError> {
        let key = ProvingKey::decode(file).map_err(SetUpError::KeyFile)?;
        let weights = &mut self.weights(file);
        self.check_verifying(&key.verifying, weights)?;
        let other = |NotOfForm(what)| SetUpError::OtherProvingKey(what);
        let (heads, delta) = (&self.verified.heads, &self.verified.delta);
        if key.beta != heads.beta {
            return Err(SetUpError::OtherProvingKey("beta"));
        }
        if key.delta != delta.in_1 {
            return Err(SetUpError::OtherProvingKey("delta"));
        }
        let checker = self.checker();
        checker.queries(&key, weights).map_err(other)?;
        let (l, h) = (key.l.clone(), key.h.clone());
        let divided = Divided { l, h };
        checker.divided(&divided, delta, weights).map_err(other)?;
        Ok(CheckedProvingKey {
            key: Arc::new(key),
            digest: digest_of(file),
        })
    }
}
