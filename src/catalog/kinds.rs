//! The kinds of program, whatever runtime carries them.

/// What a kind is to its user: this decides where in the tree it is offered and which extras fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Listens on a port until told to stop.
    Server,
    /// Works for whoever starts it, and listens nowhere.
    Program,
    /// Is used by other programs.
    Library,
    /// Runs on a microcontroller, without an operating system.
    Firmware,
}

impl Shape {
    /// What every change to such a project has to pass, first the cheapest; rustdoc with
    /// `RUSTDOCFLAGS='-D warnings'`.
    #[must_use]
    pub const fn checks(self) -> &'static [&'static str] {
        match self {
            Self::Server | Self::Program | Self::Library => &[
                "cargo fmt --check",
                "cargo clippy --all-targets -- -D warnings",
                "cargo test",
                "cargo doc --no-deps",
            ],
            // The last but one is the project's own alias for tests on this machine.
            Self::Firmware => &[
                "cargo fmt --check",
                "cargo clippy --all-targets -- -D warnings",
                "cargo clippy-host -- -D warnings",
                "cargo test-host",
                "cargo doc --no-deps",
            ],
        }
    }
}

/// A part of the hardware that a kind of firmware works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Something that is lit or dark; what there is none of is logged.
    Light,
    /// A button; where there is none, time presses it.
    Button,
    /// A serial port.
    Console,
    /// The controller of a USB device.
    Usb,
    /// A way to a network.
    Network,
    /// Bluetooth.
    Radio,
    /// The chip's deep sleep, while the program waits.
    Sleep,
}

impl Part {
    /// The fact that has to be "yes" for it, where firmware cannot do without.
    #[must_use]
    pub const fn needs(self) -> Option<&'static str> {
        match self {
            Self::Light | Self::Button => None,
            Self::Console => Some("has-console"),
            Self::Usb => Some("has-usb"),
            Self::Network => Some("has-network"),
            Self::Radio => Some("has-bluetooth"),
            Self::Sleep => Some("sleeps-deeply"),
        }
    }
}

/// A kind of program.
#[derive(Debug)]
pub struct Kind {
    /// The value of `--kind`, and the name of the kind's folder.
    pub id: &'static str,
    /// One line for the prompt.
    pub note: &'static str,
    /// Where it is offered.
    pub shape: Shape,
    /// What firmware of this kind works with: it is offered where the hardware has that.
    pub parts: &'static [Part],
    /// Further facts that have to be "yes".
    pub needs: &'static [&'static str],
}

impl Kind {
    /// Every fact that has to be "yes" where it is offered.
    pub fn facts(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.parts.iter().filter_map(|part| part.needs());
        parts.chain(self.needs.iter().copied())
    }
}

/// Every kind, in the order in which a question offers them.
pub static KINDS: &[Kind] = &[
    Kind {
        id: "http",
        note: "an HTTP service: JSON, health checks, time-outs, graceful shutdown",
        shape: Shape::Server,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "tcp",
        note: "a line-based TCP server on a protocol core without I/O",
        shape: Shape::Server,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "proxy",
        note: "a TCP proxy: several upstreams, limits, half-close, drain",
        shape: Shape::Server,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "grpc",
        note: "a gRPC service: streams, deadlines, health, reflection, no protoc",
        shape: Shape::Server,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "app",
        note: "a program that does several things at once and ends",
        shape: Shape::Program,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "cli",
        note: "a command line program: arguments, a progress bar, many tasks, Ctrl-C",
        shape: Shape::Program,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "worker",
        note: "a worker that takes jobs from a queue: retries, time-outs, drain",
        shape: Shape::Program,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "file",
        note: "a program that reads and checksums files, several reads in flight",
        shape: Shape::Program,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "lib",
        note: "a library whose users bring their own runtime",
        shape: Shape::Library,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "sans-io",
        note: "a protocol without I/O, with an adapter each for tokio, smol and plain threads",
        shape: Shape::Library,
        parts: &[],
        needs: &[],
    },
    Kind {
        id: "blinky",
        note: "an LED that blinks and a button that changes its pace",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Button],
        needs: &[],
    },
    Kind {
        id: "low-power",
        note: "an LED that flashes now and then; between, the chip sleeps deeply",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Button, Part::Sleep],
        needs: &["has-led-pin", "has-button"],
    },
    Kind {
        id: "net",
        note: "a TCP echo on a network, which gives it an address by DHCP",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Network],
        needs: &[],
    },
    Kind {
        id: "ble",
        note: "Bluetooth LE: a phone switches an LED and reads how long the chip has run",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Radio],
        needs: &["builds-bluetooth"],
    },
    Kind {
        id: "serial",
        note: "a console: lines that come in at a serial port are commands",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Console],
        needs: &["console-is-free", "console-fits"],
    },
    Kind {
        id: "usb",
        note: "a serial port on USB that sends back what it gets",
        shape: Shape::Firmware,
        parts: &[Part::Light, Part::Usb],
        needs: &["has-usb-clock", "has-usb-room", "frees-usb-pins"],
    },
];

/// What several kinds have in common: a layer below each of them, and one of the runtime's below the
/// runtime's half.
#[derive(Debug)]
pub struct Common {
    /// The folder under `templates/`, and under `templates/<runtime>/`.
    pub layer: &'static str,
    /// The ids of the kinds.
    pub kinds: &'static [&'static str],
}

/// Every common layer, in the order in which they are applied.
pub static COMMON: &[Common] = &[
    Common {
        layer: "_library",
        kinds: &["lib", "sans-io"],
    },
    Common {
        layer: "_protocol",
        kinds: &["tcp", "sans-io"],
    },
    Common {
        layer: "_sockets",
        kinds: &["tcp", "proxy"],
    },
    Common {
        layer: "_events",
        kinds: &["tcp", "http"],
    },
    Common {
        layer: "_simulate",
        kinds: &["blinky", "low-power", "net", "ble", "serial", "usb"],
    },
    Common {
        layer: "_wire",
        kinds: &["net", "serial", "usb"],
    },
    Common {
        layer: "_settings",
        kinds: &["http", "proxy", "grpc", "worker"],
    },
    Common {
        layer: "_logging",
        kinds: &["http", "proxy", "grpc", "worker"],
    },
    Common {
        layer: "_signals",
        kinds: &["http", "proxy", "grpc", "cli", "worker"],
    },
    Common {
        layer: "_service",
        kinds: &["http", "grpc"],
    },
];

/// The layers that a kind shares with others.
pub fn common(kind: &Kind) -> impl Iterator<Item = &'static str> {
    let shared = COMMON.iter().filter(|row| row.kinds.contains(&kind.id));
    shared.map(|row| row.layer)
}

/// The kind of that name.
pub fn find(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}
