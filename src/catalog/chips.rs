//! The chips: their memory, core and target, and what the tools around them call them.
//!
//! The rows are `chips.tsv`, which `cargo xtask catalogue` derives from the hardware abstraction layers
//! and from probe-rs, at the versions that the head of that file names; a test of the xtask derives
//! them again. They are read when a chip is first asked for, and not before.

mod resolve;
mod samples;
mod share;
mod table;

pub use resolve::{Unresolved, resolve};
pub use samples::{pin_names, samples, samples_without_board};
pub use share::Share;

/// Chips that one hardware abstraction layer serves in one way.
#[derive(Debug)]
pub struct Family {
    /// Its name, and with `_` before it that of its folder under `templates/embassy/`.
    pub id: &'static str,
    /// Who makes its chips.
    pub vendor: &'static str,
    /// The crate that drives its chips.
    pub hal: &'static str,
    /// The layers of its projects, below `embassy/`, between `_base` and those of the chip.
    pub layers: &'static [&'static str],
    /// What to watch out for.
    pub caveats: &'static [&'static str],
}

/// A core's instruction set, as the target triple and the image's attributes state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Core {
    /// Cortex-M0: ARMv6-M, no floating point.
    CortexM0,
    /// Cortex-M0+: ARMv6-M, no floating point.
    CortexM0Plus,
    /// Cortex-M3: ARMv7-M, no floating point.
    CortexM3,
    /// Cortex-M4 without a floating-point unit: ARMv7E-M.
    CortexM4,
    /// Cortex-M4 with the single-precision FPU: ARMv7E-M.
    CortexM4F,
    /// Cortex-M7 with the single-precision FPU: ARMv7E-M.
    CortexM7F,
    /// Cortex-M7 with the double-precision FPU: ARMv7E-M.
    CortexM7D,
    /// Cortex-M33 without a floating-point unit: ARMv8-M Mainline.
    CortexM33,
    /// Cortex-M33 with the single-precision FPU: ARMv8-M Mainline.
    CortexM33F,
    /// Cortex-M55: ARMv8.1-M Mainline, for which programs of ARMv8-M are built.
    CortexM55,
    /// RISC-V with multiplication and compressed instructions, but no atomics.
    Rv32Imc,
    /// RISC-V with multiplication, atomics and compressed instructions.
    Rv32Imac,
    /// The same with single-precision floating point.
    Rv32Imafc,
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
    /// The vector table where a table says that lies before it and the flasher writes (SF32).
    FlashTable,
}

/// What is unlike other chips about starting a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing.
    Plain,
    /// The first of two cores: `init_primary`, and memory to be shared out.
    Primary,
    /// The second of two cores: `init_secondary`, after the first has started.
    Secondary,
    /// No flash at all: the program runs from RAM, where a debugger or a boot loader put it (STM32N6).
    NoFlash,
    /// A program beside a secure one, which has to be there and to have given it memory and pins.
    NonSecure,
    /// A radio's core, which waits until a program on the application core releases it.
    Network,
}

/// The peripheral that makes a chip a USB device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usb {
    /// There is none.
    None,
    /// STM32: `USB`, full speed, a device only.
    Device,
    /// STM32: `USB_OTG_FS`.
    OtgFs,
    /// STM32: `USB_OTG_HS`, and no `USB_OTG_FS`.
    OtgHs,
    /// nRF52 and nRF53: `USBD`.
    Usbd,
    /// nRF54LM: `USBHS`.
    Usbhs,
    /// RP: `USB`.
    Rp,
    /// ESP: `USB_DEVICE`, a serial port and a debug probe in one, and nothing else.
    SerialJtag,
    /// ESP: the OTG controller.
    EspOtg,
    /// PY32 and SF32: `USB`, a MUSB controller.
    Musb,
}

/// A Bluetooth controller that trouble-host can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bluetooth {
    /// None is known.
    None,
    /// It builds with Rust alone: ESP, by esp-radio.
    Ready,
    /// nRF, by nrf-sdc 0.4: bindgen makes its bindings while nrf-mpsl-sys 0.3 and nrf-sdc-sys 0.3 are
    /// built, with libclang, a library of the system; neither ships any that were made before.
    Libclang,
}

/// How many parts flash has, where the option bytes decide that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    /// The feature `single-bank`.
    Single,
    /// The feature `dual-bank`.
    Dual,
}

/// Flash that is in one part or in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Banks {
    /// What one program can use where flash is in one part.
    pub single: Region,
    /// What one program can use where flash is in two parts.
    pub dual: Region,
    /// What the chips are delivered as.
    pub factory: Bank,
    /// What to take if nobody says otherwise.
    pub preferred: Bank,
}

/// A run of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its first address.
    pub origin: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// Pins whose names differ in their number.
#[derive(Debug)]
pub struct Port {
    /// What comes before the number.
    pub prefix: &'static str,
    /// Which numbers there are, by bit.
    pub numbers: u64,
}

/// A serial port of a chip.
#[derive(Debug)]
pub struct Uart {
    /// What the hardware abstraction layer calls it.
    pub name: &'static str,
    /// Where its registers are; 0 where the catalogue does not say.
    pub address: u32,
    /// Its interrupt, for `bind_interrupts!`.
    pub interrupt: &'static str,
}

/// A serial port and the pins that it takes.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// The peripheral, as the hardware abstraction layer calls it.
    pub uart: &'static str,
    /// The pin that sends.
    pub tx: &'static str,
    /// The pin that receives.
    pub rx: &'static str,
}

/// A chip, as its hardware abstraction layer knows it.
#[derive(Debug)]
pub struct Chip {
    /// Its name: the feature, with the memory's variant behind `_` where one feature covers several.
    pub name: &'static str,
    /// The feature of the hardware abstraction layer.
    pub feature: &'static str,
    /// Its family's id.
    pub family: &'static str,
    /// Its series, whose chips one reference manual or two describe.
    pub series: &'static str,
    /// Its instruction set.
    pub core: Core,
    /// Where programs lie; how much of it there is on a chip without flash of its own, the board says.
    pub flash: Region,
    /// Where the stack and the variables lie.
    pub ram: Region,
    /// Flash in one part or in two, where that has to be chosen; `flash` is the preferred one's.
    pub banks: Option<Banks>,
    /// The timer that the time driver takes.
    pub timer: &'static str,
    /// What probe-rs calls it, where probe-rs knows it.
    pub probe_name: Option<&'static str>,
    /// What its boot ROM wants to find in flash.
    pub boot: Boot,
    /// What is unlike other chips about starting a program.
    pub class: Class,
    /// Chips with the same number have the same registers, interrupt vectors, core and class.
    pub pac: u16,
    /// Other addresses at which the same flash and RAM are seen (ESP32-C2 and C3).
    pub windows: &'static [Region],
    /// Bytes that are erased at once, the most in `flash`; 0 without flash.
    pub page: u32,
    /// Bytes that are written at once; 0 without flash.
    pub write: u32,
    /// What makes it a USB device.
    pub usb: Usb,
    /// The interrupt of that peripheral, for `bind_interrupts!`.
    pub usb_interrupt: &'static str,
    /// Its pins for D+ and D-, where it has them of others (STM32).
    pub usb_pins: Option<[&'static str; 2]>,
    /// Whether the HAL can start the 48 MHz oscillator that USB needs (STM32).
    pub hsi48: bool,
    /// Whether a program can sleep deeply while it waits: STM32, the HAL's feature `low-power`.
    pub low_power: bool,
    /// Whether `Config::default()` of embassy-stm32 0.6 panics, for SAI1's clock is one that is off.
    pub sai: bool,
    /// Whether it has a Bluetooth controller, and what that takes to build.
    pub bluetooth: Bluetooth,
    /// The Ethernet controller as the HAL's sources name it, `eth_v2`; empty without one.
    pub eth: &'static str,
    /// Where a source was overruled, and what else to know; empty for most.
    pub note: &'static str,
    /// Its pins.
    pub ports: &'static [Port],
    /// The interrupt of each of the 16 EXTI lines; empty but for STM32.
    pub exti: &'static [&'static str],
    /// The kind of registers of an STM32's serial ports, as the HAL's sources name it: `v1` to `v4`.
    pub usart: &'static str,
    /// Its serial ports that the HAL drives.
    pub uarts: &'static [Uart],
    /// The serial port to take where nobody says which.
    pub console: Option<Console>,
}

/// Every family.
pub static FAMILIES: &[Family] = &[
    Family {
        id: "rp",
        vendor: "Raspberry Pi",
        hal: "embassy-rp",
        layers: &["_cortex-m", "_rp"],
        caveats: &[
            "BOOTSEL is no ordinary pin: reading it stops the flash meanwhile, so this program leaves it alone.",
            "The second core sleeps; a program for both takes the executor of `embassy_rp::executor`.",
        ],
    },
    Family {
        id: "nrf",
        vendor: "Nordic Semiconductor",
        hal: "embassy-nrf",
        layers: &["_cortex-m", "_nrf"],
        caveats: &[],
    },
    Family {
        id: "stm32",
        vendor: "STMicroelectronics",
        hal: "embassy-stm32",
        layers: &["_cortex-m", "_stm32"],
        caveats: &[INTERNAL_CLOCK],
    },
    Family {
        id: "esp",
        vendor: "Espressif",
        hal: "esp-hal",
        layers: &["_esp"],
        caveats: &[
            "The executor needs the feature `unstable` of esp-hal: a minor release may break what it opens.",
        ],
    },
    Family {
        id: "py32",
        vendor: "Puya",
        hal: "py32-hal",
        layers: &["_cortex-m", "_py32"],
        caveats: &[
            "One hardware timer belongs to the time driver and is not yours to use.",
            "py32-hal calls itself usable for experiments; its features stand for several chips with the same peripherals.",
        ],
    },
    Family {
        id: "sifli",
        vendor: "SiFli",
        hal: "sifli-hal",
        layers: &["_cortex-m", "_sifli"],
        caveats: &[
            "sifli-hal calls itself a work in progress; the pin's numbers are the chip's, whatever the module leads out.",
        ],
    },
];

/// What to know of an STM32 that no crystal beats time for.
pub const INTERNAL_CLOCK: &str = "The clock is the internal oscillator's, good to about one in a hundred: set up a crystal in `src/board/clock.rs` for exact time.";

/// Bytes.
pub const KIB: u32 = 1024;

impl Core {
    /// Every one, with its word in `chips.tsv`.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::CortexM0, "m0"),
        (Self::CortexM0Plus, "m0+"),
        (Self::CortexM3, "m3"),
        (Self::CortexM4, "m4"),
        (Self::CortexM4F, "m4f"),
        (Self::CortexM7F, "m7f"),
        (Self::CortexM7D, "m7d"),
        (Self::CortexM33, "m33"),
        (Self::CortexM33F, "m33f"),
        (Self::CortexM55, "m55"),
        (Self::Rv32Imc, "rv32imc"),
        (Self::Rv32Imac, "rv32imac"),
        (Self::Rv32Imafc, "rv32imafc"),
    ];

    /// The compiler's name for programs that run on it without an operating system.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::CortexM0 | Self::CortexM0Plus => "thumbv6m-none-eabi",
            Self::CortexM3 => "thumbv7m-none-eabi",
            Self::CortexM4 => "thumbv7em-none-eabi",
            Self::CortexM4F | Self::CortexM7F | Self::CortexM7D => "thumbv7em-none-eabihf",
            Self::CortexM33 => "thumbv8m.main-none-eabi",
            Self::CortexM33F | Self::CortexM55 => "thumbv8m.main-none-eabihf",
            Self::Rv32Imc => "riscv32imc-unknown-none-elf",
            Self::Rv32Imac => "riscv32imac-unknown-none-elf",
            Self::Rv32Imafc => "riscv32imafc-unknown-none-elf",
        }
    }

    /// What its designers call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::CortexM0 => "Cortex-M0",
            Self::CortexM0Plus => "Cortex-M0+",
            Self::CortexM3 => "Cortex-M3",
            Self::CortexM4 => "Cortex-M4",
            Self::CortexM4F => "Cortex-M4F",
            Self::CortexM7F | Self::CortexM7D => "Cortex-M7",
            Self::CortexM33 => "Cortex-M33",
            Self::CortexM33F => "Cortex-M33F",
            Self::CortexM55 => "Cortex-M55",
            Self::Rv32Imc => "RISC-V (RV32IMC)",
            Self::Rv32Imac => "RISC-V (RV32IMAC)",
            Self::Rv32Imafc => "RISC-V (RV32IMAFC)",
        }
    }

    /// Whether it is one of Arm's.
    #[must_use]
    pub const fn is_arm(self) -> bool {
        !matches!(self, Self::Rv32Imc | Self::Rv32Imac | Self::Rv32Imafc)
    }

    /// Whether programs for it pass numbers with a fraction in registers of their own.
    #[must_use]
    pub const fn has_float(self) -> bool {
        matches!(
            self,
            Self::CortexM4F
                | Self::CortexM7F
                | Self::CortexM7D
                | Self::CortexM33F
                | Self::CortexM55
                | Self::Rv32Imafc
        )
    }

    /// Whether it can exchange a word in one step, which `static_cell` and others build upon.
    #[must_use]
    pub const fn has_atomics(self) -> bool {
        !matches!(self, Self::CortexM0 | Self::CortexM0Plus | Self::Rv32Imc)
    }
}

impl Boot {
    /// Every one, with its word in `chips.tsv`.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Vectors, "vectors"),
        (Self::SecondStage, "second-stage"),
        (Self::ImageDefinition, "image-definition"),
        (Self::AppDescriptor, "app-descriptor"),
        (Self::FlashTable, "flash-table"),
    ];

    /// The layer below `embassy/` that puts it there, where the family's layers do not.
    #[must_use]
    pub const fn layer(self) -> Option<&'static str> {
        match self {
            Self::SecondStage => Some("_rp2040"),
            Self::ImageDefinition => Some("_rp235x"),
            Self::Vectors | Self::AppDescriptor | Self::FlashTable => None,
        }
    }
}

impl Class {
    /// Every one, with its word in `chips.tsv`.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Plain, "plain"),
        (Self::Primary, "primary"),
        (Self::Secondary, "secondary"),
        (Self::NoFlash, "no-flash"),
        (Self::NonSecure, "non-secure"),
        (Self::Network, "network"),
    ];

    /// Whether the chip has two cores with a program each, which share one memory.
    #[must_use]
    pub const fn is_dual_core(self) -> bool {
        matches!(self, Self::Primary | Self::Secondary)
    }
}

impl Bluetooth {
    /// Every one, with its letter among the flags of `chips.tsv`.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::None, ""), (Self::Ready, "b"), (Self::Libclang, "c")];
}

impl Usb {
    /// Every one, with its word in `chips.tsv`.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::None, "-"),
        (Self::Device, "usb"),
        (Self::OtgFs, "otg-fs"),
        (Self::OtgHs, "otg-hs"),
        (Self::Usbd, "usbd"),
        (Self::Usbhs, "usbhs"),
        (Self::Rp, "rp"),
        (Self::SerialJtag, "serial-jtag"),
        (Self::EspOtg, "esp-otg"),
        (Self::Musb, "musb"),
    ];

    /// What the hardware abstraction layer calls it; empty for none.
    #[must_use]
    pub const fn peripheral(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Device | Self::Rp | Self::Musb => "USB",
            Self::OtgFs => "USB_OTG_FS",
            Self::OtgHs => "USB_OTG_HS",
            Self::Usbd => "USBD",
            Self::Usbhs => "USBHS",
            Self::SerialJtag => "USB_DEVICE",
            Self::EspOtg => "USB0",
        }
    }
}

impl Bank {
    /// The feature of embassy-stm32 that says so.
    #[must_use]
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Single => "single-bank",
            Self::Dual => "dual-bank",
        }
    }
}

impl Banks {
    /// What one program can use with flash in that many parts.
    #[must_use]
    pub const fn flash(&self, bank: Bank) -> Region {
        match bank {
            Bank::Single => self.single,
            Bank::Dual => self.dual,
        }
    }

    /// Why the preferred one is that, as a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        let preferred = self.preferred.feature();
        if self.single.length == self.dual.length {
            return format!(
                "`{preferred}`: the chips are delivered so, and flash is as large either way."
            );
        }
        let size = size(self.flash(self.preferred).length);
        let reason = format!("`{preferred}`: {size} of flash in one piece, the larger");
        if self.preferred == self.factory {
            return format!("{reason}, and the chips are delivered so.");
        }
        let factory = self.factory.feature();
        format!(
            "{reason}; but the chips are delivered as `{factory}`: set the option byte before you flash it."
        )
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

impl Port {
    /// The names of its pins.
    fn names(&self) -> impl Iterator<Item = String> {
        let there = (0..64).filter(|number| self.numbers >> number & 1 == 1);
        there.map(|number| self.name(number))
    }

    fn into_names(self) -> Vec<String> {
        self.names().collect()
    }

    /// Nordic's pins have two digits: `P0_05`.
    fn name(&self, number: u32) -> String {
        if self.prefix.starts_with('P') && self.prefix.ends_with('_') && self.prefix.len() == 3 {
            format!("{}{number:02}", self.prefix)
        } else {
            format!("{}{number}", self.prefix)
        }
    }

    fn has(&self, pin: &str) -> bool {
        let number = pin.strip_prefix(self.prefix).and_then(|n| n.parse().ok());
        number.is_some_and(|number: u32| {
            number < 64 && self.numbers >> number & 1 == 1 && self.name(number) == pin
        })
    }
}

impl Chip {
    /// Whether it has a pin of that name, as the hardware abstraction layer calls it.
    #[must_use]
    pub fn has_pin(&self, pin: &str) -> bool {
        self.ports.iter().any(|port| port.has(pin))
    }

    /// The names of its pins.
    pub fn pins(&self) -> impl Iterator<Item = String> {
        self.ports.iter().flat_map(Port::names)
    }

    /// The interrupt and the line with which a pin of an STM32 raises one: `EXTI15_10`, `EXTI13`.
    #[must_use]
    pub fn exti(&self, pin: &str) -> Option<(&'static str, &'static str)> {
        let number = self.has_pin(pin).then(|| pin.get(2..)).flatten()?;
        let number: usize = number.parse().ok()?;
        Some((*self.exti.get(number)?, *LINES.get(number)?))
    }

    /// Its serial port of that name, where the hardware abstraction layer drives it.
    #[must_use]
    pub fn uart(&self, name: &str) -> Option<&'static Uart> {
        self.uarts.iter().find(|uart| uart.name == name)
    }

    /// The compiler's name for what runs on it.
    #[must_use]
    pub const fn target(&self) -> &'static str {
        self.core.target()
    }

    /// Its family's row.
    ///
    /// # Panics
    ///
    /// Where the catalogue names a family that it does not have; a test walks all chips.
    #[must_use]
    pub fn family_row(&self) -> &'static Family {
        family(self.family).expect("a chip's family is in the catalogue")
    }

    /// Who makes it.
    #[must_use]
    pub fn vendor(&self) -> &'static str {
        self.family_row().vendor
    }

    /// Whether a program can have it sleep deeply while it waits. An STM32 does by the HAL's feature
    /// `low-power`, with the low-speed oscillator for a clock, which crashes an L5 (embassy-stm32 0.6.0,
    /// src/rcc/bd.rs); an nRF does whenever its core waits.
    #[must_use]
    pub fn sleeps_deeply(&self) -> bool {
        match self.family {
            "stm32" => {
                self.low_power
                    && !self.sai
                    && self.class == Class::Plain
                    && self.series != "stm32l5"
            }
            "nrf" => self.class == Class::Plain,
            _ => false,
        }
    }

    /// Whether its flash is inside it, so that its size is a fact about the chip.
    #[must_use]
    pub fn has_own_flash(&self) -> bool {
        self.boot == Boot::Vectors && self.class != Class::NoFlash
    }

    /// What its maker calls it, as near as its name tells.
    #[must_use]
    pub fn marketing_name(&self) -> String {
        match self.family {
            "nrf" => format!("nRF{}", &self.name["nrf".len()..]),
            "esp" if self.name.len() > "esp32".len() => {
                let (base, rest) = self.name.split_at("esp32".len());
                format!("{base}-{rest}").to_uppercase()
            }
            "rp" if self.name.starts_with("rp235x") => {
                format!("RP2350{}", &self.name["rp235x".len()..]).to_uppercase()
            }
            _ => self.name.to_uppercase(),
        }
    }

    /// One line that says what it is.
    #[must_use]
    pub fn title(&self) -> String {
        let flash = match (self.class, self.has_own_flash()) {
            (Class::NoFlash, _) => "no flash".to_owned(),
            (_, true) => format!("{} flash", size(self.flash.length)),
            (_, false) => "flash on the board".to_owned(),
        };
        format!(
            "{} · {} · {flash}, {} RAM",
            self.marketing_name(),
            self.core.title(),
            size(self.ram.length)
        )
    }
}

const LINES: [&str; 16] = [
    "EXTI0", "EXTI1", "EXTI2", "EXTI3", "EXTI4", "EXTI5", "EXTI6", "EXTI7", "EXTI8", "EXTI9",
    "EXTI10", "EXTI11", "EXTI12", "EXTI13", "EXTI14", "EXTI15",
];

/// A number of bytes, for people.
fn size(length: u32) -> String {
    format!("{}K", length / KIB)
}

/// Every chip, by name.
#[must_use]
pub fn all() -> &'static [Chip] {
    table::all()
}

/// Every chip for which projects are generated, by name.
pub fn offered() -> impl Iterator<Item = &'static Chip> {
    all().iter().filter(|chip| chip.refusal().is_none())
}

/// The chip of exactly that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Chip> {
    let chips = all();
    let place = chips.binary_search_by(|chip| chip.name.cmp(name)).ok()?;
    chips.get(place)
}

/// The family of that name.
#[must_use]
pub fn family(id: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.id == id)
}

#[cfg(test)]
mod tests;
