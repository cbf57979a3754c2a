//! STM32: from `stm32-metapac`, by the rules of `embassy-stm32`'s build script.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::rc::Rc;

use cargo_async_init::catalog::chips::{Bank, Banks, Class, Core, Region, Usb};

use super::probe::{Target, Targets};
use super::rows::Row;
use super::sources::{Source, Sources};

/// The serial ports to which ST's own boards wire a console, the most usual first.
const USUAL: [(&str, &str, &str); 6] = [
    ("USART2", "PA2", "PA3"),
    ("USART1", "PA9", "PA10"),
    ("LPUART1", "PA2", "PA3"),
    ("USART1", "PB6", "PB7"),
    ("USART3", "PD8", "PD9"),
    ("USART3", "PB10", "PB11"),
];

/// `metadata_NNNN.rs`: what chips share.
struct Silicon {
    peripherals: Vec<Peripheral>,
    interrupts: Vec<String>,
    pins: Vec<String>,
}

/// A peripheral.
struct Peripheral {
    name: String,
    /// The kind of its registers; empty where they are not known.
    kind: String,
    version: String,
    address: String,
    /// Signal and interrupt.
    interrupts: Vec<(String, String)>,
    /// Pin and signal.
    pins: Vec<(String, String)>,
}

/// A run of memory, as `metadata.rs` names it.
struct Memory {
    name: String,
    kind: String,
    region: Region,
    erase: u32,
    write: u32,
}

/// What one program can use of a kind of memory.
struct Usable {
    region: Region,
    erase: u32,
    write: u32,
}

/// Every chip feature's row.
pub fn rows(sources: &Sources, probe: &Targets) -> Result<Vec<Row>, String> {
    let flavors = Flavors::read(&sources.embassy_stm32)?;
    let mut silicon = HashMap::new();
    let mut rows = Vec::new();
    for (feature, enables) in sources.embassy_stm32.features()? {
        let enables_chip = enables.contains(&format!("stm32-metapac/{feature}"));
        let is_chip = enables_chip && feature.starts_with("stm32");
        if !is_chip {
            continue;
        }
        let chip = Chip::read(&sources.stm32_metapac, &feature, &mut silicon)
            .map_err(|error| format!("{feature}: {error}"))?;
        let row = chip
            .row(probe)
            .map_err(|error| format!("{feature}: {error}"))?;
        flavors.agree(&row)?;
        rows.push(row);
    }
    Ok(rows)
}

/// A chip's folder.
struct Chip {
    feature: String,
    /// `STM32H755ZI`.
    name: String,
    /// `STM32L4+`.
    family: String,
    priority_bits: u32,
    /// What there is for each choice of banks.
    memory: Vec<Vec<Memory>>,
    silicon: Rc<Silicon>,
    pac: String,
}

impl Chip {
    fn read(
        metapac: &Source,
        feature: &str,
        known: &mut HashMap<String, Rc<Silicon>>,
    ) -> Result<Self, String> {
        let folder = format!("src/chips/{feature}");
        let text = metapac.read(&format!("{folder}/metadata.rs"))?;
        let file = between(&text, "include!(\"../", "\")").ok_or("no include")?;
        let silicon = if let Some(silicon) = known.get(file) {
            Rc::clone(silicon)
        } else {
            let silicon = Rc::new(Silicon::read(&metapac.read(&format!("src/chips/{file}"))?)?);
            known.insert(file.to_owned(), Rc::clone(&silicon));
            silicon
        };
        let string = |key: &str| between(&text, &format!("{key}: \""), "\"").map(str::to_owned);
        let bits = between(&text, "nvic_priority_bits: Some(", ")");
        Ok(Self {
            feature: feature.to_owned(),
            name: string("    name").ok_or("no name")?,
            family: string("family").ok_or("no family")?,
            priority_bits: bits.and_then(|bits| bits.parse().ok()).ok_or("no bits")?,
            memory: memory(between(&text, "memory: &[", "peripherals:").ok_or("no memory")?)?,
            silicon,
            pac: metapac.read(&format!("{folder}/pac.rs"))?,
        })
    }

    fn row(&self, probe: &Targets) -> Result<Row, String> {
        let (memory, banks) = self.layout()?;
        let ram = self.usable(memory, "Ram").ok_or("no RAM")?;
        let flash = self.usable(memory, "Flash");
        let core = self.core();
        let (usb, usb_interrupt, usb_pins) = self.usb();
        let series = self.series();
        let probe_name = self.probe_name(probe);
        let probed = probe_name.as_deref().and_then(|name| probe.get(name));
        let flash_region = flash.as_ref().map(|flash| flash.region);
        let (ram, note_on_ram) = safe_ram(probed, ram.region);
        let notes = [
            self.note_on_core(),
            self.note_on_radio(),
            note_on_flash(memory, flash.as_ref()),
            note_on_ram,
            note_on_probe(probed, flash_region)?,
        ];
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        let note = notes.join("; ");
        let eth = self.version("eth").map(|version| format!("eth_{version}"));
        Ok(Row {
            series: series.clone(),
            banks,
            timer: self.timer().ok_or("no timer")?.to_owned(),
            probe_name,
            class: self.class(flash.is_some()),
            pac: self.pac.clone(),
            page: flash.as_ref().map_or(0, |flash| flash.erase),
            write: flash.as_ref().map_or(0, |flash| flash.write),
            usb,
            usb_interrupt,
            usb_pins,
            hsi48: self.has("crs")
                || ["stm32h5", "stm32h7", "stm32h7rs", "stm32u3", "stm32u5"].contains(&&*series),
            low_power: self.sleeps_deeply(&series),
            sai: series == "stm32wba" && self.version("sai") == Some("v4_2pdm"),
            eth: eth.unwrap_or_default(),
            note,
            pins: self.pins()?,
            exti: self.exti()?,
            uarts: self.uarts()?,
            console: self.console(),
            ..Row::new(
                &self.feature,
                "stm32",
                core,
                flash_region.unwrap_or(ram),
                ram,
            )
        })
    }

    /// The series as embassy-stm32 tells them apart, but for L4+, whose manuals are others.
    fn series(&self) -> String {
        if self.feature.starts_with("stm32h7r") || self.feature.starts_with("stm32h7s") {
            return "stm32h7rs".to_owned();
        }
        self.family.to_lowercase()
    }

    /// `embassy-stm32` build.rs, "Select the memory variant to use".
    fn layout(&self) -> Result<(&[Memory], Option<Banks>), String> {
        if let [only] = self.memory.as_slice() {
            return Ok((only, None));
        }
        let named = |memory: &[Memory], name| memory.iter().any(|part| part.name.contains(name));
        let with = |second: bool| {
            self.memory
                .iter()
                .find(|memory| named(memory, "BANK_1") && named(memory, "BANK_2") == second)
        };
        let single = with(false).ok_or("no layout of one bank")?;
        let dual = with(true).ok_or("no layout of two banks")?;
        let flash = |memory| {
            let usable = self.usable(memory, "Flash").ok_or("no flash")?;
            Ok::<Region, String>(usable.region)
        };
        let factory = self.factory()?;
        let mut banks = Banks {
            single: flash(single)?,
            dual: flash(dual)?,
            factory,
            preferred: factory,
        };
        if banks.single.origin != banks.dual.origin {
            return Err("flash begins elsewhere with two banks".to_owned());
        }
        if banks.single.length > banks.dual.length {
            banks.preferred = Bank::Single;
        } else if banks.single.length < banks.dual.length {
            banks.preferred = Bank::Dual;
        }
        let memory = match banks.preferred {
            Bank::Single => single,
            Bank::Dual => dual,
        };
        Ok((memory, Some(banks)))
    }

    /// The option bytes as they are delivered, by the reference manuals: `DUAL_BANK` (RM0444), `DBANK`
    /// (RM0440, RM0432, RM0438) set; `nDBANK` (RM0410) set, `DB1M` (RM0090) clear.
    fn factory(&self) -> Result<Bank, String> {
        match &*self.series() {
            "stm32g0" | "stm32g4" | "stm32l4+" | "stm32l5" => Ok(Bank::Dual),
            "stm32f4" | "stm32f7" => Ok(Bank::Single),
            series => Err(format!(
                "how is a {series} delivered, with one bank or two?"
            )),
        }
    }

    /// `embassy-stm32` build.rs, `get_memory_range`: the largest contiguous run.
    fn usable(&self, memory: &[Memory], kind: &str) -> Option<Usable> {
        let mut parts: Vec<&Memory> = memory
            .iter()
            .filter(|part| part.kind == kind && part.region.length != 0 && self.is_free(&part.name))
            .collect();
        parts.sort_by_key(|part| part.region.origin);
        let mut run: Option<Usable> = None;
        let mut best: Option<Usable> = None;
        for part in parts {
            let next = match run {
                Some(run) if run.region.end() == part.region.origin => Usable {
                    region: Region {
                        length: run.region.length + part.region.length,
                        ..run.region
                    },
                    erase: run.erase.max(part.erase),
                    write: run.write.max(part.write),
                },
                _ => Usable {
                    region: part.region,
                    erase: part.erase,
                    write: part.write,
                },
            };
            if best
                .as_ref()
                .is_none_or(|best| next.region.length > best.region.length)
            {
                best = Some(Usable { ..next });
            }
            run = Some(next);
        }
        best
    }

    /// `embassy-stm32` build.rs, `mem_filter`.
    fn is_free(&self, part: &str) -> bool {
        let is_wb = self.name.starts_with("STM32WB")
            && !self.name.starts_with("STM32WBA")
            && !self.name.starts_with("STM32WB0");
        let outside = ["SDRAM_", "FMC_", "OCTOSPI_"];
        let radio = is_wb && part.starts_with("SRAM2");
        !radio && !outside.iter().any(|name| part.starts_with(name))
    }

    /// No source names it: by the priority bits, the FPU's interrupt and, within the rest, the series.
    fn core(&self) -> Core {
        let series = self.series();
        let has_float = self.silicon.interrupts.iter().any(|name| name == "FPU");
        match (&*series, self.priority_bits, has_float) {
            ("stm32f0", 2, _) => Core::CortexM0,
            (_, 2, _) => Core::CortexM0Plus,
            ("stm32n6", ..) => Core::CortexM55,
            ("stm32h5" | "stm32l5" | "stm32u3" | "stm32u5" | "stm32wba", ..) => Core::CortexM33F,
            ("stm32h7", _, true) if self.feature.ends_with("-cm4") => Core::CortexM4F,
            ("stm32h7" | "stm32h7rs", _, true) => Core::CortexM7D,
            ("stm32f7", _, true) if self.has_double_precision() => Core::CortexM7D,
            ("stm32f7", _, true) => Core::CortexM7F,
            ("stm32wl", ..) => Core::CortexM4,
            (_, _, true) => Core::CortexM4F,
            _ => Core::CortexM3,
        }
    }

    /// The STM32F76 and F77 (RM0410).
    fn has_double_precision(&self) -> bool {
        ["stm32f76", "stm32f77"]
            .iter()
            .any(|line| self.feature.starts_with(line))
    }

    fn class(&self, has_flash: bool) -> Class {
        let second = match self.series().as_str() {
            "stm32h7" => "-cm4",
            _ => "-cm0p",
        };
        match self.feature.contains("-cm") {
            true if self.feature.ends_with(second) => Class::Secondary,
            true => Class::Primary,
            false if has_flash => Class::Plain,
            false => Class::NoFlash,
        }
    }

    /// `embassy-stm32` build.rs, the order of `time-driver-any`.
    fn timer(&self) -> Option<&'static str> {
        let order = [
            "TIM22", "TIM21", "TIM12", "TIM9", "TIM15", "TIM19", "TIM4", "TIM3", "TIM24", "TIM23",
            "TIM5", "TIM2", "TIM20", "TIM8", "TIM1",
        ];
        let has = |name: &str| {
            let mut peripherals = self.silicon.peripherals.iter();
            peripherals.any(|peripheral| peripheral.name == name && !peripheral.kind.is_empty())
        };
        order.into_iter().find(|name| has(name))
    }

    fn has(&self, kind: &str) -> bool {
        self.version(kind).is_some()
    }

    fn version(&self, kind: &str) -> Option<&str> {
        let mut peripherals = self.silicon.peripherals.iter();
        let peripheral = peripherals.find(|peripheral| peripheral.kind == kind)?;
        Some(&peripheral.version)
    }

    /// `embassy-stm32` src/usb: the interrupt `LP` of the device, `GLOBAL` of the others; and the pins
    /// of the signals `DP` and `DM`.
    fn usb(&self) -> (Usb, String, String) {
        let ways = [
            (Usb::Device, "usb", "USB", "LP"),
            (Usb::OtgFs, "otg", "USB_OTG_FS", "GLOBAL"),
            (Usb::OtgHs, "otg", "USB_OTG_HS", "GLOBAL"),
        ];
        for (usb, kind, name, signal) in ways {
            let mut peripherals = self.silicon.peripherals.iter();
            let found = peripherals
                .find(|peripheral| peripheral.kind == kind && peripheral.name == name)
                .and_then(|peripheral| Some((peripheral.interrupt(signal)?, peripheral)));
            if let Some((interrupt, peripheral)) = found {
                let pins = ["DP", "DM"].map(|signal| peripheral.pin(signal).unwrap_or_default());
                return (usb, interrupt.to_owned(), pins.join(" "));
            }
        }
        (Usb::None, String::new(), String::new())
    }

    /// What `low-power` needs (`embassy-stm32` `src/rtc/v2.rs`, `v3.rs`): the interrupt with which the
    /// clock wakes the chip, which the sources name for these series. And of the STM32WB the
    /// semaphores that it shares with the radio's core (`src/low_power.rs`), which stm32-metapac
    /// has for the WB55 only.
    fn sleeps_deeply(&self, series: &str) -> bool {
        let series = series.trim_end_matches('+');
        if series == "stm32wb" && !self.has("hsem") {
            return false;
        }
        match self.version("rtc") {
            Some(version) if version.starts_with("v2") => {
                ["stm32f4", "stm32l4", "stm32wb", "stm32l0"].contains(&series)
            }
            Some(version) if version.starts_with("v3") => [
                "stm32g4", "stm32wl", "stm32g0", "stm32u0", "stm32l5", "stm32h5", "stm32u3",
                "stm32u5", "stm32wba",
            ]
            .contains(&series),
            _ => false,
        }
    }

    /// `PA:ffff PB:3`, from names as `PA5`.
    fn pins(&self) -> Result<String, String> {
        let mut ports: BTreeMap<&str, u64> = BTreeMap::new();
        for pin in &self.silicon.pins {
            let (port, number) = pin.split_at_checked(2).ok_or("a pin without a port")?;
            let number: u32 = number.parse().map_err(|_| format!("the pin {pin}"))?;
            *ports.entry(port).or_default() |= 1 << number;
        }
        let ports = ports
            .iter()
            .map(|(port, numbers)| format!("{port}:{numbers:x}"));
        Ok(ports.collect::<Vec<_>>().join(" "))
    }

    /// `embassy-stm32` build.rs, `peripheral_interrupts`: those of EXTI, and `EXTI2_TSC` in any case.
    fn exti(&self) -> Result<String, String> {
        let exti = self
            .silicon
            .peripherals
            .iter()
            .find(|peripheral| peripheral.name == "EXTI")
            .ok_or("no EXTI")?;
        let shared = self
            .silicon
            .interrupts
            .iter()
            .any(|name| name == "EXTI2_TSC");
        let interrupt = |line: u32| {
            if line == 2 && shared {
                return Ok("EXTI2_TSC".to_owned());
            }
            let signal = format!("EXTI{line}");
            let mut signals = exti.interrupts.iter().filter(|(named, _)| *named == signal);
            let (_, interrupt) = signals.next().ok_or(format!("no interrupt for {signal}"))?;
            Ok::<String, String>(interrupt.clone())
        };
        let interrupts: Result<Vec<String>, String> = (0..16).map(interrupt).collect();
        Ok(interrupts?.join(" "))
    }

    /// Every USART, UART and LPUART, and with which registers; their interrupt is the one called `GLOBAL`.
    fn uarts(&self) -> Result<String, String> {
        let mut text = self.version("usart").unwrap_or_default().to_owned();
        for uart in self.serial_ports() {
            let mut signals = uart.interrupts.iter();
            let global = signals.find(|(signal, _)| signal == "GLOBAL");
            let (_, interrupt) = global.ok_or(format!("no interrupt of {}", uart.name))?;
            let _ = write!(text, " {}:{}", uart.name, uart.address);
            if *interrupt != uart.name {
                let _ = write!(text, ":{interrupt}");
            }
        }
        Ok(text)
    }

    fn serial_ports(&self) -> impl Iterator<Item = &Peripheral> {
        let peripherals = self.silicon.peripherals.iter();
        peripherals.filter(|peripheral| peripheral.kind == "usart")
    }

    /// The console of a board that nothing is known of: the first of [`USUAL`] that this chip has; or else
    /// the first port, by name, that has pins for both ways, and of those the first that are no probe's.
    fn console(&self) -> String {
        let fits = |name, tx, rx| {
            self.serial_ports().any(|port| {
                port.name == name
                    && self.has_signal(port, tx, "TX")
                    && self.has_signal(port, rx, "RX")
            })
        };
        if let Some((name, tx, rx)) = USUAL.iter().find(|(name, tx, rx)| fits(*name, tx, rx)) {
            return format!("{name} {tx} {rx}");
        }
        let mut ports: Vec<&Peripheral> = self.serial_ports().collect();
        ports.sort_by_key(|port| (port.name.starts_with("LPUART"), &port.name));
        let found = ports.into_iter().find_map(|port| {
            let tx = self.first_pin(port, "TX", "")?;
            let rx = self.first_pin(port, "RX", tx)?;
            Some(format!("{} {tx} {rx}", port.name))
        });
        found.unwrap_or_default()
    }

    fn has_signal(&self, port: &Peripheral, pin: &str, signal: &str) -> bool {
        let mut pins = port.pins.iter();
        let there = self.silicon.pins.iter().any(|known| known == pin);
        there && pins.any(|(known, has)| known == pin && has == signal)
    }

    fn first_pin<'a>(&'a self, port: &'a Peripheral, signal: &str, other: &str) -> Option<&'a str> {
        let pins = self.silicon.pins.iter().map(|pin| &**pin);
        let mut free = pins.filter(|pin| *pin != other && !["PA13", "PA14"].contains(pin));
        free.find(|pin| self.has_signal(port, pin, signal))
    }

    /// The same name, or else the first that has a package behind it: `STM32L151CBTxA` for revision A.
    fn probe_name(&self, probe: &Targets) -> Option<String> {
        let (_, revision) = self.feature.split_once('-').unwrap_or_default();
        let revision = match revision {
            "a" | "x" => revision.to_uppercase(),
            _ => String::new(),
        };
        if revision.is_empty()
            && let Some(known) = probe.get(&self.name)
        {
            return Some(known.name.clone());
        }
        // Of the N6 it knows the four kinds, but no package.
        if self.family == "STM32N6"
            && let Some(known) = self
                .name
                .get(.."STM32N657".len())
                .and_then(|kind| probe.get(kind))
        {
            return Some(known.name.clone());
        }
        let base = self.name.trim_end_matches(&format!("-{revision}"));
        probe
            .packages(base)
            .into_iter()
            .find(|name| match &*revision {
                "" => !name.ends_with(['A', 'X']),
                revision => name.ends_with(revision),
            })
    }

    /// Where part of flash may be taken.
    fn note_on_radio(&self) -> String {
        if self.family == "STM32WB" {
            return "flash: all of it; the radio's core, where it is used, has its program at the end".to_owned();
        }
        String::new()
    }

    /// Where the manifest of embassy-stm32 (`embassy_docs`) names another target.
    fn note_on_core(&self) -> String {
        if self.feature.ends_with("-cm0p") {
            return "core: a Cortex-M0+ by its 2 priority bits; embassy-stm32's manifest documents it for thumbv7em".to_owned();
        }
        String::new()
    }
}

/// Where the largest run is not all of flash.
fn note_on_flash(memory: &[Memory], flash: Option<&Usable>) -> String {
    let Some(flash) = flash else {
        return "no flash: the program is loaded into RAM".to_owned();
    };
    let mut parts: Vec<&Memory> = memory
        .iter()
        .filter(|part| part.kind == "Flash" && !part.name.starts_with("OTP"))
        .collect();
    parts.sort_by_key(|part| part.region.origin);
    let whole: u32 = parts.iter().map(|part| part.region.length).sum();
    if whole == flash.region.length {
        return String::new();
    }
    let overlap = parts
        .windows(2)
        .any(|pair| pair[1].region.origin < pair[0].region.end());
    let (taken, whole) = (flash.region.length / 1024, whole / 1024);
    if overlap {
        format!(
            "flash: {taken}K of {whole}K, for stm32-metapac puts the second bank into the first"
        )
    } else {
        format!("flash: {taken}K of {whole}K, for the second bank lies apart")
    }
}

/// RAM as both sources have it: the stack begins at its end, and beyond the real one it would fault.
fn safe_ram(probed: Option<&Target>, ours: Region) -> (Region, String) {
    let theirs = probed.map_or(ours.length, |target| run_from(&target.ram, ours.origin));
    if theirs == 0 || theirs >= ours.length {
        return (ours, String::new());
    }
    let note = format!(
        "RAM: {}K by probe-rs 0.32, the smaller, with which it starts in any case; stm32-metapac says {}K",
        theirs / 1024,
        ours.length / 1024
    );
    let safe = Region {
        length: theirs,
        ..ours
    };
    (safe, note)
}

/// Where probe-rs states less flash, or does not know the chip.
fn note_on_probe(probed: Option<&Target>, flash: Option<Region>) -> Result<String, String> {
    let Some(target) = probed else {
        return Ok("probe-rs 0.32 does not know it".to_owned());
    };
    let theirs = flash.map(|flash| (flash.length, run_from(&target.flash, flash.origin)));
    match theirs {
        Some((ours, theirs)) if theirs < ours => Err(format!(
            "{} K of flash by stm32-metapac, {} K by probe-rs: which?",
            ours / 1024,
            theirs / 1024
        )),
        _ => Ok(String::new()),
    }
}

/// How much memory there is without a gap from that address on.
fn run_from(regions: &[Region], origin: u32) -> u32 {
    let mut regions = regions.to_vec();
    regions.sort_by_key(|region| region.origin);
    let mut end = origin;
    for region in regions {
        if region.origin <= end && region.end() > end {
            end = region.end();
        }
    }
    end - origin
}

impl Silicon {
    fn read(text: &str) -> Result<Self, String> {
        let part = |from, to| between(text, from, to).ok_or(format!("no {from}"));
        let peripherals = part("static PERIPHERALS", "static INTERRUPTS")?;
        let interrupts = part("static INTERRUPTS", "static DMA_CHANNELS")?;
        let pins = part("static PINS", "];")?;
        Ok(Self {
            peripherals: peripherals
                .split("\n    Peripheral {")
                .skip(1)
                .filter_map(Peripheral::read)
                .collect(),
            interrupts: quoted(interrupts).map(str::to_owned).collect(),
            pins: quoted(pins).map(str::to_owned).collect(),
        })
    }
}

impl Peripheral {
    fn read(text: &str) -> Option<Self> {
        let registers = between(text, "registers: Some(PeripheralRegisters {", "}");
        let string = |key| registers.and_then(|text| between(text, key, "\""));
        let signals = &text[text.find(" interrupts: &[")?..];
        let signals: Vec<&str> = quoted(&signals[..signals.find(']')?]).collect();
        let pairs = signals.chunks_exact(2);
        Some(Self {
            name: quoted(text).next()?.to_owned(),
            kind: string("kind: \"").unwrap_or_default().to_owned(),
            version: string("version: \"").unwrap_or_default().to_owned(),
            address: between(text, "address: 0x", ",")
                .unwrap_or_default()
                .to_owned(),
            pins: pins_of(text),
            interrupts: pairs
                .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
                .collect(),
        })
    }

    fn interrupt(&self, signal: &str) -> Option<&str> {
        let row = self.interrupts.iter().find(|(named, _)| named == signal);
        row.map(|(_, interrupt)| interrupt.as_str())
    }

    fn pin(&self, signal: &str) -> Option<&str> {
        let row = self.pins.iter().find(|(_, named)| named == signal);
        row.map(|(pin, _)| pin.as_str())
    }
}

/// The pins of a peripheral, and what they are for.
fn pins_of(text: &str) -> Vec<(String, String)> {
    let pins = text.split("PeripheralPin {").skip(1);
    let string = |text, key| between(text, key, "\"").map(str::to_owned);
    pins.filter_map(|pin| Some((string(pin, "pin: \"")?, string(pin, "signal: \"")?)))
        .collect()
}

/// The regions of each choice of banks: a list of lists.
fn memory(text: &str) -> Result<Vec<Vec<Memory>>, String> {
    let mut layouts = vec![Vec::new()];
    for part in text.split("MemoryRegion {").skip(1) {
        let number = |key: &str| {
            let digits = between(part, key, ",")?;
            match digits.strip_prefix("0x") {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => digits.parse().ok(),
            }
        };
        let region = Memory {
            name: quoted(part)
                .next()
                .ok_or("memory without a name")?
                .to_owned(),
            kind: between(part, "MemoryRegionKind::", ",")
                .ok_or("no kind")?
                .to_owned(),
            region: Region {
                origin: number("address: ").ok_or("no address")?,
                length: number(" size: ").ok_or("no size")?,
            },
            erase: number("erase_size: ").unwrap_or_default(),
            write: number("write_size: ").unwrap_or_default(),
        };
        layouts.last_mut().ok_or("no layout")?.push(region);
        if part.contains("&[") {
            layouts.push(Vec::new());
        }
    }
    Ok(layouts)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

/// What stands between quotation marks, which nothing here escapes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// `[[package.metadata.embassy_docs.flavors]]`: a pattern of features, and their target.
struct Flavors(Vec<(String, String)>);

impl Flavors {
    fn read(source: &Source) -> Result<Self, String> {
        let manifest = source.manifest()?;
        let flavors = manifest["package"]["metadata"]["embassy_docs"]["flavors"]
            .as_array_of_tables()
            .ok_or("no flavors")?;
        let text = |table: &toml_edit::Table, key: &str| {
            let text = table.get(key).and_then(toml_edit::Item::as_str);
            text.unwrap_or_default().to_owned()
        };
        let rows = flavors
            .iter()
            .map(|table| (text(table, "regex_feature"), text(table, "target")));
        Ok(Self(rows.collect()))
    }

    /// That the manifest knows the same instruction set, where it knows any; it leaves out the `hf`.
    fn agree(&self, row: &Row) -> Result<(), String> {
        let plain = |target: &str| target.trim_end_matches("hf").to_owned();
        let targets: Vec<String> = self
            .0
            .iter()
            .filter(|(pattern, _)| matches(pattern, &row.name))
            .map(|(_, target)| plain(target))
            .collect();
        let ours = plain(row.core.target());
        let overruled = row.note.starts_with("core:");
        if targets.is_empty() || targets.contains(&ours) || overruled {
            return Ok(());
        }
        Err(format!(
            "{}: {ours}, but embassy-stm32 says {targets:?}",
            row.name
        ))
    }
}

/// A regular expression of letters, `.`, `[…]` and `.*` at the end.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    if pattern == ".*" {
        return true;
    }
    let Some(letter) = name.chars().next() else {
        return false;
    };
    let (fits, rest) = match pattern
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((set, rest)) => (set.contains(letter), rest),
        None => (
            first == '.' || first == letter,
            &pattern[first.len_utf8()..],
        ),
    };
    fits && matches(rest, &name[letter.len_utf8()..])
}
