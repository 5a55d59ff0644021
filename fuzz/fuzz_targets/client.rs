//! The client: arbitrary and changed packages in every state, and arbitrary and changed saved
//! states. No party is blamed for bytes that no party signed.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::client::Blame;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::roles::Client;
use veragg_fuzz::{input, mutate, rng, sample, Sample};
use zeroize::Zeroizing;

fuzz_target!(|data: &[u8]| {
    let [kind, phase, number, data @ ..] = data else {
        return;
    };
    let (sample, phase) = (sample(), Sample::phase(*phase));
    let (index, client) = sample.client(phase, *number);
    let step = &sample.steps[phase][index];
    let changed = |valid: &[u8]| {
        let mut bytes = valid.to_vec();
        mutate(&mut bytes, data);
        bytes
    };
    match kind % 4 {
        0 => advance(index, client, data),
        1 => advance(index, client, &changed(&step.package)),
        2 => resume(index, data, &step.package),
        _ => resume(index, &changed(&step.saved), &step.package),
    }
});

fn advance(index: usize, mut client: Client, package: &[u8]) {
    let mut store = Zeroizing::new(Vec::new());
    let input = input(ClientId::from_index(index));
    let answer = client.advance(package, Some(&input), &mut rng(), &mut store);
    if let Err(error) = answer {
        assert_eq!(error.blame(), Blame::Nobody, "{error}");
        assert!(store.is_empty());
    }
}

fn resume(index: usize, saved: &[u8], package: &[u8]) {
    let local = &sample().local;
    let (round, key) = (Arc::clone(&local.round), &local.client_keys[index]);
    if let Ok((mut client, _)) = Client::resume(round, Arc::clone(key), saved) {
        let mut store = Zeroizing::new(Vec::new());
        let input = input(ClientId::from_index(index));
        let _ = client.advance(package, Some(&input), &mut rng(), &mut store);
    }
}
