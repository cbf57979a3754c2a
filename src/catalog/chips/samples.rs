//! A few chips and pins that stand for all.

use std::collections::BTreeMap;
use std::iter;
use std::sync::LazyLock;

use super::{Chip, Class, all, offered};
use crate::catalog::boards::{BOARDS, Crystal};
use crate::catalog::usb;

/// One chip for each series, and for each further way in which chips start a program or are a device
/// on USB.
pub fn samples() -> impl Iterator<Item = &'static Chip> {
    static SAMPLES: LazyLock<Vec<&Chip>> = LazyLock::new(|| new_ways(Vec::new()));
    SAMPLES.iter().copied()
}

/// The same without what the boards' chips stand for.
pub fn samples_without_board() -> impl Iterator<Item = &'static Chip> {
    static SAMPLES: LazyLock<Vec<&Chip>> = LazyLock::new(|| {
        let of_boards = BOARDS.iter();
        new_ways(
            of_boards
                .flat_map(|board| ways(board.chip(), board.crystal))
                .collect(),
        )
    });
    SAMPLES.iter().copied()
}

/// What chips have in common of which one stands for all.
#[derive(PartialEq, Eq)]
enum Way {
    /// How a program starts: series, class and what else decides that.
    Start(&'static str, Class, bool, bool),
    /// How it is a device on USB: the layers of the driver and of the clocks.
    Usb(&'static str, Option<&'static str>),
}

fn ways(chip: &Chip, crystal: Option<Crystal>) -> Vec<Way> {
    let start = Way::Start(chip.series, chip.class, chip.sai, chip.probe_name.is_some());
    let possible = usb::has_clock(chip, crystal) && chip.flash.length >= usb::ROOM;
    let driver = usb::driver(chip).filter(|_| possible);
    let usb = driver.map(|driver| Way::Usb(driver, usb::clock(chip, crystal)));
    iter::once(start).chain(usb).collect()
}

fn new_ways(mut met: Vec<Way>) -> Vec<&'static Chip> {
    let samples = offered().filter(|chip| {
        let before = met.len();
        for way in ways(chip, None) {
            if !met.contains(&way) {
                met.push(way);
            }
        }
        met.len() > before
    });
    samples.collect()
}

/// The name of every pin that some chip has, in the order of their numbers.
#[must_use]
pub fn pin_names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        for port in all().iter().flat_map(|chip| chip.ports) {
            *numbers.entry(port.prefix).or_default() |= port.numbers;
        }
        let ports = numbers.into_iter();
        ports
            .flat_map(|(prefix, numbers)| super::Port { prefix, numbers }.into_names())
            .collect()
    });
    &NAMES
}
