//! The terminal as somebody who answers: dialoguer's prompts, on stderr.
//!
//! A prompt is drawn anew with each key, and dialoguer counts its lines, not those of the terminal:
//! whatever is wider than the terminal would leave pieces of itself behind. So what is asked is cut
//! to fit, and what does not fit is said in full before it.

use std::io::{self, IsTerminal};

use dialoguer::console::{Term, measure_text_width, truncate_str};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, FuzzySelect, Input, MultiSelect, Select};

use crate::answers::Answer;
use crate::ask::{Ask, Reply};
use crate::catalog::chips::{self, Chip};
use crate::catalog::runtimes;
use crate::failure::{Code, Failure, Result};
use crate::interrupt;
use crate::name::PackageName;
use crate::report::Shell;
use crate::tree::{Choice, Names, Question, Style};

/// What stands around a question: `? ` before it, ` › ` after it.
const AROUND_QUESTION: usize = 5;
/// The same where an answer is typed: `(y/n) › yes`, or a part of a board's name.
const AROUND_PROMPT: usize = 16;
/// What stands before an item: `> [x] ` at most, and a column that stays free.
const BEFORE_ITEM: usize = 7;
/// What stands before a remark.
const BEFORE_NOTE: usize = 2;

/// A person at a terminal.
pub struct Terminal<'a> {
    theme: Box<dyn Theme>,
    shell: &'a Shell,
    /// How many lines each answer has left on the screen: going back takes them away again.
    lines: Vec<usize>,
}

impl<'a> Terminal<'a> {
    /// The terminal of this process, if there is a person to read and to type.
    pub fn open(shell: &'a Shell) -> Option<Self> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let theme: Box<dyn Theme> = if shell.colored() {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        Some(Self {
            theme,
            shell,
            lines: Vec::new(),
        })
    }

    /// Asks what the project is called; `before` is what was said when it was asked before.
    ///
    /// # Errors
    ///
    /// Where the terminal fails.
    pub fn name(&mut self, before: &str) -> Result<String> {
        let name = Input::<String>::with_theme(&*self.theme)
            .with_prompt("Project name?")
            .with_initial_text(before)
            .report(false)
            .validate_with(|name: &String| {
                let name = name.rsplit('/').next().unwrap_or_default();
                PackageName::parse(name).map(|_| ()).map_err(|failure| {
                    let why = failure
                        .message
                        .replace("cannot be a package name", "cannot be it");
                    fitting(&why, BEFORE_ITEM)
                })
            })
            .interact_text()
            .map_err(lost)?;
        self.answered("Project name?", &name);
        Ok(name)
    }

    /// Asks for a last yes; `None` goes back.
    ///
    /// # Errors
    ///
    /// Where the terminal fails.
    pub fn confirm(&mut self, summary: &str) -> Result<Option<bool>> {
        let in_one = format!("{summary} · write it?");
        let (prompt, above) = if fits(&in_one, AROUND_PROMPT) {
            (in_one.as_str(), 0)
        } else {
            ("write it?", self.note(summary))
        };
        let yes = Confirm::with_theme(&*self.theme)
            .with_prompt(prompt)
            .default(true)
            .report(false)
            .interact_opt()
            .map_err(lost)?;
        match yes {
            Some(yes) => self.answered(prompt, if yes { "yes" } else { "no" }),
            None => self.take_back(above),
        }
        Ok(yes)
    }

    /// Says what to mind of what was answered last.
    pub fn mind(&mut self, caveats: &[String]) {
        let lines = caveats
            .iter()
            .map(|caveat| self.note(&format!("Mind: {caveat}")));
        let lines: usize = lines.sum();
        if let Some(answer) = self.lines.last_mut() {
            *answer += lines;
        }
    }

    /// A remark, in as many lines as it takes: their number.
    fn note(&self, text: &str) -> usize {
        let lines = wrapped(text, width().saturating_sub(BEFORE_NOTE));
        for line in &lines {
            self.shell.note(line);
        }
        lines.len()
    }

    /// Takes away what the answer before left on the screen, and the lines below it.
    fn take_back(&mut self, below: usize) {
        clear(below + self.lines.pop().unwrap_or(0));
    }

    /// A question that is answered: it stays on the screen, and is not drawn again.
    fn answered(&mut self, prompt: &str, answer: &str) {
        let mut line = String::new();
        let prompt = fitting(prompt, AROUND_QUESTION + measure_text_width(answer));
        let theme = &self.theme;
        if theme
            .format_select_prompt_selection(&mut line, &prompt, answer)
            .is_ok()
        {
            let _ = Term::stderr().write_line(&line);
        }
        self.lines.push(1);
    }
}

impl Ask for Terminal<'_> {
    fn question(&mut self, question: &Question, open: &[&Choice], default: usize) -> Result<Reply> {
        let labels = labels(question, open);
        let around = match question.style {
            Style::Search => AROUND_PROMPT,
            _ => AROUND_QUESTION,
        };
        let mut above = 0;
        if !fits(question.prompt, around) {
            above += self.note(question.prompt);
        }
        let prompt = &fitting(question.prompt, around);
        above += self.note(&hint(question, self.lines.is_empty()));
        let picked = match question.style {
            Style::Pick => MultiSelect::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(&labels)
                .report(false)
                .interact_opt(),
            Style::Search => FuzzySelect::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(&labels)
                .default(default)
                .max_length(10)
                .report(false)
                .interact_opt()
                .map(only),
            Style::Choose | Style::Flag | Style::Option => Select::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(&labels)
                .default(default)
                .report(false)
                .interact_opt()
                .map(only),
        };
        let Some(picked) = picked.map_err(lost)? else {
            self.take_back(above);
            return Ok(Reply::Back);
        };
        clear(above);
        let values: Vec<&'static str> = picked.iter().map(|&index| open[index].value).collect();
        let answer = match (question.style, values.as_slice()) {
            (Style::Pick, _) | (_, []) => Answer::Many(values),
            (_, [value, ..]) => Answer::One(value),
        };
        let said = match answer.to_flag_value().replace(',', ", ") {
            said if said.is_empty() => "none".to_owned(),
            said => said,
        };
        self.answered(prompt, &said);
        Ok(Reply::Answer(answer))
    }

    fn explain(&mut self, runtime: &str) {
        let Some(runtime) = runtimes::find(runtime) else {
            return;
        };
        let mut lines = self.note(&format!("{}: {}", runtime.id, runtime.reason));
        for caveat in runtime.caveats {
            lines += self.note(&format!("Mind: {caveat}"));
        }
        if let Some(answer) = self.lines.last_mut() {
            *answer += lines;
        }
    }
}

/// What helps to answer a question; at the first there is nowhere to go back to.
fn hint(question: &Question, first: bool) -> String {
    match (question.help, first) {
        (help, true) => help.to_owned(),
        ("", false) => "Esc goes back".to_owned(),
        (help, false) => format!("{help} (Esc goes back)"),
    }
}

/// Takes so many lines off the end of the screen.
fn clear(lines: usize) {
    let _ = Term::stderr().clear_last_lines(lines);
}

fn only(picked: Option<usize>) -> Option<Vec<usize>> {
    picked.map(|index| vec![index])
}

fn width() -> usize {
    Term::stderr().size().1.into()
}

fn fits(text: &str, around: usize) -> bool {
    measure_text_width(text) + around <= width()
}

fn fitting(text: &str, around: usize) -> String {
    truncate_str(text, width().saturating_sub(around), "…").into_owned()
}

/// A text in lines of that width at most, all but the first indented.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The choices as a list shows them: value, then note, in columns.
fn labels(question: &Question, open: &[&Choice]) -> Vec<String> {
    let width = open
        .iter()
        .map(|choice| choice.value.len())
        .max()
        .unwrap_or(0);
    open.iter()
        .map(|choice| match note(question, choice).as_str() {
            "" => choice.value.to_owned(),
            note => fitting(&format!("{:width$}  {note}", choice.value), BEFORE_ITEM),
        })
        .collect()
}

/// What a list says of a choice; of a chip, what it is.
fn note(question: &Question, choice: &Choice) -> String {
    match question.names {
        Some(Names::Chips) => chips::find(choice.value).map_or_else(String::new, Chip::title),
        _ => choice.note.to_owned(),
    }
}

fn lost(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    if error.kind() == io::ErrorKind::Interrupted {
        // The key was Ctrl-C: the signal's own thread is as far, and one of the two comes first.
        interrupt::end();
    }
    Failure::new(Code::Io, format!("cannot ask on this terminal: {error}"))
        .help("give the answers as flags, or take the defaults with `--yes`")
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 9), ["one two", "  three"]);
        assert_eq!(wrapped("incomprehensible", 4), ["incomprehensible"]);
        assert!(wrapped("", 9).is_empty());
    }
}
