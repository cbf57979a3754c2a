//! From rows to the text of `chips.tsv`: what many rows share is written once, at the top.

use std::fmt::Write as _;

use cargo_async_init::catalog::chips::{Bank, Banks, Boot, Class, Core, KIB, Region, Usb};

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
    /// Whatever is the same for chips with the same registers and vectors, within the family.
    pub pac: String,
    pub page: u32,
    pub write: u32,
    pub usb: Usb,
    pub usb_interrupt: String,
    pub hsi48: bool,
    pub low_power: bool,
    pub sai: bool,
    pub eth: String,
    pub note: String,
    /// Other addresses of the same flash and RAM: `3c000000:4096K`.
    pub windows: String,
    /// `PA:ffff PB:3`.
    pub pins: String,
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
            hsi48: false,
            low_power: false,
            sai: false,
            eth: String::new(),
            note: String::new(),
            windows: String::new(),
            pins: String::new(),
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
}

/// The whole file.
pub fn text(sources: &Sources, mut rows: Vec<Row>) -> Result<String, String> {
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(format!("two rows are called `{}`", pair[0].name));
    }
    let [mut exti, mut pins, mut kinds, mut notes, mut pacs] = <[Numbered; 5]>::default();
    let mut lines = String::new();
    for row in &rows {
        let scheme = exti.number(&row.exti);
        let line = [
            row.name.clone(),
            kinds.number(&kind(row, &scheme)),
            pacs.number(&format!("{} {}", row.family, row.pac)),
            region(row.flash),
            region(row.ram),
            banks(row.banks),
            pins.number(&row.pins),
            probe_name(row),
            notes.number(&row.note),
        ];
        lines.push_str(line.join("\t").trim_end_matches("\t-"));
        lines.push('\n');
    }
    let mut text = head(sources);
    let tables = [
        ("exti", exti),
        ("pins", pins),
        ("kind", kinds),
        ("note", notes),
    ];
    for (name, table) in tables {
        for line in table.0 {
            writeln!(text, "%{name}\t{line}").map_err(|error| error.to_string())?;
        }
    }
    text.push_str("#name\tkind\tpac\tflash\tRAM\tbanks\tpins\tprobe-rs\tnote\n");
    text.push_str(&lines);
    Ok(text)
}

fn kind(row: &Row, exti: &str) -> String {
    let flags = [(row.hsi48, "h"), (row.low_power, "l"), (row.sai, "s")];
    let flags: String = flags
        .iter()
        .filter_map(|(set, letter)| set.then_some(*letter))
        .collect();
    let columns = [
        row.family,
        &row.series,
        word(&Core::ALL, row.core),
        &row.timer,
        &row.page.to_string(),
        &row.write.to_string(),
        exti,
        word(&Usb::ALL, row.usb),
        &row.usb_interrupt,
        &flags,
        &row.eth,
        word(&Boot::ALL, row.boot),
        word(&Class::ALL, row.class),
        &row.windows,
    ];
    let columns = columns.map(|column| if column.is_empty() { "-" } else { column });
    columns.join("\t")
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
    "Columns of `%kind`: family, series, core, timer, erased at once, written at once, number of `%exti`, USB, its interrupt, flags, Ethernet, boot, class, other addresses of the same memory.",
    "Flags: h HSI48, l the feature low-power compiles, s Config::default() panics on SAI1's clock. Banks: single, dual, delivered as, preferred.",
];
