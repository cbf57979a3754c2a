//! Installing what the tests need, by name and version: nothing is updated.

use std::collections::BTreeSet;
use std::process::Command;

use cargo_async_init::blueprint::FIRMWARE_TOOLCHAIN;
use cargo_async_init::catalog::boards::{BOARDS, Board};

/// The oldest Rust that compiles the tool: `rust-version` in its manifest.
pub const TOOL_RUST: &str = "1.89.0";

/// The systems for which the tool, and hosted projects, are checked besides this machine's own.
pub const OTHER_SYSTEMS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Installs toolchains and targets that are not there yet.
pub fn run() -> Result<(), String> {
    toolchain(TOOL_RUST)?;
    toolchain(FIRMWARE_TOOLCHAIN)?;
    let boards: BTreeSet<&str> = BOARDS.iter().map(Board::target).collect();
    for target in boards {
        target_for(FIRMWARE_TOOLCHAIN, target)?;
    }
    let active = active_toolchain()?;
    for target in OTHER_SYSTEMS {
        target_for(&active, target)?;
    }
    Ok(())
}

/// Installs a toolchain by its number, with the lints and the formatter, unless it is there.
pub fn toolchain(name: &str) -> Result<(), String> {
    let there = rustup(&["toolchain", "list"])?;
    if there.lines().any(|line| line.starts_with(name)) {
        return Ok(());
    }
    println!("installing Rust {name}");
    let components = [
        "--profile",
        "minimal",
        "--component",
        "clippy",
        "--component",
        "rustfmt",
    ];
    let words = [
        &["toolchain", "install", name][..],
        &components,
        &["--no-self-update"],
    ]
    .concat();
    rustup(&words).map(|_| ())
}

/// Installs a target for a toolchain, unless it is there.
pub fn target_for(toolchain: &str, target: &str) -> Result<(), String> {
    let there = rustup(&["target", "list", "--installed", "--toolchain", toolchain])?;
    if there.lines().any(|line| line == target) {
        return Ok(());
    }
    println!("installing {target} for Rust {toolchain}");
    rustup(&["target", "add", "--toolchain", toolchain, target]).map(|_| ())
}

fn active_toolchain() -> Result<String, String> {
    let said = rustup(&["show", "active-toolchain"])?;
    let name = said
        .split_whitespace()
        .next()
        .ok_or("no active toolchain")?;
    Ok(name.to_owned())
}

fn rustup(words: &[&str]) -> Result<String, String> {
    let output = Command::new("rustup")
        .args(words)
        .output()
        .map_err(|error| format!("cannot run `rustup`: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`rustup {}` failed:\n{said}", words.join(" ")))
}
