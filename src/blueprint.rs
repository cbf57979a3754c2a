//! Complete answers become types here, and nowhere else: nothing downstream asks.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::answers::Answers;
use crate::catalog::boards::{self, Board, Button, Level, Light};
use crate::catalog::chips::{self, INTERNAL_CLOCK, KIB};
use crate::catalog::ethernet;
use crate::catalog::extras::{EXTRAS, Extra};
use crate::catalog::kinds::{self, Kind, Part, Shape};
use crate::catalog::offers::{self, Engine, Framework, Offer};
use crate::catalog::partitions::Partitions;
use crate::catalog::runtimes::{self, Runtime};
use crate::catalog::usb;
use crate::catalog::ways::{self, LOGS, PANICS, Way};
use crate::cli;
use crate::failure::{Failure, Result};
use crate::name::PackageName;
use crate::template;
use crate::tree::{NOTHING, tree};

/// The tool's version, which is also that of its templates.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The release that firmware is pinned to: the newest for which every bare-metal target that the
/// boards need could be had (1.98.0 lacks `thumbv8m.main-none-eabihf`, 1.99 all of them).
pub const FIRMWARE_TOOLCHAIN: &str = "1.95.0";

/// Everything that decides a project.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// What the package is called.
    pub name: PackageName,
    /// The runtime's row.
    pub runtime: &'static Runtime,
    /// The kind's row.
    pub kind: &'static Kind,
    /// The engine's row, where the runtime has a choice of them.
    pub engine: Option<&'static Engine>,
    /// What answers HTTP, where a flag may choose.
    pub framework: Option<&'static Framework>,
    /// The row of this very combination.
    pub offer: &'static Offer,
    /// The board, for firmware.
    pub board: Option<Board>,
    /// What firmware does with its messages and with a panic, where there is a choice.
    pub ways: [Option<&'static Way>; 2],
    /// The extras, in the table's order.
    pub extras: Vec<&'static Extra>,
    /// The answers that decide the project, as they are recorded in it.
    pub answers: Answers,
}

impl Blueprint {
    /// The blueprint of these answers.
    ///
    /// # Errors
    ///
    /// Where the answers are not complete: the tree has not been walked to its end.
    pub fn new(name: PackageName, answers: &Answers) -> Result<Self> {
        let answers = tree().canonical(answers);
        let missing = |what: &str| Failure::usage(format!("the answers name no {what}"));
        let runtime = answers.one("runtime").and_then(runtimes::find);
        let kind = answers.one("kind").and_then(kinds::find);
        let engine = answers.one("engine").and_then(offers::engine);
        let runtime = runtime.ok_or_else(|| missing("runtime"))?;
        let kind = kind.ok_or_else(|| missing("kind"))?;
        let offer = offers::find(runtime.id, engine.map(|engine| engine.id), kind.id)
            .ok_or_else(|| missing("project that this tool can write"))?;
        let picked = answers.many("with");
        let extras = EXTRAS.iter().filter(|extra| picked.contains(&extra.id));
        Ok(Self {
            name,
            runtime,
            kind,
            engine,
            framework: framework(runtime, kind, &answers),
            offer,
            board: board(&answers),
            ways: [("log", LOGS), ("panic", PANICS)].map(|(id, rows)| way(id, rows, &answers)),
            extras: extras.collect(),
            answers,
        })
    }

    /// The layers that make the project, first to last; a folder that is not there is no layer.
    pub fn layers(&self) -> Vec<String> {
        let runtime = self.runtime.id;
        let home = match self.engine {
            Some(engine) => format!("{runtime}/{}", engine.id),
            None => runtime.to_owned(),
        };
        let mut layers: Vec<String> = self
            .runtime
            .bases
            .iter()
            .map(|&base| base.to_owned())
            .collect();
        layers.extend(kinds::common(self.kind).map(str::to_owned));
        layers.push(format!("_kinds/{}", self.kind.id));
        if let Some(framework) = self.framework {
            layers.push(format!("_frameworks/{}/{}", framework.id, self.kind.id));
        }
        layers.push(format!("{runtime}/_base"));
        layers.extend(kinds::common(self.kind).map(|layer| format!("{runtime}/{layer}")));
        if let Some(board) = &self.board {
            layers.extend(
                board
                    .layers(self.kind.parts, self.ways)
                    .iter()
                    .map(|layer| format!("{runtime}/{layer}")),
            );
        }
        if self.engine.is_some() {
            layers.push(format!("{runtime}/{}", self.kind.id));
            layers.push(format!("{home}/_base"));
        }
        layers.push(format!("{home}/{}", self.kind.id));
        if let Some(framework) = self.framework {
            layers.push(format!("{runtime}/{}/{}", framework.id, self.kind.id));
        }
        if let Some(board) = &self.board {
            layers.push(format!("{home}/_{}-{}", self.kind.id, board.family()));
            if let Light::Matrix { layer, .. } = board.light {
                layers.push(format!(
                    "{home}/_{}-{}",
                    self.kind.id,
                    layer.trim_start_matches('_')
                ));
            }
            let wireless = matches!(board.light, Light::Wireless);
            layers.extend(wireless.then(|| format!("{home}/_{}-wireless", self.kind.id)));
            let log = self.ways[0];
            layers.extend(log.map(|log| format!("{home}/_{}-{}", self.kind.id, log.id)));
        }
        for extra in &self.extras {
            layers.push(format!("_extras/{}", extra.id));
            layers.push(format!("_extras/{}-{}", extra.id, self.kind.id));
            if let Some(framework) = self.framework {
                layers.push(format!("_frameworks/{}/_extras/{}", framework.id, extra.id));
            }
            layers.push(format!("{runtime}/_extras/{}", extra.id));
            if self.engine.is_some() {
                layers.push(format!("{home}/_extras/{}", extra.id));
            }
            if let Some(board) = &self.board {
                layers.push(format!("{runtime}/_extras/{}-{}", extra.id, board.family()));
            }
        }
        let drawn = self.extras.iter().flat_map(|extra| extra.draws_in);
        for name in drawn.collect::<BTreeSet<_>>() {
            layers.push(format!("_drawn/{name}"));
            let framework = self.framework.map(|framework| framework.id);
            layers.extend(framework.map(|id| format!("_frameworks/{id}/_drawn/{name}")));
        }
        layers.retain(|name| template::layer(name).next().is_some());
        layers
    }

    /// Whether it is a package of its own workspace, whatever stands around it.
    pub fn stands_alone(&self) -> bool {
        self.kind.shape == Shape::Firmware
    }

    /// The oldest Rust that compiles it: the newest of what its parts ask for.
    pub fn rust_version(&self) -> &'static str {
        if self.board.is_some() {
            return boards::RUST_VERSION;
        }
        let extras = self.extras.iter().filter_map(|extra| extra.rust_version);
        extras.fold(self.offer.rust_version, newer)
    }

    /// The project in a few words: `tokio, http, ci`.
    pub fn in_short(&self) -> String {
        let mut words = vec![self.runtime.id];
        words.extend(self.engine.map(|engine| engine.id));
        words.push(self.kind.id);
        words.extend(self.answers.one("framework"));
        words.extend(self.board.as_ref().map(Board::short_name));
        words.extend(self.extras.iter().map(|extra| extra.id));
        words.join(", ")
    }

    /// What the project is, in one sentence.
    pub fn summary(&self) -> &'static str {
        let own = self.framework.and_then(|framework| framework.summary);
        own.unwrap_or(self.offer.summary)
    }

    /// What to watch out for, from the general to the particular.
    pub fn caveats(&self) -> Vec<String> {
        let own = self.framework.and_then(|framework| framework.caveats);
        let general = [self.runtime.caveats, own.unwrap_or(self.offer.caveats)].concat();
        let mut own = self.board.as_ref().map(Board::caveats).unwrap_or_default();
        own.retain(|caveat| caveat != INTERNAL_CLOCK || !self.takes_crystal());
        let general = general.into_iter().map(str::to_owned);
        general.chain(own).collect()
    }

    /// The same without those that hold for all of the runtime.
    pub fn own_caveats(&self) -> Vec<String> {
        let mut caveats = self.caveats();
        caveats.retain(|caveat| !self.runtime.caveats.contains(&caveat.as_str()));
        caveats
    }

    /// Whether the clocks of an STM32 come from a crystal: Ethernet and some USB controllers need one.
    fn takes_crystal(&self) -> bool {
        let has = |part| self.kind.parts.contains(&part);
        self.board.as_ref().is_some_and(|board| {
            has(Part::Network) && ethernet::of(board).is_some()
                || has(Part::Usb) && usb::takes_crystal(board)
        })
    }

    /// The command that makes this project again, at that path.
    pub fn command(&self, path: &str) -> String {
        let path = cli::path_argument(Path::new(path));
        let mut words = vec!["cargo async-init".to_owned(), quoted(&path)];
        words.extend(self.answers.to_flags(tree()));
        words.join(" ")
    }

    /// What templates may name.
    pub fn context(&self) -> Value {
        let mut context = Map::new();
        let mut set = |key: &str, value: Value| context.insert(key.to_owned(), value);
        set("name", json!(self.name.as_str()));
        set("crate_name", json!(self.name.crate_name()));
        set("host_name", json!(self.name.host_name()));
        set("radio_name", json!(self.name.radio_name()));
        set("rust_version", json!(self.rust_version()));
        set("toolchain", json!(FIRMWARE_TOOLCHAIN));
        set("tool_version", json!(TOOL_VERSION));
        set("runtime", json!(self.runtime.id));
        set("kind", json!(self.kind.id));
        set("engine", json!(self.engine.map_or("", |engine| engine.id)));
        set("summary", json!(self.summary()));
        set("reason", json!(self.runtime.reason));
        set("caveats", json!(self.caveats()));
        set("command", json!(self.command(self.name.as_str())));
        set(
            "port",
            json!(
                self.offer
                    .port
                    .map(|port| port.to_string())
                    .unwrap_or_default()
            ),
        );
        set("try_it", json!(self.offer.try_it));
        set("checks", json!(self.kind.shape.checks()));
        set("is_server", json!(self.kind.shape == Shape::Server));
        set("is_library", json!(self.kind.shape == Shape::Library));
        set("versions", Value::Object(template::versions().clone()));
        for extra in EXTRAS {
            let chosen = self.extras.iter().any(|each| each.id == extra.id);
            set(&format!("with_{}", extra.id), json!(chosen));
        }
        let log = self.ways[0].map_or("", |way| way.id);
        if let Some(board) = &self.board {
            let mut hardware = board.context();
            hardware["runner"] = json!(board.runner_for(log));
            if self.kind.parts.contains(&Part::Network) {
                hardware["expect"] = json!(board.expect_of_network());
            }
            if self.kind.parts.contains(&Part::Radio) {
                hardware["expect"] = json!(board.expect_of_bluetooth());
            }
            if self.kind.parts.contains(&Part::Console) {
                hardware["expect"] = json!(board.expect_of_console());
                hardware["connect"] = json!(board.connection_beside_console());
                // An ESP's messages would else take the console's way where nothing is at the other.
                hardware["messages_port"] = json!("jtag-serial");
                let tasks = board.family() == "nrf" || matches!(board.light, Light::Wireless);
                hardware["spawns"] = json!(tasks);
            }
            if self.kind.parts.contains(&Part::Usb) {
                hardware["expect"] = json!(board.expect_of_usb());
            }
            if self.kind.parts.contains(&Part::Sleep) {
                hardware["expect"] = json!(board.expect_of_sleep());
            }
            set("board", hardware);
            if let Ok(parts) = Partitions::of(board.chip()) {
                set("boot", partitions(&parts, board.chip().page));
            }
        }
        set("logs", json!(matches!(log, "defmt" | "log")));
        // As VS Code's debugger wants it: what comes through RTT is text, or defmt's numbers.
        set("has_rtt", json!(matches!(log, "defmt" | "log")));
        set(
            "rtt_format",
            json!(if log == "defmt" { "Defmt" } else { "String" }),
        );
        Value::Object(context)
    }
}

/// The newer of two releases of Rust, as manifests name them.
fn newer(one: &'static str, other: &'static str) -> &'static str {
    let numbers = |version: &str| -> Vec<u32> {
        let parts = version.split('.');
        parts.map_while(|part| part.parse().ok()).collect()
    };
    std::cmp::max_by_key(one, other, |version| numbers(version))
}

/// The framework that was named, or the default of that runtime and kind.
fn framework(runtime: &Runtime, kind: &Kind, answers: &Answers) -> Option<&'static Framework> {
    let named = answers.one("framework");
    let mut rows = offers::frameworks(runtime.id, kind.id);
    rows.find(|row| named.is_none_or(|id| id == row.id))
}

/// What was said of that, or what suits the other answers.
fn way(id: &str, rows: &'static [Way], answers: &Answers) -> Option<&'static Way> {
    let given = answers.one(id);
    ways::find(rows, given.or_else(|| tree().option(id, answers))?)
}

/// The hardware that these answers name: a board of the catalogue, or a chip and its pins.
fn board(answers: &Answers) -> Option<Board> {
    let pin = |question: &str| answers.one(question).filter(|&pin| pin != NOTHING);
    let level = |question: &str| match answers.one(question) {
        Some("low") => Level::Low,
        _ => Level::High,
    };
    let board = match (
        answers.one("board").and_then(boards::find),
        answers.one("chip"),
    ) {
        (Some(board), _) => board.clone(),
        (None, chip) => {
            let light = pin("led").map_or(Light::None, |pin| Light::Pin {
                pin,
                lit: level("led-active"),
                label: "the LED",
            });
            let button = pin("button").map(|pin| Button {
                label: "the button",
                pin,
                pressed: level("button-active"),
            });
            told(Board::custom(chips::find(chip?)?, light, button), answers)
        }
    };
    let board = board.with_banks(answers.one("banks"));
    let start = answers.one("program-start");
    let board = match start.and_then(|start| boards::bytes(&boards::STARTS, start)) {
        Some(start) => board.behind(start),
        None => board,
    };
    Some(board.with_flasher(answers.one("flasher")))
}

/// A board without a row, with what is said of it beyond its pins.
fn told(board: Board, answers: &Answers) -> Board {
    let size = answers.one("flash-size");
    let board = match size.and_then(|size| boards::bytes(&boards::FLASH_SIZES, size)) {
        Some(bytes) => board.with_flash(bytes),
        None => board,
    };
    Board {
        crystal: answers.one("crystal").and_then(boards::crystal),
        ..board
    }
}

/// The partitions of flash as linkers take them, and how much is copied at once.
fn partitions(parts: &Partitions, page: u32) -> Value {
    let [bootloader, state, active, update] = parts.all().map(|region| {
        json!({
            "origin": boards::hex(region.origin),
            "length": boards::size(region.length),
        })
    });
    json!({
        "bootloader": bootloader,
        "state": state,
        "active": active,
        "update": update,
        "chunk": page.min(KIB).to_string(),
    })
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:,=@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
