//! USB: where a program can make a chip a device, what gives it its clock, and where a board leads
//! its two wires.

use serde_json::{Map, Value, json};

use super::boards::{Board, CRYSTALS, Crystal, crystal};
use super::chips::{Chip, Class, KIB, Usb};

/// Where the two wires of a board's chip end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wires {
    /// At a socket, or at a plug: what to connect, as a sentence.
    Socket(&'static str),
    /// At pins to which a socket can be wired.
    Pins,
    /// At nothing that could be reached.
    Nowhere,
}

/// A board on which USB is more than two pins.
#[derive(Debug)]
pub struct Route {
    /// The board's id.
    pub board: &'static str,
    /// Where the wires end.
    pub wires: Wires,
    /// Where this is from.
    pub source: &'static str,
}

const PLUG: Wires = Wires::Socket("Connect its USB socket to a computer.");
const USER: Wires =
    Wires::Socket("Connect the chip's own USB socket to a computer, beside that of the probe.");
const NORDIC: Wires =
    Wires::Socket("Connect the socket `nRF USB` to a computer, beside that of the J-Link.");

/// Every board that differs from a chip on pins.
pub static ROUTES: &[Route] = &[
    Route {
        board: "pico",
        wires: PLUG,
        source: "zephyr boards/raspberrypi/rpi_pico/rpi_pico-common.dtsi@260058f: zephyr_udc0: &usbd",
    },
    Route {
        board: "pico2",
        wires: PLUG,
        source: "zephyr boards/raspberrypi/rpi_pico2/rpi_pico2.dtsi@02e13a6: zephyr_udc0: &usbd",
    },
    Route {
        board: "pico-w",
        wires: PLUG,
        source: "zephyr boards/raspberrypi/rpi_pico/rpi_pico_rp2040_w.dts@12c941e: includes rpi_pico-common.dtsi, zephyr_udc0: &usbd",
    },
    Route {
        board: "pico2-w",
        wires: PLUG,
        source: "zephyr boards/raspberrypi/rpi_pico2/rpi_pico2_rp2350a_m33_0_w.dts@1a496d8: the Pico 2 with a radio",
    },
    Route {
        board: "xiao-rp2040",
        wires: PLUG,
        source: "zephyr boards/seeed/xiao_rp2040/xiao_rp2040.dts@0c48987: zephyr_udc0: &usbd; its doc@112ef11: the USB bootloader's connector",
    },
    Route {
        board: "nrf52840-dk",
        wires: NORDIC,
        source: "zephyr boards/nordic/nrf52840dk/nrf52840dk_nrf52840.dts@db8b213: zephyr_udc0: &usbd; nRF5 SDK 15.3, usbd examples: 'Connect the nRF USB to the host computer'",
    },
    Route {
        board: "nrf52840-dongle",
        wires: Wires::Socket("It is plugged into the computer already."),
        source: "zephyr boards/nordic/nrf52840dongle/nrf52840dongle_nrf52840.dts@06758ff: zephyr_udc0: &usbd; its doc@0a04bc0: a USB bootloader, no J-Link",
    },
    Route {
        board: "nrf5340-dk",
        wires: NORDIC,
        source: "zephyr boards/nordic/nrf5340dk/nrf5340_cpuapp_common.dtsi@0225b4d: zephyr_udc0: &usbd",
    },
    Route {
        board: "feather-nrf52840",
        wires: PLUG,
        source: "zephyr boards/adafruit/feather_nrf52840/adafruit_feather_nrf52840_common.dtsi@0778a7c: zephyr_udc0: &usbd; its doc@3e2e1a3: 'connect the board using USB'",
    },
    Route {
        board: "xiao-nrf52840",
        wires: PLUG,
        source: "zephyr boards/seeed/xiao_ble/xiao_ble_common.dtsi@0202bd8: zephyr_udc0: &usbd; its doc@0b0d3a5: 'USB Type-C Connector, nRF52840 acting as USB device'",
    },
    Route {
        board: "microbit-v2",
        wires: Wires::Nowhere,
        source: "tech.microbit.org/hardware/schematic: no pin of the V2's nRF52833 is one of USB's, and the interface chip manages communication through the socket",
    },
    Route {
        board: "nucleo-f429zi",
        wires: Wires::Socket(
            "Connect the socket CN13, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/nucleo_f429zi/nucleo_f429zi.dts@03de8aa: zephyr_udc0: &usbotg_fs; STM32CubeF4 Projects/STM32F429ZI-Nucleo/Applications/USB_Device/HID_Standalone/readme.txt@3d6be4b: CN13",
    },
    Route {
        board: "nucleo-f767zi",
        wires: Wires::Socket(
            "Connect the socket CN13, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/nucleo_f767zi/nucleo_f767zi.dts@19a6a69: zephyr_udc0: &usbotg_fs; STM32CubeF7 Projects/STM32F767ZI-Nucleo/Applications/USB_Device/HID_Standalone/readme.txt@3600603: CN13",
    },
    Route {
        board: "nucleo-h743zi2",
        wires: Wires::Socket(
            "Connect the socket CN13, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/nucleo_h743zi/nucleo_h743zi.dts@0225b4d: zephyr_udc0: &usbotg_fs; stm32-rs/stm32h7xx-hal#393: 'uses pins PA11 and PA12 for the USB connector CN13'",
    },
    Route {
        board: "nucleo-h563zi",
        wires: USER,
        source: "zephyr boards/st/nucleo_h563zi/nucleo_h563zi-common.dtsi@0071cd3: zephyr_udc0: &usb; its doc@0202bd8: 'USB_USER from the USB user connector'",
    },
    Route {
        board: "nucleo-u575zi-q",
        wires: USER,
        source: "zephyr boards/st/nucleo_u575zi_q/nucleo_u575zi_q-common.dtsi@02d6d20: zephyr_udc0: &usbotg_fs; its doc@0063f15: 'USB Type-C Sink device FS'",
    },
    Route {
        board: "nucleo-l552ze-q",
        wires: Wires::Socket(
            "Connect the socket CN15, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/nucleo_l552ze_q/nucleo_l552ze_q-common.dtsi@94763f5: zephyr_udc0: &usb; STM32CubeL5 Projects/NUCLEO-L552ZE-Q/Applications/USB_Device/HID_Standalone/readme.txt@1a04696: CN15",
    },
    Route {
        board: "p-nucleo-wb55",
        wires: Wires::Socket(
            "Connect the socket CN1, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/nucleo_wb55rg/nucleo_wb55rg.dts@0202bd8: zephyr_udc0: &usb; STM32CubeWB Projects/P-NUCLEO-WB55.Nucleo/Applications/USB_Device/CDC_Standalone/readme.txt@1104289: CN1",
    },
    Route {
        board: "stm32f4discovery",
        wires: Wires::Socket(
            "Connect the socket CN5, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/stm32f4_disco/stm32f4_disco.dts@07aa00b: zephyr_udc0: &usbotg_fs; STM32CubeF4 Projects/STM32F4-Discovery/Demonstrations/readme.txt@3d6be4b: CN5",
    },
    Route {
        board: "stm32f3discovery",
        wires: Wires::Socket(
            "Connect the socket USB USER, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/stm32f3_disco/stm32f3_disco.dts@19a6a69: zephyr_udc0: &usb; its doc@0b0d3a5: 'mini USB connector (USB USER)'",
    },
    Route {
        board: "b-l475e-iot01a",
        wires: Wires::Socket(
            "Connect the socket CN9, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/disco_l475_iot1/disco_l475_iot1.dts@044a759: zephyr_udc0: &usbotg_fs; STM32CubeL4 Projects/B-L475E-IOT01A/Applications/USB_Device/HID_Standalone/readme.txt@f6877af: 'CN9 (USB OTG)'",
    },
    Route {
        board: "stm32f746g-disco",
        wires: Wires::Socket(
            "Connect the socket CN13, which is the chip's own, to a computer, beside that of the probe.",
        ),
        source: "zephyr boards/st/stm32f746g_disco/stm32f746g_disco.dts@0651d31: zephyr_udc0: &usbotg_fs; STM32CubeF7 Projects/STM32746G-Discovery/Applications/USB_Device/HID_Standalone/readme.txt@3600603: CN13, and CN12 for high speed",
    },
    Route {
        board: "bluepill-f103",
        wires: PLUG,
        source: "zephyr boards/others/stm32_min_dev/stm32_min_dev_common.dtsi@22f7785: zephyr_udc0: &usb; its doc@4d0b43f: 'USB_DC DM/DP: PA11/PA12'",
    },
    Route {
        board: "blackpill-f411",
        wires: PLUG,
        source: "zephyr boards/weact/blackpill_f411ce/blackpill_f411ce.dts@06758ff: zephyr_udc0: &usbotg_fs; its doc@0b0d3a5: a USB-C cable, DFU over it",
    },
];

/// Where that board leads the wires.
#[must_use]
pub fn wires(board: &Board) -> Wires {
    let row = ROUTES.iter().find(|row| row.board == board.id);
    row.map_or(Wires::Pins, |row| row.wires)
}

/// The layer below `embassy/` that drives the controller, where the hardware abstraction layer has a
/// driver for it that works.
#[must_use]
pub fn driver(chip: &Chip) -> Option<&'static str> {
    // The clocks of a second core the first sets up, by a program of its own that knows nothing of USB.
    // And embassy-stm32 0.6.0, `src/usb/mod.rs`, takes no 48 MHz for the H7RS, at which it would run.
    if chip.class == Class::Secondary || chip.series == "stm32h7rs" {
        return None;
    }
    match chip.usb {
        Usb::Device => Some("_usb-device-stm32"),
        Usb::OtgFs | Usb::OtgHs => Some("_usb-otg-stm32"),
        Usb::Usbd => Some("_usb-device-nrf"),
        Usb::Usbhs => Some("_usb-otg-nrf"),
        Usb::Rp => Some("_usb-device-rp"),
        // An ESP's is a serial port already, which messages take. The drivers for MUSB, of PY32 and
        // SF32, are of crates that call themselves unfinished, and were not tried.
        Usb::None | Usb::SerialJtag | Usb::EspOtg | Usb::Musb => None,
    }
}

/// The layer below `embassy/` that sets up the clocks of an STM32, where something gives USB one
/// that is exact. What the chip has inside is trimmed by USB's own beat (CRS); where it has nothing,
/// a crystal has to be known.
///
/// Of the H7 that have two controllers, CRS hears the beat of the other: embassy-stm32 0.6.0,
/// `src/rcc/hsi48.rs`, sets its source to 2, which on an H7 is `USB1_OTG_HS` (`STM32Cube`'s
/// `stm32h7xx_hal_rcc_ex.h`, `RCC_CRS_SYNC_SOURCE_USB1`), and the HAL's `USB_OTG_FS` is USB2.
#[must_use]
pub fn clock(chip: &Chip, crystal: Option<Crystal>) -> Option<&'static str> {
    match (chip.series, chip.hsi48) {
        ("stm32h7", _) if chip.usb == Usb::OtgFs => crystal
            .filter(|crystal| crystal.hertz.is_multiple_of(2_000_000))
            .map(|_| "_usb-clock-h7"),
        // It has a physical layer of its own for high speed, which takes the crystal's clock. The
        // radio needs one of 32 MHz, and embassy-stm32 knows no other.
        ("stm32wba", _) => Some("_usb-clock-wba"),
        // The same, but the crystal is the board's to choose.
        ("stm32u5", _) if chip.usb == Usb::OtgHs => None,
        ("stm32c0", true) => Some("_usb-clock-c0"),
        ("stm32f0", true) => Some("_usb-clock-f0"),
        ("stm32g0" | "stm32h5" | "stm32h7", true) => Some("_usb-clock-hsi48"),
        (
            "stm32g4" | "stm32l0" | "stm32l4" | "stm32l4+" | "stm32l5" | "stm32u0" | "stm32wb",
            true,
        ) => Some("_usb-clock-hsi"),
        ("stm32u3", true) => Some("_usb-clock-u3"),
        ("stm32u5", true) => Some("_usb-clock-u5"),
        // Nine times the crystal is what both the core and USB are counted from.
        ("stm32f1" | "stm32f3", _) => crystal
            .filter(|crystal| crystal.hertz == 8_000_000)
            .map(|_| "_usb-clock-f1f3"),
        // The multipliers that bring it to 96 MHz (ST's RM0038, PLLMUL); the oscillator goes no further.
        ("stm32l1", _) => crystal
            .filter(|crystal| [4, 8, 12, 16, 24].contains(&(crystal.hertz / 1_000_000)))
            .map(|_| "_usb-clock-l1"),
        // Divided to 4 MHz, by eight at the most (RM0351, PLLM).
        ("stm32l4", false) => crystal
            .filter(|crystal| crystal.hertz.is_multiple_of(4_000_000))
            .filter(|crystal| crystal.hertz <= 32_000_000)
            .map(|_| "_usb-clock-l4"),
        // Their oscillators go no further than that (ST's DS6329, DS8626 and DS10916).
        ("stm32f2" | "stm32f4" | "stm32f7", _) => crystal
            .filter(|crystal| crystal.hertz <= 26_000_000)
            .map(|_| "_usb-clock-f4f7"),
        _ => None,
    }
}

/// Whether the layer of [`clock`] runs the chip from a crystal.
#[must_use]
pub fn takes_crystal(board: &Board) -> bool {
    const CRYSTALS: [&str; 6] = ["f1f3", "f4f7", "h7", "l1", "l4", "wba"];
    let layer = clock(board.chip(), board.crystal);
    let clock = layer.and_then(|layer| layer.strip_prefix("_usb-clock-"));
    clock.is_some_and(|clock| CRYSTALS.contains(&clock))
}

/// Whether USB has an exact clock. Chips that are no STM32 are made with a crystal in any case.
#[must_use]
pub fn has_clock(chip: &Chip, crystal: Option<Crystal>) -> bool {
    chip.family != "stm32" || clock(chip, crystal).is_some()
}

/// Whether it would have one with some crystal.
#[must_use]
pub fn could_have_clock(chip: &Chip) -> bool {
    let mut crystals = CRYSTALS.iter().map(|(name, _)| crystal(name));
    has_clock(chip, None) || crystals.any(|crystal| has_clock(chip, crystal))
}

/// Flash that a program with USB takes at most: up to 31 KiB were found, with the controllers of chips that
/// have so little.
pub const ROOM: u32 = 32 * KIB;

/// The layers below `embassy/` that make that board's chip a device.
pub fn layers(board: &Board) -> impl Iterator<Item = &'static str> {
    let chip = board.chip();
    // These have no resistor inside by which a computer notices them.
    let pulled_up = matches!(chip.series, "stm32f1" | "stm32f3");
    [
        driver(chip),
        clock(chip, board.crystal),
        pulled_up.then_some("_usb-pull-up-stm32"),
    ]
    .into_iter()
    .flatten()
}

/// What templates may name of it.
#[must_use]
pub fn context(board: &Board) -> Map<String, Value> {
    let chip = board.chip();
    let mut context = Map::new();
    let mut set = |key: &str, value: &str| context.insert(key.to_owned(), json!(value));
    set("usb_peripheral", chip.usb.peripheral());
    set("usb_interrupt", chip.usb_interrupt);
    set("usb_wiring", &wiring(board));
    let high = chip.usb == Usb::Usbhs || chip.usb == Usb::OtgHs && chip.series == "stm32wba";
    set("usb_phy", if high { "hs" } else { "fs" });
    set("usb_speed", if high { "high" } else { "full" });
    set("usb_packet", if high { "512" } else { "64" });
    let limit = "; at a port of full speed it would have to be 64";
    set("usb_limit", if high { limit } else { "" });
    set("usb_power_interrupt", power_interrupt(chip));
    if let Some([plus, minus]) = chip.usb_pins {
        set("usb_plus", plus);
        set("usb_minus", minus);
        let mut imports = [plus, minus, chip.usb.peripheral()];
        imports.sort_unstable();
        set("usb_imports", &format!("{{{}}}", imports.join(", ")));
    }
    context
}

/// The interrupt that tells of USB's power: embassy-nrf 0.11.0, `src/usb/vbus_detect.rs`.
fn power_interrupt(chip: &Chip) -> &'static str {
    match chip.series {
        "nrf53" => "USBREGULATOR",
        "nrf54l" => "VREGUSB",
        _ => "CLOCK_POWER",
    }
}

/// How to connect it to a computer, as sentences.
fn wiring(board: &Board) -> String {
    match (wires(board), board.chip().usb_pins) {
        (Wires::Socket(how), _) => how.to_owned(),
        (_, Some([plus, minus])) => format!(
            "Wire a USB socket or the end of a cable to the chip: D+ to {plus}, D- to {minus}, and ground to ground."
        ),
        (_, None) => "Wire a USB socket or the end of a cable to the chip: D+ and D- to its pins of these names, VBUS and ground.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ROUTES, clock, driver};
    use crate::catalog::boards::{Light, find};
    use crate::catalog::chips::{Usb, offered};

    #[test]
    fn rows_are_of_boards_whose_chip_has_it() {
        for row in ROUTES {
            let board = find(row.board).expect("a board of the catalogue");
            assert!(board.chip().usb != Usb::None, "{}", row.board);
            assert!(!row.source.is_empty());
        }
    }

    #[test]
    fn its_pins_are_the_chips_and_nothing_else_is_on_them() {
        for chip in offered().filter(|chip| chip.family == "stm32") {
            assert_eq!(chip.usb_pins.is_some(), chip.usb != Usb::None);
            for pin in chip.usb_pins.iter().flatten() {
                assert!(chip.has_pin(pin), "{}: {pin}", chip.name);
            }
        }
        for board in crate::catalog::boards::BOARDS {
            if let (Light::Pin { pin, .. }, Some(pins)) = (&board.light, board.chip().usb_pins) {
                assert!(!pins.contains(pin), "{}", board.id);
            }
        }
    }

    #[test]
    fn what_has_a_clock_for_it_has_a_driver() {
        for chip in offered().filter(|chip| clock(chip, None).is_some()) {
            let without = chip.usb == Usb::None || chip.class.is_dual_core();
            assert!(without || driver(chip).is_some(), "{}", chip.name);
        }
    }
}
