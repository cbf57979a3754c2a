//! USB: where a program can make a chip a device, what gives it its clock, and where a board leads
//! its two wires.

use serde_json::{Map, Value, json};

use super::boards::{Board, Crystal};
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
        source: "Pico datasheet, block diagram: the only socket is the RP2040's",
    },
    Route {
        board: "pico2",
        wires: PLUG,
        source: "Pico 2 datasheet, block diagram",
    },
    Route {
        board: "pico-w",
        wires: PLUG,
        source: "Pico W datasheet, block diagram",
    },
    Route {
        board: "pico2-w",
        wires: PLUG,
        source: "Pico 2 W datasheet, block diagram",
    },
    Route {
        board: "xiao-rp2040",
        wires: PLUG,
        source: "zephyr boards/seeed/xiao_rp2040 (zephyr_udc0)",
    },
    Route {
        board: "nrf52840-dk",
        wires: NORDIC,
        source: "zephyr boards/nordic/nrf52840dk (zephyr_udc0: &usbd)",
    },
    Route {
        board: "nrf52840-dongle",
        wires: Wires::Socket("It is plugged into the computer already."),
        source: "zephyr boards/nordic/nrf52840dongle (zephyr_udc0: &usbd)",
    },
    Route {
        board: "nrf5340-dk",
        wires: NORDIC,
        source: "zephyr boards/nordic/nrf5340dk (zephyr_udc0: &usbd)",
    },
    Route {
        board: "feather-nrf52840",
        wires: PLUG,
        source: "zephyr boards/adafruit/feather_nrf52840 (zephyr_udc0: &usbd)",
    },
    Route {
        board: "xiao-nrf52840",
        wires: PLUG,
        source: "zephyr boards/seeed/xiao_ble (zephyr_udc0: &usbd)",
    },
    Route {
        board: "microbit-v2",
        wires: Wires::Nowhere,
        source: "micro:bit V2 schematic: the socket is the interface chip's, and the nRF52833's D+ and D- are not connected",
    },
    Route {
        board: "nucleo-f429zi",
        wires: USER,
        source: "zephyr boards/st/nucleo_f429zi (zephyr_udc0: &usbotg_fs); UM1974: CN13",
    },
    Route {
        board: "nucleo-f767zi",
        wires: USER,
        source: "zephyr boards/st/nucleo_f767zi (zephyr_udc0: &usbotg_fs); UM1974: CN13",
    },
    Route {
        board: "nucleo-h743zi2",
        wires: USER,
        source: "zephyr boards/st/nucleo_h743zi; UM2407: CN13",
    },
    Route {
        board: "nucleo-h563zi",
        wires: USER,
        source: "zephyr boards/st/nucleo_h563zi (zephyr_udc0: &usb); UM3115: CN13",
    },
    Route {
        board: "nucleo-u575zi-q",
        wires: USER,
        source: "zephyr boards/st/nucleo_u575zi_q (zephyr_udc0: &usbotg_fs); UM2861: CN15",
    },
    Route {
        board: "nucleo-l552ze-q",
        wires: USER,
        source: "zephyr boards/st/nucleo_l552ze_q (zephyr_udc0: &usb); UM2581: CN15",
    },
    Route {
        board: "p-nucleo-wb55",
        wires: USER,
        source: "zephyr boards/st/nucleo_wb55rg (zephyr_udc0: &usb); UM2435: USB_USER",
    },
    Route {
        board: "stm32f4discovery",
        wires: USER,
        source: "zephyr boards/st/stm32f4_disco (zephyr_udc0: &usbotg_fs); UM1472: CN5",
    },
    Route {
        board: "stm32f3discovery",
        wires: USER,
        source: "zephyr boards/st/stm32f3_disco (zephyr_udc0: &usb); UM1570: USB USER",
    },
    Route {
        board: "b-l475e-iot01a",
        wires: USER,
        source: "zephyr boards/st/disco_l475_iot1 (zephyr_udc0: &usbotg_fs); UM2153: CN9",
    },
    Route {
        board: "stm32f746g-disco",
        wires: USER,
        source: "zephyr boards/st/stm32f746g_disco (zephyr_udc0: &usbotg_fs); UM1907: CN13",
    },
    Route {
        board: "bluepill-f103",
        wires: PLUG,
        source: "zephyr boards/others/stm32_min_dev (usb)",
    },
    Route {
        board: "blackpill-f411",
        wires: PLUG,
        source: "zephyr boards/weact/blackpill_f411ce (zephyr_udc0: &usbotg_fs)",
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
#[must_use]
pub fn clock(chip: &Chip, crystal: Option<Crystal>) -> Option<&'static str> {
    match (chip.series, chip.hsi48) {
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
        ("stm32f1" | "stm32f3", _) => crystal.map(|_| "_usb-clock-f1f3"),
        ("stm32f4" | "stm32f7", _) => crystal.map(|_| "_usb-clock-f4f7"),
        _ => None,
    }
}

/// Whether USB has an exact clock. Chips that are no STM32 are made with a crystal in any case.
#[must_use]
pub fn has_clock(chip: &Chip, crystal: Option<Crystal>) -> bool {
    chip.family != "stm32" || clock(chip, crystal).is_some()
}

/// Whether flash has room for it: it was found to take up to 31 KiB with the controllers of chips
/// that have so little.
#[must_use]
pub const fn has_room(chip: &Chip) -> bool {
    chip.flash.length >= 32 * KIB
}

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
