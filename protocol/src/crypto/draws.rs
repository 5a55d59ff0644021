//! What a client draws the secrets of a round from (`specs/protocol.md` 4.1).

use merlin::Transcript;
use rand_core::CryptoRngCore;
use veragg_circuits::hedged::{Hedge, Stream};
use veragg_circuits::transcript::TranscriptExt;

use crate::crypto::context::Context;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::crypto::signing::SigningKey;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    /// The keys of the round.
    RoundKeys,
    /// The seed of the self-mask, and the polynomials that share it and the mask secret.
    Dealing,
}

/// The stream for one use, of a client that answers a checkpoint, at first the context.
pub(crate) fn stream(
    identity: &SigningKey,
    context: &Context,
    client: ClientId,
    answers: &Digest,
    of: Use,
    rng: &mut dyn CryptoRngCore,
) -> Stream {
    let mut transcript = Transcript::new(labels::ROUND_SECRETS.as_bytes());
    transcript.append_message(b"context", &context.digest);
    transcript.absorb_u64(b"client", u64::from(client.number()));
    transcript.append_message(b"answers", answers);
    let purpose = match of {
        Use::RoundKeys => "round keys",
        Use::Dealing => "dealing",
    };
    Hedge::new(&transcript, purpose)
        .secret(b"identity", identity.to_bytes().as_ref())
        .stream(rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore, SeedableRng};

    #[test]
    fn a_repeated_generator_repeats_no_secret_of_anything_else() {
        let draw = |identity: u8, context: u8, client: usize, answers: u8, of, seed: u64| {
            let mut bytes = [0; 32];
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            stream(
                &SigningKey::from_bytes(&[identity; 32]),
                &Context::sample(context),
                ClientId::from_index(client),
                &[answers; 32],
                of,
                &mut rng,
            )
            .fill_bytes(&mut bytes);
            bytes
        };
        let first = draw(1, 1, 1, 1, Use::RoundKeys, 1);
        assert_eq!(first, draw(1, 1, 1, 1, Use::RoundKeys, 1));
        let others = [
            draw(2, 1, 1, 1, Use::RoundKeys, 1),
            draw(1, 2, 1, 1, Use::RoundKeys, 1),
            draw(1, 1, 2, 1, Use::RoundKeys, 1),
            draw(1, 1, 1, 2, Use::RoundKeys, 1),
            draw(1, 1, 1, 1, Use::Dealing, 1),
            draw(1, 1, 1, 1, Use::RoundKeys, 2),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(first, *other, "{index}");
        }
    }
}
