//! A fixed number of random rounds, on every change.
#![allow(clippy::unwrap_used)]

use veragg_lab::simulation::simulate;
use veragg_protocol::circuits::proof_system::Suite;

#[test]
fn the_oracle_objects_to_nothing() {
    let rounds = std::env::var("VERAGG_ROUNDS").map_or(400, |text| text.parse().unwrap());
    let seed = std::env::var("VERAGG_SEED").map_or(1, |text| text.parse().unwrap());
    let suite = std::env::var("VERAGG_SUITE").map_or(Suite::DEFAULT, |name| name.parse().unwrap());
    let simulated = simulate(suite, rounds, seed);
    for finding in &simulated.findings {
        println!(
            "round {}, played from seed {}: {:?}",
            finding.round, finding.seed, finding.what
        );
        println!("{}", finding.scenario.to_toml().unwrap());
    }
    println!(
        "{} played, {} unplayable, {} unfinished, {} with somebody named",
        simulated.played, simulated.unplayable, simulated.unfinished, simulated.named
    );
    assert!(
        simulated.findings.is_empty(),
        "{} findings",
        simulated.findings.len()
    );
    // It plays most of what it draws, and attacks show. Other suites have no proof for many statements.
    let least = if suite == Suite::DEFAULT { 3 } else { 10 };
    assert!(simulated.played > rounds / least && simulated.named > rounds / (3 * least + 1));
}
