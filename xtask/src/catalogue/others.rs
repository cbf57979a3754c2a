//! RP, ESP: few enough to be looked up by hand, and checked against the sources that can be read.

use cargo_async_init::catalog::chips::{Bluetooth, Boot, Core, KIB, Region, Usb};

use super::probe::Targets;
use super::rows::Row;
use super::sources::{Source, Sources};

/// Every chip of embassy-rp, and those of esp-hal that stable Rust compiles.
pub fn rows(sources: &Sources, probe: &Targets) -> Result<Vec<Row>, String> {
    let mut rows = rp(&sources.embassy_rp, probe)?;
    rows.extend(esp(sources)?);
    Ok(rows)
}

/// Data sheets, and the pico-sdk's linker scripts: all banks of RAM as one, the stack at their end.
fn rp(source: &Source, probe: &Targets) -> Result<Vec<Row>, String> {
    let first = (Core::CortexM0Plus, 264, "RP2040", Boot::SecondStage);
    let second = (Core::CortexM33F, 520, "RP235x", Boot::ImageDefinition);
    let chips = [
        ("rp2040", "rp2040", first, 30),
        ("rp235xa", "rp235x", second, 30),
        ("rp235xb", "rp235x", second, 48),
    ];
    let pins = source.read("src/lib.rs")?;
    let features = source.features()?;
    let mut known = features
        .iter()
        .filter(|(feature, _)| feature.starts_with("rp2"));
    let are_all = known.all(|(feature, _)| chips.iter().any(|chip| chip.0 == feature));
    if !are_all || !pins.contains("PIN_47,") || pins.contains("PIN_48,") {
        return Err("embassy-rp has other chips than those of others.rs".to_owned());
    }
    let mut rows = Vec::new();
    for (name, series, (core, ram, probe_name, boot), pins) in chips {
        probe
            .get(probe_name)
            .ok_or(format!("probe-rs has no `{probe_name}`"))?;
        let window = Region {
            origin: 0x1000_0000,
            length: 16 * MIB,
        };
        let ram = Region {
            origin: 0x2000_0000,
            length: ram * KIB,
        };
        rows.push(Row {
            series: series.to_owned(),
            probe_name: Some(probe_name.to_owned()),
            boot,
            pac: series.to_owned(),
            page: 4096,
            write: 256,
            usb: Usb::Rp,
            usb_interrupt: "USBCTRL_IRQ".to_owned(),
            pins: format!("PIN_:{:x}", (1_u64 << pins) - 1),
            uarts: "- UART0::UART0_IRQ UART1::UART1_IRQ".to_owned(),
            // pico-sdk, src/boards/include/boards/pico.h: PICO_DEFAULT_UART, _TX_PIN and _RX_PIN.
            console: "UART0 PIN_0 PIN_1".to_owned(),
            ..Row::new(name, "rp", core, window, ram)
        });
    }
    Ok(rows)
}

const MIB: u32 = 1024 * KIB;

/// A chip of Espressif's: where its flash and its RAM are seen, and the line of `memory.x` that says so.
struct Esp {
    name: &'static str,
    core: Core,
    flash: Region,
    ram: Region,
    windows: &'static str,
    line: &'static str,
}

impl Esp {
    const fn new(name: &'static str, core: Core, flash: (u32, u32), ram: (u32, u32)) -> Self {
        Self {
            name,
            core,
            flash: Region {
                origin: flash.0,
                length: flash.1,
            },
            ram: Region {
                origin: ram.0,
                length: ram.1,
            },
            windows: "",
            line: "",
        }
    }

    const fn by(self, line: &'static str) -> Self {
        Self { line, ..self }
    }

    const fn also(self, windows: &'static str) -> Self {
        Self { windows, ..self }
    }
}

/// `esp-hal`'s `ld/<chip>/memory.x`: what the second-stage bootloader leaves, for its loader lies above.
///
/// The flash window is that of the address map in the same file, or in the technical reference manual
/// (ESP32-C5, C61, P4, S31), at most 64 MiB. Where the stack begins is what a linked program says.
const ESP: [Esp; 8] = [
    Esp::new(
        "esp32c2",
        Core::Rv32Imc,
        (0x4200_0000, 4 * MIB),
        (0x3FCA_0000, 186 * KIB),
    )
    .also("3c000000:4096K 4037c000:202K")
    .by("DRAM : ORIGIN = 0x3FCA0000, LENGTH = 186k"),
    Esp::new(
        "esp32c3",
        Core::Rv32Imc,
        (0x4200_0000, 8 * MIB),
        (0x3FC8_0000, 313 * KIB),
    )
    .also("3c000000:8192K 4037c000:313K 50000000:8K")
    .by("DRAM : ORIGIN = 0x3FC80000, LENGTH = 313K"),
    Esp::new(
        "esp32c5",
        Core::Rv32Imac,
        (0x4200_0000, 32 * MIB),
        (0x4080_0000, 0x4_E5A0),
    )
    .by("RAM : ORIGIN = 0x40800000 , LENGTH = 0x4E5A0"),
    Esp::new(
        "esp32c6",
        Core::Rv32Imac,
        (0x4200_0000, 16 * MIB),
        (0x4080_0000, 0x6_E610),
    )
    .by("RAM : ORIGIN = 0x40800000 , LENGTH = 0x6E610"),
    Esp::new(
        "esp32c61",
        Core::Rv32Imac,
        (0x4200_0000, 32 * MIB),
        (0x4080_0000, 0x3_EA70),
    )
    .by("RAM : ORIGIN = 0x40800000, LENGTH = 0x3EA70"),
    Esp::new(
        "esp32h2",
        Core::Rv32Imac,
        (0x4200_0000, 16 * MIB),
        (0x4080_0000, 0x3_EFD0),
    )
    .by("RAM : ORIGIN = 0x40800000, LENGTH = 0x3EFD0"),
    Esp::new(
        "esp32p4",
        Core::Rv32Imafc,
        (0x4000_0000, 64 * MIB),
        (0x4FF4_0000, 0x6_DFC0),
    )
    .by("RAM : ORIGIN = 0x4FF00000 + RESERVED_L2_CACHE, LENGTH = 0xADFC0 - RESERVED_L2_CACHE"),
    Esp::new(
        "esp32s31",
        Core::Rv32Imafc,
        (0x4000_0000, 64 * MIB),
        (0x2F00_0000, 0x6_CFB0),
    )
    .by("RAM : ORIGIN = 0x2F000000, LENGTH = 0x6CFB0"),
];

fn esp(sources: &Sources) -> Result<Vec<Row>, String> {
    let targets = sources.esp_metadata.read("src/_build_script_utils.rs")?;
    let row = |chip: &Esp| {
        let name = chip.name;
        let script = sources.esp_hal.read(&format!("ld/{name}/memory.x"))?;
        let target = format!("target: \"{}\"", chip.core.target());
        if !script.contains(chip.line) || !targets.contains(&target) {
            return Err(format!("{name}: esp-hal has another memory or target"));
        }
        let facts = sources
            .esp_metadata
            .read(&format!("src/_generated_{name}.rs"))?;
        let has_usb = facts.contains("USB_DEVICE peripheral singleton");
        Ok(Row {
            boot: Boot::AppDescriptor,
            page: 4096,
            write: 4,
            usb: if has_usb { Usb::SerialJtag } else { Usb::None },
            // With libraries that the crates of esp-radio 1.0.0-beta.1 bring along.
            bluetooth: if facts.contains("BT peripheral singleton") {
                Bluetooth::Ready
            } else {
                Bluetooth::None
            },
            note: note(name).to_owned(),
            windows: chip.windows.to_owned(),
            pins: format!("GPIO:{:x}", gpio(&facts)?),
            uarts: "- UART0".to_owned(),
            // Without USB of its own, messages take the serial port.
            console: console(&facts).filter(|_| has_usb).unwrap_or_default(),
            ..Row::new(name, "esp", chip.core, chip.flash, chip.ram)
        })
    };
    ESP.iter().map(row).collect()
}

fn note(name: &str) -> &'static str {
    match name {
        "esp32p4" => {
            "revisions below 3.0 are not supported by esp-hal; RAM with 256K of second-level cache, as it links by default"
        }
        "esp32s31" => "esp-hal calls its support early; a program links, more was not seen",
        _ => "",
    }
}

/// The pins that reach the first serial port without the matrix of pins: the boot ROM takes them too.
fn console(facts: &str) -> Option<String> {
    let pin_of = |signal: &str| {
        let before = &facts[..facts.find(&format!("_0 => {signal}"))?];
        let pin = &before[before.rfind("GPIO")?..];
        pin.split('(').next()
    };
    Some(format!("UART0 {} {}", pin_of("U0TXD")?, pin_of("U0RXD")?))
}

/// The numbers `n` of `GPIOn(` in the list of pins.
fn gpio(facts: &str) -> Result<u64, String> {
    let start = facts
        .find("macro_rules! for_each_gpio")
        .ok_or("no list of pins")?;
    let list = &facts[start..];
    let list = &list[..list.find("all(").unwrap_or(list.len())];
    let mut numbers = 0;
    for rest in list.split("GPIO").skip(1) {
        if let Some(number) = rest
            .split('(')
            .next()
            .and_then(|digits| digits.parse::<u32>().ok())
        {
            numbers |= 1 << number;
        }
    }
    Ok(numbers)
}
