//! Running a board's release image on this machine, as it is, with the memory of that very chip:
//! whether it starts, sleeps, wakes by its timer, lights its light at once, keeps its pace and heeds
//! its button. `emulator` does it; what a pass proves, and what not, is said there.
//!
//! [`boot`] runs an image, and if asked breaks copies of it, or of what is said about the board, and says which
//! of them would have passed: a check that cannot fail proves nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cargo_async_init::catalog::boards::{Board, Level, Light};
use cargo_async_init::catalog::chips::Class;
use object::{Object as _, ObjectSegment as _, ObjectSymbol as _, SymbolKind};
use serde_json::{Value, json};

use crate::projects;

// Named, for another program here has this file as a part too.
#[path = "talk.rs"]
mod talk;

/// How often the light changes, in milliseconds, before any press and after each: `blinky`'s paces.
const PACES: [u32; 3] = [500, 200, 50];
/// For how long `low-power` flashes, and how often, before any press and after each, in milliseconds.
const FLASH: u32 = 20;
const PERIODS: [u32; 2] = [5000, 1000];
/// For how long a level has to last until `blinky` takes it for a press, in milliseconds.
const SETTLED: u32 = 20;
/// Without a button `blinky` presses one itself, after so many milliseconds.
const EVERY: u32 = 5000;
/// What `blinky` shows on a matrix.
const HEART: [&str; 5] = [".#.#.", "#####", "#####", ".###.", "..#.."];
/// The same on the matrix of the first micro:bit, which wires five rows of five as three of nine.
const HEART_OF_THREE: [&str; 3] = [".....####", "#####....", "#..######"];

/// How a target's name begins, and what the emulator calls its core.
const CORES: [(&str, &str); 4] = [
    ("thumbv6m-", "m0"),
    ("thumbv7m-", "m3"),
    ("thumbv7em-", "m4"),
    ("thumbv8m.main-", "m33"),
];
/// How a chip's name begins, and what the emulator calls its vendor.
const VENDORS: [(&str, &str); 3] = [("stm32", "stm32"), ("nrf", "nrf"), ("rp2", "rp")];

/// What the emulator has to know of chip and board: `emulator/spec.py` says what each key means.
#[derive(Clone, Debug)]
pub(crate) struct Spec(Value);

impl Spec {
    /// A board's; none where the emulator has no such core, knows nothing of its vendor's chips, or
    /// has not the radio chip without which the program does not go on.
    pub(crate) fn of(board: &Board) -> Option<Self> {
        let chip = board.chip();
        // The second of two cores waits for what the first says, and that one is not there.
        if matches!(board.light, Light::Wireless) || chip.class == Class::Secondary {
            return None;
        }
        let (flash, mut ram) = (board.flash(), board.ram());
        let mut shared = board.memory().shared;
        if let Some(before) = shared.take_if(|shared| shared.end() == ram.origin) {
            ram.origin = before.origin;
            ram.length += before.length;
        }
        let core = beginning(&CORES, board.target())?;
        let vendor = beginning(&VENDORS, chip.name)?;
        let led = match &board.light {
            Light::Pin { pin, lit, .. } => json!({"pin": pin, "lit": lit.name()}),
            Light::Matrix { rows, columns, .. } => {
                let picture = if rows.len() == HEART.len() {
                    &HEART[..]
                } else {
                    &HEART_OF_THREE
                };
                json!({"rows": rows, "columns": columns, "picture": picture})
            }
            Light::Pixel { .. } | Light::None | Light::Wireless => Value::Null,
        };
        let button = board.button.as_ref().map(
            |button| json!({"pin": button.pin, "pressed": button.pressed.name(), "settle": SETTLED}),
        );
        let mut spec = json!({
            "chip": chip.name,
            "vendor": vendor,
            "core": core,
            "flash": [flash.origin, flash.length],
            "ram": [ram.origin, ram.length],
            "led": led,
            "button": button,
            "expect": PACES,
        });
        if let Some(shared) = shared {
            spec["shared"] = json!([shared.origin, shared.length]);
        }
        if board.button.is_none() {
            spec["every"] = json!(EVERY);
        }
        Some(Self(spec))
    }

    /// The same for a program with a console: not the pace of its light is judged, but what it answers,
    /// and what that does to the light. None where the emulator does not know where the port is.
    pub(crate) fn with_console(&self, board: &Board) -> Option<Self> {
        let console = talk::console(board)?;
        let quiet = self.with("console", console).with("expect", json!([]));
        let mut spec = quiet.with("button", Value::Null);
        spec.0.as_object_mut()?.remove("every");
        Some(spec)
    }

    /// The same for a program that flashes and sleeps. None where sleep is more than the core's own, for the
    /// emulator knows no other.
    pub(crate) fn with_flashes(&self) -> Option<Self> {
        let sleeps_in_core = self.0["vendor"] == "nrf";
        let flashing = self
            .with("flashes", json!(FLASH))
            .with("expect", json!(PERIODS));
        sleeps_in_core.then_some(flashing)
    }

    /// What is wrong with a program that has a console is told by what it answers.
    fn talks(&self) -> bool {
        !self.0["console"].is_null()
    }

    /// The same, but for one key.
    fn with(&self, key: &str, value: Value) -> Self {
        let mut spec = self.0.clone();
        spec[key] = value;
        Self(spec)
    }

    fn number(&self, key: &str, place: usize) -> u64 {
        self.0[key][place].as_u64().unwrap_or_default()
    }

    fn is_rp2040(&self) -> bool {
        self.0["chip"] == "rp2040"
    }

    /// Whether rp2040js can judge it as well: that one watches a diode on a pin.
    fn is_for_rp2040js(&self) -> bool {
        self.is_rp2040() && !self.0["led"]["pin"].is_null()
    }

    /// Where the vector table is: the first word of it is where the stack starts.
    fn vectors(&self) -> u64 {
        let behind_second_stage = if self.is_rp2040() { 0x100 } else { 0 };
        self.number("flash", 0) + behind_second_stage
    }
}

fn beginning(names: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    let found = names.iter().find(|(start, _)| word.starts_with(start));
    found.map(|(_, name)| *name)
}

/// Runs an image, an RP2040's on a second emulator as well, and with controls also broken copies of it, or of
/// what is said of its board; what was measured, and how many controls there were.
///
/// # Errors
///
/// What the light did wrong; the program's panic or fault, with a call stack; or the ways to break it that
/// were not noticed, or for a wrong reason.
pub(crate) fn boot(
    image: &Path,
    spec: &Spec,
    with_controls: bool,
) -> Result<(String, usize), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let controls = if with_controls {
        all_controls(image, spec, folder.path())?
    } else {
        Vec::new()
    };
    let broken = controls.iter().map(|control| control.job(image));
    let jobs: Vec<Job> = [Job { image, spec }].into_iter().chain(broken).collect();
    let mut outcomes = run_each(&jobs)?.into_iter();
    let booted = outcomes.next().ok_or("nothing was booted")??;
    let told = and_on_the_second(told(&booted), image, spec)?;
    let judged = controls.iter().zip(outcomes);
    let survivors: Vec<String> = judged
        .filter_map(|(control, outcome)| control.judge(outcome).err())
        .collect();
    if survivors.is_empty() {
        Ok((told, controls.len()))
    } else {
        Err(survivors.join("\n"))
    }
}

fn and_on_the_second(mut told: String, image: &Path, spec: &Spec) -> Result<String, String> {
    if spec.is_for_rp2040js() {
        let second = run_on_rp2040js(image, spec)?;
        let megahertz = second["clk_sys_hz"].as_u64().unwrap_or_default() / 1_000_000;
        let _ = write!(told, "; the same under rp2040js, at {megahertz} MHz");
    }
    Ok(told)
}

fn told(report: &Value) -> String {
    if let Some(answers) = report["answers"].as_u64() {
        return format!("boots under emulation: {answers} lines answered");
    }
    let periods = report["half_periods_ms"].as_array();
    let periods: Vec<String> = periods
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    format!(
        "boots under emulation: {} first, {} changes in {} s, half periods of {} ms",
        report["first"].as_str().unwrap_or("no light"),
        report["edges"],
        report["seconds"],
        periods.join(", ")
    )
}

/// One way to break things.
struct Control {
    way: &'static str,
    /// What has to be among the reasons.
    expected: &'static str,
    spec: Spec,
    /// A broken copy, where it is the image that is broken.
    copy: Option<std::path::PathBuf>,
}

impl Control {
    fn job<'a>(&'a self, image: &'a Path) -> Job<'a> {
        Job {
            image: self.copy.as_deref().unwrap_or(image),
            spec: &self.spec,
        }
    }

    fn judge(&self, outcome: Outcome) -> Result<(), String> {
        match outcome {
            Ok(_) => Err(format!("boots although it must not: {}", self.way)),
            Err(reason) if reason.contains(self.expected) => Ok(()),
            Err(reason) => Err(format!("{}: fails for another reason: {reason}", self.way)),
        }
    }
}

fn all_controls(image: &Path, spec: &Spec, folder: &Path) -> Result<Vec<Control>, String> {
    let (flash, ram) = (spec.number("flash", 0), spec.number("ram", 0));
    let half = spec.number("ram", 1) / 2;
    let changed = |way, expected, key: &str, value| Control {
        way,
        expected,
        spec: spec.with(key, value),
        copy: None,
    };
    let mut controls = vec![
        changed(
            "flash of a kilobyte",
            "to be flashed",
            "flash",
            json!([flash, 1024]),
        ),
        changed("half of the RAM", "no memory", "ram", json!([ram, half])),
    ];
    if spec.talks() {
        let console = &spec.0["console"];
        let broken = talk::broken(console).into_iter();
        controls.extend(
            broken.map(|(way, expected, console)| changed(way, expected, "console", console)),
        );
        controls.extend(
            wrong_light(spec)
                .into_iter()
                .filter(|_| !spec.0["led"].is_null()),
        );
    } else if !spec.0["led"].is_null() {
        let mut paces = spec.0["expect"].clone();
        paces[1] = json!(250);
        controls.push(changed("other paces", "the light", "expect", paces));
        controls.extend(wrong_light(spec));
        controls.extend(wrong_button(spec));
    }
    let above = ram + spec.number("ram", 1) + 0x1000;
    let stack = u32::try_from(above).unwrap_or(u32::MAX).to_le_bytes();
    let mut broken = vec![("a stack above RAM", "no memory", spec.vectors(), stack)];
    if spec.is_rp2040() {
        broken.push(("no second boot stage", "second stage", flash, [0; 4]));
    }
    // What cannot be executed, where a task is polled: then the stack has to be told, down to the task's
    // own source.
    if let Some(poll) = polled(image)? {
        broken.push(("a task that faults", "main.rs:", poll, UNDEFINED));
    }
    for (way, expected, address, bytes) in broken {
        let copy = folder.join(way.replace(' ', "-"));
        fs::write(&copy, patched(image, address, bytes)?).map_err(|error| error.to_string())?;
        controls.push(Control {
            way,
            expected,
            spec: spec.clone(),
            copy: Some(copy),
        });
    }
    Ok(controls)
}

/// `udf #0`, twice.
const UNDEFINED: [u8; 4] = [0x00, 0xde, 0x00, 0xde];

/// Where the executor polls a task, if that was not inlined.
fn polled(image: &Path) -> Result<Option<u64>, String> {
    let bytes = fs::read(image).map_err(|error| format!("{}: {error}", image.display()))?;
    let file = object::File::parse(&*bytes).map_err(|error| error.to_string())?;
    let poll = file.symbols().find(|symbol| {
        let name = symbol.name().unwrap_or_default();
        symbol.kind() == SymbolKind::Text && name.contains("TaskStorage") && name.contains("4poll")
    });
    // The lowest bit says that it is Thumb code.
    Ok(poll.map(|symbol| symbol.address() & !1))
}

/// The light on another pin, and the other way round.
fn wrong_light(spec: &Spec) -> Vec<Control> {
    let led = &spec.0["led"];
    let control = |way, led| Control {
        way,
        expected: "the light",
        spec: spec.with("led", led),
        copy: None,
    };
    if let Some(pin) = led["pin"].as_str() {
        let opposite = match led["lit"].as_str() {
            Some("High") => Level::Low,
            _ => Level::High,
        };
        return vec![
            control(
                "the light on another pin",
                json!({"pin": neighbour(pin), "lit": led["lit"]}),
            ),
            control(
                "the light inverted",
                json!({"pin": pin, "lit": opposite.name()}),
            ),
        ];
    }
    let mirrored: Vec<&Value> = led["columns"]
        .as_array()
        .into_iter()
        .flatten()
        .rev()
        .collect();
    let mut upside_down = led.clone();
    upside_down["rows"]
        .as_array_mut()
        .into_iter()
        .for_each(|rows| rows.reverse());
    let mut turned = led.clone();
    turned["rows"] = json!(mirrored);
    turned["columns"] = led["rows"].clone();
    let upside_down = Control {
        expected: "the matrix showed",
        ..control("the rows the other way round", upside_down)
    };
    vec![upside_down, control("rows and columns exchanged", turned)]
}

/// The button on another pin.
fn wrong_button(spec: &Spec) -> Option<Control> {
    let button = &spec.0["button"];
    let mut moved = button.clone();
    moved["pin"] = json!(neighbour(button["pin"].as_str()?));
    Some(Control {
        way: "the button on another pin",
        expected: "the light",
        spec: spec.with("button", moved),
        copy: None,
    })
}

/// The pin beside a pin: of every pair both exist.
fn neighbour(name: &str) -> String {
    moved(name, 1)
}

/// A pin or a port with a number in which these bits are others.
fn moved(pin: &str, bits: u32) -> String {
    let start = pin.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &pin[start.len()..];
    let number = digits.parse::<u32>().unwrap_or_default() ^ bits;
    format!("{start}{number:0width$}", width = digits.len())
}

/// An image in which a word of what is flashed is another.
fn patched(image: &Path, address: u64, word: [u8; 4]) -> Result<Vec<u8>, String> {
    let mut bytes = fs::read(image).map_err(|error| format!("{}: {error}", image.display()))?;
    let file = object::File::parse(&*bytes).map_err(|error| error.to_string())?;
    let offset = file.segments().find_map(|segment| {
        let (offset, length) = segment.file_range();
        let within = address.checked_sub(segment.address())?;
        (within + 4 <= length).then_some(offset + within)
    });
    let offset = offset.ok_or_else(|| format!("nothing is flashed to {address:#010x}"))?;
    let offset = usize::try_from(offset).map_err(|error| error.to_string())?;
    bytes[offset..offset + 4].copy_from_slice(&word);
    Ok(bytes)
}

/// An image, and what is said of the board that it runs on.
struct Job<'a> {
    image: &'a Path,
    spec: &'a Spec,
}

/// The emulator's report, or what it said went wrong.
type Outcome = Result<Value, String>;

/// Boots each of them; in the same order, what came of it.
fn run_each(jobs: &[Job]) -> Result<Vec<Outcome>, String> {
    let list: Vec<Value> = jobs
        .iter()
        .map(|job| json!({"image": job.image, "spec": job.spec.0}))
        .collect();
    let mut python = python(&["-m", "emulator", "--each"]);
    let output = fed(&mut python, &json!(list).to_string()).map_err(|error| no_python(&error))?;
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("the emulator failed:\n{said}")
    })?;
    if reports.len() != jobs.len() {
        return Err(format!("{} of {} were judged", reports.len(), jobs.len()));
    }
    Ok(reports.into_iter().map(outcome).collect())
}

fn outcome(report: Value) -> Outcome {
    if report["ok"] == true {
        return Ok(report);
    }
    let said = report["said"].as_str().unwrap_or_default();
    Err(format!("the image does not boot under emulation:\n{said}"))
}

fn run_on_rp2040js(image: &Path, spec: &Spec) -> Outcome {
    let node = tools().join("node");
    let mut python = python(&["-m", "emulator.rp2040js", "--node"]);
    python.arg(node).arg(image);
    let output = fed(&mut python, &spec.0.to_string()).map_err(|error| no_python(&error))?;
    match serde_json::from_slice(&output.stdout) {
        Ok(report) if output.status.success() => Ok(report),
        _ => Err(format!(
            "the image does not boot under rp2040js:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

fn python(words: &[&str]) -> Command {
    let mut python = Command::new("python3");
    python
        .args(words)
        .current_dir(projects::repository())
        .env("PYTHONPATH", tools().join("python"))
        .env("PYTHONPYCACHEPREFIX", tools().join("cache"))
        .env_remove("PYTHONDONTWRITEBYTECODE");
    python
}

fn no_python(error: &std::io::Error) -> String {
    format!(
        "cannot run `python3`: {error}; install Python 3 with pip, then run `cargo xtask setup`"
    )
}

fn fed(command: &mut Command, input: &str) -> std::io::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    child.wait_with_output()
}

fn tools() -> std::path::PathBuf {
    projects::emulator_tools()
}
