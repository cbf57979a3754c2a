//! The documents' generated parts are what the code says. `UPDATE_DOCS=1 cargo test --test docs`
//! writes them anew.

mod projects;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_async_init::catalog::kinds::{KINDS, Kind, Shape};
use cargo_async_init::show;
use cargo_async_init::template;
use cargo_async_init::tree::tree;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text between `<!-- NAME -->` and `<!-- /NAME -->`.
fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text
        .split_once(&format!("<!-- {name} -->\n"))
        .unwrap_or_else(|| panic!("no section `{name}`"));
    let (body, _) = rest
        .split_once(&format!("<!-- /{name} -->"))
        .unwrap_or_else(|| panic!("section `{name}` has no end"));
    body
}

fn hold(document: &str, name: &str, generated: &str) {
    let path = repository().join(document);
    let text = fs::read_to_string(&path).expect(document);
    let body = section(&text, name);
    if body == generated {
        return;
    }
    assert!(
        env::var_os("UPDATE_DOCS").is_some(),
        "{document}: `{name}` is stale; UPDATE_DOCS=1 writes it anew"
    );
    let head = format!("<!-- {name} -->\n");
    let text = text.replace(&format!("{head}{body}"), &format!("{head}{generated}"));
    fs::write(&path, text).expect("write a document");
}

#[test]
fn the_readme_shows_the_tree_as_it_is() {
    let diagram = format!("```mermaid\n{}```\n", show::mermaid(tree()));
    for (name, generated) in [
        ("tree", diagram),
        ("offers", show::offer_table()),
        ("extras", show::extra_table()),
        ("flags", show::flag_table(tree())),
        ("exit codes", show::exit_codes()),
    ] {
        hold("README.md", name, &generated);
    }
}

#[test]
fn the_architecture_shows_the_slots_of_each_kind() {
    hold("ARCHITECTURE.md", "slots", &slot_table());
}

/// Each kind's slots, with the file that has them; those that it shares with its like stand first.
fn slot_table() -> String {
    let mut slots: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for project in projects::all_with_everything() {
        let blueprint = project.blueprint("my-app");
        let own = slots.entry(blueprint.kind.id).or_default();
        for layer in blueprint.layers() {
            for template in template::layer(&layer) {
                own.extend(template::named(template.source()).map(|slot| (template.target, slot)));
            }
        }
    }
    let groups: [(&str, &[Shape]); 4] = [
        (
            "every kind",
            &[
                Shape::Server,
                Shape::Program,
                Shape::Library,
                Shape::Firmware,
            ],
        ),
        ("servers and programs", &[Shape::Server, Shape::Program]),
        ("servers", &[Shape::Server]),
        ("firmware", &[Shape::Firmware]),
    ];
    let mut text = "| kind | slots, by file |\n|---|---|\n".to_owned();
    let mut row = |kind: &str, slots: &BTreeSet<(&str, &str)>| {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (file, slot) in slots {
            let file = file.strip_prefix("_slots/").unwrap_or(file);
            files.entry(file).or_default().push(slot);
        }
        let files: Vec<String> = files
            .iter()
            .map(|(file, slots)| format!("`{file}`: {}", slots.join(", ")))
            .collect();
        let _ = writeln!(text, "| {kind} | {} |", files.join("; "));
    };
    for (name, shapes) in groups {
        let of_group: Vec<&Kind> = KINDS
            .iter()
            .filter(|kind| shapes.contains(&kind.shape))
            .collect();
        let own = of_group.iter().map(|kind| slots[kind.id].clone());
        let shared = own.reduce(|all, own| &all & &own).unwrap_or_default();
        row(name, &shared);
        for kind in of_group {
            if let Some(own) = slots.get_mut(kind.id) {
                own.retain(|slot| !shared.contains(slot));
            }
        }
    }
    for kind in KINDS.iter().filter(|kind| !slots[kind.id].is_empty()) {
        row(kind.id, &slots[kind.id]);
    }
    text
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ] {
        let text = fs::read_to_string(repository().join(document)).expect(document);
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if !link.contains("://") && !link.starts_with('#') {
                let target = link.split('#').next().unwrap_or(link);
                assert!(
                    repository().join(target).exists(),
                    "{document} links to `{target}`"
                );
            }
        }
    }
}

/// Every room that ARCHITECTURE.md names is there, and every room is named.
#[test]
fn the_architecture_names_every_room() {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    // That table names files of generated projects.
    let text = text.replace(section(&text, "slots"), "");
    for entry in fs::read_dir(repository().join("src")).expect("src") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let named =
            text.contains(&format!("`src/{name}`")) || text.contains(&format!("`src/{name}/`"));
        assert!(named, "ARCHITECTURE.md does not name `src/{name}`");
    }
    for named in text
        .split("`src/")
        .skip(1)
        .filter_map(|rest| rest.split('`').next())
    {
        assert!(
            repository().join("src").join(named).exists(),
            "`src/{named}` is not there"
        );
    }
}

/// The session in the README is what the tool prints, but for what the machine decides.
#[test]
fn the_commands_of_the_readme_work() {
    let text = fs::read_to_string(repository().join("README.md")).expect("README.md");
    let folder = tempfile::tempdir().expect("a folder");
    let mut ran = 0;
    for line in section(&text, "session")
        .lines()
        .filter_map(|line| line.strip_prefix("$ cargo "))
    {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-async-init"))
            .args(line.split_whitespace())
            .current_dir(folder.path())
            .output()
            .expect("the tool starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`cargo {line}`: {said}");
        for wanted in section(&text, "session")
            .lines()
            .filter(|line| line.starts_with("    "))
        {
            let wanted = wanted.trim();
            let said = format!("{}{said}", String::from_utf8_lossy(&output.stdout));
            assert!(
                said.contains(wanted),
                "`cargo {line}` does not print {wanted:?} but\n{said}"
            );
        }
        ran += 1;
    }
    assert_eq!(ran, 1, "the session runs one command of this tool");
}

/// The nightly command is run by hand: what it has not seen is not promised.
#[test]
fn the_nightly_report_has_every_hosted_path() {
    let report = fs::read_to_string(repository().join("reports/nightly.md")).expect("a report");
    assert!(!report.contains("**failed**"), "{report}");
    let rows: Vec<&str> = report.lines().filter(|line| line.contains("| `")).collect();
    for project in projects::all_with_everything() {
        if project.is_firmware() {
            continue;
        }
        let slug = project.with(&[]).slug();
        let own = rows
            .iter()
            .filter(|row| row.starts_with(&format!("| {slug} |")));
        let own: Vec<&&str> = own.collect();
        let has = |words: &str| own.iter().any(|row| row.contains(words));
        let both = [project.for_its_oldest_rust(), project];
        let declared = both
            .each_ref()
            .map(|each| each.blueprint("my-app").rust_version());
        let mut wanted: Vec<String> = declared.map(|rust| format!("`cargo +{rust}")).to_vec();
        wanted.extend(["clippy", "test`"].map(String::from));
        let [_, project] = both;
        if !project.is_uring() {
            wanted.extend(["windows", "apple"].map(String::from));
        }
        for words in wanted {
            assert!(
                has(&words),
                "{slug}: no `{words}` in reports/nightly.md; `cargo xtask nightly {slug}`"
            );
        }
    }
}

/// So is the command that builds combinations of extras.
#[test]
fn the_report_of_combinations_has_every_path() {
    let report = fs::read_to_string(repository().join("reports/combinations.md"));
    let report = report.expect("a report");
    let rows = report.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<Vec<&str>> = rows
        .map(|row| row.split('|').map(str::trim).collect())
        .collect();
    let random = rows
        .iter()
        .filter(|row| row[1].starts_with("random, seed "));
    let paths = projects::to_build()
        .into_iter()
        .map(|project| project.with(&[]).slug());
    let own = paths.map(|slug| {
        let row = rows.iter().find(|row| row[1] == slug);
        row.unwrap_or_else(|| panic!("no row; `cargo xtask combinations {slug}`"))
    });
    let failed: Vec<&str> = own.chain(random).map(|row| row[4]).collect();
    assert!(
        failed.len() > 50 && failed.iter().all(|count| *count == "0"),
        "{failed:?}"
    );
}
