//! Inputs that are found by trying all that the statement allows.

use veragg_protocol::circuits::ark_ff::Zero;
use veragg_protocol::circuits::group::ristretto::{Fr, KeyPoint, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::pads;
use veragg_protocol::committee::parts::{MaskedPlace, PublicParts, SALT_LEN};
use veragg_protocol::committee::record::Abridged;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::crypto::tree::Tree;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::{Envelope, Sender, ENVELOPE_LEN};

use super::equations::Equation;
use crate::committee::Suite;
use crate::fixtures::bounds;

/// No more inputs than these are tried.
const MOST: u64 = 1 << 12;

/// All inputs that the bounds allow; none if they are too many.
fn inputs(round: &Round<Suite>) -> Vec<Vec<u64>> {
    let mut inputs = vec![Vec::new()];
    for bound in bounds(round.configuration()) {
        if bound.saturating_mul(inputs.len() as u64) > MOST {
            return Vec::new();
        }
        let longer = inputs
            .into_iter()
            .flat_map(|input: Vec<u64>| (0..bound).map(move |x| [&input[..], &[x]].concat()));
        inputs = longer.collect();
    }
    inputs
}

/// The packed rows of an input, without blindings.
fn rows(round: &Round<Suite>, input: &[u64]) -> Vec<Vec<Fr>> {
    let columns = round.parts().row_scalars() - 1;
    let packed = round.layout().pack::<Fr>(input).unwrap_or_default();
    packed.chunks(columns).map(<[Fr]>::to_vec).collect()
}

/// The only input whose rows, without blindings, keep equations that are between the rows of one block.
pub(super) fn input(round: &Round<Suite>, equations: &[Equation]) -> Option<Vec<u128>> {
    let (packed, row) = (round.shape().packed() as usize, round.parts().row_scalars());
    let keeps = |rows: &[Vec<Fr>], equation: &Equation| {
        let mut blocks = rows.chunks(packed).zip(equation.values.chunks(row));
        blocks.all(|(rows, values)| {
            (0..row - 1).all(|column| {
                let weighted = rows.iter().zip(&equation.weights);
                let sum: Fr = weighted.map(|(row, weight)| row[column] * weight).sum();
                sum == values[column]
            })
        })
    };
    if equations.is_empty() {
        return None;
    }
    let mut possible = inputs(round).into_iter().filter(|input| {
        let rows = rows(round, input);
        equations.iter().all(|equation| keeps(&rows, equation))
    });
    let found = possible.next()?;
    let only = possible.next().is_none();
    only.then(|| found.into_iter().map(u128::from).collect())
}

/// Somebody who has the board and takes discrete logarithms (`specs/committee.md` 8.3), but has no masked row.
pub(super) struct Reader<'a> {
    pub(super) round: &'a Round<Suite>,
    /// The logarithms of the sealing keys, in the order of the trustees. With them it knows all pads.
    pub(super) sealing: &'a [KeyPair],
    /// Gives the logarithm of a point to the base `H`.
    pub(super) logarithm: &'a dyn Fn(&KeyPoint) -> Fr,
}

impl Reader<'_> {
    /// The input of a client, if the record of its submission confirms one: of all inputs the one for which the masked rows that
    /// follow, each behind a salt of zeros, have the hashes that the client signed.
    pub(super) fn input(&self, record: &Record) -> Option<(ClientId, Vec<u64>)> {
        let parts = self.round.parts();
        let (envelope, body) = record.bytes.split_at_checked(ENVELOPE_LEN)?;
        let envelope = Envelope::decode(envelope).ok()?;
        let Sender::Client(client) = envelope.sender else {
            return None;
        };
        let public = PublicParts::cut(Abridged::cut(body, parts).ok()?.public, parts)?;
        let key = SubmissionKey::decode(public.key).ok()?.key;
        let proof = self.round.proofs().decode(public.proof).ok()?;
        let committed = self.round.proofs().rows(&proof);
        let pads: Vec<Vec<Fr>> = TrusteeId::all(parts.shape().trustees())
            .zip(self.sealing)
            .map(|(trustee, pair)| {
                let point = pair.shared_point(&key);
                let context = self.round.context();
                pads::of_point::<Ristretto>(context, client, trustee, &point, parts).to_vec()
            })
            .collect();
        let confirmed = |input: &Vec<u64>| {
            let rows = self.with_blindings(input, &committed);
            let masked = self.masked(&rows, &pads);
            let all = public.each(parts).map(<[u8]>::to_vec).chain(masked);
            let tree: Tree<Vec<u8>> = all.collect();
            tree.root().hash == envelope.body_root
        };
        let found = inputs(self.round).into_iter().find(confirmed)?;
        Some((client, found))
    }

    /// The rows of an input with the blindings with which they open the commitments.
    fn with_blindings(&self, input: &[u64], committed: &[KeyPoint]) -> Vec<Vec<Fr>> {
        let key = self.round.proofs().key();
        let rows = rows(self.round, input).into_iter().zip(committed);
        rows.map(|(mut row, committed)| {
            let without = key.commit_row_vartime(&row, Fr::zero());
            row.push((self.logarithm)(&(committed - without)));
            row
        })
        .collect()
    }

    /// The parts with masked rows, as they follow from rows and pads.
    fn masked(&self, rows: &[Vec<Fr>], pads: &[Vec<Fr>]) -> Vec<Vec<u8>> {
        let parts = self.round.parts();
        let length = parts.row_scalars();
        let part = |place: MaskedPlace| {
            let (lambda, mu) = self.round.coefficients().at(place.trustee, parts);
            let of_block = &rows[place.block * lambda.len()..][..lambda.len()];
            let pad = |index: usize| &pads[index][place.block * length..][..length];
            let mut masked: Vec<Fr> = pad(place.trustee.index()).iter().map(|it| -*it).collect();
            let rows = lambda.iter().zip(of_block.iter().map(Vec::as_slice));
            let drawn = mu.iter().zip((0..mu.len()).map(pad));
            for (weight, row) in rows.chain(drawn) {
                let scalars = masked.iter_mut().zip(row);
                scalars.for_each(|(sum, scalar)| *sum += *weight * scalar);
            }
            [vec![0; SALT_LEN], Ristretto::encode_scalars(&masked)].concat()
        };
        parts.places().map(part).collect()
    }
}
