//! Every path of the tree with the Rust that it declares, with the newest, and for other systems; and of
//! firmware, which pins its Rust, what the suite only compiles, and each kind on each series of chips.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use cargo_async_init::blueprint::TOOL_VERSION;

use crate::projects::{self, Project};
use crate::rows;
use crate::setup::{self, OTHER_SYSTEMS};

const PASSED: &str = "passed";
const REPORT: &str = "reports/nightly.md";

/// One check of one path: a row of the report.
struct Check {
    path: String,
    what: String,
    passed: bool,
    seconds: u64,
    /// What was checked.
    commit: String,
}

/// Runs every check of the paths with one of these words in their names (of all, without words), goes on after
/// a failure, and writes the report; rows of other paths stay in it as they are.
pub fn run(newest: &str, words: &[&str]) -> Result<(), String> {
    setup::toolchain(newest)?;
    setup::clippy_for(newest)?;
    let commit = commit()?;
    let projects = projects();
    let is_wanted = |project: &&Project| {
        let slug = project.with(&[]).slug();
        words.is_empty() || words.iter().any(|word| slug.contains(word))
    };
    let wanted: Vec<&Project> = projects.iter().filter(is_wanted).collect();
    for (index, project) in wanted.iter().enumerate() {
        let slug = project.with(&[]).slug();
        println!("{}/{} {slug}", index + 1, wanted.len());
        let mut checks = rows::read(REPORT, parsed)?;
        checks.retain(|check| check.path != slug);
        checks.extend(check(project, newest, &commit)?);
        write(checks, &projects, newest)?;
    }
    let checks = rows::read(REPORT, parsed)?;
    let failed = checks.iter().filter(|check| !check.passed).count();
    println!("{} passed, {failed} failed", checks.len() - failed);
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} checks failed"))
    }
}

/// What it checks, in the order of the report.
fn projects() -> Vec<Project> {
    let hosted = projects::all_with_everything().into_iter();
    let hosted = hosted.filter(|project| !project.is_firmware());
    hosted
        .chain(projects::to_lint())
        .chain(projects::of_each_series())
        .collect()
}

/// What is checked: the commit, and whether anything but the reports differs from it.
pub fn commit() -> Result<String, String> {
    let head = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", ".", ":(exclude)reports"])?;
    let suffix = if changed.is_empty() { "" } else { "-dirty" };
    Ok(head + suffix)
}

fn git(words: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(words)
        .current_dir(projects::repository())
        .output()
        .map_err(|error| format!("cannot ask git: {error}"))?;
    let said = projects::finished(&format!("git {}", words.join(" ")), &output)?;
    Ok(said.trim().to_owned())
}

fn parsed(row: &[String]) -> Option<Check> {
    let [path, what, result, seconds, commit] = row else {
        return None;
    };
    Some(Check {
        path: path.clone(),
        what: what.trim_matches('`').to_owned(),
        passed: *result == PASSED,
        seconds: seconds.parse().ok()?,
        commit: commit.clone(),
    })
}

/// Writes the rows in the order of the paths; those of paths that are gone are left out.
fn write(mut checks: Vec<Check>, projects: &[Project], newest: &str) -> Result<(), String> {
    let order: Vec<String> = projects.iter().map(|each| each.with(&[]).slug()).collect();
    checks.retain(|check| order.contains(&check.path));
    checks.sort_by_key(|check| order.iter().position(|slug| *slug == check.path));
    rows::write(REPORT, &report(&checks, newest))
}

fn check(project: &Project, newest: &str, commit: &str) -> Result<Vec<Check>, String> {
    if project.is_firmware() {
        let checks = project.blueprint("my-app").kind.shape.checks().iter();
        let commands = checks.filter_map(|check| check.strip_prefix("cargo "));
        return Ok(cargo(project, commands, commit));
    }
    let mut checks = Vec::new();
    let lean = project.for_its_oldest_rust();
    if lean.extras_taken() != project.extras_taken() {
        checks.extend(cargo(&lean, [with_declared(&lean)?.as_str()], commit));
    }
    let here = [
        with_declared(project)?,
        format!("+{newest} clippy --all-targets -- -D warnings"),
        format!("+{newest} test"),
    ];
    checks.extend(cargo(project, here.iter().map(String::as_str), commit));
    if !project.is_uring() {
        let there = OTHER_SYSTEMS.map(|system| format!("check --all-targets --target {system}"));
        let there = there.iter().map(String::as_str);
        checks.extend(cargo(&project.without_c(), there, commit));
    }
    Ok(checks)
}

/// The check with the Rust that the project declares, which is installed if need be.
fn with_declared(project: &Project) -> Result<String, String> {
    let declared = full_version(project.blueprint("my-app").rust_version());
    setup::toolchain(&declared)?;
    Ok(format!("+{declared} check --all-targets"))
}

/// `1.85` → `1.85.0`: the name under which rustup has it.
fn full_version(declared: &str) -> String {
    if declared.matches('.').count() == 2 {
        declared.to_owned()
    } else {
        format!("{declared}.0")
    }
}

/// Writes the project, and runs each of these in it.
fn cargo<'a>(
    project: &Project,
    commands: impl IntoIterator<Item = &'a str>,
    commit: &str,
) -> Vec<Check> {
    let folder = projects::generated(project);
    let path = project.with(&[]).slug();
    let commands = commands.into_iter();
    commands
        .map(|command| {
            let began = Instant::now();
            let result = projects::cargo(&folder, command);
            if let Err(error) = &result {
                println!("FAILED {path}: {error}");
            }
            Check {
                path: path.clone(),
                what: format!("cargo {command}"),
                passed: result.is_ok(),
                seconds: began.elapsed().as_secs(),
                commit: commit.to_owned(),
            }
        })
        .collect()
}

fn report(checks: &[Check], newest: &str) -> String {
    let failed = checks.iter().filter(|check| !check.passed).count();
    let took: u64 = checks.iter().map(|check| check.seconds).sum();
    let mut text = format!(
        "# Nightly report\n\ncargo-async-init {TOOL_VERSION}, by `cargo xtask nightly --newest {newest}`: \
         {} checks, {failed} failed, {} minutes.\n\n\
         With all extras; but without `sqlx` where a check is with an older Rust than that asks for, and for other \
         systems without `sqlx` and `tls`, whose C would need a compiler for those.\n\n\
         | path | check | result | seconds | commit |\n|---|---|---|---:|---|\n",
        checks.len(),
        took / 60
    );
    for check in checks {
        let Check {
            path,
            what,
            seconds,
            commit,
            ..
        } = check;
        let result = if check.passed { PASSED } else { "**failed**" };
        let _ = writeln!(
            text,
            "| {path} | `{what}` | {result} | {seconds} | {commit} |"
        );
    }
    text
}
