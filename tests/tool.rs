//! The tool tier: what it links, what it compiles for, and with which Rust.

mod projects;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The most crates that the tool may link or run while it builds.
const MOST_CRATES: usize = 110;

/// Crates that bring a C compiler, TLS or an async runtime.
const UNWANTED: &[&str] = &[
    "cc",
    "cmake",
    "pkg-config",
    "bindgen",
    "openssl-sys",
    "openssl",
    "rustls",
    "native-tls",
    "ring",
    "libgit2-sys",
    "git2",
    "tokio",
    "smol",
    "async-std",
    "async-executor",
    "futures-executor",
    "mio",
];

/// The systems for which the tool is checked besides this one.
const OTHER_SYSTEMS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

fn cargo(words: &[&str]) -> Result<String, String> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(words);
    cargo.env(
        "CARGO_TARGET_DIR",
        projects::shared_target().with_file_name("tool"),
    );
    cargo
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .env_remove("RUSTC");
    let output = cargo.output().map_err(|error| error.to_string())?;
    projects::finished(&words.join(" "), &output)
}

fn linked(target: &[&str]) -> BTreeSet<String> {
    let mut words = vec![
        "tree",
        "--package",
        "cargo-async-init",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
    ];
    words.extend(target);
    let tree = cargo(&words).unwrap_or_else(|error| panic!("{error}"));
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            words.next()?.starts_with('v').then(|| name.to_owned())
        })
        .collect()
}

#[test]
fn it_links_few_crates_and_none_that_is_unwanted() {
    let here = linked(&[]);
    let count = here.len() - 1;
    assert!(count > 10 && count <= MOST_CRATES, "{count} crates");
    let everywhere = linked(&["--target", "all"]);
    for name in UNWANTED {
        assert!(!everywhere.contains(*name), "`{name}` is linked");
    }
    println!("{count} crates");
}

#[test]
fn it_compiles_for_windows_and_macos() {
    for system in OTHER_SYSTEMS {
        cargo(&["check", "--package", "cargo-async-init", "--target", system])
            .unwrap_or_else(|error| panic!("{error}\n`cargo xtask setup` installs the target"));
    }
}

#[test]
fn it_compiles_with_the_rust_it_declares() {
    let declared = concat!("+", env!("CARGO_PKG_RUST_VERSION"), ".0");
    cargo(&[
        declared,
        "check",
        "--package",
        "cargo-async-init",
        "--locked",
    ])
    .unwrap_or_else(|error| panic!("{error}\n`cargo xtask setup` installs the toolchain"));
}
