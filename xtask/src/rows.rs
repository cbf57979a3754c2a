//! Reports whose rows are written anew one by one: a Markdown table, read back before it is written.

use std::fs;

use crate::projects;

/// Each row of a report's table, as `row` makes it of its cells; none where there is no report.
pub fn read<T>(report: &str, row: fn(&[String]) -> Option<T>) -> Result<Vec<T>, String> {
    let text = fs::read_to_string(projects::repository().join(report)).unwrap_or_default();
    let lines = text.lines().filter(|line| line.starts_with("| "));
    // The first of them has the names of the columns.
    lines
        .skip(1)
        .map(|line| row(&cells(line)).ok_or_else(|| format!("{report}: cannot read `{line}`")))
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let cells = line.trim_matches('|').split('|').map(str::trim);
    cells.map(str::to_owned).collect()
}

/// Writes a report, with a line of context.
pub fn write(report: &str, text: &str) -> Result<(), String> {
    fs::write(projects::repository().join(report), text)
        .map_err(|error| format!("cannot write {report}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn a_row_is_read_as_it_is_written() {
        let row = "| tokio-http | `cargo test` | passed | 32 | c5b66c3 |";
        let expected = ["tokio-http", "`cargo test`", "passed", "32", "c5b66c3"];
        assert_eq!(cells(row), expected);
    }
}
