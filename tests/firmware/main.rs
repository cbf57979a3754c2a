//! The firmware tier: every board's release image is linked, and checked on this machine.
//!
//! It proves that an image would start: stack, vectors, sections and instructions are where and
//! what that chip has. It does not run it.

mod elf;
#[path = "../projects/mod.rs"]
mod projects;

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
    let image = projects::shared_target()
        .join(board.target())
        .join("release")
        .join(project.slug());
    let report =
        elf::check(&image, board.chip(), board.flash()).map_err(|errors| errors.join("\n"))?;
    let noticed =
        elf::disprove(&image, board.chip(), board.flash()).map_err(|errors| errors.join("\n"))?;
    println!("{}: {report}; {noticed} corruptions noticed", board.id);
    Ok(())
}
