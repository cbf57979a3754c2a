//! The licence tier: all that a project draws in has a licence that its own `deny.toml` allows.
//!
//! `cargo deny` says the same in the workflow of a project. Here it would have to be compiled first, so
//! cargo says what is drawn in: for every system, and as there without what only tests need.

mod projects;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;
use spdx::{Expression, LicenseReq, ParseMode};
use toml_edit::{DocumentMut, Item, Value};

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = projects::all_with_everything()
        .into_iter()
        .filter(|project| project.extras().contains(&"deny"))
        .map(|project| Trial::test(project.with(&[]).slug(), move || licences(&project)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn licences(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    let rules = rules(&folder)?;
    let allowed = allowed(&rules)?;
    let mut unused = allowed.clone();
    let mut refused = Vec::new();
    for (package, said) in drawn_in(&folder, &rules)? {
        let expression = Expression::parse_mode(&said, ParseMode::LAX)
            .map_err(|error| format!("{package}: `{said}`: {error}"))?;
        let is_allowed = |licence: &LicenseReq| allowed.contains(&licence.to_string());
        if !expression.evaluate(is_allowed) {
            refused.push(format!("{package}: {said}"));
        }
        for licence in expression.requirements() {
            unused.remove(&licence.req.to_string());
        }
    }
    if refused.is_empty() && unused.is_empty() {
        return Ok(());
    }
    Err(format!("not allowed: {refused:?}; allowed for nothing: {unused:?}").into())
}

/// Every package but the project itself, and what it says of its licence.
///
/// `cargo metadata` would count in what a feature could draw in that nobody has switched on.
fn drawn_in(folder: &Path, rules: &DocumentMut) -> Result<BTreeSet<(String, String)>, Failed> {
    let mut cargo = projects::command("cargo", folder);
    cargo.args([
        "tree",
        "--quiet",
        "--edges",
        "normal,build",
        "--target",
        "all",
    ]);
    let graph = rules
        .get("graph")
        .and_then(|graph| graph.get("all-features"));
    if graph.and_then(Item::as_bool) == Some(true) {
        cargo.arg("--all-features");
    }
    let output = cargo
        .args(["--prefix", "none", "--format", "{p}|{l}|"])
        .output()?;
    projects::finished("cargo tree", &output)?;
    let tree = String::from_utf8(output.stdout)?;
    let mut packages = BTreeSet::new();
    for line in tree.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut fields = line.split('|').map(str::to_owned);
        packages.extend(fields.next().zip(fields.next()));
    }
    if packages.is_empty() {
        return Err("cargo names no packages".into());
    }
    Ok(packages)
}

/// What the project's own `deny.toml` says.
fn rules(folder: &Path) -> Result<DocumentMut, Failed> {
    Ok(fs::read_to_string(folder.join("deny.toml"))?.parse()?)
}

/// The licences that it names.
fn allowed(rules: &DocumentMut) -> Result<BTreeSet<String>, Failed> {
    let names = rules["licenses"]["allow"].as_array();
    let names = names.ok_or("no list of licences")?;
    Ok(names
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}
