//! What each state of a client writes down.

use std::collections::BTreeMap;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyPoint, KeyScalar, Ristretto};
use veragg_circuits::group::Group;

use super::ending::{Acknowledged, Disputed, Knows, Unmasked};
use super::online::{Attested, Submitted};
use super::saved::{Finished, State};
use super::setup::{Advertised, Confirmed, Holding, Joined, Shared};
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sealing::SharePair;
use crate::pairwise::advertise::RoundKeys;

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

fn write_secret(writer: Writer, pair: &KeyPair) -> Writer {
    writer.bytes(pair.secret().as_bytes())
}

impl Holding {
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(&self.advertise)
            .bytes(self.advertised.as_bytes());
        let peers = self
            .peers
            .iter()
            .map(|(client, mask)| (client, vec![*mask]));
        write_held(write_points(writer, peers), &self.held)
    }

    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            advertise: reader.array("checkpoint of advertise")?,
            advertised: ClientSet::read(reader, clients, "advertised")?,
            peers: read_map(reader, read_point)?,
            held: read_held(reader)?,
        })
    }
}

impl Knows {
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(&self.submit)
            .bytes(self.participants.as_bytes());
        self.holding.write(writer)
    }

    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            submit: reader.array("checkpoint of submit")?,
            participants: ClientSet::read(reader, clients, "participants")?,
            holding: Holding::read(reader, clients)?,
        })
    }
}

impl State for Confirmed {
    const TAG: u8 = 3;
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask).bytes(self.seed.as_bytes());
        self.holding.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: read_secret(reader)?,
            holding: Holding::read(reader, clients)?,
        })
    }
}

impl State for Submitted {
    const TAG: u8 = 4;
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask)
            .bytes(self.seed.as_bytes())
            .long(&self.blindings)
            .bytes(&self.input)
            .bytes(&self.entry)
            .bytes(self.participants.as_bytes());
        self.holding.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: read_secret(reader)?,
            blindings: reader.long("row blindings")?.to_vec(),
            input: reader.array("digest of the input")?,
            entry: reader.array("entry of the submission")?,
            participants: ClientSet::read(reader, clients, "participants")?,
            holding: Holding::read(reader, clients)?,
        })
    }
}

impl State for Attested {
    const TAG: u8 = 5;
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask)
            .bytes(&self.submit)
            .u32(self.edges.len() as u32);
        let edges = self.edges.iter();
        let writer = edges
            .fold(writer, |writer, edge| writer.long(edge))
            .bytes(self.participants.as_bytes());
        self.holding.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        let mask = read_pair(reader)?;
        let submit = reader.array("checkpoint of submit")?;
        let mut edges = Vec::new();
        for _ in 0..reader.u32("edges")? {
            edges.push(reader.long("edge")?.to_vec());
        }
        Ok(Self {
            mask,
            submit,
            edges,
            participants: ClientSet::read(reader, clients, "participants")?,
            holding: Holding::read(reader, clients)?,
        })
    }
}

impl State for Disputed {
    const TAG: u8 = 6;
    fn write(&self, writer: Writer) -> Writer {
        self.knows.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        let knows = Knows::read(reader, clients)?;
        Ok(Self { knows })
    }
}

impl State for Acknowledged {
    const TAG: u8 = 7;
    fn write(&self, writer: Writer) -> Writer {
        self.knows.write(writer.bytes(self.contributors.as_bytes()))
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            contributors: ClientSet::read(reader, clients, "contributors")?,
            knows: Knows::read(reader, clients)?,
        })
    }
}

impl State for Unmasked {
    const TAG: u8 = 8;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer.u8(self.round).bytes(self.contributors.as_bytes());
        self.knows.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            round: reader.u8("round of unmask")?,
            contributors: ClientSet::read(reader, clients, "contributors")?,
            knows: Knows::read(reader, clients)?,
        })
    }
}

impl State for Finished {
    const TAG: u8 = 9;
    fn write(&self, writer: Writer) -> Writer {
        writer
    }
    fn read(_: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}
