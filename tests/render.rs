//! The render tier: every path of the tree as a file set, with none of its extras, with each alone,
//! with every pair and with all.

mod projects;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_async_init::catalog::kinds;
use cargo_async_init::fileset::FileSet;
use cargo_async_init::lab::{self, Lab};
use cargo_async_init::manifest;
use cargo_async_init::template::{self, TEMPLATES};
use handlebars::Path as Name;
use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};
use serde_json::Value;
use toml_edit::DocumentMut;

use projects::Project;

/// Names of the shortest, a usual and the greatest legal length.
const NAMES: [&str; 3] = [
    "x",
    "my-app",
    "a-name-of-sixty-four-characters-which-is-as-long-as-they-can-get",
];

/// Each path without extras and with all of them, and what lies between: each extra alone, every
/// pair, and every way of logging and panicking. Boards have that in common: of each sort of firmware
/// one stands for all.
fn every_project() -> Vec<Project> {
    let mut sorts = BTreeSet::new();
    let of = |project: &Project| {
        let everything = project.with(&project.extras());
        let mut projects = vec![project.clone(), everything.clone()];
        if project.is_firmware() {
            if !sorts.insert(project.sort()) {
                return projects;
            }
            projects.extend(everything.with_every_way());
        }
        projects.extend(project.with_each_and_every_pair());
        projects
    };
    projects::all().iter().flat_map(of).collect()
}

/// Every project under a usual name. A name gets into no text by way of a board or of two extras alone,
/// so the others are for one of each sort, without extras and with all of them.
fn every_project_and_name() -> Vec<(Project, &'static str)> {
    assert_eq!(NAMES[2].len(), 64);
    let mut projects: Vec<_> = every_project()
        .into_iter()
        .map(|project| (project, NAMES[1]))
        .collect();
    let mut sorts = BTreeSet::new();
    for project in projects::all() {
        if project.is_firmware() && !sorts.insert(project.sort()) {
            continue;
        }
        let everything = project.with(&project.extras());
        for name in [NAMES[0], NAMES[2]] {
            projects.extend([(project.clone(), name), (everything.clone(), name)]);
        }
    }
    projects
}

#[test]
fn every_path_renders() {
    let mut seen = BTreeSet::new();
    let projects = every_project_and_name();
    for (project, name) in &projects {
        for (path, file) in project.files(name).iter() {
            // Most texts are those of another path: what was checked once is not checked again.
            if seen.insert((path.to_owned(), file.text.clone())) {
                check_text(&format!("{path} of {}", project.slug()), &file.text);
            }
        }
    }
    for lab in projects::labs() {
        for (path, file) in lab::plan(&lab).expect("a lab").iter() {
            check_text(&format!("{path} of {}", lab.name), &file.text);
        }
    }
    println!("{} projects, {} texts", projects.len(), seen.len());
}

fn check_text(place: &str, text: &str) {
    assert!(!text.contains('\r'), "{place}: a carriage return");
    assert!(
        text.ends_with('\n') && !text.ends_with("\n\n"),
        "{place}: not one final newline"
    );
    assert!(
        !text.starts_with('\n'),
        "{place}: starts with an empty line"
    );
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_end();
        assert_eq!(trimmed, line, "{place}:{}: trailing white space", index + 1);
    }
    if !place.contains(".rs ") {
        assert!(!text.contains("\n\n\n"), "{place}: two empty lines");
    }
    for stray in [
        "{{>",
        "{{#",
        "{{/",
        "{{else",
        "{{versions",
        "{{name",
        "{{crate",
        "\\{{",
    ] {
        assert!(!text.contains(stray), "{place}: stray `{stray}`");
    }
    if place.contains(".toml ") {
        text.parse::<toml_edit::DocumentMut>()
            .unwrap_or_else(|error| panic!("{place}: {error}"));
    }
    if place.contains(".json ") {
        serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{place}: {error}"));
    }
}

#[test]
fn every_path_is_formatted() {
    let folder = tempfile::tempdir().expect("a folder");
    // Most paths share most of their files: what was checked once is not checked again.
    let mut seen = BTreeSet::new();
    let mut check = |title: &str, files: &FileSet| {
        let new = |text: &str| seen.insert(text.to_owned());
        let sources = write_new_sources(&folder.path().join(title), files, new);
        if sources.is_empty() {
            return;
        }
        let output = Command::new("rustfmt")
            .args(["--check", "--edition", "2024"])
            .args(&sources)
            .output()
            .expect("rustfmt runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{title}:\n{said}{errors}");
    };
    for (project, name) in every_project_and_name() {
        let title = format!("{}-{}", project.slug(), name.len());
        check(&title, &project.files(name));
    }
    for lab in projects::labs() {
        check(lab.name.as_str(), &lab::plan(&lab).expect("a lab"));
    }
    println!("{} Rust files parsed and found formatted", seen.len());
}

/// Those Rust files that are new; where there are any, all are written, as one names others.
fn write_new_sources(
    home: &Path,
    files: &FileSet,
    mut new: impl FnMut(&str) -> bool,
) -> Vec<PathBuf> {
    let rust = || files.iter().filter(|(path, _)| is_rust(path));
    let sources: Vec<PathBuf> = rust()
        .filter(|(_, file)| new(&file.text))
        .map(|(path, _)| home.join(path))
        .collect();
    if sources.is_empty() {
        return sources;
    }
    for (path, file) in rust() {
        let path = home.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("create a folder");
        fs::write(&path, &file.text).expect("write a file");
    }
    sources
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

/// Entry points name a runtime's modules; everything else that a kind has of its own is logic.
fn is_logic(path: &str) -> bool {
    is_rust(path) && path.starts_with("src/") && !["src/lib.rs", "src/main.rs"].contains(&path)
}

/// The lesson that the templates teach: a kind's logic depends on no runtime.
#[test]
fn a_kinds_own_files_are_the_same_for_every_runtime() {
    let mut texts: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    let mut compared = 0;
    for project in projects::all() {
        let blueprint = project.blueprint("my-app");
        let files = project.files("my-app");
        let kind = format!("_kinds/{}", blueprint.kind.id);
        let layers = kinds::common(blueprint.kind)
            .map(str::to_owned)
            .chain([kind]);
        for own in layers.flat_map(|layer| template::layer(&layer).collect::<Vec<_>>()) {
            if !is_logic(own.target) {
                continue;
            }
            let text = files
                .get(own.target)
                .expect("a kind's file is written")
                .text
                .clone();
            let key = (blueprint.kind.id.to_owned(), own.target.to_owned());
            match texts.get(&key) {
                None => {
                    texts.insert(key, (project.slug(), text));
                }
                Some((first, same)) => {
                    assert_eq!(
                        &text,
                        same,
                        "{}: {first} and {}",
                        own.target,
                        project.slug()
                    );
                    compared += 1;
                }
            }
        }
    }
    for (kind, file) in [
        ("tcp", "src/protocol.rs"),
        ("app", "src/report.rs"),
        ("cli", "src/batch.rs"),
        ("worker", "src/dispatch.rs"),
        ("proxy", "src/relay.rs"),
    ] {
        assert!(
            texts.contains_key(&(kind.to_owned(), file.to_owned())),
            "{kind}: {file}"
        );
    }
    assert!(compared > 0);
    println!("{compared} pairs of files are byte-identical");
}

#[test]
fn every_template_is_used() {
    let mut used: BTreeSet<String> = every_project()
        .iter()
        .flat_map(|project| project.blueprint("my-app").layers())
        .collect();
    used.extend(projects::labs().iter().flat_map(Lab::layers));
    let paths = TEMPLATES.iter().map(|file| file.path);
    for path in paths.filter(|path| *path != "versions.toml") {
        assert!(
            path.strip_suffix(".hbs").is_some(),
            "`{path}` does not end in .hbs"
        );
        let owner = used
            .iter()
            .find(|layer| path.starts_with(&format!("{layer}/")));
        assert!(owner.is_some(), "no project has `{path}`");
    }
    for layer in &used {
        let inside = |other: &String| other != layer && other.starts_with(&format!("{layer}/"));
        assert!(!used.iter().any(inside), "a layer lies inside `{layer}`");
    }
}

#[test]
fn every_slot_is_named_and_filled() {
    let named: BTreeSet<String> = TEMPLATES
        .iter()
        .flat_map(|file| template::named(file.text()))
        .map(str::to_owned)
        .collect();
    let filled: BTreeSet<String> = TEMPLATES
        .iter()
        .filter_map(|file| file.path.split_once("_slots/")?.1.strip_suffix(".hbs"))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, filled);
}

#[test]
fn every_readme_says_how_to_run_test_change_and_deploy() {
    for project in projects::all() {
        let readme = project
            .files("my-app")
            .get("README.md")
            .expect("a README")
            .text
            .clone();
        for heading in ["## Run", "## Test", "## Change", "## Deploy", "## Why"] {
            let (_, rest) = readme
                .split_once(heading)
                .unwrap_or_else(|| panic!("{}: no `{heading}`", project.slug()));
            let body = rest.split("\n## ").next().unwrap_or_default();
            let lines = body
                .lines()
                .skip(1)
                .filter(|line| !line.trim().is_empty())
                .count();
            assert!(lines > 0, "{}: nothing under `{heading}`", project.slug());
        }
        let lines = readme.lines().count();
        assert!(
            lines <= 90,
            "{}: the README has {lines} lines, more than a screen",
            project.slug()
        );
    }
}

/// Strict mode does not catch an unknown name inside `{{#if}}`: this does.
#[test]
fn templates_name_what_the_context_has() {
    let mut checked = 0;
    let mut check = |layers: &[String], context: &Value| {
        for layer in layers {
            for each in template::layer(layer) {
                let parsed = Template::compile(each.source()).expect("a template");
                for name in names(&parsed) {
                    let known = lookup(context, &name);
                    assert!(known, "`{layer}/{}` names `{name}`", each.target);
                    checked += 1;
                }
            }
        }
    };
    for project in every_project() {
        let blueprint = project.blueprint("my-app");
        check(&blueprint.layers(), &blueprint.context());
    }
    for lab in projects::labs() {
        let program = lab.subjects[0].blueprint("server").expect("a blueprint");
        check(&lab.layers(), &lab.context(&program));
    }
    assert!(checked > 1000, "{checked}");
}

fn lookup(context: &Value, name: &str) -> bool {
    let mut value = context;
    for part in name.split('.') {
        match value.get(part) {
            Some(inner) => value = inner,
            None => return name == "this",
        }
    }
    true
}

fn names(template: &Template) -> Vec<String> {
    template.elements.iter().flat_map(names_in).collect()
}

fn names_in(element: &TemplateElement) -> Vec<String> {
    match element {
        TemplateElement::Expression(helper)
        | TemplateElement::HtmlExpression(helper)
        | TemplateElement::HelperBlock(helper) => names_in_helper(helper),
        _ => Vec::new(),
    }
}

fn names_in_helper(helper: &HelperTemplate) -> Vec<String> {
    let mut names: Vec<String> = helper.params.iter().filter_map(parameter).collect();
    if helper.params.is_empty() {
        names.extend(parameter(&helper.name));
    }
    let bodies = [&helper.template, &helper.inverse];
    for body in bodies.into_iter().flatten() {
        names.extend(self::names(body));
    }
    names
}

fn parameter(parameter: &Parameter) -> Option<String> {
    match parameter {
        Parameter::Path(Name::Relative((_, raw))) => Some(raw.clone()),
        Parameter::Name(name) => Some(name.clone()),
        _ => None,
    }
}

#[test]
fn versions_are_used_and_stand_there_once() {
    let text = TEMPLATES
        .iter()
        .find(|file| file.path == "versions.toml")
        .expect("versions.toml")
        .text();
    let keys: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(
        keys, sorted,
        "versions.toml is in alphabetical order, each crate once"
    );
    for key in keys {
        let wanted = format!("{{{{versions.{key}}}}}");
        assert!(
            TEMPLATES.iter().any(|file| file.text().contains(&wanted)),
            "no template uses `{key}`"
        );
    }
}

/// Crates with an advisory, by name, wherever they are drawn in by name: what `deny.toml` calls
/// `unmaintained = "workspace"`. They were read of in the crates' own threads. monoio is named for fxhash, which
/// nothing can keep from being drawn in with it.
const ADVISORIES: [(&str, &str); 3] = [
    ("async-std", "RUSTSEC-2025-0052"),
    ("fxhash", "RUSTSEC-2025-0057"),
    ("monoio", "RUSTSEC-2025-0057"),
];

#[test]
fn an_advisory_is_left_out_by_name_and_with_a_reason() {
    let mut named = 0;
    for project in projects::all_with_everything() {
        let files = project.files("my-app");
        let (Some(manifest), Some(deny)) = (files.get("Cargo.toml"), files.get("deny.toml")) else {
            continue;
        };
        let manifest: DocumentMut = manifest.text.parse().expect("a manifest");
        let deny: DocumentMut = deny.text.parse().expect("TOML");
        let dependencies = manifest::dependencies(manifest.as_table());
        let ignored = deny["advisories"]["ignore"].as_array().expect("a list");
        let ignored: Vec<&str> = ignored
            .iter()
            .filter_map(|entry| {
                let entry = entry.as_inline_table()?;
                let reason = entry.get("reason")?.as_str()?;
                entry.get("id")?.as_str().filter(|_| !reason.is_empty())
            })
            .collect();
        let mut expected: Vec<&str> = Vec::new();
        for (name, id) in ADVISORIES {
            expected.extend(dependencies.iter().any(|own| own == name).then_some(id));
        }
        assert_eq!(ignored, expected, "{}", project.slug());
        named += expected.len();
    }
    assert!(named > 0);
}
