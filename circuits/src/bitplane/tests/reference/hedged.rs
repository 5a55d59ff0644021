//! What a prover draws from, by the text of 4.4 and 7.5.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

use super::setting::Setting;
use super::transcript::Transcript;
use crate::proof_system::Binding;

/// The stream of a prover that holds `x`, and whose own generator is `rng`.
pub(crate) fn stream(
    setting: &Setting,
    binding: &Binding,
    x: &[u64],
    rng: &mut ChaCha20Rng,
) -> ChaCha20Rng {
    let mut transcript = Transcript::open(setting, binding, None).inner;
    transcript.append_message(b"draw", b"bitplane");
    let mut builder = transcript.build_rng();
    let mut rest = x;
    for segment in setting.statement.segments() {
        let largest = segment.bound - 1;
        let bytes = (1..8).find(|n| largest >> (8 * n) == 0).unwrap_or(8);
        let (own, behind) = rest.split_at(segment.len);
        for run in own.chunks(4096) {
            let all = run.iter().map(|x| x.to_be_bytes()[8 - bytes..].to_vec());
            let all: Vec<_> = all.collect();
            builder = builder.rekey_with_witness_bytes(b"input", &all.concat());
        }
        rest = behind;
    }
    let (mut derived, mut own) = ([0; 32], [0; 32]);
    builder.finalize(rng).fill_bytes(&mut derived);
    rng.fill_bytes(&mut own);
    ChaCha20Rng::from_seed(std::array::from_fn(|i| derived[i] ^ own[i]))
}
