//! The boards: which chip, what is on its pins, and how a program gets onto it.
//!
//! Where a fact is from, by board: `pico` and `pico2` from the pico-sdk (`boards/pico.h`, `pico2.h`);
//! `nrf52840-dk` and `microbit-v2` from RIOT (`boards/nrf52840dk`, `boards/microbit-v2`: `board.h` and
//! `gpio_params.h`), Ariel OS and `TinyGo`'s board files agreeing; `nucleo-f411re` and
//! `blackpill-f411` from `MicroPython` (`ports/stm32/boards/*/mpconfigboard.h`); `xiao-esp32c6` from
//! Ariel OS (`boards/*.yaml`). Probes from `PlatformIO`'s board files. No board was at hand: what is
//! generated for them is linked and its image examined, and not more than that is claimed.

use serde_json::{Value, json};

use super::chips::{self, Chip, Family, KIB, Region};

/// A pin's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Near ground.
    Low,
    /// Near the supply.
    High,
}

/// What a board has to blink with.
#[derive(Debug)]
pub enum Light {
    /// A diode on a pin.
    Pin {
        /// The pin, as the hardware abstraction layer calls it.
        pin: &'static str,
        /// The level that lights it.
        lit: Level,
    },
    /// Diodes in five rows and five columns, lit where a row is high and a column low.
    Matrix {
        /// The rows' pins, from the top.
        rows: [&'static str; 5],
        /// The columns' pins, from the left.
        columns: [&'static str; 5],
    },
}

/// A button whose pin can raise an interrupt.
#[derive(Debug)]
pub struct Button {
    /// What is printed beside it.
    pub label: &'static str,
    /// The pin, as the hardware abstraction layer calls it.
    pub pin: &'static str,
    /// The pin's level while it is pressed.
    pub pressed: Level,
    /// The interrupt of that pin, where it has to be named (STM32).
    pub interrupt: &'static str,
    /// The line of that pin, where it has to be named (STM32).
    pub line: &'static str,
}

/// How a program's messages reach whoever develops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Through the probe, which reads them from memory.
    Rtt,
    /// Through the USB socket of the chip, its family's own way.
    Own,
    /// Not at all: nothing on the board could carry them.
    None,
}

/// The program that puts an image onto a board.
#[derive(Debug)]
pub struct Flasher {
    /// Its command, which `doctor` looks for.
    pub program: &'static str,
    /// What `cargo run` starts, the image's path coming last; `{chip}` is what the tool calls the chip.
    pub runner: &'static str,
    /// The command that installs it.
    pub install: &'static str,
    /// Where its authors say how else to install it, and what the system has to allow.
    pub manual: &'static str,
    /// Its layer below `embassy/`: how to use it, for the project's README.
    pub layer: &'static str,
}

/// A board.
#[derive(Debug)]
pub struct Board {
    /// The value of `--board`.
    pub id: &'static str,
    /// What its maker calls it.
    pub title: &'static str,
    /// Its chip's name.
    pub chip: &'static str,
    /// The oldest Rust for its projects: the release they pin, which is the one they are checked with.
    pub rust_version: &'static str,
    /// How much flash there is, where the chip has none of its own.
    pub flash: Option<u32>,
    /// What to blink with.
    pub light: Light,
    /// The button, where there is one on a pin.
    pub button: Option<Button>,
    /// How messages get out.
    pub log: Log,
    /// What puts an image onto it.
    pub flasher: &'static Flasher,
    /// How to make it ready for that, as a sentence.
    pub connect: &'static str,
    /// What is to be seen then, as a sentence.
    pub expect: &'static str,
    /// What to type after `cd`, to see it.
    pub try_it: &'static [&'static str],
}

static PROBE_RS: Flasher = Flasher {
    program: "probe-rs",
    runner: "probe-rs run --chip {chip}",
    install: "cargo install probe-rs-tools --locked",
    manual: "https://probe.rs/docs/getting-started/installation/",
    layer: "_probe-rs",
};

static ELF2UF2: Flasher = Flasher {
    program: "elf2uf2-rs",
    runner: "elf2uf2-rs --deploy",
    install: "cargo install elf2uf2-rs --locked --no-default-features",
    manual: "https://github.com/JoNil/elf2uf2-rs",
    layer: "_elf2uf2",
};

static PICOTOOL: Flasher = Flasher {
    program: "picotool",
    runner: "picotool load -u -v -x -t elf",
    install: "brew install picotool",
    manual: "https://github.com/raspberrypi/picotool",
    layer: "_picotool",
};

// A probe would have to be wired up: for `cargo run` it is, the first run does without.
static DFU: Flasher = Flasher {
    program: "dfu-util",
    runner: "probe-rs run --chip {chip}",
    install: "apt-get install dfu-util",
    manual: "https://dfu-util.sourceforge.net/",
    layer: "_dfu",
};

static ESPFLASH: Flasher = Flasher {
    program: "espflash",
    runner: "espflash flash --monitor --chip {chip} --log-format defmt",
    install: "cargo install espflash --locked",
    manual: "https://github.com/esp-rs/espflash",
    layer: "_espflash",
};

/// What `cargo run` needs on boards with a probe.
const WITH_PROBE_RS: &[&str] = &[
    "cargo install probe-rs-tools --locked",
    "cargo run --release",
];

/// Every board, by family.
pub static BOARDS: &[Board] = &[
    Board {
        id: "pico",
        title: "Raspberry Pi Pico",
        chip: "rp2040",
        rust_version: "1.95",
        flash: Some(2048 * KIB),
        light: Light::Pin {
            pin: "PIN_25",
            lit: Level::High,
        },
        button: None,
        log: Log::None,
        flasher: &ELF2UF2,
        connect: "Hold BOOTSEL while you plug the Pico in: a drive called RPI-RP2 appears.",
        expect: "The green LED beside the USB socket blinks, and every five seconds at another pace.",
        try_it: &[
            "cargo install elf2uf2-rs --locked --no-default-features",
            "cargo run --release",
        ],
    },
    Board {
        id: "pico2",
        title: "Raspberry Pi Pico 2",
        chip: "rp235xa",
        rust_version: "1.95",
        flash: Some(4096 * KIB),
        light: Light::Pin {
            pin: "PIN_25",
            lit: Level::High,
        },
        button: None,
        log: Log::None,
        flasher: &PICOTOOL,
        connect: "Hold BOOTSEL while you plug the Pico 2 in: a drive called RP2350 appears.",
        expect: "The green LED beside the USB socket blinks, and every five seconds at another pace.",
        try_it: &["brew install picotool", "cargo run --release"],
    },
    Board {
        id: "nrf52840-dk",
        title: "nRF52840 DK",
        chip: "nrf52840",
        rust_version: "1.95",
        flash: None,
        light: Light::Pin {
            pin: "P0_13",
            lit: Level::Low,
        },
        button: Some(Button {
            label: "Button 1",
            pin: "P0_11",
            pressed: Level::Low,
            interrupt: "",
            line: "",
        }),
        log: Log::Rtt,
        flasher: &PROBE_RS,
        connect: "Plug in the USB socket on the short side, that of the J-Link, and switch the board on.",
        expect: "LED 1 blinks, and at another pace for each press of Button 1.",
        try_it: WITH_PROBE_RS,
    },
    Board {
        id: "microbit-v2",
        title: "BBC micro:bit v2",
        chip: "nrf52833",
        rust_version: "1.95",
        flash: None,
        light: Light::Matrix {
            rows: ["P0_21", "P0_22", "P0_15", "P0_24", "P0_19"],
            columns: ["P0_28", "P0_11", "P0_31", "P1_05", "P0_30"],
        },
        button: Some(Button {
            label: "button A",
            pin: "P0_14",
            pressed: Level::Low,
            interrupt: "",
            line: "",
        }),
        log: Log::Rtt,
        flasher: &PROBE_RS,
        connect: "Plug it in.",
        expect: "A heart blinks, and at another pace for each press of button A.",
        try_it: WITH_PROBE_RS,
    },
    Board {
        id: "nucleo-f411re",
        title: "NUCLEO-F411RE",
        chip: "stm32f411re",
        rust_version: "1.95",
        flash: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
            interrupt: "EXTI15_10",
            line: "EXTI13",
        }),
        log: Log::Rtt,
        flasher: &PROBE_RS,
        connect: "Plug in its USB socket, that of the ST-LINK.",
        expect: "The green LED (LD2) blinks, and at another pace for each press of the blue button (B1).",
        try_it: WITH_PROBE_RS,
    },
    Board {
        id: "blackpill-f411",
        title: "WeAct Black Pill F411",
        chip: "stm32f411ce",
        rust_version: "1.95",
        flash: None,
        light: Light::Pin {
            pin: "PC13",
            lit: Level::Low,
        },
        button: Some(Button {
            label: "the button KEY",
            pin: "PA0",
            pressed: Level::Low,
            interrupt: "EXTI0",
            line: "EXTI0",
        }),
        log: Log::None,
        flasher: &DFU,
        connect: "Plug it in, hold BOOT0, press and release NRST, and release BOOT0.",
        expect: "The blue LED blinks, and at another pace for each press of the button KEY.",
        try_it: &[
            "cargo install cargo-binutils --locked",
            "rustup component add llvm-tools",
            "cargo objcopy --release -- -O binary firmware.bin",
            "dfu-util -d 0483:df11 -a 0 -s 0x08000000:leave -D firmware.bin",
        ],
    },
    Board {
        id: "xiao-esp32c6",
        title: "Seeed Studio XIAO ESP32C6",
        chip: "esp32c6",
        rust_version: "1.95",
        flash: Some(4096 * KIB),
        light: Light::Pin {
            pin: "GPIO15",
            lit: Level::Low,
        },
        button: Some(Button {
            label: "the button BOOT (B)",
            pin: "GPIO9",
            pressed: Level::Low,
            interrupt: "",
            line: "",
        }),
        log: Log::Own,
        flasher: &ESPFLASH,
        connect: "Plug it in.",
        expect: "The yellow LED blinks, and at another pace for each press of the button BOOT (B).",
        try_it: &["cargo install espflash --locked", "cargo run --release"],
    },
];

impl Level {
    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }

    /// Its name in source code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::High => "High",
        }
    }

    /// The internal resistor that keeps an open pin at this level.
    #[must_use]
    pub const fn pull(self) -> &'static str {
        match self {
            Self::Low => "Down",
            Self::High => "Up",
        }
    }
}

impl Board {
    /// Its chip's row.
    ///
    /// # Panics
    ///
    /// Where the catalogue names a chip that it does not have; a test walks all boards.
    #[must_use]
    pub fn chip(&self) -> &'static Chip {
        chips::find(self.chip).expect("a board's chip is in the catalogue")
    }

    /// Its family's name.
    #[must_use]
    pub fn family(&self) -> &'static str {
        self.chip().family
    }

    /// The compiler's name for what runs on it.
    #[must_use]
    pub fn target(&self) -> &'static str {
        self.chip().core.target()
    }

    /// Where programs lie on it.
    #[must_use]
    pub fn flash(&self) -> Region {
        let flash = self.chip().flash;
        Region {
            length: self.flash.unwrap_or(flash.length),
            ..flash
        }
    }

    /// The layers below `embassy/` that make its projects, between `_base` and the kind's.
    #[must_use]
    pub fn layers(&self) -> Vec<String> {
        let mut layers = self.family_row().layers.to_vec();
        layers.extend(self.chip().boot.layer());
        layers.extend(match self.log {
            Log::Rtt => Some("_rtt"),
            Log::Own => None,
            Log::None => Some("_silent"),
        });
        layers.push(match self.button {
            Some(_) => "_button",
            None => "_no-button",
        });
        layers.push(self.flasher.layer);
        let wiring = match self.light {
            Light::Pin { .. } => "led",
            Light::Matrix { .. } => "matrix",
        };
        let mut layers: Vec<String> = layers.into_iter().map(str::to_owned).collect();
        layers.push(format!("_{wiring}-{}", self.family()));
        layers
    }

    /// What to watch out for.
    #[must_use]
    pub fn caveats(&self) -> &'static [&'static str] {
        self.family_row().caveats
    }

    /// What to type after `cd`, to see it blink.
    #[must_use]
    pub fn next_steps(&self) -> &'static [&'static str] {
        self.try_it
    }

    /// What `cargo run` starts, the image's path coming last.
    #[must_use]
    pub fn runner(&self) -> String {
        let chip = self.chip();
        let name = chip.probe_name.unwrap_or(chip.name);
        self.flasher.runner.replace("{chip}", name)
    }

    /// What templates may name as `board.*`: strings and booleans, nothing left to work out.
    #[must_use]
    pub fn context(&self) -> Value {
        let chip = self.chip();
        let flash = self.flash();
        let hex = |address: u32| format!("{address:#010x}");
        let size = |length: u32| match length % KIB {
            0 => format!("{}K", length / KIB),
            _ => format!("{length:#x}"),
        };
        let mut context = json!({
            "id": self.id,
            "title": self.title,
            "chip": chip.name,
            "family": chip.family,
            "hal": self.family_row().hal,
            "target": self.target(),
            "flash_origin": hex(flash.origin),
            "flash_length": size(flash.length),
            "ram_origin": hex(chip.ram.origin),
            "ram_length": size(chip.ram.length),
            "flasher": self.flasher.program,
            "install": self.flasher.install,
            "manual": self.flasher.manual,
            "runner": self.runner(),
            "connect": self.connect,
            "expect": self.expect,
            "has_button": self.button.is_some(),
            "has_matrix": matches!(self.light, Light::Matrix { .. }),
            "has_log": self.log != Log::None,
        });
        let mut set = |key: &str, value: &str| context[key] = json!(value);
        match &self.light {
            Light::Pin { pin, lit } => {
                set("led_pin", pin);
                set("led_lit", lit.name());
                set("led_dark", lit.opposite().name());
            }
            Light::Matrix { rows, columns } => {
                for place in 0..5 {
                    set(&format!("row_{}", place + 1), rows[place]);
                    set(&format!("column_{}", place + 1), columns[place]);
                }
            }
        }
        if let Some(button) = &self.button {
            set("button_label", button.label);
            set("button_pin", button.pin);
            set("button_pressed", button.pressed.name());
            set("button_pull", button.pressed.opposite().pull());
            set("button_interrupt", button.interrupt);
            set("button_line", button.line);
        }
        context
    }

    fn family_row(&self) -> &'static Family {
        chips::family(self.family()).expect("a chip's family is in the catalogue")
    }
}

/// The board of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Board> {
    BOARDS.iter().find(|board| board.id == id)
}

#[cfg(test)]
mod tests {
    use super::{BOARDS, Light, find};
    use crate::catalog::chips::CHIPS;

    #[test]
    fn names_are_unique_and_chips_known() {
        for board in BOARDS {
            assert!(std::ptr::eq(find(board.id).expect("known"), board));
            assert!(board.chip().name == board.chip);
            assert!(board.context().is_object());
        }
        for chip in CHIPS {
            let carried = BOARDS.iter().any(|board| board.chip == chip.name);
            assert!(carried, "no board carries `{}`", chip.name);
        }
    }

    #[test]
    fn a_pin_has_one_use() {
        for board in BOARDS {
            let mut pins: Vec<&str> = match &board.light {
                Light::Pin { pin, .. } => vec![pin],
                Light::Matrix { rows, columns } => [&rows[..], &columns[..]].concat(),
            };
            pins.extend(board.button.iter().map(|button| button.pin));
            let all = pins.len();
            pins.sort_unstable();
            pins.dedup();
            assert_eq!(pins.len(), all, "{}", board.id);
        }
    }

    #[test]
    fn flash_is_no_larger_than_its_window() {
        for board in BOARDS {
            let size = board.flash.unwrap_or(0);
            assert!(size <= board.chip().flash.length, "{}", board.id);
        }
    }
}
