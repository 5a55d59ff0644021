//! How the states of a client are written down and read.

use std::collections::BTreeMap;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyScalar};

use super::exposed::ExposedSecrets;
use crate::crypto::dh::KeyPair;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::ClientId;
use crate::crypto::sealing::SharePair;
use crate::round::phase::Phase;

/// A state that can be written down. The bytes hold secrets and are for this client alone.
pub trait State: Sized {
    /// Tells the states apart.
    const TAG: u8;
    /// The phase in which a client in this state speaks next, if there are so many further rounds of unmask;
    /// nothing when it has finished.
    fn next_phase(&self, further: u8) -> Option<Phase>;
    /// The secrets that it holds.
    fn expose(&self) -> ExposedSecrets;
    /// Writes what the state holds.
    fn write(&self, writer: Writer) -> Writer;
    /// Reads what [`write`](Self::write) wrote.
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError>;
}

pub(super) fn write_points<'a, const N: usize>(
    writer: Writer,
    points: impl ExactSizeIterator<Item = (&'a ClientId, [EncodedPoint; N])>,
) -> Writer {
    let start = writer.u32(points.len() as u32);
    points.fold(start, |writer, (client, points)| {
        points
            .iter()
            .fold(writer.u32(client.number()), |w, p| w.bytes(p.as_bytes()))
    })
}

pub(super) fn read_map<T>(
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

pub(super) fn read_secret(reader: &mut Reader<'_>) -> Result<KeyScalar, DecodeError> {
    decode_key_scalar(reader.bytes(32, "secret")?, "secret")
}

pub(super) fn read_pair(reader: &mut Reader<'_>) -> Result<KeyPair, DecodeError> {
    read_secret(reader).map(KeyPair::from_secret)
}

pub(super) fn write_held(writer: Writer, held: &BTreeMap<ClientId, Box<SharePair>>) -> Writer {
    held.iter()
        .fold(writer.u32(held.len() as u32), |writer, (client, pair)| {
            writer
                .u32(client.number())
                .bytes(pair.mask.as_bytes())
                .bytes(pair.seed.as_bytes())
        })
}

pub(super) fn read_held(
    reader: &mut Reader<'_>,
) -> Result<BTreeMap<ClientId, Box<SharePair>>, DecodeError> {
    read_map(reader, |r| {
        Ok(Box::new(SharePair {
            mask: read_secret(r)?,
            seed: read_secret(r)?,
        }))
    })
}

pub(super) fn read_point(reader: &mut Reader<'_>) -> Result<EncodedPoint, DecodeError> {
    EncodedPoint::read(reader, "key")
}

pub(super) fn write_secret(writer: Writer, pair: &KeyPair) -> Writer {
    writer.bytes(pair.secret().as_bytes())
}
