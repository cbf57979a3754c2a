//! Every chip's firmware, linked, examined and booted: resumable, in parts, and pruned as it goes.
//!
//! Progress is a line for each chip in `reports/chips.tsv`, written as soon as it is known. A chip is
//! tried again only where its line is of another version of the templates and the catalogue, so a
//! run that is stopped loses at most what was being built. Of two runs in one checkout the second is refused.

mod report;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cargo_async_init::answers::{Answer, Answers};
use cargo_async_init::ask::with_defaults;
use cargo_async_init::catalog::boards::Board;
use cargo_async_init::catalog::chips::{self, Chip, Class};
use cargo_async_init::fileset::File;
use cargo_async_init::tree::tree;

use crate::boot::{self, Spec};
use crate::elf;
use crate::projects::{self, Project};
use crate::setup;

use self::state::{Line, Lines};

const STATE: &str = "reports/chips.tsv";
const REPORT: &str = "reports/chips.md";

const IN_USE: &str = "another `cargo xtask chips` runs in this checkout
help: wait for it, or run this one with `--partition` in a clone of its own";

/// What every chip's project is called: they are built one after the other in one folder.
const NAME: &str = "chip";

/// Pins that are taken on many chips: debugging, the low-frequency crystal, NFC, reset, strapping.
const TAKEN: &[&str] = &[
    "PA13", "PA14", "PA15", "PB3", "PB4", "PC14", "PC15", "P0_00", "P0_01", "P0_09", "P0_10",
    "P0_18", "P0_21", "P1_00", "P1_01", "P1_02", "P1_03", "GPIO0", "GPIO2", "GPIO8", "GPIO9",
];

/// Which chips to try.
pub struct Options {
    /// One chip for each distinct set of registers and vectors, instead of all.
    pub distinct: bool,
    /// Only each so-manieth chip: (which, of how many), from 1.
    pub partition: (usize, usize),
    /// How many to build at once, each in a target folder of its own.
    pub jobs: usize,
    /// When to stop, if not at the end.
    pub minutes: Option<u64>,
}

/// Tries what has not been tried, and writes state and report; without any time, the report alone.
pub fn run(options: &Options) -> Result<(), String> {
    let wanted = wanted(options);
    // A report takes no tools, and may be written while another run builds.
    let lines = if options.minutes == Some(0) {
        state::read(&place(STATE))?
    } else {
        let _alone = alone(&projects::workshop())?;
        setup::run()?;
        attempt_each(&wanted, options)?
    };
    conclude(&wanted, lines)
}

/// Keeps other runs out of the folders of this one's jobs, and away from its state, while the file is held:
/// the system lets go of it however this process ends.
fn alone(folder: &Path) -> Result<fs::File, String> {
    let path = folder.join("chips.lock");
    let wrong = |error: io::Error| format!("cannot lock `{}`: {error}", path.display());
    fs::create_dir_all(folder).map_err(wrong)?;
    let file = fs::File::create(&path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(IN_USE.to_owned()),
        Err(TryLockError::Error(error)) => Err(wrong(error)),
    }
}

/// Tries those that are not known, several at once; all lines that there are in the end.
fn attempt_each(wanted: &[&'static Chip], options: &Options) -> Result<Lines, String> {
    let began = Instant::now();
    let lines = state::read(&place(STATE))?;
    let projects = wanted.iter().map(|chip| (*chip, project(chip)));
    let todo: Vec<(&Chip, Project)> = projects
        .filter(|(chip, project)| !is_known(&lines, chip.name, &id(project)))
        .collect();
    println!("{} chips wanted, {} to try", wanted.len(), todo.len());
    let lines = Mutex::new(lines);
    let next = AtomicUsize::new(0);
    let limit = options
        .minutes
        .map(|minutes| Duration::from_secs(minutes * 60));
    let out_of_time = || limit.is_some_and(|limit| began.elapsed() >= limit);
    std::thread::scope(|scope| {
        for job in 0..options.jobs {
            let (next, todo, lines) = (&next, &todo, &lines);
            scope.spawn(move || {
                while !out_of_time() {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((chip, project)) = todo.get(place) else {
                        return;
                    };
                    let line = attempt(job, chip, project);
                    tell(place + 1, todo.len(), began.elapsed(), &line);
                    if let Err(error) = note(lines, line) {
                        eprintln!("{error}");
                    }
                }
            });
        }
    });
    lines.into_inner().map_err(|error| error.to_string())
}

/// Whether a chip need not be tried again: its image is that of the line, and nothing was wrong with it.
fn is_known(lines: &Lines, chip: &str, id: &str) -> bool {
    let line = lines.get(chip);
    line.is_some_and(|line| line.result != "failed" && line.id == id)
}

/// Adds a line, and writes all of them: whatever stops the run then, it is kept.
fn note(lines: &Mutex<Lines>, line: Line) -> Result<(), String> {
    let mut lines = lines.lock().map_err(|error| error.to_string())?;
    lines.insert(line.chip.clone(), line);
    state::write(&place(STATE), &lines)
}

/// Writes the report; an error where one of the wanted failed.
fn conclude(wanted: &[&Chip], mut lines: Lines) -> Result<(), String> {
    // What was tried of another image says nothing of this one.
    lines.retain(|chip, line| {
        let offered = chips::find(chip).filter(|chip| chip.refusal().is_none());
        offered.is_some_and(|chip| line.id == id(&project(chip)))
    });
    fs::write(place(REPORT), report::report(&lines))
        .map_err(|error| format!("{REPORT}: {error}"))?;
    let failed = |chip: &&&Chip| {
        let line = lines.get(chip.name);
        line.is_some_and(|line| line.result == "failed")
    };
    match wanted.iter().filter(failed).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} chips failed: see {REPORT}")),
    }
}

/// A path of this repository.
fn place(path: &str) -> PathBuf {
    projects::repository().join(path)
}

fn wanted(options: &Options) -> Vec<&'static Chip> {
    let mut met = BTreeSet::new();
    let (which, of) = options.partition;
    chips::offered()
        .filter(|chip| !options.distinct || met.insert((chip.family, chip.pac)))
        .enumerate()
        .filter(|(index, _)| index % of == which - 1)
        .map(|(_, chip)| chip)
        .collect()
}

/// Blinky on that chip, with an LED and a button.
fn project(chip: &'static Chip) -> Project {
    let mut given = Answers::default();
    given.set("chip", Answer::One(chip.name));
    given.set("kind", Answer::One("blinky"));
    let (led, button) = pins(chip);
    given.set("led", Answer::One(led));
    // The second of two cores has no interrupts of pins, so it is not asked for one.
    if chip.class != Class::Secondary {
        given.set("button", Answer::One(button));
    }
    let answers = tree().canonical(&with_defaults(tree(), &given));
    Project { answers }.with(&[])
}

/// Two pins that nothing else takes, with numbers of their own: a line of the STM32's interrupts
/// serves one port only.
fn pins(chip: &Chip) -> (&'static str, &'static str) {
    let names: Vec<&'static str> = chips::pin_names().iter().map(String::as_str).collect();
    let free = |pin: &&'static str| chip.has_pin(pin) && !TAKEN.contains(pin);
    let mut free = names.into_iter().filter(free);
    let led = free.next().unwrap_or("none");
    (led, free.next().unwrap_or("none"))
}

/// What decides the image: files of the project, under one name for all.
fn id(project: &Project) -> String {
    let mut ids = String::new();
    let files = project.files(NAME);
    let decisive = files.iter().filter_map(|(path, file)| {
        let text = decisive(path, &file.text)?;
        Some((path, File { text }))
    });
    for (path, file) in decisive {
        let _ = write!(ids, "{path} {} ", file.blob_id());
    }
    let mut id = File { text: ids }.blob_id();
    id.truncate(12);
    id
}

/// What the image has of that file. What is written for people may change as it likes.
fn decisive(path: &str, text: &str) -> Option<String> {
    const FILES: [&str; 4] = ["Cargo.toml", "build.rs", "memory.x", "rust-toolchain.toml"];
    if path == ".cargo/config.toml" {
        return Some(settings(text));
    }
    let decides = path.starts_with("src/") || FILES.contains(&path);
    decides.then(|| text.to_owned())
}

/// What cargo's configuration says of building, and not of what is done with the image, or for short.
fn settings(text: &str) -> String {
    let mut is_alias = false;
    let builds = |line: &&str| {
        if line.starts_with('[') {
            is_alias = *line == "[alias]";
        }
        let is_said = !line.is_empty() && !line.starts_with('#');
        is_said && !is_alias && !line.starts_with("runner = ")
    };
    text.lines().filter(builds).collect::<Vec<_>>().join("\n")
}

fn attempt(job: usize, chip: &Chip, project: &Project) -> Line {
    let began = Instant::now();
    let tried = try_it(job, project);
    let (result, flash, ram, why) = match tried {
        Ok((booted, report)) => {
            let result = if booted { "booted" } else { "linked" };
            (result, report.flash.0, report.ram.0, String::new())
        }
        Err(why) => ("failed", 0, 0, in_a_line(&why)),
    };
    Line {
        chip: chip.name.to_owned(),
        result: result.to_owned(),
        flash,
        ram,
        seconds: began.elapsed().as_secs_f64(),
        id: id(project),
        why,
    }
}

/// Of what was said the line with the reason, without where anything is on this machine or is fetched
/// from: lines of several machines go into one report.
fn in_a_line(text: &str) -> String {
    let is_reason = |line: &&str| line.trim().starts_with("error") || line.contains("panicked");
    let reason = text.lines().find(is_reason).or(text.lines().next());
    let is_place = |word: &str| {
        let bare = word.trim_start_matches(|letter: char| "`'\"(".contains(letter));
        bare.starts_with('/') || word.contains("://")
    };
    let words = reason.unwrap_or_default().split_whitespace();
    let words: Vec<&str> = words
        .map(|word| if is_place(word) { "…" } else { word })
        .collect();
    words.join(" ").chars().take(200).collect()
}

fn try_it(job: usize, project: &Project) -> Result<(bool, elf::Report), String> {
    // One folder and one target folder for each job: the lock file and the dependencies stay.
    let folder = projects::workshop().join(format!("chips-{job}"));
    let target = projects::workshop().join(format!("chips-{job}-target"));
    projects::sync(&folder, &project.files(NAME));
    let mut cargo = projects::command("cargo", &folder);
    cargo.env("CARGO_TARGET_DIR", &target);
    let built = built(cargo.args(["build", "--release", "--jobs", "1"]));
    let board = project
        .blueprint(NAME)
        .board
        .ok_or("firmware has a board")?;
    let image = target.join(board.target()).join("release").join(NAME);
    let judged = built.and_then(|()| judge(&image, &board));
    prune(&target, board.target());
    judged
}

fn built(cargo: &mut Command) -> Result<(), String> {
    let output = cargo.output().map_err(|error| error.to_string())?;
    projects::finished("cargo build --release", &output).map(|_| ())
}

fn judge(image: &Path, board: &Board) -> Result<(bool, elf::Report), String> {
    let report =
        elf::check(image, board.chip(), &board.memory()).map_err(|errors| errors.join("; "))?;
    let Some(spec) = Spec::of(board) else {
        return Ok((false, report));
    };
    boot::boot(image, &spec, false)?;
    Ok((true, report))
}

/// Takes away what no other chip can use: the program, the abstraction layer and the registers.
fn prune(target: &Path, triple: &str) {
    let spent = [
        NAME,
        "embassy-stm32",
        "embassy_stm32",
        "stm32-metapac",
        "stm32_metapac",
    ];
    for release in [target.join("release"), target.join(triple).join("release")] {
        for folder in ["", "deps", "build", ".fingerprint"] {
            remove_starting(&release.join(folder), &spent);
        }
    }
}

fn remove_starting(folder: &Path, starts: &[&str]) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bare = name.strip_prefix("lib").unwrap_or(&name);
        let spent = starts.iter().any(|start| {
            bare.strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
        });
        if spent {
            let path = entry.path();
            let _ = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
        }
    }
}

fn tell(done: usize, of: usize, spent: Duration, line: &Line) {
    let left = minutes_left(spent, done, of);
    println!(
        "{done}/{of} {} {} {:.0} s, some {left:.0} minutes left {}",
        line.chip, line.result, line.seconds, line.why
    );
}

/// How long the rest takes, if it takes as long for each as what is done.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn minutes_left(spent: Duration, done: usize, of: usize) -> f64 {
    spent.as_secs_f64() / done as f64 * (of - done) as f64 / 60.0
}
