//! What an async-std project's `MIGRATING.md` says: every name in it compiles, and the files that it calls the
//! same are.

mod projects;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cargo_async_init::answers::{Answer, Answers};
use cargo_async_init::ask::with_defaults;
use cargo_async_init::fileset::FileSet;
use cargo_async_init::tree::tree;
use projects::Project;

/// A runtime's column of the tables, and the types that the cells' words stand for in it.
struct Column {
    runtime: &'static str,
    words: &'static str,
}

/// In the tables' order.
const COLUMNS: [Column; 3] = [
    Column {
        runtime: "async-std",
        words: "mut listener: async_std::net::TcpListener, mut stream: async_std::net::TcpStream, \
                mut reader: async_std::fs::File, mut writer: async_std::fs::File, \
                mut lines: async_std::io::Lines<async_std::io::BufReader<async_std::fs::File>>",
    },
    Column {
        runtime: "smol",
        words: "mut listener: smol::net::TcpListener, mut stream: smol::net::TcpStream, \
                mut reader: smol::fs::File, mut writer: smol::fs::File, \
                mut lines: smol::io::Lines<smol::io::BufReader<smol::fs::File>>",
    },
    Column {
        runtime: "tokio",
        words: "mut listener: tokio::net::TcpListener, mut stream: tokio::net::TcpStream, \
                mut reader: tokio::fs::File, mut writer: tokio::fs::File, \
                mut lines: tokio::io::Lines<tokio::io::BufReader<tokio::fs::File>>",
    },
];

/// What the words that name no runtime's type stand for.
const COMMON: &str = "future: impl Future<Output = u32> + Send + 'static, \
                      a: impl Future<Output = u32> + Send + 'static, \
                      b: impl Future<Output = u32> + Send + 'static, \
                      work: fn() -> u32, duration: std::time::Duration, \
                      path: &'static str, address: &'static str";

const KINDS: [&str; 2] = ["tcp", "app"];

/// A row of a table: what it is about, and a cell for each runtime.
struct Row {
    about: String,
    cells: [String; COLUMNS.len()],
}

#[test]
fn every_row_compiles_on_every_runtime() {
    let guide = guide(&files("async-std", "tcp"));
    let rows = rows(&guide);
    assert!(rows.len() >= 30, "only {} rows were read", rows.len());
    for (index, column) in COLUMNS.iter().enumerate() {
        let cells = rows.iter().map(|row| (&row.about, &row.cells[index]));
        let folder = projects::workshop().join(format!("migrating-{}", column.runtime));
        let name = format!("migrating-{}", column.runtime);
        projects::sync(&folder, &package(&name, column, cells));
        if let Err(said) = projects::cargo(&folder, "check") {
            panic!("{}: {said}", column.runtime);
        }
    }
    println!("{} rows compile on each of three runtimes", rows.len());
}

#[test]
fn a_row_that_is_wrong_is_noticed() {
    let column = &COLUMNS[1];
    let (dependency, wrong) = (
        ("Cargo.toml".to_owned(), "smol = \"2\"".to_owned()),
        ("sleep".to_owned(), "smol::sleep(duration).await".to_owned()),
    );
    let cells = [(&dependency.0, &dependency.1), (&wrong.0, &wrong.1)];
    let folder = projects::workshop().join("migrating-wrong");
    projects::sync(
        &folder,
        &package("migrating-wrong", column, cells.into_iter()),
    );
    let said = projects::cargo(&folder, "check").expect_err("the row is wrong");
    assert!(said.contains("cannot find function `sleep`"), "{said}");
}

#[test]
fn the_files_that_it_calls_the_same_are() {
    for kind in KINDS {
        let [ours, others @ ..] =
            ["async-std", "smol", "tokio"].map(|runtime| files(runtime, kind));
        let guide = guide(&ours);
        let paragraph = guide
            .split("\n\n")
            .find(|text| text.starts_with("Byte for byte the same"))
            .unwrap_or_else(|| panic!("{kind}: nothing is said of files"));
        let (same, own) = paragraph
            .split_once("The runtime shows in")
            .expect("two sentences");
        let sources = ours
            .iter()
            .filter(|(path, _)| path.starts_with("src") || path.starts_with("tests"));
        let mut expected = [BTreeSet::new(), BTreeSet::new()];
        for (path, file) in sources {
            let is_same = |other: &FileSet| {
                other
                    .get(path)
                    .is_some_and(|theirs| theirs.text == file.text)
            };
            // What declares the modules differs by one that tokio has: nobody has to change it.
            if path == "src/lib.rs" {
                continue;
            }
            expected[usize::from(!others.iter().all(is_same))].insert(path.to_owned());
        }
        assert_eq!([names(same), names(own)], expected, "{kind}");
    }
}

/// The project of that runtime and kind.
fn files(runtime: &'static str, kind: &'static str) -> FileSet {
    let mut answers = Answers::default();
    answers.set("runtime", Answer::One(runtime));
    answers.set("kind", Answer::One(kind));
    let answers = tree().canonical(&with_defaults(tree(), &answers));
    Project { answers }.files("my-app")
}

fn guide(files: &FileSet) -> String {
    files.get("MIGRATING.md").expect("a guide").text.clone()
}

/// The rows of all tables but their heads.
fn rows(guide: &str) -> Vec<Row> {
    let lines = guide.lines().filter(|line| line.starts_with("| "));
    let rows = lines.filter(|line| !line.starts_with("| |"));
    rows.map(|line| {
        let cells = line.trim_matches('|').split(" | ");
        let mut cells = cells.map(|cell| cell.trim().trim_matches('`').to_owned());
        let about = cells.next().expect("a first cell");
        let cells: Vec<String> = cells.collect();
        let count = cells.len();
        let cells = cells.try_into();
        Row {
            cells: cells.unwrap_or_else(|_| panic!("{about}: {count} cells")),
            about,
        }
    })
    .collect()
}

/// A package whose every function is a row's cell.
fn package<'a>(
    name: &str,
    column: &Column,
    cells: impl Iterator<Item = (&'a String, &'a String)>,
) -> FileSet {
    let mut dependencies = String::new();
    let mut code = "#![allow(unused, clippy::all)]\n".to_owned();
    for (index, (about, cell)) in cells.enumerate() {
        if about == "Cargo.toml" {
            dependencies.clone_from(cell);
            continue;
        }
        let words = column.words;
        write!(
            code,
            "\n// {about}\nasync fn row_{index}({COMMON}, {words}) -> Result<(), Box<dyn std::error::Error>> {{\n    {cell};\n    Ok(())\n}}\n",
        )
        .expect("a string takes text");
    }
    let mut files = FileSet::default();
    files.insert(
        "Cargo.toml",
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n"),
    );
    files.insert("src/lib.rs", code);
    files
}

/// What is in backticks.
fn names(text: &str) -> BTreeSet<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}
