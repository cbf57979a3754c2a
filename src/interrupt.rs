//! Ctrl-C and SIGTERM: they leave nothing or everything, and the terminal as it was.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{process, thread};

use dialoguer::console::Term;

use crate::failure::{Code, Failure, Result};

/// How a staging folder is removed.
type Remove = fn(&Path) -> io::Result<()>;

/// What an interrupt has to do.
enum Stage {
    /// Nothing is on disk: just end.
    Idle,
    /// Remove this folder in that way, then end.
    Staged(PathBuf, Remove),
    /// The project is there: let the run finish.
    Committed,
}

static STAGE: Mutex<Stage> = Mutex::new(Stage::Idle);

/// Whether an interrupt waits for its turn.
static ASKED: AtomicBool = AtomicBool::new(false);

fn stage() -> MutexGuard<'static, Stage> {
    STAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stage, for the run itself: an interrupt that waits goes first, and ends the process.
fn turn() -> MutexGuard<'static, Stage> {
    let stage = stage();
    if !ASKED.load(Ordering::SeqCst) {
        return stage;
    }
    drop(stage);
    loop {
        thread::park();
    }
}

/// Makes SIGINT, SIGTERM and SIGHUP end the process with code 130.
///
/// # Errors
///
/// Where the system takes no handler.
pub fn install() -> Result<()> {
    ctrlc::set_handler(on_signal)
        .map_err(|error| Failure::new(Code::Io, format!("cannot handle Ctrl-C: {error}")))
}

fn on_signal() {
    ASKED.store(true, Ordering::SeqCst);
    // Held until the process has ended, so no file operation can come in between.
    let stage = stage();
    if !matches!(*stage, Stage::Committed) {
        tidy_up_and_exit(&stage);
    }
}

/// Ends the process as an interrupt does, for whoever learns of one in another way.
pub fn end() -> ! {
    tidy_up_and_exit(&stage());
}

fn tidy_up_and_exit(stage: &Stage) -> ! {
    match stage {
        Stage::Idle | Stage::Committed => {}
        Stage::Staged(folder, remove) => {
            // Whatever is left is removed by the next run, like after SIGKILL.
            let _ = remove(folder);
        }
    }
    // A prompt hides the cursor and does not bring it back by itself.
    let terminal = Term::stderr();
    if terminal.is_term() {
        let _ = terminal.show_cursor();
    }
    process::exit(Code::Interrupted as i32);
}

/// Runs one file operation that an interrupt must not split.
pub fn undivided<T>(operation: impl FnOnce() -> T) -> T {
    let _stage = turn();
    operation()
}

/// Creates the staging folder; from here on an interrupt removes it.
///
/// # Errors
///
/// Those of `create`.
pub fn staged<T>(
    create: impl FnOnce() -> Result<T>,
    folder: impl Fn(&T) -> &Path,
    remove: Remove,
) -> Result<T> {
    let mut stage = turn();
    let created = create()?;
    *stage = Stage::Staged(folder(&created).to_owned(), remove);
    Ok(created)
}

/// Runs the operation that makes everything visible; an interrupt comes before or after it.
///
/// # Errors
///
/// Those of `commit`, after which an interrupt still removes the staging folder.
pub fn committed<T>(commit: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut stage = turn();
    let value = commit()?;
    *stage = Stage::Committed;
    Ok(value)
}
