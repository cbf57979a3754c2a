//! The firmware tier: every board's release image is linked, and checked on this machine.
//!
//! First as it lies there: stack, vectors, sections and instructions are where and what that chip
//! has. Then as it runs: it boots under emulation, and its light does what it should. No board is
//! at hand: nothing here is verified on hardware.

mod boot;
mod elf;
#[path = "../projects/mod.rs"]
mod projects;

use std::sync::Mutex;

use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;

/// The boards whose images were booted, and those for which there is no emulator.
static BOOTED: Mutex<(Vec<&str>, Vec<&str>)> = Mutex::new((Vec::new(), Vec::new()));

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = projects::all()
        .into_iter()
        .filter(Project::is_firmware)
        .map(|project| Trial::test(project.slug(), move || link(&project)))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    tell();
    conclusion.exit();
}

/// What a count of passed tests would keep quiet about.
fn tell() {
    let Ok(booted) = BOOTED.lock() else { return };
    let (booted, linked) = &*booted;
    if !booted.is_empty() {
        println!(
            "booted under emulation: {} ({})",
            booted.len(),
            booted.join(", ")
        );
    }
    if !linked.is_empty() {
        let (count, names) = (linked.len(), linked.join(", "));
        println!("not booted, as no emulator here has the core: {count} ({names})");
    }
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
    println!(
        "{}: {report}; {noticed} corruptions noticed",
        board.short_name()
    );
    let Some(spec) = boot::Spec::of(&board) else {
        println!(
            "{}: not booted, as no emulator here has its core",
            board.short_name()
        );
        BOOTED
            .lock()
            .map_err(|error| error.to_string())?
            .1
            .push(board.short_name());
        return Ok(());
    };
    let told = boot::boot(&image, &spec)?;
    let noticed = boot::controls(&image, &spec)?;
    println!(
        "{}: {told}; {noticed} ways to break it noticed",
        board.short_name()
    );
    BOOTED
        .lock()
        .map_err(|error| error.to_string())?
        .0
        .push(board.short_name());
    Ok(())
}
