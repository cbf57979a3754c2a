//! Reading `chips.tsv`, once, when a chip is first asked for.
//!
//! Its lines: `#` for people; `%series` begins a section; another `%` is what rows below it share,
//! counted from 0 in each section; a chip otherwise. Columns are separated by tabs.

use std::sync::LazyLock;

use super::{
    Bank, Banks, Bluetooth, Boot, Chip, Class, Console, Core, FAMILIES, KIB, Port, Region, Uart,
    Usb,
};

const TEXT: &str = include_str!("../chips.tsv");

static TABLE: LazyLock<Vec<Chip>> = LazyLock::new(|| read(TEXT));

/// Every chip, by name.
pub fn all() -> &'static [Chip] {
    &TABLE
}

/// What many chips share.
#[derive(Clone, Copy)]
struct Kind {
    core: Core,
    timer: &'static str,
    page: u32,
    write: u32,
    exti: &'static [&'static str],
    uarts: Uarts,
    usb: Usb,
    usb_interrupt: &'static str,
    usb_pins: Option<[&'static str; 2]>,
    flags: &'static str,
    eth: &'static str,
    boot: Boot,
    class: Class,
    windows: &'static [Region],
}

/// The kind of registers that an STM32's serial ports have, and the ports.
type Uarts = (&'static str, &'static [Uart]);

/// A chip's pins, and what is taken of them for a console.
type Pins = (&'static [Port], Option<Console>);

/// What rows refer to by number, in the section that is being read.
#[derive(Default)]
struct Shared {
    family: &'static str,
    series: &'static str,
    /// How many groups of the same registers the sections before had.
    pacs: u16,
    /// These two are the same for all sections.
    exti: Vec<&'static [&'static str]>,
    uarts: Vec<Uarts>,
    pins: Vec<Pins>,
    kinds: Vec<Kind>,
    notes: Vec<&'static str>,
}

/// The columns of a line, in order.
///
/// A column that is missing or wrong is a mistake in `chips.tsv`, which the tests read as a whole; so
/// it counts as empty or as the first possibility here.
struct Columns(std::str::Split<'static, char>);

impl Columns {
    fn text(&mut self) -> &'static str {
        match self.0.next().unwrap_or_default() {
            "-" => "",
            text => text,
        }
    }

    fn number(&mut self) -> usize {
        self.text().parse().unwrap_or_default()
    }

    fn bytes(&mut self) -> u32 {
        self.text().parse().unwrap_or_default()
    }

    fn word<T: Copy>(&mut self, words: &[(T, &str)]) -> T {
        let word = self.0.next().unwrap_or_default();
        let known = words.iter().find(|(_, known)| *known == word);
        known.unwrap_or(&words[0]).0
    }
}

impl Shared {
    /// Forgets what the section before shared.
    fn begin(&mut self, mut columns: Columns, before: &[Chip]) {
        let family = columns.text();
        let row = FAMILIES.iter().find(|row| row.id == family);
        *self = Self {
            family: row.map_or(family, |row| row.id),
            series: columns.text(),
            pacs: before.iter().map(|chip| chip.pac + 1).max().unwrap_or(0),
            exti: std::mem::take(&mut self.exti),
            uarts: std::mem::take(&mut self.uarts),
            ..Self::default()
        };
    }
}

fn read(text: &'static str) -> Vec<Chip> {
    // In one piece, for probe-rs calls most chips by their name in capitals.
    let capitals: &'static str = text.to_ascii_uppercase().leak();
    let mut shared = Shared::default();
    let mut chips = Vec::with_capacity(1600);
    for (line, capitals) in text.lines().zip(capitals.lines()) {
        if line.starts_with('#') {
            continue;
        }
        let mut columns = Columns(line.split('\t'));
        match columns.text() {
            "%series" => shared.begin(columns, &chips),
            "%exti" => shared.exti.push(exti(columns)),
            "%uarts" => shared.uarts.push(uarts(columns)),
            "%pins" => shared.pins.push(pins(columns)),
            "%kind" => {
                let kind = kind(columns, &shared);
                shared.kinds.push(kind);
            }
            "%note" => shared.notes.push(columns.text()),
            name => chips.extend(chip(name, capitals, columns, &shared)),
        }
    }
    chips
}

/// The interrupt of each line.
fn exti(mut columns: Columns) -> &'static [&'static str] {
    let interrupts: Vec<&str> = columns.text().split_whitespace().collect();
    interrupts.leak()
}

/// `v2 USART1:40011000 USART3:40004800:USART3_4`.
fn uarts(mut columns: Columns) -> Uarts {
    let (registers, ports) = columns.text().split_once(' ').unwrap_or_default();
    let ports: Vec<Uart> = ports.split(' ').filter_map(uart).collect();
    (registers, ports.leak())
}

fn uart(text: &'static str) -> Option<Uart> {
    let mut words = text.split(':');
    let name = words.next()?;
    let address = words.next().unwrap_or_default();
    Some(Uart {
        name,
        address: u32::from_str_radix(address, 16).unwrap_or_default(),
        interrupt: words.next().unwrap_or(name),
    })
}

/// `PA:ffff PB:3`, and `USART2 PA2 PA3`.
fn pins(mut columns: Columns) -> Pins {
    let ports: Vec<Port> = columns.text().split(' ').filter_map(port).collect();
    (ports.leak(), console(columns.text()))
}

fn console(text: &'static str) -> Option<Console> {
    let mut words = text.split(' ');
    Some(Console {
        uart: words.next()?,
        tx: words.next()?,
        rx: words.next()?,
    })
}

fn port(text: &'static str) -> Option<Port> {
    let (prefix, numbers) = text.split_once(':')?;
    let numbers = u64::from_str_radix(numbers, 16).ok()?;
    Some(Port { prefix, numbers })
}

fn kind(mut columns: Columns, shared: &Shared) -> Kind {
    Kind {
        core: columns.word(&Core::ALL),
        timer: columns.text(),
        page: columns.bytes(),
        write: columns.bytes(),
        exti: match columns.text() {
            "" => &[],
            number => get(&shared.exti, number).unwrap_or(&[]),
        },
        uarts: get(&shared.uarts, columns.text()).unwrap_or_default(),
        usb: columns.word(&Usb::ALL),
        usb_interrupt: columns.text(),
        usb_pins: usb_pins(columns.text()),
        flags: columns.text(),
        eth: columns.text(),
        boot: columns.word(&Boot::ALL),
        class: columns.word(&Class::ALL),
        windows: windows(columns.text()),
    }
}

fn chip(
    name: &'static str,
    capitals: &'static str,
    mut columns: Columns,
    shared: &Shared,
) -> Option<Chip> {
    let kind = shared.kinds.get(columns.number())?;
    let pac = shared.pacs + u16::try_from(columns.number()).unwrap_or_default();
    let flash = region(columns.text())?;
    let ram = region(columns.text())?;
    let banks = banks(columns.text(), flash.origin);
    let (ports, console) = get(&shared.pins, columns.text()).unwrap_or_default();
    let probe_name = match columns.text() {
        "" => None,
        "=" => capitals.split('\t').next(),
        name => Some(name),
    };
    Some(Chip {
        name,
        feature: name.split('_').next().unwrap_or(name),
        family: shared.family,
        series: shared.series,
        core: kind.core,
        flash,
        ram,
        banks,
        timer: kind.timer,
        probe_name,
        boot: kind.boot,
        class: kind.class,
        pac,
        windows: kind.windows,
        page: kind.page,
        write: kind.write,
        usb: kind.usb,
        usb_interrupt: kind.usb_interrupt,
        usb_pins: kind.usb_pins,
        hsi48: kind.flags.contains('h'),
        low_power: kind.flags.contains('l'),
        sai: kind.flags.contains('s'),
        bluetooth: bluetooth(kind.flags),
        eth: kind.eth,
        note: get(&shared.notes, columns.text()).unwrap_or_default(),
        ports,
        exti: kind.exti,
        usart: kind.uarts.0,
        uarts: kind.uarts.1,
        console,
    })
}

fn get<T: Copy>(table: &[T], number: &str) -> Option<T> {
    table.get(number.parse::<usize>().ok()?).copied()
}

/// Among the flags, that for Bluetooth.
fn bluetooth(flags: &str) -> Bluetooth {
    let known = Bluetooth::ALL.iter().rev();
    let mut stated = known.filter(|(_, letter)| flags.contains(letter));
    stated.next().map_or(Bluetooth::None, |(stated, _)| *stated)
}

/// `PA12 PA11`.
fn usb_pins(text: &'static str) -> Option<[&'static str; 2]> {
    text.split_once(' ').map(|(plus, minus)| [plus, minus])
}

/// `3c000000:4096K 50000000:8K`.
fn windows(text: &'static str) -> &'static [Region] {
    let regions: Vec<Region> = text.split(' ').filter_map(region).collect();
    regions.leak()
}

/// `8000000:512K`.
fn region(text: &str) -> Option<Region> {
    let (origin, length) = text.split_once(':')?;
    Some(Region {
        origin: u32::from_str_radix(origin, 16).ok()?,
        length: length_of(length)?,
    })
}

/// `512K`, or bytes in hexadecimal digits.
fn length_of(text: &str) -> Option<u32> {
    match text.strip_suffix('K') {
        Some(kib) => kib.parse::<u32>().ok()?.checked_mul(KIB),
        None => u32::from_str_radix(text, 16).ok(),
    }
}

/// `single=512K dual=256K factory=dual preferred=single`, each by its first letter or size.
fn banks(text: &str, origin: u32) -> Option<Banks> {
    let mut words = text.split(' ');
    let mut region = || {
        let length = length_of(words.next()?)?;
        Some(Region { origin, length })
    };
    let (single, dual) = (region()?, region()?);
    let mut bank = || match words.next()? {
        "single" => Some(Bank::Single),
        "dual" => Some(Bank::Dual),
        _ => None,
    };
    Some(Banks {
        single,
        dual,
        factory: bank()?,
        preferred: bank()?,
    })
}
