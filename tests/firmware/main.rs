//! The firmware tier: every board's release image is linked, and checked on this machine.
//!
//! It proves that an image would start: stack, vectors, sections and instructions are where and
//! what that chip has. It does not run it.

mod elf;
#[path = "../projects/mod.rs"]
mod projects;

use cargo_async_init::catalog::chips::{Chip, Share};
use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = projects::all()
        .into_iter()
        .filter(Project::is_firmware)
        .map(|project| Trial::test(project.slug(), move || link(&project)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn link(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    projects::cargo(&folder, "build --release")?;
    let board = project
        .blueprint("my-app")
        .board
        .ok_or("firmware has a board")?;
    examine(&project.slug(), board.chip(), &board.memory())?;
    let Some(other) = board.chip().other_core() else {
        return Ok(());
    };
    projects::cargo(&folder.join("other-core"), "build --release")?;
    let image = format!("{}-other-core", project.slug());
    examine(&image, other, &other.share())
}

/// Checks an image that was built, and that the check would notice what can be wrong with it.
fn examine(image: &str, chip: &Chip, memory: &Share) -> Result<(), Failed> {
    let path = projects::shared_target()
        .join(chip.target())
        .join("release")
        .join(image);
    let wrong = |errors: Vec<String>| format!("{image}: {}", errors.join("\n"));
    let report = elf::check(&path, chip, memory).map_err(wrong)?;
    let noticed = elf::disprove(&path, chip, memory).map_err(wrong)?;
    println!("{image}: {report}; {noticed} corruptions noticed");
    Ok(())
}
