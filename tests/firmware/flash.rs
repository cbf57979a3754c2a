//! What `cargo run` starts: each flasher's stand-in says with what it was started.

use std::fs;
use std::path::Path;

use cargo_async_init::catalog::boards::Board;

use crate::projects;

/// The stand-in of a flasher, whatever it is called.
const FLASHER: &str = "#!/bin/sh\necho \"started: ${0##*/} $*\"\n";
/// That of what makes a plain image.
const OBJCOPY: &str = "#!/bin/sh\ncp \"$3\" \"$4\"\n";

/// Runs the program that was linked there before, with stand-ins on the path.
///
/// # Errors
///
/// What was started instead of the board's flasher with the image.
pub(crate) fn flash(folder: &Path, board: &Board, image: &Path) -> Result<(), String> {
    let tools = tempfile::tempdir().map_err(|error| error.to_string())?;
    stand_in(&tools.path().join(board.flasher.program), FLASHER)?;
    stand_in(&tools.path().join("rust-objcopy"), OBJCOPY)?;
    let others = std::env::var("PATH").unwrap_or_default();
    let output = projects::command("cargo", folder)
        .args(["run", "--release"])
        .env("PATH", format!("{}:{others}", tools.path().display()))
        .output()
        .map_err(|error| error.to_string())?;
    let said = projects::finished("cargo run --release", &output)?;
    let start = format!("started: {} ", board.flasher.program);
    let words = said.lines().find_map(|line| line.strip_prefix(&start));
    let words =
        words.ok_or_else(|| format!("{} was not started: {said}", board.flasher.program))?;
    let flashed = words.split(' ').next_back().unwrap_or_default();
    let plain = flashed.strip_suffix(".bin").unwrap_or(flashed);
    if Path::new(plain) != image || !Path::new(flashed).exists() {
        return Err(format!("not the image {} but {words}", image.display()));
    }
    Ok(())
}

fn stand_in(path: &Path, script: &str) -> Result<(), String> {
    fs::write(path, script).map_err(|error| error.to_string())?;
    projects::make_executable(path).map_err(|error| error.to_string())
}
