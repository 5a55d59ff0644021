//! The commitments to the masks of edges.

use std::collections::HashMap;

use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;

/// The parts of an attestation about its edges, in the order of the neighbours that participate: of each one point a pair, encoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    bytes: Vec<u8>,
    /// Bytes of a part.
    width: usize,
}

impl Edges {
    /// Edges of these parts, which are all equally long.
    pub fn of<'a>(parts: impl ExactSizeIterator<Item = &'a [u8]> + Clone) -> Self {
        let width = parts.clone().next().map_or(0, <[u8]>::len);
        let mut bytes = Vec::with_capacity(width * parts.len());
        for part in parts {
            bytes.extend_from_slice(part);
        }
        Self { bytes, width }
    }

    /// The parts.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.width.max(1))
    }

    /// One of the parts.
    pub fn part(&self, at: usize) -> Option<&[u8]> {
        let start = self.width.checked_mul(at)?;
        self.bytes
            .get(start..start.checked_add(self.width)?)
            .filter(|part| !part.is_empty())
    }

    /// The points of all parts, one behind the other, encoded.
    fn points<G: Group>(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.bytes.chunks_exact(G::POINT_LEN)
    }
}

/// The edge commitments in a batch of attestations, decoded. Both ends of an edge attest the same point: it is there once.
pub struct EdgePoints<G: Group> {
    points: Vec<Option<G::Term>>,
    /// For each attestation the places of its points.
    at: Vec<Vec<u32>>,
}

impl<G: Group> EdgePoints<G> {
    /// Decodes the points of a batch. An attestation that is nothing has no points. The second result names the attestations with a wrong
    /// point, by their places in the batch, each with its first error.
    pub fn decode(batch: &[Option<&Edges>]) -> (Self, Vec<(usize, DecodeError)>) {
        let mut places: HashMap<&[u8], u32> = HashMap::new();
        let mut encoded: Vec<u8> = Vec::new();
        let at: Vec<Vec<u32>> = batch
            .iter()
            .map(|edges| {
                let points = edges.iter().flat_map(|edges| edges.points::<G>());
                let place = |point| {
                    *places.entry(point).or_insert_with(|| {
                        encoded.extend_from_slice(point);
                        (encoded.len() / G::POINT_LEN) as u32 - 1
                    })
                };
                points.map(place).collect()
            })
            .collect();
        let points = G::decode_terms(&encoded);
        let error = |(index, at): (usize, &Vec<u32>)| {
            let mut wrong = at.iter().filter(|&&place| points[place as usize].is_none());
            let start = *wrong.next()? as usize * G::POINT_LEN;
            let field = "edge commitment";
            let error = G::decode_point(&encoded[start..start + G::POINT_LEN], field).err();
            Some((index, error.unwrap_or(DecodeError::Point { field })))
        };
        let errors = at.iter().enumerate().filter_map(error).collect();
        (Self { points, at }, errors)
    }

    /// The places of the points of an attestation, by its place in the batch: neighbour by neighbour, one point a pair.
    pub fn at(&self, index: usize) -> &[u32] {
        &self.at[index]
    }

    /// `sum scalar point` over scalars and the places of their points; nothing if there is no point at one of them.
    pub(super) fn sum(&self, scalars: &[(u32, G::Scalar)]) -> Option<G::Point> {
        let terms = scalars
            .iter()
            .map(|(place, _)| self.points[*place as usize]);
        let terms: Vec<G::Term> = terms.collect::<Option<_>>()?;
        let scalars: Vec<G::Scalar> = scalars.iter().map(|(_, scalar)| *scalar).collect();
        Some(G::sum_of_terms(&scalars, &terms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg_circuits::group::ristretto::{Fr, Ristretto};

    #[test]
    fn points_are_decoded_once_and_errors_are_those_of_their_attestation() {
        let point = |index| Ristretto::encode_point(&Ristretto::hash_to_point(b"edge", index));
        let edges = |parts: &[Vec<u8>]| Edges::of(parts.iter().map(Vec::as_slice));
        let pair = |one: u64, other: u64| [point(one), point(other)].concat();
        let first = edges(&[pair(1, 2), pair(3, 4)]);
        let second = edges(&[pair(1, 2), pair(5, 2)]);
        let mut wrong = pair(3, 6);
        wrong[..32].fill(0xff);
        wrong[32..].fill(0);
        let third = edges(&[pair(1, 2), wrong]);
        let batch = [Some(&first), None, Some(&second), Some(&third)];
        let (points, errors) = EdgePoints::<Ristretto>::decode(&batch);
        let field = "edge commitment";
        assert_eq!(errors, [(3, DecodeError::Point { field })]);
        assert_eq!(points.at(0), [0, 1, 2, 3]);
        assert_eq!(points.at(1), [0u32; 0]);
        assert_eq!(points.at(2), [0, 1, 4, 1]);
        let one = Fr::from(1u64);
        assert_eq!(
            points.sum(&[(4, one)]),
            Some(Ristretto::hash_to_point(b"edge", 5))
        );
        assert_eq!(points.sum(&[(4, one), (5, one)]), None);
        assert_eq!(first.part(1), Some(&pair(3, 4)[..]));
        assert_eq!(first.part(2), None);
        assert_eq!(first.part(usize::MAX), None);
        assert_eq!(first.parts().len(), 2);
        let none = edges(&[]);
        assert_eq!((none.parts().len(), none.part(0)), (0, None));
    }
}
