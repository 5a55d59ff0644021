//! Makes the list of all files in `scenarios/`.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let mut names = Vec::new();
    for entry in fs::read_dir("scenarios")? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|it| it.to_str())) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut list = "static ALL: &[Entry] = &[\n".to_owned();
    for name in names {
        // The folder is that of the crate that is compiled, also where several copies of it share what was compiled.
        let file = format!("/scenarios/{name}.toml");
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))");
        let entry = writeln!(list, "    Entry {{ name: {name:?}, text: {text} }},");
        entry.map_err(io::Error::other)?;
    }
    list.push_str("];\n");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("catalogue.rs"), list)
}
