//! Every project of the tree, generated and kept up to date on disk, for the tiers that build them.
#![allow(dead_code, reason = "each tier uses a part of it")]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use cargo_async_init::answers::{Answer, Answers};
use cargo_async_init::ask::with_defaults;
use cargo_async_init::blueprint::Blueprint;
use cargo_async_init::catalog::boards::{BOARDS, Board, Light};
use cargo_async_init::catalog::chips::samples;
use cargo_async_init::catalog::extras::EXTRAS;
use cargo_async_init::catalog::kinds::Part;
use cargo_async_init::fileset::FileSet;
use cargo_async_init::lab::{self, Lab};
use cargo_async_init::name::PackageName;
use cargo_async_init::plan::plan;
use cargo_async_init::template;
use cargo_async_init::tree::{CUSTOM, NOTHING, Style, tree};

/// The options that say something of a board: [`told`] has a project for each.
const HARDWARE: [&str; 4] = ["crystal", "flash-size", "program-start", "flasher"];

/// A path of the tree, with extras: what decides one project.
#[derive(Clone, Debug)]
pub struct Project {
    /// The answers below the leaf.
    pub answers: Answers,
}

impl Project {
    /// Its answers in a row: `tokio-http`, `uring-file-compio`, `embassy-blinky-pico`.
    pub fn slug(&self) -> String {
        let words: Vec<String> = self
            .answers
            .in_order(tree())
            .map(|(question, answer)| (question.id, answer.to_flag_value().replace(',', "-")))
            .filter(|(id, word)| !word.is_empty() && (word != NOTHING || *id == "log"))
            .map(|(_, word)| word)
            .collect();
        words.join("-").to_lowercase()
    }

    /// The blueprint under that name.
    pub fn blueprint(&self, name: &str) -> Blueprint {
        let name = PackageName::parse(name).expect("a legal name");
        Blueprint::new(name, &self.answers).expect("complete answers")
    }

    /// The files under that name.
    pub fn files(&self, name: &str) -> FileSet {
        plan(&self.blueprint(name), None).unwrap_or_else(|error| panic!("{}: {error}", self.slug()))
    }

    /// The same project with these extras.
    pub fn with(&self, extras: &[&'static str]) -> Self {
        Self {
            answers: self.answers.with("with", Answer::Many(extras.to_vec())),
        }
    }

    /// The extras that it can have.
    pub fn extras(&self) -> Vec<&'static str> {
        let mut bare = self.answers.clone();
        bare.set("with", Answer::Many(Vec::new()));
        tree().extras(&bare)
    }

    /// The extras that it has.
    pub fn extras_taken(&self) -> Vec<&'static str> {
        let taken = self.blueprint("my-app").extras;
        taken.iter().map(|extra| extra.id).collect()
    }

    /// The project without those of its extras that draw in ring, and so C, for which there is no compiler here but
    /// this system's own.
    pub fn without_c(&self) -> Self {
        let mut extras = self.extras();
        extras.retain(|id| {
            EXTRAS
                .iter()
                .any(|row| row.id == *id && row.draws_in.is_empty())
        });
        self.with(&extras)
    }

    /// The project without those of its extras that ask for a newer Rust than it does itself.
    pub fn for_its_oldest_rust(&self) -> Self {
        let mut extras: Vec<&str> = self.extras();
        extras.retain(|id| {
            EXTRAS
                .iter()
                .any(|row| row.id == *id && row.rust_version.is_none())
        });
        self.with(&extras)
    }

    /// The project with each of its extras alone, and with every pair of them.
    pub fn with_each_and_every_pair(&self) -> Vec<Self> {
        let extras = self.extras();
        let pairs = extras.iter().enumerate().flat_map(|(index, &first)| {
            let seconds = extras[index + 1..].iter();
            seconds.map(move |&second| vec![first, second])
        });
        let alone = extras.iter().map(|&extra| vec![extra]);
        alone
            .chain(pairs)
            .map(|chosen| self.with(&chosen))
            .collect()
    }

    /// The same project with every other option that it can have: ways of logging and of panicking, frameworks.
    pub fn with_every_way(&self) -> Vec<Self> {
        let mut every = vec![self.answers.clone()];
        for question in &tree().questions {
            let is_way = question.style == Style::Option && !HARDWARE.contains(&question.id);
            if !is_way || tree().open(question, &self.answers).is_empty() {
                continue;
            }
            let id = question.id;
            let ways = |answers: &Answers| {
                let open = tree().open(question, answers).into_iter();
                let answered = open.map(|way| answers.with(id, Answer::One(way.value)));
                answered.map(|answers| tree().canonical(&answers)).collect()
            };
            every = every
                .iter()
                .flat_map(|each| -> Vec<Answers> { ways(each) })
                .collect();
        }
        let other = every.into_iter().filter(|each| *each != self.answers);
        other.map(|answers| Self { answers }).collect()
    }

    /// What firmware has in common with that of other boards: one stands for all.
    pub fn sort(&self) -> (String, Vec<&'static str>) {
        let blueprint = self.blueprint("my-app");
        let family = blueprint.board.as_ref().map_or("", Board::family);
        let ways = blueprint.ways.map(|way| way.map_or("", |way| way.id));
        let sort = format!("{family} {} {ways:?}", blueprint.kind.id);
        (sort, self.extras())
    }

    /// Its layers without extras, but for those that only add to the README: what is compiled.
    pub fn built_of(&self) -> Vec<String> {
        let mut layers = self.with(&[]).blueprint("my-app").layers();
        layers.retain(|layer| {
            template::layer(layer).any(|file| !file.target.starts_with("_slots/readme/"))
        });
        layers
    }

    /// Of firmware, what stands for every project that has it: the layers of a blinking program, and of
    /// any other those that it has beyond the same board's blinking one, and whether
    /// its light is a task's; with a console, the kind of its registers, too.
    fn novelty(&self) -> (Vec<String>, &'static str, bool) {
        let mut layers = self.built_of();
        if self.answers.one("kind") == Some("blinky") {
            return (layers, "", false);
        }
        let answers = self.answers.with("kind", Answer::One("blinky"));
        let answers = tree().canonical(&with_defaults(tree(), &answers));
        let common = Self { answers }.built_of();
        layers.retain(|layer| !common.contains(layer));
        let blueprint = self.blueprint("my-app");
        let console = blueprint.kind.parts.contains(&Part::Console);
        let board = blueprint.board;
        let wireless = board
            .as_ref()
            .is_some_and(|board| matches!(board.light, Light::Wireless));
        let board = board.filter(|_| console);
        (
            layers,
            board.map_or("", |board| board.chip().usart),
            wireless,
        )
    }

    /// What its sources are put together from: its kind with each of its layers, and with whatever else
    /// makes it new.
    fn parts(&self) -> BTreeSet<(&'static str, String)> {
        let (_, usart, wireless) = self.novelty();
        let kind = self.answers.one("kind").unwrap_or_default();
        let other = [format!("usart {usart}"), format!("wireless {wireless}")];
        let parts = self.built_of().into_iter().chain(other);
        parts.map(|part| (kind, part)).collect()
    }

    /// Whether it is one of the seven boards that were there first, and whose every check was promised.
    fn is_of_the_first(&self) -> bool {
        const FIRST: [&str; 7] = [
            "pico",
            "pico2",
            "nrf52840-dk",
            "microbit-v2",
            "nucleo-f411re",
            "blackpill-f411",
            "xiao-esp32c6",
        ];
        let board = self.answers.one("board");
        board.is_some_and(|board| FIRST.contains(&board))
            && self.answers.one("kind") == Some("blinky")
    }

    pub fn is_firmware(&self) -> bool {
        self.answers.one("runtime") == Some("embassy")
    }

    pub fn is_uring(&self) -> bool {
        self.answers.one("runtime") == Some("uring")
    }
}

/// Every path of the tree, without extras, and the options of what is hosted. Of the chips without a board, those that stand for all;
/// and one of each family, with something on its pins and with nothing.
pub fn all() -> Vec<Project> {
    static ALL: LazyLock<Vec<Project>> = LazyLock::new(|| {
        let mut met = BTreeSet::new();
        let answers = tree().projects().into_iter().chain(wired()).chain(told());
        answers
            .map(|answers| Project { answers }.with(&[]))
            .flat_map(|project| {
                let firmware = project.is_firmware();
                let other = (!firmware).then(|| project.with_every_way());
                std::iter::once(project).chain(other.into_iter().flatten())
            })
            .filter(|project| met.insert(project.answers.clone()))
            .collect()
    });
    ALL.clone()
}

/// One chip of each family, with an LED and a button, and with nothing on its pins: every kind of it.
fn wired() -> Vec<Answers> {
    let mut families = BTreeSet::new();
    samples()
        .filter(|chip| families.insert(chip.family))
        .flat_map(|chip| {
            let mut given = Answers::default();
            given.set("chip", Answer::One(chip.name));
            let bare = given.clone();
            given.set("led-active", Answer::One("low"));
            for question in ["led", "button"] {
                let pins = tree().question(question).expect("a question");
                let open = tree().open(pins, &given);
                let pin = open.iter().rev().map(|pin| pin.value).nth(3);
                given.set(question, Answer::One(pin.expect("a chip has pins")));
            }
            [bare, given]
                .into_iter()
                .flat_map(|given| every_kind(&given))
        })
        .collect()
}

/// Hardware of which something is said that no row of a board has, or that differs from the row.
fn told() -> impl Iterator<Item = Answers> {
    const TOLD: [&[(&str, &str)]; 9] = [
        &[
            ("chip", "stm32f411ce"),
            ("crystal", "25mhz"),
            ("kind", "usb"),
        ],
        &[
            ("chip", "stm32l152re"),
            ("crystal", "8mhz"),
            ("kind", "usb"),
        ],
        &[
            ("chip", "stm32l476rg"),
            ("crystal", "8mhz"),
            ("kind", "usb"),
        ],
        &[
            ("chip", "rp2040"),
            ("flash-size", "16m"),
            ("kind", "blinky"),
        ],
        &[
            ("chip", "stm32f103c8"),
            ("program-start", "8k"),
            ("kind", "blinky"),
        ],
        &[
            ("chip", "nrf52840"),
            ("program-start", "152k"),
            ("kind", "serial"),
        ],
        &[
            ("board", "pico"),
            ("flasher", "probe-rs"),
            ("kind", "blinky"),
        ],
        &[
            ("board", "feather-nrf52840"),
            ("flasher", "probe-rs"),
            ("kind", "blinky"),
        ],
        &[
            ("board", "blackpill-f411"),
            ("flasher", "probe-rs"),
            ("kind", "serial"),
        ],
    ];
    TOLD.iter().map(|words| {
        let mut given = Answers::default();
        for (id, word) in *words {
            let question = tree().question(id).expect("a question");
            given.set(
                question.id,
                Answer::One(question.parse(word).expect("a choice")),
            );
        }
        assert!(tree().reaches(&given), "{words:?}");
        tree().canonical(&with_defaults(tree(), &given))
    })
}

fn every_kind(given: &Answers) -> Vec<Answers> {
    let given = with_defaults(tree(), given);
    let kinds = tree().question("kind").expect("a question");
    let open = tree().open(kinds, &given).into_iter();
    let kinds = open.map(|kind| given.with("kind", Answer::One(kind.value)));
    kinds.map(|given| tree().canonical(&given)).collect()
}

/// Every path of the tree with all of its extras: what the build tier builds.
pub fn all_with_everything() -> Vec<Project> {
    all()
        .iter()
        .map(|project| project.with(&project.extras()))
        .collect()
}

/// The projects that the build tier takes: of firmware the boards that were there first, and for each family
/// of chips and kind the first board that has it. The firmware tier compiles all other combinations of
/// layers without a warning, and the nightly command lints them.
pub fn to_build() -> Vec<Project> {
    let mut met = BTreeSet::new();
    chosen_of_linked(|project| {
        let answers = &project.answers;
        let board = project.blueprint("my-app").board.expect("firmware has one");
        met.insert((board.family(), answers.one("kind"))) || project.is_of_the_first()
    })
}

/// The firmware that has a layer which its kind had in none before, and that the build tier does not take.
pub fn to_lint() -> Vec<Project> {
    let built: BTreeSet<Answers> = to_build().into_iter().map(|each| each.answers).collect();
    let mut met = BTreeSet::new();
    let mut chosen = chosen_of_linked(|project| {
        let parts = project.parts().into_iter();
        parts.filter(|part| met.insert(part.clone())).count() > 0
    });
    chosen.retain(|project| project.is_firmware() && !built.contains(&project.answers));
    chosen
}

/// The first firmware of each kind on each series of chips that the firmware tier does not link: whether a kind's
/// layers suit a series is seen there, or by the nightly command.
pub fn of_each_series() -> Vec<Project> {
    let series_and_kind = |project: &Project| {
        let blueprint = project.blueprint("my-app");
        let board = blueprint.board.expect("firmware has one");
        (board.chip().series, blueprint.kind.id)
    };
    let linked = to_link();
    let mut met: BTreeSet<_> = linked.iter().map(series_and_kind).collect();
    let firmware = all().into_iter().filter(Project::is_firmware);
    let mut chosen: Vec<Project> = firmware.collect();
    chosen.retain(|project| met.insert(series_and_kind(project)));
    chosen
}

/// Everything hosted, and such firmware of what is linked.
fn chosen_of_linked(mut wanted: impl FnMut(&Project) -> bool) -> Vec<Project> {
    let linked: BTreeSet<String> = to_link().iter().map(Project::slug).collect();
    let mut chosen = all_with_everything_once();
    chosen.retain(|project| {
        let is_linked = linked.contains(&project.with(&[]).slug());
        !project.is_firmware() || (is_linked && wanted(project))
    });
    chosen
}

/// The firmware to link: every board's blinky; that of one chip of each series with a Cortex-M, as an emulator
/// here boots most of those, and of each other family; of whatever else one for each novelty. `cargo xtask chips`
/// links every chip.
pub fn to_link() -> Vec<Project> {
    let mut met = BTreeSet::new();
    let relatives = |board: &Board| {
        let chip = board.chip();
        if chip.core.is_arm() {
            chip.series
        } else {
            chip.family
        }
    };
    let mut met_relatives: BTreeSet<&str> = BOARDS.iter().map(relatives).collect();
    let firmware = all().into_iter().filter(Project::is_firmware);
    let new = |project: &Project| {
        let board = project.blueprint("my-app").board.expect("firmware has one");
        let blinky = project.answers.one("kind") == Some("blinky");
        let stands_for_all = board.id != CUSTOM || met_relatives.insert(relatives(&board));
        met.insert(project.novelty()) || (blinky && stands_for_all)
    };
    firmware.filter(new).collect()
}

/// Every path of the tree without extras; for firmware, of each sort the first with all of them.
pub fn all_with_everything_once() -> Vec<Project> {
    let mut sorts = BTreeSet::new();
    let mut chosen = all_with_everything();
    for project in chosen.iter_mut().filter(|project| project.is_firmware()) {
        if !sorts.insert(project.with(&[]).sort()) {
            *project = project.with(&[]);
        }
    }
    chosen
}

/// A laboratory of each kind, with everything that can be compared.
pub fn labs() -> Vec<Lab> {
    let name = |kind: &str| PackageName::parse(&format!("lab-{kind}")).expect("a name");
    let lab = |&kind: &&'static str| Lab {
        name: name(kind),
        kind,
        subjects: lab::subjects(kind),
    };
    lab::KINDS.iter().map(lab).collect()
}

/// Where generated projects live between runs, so that a warm run compiles nothing twice.
pub fn workshop() -> PathBuf {
    scratch().join("projects")
}

/// The target folder that all generated projects share.
pub fn shared_target() -> PathBuf {
    scratch().join("target")
}

/// This repository, whichever of its packages asks.
pub fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Of the packages here only the tool's own manifest lies beside the emulator.
    let beside = manifest.join("emulator").is_dir();
    if beside {
        manifest.to_owned()
    } else {
        manifest.join("..")
    }
}

/// Where `cargo xtask setup` puts what the emulator needs of Python and Node.js.
pub fn emulator_tools() -> PathBuf {
    repository().join("target").join("emulator")
}

/// Cargo gives test targets a folder; other programs of this repository take a like one. Firmware has
/// one of its own, as that tier runs beside another, and a part of it that runs apart has one, too.
fn scratch() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tmp");
    let folder = Path::new(option_env!("CARGO_TARGET_TMPDIR").unwrap_or(beside));
    let apart = env::var("ASYNC_INIT_SCRATCH");
    match (env!("CARGO_CRATE_NAME"), apart) {
        ("firmware", Ok(part)) => folder.join(part),
        ("firmware", Err(_)) => folder.join("firmware"),
        _ => folder.to_owned(),
    }
}

/// Generates a project into the workshop; unchanged files keep their time stamps.
pub fn generated(project: &Project) -> PathBuf {
    let name = project.with(&[]).slug();
    let folder = workshop().join(&name);
    sync(&folder, &project.files(&name));
    folder
}

/// Makes a folder hold these files and, but for a lock file, no others.
pub fn sync(folder: &Path, files: &FileSet) {
    let wanted: BTreeSet<PathBuf> = files.iter().map(|(path, _)| folder.join(path)).collect();
    for stale in files_below(folder).difference(&wanted) {
        if stale.file_name().is_some_and(|name| name != "Cargo.lock") {
            fs::remove_file(stale).expect("remove a stale file");
        }
    }
    for (path, file) in files.iter() {
        let path = folder.join(path);
        if fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("create a folder");
        fs::write(&path, &file.text).expect("write a file");
        if file.executable() {
            make_executable(&path).expect("make it executable");
        }
    }
}

/// Lets a script be started; where no such right is known, every file may be.
pub fn make_executable(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    let _ = path;
    Ok(())
}

fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return files;
    };
    for entry in entries {
        let path = entry.expect("read a folder").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.insert(path);
        }
    }
    files
}

/// A command in a generated project, with a user's environment: its own toolchain file counts, and
/// nothing of what this suite's own cargo passes down.
pub fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        let inherited = name.to_string_lossy();
        if inherited.starts_with("CARGO_PKG_")
            || inherited.starts_with("CARGO_MANIFEST_")
            || [
                "CARGO",
                "RUSTUP_TOOLCHAIN",
                "RUSTFLAGS",
                "RUSTC",
                "RUSTDOC",
                "CARGO_BUILD_TARGET",
            ]
            .contains(&inherited.as_ref())
        {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TARGET_DIR", shared_target());
    command.env("CARGO_TERM_COLOR", "never");
    // Nothing here is debugged, or compiled a second time after a change: that only takes time and room. The
    // release profile of firmware, which keeps what a probe shows, is left as it is.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.env("CARGO_INCREMENTAL", "0");
    // As many as a release has: it takes a seventh less of the processors than the 256 of a build for debugging.
    command.env("CARGO_PROFILE_DEV_CODEGEN_UNITS", "16");
    command
}

/// Runs `cargo` with these words; the output as an error where it fails.
pub fn cargo(folder: &Path, words: &str) -> Result<String, String> {
    let mut cargo = command("cargo", folder);
    cargo.args(words.split_whitespace());
    if words.starts_with("doc") {
        cargo.env("RUSTDOCFLAGS", "-D warnings");
    }
    let output = cargo
        .output()
        .map_err(|error| format!("cargo {words}: {error}"))?;
    finished(&format!("cargo {words}"), &output)
}

/// The same, and a warning is a failure, too; not so what a build script has to say, with its package's name.
pub fn cargo_without_warnings(folder: &Path, words: &str) -> Result<(), String> {
    let said = cargo(folder, words)?;
    let warns = |line: &&str| line.starts_with("warning") && !line.contains("@0.1.0: ");
    match said.lines().find(warns) {
        None => Ok(()),
        Some(_) => Err(format!("`cargo {words}` warns:\n{said}")),
    }
}

/// What a finished command printed, as an error where it failed.
pub fn finished(what: &str, output: &Output) -> Result<String, String> {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        return Ok(text);
    }
    // Indented, so that nobody takes what a generated project's tests say for this suite's own.
    let text = text.replace('\n', "\n    ");
    Err(format!(
        "`{what}` failed with {}:\n    {text}",
        output.status
    ))
}
