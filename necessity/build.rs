//! The tests need a build in which rules can be left out (`protocol/src/switch.rs`). So they are compiled only
//! with `VERAGG_SWITCHES=1` in the environment.

use std::env;

fn main() {
    println!("cargo:rustc-check-cfg=cfg(veragg_switches)");
    println!("cargo:rerun-if-env-changed=VERAGG_SWITCHES");
    println!("cargo:rerun-if-changed=build.rs");
    // The same condition as in `protocol/build.rs`.
    if env::var_os("VERAGG_SWITCHES").is_some_and(|value| !value.is_empty() && value != "0") {
        println!("cargo:rustc-cfg=veragg_switches");
    }
}
