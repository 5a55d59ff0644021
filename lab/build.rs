//! Makes the list of all files in `scenarios/`.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let folder = fs::canonicalize("scenarios")?;
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|it| it.to_str())) {
            names.push((name.to_owned(), path.clone()));
        }
    }
    names.sort();
    let mut list = "static ALL: &[Entry] = &[\n".to_owned();
    for (name, path) in names {
        let entry = writeln!(
            list,
            "    Entry {{ name: {name:?}, text: include_str!({path:?}) }},"
        );
        entry.map_err(io::Error::other)?;
    }
    list.push_str("];\n");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("catalogue.rs"), list)
}
