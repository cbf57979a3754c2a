//! The firmware tier: every board's release image is linked, and checked on this machine.
//!
//! First as it lies there: stack, vectors, sections and instructions are where and what that chip
//! has. Then as it runs: it boots under emulation, and its light does what it should. No board is
//! at hand: nothing here is verified on hardware. Simulated, on this machine, is one board of each
//! sort of light and button, as the boards' programs differ in nothing else there.

mod boot;
mod elf;
#[path = "../projects/mod.rs"]
mod projects;
mod simulate;

use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::sync::Mutex;

use cargo_async_init::catalog::boards::{Board, Light};
use cargo_async_init::catalog::chips::{Chip, Share};
use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;

/// The projects whose images were booted, and those that no emulator here can judge.
static BOOTED: Mutex<(Vec<String>, Vec<String>)> = Mutex::new((Vec::new(), Vec::new()));

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let projects = projects::all().into_iter().filter(Project::is_firmware);
    let mut sorts = Vec::new();
    let trials = projects
        .flat_map(|project| {
            let simulated = sort_of(&project).filter(|sort| !sorts.contains(sort));
            sorts.extend(simulated);
            let name = format!("{}-simulated", project.slug());
            let other = project.clone();
            let link = Trial::test(project.slug(), move || link(&project));
            let simulation = simulated.map(|_| Trial::test(name, move || simulate(&other)));
            [Some(link), simulation].into_iter().flatten()
        })
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
        println!(
            "not booted, as no emulator here has the core, the radio or an eye for the kind: {count} ({names})"
        );
    }
}

/// The kind of a project that can be simulated, and what its program shows and waits for.
type Sort = (&'static str, Discriminant<Light>, bool);

fn sort_of(project: &Project) -> Option<Sort> {
    let blueprint = project.blueprint("my-app");
    let simulated = project
        .files("my-app")
        .get("examples/simulate/main.rs")
        .is_some();
    let board = blueprint.board.filter(|_| simulated)?;
    let button = board.button.is_some();
    Some((blueprint.kind.id, discriminant(&board.light), button))
}

fn simulate(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    let board = project.blueprint("my-app").board;
    let board = board.ok_or("firmware has a board")?;
    Ok(simulate::watch(&folder, board.button.is_some())?)
}

fn link(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    projects::cargo(&folder, "build --release")?;
    let board = project
        .blueprint("my-app")
        .board
        .ok_or("firmware has a board")?;
    examine(&project.slug(), board.chip(), &board.memory())?;
    boot(project, &board)?;
    let Some(other) = board.chip().other_core() else {
        return Ok(());
    };
    projects::cargo(&folder.join("other-core"), "build --release")?;
    let image = format!("{}-other-core", project.slug());
    examine(&image, other, &other.share())
}

/// Checks an image that was built, and that the check would notice what can be wrong with it.
fn examine(image: &str, chip: &Chip, memory: &Share) -> Result<(), Failed> {
    let path = built(image, chip);
    let wrong = |errors: Vec<String>| format!("{image}: {}", errors.join("\n"));
    let report = elf::check(&path, chip, memory).map_err(wrong)?;
    let noticed = elf::disprove(&path, chip, memory).map_err(wrong)?;
    println!("{image}: {report}; {noticed} corruptions noticed");
    Ok(())
}

fn built(image: &str, chip: &Chip) -> PathBuf {
    let target = projects::shared_target().join(chip.target());
    target.join("release").join(image)
}

/// Boots an image, and broken copies of it, where its core can be emulated.
fn boot(project: &Project, board: &Board) -> Result<(), Failed> {
    let image = project.slug();
    let mut booted = BOOTED.lock().map_err(|error| error.to_string())?;
    // What the harness judges is the light of a program that blinks.
    let blinks = project.answers.one("kind") == Some("blinky");
    let Some(spec) = boot::Spec::of(board).filter(|_| blinks) else {
        booted.1.push(image);
        return Ok(());
    };
    let path = built(&image, board.chip());
    let told = boot::boot(&path, &spec)?;
    let noticed = boot::controls(&path, &spec)?;
    println!("{image}: {told}; {noticed} ways to break it noticed");
    booted.0.push(image);
    Ok(())
}
