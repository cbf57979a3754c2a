//! From rows to the text of `chips.tsv`: what many rows share is written once, at the top.

use std::fmt::Write as _;

use cargo_async_init::catalog::chips::{
    Bank, Banks, Bluetooth, Boot, Class, Core, KIB, Region, Usb,
};

use super::sources::Sources;

/// A chip, as it is written.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: String,
    pub family: &'static str,
    pub series: String,
    pub core: Core,
    pub flash: Region,
    pub ram: Region,
    pub banks: Option<Banks>,
    pub timer: String,
    pub probe_name: Option<String>,
    pub boot: Boot,
    pub class: Class,
    /// Whatever is the same for chips with the same registers and vectors, within the series.
    pub pac: String,
    pub page: u32,
    pub write: u32,
    pub usb: Usb,
    pub usb_interrupt: String,
    /// `PA12 PA11`: D+ and D-.
    pub usb_pins: String,
    pub hsi48: bool,
    pub low_power: bool,
    pub sai: bool,
    pub bluetooth: Bluetooth,
    pub eth: String,
    pub note: String,
    /// Other addresses of the same flash and RAM: `3c000000:4096K`.
    pub windows: String,
    /// `PA:ffff PB:3`.
    pub pins: String,
    /// `v2 USART1:40011000 USART3:40004800:USART3_4`: the kind of registers (STM32), then each port,
    /// where it is, and its interrupt where that is called otherwise.
    pub uarts: String,
    /// `USART2 PA2 PA3`: the serial port to take if nobody says which, its pins for sending and receiving.
    pub console: String,
    /// The interrupts of the 16 lines.
    pub exti: String,
}

impl Row {
    /// A chip of which no more is said than where its memory is; it starts with its vector table.
    pub fn new(name: &str, family: &'static str, core: Core, flash: Region, ram: Region) -> Self {
        Self {
            name: name.to_owned(),
            family,
            series: name.to_owned(),
            core,
            flash,
            ram,
            banks: None,
            timer: String::new(),
            probe_name: None,
            boot: Boot::Vectors,
            class: Class::Plain,
            pac: name.to_owned(),
            page: 0,
            write: 0,
            usb: Usb::None,
            usb_interrupt: String::new(),
            usb_pins: String::new(),
            hsi48: false,
            low_power: false,
            sai: false,
            bluetooth: Bluetooth::None,
            eth: String::new(),
            note: String::new(),
            windows: String::new(),
            pins: String::new(),
            uarts: String::new(),
            console: String::new(),
            exti: String::new(),
        }
    }
}

/// Texts that are numbered in the order in which they first occur.
#[derive(Default)]
struct Numbered(Vec<String>);

impl Numbered {
    /// Its number; `-` for nothing.
    fn number(&mut self, text: &str) -> String {
        if text.is_empty() {
            return "-".to_owned();
        }
        let known = self.0.iter().position(|known| known == text);
        let number = known.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        number.to_string()
    }

    /// A line for each.
    fn lines(&self, name: &str) -> String {
        let lines = self.0.iter().map(|text| format!("%{name}\t{text}\n"));
        lines.collect()
    }
}

/// The whole file: a section for each series, so that a change to one leaves the others as they are.
pub fn text(sources: &Sources, mut rows: Vec<Row>) -> Result<String, String> {
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(format!("two rows are called `{}`", pair[0].name));
    }
    let [mut exti, mut uarts] = <[Numbered; 2]>::default();
    let sections: Vec<String> = rows
        .chunk_by(|a, b| a.series == b.series)
        .map(|rows| section(rows, &mut exti, &mut uarts))
        .collect();
    let mut series: Vec<&str> = rows.iter().map(|row| &*row.series).collect();
    series.dedup();
    let sections_of = series.len();
    series.sort_unstable();
    series.dedup();
    if series.len() != sections_of {
        return Err("the names of two series are mixed: chips.tsv cannot be sorted".to_owned());
    }
    let mut text = head(sources);
    text.push_str(&exti.lines("exti"));
    text.push_str(&uarts.lines("uarts"));
    text.extend(sections);
    Ok(text)
}

/// The chips of one series, below what they share.
fn section(rows: &[Row], exti: &mut Numbered, uarts: &mut Numbered) -> String {
    let [mut pins, mut kinds, mut notes, mut pacs] = <[Numbered; 4]>::default();
    let mut lines = String::new();
    for row in rows {
        let schemes = [exti.number(&row.exti), uarts.number(&row.uarts)];
        let line = [
            row.name.clone(),
            kinds.number(&kind(row, &schemes)),
            pacs.number(&format!("{:?} {:?} {}", row.core, row.class, row.pac)),
            region(row.flash),
            region(row.ram),
            banks(row.banks),
            pins.number(&pins_and_console(row)),
            probe_name(row),
            notes.number(&row.note),
        ];
        lines.push_str(line.join("\t").trim_end_matches("\t-"));
        lines.push('\n');
    }
    let (family, series) = (rows[0].family, &rows[0].series);
    let (kinds, pins, notes) = (kinds.lines("kind"), pins.lines("pins"), notes.lines("note"));
    format!("%series\t{family}\t{series}\n{kinds}{pins}{notes}{lines}")
}

fn kind(row: &Row, [exti, uarts]: &[String; 2]) -> String {
    let flags = [(row.hsi48, "h"), (row.low_power, "l"), (row.sai, "s")];
    let flags: String = flags
        .iter()
        .filter_map(|(set, letter)| set.then_some(*letter))
        .chain([word(&Bluetooth::ALL, row.bluetooth)])
        .collect();
    let columns: [&str; 14] = [
        word(&Core::ALL, row.core),
        &row.timer,
        &row.page.to_string(),
        &row.write.to_string(),
        exti,
        uarts,
        word(&Usb::ALL, row.usb),
        &row.usb_interrupt,
        &row.usb_pins,
        &flags,
        &row.eth,
        word(&Boot::ALL, row.boot),
        word(&Class::ALL, row.class),
        &row.windows,
    ];
    let columns = columns.map(|column| if column.is_empty() { "-" } else { column });
    columns.join("\t")
}

fn pins_and_console(row: &Row) -> String {
    match &*row.console {
        "" => row.pins.clone(),
        console => format!("{}\t{console}", row.pins),
    }
}

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    let known = words.iter().find(|(known, _)| *known == value);
    known.map_or("", |(_, word)| word)
}

fn region(region: Region) -> String {
    format!("{:x}:{}", region.origin, length(region.length))
}

fn length(length: u32) -> String {
    if length.is_multiple_of(KIB) {
        format!("{}K", length / KIB)
    } else {
        format!("{length:x}")
    }
}

fn banks(banks: Option<Banks>) -> String {
    let Some(banks) = banks else {
        return "-".to_owned();
    };
    let name = |bank| match bank {
        Bank::Single => "single",
        Bank::Dual => "dual",
    };
    format!(
        "{} {} {} {}",
        length(banks.single.length),
        length(banks.dual.length),
        name(banks.factory),
        name(banks.preferred)
    )
}

fn probe_name(row: &Row) -> String {
    match &row.probe_name {
        None => "-".to_owned(),
        Some(name) if *name == row.name.to_uppercase() => "=".to_owned(),
        Some(name) => name.clone(),
    }
}

fn head(sources: &Sources) -> String {
    let mut text = String::from(
        "# The chips, by `cargo xtask catalogue`: derived, so do not edit. Read by src/catalog/chips/table.rs.\n# From:",
    );
    for source in sources.each() {
        let _ = write!(text, " {} {}", source.name, source.version);
    }
    text.push('\n');
    text.push_str("# Columns: name, number of `%kind`, registers and vectors, flash, RAM, banks, number of `%pins`, probe-rs's name, number of `%note`.\n");
    for line in SETTLED {
        let _ = writeln!(text, "# {line}");
    }
    text
}

/// How disagreements were settled; each row concerned has a note as well.
const SETTLED: &[&str] = &[
    "Memory of an STM32: the largest contiguous run of stm32-metapac's regions, as embassy-stm32's build script takes it.",
    "Core of an STM32: from the priority bits, the FPU's interrupt and the series; where embassy-stm32's manifest names another, the note says so.",
    "nRF: by hand in xtask/src/catalogue/nordic.rs, from the product specifications, beside probe-rs.",
    "A section for each `%series`; what its chips share is counted from 0 in each. Columns of `%kind`: core, timer, erased at once, written at once, number of `%exti`, number of `%uarts`, USB, its interrupt, its pins D+ and D-, flags, Ethernet, boot, class, other addresses of the same memory.",
    "`%uarts`: registers of an STM32's, then each port as name:address, and :interrupt where it has another name. `%pins`: ports, then the console of a board without a row: its UART, the pin that sends, the one that receives.",
    "Flags: h HSI48, l the feature low-power compiles, s Config::default() panics on SAI1's clock, b Bluetooth, c Bluetooth whose controller takes libclang to build. Banks: single, dual, delivered as, preferred.",
];
