//! Finds out the commit that the program is built from, for its reports: `VERAGG_COMMIT`, which a packager can set;
//! else what `cargo package` has noted; else git, if this is the repository of veragg. Needs no network, and the
//! result does not depend on the path or the time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const VARIABLE: &str = "VERAGG_COMMIT";

fn main() {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let commit = given()
        .or_else(|| packaged(&folder))
        .or_else(|| checked_out(&folder));
    let commit = commit.unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env={VARIABLE}={commit}");
}

/// The commit that the packager names.
fn given() -> Option<String> {
    let commit = env::var(VARIABLE).ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if commit.is_empty() || commit.len() > 64 || !commit.chars().all(is_plain) {
        println!("cargo::warning={VARIABLE} is not used: it must consist of 1 to 64 letters, digits and ._+-");
        return None;
    }
    Some(commit)
}

/// The commit that `cargo package` has noted beside the manifest.
fn packaged(folder: &Path) -> Option<String> {
    let note = fs::read_to_string(folder.join(".cargo_vcs_info.json")).ok()?;
    println!("cargo::rerun-if-changed=.cargo_vcs_info.json");
    let after = note.split("\"sha1\"").nth(1)?;
    let commit = after.split('"').nth(1)?;
    let is_digest = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
    is_digest.then(|| commit.to_owned())
}

/// The commit that is checked out, if this folder is the one of the verifier in the repository. A copy of the crate
/// in another repository has no commit.
fn checked_out(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let output = command.arg("-C").arg(folder).args(arguments).output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    let tracked = git(&["ls-files", "--error-unmatch", "--full-name", "Cargo.toml"])?;
    if tracked != "verifier/Cargo.toml" {
        return None;
    }
    // Both change when another commit is checked out. A file that does not exist would be taken for one that changed.
    for name in ["HEAD", "logs/HEAD"] {
        let path = folder.join(git(&["rev-parse", "--git-path", name])?);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(&["rev-parse", "HEAD"])
}
