//! The terminal as somebody who answers: dialoguer's prompts, on stderr.

use std::io::{self, IsTerminal};

use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, FuzzySelect, Input, MultiSelect, Select};

use crate::answers::Answer;
use crate::ask::{Ask, Reply};
use crate::catalog::runtimes;
use crate::failure::{Code, Failure, Result};
use crate::name::PackageName;
use crate::report::Shell;
use crate::tree::{Choice, Question, Style};

/// A person at a terminal.
pub struct Terminal<'a> {
    theme: Box<dyn Theme>,
    shell: &'a Shell,
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
        Some(Self { theme, shell })
    }

    /// Asks what the project is called.
    ///
    /// # Errors
    ///
    /// Where the terminal fails.
    pub fn name(&self) -> Result<String> {
        Input::<String>::with_theme(&*self.theme)
            .with_prompt("Project name?")
            .validate_with(|name: &String| {
                let name = name.rsplit('/').next().unwrap_or_default();
                PackageName::parse(name).map(|_| ())
            })
            .interact_text()
            .map_err(lost)
    }

    /// Asks for a last yes; `None` goes back.
    ///
    /// # Errors
    ///
    /// Where the terminal fails.
    pub fn confirm(&self, summary: &str) -> Result<Option<bool>> {
        Confirm::with_theme(&*self.theme)
            .with_prompt(summary)
            .default(true)
            .interact_opt()
            .map_err(lost)
    }
}

impl Ask for Terminal<'_> {
    fn question(&mut self, question: &Question, open: &[&Choice]) -> Result<Reply> {
        let labels = labels(open);
        let prompt = question.prompt;
        if !question.help.is_empty() {
            self.shell
                .note(&format!("{} (Esc goes back)", question.help));
        }
        let default = question.default_among(open);
        let picked = match question.style {
            Style::Pick => {
                let picked = MultiSelect::with_theme(&*self.theme)
                    .with_prompt(prompt)
                    .items(&labels)
                    .report(true)
                    .interact_opt()
                    .map_err(lost)?;
                return Ok(picked.map_or(Reply::Back, |picked| {
                    Reply::Answer(Answer::Many(
                        picked.iter().map(|&index| open[index].value).collect(),
                    ))
                }));
            }
            Style::Search => FuzzySelect::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(&labels)
                .default(default)
                .max_length(10)
                .interact_opt(),
            Style::Choose | Style::Flag => Select::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(&labels)
                .default(default)
                .interact_opt(),
        };
        let picked = picked.map_err(lost)?;
        Ok(picked.map_or(Reply::Back, |index| {
            Reply::Answer(Answer::One(open[index].value))
        }))
    }

    fn explain(&mut self, runtime: &str) {
        let Some(runtime) = runtimes::find(runtime) else {
            return;
        };
        self.shell
            .note(&format!("{}: {}", runtime.id, runtime.reason));
        for caveat in runtime.caveats {
            self.shell.note(&format!("Mind: {caveat}"));
        }
    }
}

/// The choices as a list shows them: value, then note, in columns.
fn labels(open: &[&Choice]) -> Vec<String> {
    let width = open
        .iter()
        .map(|choice| choice.value.len())
        .max()
        .unwrap_or(0);
    open.iter()
        .map(|choice| match choice.note {
            "" => choice.value.to_owned(),
            note => format!("{:width$}  {note}", choice.value),
        })
        .collect()
}

fn lost(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    Failure::new(Code::Io, format!("cannot ask on this terminal: {error}"))
        .help("give the answers as flags, or take the defaults with `--yes`")
}
