//! A run on a terminal: keys go in, and what a person would see comes out.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::{BINARY, Sandbox};

/// Longer than a loaded machine takes for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// High enough that nothing scrolls away.
const ROWS: u16 = 60;

pub const ENTER: &str = "\r";
pub const ESCAPE: &str = "\u{1b}";
pub const UP: &str = "\u{1b}[A";
pub const DOWN: &str = "\u{1b}[B";
pub const SPACE: &str = " ";
pub const BACKSPACE: &str = "\u{7f}";
pub const CTRL_C: &str = "\u{3}";

/// A terminal with a run in it.
pub struct Terminal {
    child: Child,
    keyboard: File,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    redact: Box<dyn Fn(&str) -> String>,
}

/// A run on a terminal that is over.
pub struct Closed {
    pub code: Option<i32>,
    /// What is on the screen, without what differs from run to run.
    pub screen: String,
    /// Every byte that was printed.
    pub raw: String,
}

impl Terminal {
    /// A run on a terminal of 80 columns.
    pub fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
        Self::start_with(sandbox, args, 80)
    }

    /// A run on a terminal of that width.
    pub fn start_with(sandbox: &Sandbox, args: &[&str], columns: u16) -> Self {
        let (ours, theirs) = pair(columns);
        // The terminal's own Ctrl-C reaches those alone whose controlling terminal it is.
        let mut command = if cfg!(target_os = "linux") {
            let mut command = sandbox.program("setsid");
            command.args(["--ctty", BINARY]);
            command
        } else {
            sandbox.program(BINARY)
        };
        command
            .arg("async-init")
            .args(args)
            .env("TERM", "xterm-256color");
        let child = attach(command, &theirs);
        drop(theirs);
        let keyboard = File::from(ours);
        let mut display = keyboard.try_clone().expect("a second handle");
        let (send, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // At the end Linux gives an error, others nothing.
            while let Ok(read @ 1..) = display.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let folder = sandbox.path().display().to_string();
        Self {
            child,
            keyboard,
            output,
            screen: vt100::Parser::new(cells(ROWS), cells(columns), 0),
            raw: Vec::new(),
            redact: Box::new(move |text| text.replace(&folder, "[LAB]")),
        }
    }

    /// The lines that are on the screen, without the empty ones at its end.
    pub fn lines(&self) -> Vec<String> {
        let screen = self.screen.screen();
        let lines = screen
            .rows(0, screen.size().1.get())
            .map(|line| line.trim_end().to_owned());
        let mut lines: Vec<String> = lines.collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    /// What is on the screen, with its line breaks taken for spaces.
    pub fn words(&self) -> String {
        let lines = self.lines().join(" ");
        lines.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How often that text was printed, also where it is not on the screen any more.
    pub fn printed(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.raw).matches(text).count()
    }

    /// Waits until the screen is as wanted.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            match self
                .output
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.give_up(&format!("nothing comes of waiting for {what}"))
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.give_up(&format!("it ended before {what}"))
                }
            }
        }
        self
    }

    fn give_up(&self, why: &str) -> ! {
        panic!(
            "{why}:\n{}\n{}",
            self.lines().join("\n"),
            String::from_utf8_lossy(&self.raw).escape_debug()
        );
    }

    /// Waits until that text is on the screen, line breaks taken for spaces.
    pub fn see(&mut self, text: &str) -> &mut Self {
        self.until(&format!("`{text}`"), |terminal| {
            terminal.words().contains(text)
        })
    }

    /// Waits until a key is waited for, then types.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !self.listens() {
            if Instant::now() > deadline {
                self.give_up("it never waits for a key");
            }
            thread::yield_now();
        }
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("a keyboard");
        self
    }

    /// Whether single keys are waited for: the terminal does not gather lines then.
    fn listens(&self) -> bool {
        !self.flags().contains(LocalModes::ICANON)
    }

    fn flags(&self) -> LocalModes {
        tcgetattr(&self.keyboard).expect("its settings").local_modes
    }

    /// Chooses that value at a list with that prompt.
    pub fn choose(&mut self, prompt: &str, value: &str) -> &mut Self {
        self.until(prompt, |terminal| {
            terminal.open_question().contains(prompt) && terminal.active().is_some()
        });
        while self.active().as_deref() != Some(value) {
            self.step(DOWN);
        }
        let answered = self.answered(prompt, value);
        self.press(ENTER);
        self.until("an answer", |terminal| {
            terminal.answered(prompt, value) > answered
        })
    }

    /// Moves a list's cursor.
    pub fn step(&mut self, key: &str) -> &mut Self {
        let before = self.active();
        self.press(key);
        self.until("another line", |terminal| {
            terminal
                .active()
                .is_some_and(|active| Some(active) != before)
        })
    }

    /// The value at the list's cursor, once its line is whole.
    pub fn active(&self) -> Option<String> {
        let lines = self.lines();
        let row = lines.iter().position(|line| line.starts_with("❯ "))?;
        let (cursor, _) = self.screen.screen().cursor_position();
        (usize::from(cursor) > row)
            .then(|| lines[row].split_whitespace().nth(1).map(str::to_owned))?
    }

    /// The line of the question that waits for its answer.
    pub fn open_question(&self) -> String {
        let lines = self.lines();
        let open = lines.iter().rfind(|line| line.starts_with("? "));
        open.cloned().unwrap_or_default()
    }

    /// How often that question has got that answer.
    fn answered(&self, prompt: &str, value: &str) -> usize {
        let is_it = |line: &&String| {
            line.starts_with("✔ ") && line.contains(prompt) && line.ends_with(&format!("· {value}"))
        };
        self.lines().iter().filter(is_it).count()
    }

    /// Waits for the end.
    pub fn close(mut self) -> Closed {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        let code = self.child.wait().expect("its end").code();
        let usual = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        assert!(
            self.flags().contains(usual),
            "the terminal is left as no shell expects it"
        );
        Closed {
            code,
            screen: (self.redact)(&self.lines().join("\n")),
            raw: String::from_utf8(self.raw).expect("UTF-8"),
        }
    }
}

impl Closed {
    /// Whether the last word on the cursor is that it is to be seen.
    pub fn shows_cursor(&self) -> bool {
        let last = |code: &str| self.raw.rfind(code);
        last("\u{1b}[?25l")
            .is_none_or(|hidden| last("\u{1b}[?25h").is_some_and(|shown| shown > hidden))
    }

    /// The command that the run says would do the same again.
    pub fn again(&self) -> String {
        // As it was printed: the screen breaks long lines.
        let (_, again) = self.raw.rsplit_once("Again").expect("an `Again`");
        let line = again.lines().next().unwrap_or_default();
        let (_, command) = line.split_once("cargo").expect("a command");
        format!("cargo{command}")
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has rows and columns")
}

/// Both ends of a terminal of that width; neither is inherited by the runs of other tests.
pub fn pair(columns: u16) -> (OwnedFd, File) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags).expect("a pseudo-terminal");
    grantpt(&ours).expect("it is ours");
    unlockpt(&ours).expect("it can be opened");
    let size = Winsize {
        ws_row: ROWS,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).expect("a size");
    let name = ptsname(&ours, Vec::new()).expect("a name");
    let mut open = File::options();
    open.read(true).write(true);
    let noctty = rustix::fs::OFlags::NOCTTY;
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut open, noctty.bits().cast_signed());
    let theirs = open.open(OsStr::from_bytes(name.as_bytes()));
    (ours, theirs.expect("its other end"))
}

/// Starts a command with all three streams on a terminal.
fn attach(mut command: Command, terminal: &File) -> Child {
    let copy = || Stdio::from(terminal.try_clone().expect("a third handle"));
    command.stdin(copy()).stdout(copy()).stderr(copy());
    command.spawn().expect("it starts")
}
