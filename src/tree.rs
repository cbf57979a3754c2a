//! The decision tree, as data: questions, choices, conditions and leaves.
//!
//! The spine leads to a runtime; what follows depends on the runtime. Prompts, flags, hints,
//! contradiction errors, the schema, the diagrams and the tests' list of all routes are
//! projections of this one table.

mod facts;
mod names;
mod questions;

use std::sync::LazyLock;

use crate::answers::{Answer, Answers};

pub use facts::{CUSTOM, FACTS, NOTHING};
pub use names::{Names, Unnamed};

/// What was answered to the question of that id.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// How a question is put to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// One of a few choices.
    Choose,
    /// One of many choices, found by typing a part of its name.
    Search,
    /// Any number of choices.
    Pick,
    /// Never asked: a flag gives it, or it follows from other answers.
    Flag,
    /// Never asked, and no fork of the way: a flag departs from what suits the other answers.
    Option,
}

/// Holds where that question was answered with one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The id of an earlier question, or of a fact.
    pub question: &'static str,
    /// The values that satisfy it.
    pub values: Vec<&'static str>,
}

/// Alternatives, each of them conditions that must all hold; no alternatives mean "always".
pub type When = Vec<Vec<Condition>>;

/// One possible answer.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The flag's value.
    pub value: &'static str,
    /// One line for the prompt; empty where the value says it all.
    pub note: &'static str,
    /// When it is offered.
    pub when: When,
    /// The runtime at which this choice ends the spine.
    pub leaf: Option<&'static str>,
    /// Why it is not offered elsewhere, where no fact about the hardware says so.
    pub elsewhere: Option<&'static str>,
    /// Choices of the same question that come with it.
    pub brings: &'static [&'static str],
}

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its name, and its flag without the dashes.
    pub id: &'static str,
    /// The question as it is asked.
    pub prompt: &'static str,
    /// What helps to answer it.
    pub help: &'static str,
    /// How it is asked.
    pub style: Style,
    /// When it is asked.
    pub when: When,
    /// The possible answers, in the order in which they are shown.
    pub choices: Vec<Choice>,
    /// The names out of the catalogue that answer it as well.
    pub names: Option<Names>,
    /// The answer that `--yes` takes; where it is not offered, the first that is.
    pub default: &'static str,
}

impl Question {
    /// Every possible answer: the choices, then the names.
    pub fn rows(&self) -> impl Iterator<Item = &Choice> {
        let names = self.names.map_or(&[][..], Names::choices);
        self.choices.iter().chain(names)
    }

    /// The choice or name of that value.
    pub fn choice(&self, value: &str) -> Option<&Choice> {
        self.rows().find(|choice| choice.value == value)
    }

    /// The value that somebody typed, in whatever spelling its names may have.
    ///
    /// # Errors
    ///
    /// Where it is none: why, and what to do instead.
    pub fn parse(&self, text: &str) -> Result<&'static str, Unnamed> {
        // On boards names are printed in capitals.
        let same = |value: &str| match self.id {
            "board" => value.eq_ignore_ascii_case(text),
            _ => value == text,
        };
        if let Some(choice) = self.choices.iter().find(|choice| same(choice.value)) {
            return Ok(choice.value);
        }
        if let Some(names) = self.names {
            return names.parse(text);
        }
        Err(Unnamed::choice(self, text))
    }

    /// These values in the order of the question's rows, each once.
    pub fn in_order(&self, values: &[&'static str]) -> Vec<&'static str> {
        let choices = self.choices.iter().map(|choice| choice.value);
        choices.filter(|value| values.contains(value)).collect()
    }
}

/// What comes next on the way to complete answers.
#[derive(Debug)]
pub enum Step<'a> {
    /// A question, with the choices that the answers so far leave open.
    Ask(&'a Question, Vec<&'a Choice>),
    /// Just one choice is left, so there is nothing to ask.
    Implied(&'a Question, &'a Choice),
    /// The answers are complete.
    Done,
}

/// The decision tree.
#[derive(Debug)]
pub struct Tree {
    /// All questions; each one's conditions refer to earlier ones.
    pub questions: Vec<Question>,
}

/// The tree that this tool asks.
pub fn tree() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| Tree {
        questions: questions::all(),
    });
    &TREE
}

impl Tree {
    /// The question of that id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Whether a question stands above the leaves: its answers lead to a runtime.
    pub fn is_spine(&self, question: &Question) -> bool {
        self.questions
            .iter()
            .take_while(|each| each.id != "runtime")
            .any(|each| each.id == question.id)
    }

    /// What to ask next, given these answers; a runtime answers every spine question.
    pub fn next(&self, answers: &Answers) -> Step<'_> {
        for question in &self.questions {
            let decided = answers.has("runtime") && self.is_spine(question);
            let given = |id: &str| answers.one(id);
            if decided || answers.has(question.id) || !holds(&question.when, &given) {
                continue;
            }
            if question.style == Style::Option {
                continue;
            }
            if let Some(value) = facts::settled(question.id, &given) {
                match question.choices.iter().find(|row| row.value == value) {
                    Some(choice) => return Step::Implied(question, choice),
                    None => continue,
                }
            }
            if question.style == Style::Flag {
                match self.leaf_of(answers).and_then(|leaf| question.choice(leaf)) {
                    Some(runtime) if !answers.has("runtime") => {
                        return Step::Implied(question, runtime);
                    }
                    _ => continue,
                }
            }
            let open = self.open(question, answers);
            match open.as_slice() {
                [] => {}
                [only] if question.style != Style::Pick => return Step::Implied(question, only),
                _ => return Step::Ask(question, open),
            }
        }
        Step::Done
    }

    /// The index of the default among these open choices of a question.
    pub fn default_among(&self, question: &Question, open: &[&Choice], answers: &Answers) -> usize {
        let preferred = facts::preferred(question.id, &|id| answers.one(id));
        let default = preferred.unwrap_or(question.default);
        let place = open.iter().position(|choice| choice.value == default);
        place.unwrap_or(0)
    }

    /// Why that choice is not open with these answers, where a fact about the hardware or the choice
    /// itself says so.
    pub fn reason(&self, question: &str, value: &str, answers: &Answers) -> Option<&'static str> {
        let question = self.question(question)?;
        let choice = question.choice(value)?;
        let known = |id: &str| answers.one(id);
        let mut conditions = question.when.iter().chain(&choice.when).flatten();
        let unmet = conditions.find_map(|condition| {
            let fact = facts::settled(condition.question, &known)?;
            (!condition.values.contains(&fact)).then_some((condition.question, fact))
        });
        match unmet {
            Some((fact, value)) => facts::reason(fact, value),
            None => choice.elsewhere,
        }
    }

    /// The answer to an option where nobody gave one, if these answers have it at all.
    pub fn option(&self, id: &str, answers: &Answers) -> Option<&'static str> {
        let question = self.question(id)?;
        let known = |id: &str| answers.one(id);
        let open = holds(&question.when, &known);
        open.then(|| facts::preferred(id, &known)).flatten()
    }

    /// The runtime to which these spine answers lead, if they lead to one.
    fn leaf_of(&self, answers: &Answers) -> Option<&'static str> {
        self.questions
            .iter()
            .find_map(|question| question.choice(answers.one(question.id)?)?.leaf)
    }

    /// The choices of a question from which these answers can still be completed.
    pub fn open(&self, question: &Question, answers: &Answers) -> Vec<&Choice> {
        let Some(question) = self.question(question.id) else {
            return Vec::new();
        };
        question
            .rows()
            .filter(|choice| self.reaches(&answers.with(question.id, question.answer(choice))))
            .collect()
    }

    /// These answers and this choice; a leaf also answers which runtime.
    pub fn take(&self, answers: &Answers, question: &Question, choice: &Choice) -> Answers {
        let mut answers = answers.clone();
        let Some(question) = self.question(question.id) else {
            return answers;
        };
        answers.set(question.id, question.answer(choice));
        if let Some(runtime) = choice.leaf {
            answers.set("runtime", Answer::One(runtime));
        }
        answers
    }

    /// Whether some route through the tree gives all of these answers.
    pub fn reaches(&self, answers: &Answers) -> bool {
        let mut search = Search {
            tree: self,
            wanted: answers,
            every_name: true,
            route: Vec::new(),
            visit: &mut |_| true,
        };
        search.from(0)
    }

    /// Every route through the tree, from the first question to the last, extras left out. Of the
    /// chips, those that stand for all; none of their pins.
    pub fn routes(&self) -> Vec<Answers> {
        let mut routes = Vec::new();
        let mut search = Search {
            tree: self,
            wanted: &Answers::default(),
            every_name: false,
            route: Vec::new(),
            visit: &mut |route| {
                let mut answers = Answers::default();
                for &(id, value) in route {
                    answers.set(id, Answer::One(value));
                }
                routes.push(answers);
                false
            },
        };
        search.from(0);
        routes
    }

    /// The answers that decide what is generated: those below the leaf, and the runtime, without
    /// what follows from the others, and with what picked choices bring.
    pub fn canonical(&self, answers: &Answers) -> Answers {
        let mut canonical = Answers::default();
        for question in &self.questions {
            let others = |id: &str| answers.one(id).filter(|_| id != question.id);
            let follows = match question.style {
                Style::Option => facts::preferred(question.id, &others),
                _ => facts::settled(question.id, &others),
            };
            let decides = !self.is_spine(question)
                && (follows.is_none() || follows != answers.one(question.id));
            if let (true, Some(answer)) = (decides, answers.get(question.id)) {
                canonical.set(question.id, question.completed(answer));
            }
        }
        canonical
    }

    /// Every set of answers that decides a project, once each, extras left out.
    pub fn projects(&self) -> Vec<Answers> {
        let mut projects = Vec::new();
        for route in self.routes() {
            let project = self.canonical(&route);
            if !projects.contains(&project) {
                projects.push(project);
            }
        }
        projects
    }

    /// The extras that these answers can have.
    pub fn extras(&self, answers: &Answers) -> Vec<&'static str> {
        let Some(question) = self.question("with") else {
            return Vec::new();
        };
        self.open(question, answers)
            .into_iter()
            .map(|choice| choice.value)
            .collect()
    }
}

impl Question {
    fn answer(&self, choice: &Choice) -> Answer {
        match self.style {
            Style::Pick => Answer::Many(vec![choice.value]),
            _ => Answer::One(choice.value),
        }
    }

    /// That answer, and what the choices in it bring.
    fn completed(&self, answer: &Answer) -> Answer {
        let Answer::Many(picked) = answer else {
            return answer.clone();
        };
        let choices = picked.iter().filter_map(|value| self.choice(value));
        let brought = choices.flat_map(|choice| choice.brings.iter().copied());
        let all: Vec<_> = picked.iter().copied().chain(brought).collect();
        Answer::Many(self.in_order(&all))
    }
}

/// A way through the tree: question and value, in the order in which they come.
type Route = [(&'static str, &'static str)];

/// A depth-first search for routes that give the wanted answers.
struct Search<'a> {
    tree: &'a Tree,
    wanted: &'a Answers,
    /// Whether to look for a name where none is wanted, rather than take what needs none.
    every_name: bool,
    route: Vec<(&'static str, &'static str)>,
    /// Called with each complete route; `true` ends the search.
    visit: &'a mut dyn FnMut(&Route) -> bool,
}

impl Search<'_> {
    fn from(&mut self, index: usize) -> bool {
        let Some(question) = self.tree.questions.get(index) else {
            return self.complete();
        };
        if self.answer(question.id).is_some() {
            return self.from(index + 1);
        }
        if question.id == "runtime" || !self.holds(&question.when) {
            return !self.wanted.has(question.id) && self.from(index + 1);
        }
        if question.style == Style::Pick {
            return self.fits(question) && self.from(index + 1);
        }
        if question.style == Style::Option {
            return self.try_option(index, question);
        }
        if let Some(value) = self.settled(question.id) {
            let other = self.wanted.one(question.id) != Some(value);
            return !(other && self.wanted.has(question.id))
                && self.go_on(index, &[(question.id, value)]);
        }
        question
            .choices
            .iter()
            .any(|choice| self.try_choice(index, question, choice))
            || self.try_names(index, question)
    }

    fn try_choice(&mut self, index: usize, question: &Question, choice: &Choice) -> bool {
        let other = |id, value| self.wanted.one(id).is_some_and(|wanted| wanted != value);
        let leads_away = choice.leaf.is_some_and(|leaf| other("runtime", leaf));
        if other(question.id, choice.value) || leads_away || !self.holds(&choice.when) {
            return false;
        }
        let runtime = choice.leaf.map(|leaf| ("runtime", leaf));
        let steps: Vec<_> = [Some((question.id, choice.value)), runtime]
            .into_iter()
            .flatten()
            .collect();
        self.go_on(index, &steps)
    }

    fn try_option(&mut self, index: usize, question: &Question) -> bool {
        let Some(value) = self.wanted.one(question.id) else {
            return self.from(index + 1);
        };
        let choice = question.choice(value);
        choice.is_some_and(|choice| self.holds(&choice.when))
            && self.go_on(index, &[(question.id, value)])
    }

    fn try_names(&mut self, index: usize, question: &Question) -> bool {
        let Some(names) = question.names else {
            return false;
        };
        let tried = match self.wanted.one(question.id) {
            Some(wanted) => vec![wanted],
            None => names.samples(self.every_name, &|id| self.answer(id)),
        };
        tried.into_iter().any(|name| {
            names.fits(name, &|id| self.answer(id)) && self.go_on(index, &[(question.id, name)])
        })
    }

    /// Takes these steps at that question, and goes on behind it.
    fn go_on(&mut self, index: usize, steps: &Route) -> bool {
        let before = self.route.len();
        self.route.extend(steps);
        let found = self.from(index + 1);
        self.route.truncate(before);
        found
    }

    /// Whether the wanted picks of a question are all offered here.
    fn fits(&self, question: &Question) -> bool {
        self.wanted.many(question.id).iter().all(|value| {
            question
                .choice(value)
                .is_some_and(|choice| self.holds(&choice.when))
        })
    }

    fn complete(&mut self) -> bool {
        self.answer("runtime").is_some() && (self.visit)(&self.route)
    }

    fn answer(&self, id: &str) -> Option<&'static str> {
        self.route
            .iter()
            .find(|(question, _)| *question == id)
            .map(|(_, value)| *value)
    }

    fn holds(&self, when: &When) -> bool {
        holds(when, &|id| self.answer(id))
    }

    /// What the answers on the way settle; that a chip is wanted says something of the board.
    fn settled(&self, id: &str) -> Option<&'static str> {
        let known = |id: &str| self.answer(id).or_else(|| self.wanted.one(id));
        facts::settled(id, &known)
    }
}

fn holds(when: &When, answer: Lookup) -> bool {
    let met = |condition: &Condition| {
        answer(condition.question)
            .or_else(|| facts::settled(condition.question, answer))
            .is_some_and(|value| condition.values.contains(&value))
    };
    when.is_empty() || when.iter().any(|all| all.iter().all(met))
}
