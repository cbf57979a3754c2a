//! The chips: their memory, core and target, and what the tools around them call them.
//!
//! Where a fact is from: memory of an STM32 from `stm32-metapac` 21.0 (`src/chips/<chip>/metadata.rs`,
//! the largest contiguous run, as `embassy-stm32`'s build script takes it); of an nRF from the product
//! specification, agreeing with `targets/nRF52_Series.yaml` of probe-rs 0.32; of an RP from its data
//! sheet and the pico-sdk's linker script (all banks as one, the stack at their end); of an ESP from
//! `esp-hal` 1.2 (`ld/<chip>/memory.x`). Probe names from the `targets/` of probe-rs 0.32.

/// Chips that one hardware abstraction layer serves in one way.
#[derive(Debug)]
pub struct Family {
    /// Its name, and with `_` before it that of its folder under `templates/embassy/`.
    pub id: &'static str,
    /// The crate that drives its chips.
    pub hal: &'static str,
    /// The layers of its projects, below `embassy/`, between `_base` and those of the chip.
    pub layers: &'static [&'static str],
    /// What to watch out for.
    pub caveats: &'static [&'static str],
}

/// A core's instruction set, as the target triple and the image's attributes state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// Cortex-M0 and M0+: ARMv6-M, no floating point.
    CortexM0Plus,
    /// Cortex-M4 with the single-precision FPU: ARMv7E-M.
    CortexM4F,
    /// Cortex-M33 with the single-precision FPU: ARMv8-M Mainline.
    CortexM33F,
    /// RISC-V with multiplication, atomics and compressed instructions.
    Rv32Imac,
}

/// What has to be in flash, and where, for a chip to start a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The vector table, at the start of flash.
    Vectors,
    /// 256 bytes of code with a checksum that set up the flash chip, then the vector table (RP2040).
    SecondStage,
    /// The vector table, and within the first 4 KiB a definition of the image (RP2350).
    ImageDefinition,
    /// A description of the program, at the start of its constants (ESP, for its bootloader).
    AppDescriptor,
}

/// A run of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its first address.
    pub origin: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// A chip, as its hardware abstraction layer knows it.
#[derive(Debug)]
pub struct Chip {
    /// Its name, which is also the feature of the hardware abstraction layer.
    pub name: &'static str,
    /// Its family's id.
    pub family: &'static str,
    /// Its instruction set.
    pub core: Core,
    /// Where programs lie; how much of it there is on a chip without flash of its own, the board says.
    pub flash: Region,
    /// Where the stack and the variables lie.
    pub ram: Region,
    /// What probe-rs calls it, where probe-rs is what flashes it.
    pub probe_name: Option<&'static str>,
    /// What its boot ROM wants to find in flash.
    pub boot: Boot,
}

/// Every family.
pub static FAMILIES: &[Family] = &[
    Family {
        id: "rp",
        hal: "embassy-rp",
        layers: &["_cortex-m", "_rp"],
        caveats: &[
            "BOOTSEL is no ordinary pin: reading it stops the flash meanwhile, so this program leaves it alone.",
            "The second core sleeps; a program for both takes the executor of `embassy_rp::executor`.",
        ],
    },
    Family {
        id: "nrf",
        hal: "embassy-nrf",
        layers: &["_cortex-m", "_nrf"],
        caveats: &[
            "The image starts at address 0: it overwrites a SoftDevice or a bootloader that lies there.",
        ],
    },
    Family {
        id: "stm32",
        hal: "embassy-stm32",
        layers: &["_cortex-m", "_stm32"],
        caveats: &[
            "One hardware timer belongs to the time driver (TIM9 on an STM32F411) and is not yours to use.",
            "The clock is the internal oscillator's, good to about one in a hundred: set up the crystal in `src/board.rs` for USB or exact time.",
        ],
    },
    Family {
        id: "esp",
        hal: "esp-hal",
        layers: &["_esp"],
        caveats: &[
            "The executor needs the feature `unstable` of esp-hal: a minor release may break what it opens.",
        ],
    },
];

/// Every chip that a board here carries.
pub static CHIPS: &[Chip] = &[
    Chip {
        name: "rp2040",
        family: "rp",
        core: Core::CortexM0Plus,
        flash: Region {
            origin: 0x1000_0000,
            length: 16 * 1024 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 264 * KIB,
        },
        probe_name: Some("RP2040"),
        boot: Boot::SecondStage,
    },
    Chip {
        name: "rp235xa",
        family: "rp",
        core: Core::CortexM33F,
        flash: Region {
            origin: 0x1000_0000,
            length: 16 * 1024 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 520 * KIB,
        },
        probe_name: Some("RP235x"),
        boot: Boot::ImageDefinition,
    },
    Chip {
        name: "nrf52833",
        family: "nrf",
        core: Core::CortexM4F,
        flash: Region {
            origin: 0,
            length: 512 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 128 * KIB,
        },
        probe_name: Some("nRF52833_xxAA"),
        boot: Boot::Vectors,
    },
    Chip {
        name: "nrf52840",
        family: "nrf",
        core: Core::CortexM4F,
        flash: Region {
            origin: 0,
            length: 1024 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 256 * KIB,
        },
        probe_name: Some("nRF52840_xxAA"),
        boot: Boot::Vectors,
    },
    Chip {
        name: "stm32f411ce",
        family: "stm32",
        core: Core::CortexM4F,
        flash: Region {
            origin: 0x0800_0000,
            length: 512 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 128 * KIB,
        },
        probe_name: Some("STM32F411CE"),
        boot: Boot::Vectors,
    },
    Chip {
        name: "stm32f411re",
        family: "stm32",
        core: Core::CortexM4F,
        flash: Region {
            origin: 0x0800_0000,
            length: 512 * KIB,
        },
        ram: Region {
            origin: 0x2000_0000,
            length: 128 * KIB,
        },
        probe_name: Some("STM32F411RE"),
        boot: Boot::Vectors,
    },
    Chip {
        name: "esp32c6",
        family: "esp",
        core: Core::Rv32Imac,
        flash: Region {
            origin: 0x4200_0000,
            length: 16 * 1024 * KIB,
        },
        // What the second-stage bootloader leaves: its loader lies above.
        ram: Region {
            origin: 0x4080_0000,
            length: 0x6_E610,
        },
        probe_name: None,
        boot: Boot::AppDescriptor,
    },
];

/// Bytes.
pub const KIB: u32 = 1024;

impl Core {
    /// The compiler's name for programs that run on it without an operating system.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::CortexM0Plus => "thumbv6m-none-eabi",
            Self::CortexM4F => "thumbv7em-none-eabihf",
            Self::CortexM33F => "thumbv8m.main-none-eabihf",
            Self::Rv32Imac => "riscv32imac-unknown-none-elf",
        }
    }
}

impl Boot {
    /// The layer below `embassy/` that puts it there, where the family's layers do not.
    #[must_use]
    pub const fn layer(self) -> Option<&'static str> {
        match self {
            Self::SecondStage => Some("_rp2040"),
            Self::ImageDefinition => Some("_rp235x"),
            Self::Vectors | Self::AppDescriptor => None,
        }
    }
}

impl Region {
    /// The first address behind it.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.origin + self.length
    }

    /// Whether so many bytes from that address lie in it.
    #[must_use]
    pub const fn holds(self, address: u32, length: u32) -> bool {
        address >= self.origin
            && length <= self.length
            && address - self.origin <= self.length - length
    }
}

/// The chip of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Chip> {
    CHIPS.iter().find(|chip| chip.name == name)
}

/// The family of that name.
#[must_use]
pub fn family(id: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.id == id)
}

#[cfg(test)]
mod tests {
    use super::{CHIPS, FAMILIES, family, find};

    #[test]
    fn names_are_unique_and_families_known() {
        for chip in CHIPS {
            assert!(std::ptr::eq(find(chip.name).expect("known"), chip));
            assert!(family(chip.family).is_some(), "{}", chip.name);
        }
        for row in FAMILIES {
            assert!(std::ptr::eq(family(row.id).expect("known"), row));
            let used = CHIPS.iter().any(|chip| chip.family == row.id);
            assert!(used, "no chip is of family `{}`", row.id);
        }
    }

    #[test]
    fn memory_ends_below_the_end_of_the_address_space() {
        for chip in CHIPS {
            for region in [chip.flash, chip.ram] {
                let end = region.origin.checked_add(region.length);
                assert!(region.length > 0 && end.is_some(), "{}", chip.name);
            }
        }
    }
}
