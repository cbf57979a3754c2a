//! Whether a project gets a repository of its own where nobody said: as `cargo new` decides it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use toml_edit::DocumentMut;

use crate::failure::{Failure, Result};
use crate::workspace::real;
use crate::write::Vcs;

/// None inside a repository, otherwise what cargo's configuration says, otherwise git.
///
/// # Errors
///
/// Where the configuration asks for a system that this tool does not set up.
pub fn usual(destination: &Path) -> Result<Vcs> {
    if in_repository(&real(destination)) {
        return Ok(Vcs::None);
    }
    let configured = env::var("CARGO_CARGO_NEW_VCS").ok();
    match configured.or_else(from_files).as_deref() {
        None | Some("git") => Ok(Vcs::Git),
        Some("none") => Ok(Vcs::None),
        Some(other) => Err(Failure::usage(format!(
            "cargo's configuration has `{}` for `cargo-new.vcs`, which this tool does not set up",
            other.escape_debug()
        ))
        .help("say it here: `--vcs git` or `--vcs none`")),
    }
}

/// Whether a repository is around the project that takes it in: not one that ignores its folder.
fn in_repository(destination: &Path) -> bool {
    let mut above = destination.ancestors().skip(1);
    let Some(anchor) = above.find(|folder| folder.exists()) else {
        return false;
    };
    let is_root = |folder: &Path| folder.join(".git").exists();
    is_root(anchor) || (anchor.ancestors().any(is_root) && !is_ignored(anchor))
}

fn is_ignored(folder: &Path) -> bool {
    let mut git = Command::new("git");
    git.args(["check-ignore", "--quiet", "."]);
    git.current_dir(folder).stdin(Stdio::null());
    git.stdout(Stdio::null()).stderr(Stdio::null());
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    git.status().is_ok_and(|status| status.success())
}

/// What cargo's configuration files say, from here up and at last at home.
fn from_files() -> Option<String> {
    let here = env::current_dir().ok()?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let folders = here.ancestors().map(|folder| folder.join(".cargo"));
    folders.chain(home).find_map(|folder| from_file(&folder))
}

fn from_file(folder: &Path) -> Option<String> {
    // Of the two names, cargo prefers the old one where both are there.
    let text = ["config", "config.toml"]
        .iter()
        .find_map(|name| fs::read_to_string(folder.join(name)).ok())?;
    let config: DocumentMut = text.parse().ok()?;
    let vcs = config.get("cargo-new")?.get("vcs")?.as_str()?;
    Some(vcs.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::from_file;

    #[test]
    fn a_configuration_file_is_read_and_a_broken_one_left_to_cargo() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(from_file(folder.path()), None);
        for (text, vcs) in [
            ("[cargo-new]\nvcs = \"none\"\n", Some("none")),
            ("cargo-new.vcs = \"hg\"\n", Some("hg")),
            ("[build]\njobs = 1\n", None),
            ("[cargo-new\n", None),
        ] {
            fs::write(folder.path().join("config.toml"), text).expect("a file");
            assert_eq!(from_file(folder.path()).as_deref(), vcs, "{text}");
        }
    }
}
