//! nRF: by hand, for no source of embassy-nrf states memory that is right for all.
//!
//! Memory, page and FPU by the product specifications (nRF51822 PS 3.4, nRF52805 1.4, nRF52810 1.5,
//! nRF52811 1.2, nRF52820 1.5, nRF52832 1.9, nRF52833 1.7, nRF52840 1.11, nRF5340 1.6, nRF54L15/10/05
//! 1.0, nRF54LM20A, nRF9160 2.1, nRF9151/9161 1.1); pins and the list of features by embassy-nrf.
//! Where probe-rs or embassy-nrf's `FLASH_SIZE` state another size, the note says so.

use cargo_async_init::catalog::chips::{Bluetooth, Class, Core, KIB, Region, Usb};

use super::probe::Targets;
use super::rows::Row;
use super::sources::{Source, Sources};

/// Name, KiB of flash, KiB of RAM, bytes of a page, core, probe-rs's name, USB; the words are those of
/// `chips.tsv`.
const FACTS: &str = "\
nrf51_xxaa 256 16 1024 m0 nRF51822_xxAA -
nrf51_xxab 128 16 1024 m0 nRF51822_xxAB -
nrf51_xxac 256 32 1024 m0 nRF51822_xxAC -
nrf52805 192 24 4096 m4 nRF52805_xxAA -
nrf52810 192 24 4096 m4 nRF52810_xxAA -
nrf52811 192 24 4096 m4 nRF52811_xxAA -
nrf52820 256 32 4096 m4 nRF52820_xxAA usbd
nrf52832_xxaa 512 64 4096 m4f nRF52832_xxAA -
nrf52832_xxab 256 32 4096 m4f nRF52832_xxAB -
nrf52833 512 128 4096 m4f nRF52833_xxAA usbd
nrf52840 1024 256 4096 m4f nRF52840_xxAA usbd
nrf5340-app-s 1024 512 4096 m33f nRF5340_xxAA usbd
nrf5340-app-ns 1024 512 4096 m33f nRF5340_xxAA usbd
nrf5340-net 256 64 2048 m33 nRF5340_xxAA -
nrf54l05-app-s 500 96 4096 m33f - -
nrf54l05-app-ns 500 96 4096 m33f - -
nrf54l10-app-s 1012 192 4096 m33f - -
nrf54l10-app-ns 1012 192 4096 m33f - -
nrf54l15-app-s 1524 256 4096 m33f nRF54L15 -
nrf54l15-app-ns 1524 256 4096 m33f nRF54L15 -
nrf54lm20-app-s 2036 512 4096 m33f nRF54LM20A usbhs
nrf9120-s 1024 256 4096 m33f - -
nrf9120-ns 1024 256 4096 m33f - -
nrf9151-s 1024 256 4096 m33f nRF9151_xxAA -
nrf9151-ns 1024 256 4096 m33f nRF9151_xxAA -
nrf9160-s 1024 256 4096 m33f nRF9160_xxAA -
nrf9160-ns 1024 256 4096 m33f nRF9160_xxAA -
nrf9161-s 1024 256 4096 m33f nRF9161_xxAA -
nrf9161-ns 1024 256 4096 m33f nRF9161_xxAA -";

/// What that table says of one name.
struct Fact {
    name: &'static str,
    flash: u32,
    ram: u32,
    page: u32,
    core: Core,
    probe_name: Option<&'static str>,
    usb: Usb,
}

/// Every chip feature's rows.
pub fn rows(sources: &Sources, probe: &Targets) -> Result<Vec<Row>, String> {
    let source = &sources.embassy_nrf;
    let facts: Option<Vec<Fact>> = FACTS.lines().map(fact).collect();
    let facts = facts.ok_or("a line of nordic.rs cannot be read")?;
    for (feature, _) in source.features()? {
        let is_chip = feature.starts_with("nrf");
        if is_chip && !facts.iter().any(|fact| feature_of(fact.name) == feature) {
            return Err(format!(
                "embassy-nrf has `{feature}`, and nordic.rs no memory for it"
            ));
        }
    }
    facts.iter().map(|fact| row(fact, source, probe)).collect()
}

fn fact(line: &'static str) -> Option<Fact> {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, flash, ram, page, core, probe_name, usb] = words[..] else {
        return None;
    };
    Some(Fact {
        name,
        flash: flash.parse().ok()?,
        ram: ram.parse().ok()?,
        page: page.parse().ok()?,
        core: Core::ALL.iter().find(|(_, word)| *word == core)?.0,
        probe_name: Some(probe_name).filter(|name| *name != "-"),
        usb: Usb::ALL.iter().find(|(_, word)| *word == usb)?.0,
    })
}

fn row(fact: &Fact, source: &Source, probe: &Targets) -> Result<Row, String> {
    let name = fact.name;
    let class = match name.rsplit('-').next() {
        Some("net") => Class::Network,
        Some("ns") => Class::NonSecure,
        _ => Class::Plain,
    };
    let (flash, ram) = match class {
        Class::Network => (0x0100_0000, 0x2100_0000),
        _ => (0, 0x2000_0000),
    };
    let region = |origin, kib| Region {
        origin,
        length: kib * KIB,
    };
    if let Some(probe_name) = fact.probe_name {
        probe
            .get(probe_name)
            .ok_or(format!("probe-rs has no `{probe_name}`"))?;
    }
    let file = source.read(&format!("src/chips/{}.rs", file_of(name)))?;
    let series = match &name[..5] {
        "nrf54" => "nrf54l",
        series => series,
    };
    let (timer, write) = match series {
        "nrf54l" => ("GRTC", 16),
        _ => ("RTC1", 4),
    };
    // The features of nrf-sdc 0.4.
    let bluetooth = match (series, class) {
        ("nrf52" | "nrf54l", _) | (_, Class::Network) => Bluetooth::Libclang,
        _ => Bluetooth::None,
    };
    let (flash, ram) = (region(flash, fact.flash), region(ram, fact.ram));
    Ok(Row {
        series: series.to_owned(),
        timer: timer.to_owned(),
        probe_name: fact.probe_name.map(str::to_owned),
        class,
        pac: registers_of(name),
        page: fact.page,
        write,
        usb: fact.usb,
        usb_interrupt: fact.usb.peripheral().to_owned(),
        low_power: true,
        bluetooth,
        note: note(name, class).to_owned(),
        uarts: uarts(&file),
        console: console(name, &file),
        pins: pins(&file),
        ..Row::new(name, "nrf", fact.core, flash, ram)
    })
}

/// The instances of UARTE: `impl_uarte!(SERIAL0, UARTE0, SERIAL0);`, what the HAL calls it first and its
/// interrupt last. The nRF51's UART is none, and embassy-nrf has no driver for it.
fn uarts(file: &str) -> String {
    let instances = file.split("impl_uarte!(").skip(1);
    let names = instances.filter_map(|instance| instance.split([',', ')']).next());
    names.fold(String::new(), |text, name| match &*text {
        "" => format!("- {name}"),
        _ => format!("{text} {name}"),
    })
}

/// The port and the pins that Nordic's own boards wire to their probe (zephyr, boards/nordic).
fn console(name: &str, file: &str) -> String {
    let (uart, tx, rx) = match name {
        _ if name.starts_with("nrf54l") => ("SERIAL20", "P1_04", "P1_05"),
        _ if name.starts_with("nrf5340-app") => ("SERIAL0", "P0_20", "P0_22"),
        _ if name.starts_with("nrf5340-net") => ("SERIAL0", "P1_01", "P1_00"),
        _ if name.starts_with("nrf91") => ("SERIAL0", "P0_29", "P0_28"),
        _ => ("UARTE0", "P0_06", "P0_08"),
    };
    let has_pin = |pin: &str| file.contains(&format!("    {pin},"));
    let is_there = uarts(file).split(' ').any(|known| known == uart) && has_pin(tx) && has_pin(rx);
    if is_there {
        format!("{uart} {tx} {rx}")
    } else {
        String::new()
    }
}

/// The feature, which for the three of the nRF91x1 is the same but for its name.
fn registers_of(name: &str) -> String {
    let feature = feature_of(name);
    let same = feature.replace("nrf9151", "nrf9120");
    same.replace("nrf9161", "nrf9120")
}

/// The feature of a name: `nrf52832_xxaa` is `nrf52832` with that much memory.
fn feature_of(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// embassy-nrf's file for it: without the world, and one for the three of nRF91x1.
fn file_of(name: &str) -> String {
    let name = feature_of(name);
    let name = name
        .strip_suffix("-s")
        .or(name.strip_suffix("-ns"))
        .unwrap_or(name);
    match name {
        "nrf9151" | "nrf9161" => "nrf9120".to_owned(),
        name => name.replace('-', "_"),
    }
}

/// `P0_:ffffffff P1_:ffff`, from the list of peripherals. What stands there under a feature, such as
/// `nfc-pins-as-gpio`, serves something else without it and is no pin.
fn pins(text: &str) -> String {
    let mut ports = [0_u64; 4];
    let before = std::iter::once("").chain(text.lines());
    for (line, before) in text.lines().zip(before) {
        if before.trim().starts_with("#[cfg(feature") {
            continue;
        }
        let name = line.trim().trim_end_matches(',');
        let Some((port, number)) = name.strip_prefix('P').and_then(|rest| rest.split_once('_'))
        else {
            continue;
        };
        if let (Ok(port), Ok(number)) = (port.parse::<usize>(), number.parse::<u32>())
            && name.len() == "P0_00".len()
        {
            ports[port] |= 1 << number;
        }
    }
    let ports = ports
        .iter()
        .enumerate()
        .filter(|(_, numbers)| **numbers != 0);
    let ports = ports.map(|(port, numbers)| format!("P{port}_:{numbers:x}"));
    ports.collect::<Vec<_>>().join(" ")
}

fn note(name: &str, class: Class) -> &'static str {
    match (feature_of(name), class) {
        (_, Class::NonSecure) => {
            "runs beside a secure program (TF-M or a partition manager), which decides where its memory begins; the size is that of the whole chip"
        }
        (_, Class::Network) => {
            "starts once a program on the application core releases it; no FPU, so another target"
        }
        ("nrf51", _) => {
            "memory by the variant (product specification); embassy-nrf's FLASH_SIZE says 128K and its pages 4096 bytes for all; the chip's are of 1024"
        }
        ("nrf52832", _) if name.ends_with("ab") => {
            "flash: 256K by the product specification; probe-rs 0.32 says 1024K and embassy-nrf's FLASH_SIZE 512K"
        }
        ("nrf52805" | "nrf52810" | "nrf52811" | "nrf52820", _) => {
            "core: no FPU (product specification)"
        }
        ("nrf54l05-app-s" | "nrf54l10-app-s", _) => {
            "memory by the datasheet: embassy-nrf's FLASH_SIZE says 1524K; probe-rs 0.32 does not know it"
        }
        ("nrf54l15-app-s", _) => "flash: 1524K by the datasheet; probe-rs 0.32 says 1536K",
        ("nrf54lm20-app-s", _) => {
            "flash: 2036K by probe-rs 0.32; embassy-nrf's FLASH_SIZE says 2048K"
        }
        ("nrf9120-s", _) => "probe-rs 0.32 knows it as part of nRF9151 and nRF9161 only",
        _ => "",
    }
}
