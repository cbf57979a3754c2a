//! Every chip's firmware, linked, examined and booted: resumable, in parts, and pruned as it goes.
//!
//! Progress is a line for each chip in `reports/chips.tsv`, written as soon as it is known. A chip is
//! tried again only where its line is of another version of the templates and the catalogue, so a
//! run that is stopped loses at most what was being built.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cargo_async_init::answers::{Answer, Answers};
use cargo_async_init::ask::with_defaults;
use cargo_async_init::blueprint::TOOL_VERSION;
use cargo_async_init::catalog::boards::Board;
use cargo_async_init::catalog::chips::{self, Chip, Class};
use cargo_async_init::fileset::File;
use cargo_async_init::tree::tree;

use crate::boot::{self, Spec};
use crate::elf;
use crate::projects::{self, Project};
use crate::setup;

const STATE: &str = "reports/chips.tsv";
const REPORT: &str = "reports/chips.md";
const HEADER: &str =
    "# chip\tresult\tflash\tram\tseconds\tid of the project's files\twhat went wrong";

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

/// How a chip did.
#[derive(Clone, Debug)]
struct Line {
    chip: String,
    /// `booted`, `linked`, or `failed`.
    result: String,
    flash: u32,
    ram: u32,
    seconds: f64,
    /// The files that decide the image, in short: another one means that the line is stale.
    id: String,
    why: String,
}

/// Tries what has not been tried, and writes state and report.
pub fn run(options: &Options) -> Result<(), String> {
    setup::run()?;
    let began = Instant::now();
    let state = Mutex::new(read()?);
    let wanted = wanted(options);
    let todo: Vec<(&Chip, Project)> = wanted
        .iter()
        .map(|chip| (*chip, project(chip)))
        .filter(|(chip, project)| !known(&state, chip, project))
        .collect();
    println!("{} chips wanted, {} to try", wanted.len(), todo.len());
    let next = AtomicUsize::new(0);
    let out_of_time = || {
        let limit = options
            .minutes
            .map(|minutes| Duration::from_secs(minutes * 60));
        limit.is_some_and(|limit| began.elapsed() >= limit)
    };
    std::thread::scope(|scope| {
        for job in 0..options.jobs {
            let (next, todo, state) = (&next, &todo, &state);
            scope.spawn(move || {
                while !out_of_time() {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((chip, project)) = todo.get(place) else {
                        return;
                    };
                    let line = attempt(job, chip, project);
                    tell(place, todo.len(), began, &line);
                    if let Err(error) = note(state, line) {
                        eprintln!("{error}");
                    }
                }
            });
        }
    });
    let mut lines = state.into_inner().map_err(|error| error.to_string())?;
    // What was tried of another image says nothing of this one.
    lines.retain(|chip, line| chips::find(chip).is_some_and(|chip| line.id == id(&project(chip))));
    fs::write(place(REPORT), report(&lines)).map_err(|error| format!("{REPORT}: {error}"))?;
    let current = |chip: &&&Chip| {
        lines
            .get(chip.name)
            .is_some_and(|line| line.result == "failed")
    };
    let failed = wanted.iter().filter(current).count();
    if failed > 0 {
        return Err(format!("{failed} chips failed: see {REPORT}"));
    }
    Ok(())
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

fn known(state: &Mutex<BTreeMap<String, Line>>, chip: &Chip, project: &Project) -> bool {
    let Ok(state) = state.lock() else {
        return false;
    };
    let line = state.get(chip.name);
    line.is_some_and(|line| line.result != "failed" && line.id == id(project))
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

/// The end of what was said, where compilers put the reason.
fn in_a_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let error = |line: &&&str| line.starts_with("error") || line.contains("panicked");
    let reason = lines.iter().find(error).or(lines.first());
    reason
        .unwrap_or(&"")
        .replace('\t', " ")
        .chars()
        .take(200)
        .collect()
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

fn tell(place: usize, of: usize, began: Instant, line: &Line) {
    let done = place + 1;
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let left = began.elapsed().as_secs_f64() / done as f64 * (of - done) as f64 / 60.0;
    println!(
        "{done}/{of} {} {} {:.0} s, some {left:.0} minutes left {}",
        line.chip, line.result, line.seconds, line.why
    );
}

fn read() -> Result<BTreeMap<String, Line>, String> {
    let Ok(text) = fs::read_to_string(place(STATE)) else {
        return Ok(BTreeMap::new());
    };
    let mut lines = BTreeMap::new();
    for row in text.lines().filter(|row| !row.starts_with('#')) {
        let line = parsed(row).ok_or_else(|| format!("{STATE}: cannot read `{row}`"))?;
        lines.insert(line.chip.clone(), line);
    }
    Ok(lines)
}

fn parsed(row: &str) -> Option<Line> {
    let columns: Vec<&str> = row.split('\t').collect();
    let [chip, result, flash, ram, seconds, id, why] = columns.as_slice() else {
        return None;
    };
    Some(Line {
        chip: (*chip).to_owned(),
        result: (*result).to_owned(),
        flash: flash.parse().ok()?,
        ram: ram.parse().ok()?,
        seconds: seconds.parse().ok()?,
        id: (*id).to_owned(),
        why: (*why).to_owned(),
    })
}

fn note(state: &Mutex<BTreeMap<String, Line>>, line: Line) -> Result<(), String> {
    let mut lines = state.lock().map_err(|error| error.to_string())?;
    lines.insert(line.chip.clone(), line);
    let mut text = format!("{HEADER}\n");
    for line in lines.values() {
        let Line {
            chip,
            result,
            flash,
            ram,
            seconds,
            id,
            why,
        } = line;
        let _ = writeln!(
            text,
            "{chip}\t{result}\t{flash}\t{ram}\t{seconds:.0}\t{id}\t{why}"
        );
    }
    let path = place(STATE);
    let new = path.with_extension("new");
    let wrong = |error: std::io::Error| format!("{STATE}: {error}");
    fs::write(&new, text).map_err(wrong)?;
    fs::rename(&new, &path).map_err(wrong)
}

fn report(lines: &BTreeMap<String, Line>) -> String {
    let mut text = format!(
        "# Every chip\n\ncargo-async-init {TOOL_VERSION}, by `cargo xtask chips`: blinky for each chip with an LED \
         and a button, linked in release, its image examined, and booted under emulation where its core can \
         be emulated. Nothing here was verified on hardware. `reports/chips.tsv` has a line for each chip.\n\n\
         | series | chips | refused | booted | linked, not booted | failed | not yet tried | sets of registers booted |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    let mut series: BTreeMap<&str, Vec<&Chip>> = BTreeMap::new();
    for chip in chips::all() {
        series.entry(chip.series).or_default().push(chip);
    }
    for (name, chips) in &series {
        text.push_str(&row(name, chips, lines));
    }
    text.push_str(&row("all", &chips::all().iter().collect::<Vec<_>>(), lines));
    text.push_str(&figures(lines));
    let hours = lines.values().map(|line| line.seconds).sum::<f64>() / 3600.0;
    let _ = writeln!(
        text,
        "\n{hours:.1} hours of building in all, jobs side by side counted each."
    );
    let failed = lines.values().filter(|line| line.result == "failed");
    let failed: Vec<String> = failed
        .map(|line| format!("- `{}`: {}\n", line.chip, line.why))
        .collect();
    if !failed.is_empty() {
        let _ = write!(text, "\n## Failed\n\n{}", failed.concat());
    }
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for (reason, _) in chips::all().iter().filter_map(Chip::refusal) {
        *refused.entry(reason).or_default() += 1;
    }
    text.push_str("\n## Refused\n\n");
    for (reason, count) in refused {
        let _ = writeln!(text, "- {count}: {reason}");
    }
    text
}

/// How many of the images that were tried link, and how many of a Cortex-M's boot.
fn figures(lines: &BTreeMap<String, Line>) -> String {
    let tried: Vec<(&Chip, &str)> = chips::offered()
        .filter_map(|chip| Some((chip, lines.get(chip.name)?.result.as_str())))
        .collect();
    let linked = tried.iter().filter(|(_, result)| *result != "failed");
    let cortex = tried
        .iter()
        .filter(|(chip, _)| chip.target().starts_with("thumb"));
    let booted = cortex.clone().filter(|(_, result)| *result == "booted");
    let (linked, booted, cortex) = (linked.count(), booted.count(), cortex.count());
    format!(
        "\n{linked} of the {} chips that were tried link and pass the check of their image; of the {cortex} \
         with a Cortex-M, {booted} boot and blink. The others have a second core or peripherals for which \
         there is no emulator here.\n",
        tried.len()
    )
}

/// One row of the table: a series, or all.
fn row(name: &str, chips: &[&Chip], lines: &BTreeMap<String, Line>) -> String {
    let offered: Vec<&&Chip> = chips
        .iter()
        .filter(|chip| chip.refusal().is_none())
        .collect();
    let ended = |result: &str| {
        let is = |chip: &&&&Chip| {
            lines
                .get(chip.name)
                .is_some_and(|line| line.result == result)
        };
        offered.iter().filter(is).count()
    };
    let sets = |chips: &[&&Chip]| {
        let sets: BTreeSet<_> = chips.iter().map(|chip| (chip.family, chip.pac)).collect();
        sets.len()
    };
    let booted: Vec<&&Chip> = offered
        .iter()
        .copied()
        .filter(|chip| {
            lines
                .get(chip.name)
                .is_some_and(|line| line.result == "booted")
        })
        .collect();
    let (ran, linked, failed) = (ended("booted"), ended("linked"), ended("failed"));
    format!(
        "| {name} | {} | {} | {ran} | {linked} | {failed} | {} | {} of {} |\n",
        chips.len(),
        chips.len() - offered.len(),
        offered.len() - ran - linked - failed,
        sets(&booted),
        sets(&offered)
    )
}
