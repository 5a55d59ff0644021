//! What the simulation found, as the smallest scenarios that showed it.
#![allow(clippy::unwrap_used)]

use veragg_lab::scenario::Scenario;
use veragg_protocol::circuits::proof_system::Suite;

fn plays(seed: u64, attacks: &str) {
    let text = format!(
        "title = 't'\ntries = 't'\nstopped = 's'\n[round]\nclients = 4\n[[round.segment]]\nlen = 1\nbound = 11\n{attacks}\n[expect]\nverdict = 'unfinished'\ncontributors = []\n"
    );
    let played = Scenario::parse(&text)
        .unwrap()
        .play_on(Suite::DEFAULT, seed);
    assert!(played.is_ok(), "{attacks}: {:?}", played.err());
}

/// The attacker took its body to be cut for three holders, although one of them had not advertised: it panicked.
#[test]
fn a_dealer_of_high_degree_whose_holders_are_fewer() {
    let high_degree = "[[cheat]]\nclient = 3\ndoes = 'high-degree'\n";
    let replay = "[[cheat]]\nclient = 1\ndoes = { replay = { phase = 'advertise' } }\n";
    let impersonate =
        "[[cheat]]\nclient = 1\ndoes = { impersonate = { phase = 'advertise', victim = 2 } }\n";
    plays(8786961716231522336, &format!("{high_degree}{replay}"));
    plays(1884767567589328096, &format!("{high_degree}{impersonate}"));
}
