//! Embeds every file under `templates/`, so that the tool's version fixes what it generates.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=templates");
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("templates");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    let name = |file: &PathBuf| {
        let name = file.strip_prefix(&root).unwrap_or(file);
        name.to_string_lossy().replace('\\', "/")
    };
    // As strings, the order in which layers are searched: by folders it would be another.
    files.sort_by_key(name);
    let mut table = String::from("&[\n");
    for file in files {
        let place = file.display().to_string();
        writeln!(table, "    ({:?}, include_str!({place:?})),", name(&file))
            .map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("templates.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
