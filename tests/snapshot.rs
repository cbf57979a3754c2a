//! The snapshot tier: reviewers see what is generated, one file for each path of the tree.

mod projects;

use std::fmt::Write as _;

#[test]
fn every_path_is_what_was_reviewed() {
    let projects = projects::all_with_everything();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for project in &projects {
            let mut text = String::new();
            for (path, file) in project.files("my-app").iter() {
                let mark = if file.executable() {
                    " (executable)"
                } else {
                    ""
                };
                let _ = write!(text, "==== {path}{mark}\n{}", file.text);
            }
            insta::assert_snapshot!(project.with(&[]).slug(), text);
        }
    });
    println!("{} paths", projects.len());
}
