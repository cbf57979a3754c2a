//! A few chips and pins that stand for all.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Chip, Class, all, offered};
use crate::catalog::boards::BOARDS;

/// One chip for each series, and for each further way in which its chips start a program.
pub fn samples() -> impl Iterator<Item = &'static Chip> {
    static SAMPLES: LazyLock<Vec<&Chip>> = LazyLock::new(|| new_ways(Vec::new()));
    SAMPLES.iter().copied()
}

/// The same without what the boards' chips stand for.
pub fn samples_without_board() -> impl Iterator<Item = &'static Chip> {
    static SAMPLES: LazyLock<Vec<&Chip>> =
        LazyLock::new(|| new_ways(BOARDS.iter().map(|board| way(board.chip())).collect()));
    SAMPLES.iter().copied()
}

/// Series, class and what else decides how a program starts.
type Way = (&'static str, Class, bool, bool);

fn way(chip: &Chip) -> Way {
    (chip.series, chip.class, chip.sai, chip.probe_name.is_some())
}

fn new_ways(mut met: Vec<Way>) -> Vec<&'static Chip> {
    let samples = offered().filter(|chip| {
        let new = !met.contains(&way(chip));
        if new {
            met.push(way(chip));
        }
        new
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
