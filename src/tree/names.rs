//! Answers that are names out of the catalogue, too many to be rows of the tree.

use std::sync::LazyLock;

use super::{Choice, Lookup, Question, facts};
use crate::catalog::boards;
use crate::catalog::chips::{self, Unresolved};
use crate::suggest::{all_nearest, did_you_mean, nearest};

/// Which names answer a question, besides its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A chip, in its maker's spelling or in the hardware abstraction layer's.
    Chips,
    /// A pin of the chip, as its hardware abstraction layer calls it.
    Pins,
}

impl Names {
    /// What a person calls these names, and `list` the chips.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Chips => "chips",
            Self::Pins => "pins",
        }
    }

    /// One of them in a usage line.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Chips => "CHIP",
            Self::Pins => "PIN",
        }
    }

    /// The name that was meant.
    ///
    /// # Errors
    ///
    /// Where there is none such: why, and what to do instead.
    pub fn parse(self, text: &str) -> Result<&'static str, Unnamed> {
        match self {
            Self::Chips => {
                let chip = chips::resolve(text).map(|chip| chip.name);
                chip.map_err(|unresolved| match boards::find(text) {
                    Some(board) => Unnamed {
                        why: Some("is a board, not a chip".to_owned()),
                        help: format!("name it so: `--board {}`", board.id),
                    },
                    None => Unnamed::from(unresolved),
                })
            }
            Self::Pins => {
                let wanted = text.to_uppercase().replace('.', "_");
                let known = || PINS.iter().map(|pin| pin.value);
                known().find(|pin| *pin == wanted).ok_or_else(|| {
                    let near = nearest(&wanted, &known().collect::<Vec<_>>());
                    Unnamed {
                        why: None,
                        help: near.map_or_else(
                            || "pins are called `PA5` (STM32), `P0_13` (nRF), `PIN_25` (RP) or `GPIO15` (ESP)".to_owned(),
                            |near| format!("did you mean `{near}`?"),
                        ),
                    }
                })
            }
        }
    }

    /// Every name, as choices of a question.
    pub(super) fn choices(self) -> &'static [Choice] {
        match self {
            Self::Chips => &CHIPS,
            Self::Pins => &PINS,
        }
    }

    /// A few names that stand for all: one chip for each way in which chips differ, and, where
    /// every kind of answer is looked for, two pins of the chip.
    pub(super) fn samples(self, every: bool, answer: Lookup) -> Vec<&'static str> {
        match self {
            Self::Chips if every => chips::samples().map(|chip| chip.name).collect(),
            Self::Chips => {
                let samples = chips::samples_without_board();
                samples.map(|chip| chip.name).collect()
            }
            Self::Pins if every => PINS
                .iter()
                .map(|pin| pin.value)
                .filter(|pin| self.fits(pin, answer))
                .take(2)
                .collect(),
            Self::Pins => Vec::new(),
        }
    }

    /// Whether a name goes together with the answers before it.
    pub(super) fn fits(self, name: &str, answer: Lookup) -> bool {
        match self {
            Self::Chips => true,
            Self::Pins => {
                facts::chip(answer).is_none_or(|chip| chip.has_pin(name))
                    && answer("led") != Some(name)
            }
        }
    }
}

/// Why a text is no name.
#[derive(Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// What is wrong, where it is not simply unknown.
    pub why: Option<String>,
    /// What to do about it.
    pub help: String,
}

/// More names than these are left to `list`.
const MANY: usize = 12;

/// The first of these names, and how many there are.
fn possible(names: &[&str]) -> String {
    let shown = names[..names.len().min(MANY)].join(", ");
    match names.len().saturating_sub(MANY) {
        0 => format!("possible: {shown}"),
        more => format!("possible: {shown} and {more} more: `cargo async-init list chips`"),
    }
}

impl Unnamed {
    /// A text that is none of a question's choices.
    pub(super) fn choice(question: &Question, text: &str) -> Self {
        if let (true, Some(why)) = (question.id == "board", boards::not_offered(text)) {
            return Self {
                why: Some(format!("is not offered: {why}")),
                help: EVERY_BOARD.to_owned(),
            };
        }
        let is_board = question.id == "board";
        if let (true, Ok(chip)) = (is_board, chips::resolve(text)) {
            return Self {
                why: Some("is a chip, not a board".to_owned()),
                help: format!("name it so: `--chip {}`", chip.name),
            };
        }
        let known: Vec<&str> = question.choices.iter().map(|choice| choice.value).collect();
        let help = match all_nearest(text, &known).as_slice() {
            _ if !is_board => did_you_mean(text, &known),
            [] => EVERY_BOARD.to_owned(),
            near => format!("did you mean `{}`? {EVERY_BOARD}", near.join("` or `")),
        };
        Self { why: None, help }
    }
}

const EVERY_BOARD: &str = "`cargo async-init list boards` shows every board";

impl From<Unresolved> for Unnamed {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::Ambiguous(names) => Self {
                why: Some("could be one of several chips".to_owned()),
                help: possible(&names),
            },
            Unresolved::Refused { reason, instead } => Self {
                why: Some(format!("is not offered: {reason}")),
                help: instead.to_string(),
            },
            Unresolved::Unknown { near } if near.is_empty() => Self {
                why: None,
                help: "`cargo async-init list chips` shows every chip".to_owned(),
            },
            Unresolved::Unknown { near } => Self {
                why: None,
                help: format!(
                    "near it: {}; `cargo async-init list chips` shows every chip",
                    near.join(", ")
                ),
            },
        }
    }
}

fn choice(value: &'static str) -> Choice {
    Choice {
        value,
        note: "",
        when: Vec::new(),
        leaf: None,
        elsewhere: None,
        brings: &[],
    }
}

static CHIPS: LazyLock<Vec<Choice>> =
    LazyLock::new(|| chips::offered().map(|chip| choice(chip.name)).collect());

/// The pins of every family, by the chips that have the most.
static PINS: LazyLock<Vec<Choice>> =
    LazyLock::new(|| chips::pin_names().iter().map(|pin| choice(pin)).collect());
