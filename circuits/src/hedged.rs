//! What provers draw (`specs/proofs.md` 4.4): blindings, nonces and seeds come from a stream that
//! is keyed with what the proof is about, the secrets of the prover, and the caller's generator.
//!
//! A response `k + e w` gives the secret `w` away if the nonce `k` occurs again under another `e`.
//! So a generator that repeats, as that of a machine that was copied or restored, must not repeat
//! a nonce in a proof of anything else. And what is derived must not be worse than the generator:
//! if the hash failed, the stream would still be as good as the caller's.

use ark_ff::PrimeField;
use merlin::TranscriptRngBuilder;
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, CryptoRngCore, Error, RngCore, SeedableRng};
use zeroize::Zeroizing;

use crate::statement::Statement;
use crate::transcript::Transcript;

/// Coordinates that are absorbed at a time, so that the buffer for them is short.
const RUN: usize = 1 << 12;

/// A stream in the making.
pub struct Hedge(TranscriptRngBuilder);

impl Hedge {
    /// For one use, of what `transcript` has absorbed. The transcript itself stays as it is.
    pub fn new(transcript: &Transcript, purpose: &'static str) -> Self {
        let mut copy = transcript.clone();
        copy.append_message(b"draw", purpose.as_bytes());
        Self(copy.build_rng())
    }

    /// Keys it with a secret of the prover.
    #[must_use]
    pub fn secret(self, label: &'static [u8], bytes: &[u8]) -> Self {
        Self(self.0.rekey_with_witness_bytes(label, bytes))
    }

    /// Keys it with secret scalars.
    #[must_use]
    pub fn scalars<F: PrimeField>(self, label: &'static [u8], scalars: &[F]) -> Self {
        let each = 8 * F::zero().into_bigint().as_ref().len();
        // Allocated at full size: a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(vec![0; each * scalars.len()]);
        for (to, scalar) in bytes.chunks_exact_mut(each).zip(scalars) {
            let limbs = Zeroizing::new(scalar.into_bigint());
            for (to, limb) in to.chunks_exact_mut(8).zip(limbs.as_ref()) {
                to.copy_from_slice(&limb.to_le_bytes());
            }
        }
        self.secret(label, &bytes)
    }

    /// Keys it with an input, which satisfies the statement. Cost: a hash over the bytes that its
    /// bounds take.
    #[must_use]
    pub fn input(mut self, statement: &Statement, x: &[u64]) -> Self {
        let mut buffer = Zeroizing::new([0; 8 * RUN]);
        let mut rest = x;
        for segment in statement.segments() {
            let (values, tail) = rest.split_at(segment.len);
            let zeros = (segment.bound - 1).leading_zeros() as usize / 8;
            let each = 8 - zeros;
            for run in values.chunks(RUN) {
                let bytes = &mut buffer[..each * run.len()];
                for (to, value) in bytes.chunks_exact_mut(each).zip(run) {
                    to.copy_from_slice(&value.to_be_bytes()[zeros..]);
                }
                self = self.secret(b"input", bytes);
            }
            rest = tail;
        }
        self
    }

    /// The stream. Takes 64 bytes of the caller's generator.
    pub fn stream(self, mut rng: &mut dyn CryptoRngCore) -> Stream {
        let mut seed = Zeroizing::new([0; 32]);
        self.0.finalize(&mut rng).fill_bytes(seed.as_mut());
        let mut own = Zeroizing::new([0; 32]);
        rng.fill_bytes(own.as_mut());
        for (seed, own) in seed.iter_mut().zip(own.iter()) {
            *seed ^= own;
        }
        Stream(Box::new(ChaCha20Rng::from_seed(*seed)))
    }
}

/// What a prover draws from: a ChaCha20 key stream. It is overwritten when it is dropped.
pub struct Stream(Box<ChaCha20Rng>);

impl Drop for Stream {
    fn drop(&mut self) {
        *self.0 = ChaCha20Rng::from_seed([0; 32]);
        // Else the compiler may leave out a write that nobody reads.
        std::hint::black_box(&mut self.0);
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.try_fill_bytes(bytes)
    }
}

impl CryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::Fr;
    use crate::statement::Segment;

    fn generator() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(7)
    }

    fn transcript(context: u8) -> Transcript {
        let mut transcript = Transcript::new(b"test");
        transcript.append_message(b"context", &[context; 32]);
        transcript
    }

    fn first(hedge: Hedge, mut rng: ChaCha20Rng) -> [u8; 64] {
        let mut bytes = [0; 64];
        hedge.stream(&mut rng).fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn each_part_of_the_key_counts() {
        let statement = |bounds: [u64; 2]| {
            Statement::new(bounds.map(|bound| Segment::range(2, bound)).to_vec()).unwrap()
        };
        let of = |context, use_of, bounds, x: [u64; 4], secret: &[u8], rng| {
            let hedge = Hedge::new(&transcript(context), use_of);
            first(
                hedge.input(&statement(bounds), &x).secret(b"s", secret),
                rng,
            )
        };
        let (bounds, x) = ([300, 4], [299, 1, 3, 0]);
        let mut later = generator();
        later.next_u64();
        let all = [
            of(1, "a", bounds, x, b"k", generator()),
            of(2, "a", bounds, x, b"k", generator()),
            of(1, "b", bounds, x, b"k", generator()),
            of(1, "a", bounds, [299, 1, 3, 1], b"k", generator()),
            of(1, "a", bounds, [43, 1, 3, 0], b"k", generator()),
            of(1, "a", [300, 300], x, b"k", generator()),
            of(1, "a", bounds, x, b"l", generator()),
            of(1, "a", bounds, x, b"k", later),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other != one), "{i}");
        }
        // With the same key it is the same: a proof can be made again.
        assert_eq!(of(1, "a", bounds, x, b"k", generator()), all[0]);
    }

    #[test]
    fn long_inputs_are_absorbed_to_their_end() {
        let len = 2 * RUN + 1;
        let statement = Statement::new(vec![Segment::range(len, 1 << 16)]).unwrap();
        let of = |at: usize| {
            let mut x = vec![5; len];
            x[at] = 6;
            let hedge = Hedge::new(&transcript(1), "a").input(&statement, &x);
            first(hedge, generator())
        };
        let all = [0, RUN - 1, RUN, 2 * RUN].map(of);
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other != one), "{i}");
        }
    }

    #[test]
    fn scalars_count_as_their_encodings() {
        let scalars = [3u64, u64::MAX].map(Fr::from);
        let encoded = [3u64, u64::MAX].map(|x| [&x.to_le_bytes()[..], &[0; 24]].concat());
        let hedge = || Hedge::new(&transcript(1), "a");
        assert_eq!(
            first(hedge().scalars(b"s", &scalars), generator()),
            first(hedge().secret(b"s", &encoded.concat()), generator())
        );
    }

    /// The text of 4.4, step by step.
    #[test]
    fn the_seed_is_that_of_the_specification() {
        let mut copy = transcript(1);
        copy.append_message(b"draw", b"a");
        let mut rng = generator();
        let built = copy.build_rng().rekey_with_witness_bytes(b"s", b"k");
        let (mut seed, mut own) = ([0; 32], [0; 32]);
        built.finalize(&mut rng).fill_bytes(&mut seed);
        rng.fill_bytes(&mut own);
        let joined: [u8; 32] = std::array::from_fn(|i| seed[i] ^ own[i]);
        let mut want = [0; 64];
        ChaCha20Rng::from_seed(joined).fill_bytes(&mut want);
        let hedge = Hedge::new(&transcript(1), "a").secret(b"s", b"k");
        assert_eq!(first(hedge, generator()), want);
        // Whatever the hash gives, each value of `own` leads to another seed: a hash that fails
        // leaves the stream as good as the generator.
        assert_ne!(own, [0; 32]);
    }

    #[test]
    fn the_transcript_stays_as_it_is() {
        let challenge = |mut transcript: Transcript| {
            let mut bytes = [0; 32];
            transcript.challenge_bytes(b"c", &mut bytes);
            bytes
        };
        let used = transcript(1);
        let _ = first(Hedge::new(&used, "a").secret(b"s", b"k"), generator());
        assert_eq!(challenge(used), challenge(transcript(1)));
    }
}
