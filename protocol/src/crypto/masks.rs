//! Masks: each key gives one ChaCha20 stream, and each scalar takes a fixed number of its bytes (`specs/protocol.md` 4.4).

use std::marker::PhantomData;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar};
use veragg_circuits::group::Group;
use zeroize::Zeroizing;

use crate::crypto::context::{Context, Version};
use crate::crypto::dh::{derive, derive_from_point, expand, DerivedKey, KeyPair};
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::labels;

/// Scalars that are masked or weighed at a time: a stream position is a multiple of it.
pub(crate) const BLOCK: usize = 1024;

/// A mask: a stream of scalars that is added to a vector or subtracted from it.
#[derive(Debug)]
pub struct Mask {
    key: DerivedKey,
    /// The key of the stream.
    stream: DerivedKey,
    negative: bool,
}

impl Mask {
    /// The pairwise mask of two neighbours as `mine` adds it: `eps PRG(k_ij)` with `eps = +1` towards
    /// a higher number and `-1` towards a lower one, so that the two ends cancel.
    pub fn of_edge(
        context: &Context,
        mine: ClientId,
        secret: &KeyPair,
        other: ClientId,
        public: &KeyPoint,
    ) -> Self {
        Self::of_point(context, mine, other, &secret.shared_point(public))
    }

    /// The pairwise mask from the Diffie-Hellman point of the two mask keys.
    pub fn of_point(context: &Context, mine: ClientId, other: ClientId, point: &KeyPoint) -> Self {
        let (low, high) = (mine.min(other).number(), mine.max(other).number());
        let info: [&[u8]; 3] = [&context.digest, &low.to_be_bytes(), &high.to_be_bytes()];
        let key = derive_from_point(point, labels::EDGE_MASK, &info);
        Self::of_key(context.version, key, mine > other)
    }

    /// A client's self-mask `PRG(b_i)`.
    pub fn of_seed(context: &Context, client: ClientId, seed: &KeyScalar) -> Self {
        let info: [&[u8]; 2] = [&context.digest, &client.number().to_be_bytes()];
        let key = derive(seed.as_bytes(), labels::SELF_MASK, &info);
        Self::of_key(context.version, key, false)
    }

    /// The mask whose stream are the pads of a client and a trustee (`specs/committee.md` 3.1), from their
    /// Diffie-Hellman point.
    pub fn of_pads(
        context: &Context,
        client: ClientId,
        trustee: TrusteeId,
        point: &KeyPoint,
    ) -> Self {
        let (client, trustee) = (client.number(), trustee.number());
        let info: [&[u8]; 3] = [
            &context.digest,
            &client.to_be_bytes(),
            &trustee.to_be_bytes(),
        ];
        let key = derive_from_point(point, labels::COMMITTEE_PAD, &info);
        Self::of_key(context.version, key, false)
    }

    /// In version 1 one key had two uses: of the stream, and of the blindings of attested commitments.
    fn of_key(version: Version, key: DerivedKey, negative: bool) -> Self {
        let stream = match version {
            Version::V1 => key.clone(),
            Version::V2 => expand(key.as_ref(), labels::MASK_STREAM, &[]),
        };
        Self {
            key,
            stream,
            negative,
        }
    }

    /// The key that the stream and the blindings of attested commitments are derived from. Only the two ends of an edge, or the client of a self-mask, can derive it.
    pub(crate) fn key(&self) -> &DerivedKey {
        &self.key
    }

    /// Whether the stream is subtracted.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative
    }

    /// The stream from its beginning, without the sign of the mask.
    pub(crate) fn stream<G: Group>(&self) -> Stream<G> {
        Stream {
            source: ChaCha20Rng::from_seed(*self.stream),
            bytes: Zeroizing::new(Vec::new()),
            group: PhantomData,
        }
    }

    /// The mask that cancels this one.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            negative: !self.negative,
            ..self
        }
    }

    /// Adds the stream to a run of at most [`BLOCK`] scalars that begins at scalar `start`.
    fn add_to<G: Group>(&self, start: usize, run: &mut [G::Scalar]) {
        let mut stream = ChaCha20Rng::from_seed(*self.stream);
        stream.set_word_pos((start * G::MASK_LEN / 4) as u128);
        let mut bytes = Zeroizing::new(vec![0; run.len() * G::MASK_LEN]);
        stream.fill_bytes(&mut bytes);
        for (scalar, bytes) in run.iter_mut().zip(bytes.chunks_exact(G::MASK_LEN)) {
            if self.negative {
                *scalar -= G::mask(bytes);
            } else {
                *scalar += G::mask(bytes);
            }
        }
    }
}

/// The scalars of a mask, in order.
pub(crate) struct Stream<G> {
    source: ChaCha20Rng,
    bytes: Zeroizing<Vec<u8>>,
    group: PhantomData<G>,
}

impl<G: Group> Stream<G> {
    /// The next scalars, in the bytes that [`Group::mask`] takes. Cost: [`Group::MASK_LEN`] bytes
    /// of ChaCha20 a scalar.
    pub(crate) fn next(&mut self, count: usize) -> &[u8] {
        self.bytes.resize(count * G::MASK_LEN, 0);
        self.source.fill_bytes(&mut self.bytes);
        &self.bytes
    }
}

/// Adds masks to a vector, in parallel over the vector. Cost: [`Group::MASK_LEN`] bytes of ChaCha20
/// and one field addition a mask and scalar.
pub fn apply<G: Group>(vector: &mut [G::Scalar], masks: &[Mask]) {
    vector
        .par_chunks_mut(BLOCK)
        .enumerate()
        .for_each(|(block, run)| {
            for mask in masks {
                mask.add_to::<G>(block * BLOCK, run);
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest, test_runner::Config};
    use rand_core::OsRng;
    use veragg_circuits::group::ristretto::{Fr, Ristretto};

    fn edge_masks(clients: usize) -> Vec<Vec<Mask>> {
        let pairs: Vec<_> = (0..clients)
            .map(|_| KeyPair::generate(&mut OsRng))
            .collect();
        let id = ClientId::from_index;
        (0..clients)
            .map(|i| {
                (0..clients)
                    .filter(|&j| j != i)
                    .map(|j| {
                        Mask::of_edge(
                            &Context::sample(0),
                            id(i),
                            &pairs[i],
                            id(j),
                            pairs[j].public(),
                        )
                    })
                    .collect()
            })
            .collect()
    }

    proptest! {
        #![proptest_config(Config::with_cases(8))]
        #[test]
        fn edges_cancel_in_the_sum(clients in 2usize..6, len in 1usize..2500) {
            let mut sum = vec![Fr::from(0u64); len];
            for masks in edge_masks(clients) {
                let mut vector = vec![Fr::from(5u64); len];
                apply::<Ristretto>(&mut vector, &masks);
                prop_assert!(vector[len - 1] != Fr::from(5u64));
                for (sum, value) in sum.iter_mut().zip(vector) {
                    *sum += value;
                }
            }
            prop_assert_eq!(sum, vec![Fr::from(5 * clients as u64); len]);
        }

        #[test]
        fn an_inverse_takes_a_mask_away(len in 1usize..2500, seed: [u8; 32]) {
            let seed = KeyScalar::from_bytes_mod_order(seed);
            let mask = || Mask::of_seed(&Context::sample(0), ClientId::from_index(0), &seed);
            let mut vector = vec![Fr::from(1u64); len];
            apply::<Ristretto>(&mut vector, &[mask(), mask().inverse()]);
            prop_assert_eq!(vector, vec![Fr::from(1u64); len]);
        }
    }

    #[test]
    fn the_stream_is_the_one_that_is_specified() {
        // specs/protocol.md 4.4: scalar i is bytes 32 i .. 32 i + 32 of the ChaCha20 stream of the key that is
        // derived for it, in version 1 of the mask's key itself; 252 bits of them, little-endian; blocks change
        // nothing.
        for version in Version::ALL {
            let context = Context {
                version,
                ..Context::sample(7)
            };
            let mask = Mask::of_seed(&context, ClientId::from_index(2), &KeyScalar::from(11u64));
            let derived = expand::<32>(mask.key.as_ref(), "veragg/2 mask stream", &[]);
            let key = match version {
                Version::V1 => &mask.key,
                Version::V2 => &derived,
            };
            let mut stream = ChaCha20Rng::from_seed(**key);
            let want: Vec<Fr> = (0..3000)
                .map(|_| {
                    let mut bytes = [0; 32];
                    stream.fill_bytes(&mut bytes);
                    bytes[31] &= 15;
                    Ristretto::decode_scalar(&bytes, "mask").unwrap()
                })
                .collect();
            let mut vector = vec![Fr::from(0u64); 3000];
            apply::<Ristretto>(&mut vector, &[mask]);
            assert!(vector == want, "version {version}");
        }
    }
}
