//! Reads submissions again that were judged before.

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::parts::PublicParts;
use veragg_protocol::committee::round::Round;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};
use veragg_protocol::wire::message::ENVELOPE_LEN;

/// Reads the public parts of a submission again. The first reading has shown the record to be whole.
pub(crate) fn public_parts<P: ProofSystem, R: Read + Seek, T>(
    round: &Round<P>,
    position: RecordPosition,
    records: &mut Records<R>,
    take: impl FnOnce(&PublicParts<'_>) -> T,
) -> Result<T, BoardError> {
    records.again(position, ENVELOPE_LEN, |mut record| {
        let bytes = record.bytes(round.parts().public_len())?;
        let parts = PublicParts::cut(&bytes, round.parts());
        parts
            .map(|parts| take(&parts))
            .ok_or_else(BoardError::changed)
    })
}
