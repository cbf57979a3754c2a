//! PY32 and SF32: what py32-hal and sifli-hal drive, by hand, checked against their sources.

use cargo_async_init::catalog::chips::{Boot, Core, KIB, Region, Usb};

use super::probe::Targets;
use super::rows::Row;
use super::sources::{Source, Sources};

/// Every chip feature of the two.
pub fn rows(sources: &Sources, probe: &Targets) -> Result<Vec<Row>, String> {
    let mut rows = py32(sources, probe)?;
    rows.push(sf32(&sources.sifli_hal, probe)?);
    Ok(rows)
}

/// A chip feature of py32-hal, which stands for the chips that its `examples/README.md` lists.
struct Py32 {
    name: &'static str,
    series: &'static str,
    /// KiB of flash and of RAM.
    memory: (u32, u32),
    timer: &'static str,
    probe_name: &'static str,
    /// Bytes that are written and erased at once.
    page: u32,
    pins: &'static str,
    usb: Usb,
}

/// Memory and pages by `py32-metapac`; the timer by the order in py32-hal's build script; pins as it
/// makes them: 16 for every port, but for those of the debugger.
const PY32: [Py32; 4] = [
    Py32 {
        name: "py32f002b",
        series: "py32f002b",
        memory: (24, 3),
        timer: "TIM1",
        probe_name: "PY32F002Bx5",
        page: 128,
        pins: "PA:fffb PB:ffbf PC:ffff",
        usb: Usb::None,
    },
    Py32 {
        name: "py32f030f16",
        series: "py32f030",
        memory: (32, 4),
        timer: "TIM3",
        probe_name: "PY32F030x6",
        page: 128,
        pins: "PA:9fff PB:ffff PF:ffff",
        usb: Usb::None,
    },
    Py32 {
        name: "py32f030k28",
        series: "py32f030",
        memory: (64, 8),
        timer: "TIM3",
        probe_name: "PY32F030x8",
        page: 128,
        pins: "PA:9fff PB:ffff PF:ffff",
        usb: Usb::None,
    },
    Py32 {
        name: "py32f072c1b",
        series: "py32f072",
        memory: (128, 16),
        timer: "TIM15",
        probe_name: "PY32F072xB",
        page: 256,
        pins: "PA:9fff PB:ffff PC:ffff PF:ffff",
        usb: Usb::Musb,
    },
];

/// The same for all of them; py32-hal binds them itself.
const PY32_EXTI: &str = "EXTI0_1 EXTI0_1 EXTI2_3 EXTI2_3 EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15 \
                         EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15 EXTI4_15";

fn py32(sources: &Sources, probe: &Targets) -> Result<Vec<Row>, String> {
    for (feature, _) in sources.py32_hal.features()? {
        if feature.starts_with("py32") && !PY32.iter().any(|chip| chip.name == feature) {
            return Err(format!(
                "py32-hal has `{feature}`, and community.rs no memory for it"
            ));
        }
    }
    PY32.iter()
        .map(|chip| py32_row(chip, &sources.py32_metapac, probe))
        .collect()
}

fn py32_row(chip: &Py32, metapac: &Source, probe: &Targets) -> Result<Row, String> {
    let (flash, ram) = chip.memory;
    let script = metapac.read(&format!("src/chips/{}/memory_x/memory.x", chip.name))?;
    let lines = [
        format!("FLASH : ORIGIN = 0x08000000, LENGTH = {flash:>4}K"),
        format!("RAM   : ORIGIN = 0x20000000, LENGTH = {ram:>4}K"),
    ];
    let known = probe.get(chip.probe_name);
    if known.is_none() || !lines.iter().all(|line| script.contains(line)) {
        return Err(format!("{}: its memory or its name is another", chip.name));
    }
    let region = |origin, kib| Region {
        origin,
        length: kib * KIB,
    };
    let (flash, ram) = (region(0x0800_0000, flash), region(0x2000_0000, ram));
    let usb_interrupt = match chip.usb {
        Usb::None => "",
        _ => "USB",
    };
    Ok(Row {
        series: chip.series.to_owned(),
        timer: chip.timer.to_owned(),
        probe_name: Some(chip.probe_name.to_owned()),
        pac: chip.series.to_owned(),
        page: chip.page,
        write: chip.page,
        usb: chip.usb,
        usb_interrupt: usb_interrupt.to_owned(),
        note: "pins: py32-hal makes 16 for every port, whatever the package has".to_owned(),
        pins: chip.pins.to_owned(),
        exti: PY32_EXTI.to_owned(),
        ..Row::new(chip.name, "py32", Core::CortexM0Plus, flash, ram)
    })
}

/// `SF32LB52x`: the flash chip lies beside it or in its package, 128 KiB of it taken by the table and the
/// boot loader; of 512 KiB of RAM the cores' mailboxes take the last (sifli-rs, its template's memory.x).
fn sf32(source: &Source, probe: &Targets) -> Result<Row, String> {
    let probe_name = "SF32LB52";
    let script = source.read("build.rs")?;
    let known = source.features()?;
    let chips = known
        .iter()
        .filter(|(feature, _)| feature.starts_with("sf32"));
    if chips.count() != 1 || !script.contains("(0..=44)") || probe.get(probe_name).is_none() {
        return Err("sifli-hal has other chips or pins than those of community.rs".to_owned());
    }
    let flash = Region {
        origin: 0x1202_0000,
        length: (16 * 1024 - 128) * KIB,
    };
    let ram = Region {
        origin: 0x2000_0000,
        length: 511 * KIB,
    };
    Ok(Row {
        timer: "GPTIM1".to_owned(),
        probe_name: Some(probe_name.to_owned()),
        boot: Boot::FlashTable,
        page: 4096,
        write: 256,
        usb: Usb::Musb,
        usb_interrupt: "USBC".to_owned(),
        note: "probe-rs 0.32 attaches to it, but sftool writes its flash".to_owned(),
        pins: "PA:1fffffffffff".to_owned(),
        ..Row::new("sf32lb52x", "sifli", Core::CortexM33F, flash, ram)
    })
}
