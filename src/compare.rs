//! The comparison of runtimes, as aligned text and as JSON.

use std::fmt::Write as _;
use std::iter;

use serde_json::{Map, Value, json};

use crate::catalog::comparison::{
    self, Aspect, COLUMNS, Cell, MODEL_ASPECTS, MODELS, RUNTIME_ASPECTS,
};
use crate::catalog::measured;
use crate::report::{Format, Shell};

/// The runtime whose choice is that of another I/O model.
const URING: &str = "uring";
/// What a narrow terminal shows.
const WIDTH: usize = 79;
/// With more columns than these, there is a second table.
const SIDE_BY_SIDE: usize = 4;
/// Between two columns.
const GAP: usize = 2;
/// As long as a figure gets.
const DIGITS: usize = 7;
/// Where there is nothing to say.
const NOTHING: &str = "-";

/// Prints how these runtimes compare; all of them where none is named.
pub fn compare(shell: &Shell, runtimes: &[String], format: Format) {
    let comparison = Comparison::of(runtimes);
    match format {
        Format::Json => shell.data(&comparison.object()),
        Format::Human => shell.print(&comparison.text()),
    }
}

/// What is compared, and the notes in the order in which they are met.
struct Comparison {
    columns: Vec<&'static str>,
    /// Whether the I/O models are a part of it.
    models: bool,
    notes: Vec<&'static str>,
}

impl Comparison {
    fn of(runtimes: &[String]) -> Self {
        let named = |column: &&str| runtimes.iter().any(|runtime| runtime == column);
        let columns: Vec<&'static str> = COLUMNS
            .iter()
            .copied()
            .filter(|column| runtimes.is_empty() || named(column))
            .collect();
        let mut comparison = Self {
            models: columns.contains(&URING),
            columns,
            notes: Vec::new(),
        };
        comparison.number_notes();
        comparison
    }

    /// Numbers the notes as a reader meets them: table by table, row by row.
    fn number_notes(&mut self) {
        let tables = self.tables();
        let cells = tables.iter().flat_map(|(columns, aspects)| {
            aspects
                .iter()
                .flat_map(|aspect| columns.iter().filter_map(|column| aspect.of(column)))
        });
        for &note in cells.flat_map(|cell| cell.notes) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// The tables as text has them: no more columns than fit side by side.
    fn tables(&self) -> Vec<(Vec<&'static str>, &'static [Aspect])> {
        let count = self.columns.len().div_ceil(SIDE_BY_SIDE).max(1);
        let each = self.columns.len().div_ceil(count).max(1);
        let mut tables: Vec<(Vec<&'static str>, &'static [Aspect])> = self
            .columns
            .chunks(each)
            .map(|columns| (columns.to_vec(), RUNTIME_ASPECTS))
            .collect();
        if self.models {
            tables.push((MODELS.to_vec(), MODEL_ASPECTS));
        }
        tables
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (columns, aspects) in self.tables() {
            self.draw(&columns, aspects, &mut text);
            text.push('\n');
        }
        self.tell_measured(&mut text);
        for (number, note) in self.numbered() {
            let mark = format!("[{number}]");
            hang(&mark, note, &mut text);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn draw(&self, columns: &[&'static str], aspects: &[Aspect], text: &mut String) {
        let first = aspects
            .iter()
            .map(|aspect| aspect.name.len())
            .max()
            .unwrap_or(0);
        let room = (WIDTH - first) / columns.len() - GAP;
        let mut rows = vec![heads(columns)];
        rows.extend(aspects.iter().map(|aspect| {
            let cells = columns
                .iter()
                .map(|column| wrap(&self.statement(aspect.of(column)), room));
            row(aspect.name, cells)
        }));
        lay_out(&rows, text);
    }

    /// What our own last run of a laboratory gave for these.
    fn tell_measured(&self, text: &mut String) {
        let columns = self.measured();
        if columns.is_empty() {
            return;
        }
        let run = measured::last();
        let intro = format!(
            "Measured by `cargo async-init lab`, a TCP server that sends lines back: {}",
            run.circumstances
        );
        for line in wrap(&intro, WIDTH) {
            let _ = writeln!(text, "{line}");
        }
        text.push('\n');
        let cells_width: usize = columns
            .iter()
            .map(|name| name.len().max(DIGITS) + GAP)
            .sum();
        let mut rows = vec![heads(&columns)];
        rows.extend(run.figures.iter().map(|figure| {
            let cells = columns.iter().map(|column| {
                let median = figure.of(column);
                vec![median.map_or_else(|| NOTHING.to_owned(), number)]
            });
            let name = wrap(figure.name, WIDTH - cells_width);
            iter::once(name).chain(cells).collect()
        }));
        lay_out(&rows, text);
        text.push('\n');
        for (runtime, made_of) in &run.made_of {
            if columns.contains(runtime) {
                hang(&format!("{runtime}:"), made_of, text);
            }
        }
        text.push('\n');
    }

    /// The columns of which there are figures.
    fn measured(&self) -> Vec<&'static str> {
        let has = |column: &&&str| {
            let run = measured::last();
            run.made_of.iter().any(|(name, _)| name == *column)
        };
        self.columns.iter().filter(has).copied().collect()
    }

    /// What a cell says, with the numbers of its notes.
    fn statement(&self, cell: Option<&Cell>) -> String {
        let Some(cell) = cell else {
            return NOTHING.to_owned();
        };
        let mut words = vec![cell.text.to_owned()];
        words.extend(
            self.numbers(cell)
                .iter()
                .map(|number| format!("[{number}]")),
        );
        words.join(" ")
    }

    fn numbers(&self, cell: &Cell) -> Vec<usize> {
        self.notes
            .iter()
            .zip(1..)
            .filter(|(note, _)| cell.notes.contains(note))
            .map(|(_, number)| number)
            .collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let notes = self.notes.iter().filter_map(|id| comparison::note(id));
        (1..).zip(notes.map(|note| note.text))
    }

    fn object(&self) -> Value {
        let notes: Vec<Value> = self
            .numbered()
            .map(|(number, text)| json!({ "number": number, "text": text }))
            .collect();
        let mut object = json!({
            "runtimes": self.columns,
            "aspects": self.aspects(&self.columns, RUNTIME_ASPECTS),
        });
        if self.models {
            object["models"] = self.aspects(MODELS, MODEL_ASPECTS);
        }
        object["notes"] = json!(notes);
        let columns = self.measured();
        if !columns.is_empty() {
            object["measured"] = figures(&columns);
        }
        object
    }

    fn aspects(&self, columns: &[&'static str], aspects: &[Aspect]) -> Value {
        aspects
            .iter()
            .map(|aspect| {
                let cells: Map<String, Value> = columns
                    .iter()
                    .filter_map(|column| aspect.of(column))
                    .map(|cell| {
                        let statement = json!({ "text": cell.text, "notes": self.numbers(cell) });
                        (cell.of.to_owned(), statement)
                    })
                    .collect();
                json!({ "aspect": aspect.name, "statements": cells })
            })
            .collect()
    }
}

fn figures(columns: &[&str]) -> Value {
    let run = measured::last();
    let of = |column: &&str| columns.contains(column);
    let rows = run.figures.iter().map(|figure| {
        let medians = figure.medians.iter().filter(|(name, _)| of(name));
        let medians: Map<String, Value> = medians
            .map(|(name, median)| ((*name).to_owned(), json!(median)))
            .collect();
        json!({ "figure": figure.name, "medians": medians })
    });
    let made_of: Map<String, Value> = run
        .made_of
        .iter()
        .filter(|(name, _)| of(name))
        .map(|(name, crates)| ((*name).to_owned(), json!(crates)))
        .collect();
    json!({
        "circumstances": run.circumstances,
        "made_of": made_of,
        "figures": rows.collect::<Vec<_>>(),
    })
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    match value {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Text behind a mark, its further lines below its first.
fn hang(mark: &str, words: &str, text: &mut String) {
    let indent = mark.len() + 1;
    for (line, words) in wrap(words, WIDTH - indent).iter().enumerate() {
        let mark = if line == 0 { mark } else { "" };
        let _ = writeln!(text, "{mark:indent$}{words}");
    }
}

/// The row that names the columns.
fn heads(columns: &[&str]) -> Vec<Vec<String>> {
    row("", columns.iter().map(|&column| vec![column.to_owned()]))
}

/// Writes rows below each other, the first above a rule, each column as wide as its widest cell.
fn lay_out(rows: &[Vec<Vec<String>>], text: &mut String) {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .map(|row| width(&row[column]))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1));
    for (index, row) in rows.iter().enumerate() {
        if index == 1 {
            let _ = writeln!(text, "{rule}");
        }
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut cells = String::new();
            for (cell, &width) in row.iter().zip(&widths) {
                let words = cell.get(line).map_or("", String::as_str);
                let _ = write!(cells, "{words:width$}{:GAP$}", "");
            }
            let _ = writeln!(text, "{}", cells.trim_end());
        }
    }
}

/// A row of cells, each of them lines; the first cell is the row's name.
fn row(name: &str, cells: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    iter::once(vec![name.to_owned()]).chain(cells).collect()
}

fn width(lines: &[String]) -> usize {
    lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

/// Lines of no more than this many characters; a longer word has a line of its own.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(runtimes: &[&str]) -> Comparison {
        let runtimes: Vec<String> = runtimes.iter().map(|&runtime| runtime.to_owned()).collect();
        Comparison::of(&runtimes)
    }

    #[test]
    fn every_choice_of_columns_fits_a_narrow_terminal() {
        for chosen in 1..1_usize << COLUMNS.len() {
            let columns: Vec<&str> = (0..COLUMNS.len())
                .filter(|column| chosen >> column & 1 == 1)
                .map(|column| COLUMNS[column])
                .collect();
            let text = of(&columns).text();
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{columns:?}: {line}");
            }
            for column in columns {
                assert!(text.contains(column));
            }
        }
    }

    #[test]
    fn notes_are_numbered_as_they_are_met() {
        let text = of(&["smol", "tokio"]).text();
        for statement in ["minimal [1]", "if told to [2]", "661 kB [3]", "646 kB [3]"] {
            assert!(text.contains(statement), "no `{statement}` in:\n{text}");
        }
        for comparison in [of(&[]), of(&["smol"]), of(&["uring", "tokio"])] {
            let text = comparison.text();
            for (number, _) in comparison.numbered() {
                let mark = format!("[{number}]");
                assert!(text.matches(&mark).count() >= 2, "no use of {mark}");
                assert!(text.contains(&format!("\n{mark} ")), "no line {mark}");
            }
        }
    }

    #[test]
    fn a_restricted_comparison_says_nothing_of_the_others() {
        let text = of(&["smol", "tokio"]).text();
        assert!(text.contains("tokio") && text.contains("smol"));
        assert!(!text.contains("async-std") && !text.contains("epoll"));
        assert!(text.contains("34 crates") && !text.contains("RUSTSEC"));
        assert!(of(&["uring"]).text().contains("epoll_wait"));
    }

    #[test]
    fn what_has_nothing_to_say_says_so() {
        let text = of(&["mio"]).text();
        let line = text.lines().find(|line| line.starts_with("channels"));
        assert!(line.expect("a row").trim_end().ends_with(NOTHING));
    }

    #[test]
    fn text_is_wrapped_at_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 3), ["one", "two", "three"]);
        assert_eq!(wrap("", 3), [""]);
    }

    #[test]
    fn the_object_has_every_statement() {
        let object = of(&[]).object();
        assert_eq!(object["runtimes"], json!(COLUMNS));
        assert_eq!(object["aspects"].as_array().map(Vec::len), Some(8));
        assert_eq!(object["models"].as_array().map(Vec::len), Some(6));
        assert!(object["notes"][0]["number"] == 1);
        assert!(of(&["tokio"]).object().get("models").is_none());
    }
}
