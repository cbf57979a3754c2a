//! The kinds of program, whatever runtime carries them.

/// What a kind is to its user: this decides where in the tree it is offered and which extras fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Listens on a port until told to stop.
    Server,
    /// Does its work and ends.
    Program,
    /// Is used by other programs.
    Library,
    /// Runs on a microcontroller, without an operating system.
    Firmware,
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
}

/// Every kind, in the order in which a question offers them.
pub static KINDS: &[Kind] = &[
    Kind {
        id: "http",
        note: "an HTTP service: JSON, health checks, time-outs, graceful shutdown",
        shape: Shape::Server,
    },
    Kind {
        id: "tcp",
        note: "a line-based TCP server on a protocol core without I/O",
        shape: Shape::Server,
    },
    Kind {
        id: "app",
        note: "a program that does several things at once and ends",
        shape: Shape::Program,
    },
    Kind {
        id: "file",
        note: "a program that reads and checksums files, several reads in flight",
        shape: Shape::Program,
    },
    Kind {
        id: "lib",
        note: "a library whose users bring their own runtime",
        shape: Shape::Library,
    },
    Kind {
        id: "blinky",
        note: "an LED that blinks and a button that changes its pace",
        shape: Shape::Firmware,
    },
];

/// The kind of that name.
pub fn find(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}
