//! An attacker of one's own: a client whose proof is changed. It is played in a whole round, and the audit names it.

use std::sync::Arc;

use veragg::lab::{sign_again, Scene};
use veragg::local::{LocalClient, Party};
use veragg::{ClientId, Phase, SigningKey};

/// It wraps an honest client, and has its key.
struct Attacker {
    honest: LocalClient,
    key: Arc<SigningKey>,
    lengths: Vec<usize>,
}

impl Party for Attacker {
    fn id(&self) -> ClientId {
        self.honest.id()
    }

    /// In submit it changes a bit of its proof. Here is the place for what you want to try.
    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let messages = self.honest.speak(phase, package);
        if phase != Phase::Submit {
            return messages;
        }
        let change = |message: &Vec<u8>| {
            sign_again(&self.key, message, &self.lengths, &mut |parts| {
                parts[0][40] ^= 1;
            })
        };
        messages.iter().map(change).collect()
    }
}

fn main() {
    // Four clients with three numbers below 100 each. The third one attacks.
    let mut scene = Scene::new(4, &[(3, 100)]);
    scene.parties[2] = Box::new(Attacker {
        honest: scene.honest(3),
        key: scene.key(3),
        lengths: scene.local.round.submit_lengths(),
    });
    let report = scene.play().audit();
    println!("{report}");
    assert_eq!(report.contributors, [1, 2, 4]);
    assert_eq!(report.faults[0].culprit.to_string(), "client 3");
}
