//! The program without its board: started on this machine, watched, and its button pressed.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::projects;

/// How long it may take to build it and to start it on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// By how many milliseconds it may be late there.
const LATE: u64 = 150;

/// The same for the kind that sleeps between flashes.
///
/// # Errors
///
/// What it printed instead.
pub(crate) fn watch_flashes(folder: &Path) -> Result<(), String> {
    let mut simulation = Simulation::start(folder)?;
    simulation.expect("Enter presses the button.")?;
    let first = simulation.change("on")?;
    simulation.change_after("off", first, 20)?;
    let second = simulation.change("on")?;
    simulation.change_after("off", second, 20)?;
    if (second - first).abs_diff(5000) > LATE {
        return Err(format!("a flash {} ms later", second - first));
    }
    simulation.press_until("a flash every 1000 ms")?;
    let shown = simulation.change("on")?;
    simulation.change_after("off", shown, 20)?;
    simulation.change_after("on", shown, 1000)?;
    simulation.end(true)
}

/// Builds and starts the simulation of that project, and holds what it prints against what the
/// board would do.
///
/// # Errors
///
/// What it printed instead.
pub(crate) fn watch(folder: &Path, has_button: bool) -> Result<(), String> {
    let mut simulation = Simulation::start(folder)?;
    let presser = if has_button { "Enter" } else { "Time" };
    simulation.expect(&format!("{presser} presses the button."))?;
    let mut last = simulation.change("on")?;
    for (word, after) in [("off", 500), ("on", 500), ("off", 500)] {
        last = simulation.change_after(word, last, after)?;
    }
    if !has_button {
        for word in ["on", "off", "on", "off", "on", "off"] {
            last = simulation.change_after(word, last, 500)?;
        }
    }
    let answer = "a change every 200 ms";
    if has_button {
        simulation.press_until(answer)?;
    } else {
        simulation.until(answer, PATIENCE)?;
    }
    let shown = simulation.change("on")?;
    let dark = simulation.change_after("off", shown, 200)?;
    simulation.change_after("on", dark, 200)?;
    simulation.end(has_button)
}

/// The same for the kind that has a console.
///
/// # Errors
///
/// What it printed instead.
pub(crate) fn talk(folder: &Path) -> Result<(), String> {
    let mut simulation = Simulation::start(folder)?;
    simulation.say("help")?;
    simulation.expect("commands: help")?;
    simulation.say("led on")?;
    simulation.change("on")?;
    simulation.expect("the light is on")?;
    simulation.say("led of")?;
    simulation.expect("error: no such command")?;
    simulation.end(true)
}

/// The same for the kind that is on a network.
///
/// # Errors
///
/// What it printed or answered instead.
pub(crate) fn connect(folder: &Path) -> Result<(), String> {
    let simulation = Simulation::start_with(folder, &["--", "127.0.0.1:0"])?;
    let line = simulation.line()?;
    let address = line.strip_prefix("Listening on ");
    let address = address.and_then(|rest| rest.strip_suffix(". Ctrl-C ends."));
    let address = address.ok_or_else(|| format!("no address: {line:?}"))?;
    simulation.change("off")?;
    simulation.change("on")?;
    // Two at once, the second of which is not kept waiting.
    let _silent = TcpStream::connect(address).map_err(|error| error.to_string())?;
    let peer = TcpStream::connect(address).map_err(|error| error.to_string())?;
    let answer = exchange(&peer, "hello\n").map_err(|error| format!("no answer: {error}"))?;
    if answer != "hello\n" {
        return Err(format!("answered {answer:?}"));
    }
    simulation.end(false)
}

fn exchange(mut peer: &TcpStream, line: &str) -> io::Result<String> {
    peer.set_read_timeout(Some(PATIENCE))?;
    peer.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(peer).read_line(&mut answer)?;
    Ok(answer)
}

/// The same for the kind that is a serial port on USB.
///
/// # Errors
///
/// What it printed instead.
pub(crate) fn plug_in(folder: &Path) -> Result<(), String> {
    let mut simulation = Simulation::start(folder)?;
    simulation.expect("What you type comes in at the port.")?;
    simulation.change("off")?;
    simulation.change("on")?;
    for line in ["hello", &"x".repeat(200)] {
        simulation.say(line)?;
        simulation.expect(line)?;
    }
    simulation.end(true)
}

/// The same for the kind that a phone talks to.
///
/// # Errors
///
/// What it printed instead.
pub(crate) fn meet(folder: &Path) -> Result<(), String> {
    let mut simulation = Simulation::start(folder)?;
    simulation.expect("A phone may")?;
    simulation.see(|line| line.ends_with(" ms  on"))?;
    simulation.see(|line| line.ends_with(" ms  off"))?;
    simulation.say("connect")?;
    simulation.see(|line| line.starts_with("connected, "))?;
    simulation.say("write 1")?;
    simulation.see(|line| line.ends_with(" ms  on"))?;
    simulation.say("write 2")?;
    simulation.see(|line| line == "refused with error 0x13")?;
    simulation.say("write 1 0")?;
    simulation.see(|line| line == "refused with error 0x0d")?;
    simulation.see(|line| line.ends_with(" s after the start"))?;
    simulation.say("leave")?;
    simulation.see(|line| line.ends_with(" ms  off"))?;
    simulation.end(true)
}

struct Simulation {
    child: Child,
    lines: Receiver<String>,
}

impl Simulation {
    fn start(folder: &Path) -> Result<Self, String> {
        Self::start_with(folder, &[])
    }

    fn start_with(folder: &Path, words: &[&str]) -> Result<Self, String> {
        let mut child = projects::command("cargo", folder)
            .args(["--quiet", "simulate"])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cargo simulate: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let (send, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines();
            lines
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Ok(Self { child, lines })
    }

    fn line(&self) -> Result<String, String> {
        let line = self.lines.recv_timeout(PATIENCE);
        line.map_err(|error| format!("the simulation printed nothing more: {error}"))
    }

    fn expect(&self, start: &str) -> Result<(), String> {
        let line = self.line()?;
        if line.starts_with(start) {
            return Ok(());
        }
        Err(format!("expected {start:?}, got {line:?}"))
    }

    /// Skips whatever else it prints.
    fn see(&self, wanted: impl Fn(&str) -> bool) -> Result<(), String> {
        let mut skipped = Vec::new();
        // It may print each second, so patience alone would not end this.
        while skipped.len() < 100 {
            let line = self.line()?;
            if wanted(&line) {
                return Ok(());
            }
            skipped.push(line);
        }
        Err(format!("not among what it printed: {skipped:?}"))
    }

    /// The time of the next change, which has to be that one.
    fn change(&self, word: &str) -> Result<u64, String> {
        let line = self.line()?;
        let time = line.split_whitespace().next().and_then(|n| n.parse().ok());
        time.filter(|_| line.split_whitespace().nth(2) == Some(word))
            .ok_or_else(|| format!("expected a change to {word:?}, got {line:?}"))
    }

    fn change_after(&self, word: &str, before: u64, milliseconds: u64) -> Result<u64, String> {
        let time = self.change(word)?;
        if (time - before).abs_diff(milliseconds) <= LATE {
            return Ok(time);
        }
        Err(format!(
            "{word} {} ms later, not {milliseconds}",
            time - before
        ))
    }

    /// Skips changes of the light; says whether the line came in time.
    fn until(&self, wanted: &str, patience: Duration) -> Result<bool, String> {
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(error) => return Err(format!("the simulation ended: {error}")),
            };
            if line == wanted {
                return Ok(true);
            }
            if !line.contains(" ms  o") {
                return Err(format!("expected {wanted:?}, got {line:?}"));
            }
        }
    }

    /// A press takes a tenth of a second, which a loaded machine can miss: like a person, press again.
    fn press_until(&mut self, wanted: &str) -> Result<(), String> {
        for _ in 0..5 {
            self.press()?;
            if self.until(wanted, Duration::from_secs(5))? {
                return Ok(());
            }
        }
        Err(format!("five presses, and no {wanted:?}"))
    }

    fn press(&mut self) -> Result<(), String> {
        self.say("")
    }

    /// Types a line.
    fn say(&mut self, line: &str) -> Result<(), String> {
        let stdin = self.child.stdin.as_mut().ok_or("no standard input")?;
        writeln!(stdin, "{line}").map_err(|error| error.to_string())
    }

    /// Closes its standard input: where that is read, it has to end by itself.
    fn end(mut self, by_itself: bool) -> Result<(), String> {
        drop(self.child.stdin.take());
        if !by_itself {
            return Ok(());
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        Err(format!("the simulation ended with {status}"))
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
