//! The build tier: what is generated is linted, formatted, tested and documented.
//!
//! One test for each path, made from the tree's own list; of firmware for each kind with each family of
//! chips, the rest is named at the end: the firmware tier has that compiled without a warning, and the
//! nightly command lints it. All share one target folder, so that a dependency is compiled once; `cargo`
//! locks that folder, so the tests run one after the other.

mod projects;

use std::collections::BTreeSet;

use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let chosen = projects::to_build();
    let names: BTreeSet<String> = chosen.iter().map(|each| each.with(&[]).slug()).collect();
    expect_links(&chosen);
    let trials = chosen
        .into_iter()
        .map(|project| Trial::test(project.with(&[]).slug(), move || build(&project)))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    tell(&names);
    conclusion.exit();
}

/// What this tier leaves to the firmware tier is done there.
fn expect_links(chosen: &[Project]) {
    let linked: BTreeSet<String> = projects::to_link().iter().map(Project::slug).collect();
    for project in chosen.iter().filter(|project| project.is_firmware()) {
        let name = project.with(&[]).slug();
        assert!(linked.contains(&name), "{name} is linked nowhere");
    }
}

/// What a count of passed tests would keep quiet about.
fn tell(built: &BTreeSet<String>) {
    let every = projects::all().into_iter().map(|project| project.slug());
    let left_out: Vec<String> = every.filter(|name| !built.contains(name)).collect();
    println!(
        "not linted, as another of its kind and family is: {} ({})",
        left_out.len(),
        left_out.join(", ")
    );
}

fn build(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    let mut steps: Vec<String> = steps(project).collect();
    for step in steps_of_workflow(project) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if project.is_firmware() {
        steps.retain(|step| !step.starts_with(RELEASE));
    }
    for step in &steps {
        projects::cargo(&folder, step)?;
    }
    Ok(())
}

/// What takes the longest of firmware, and is left to its own tier: that links the same programs, and their
/// bootloaders.
const RELEASE: &str = "build --release";

/// What the project says that every change has to pass; that it compiles is a part of its lints.
fn steps(project: &Project) -> impl Iterator<Item = String> {
    let checks = project.blueprint("my-app").kind.shape.checks().iter();
    checks.filter_map(|check| Some(check.strip_prefix("cargo ")?.to_owned()))
}

/// What the workflow has cargo do, but for what installs, or needs what the suite does not install: the
/// oldest Rust, which is the nightly command's, and cargo-deny.
fn steps_of_workflow(project: &Project) -> Vec<String> {
    const ELSEWHERE: [&str; 3] = ["+", "install ", "deny "];
    let files = project.files("my-app");
    let workflow = files.get(".github/workflows/ci.yml");
    let text = workflow.map_or("", |file| file.text.as_str());
    let steps = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- run: cargo "));
    steps
        .filter(|step| !ELSEWHERE.iter().any(|start| step.starts_with(start)))
        .map(str::to_owned)
        .collect()
}
