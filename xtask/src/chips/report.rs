//! What `reports/chips.md` says of the lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cargo_async_init::blueprint::TOOL_VERSION;
use cargo_async_init::catalog::chips::{self, Chip, Class};

use super::state::Lines;

/// What a line is good for, and until when.
const ID: &str = "
## When a chip is tried again

A line's id stands for the files of the chip's project that decide its image: sources, manifest, build
script, memory, toolchain and flags. A chip is tried again where they change, or if it failed. The id does
not cover what examines and boots the image (`emulator/`, `tests/firmware/`), nor the versions that
dependencies resolve to, which stay those of the first build. After a change there, or for newer versions,
delete `reports/chips.tsv`, for versions also `target/tmp/projects/chips-*`, and run `cargo xtask chips`.
";

/// The report, of lines that are of today's images.
pub fn report(lines: &Lines) -> String {
    let mut text = format!(
        "# Every chip\n\ncargo-async-init {TOOL_VERSION}, by `cargo xtask chips`: blinky for each chip with an LED \
         and a button, linked in release, its image examined, and booted under emulation where its core can \
         be emulated. Nothing here was verified on hardware. `reports/chips.tsv` has a line for each chip.\n"
    );
    text.push_str(&figures(lines));
    text.push_str(&duration(lines));
    text.push_str(&table(lines));
    text.push_str(&failed(lines));
    text.push_str(&not_booted(lines));
    text.push_str(&refused());
    text.push_str(ID);
    text
}

/// How many of the images that were tried link, and how many of a Cortex-M's boot.
fn figures(lines: &Lines) -> String {
    let tried: Vec<(&Chip, &str)> = chips::offered()
        .filter_map(|chip| Some((chip, lines.get(chip.name)?.result.as_str())))
        .collect();
    let linked = tried.iter().filter(|(_, result)| *result != "failed");
    let cortex = tried
        .iter()
        .filter(|(chip, _)| chip.target().starts_with("thumb"));
    let booted = cortex.clone().filter(|(_, result)| *result == "booted");
    let (linked, booted, cortex) = (linked.count(), booted.count(), cortex.count());
    format!(
        "\n{linked} of the {} chips that were tried link and pass the check of their image; of the {cortex} \
         with a Cortex-M, {booted} boot and blink.\n",
        tried.len()
    )
}

/// One row of the table: a series, or all.
fn row(name: &str, chips: &[&Chip], lines: &Lines) -> String {
    let offered: Vec<&&Chip> = chips
        .iter()
        .filter(|chip| chip.refusal().is_none())
        .collect();
    let ended = |result: &str| {
        let is = |chip: &&&&Chip| {
            lines
                .get(chip.name)
                .is_some_and(|line| line.result == result)
        };
        offered.iter().filter(is).count()
    };
    let sets = |chips: &[&&Chip]| {
        let sets: BTreeSet<_> = chips.iter().map(|chip| (chip.family, chip.pac)).collect();
        sets.len()
    };
    let booted: Vec<&&Chip> = offered
        .iter()
        .copied()
        .filter(|chip| {
            lines
                .get(chip.name)
                .is_some_and(|line| line.result == "booted")
        })
        .collect();
    let (ran, linked, failed) = (ended("booted"), ended("linked"), ended("failed"));
    format!(
        "| {name} | {} | {} | {ran} | {linked} | {failed} | {} | {} of {} |\n",
        chips.len(),
        chips.len() - offered.len(),
        offered.len() - ran - linked - failed,
        sets(&booted),
        sets(&offered)
    )
}

/// A row for each series, and one for all.
fn table(lines: &Lines) -> String {
    let mut text = "\n| series | chips | refused | booted | linked, not booted | failed | not yet tried | sets of registers booted |\n\
                    |---|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    let mut series: BTreeMap<&str, Vec<&Chip>> = BTreeMap::new();
    for chip in chips::all() {
        series.entry(chip.series).or_default().push(chip);
    }
    for (name, chips) in &series {
        text.push_str(&row(name, chips, lines));
    }
    text.push_str(&row("all", &chips::all().iter().collect::<Vec<_>>(), lines));
    text
}

/// How long it took; nothing where nothing was tried.
fn duration(lines: &Lines) -> String {
    let Ok(count @ 1..) = u32::try_from(lines.len()) else {
        return String::new();
    };
    let seconds: f64 = lines.values().map(|line| line.seconds).sum();
    format!(
        "\nThat took {:.1} hours in all, jobs side by side counted each: {:.0} seconds for a chip on average.\n",
        seconds / 3600.0,
        seconds / f64::from(count)
    )
}

/// Each that failed; nothing where none did.
fn failed(lines: &Lines) -> String {
    let failed = lines.values().filter(|line| line.result == "failed");
    let failed: Vec<String> = failed
        .map(|line| format!("- `{}`: {}\n", line.chip, line.why))
        .collect();
    if failed.is_empty() {
        return String::new();
    }
    format!("\n## Failed\n\n{}", failed.concat())
}

/// The linked that were not booted, by reason: the series, as those of the second cores are many.
fn not_booted(lines: &Lines) -> String {
    let linked = lines.values().filter(|line| line.result == "linked");
    let mut reasons: BTreeMap<String, Vec<&Chip>> = BTreeMap::new();
    for chip in linked.filter_map(|line| chips::find(&line.chip)) {
        let reason = unbootable(chip).unwrap_or_else(|| BOOTABLE.to_owned());
        reasons.entry(reason).or_default().push(chip);
    }
    let rows: Vec<String> = reasons
        .iter()
        .map(|(reason, chips)| format!("| {} | {reason} | {} |\n", chips.len(), by_series(chips)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n## Linked, not booted\n\n| chips | because | which series |\n|---:|---|---|\n{}",
        rows.concat()
    )
}

/// What to say where the harness has learnt to boot a chip after its line was written.
const BOOTABLE: &str = "the emulator could not boot it yet: a fresh run does";

/// Why an image of that chip cannot be booted here, if it cannot: in words what `Spec::of` decides.
pub(super) fn unbootable(chip: &Chip) -> Option<String> {
    if chip.class == Class::Secondary {
        return Some(
            "the second of two cores is started by the first, and the emulator runs one core"
                .to_owned(),
        );
    }
    if !chip.core.is_arm() {
        return Some("the emulator has no RISC-V core".to_owned());
    }
    let is_modelled = ["stm32", "nrf", "rp"].contains(&chip.family);
    (!is_modelled).then(|| format!("the emulator has no model of {}'s chips", chip.vendor()))
}

/// The series of these chips, each with how many of them it has.
fn by_series(chips: &[&Chip]) -> String {
    let mut series: BTreeMap<&str, usize> = BTreeMap::new();
    for chip in chips {
        *series.entry(chip.series).or_default() += 1;
    }
    let series: Vec<String> = series
        .into_iter()
        .map(|(name, count)| match count {
            1 => name.to_owned(),
            _ => format!("{name} ({count})"),
        })
        .collect();
    series.join(", ")
}

/// The chips for which there is no project, by reason.
fn refused() -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for chip in chips::all() {
        if let Some((reason, _)) = chip.refusal() {
            reasons.entry(reason).or_default().push(chip.name);
        }
    }
    let mut text = "\n## Refused\n\n| chips | because | which |\n|---:|---|---|\n".to_owned();
    for (reason, names) in reasons {
        let _ = writeln!(
            text,
            "| {} | {reason} | {} |",
            names.len(),
            names.join(", ")
        );
    }
    text
}
