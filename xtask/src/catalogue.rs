//! `src/catalog/chips.tsv`, derived from the sources of the hardware abstraction layers and of probe-rs.
//!
//! What is derived and what is looked up by hand, by family, is said in the parts: `stm32`, `nordic`,
//! `others`, `community`. The sources are those of `xtask/catalogue/Cargo.toml`, which cargo fetches and verifies.

mod community;
mod nordic;
mod others;
mod probe;
mod rows;
mod sources;
mod stm32;

use std::fs;
use std::path::PathBuf;

use sources::Sources;

/// How many lines of a difference are worth printing.
const SHOWN: usize = 40;

/// Writes the catalogue anew, or with `check` only compares.
pub fn run(check: bool) -> Result<(), String> {
    let derived = derive()?;
    let path = path();
    if !check {
        fs::write(&path, &derived).map_err(|error| format!("cannot write the chips: {error}"))?;
        println!("{} bytes in {}", derived.len(), path.display());
        return Ok(());
    }
    let kept = fs::read_to_string(&path).map_err(|error| format!("cannot read: {error}"))?;
    match difference(&kept, &derived) {
        None => Ok(()),
        Some(lines) => Err(format!(
            "the sources say otherwise than `chips.tsv` (`cargo xtask catalogue` renews it):\n{lines}"
        )),
    }
}

/// The text of `chips.tsv`, as the sources give it.
fn derive() -> Result<String, String> {
    let sources = Sources::find()?;
    let probe = probe::Targets::read(&sources.probe_rs.path)?;
    let mut rows = stm32::rows(&sources, &probe)?;
    rows.extend(nordic::rows(&sources, &probe)?);
    rows.extend(others::rows(&sources, &probe)?);
    rows.extend(community::rows(&sources, &probe)?);
    rows::text(&sources, rows)
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src/catalog/chips.tsv")
}

/// The lines that are in one text only: `-` in the kept, `+` in the derived one.
fn difference(kept: &str, derived: &str) -> Option<String> {
    if kept == derived {
        return None;
    }
    let only = |sign: char, these: &str, others: &str| -> Vec<String> {
        let others: std::collections::HashSet<&str> = others.lines().collect();
        let lines = these.lines().filter(|line| !others.contains(line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let mut lines = only('-', kept, derived);
    lines.truncate(SHOWN);
    let mut added = only('+', derived, kept);
    added.truncate(SHOWN);
    lines.extend(added);
    if lines.is_empty() {
        lines.push("the same lines in another order".to_owned());
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests;
