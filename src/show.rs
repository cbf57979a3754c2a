//! The tree and the catalogue as text, diagram and JSON: projections of the same rows.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anstyle::AnsiColor;
use clap_complete::Shell as CompletionShell;
use clap_mangen::Man;
use serde_json::{Map, Value, json};

use crate::answers::Answers;
use crate::catalog::boards::{BOARDS, NOT_OFFERED};
use crate::catalog::chips::{self, Chip};
use crate::catalog::extras::{EXTRAS, Extra, Scope};
use crate::catalog::kinds::{KINDS, Shape};
use crate::catalog::offers::{ENGINES, OFFERS};
use crate::catalog::runtimes::{self, RUNTIMES, Runtime};
use crate::cli;
use crate::failure::{Code, Failure, Result};
use crate::report::{Format, Shell};
use crate::tree::{
    Choice, Condition, FACTS, Names, Question, Step, Style, Tree, When, tree as the_tree,
};

/// The name under which the binary is installed.
const BINARY: &str = "cargo-async-init";

/// Prints the decision tree.
pub fn tree(shell: &Shell, format: &str) {
    match format {
        "mermaid" => shell.print(&mermaid(the_tree())),
        "json" => shell.data(&nested(the_tree(), &Answers::default())),
        _ => shell.print(&outline(the_tree())),
    }
}

/// The spine as an indented outline, and what is offered below each leaf.
pub fn outline(tree: &Tree) -> String {
    let mut text = String::new();
    if let Some(first) = tree.questions.first() {
        let _ = writeln!(text, "{}", asked(first));
    }
    draw(tree, &Answers::default(), "", &mut text);
    text.push_str("\nBelow the leaf:\n");
    for runtime in RUNTIMES {
        let _ = writeln!(text, "  {:10} {}", runtime.id, below(runtime));
    }
    text
}

fn asked(question: &Question) -> String {
    format!("{} (--{})", question.prompt, question.id)
}

fn draw(tree: &Tree, answers: &Answers, indent: &str, text: &mut String) {
    let Some((question, open)) = next_of_spine(tree, answers) else {
        return;
    };
    for (index, choice) in open.iter().enumerate() {
        let last = index + 1 == open.len();
        let (branch, below) = if last {
            ("└─", "   ")
        } else {
            ("├─", "│  ")
        };
        let then = tree.take(answers, question, choice);
        let target = match (choice.leaf, next_of_spine(tree, &then)) {
            (Some(runtime), _) => format!(" → {runtime}"),
            (None, Some((next, _))) => format!(": {}", asked(next)),
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "{indent}{branch} {}{target}", choice.value);
        draw(tree, &then, &format!("{indent}{below}"), text);
    }
}

/// What the spine asks next; nothing once a runtime is reached.
fn next_of_spine<'a>(tree: &'a Tree, answers: &Answers) -> Option<(&'a Question, Vec<&'a Choice>)> {
    match tree.next(answers) {
        Step::Ask(question, open) if tree.is_spine(question) => Some((question, open)),
        _ => None,
    }
}

/// A runtime's kinds, and the engines or boards that they come with.
fn below(runtime: &Runtime) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    let mut engines: Vec<&str> = Vec::new();
    for offer in OFFERS.iter().filter(|offer| offer.runtime == runtime.id) {
        if !kinds.contains(&offer.kind) {
            kinds.push(offer.kind);
        }
        engines.extend(offer.engine.filter(|engine| !engines.contains(engine)));
    }
    let mut text = kinds.join(", ");
    if !engines.is_empty() {
        let _ = write!(text, "; engines {}", engines.join(", "));
    }
    if runtime.id == "embassy" {
        let (boards, chips) = (BOARDS.len(), chips::offered().count());
        let _ = write!(text, "; {boards} boards, {chips} chips");
    }
    text
}

/// The spine as a mermaid diagram; a question stands there once for each way in which it goes on.
pub fn mermaid(tree: &Tree) -> String {
    let mut diagram = Diagram::default();
    diagram.collect(tree, &Answers::default());
    format!(
        "flowchart TD\n{}{}",
        diagram.nodes.concat(),
        diagram.edges.concat()
    )
}

/// Lines of a diagram, each of them once.
#[derive(Default)]
struct Diagram {
    nodes: Vec<String>,
    edges: Vec<String>,
    /// What follows each question that was met, and the node that stands for it.
    met: Vec<(Value, String)>,
}

impl Diagram {
    fn collect(&mut self, tree: &Tree, answers: &Answers) {
        let Some((question, open)) = next_of_spine(tree, answers) else {
            return;
        };
        let node = self.node(tree, answers, question);
        push_once(
            &mut self.nodes,
            format!("    {node}{{\"{}\"}}\n", question.prompt),
        );
        for choice in open {
            let then = tree.take(answers, question, choice);
            let target = match (choice.leaf, next_of_spine(tree, &then)) {
                (Some(runtime), _) => format!("leaf-{runtime}([{runtime}])"),
                (None, Some((next, _))) => self.node(tree, &then, next),
                (None, None) => continue,
            };
            push_once(
                &mut self.edges,
                format!("    {node} -->|{}| {target}\n", choice.value),
            );
            self.collect(tree, &then);
        }
    }

    fn node(&mut self, tree: &Tree, answers: &Answers, question: &Question) -> String {
        let follows = nested(tree, answers);
        if let Some((_, node)) = self.met.iter().find(|(met, _)| *met == follows) {
            return node.clone();
        }
        let same = self
            .met
            .iter()
            .filter(|(met, _)| met["question"] == question.id)
            .count();
        let node = match same {
            0 => question.id.to_owned(),
            others => format!("{}-{}", question.id, others + 1),
        };
        self.met.push((follows, node.clone()));
        node
    }
}

fn push_once(lines: &mut Vec<String>, line: String) {
    if !lines.contains(&line) {
        lines.push(line);
    }
}

/// The spine as nested JSON: each choice leads to a runtime or to the next question.
fn nested(tree: &Tree, answers: &Answers) -> Value {
    let Some((question, open)) = next_of_spine(tree, answers) else {
        return Value::Null;
    };
    let mut choices = Map::new();
    for choice in open {
        let then = tree.take(answers, question, choice);
        let target = match choice.leaf {
            Some(runtime) => json!({ "runtime": runtime }),
            None => nested(tree, &then),
        };
        choices.insert(choice.value.to_owned(), target);
    }
    json!({
        "question": question.id,
        "prompt": question.prompt,
        "default": question.default,
        "choices": choices,
    })
}

/// Prints what a runtime is, when to take it, and what to watch out for.
///
/// # Errors
///
/// Where there is no such runtime.
pub fn explain(shell: &Shell, runtime: &str) -> Result<()> {
    let runtime = runtimes::find(runtime)
        .ok_or_else(|| Failure::usage(format!("`{runtime}` is no runtime")))?;
    shell.print(&explanation(runtime));
    Ok(())
}

fn explanation(runtime: &Runtime) -> String {
    let bold = AnsiColor::Green.on_default().bold();
    let mut text = format!("{bold}{}{bold:#}\n{}\n\n", runtime.id, runtime.what);
    let _ = writeln!(text, "{bold}Take it when{bold:#}\n{}\n", runtime.take_when);
    let _ = writeln!(text, "{bold}Why{bold:#}\n{}\n", runtime.reason);
    let _ = writeln!(text, "{bold}Mind{bold:#}");
    for caveat in runtime.caveats {
        let _ = writeln!(text, "- {caveat}");
    }
    let _ = writeln!(text, "\n{bold}Here{bold:#}\n{}\n", below(runtime));
    let _ = writeln!(
        text,
        "Start one: cargo async-init my-app --runtime {}",
        runtime.id
    );
    text
}

/// Prints rows of the catalogue.
pub fn list(shell: &Shell, what: &str, format: Format) {
    let rows = rows(what);
    if format == Format::Json {
        let rows = rows
            .into_iter()
            .map(|(id, note)| json!({ "id": id, "note": note }));
        shell.data(&rows.collect());
        return;
    }
    let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    for (id, note) in rows {
        let line = format!("{id:width$}  {note}");
        shell.print(&format!("{}\n", line.trim_end()));
    }
}

/// Which runtimes have that kind.
fn carriers(kind: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for offer in OFFERS.iter().filter(|offer| offer.kind == kind) {
        if !names.contains(&offer.runtime) {
            names.push(offer.runtime);
        }
    }
    names.join(", ")
}

fn rows(what: &str) -> Vec<(&'static str, String)> {
    let plain = |rows: Vec<(&'static str, &'static str)>| {
        rows.into_iter()
            .map(|(id, note)| (id, note.to_owned()))
            .collect()
    };
    match what {
        "runtimes" => plain(RUNTIMES.iter().map(|row| (row.id, row.what)).collect()),
        "kinds" => KINDS
            .iter()
            .map(|row| (row.id, format!("{} ({})", row.note, carriers(row.id))))
            .collect(),
        "engines" => plain(ENGINES.iter().map(|row| (row.id, row.note)).collect()),
        "extras" => plain(EXTRAS.iter().map(|row| (row.id, row.note)).collect()),
        "boards" => BOARDS
            .iter()
            .map(|row| (row.id, format!("{} ({})", row.title, row.chip)))
            .chain(
                NOT_OFFERED
                    .iter()
                    .map(|(id, why)| (*id, format!("not offered: {why}"))),
            )
            .collect(),
        _ => chip_rows(),
    }
}

fn chip_rows() -> Vec<(&'static str, String)> {
    let row = |chip: &'static Chip| {
        if let Some((reason, _instead)) = chip.refusal() {
            return (chip.name, format!("not offered: {reason}"));
        }
        let boards = BOARDS.iter().filter(|board| board.chip == chip.name);
        let boards: Vec<&str> = boards.map(|board| board.id).collect();
        let note = match boards.as_slice() {
            [] => chip.title(),
            boards => format!("{}; on {}", chip.title(), boards.join(", ")),
        };
        (chip.name, note)
    };
    chips::all().iter().map(row).collect()
}

/// Prints every question, condition, value and default as JSON.
pub fn schema(shell: &Shell) {
    shell.data(&schema_of(the_tree()));
}

/// The schema of a tree.
pub fn schema_of(tree: &Tree) -> Value {
    let questions: Vec<Value> = tree
        .questions
        .iter()
        .map(|question| {
            json!({
                "id": question.id,
                "flag": format!("--{}", question.id),
                "prompt": question.prompt,
                "help": question.help,
                "asked": !matches!(question.style, Style::Flag | Style::Option),
                "multiple": question.style == Style::Pick,
                "decides_runtime": tree.is_spine(question),
                "default": if question.style == Style::Pick { json!([]) } else { json!(question.default) },
                "when": alternatives(&question.when),
                "choices": question.choices.iter().map(choice_object).collect::<Vec<_>>(),
                "names": question.names.map(Names::id),
            })
        })
        .collect();
    json!({
        "tool_version": env!("CARGO_PKG_VERSION"),
        "questions": questions,
        "facts": FACTS.iter().map(|(id, values)| json!({ "id": id, "values": values })).collect::<Vec<_>>(),
    })
}

fn choice_object(choice: &Choice) -> Value {
    let mut object = json!({
        "value": choice.value,
        "note": choice.note,
        "when": alternatives(&choice.when),
    });
    if let Some(runtime) = choice.leaf {
        object["runtime"] = json!(runtime);
    }
    if let Some(reason) = choice.elsewhere {
        object["elsewhere"] = json!(reason);
    }
    if !choice.brings.is_empty() {
        object["brings"] = json!(choice.brings);
    }
    object
}

/// Any of these holds, if all of its conditions do; an empty list always holds.
fn alternatives(when: &When) -> Value {
    let condition =
        |condition: &Condition| json!({ "question": condition.question, "is": condition.values });
    when.iter()
        .map(|all| all.iter().map(condition).collect::<Value>())
        .collect()
}

/// The table of flags as the README has it.
pub fn flag_table(tree: &Tree) -> String {
    let mut text = String::from("| flag | question | values |\n|---|---|---|\n");
    for question in &tree.questions {
        let choices = question.choices.iter().map(|choice| choice.value);
        let mut values: Vec<String> = match question.id {
            "board" => vec!["what `list boards` shows".to_owned()],
            _ => choices.map(|value| format!("`{value}`")).collect(),
        };
        values.extend(question.names.map(|names| match names {
            Names::Chips => "what `list chips` shows".to_owned(),
            Names::Pins => "a pin: `PA5`, `P0_13`, `PIN_25`, `GPIO15`".to_owned(),
        }));
        let _ = writeln!(
            text,
            "| `--{}` | {} | {} |",
            question.id,
            question.prompt,
            values.join(" ")
        );
    }
    text
}

/// The table of exit codes as the README has it.
pub fn exit_codes() -> String {
    let mut text = String::from("| code | meaning |\n|---|---|\n");
    for (code, meaning) in Code::MEANINGS {
        let _ = writeln!(text, "| {code} | {meaning} |");
    }
    text
}

/// The table of what can be generated, as the README has it.
pub fn offer_table() -> String {
    let mut text = String::from("| runtime | what can be written |\n|---|---|\n");
    for runtime in RUNTIMES {
        let _ = writeln!(text, "| {} | {} |", runtime.id, below(runtime));
    }
    text
}

/// Which kinds an extra is not for, for the README's table.
pub fn extra_table() -> String {
    let mut text = String::from("| extra | what it adds | not for |\n|---|---|---|\n");
    for extra in EXTRAS {
        let without = not_for(extra);
        let _ = writeln!(text, "| {} | {} | {without} |", extra.id, extra.note);
    }
    text
}

fn not_for(extra: &Extra) -> String {
    if let Scope::On { runtimes, kinds } = &extra.scope {
        let runtimes = runtimes.join(" and ");
        return match kinds {
            Some(kinds) => format!("all but {} on {runtimes}", kinds.join(", ")),
            None => format!("all but {runtimes}"),
        };
    }
    let (firmware, hosted): (Vec<_>, Vec<_>) =
        KINDS.iter().partition(|kind| kind.shape == Shape::Firmware);
    let hosted = hosted.into_iter().filter(|kind| !extra.scope.has(kind));
    let never_firmware = !firmware.into_iter().any(|kind| extra.scope.has(kind));
    let without: Vec<&str> = hosted
        .map(|kind| kind.id)
        .chain(never_firmware.then_some("firmware"))
        .collect();
    without.join(", ")
}

/// Prints completions for a shell.
pub fn completions(shell: &Shell, kind: CompletionShell) {
    let mut text = Vec::new();
    clap_complete::generate(kind, &mut cli::command(), BINARY, &mut text);
    shell.print(&String::from_utf8_lossy(&text));
}

/// Prints the manual page: one for all commands, with what each takes.
///
/// # Errors
///
/// Where the page cannot be rendered.
pub fn man(shell: &Shell) -> Result<()> {
    let page = page()
        .map_err(|error| Failure::new(Code::Io, format!("cannot render the page: {error}")))?;
    shell.print(&page);
    Ok(())
}

fn page() -> io::Result<String> {
    let mut command = cli::command();
    command.build();
    let whole = Man::new(command.clone()).title(BINARY);
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    for command in command.get_subcommands() {
        about(command, &mut page)?;
    }
    writeln!(page, ".SH EXIT STATUS")?;
    for (code, meaning) in Code::MEANINGS {
        writeln!(page, ".TP\n{code}\n{meaning}")?;
    }
    let note = command.get_after_help().map(ToString::to_string);
    writeln!(page, ".SH NOTES\n{}", note.unwrap_or_default())?;
    whole.render_version_section(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// A part of the page, on one command.
fn about(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or_default();
    let about = command.get_about().map(ToString::to_string);
    writeln!(page, ".SS \"{name}\"\n{}", about.unwrap_or_default())?;
    let mut options = Vec::new();
    Man::new(command.clone()).render_options_section(&mut options)?;
    // The questions of `doctor` are those above.
    let options = String::from_utf8_lossy(&options);
    let own = options.split(".SH ").nth(1).unwrap_or_default();
    let (_heading, own) = own.split_once('\n').unwrap_or_default();
    page.extend_from_slice(own.as_bytes());
    Ok(())
}
