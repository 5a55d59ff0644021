//! Random rounds with random attackers.

use veragg_lab::committee::simulation::simulate;

#[test]
fn random_rounds_show_nothing() {
    let rounds = 60;
    let simulated = simulate(rounds, 1);
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
