//! What a party has of the set-up: nothing, the verifying key, or the proving key too.

use std::sync::Arc;

use super::key::{digest_of, ProvingKey, VerifyingKey};
use crate::codec::DecodeError;
use crate::proof_system::SetUp;

/// The keys that a party has.
///
/// ```
/// use veragg_circuits::groth16::{Bls12381Groth16, Groth16SetUp};
/// use veragg_circuits::proof_system::ProofSystem;
/// use veragg_circuits::statement::{Segment, Statement};
///
/// // Without a key there are sizes for planning: 12 bits of each of 500 clients, in one scalar.
/// let statement = Statement::new(vec![Segment::range(12, 2)])?;
/// let planned = Groth16SetUp::default();
/// let columns = Bls12381Groth16::best_columns(&planned, &statement, 500);
/// let sizes = Bls12381Groth16::sizes(&planned, &statement, 500, columns)?;
/// assert_eq!((columns, sizes.proof_len), (1, 480));
/// assert!(Bls12381Groth16::new(&planned, &statement, 500, columns).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Groth16SetUp {
    verifying: Option<Arc<VerifyingKey>>,
    proving: Option<Arc<ProvingKey>>,
}

impl Groth16SetUp {
    /// The set-up of who proves. Whether the key is the one of a set-up is not looked at here: a client must have
    /// checked it (`specs/set-up.md` 6.2).
    pub fn to_prove(key: Arc<ProvingKey>) -> Self {
        Self {
            verifying: Some(Arc::new(key.verifying.clone())),
            proving: Some(key),
        }
    }

    pub(super) fn verifying(&self) -> Option<&Arc<VerifyingKey>> {
        self.verifying.as_ref()
    }

    pub(super) fn proving(&self) -> Option<&ProvingKey> {
        self.proving.as_deref()
    }

    /// The largest roster of the key; without a key, `clients`.
    pub(super) fn max_clients(&self, clients: u32) -> u32 {
        let key = self.verifying.as_ref();
        key.map_or(clients, |key| key.max_clients)
    }
}

impl From<VerifyingKey> for Groth16SetUp {
    fn from(key: VerifyingKey) -> Self {
        Self {
            verifying: Some(Arc::new(key)),
            proving: None,
        }
    }
}

impl SetUp for Groth16SetUp {
    fn public(&self) -> Vec<u8> {
        let key = self.verifying.as_ref();
        key.map_or_else(Vec::new, |key| key.encode())
    }

    /// Cost: 0.1 ms for each packed scalar.
    fn read(public: &[u8]) -> Result<Self, DecodeError> {
        VerifyingKey::decode(public).map(Self::from)
    }

    fn digest(public: &[u8]) -> [u8; 32] {
        digest_of(public)
    }
}
