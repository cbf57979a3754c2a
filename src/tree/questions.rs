//! The table of questions: the spine by hand, what follows below the leaf from the catalogue's rows.

use super::{CUSTOM, Choice, Condition, NOTHING, Names, Question, Style};
use crate::catalog::boards::BOARDS;
use crate::catalog::extras::EXTRAS;
use crate::catalog::kinds::{KINDS, Kind, Shape};
use crate::catalog::offers::{ENGINES, Engine, OFFERS, Offer};
use crate::catalog::runtimes::RUNTIMES;

/// Every question, in the order in which they are asked.
pub(super) fn all() -> Vec<Question> {
    spine().into_iter().chain(below_the_leaf()).collect()
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
    }
}

fn leaf(value: &'static str, note: &'static str, runtime: &'static str) -> Choice {
    Choice {
        leaf: Some(runtime),
        ..choice(value, note)
    }
}

/// The questions that lead to a runtime, in the order in which they are asked.
fn spine() -> Vec<Question> {
    vec![
        Question {
            id: "network-server",
            prompt: "Building a network server?",
            help: "It listens on a port and answers many peers at once",
            style: Style::Choose,
            when: Vec::new(),
            choices: vec![choice("yes", ""), choice("no", "")],
            names: None,
            default: "yes",
        },
        Question {
            id: "tokio-ecosystem",
            prompt: "Need the tokio ecosystem (Axum, Tonic, Hyper)?",
            help: "Web frameworks, gRPC, most database drivers and SDKs run on tokio alone",
            style: Style::Choose,
            when: vec![vec![is("network-server", &["yes"])]],
            choices: vec![leaf("yes", "", "tokio"), choice("no", "")],
            names: None,
            default: "yes",
        },
        Question {
            id: "library",
            prompt: "Building a library?",
            help: "Other programs depend on it, and choose their own runtime",
            style: Style::Choose,
            when: vec![vec![is("network-server", &["no"])]],
            choices: vec![leaf("yes", "", "agnostic"), choice("no", "")],
            names: None,
            default: "no",
        },
        Question {
            id: "embedded",
            prompt: "Embedded / no_std?",
            help: "It runs on a microcontroller, without an operating system",
            style: Style::Choose,
            when: vec![vec![is("library", &["no"])]],
            choices: vec![leaf("yes", "", "embassy"), choice("no", "")],
            names: None,
            default: "no",
        },
        Question {
            id: "tokio-crate",
            prompt: "Need a crate that needs tokio (reqwest, sqlx, tonic, an SDK)?",
            help: "One such dependency decides: it panics on any other runtime",
            style: Style::Choose,
            when: vec![vec![is("embedded", &["no"])]],
            choices: vec![leaf("yes", "", "tokio"), choice("no", "")],
            names: None,
            default: "no",
        },
        Question {
            id: "io-uring",
            prompt: "Linux only, I/O-bound at thousands of connections or reads (io_uring)?",
            help: "Below that, epoll and a blocking pool are as fast and run everywhere",
            style: Style::Choose,
            when: vec![
                vec![is("tokio-ecosystem", &["no"])],
                vec![is("tokio-crate", &["no"])],
            ],
            choices: vec![leaf("yes", "", "uring"), choice("no", "")],
            names: None,
            default: "no",
        },
        Question {
            id: "event-loop",
            prompt: "Write the event loop yourself, without async/await?",
            help: "You handle readiness events of many sockets in one loop of your own",
            style: Style::Choose,
            when: vec![vec![
                is("tokio-ecosystem", &["no"]),
                is("io-uring", &["no"]),
            ]],
            choices: vec![leaf("yes", "", "mio"), choice("no", "")],
            names: None,
            default: "no",
        },
        Question {
            id: "minimal-deps",
            prompt: "Want minimal dependencies?",
            help: "A small runtime made of independent crates",
            style: Style::Choose,
            when: vec![
                vec![is("event-loop", &["no"])],
                vec![is("tokio-crate", &["no"]), is("io-uring", &["no"])],
            ],
            choices: vec![leaf("yes", "", "smol"), choice("no", "")],
            names: None,
            default: "yes",
        },
        Question {
            id: "async-std",
            prompt: "async-std is discontinued (RUSTSEC-2025-0052). Take which instead?",
            help: "Nobody fixes what breaks in async-std; its authors point to smol",
            style: Style::Choose,
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
            names: None,
            default: "smol",
        },
    ]
}

/// The questions that follow from the runtime: their choices are the catalogue's rows.
fn below_the_leaf() -> Vec<Question> {
    vec![
        Question {
            id: "runtime",
            prompt: "Which runtime?",
            help: "Takes the leaf directly: every question above it is thereby answered",
            style: Style::Flag,
            when: Vec::new(),
            choices: RUNTIMES
                .iter()
                .map(|row| choice(row.id, row.what))
                .collect(),
            names: None,
            default: "tokio",
        },
        Question {
            id: "board",
            prompt: "Which board?",
            help: "Type a part of its name",
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
            names: None,
            default: "pico",
        },
        Question {
            id: "chip",
            prompt: "Which chip?",
            help: "Type a part of its name",
            style: Style::Search,
            when: vec![vec![is("runtime", &["embassy"])]],
            choices: Vec::new(),
            names: Some(Names::Chips),
            default: "rp2040",
        },
        Question {
            id: "banks",
            prompt: "How is its flash divided?",
            help: "The chip's option bytes say it; programs and update schemes have to agree with them",
            style: Style::Choose,
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
            names: None,
            default: "single",
        },
        Question {
            id: "led",
            prompt: "An LED on which pin?",
            help: "Without one the program logs instead of blinking",
            style: Style::Search,
            when: vec![vec![is("board", &[CUSTOM])]],
            choices: vec![choice(NOTHING, "no LED")],
            names: Some(Names::Pins),
            default: NOTHING,
        },
        Question {
            id: "led-active",
            prompt: "Which level lights it?",
            help: "An LED between the pin and ground is lit by a high level, one to the supply by a low level",
            style: Style::Choose,
            when: vec![vec![is("board", &[CUSTOM]), is("has-led", &["yes"])]],
            choices: vec![choice("high", ""), choice("low", "")],
            names: None,
            default: "high",
        },
        Question {
            id: "button",
            prompt: "A button on which pin?",
            help: "Without one the pace changes by itself",
            style: Style::Search,
            when: vec![vec![is("board", &[CUSTOM])]],
            choices: vec![choice(NOTHING, "no button")],
            names: Some(Names::Pins),
            default: NOTHING,
        },
        Question {
            id: "button-active",
            prompt: "Which level has it while it is pressed?",
            help: "A button between the pin and ground gives a low level",
            style: Style::Choose,
            when: vec![vec![is("board", &[CUSTOM]), is("has-button", &["yes"])]],
            choices: vec![choice("low", ""), choice("high", "")],
            names: None,
            default: "low",
        },
        Question {
            id: "kind",
            prompt: "What kind of program?",
            help: "",
            style: Style::Choose,
            when: vec![vec![is("runtime", &runtimes_with(|_| true))]],
            choices: KINDS.iter().map(kind_choice).collect(),
            names: None,
            default: "http",
        },
        Question {
            id: "engine",
            prompt: "Which engine?",
            help: "The crate that drives the ring",
            style: Style::Choose,
            when: vec![vec![is(
                "runtime",
                &runtimes_with(|offer| offer.engine.is_some()),
            )]],
            choices: ENGINES.iter().map(engine_choice).collect(),
            names: None,
            default: "compio",
        },
        Question {
            id: "with",
            prompt: "Extras?",
            help: "Space picks, Enter goes on",
            style: Style::Pick,
            when: vec![vec![is(
                "kind",
                &kinds_of(|shape| shape != Shape::Firmware),
            )]],
            choices: EXTRAS
                .iter()
                .map(|row| Choice {
                    when: vec![vec![is(
                        "kind",
                        &kinds_of(|shape| row.shapes.contains(&shape)),
                    )]],
                    ..choice(row.id, row.note)
                })
                .collect(),
            names: None,
            default: "",
        },
    ]
}

/// A kind is offered where a runtime offers it; servers and other programs follow the first question.
fn kind_choice(kind: &'static Kind) -> Choice {
    let runtimes = runtimes_with(|offer| offer.kind == kind.id);
    let server = if kind.shape == Shape::Server {
        "yes"
    } else {
        "no"
    };
    Choice {
        when: vec![vec![
            is("runtime", &runtimes),
            is("network-server", &[server]),
        ]],
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

fn kinds_of(wanted: impl Fn(Shape) -> bool) -> Vec<&'static str> {
    KINDS
        .iter()
        .filter(|kind| wanted(kind.shape))
        .map(|kind| kind.id)
        .collect()
}
