//! What firmware needs: rustup, the pinned toolchain with the boards' targets, and their flashers.

use std::fs;
use std::path::Path;

use toml_edit::DocumentMut;

use super::programs::{Program, Version, present};
use super::{Check, Finding};
use crate::blueprint::{Blueprint, FIRMWARE_TOOLCHAIN};
use crate::catalog::boards::{Board, Flasher};
use crate::catalog::chips::Chip;

/// Where a project pins its toolchain.
pub(super) const PIN: &str = "rust-toolchain.toml";

/// From this release on no bare-metal target is offered ready-made; and those that went before.
const NONE_SINCE: &str = "1.99";
const GONE: &[(&str, &str)] = &[("thumbv8m.main-none-eabihf", "1.98")];

/// What flashers are asked that do not take `--version`; elf2uf2-rs has no way to say its own.
const ASKED: &[(&str, &str)] = &[("elf2uf2-rs", "--help"), ("picotool", "version")];
/// The oldest version that knows the board.
const OLDEST: &[(&str, &str)] = &[("picotool", "2.0")];

/// The step that installs what makes a plain image, and its program.
const PLAIN_IMAGE: &str = "cargo install cargo-binutils";
const OBJCOPY: &str = "rust-objcopy";

/// The toolchain that a project pins, if it pins one.
pub(super) fn pinned(file: &Path) -> Option<String> {
    channel(&fs::read_to_string(file).ok()?)
}

fn channel(text: &str) -> Option<String> {
    let document: DocumentMut = text.parse().ok()?;
    let channel = document.get("toolchain")?.get("channel")?;
    channel.as_str().map(str::to_owned)
}

/// Everything that these projects' boards need.
pub(super) fn checks(projects: &[&Blueprint], runtime: &str, channel: &str) -> Vec<Check> {
    let boards: Vec<&Board> = projects
        .iter()
        .filter_map(|project| project.board.as_ref())
        .collect();
    let rustup = Program::ask("rustup", "--version");
    let mut checks = vec![Check::new("rustup", runtime, rustup_there(&rustup))];
    if let Program::Says(_) = rustup {
        checks.extend(toolchain_checks(&boards, runtime, channel));
    }
    for flasher in distinct(&boards, |board| board.flasher.program) {
        let boards = with(&boards, |board| board.flasher.program == flasher);
        let Some(tool) = boards.first().map(|board| board.flasher) else {
            continue;
        };
        let words = lookup(ASKED, flasher).unwrap_or("--version");
        let found = ready_to_flash(tool, &Program::ask(flasher, words));
        checks.push(Check::new("flasher", name(&boards), found));
    }
    let plain = with(&boards, needs_plain_image);
    if !plain.is_empty() {
        // Not asked: whatever it does not understand, it takes for something to build.
        let program = Program::find(OBJCOPY);
        let cure = "cargo install cargo-binutils --locked && rustup component add llvm-tools";
        let found = present(OBJCOPY, &program, cure);
        checks.push(Check::new("objcopy", name(&plain), found));
    }
    checks
}

fn toolchain_checks(boards: &[&Board], runtime: &str, channel: &str) -> Vec<Check> {
    let mut targets = Vec::new();
    for target in boards.iter().flat_map(|board| targets_of(board)) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let installed = Program::ask("rustup", "toolchain list");
    let there = toolchain(&installed, channel, &targets);
    let mut checks = vec![Check::new("toolchain", runtime, there)];
    let has_it = matches!(&installed, Program::Says(list) if lists(list, channel));
    let listed = if has_it {
        Program::ask(
            "rustup",
            &format!("target list --installed --toolchain {channel}"),
        )
    } else {
        Program::Says(String::new())
    };
    for target in targets {
        let boards = with(boards, |board| targets_of(board).any(|own| own == target));
        let found = target_there(&listed, channel, target);
        checks.push(Check::new("target", name(&boards), found));
    }
    checks
}

/// What programs of a board are built for: a chip with two cores has two.
fn targets_of(board: &Board) -> impl Iterator<Item = &'static str> {
    let other = board.chip().other_core().map(Chip::target);
    std::iter::once(board.target()).chain(other)
}

fn rustup_there(program: &Program) -> Finding {
    let cure = "install rustup, which alone offers the boards' targets: https://rustup.rs";
    present("rustup", program, cure)
}

/// Whether the toolchain is among those that rustup lists.
fn toolchain(installed: &Program, channel: &str, targets: &[&str]) -> Finding {
    let cure = format!(
        "rustup toolchain install {channel} --profile minimal --component clippy,rustfmt --target {}",
        targets.join(",")
    );
    match installed {
        Program::Says(list) if lists(list, channel) => Finding::ok(channel),
        Program::Says(_) => Finding::failed(format!("{channel} is not installed"), cure),
        _ => present("rustup toolchain list", installed, &cure),
    }
}

/// Whether a list of toolchains, as rustup prints it, has this one.
fn lists(list: &str, channel: &str) -> bool {
    let is_host = |rest: &str| match rest.strip_prefix('-') {
        Some(host) => host.starts_with(|c: char| c.is_ascii_alphabetic()),
        None => rest.is_empty(),
    };
    list.lines()
        .filter_map(|line| line.split_whitespace().next()?.strip_prefix(channel))
        .any(is_host)
}

/// Whether the target is among those that rustup lists for the toolchain.
fn target_there(listed: &Program, channel: &str, target: &str) -> Finding {
    if let Program::Says(list) = listed
        && list.lines().any(|line| line.trim() == target)
    {
        return Finding::ok(format!("{target} for {channel}"));
    }
    if !offers(channel, target) {
        return Finding::failed(
            format!("{channel} does not offer {target}; {FIRMWARE_TOOLCHAIN} does"),
            format!("set `channel = \"{FIRMWARE_TOOLCHAIN}\"` in `{PIN}`"),
        );
    }
    Finding::failed(
        format!("{target} is not installed for {channel}"),
        format!("rustup target add {target} --toolchain {channel}"),
    )
}

/// Whether a release is known to offer a bare-metal target; names such as `stable` may.
fn offers(channel: &str, target: &str) -> bool {
    let Some(version) = Version::parse(channel) else {
        return true;
    };
    let gone = lookup(GONE, target).unwrap_or(NONE_SINCE);
    !version.reaches(gone)
}

fn ready_to_flash(flasher: &Flasher, program: &Program) -> Finding {
    let cure = format!("{}; other ways: {}", flasher.install, flasher.manual);
    let found = present(flasher.program, program, &cure);
    let oldest = lookup(OLDEST, flasher.program);
    match (program.version(), oldest) {
        (Some(version), Some(oldest)) if !version.reaches(oldest) => Finding::failed(
            format!(
                "{} {version} is too old; {oldest} is needed",
                flasher.program
            ),
            cure,
        ),
        (Some(version), _) => Finding::ok(format!("{} {version}", flasher.program)),
        _ => found,
    }
}

fn needs_plain_image(board: &Board) -> bool {
    let steps = board.next_steps();
    steps.iter().any(|step| step.starts_with(PLAIN_IMAGE))
}

fn with<'a>(boards: &[&'a Board], keep: impl Fn(&Board) -> bool) -> Vec<&'a Board> {
    boards.iter().copied().filter(|board| keep(board)).collect()
}

fn distinct(boards: &[&Board], of: impl Fn(&Board) -> &'static str) -> Vec<&'static str> {
    let mut values = Vec::new();
    for board in boards {
        let value = of(board);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn name(boards: &[&Board]) -> String {
    // One board has projects of several kinds.
    distinct(boards, Board::short_name).join(", ")
}

fn lookup(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    let row = table.iter().find(|(id, _)| *id == key);
    row.map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::boards::{self, BOARDS};
    use crate::doctor::Status;

    const TOOLCHAINS: &str = "\
stable-x86_64-unknown-linux-gnu (active, default)
1.95.0-x86_64-unknown-linux-gnu
nightly-2026-01-01-x86_64-unknown-linux-gnu
local
";

    fn says(text: &str) -> Program {
        Program::Says(text.to_owned())
    }

    #[test]
    fn the_pinned_release_offers_every_board_s_target() {
        for board in BOARDS {
            assert!(offers(FIRMWARE_TOOLCHAIN, board.target()), "{}", board.id);
        }
    }

    #[test]
    fn newer_releases_do_not() {
        assert!(!offers("1.99.1", "thumbv6m-none-eabi"));
        assert!(!offers("1.100", "riscv32imac-unknown-none-elf"));
        assert!(!offers("1.98.0", "thumbv8m.main-none-eabihf"));
        assert!(offers("1.98.0", "thumbv6m-none-eabi"));
        assert!(offers("nightly", "thumbv6m-none-eabi"));
    }

    #[test]
    fn toolchains_are_found_by_their_whole_name() {
        for channel in ["stable", "1.95.0", "nightly-2026-01-01", "local"] {
            assert!(lists(TOOLCHAINS, channel), "{channel}");
        }
        for channel in ["1.95", "nightly", "beta", "1.9", "5.0"] {
            assert!(!lists(TOOLCHAINS, channel), "{channel}");
        }
    }

    #[test]
    fn a_missing_toolchain_has_a_command_that_installs_it() {
        let targets = ["thumbv6m-none-eabi"];
        assert_eq!(
            toolchain(&says(TOOLCHAINS), "1.95.0", &targets),
            Finding::ok("1.95.0")
        );
        let finding = toolchain(&says("no installed toolchains"), "1.95.0", &targets);
        assert_eq!(finding.status, Status::Failed);
        let cure = finding.cure.expect("a cure");
        assert!(cure.contains("toolchain install 1.95.0") && cure.contains(targets[0]));
        let broken = toolchain(&Program::Broken("no home".to_owned()), "1.95.0", &targets);
        assert!(broken.found.contains("no home"));
    }

    #[test]
    fn a_missing_target_has_a_command_that_adds_it() {
        let list = says("thumbv6m-none-eabi\nx86_64-unknown-linux-gnu\n");
        let there = target_there(&list, "1.95.0", "thumbv6m-none-eabi");
        assert_eq!(there.status, Status::Ok);
        let finding = target_there(&list, "1.95.0", "thumbv7em-none-eabihf");
        assert_eq!(finding.status, Status::Failed);
        assert_eq!(
            finding.cure.as_deref(),
            Some("rustup target add thumbv7em-none-eabihf --toolchain 1.95.0")
        );
    }

    #[test]
    fn a_release_without_the_target_is_named_and_the_other_too() {
        let finding = target_there(&says(""), "1.99.1", "thumbv6m-none-eabi");
        assert!(finding.found.contains("1.99.1 does not offer"));
        assert!(finding.cure.expect("a cure").contains(FIRMWARE_TOOLCHAIN));
        // Whoever built it from source has it all the same.
        let built = target_there(&says("thumbv6m-none-eabi"), "1.99.1", "thumbv6m-none-eabi");
        assert_eq!(built.status, Status::Ok);
    }

    #[test]
    fn a_flasher_is_there_new_enough_or_has_a_cure() {
        let flasher = |board| boards::find(board).expect("known").flasher;
        let probe = flasher("nrf52840-dk");
        let there = ready_to_flash(probe, &says("probe-rs 0.32.0"));
        assert_eq!(there, Finding::ok("probe-rs 0.32.0"));
        let silent = ready_to_flash(flasher("pico"), &says("Usage: elf2uf2-rs [OPTIONS]"));
        assert_eq!(silent.status, Status::Ok);
        let broken = ready_to_flash(probe, &Program::Broken("libusb is missing".to_owned()));
        assert_eq!(broken.status, Status::Failed);
        assert!(broken.found.contains("libusb is missing"));
        let absent = ready_to_flash(probe, &Program::Absent);
        assert_eq!(absent.status, Status::Failed);
        assert!(absent.cure.expect("a cure").starts_with(probe.install));
        let old = ready_to_flash(flasher("pico2"), &says("picotool v1.1.2 (Linux)"));
        assert_eq!(old.status, Status::Failed);
        assert!(old.found.contains("1.1.2 is too old"));
    }

    #[test]
    fn a_pin_is_read_where_there_is_one() {
        assert_eq!(
            channel("[toolchain]\nchannel = \"1.99.1\"\n").as_deref(),
            Some("1.99.1")
        );
        for text in [
            "",
            "1.95.0",
            "[toolchain]\nprofile = \"minimal\"",
            "[toolchain]\nchannel = 1",
        ] {
            assert_eq!(channel(text), None, "{text}");
        }
    }

    #[test]
    fn tables_name_flashers_that_boards_have() {
        for (program, _) in ASKED.iter().chain(OLDEST) {
            let used = BOARDS.iter().any(|board| board.flasher.program == *program);
            assert!(used, "no board is flashed with `{program}`");
        }
        for (target, _) in GONE {
            assert!(BOARDS.iter().any(|board| board.target() == *target));
        }
    }
}
