//! What can be generated: one row for each runtime, engine and kind that go together.

/// One kind of program on one runtime (and engine): a folder under `templates/`.
#[derive(Debug)]
pub struct Offer {
    /// The runtime's id.
    pub runtime: &'static str,
    /// The engine's id, where the runtime has more than one.
    pub engine: Option<&'static str>,
    /// The kind's id.
    pub kind: &'static str,
    /// What the project is, in one sentence.
    pub summary: &'static str,
    /// The oldest Rust that compiles it; checked by the nightly command with that very toolchain.
    pub rust_version: &'static str,
    /// The TCP port that it listens on by default.
    pub port: Option<u16>,
    /// What to type after `cd`, to see it work.
    pub try_it: &'static [&'static str],
    /// What to watch out for, beyond what the runtime's row says.
    pub caveats: &'static [&'static str],
}

/// An implementation of a runtime's idea, where there is a choice of them.
#[derive(Debug)]
pub struct Engine {
    /// The value of `--engine`.
    pub id: &'static str,
    /// One line for the prompt.
    pub note: &'static str,
}

/// Every engine, the default first.
pub static ENGINES: &[Engine] = &[
    Engine {
        id: "compio",
        note: "maintained; falls back to polling where io_uring is denied",
    },
    Engine {
        id: "monoio",
        note: "thread per core; no release since 2024, falls back to epoll where io_uring is denied",
    },
    Engine {
        id: "tokio-uring",
        note: "unmaintained since 2024, no fallback: for existing code and for learning",
    },
];

/// What answers HTTP on a runtime, where a flag may choose: a layer over the kind's own.
#[derive(Debug)]
pub struct Framework {
    /// The value of `--framework`, and the folder's name under `templates/<runtime>/`; what it needs of no
    /// runtime lies under `templates/_frameworks/`.
    pub id: &'static str,
    /// One line for the help.
    pub note: &'static str,
    /// The runtime's id.
    pub runtime: &'static str,
    /// The kind's id.
    pub kind: &'static str,
    /// What the project is, where that is not what the offer says.
    pub summary: Option<&'static str>,
    /// What to watch out for instead of what the offer says; `None` leaves that as it is.
    pub caveats: Option<&'static [&'static str]>,
}

/// Every framework; the first of a runtime and kind is what they have if nobody says.
pub static FRAMEWORKS: &[Framework] = &[
    Framework {
        id: "axum",
        note: "routes, extractors, and middleware by tower",
        runtime: "tokio",
        kind: "http",
        summary: None,
        caveats: None,
    },
    Framework {
        id: "hyper",
        note: "no framework: a `match` for routes, fewer crates",
        runtime: "tokio",
        kind: "http",
        summary: Some("An HTTP service on hyper and tokio."),
        caveats: Some(&[]),
    },
    Framework {
        id: "hyper",
        note: "no framework: a `match` for routes, fewer crates",
        runtime: "smol",
        kind: "http",
        summary: None,
        caveats: None,
    },
];

const HTTP: &[&str] = &["cargo run", "curl localhost:3000/healthz"];
const TCP: &[&str] = &["cargo run", "nc localhost 7000"];
const PROXY: &[&str] = &[
    "python3 -m http.server 3000 &",
    "cargo run -- --upstream 127.0.0.1:3000",
    "curl localhost:8000",
];
const RUN: &[&str] = &["cargo run"];
const CLI: &[&str] = &["cargo run -- Cargo.toml README.md"];
const WORKER: &[&str] = &[
    "cargo run",
    r#"echo '{"do": "greet", "name": "Ada"}' > spool/new/ada"#,
];
const COMPIO: &[&str] = &[
    "compio is young: a breaking release every two to four months, so its version is pinned to 0.19.",
    "compio declares no rust-version: 1.95 is what its own crates were found to need.",
];
const MONOIO: &[&str] = &[
    "monoio has had no release since August 2024; its repository goes on, slowly.",
    "It brings the crate fxhash along, which is unmaintained (RUSTSEC-2025-0057): `--with deny` says why that is let pass.",
    "Where io_uring is denied it has epoll for sockets, and blocking calls for files.",
];
const TOKIO_URING: &[&str] = &[
    "tokio-uring has had no release since May 2024 and has no maintainer.",
    "Linux 5.11 at least, and no fallback: where io_uring is denied the program says so and ends.",
    "One thread for each runtime.",
];

/// Every offer, grouped by runtime in the order of the runtimes' table.
pub static OFFERS: &[Offer] = &[
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "http",
        summary: "An HTTP service on axum and tokio.",
        rust_version: "1.85",
        port: Some(3000),
        try_it: HTTP,
        caveats: &["A cold release build compiles some 50 crates: cache `target/` in CI."],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "tcp",
        summary: "A line-based TCP server on tokio.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: &[],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "proxy",
        summary: "A TCP proxy on tokio.",
        rust_version: "1.85",
        port: Some(8000),
        try_it: PROXY,
        caveats: &[],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "grpc",
        summary: "A gRPC service on tonic and tokio.",
        // tonic 0.14 declares it.
        rust_version: "1.88",
        port: Some(50051),
        try_it: &["cargo run", "cargo run --example client"],
        caveats: &["A cold release build compiles some 110 crates: cache `target/` in CI."],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "app",
        summary: "A program on tokio that waits for two things at once.",
        rust_version: "1.85",
        port: None,
        try_it: RUN,
        caveats: &[],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "cli",
        summary: "A command line program on tokio that counts the words of many files at a time.",
        rust_version: "1.85",
        port: None,
        try_it: CLI,
        caveats: &[],
    },
    Offer {
        runtime: "tokio",
        engine: None,
        kind: "worker",
        summary: "A worker on tokio that takes jobs from a spool directory.",
        // The lock on the spool is `File::try_lock`.
        rust_version: "1.89",
        port: None,
        try_it: WORKER,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "http",
        summary: "An HTTP service on hyper and smol.",
        rust_version: "1.85",
        port: Some(3000),
        try_it: HTTP,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "tcp",
        summary: "A line-based TCP server on smol.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "proxy",
        summary: "A TCP proxy on smol.",
        rust_version: "1.85",
        port: Some(8000),
        try_it: PROXY,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "app",
        summary: "A program on smol that waits for two things at once.",
        rust_version: "1.85",
        port: None,
        try_it: RUN,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "cli",
        summary: "A command line program on smol that counts the words of many files at a time.",
        rust_version: "1.85",
        port: None,
        try_it: CLI,
        caveats: &[],
    },
    Offer {
        runtime: "smol",
        engine: None,
        kind: "worker",
        summary: "A worker on smol that takes jobs from a spool directory.",
        // The lock on the spool is `File::try_lock`.
        rust_version: "1.89",
        port: None,
        try_it: WORKER,
        caveats: &[],
    },
    Offer {
        runtime: "async-std",
        engine: None,
        kind: "tcp",
        summary: "A line-based TCP server on async-std, which is discontinued.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: &[],
    },
    Offer {
        runtime: "async-std",
        engine: None,
        kind: "app",
        summary: "A program on async-std, which is discontinued, that waits for two things at once.",
        rust_version: "1.85",
        port: None,
        try_it: RUN,
        caveats: &[],
    },
    Offer {
        runtime: "uring",
        engine: Some("compio"),
        kind: "tcp",
        summary: "A line-based TCP server on io_uring through compio.",
        rust_version: "1.95",
        port: Some(7000),
        try_it: TCP,
        caveats: COMPIO,
    },
    Offer {
        runtime: "uring",
        engine: Some("compio"),
        kind: "proxy",
        summary: "A TCP proxy on io_uring through compio.",
        rust_version: "1.95",
        port: Some(8000),
        try_it: PROXY,
        caveats: COMPIO,
    },
    Offer {
        runtime: "uring",
        engine: Some("compio"),
        kind: "file",
        summary: "A file checksummer on io_uring through compio.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo run -- Cargo.toml"],
        caveats: COMPIO,
    },
    Offer {
        runtime: "uring",
        engine: Some("monoio"),
        kind: "tcp",
        summary: "A line-based TCP server on io_uring through monoio.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: MONOIO,
    },
    Offer {
        runtime: "uring",
        engine: Some("monoio"),
        kind: "file",
        summary: "A file checksummer on io_uring through monoio.",
        rust_version: "1.85",
        port: None,
        try_it: &["cargo run -- Cargo.toml"],
        caveats: MONOIO,
    },
    Offer {
        runtime: "uring",
        engine: Some("tokio-uring"),
        kind: "tcp",
        summary: "A line-based TCP server on io_uring through tokio-uring.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: TOKIO_URING,
    },
    Offer {
        runtime: "uring",
        engine: Some("tokio-uring"),
        kind: "file",
        summary: "A file checksummer on io_uring through tokio-uring.",
        rust_version: "1.85",
        port: None,
        try_it: &["cargo run -- Cargo.toml"],
        caveats: TOKIO_URING,
    },
    Offer {
        runtime: "mio",
        engine: None,
        kind: "http",
        summary: "An HTTP service on a hand-written mio event loop.",
        rust_version: "1.85",
        port: Some(3000),
        try_it: HTTP,
        caveats: &[
            "One thread: while a handler computes, everybody waits. Start several behind a proxy to use more cores.",
            "HTTP/1.1 alone, and requests and answers are whole in memory: no streams, no upgrades.",
        ],
    },
    Offer {
        runtime: "mio",
        engine: None,
        kind: "tcp",
        summary: "A line-based TCP server on a hand-written mio event loop.",
        rust_version: "1.85",
        port: Some(7000),
        try_it: TCP,
        caveats: &[],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "blinky",
        summary: "Firmware on embassy that blinks an LED.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "low-power",
        summary: "Firmware on embassy that sleeps deeply between flashes of an LED.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[
            "It logs nothing: a debugger that is connected keeps clocks running. Measure the current after a power cycle, with the probe unplugged.",
        ],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "net",
        summary: "Firmware on embassy that echoes lines over TCP.",
        rust_version: "1.95",
        port: Some(7000),
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[
            "Whoever reaches the network reaches this server: there is no encryption, and nobody is asked who they are.",
        ],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "ble",
        summary: "Firmware on embassy that a phone talks to over Bluetooth LE.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[
            "Whoever is near may connect, one at a time: there is no encryption, and nobody is asked who they are.",
            "esp-radio is a beta whose interface still changes, so its version is pinned; trouble-host has to be the one that knows the same bt-hci.",
            "The controller is Espressif's, in libraries without source that its crates bring along.",
        ],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "serial",
        summary: "Firmware on embassy that takes commands at a serial port.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[],
    },
    Offer {
        runtime: "embassy",
        engine: None,
        kind: "usb",
        summary: "Firmware on embassy that is a serial port on USB and echoes what it gets.",
        rust_version: "1.95",
        port: None,
        try_it: &["cargo test-host", "cargo simulate"],
        caveats: &[
            "The numbers by which it introduces itself, `c0de:cafe`, are Embassy's for examples: a product needs its own, see `src/device.rs`.",
        ],
    },
    Offer {
        runtime: "agnostic",
        engine: None,
        kind: "lib",
        summary: "A library on `futures` traits whose users bring their own runtime.",
        rust_version: "1.85",
        port: None,
        try_it: &["cargo test"],
        caveats: &["`AsyncRead` borrows its buffer, so io_uring runtimes need an adapter."],
    },
    Offer {
        runtime: "agnostic",
        engine: None,
        kind: "sans-io",
        summary: "A protocol without I/O, and adapters that bring it to tokio, smol and plain threads.",
        rust_version: "1.85",
        port: None,
        try_it: &["cargo test", "cargo run --example on_tokio"],
        caveats: &[
            "The adapters are features: without `tokio` or `smol` its users get plain threads alone.",
        ],
    },
];

/// The offer for that runtime, engine and kind.
pub fn find(runtime: &str, engine: Option<&str>, kind: &str) -> Option<&'static Offer> {
    OFFERS
        .iter()
        .find(|offer| offer.runtime == runtime && offer.engine == engine && offer.kind == kind)
}

/// The engine of that name.
pub fn engine(id: &str) -> Option<&'static Engine> {
    ENGINES.iter().find(|engine| engine.id == id)
}

/// The frameworks of that runtime and kind, the default first.
pub fn frameworks(runtime: &str, kind: &str) -> impl Iterator<Item = &'static Framework> {
    FRAMEWORKS
        .iter()
        .filter(move |row| row.runtime == runtime && row.kind == kind)
}
