//! The comparison of runtimes, as aligned text and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::catalog::comparison::{
    self, Aspect, COLUMNS, Cell, MODEL_ASPECTS, MODELS, RUNTIME_ASPECTS,
};
use crate::report::{Format, Shell};

/// The runtime whose choice is that of another I/O model.
const URING: &str = "uring";
/// What a narrow terminal shows.
const WIDTH: usize = 79;
/// With more columns than these, there is a second table.
const SIDE_BY_SIDE: usize = 4;
/// Between two columns.
const GAP: usize = 2;
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
        for (number, note) in self.numbered() {
            let mark = format!("[{number}]");
            let indent = mark.len() + 1;
            let lines = wrap(note, WIDTH - indent);
            for (line, words) in lines.iter().enumerate() {
                let mark = if line == 0 { mark.as_str() } else { "" };
                let _ = writeln!(text, "{mark:indent$}{words}");
            }
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
        let mut rows = vec![row(
            "",
            columns.iter().map(|&column| vec![column.to_owned()]),
        )];
        rows.extend(aspects.iter().map(|aspect| {
            let cells = columns
                .iter()
                .map(|column| wrap(&self.statement(aspect.of(column)), room));
            row(aspect.name, cells)
        }));
        let widths: Vec<usize> = (0..=columns.len())
            .map(|column| {
                rows.iter()
                    .map(|row| width(&row[column]))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * columns.len());
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

/// A row of cells, each of them lines; the first cell is the row's name.
fn row(name: &str, cells: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    std::iter::once(vec![name.to_owned()])
        .chain(cells)
        .collect()
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
