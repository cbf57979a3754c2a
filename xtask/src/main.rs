//! The repository's own commands: `cargo xtask setup`, `cargo xtask test`, `cargo xtask nightly`,
//! `cargo xtask combinations`, `cargo xtask features`, `cargo xtask chips`, `cargo xtask catalogue`.

#[path = "../../tests/firmware/boot.rs"]
#[allow(dead_code, reason = "the firmware tier uses the rest")]
mod boot;
mod catalogue;
mod chips;
mod combinations;
#[path = "../../tests/firmware/elf.rs"]
#[allow(dead_code, reason = "the firmware tier uses the rest")]
mod elf;
mod features;
mod nightly;
#[path = "../../tests/projects/mod.rs"]
mod projects;
mod rows;
mod setup;
mod tiers;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <COMMAND>

  setup                        install the toolchains and targets that the tests need
  test                         set up, then format, lints and every tier of the suite
  nightly [--newest TOOLCHAIN] [WORD]...
                               every path, or those with one of these words in their names, with the
                               Rust it declares, with the newest (default: stable), and for Windows
                               and macOS; writes their rows of reports/nightly.md
  combinations [--seed N] [WORD]...
                               every path, or those with one of these words in their names, with no
                               extra, each alone and every pair; and a random hundred of larger sets;
                               writes their rows of reports/combinations.md
  features [WORD]...           of every hosted path, or those with one of these words in their names,
                               each dependency and feature is taken away: it has to be needed; writes
                               their rows of reports/features.md
  chips [--distinct] [--partition I/N] [--jobs N] [--minutes N]
                               every chip's firmware, or one for each distinct set of registers:
                               linked, examined, booted; goes on where it was stopped; writes
                               reports/chips.tsv and reports/chips.md
  catalogue [--check]          src/catalog/chips.tsv from the sources that xtask/catalogue names;
                               with --check only compares";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["setup"] => setup::run(),
        ["test"] => setup::run().and_then(|()| tiers::run()),
        ["nightly", "--newest", toolchain, words @ ..] => nightly::run(toolchain, words),
        ["nightly", words @ ..] => nightly::run("stable", words),
        ["combinations", words @ ..] => {
            combination_options(words).and_then(|options| combinations::run(&options))
        }
        ["features", words @ ..] => features::run(words),
        ["chips", options @ ..] => chip_options(options).and_then(|options| chips::run(&options)),
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

fn combination_options<'a>(words: &'a [&'a str]) -> Result<combinations::Options<'a>, String> {
    let ["--seed", seed, words @ ..] = words else {
        return Ok(combinations::Options { seed: 1, words });
    };
    let seed = seed.parse().map_err(|_| USAGE.to_owned())?;
    Ok(combinations::Options { seed, words })
}

fn chip_options(words: &[&str]) -> Result<chips::Options, String> {
    let mut options = chips::Options {
        distinct: false,
        partition: (1, 1),
        jobs: 2,
        minutes: None,
    };
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        if word == "--distinct" {
            options.distinct = true;
            continue;
        }
        let value = *words.next().ok_or(USAGE)?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| USAGE.to_owned());
        match word {
            "--jobs" => options.jobs = number(value)?.max(1),
            "--minutes" => options.minutes = Some(number(value)? as u64),
            "--partition" => {
                let (which, of) = value.split_once('/').ok_or(USAGE)?;
                options.partition = (number(which)?, number(of)?);
                let (which, of) = options.partition;
                if which == 0 || which > of {
                    return Err(USAGE.to_owned());
                }
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}
