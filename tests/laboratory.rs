//! The laboratory tier: what `cargo async-init lab` writes is linted, formatted, tested and documented,
//! package by package; then its bench measures for a moment, and the report has to have what it promises.

mod projects;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cargo_async_init::lab::{self, Lab};

/// A document that sends its reader to a file which is not there is worse than none.
#[test]
fn the_readme_names_files_that_are_there() {
    for lab in projects::labs() {
        let files = lab::plan(&lab).expect("a lab");
        let readme = &files.get("README.md").expect("a README").text;
        let paths = readme.split('`').filter(|word| word.contains("/src/"));
        let paths: Vec<&str> = paths.collect();
        assert!(paths.len() >= 2, "{readme}");
        for path in paths {
            assert!(files.get(path).is_some(), "{}: `{path}`", lab.name);
        }
    }
}

/// Everything that can be compared, one package after the other: the workspace at once would give each
/// package the features of all, and compile all dependencies anew.
#[test]
fn every_package_passes_its_checks() {
    let _turn = turn();
    for lab in projects::labs() {
        let folder = written(&lab);
        let programs = lab.subjects.iter().map(lab::Subject::package);
        let packages = ["bench", "lab-core"].map(str::to_owned).into_iter();
        run(&folder, "fmt --all --check");
        for package in packages.chain(programs) {
            run(
                &folder,
                &format!("clippy --package {package} --all-targets -- -D warnings"),
            );
            run(&folder, &format!("test --package {package}"));
            run(&folder, &format!("doc --package {package} --no-deps"));
        }
    }
}

#[test]
fn the_bench_of_servers_reports_what_it_promises() {
    let _turn = turn();
    let lab = narrowed("tcp", &["tokio", "mio"]);
    let folder = written(&lab);
    let options = "--rounds 2 --seconds 0.2 --connections 1,20";
    run(
        &folder,
        &format!("run --release --package bench -- {options}"),
    );
    let figures = [
        "crates compiled",
        "release build from nothing, s",
        "size of the program, KiB",
        "memory when idle, MiB",
        "memory for each of 20 idle, KiB",
        "answers a second, 1 connection",
        "answers a second, 20 connections",
        "half within, µs, 1 connection",
        "99 of 100 within, µs, 20 connections",
        "999 of 1000 within, µs, 20 connections",
        "processor time, µs, 1 connection",
        "processor time, µs, 20 connections",
    ];
    let charts = ["build", "memory", "speed", "latency", "processor-time"];
    check_report(&folder.join("report"), &["mio", "tokio"], &figures, &charts);
    let said = fs::read_to_string(folder.join("report/README.md")).expect("a report");
    assert!(said.contains("\nNoise: "), "{said}");
    assert!(said.contains("- mio: mio 1."), "{said}");
}

#[test]
fn the_bench_of_programs_reports_what_it_promises() {
    let _turn = turn();
    let lab = narrowed("app", &["smol"]);
    let folder = written(&lab);
    run(
        &folder,
        "run --release --package bench -- --warm --rounds 1 --starts 2 --report elsewhere",
    );
    let figures = [
        "size of the program, KiB",
        "memory while it waits, MiB",
        "threads while it waits",
        "from start to end, ms",
    ];
    let report = folder.join("elsewhere");
    check_report(&report, &["smol"], &figures, &["build", "memory", "speed"]);
    let table = fs::read_to_string(report.join("figures.tsv")).expect("a table");
    // Its timer takes 100 ms.
    let line = table
        .lines()
        .find(|line| line.starts_with("from start to end"));
    let median = line
        .and_then(|line| line.split('\t').nth(2))
        .expect("a median");
    assert!(median.parse::<f64>().expect("a number") >= 100.0, "{table}");
}

/// Wrong words, and a program that answers with something else.
#[test]
fn the_bench_says_what_is_wrong() {
    let _turn = turn();
    let lab = narrowed("app", &["smol"]);
    let folder = written(&lab);
    let refused = |arguments: &str| {
        let words = format!("run --release --package bench -- {arguments}");
        projects::cargo(&folder, &words).expect_err(arguments)
    };
    for (arguments, said) in [
        ("--rounds 0", "a whole number from 1 is wanted"),
        (
            "--starts x",
            "--starts: a whole number from 1 is wanted, not \"x\"",
        ),
        ("--connections 1", "(try --help)"),
    ] {
        let error = refused(arguments);
        assert!(error.contains(said), "{arguments}: {error}");
    }
    let report = folder.join("core/src/report.rs");
    let text = fs::read_to_string(&report).expect("the logic");
    fs::write(&report, text.replace("Contents of file", "nothing")).expect("another answer");
    let error = refused("--warm --rounds 1");
    assert!(
        error.contains("smol: it ended with exit status: 0 and said"),
        "{error}"
    );
}

/// Every lab's bench has the same name in the target folder that they share: one after the other.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn written(lab: &Lab) -> PathBuf {
    let ids: Vec<String> = lab
        .subjects
        .iter()
        .map(|subject| subject.id.to_owned())
        .collect();
    let folder = projects::workshop().join(format!("{}-{}", lab.name, ids.join("-")));
    projects::sync(&folder, &lab::plan(lab).expect("a lab"));
    folder
}

fn narrowed(kind: &'static str, ids: &[&str]) -> Lab {
    let labs = projects::labs().into_iter();
    let mut lab = labs
        .into_iter()
        .find(|lab| lab.kind == kind)
        .expect("a kind");
    lab.subjects.retain(|subject| ids.contains(&subject.id));
    assert_eq!(lab.subjects.len(), ids.len());
    lab
}

fn run(folder: &Path, words: &str) -> String {
    projects::cargo(folder, words).unwrap_or_else(|error| panic!("{error}"))
}

/// The table has each figure of each program, above nothing and in order; the report names them all, with charts
/// that are there and have a bar for each.
fn check_report(folder: &Path, programs: &[&str], figures: &[&str], charts: &[&str]) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
    let table = read("figures.tsv");
    let mut seen = BTreeSet::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [figure, program, median, least, greatest, _rounds] = columns.as_slice() else {
            panic!("{line}");
        };
        let [median, least, greatest] =
            [median, least, greatest].map(|number| number.parse::<f64>().expect(line));
        assert!(
            least <= median && median <= greatest && greatest > 0.0,
            "{line}"
        );
        seen.insert((*figure, *program));
    }
    let report = read("README.md");
    for figure in figures {
        assert!(
            report.contains(&format!("\n| {figure} | ")),
            "{figure} in {report}"
        );
        for program in programs {
            assert!(
                seen.contains(&(figure, program)),
                "{figure} of {program} in\n{table}"
            );
        }
    }
    for chart in charts {
        assert!(
            report.contains(&format!("]({chart}.svg)")),
            "{chart} in {report}"
        );
        let drawn = read(&format!("{chart}.svg"));
        assert!(
            drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n"),
            "{drawn}"
        );
        let bars = drawn.matches("fill=\"#").count();
        assert_eq!(bars % programs.len(), 0, "{chart}: {bars} bars");
        assert!(bars > 0, "{chart} has no bar");
    }
}
