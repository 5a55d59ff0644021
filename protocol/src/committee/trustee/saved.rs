//! How a trustee is written down, and read again (`specs/committee.md` 7). The form is this crate's own.

use std::sync::Arc;

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::decode_key_scalar;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use super::{Checked, Confirmed, Opened, Ready, Session, Sums, Trustee};
use crate::committee::round::Round;
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::ClientSet;
use crate::crypto::signing::SigningKey;
use crate::round::roster::Roster;
use crate::wire::checkpoint::Checkpoint;

/// The version of the saved form.
const FORMAT: u16 = 1;

/// A state that can be written down.
pub trait State<P: ProofSystem>: Sized {
    /// Its number.
    const TAG: u8;

    /// Writes it.
    fn write(&self, writer: Writer) -> Writer;

    /// Reads it.
    fn read(reader: &mut Reader<'_>, round: &Round<P>) -> Result<Self, DecodeError>;
}

/// Why a saved trustee cannot be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The state is of another round.
    #[error(
        "the saved state is of another round; give the header of the round that this trustee is in"
    )]
    OtherRound,
    /// The identity is no trustee of the round.
    #[error("the saved state is of another trustee; give the key with which this trustee joined")]
    OtherTrustee,
    /// Another version of veragg saved it.
    #[error("another version of veragg saved this state; finish the round with that version, or drop out")]
    Format,
    /// The bytes are not a state that was saved.
    #[error("the saved state is damaged ({0}); restore nothing older, drop out of the round")]
    Damaged(#[from] DecodeError),
}

/// A restored trustee in whichever state it was, with the message that it may send again.
#[derive(Debug)]
pub enum Restored<P: ProofSystem> {
    /// It has said nothing yet.
    Ready(Trustee<P, Ready>),
    /// It has checked.
    Checked(Trustee<P, Checked<P::Group>>, Vec<u8>),
    /// It has confirmed.
    Confirmed(Trustee<P, Confirmed<P::Group>>, Vec<u8>),
    /// It has opened.
    Opened(Trustee<P, Opened>, Vec<u8>),
}

impl<P: ProofSystem, S: State<P>> Trustee<P, S> {
    /// The bytes to write down, with the message to send; zeroized when dropped.
    pub(super) fn to_saved(&self, message: &[u8]) -> Zeroizing<Vec<u8>> {
        let writer = Writer::secret()
            .u16(FORMAT)
            .bytes(&self.session.round.context().digest)
            .bytes(self.session.identity.verifying_key().as_bytes())
            .u8(S::TAG)
            .long(message);
        Zeroizing::new(self.state.write(writer).finish())
    }
}

impl<P: ProofSystem> Trustee<P, Ready> {
    /// The bytes to write down before anything is said: a trustee must keep the secret of its sealing key.
    pub fn saved(&self) -> Zeroizing<Vec<u8>> {
        self.to_saved(&[])
    }
}

/// Restores a trustee.
pub fn restore<P: ProofSystem>(
    round: Arc<Round<P>>,
    roster: Arc<Roster>,
    identity: Arc<SigningKey>,
    saved: &[u8],
) -> Result<Restored<P>, ResumeError> {
    let mut reader = Reader::new(saved);
    if reader.u16("format")? != FORMAT {
        return Err(ResumeError::Format);
    }
    if reader.array("context")? != round.context().digest {
        return Err(ResumeError::OtherRound);
    }
    let own = identity.verifying_key();
    if reader.array::<32>("identity")? != *own.as_bytes() {
        return Err(ResumeError::OtherTrustee);
    }
    let tag = reader.u8("state")?;
    let message = reader.long("message")?.to_vec();
    let trustees = round.committee().trustees.iter();
    let index = trustees
        .into_iter()
        .position(|trustee| trustee.identity == own);
    let me = index.ok_or(ResumeError::OtherTrustee)?;
    let session = Session {
        me: crate::crypto::ids::TrusteeId::from_index(me),
        roster,
        identity,
        round: Arc::clone(&round),
    };
    fn state<P: ProofSystem, S: State<P>>(
        mut reader: Reader<'_>,
        session: Session<P>,
        round: &Round<P>,
    ) -> Result<Trustee<P, S>, DecodeError> {
        let state = S::read(&mut reader, round)?;
        reader.finish()?;
        Ok(Trustee { session, state })
    }
    Ok(match tag {
        0 => Restored::Ready(state(reader, session, &round)?),
        1 => Restored::Checked(state(reader, session, &round)?, message),
        2 => Restored::Confirmed(state(reader, session, &round)?, message),
        3 => Restored::Opened(state(reader, session, &round)?, message),
        _ => return Err(DecodeError::Value { field: "state" }.into()),
    })
}

fn write_pair(writer: Writer, pair: &KeyPair) -> Writer {
    writer.bytes(pair.secret().as_bytes())
}

fn read_pair(reader: &mut Reader<'_>) -> Result<KeyPair, DecodeError> {
    let field = "sealing key";
    Ok(KeyPair::from_secret(decode_key_scalar(
        reader.bytes(32, field)?,
        field,
    )?))
}

fn read_checkpoint<P: ProofSystem>(
    reader: &mut Reader<'_>,
    round: &Round<P>,
) -> Result<Checkpoint, DecodeError> {
    Checkpoint::decode(reader.long("checkpoint")?, round.clients())
}

fn write_sums<G: Group>(writer: Writer, sums: &Sums<G>) -> Writer {
    writer.long(&Zeroizing::new(G::encode_scalars(&sums.0)))
}

fn read_sums<P: ProofSystem>(
    reader: &mut Reader<'_>,
    round: &Round<P>,
) -> Result<Sums<P::Group>, DecodeError> {
    let parts = round.parts();
    let count = parts.blocks() * parts.row_scalars();
    let field = "sums of pads";
    let scalars = P::Group::decode_scalars(reader.long(field)?, count, field)?;
    Ok(Sums(scalars))
}

impl<P: ProofSystem> State<P> for Ready {
    const TAG: u8 = 0;
    fn write(&self, writer: Writer) -> Writer {
        write_pair(writer, &self.sealing)
    }
    fn read(reader: &mut Reader<'_>, _: &Round<P>) -> Result<Self, DecodeError> {
        Ok(Self {
            sealing: read_pair(reader)?,
        })
    }
}

impl<P: ProofSystem> State<P> for Checked<P::Group> {
    const TAG: u8 = 1;
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_pair(writer, &self.sealing).long(&self.submit.encode());
        let writer = write_sums(writer, &self.sums).bytes(self.accused.as_bytes());
        let keys = self.keys.iter();
        keys.fold(writer, |writer, key| writer.bytes(key))
    }
    fn read(reader: &mut Reader<'_>, round: &Round<P>) -> Result<Self, DecodeError> {
        let sealing = read_pair(reader)?;
        let submit = read_checkpoint(reader, round)?;
        let sums = read_sums(reader, round)?;
        let accused = ClientSet::read(reader, round.clients(), "accused clients")?;
        let keys = (0..submit.list.len())
            .map(|_| reader.array("submission key"))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            sealing,
            submit,
            sums,
            keys,
            accused,
        })
    }
}

impl<P: ProofSystem> State<P> for Confirmed<P::Group> {
    const TAG: u8 = 2;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .long(&self.submit.encode())
            .long(&self.check.encode());
        write_sums(writer, &self.sums)
    }
    fn read(reader: &mut Reader<'_>, round: &Round<P>) -> Result<Self, DecodeError> {
        Ok(Self {
            submit: read_checkpoint(reader, round)?,
            check: read_checkpoint(reader, round)?,
            sums: read_sums(reader, round)?,
        })
    }
}

impl<P: ProofSystem> State<P> for Opened {
    const TAG: u8 = 3;
    fn write(&self, writer: Writer) -> Writer {
        let answered = self.answered.iter();
        answered.fold(writer, |writer, checkpoint| {
            writer.long(&checkpoint.encode())
        })
    }
    fn read(reader: &mut Reader<'_>, round: &Round<P>) -> Result<Self, DecodeError> {
        Ok(Self {
            answered: [
                read_checkpoint(reader, round)?,
                read_checkpoint(reader, round)?,
                read_checkpoint(reader, round)?,
            ],
        })
    }
}
