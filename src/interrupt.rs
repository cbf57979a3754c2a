//! Ctrl-C and SIGTERM: they leave nothing or everything, and the terminal as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::failure::{Code, Failure, Result};

/// What an interrupt has to do.
enum Stage {
    /// Nothing is on disk: just end.
    Idle,
    /// Remove this folder, then end.
    Staged(PathBuf),
    /// The project is there: let the run finish.
    Committed,
}

static STAGE: Mutex<Stage> = Mutex::new(Stage::Idle);

fn stage() -> MutexGuard<'static, Stage> {
    STAGE.lock().unwrap_or_else(PoisonError::into_inner)
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
    // Held until the process has ended, so no file operation can come in between.
    let stage = stage();
    match &*stage {
        Stage::Committed => return,
        Stage::Idle => {}
        Stage::Staged(folder) => {
            // Whatever is left is removed by the next run, like after SIGKILL.
            let _ = fs::remove_dir_all(folder);
        }
    }
    // A prompt hides the cursor and does not bring it back by itself.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    process::exit(Code::Interrupted as i32);
}

/// Runs one file operation that an interrupt must not split.
pub fn undivided<T>(operation: impl FnOnce() -> T) -> T {
    let _stage = stage();
    operation()
}

/// Creates the staging folder; from here on an interrupt removes it.
///
/// # Errors
///
/// Those of `create`.
pub fn staged<T>(create: impl FnOnce() -> Result<T>, folder: impl Fn(&T) -> &Path) -> Result<T> {
    let mut stage = stage();
    let created = create()?;
    *stage = Stage::Staged(folder(&created).to_owned());
    Ok(created)
}

/// Runs the operation that makes everything visible; an interrupt comes before or after it.
///
/// # Errors
///
/// Those of `commit`, after which an interrupt still removes the staging folder.
pub fn committed<T>(commit: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut stage = stage();
    let value = commit()?;
    *stage = Stage::Committed;
    Ok(value)
}
