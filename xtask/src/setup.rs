//! Installing what the tests need, by name and version: nothing is updated.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_async_init::blueprint::FIRMWARE_TOOLCHAIN;
use cargo_async_init::catalog::chips::{self, Chip};

use crate::projects;

/// The oldest Rust that compiles the tool: `rust-version` in its manifest.
pub const TOOL_RUST: &str = "1.89.0";

/// The systems for which the tool, and hosted projects, are checked besides this machine's own.
pub const OTHER_SYSTEMS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// What a library's own workflow checks it for: the build tier runs its steps.
const LIBRARY_TARGET: &str = "wasm32-unknown-unknown";

/// Installs toolchains and targets that are not there yet, and what the emulator runs on.
pub fn run() -> Result<(), String> {
    toolchain(TOOL_RUST)?;
    toolchain(FIRMWARE_TOOLCHAIN)?;
    let chips: BTreeSet<&str> = chips::all().iter().map(Chip::target).collect();
    for target in chips {
        target_for(FIRMWARE_TOOLCHAIN, target)?;
    }
    let active = active_toolchain()?;
    for target in OTHER_SYSTEMS.into_iter().chain([LIBRARY_TARGET]) {
        target_for(&active, target)?;
    }
    emulator()
}

/// Installs the packages of the boot harness below `target`, where nothing else sees them.
fn emulator() -> Result<(), String> {
    let source = projects::repository().join("emulator");
    let tools = projects::emulator_tools();
    let python = tools.join("python");
    packages(&python, &source, &["requirements.txt"], |folder| {
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
        ])
        .args(["--root-user-action", "ignore", "--requirement"])
        .arg(folder.join("requirements.txt"))
        .arg("--target")
        .arg(folder);
        succeed(
            &mut pip,
            "the boot harness needs Python 3 with pip: install both",
        )
    })?;
    let node = tools.join("node");
    let files = ["package.json", "package-lock.json"];
    packages(&node, &source.join("rp2040js"), &files, |folder| {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(folder);
        succeed(
            &mut npm,
            "the boot harness needs Node.js with npm: install both",
        )
    })
}

/// Installs into a folder what these files pin, unless it was installed from the same ones.
fn packages(
    folder: &Path,
    source: &Path,
    files: &[&str],
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let done = folder.join("installed");
    let same = |file: &&str| {
        let texts = (fs::read(source.join(file)), fs::read(folder.join(file)));
        matches!(texts, (Ok(wanted), Ok(there)) if wanted == there)
    };
    if done.exists() && files.iter().all(same) {
        return Ok(());
    }
    println!(
        "installing what {} asks for",
        source.join(files[0]).display()
    );
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(wrong)?;
    }
    fs::create_dir_all(folder).map_err(wrong)?;
    for file in files {
        fs::copy(source.join(file), folder.join(file)).map_err(wrong)?;
    }
    install(folder)?;
    // Last, so that what was interrupted is not taken for installed.
    fs::write(done, "").map_err(wrong)
}

fn succeed(command: &mut Command, advice: &str) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}\n{advice}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed:\n{said}\n{advice}"))
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

/// Installs clippy for a toolchain, unless it is there.
pub fn clippy_for(toolchain: &str) -> Result<(), String> {
    rustup(&["component", "add", "--toolchain", toolchain, "clippy"]).map(|_| ())
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
