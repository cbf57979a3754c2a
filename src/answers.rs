//! What was said: by flag, by answers file or at a prompt, in one form for all three.

use std::collections::BTreeMap;

use crate::tree::{Question, Tree};

/// The answer to one question; its values come from the tree's own rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// One choice.
    One(&'static str),
    /// Any number of choices, in the order of the question's rows.
    Many(Vec<&'static str>),
}

impl Answer {
    /// The answer as a flag's value.
    pub fn to_flag_value(&self) -> String {
        match self {
            Self::One(value) => (*value).to_owned(),
            Self::Many(values) => values.join(","),
        }
    }
}

/// Answers by question id, complete or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answers(BTreeMap<&'static str, Answer>);

impl Answers {
    /// The answer to that question, if there is one.
    pub fn get(&self, question: &str) -> Option<&Answer> {
        self.0.get(question)
    }

    /// The one choice made at that question.
    pub fn one(&self, question: &str) -> Option<&'static str> {
        match self.get(question)? {
            Answer::One(value) => Some(value),
            Answer::Many(_) => None,
        }
    }

    /// All choices made at that question; none where it was not answered.
    pub fn many(&self, question: &str) -> &[&'static str] {
        match self.get(question) {
            Some(Answer::Many(values)) => values,
            _ => &[],
        }
    }

    /// Whether that question is answered.
    pub fn has(&self, question: &str) -> bool {
        self.0.contains_key(question)
    }

    /// Sets the answer to a question.
    pub fn set(&mut self, question: &'static str, answer: Answer) {
        self.0.insert(question, answer);
    }

    /// These answers and one more.
    pub fn with(&self, question: &'static str, answer: Answer) -> Self {
        let mut answers = self.clone();
        answers.set(question, answer);
        answers
    }

    /// The answers in the tree's order.
    pub fn in_order<'a>(
        &'a self,
        tree: &'a Tree,
    ) -> impl Iterator<Item = (&'a Question, &'a Answer)> {
        tree.questions
            .iter()
            .filter_map(|question| Some((question, self.get(question.id)?)))
    }

    /// The flags that give these answers, in the tree's order.
    pub fn to_flags(&self, tree: &Tree) -> Vec<String> {
        self.in_order(tree)
            .filter(|(_, answer)| !matches!(answer, Answer::Many(values) if values.is_empty()))
            .flat_map(|(question, answer)| [format!("--{}", question.id), answer.to_flag_value()])
            .collect()
    }
}

/// Where an answer was given, so that an error can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// On the command line.
    Flag,
    /// In an answers file of that name.
    File(String),
}

/// Answers as given, each with its source.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The answers.
    pub answers: Answers,
    sources: BTreeMap<&'static str, Source>,
}

impl Given {
    /// Adds an answer from that source.
    pub fn add(&mut self, question: &'static str, answer: Answer, source: Source) {
        self.answers.set(question, answer);
        self.sources.insert(question, source);
    }

    /// These answers over those: a flag beats the file.
    pub fn over(mut self, weaker: Self) -> Self {
        for (question, answer) in weaker.answers.0 {
            if self.answers.has(question) {
                continue;
            }
            let source = weaker.sources[question].clone();
            self.add(question, answer, source);
        }
        self
    }

    /// The answer as its giver wrote it: `--kind tcp`, or a line of the answers file.
    pub fn quote(&self, question: &str) -> String {
        let value = self
            .answers
            .get(question)
            .map(Answer::to_flag_value)
            .unwrap_or_default();
        match self.sources.get(question) {
            Some(Source::File(file)) => format!("`{question} = \"{value}\"` in `{file}`"),
            _ => format!("`--{question} {value}`"),
        }
    }
}
