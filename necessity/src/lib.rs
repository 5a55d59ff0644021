//! For each rule of the protocol and each step of the audit, an attack that it stops. The crate holds only tests:
//! `VERAGG_SWITCHES=1 cargo test -p veragg-necessity`.
