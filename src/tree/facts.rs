//! What follows from the answers so far, by a row of the catalogue: nobody is asked for a fact.

use super::Lookup;
use crate::catalog::boards::{self, Board};
use crate::catalog::chips::{self, Bank, Chip, Class, Usb};

/// The value of `--board` for hardware that has no row: its chip and pins are answers of their own.
pub const CUSTOM: &str = "custom";

/// The value of a pin question for hardware that has nothing there.
pub const NOTHING: &str = "none";

/// Every fact that conditions may name, besides the questions, and the values that it can have.
pub const FACTS: &[(&str, &[&str])] = &[
    ("flash-banks", &["configurable", "fixed"]),
    ("has-led", &["yes", "no"]),
    ("has-button", &["yes", "no"]),
    ("has-console", &["yes", "no"]),
    ("has-usb", &["yes", "no"]),
    ("has-network", &["yes", "no"]),
    ("sleeps-deeply", &["yes", "no"]),
    ("wakes-on-pins", &["yes", "no"]),
];

/// The answer to that question, or the value of that fact, where the answers so far settle it.
pub(super) fn settled(id: &str, answer: Lookup) -> Option<&'static str> {
    match id {
        // Who names a chip and no board has a board of their own.
        "board" => (answer("board").is_none() && answer("chip").is_some()).then_some(CUSTOM),
        "chip" => Some(board(answer)?.chip),
        "flash-banks" => {
            let divided = chip(answer)?.banks.is_some();
            Some(if divided { "configurable" } else { "fixed" })
        }
        "has-led" => Some(yes_or_no(answer("led")? != NOTHING)),
        "has-button" => Some(yes_or_no(answer("button")? != NOTHING)),
        "has-console" => Some(yes_or_no(board(answer)?.console.is_some())),
        "has-usb" => Some(yes_or_no(chip(answer)?.usb != Usb::None)),
        // The HAL sets up the interrupts of pins for the first of two cores alone.
        "wakes-on-pins" => Some(yes_or_no(chip(answer)?.class != Class::Secondary)),
        "has-network" => Some(yes_or_no(board(answer)?.has_network())),
        "sleeps-deeply" => Some(yes_or_no(chip(answer)?.low_power)),
        _ => None,
    }
}

/// The default of that question, where it depends on what was answered before.
pub(super) fn preferred(id: &str, answer: Lookup) -> Option<&'static str> {
    let banks = chip(answer)?.banks.as_ref()?;
    (id == "banks").then_some(match banks.preferred {
        Bank::Single => "single",
        Bank::Dual => "dual",
    })
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn board(answer: Lookup) -> Option<&'static Board> {
    boards::find(answer("board")?)
}

/// The chip that these answers name, by itself or as that of a board.
pub(super) fn chip(answer: Lookup) -> Option<&'static Chip> {
    match board(answer) {
        Some(board) => Some(board.chip()),
        None => chips::find(answer("chip")?),
    }
}
