//! The table of questions: the spine by hand, what follows below the leaf from the catalogue's rows.

use super::{CUSTOM, Choice, Condition, NOTHING, Names, Question, Style};
use crate::catalog::boards::{
    BOARDS, CRYSTALS, FLASH_SIZES, FLASHERS, Flasher, Log, PROBE_RS, STARTS,
};
use crate::catalog::extras::{EXTRAS, Extra};
use crate::catalog::kinds::{KINDS, Kind, Shape};
use crate::catalog::offers::{ENGINES, Engine, FRAMEWORKS, Framework, OFFERS, Offer};
use crate::catalog::runtimes::RUNTIMES;
use crate::catalog::ways::{LOGS, PANICS, Way};

/// Every question, in the order in which they are asked.
pub(super) fn all() -> Vec<Question> {
    let leaf = vec![discontinued(), runtime()];
    let parts = [spine(), leaf, hardware(), told()];
    [parts.concat(), program(), ways(), vec![extras()]].concat()
}

fn is(question: &'static str, values: &[&'static str]) -> Condition {
    Condition {
        question,
        values: values.to_vec(),
    }
}

fn choice(value: &'static str, note: &'static str) -> Choice {
    Choice {
        value,
        note,
        when: Vec::new(),
        leaf: None,
        elsewhere: None,
        brings: &[],
    }
}

fn leaf(value: &'static str, note: &'static str, runtime: &'static str) -> Choice {
    Choice {
        leaf: Some(runtime),
        ..choice(value, note)
    }
}

/// A question that is always asked and has no choices yet.
fn question(id: &'static str, prompt: &'static str, help: &'static str) -> Question {
    Question {
        id,
        prompt,
        help,
        style: Style::Choose,
        when: Vec::new(),
        choices: Vec::new(),
        names: None,
        default: "no",
    }
}

/// The questions that lead to a runtime, in the order in which they are asked.
fn spine() -> Vec<Question> {
    vec![
        Question {
            choices: vec![choice("yes", ""), choice("no", "")],
            default: "yes",
            ..question(
                "network-server",
                "Building a network server?",
                "It listens on a port and answers many peers at once",
            )
        },
        Question {
            when: vec![vec![is("network-server", &["yes"])]],
            choices: vec![leaf("yes", "", "tokio"), choice("no", "")],
            default: "yes",
            ..question(
                "tokio-ecosystem",
                "Need the tokio ecosystem (Axum, Tonic, Hyper)?",
                "Web frameworks, gRPC, most database drivers and SDKs run on tokio alone",
            )
        },
        Question {
            when: vec![vec![is("network-server", &["no"])]],
            choices: vec![leaf("yes", "", "agnostic"), choice("no", "")],
            ..question(
                "library",
                "Building a library?",
                "Other programs depend on it, and choose their own runtime",
            )
        },
        Question {
            when: vec![vec![is("library", &["no"])]],
            choices: vec![leaf("yes", "", "embassy"), choice("no", "")],
            ..question(
                "embedded",
                "Embedded / no_std?",
                "It runs on a microcontroller, without an operating system",
            )
        },
        Question {
            when: vec![vec![is("embedded", &["no"])]],
            choices: vec![leaf("yes", "", "tokio"), choice("no", "")],
            ..question(
                "tokio-crate",
                "Need a crate that needs tokio (reqwest, tonic, an SDK)?",
                "One such dependency decides: it panics on any other runtime",
            )
        },
        Question {
            when: vec![
                vec![is("tokio-ecosystem", &["no"])],
                vec![is("tokio-crate", &["no"])],
            ],
            choices: vec![leaf("yes", "", "uring"), choice("no", "")],
            ..question(
                "io-uring",
                "Linux only, I/O-bound at thousands of connections or reads (io_uring)?",
                "Below that, epoll and a blocking pool are as fast and run everywhere",
            )
        },
        Question {
            when: vec![vec![
                is("tokio-ecosystem", &["no"]),
                is("io-uring", &["no"]),
            ]],
            choices: vec![leaf("yes", "", "mio"), choice("no", "")],
            ..question(
                "event-loop",
                "Write the event loop yourself, without async/await?",
                "You handle readiness events of many sockets in one loop of your own",
            )
        },
        Question {
            when: vec![
                vec![is("event-loop", &["no"])],
                vec![is("tokio-crate", &["no"]), is("io-uring", &["no"])],
            ],
            choices: vec![leaf("yes", "", "smol"), choice("no", "")],
            default: "yes",
            ..question(
                "minimal-deps",
                "Want minimal dependencies?",
                "A small runtime made of independent crates",
            )
        },
    ]
}

/// Where the spine ends at a runtime that is discontinued.
fn discontinued() -> Question {
    Question {
        when: vec![vec![is("minimal-deps", &["no"])]],
        choices: vec![
            leaf("smol", "where async-std's authors send its users", "smol"),
            leaf("tokio", "the largest ecosystem", "tokio"),
            leaf(
                "keep",
                "existing code, or a course that uses async-std",
                "async-std",
            ),
        ],
        default: "smol",
        ..question(
            "async-std",
            "async-std is discontinued (RUSTSEC-2025-0052). Take which instead?",
            "Nobody fixes what breaks in async-std; its authors point to smol",
        )
    }
}

/// The leaf: what the questions above it lead to.
fn runtime() -> Question {
    Question {
        style: Style::Flag,
        choices: RUNTIMES
            .iter()
            .map(|row| choice(row.id, row.what))
            .collect(),
        default: "tokio",
        ..question(
            "runtime",
            "Which runtime?",
            "Takes the leaf directly: every question above it is thereby answered",
        )
    }
}

/// What firmware runs on: a board, or a chip and what is on its pins.
fn hardware() -> Vec<Question> {
    vec![
        Question {
            style: Style::Search,
            when: vec![vec![is("runtime", &["embassy"])]],
            choices: BOARDS
                .iter()
                .map(|board| choice(board.id, board.title))
                .chain([choice(
                    CUSTOM,
                    "another one: you name its chip and its pins",
                )])
                .collect(),
            default: "pico",
            ..question("board", "Which board?", "Type a part of its name")
        },
        Question {
            style: Style::Search,
            when: vec![vec![is("runtime", &["embassy"])]],
            choices: Vec::new(),
            names: Some(Names::Chips),
            default: "rp2040",
            ..question("chip", "Which chip?", "Type a part of its name")
        },
        Question {
            when: vec![vec![
                is("runtime", &["embassy"]),
                is("flash-banks", &["configurable"]),
            ]],
            choices: vec![
                choice("single", "one bank"),
                choice(
                    "dual",
                    "two banks: one can be written while the program runs from the other",
                ),
            ],
            default: "single",
            ..question(
                "banks",
                "How is its flash divided?",
                "The chip's option bytes say it; programs and update schemes have to agree with them",
            )
        },
        Question {
            style: Style::Search,
            when: vec![vec![is("board", &[CUSTOM])]],
            choices: vec![choice(NOTHING, "no LED")],
            names: Some(Names::Pins),
            default: NOTHING,
            ..question(
                "led",
                "An LED on which pin?",
                "Without one the program logs instead of blinking",
            )
        },
        Question {
            when: vec![vec![is("board", &[CUSTOM]), is("has-led", &["yes"])]],
            choices: vec![choice("high", ""), choice("low", "")],
            default: "high",
            ..question(
                "led-active",
                "Which level lights it?",
                "An LED between the pin and ground is lit by a high level, one to the supply by a low level",
            )
        },
        Question {
            style: Style::Search,
            when: vec![vec![is("board", &[CUSTOM]), is("wakes-on-pins", &["yes"])]],
            choices: vec![choice(NOTHING, "no button")],
            names: Some(Names::Pins),
            default: NOTHING,
            ..question(
                "button",
                "A button on which pin?",
                "Without one the pace changes by itself",
            )
        },
        Question {
            when: vec![vec![is("board", &[CUSTOM]), is("has-button", &["yes"])]],
            choices: vec![choice("low", ""), choice("high", "")],
            default: "low",
            ..question(
                "button-active",
                "Which level has it while it is pressed?",
                "A button between the pin and ground gives a low level",
            )
        },
    ]
}

/// Options about hardware: what the board's row says, or is taken to be so if nobody says otherwise.
fn told() -> Vec<Question> {
    let told = |id, fact: &'static str, choices: Vec<Choice>, prompt, help| Question {
        style: Style::Option,
        when: vec![vec![is("board", &[CUSTOM]), is(fact, &["yes"])]],
        default: choices[0].value,
        choices,
        ..question(id, prompt, help)
    };
    let plain = |rows: &[(&'static str, u32)]| -> Vec<Choice> {
        rows.iter().map(|row| told_choice(row.0)).collect()
    };
    vec![
        told(
            "crystal",
            "takes-crystal",
            plain(&CRYSTALS),
            "Which crystal does the board have?",
            "At the pins of an STM32's high-speed oscillator; USB takes its clock from it where the chip has none that is exact",
        ),
        told(
            "flash-size",
            "has-flash-beside",
            plain(&FLASH_SIZES),
            "How much flash is beside the chip?",
            "An RP chip has none of its own; 2m if nobody says otherwise",
        ),
        told(
            "program-start",
            "starts-elsewhere",
            (0..STARTS.len()).map(start_choice).collect(),
            "How far behind the start of flash does the program begin?",
            "Where a bootloader lies before it",
        ),
        flasher(),
    ]
}

/// A start is open where the last one that leaves room for a program is no earlier.
fn start_choice(index: usize) -> Choice {
    let (start, _) = STARTS[index];
    let later: Vec<&str> = STARTS[index..].iter().map(|row| row.0).collect();
    Choice {
        when: vec![vec![is("last-start", &later)]],
        ..told_choice(start)
    }
}

fn told_choice(value: &'static str) -> Choice {
    Choice {
        elsewhere: Some("of a board that is named, its row says so"),
        ..choice(value, "")
    }
}

/// An option, because the board decides: who wires a probe to one that has none can have what a probe gives.
fn flasher() -> Question {
    let choice_of = |flasher: &&'static Flasher| {
        let own = vec![is("flashed-with", &[flasher.id])];
        let wired = (flasher.id == PROBE_RS.id).then(|| vec![is("takes-probe", &["yes"])]);
        // What carries no messages: a boot ROM, or a bootloader, at the end of a cable.
        let alike = flasher.log == Log::None;
        let alike = alike.then(|| vec![is("also-flashed-with", &[flasher.id])]);
        Choice {
            when: wired.into_iter().chain([own]).chain(alike).collect(),
            ..choice(flasher.id, flasher.what)
        }
    };
    Question {
        style: Style::Option,
        when: vec![vec![is("runtime", &["embassy"])]],
        choices: FLASHERS.iter().map(choice_of).collect(),
        default: PROBE_RS.id,
        ..question(
            "flasher",
            "What puts the program onto the board?",
            "What the board brings; `probe-rs` where you wire a probe to it, for messages and tests on it",
        )
    }
}

/// What is to be written: the choices are the catalogue's rows.
fn program() -> Vec<Question> {
    vec![
        Question {
            when: vec![vec![is("runtime", &runtimes_with(|_| true))]],
            choices: KINDS.iter().map(kind_choice).collect(),
            default: "http",
            ..question("kind", "What kind of program?", "")
        },
        Question {
            when: vec![vec![is(
                "runtime",
                &runtimes_with(|offer| offer.engine.is_some()),
            )]],
            choices: ENGINES.iter().map(engine_choice).collect(),
            default: "compio",
            ..question("engine", "Which engine?", "The crate that drives the ring")
        },
        framework(),
    ]
}

/// An option, because most are served by the default, and who asks for a kind alone goes on getting it.
fn framework() -> Question {
    let mut choices: Vec<Choice> = Vec::new();
    for row in FRAMEWORKS {
        if !choices.iter().any(|choice| choice.value == row.id) {
            choices.push(framework_choice(row));
        }
    }
    Question {
        style: Style::Option,
        when: FRAMEWORKS.iter().map(carries).collect(),
        choices,
        default: FRAMEWORKS[0].id,
        ..question(
            "framework",
            "Which framework?",
            "What stands between the program and HTTP",
        )
    }
}

fn framework_choice(framework: &'static Framework) -> Choice {
    let rows = FRAMEWORKS.iter().filter(|row| row.id == framework.id);
    Choice {
        when: rows.map(carries).collect(),
        ..choice(framework.id, framework.note)
    }
}

/// Where a framework is to be had.
fn carries(framework: &'static Framework) -> Vec<Condition> {
    vec![
        is("runtime", &[framework.runtime]),
        is("kind", &[framework.kind]),
    ]
}

/// What firmware does with its messages and with a panic: what suits the board, if nobody says.
fn ways() -> Vec<Question> {
    let firmware = is("kind", &kinds_of(|kind| kind.shape == Shape::Firmware));
    let option = |id, rows: &'static [Way], prompt, help| Question {
        style: Style::Option,
        when: vec![vec![firmware.clone()]],
        choices: rows.iter().map(way_choice).collect(),
        default: rows[0].id,
        ..question(id, prompt, help)
    };
    vec![
        option(
            "log",
            LOGS,
            "What do messages go through?",
            "defmt where a probe or the chip's USB carries them, otherwise nothing",
        ),
        option(
            "panic",
            PANICS,
            "What does a panic do?",
            "It tells the probe where messages go there, otherwise it stops the program",
        ),
    ]
}

fn way_choice(way: &'static Way) -> Choice {
    let mut when = vec![is("messages", way.messages)];
    when.extend(way.needs.iter().map(|fact| is(fact, &["yes"])));
    Choice {
        when: vec![when],
        ..choice(way.id, way.note)
    }
}

/// What is added to the program: the choices are the catalogue's rows.
fn extras() -> Question {
    Question {
        style: Style::Pick,
        when: vec![vec![is("kind", &kinds_of(|_| true))]],
        choices: EXTRAS.iter().map(extra_choice).collect(),
        default: "",
        ..question("with", "Extras?", "Space picks, Enter goes on")
    }
}

fn extra_choice(row: &'static Extra) -> Choice {
    let kinds = kinds_of(|kind| row.scope.has(kind));
    let mut when = vec![is("kind", &kinds)];
    when.extend(row.scope.runtimes().map(|ids| is("runtime", ids)));
    when.extend(row.needs.iter().map(|fact| is(fact, &["yes"])));
    Choice {
        when: vec![when],
        elsewhere: row.elsewhere,
        brings: row.brings,
        ..choice(row.id, row.note)
    }
}

/// A kind is offered where a runtime offers it; servers and other programs follow the first
/// question, firmware what the hardware has.
fn kind_choice(kind: &'static Kind) -> Choice {
    let runtimes = runtimes_with(|offer| offer.kind == kind.id);
    let server = if kind.shape == Shape::Server {
        "yes"
    } else {
        "no"
    };
    let mut when = vec![is("runtime", &runtimes), is("network-server", &[server])];
    when.extend(kind.facts().map(|fact| is(fact, &["yes"])));
    Choice {
        when: vec![when],
        ..choice(kind.id, kind.note)
    }
}

fn engine_choice(engine: &'static Engine) -> Choice {
    let offers = OFFERS
        .iter()
        .filter(|offer| offer.engine == Some(engine.id));
    Choice {
        when: offers
            .map(|offer| vec![is("runtime", &[offer.runtime]), is("kind", &[offer.kind])])
            .collect(),
        ..choice(engine.id, engine.note)
    }
}

fn runtimes_with(wanted: impl Fn(&Offer) -> bool) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for offer in OFFERS.iter().filter(|offer| wanted(offer)) {
        if !ids.contains(&offer.runtime) {
            ids.push(offer.runtime);
        }
    }
    ids
}

fn kinds_of(wanted: impl Fn(&Kind) -> bool) -> Vec<&'static str> {
    KINDS
        .iter()
        .filter(|kind| wanted(kind))
        .map(|kind| kind.id)
        .collect()
}
