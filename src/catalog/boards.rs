//! The boards: which chip, what is on its pins, and how a program gets onto it.
//!
//! Each row says where its facts are from. No board was at hand: what is generated for them is
//! linked, its image examined and, where its core can be emulated, booted; not more than that is
//! claimed.

use std::iter;

use serde_json::{Map, Value, json};

use super::chips::{self, Bank, Chip, Class, Console, Family, KIB, Region, Share, Uart};
use super::ethernet;
use super::kinds::Part;
use super::usb;
use super::ways::Way;
use crate::tree::CUSTOM;

/// The oldest Rust for firmware: the release that projects pin, which is the one they are checked with.
pub const RUST_VERSION: &str = "1.95";

/// A pin's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Near ground.
    Low,
    /// Near the supply.
    High,
}

/// What a board has to blink with.
#[derive(Clone, Debug)]
pub enum Light {
    /// A diode on a pin.
    Pin {
        /// The pin, as the hardware abstraction layer calls it.
        pin: &'static str,
        /// The level that lights it.
        lit: Level,
        /// What it is called, as the subject of a sentence.
        label: &'static str,
    },
    /// Diodes in rows and columns, lit where a row is high and a column low.
    Matrix {
        /// The rows' pins, from the top.
        rows: &'static [&'static str],
        /// The columns' pins, from the left.
        columns: &'static [&'static str],
        /// The layer below `embassy/` that knows how they make a picture.
        layer: &'static str,
    },
    /// A diode on a pin of the wireless chip (CYW43439).
    Wireless,
    /// A diode with a controller of its own that takes its colour as a series of pulses (WS2812).
    Pixel {
        /// The pin, as the hardware abstraction layer calls it.
        pin: &'static str,
    },
    /// Nothing: what it would show is logged.
    None,
}

/// A button whose pin can raise an interrupt.
#[derive(Clone, Debug)]
pub struct Button {
    /// What is printed beside it.
    pub label: &'static str,
    /// The pin, as the hardware abstraction layer calls it.
    pub pin: &'static str,
    /// The pin's level while it is pressed.
    pub pressed: Level,
}

/// A clock from outside the chip, at the pins of its high-speed oscillator (STM32's HSE).
#[derive(Clone, Copy, Debug)]
pub struct Crystal {
    /// Its frequency.
    pub hertz: u32,
    /// Whether it is a signal, of the probe or of an oscillator, and not a crystal on two pins.
    pub bypass: bool,
}

/// Where a board's serial port is to be reached.
#[derive(Clone, Copy, Debug)]
pub enum Port {
    /// At a USB socket, behind the probe or a bridge.
    Socket(Console),
    /// At pins to which an adapter can be wired; of a board without a row those that are usual for its chip.
    Pins(Console),
}

impl Port {
    /// The peripheral and its pins.
    #[must_use]
    pub const fn console(self) -> Console {
        match self {
            Self::Socket(console) | Self::Pins(console) => console,
        }
    }
}

/// What lies in flash before the program and starts it.
#[derive(Clone, Debug)]
pub struct Loader {
    /// What it is called.
    pub name: &'static str,
    /// How far from the start of flash programs begin, in bytes.
    pub start: u32,
    /// How far from the start of flash they have to end, in bytes.
    pub end: u32,
    /// Bytes of RAM before the program's, which it keeps.
    pub ram: u32,
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
    /// The value of `--flasher`.
    pub id: &'static str,
    /// Its command, which `doctor` looks for.
    pub program: &'static str,
    /// What it is, in a line.
    pub what: &'static str,
    /// What `cargo run` starts, the image's path coming last; `{chip}` is what the tool calls the chip.
    pub runner: &'static str,
    /// The command that installs it.
    pub install: &'static str,
    /// Where its authors say how else to install it, and what the system has to allow.
    pub manual: &'static str,
    /// How a board is made ready for it, in whole sentences; a board with a row says more.
    pub connect: &'static str,
    /// Its layer below `embassy/`: how to use it, for the project's README.
    pub layer: &'static str,
    /// How a program's messages get out that way.
    pub log: Log,
    /// What to type after `cd`, to see the program run.
    pub try_it: &'static [&'static str],
}

/// A board.
#[derive(Clone, Debug)]
pub struct Board {
    /// The value of `--board`.
    pub id: &'static str,
    /// What its maker calls it; nothing for a board without a row.
    pub title: &'static str,
    /// Its chip's name.
    pub chip: &'static str,
    /// How much flash there is, where the chip has none of its own.
    pub flash: Option<u32>,
    /// Flash in one part or in two, where that was chosen.
    pub bank: Option<Bank>,
    /// What starts the program, where it is not the chip.
    pub loader: Option<Loader>,
    /// What to blink with.
    pub light: Light,
    /// The button, where there is one on a pin.
    pub button: Option<Button>,
    /// The serial port for a console.
    pub console: Option<Port>,
    /// The clock that comes from outside, where a source says so.
    pub crystal: Option<Crystal>,
    /// What puts an image onto it.
    pub flasher: &'static Flasher,
    /// How to make it ready for that, in whole sentences.
    pub connect: &'static str,
    /// Where these facts are from.
    pub source: &'static str,
}

/// Every one.
pub static FLASHERS: [&Flasher; 8] = [
    &PROBE_RS, &CUBE, &ELF2UF2, &PICOTOOL, &DFU, &UF2, &NRFDFU, &ESPFLASH,
];

/// The one for whatever a probe can be wired to.
pub static PROBE_RS: Flasher = Flasher {
    id: "probe-rs",
    program: "probe-rs",
    what: "a probe: what the program logs is seen, and tests run on the chip",
    runner: "probe-rs run --chip {chip}",
    install: "cargo install probe-rs-tools --locked",
    manual: "https://probe.rs/docs/getting-started/installation/",
    connect: WIRED,
    layer: "_probe-rs",
    log: Log::Rtt,
    try_it: &[
        "cargo install probe-rs-tools --locked",
        "cargo run --release",
    ],
};

// For the few chips that probe-rs does not know.
static CUBE: Flasher = Flasher {
    id: "cube-programmer",
    program: "STM32_Programmer_CLI",
    what: "STM32CubeProgrammer, for chips that probe-rs does not know",
    runner: "STM32_Programmer_CLI --connect port=SWD mode=UR --write",
    install: "https://www.st.com/en/development-tools/stm32cubeprog.html",
    manual: "https://www.st.com/en/development-tools/stm32cubeprog.html",
    connect: WIRED,
    layer: "_cube",
    log: Log::Rtt,
    try_it: &["cargo run --release"],
};

static ELF2UF2: Flasher = Flasher {
    id: "elf2uf2-rs",
    program: "elf2uf2-rs",
    what: "the boot ROM of an RP2040, by USB",
    runner: "elf2uf2-rs --deploy",
    install: "cargo install elf2uf2-rs --locked --no-default-features",
    manual: "https://github.com/JoNil/elf2uf2-rs",
    connect: BOOTSEL,
    layer: "_elf2uf2",
    log: Log::None,
    try_it: &[
        "cargo install elf2uf2-rs --locked --no-default-features",
        "cargo run --release",
    ],
};

static PICOTOOL: Flasher = Flasher {
    id: "picotool",
    program: "picotool",
    what: "the boot ROM of an RP2350, by USB",
    runner: "picotool load -u -v -x -t elf",
    install: "brew install picotool",
    manual: "https://github.com/raspberrypi/picotool",
    connect: BOOTSEL_2,
    layer: "_picotool",
    log: Log::None,
    try_it: &["brew install picotool", "cargo run --release"],
};

// It takes a plain image, and a place: the layer's script makes the one and names the other.
static DFU: Flasher = Flasher {
    id: "dfu-util",
    program: "dfu-util",
    what: "the boot ROM of an STM32, by USB",
    runner: "./flash.sh",
    install: "apt-get install dfu-util",
    manual: "https://dfu-util.sourceforge.net/",
    connect: BOOT0,
    layer: "_dfu",
    log: Log::None,
    try_it: &[
        "cargo install cargo-binutils --locked",
        "rustup component add llvm-tools",
        "cargo run --release",
    ],
};

// It writes to whatever shows itself as a drive with `INFO_UF2.TXT`; the number is that of the nRF52840 (the
// list of families of microsoft/uf2), which makes the bootloader take the file.
static UF2: Flasher = Flasher {
    id: "elf2flash",
    program: "elf2flash",
    what: "a bootloader that shows up as a drive",
    runner: "elf2flash deploy --family 0xada52840",
    install: "cargo install elf2flash --locked",
    manual: "https://docs.rs/crate/elf2flash",
    connect: "Press its reset button twice, quickly: a drive appears.",
    layer: "_uf2",
    log: Log::None,
    try_it: &["cargo install elf2flash --locked", "cargo run --release"],
};

static NRFDFU: Flasher = Flasher {
    id: "nrfdfu",
    program: "nrfdfu",
    what: "the USB bootloader of the nRF5 SDK",
    runner: "nrfdfu",
    install: "cargo install nrfdfu --locked",
    manual: "https://github.com/knurling-rs/nrfdfu-rs",
    connect: "Plug it in and start its bootloader, on most boards by the reset button.",
    layer: "_nrfdfu",
    log: Log::None,
    try_it: &["cargo install nrfdfu --locked", "cargo run --release"],
};

/// How espflash is told to read numbers for text.
const DEFMT_FORMAT: &str = " --log-format defmt";

static ESPFLASH: Flasher = Flasher {
    id: "espflash",
    program: "espflash",
    what: "the boot ROM of an ESP, by USB",
    runner: "espflash flash --monitor --chip {chip} --log-format defmt",
    install: "cargo install espflash --locked",
    manual: "https://github.com/esp-rs/espflash",
    connect: PLUG,
    layer: "_espflash",
    log: Log::Own,
    try_it: &["cargo install espflash --locked", "cargo run --release"],
};

const STLINK: &str = "Plug in its USB socket, that of the ST-LINK.";
const JLINK: &str =
    "Plug in the USB socket of its J-Link, and switch the board on where it has a switch.";
const PLUG: &str = "Plug it in.";
const WIRED: &str =
    "Wire a probe to it: SWDIO, SWCLK and ground (an ST-LINK, a CMSIS-DAP probe, a J-Link).";
const BOOTSEL: &str = "Hold BOOTSEL while you plug it in: a drive called RPI-RP2 appears.";
const BOOT0: &str = "Plug it in, hold BOOT0, press and release NRST, and release BOOT0.";
const BOOTSEL_2: &str = "Hold BOOTSEL while you plug it in: a drive called RP2350 appears.";

/// Every board, by family.
pub static BOARDS: &[Board] = &[
    Board {
        id: "pico",
        title: "Raspberry Pi Pico",
        chip: "rp2040",
        flash: Some(2048 * KIB),
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PIN_25",
            lit: Level::High,
            label: "the green LED beside the USB socket",
        },
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "PIN_0",
            rx: "PIN_1",
        })),
        crystal: None,
        flasher: &ELF2UF2,
        connect: BOOTSEL,
        source: "pico-sdk src/boards/include/boards/pico.h (LED 25, 2 MiB); zephyr boards/raspberrypi/rpi_pico/rpi_pico-pinctrl.dtsi@6582d22 (uart0 on 0 and 1)",
    },
    Board {
        id: "pico2",
        title: "Raspberry Pi Pico 2",
        chip: "rp235xa",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PIN_25",
            lit: Level::High,
            label: "the green LED beside the USB socket",
        },
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "PIN_0",
            rx: "PIN_1",
        })),
        crystal: None,
        flasher: &PICOTOOL,
        connect: BOOTSEL_2,
        source: "pico-sdk src/boards/include/boards/pico2.h (LED 25, 4 MiB, RP2350A); pico2.h also has PICO_DEFAULT_UART_TX_PIN 0, RX 1",
    },
    Board {
        id: "pico-w",
        title: "Raspberry Pi Pico W",
        chip: "rp2040",
        flash: Some(2048 * KIB),
        bank: None,
        loader: None,
        light: Light::Wireless,
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "PIN_0",
            rx: "PIN_1",
        })),
        crystal: None,
        flasher: &ELF2UF2,
        connect: BOOTSEL,
        source: "pico-sdk src/boards/include/boards/pico_w.h (CYW43_WL_GPIO_LED_PIN 0, WL_REG_ON 23, DATA 24, CS 25, CLOCK 29, 2 MiB); as the Pico: zephyr boards/raspberrypi/rpi_pico/rpi_pico-pinctrl.dtsi@6582d22 (uart0 on 0 and 1)",
    },
    Board {
        id: "pico2-w",
        title: "Raspberry Pi Pico 2 W",
        chip: "rp235xa",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::Wireless,
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "PIN_0",
            rx: "PIN_1",
        })),
        crystal: None,
        flasher: &PICOTOOL,
        connect: BOOTSEL_2,
        source: "pico-sdk src/boards/include/boards/pico2_w.h (same cyw43 pins, 4 MiB, RP2350A); pico2_w.h also has PICO_DEFAULT_UART_TX_PIN 0, RX 1",
    },
    Board {
        id: "xiao-rp2040",
        title: "Seeed Studio XIAO RP2040",
        chip: "rp2040",
        flash: Some(2048 * KIB),
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PIN_25",
            lit: Level::Low,
            label: "the blue LED",
        },
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "PIN_0",
            rx: "PIN_1",
        })),
        crystal: None,
        flasher: &ELF2UF2,
        connect: "Hold B while you plug it in: a drive called RPI-RP2 appears.",
        source: "pico-sdk src/boards/include/boards/seeed_xiao_rp2040.h (LED 25 inverted, 2 MiB, XOSC delay multiplier 64); zephyr boards/seeed/xiao_rp2040/xiao_rp2040-pinctrl.dtsi@33377f8 (uart0 on 0 and 1)",
    },
    Board {
        id: "nrf52840-dk",
        title: "nRF52840 DK",
        chip: "nrf52840",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "P0_13",
            lit: Level::Low,
            label: "LED 1",
        },
        button: Some(Button {
            label: "Button 1",
            pin: "P0_11",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UARTE0",
            tx: "P0_06",
            rx: "P0_08",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: JLINK,
        source: "zephyr boards/nordic/nrf52840dk/nrf52840dk_nrf52840.dts, -pinctrl.dtsi",
    },
    Board {
        id: "nrf52-dk",
        title: "nRF52 DK",
        chip: "nrf52832_xxaa",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "P0_17",
            lit: Level::Low,
            label: "LED 1",
        },
        button: Some(Button {
            label: "Button 1",
            pin: "P0_13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UARTE0",
            tx: "P0_06",
            rx: "P0_08",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: JLINK,
        source: "zephyr boards/nordic/nrf52dk/nrf52dk_nrf52832.dts, -pinctrl.dtsi",
    },
    Board {
        id: "nrf52840-dongle",
        title: "nRF52840 Dongle",
        chip: "nrf52840",
        flash: None,
        bank: None,
        loader: Some(Loader {
            name: "the USB bootloader of the nRF5 SDK",
            start: 0x1000,
            end: 0xE_0000,
            ram: 8,
        }),
        light: Light::Pin {
            pin: "P0_06",
            lit: Level::Low,
            label: "LED 1",
        },
        button: Some(Button {
            label: "the button SW1",
            pin: "P1_06",
            pressed: Level::Low,
        }),
        console: Some(Port::Pins(Console {
            uart: "UARTE0",
            tx: "P0_20",
            rx: "P0_24",
        })),
        crystal: None,
        flasher: &NRFDFU,
        connect: "Plug it in and press its reset button: the red LED begins to pulse.",
        source: "zephyr boards/nordic/nrf52840dongle/nrf52840dongle_nrf52840.dts, doc (LED0 green P0.6, 'does not have an on-board J-Link'), fstab-stock.dtsi; zephyr boards/nordic/nrf52840dongle/nrf52840dongle_nrf52840-pinctrl.dtsi@350d6ed (uart0 on 0.20 and 0.24)",
    },
    Board {
        id: "nrf5340-dk",
        title: "nRF5340 DK",
        chip: "nrf5340-app-s",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "P0_28",
            lit: Level::Low,
            label: "LED 1",
        },
        button: Some(Button {
            label: "Button 1",
            pin: "P0_23",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "SERIAL0",
            tx: "P0_20",
            rx: "P0_22",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: JLINK,
        source: "zephyr boards/nordic/nrf5340dk/nrf5340dk_common.dtsi, nrf5340_cpuapp_common-pinctrl.dtsi, doc 'Segger IC'",
    },
    Board {
        id: "nrf54l15-dk",
        title: "nRF54L15 DK",
        chip: "nrf54l15-app-s",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "P2_09",
            lit: Level::High,
            label: "LED 0",
        },
        button: Some(Button {
            label: "Button 0",
            pin: "P1_13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "SERIAL20",
            tx: "P1_04",
            rx: "P1_05",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: JLINK,
        source: "zephyr boards/nordic/nrf54l15dk/nrf54l15dk_common.dtsi, -pinctrl.dtsi, doc/index.rst (the IMCU's USB port, nordic_segger)",
    },
    Board {
        id: "nrf9160-dk",
        title: "nRF9160 DK",
        chip: "nrf9160-s",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "P0_02",
            lit: Level::High,
            label: "LED 1",
        },
        button: Some(Button {
            label: "Button 1",
            pin: "P0_06",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "SERIAL0",
            tx: "P0_29",
            rx: "P0_28",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: JLINK,
        source: "zephyr boards/nordic/nrf9160dk/nrf9160dk_nrf9160_common.dtsi (led flags 0 = active high), doc/index.rst (Segger IC)",
    },
    Board {
        id: "microbit-v1",
        title: "BBC micro:bit v1",
        chip: "nrf51_xxaa",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Matrix {
            rows: &["P0_13", "P0_14", "P0_15"],
            columns: &[
                "P0_04", "P0_05", "P0_06", "P0_07", "P0_08", "P0_09", "P0_10", "P0_11", "P0_12",
            ],
            layer: "_matrix-nrf51",
        },
        button: Some(Button {
            label: "button A",
            pin: "P0_17",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UART0",
            tx: "P0_24",
            rx: "P0_25",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: PLUG,
        source: "zephyr boards/bbc/microbit/bbc_microbit.dts, -pinctrl.dtsi, board.cmake (DAPLink, cmsis-dap)",
    },
    Board {
        id: "microbit-v2",
        title: "BBC micro:bit v2",
        chip: "nrf52833",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Matrix {
            rows: &["P0_21", "P0_22", "P0_15", "P0_24", "P0_19"],
            columns: &["P0_28", "P0_11", "P0_31", "P1_05", "P0_30"],
            layer: "_matrix-nrf",
        },
        button: Some(Button {
            label: "button A",
            pin: "P0_14",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UARTE0",
            tx: "P0_06",
            rx: "P1_08",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: PLUG,
        source: "zephyr boards/bbc/microbit_v2/bbc_microbit_v2.dts, -pinctrl.dtsi",
    },
    Board {
        id: "feather-nrf52840",
        title: "Adafruit Feather nRF52840 Express",
        chip: "nrf52840",
        flash: None,
        bank: None,
        loader: Some(Loader {
            name: "the Adafruit bootloader",
            start: 0x2_6000,
            end: 0xE_C000,
            ram: 8,
        }),
        light: Light::Pin {
            pin: "P1_15",
            lit: Level::High,
            label: "the red LED",
        },
        button: Some(Button {
            label: "the button SWITCH",
            pin: "P1_02",
            pressed: Level::Low,
        }),
        console: Some(Port::Pins(Console {
            uart: "UARTE0",
            tx: "P0_25",
            rx: "P0_24",
        })),
        crystal: None,
        flasher: &UF2,
        connect: "Press its reset button twice, quickly: a drive called FTHR840BOOT appears.",
        source: "zephyr boards/adafruit/feather_nrf52840/*_common.dtsi, *_uf2.dts, doc; zephyr boards/adafruit/feather_nrf52840/adafruit_feather_nrf52840-pinctrl.dtsi@3112db6 (uart0 on 0.25 and 0.24)",
    },
    Board {
        id: "xiao-nrf52840",
        title: "Seeed Studio XIAO nRF52840",
        chip: "nrf52840",
        flash: None,
        bank: None,
        loader: Some(Loader {
            name: "the Adafruit bootloader",
            start: 0x2_7000,
            end: 0xE_C000,
            ram: 8,
        }),
        light: Light::Pin {
            pin: "P0_26",
            lit: Level::Low,
            label: "the red LED",
        },
        button: None,
        console: Some(Port::Pins(Console {
            uart: "UARTE0",
            tx: "P1_11",
            rx: "P1_12",
        })),
        crystal: None,
        flasher: &UF2,
        connect: "Press its reset button twice, quickly: a drive called XIAO-BOOT or XIAO-SENSE appears.",
        source: "zephyr boards/seeed/xiao_ble/xiao_ble_common.dtsi; zephyr boards/seeed/xiao_ble/xiao_ble-pinctrl.dtsi@1eca5fa (uart0 on 1.11 and 1.12)",
    },
    Board {
        id: "nucleo-f401re",
        title: "NUCLEO-F401RE",
        chip: "stm32f401re",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f401re",
    },
    Board {
        id: "nucleo-f411re",
        title: "NUCLEO-F411RE",
        chip: "stm32f411re",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f411re",
    },
    Board {
        id: "nucleo-f446re",
        title: "NUCLEO-F446RE",
        chip: "stm32f446re",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f446re",
    },
    Board {
        id: "nucleo-f103rb",
        title: "NUCLEO-F103RB",
        chip: "stm32f103rb",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f103rb",
    },
    Board {
        id: "nucleo-f072rb",
        title: "NUCLEO-F072RB",
        chip: "stm32f072rb",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f072rb",
    },
    Board {
        id: "nucleo-g071rb",
        title: "NUCLEO-G071RB",
        chip: "stm32g071rb",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD4)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_g071rb",
    },
    Board {
        id: "nucleo-g0b1re",
        title: "NUCLEO-G0B1RE",
        chip: "stm32g0b1re",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD4)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_g0b1re",
    },
    Board {
        id: "nucleo-g474re",
        title: "NUCLEO-G474RE",
        chip: "stm32g474re",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "LPUART1",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 24_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_g474re",
    },
    Board {
        id: "nucleo-l476rg",
        title: "NUCLEO-L476RG",
        chip: "stm32l476rg",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_l476rg",
    },
    Board {
        id: "nucleo-l073rz",
        title: "NUCLEO-L073RZ",
        chip: "stm32l073rz",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_l073rz",
    },
    Board {
        id: "nucleo-c031c6",
        title: "NUCLEO-C031C6",
        chip: "stm32c031c6",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PA5",
            lit: Level::High,
            label: "the green LED (LD4)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 48_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_c031c6",
    },
    Board {
        id: "nucleo-g031k8",
        title: "NUCLEO-G031K8",
        chip: "stm32g031k8",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PC6",
            lit: Level::High,
            label: "the green LED (LD3)",
        },
        button: None,
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_g031k8/nucleo_g031k8.dts, doc/index.rst: 'One push-button: RESET', 'UART_2 ... ST-Link Virtual Port Com', LD3 PC6, ST-LINK/V2-",
    },
    Board {
        id: "nucleo-l432kc",
        title: "NUCLEO-L432KC",
        chip: "stm32l432kc",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB3",
            lit: Level::High,
            label: "the green LED (LD3)",
        },
        button: None,
        console: Some(Port::Socket(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA15",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_l432kc",
    },
    Board {
        id: "nucleo-f429zi",
        title: "NUCLEO-F429ZI",
        chip: "stm32f429zi",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB0",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART3",
            tx: "PD8",
            rx: "PD9",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f429zi/nucleo_f429zi.dts (leds, button ACTIVE_HIGH, hse-bypass, mac, mdio, usbotg_fs)",
    },
    Board {
        id: "nucleo-f767zi",
        title: "NUCLEO-F767ZI",
        chip: "stm32f767zi",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB0",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART3",
            tx: "PD8",
            rx: "PD9",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_f767zi, doc: 'UART_3 (ST-Link Virtual Port Com)', ST-LINK/V2-1",
    },
    Board {
        id: "nucleo-h743zi2",
        title: "NUCLEO-H743ZI2",
        chip: "stm32h743zi",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB0",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART3",
            tx: "PD8",
            rx: "PD9",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_h743zi/nucleo_h743zi.dts (LD2 yellow PE1 = ZI2), doc: 'UART_3 (ST-Link Virtual Port Com)'",
    },
    Board {
        id: "nucleo-h563zi",
        title: "NUCLEO-H563ZI",
        chip: "stm32h563zi",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB0",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART3",
            tx: "PD8",
            rx: "PD9",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_h563zi/nucleo_h563zi-common.dtsi, .dts (mac, mdio), doc/index.rst: 'On-board ST-LINK/V3EC', 'UART3 (VCP)'",
    },
    Board {
        id: "nucleo-u575zi-q",
        title: "NUCLEO-U575ZI-Q",
        chip: "stm32u575zi",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PC7",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PA9",
            rx: "PA10",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_u575zi_q/nucleo_u575zi_q-common.dtsi (LD1 green PC7, LD2 blue PB7 = led0, LD3 red PG2), doc: 'On-board ST-LINK/V3E'",
    },
    Board {
        id: "nucleo-l552ze-q",
        title: "NUCLEO-L552ZE-Q",
        chip: "stm32l552ze",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PC7",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PC13",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "LPUART1",
            tx: "PG7",
            rx: "PG8",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_l552ze_q/nucleo_l552ze_q-common.dtsi, .dts (console lpuart1), doc: ST-LINK/V2-1, 'USB OTG full speed or device only'",
    },
    Board {
        id: "p-nucleo-wb55",
        title: "P-NUCLEO-WB55",
        chip: "stm32wb55rg",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB5",
            lit: Level::High,
            label: "the blue LED (LED1)",
        },
        button: Some(Button {
            label: "the button SW1",
            pin: "PC4",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PB6",
            rx: "PB7",
        })),
        crystal: Some(Crystal {
            hertz: 32_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_wb55rg/nucleo_wb55rg.dts (GPIO_PULL_UP), doc: 'On-board ST-LINK/V2-1', 'USB user with Micro-B'",
    },
    Board {
        id: "nucleo-wl55jc",
        title: "NUCLEO-WL55JC",
        chip: "stm32wl55jc-cm4",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB15",
            lit: Level::High,
            label: "the blue LED (LED1)",
        },
        button: Some(Button {
            label: "the button B1",
            pin: "PA0",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "LPUART1",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 32_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_wl55jc/nucleo_wl55jc.dts (GPIO_PULL_UP), doc: 'On-board STLINK-V3', 'LPUART_1 (ST-Link Virtual Port Com)', 32 MHz HSE on-board",
    },
    Board {
        id: "nucleo-wba55cg",
        title: "NUCLEO-WBA55CG",
        chip: "stm32wba55cg",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB4",
            lit: Level::Low,
            label: "the blue LED (LD1)",
        },
        button: Some(Button {
            label: "the button B1",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PB12",
            rx: "PA8",
        })),
        crystal: Some(Crystal {
            hertz: 32_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/nucleo_wba55cg/nucleo_wba55cg.dts: leds GPIO_ACTIVE_LOW, buttons ACTIVE_LOW|PULL_UP (PR #72795 'tested on real board')",
    },
    Board {
        id: "stm32f4discovery",
        title: "STM32F4DISCOVERY",
        chip: "stm32f407vg",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PD12",
            lit: Level::High,
            label: "the green LED (LD4)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PA0",
            pressed: Level::High,
        }),
        console: Some(Port::Pins(Console {
            uart: "USART2",
            tx: "PA2",
            rx: "PA3",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/stm32f4_disco/stm32f4_disco.dts, doc: 'ST-Link Virtual Com Port is not wired to chip serial port', ST-LINK/V2; zephyr boards/st/stm32f4_disco/stm32f4_disco.dts@07aa00b (console usart2 on PA2 and PA3)",
    },
    Board {
        id: "stm32f3discovery",
        title: "STM32F3DISCOVERY",
        chip: "stm32f303vc",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PE15",
            lit: Level::High,
            label: "the green LED (LD6)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PA0",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PC4",
            rx: "PC5",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: true,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/stm32f3_disco/stm32f3_disco.dts, doc: VCP only on PCB version C and newer, '8 MHz MCO from the ST Link'",
    },
    Board {
        id: "b-l475e-iot01a",
        title: "B-L475E-IOT01A",
        chip: "stm32l475vg",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PB14",
            lit: Level::High,
            label: "the green LED (LD2)",
        },
        button: Some(Button {
            label: "the blue button (B2)",
            pin: "PC13",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PB6",
            rx: "PB7",
        })),
        crystal: None,
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/disco_l475_iot1/disco_l475_iot1.dts (led0 = LD2)",
    },
    Board {
        id: "stm32f746g-disco",
        title: "STM32F746G-DISCO",
        chip: "stm32f746ng",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PI1",
            lit: Level::High,
            label: "the green LED (LD1)",
        },
        button: Some(Button {
            label: "the blue button (B1)",
            pin: "PI11",
            pressed: Level::High,
        }),
        console: Some(Port::Socket(Console {
            uart: "USART1",
            tx: "PA9",
            rx: "PB7",
        })),
        crystal: Some(Crystal {
            hertz: 25_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: STLINK,
        source: "zephyr boards/st/stm32f746g_disco/stm32f746g_disco.dts, doc: 'UART_1 (ST-Link Virtual Port Com)', on-board ST-LINK/V2-1",
    },
    Board {
        id: "bluepill-f103",
        title: "Blue Pill",
        chip: "stm32f103c8",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PC13",
            lit: Level::Low,
            label: "the LED on PC13",
        },
        button: None,
        console: Some(Port::Pins(Console {
            uart: "USART1",
            tx: "PA9",
            rx: "PA10",
        })),
        crystal: Some(Crystal {
            hertz: 8_000_000,
            bypass: false,
        }),
        flasher: &PROBE_RS,
        connect: WIRED,
        source: "zephyr boards/others/stm32_min_dev/stm32_min_dev_stm32f103xb_blue.overlay (gpioc 13 ACTIVE_LOW), stm32_min_dev_common.dtsi (clk_hse 8 MHz, usb); zephyr boards/others/stm32_min_dev/stm32_min_dev_common.dtsi@22f7785 (console usart1 on PA9 and PA10)",
    },
    Board {
        id: "blackpill-f411",
        title: "WeAct Black Pill F411",
        chip: "stm32f411ce",
        flash: None,
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "PC13",
            lit: Level::Low,
            label: "the blue LED",
        },
        button: Some(Button {
            label: "the button KEY",
            pin: "PA0",
            pressed: Level::Low,
        }),
        console: Some(Port::Pins(Console {
            uart: "USART1",
            tx: "PA9",
            rx: "PA10",
        })),
        crystal: Some(Crystal {
            hertz: 25_000_000,
            bypass: false,
        }),
        flasher: &DFU,
        connect: BOOT0,
        source: "zephyr boards/weact/blackpill_f411ce/blackpill_f411ce.dts (ACTIVE_LOW led, KEY PULL_UP, hse 25 MHz, usbotg_fs); zephyr boards/weact/blackpill_f411ce/blackpill_f411ce.dts@06758ff (console usart1 on PA9 and PA10)",
    },
    Board {
        id: "esp32c3-devkitm-1",
        title: "ESP32-C3-DevKitM-1",
        chip: "esp32c3",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::Pixel { pin: "GPIO8" },
        button: Some(Button {
            label: "the button BOOT",
            pin: "GPIO9",
            pressed: Level::Low,
        }),
        // The one socket is that of UART0, and messages take it.
        console: None,
        crystal: None,
        flasher: &ESPFLASH,
        connect: PLUG,
        source: "esp-dev-kits docs/en/esp32c3/esp32-c3-devkitm-1/user_guide.rst: one Micro-USB port behind a USB-to-UART bridge, RGB LED GPIO8, 4 MB in package, U0TXD GPIO21, U0RXD GPIO20",
    },
    Board {
        id: "esp32c6-devkitc-1",
        title: "ESP32-C6-DevKitC-1",
        chip: "esp32c6",
        flash: Some(8192 * KIB),
        bank: None,
        loader: None,
        light: Light::Pixel { pin: "GPIO8" },
        button: Some(Button {
            label: "the button BOOT",
            pin: "GPIO9",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UART0",
            tx: "GPIO16",
            rx: "GPIO17",
        })),
        crystal: None,
        flasher: &ESPFLASH,
        connect: "Plug in the USB socket of the chip itself, not that of the bridge.",
        source: "esp-dev-kits docs/en/esp32c6/esp32-c6-devkitc-1/user_guide.rst: second USB-C port on the chip, bridge port, RGB LED GPIO8, 8 MB",
    },
    Board {
        id: "esp32h2-devkitm-1",
        title: "ESP32-H2-DevKitM-1",
        chip: "esp32h2",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::Pixel { pin: "GPIO8" },
        button: Some(Button {
            label: "the button BOOT",
            pin: "GPIO9",
            pressed: Level::Low,
        }),
        console: Some(Port::Socket(Console {
            uart: "UART0",
            tx: "GPIO24",
            rx: "GPIO23",
        })),
        crystal: None,
        flasher: &ESPFLASH,
        connect: "Plug in the USB socket of the chip itself, not that of the bridge.",
        source: "esp-dev-kits docs/en/esp32h2/esp32-h2-devkitm-1/user_guide.rst: second USB-C port on the chip, bridge port, RGB LED GPIO8, 4 MB",
    },
    Board {
        id: "xiao-esp32c3",
        title: "Seeed Studio XIAO ESP32C3",
        chip: "esp32c3",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::None,
        button: Some(Button {
            label: "the button BOOT (B)",
            pin: "GPIO9",
            pressed: Level::Low,
        }),
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "GPIO21",
            rx: "GPIO20",
        })),
        crystal: None,
        flasher: &ESPFLASH,
        connect: PLUG,
        source: "zephyr boards/seeed/xiao_esp32c3/xiao_esp32c3.dts (console usb_serial, no leds), doc: 4MB flash, 'USB-C port for programming and debugging'; zephyr boards/seeed/xiao_esp32c3/xiao_esp32c3-pinctrl.dtsi@307f6f1 (uart0 on 21 and 20)",
    },
    Board {
        id: "xiao-esp32c6",
        title: "Seeed Studio XIAO ESP32C6",
        chip: "esp32c6",
        flash: Some(4096 * KIB),
        bank: None,
        loader: None,
        light: Light::Pin {
            pin: "GPIO15",
            lit: Level::Low,
            label: "the yellow LED",
        },
        button: Some(Button {
            label: "the button BOOT (B)",
            pin: "GPIO9",
            pressed: Level::Low,
        }),
        console: Some(Port::Pins(Console {
            uart: "UART0",
            tx: "GPIO16",
            rx: "GPIO17",
        })),
        crystal: None,
        flasher: &ESPFLASH,
        connect: PLUG,
        source: "ariel-os boards/seeedstudio-xiao-esp32c6.yaml (GPIO15 yellow active low, BOOT GPIO9 low); zephyr boards/seeed/xiao_esp32c6/xiao_esp32c6-pinctrl.dtsi@1fce034 (uart0 on 16 and 17)",
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

/// To be heeded where a pin is not free.
fn lost_debugger(pin: &str) -> String {
    format!(
        "{pin} is one of the debugger's two wires (SWD): once the program runs, a probe reaches the chip only while its reset is held."
    )
}

const OVERWRITES: &str =
    "The image starts at address 0: it overwrites a SoftDevice or a bootloader that lies there.";
/// What puts an image onto a chip whose board has no row.
#[must_use]
pub fn flasher_of(chip: &Chip) -> &'static Flasher {
    match (chip.family, chip.probe_name) {
        ("esp", _) => &ESPFLASH,
        (_, Some(_)) => &PROBE_RS,
        (_, None) => &CUBE,
    }
}

/// The flasher of that id.
#[must_use]
pub fn flasher(id: &str) -> Option<&'static Flasher> {
    FLASHERS.into_iter().find(|flasher| flasher.id == id)
}

/// A board with a row whose program lies at the same place of the same chip, and is put there without a probe:
/// what does so there does so on a board of one's own. Of the chips of one RP series all have the same boot ROM.
#[must_use]
pub fn alike(chip: &Chip, start: Option<u32>) -> Option<&'static Board> {
    BOARDS.iter().find(|board| {
        let same =
            board.chip == chip.name || chip.family == "rp" && board.chip().series == chip.series;
        let place = board.loader.as_ref().map(|loader| loader.start);
        same && place == start && board.flasher.id != flasher_of(chip).id
    })
}

/// Crystals that a board without a row can be told to have: what ST's own boards carry, and what others
/// often do; in hertz.
pub static CRYSTALS: [(&str, u32); 10] = [
    ("4mhz", 4_000_000),
    ("8mhz", 8_000_000),
    ("12mhz", 12_000_000),
    ("16mhz", 16_000_000),
    ("20mhz", 20_000_000),
    ("24mhz", 24_000_000),
    ("25mhz", 25_000_000),
    ("26mhz", 26_000_000),
    ("32mhz", 32_000_000),
    ("48mhz", 48_000_000),
];

/// The crystal of that name.
#[must_use]
pub fn crystal(name: &str) -> Option<Crystal> {
    let row = CRYSTALS.iter().find(|(each, _)| *each == name);
    row.map(|&(_, hertz)| Crystal {
        hertz,
        bypass: false,
    })
}

/// Memory that can stand beside an RP chip, which has none of its own; in bytes. Its window is 16 MiB.
pub static FLASH_SIZES: [(&str, u32); 4] = [
    ("2m", 2048 * KIB),
    ("4m", 4096 * KIB),
    ("8m", 8192 * KIB),
    ("16m", 16 * 1024 * KIB),
];

/// How far behind the start of flash programs can begin, where a bootloader comes first; in bytes. 152K and
/// 156K are those of boards with Nordic's `SoftDevice` (0x26000 and 0x27000), 4K its master boot record's.
pub static STARTS: [(&str, u32); 9] = [
    ("2k", 2 * KIB),
    ("4k", 4 * KIB),
    ("8k", 8 * KIB),
    ("16k", 16 * KIB),
    ("32k", 32 * KIB),
    ("64k", 64 * KIB),
    ("128k", 128 * KIB),
    ("152k", 152 * KIB),
    ("156k", 156 * KIB),
];

/// What the word of such a list stands for.
#[must_use]
pub fn bytes(sizes: &[(&str, u32)], word: &str) -> Option<u32> {
    let row = sizes.iter().find(|(each, _)| *each == word);
    row.map(|&(_, bytes)| bytes)
}

/// To be heeded where flash can be one part or two.
const BANKS: &str = "How flash is divided is said by the chip's option bytes, not by the program: check them with your flasher before you rely on its second half.";

/// To be heeded where the radio chip is a CYW43439: from the README of cyw43-firmware 0.1.0.
const RADIO: &str = "The radio chip's firmware, which the crate `cyw43-firmware` carries, is not free software: of its two licences one allows it solely with chips made by Raspberry Pi, as this one, the other solely without commercial purpose.";
const CORES: &str = "Both cores see every peripheral, and the compiler cannot know what the other program uses: share them out yourself. The second core's pins raise no interrupts: the hardware abstraction layer sets those up for the first alone.";
const SUPPLY: &str = "These chips have a voltage converter and a regulator: `config.rcc.supply_config` has to name what the board is wired for, else the chip hangs until it is without power. The default is the regulator (LDO); ST's Nucleo boards want `SupplyConfig::DirectSMPS`.";
const CACHE: &str = "The Cortex-M7's data cache is off, as after a reset. Before you switch it on, have its memory protection unit exempt the memory that both cores share.";
const REGULATOR: &str = "Boards that feed the core from a regulator of their own, as the STM32N6570-DK does, need `config.rcc.supply_config` set in `src/board/clock.rs`.";

/// What memory beside an RP chip has at least, on the boards here that have one: a Pico's.
const LEAST_BESIDE: u32 = 2048 * KIB;
const BESIDE: &str = "Flash is a chip of its own beside this one: `memory.x` takes 2 MiB for it, as a Pico has. Write there what your board has.";

/// What is to be seen of a program on a board without an LED.
const LOGGED: &str = "What an LED would show is logged.";

impl Crystal {
    /// What templates may name of it.
    fn context(self, chip: &Chip) -> Map<String, Value> {
        let megahertz = self.hertz / 1_000_000;
        let mut context = Map::new();
        let mut set = |key: &str, value: String| context.insert(key.to_owned(), json!(value));
        set("hse_hertz", grouped(self.hertz));
        set("hse_mode", self.mode(chip).to_owned());
        set("hse_megahertz", megahertz.to_string());
        set("hse_halves", (megahertz / 2).to_string());
        set("hse_fours", (megahertz / 4).to_string());
        set("hse_to_96", (96 / megahertz).to_string());
        context
    }

    /// How it is taken: the H5 tells a signal with full swing from others.
    fn mode(self, chip: &Chip) -> &'static str {
        match (self.bypass, chip.series) {
            (false, _) => "Oscillator",
            (true, "stm32h5") => "BypassDigital",
            (true, _) => "Bypass",
        }
    }
}

impl Light {
    /// What it is called, as the subject of a sentence.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pin { label, .. } => label,
            Self::Wireless => "the LED beside the USB socket",
            Self::Pixel { .. } => "the RGB LED",
            Self::Matrix { .. } => "the light",
            Self::None => "the light, which is logged,",
        }
    }
}

impl Board {
    /// A board without a row: a chip, and what is said to be on its pins.
    #[must_use]
    pub fn custom(chip: &'static Chip, light: Light, button: Option<Button>) -> Self {
        let flasher = flasher_of(chip);
        Self {
            id: CUSTOM,
            bank: None,
            title: "",
            chip: chip.name,
            // An RP chip has none of its own: what is beside it, nobody says.
            flash: (chip.family == "rp").then_some(LEAST_BESIDE),
            loader: None,
            light,
            button,
            console: chip.console.map(Port::Pins),
            crystal: None,
            flasher,
            connect: flasher.connect,
            source: "",
        }
    }

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

    /// What decides the hardware, in a word or three.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        if self.id == CUSTOM {
            self.chip
        } else {
            self.id
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        if self.title.is_empty() {
            return format!("{} on a board of your own", self.chip.to_uppercase());
        }
        self.title.to_owned()
    }

    /// The same with its flash in one part or in two, where that can be chosen and was.
    #[must_use]
    pub fn with_banks(self, banks: Option<&str>) -> Self {
        let bank = match banks {
            Some("single") => Some(Bank::Single),
            Some("dual") => Some(Bank::Dual),
            _ => None,
        };
        Self { bank, ..self }
    }

    /// The same with another flasher, where one was named that is not its own: a probe, which has to be
    /// wired to it, or what the chip brings. What is known of the bootloader that it needs holds here too.
    #[must_use]
    pub fn with_flasher(self, id: Option<&str>) -> Self {
        let Some(named) = id.and_then(flasher) else {
            return self;
        };
        if named.id == self.flasher.id {
            return self;
        }
        let start = self.loader.as_ref().map(|loader| loader.start);
        let alike = alike(self.chip(), start).filter(|board| board.flasher.id == named.id);
        let loader = alike.and_then(|board| board.loader.clone());
        Self {
            flasher: named,
            connect: named.connect,
            loader: loader.or(self.loader),
            ..self
        }
    }

    /// The same with so much memory beside its chip.
    #[must_use]
    pub fn with_flash(self, bytes: u32) -> Self {
        Self {
            flash: Some(bytes),
            ..self
        }
    }

    /// The same with a bootloader in so many bytes before its programs.
    #[must_use]
    pub fn behind(self, start: u32) -> Self {
        let loader = Loader {
            name: "the bootloader",
            start,
            end: self.flash().length,
            // On an nRF that is a master boot record, most likely, which keeps the first two words.
            ram: if self.family() == "nrf" { 8 } else { 0 },
        };
        Self {
            loader: Some(loader),
            ..self
        }
    }

    /// What its programs have of memory.
    #[must_use]
    pub fn memory(&self) -> Share {
        Share {
            flash: self.flash(),
            ram: self.ram(),
            shared: self.chip().share().shared,
        }
    }

    /// Where its programs may lie.
    #[must_use]
    pub fn flash(&self) -> Region {
        let chip = self.chip();
        let flash = match (&chip.banks, self.bank) {
            (Some(banks), Some(Bank::Single)) => banks.single,
            (Some(banks), Some(Bank::Dual)) => banks.dual,
            _ => chip.share().flash,
        };
        let (start, end) = match &self.loader {
            Some(loader) => (loader.start, loader.end),
            None => (0, self.flash.unwrap_or(flash.length)),
        };
        Region {
            origin: flash.origin + start,
            length: end - start,
        }
    }

    /// Where its programs may keep their variables.
    #[must_use]
    pub fn ram(&self) -> Region {
        let ram = self.chip().share().ram;
        let taken = self.loader.as_ref().map_or(0, |loader| loader.ram);
        Region {
            origin: ram.origin + taken,
            length: ram.length - taken,
        }
    }

    /// The layers below `embassy/` that make projects which work with these parts of it and do this
    /// with messages and panics, between `_base` and the kind's.
    #[must_use]
    pub fn layers(&self, parts: &[Part], ways: [Option<&Way>; 2]) -> Vec<String> {
        let family = self.family_row().layers.iter();
        let mut layers: Vec<String> = family.map(|&layer| layer.to_owned()).collect();
        layers.extend(self.chip().boot.layer().map(str::to_owned));
        layers.extend(self.executor(parts));
        layers.extend(self.layers_of_ways(ways));
        layers.extend(self.bank.map(|_| "_banks".to_owned()));
        layers.extend(self.loader.as_ref().map(|_| "_loader".to_owned()));
        layers.extend(self.special());
        layers.push(self.flasher.layer.to_owned());
        layers.extend(parts.iter().flat_map(|&part| self.layers_of(part)));
        layers
    }

    /// The layers of each of these ways, and of both together: an ESP's are its own.
    fn layers_of_ways(&self, [log, panic]: [Option<&Way>; 2]) -> Vec<String> {
        let both = log
            .zip(panic)
            .map(|(log, panic)| format!("{}-{}", panic.layer, log.id));
        let each = [log, panic].into_iter().flatten();
        let layers = each.map(|way| way.layer.to_owned()).chain(both);
        match self.flasher.log {
            Log::Own => layers
                .map(|layer| format!("_{}-{}", self.family(), layer.trim_start_matches('_')))
                .collect(),
            Log::Rtt | Log::None => layers.collect(),
        }
    }

    /// The layers for what is unlike other chips about starting a program on this one.
    fn special(&self) -> Vec<String> {
        let chip = self.chip();
        let mut layers = Vec::new();
        if chip.sai {
            layers.push("_sai".to_owned());
        }
        if self.flasher.log == Log::Rtt && chip.rtt_buffer().is_some() {
            layers.push("_small".to_owned());
        }
        let core = match chip.class {
            Class::NoFlash => {
                layers.push("_ram-run".to_owned());
                return layers;
            }
            Class::Primary => "_first-core",
            Class::Secondary => "_second-core",
            Class::Plain | Class::NonSecure | Class::Network => return layers,
        };
        // Of these a folder that is not there is no layer.
        for layer in ["_dual-core", core] {
            layers.push(layer.to_owned());
            layers.push(format!("{layer}-{}", chip.series));
        }
        layers
    }

    /// The layer of the executor, where the family's have none: an STM32's deep sleep is one's own.
    fn executor(&self, parts: &[Part]) -> Option<String> {
        let own = parts.contains(&Part::Sleep) && self.family() == "stm32";
        let thread = self.chip().core.is_arm() && !own;
        thread.then(|| "_thread".to_owned())
    }

    fn layers_of(&self, part: Part) -> Vec<String> {
        let family = self.family();
        match part {
            Part::Light => iter::once("_light".to_owned())
                .chain(self.layers_of_light())
                .collect(),
            Part::Button => match self.button {
                Some(_) => vec!["_button".to_owned(), format!("_button-{family}")],
                None => vec!["_no-button".to_owned()],
            },
            Part::Console => vec![format!("_console-{family}")],
            Part::Radio => vec![format!("_radio-{family}")],
            Part::Usb => iter::once("_link")
                .chain(usb::layers(self))
                .map(str::to_owned)
                .collect(),
            Part::Sleep => vec![format!("_sleep-{family}")],
            Part::Network => {
                let clocks = ethernet::of(self).map(|row| row.clocks.to_owned());
                ["_link".to_owned(), format!("_network-{family}")]
                    .into_iter()
                    .chain(clocks)
                    .collect()
            }
        }
    }

    fn layers_of_light(&self) -> Vec<String> {
        let family = self.family();
        match self.light {
            Light::Pin { .. } => vec![format!("_led-{family}")],
            Light::Matrix { layer, .. } => vec!["_matrix".to_owned(), layer.to_owned()],
            Light::Wireless => vec!["_wireless-led".to_owned()],
            Light::Pixel { .. } => vec![format!("_pixel-{family}")],
            // Without a button either, nothing is on a pin.
            Light::None if self.button.is_none() => {
                vec![format!("_bare-{family}"), "_messages".to_owned()]
            }
            Light::None => vec!["_messages".to_owned()],
        }
    }

    /// Whether a program on it can reach a network.
    #[must_use]
    pub fn has_network(&self) -> bool {
        matches!(self.light, Light::Wireless) || ethernet::of(self).is_some()
    }

    /// What to watch out for.
    #[must_use]
    pub fn caveats(&self) -> Vec<String> {
        let chip = self.chip();
        let family = self.family_row().caveats.iter();
        let mut caveats: Vec<String> = family.map(|&caveat| caveat.to_owned()).collect();
        if chip.family == "stm32" {
            let timer = chip.timer;
            caveats.insert(
                0,
                format!("{timer} belongs to the time driver and is not yours to use."),
            );
        }
        match (&self.loader, chip.family) {
            (Some(loader), _) => {
                let start = hex(self.flash().origin);
                let name = loader.name;
                caveats.push(format!("The program starts at {start}, behind {name}: an image for address 0 would overwrite that."));
            }
            (None, "nrf") => caveats.push(OVERWRITES.to_owned()),
            (None, _) => {}
        }
        if let (Some(_), Some(banks)) = (self.bank, &chip.banks) {
            caveats.push(format!("{BANKS} Taken by default is {}", banks.why()));
        }
        if self.id == CUSTOM && chip.family == "rp" && self.flash == Some(LEAST_BESIDE) {
            caveats.push(BESIDE.to_owned());
        }
        caveats.extend(self.pins_of_the_debugger().map(lost_debugger));
        if matches!(self.light, Light::Wireless) {
            caveats.push(RADIO.to_owned());
        }
        if !chip.note.is_empty() {
            caveats.push(format!(
                "Of this chip: {}.",
                chip.note.trim_end_matches('.')
            ));
        }
        if self.chip().class.is_dual_core() {
            caveats.push(CORES.to_owned());
            if self.chip().series == "stm32h7" {
                caveats.extend([SUPPLY, CACHE].map(str::to_owned));
            }
        }
        if self.chip().class == Class::NoFlash {
            caveats.push(REGULATOR.to_owned());
        }
        caveats
    }

    /// Pins that the program takes from the debugger.
    fn pins_of_the_debugger(&self) -> impl Iterator<Item = &'static str> {
        // SWDIO and SWCLK of every STM32 (ST's AN4989). Those of an nRF or an RP are no GPIO.
        let wires: &[&str] = match self.family() {
            "stm32" => &["PA13", "PA14"],
            _ => &[],
        };
        let light = match self.light {
            Light::Pin { pin, .. } => Some(pin),
            _ => None,
        };
        let button = self.button.as_ref().map(|button| button.pin);
        let taken = light.into_iter().chain(button);
        taken.filter(|pin| wires.contains(pin))
    }

    /// What to type after `cd`, to see it blink.
    #[must_use]
    pub fn next_steps(&self) -> &'static [&'static str] {
        self.flasher.try_it
    }

    /// What `cargo run` starts, the image's path coming last, for a program that logs in this way.
    #[must_use]
    pub fn runner_for(&self, log: &str) -> String {
        let runner = self.runner();
        match log {
            "defmt" => runner,
            _ => runner.replace(DEFMT_FORMAT, ""),
        }
    }

    /// The same for one that logs by defmt.
    fn runner(&self) -> String {
        let chip = self.chip();
        let name = chip.probe_name.unwrap_or(chip.name);
        self.flasher.runner.replace("{chip}", name)
    }

    /// The same for a program that is on a network.
    #[must_use]
    pub fn expect_of_network(&self) -> String {
        let light = self.light.name();
        capital(format!(
            "{light} blinks while an address is awaited and is lit once there is one."
        ))
    }

    /// The same for a program that is spoken to over Bluetooth.
    #[must_use]
    pub fn expect_of_bluetooth(&self) -> String {
        match &self.light {
            Light::None => LOGGED.to_owned(),
            light => capital(format!(
                "{} flashes every three seconds while nobody is connected.",
                light.name()
            )),
        }
    }

    /// The same for a program that does what it is told at its serial port.
    #[must_use]
    pub fn expect_of_console(&self) -> String {
        let light = match &self.light {
            Light::Matrix { .. } => "a heart on the matrix",
            Light::None => return LOGGED.to_owned(),
            light => light.name(),
        };
        format!("Nothing is to be seen at first: {light} is on once the console is told so.")
    }

    /// The same for a program that is a device on USB.
    #[must_use]
    pub fn expect_of_usb(&self) -> String {
        let light = self.light.name();
        capital(format!(
            "{light} blinks once a computer has taken the device on, and is lit while a program there has its port open."
        ))
    }

    /// What is to be seen once it runs, as a sentence.
    #[must_use]
    pub fn expect(&self) -> String {
        let shown = match &self.light {
            Light::Pin { label, .. } => format!("{label} blinks"),
            Light::Matrix { .. } => "a heart blinks".to_owned(),
            Light::Wireless => "the LED beside the USB socket blinks".to_owned(),
            Light::Pixel { .. } => "the RGB LED blinks".to_owned(),
            Light::None => "what an LED would show is logged".to_owned(),
        };
        let pace = match &self.button {
            Some(button) => format!("at another pace for each press of {}", button.label),
            None => "every five seconds at another pace".to_owned(),
        };
        capital(format!("{shown}, and {pace}."))
    }

    /// What is to be seen of a program that sleeps between flashes, as a sentence.
    #[must_use]
    pub fn expect_of_sleep(&self) -> String {
        let light = match &self.light {
            Light::Pin { label, .. } => label,
            _ => "the light",
        };
        let button = self
            .button
            .as_ref()
            .map_or("the button", |button| button.label);
        capital(format!(
            "{light} flashes every five seconds, and after a press of {button} every second."
        ))
    }

    /// What templates may name as `board.*`: strings and booleans, nothing left to work out.
    #[must_use]
    pub fn context(&self) -> Value {
        let chip = self.chip();
        let mut context = self.plain_context();
        let mut set = |key: &str, value: &str| context[key] = json!(value);
        if let Some(bytes) = chip.rtt_buffer() {
            set("rtt_buffer", &bytes.to_string());
        }
        if let (Some(other), Some(shared)) = (chip.other_core(), chip.share().shared) {
            let share = other.share();
            set("shared_origin", &hex(shared.origin));
            set("shared_length", &size(shared.length));
            set("other_chip", other.name);
            set("other_feature", other.feature);
            set("other_target", other.target());
            set("other_time_driver", &time_driver(other));
            set("other_flash_origin", &hex(share.flash.origin));
            set("other_flash_length", &size(share.flash.length));
            set("other_ram_origin", &hex(share.ram.origin));
            set("other_ram_length", &size(share.ram.length));
            let name = other.probe_name.unwrap_or(other.name);
            set("other_runner", &format!("probe-rs download --chip {name}"));
        }
        match &self.light {
            Light::Pin { pin, lit, .. } => {
                set("lamp_pins", &format!("p.{pin}"));
                set("led_pin", pin);
                set("led_lit", lit.name());
                set("led_dark", lit.opposite().name());
            }
            Light::Pixel { pin } => {
                set("lamp_pins", &format!("p.RMT, p.{pin}"));
                set("led_pin", pin);
                set("pixel_types", &format!("{{{pin}, RMT}}"));
                set("pixel_megahertz", pulse_clock(chip));
            }
            Light::Matrix { rows, columns, .. } => {
                set("lamp_pins", "");
                for (index, row) in rows.iter().enumerate() {
                    set(&format!("row_{}", index + 1), row);
                }
                for (index, column) in columns.iter().enumerate() {
                    set(&format!("column_{}", index + 1), column);
                }
            }
            Light::Wireless | Light::None => set("lamp_pins", ""),
        }
        if let Some((port, uart)) = self.port_and_uart() {
            let console = port.console();
            set("console_uart", console.uart);
            set("console_tx", console.tx);
            set("console_rx", console.rx);
            set("console_interrupt", uart.interrupt);
            // The kinds of registers differ in what they call it.
            let is_old = ["v1", "v2"].contains(&chip.usart);
            set("console_status", if is_old { "sr" } else { "isr" });
            set("port", &self.way_to(port));
        }
        let ethernet = ethernet::of(self).into_iter();
        for (key, value) in ethernet
            .flat_map(|row| row.context(chip))
            .chain(
                self.crystal
                    .into_iter()
                    .flat_map(|crystal| crystal.context(chip)),
            )
            .chain(usb::context(self))
        {
            set(&key, value.as_str().unwrap_or_default());
        }
        match &self.button {
            Some(button) => {
                set("button_label", button.label);
                set("button_pin", button.pin);
                set("button_pressed", button.pressed.name());
                set("button_pull", button.pressed.opposite().pull());
                match chip.exti(button.pin) {
                    Some((interrupt, line)) => {
                        set("button_pins", &format!("p.{}, p.{line}", button.pin));
                        set("button_types", &format!("{{{line}, {}}}", button.pin));
                        set("button_interrupt", interrupt);
                        set("button_line", line);
                    }
                    None => set("button_pins", &format!("p.{}", button.pin)),
                }
            }
            None => set("button_pins", ""),
        }
        context
    }

    /// The serial port, and what the catalogue knows of it.
    fn port_and_uart(&self) -> Option<(Port, &'static Uart)> {
        let port = self.console?;
        Some((port, self.chip().uart(port.console().uart)?))
    }

    /// Where the serial port is, in whole sentences.
    fn way_to(&self, port: Port) -> String {
        let Console { uart, tx, rx } = port.console();
        if matches!(port, Port::Pins(_)) {
            return format!(
                "The console is {uart}: it sends on {tx} and receives on {rx}. Wire an adapter for USB to them, {tx} to its RX, {rx} to its TX, and ground to ground; it has to be one for the chip's voltage."
            );
        }
        if self.family() == "esp" {
            return format!(
                "The console is {uart}, behind the board's other USB socket, that of the bridge: plug that in too. Before the program starts, the boot loader says a few lines there."
            );
        }
        format!(
            "The console is {uart}: {tx} and {rx} lead to the probe, which is a serial port (virtual COM port) to the machine at the other end of its cable."
        )
    }

    /// What does not depend on what is on its pins.
    fn plain_context(&self) -> Value {
        let chip = self.chip();
        let (flash, ram) = (self.flash(), self.ram());
        json!({
            "id": self.id,
            "title": self.name(),
            "chip": chip.name,
            "feature": chip.feature,
            "time_driver": time_driver(chip),
            "family": chip.family,
            "hal": self.family_row().hal,
            "flash_peripheral": if chip.family == "nrf" { "NVMC" } else { "FLASH" },
            "probe_name": chip.probe_name.unwrap_or(chip.name),
            "target": self.target(),
            "flash_origin": hex(flash.origin),
            "flash_length": size(flash.length),
            "ram_origin": hex(ram.origin),
            "ram_length": size(ram.length),
            "flasher": self.flasher.program,
            "install": self.flasher.install,
            "manual": self.flasher.manual,
            "runner": self.runner(),
            "connect": self.connection(),
            "expect": self.expect(),
            "clock": self.clock(),
            "bank": match self.bank {
                Some(Bank::Single) => "single-bank",
                Some(Bank::Dual) => "dual-bank",
                None => "",
            },
            "loader": self.loader.as_ref().map_or("", |loader| loader.name),
            "has_button": self.button.is_some(),
            "presser": if self.button.is_some() { "Enter" } else { "time" },
            "has_matrix": matches!(self.light, Light::Matrix { .. }),
            "has_atomics": chip.core.has_atomics(),
            "messages_port": "auto",
            "has_log": self.flasher.log != Log::None,
        })
    }

    /// How to make it ready to be flashed, in whole sentences.
    fn connection(&self) -> String {
        if self.connect == WIRED {
            return WIRED.to_owned();
        }
        format!("Nothing is to be wired. {}", self.connect)
    }

    /// The same for a program with a console, for which something may be.
    #[must_use]
    pub fn connection_beside_console(&self) -> String {
        match self.console {
            Some(Port::Pins(_)) => self.connect.to_owned(),
            _ => self.connection(),
        }
    }

    /// The clock from outside, as a sentence.
    fn clock(&self) -> String {
        let Some(crystal) = self.crystal else {
            return "Whether this board has a crystal, its maker's schematic says.".to_owned();
        };
        let megahertz = crystal.hertz / 1_000_000;
        if crystal.bypass {
            format!("This board brings a clock signal of {megahertz} MHz (bypass mode).")
        } else {
            format!("This board has a crystal of {megahertz} MHz.")
        }
    }

    fn family_row(&self) -> &'static Family {
        chips::family(self.family()).expect("a chip's family is in the catalogue")
    }
}

/// The megahertz of the clock with which an ESP makes series of pulses (RMT): esp-hal 1.2.2, the
/// documentation of its module `rmt`.
fn pulse_clock(chip: &Chip) -> &'static str {
    if chip.name == "esp32h2" { "32" } else { "80" }
}

/// A number as it stands in source code.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join("_")
}

/// A sentence as it begins.
fn capital(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The feature of the hardware abstraction layer that gives `embassy-time` its clock.
fn time_driver(chip: &Chip) -> String {
    // Of an STM32's timers the layer takes one that programs miss least.
    if chip.family == "stm32" && chip.class != Class::Secondary {
        return "time-driver-any".to_owned();
    }
    format!("time-driver-{}", chip.time_driver().to_lowercase())
}

/// An address as linkers take it.
#[must_use]
pub fn hex(address: u32) -> String {
    format!("{address:#010x}")
}

/// A length as linkers take it.
#[must_use]
pub fn size(length: u32) -> String {
    match length % KIB {
        0 => format!("{}K", length / KIB),
        _ => format!("{length:#x}"),
    }
}

/// Boards that people ask for and that are not offered, with why.
pub static NOT_OFFERED: &[(&str, &str)] =
    &[("esp32-devkitc", XTENSA), ("esp32-s3-devkitc-1", XTENSA)];

const XTENSA: &str =
    "its cores are Xtensa, for which Rust has no stable compiler; esp-generate sets one up";

/// Why the board of that name is not offered, if it is one of those.
#[must_use]
pub fn not_offered(id: &str) -> Option<&'static str> {
    let row = NOT_OFFERED.iter().find(|(board, _)| *board == id);
    row.map(|(_, why)| *why)
}

/// The board of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Board> {
    BOARDS.iter().find(|board| board.id == id)
}

#[cfg(test)]
mod tests {
    use super::{BOARDS, Light, Port, find};

    #[test]
    fn names_are_unique_and_chips_known() {
        for board in BOARDS {
            assert!(std::ptr::eq(find(board.id).expect("known"), board));
            assert!(board.chip().name == board.chip);
            assert!(board.context().is_object());
            assert!(!board.source.is_empty(), "{}", board.id);
        }
    }

    #[test]
    fn pins_are_those_of_the_chip_and_have_one_use() {
        for board in BOARDS {
            let mut pins: Vec<&str> = match &board.light {
                Light::Pin { pin, .. } | Light::Pixel { pin } => vec![pin],
                Light::Matrix { rows, columns, .. } => [*rows, *columns].concat(),
                Light::Wireless | Light::None => Vec::new(),
            };
            pins.extend(board.button.iter().map(|button| button.pin));
            let console = board.console.map(Port::console);
            pins.extend(console.iter().flat_map(|port| [port.tx, port.rx]));
            for pin in &pins {
                assert!(board.chip().has_pin(pin), "{}: {pin}", board.id);
            }
            let all = pins.len();
            pins.sort_unstable();
            pins.dedup();
            assert_eq!(pins.len(), all, "{}", board.id);
        }
    }

    #[test]
    fn a_button_of_an_stm32_has_its_interrupt() {
        for board in BOARDS.iter().filter(|board| board.family() == "stm32") {
            if let Some(button) = &board.button {
                assert!(board.chip().exti(button.pin).is_some(), "{}", board.id);
            }
        }
    }

    #[test]
    fn a_console_of_an_stm32_is_a_port_of_its_chip() {
        for board in BOARDS.iter().filter(|board| board.family() == "stm32") {
            if let Some(console) = board.console.map(Port::console) {
                let uart = board.chip().uart(console.uart);
                assert!(uart.is_some_and(|uart| uart.address != 0), "{}", board.id);
            }
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
