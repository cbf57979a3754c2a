//! What is known of each chip: a line of `reports/chips.tsv`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::{fmt, fs};

const HEADER: &str =
    "# chip\tresult\tflash\tram\tseconds\tid of the project's files\twhat went wrong";

/// How a chip did.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub chip: String,
    /// `booted`, `linked`, or `failed`.
    pub result: String,
    /// Bytes of flash that the image takes.
    pub flash: u32,
    /// Bytes of RAM that the image takes.
    pub ram: u32,
    /// How long that took.
    pub seconds: f64,
    /// The files that decide the image, in short: another one means that the line is stale.
    pub id: String,
    /// What went wrong; empty if nothing did.
    pub why: String,
}

/// A line for each chip that was tried, by the chip's name.
pub type Lines = BTreeMap<String, Line>;

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            chip,
            result,
            flash,
            ram,
            seconds,
            id,
            why,
        } = self;
        write!(
            f,
            "{chip}\t{result}\t{flash}\t{ram}\t{seconds:.0}\t{id}\t{why}"
        )
    }
}

impl Line {
    fn parse(row: &str) -> Option<Self> {
        let columns: Vec<&str> = row.split('\t').collect();
        let [chip, result, flash, ram, seconds, id, why] = columns.as_slice() else {
            return None;
        };
        Some(Self {
            chip: (*chip).to_owned(),
            result: (*result).to_owned(),
            flash: flash.parse().ok()?,
            ram: ram.parse().ok()?,
            seconds: seconds.parse().ok()?,
            id: (*id).to_owned(),
            why: (*why).to_owned(),
        })
    }
}

/// The lines of that file; none if there is no file.
pub fn read(path: &Path) -> Result<Lines, String> {
    let read = fs::read_to_string(path);
    if matches!(&read, Err(error) if error.kind() == ErrorKind::NotFound) {
        return Ok(Lines::new());
    }
    let text = read.map_err(|error| wrong(path, &error))?;
    parse(&text).map_err(|error| format!("`{}`: {error}", path.display()))
}

/// The last line of each chip. What starts with `#` is no line: files put one behind the other have
/// several heads.
pub fn parse(text: &str) -> Result<Lines, String> {
    let rows = text.lines().filter(|row| !row.starts_with('#'));
    rows.map(|row| {
        let line = Line::parse(row).ok_or_else(|| format!("cannot read the line `{row}`"))?;
        Ok((line.chip.clone(), line))
    })
    .collect()
}

/// The text of the file, as [`parse`] reads it.
pub fn text(lines: &Lines) -> String {
    let mut text = format!("{HEADER}\n");
    for line in lines.values() {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Replaces that file as a whole, so that what reads it meanwhile finds no half of it.
pub fn write(path: &Path, lines: &Lines) -> Result<(), String> {
    let new = path.with_extension("new");
    fs::write(&new, text(lines))
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, error: &io::Error) -> String {
    format!("`{}`: {error}", path.display())
}
