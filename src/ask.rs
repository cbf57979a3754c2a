//! Completing answers: by asking, by defaults, or by saying what is missing.

use crate::answers::{Answer, Answers, Given};
use crate::failure::{Code, Failure, Missing, Result};
use crate::suggest::in_short;
use crate::tree::{Choice, Names, Question, Step, Style, Tree};

/// More values than these are left to `list`.
const MANY: usize = 20;

/// What came back from a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer(Answer),
    /// Back to the previous question.
    Back,
}

/// Somebody who answers: a terminal, or a script in a test.
pub trait Ask {
    /// Puts a question with its open choices and the index of the default among them.
    ///
    /// # Errors
    ///
    /// Where the terminal fails or the user stops the run.
    fn question(&mut self, question: &Question, open: &[&Choice], default: usize) -> Result<Reply>;

    /// Says why the tree ends at this runtime, and what to mind.
    fn explain(&mut self, runtime: &str);
}

/// The questions asked so far, so that one can go back.
#[derive(Debug)]
pub struct Interview<'a> {
    tree: &'a Tree,
    answers: Answers,
    history: Vec<Answers>,
}

impl<'a> Interview<'a> {
    /// An interview about what these answers leave open.
    pub fn new(tree: &'a Tree, answers: Answers) -> Self {
        Self {
            tree,
            answers,
            history: Vec::new(),
        }
    }

    /// Asks until the answers are complete; `None` to go back from the first question.
    ///
    /// # Errors
    ///
    /// Where the terminal fails or the user stops the run.
    pub fn run(&mut self, ask: &mut dyn Ask) -> Result<Option<Answers>> {
        loop {
            match self.tree.next(&self.answers) {
                Step::Done => return Ok(Some(self.answers.clone())),
                Step::Implied(question, choice) => {
                    let answers = self.tree.take(&self.answers, question, choice);
                    self.go_on(answers, ask);
                }
                Step::Ask(question, open) => {
                    let default = self.tree.default_among(question, &open, &self.answers);
                    match ask.question(question, &open, default)? {
                        Reply::Back if self.back() => {}
                        Reply::Back => return Ok(None),
                        Reply::Answer(answer) => self.take(question, answer, ask),
                    }
                }
            }
        }
    }

    /// Returns to the question before this one, and whether there is one.
    pub fn back(&mut self) -> bool {
        let Some(before) = self.history.pop() else {
            return false;
        };
        self.answers = before;
        true
    }

    fn take(&mut self, question: &Question, answer: Answer, ask: &mut dyn Ask) {
        self.history.push(self.answers.clone());
        let answers = match &answer {
            Answer::One(value) => match question.choice(value) {
                Some(choice) => self.tree.take(&self.answers, question, choice),
                None => return,
            },
            Answer::Many(_) => self.answers.with(question.id, answer),
        };
        self.go_on(answers, ask);
    }

    fn go_on(&mut self, answers: Answers, ask: &mut dyn Ask) {
        let before = self.answers.one("runtime");
        self.answers = answers;
        if let (None, Some(runtime)) = (before, self.answers.one("runtime")) {
            ask.explain(runtime);
        }
    }
}

/// These answers, completed by the defaults.
pub fn with_defaults(tree: &Tree, answers: &Answers) -> Answers {
    complete(tree, answers, &mut |_, _| {})
}

/// These answers if they are complete; otherwise an error that lists each missing one.
///
/// # Errors
///
/// Where an answer is missing that has no only choice; extras may be left out.
pub fn without_asking(
    tree: &Tree,
    answers: &Answers,
    command: &dyn Fn(&Answers) -> String,
) -> Result<Answers> {
    let mut missing: Vec<Missing> = Vec::new();
    let completed = complete(tree, answers, &mut |question, _| {
        if question.style == Style::Pick {
            return;
        }
        if !tree.is_spine(question) {
            // Open as far as the user decided: the defaults on the way here are only an example.
            let open = tree.open(question, answers);
            missing.push(Missing {
                flag: format!("--{}", question.id),
                values: values(question, &open),
                name: question.names.map(Names::placeholder),
                question: question.prompt.to_owned(),
            });
        } else if missing.iter().all(|each| each.flag != "--runtime") {
            missing.push(missing_runtime(tree, answers));
        }
    });
    if missing.is_empty() {
        return Ok(completed);
    }
    Err(not_answered(missing, &command(&tree.canonical(&completed))))
}

/// The values that an error lists; `list` shows those that are too many.
fn values(question: &Question, open: &[&Choice]) -> Vec<&'static str> {
    match question.names {
        Some(_) => question.choices.iter().map(|choice| choice.value).collect(),
        None => open.iter().map(|choice| choice.value).collect(),
    }
}

/// The error for answers that nobody gave and nobody can be asked for.
pub fn not_answered(missing: Vec<Missing>, command: &str) -> Failure {
    let flags: Vec<String> = missing
        .iter()
        .map(|each| format!("`{}`", each.flag))
        .collect();
    let mut failure = Failure::new(
        Code::Missing,
        format!("{} required when nobody can be asked", flags.join(", ")),
    );
    for each in &missing {
        if each.values.len() > MANY {
            let list = format!(
                "cargo async-init list {}s",
                each.flag.trim_start_matches('-')
            );
            failure = failure.help(format!("{} takes what `{list}` shows", each.flag));
        } else if !each.values.is_empty() {
            let values: Vec<&str> = each.values.iter().copied().chain(each.name).collect();
            failure = failure.help(format!("{} <{}>", each.flag, values.join("|")));
        }
    }
    failure = failure.help(format!("for example `{command}`"));
    if missing.iter().any(|each| !each.values.is_empty()) {
        failure = failure.help("or take the defaults with `--yes`");
    }
    failure.missing = missing;
    failure
}

fn missing_runtime(tree: &Tree, answers: &Answers) -> Missing {
    let question = tree.question("runtime");
    let open = question.map(|question| tree.open(question, answers));
    Missing {
        flag: "--runtime".to_owned(),
        values: open
            .unwrap_or_default()
            .iter()
            .map(|choice| choice.value)
            .collect(),
        name: None,
        question: question
            .map(|question| question.prompt)
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Walks to the end with the defaults, telling of each question that they answer.
fn complete(
    tree: &Tree,
    answers: &Answers,
    on_default: &mut dyn FnMut(&Question, &[&Choice]),
) -> Answers {
    let mut answers = answers.clone();
    loop {
        match tree.next(&answers) {
            Step::Done => return answers,
            Step::Implied(question, choice) => answers = tree.take(&answers, question, choice),
            Step::Ask(question, open) => {
                on_default(question, &open);
                let default = tree.default_among(question, &open, &answers);
                answers = match question.style {
                    Style::Pick => answers.with(question.id, Answer::Many(Vec::new())),
                    _ => tree.take(&answers, question, open[default]),
                };
            }
        }
    }
}

/// Checks that the given answers can stand together.
///
/// # Errors
///
/// Where no route through the tree gives all of them; the error names those that do not fit.
pub fn check(tree: &Tree, given: &Given) -> Result<()> {
    if tree.reaches(&given.answers) {
        return Ok(());
    }
    let ids: Vec<&'static str> = given
        .answers
        .in_order(tree)
        .map(|(question, _)| question.id)
        .collect();
    for (index, &later) in ids.iter().enumerate() {
        for &earlier in &ids[..index] {
            if let Some(base) = unfit(tree, given, earlier, later) {
                return Err(misfit(tree, given, (earlier, &base), later));
            }
        }
    }
    let clash = clash(tree, given, ids);
    let quoted: Vec<String> = clash.iter().map(|id| given.quote(id)).collect();
    let (last, others) = clash.split_last().unwrap_or((&"", &[]));
    let base = only(given, others);
    let fitting = fitting(tree, &base, last);
    Err(Failure::usage(format!(
        "these contradict each other: {}{}",
        quoted.join(", "),
        reason(tree, given, &base, last, &fitting)
    ))
    .help("leave one of them out"))
}

/// The earlier of two answers that no route gives together, with the options that go with it: another answer
/// may be open only because of one.
fn unfit(
    tree: &Tree,
    given: &Given,
    earlier: &'static str,
    later: &'static str,
) -> Option<Answers> {
    if tree.reaches(&only(given, &[earlier, later])) {
        return None;
    }
    let mut ids = vec![earlier];
    let options = tree.questions.iter();
    for option in options.filter(|question| question.style == Style::Option && question.id != later)
    {
        ids.push(option.id);
        if !tree.reaches(&only(given, &ids)) {
            ids.pop();
        }
    }
    let base = only(given, &ids);
    ids.push(later);
    (!tree.reaches(&only(given, &ids))).then_some(base)
}

/// Of answers that no route gives together, as few as that still holds for.
fn clash(tree: &Tree, given: &Given, mut ids: Vec<&'static str>) -> Vec<&'static str> {
    for id in ids.clone() {
        let rest: Vec<&str> = ids.iter().copied().filter(|each| *each != id).collect();
        if !tree.reaches(&only(given, &rest)) {
            ids = rest;
        }
    }
    ids
}

/// The other answers, where a route gives them together.
fn all_but(tree: &Tree, given: &Given, id: &str) -> Option<Answers> {
    let others = given
        .answers
        .in_order(tree)
        .map(|(question, _)| question.id);
    let others: Vec<&'static str> = others.filter(|each| *each != id).collect();
    let others = only(given, &others);
    tree.reaches(&others).then_some(others)
}

fn only(given: &Given, ids: &[&'static str]) -> Answers {
    let mut answers = Answers::default();
    for &id in ids {
        if let Some(answer) = given.answers.get(id) {
            answers.set(id, answer.clone());
        }
    }
    answers
}

/// What the hardware, or the choice itself, says against it, to be put behind.
fn reason(tree: &Tree, given: &Given, base: &Answers, later: &str, fitting: &[&str]) -> String {
    let wanted = given.answers.one(later).into_iter();
    let wanted = wanted.chain(given.answers.many(later).iter().copied());
    let unfit = wanted.filter(|value| !fitting.contains(value));
    let mut reasons = unfit.filter_map(|value| tree.reason(later, value, base));
    let reason = reasons.next();
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

/// What that question can be answered with, these answers given.
fn fitting(tree: &Tree, given: &Answers, question: &str) -> Vec<&'static str> {
    let question = tree.question(question);
    let open = question.map(|question| tree.open(question, given));
    let open = open.unwrap_or_default().into_iter();
    open.map(|choice| choice.value).collect()
}

/// Two answers that no route gives together.
fn misfit(
    tree: &Tree,
    given: &Given,
    (earlier, base): (&'static str, &Answers),
    later: &'static str,
) -> Failure {
    let others = all_but(tree, given, later);
    let base = others.as_ref().unwrap_or(base);
    let fitting = fitting(tree, base, later);
    let reason = reason(tree, given, base, later, &fitting);
    let picks = tree.question(later).map(|question| question.style) == Some(Style::Pick);
    let (earlier, quoted) = (given.quote(earlier), given.quote(later));
    let message = if fitting.is_empty() || !reason.is_empty() {
        format!("{quoted} cannot apply with {earlier}{reason}")
    } else {
        format!("{earlier} and {quoted} contradict each other")
    };
    if fitting.is_empty() || !(reason.is_empty() || picks) {
        return Failure::usage(message)
            .help("leave one of them out; `cargo async-init tree` shows what goes with what");
    }
    Failure::usage(message).help(format!(
        "with {earlier}, `--{later}` is one of {}",
        in_short(&fitting)
    ))
}
