//! The sums over submissions: of row commitments, which the publication opens, and of commitments to pads, which trustees open.
//!
//! A submission is added when it is judged, and taken away again, or added later, if a list says so. Then its record is read
//! again.

use std::io::{Read, Seek};

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::pads_of_trustee;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};

use super::again::public_parts;
use crate::step::Step;

type Point<P> = <<P as ProofSystem>::Group as Group>::Point;
type Term<P> = <<P as ProofSystem>::Group as Group>::Term;

/// `R + m B` points, and over whom they are the sums.
pub(crate) struct Sums<P: ProofSystem> {
    /// `Chat`.
    rows: Vec<Point<P>>,
    rows_of: ClientSet,
    /// `P_(j,b)`, trustee by trustee.
    pads: Vec<Point<P>>,
    pads_of: ClientSet,
    /// For each trustee whether its pads of somebody on the list are not known.
    unknown: Vec<bool>,
}

/// A submission that is added to the sums.
pub(crate) struct Adding<P: ProofSystem> {
    pub(crate) client: ClientId,
    /// The commitments to its rows.
    pub(crate) proof: P::Proof,
    /// The commitments to its pads for all trustees, if they decode.
    pub(crate) pads: Option<Vec<Term<P>>>,
}

fn add<T: Copy + std::ops::Add<Output = T>>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = *sum + *value;
    }
}

fn subtract<T: Copy + std::ops::Sub<Output = T>>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = *sum - *value;
    }
}

impl<P: ProofSystem> Sums<P> {
    /// The sums over nobody.
    pub(crate) fn new(round: &Round<P>) -> Self {
        let nobody = ClientSet::empty(round.clients());
        let trustees = round.shape().trustees() as usize;
        let zero = P::Group::identity();
        Self {
            rows: vec![zero; round.layout().rows()],
            rows_of: nobody.clone(),
            pads: vec![zero; trustees * round.parts().blocks()],
            pads_of: nobody,
            unknown: vec![false; trustees],
        }
    }

    /// Adds up submissions.
    pub(crate) fn add(&mut self, adding: &[Adding<P>], round: &Round<P>) {
        let proofs: Vec<&P::Proof> = adding.iter().map(|it| &it.proof).collect();
        add(&mut self.rows, &round.proofs().sums_of_rows(&proofs));
        let pads = adding.iter().filter_map(|it| it.pads.as_deref());
        let pads: Vec<&[Term<P>]> = pads.collect();
        add(&mut self.pads, &P::Group::sums_by_place(&pads));
        for Adding { client, pads, .. } in adding {
            self.rows_of.insert(*client);
            if pads.is_some() {
                self.pads_of.insert(*client);
            }
        }
    }

    /// The sums of the row commitments.
    pub(crate) fn rows(&self) -> &[Point<P>] {
        &self.rows
    }

    /// The sums of the commitments to a trustee's pads, for each block; nothing if those of somebody on the list are not known.
    pub(crate) fn pads(&self, trustee: TrusteeId, round: &Round<P>) -> Option<&[Point<P>]> {
        let blocks = round.parts().blocks();
        let first = trustee.index() * blocks;
        let unknown = self.unknown.get(trustee.index()).copied();
        let sums = self.pads.get(first..first + blocks);
        sums.filter(|_| unknown == Some(false))
    }

    /// Takes away the row commitments of everybody who is not on this list.
    pub(crate) fn keep_rows<R: Read + Seek>(
        &mut self,
        list: &ClientSet,
        round: &Round<P>,
        whole: impl Fn(ClientId) -> Option<RecordPosition>,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        let leaving: Vec<ClientId> = self
            .rows_of
            .iter()
            .filter(|it| !list.contains(*it))
            .collect();
        for client in leaving {
            let Some(position) = whole(client) else {
                continue;
            };
            let proof = public_parts(round, position, records, |parts| {
                round.proofs().decode(parts.proof)
            })?;
            // The first reading has decoded it.
            let proof = proof.map_err(|_| BoardError::changed())?;
            subtract(&mut self.rows, &round.proofs().rows(&proof));
            self.rows_of.remove(client);
        }
        Ok(())
    }

    /// Makes the sums of pads those over this list. `whole` gives the positions of submissions.
    pub(crate) fn pads_over<R: Read + Seek>(
        &mut self,
        list: &ClientSet,
        round: &Round<P>,
        whole: impl Fn(ClientId) -> Option<RecordPosition>,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        for client in ClientId::all(round.clients()) {
            let (joins, counted) = (list.contains(client), self.pads_of.contains(client));
            let position = whole(client);
            if joins && !Step::PadsKnown.holds(position.is_some()) {
                self.unknown.fill(true);
            }
            let Some(position) = position.filter(|_| joins != counted) else {
                continue;
            };
            let pads: Vec<Option<Vec<Point<P>>>> =
                public_parts(round, position, records, |parts| {
                    let layout = round.parts();
                    let of = |trustee| {
                        let pads = parts.pads_of(trustee, layout);
                        let pads = pads_of_trustee::<P::Group>(pads, layout).ok()?;
                        Some(P::Group::sums_by_place(&[&pads]))
                    };
                    TrusteeId::all(round.shape().trustees()).map(of).collect()
                })?;
            let sums = self.pads.chunks_mut(round.parts().blocks());
            for ((sums, pads), unknown) in sums.zip(pads).zip(&mut self.unknown) {
                match pads {
                    Some(pads) if joins => add(sums, &pads),
                    Some(pads) => subtract(sums, &pads),
                    None => *unknown |= joins && !Step::PadsKnown.holds(false),
                }
            }
            match joins {
                true => self.pads_of.insert(client),
                false => self.pads_of.remove(client),
            }
        }
        Ok(())
    }
}
