//! What is said: status lines and errors on stderr, data on stdout.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::failure::{Code, Failure};
use crate::fileset::{File, FileSet};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Status lines too.
    Normal,
    /// Each file as well.
    Verbose,
}

/// Whether a person or a program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Status lines in cargo's style.
    Human,
    /// One JSON object on stdout.
    Json,
}

/// Everything that is printed goes through here.
#[derive(Debug)]
pub struct Shell {
    /// How much is said.
    pub verbosity: Verbosity,
    /// To whom.
    pub format: Format,
    color: ColorChoice,
    unwritten: RefCell<Option<io::Error>>,
}

impl Shell {
    /// A shell that says so much, in such colour.
    pub fn new(verbosity: Verbosity, format: Format, color: ColorChoice) -> Self {
        let shell = Self {
            verbosity,
            format,
            color,
            unwritten: RefCell::default(),
        };
        // Prompts and status lines agree.
        dialoguer::console::set_colors_enabled_stderr(shell.colored());
        shell
    }

    /// Whether stderr takes colour.
    pub fn colored(&self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            ColorChoice::Never => false,
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        }
    }

    /// A status line: the verb right-aligned to twelve columns, as cargo has it.
    pub fn status(&self, verb: &str, message: &str) {
        self.line(
            Verbosity::Normal,
            &format!("{GREEN}{verb:>12}{GREEN:#} {message}"),
        );
    }

    /// A status line for those who want to know everything.
    pub fn detail(&self, verb: &str, message: &str) {
        self.line(
            Verbosity::Verbose,
            &format!("{GREEN}{verb:>12}{GREEN:#} {message}"),
        );
    }

    /// One step that the user takes next; the first has a title.
    pub fn step(&self, title: &str, command: &str) {
        self.line(
            Verbosity::Normal,
            &format!("{CYAN}{title:>12}{CYAN:#} {command}"),
        );
    }

    /// A remark beside a question.
    pub fn note(&self, message: &str) {
        self.line(Verbosity::Normal, &format!("  {DIM}{message}{DIM:#}"));
    }

    /// Something that the user should know, though the run goes on.
    pub fn warn(&self, message: &str) {
        self.line(
            Verbosity::Normal,
            &format!("{YELLOW}warning{YELLOW:#}: {message}"),
        );
    }

    /// An error and its help; as JSON where a program reads.
    pub fn fail(&self, failure: &Failure) {
        let mut text = format!("{RED}error{RED:#}: {}", failure.message);
        for help in &failure.help {
            text = format!("{text}\n{CYAN}help{CYAN:#}: {help}");
        }
        self.line(Verbosity::Quiet, &text);
        if self.format == Format::Json {
            self.data(&error_object(failure));
        }
    }

    /// One JSON object on stdout.
    pub fn data(&self, value: &Value) {
        self.print(&format!("{value:#}\n"));
    }

    /// Text for stdout; what goes wrong is told by [`Shell::unwritten`].
    pub fn print(&self, text: &str) {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.stdout_color());
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        match written {
            // A reader that has seen enough is no error.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                *self.unwritten.borrow_mut() = Some(error);
            }
            _ => {}
        }
    }

    /// The error, where data did not get to stdout.
    pub fn unwritten(&self) -> Option<Failure> {
        let error = self.unwritten.take()?;
        Some(Failure::new(
            Code::Io,
            format!("cannot write to stdout: {error}"),
        ))
    }

    fn stdout_color(&self) -> ColorChoice {
        match self.color {
            ColorChoice::Auto if !io::stdout().is_terminal() => ColorChoice::Never,
            color => color,
        }
    }

    fn line(&self, needs: Verbosity, text: &str) {
        if self.verbosity < needs {
            return;
        }
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        let _ = writeln!(stderr, "{text}");
    }
}

/// What a run has written, or would write, for programs.
pub fn files_object(files: &FileSet) -> Value {
    let file = |(path, file): (&str, &File)| json!({"path": path, "bytes": file.text.len(), "executable": file.executable()});
    files.iter().map(file).collect()
}

fn error_object(failure: &Failure) -> Value {
    let mut error = json!({
        "code": failure.code as u8,
        "message": failure.message,
        "help": failure.help,
    });
    if !failure.missing.is_empty() {
        error["missing"] = failure
            .missing
            .iter()
            .map(
                |each| json!({"flag": each.flag, "values": each.values, "question": each.question}),
            )
            .collect();
    }
    json!({ "error": error })
}
