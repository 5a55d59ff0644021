//! Scenarios that ask for the largest numbers there are: each is played, or refused with an error.
#![allow(clippy::unwrap_used)]

use veragg_lab::scenario::{Scenario, Unplayable};
use veragg_protocol::circuits::proof_system::Suite;

fn scenario(more: &str) -> Scenario {
    let text = format!(
        "title = 't'\ntries = 't'\nstopped = 's'\n{more}\n[expect]\nverdict = 'verified'\ncontributors = []\n"
    );
    Scenario::parse(&text).unwrap()
}

#[test]
fn numbers_that_are_too_large_are_no_attack() {
    let cheats = [
        "swap = { points = [0, 9223372036854775807] }",
        "swap = { points = [288230376151711743, 1] }",
        "flip = { phase = 'submit', byte = 9223372036854775807 }",
        "flip = { phase = 'submit', byte = -9223372036854775808 }",
        "unreduced = { phase = 'submit', byte = 9223372036854775807 }",
        "overwrite = { phase = 'submit', at = 9223372036854775807, bytes = '00' }",
        "length = { phase = 'submit', by = -9223372036854775808 }",
        "masked = { scalar = 0, by = -9223372036854775808 }",
        "shift = { coordinate = 0, by = -9223372036854775808 }",
    ];
    for does in cheats {
        let scenario = scenario(&format!("[[cheat]]\nclient = 3\ndoes = {{ {does} }}\n"));
        let outcome = scenario.play_on(Suite::DEFAULT, 1);
        assert!(outcome.is_ok(), "{does}: {:?}", outcome.err());
    }
    let of_aggregator = [
        "sum-length = { by = -9223372036854775808 }",
        "sum = { scalar = 0, by = -9223372036854775808 }",
    ];
    for act in of_aggregator {
        let outcome = scenario(&format!("[[aggregator]]\n{act}\n")).play_on(Suite::DEFAULT, 1);
        assert!(outcome.is_ok(), "{act}: {:?}", outcome.err());
    }
    // Such a record is longer than any of this round, so that the file is no board.
    let longest = scenario("[[aggregator]]\nsum-length = { by = 9223372036854775807 }\n");
    let error = longest.play_on(Suite::DEFAULT, 1).unwrap_err();
    assert!(matches!(error, Unplayable::Board(_)), "{error}");
    for byte in [i64::MAX, i64::MIN] {
        let file = format!("[[file]]\nflip = {{ record = 'publication', byte = {byte} }}\n");
        assert!(scenario(&file).play_on(Suite::DEFAULT, 1).is_ok());
    }
}

#[test]
fn places_that_there_are_not_are_refused() {
    for does in [
        "shift = { coordinate = 9223372036854775807, by = 1 }",
        "masked = { scalar = 9223372036854775807, by = 1 }",
        "other-claims = { values = [1], bound = 9223372036854775807 }",
        "other-claims = { values = [9, 9, 9], bound = 0 }",
        "forged-proof = { coordinate = 0, by = 1 }",
    ] {
        let scenario = scenario(&format!("[[cheat]]\nclient = 3\ndoes = {{ {does} }}\n"));
        let error = scenario.play_on(Suite::DEFAULT, 1).unwrap_err();
        assert!(matches!(error, Unplayable::Attack(_)), "{does}: {error}");
    }
}

#[test]
fn a_round_that_is_too_long_for_a_set_up_is_refused_before_it_is_played() {
    let long = scenario("[[round.segment]]\nlen = 10000\nbound = 65536\n");
    let error = long.play_on(Suite::Bls12381Groth16, 1).unwrap_err();
    assert!(error.is_for_suite(), "{error}");
}
