//! What can go wrong, in the words the user reads, and the exit code that goes with it.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a run ended without doing what it was asked: the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A flag, a value, a name or a file's content is wrong.
    Usage = 2,
    /// Answers are missing, and nobody can be asked.
    Missing = 3,
    /// There is something at the destination already.
    Clash = 4,
    /// The file system or another program failed.
    Io = 5,
    /// The user stopped the run.
    Interrupted = 130,
}

impl Code {
    /// Every code but 0, with its meaning: the README's table is made of these.
    pub const MEANINGS: [(u8, &'static str); 7] = [
        (0, "done"),
        (
            2,
            "usage or validation: a flag, a value, a name or an answers file is wrong",
        ),
        (3, "answers are missing, and there is no terminal to ask on"),
        (4, "the destination holds something already"),
        (
            5,
            "input or output failed, or `doctor` found what is missing",
        ),
        (6, "reserved: conflicts after an update"),
        (130, "interrupted"),
    ];
}

/// An answer that nobody gave.
#[derive(Debug)]
pub struct Missing {
    /// The flag that gives it, or `PATH`.
    pub flag: String,
    /// What it may be; empty where anything may be.
    pub values: Vec<&'static str>,
    /// What else it may be, as in a usage line: a name of a catalogue too long for `values`.
    pub name: Option<&'static str>,
    /// The question, as a terminal would have asked it.
    pub question: String,
}

/// An error: a phrase, what to do next, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: Code,
    /// What is wrong: a lower-case phrase with the thing in backticks.
    pub message: String,
    /// What to do about it, a line each.
    pub help: Vec<String>,
    /// The answers that are missing, where that is the error.
    pub missing: Vec<Missing>,
}

impl Failure {
    /// An error of that code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// A wrong flag, value, name or file.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// A failed file operation, with what was tried and where.
    pub fn io(verb: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::new(
            Code::Io,
            format!("cannot {verb} `{}`: {error}", path.display()),
        );
        match advice(error.kind()) {
            Some(advice) => failure.help(advice),
            None => failure,
        }
    }

    /// The same error with one more line of advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// What to do about an error of the system.
fn advice(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => {
            "choose a path that you may use, or change its permissions"
        }
        io::ErrorKind::ReadOnlyFilesystem => "choose a path on a file system that can be written",
        io::ErrorKind::InvalidFilename => "choose a shorter path",
        io::ErrorKind::IsADirectory => "name a file: this is a folder",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room, then run it again",
        _ => return None,
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// What every fallible function of this crate returns.
pub type Result<T> = std::result::Result<T, Failure>;
