//! What follows from the answers so far, by a row of the catalogue: nobody is asked for a fact.

use super::Lookup;
use crate::catalog::boards::{self, Board, Flasher, Light, Log, PROBE_RS, Port, STARTS};
use crate::catalog::chips::{self, Bank, Bluetooth, Boot, Chip, Class, Console, KIB};
use crate::catalog::kinds::{self, Part};
use crate::catalog::offers;
use crate::catalog::partitions::{Obstacle, Partitions};
use crate::catalog::usb::{self, Wires};

/// The value of `--board` for hardware that has no row: its chip and pins are answers of their own.
pub const CUSTOM: &str = "custom";

/// The value of a pin question for hardware that has nothing there.
pub const NOTHING: &str = "none";

/// How much flash a program with a console takes with messages, where it takes most: on a Cortex-M0+,
/// 18.3 KiB.
const CONSOLE_SIZE: u32 = 20 * KIB;

/// Every fact that conditions may name, besides the questions, and the values that it can have.
pub const FACTS: &[(&str, &[&str])] = &[
    ("flash-banks", &["configurable", "fixed"]),
    // What puts programs onto it if nobody says otherwise.
    (
        "flashed-with",
        &[
            "probe-rs",
            "cube-programmer",
            "elf2uf2-rs",
            "picotool",
            "dfu-util",
            "elf2flash",
            "nrfdfu",
            "espflash",
        ],
    ),
    // What puts programs onto a board that has the same chip, and needs no probe.
    (
        "also-flashed-with",
        &[
            "elf2uf2-rs",
            "picotool",
            "dfu-util",
            "elf2flash",
            "nrfdfu",
            "none",
        ],
    ),
    ("takes-probe", &["yes", "no"]),
    ("takes-crystal", &["yes", "no"]),
    ("has-flash-beside", &["yes", "no"]),
    ("starts-elsewhere", &["yes", "no"]),
    // The last place for the start of a program behind which there is room for one.
    (
        "last-start",
        &[
            "2k", "4k", "8k", "16k", "32k", "64k", "128k", "152k", "156k", "none",
        ],
    ),
    ("has-led", &["yes", "no"]),
    ("has-led-pin", &["yes", "no"]),
    ("has-button", &["yes", "no"]),
    ("has-console", &["yes", "no"]),
    ("console-is-free", &["yes", "no"]),
    ("console-fits", &["yes", "no"]),
    ("has-usb", &["yes", "no"]),
    ("has-usb-clock", &["yes", "no", "never"]),
    ("has-usb-room", &["yes", "no"]),
    ("frees-usb-pins", &["yes", "no"]),
    ("has-network", &["yes", "no"]),
    ("has-bluetooth", &["yes", "no"]),
    ("builds-bluetooth", &["yes", "no"]),
    ("sleeps-deeply", &["yes", "no"]),
    ("wakes-on-pins", &["yes", "no"]),
    // How the program's messages get out: through a probe, through the chip's USB, or not at all.
    ("messages", &["rtt", "usb", "none"]),
    // Whether there are any.
    ("logs", &["yes", "no"]),
    ("has-probe", &["yes", "no"]),
    ("starts-at-flash", &["yes", "no"]),
    ("starts-alone", &["yes", "no"]),
    ("has-test-room", &["yes", "no"]),
    ("runs-test-executor", &["yes", "no"]),
    // Where it has none, why.
    (
        "has-update-room",
        &["yes", "family", "core", "start", "banks", "pages", "room"],
    ),
];

/// Flash for tests on the chip: the one that is generated takes 33 KB with its harness, linked for the
/// STM32F103C8 with embedded-test 0.7.3, and others are to come.
const TESTS: u32 = 64 * KIB;

/// Why what depends on a fact cannot be had, where the fact has this value.
pub(super) fn reason(fact: &str, value: &str) -> Option<&'static str> {
    Some(match fact {
        "has-led" => "it has no LED, so messages are all that it shows",
        "has-led-pin" => "it has no LED on a pin of its own",
        "has-button" => "it has no button on a pin",
        "has-console" => "no serial port of its chip is known to be free and to have a driver",
        "flashed-with" | "also-flashed-with" => {
            "nothing that is known here puts programs onto it in that way"
        }
        "takes-crystal" => {
            "what a crystal would do for this chip is set up elsewhere, or not known here"
        }
        "has-flash-beside" => "its flash is in the chip",
        "starts-elsewhere" => "where a program has to lie on this chip is fixed",
        "last-start" => "the rest of its flash would not hold a program",
        "takes-probe" => "probe-rs does not know its chip, or its messages take another way out",
        "console-fits" => "its chip has less flash than that takes, 20K",
        "console-is-free" => "its LED or its button is on a pin of its serial port",
        "has-usb" => "no driver makes its chip a USB device, or the chip's two wires lead nowhere",
        "has-usb-clock" if value == "never" => {
            "USB's clock has to be exact, and how to make it of a crystal is not known here for its chip"
        }
        "has-usb-clock" => {
            "USB's clock has to be exact, and no crystal is known that gives one; of a board of your own, `--crystal` says what it has"
        }
        "has-usb-room" => "it takes 32 KiB of flash",
        "frees-usb-pins" => "its LED is on one of the two pins that USB takes",
        "has-network" => "nothing on it reaches a network",
        "has-bluetooth" => "no Bluetooth controller for it is known here",
        "builds-bluetooth" => {
            "its Bluetooth controller's bindings are made with libclang, a library of the system"
        }
        "sleeps-deeply" => {
            "its hardware abstraction layer has no deep sleep that works on this chip"
        }
        "wakes-on-pins" => "its HAL serves the interrupts of pins on the first of two cores alone",
        "flash-banks" => "its flash cannot be divided in another way",
        "logs" => "nothing is logged",
        "messages" => "its messages take another way out, or none",
        "has-probe" => {
            "it is not flashed through a probe; where you wire one to it, say `--flasher probe-rs`"
        }
        "starts-at-flash" => "a bootloader that it came with has the start of flash",
        "has-update-room" => match value {
            "family" => "a bootloader that replaces programs was tried on STM32 and nRF alone",
            "core" => {
                "its core cannot be told that a program's vectors are not at the start of flash"
            }
            "start" => "its chip starts in a way of its own, which embassy-boot does not know",
            "banks" => {
                "its flash is one part or two, as its option bytes say, and embassy-boot divides one that is known"
            }
            "pages" => {
                "embassy-boot wants equal pages that are erased to ones, up to the end of flash"
            }
            _ => "its flash has no room for two programs beside the bootloader",
        },
        "starts-alone" => "the harness for tests starts no chip of this class",
        "has-test-room" => "its flash has no room for tests and their harness, which take 64K",
        "runs-test-executor" => "the harness for tests does not know the executor of deep sleep",
        _ => return None,
    })
}

/// The answer to that question, or the value of that fact, where the answers so far settle it.
pub(super) fn settled(id: &str, answer: Lookup) -> Option<&'static str> {
    match id {
        // Who names a chip and no board has a board of their own.
        "board" => (answer("board").is_none() && answer("chip").is_some()).then_some(CUSTOM),
        "chip" => Some(board(answer)?.chip),
        "flashed-with" => Some(own_flasher(answer)?.id),
        "also-flashed-with" => flasher_alike(answer),
        "takes-probe" => Some(yes_or_no(
            boards::flasher_of(chip(answer)?).id == PROBE_RS.id,
        )),
        "takes-crystal" => {
            let chip = chip(answer)?;
            let own = chip.family == "stm32" && chip.class != Class::Secondary;
            Some(yes_or_no(own))
        }
        "has-flash-beside" => Some(yes_or_no(chip(answer)?.family == "rp")),
        "starts-elsewhere" => {
            let chip = chip(answer)?;
            let plain = chip.class == Class::Plain && chip.boot == Boot::Vectors;
            Some(yes_or_no(plain && chip.flash.length > 0))
        }
        "last-start" => {
            let room = flash(answer)?.saturating_sub(CONSOLE_SIZE);
            let last = STARTS.iter().rev().find(|(_, start)| *start <= room);
            Some(last.map_or("none", |(start, _)| start))
        }
        "flash-banks" => {
            let divided = chip(answer)?.banks.is_some();
            Some(if divided { "configurable" } else { "fixed" })
        }
        "has-led" => Some(yes_or_no(match board(answer) {
            Some(board) => !matches!(board.light, Light::None),
            None => answer("led")? != NOTHING,
        })),
        "has-led-pin" => Some(yes_or_no(match board(answer) {
            Some(board) => matches!(board.light, Light::Pin { .. }),
            None => answer("led")? != NOTHING,
        })),
        "has-button" => Some(yes_or_no(match board(answer) {
            Some(board) => board.button.is_some(),
            None => answer("button")? != NOTHING,
        })),
        "has-console" => {
            let chip = chip(answer)?;
            let console = console(answer);
            Some(yes_or_no(
                console.is_some_and(|console| chip.uart(console.uart).is_some()),
            ))
        }
        "console-fits" => Some(yes_or_no(room(answer)? >= CONSOLE_SIZE)),
        "console-is-free" => {
            let taken = |question| {
                answer(question).is_some_and(|pin| {
                    console(answer).is_some_and(|console| [console.tx, console.rx].contains(&pin))
                })
            };
            Some(yes_or_no(!taken("led") && !taken("button")))
        }
        "has-usb" => {
            let reached = board(answer).is_none_or(|board| usb::wires(board) != Wires::Nowhere);
            Some(yes_or_no(reached && usb::driver(chip(answer)?).is_some()))
        }
        "has-usb-clock" => usb_clock(answer),
        "has-usb-room" => Some(yes_or_no(room(answer)? >= usb::ROOM)),
        "frees-usb-pins" => Some(yes_or_no(match (board(answer), chip(answer)?.usb_pins) {
            (None, Some(pins)) => !pins.contains(&answer("led")?),
            _ => true,
        })),
        // The HAL sets up the interrupts of pins for the first of two cores alone.
        "wakes-on-pins" => Some(yes_or_no(chip(answer)?.class != Class::Secondary)),
        "has-network" => Some(yes_or_no(board(answer)?.has_network())),
        "has-bluetooth" => Some(yes_or_no(chip(answer)?.bluetooth != Bluetooth::None)),
        "builds-bluetooth" => Some(yes_or_no(chip(answer)?.bluetooth == Bluetooth::Ready)),
        "sleeps-deeply" => Some(yes_or_no(chip(answer)?.sleeps_deeply())),
        "messages" => Some(match flasher(answer)?.log {
            Log::Rtt => "rtt",
            Log::Own => "usb",
            Log::None => "none",
        }),
        "logs" => {
            let log = answer("log").or_else(|| preferred("log", answer));
            Some(yes_or_no(log? != "none"))
        }
        "has-probe" => Some(yes_or_no(has_probe(answer)?)),
        "starts-at-flash" => Some(yes_or_no(!has_loader(answer))),
        "has-update-room" => {
            Some(Partitions::of(chip(answer)?).map_or_else(Obstacle::id, |_| "yes"))
        }
        "starts-alone" => Some(yes_or_no(chip(answer)?.class == Class::Plain)),
        "has-test-room" => Some(yes_or_no(chip(answer)?.flash.length >= TESTS)),
        // The executor of an STM32's deep sleep is none that the tests' harness knows.
        "runs-test-executor" => {
            let sleeper = sleeps(answer) && chip(answer)?.family == "stm32";
            Some(yes_or_no(!sleeper))
        }
        _ => None,
    }
}

/// The default of that question, where it depends on what was answered before.
pub(super) fn preferred(id: &str, answer: Lookup) -> Option<&'static str> {
    match id {
        "flasher" => Some(own_flasher(answer)?.id),
        "framework" => {
            let default = offers::frameworks(answer("runtime")?, answer("kind")?).next();
            Some(default?.id)
        }
        "banks" => Some(match chip(answer)?.banks.as_ref()?.preferred {
            Bank::Single => "single",
            Bank::Dual => "dual",
        }),
        "log" => Some(match flasher(answer)?.log {
            // To be read, messages keep clocks running that deep sleep stops.
            Log::Rtt if sleeps(answer) => "none",
            Log::Rtt | Log::Own => "defmt",
            Log::None => "none",
        }),
        "panic" => match (
            flasher(answer)?.log,
            answer("log").or_else(|| preferred("log", answer)),
        ) {
            (Log::None, _) | (_, Some("none")) => Some("halt"),
            (Log::Own, _) => Some("backtrace"),
            (Log::Rtt, _) => Some("probe"),
        },
        _ => None,
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn board(answer: Lookup) -> Option<&'static Board> {
    boards::find(answer("board")?)
}

/// What puts a program onto the hardware that these answers name.
fn flasher(answer: Lookup) -> Option<&'static Flasher> {
    let named = answer("flasher").and_then(boards::flasher);
    named.or_else(|| own_flasher(answer))
}

/// The same where nobody names one.
fn own_flasher(answer: Lookup) -> Option<&'static Flasher> {
    match board(answer) {
        Some(board) => Some(board.flasher),
        None => Some(boards::flasher_of(chip(answer)?)),
    }
}

/// What needs no probe to put a program onto a board that has the same chip, if there is such a board; none
/// for a board with a row, which says it itself.
fn flasher_alike(answer: Lookup) -> Option<&'static str> {
    let chip = chip(answer)?;
    let alike = match board(answer) {
        Some(_) => None,
        None => boards::alike(chip, start(answer)),
    };
    Some(alike.map_or("none", |alike| alike.flasher.id))
}

/// Whether USB has an exact clock, or could have one.
fn usb_clock(answer: Lookup) -> Option<&'static str> {
    let crystal = match board(answer) {
        Some(board) => board.crystal,
        None => answer("crystal").and_then(boards::crystal),
    };
    let chip = chip(answer)?;
    Some(match usb::has_clock(chip, crystal) {
        false if !usb::could_have_clock(chip) => "never",
        has => yes_or_no(has),
    })
}

/// Whether the program puts the chip into deep sleep.
fn sleeps(answer: Lookup) -> bool {
    let kind = answer("kind").and_then(kinds::find);
    kind.is_some_and(|kind| kind.parts.contains(&Part::Sleep))
}

/// The serial port of the hardware that these answers name.
fn console(answer: Lookup) -> Option<Console> {
    match board(answer) {
        Some(board) => board.console.map(Port::console),
        None => chip(answer)?.console,
    }
}

/// How much flash there is, in one part or in two as was said.
fn flash(answer: Lookup) -> Option<u32> {
    let chip = chip(answer)?;
    let flash = match (&chip.banks, answer("banks")) {
        (Some(banks), Some("single")) => banks.single,
        (Some(banks), Some("dual")) => banks.dual,
        _ => chip.flash,
    };
    Some(flash.length)
}

/// How much of it there is for a program.
fn room(answer: Lookup) -> Option<u32> {
    Some(flash(answer)?.saturating_sub(start(answer).unwrap_or(0)))
}

/// How far behind the start of flash a program of one's own board begins, where that was said.
fn start(answer: Lookup) -> Option<u32> {
    boards::bytes(&STARTS, answer("program-start")?)
}

/// Whether something else has the start of flash.
fn has_loader(answer: Lookup) -> bool {
    match board(answer) {
        Some(board) => board.loader.is_some(),
        None => answer("program-start").is_some(),
    }
}

fn has_probe(answer: Lookup) -> Option<bool> {
    Some(flasher(answer)?.id == PROBE_RS.id)
}

/// The chip that these answers name, by itself or as that of a board.
pub(super) fn chip(answer: Lookup) -> Option<&'static Chip> {
    match board(answer) {
        Some(board) => Some(board.chip()),
        None => chips::find(answer("chip")?),
    }
}
