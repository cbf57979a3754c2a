//! From what somebody calls a chip to its row.
//!
//! A name on a package says more than the hardware abstraction layer asks (`STM32H563ZIT6`: package,
//! temperature), a name in a shop or a debugger is spelt another way (`nRF52840_xxAA`, `ESP32-C6`), and
//! a short name may mean several chips (`RP2350`).

use super::{Chip, all, find, offered};

/// Why a name leads to no chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It means any of these, in order.
    Ambiguous(Vec<&'static str>),
    /// It is a chip for which no project can be generated that builds.
    Refused {
        /// Why, as a phrase without a full stop.
        reason: &'static str,
        /// What to do instead, as a phrase without a full stop.
        instead: &'static str,
    },
    /// It is no chip that is known; these have names like it, the nearest first.
    Unknown {
        /// Their names.
        near: Vec<&'static str>,
    },
}

/// How many near names are of use to anybody.
const NEAR: usize = 5;

/// The chip that somebody means.
///
/// # Errors
///
/// Where no chip, or more than one, goes by that name, or where it is one that is refused.
pub fn resolve(typed: &str) -> Result<&'static Chip, Unresolved> {
    let typed = typed.trim().to_ascii_lowercase();
    let plain = squash(&typed);
    if let Some((reason, instead)) = named(&typed, &plain).and_then(Chip::refusal) {
        return Err(Unresolved::Refused { reason, instead });
    }
    if let Some(chip) = find(&typed) {
        return Ok(chip);
    }
    if let Some(refused) = refused(&plain) {
        return Err(refused);
    }
    let meant = meant(&plain);
    match meant.as_slice() {
        [chip] => Ok(chip),
        [] => Err(Unresolved::Unknown { near: near(&typed) }),
        several => {
            let names = several.iter().map(|chip| chip.name).collect();
            Err(Unresolved::Ambiguous(names))
        }
    }
}

/// Without what only separates.
fn squash(name: &str) -> String {
    letters(name).collect()
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.'))
}

/// Whether a name without separators begins with another.
fn begins(plain: &str, name: &str) -> bool {
    let mut rest = plain.chars();
    letters(name).all(|letter| rest.next() == Some(letter))
}

/// Every chip that goes by that name, by the first way of reading it that leads to any.
fn meant(plain: &str) -> Vec<&'static Chip> {
    let ways: [fn(&str) -> Vec<&'static Chip>; 6] = [same, alias, ordered, probed, wildcard, begun];
    ways.iter()
        .map(|way| way(plain))
        .find(|chips| !chips.is_empty())
        .unwrap_or_default()
}

/// The chip of that very name, whether it is offered or not.
fn named(typed: &str, plain: &str) -> Option<&'static Chip> {
    find(typed).or_else(|| all().iter().find(|chip| squash(chip.name) == plain))
}

fn all_where(holds: impl Fn(&'static Chip) -> bool) -> Vec<&'static Chip> {
    offered().filter(|chip| holds(chip)).collect()
}

/// The same name, but for what separates.
fn same(plain: &str) -> Vec<&'static Chip> {
    all_where(|chip| letters(chip.name).eq(plain.chars()) || chip.feature == plain)
}

/// Names that makers and features do not share: `RP2350A`, `nRF51822_xxAA`.
fn alias(plain: &str) -> Vec<&'static Chip> {
    let starts = |names: &[&str]| names.iter().any(|name| plain.starts_with(name));
    if starts(&["rp2350", "rp2354", "rp235x"]) {
        let package = plain["rp2350".len()..].chars().next();
        return all_where(|chip| {
            chip.series == "rp235x" && package.is_none_or(|letter| chip.name.ends_with(letter))
        });
    }
    if let Some(rest) = plain.get("nrf51822".len()..)
        && starts(&["nrf51"])
    {
        return all_where(|chip| chip.series == "nrf51" && is_variant(chip, rest));
    }
    if starts(&["sf32lb52"]) {
        return all_where(|chip| chip.feature == "sf32lb52x");
    }
    if starts(&["nrf54lm20a"]) {
        return all_where(|chip| chip.feature.starts_with("nrf54lm20"));
    }
    Vec::new()
}

/// What probe-rs calls it: `PY32F030x8`.
fn probed(plain: &str) -> Vec<&'static Chip> {
    all_where(|chip| {
        chip.probe_name.is_some_and(|name| {
            letters(name)
                .map(|c| c.to_ascii_lowercase())
                .eq(plain.chars())
        })
    })
}

/// A name as it is ordered: a chip's, then package, temperature and packing.
fn ordered(plain: &str) -> Vec<&'static Chip> {
    let longest = all()
        .iter()
        .map(base)
        .filter(|base| {
            plain
                .strip_prefix(base)
                .is_some_and(|rest| is_ending(base, rest))
        })
        .map(str::len)
        .max();
    let Some(length) = longest else {
        return Vec::new();
    };
    let (name, rest) = plain.split_at(length);
    let meant = all_where(|chip| base(chip) == name && is_variant(chip, rest));
    // `STM32L151CBT6A` is `stm32l151cb-a`: the letter of the revision comes last.
    let revised = all_where(|chip| {
        let (begin, revision) = chip.name.split_once('-').unwrap_or_default();
        begin == name && is_revised(chip.name) && rest.len() > 2 && rest.ends_with(revision)
    });
    if revised.is_empty() { meant } else { revised }
}

/// A chip's name up to what tells its cores, its worlds or its memory apart.
fn base(chip: &'static Chip) -> &'static str {
    let name = chip.name;
    if is_revised(name) {
        return name;
    }
    name.split(['-', '_']).next().unwrap_or(name)
}

/// Whether a name ends with that of a revision, whose memory is another.
fn is_revised(name: &str) -> bool {
    name.ends_with("-a") || name.ends_with("-x")
}

/// Whether this can come after the name of a chip.
fn is_ending(base: &str, rest: &str) -> bool {
    let letters = rest.starts_with(|c: char| c.is_ascii_alphabetic());
    let short = rest.len() <= 6 && rest.chars().all(|c| c.is_ascii_alphanumeric());
    match base.get(..3) {
        Some("stm") => rest.is_empty() || letters && short,
        // `ESP32-C6FH4`, `ESP32-C6-WROOM-1-N8`: the module or the memory inside, as letters.
        Some("esp") => rest.is_empty() || letters,
        _ => rest.is_empty() || letters && rest.len() <= 8,
    }
}

/// Whether a chip has the memory that the end of an nRF's name states: `xxAA`, `QFAB`.
fn is_variant(chip: &Chip, rest: &str) -> bool {
    match (chip.name.split_once("_xx"), rest.get(2..4)) {
        (Some((_, variant)), Some(stated)) => variant == stated,
        _ => true,
    }
}

/// `STM32F411xE`: an `x` for whatever letter.
fn wildcard(plain: &str) -> Vec<&'static Chip> {
    let Some(tail) = plain
        .strip_prefix("stm32")
        .filter(|tail| tail.contains('x'))
    else {
        return Vec::new();
    };
    all_where(|chip| {
        let Some(name) = chip.name.strip_prefix("stm32") else {
            return false;
        };
        let name = name.split('-').next().unwrap_or(name);
        let fits = |(typed, letter): (char, char)| typed == 'x' || typed == letter;
        tail.len() >= name.len()
            && tail.chars().zip(name.chars()).all(fits)
            && is_ending("stm32", &tail[name.len()..])
    })
}

/// The beginning of names.
fn begun(plain: &str) -> Vec<&'static Chip> {
    if plain.len() < "rp23".len() {
        return Vec::new();
    }
    all_where(|chip| {
        let mut name = letters(chip.name);
        plain.chars().all(|letter| name.next() == Some(letter))
    })
}

/// The names that are spelt nearly so, or that have this within them.
fn near(typed: &str) -> Vec<&'static str> {
    let distance = |chip: &'static Chip| (strsim::osa_distance(typed, chip.name), chip.name);
    let mut names: Vec<_> = all().iter().map(distance).collect();
    names.sort_unstable();
    let furthest = typed.len().div_ceil(3);
    let is_part = |name: &str| typed.len() >= "g474".len() && name.contains(typed);
    names
        .into_iter()
        .filter(|(distance, name)| *distance <= furthest || is_part(name))
        .take(NEAR)
        .map(|(_, name)| name)
        .collect()
}

/// Chips that are known, and for which nothing is generated: how their names begin, why, what instead.
///
/// The state of the crates is that of 2026-11: see `REFUSED`'s reasons, each checked against the
/// crate's newest release.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (
        &["esp32s2", "esp32s3"],
        "it is an Xtensa chip, for which only Espressif's own Rust compiles",
        "take a RISC-V chip (`esp32c3`, `esp32c6`), or install that Rust with `espup` and use `esp-generate`",
    ),
    (
        &["esp8266"],
        "no maintained hardware abstraction layer drives it",
        "take `esp32c3`, which has its place and more memory",
    ),
    (
        &["stm32c5", "stm32wb0"],
        "embassy-stm32 0.6 has no feature for it; only its repository has",
        "take a chip of a released series (`stm32c0`, `stm32wba`), or embassy's repository and its examples",
    ),
    (
        &["stm32mp"],
        "its Cortex-M is loaded by Linux on its other cores, and embassy-stm32 has no feature for it",
        "take an `stm32h7` or `stm32u5`",
    ),
    (
        &["mspm0"],
        "embassy-mspm0 is not released: the crate of that name is a placeholder",
        "use embassy's repository and its examples",
    ),
    (
        &["lpc", "mcxa", "mcxn", "imxrt", "mimxrt", "nxp"],
        "embassy's layers for NXP's chips are not released: the crates of those names are placeholders",
        "use embassy's repository and its examples",
    ),
    (
        &["ch32", "ch58", "ch59", "ch641", "ch643"],
        "ch32-hal is not released: the crate of that name is a placeholder",
        "use the template of its repository, ch32-rs/ch32-hal-template",
    ),
    (
        &["hpm"],
        "hpm-hal is not released: the crate of that name is a placeholder",
        "use the template of its repository, hpmicro/hpm-hal-template",
    ),
    (
        &["mec1", "mec5", "cec17", "microchip"],
        "embassy-microchip is not released",
        "use embassy's repository and its examples",
    ),
    (
        &["apollo", "ama3", "ama4", "ambiq"],
        "embassy's layer for Ambiq's chips is not released",
        "use embassy's repository and its examples",
    ),
    (
        &["ra0", "ra2", "ra4", "ra6", "ra8", "r7fa"],
        "ra-hal was never seen to build with the executor that projects here use",
        "follow the examples of ra-hal itself",
    ),
    (
        &[
            "atsam", "samd", "same5", "sam3", "sam4", "same7", "samv7", "sams7",
        ],
        "no hardware abstraction layer for it brings a time driver for embassy",
        "use atsamd-hal and RTIC (SAM D and E5)",
    ),
    (
        &["va108", "va416"],
        "its layer only brings a time driver for embassy, and blinking was never seen to build",
        "use the examples of `va108xx-embassy` and `va416xx-embassy`",
    ),
    (
        &["gd32"],
        "no hardware abstraction layer for embassy knows it; where it copies an STM32, it does so inexactly",
        "use gd32f1x0-hal or gd32vf103xx-hal, without async",
    ),
    (
        &["efm32", "efr32"],
        "no released hardware abstraction layer for embassy knows it",
        "use the svd2rust crates of its series, without async",
    ),
    (
        &["atmega", "attiny", "at90"],
        "it is an AVR: embassy's executor runs on it, but no HAL brings a time driver",
        "use avr-hal, without async",
    ),
    (
        &["nrf54h", "nrf92"],
        "embassy-nrf 0.11 has no feature for it",
        "take an `nrf54l15`, or Nordic's own kit",
    ),
    (
        &["esp32h4", "esp32h21", "esp32e22"],
        "esp-hal 1.2 has no feature for it",
        "take a released RISC-V chip (`esp32c3`, `esp32c6`)",
    ),
];

pub(super) fn refused(plain: &str) -> Option<Unresolved> {
    if all().iter().any(|chip| begins(plain, chip.name)) {
        return None;
    }
    // The first ESP32 has no letter behind its number, and its modules and packages have many.
    if is_first_esp32(plain) {
        return refused("esp32s3");
    }
    let (_, reason, instead) = REFUSED
        .iter()
        .flat_map(|row| row.0.iter().map(move |prefix| (*prefix, row.1, row.2)))
        .filter(|(prefix, ..)| plain.starts_with(prefix))
        .max_by_key(|(prefix, ..)| prefix.len())?;
    Some(Unresolved::Refused { reason, instead })
}

/// `ESP32`, `ESP32-D0WD`, `ESP32-WROOM-32`, `ESP32-PICO-D4`, `ESP32-U4WDH`.
fn is_first_esp32(plain: &str) -> bool {
    let Some(rest) = plain.strip_prefix("esp32") else {
        return false;
    };
    let first = [
        "d0wd", "d2wd", "s0wd", "u4wdh", "wroom", "wrover", "pico", "mini", "devkit",
    ];
    rest.is_empty() || first.iter().any(|begins| rest.starts_with(begins))
}
