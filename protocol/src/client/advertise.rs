//! Advertise: draws the round's keys (`specs/protocol.md` 3.1).

use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;
use zeroize::ZeroizeOnDrop;

use super::codec::{read_pair, State};
use super::error::JoinError;
use super::exposed::ExposedSecrets;
use super::session::Session;
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::draws::Use;
use crate::crypto::ids::ClientId;
use crate::crypto::possession::{Possession, Purpose};
use crate::crypto::signing::SigningKey;
use crate::pairwise::advertise::{Advertisement, RoundKeys};
use crate::round::phase::Phase;
use crate::round::Round;

/// On the roster, and has said nothing.
#[derive(Debug)]
pub struct Joined;

/// Has advertised its keys.
#[derive(ZeroizeOnDrop)]
pub struct Advertised {
    pub(super) mask: KeyPair,
    pub(super) channel: KeyPair,
}

impl<P: ProofSystem> Client<P, Joined> {
    /// Joins a round with a long-term key. Errors: the key is not on the roster.
    pub fn join(
        round: Arc<Round<P>>,
        identity: impl Into<Arc<SigningKey>>,
    ) -> Result<Self, JoinError> {
        let identity = identity.into();
        let key = identity.verifying_key();
        let me = ClientId::all(round.clients()).find(|&id| round.roster().key(id) == Some(key));
        let me = me.ok_or_else(|| JoinError::NotOnRoster {
            key: key.fingerprint(),
        })?;
        if !round.proofs().can_prove() {
            return Err(JoinError::NoProvingKey);
        }
        Ok(Self {
            session: Session::new(round, me, identity),
            state: Joined,
        })
    }

    /// 3.1: draws the round's keys and advertises them.
    pub fn advertise(self, rng: &mut dyn CryptoRngCore) -> Step<P, Joined, Advertised> {
        self.attempt(|session, _| {
            let (context, me) = (session.round.context(), session.me());
            let draws = &mut session.draws(&context.digest, Use::RoundKeys, rng);
            let (mask, channel) = (KeyPair::generate(draws), KeyPair::generate(draws));
            let body = Advertisement {
                keys: RoundKeys {
                    mask: *mask.public(),
                    channel: *channel.public(),
                },
                mask_proof: Possession::prove(&mask, context, me, Purpose::Mask, rng),
                channel_proof: Possession::prove(&channel, context, me, Purpose::Channel, rng),
            };
            let answer = session.say(Phase::Advertise, None, &[body.encode()]);
            Ok((answer, Advertised { mask, channel }))
        })
    }
}

impl State for Joined {
    const TAG: u8 = 0;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Advertise)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets::default()
    }
    fn write(&self, writer: Writer) -> Writer {
        writer
    }
    fn read(_: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl State for Advertised {
    const TAG: u8 = 1;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Share)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets {
            mask: Some(self.mask.clone()),
            channel: Some(self.channel.clone()),
            ..ExposedSecrets::default()
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        writer
            .bytes(self.mask.secret().as_bytes())
            .bytes(self.channel.secret().as_bytes())
    }
    fn read(reader: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            channel: read_pair(reader)?,
        })
    }
}
