//! What a client holds in secret, for whoever attacks the protocol with the client's own software.

use std::collections::BTreeMap;
use std::fmt;

use veragg_circuits::group::ristretto::KeyScalar;
use zeroize::Zeroizing;

use crate::crypto::dh::KeyPair;
use crate::crypto::ids::ClientId;
use crate::crypto::sealing::SharePair;

/// The secrets of a round that a client holds at one moment. What it has not drawn yet, or has wiped since, is
/// missing. Each field zeroizes itself when dropped.
///
/// The long-term key is not among them: whoever made the client has it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ExposedSecrets {
    /// The pair of the mask key `S_i`, from advertise to dispute.
    pub mask: Option<KeyPair>,
    /// The pair of the channel key `E_i`, from advertise to confirm.
    pub channel: Option<KeyPair>,
    /// The self-mask seed `b_i`, from share to attest.
    pub seed: Option<Zeroizing<KeyScalar>>,
    /// The row blindings `rhat`, encoded as scalars of the suite's group, from submit to attest.
    pub blindings: Option<Zeroizing<Vec<u8>>>,
    /// The shares that it holds of other clients' secrets, by dealer, from confirm to the end.
    pub held: BTreeMap<ClientId, Box<SharePair>>,
}

impl ExposedSecrets {
    /// Of a client that holds nothing but these shares.
    pub(super) fn of_shares(held: &BTreeMap<ClientId, Box<SharePair>>) -> Self {
        Self {
            held: held.clone(),
            ..Self::default()
        }
    }
}

// Its secrets are never printed.
impl fmt::Debug for ExposedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposedSecrets").finish_non_exhaustive()
    }
}
