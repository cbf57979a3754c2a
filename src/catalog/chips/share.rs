//! What one program gets of a chip's memory, where that is not all of it; and which chips get none.

use super::{Chip, Class, KIB, Region, find};

/// Where one program lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its code and constants.
    pub flash: Region,
    /// Its stack and variables.
    pub ram: Region,
    /// What it has in common with the program of the other core.
    pub shared: Option<Region>,
}

/// Where a chip's second core starts by itself, and what each core calls its own.
struct Split {
    series: &'static str,
    first: Share,
    second: Share,
    /// The timer for the second core's time: the first has what the HAL takes by itself.
    timer: &'static str,
}

const fn region(origin: u32, kib: u32) -> Region {
    Region {
        origin,
        length: kib * KIB,
    }
}

const fn share(flash: Region, ram: Region, shared: Region) -> Share {
    Share {
        flash,
        ram,
        shared: Some(shared),
    }
}

/// By series; flash is cut to what the chip has.
///
/// H7: RM0399, the option bytes `BOOT_CM7_ADD0` and `BOOT_CM4_ADD0` as delivered, one bank each; RAM
/// by domain, as embassy's examples for the STM32H755 have it. WL: RM0453 and embassy's examples for
/// the STM32WL55, halves of either memory, and a KiB of the first half for both.
static SPLITS: [Split; 2] = [
    Split {
        series: "stm32h7",
        first: share(
            region(0x0800_0000, 1024),
            region(0x2400_0000, 512),
            region(0x3800_0000, 64),
        ),
        second: share(
            region(0x0810_0000, 1024),
            region(0x3000_0000, 288),
            region(0x3800_0000, 64),
        ),
        timer: "TIM15",
    },
    Split {
        series: "stm32wl",
        first: share(
            region(0x0800_0000, 128),
            region(0x2000_0400, 31),
            region(0x2000_0000, 1),
        ),
        second: share(
            region(0x0802_0000, 128),
            region(0x2000_8000, 32),
            region(0x2000_0000, 1),
        ),
        timer: "TIM1",
    },
];

/// STM32N6: AXISRAM2, the one large RAM that the boot ROM leaves switched on (embassy's examples for
/// the STM32N6); its first half for code, by the address that probe-rs knows on all of them.
const LOADED: Share = Share {
    flash: region(0x2410_0000, 512),
    ram: region(0x2418_0000, 512),
    shared: None,
};

/// Chips for which embassy-stm32 0.6.0 does not compile, as `cargo xtask chips` found: its `src/ucpd.rs`
/// takes UCPD2 for granted.
const UNCOMPILED: [&str; 2] = ["stm32g071eb", "stm32g081eb"];

/// What flash has to be at least: blinky takes 10 to 14 KiB on the smallest chips, 11.7 of the 8 of
/// an `STM32L011x3`.
const SMALLEST: u32 = 16 * KIB;

impl Chip {
    /// What one program gets of its memory.
    #[must_use]
    pub fn share(&self) -> Share {
        let whole = Share {
            flash: self.flash,
            ram: self.ram,
            shared: None,
        };
        let cut = |share: &Share| Share {
            flash: Region {
                length: share.flash.length.min(self.flash.length),
                ..share.flash
            },
            ..*share
        };
        match (self.class, self.split()) {
            (Class::NoFlash, _) => LOADED,
            (Class::Primary, Some(split)) => cut(&split.first),
            (Class::Secondary, Some(split)) => cut(&split.second),
            _ => whole,
        }
    }

    /// The timer that the time driver takes: two cores must not take the same.
    #[must_use]
    pub fn time_driver(&self) -> &'static str {
        match (self.class, self.split()) {
            (Class::Secondary, Some(split)) => split.timer,
            _ => self.timer,
        }
    }

    /// How many bytes of messages wait for the probe, where the usual KiB is too much of its RAM.
    #[must_use]
    pub fn rtt_buffer(&self) -> Option<u32> {
        let sixteenth = self.share().ram.length / 16;
        (sixteenth < KIB).then(|| 1 << sixteenth.ilog2())
    }

    /// The same chip's other core.
    #[must_use]
    pub fn other_core(&self) -> Option<&'static Self> {
        let (base, core) = self.name.rsplit_once('-')?;
        let other = match (self.class, core) {
            (Class::Primary, "cm7") => "cm4",
            (Class::Primary, _) => "cm0p",
            (Class::Secondary, "cm4") => "cm7",
            (Class::Secondary, _) => "cm4",
            _ => return None,
        };
        find(&format!("{base}-{other}"))
    }

    /// Why nothing is generated for it, and what to do instead; nothing for most.
    #[must_use]
    pub fn refusal(&self) -> Option<(&'static str, &'static str)> {
        match self.class {
            _ if self.flash.length < SMALLEST => Some((
                "its flash is smaller than the smallest program with an executor, time and messages, which takes 12K",
                "take the same chip with 16K of flash, or write for it without async",
            )),
            _ if UNCOMPILED.contains(&self.name) => Some((
                "embassy-stm32 0.6.0 does not compile for it: its USB-C driver asks for a second port, which this package has not",
                "take the same chip in another package, whose name ends in `cb` or `rb`",
            )),
            Class::NonSecure => Some((
                "its program runs beside a secure one (TF-M), which has to be on the chip first and decides where memory begins and which pins are left",
                "take the name that ends in `-s`: that program has the whole chip",
            )),
            Class::Network => Some((
                "the radio's core sleeps until a program on the application core releases it and gives it pins",
                "take `nrf5340-app-s`, and for both cores the examples of embassy's repository",
            )),
            _ => None,
        }
    }

    fn split(&self) -> Option<&'static Split> {
        SPLITS.iter().find(|split| split.series == self.series)
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, KIB, Region};
    use crate::catalog::chips::{all, find};

    fn apart(one: Region, other: Region) -> bool {
        one.end() <= other.origin || other.end() <= one.origin
    }

    #[test]
    fn two_cores_share_what_they_have_in_common_and_nothing_else() {
        let mut pairs = 0;
        for chip in all().iter().filter(|chip| chip.class.is_dual_core()) {
            let other = chip.other_core().expect(chip.name);
            assert_eq!(other.other_core().map(|chip| chip.name), Some(chip.name));
            assert_ne!(other.class, chip.class);
            let (mine, theirs) = (chip.share(), other.share());
            let shared = mine.shared.expect("shared memory");
            assert_eq!(Some(shared), theirs.shared, "{}", chip.name);
            assert!(apart(mine.flash, theirs.flash), "{}", chip.name);
            assert!(apart(mine.ram, theirs.ram), "{}", chip.name);
            assert!(apart(mine.ram, shared), "{}", chip.name);
            assert_ne!(chip.time_driver(), other.time_driver(), "{}", chip.name);
            pairs += usize::from(chip.class == Class::Primary);
        }
        assert_eq!(pairs, 30);
    }

    #[test]
    fn a_program_lies_in_its_chips_memory() {
        for chip in all() {
            let share = chip.share();
            // What an H7's cores get of the other domains' RAM is no part of its largest run, and
            // the second bank of a 1 MiB one lies apart.
            let known = chip.series != "stm32h7" || !chip.class.is_dual_core();
            let holds = chip.flash.holds(share.flash.origin, share.flash.length)
                && chip.ram.holds(share.ram.origin, share.ram.length);
            assert!(!known || holds, "{}", chip.name);
        }
    }

    #[test]
    fn messages_take_no_more_than_a_sixteenth_of_ram() {
        let buffer = |name| find(name).expect("known").rtt_buffer();
        assert_eq!(buffer("stm32l010f4"), Some(128));
        assert_eq!(buffer("stm32f030f4"), Some(256));
        assert_eq!(buffer("stm32c011d6"), Some(256));
        assert_eq!(buffer("stm32g030c6"), Some(512));
        assert_eq!(buffer("nrf51_xxaa"), None);
    }

    #[test]
    fn the_second_core_of_a_smaller_h7_has_the_second_bank() {
        let flash = |name| find(name).expect("known").share().flash;
        assert_eq!(flash("stm32h745bg-cm4").origin, 0x0810_0000);
        assert_eq!(flash("stm32h745bg-cm4").length, 512 * KIB);
        assert_eq!(flash("stm32h755zi-cm7").length, 1024 * KIB);
        assert_eq!(flash("stm32wl55jc-cm0p").origin, 0x0802_0000);
    }
}
