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

/// Why a chip's flash is not shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No bootloader for its family was tried: `embassy-boot` itself has none for most.
    Family,
    /// Its core takes the vectors from the start of flash alone.
    Core,
    /// It starts in a way of its own: two cores, no flash, or clocks that have to be set up first.
    Start,
    /// Its flash is one part or two, as its option bytes say, and embassy-boot knows one kind of page.
    Banks,
    /// Its pages are not equal, are erased to zeros, or the last of them are a radio's.
    Pages,
    /// Two programs beside the bootloader would be too small.
    Room,
}

impl Obstacle {
    /// Its name, as the value of a fact.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Core => "core",
            Self::Start => "start",
            Self::Banks => "banks",
            Self::Pages => "pages",
            Self::Room => "room",
        }
    }
}

impl Partitions {
    /// Those of a chip.
    ///
    /// # Errors
    ///
    /// Where embassy-boot cannot work there, or the program has no room: why.
    pub fn of(chip: &Chip) -> Result<Self, Obstacle> {
        if !["stm32", "nrf"].contains(&chip.family) {
            return Err(Obstacle::Family);
        }
        // To start a program elsewhere, the core has to be told where its vectors are.
        if !chip.core.is_arm() || chip.core == Core::CortexM0 {
            return Err(Obstacle::Core);
        }
        // The bootloader starts with the clocks as they are by default.
        if chip.boot != Boot::Vectors || chip.class != Class::Plain || chip.sai {
            return Err(Obstacle::Start);
        }
        if UNFIT.contains(&chip.series) {
            return Err(Obstacle::Pages);
        }
        if chip.banks.is_some() {
            return Err(Obstacle::Banks);
        }
        Self::divide(chip.flash, chip.page, chip.write).ok_or(Obstacle::Room)
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
    fn each_obstacle_is_that_of_some_chip() {
        let of = |name| Partitions::of(chips::find(name).expect("known")).err();
        assert_eq!(of("rp2040"), Some(Obstacle::Family));
        assert_eq!(of("stm32f072rb"), Some(Obstacle::Core));
        assert_eq!(of("stm32h755zi-cm7"), Some(Obstacle::Start));
        assert_eq!(of("stm32g474re"), Some(Obstacle::Banks));
        assert_eq!(of("stm32f411ce"), Some(Obstacle::Pages));
        assert_eq!(of("stm32f103c8"), Some(Obstacle::Room));
        assert_eq!(of("nrf52840"), None);
    }

    #[test]
    fn every_chip_keeps_what_embassy_boot_asserts() {
        let mut offered = 0;
        for chip in chips::all() {
            let Ok(parts) = Partitions::of(chip) else {
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
