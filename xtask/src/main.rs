//! The repository's own commands: `cargo xtask setup`, `cargo xtask test`, `cargo xtask nightly`,
//! `cargo xtask catalogue`.

mod catalogue;
mod nightly;
#[path = "../../tests/projects/mod.rs"]
mod projects;
mod setup;
mod tiers;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <COMMAND>

  setup                        install the toolchains and targets that the tests need
  test                         set up, then format, lints and every tier of the suite
  nightly [--newest TOOLCHAIN] every path with the Rust it declares, with the newest, and for
                               Windows and macOS; writes reports/nightly.md (default: stable)
  catalogue [--check]          src/catalog/chips.tsv from the sources that xtask/catalogue names;
                               with --check only compares";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["setup"] => setup::run(),
        ["test"] => setup::run().and_then(|()| tiers::run()),
        ["nightly"] => nightly::run("stable"),
        ["nightly", "--newest", toolchain] => nightly::run(toolchain),
        ["catalogue"] => catalogue::run(false),
        ["catalogue", "--check"] => catalogue::run(true),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
