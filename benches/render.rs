//! Renders every path of the tree, with none of its extras, each alone, every pair and all:
//! `cargo bench --bench render`.

#[path = "../tests/projects/mod.rs"]
mod projects;

use std::time::Instant;

fn main() {
    let paths = projects::all();
    let every: Vec<_> = paths
        .iter()
        .flat_map(|project| {
            let all = project.with(&project.extras());
            [
                vec![project.clone(), all],
                project.with_each_and_every_pair(),
            ]
            .concat()
        })
        .collect();
    for (what, projects) in [
        ("paths", &paths),
        ("paths with no extra, each, every pair and all", &every),
    ] {
        let began = Instant::now();
        let files: usize = projects
            .iter()
            .map(|project| project.files("my-app").len())
            .sum();
        let took = began.elapsed();
        println!(
            "{} {what}, {files} files: {:.0} ms",
            projects.len(),
            took.as_secs_f64() * 1e3
        );
    }
}
