//! The client: arbitrary and changed packages in every state, and arbitrary and changed saved
//! states. No party is blamed for bytes that no party signed, and only the aggregator for what the aggregator signed
//! again. An answer is the client's own, to the checkpoint of the package, and its store has the same answer.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::client::{Blame, ClientError};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::roles::Client;
use veragg::protocol::wire::message::{Message, Sender};
use veragg_fuzz::{edit_package, input, mutate, rng, sample, session, Sample, Script, CLIENTS};
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
    match kind % 6 {
        0 => advance(index, client, data, false),
        1 => advance(index, client, &changed(&step.package), false),
        2 => resume(index, data, &step.package),
        3 => resume(index, &changed(&step.saved), &step.package),
        number => {
            let signed = number == 5;
            if let Some(package) = edited(phase, index, signed, data) {
                advance(index, client, &package.encode(), signed);
            }
        }
    }
});

/// The client's package after edits of what it is made of. If `signed`, the aggregator signs the checkpoint again.
fn edited(phase: usize, index: usize, signed: bool, data: &[u8]) -> Option<Package> {
    let mut script = Script(data);
    let source = script.byte()?;
    let decode = |bytes: &[u8]| Package::decode(bytes, CLIENTS).ok();
    let mut package = decode(&sample().steps[phase][index].package)?;
    // What is put in comes from another client or from another phase. A second session is one that the aggregator
    // signed beside the first.
    let from = if signed { session() } else { sample() };
    let from_phase = if source & 8 == 0 {
        phase
    } else {
        Sample::phase(source >> 4)
    };
    let other = decode(&from.steps[from_phase][usize::from(source) % CLIENTS as usize].package)?;
    if signed {
        script.edit_shown(&mut package)?;
    }
    while edit_package(&mut package, &other, &mut script).is_some() {}
    Some(package)
}

fn advance(index: usize, mut client: Client, package: &[u8], signed: bool) {
    let mut store = Zeroizing::new(Vec::new());
    let id = ClientId::from_index(index);
    let answer = client.advance(package, Some(&input(id)), &mut rng(), &mut store);
    match answer {
        Err(error) => {
            let right = match error.blame() {
                Blame::Nobody => true,
                Blame::Aggregator => signed,
                // The second session is that of another device with the same key.
                Blame::Caller => signed && matches!(error, ClientError::OtherDevice { .. }),
            };
            assert!(right, "{error}");
            assert!(store.is_empty());
        }
        Ok(message) => {
            let local = &sample().local;
            let (round, key) = (
                Arc::clone(&local.round),
                Arc::clone(&local.client_keys[index]),
            );
            let (_, again) = Client::resume(round, key, &store).expect("its own state");
            assert_eq!(again, message);
            if let Some(message) = message {
                answers(id, &message, package);
            }
        }
    }
}

/// The message is the client's own, and answers the checkpoint of the package.
fn answers(id: ClientId, message: &[u8], package: &[u8]) {
    let round = &sample().local.round;
    let envelope = Message::decode(message).expect("its own message").envelope;
    assert_eq!(envelope.sender, Sender::Client(id));
    assert!(envelope.is_signed_by(&round.roster().key(id).expect("it is on the roster")));
    let checkpoint = match Package::decode(package, CLIENTS) {
        Ok(package) => package.checkpoint,
        // Before the first phase there is no package.
        Err(_) => return assert_eq!(envelope.answers, round.context().digest),
    };
    if envelope.answers != round.context().digest {
        assert_eq!(envelope.answers, checkpoint.digest());
        assert!(checkpoint.is_signed_by(&round.configuration().aggregator));
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
