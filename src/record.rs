//! `.async-init.toml`: how a project was made, and answers files in general.

use toml_edit::{DocumentMut, Item, Table, value};

use crate::answers::{Answer, Given, Source};
use crate::blueprint::{Blueprint, TOOL_VERSION};
use crate::failure::{Failure, Result};
use crate::fileset::FileSet;
use crate::suggest::did_you_mean;
use crate::tree::{Question, Style, tree};

/// The record's name in a project.
pub const FILE: &str = ".async-init.toml";

const HEADER: &str = "\
# How cargo async-init made this project. `cargo async-init --answers .async-init.toml PATH`
# makes it again; each file's id is the one that git gives to the text as it was written.
";

/// Advice for a file that is not as it should be.
const SCHEMA: &str = "`cargo async-init schema` shows every key and its values";

/// The record of a project.
pub fn write(blueprint: &Blueprint, files: &FileSet) -> String {
    let mut document = DocumentMut::new();
    document["tool-version"] = value(TOOL_VERSION);
    document["name"] = value(blueprint.name.as_str());
    let mut answers = Table::new();
    for (question, answer) in blueprint.answers.in_order(tree()) {
        answers[question.id] = match answer {
            Answer::One(choice) => value(*choice),
            Answer::Many(choices) => value(choices.iter().copied().collect::<toml_edit::Array>()),
        };
    }
    document["answers"] = Item::Table(answers);
    document["files"] = ids(files);
    format!("{HEADER}\n{document}")
}

/// The table of what was written: each file's id.
pub fn ids(files: &FileSet) -> Item {
    let mut ids = Table::new();
    for (path, file) in files.iter() {
        ids[path] = value(file.blob_id());
    }
    Item::Table(ids)
}

/// What an answers file says.
#[derive(Debug, Default)]
pub struct Record {
    /// The package's name, where the file gives one.
    pub name: Option<String>,
    /// The answers.
    pub given: Given,
}

/// Reads an answers file: a project's record, or one written by hand.
///
/// # Errors
///
/// Where it is not TOML, was written by a newer version, or has a key, type or value that is unknown.
pub fn read(text: &str, file: &str) -> Result<Record> {
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error
            .span()
            .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line
            .map(|line| format!(", line {line}"))
            .unwrap_or_default();
        Failure::usage(format!("`{file}` is not TOML{place}: {}", error.message()))
            .help("correct the file, or leave out `--answers`")
    })?;
    let reader = Reader { file };
    let mut record = Record::default();
    for (key, item) in document.as_table() {
        match key {
            "tool-version" => reader.check_version(reader.text(key, item)?)?,
            "name" => record.name = Some(reader.text(key, item)?.to_owned()),
            "answers" => record.given = reader.answers(item)?,
            "files" => {
                item.as_table()
                    .ok_or_else(|| reader.wrong_type(key, "a table", item))?;
            }
            "lab" => {
                return Err(
                    Failure::usage(format!("`{file}` is of a lab, not of a project"))
                        .help("its first line says which command makes it again"),
                );
            }
            _ => {
                let known = ["tool-version", "name", "answers", "files"];
                return Err(reader.unknown_key(key, &known));
            }
        }
    }
    Ok(record)
}

struct Reader<'a> {
    file: &'a str,
}

impl Reader<'_> {
    fn answers(&self, item: &Item) -> Result<Given> {
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type("answers", "a table", item))?;
        let mut given = Given::default();
        for (key, item) in table.iter() {
            let Some(question) = tree().question(key) else {
                let known: Vec<&str> = tree().questions.iter().map(|each| each.id).collect();
                return Err(self.unknown_key(key, &known));
            };
            let answer = self.answer(question, item)?;
            given.add(question.id, answer, Source::File(self.file.to_owned()));
        }
        Ok(given)
    }

    fn answer(&self, question: &Question, item: &Item) -> Result<Answer> {
        if question.style != Style::Pick {
            let text = match item.as_bool() {
                Some(true) if question.choice("yes").is_some() => "yes",
                Some(false) if question.choice("no").is_some() => "no",
                _ => self.text(question.id, item)?,
            };
            return Ok(Answer::One(self.value(question, text)?));
        }
        let array = item
            .as_array()
            .ok_or_else(|| self.wrong_type(question.id, "an array of strings", item))?;
        let mut values = Vec::new();
        for value in array {
            let text = value.as_str().ok_or_else(|| {
                Failure::usage(format!(
                    "`{}` in `{}` holds {}, not only strings",
                    question.id,
                    self.file,
                    with_article(value.type_name())
                ))
                .help(SCHEMA)
            })?;
            values.push(self.value(question, text)?);
        }
        Ok(Answer::Many(question.in_order(&values)))
    }

    fn value(&self, question: &Question, text: &str) -> Result<&'static str> {
        question.parse(text).map_err(|unnamed| {
            let quoted = format!("`{}`", text.escape_debug());
            let (id, file) = (question.id, self.file);
            let message = match unnamed.why {
                Some(why) => format!("{quoted}, `{id}` in `{file}`, {why}"),
                None => format!("{quoted} is no value of `{id}` in `{file}`"),
            };
            Failure::usage(message).help(unnamed.help)
        })
    }

    fn text<'a>(&self, key: &str, item: &'a Item) -> Result<&'a str> {
        item.as_str()
            .ok_or_else(|| self.wrong_type(key, "a string", item))
    }

    fn check_version(&self, version: &str) -> Result<()> {
        let numbers = |text: &str| -> Option<Vec<u64>> {
            text.split('.').map(|part| part.parse().ok()).collect()
        };
        let written = numbers(version).ok_or_else(|| {
            Failure::usage(format!(
                "`{}` is no version of this tool, in `{}`",
                version.escape_debug(),
                self.file
            ))
            .help(format!("this is version {TOOL_VERSION}"))
        })?;
        if Some(written) > numbers(TOOL_VERSION) {
            return Err(Failure::usage(format!(
                "`{}` was written by version {version}; this is version {TOOL_VERSION}",
                self.file
            ))
            .help("get the newer version: `cargo install cargo-async-init`"));
        }
        Ok(())
    }

    fn unknown_key(&self, key: &str, known: &[&str]) -> Failure {
        let failure = Failure::usage(format!(
            "unknown key `{}` in `{}`",
            key.escape_debug(),
            self.file
        ));
        if tree().question(key).is_some() {
            return failure.help("answers stand below a line `[answers]`");
        }
        failure.help(did_you_mean(key, known))
    }

    fn wrong_type(&self, key: &str, wanted: &str, item: &Item) -> Failure {
        Failure::usage(format!(
            "`{key}` in `{}` is {}, not {wanted}",
            self.file,
            with_article(item.type_name())
        ))
        .help(SCHEMA)
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}
