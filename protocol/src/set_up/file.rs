//! The file that goes from contributor to contributor (`specs/set-up.md` 2).

use veragg_circuits::apart::apart;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::groth16::derive::Divided;
use veragg_circuits::groth16::powers::Powers;

use super::error::SetUpError;
use super::header::{SetUpHeader, MAX_BEACON};
use super::phase::{Phase, Stage, MAX_RECORDS};
use super::record::{DeltaRecord, PowersRecord};
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;

/// What the file begins with.
const NAME: &[u8] = b"veragg/2 setup";

/// What stands behind the records, by stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    Powers,
    Delta(Divided),
    Done(Beacon, Divided),
    Transcript(Beacon),
}

/// The bytes of the beacon.
pub(super) type Beacon = Vec<u8>;

/// A file that decodes. Nothing is known of it until it is [verified](Self::verify).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpFile {
    pub(super) header: SetUpHeader,
    pub(super) powers_records: Vec<PowersRecord>,
    pub(super) powers: Powers,
    /// None in the stage of powers.
    pub(super) delta_records: Vec<DeltaRecord>,
    pub(super) rest: Rest,
}

impl SetUpFile {
    /// The stage.
    pub fn stage(&self) -> Stage {
        match self.rest {
            Rest::Powers => Stage::Powers,
            Rest::Delta(_) => Stage::Delta,
            Rest::Done(..) => Stage::Done,
            Rest::Transcript(_) => Stage::Transcript,
        }
    }

    /// The header.
    pub fn header(&self) -> &SetUpHeader {
        &self.header
    }

    pub(super) fn beacon(&self) -> Option<&Beacon> {
        match &self.rest {
            Rest::Done(beacon, _) | Rest::Transcript(beacon) => Some(beacon),
            Rest::Powers | Rest::Delta(_) => None,
        }
    }

    pub(super) fn divided(&self) -> Option<&Divided> {
        match &self.rest {
            Rest::Delta(divided) | Rest::Done(_, divided) => Some(divided),
            Rest::Powers | Rest::Transcript(_) => None,
        }
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new()
            .bytes(NAME)
            .u8(self.stage().number())
            .bytes(&self.header.encode())
            .u32(self.powers_records.len() as u32);
        let records = self.powers_records.iter().map(PowersRecord::encode);
        let writer = records.fold(writer, |writer, record| writer.bytes(&record));
        let mut writer = writer.bytes(&self.powers.encode());
        if self.stage() == Stage::Powers {
            return writer.finish();
        }
        writer = writer.u32(self.delta_records.len() as u32);
        let records = self.delta_records.iter().map(DeltaRecord::encode);
        writer = records.fold(writer, |writer, record| writer.bytes(&record));
        if let Some(beacon) = self.beacon() {
            writer = writer.short(beacon);
        }
        if let Some(divided) = self.divided() {
            writer = writer.bytes(&divided.encode());
        }
        writer.finish()
    }

    /// Decodes a file that fills `bytes`, and refuses in the order of `specs/set-up.md` 2.2: nothing is derived before the
    /// circuit is known to be short enough, and no element decoded before the length is right. Cost: half a
    /// multiplication an element, to see that it is of its group.
    pub fn decode(bytes: &[u8]) -> Result<Self, SetUpError> {
        apart(|| Self::read(bytes))
    }

    fn read(bytes: &[u8]) -> Result<Self, SetUpError> {
        let sections = Sections::read(bytes)?;
        sections.header.check_matrices()?;
        let powers_keys = PowersRecord::contributors(sections.powers_records)?;
        let delta_keys = DeltaRecord::contributors(sections.delta_records)?;
        let element = SetUpError::Element;
        let powers_records = PowersRecord::decode_all(sections.powers_records, &powers_keys)?;
        let domain = sections.header.domain() as usize;
        let powers = Powers::decode(sections.powers, domain).map_err(element)?;
        let delta_records = DeltaRecord::decode_all(sections.delta_records, &delta_keys)?;
        let divided = || Divided::decode(sections.divided, sections.header.circuit());
        let beacon = sections.beacon.to_vec();
        let rest = match sections.stage {
            Stage::Powers => Rest::Powers,
            Stage::Delta => Rest::Delta(divided().map_err(element)?),
            Stage::Done => Rest::Done(beacon, divided().map_err(element)?),
            Stage::Transcript => Rest::Transcript(beacon),
        };
        let has_beacon = matches!(rest, Rest::Done(..) | Rest::Transcript(_));
        if has_beacon {
            check_value(sections.beacon)?;
        }
        Ok(Self {
            header: sections.header,
            powers_records,
            powers,
            delta_records,
            rest,
        })
    }

    /// The key of the weights under which the file is verified.
    pub(super) fn weights_key(bytes: &[u8]) -> Digest {
        digest(labels::SET_UP_WEIGHTS, &[bytes])
    }
}

/// Refuses bytes that no beacon can be.
pub(super) fn check_value(value: &[u8]) -> Result<(), SetUpError> {
    if (1..=MAX_BEACON).contains(&value.len()) {
        Ok(())
    } else {
        Err(SetUpError::BeaconValue(value.len()))
    }
}

/// A file that was cut into its parts, which fill it: their lengths are right, and no element was looked at.
struct Sections<'a> {
    stage: Stage,
    header: SetUpHeader,
    powers_records: &'a [u8],
    powers: &'a [u8],
    delta_records: &'a [u8],
    beacon: &'a [u8],
    divided: &'a [u8],
}

impl<'a> Sections<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, SetUpError> {
        let reader = &mut Reader::new(bytes);
        if reader.bytes(NAME.len(), "name") != Ok(NAME) {
            return Err(SetUpError::Name);
        }
        let got = reader.u8("stage").map_err(SetUpError::Length)?;
        let stage = Stage::ALL.into_iter().find(|stage| stage.number() == got);
        let want = "1 to 4";
        let stage = stage.ok_or(SetUpError::Stage { got, want })?;
        let header = SetUpHeader::read(reader)?;
        let first = usize::from(stage != Stage::Powers);
        let len = PowersRecord::LEN;
        let powers_records = records(reader, Phase::Powers, first, len)?;
        let mut take = |count, field| reader.bytes(count, field);
        let powers = take(Powers::encoded_len(header.domain() as usize), "powers");
        let powers = powers.map_err(SetUpError::Length)?;
        let delta_records = match stage {
            Stage::Powers => &[],
            _ => records(reader, Phase::Delta, first, DeltaRecord::LEN)?,
        };
        let end = |error: DecodeError| SetUpError::Length(error);
        let beacon = match stage {
            Stage::Done | Stage::Transcript => reader.short("value of the beacon").map_err(end)?,
            Stage::Powers | Stage::Delta => &[],
        };
        let divided = match stage {
            Stage::Delta | Stage::Done => Divided::encoded_len(header.circuit()),
            Stage::Powers | Stage::Transcript => 0,
        };
        let divided = reader.bytes(divided, "L and T").map_err(end)?;
        if reader.remaining() > 0 {
            let extra = reader.remaining();
            return Err(SetUpError::Length(DecodeError::Trailing { extra }));
        }
        Ok(Self {
            stage,
            header,
            powers_records,
            powers,
            delta_records,
            beacon,
            divided,
        })
    }
}

/// The records of a phase behind their number.
fn records<'a>(
    reader: &mut Reader<'a>,
    phase: Phase,
    least: usize,
    len: usize,
) -> Result<&'a [u8], SetUpError> {
    let got = reader
        .u32("number of records")
        .map_err(SetUpError::Length)?;
    if !(least..=MAX_RECORDS).contains(&(got as usize)) {
        return Err(SetUpError::Count { phase, got });
    }
    let bytes = reader.bytes(got as usize * len, "records");
    bytes.map_err(SetUpError::Length)
}
