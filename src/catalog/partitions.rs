//! How flash is shared out where a bootloader can replace the program: embassy-boot's partitions.
//!
//! embassy-boot 0.7.0, `src/boot_loader.rs`: ACTIVE and DFU are whole pages, DFU one page more than
//! ACTIVE, and STATE has room for two words and four for each page of ACTIVE.

use super::chips::{Boot, Chip, Class, Core, KIB, Region};

/// What the bootloader itself takes, at least.
const BOOTLOADER: u32 = 24 * KIB;

/// What a program is to have, at least.
const PROGRAM: u32 = 64 * KIB;

/// The series of which the pages differ in size, of which flash is erased to zeros, or of which a
/// radio's firmware lies at the end of flash.
const UNFIT: &[&str] = &[
    "stm32f2", "stm32f4", "stm32f7", "stm32l0", "stm32l1", "stm32wb", "stm32wba", "nrf54l",
];

/// The parts of flash, from its start to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partitions {
    /// The bootloader.
    pub bootloader: Region,
    /// How far a swap has come.
    pub state: Region,
    /// The program that runs.
    pub active: Region,
    /// The program that is to replace it, and then the one that was replaced.
    pub update: Region,
}

impl Partitions {
    /// Those of a chip, where embassy-boot can work there and the program has room.
    #[must_use]
    pub fn of(chip: &Chip) -> Option<Self> {
        // To start a program elsewhere, the core has to be told where its vectors are.
        let relocates = chip.core.is_arm() && chip.core != Core::CortexM0;
        let whole = chip.boot == Boot::Vectors && chip.class == Class::Plain;
        let fits = ["stm32", "nrf"].contains(&chip.family) && !UNFIT.contains(&chip.series);
        // Its bootloader starts with the clocks as they are by default, and knows one page size.
        let plain = !chip.sai && chip.banks.is_none();
        if relocates && whole && fits && plain {
            Self::divide(chip.flash, chip.page, chip.write)
        } else {
            None
        }
    }

    /// The largest program that flash of such pages and words has room for, twice.
    #[must_use]
    pub fn divide(flash: Region, page: u32, word: u32) -> Option<Self> {
        if page == 0 || word == 0 {
            return None;
        }
        let first = BOOTLOADER.next_multiple_of(page);
        let pages = flash.length.checked_sub(first)? / page;
        let state_of = |active: u32| ((2 + 4 * active) * word).div_ceil(page);
        let active = (1..pages)
            .rev()
            .find(|&active| state_of(active) + active + active < pages)?;
        let mut start = flash.origin;
        let mut take = |length| {
            let region = Region {
                origin: start,
                length,
            };
            start += length;
            region
        };
        let partitions = Self {
            bootloader: take(first),
            state: take(state_of(active) * page),
            active: take(active * page),
            update: take((active + 1) * page),
        };
        (partitions.active.length >= PROGRAM).then_some(partitions)
    }

    /// Each of them, in order.
    #[must_use]
    pub const fn all(&self) -> [Region; 4] {
        [self.bootloader, self.state, self.active, self.update]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::chips;

    fn flash(length: u32) -> Region {
        Region {
            origin: 0x0800_0000,
            length,
        }
    }

    #[test]
    fn a_chip_of_many_small_pages() {
        let parts = Partitions::divide(flash(1024 * KIB), 2048, 8).expect("there is room");
        let lengths = parts.all().map(|region| region.length / KIB);
        assert_eq!(lengths, [24, 8, 494, 496]);
        assert_eq!(parts.active.origin, 0x0800_8000);
        assert_eq!(parts.update.end(), 0x0800_0000 + 1022 * KIB);
    }

    #[test]
    fn a_chip_of_few_large_pages() {
        let parts = Partitions::divide(flash(2048 * KIB), 128 * KIB, 32).expect("there is room");
        let lengths = parts.all().map(|region| region.length / KIB);
        assert_eq!(lengths, [128, 128, 768, 896]);
    }

    #[test]
    fn none_where_the_program_would_be_small() {
        assert_eq!(Partitions::divide(flash(64 * KIB), 1024, 4), None);
        assert_eq!(Partitions::divide(flash(16 * KIB), 1024, 4), None);
        assert_eq!(Partitions::divide(flash(256 * KIB), 128 * KIB, 32), None);
        assert_eq!(Partitions::divide(flash(1024 * KIB), 0, 0), None);
    }

    #[test]
    fn every_chip_keeps_what_embassy_boot_asserts() {
        let mut offered = 0;
        for chip in chips::all() {
            let Some(parts) = Partitions::of(chip) else {
                continue;
            };
            let (page, word) = (chip.page, chip.write);
            let mut end = chip.flash.origin;
            for region in parts.all() {
                assert_eq!(region.origin, end, "{}", chip.name);
                assert_eq!(region.length % page, 0, "{}", chip.name);
                end = region.end();
            }
            assert!(end <= chip.flash.end(), "{}", chip.name);
            assert_eq!(parts.active.length % page, 0, "{}", chip.name);
            assert!(parts.update.length - parts.active.length >= page);
            let marks = 2 + 4 * (parts.active.length / page);
            assert!(marks <= parts.state.length / word, "{}", chip.name);
            assert_eq!(page % word, 0, "{}", chip.name);
            // The vectors of a program have to lie at a multiple of their table's size.
            assert_eq!(parts.active.origin % 1024, 0, "{}", chip.name);
            offered += 1;
        }
        assert!(offered > 300, "{offered}");
    }
}
