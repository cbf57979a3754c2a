//! The list of members: a root manifest's text in, the same text with one member more out.
//!
//! The text is spliced, not printed anew: `toml_edit` says where things stand, and every byte that
//! is there already stays, comments, line ends and all. (Printing would move a comment to another
//! member, as `cargo new` does, and end every line alike.)

use std::ops::Range;

use toml_edit::{Array, Document, InlineTable, Item, Table, Value};

const INDENT: &str = "    ";

/// A text to put in, and where.
type Insertion = (usize, String);

/// The manifest with one more member: in its place where the members were sorted, else at the end.
pub fn with(manifest: &Document<String>, member: &str) -> String {
    let text = manifest.raw();
    let quoted = Value::from(member).to_string();
    let workspace = manifest.get("workspace");
    let insertions = match workspace.and_then(|workspace| workspace.get("members")) {
        Some(Item::Value(Value::Array(members))) => {
            let list = List::new(text, members);
            match place(members, member) {
                0 => list.first(&quoted),
                index => list.after(index - 1, &quoted),
            }
        }
        _ => vec![new_list(text, workspace, &quoted)],
    };
    splice(text, &insertions)
}

/// The index that the member gets.
fn place(members: &Array, member: &str) -> usize {
    let names: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
    if names.is_sorted() {
        return names.partition_point(|&each| each <= member);
    }
    names.len()
}

fn splice(text: &str, insertions: &[Insertion]) -> String {
    let mut spliced = String::with_capacity(text.len() + INDENT.len());
    let mut done = 0;
    for (at, inserted) in insertions {
        spliced.push_str(&text[done..*at]);
        spliced.push_str(inserted);
        done = *at;
    }
    spliced.push_str(&text[done..]);
    spliced
}

/// An array as it stands in the text.
struct List<'a> {
    text: &'a str,
    /// With its brackets.
    whole: Range<usize>,
    elements: Vec<Range<usize>>,
}

impl<'a> List<'a> {
    fn new(text: &'a str, array: &Array) -> Self {
        Self {
            text,
            whole: array.span().unwrap_or_default(),
            elements: array.iter().filter_map(Value::span).collect(),
        }
    }

    /// Puts an element before all others.
    fn first(&self, quoted: &str) -> Vec<Insertion> {
        let inside = self.whole.start + 1;
        let Some(next) = self.elements.first() else {
            return vec![self.only(quoted)];
        };
        if is_blank(rest_of_line(self.text, inside)) {
            let indent = self.indent(0);
            return vec![(
                line_end(self.text, inside),
                format!("{}{indent}{quoted},", newline(self.text, inside)),
            )];
        }
        vec![(next.start, format!("{quoted}{}", self.separator(0)))]
    }

    /// Puts an element where there is none.
    fn only(&self, quoted: &str) -> Insertion {
        let inside = self.whole.start + 1;
        let bracket = self.whole.end - 1;
        let last_line = line_start(self.text, bracket);
        if last_line <= inside {
            return (inside, quoted.to_owned());
        }
        // Below the comments that may stand there, and in line with them.
        let above = line_start(self.text, last_line - 1).max(inside);
        let indent = match indent_at(self.text, above) {
            indent if above > inside && !indent.is_empty() => indent.to_owned(),
            _ => format!("{}{INDENT}", indent_at(self.text, last_line)),
        };
        let at = line_end(self.text, above);
        (at, format!("{}{indent}{quoted},", newline(self.text, at)))
    }

    /// Puts an element after the one of that index.
    fn after(&self, index: usize, quoted: &str) -> Vec<Insertion> {
        let end = self.elements[index].end;
        let is_last = index + 1 == self.elements.len();
        let rest = rest_of_line(self.text, end).trim_start();
        let (comma, rest) = match rest.strip_prefix(',') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let no_comma_at_all = !comma && is_last && !self.has_comma_below(end);
        if !is_blank(rest) || !(comma || no_comma_at_all) {
            return vec![(end, format!("{}{quoted}", self.separator(index)))];
        }
        let line = format!(
            "{}{}{quoted}",
            newline(self.text, end),
            self.indent(index + 1)
        );
        let at = line_end(self.text, end);
        if comma {
            return vec![(at, format!("{line},"))];
        }
        vec![(end, ",".to_owned()), (at, line)]
    }

    /// Whether a comma follows on a later line, where nobody looks for one.
    fn has_comma_below(&self, end: usize) -> bool {
        self.text[end..self.whole.end]
            .lines()
            .any(|line| line.split('#').next().unwrap_or_default().contains(','))
    }

    /// What stands between two elements near that index, where it is nothing but a comma and space.
    fn separator(&self, index: usize) -> &str {
        let pair = [index, index.saturating_sub(1)]
            .into_iter()
            .find_map(|index| Some((self.elements.get(index)?, self.elements.get(index + 1)?)));
        let between = pair.map(|(one, other)| &self.text[one.end..other.start]);
        between
            .filter(|between| between.trim() == ",")
            .unwrap_or(", ")
    }

    /// The indentation of an element that gets a line of its own: that of its neighbour.
    fn indent(&self, index: usize) -> &str {
        let neighbours = [Some(index), index.checked_sub(1)];
        neighbours
            .into_iter()
            .flatten()
            .filter_map(|index| Some(self.elements.get(index)?.start))
            .find(|&start| {
                self.text[line_start(self.text, start)..start]
                    .trim()
                    .is_empty()
            })
            .map_or(INDENT, |start| indent_at(self.text, start))
    }
}

/// The list for a workspace that has none.
fn new_list(text: &str, workspace: Option<&Item>, quoted: &str) -> Insertion {
    match workspace {
        Some(Item::Value(Value::InlineTable(table))) => in_braces(table, quoted),
        Some(Item::Table(table)) if table.is_dotted() => {
            // `workspace.resolver = "3"`: a header of that name would be a second definition.
            let at = line_start(text, start(table));
            let newline = newline(text, at);
            (at, format!("workspace.members = [{quoted}]{newline}"))
        }
        Some(Item::Table(table)) if !table.is_implicit() => {
            let at = line_end(text, start(table));
            (at, format!("{}members = [{quoted}]", newline(text, at)))
        }
        // There is `[workspace.package]` or the like, and no `[workspace]` itself.
        _ => {
            let newline = newline(text, 0);
            let gap = if text.ends_with('\n') { "" } else { newline };
            let table = format!("{gap}{newline}[workspace]{newline}members = [{quoted}]{newline}");
            (text.len(), table)
        }
    }
}

fn in_braces(table: &InlineTable, quoted: &str) -> Insertion {
    let inside = table.span().unwrap_or_default().start + 1;
    let more = if table.is_empty() { " " } else { "," };
    (inside, format!(" members = [{quoted}]{more}"))
}

fn start(table: &Table) -> usize {
    table.span().unwrap_or_default().start
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends, before its line feed and the carriage return that may go with it.
fn line_end(text: &str, at: usize) -> usize {
    at + rest_of_line(text, at).len()
}

fn rest_of_line(text: &str, at: usize) -> &str {
    text[at..].lines().next().unwrap_or_default()
}

/// Whether there is nothing but space, and perhaps a comment.
fn is_blank(text: &str) -> bool {
    let text = text.trim_start();
    text.is_empty() || text.starts_with('#')
}

fn indent_at(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    let blank = line.find(|c| c != ' ' && c != '\t');
    &line[..blank.unwrap_or(line.len())]
}

/// The line end in use at that place, or the file's.
fn newline(text: &str, at: usize) -> &'static str {
    let end = line_end(text, at);
    let here = text[end..].starts_with("\r\n");
    let nowhere = end == text.len();
    if here || (nowhere && text.contains("\r\n")) {
        "\r\n"
    } else {
        "\n"
    }
}

#[cfg(test)]
mod tests {
    use toml_edit::{Document, DocumentMut, Value};

    use super::with;

    fn added(text: &str, member: &str) -> String {
        let document = Document::parse(text.to_owned()).expect("the manifest is TOML");
        with(&document, member)
    }

    fn members(text: &str) -> Vec<String> {
        let document: DocumentMut = text
            .parse()
            .unwrap_or_else(|error| panic!("{error}in:\n{text}"));
        let members = document["workspace"]["members"].as_array();
        let names = members.expect("an array").iter().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    #[test]
    fn sorted_members_stay_sorted_and_others_get_theirs_at_the_end() {
        for (members, expected) in [
            (r#"["a", "c"]"#, r#"["a", "b", "c"]"#),
            (r#"["c", "d"]"#, r#"["b", "c", "d"]"#),
            (r#"["a"]"#, r#"["a", "b"]"#),
            (r#"["c"]"#, r#"["b", "c"]"#),
            (r#"["c", "a"]"#, r#"["c", "a", "b"]"#),
            (r#"["a","c"]"#, r#"["a","b","c"]"#),
            (r#"["a", "aa",]"#, r#"["a", "aa", "b",]"#),
            (r#"[ "a" ]"#, r#"[ "a", "b" ]"#),
            (r"['a', 'c']", r#"['a', "b", 'c']"#),
            ("[]", r#"["b"]"#),
        ] {
            let text = format!("[workspace]\nmembers = {members} # Why.\n");
            let expected = format!("[workspace]\nmembers = {expected} # Why.\n");
            assert_eq!(added(&text, "b"), expected);
        }
    }

    #[test]
    fn a_member_on_a_line_of_its_own_takes_no_comment_from_another() {
        let text = "[workspace]\nmembers = [ # All.\n  # On a.\n  \"a\", # After a.\n\n  # On c.\n  \"c\" # After c.\n  # The end.\n]\n";
        let insertion = |after: &str| text.replace(after, &format!("{after}\n  \"b\","));
        assert_eq!(added(text, "b"), insertion("# After a."));
        let first = text.replace("# All.", "# All.\n  \"A\",");
        assert_eq!(added(text, "A"), first);
        let last = text.replace("\"c\" # After c.", "\"c\", # After c.\n  \"d\"");
        assert_eq!(added(text, "d"), last);
    }

    #[test]
    fn line_ends_and_marks_stay() {
        let text = "\u{feff}# Ours.\r\n[workspace]\r\nmembers = [\r\n\t\"a\",\r\n]\r\nresolver = \"3\"\r\n";
        let expected = text.replace("\"a\",", "\"a\",\r\n\t\"b\",");
        assert_eq!(added(text, "b"), expected);
    }

    #[test]
    fn an_empty_list_keeps_its_comments() {
        for (inside, expected) in [
            ("\n", "\n    \"b\",\n"),
            ("\n  # None yet.\n", "\n  # None yet.\n  \"b\",\n"),
            (" # None yet.\n", " # None yet.\n    \"b\",\n"),
            ("\r\n", "\r\n    \"b\",\r\n"),
        ] {
            let text = format!("[workspace]\nmembers = [{inside}]\n");
            assert_eq!(
                added(&text, "b"),
                format!("[workspace]\nmembers = [{expected}]\n")
            );
        }
    }

    #[test]
    fn a_workspace_without_members_gets_some() {
        for (text, expected) in [
            (
                "[workspace] # Ours.\nresolver = \"3\"\n",
                "[workspace] # Ours.\nmembers = [\"b\"]\nresolver = \"3\"\n",
            ),
            ("[workspace]", "[workspace]\nmembers = [\"b\"]"),
            (
                "# On it.\r\nworkspace.resolver = \"3\"\r\n",
                "# On it.\r\nworkspace.members = [\"b\"]\r\nworkspace.resolver = \"3\"\r\n",
            ),
            (
                "workspace.package.edition = \"2024\"\n",
                "workspace.members = [\"b\"]\nworkspace.package.edition = \"2024\"\n",
            ),
            (
                "workspace = { resolver = \"3\" }\n",
                "workspace = { members = [\"b\"], resolver = \"3\" }\n",
            ),
            ("workspace = {}", "workspace = { members = [\"b\"] }"),
            (
                "[workspace.package]\nedition = \"2024\"",
                "[workspace.package]\nedition = \"2024\"\n\n[workspace]\nmembers = [\"b\"]\n",
            ),
        ] {
            assert_eq!(added(text, "b"), expected);
            assert_eq!(members(expected), ["b"]);
        }
    }

    /// However the list is laid out: what comes out is TOML, and takes nothing away.
    #[test]
    fn every_layout_takes_a_member() {
        let gaps = ["", " ", "\n  ", " # c, d\n  ", "\n  # c\n\n  ", "\r\n\t"];
        let mut layouts = vec!["[]".to_owned(), "[ # c\n]".to_owned()];
        for before in gaps {
            for comma in gaps {
                for after in gaps {
                    let pair = format!("[{before}\"a\"{comma},{after}\"c\"");
                    layouts.push(format!("{pair}{before}]"));
                    layouts.push(format!("{pair},{before}]"));
                    layouts.push(format!("{pair}{comma},{after}]"));
                }
            }
        }
        for layout in layouts {
            let text = format!("[workspace]\nmembers = {layout}\n");
            for member in ["A", "b", "d"] {
                let after = added(&text, member);
                let mut expected = members(&text);
                expected.push(member.to_owned());
                expected.sort();
                assert_eq!(members(&after), expected, "{text}");
                let mut left = after.chars();
                assert!(text.chars().all(|c| left.any(|each| each == c)), "{after}");
            }
        }
    }
}
