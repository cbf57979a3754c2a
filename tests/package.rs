//! The package tier: what `cargo package` makes is installed and used outside the repository.

mod projects;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_async_init::tree::tree;
use projects::Project;

/// The greatest size of the stripped release binary, in bytes.
const LARGEST: u64 = 3_500_000;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn done(command: &mut Command) -> String {
    let output = command.output().expect("the command starts");
    projects::finished(&format!("{command:?}"), &output).unwrap_or_else(|error| panic!("{error}"))
}

/// Packs the crate, and installs it from what was packed.
fn installed(folder: &Path) -> PathBuf {
    let target = projects::shared_target().with_file_name("package");
    let mut package = projects::command("cargo", repository());
    let words = [
        "package",
        "--package",
        "cargo-async-init",
        "--allow-dirty",
        "--no-verify",
    ];
    done(package.args(words).env("CARGO_TARGET_DIR", &target));
    let name = concat!("cargo-async-init-", env!("CARGO_PKG_VERSION"));
    let archive = target.join("package").join(format!("{name}.crate"));
    done(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(folder),
    );
    let mut install = projects::command("cargo", folder);
    install.args(["install", "--locked", "--path", name, "--root", "installed"]);
    done(install.env("CARGO_TARGET_DIR", &target));
    folder.join("installed/bin/cargo-async-init")
}

#[test]
fn the_packed_crate_writes_every_path_as_planned() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = installed(folder.path());
    let size = fs::metadata(&binary).expect("the binary is there").len();
    assert!(size <= LARGEST, "the binary has {size} bytes");
    let mut files = 0;
    let all = projects::all_with_everything();
    for project in &all {
        files += check(&binary, folder.path(), project);
    }
    println!(
        "{size} bytes; {} paths, {files} files as planned",
        all.len()
    );
}

/// Generates a project with the installed binary, and compares it with the plan.
fn check(binary: &Path, folder: &Path, project: &Project) -> usize {
    let name = project.with(&[]).slug();
    let mut create = Command::new(binary);
    create
        .current_dir(folder)
        .args(["async-init", &name, "--vcs", "none"]);
    done(create.args(project.answers.to_flags(tree())));
    let planned = project.files(&name);
    for (path, file) in planned.iter() {
        let written = fs::read_to_string(folder.join(&name).join(path));
        assert!(
            written.is_ok_and(|text| text == file.text),
            "{path} of {name}"
        );
    }
    let written = walk(&folder.join(&name));
    assert_eq!(written, planned.len(), "{name} holds other files");
    written
}

fn walk(folder: &Path) -> usize {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| if path.is_dir() { walk(&path) } else { 1 })
        .sum()
}

#[test]
fn the_package_holds_what_it_needs_and_nothing_else() {
    let mut list = projects::command("cargo", repository());
    list.args([
        "package",
        "--package",
        "cargo-async-init",
        "--allow-dirty",
        "--list",
    ]);
    let output = list.output().expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).expect("names in UTF-8");
    let listed: Vec<&str> = listed.lines().collect();
    let known = [
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "build.rs",
        ".cargo_vcs_info.json",
    ];
    for file in &listed {
        let expected =
            file.starts_with("src/") || file.starts_with("templates/") || known.contains(file);
        assert!(expected, "`{file}` is packed");
    }
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(listed.contains(&file), "`{file}` is not packed");
    }
    let templates = listed
        .iter()
        .filter(|file| file.starts_with("templates/"))
        .count();
    assert_eq!(templates, cargo_async_init::template::TEMPLATES.len());
}
