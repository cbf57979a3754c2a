//! Embeds every file under `templates/`, so that the tool's version fixes what it generates: large ones
//! compressed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use miniz_oxide::deflate::compress_to_vec;

/// From so many bytes a file is compressed. One in ten is; they make up two thirds of what can be gained, and no
/// project is made of many of them, each of which takes its time.
const LARGE: usize = 4000;

/// The highest level that a `deflate` of others has, too.
const LEVEL: u8 = 9;

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
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = format!(
        "/// Every file under `templates/`, by path.\npub static TEMPLATES: [Embedded; {}] = [\n",
        files.len()
    );
    for (index, file) in files.iter().enumerate() {
        let (name, text) = (name(file), fs::read_to_string(file)?);
        let row = if text.len() < LARGE {
            format!("plain({name:?}, {text:?})")
        } else {
            let packed = out.join(format!("{index}.deflate"));
            fs::write(&packed, compress_to_vec(text.as_bytes(), LEVEL))?;
            let place = packed.display().to_string();
            format!("packed({name:?}, include_bytes!({place:?}))")
        };
        writeln!(table, "    Embedded::{row},").map_err(io::Error::other)?;
    }
    table.push_str("];\n");
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
