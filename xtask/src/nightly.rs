//! Every path of the tree with the Rust that it declares, with the newest, and for other systems; and of
//! firmware, which pins its Rust, what the suite only compiles.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use cargo_async_init::blueprint::TOOL_VERSION;

use crate::projects::{self, Project};
use crate::setup::{self, OTHER_SYSTEMS};

/// One check of one path.
struct Check {
    path: String,
    what: String,
    passed: bool,
    took: Duration,
}

/// Runs every check, goes on after a failure, and writes the report.
pub fn run(newest: &str) -> Result<(), String> {
    let hosted = projects::all_with_everything().into_iter();
    let hosted = hosted.filter(|project| !project.is_firmware());
    let projects: Vec<Project> = hosted.chain(projects::to_lint()).collect();
    let mut checks = Vec::new();
    for (index, project) in projects.iter().enumerate() {
        println!(
            "{}/{} {}",
            index + 1,
            projects.len(),
            project.with(&[]).slug()
        );
        checks.extend(check(project, newest)?);
    }
    let report = report(&checks, newest);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/nightly.md");
    fs::write(&path, report).map_err(|error| format!("cannot write the report: {error}"))?;
    let failed = checks.iter().filter(|check| !check.passed).count();
    println!("{} passed, {failed} failed", checks.len() - failed);
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} checks failed"))
    }
}

fn check(project: &Project, newest: &str) -> Result<Vec<Check>, String> {
    let folder = projects::generated(project);
    if project.is_firmware() {
        let checks = project.blueprint("my-app").kind.shape.checks().iter();
        let commands = checks.filter_map(|check| check.strip_prefix("cargo "));
        return Ok(commands
            .map(|command| cargo(project, &folder, command))
            .collect());
    }
    let declared = full_version(project.blueprint("my-app").rust_version());
    setup::toolchain(&declared)?;
    let mut commands = vec![
        format!("+{declared} check --all-targets"),
        format!("+{newest} clippy --all-targets -- -D warnings"),
        format!("+{newest} test"),
    ];
    if !project.is_uring() {
        let other = |system| format!("check --all-targets --target {system}");
        commands.extend(OTHER_SYSTEMS.map(other));
    }
    Ok(commands
        .iter()
        .map(|command| cargo(project, &folder, command))
        .collect())
}

/// `1.85` → `1.85.0`: the name under which rustup has it.
fn full_version(declared: &str) -> String {
    if declared.matches('.').count() == 2 {
        declared.to_owned()
    } else {
        format!("{declared}.0")
    }
}

fn cargo(project: &Project, folder: &Path, command: &str) -> Check {
    let began = Instant::now();
    let result = projects::cargo(folder, command);
    let path = project.with(&[]).slug();
    if let Err(error) = &result {
        println!("FAILED {path}: {error}");
    }
    Check {
        path,
        what: format!("cargo {command}"),
        passed: result.is_ok(),
        took: began.elapsed(),
    }
}

fn report(checks: &[Check], newest: &str) -> String {
    let failed = checks.iter().filter(|check| !check.passed).count();
    let took: f64 = checks.iter().map(|check| check.took.as_secs_f64()).sum();
    let mut text = format!(
        "# Nightly report\n\ncargo-async-init {TOOL_VERSION}, by `cargo xtask nightly --newest {newest}`: \
         {} checks, {failed} failed, {:.0} minutes.\n\n| path | check | result | seconds |\n|---|---|---|---:|\n",
        checks.len(),
        took / 60.0
    );
    for check in checks {
        let result = if check.passed { "passed" } else { "**failed**" };
        let seconds = check.took.as_secs_f64();
        let _ = writeln!(
            text,
            "| {} | `{}` | {result} | {seconds:.0} |",
            check.path, check.what
        );
    }
    text
}
