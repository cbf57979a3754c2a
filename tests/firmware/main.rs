//! The firmware tier: every board's release image is linked, and checked on this machine.
//!
//! First as it lies there: stack, vectors, sections and instructions are where and what that chip
//! has. Then as it runs: it boots under emulation, and its light does what it should. No board is
//! at hand: nothing here is verified on hardware. Simulated, on this machine, is one board of each
//! sort of light and button, as the boards' programs differ in nothing else there.

mod boot;
mod elf;
mod flash;
#[path = "../projects/mod.rs"]
mod projects;
mod simulate;

use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::sync::Mutex;

use cargo_async_init::catalog::boards::{Board, Light};
use cargo_async_init::catalog::chips::{Chip, Share};
use cargo_async_init::catalog::partitions::Partitions;
use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;

/// The projects whose images were booted, and those that no emulator here can judge.
static BOOTED: Mutex<(Vec<String>, Vec<String>)> = Mutex::new((Vec::new(), Vec::new()));

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let mut met = BTreeSet::new();
    let projects = projects::to_link().into_iter();
    let projects = projects.flat_map(|project| {
        is_new(&project, &mut met);
        let blinks = project.answers.one("kind") == Some("blinky");
        let mut ways = project.with_every_way();
        // What a panic does is the same for every kind.
        ways.retain(|way| (blinks || !way.answers.has("panic")) && is_new(way, &mut met));
        [vec![project], ways].concat()
    });
    let mut sorts = Vec::new();
    let mut loaded = BTreeSet::new();
    let mut divided = false;
    let mut flashers = BTreeSet::new();
    let trials = projects
        .flat_map(|project| {
            let simulated = sort_of(&project).filter(|sort| !sorts.contains(sort));
            sorts.extend(simulated);
            let name = format!("{}-simulated", project.slug());
            let other = project.clone();
            let project_of_link = project.clone();
            let family = family_and_kind(&project);
            let link = Trial::test(project.slug(), move || link(&project));
            let simulation = simulated.map(|_| Trial::test(name, move || simulate(&other)));
            let bootloader = bootloader(&project_of_link).filter(|_| loaded.insert(family));
            let flash = flash(&project_of_link, &mut flashers);
            let without_bank = without_bank(&project_of_link).filter(|_| !divided);
            divided |= without_bank.is_some();
            [Some(link), flash, simulation, bootloader, without_bank]
                .into_iter()
                .flatten()
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    tell();
    conclusion.exit();
}

/// Whether a way of logging or panicking has a layer that was not linked before: a kind's with any family of
/// chips, and a blinking program's with that very family, for all that does not depend on the kind.
fn is_new(project: &Project, met: &mut BTreeSet<(Option<&'static str>, String)>) -> bool {
    let family = match family_and_kind(project) {
        Some((family, "blinky")) => Some(family),
        Some((_, kind)) => Some(kind),
        None => None,
    };
    let layers = project.built_of().into_iter();
    layers
        .filter(|layer| met.insert((family, layer.clone())))
        .count()
        > 0
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

fn family_and_kind(project: &Project) -> Option<(&'static str, &'static str)> {
    let blueprint = project.blueprint("my-app");
    Some((blueprint.board?.family(), blueprint.kind.id))
}

/// The kind of a project that can be simulated, and what its program shows and waits for, where that is all
/// that it does.
type Sort = (&'static str, Option<(Discriminant<Light>, bool)>);

fn sort_of(project: &Project) -> Option<Sort> {
    let blueprint = project.blueprint("my-app");
    let simulated = project
        .files("my-app")
        .get("examples/simulate/main.rs")
        .is_some();
    let board = blueprint.board.filter(|_| simulated)?;
    let shown = (discriminant(&board.light), board.button.is_some());
    let is_all = matches!(blueprint.kind.id, "blinky" | "low-power");
    Some((blueprint.kind.id, is_all.then_some(shown)))
}

fn simulate(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    let board = project.blueprint("my-app").board;
    let board = board.ok_or("firmware has a board")?;
    match project.answers.one("kind") {
        Some("low-power") => simulate::watch_flashes(&folder)?,
        Some("serial") => simulate::talk(&folder)?,
        Some("net") => simulate::connect(&folder)?,
        Some("usb") => simulate::plug_in(&folder)?,
        Some("ble") => simulate::meet(&folder)?,
        _ => simulate::watch(&folder, board.button.is_some())?,
    }
    Ok(())
}

/// The trial of what `cargo run` does, for the first project with each flasher.
fn flash(project: &Project, met: &mut BTreeSet<&'static str>) -> Option<Trial> {
    let board = project.blueprint("my-app").board?;
    let is_new = cfg!(unix) && met.insert(board.flasher.id);
    let project = project.clone();
    let name = format!("{}-flashed", project.slug());
    let flashed = move || {
        let folder = projects::generated(&project);
        let image = built(&project.slug(), board.chip());
        projects::cargo(&folder, "build --release")?;
        Ok(flash::flash(&folder, &board, &image)?)
    };
    is_new.then(|| Trial::test(name, flashed))
}

/// The trial of a project that can have a bootloader.
fn bootloader(project: &Project) -> Option<Trial> {
    let can = project.extras().contains(&"bootloader");
    let project = project.clone();
    let name = format!("{}-bootloader", project.slug());
    can.then(|| Trial::test(name, move || link_with_bootloader(&project)))
}

/// The control of the banks, for a project whose chip lets one choose.
fn without_bank(project: &Project) -> Option<Trial> {
    let bank = match project.answers.one("banks")? {
        "single" => "\"single-bank\"",
        _ => "\"dual-bank\"",
    };
    let project = project.clone();
    let name = format!("{}-without-bank", project.slug());
    Some(Trial::test(name, move || refuse_without(&project, bank)))
}

/// A program whose bank nobody has chosen does not build: it would not know how long its flash is.
fn refuse_without(project: &Project, bank: &str) -> Result<(), Failed> {
    let name = format!("{}-without-bank", project.slug());
    let mut files = project.files(&name);
    let manifest = files.get("Cargo.toml").ok_or("no manifest")?.text.clone();
    let broken = manifest
        .replace(&format!(", {bank}"), "")
        .replace(&format!("{bank}, "), "");
    if broken == manifest {
        return Err(format!("{bank} is not in the manifest").into());
    }
    files.insert("Cargo.toml", broken);
    let folder = projects::workshop().join(&name);
    projects::sync(&folder, &files);
    match projects::cargo(&folder, "build --release") {
        Ok(_) => Err("builds although it must not".into()),
        Err(said) if said.contains("No Cargo feature to select one is enabled") => Ok(()),
        Err(said) => Err(format!("fails for another reason: {said}").into()),
    }
}

/// Both images lie where the partitions say, and each could start there.
fn link_with_bootloader(project: &Project) -> Result<(), Failed> {
    let project = project.with(&["bootloader"]);
    let folder = projects::generated(&project);
    let board = project.blueprint("my-app").board;
    let board = board.ok_or("firmware has a board")?;
    let parts = Partitions::of(board.chip()).map_err(|_| "no partitions")?;
    projects::cargo_without_warnings(&folder, "build --release")?;
    let own = "build --release --manifest-path bootloader/Cargo.toml";
    projects::cargo_without_warnings(&folder, own)?;
    let built = projects::shared_target().join(board.target());
    let images = [
        (project.with(&[]).slug(), parts.active),
        ("bootloader".to_owned(), parts.bootloader),
    ];
    for (name, region) in images {
        let image = built.join("release").join(&name);
        let memory = Share {
            flash: region,
            ..board.memory()
        };
        let report =
            elf::check(&image, board.chip(), &memory).map_err(|errors| errors.join("\n"))?;
        println!("{name}: {report}");
    }
    Ok(())
}

fn link(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    projects::cargo_without_warnings(&folder, "build --release")?;
    let board = project
        .blueprint("my-app")
        .board
        .ok_or("firmware has a board")?;
    examine(&project.slug(), board.chip(), &board.memory())?;
    boot(project, &board)?;
    let Some(other) = board.chip().other_core() else {
        return Ok(());
    };
    projects::cargo_without_warnings(&folder.join("other-core"), "build --release")?;
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

/// For which series, kinds of program and sorts of light broken copies of an image were booted, too.
static DISPROVED: Mutex<BTreeSet<(&str, &str, bool)>> = Mutex::new(BTreeSet::new());

/// Boots an image where its core can be emulated; and broken copies of it, where none of that sort was before: whether
/// the emulator notices them does not depend on the board.
fn boot(project: &Project, board: &Board) -> Result<(), Failed> {
    let image = project.slug();
    let mut booted = BOOTED.lock().map_err(|error| error.to_string())?;
    // What the harness judges is the light of a program that blinks or flashes, and what a console answers.
    let spec = boot::Spec::of(board).and_then(|spec| match project.answers.one("kind") {
        Some("blinky") => Some(spec),
        Some("serial") => spec.with_console(board),
        Some("low-power") => spec.with_flashes(),
        _ => None,
    });
    let Some(spec) = spec else {
        booted.1.push(image);
        return Ok(());
    };
    let sort = (
        board.chip().series,
        project.answers.one("kind").unwrap_or_default(),
        matches!(board.light, Light::Matrix { .. }),
    );
    let mut disproved = DISPROVED.lock().map_err(|error| error.to_string())?;
    let path = built(&image, board.chip());
    let (told, noticed) = boot::boot(&path, &spec, disproved.insert(sort))?;
    if noticed > 0 {
        println!("{image}: {told}; {noticed} ways to break it noticed");
    } else {
        println!("{image}: {told}");
    }
    booted.0.push(image);
    Ok(())
}
