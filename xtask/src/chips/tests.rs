use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use cargo_async_init::catalog::chips::{self, Chip};

use super::report::{report, unbootable};
use super::state::{self, Line, Lines};
use super::{IN_USE, NAME, Options, alone, id, in_a_line, is_known, minutes_left, project, prune};
use crate::boot::Spec;

fn wanted(distinct: bool, partition: (usize, usize)) -> Vec<&'static Chip> {
    super::wanted(&Options {
        distinct,
        partition,
        jobs: 1,
        minutes: None,
    })
}

fn line(chip: &str, result: &str, id: &str) -> Line {
    Line {
        chip: chip.to_owned(),
        result: result.to_owned(),
        flash: 10_064,
        ram: 1656,
        seconds: 34.0,
        id: id.to_owned(),
        why: String::new(),
    }
}

fn lines(lines: &[Line]) -> Lines {
    let each = lines.iter().cloned();
    each.map(|line| (line.chip.clone(), line)).collect()
}

#[test]
fn parts_are_disjoint_and_make_up_all() {
    for distinct in [false, true] {
        let all: Vec<&str> = wanted(distinct, (1, 1)).iter().map(|c| c.name).collect();
        let parts = (1..=4).map(|which| wanted(distinct, (which, 4)));
        let mut names: Vec<&str> = parts.flatten().map(|chip| chip.name).collect();
        names.sort_unstable();
        assert_eq!(names, all);
    }
    assert_eq!(wanted(false, (1, 1)).len(), chips::offered().count());
}

#[test]
fn the_distinct_have_each_set_of_registers_once() {
    let set = |chip: &'static Chip| (chip.family, chip.pac);
    let distinct: Vec<_> = wanted(true, (1, 1)).into_iter().map(set).collect();
    let sets: BTreeSet<_> = chips::offered().map(set).collect();
    assert_eq!(distinct.len(), sets.len());
    assert_eq!(BTreeSet::from_iter(distinct), sets);
}

#[test]
fn what_is_written_is_read() {
    let failed = Line {
        why: "error: it is `wrong`".to_owned(),
        ..line("rp2040", "failed", "30565c27c85f")
    };
    let written = lines(&[line("nrf51_xxaa", "booted", "859c29578122"), failed]);
    assert_eq!(state::parse(&state::text(&written)), Ok(written));
}

/// Rows of before must still be read: hours are in them.
#[test]
fn a_row_as_it_has_always_been_is_read() {
    let read = state::parse("nrf51_xxaa\tbooted\t10064\t1656\t34\t859c29578122\t\n");
    let expected = lines(&[line("nrf51_xxaa", "booted", "859c29578122")]);
    assert_eq!(read, Ok(expected));
}

#[test]
fn of_files_one_behind_the_other_the_last_line_of_a_chip_counts() {
    let first = lines(&[
        line("rp2040", "failed", "1"),
        line("nrf52840", "booted", "2"),
    ]);
    let second = lines(&[line("rp2040", "booted", "3")]);
    let both = state::text(&first) + &state::text(&second);
    let expected = lines(&[
        line("nrf52840", "booted", "2"),
        line("rp2040", "booted", "3"),
    ]);
    assert_eq!(state::parse(&both), Ok(expected));
}

#[test]
fn a_line_that_is_none_is_told() {
    let error = state::parse("# head\nrp2040\tbooted\n").expect_err("two columns");
    assert!(error.contains("rp2040\tbooted"), "{error}");
}

#[test]
fn a_state_that_is_not_there_is_empty_and_one_that_is_written_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chips.tsv");
    assert_eq!(state::read(&path), Ok(Lines::new()));
    let written = lines(&[line("rp2040", "booted", "3")]);
    state::write(&path, &written).expect("written");
    assert_eq!(state::read(&path), Ok(written));
    // A folder in its place cannot be read: taken for no state, it would be overwritten.
    assert!(state::read(folder.path()).is_err());
}

#[test]
fn what_failed_is_stale_or_has_no_line_is_tried_again() {
    let chip = chips::find("rp2040").expect("a chip");
    let today = id(&project(chip));
    let known = |result, id| is_known(&lines(&[line(chip.name, result, id)]), chip.name, &today);
    assert!(known("booted", &today));
    assert!(known("linked", &today));
    assert!(!known("failed", &today));
    assert!(!known("booted", "0123456789ab"));
    assert!(!is_known(&Lines::new(), chip.name, &today));
}

#[test]
fn only_what_belongs_to_one_chip_is_pruned() {
    const SPENT: [&str; 9] = [
        "release/build/stm32-metapac-0123/output",
        "release/.fingerprint/embassy-stm32-0123/lib",
        "thumb/release/chip",
        "thumb/release/chip.d",
        "thumb/release/deps/chip-0123",
        "thumb/release/deps/libembassy_stm32-0123.rlib",
        "thumb/release/deps/stm32_metapac-0123.d",
        "thumb/release/build/chip-0123/out/memory.x",
        "thumb/release/.fingerprint/chip-0123/bin",
    ];
    const KEPT: [&str; 7] = [
        "debug/chip",
        "other/release/chip",
        "release/deps/libchipset-0123.rlib",
        "thumb/release/build/cortex-m-rt-0123/output",
        "thumb/release/deps/libembassy_executor-0123.rlib",
        "thumb/release/deps/libmicrochip-0123.rlib",
        "thumb/release/examples/chip",
    ];
    assert_eq!(NAME, "chip", "the paths above are of that project");
    let target = tempfile::tempdir().expect("a folder");
    for path in SPENT.iter().chain(&KEPT) {
        let path = target.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
    prune(target.path(), "thumb");
    let there = |path: &&&str| target.path().join(path).exists();
    assert_eq!(SPENT.iter().find(there), None);
    assert_eq!(KEPT.iter().filter(there).count(), KEPT.len());
}

#[test]
fn the_rest_takes_as_long_as_what_is_done() {
    let minutes = minutes_left(Duration::from_secs(600), 5, 20);
    assert!((minutes - 30.0).abs() < 1e-9, "{minutes}");
    assert!(minutes_left(Duration::from_secs(600), 20, 20).abs() < 1e-9);
}

#[test]
fn a_reason_is_the_error_without_places() {
    let said = "   Compiling chip v0.1.0\n\terror: no `x` in `chip v0.1.0 (/home/me/chip)` of https://host/x\nmore";
    let expected = "error: no `x` in `chip v0.1.0 … of …";
    assert_eq!(in_a_line(said), expected);
    assert_eq!(in_a_line("flash:\tfull\nmore"), "flash: full");
}

#[test]
fn of_two_runs_in_one_checkout_the_second_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path: &Path = &folder.path().join("projects");
    let first = alone(path).expect("nobody else");
    assert_eq!(alone(path).expect_err("somebody else"), IN_USE);
    drop(first);
    assert!(alone(path).is_ok());
}

/// What the report says of why a chip is not booted is what the harness decides.
#[test]
fn the_report_knows_what_cannot_be_booted() {
    for chip in wanted(true, (1, 1)) {
        let board = project(chip).blueprint(NAME).board.expect("a board");
        let refused = Spec::of(&board).is_none();
        assert_eq!(unbootable(chip).is_some(), refused, "{}", chip.name);
    }
}

#[test]
fn the_report_names_the_refused_and_says_why_others_were_not_booted() {
    let all: Vec<Line> = chips::offered()
        .map(|chip| match unbootable(chip) {
            Some(_) => line(chip.name, "linked", ""),
            None => line(chip.name, "booted", ""),
        })
        .collect();
    let text = report(&lines(&all));
    for chip in chips::all() {
        let is_named = text.contains(chip.name);
        assert!(is_named || chip.refusal().is_none(), "{}", chip.name);
    }
    for chip in chips::offered() {
        let reason = unbootable(chip);
        assert!(
            reason.is_none_or(|why| text.contains(&why)),
            "{}",
            chip.name
        );
    }
    assert!(text.contains("34 seconds for a chip on average"), "{text}");
    assert!(!text.contains("## Failed"), "{text}");
    let failed = Line {
        why: "error: too large".to_owned(),
        ..line("rp2040", "failed", "")
    };
    assert!(report(&lines(&[failed])).contains("- `rp2040`: error: too large\n"));
}
