//! Renders every path of the tree, with every subset of its extras: `cargo bench --bench render`.

#[path = "../tests/projects/mod.rs"]
mod projects;

use std::time::Instant;

fn main() {
    let paths = projects::all();
    let every: Vec<_> = paths
        .iter()
        .flat_map(projects::Project::with_every_subset)
        .collect();
    for (what, projects) in [
        ("paths", &paths),
        ("paths with every subset of extras", &every),
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
