//! A few chips and pins that stand for all.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Chip, all, offered};

/// One chip for each series, and for each further way in which its chips start a program.
pub fn samples() -> impl Iterator<Item = &'static Chip> {
    let way = |chip: &Chip| (chip.series, chip.class, chip.sai, chip.probe_name.is_some());
    let mut met = Vec::new();
    offered().filter(move |chip| {
        let new = !met.contains(&way(chip));
        if new {
            met.push(way(chip));
        }
        new
    })
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
