//! Saving and restoring a client in every state.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_core::CryptoRngCore;
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyPoint, KeyScalar, Ristretto};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use super::error::ClientError;
use super::online::{Acknowledged, Finished, Submitted};
use super::session::Session;
use super::setup::{Advertised, Confirmed, Joined, Shared};
use super::{Client, Pending, Step, Store};
use crate::advertise::RoundKeys;
use crate::dh::KeyPair;
use crate::labels::VERSION;
use crate::members::{ClientId, ClientSet};
use crate::round::Round;
use crate::sealing::SharePair;
use crate::signing::SigningKey;

/// A state that can be written down. The bytes hold secrets and are for this client alone.
pub trait State: Sized {
    /// Tells the states apart.
    const TAG: u8;
    /// Writes what the state holds.
    fn write(&self, writer: Writer) -> Writer;
    /// Reads what [`write`](Self::write) wrote.
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError>;
}

/// Why a saved client cannot be restored. A client whose state is lost or uncertain drops out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the saved state is not this client's of this round ({0}); drop out of the round")]
pub struct ResumeError(#[from] DecodeError);

impl<P: ProofSystem, S: State> Client<P, S> {
    /// The bytes to write down, with the message to send; zeroized when dropped.
    pub(super) fn to_saved(&self, message: &[u8]) -> Zeroizing<Vec<u8>> {
        let writer = Writer::new().u16(VERSION).u8(S::TAG);
        let writer = self.session.write(message, writer);
        Zeroizing::new(self.state.write(writer).finish())
    }
}

/// A client in whichever state it is in: what a restart finds, and what a driver holds.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum AnyClient<P: ProofSystem> {
    Joined(Client<P, Joined>),
    Advertised(Client<P, Advertised>),
    Shared(Client<P, Shared>),
    Confirmed(Client<P, Confirmed>),
    Submitted(Client<P, Submitted>),
    Acknowledged(Client<P, Acknowledged>),
    Finished(Client<P, Finished>),
}

impl<P: ProofSystem> AnyClient<P> {
    /// Restores a client from what it wrote down last, for the same round and long-term key, with
    /// the message that it was about to send, which may be sent again.
    pub fn resume(
        round: Arc<Round<P>>,
        identity: impl Into<Arc<SigningKey>>,
        saved: &[u8],
    ) -> Result<(Self, Vec<u8>), ResumeError> {
        let mut reader = Reader::new(saved);
        if reader.u16("version")? != VERSION {
            return Err(DecodeError::Value { field: "version" }.into());
        }
        let tag = reader.u8("state")?;
        let clients = round.clients();
        let (session, message) = Session::read(&mut reader, round, identity.into())?;
        macro_rules! restore {
            ($($state:ident),*) => {
                match tag {
                    $($state::TAG => {
                        let state = $state::read(&mut reader, clients)?;
                        Self::$state(Client { session, state })
                    })*
                    _ => return Err(DecodeError::Value { field: "state" }.into()),
                }
            };
        }
        let client = restore!(
            Joined,
            Advertised,
            Shared,
            Confirmed,
            Submitted,
            Acknowledged,
            Finished
        );
        reader.finish()?;
        Ok((client, message))
    }

    /// Takes the next step, whichever it is: writes the new state to `store` and returns the
    /// message to send. `packet` is needed from the second step on, `input` at submit only. After
    /// an error nothing was sent, and the client is as it was; but if the store failed, only the
    /// store knows which state is the true one: what comes back has finished and says nothing;
    /// [`resume`](Self::resume) from the store, or drop out.
    pub fn advance(
        self,
        packet: &[u8],
        input: Option<&[u64]>,
        rng: &mut impl CryptoRngCore,
        store: &mut impl Store,
    ) -> (Self, Result<Vec<u8>, ClientError>) {
        match self {
            Self::Joined(client) => {
                taken(client.advertise(rng), store, Self::Advertised, Self::Joined)
            }
            Self::Advertised(client) => taken(
                client.share(packet, rng),
                store,
                Self::Shared,
                Self::Advertised,
            ),
            Self::Shared(client) => taken(
                client.confirm(packet, rng),
                store,
                Self::Confirmed,
                Self::Shared,
            ),
            Self::Confirmed(client) => match input {
                Some(x) => taken(
                    client.submit(packet, x, rng),
                    store,
                    Self::Submitted,
                    Self::Confirmed,
                ),
                None => (Self::Confirmed(client), Err(ClientError::InputMissing)),
            },
            Self::Submitted(client) => taken(
                client.acknowledge(packet),
                store,
                Self::Acknowledged,
                Self::Submitted,
            ),
            Self::Acknowledged(client) => taken(
                client.unmask(packet),
                store,
                Self::Finished,
                Self::Acknowledged,
            ),
            Self::Finished(_) => (self, Err(ClientError::Finished)),
        }
    }
}

/// Saves a step; a step that cannot be saved is not taken.
fn taken<P: ProofSystem, S, T: State>(
    step: Step<P, S, T>,
    store: &mut impl Store,
    next: fn(Client<P, T>) -> AnyClient<P>,
    same: fn(Client<P, S>) -> AnyClient<P>,
) -> (AnyClient<P>, Result<Vec<u8>, ClientError>) {
    match step {
        Ok(Pending { client, message }) => match store.put(&client.to_saved(&message)) {
            Ok(()) => (next(client), Ok(message)),
            // The step may have reached the store: only it knows which state is the true one. What is
            // left here has nothing to say, so that nothing can be said twice.
            Err(error) => {
                let (session, state) = (client.session, Finished);
                (
                    AnyClient::Finished(Client { session, state }),
                    Err(error.into()),
                )
            }
        },
        Err(refused) => (same(refused.client), Err(refused.error)),
    }
}

fn write_points<'a>(
    writer: Writer,
    points: impl ExactSizeIterator<Item = (&'a ClientId, Vec<KeyPoint>)>,
) -> Writer {
    let start = writer.u32(points.len() as u32);
    points.fold(start, |writer, (client, points)| {
        points.iter().fold(writer.u32(client.number()), |w, p| {
            w.bytes(&Ristretto::encode_point(p))
        })
    })
}

fn read_map<T>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<BTreeMap<ClientId, T>, DecodeError> {
    let mut map = BTreeMap::new();
    for _ in 0..reader.u32("count")? {
        let client =
            ClientId::new(reader.u32("client")?).ok_or(DecodeError::Value { field: "client" })?;
        map.insert(client, read(reader)?);
    }
    Ok(map)
}

fn read_secret(reader: &mut Reader<'_>) -> Result<KeyScalar, DecodeError> {
    decode_key_scalar(reader.bytes(32, "secret")?, "secret")
}

fn read_pair(reader: &mut Reader<'_>) -> Result<KeyPair, DecodeError> {
    read_secret(reader).map(KeyPair::from_secret)
}

fn write_held(writer: Writer, held: &BTreeMap<ClientId, SharePair>) -> Writer {
    held.iter()
        .fold(writer.u32(held.len() as u32), |writer, (client, pair)| {
            writer
                .u32(client.number())
                .bytes(pair.mask.as_bytes())
                .bytes(pair.seed.as_bytes())
        })
}

fn read_held(reader: &mut Reader<'_>) -> Result<BTreeMap<ClientId, SharePair>, DecodeError> {
    read_map(reader, |r| {
        Ok(SharePair {
            mask: read_secret(r)?,
            seed: read_secret(r)?,
        })
    })
}

fn read_point(reader: &mut Reader<'_>) -> Result<KeyPoint, DecodeError> {
    Ristretto::read_point(reader, "key")
}

impl State for Joined {
    const TAG: u8 = 0;
    fn write(&self, writer: Writer) -> Writer {
        writer
    }
    fn read(_: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl State for Advertised {
    const TAG: u8 = 1;
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

impl State for Shared {
    const TAG: u8 = 2;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.mask.secret().as_bytes())
            .bytes(self.channel.secret().as_bytes())
            .bytes(self.seed.as_bytes());
        let keys = |keys: &RoundKeys| vec![keys.mask, keys.channel];
        write_points(
            writer,
            self.peers.iter().map(|(client, peer)| (client, keys(peer))),
        )
    }
    fn read(reader: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            channel: read_pair(reader)?,
            seed: read_secret(reader)?,
            peers: read_map(reader, |r| {
                Ok(RoundKeys {
                    mask: read_point(r)?,
                    channel: read_point(r)?,
                })
            })?,
        })
    }
}

impl State for Confirmed {
    const TAG: u8 = 3;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.mask.secret().as_bytes())
            .bytes(self.seed.as_bytes());
        let peers = self
            .peers
            .iter()
            .map(|(client, mask)| (client, vec![*mask]));
        write_held(write_points(writer, peers), &self.held)
    }
    fn read(reader: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: read_secret(reader)?,
            peers: read_map(reader, read_point)?,
            held: read_held(reader)?,
        })
    }
}

impl State for Submitted {
    const TAG: u8 = 4;
    fn write(&self, writer: Writer) -> Writer {
        write_held(writer.bytes(self.participants.as_bytes()), &self.held)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        let participants = ClientSet::read(reader, clients, "participants")?;
        Ok(Self {
            participants,
            held: read_held(reader)?,
        })
    }
}

impl State for Acknowledged {
    const TAG: u8 = 5;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.participants.as_bytes())
            .bytes(self.contributors.as_bytes());
        write_held(writer, &self.held)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            participants: ClientSet::read(reader, clients, "participants")?,
            contributors: ClientSet::read(reader, clients, "contributors")?,
            held: read_held(reader)?,
        })
    }
}

impl State for Finished {
    const TAG: u8 = 6;
    fn write(&self, writer: Writer) -> Writer {
        writer
    }
    fn read(_: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}
