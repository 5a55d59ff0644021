//! For each rule and each step of the audit the attack that it stops. There is nothing here but tests:
//! `VERAGG_SWITCHES=1 cargo test -p veragg-necessity`.
