//! The snapshot tier: reviewers see what is generated, one file for each path of the tree. Boards
//! share most of their files: each text stands in the first snapshot that has it, the others name it.

mod projects;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cargo_async_init::lab;

#[test]
fn every_path_is_what_was_reviewed() {
    let projects = projects::all_with_everything();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut shown: BTreeMap<(String, String), String> = BTreeMap::new();
    settings.bind(|| {
        for project in &projects {
            let slug = project.with(&[]).slug();
            let mut text = String::new();
            for (path, file) in project.files("my-app").iter() {
                if project.is_firmware() {
                    let key = (path.to_owned(), file.text.clone());
                    let first = shown.entry(key).or_insert_with(|| slug.clone());
                    if *first != slug {
                        let _ = writeln!(text, "==== {path}: that of {first}");
                        continue;
                    }
                }
                let mark = if file.executable() {
                    " (executable)"
                } else {
                    ""
                };
                let _ = write!(text, "==== {path}{mark}\n{}", file.text);
            }
            insta::assert_snapshot!(slug, text);
        }
    });
    println!("{} paths", projects.len());
}

/// A laboratory is made of projects that have a snapshot each: here is what it adds and how it divides them.
#[test]
fn every_lab_is_what_was_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut shown = BTreeMap::new();
    settings.bind(|| {
        for lab in projects::labs() {
            let mut text = String::new();
            for (path, file) in lab::plan(&lab).expect("a lab").iter() {
                match shown.insert((path.to_owned(), file.text.clone()), lab.name.clone()) {
                    Some(first) => {
                        let _ = writeln!(text, "==== {path}: that of {first}");
                    }
                    None => {
                        let _ = write!(text, "==== {path}\n{}", file.text);
                    }
                }
            }
            insta::assert_snapshot!(lab.name.as_str(), text);
        }
    });
}
