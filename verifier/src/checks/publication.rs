//! The publication, read as a stream: its opening is summed up for V-11 and unpacked for V-12, and
//! only the outcomes are held.

use std::io::Read;

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::body::Body;

use super::aggregate::Sums;

/// What is held of the body of a publication.
pub(crate) struct Publication<'a, P: ProofSystem> {
    pub(crate) opening: Opening<'a, P>,
    pub(crate) sums: Sums<'a>,
    /// What became of each client, if the body decodes.
    pub(crate) outcomes: Result<Vec<Outcome>, DecodeError>,
}

impl<'a, P: ProofSystem> Publication<'a, P> {
    pub(crate) fn read<R: Read>(
        round: &Round<P>,
        mut opening: Opening<'a, P>,
        mut sums: Sums<'a>,
        body: &mut Body<'_, R>,
    ) -> Result<Self, BoardError> {
        let (values, blindings) = (round.layout().scalars(), round.layout().rows());
        let values = body.scalars::<P::Group>(values, "opening", |scalar| {
            opening.push(&scalar);
            sums.push::<P::Group>(&scalar);
        })?;
        let blindings =
            body.scalars::<P::Group>(blindings, "opening", |scalar| opening.push(&scalar))?;
        let outcomes = body.bytes(round.clients() as usize)?;
        Ok(Self {
            opening,
            sums,
            outcomes: values
                .and(blindings)
                .and_then(|()| Outcome::decode_all(&outcomes)),
        })
    }
}
