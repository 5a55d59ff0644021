//! With `VERAGG_SWITCHES=1` in the environment, rules can be left out one by one (`src/switch.rs`): for
//! the tests in `necessity/`, and never in a release.

use std::env;

fn main() {
    println!("cargo:rustc-check-cfg=cfg(veragg_switches)");
    println!("cargo:rerun-if-env-changed=VERAGG_SWITCHES");
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("VERAGG_SWITCHES").is_none_or(|value| value.is_empty() || value == "0") {
        return;
    }
    let profile = env::var("PROFILE").unwrap_or_default();
    assert!(
        profile != "release",
        "VERAGG_SWITCHES is set: a release must not be built so that rules can be left out. Unset it"
    );
    println!("cargo:warning=VERAGG_SWITCHES is set: tests can leave out any rule of this build");
    println!("cargo:rustc-cfg=veragg_switches");
}
