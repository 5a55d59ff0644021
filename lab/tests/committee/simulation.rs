//! Random rounds with random attackers.

use veragg_lab::committee::simulation::simulate;

fn finds_nothing(rounds: u64, seed: u64) {
    let simulated = simulate(rounds, seed);
    assert_eq!(simulated.played, rounds);
    let findings: Vec<String> = simulated
        .findings
        .iter()
        .map(|finding| {
            format!(
                "round {}: {}\n{}",
                finding.round, finding.what, finding.drawn
            )
        })
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    // There are rounds of each kind.
    for some in [simulated.named, simulated.unfinished] {
        assert!(some > 0 && some < rounds, "{some} of {rounds}");
    }
}

#[test]
fn random_rounds_show_nothing() {
    finds_nothing(60, 1);
}

#[test]
#[ignore = "long"]
fn many_random_rounds_show_nothing() {
    finds_nothing(10_000, 2);
}
