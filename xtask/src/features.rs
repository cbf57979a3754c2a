//! Whether a hosted project needs what it says that it depends on: each dependency and each feature of one is
//! taken away in turn, and the project then has to fail.
//!
//! What another dependency draws in all the same makes no difference to what is compiled, and is left alone: to
//! name what one uses is right.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use cargo_async_init::blueprint::TOOL_VERSION;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::nightly::commit;
use crate::projects::{self, Project};
use crate::rows;

const REPORT: &str = "reports/features.md";
const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Something to take away, by where it stands in the manifest.
struct Part {
    /// The tables around the dependency.
    tables: Vec<String>,
    dependency: String,
    what: What,
}

enum What {
    Dependency,
    Defaults,
    Feature(String),
}

/// What is seen once a part is gone.
enum Seen {
    /// It does not compile.
    NeededToCompile,
    /// It compiles, and its tests fail.
    NeededToRun,
    /// The same is compiled as before.
    DrawnInAnyway,
    NotNeeded,
}

/// One project as it went: a row of the report.
struct Row {
    path: String,
    parts: usize,
    to_compile: usize,
    to_run: usize,
    anyway: usize,
    not_needed: Vec<String>,
    seconds: u64,
    commit: String,
}

/// Tries every part of the hosted projects with one of these words in their names (of all, without words), goes
/// on after a failure, and writes the report.
pub fn run(words: &[&str]) -> Result<(), String> {
    let commit = commit()?;
    let mut projects = projects::all_with_everything();
    projects.retain(|project| !project.is_firmware());
    let order: Vec<String> = projects.iter().map(slug).collect();
    projects.retain(|project| {
        let slug = slug(project);
        words.is_empty() || words.iter().any(|word| slug.contains(word))
    });
    for (index, project) in projects.iter().enumerate() {
        println!("{}/{} {}", index + 1, projects.len(), slug(project));
        let row = examine(project, &commit)?;
        let mut rows: Vec<Row> = rows::read(REPORT, parsed)?;
        rows.retain(|other| other.path != row.path && order.contains(&other.path));
        rows.push(row);
        rows.sort_by_key(|row| order.iter().position(|path| *path == row.path));
        rows::write(REPORT, &report(&rows))?;
    }
    let rows: Vec<Row> = rows::read(REPORT, parsed)?;
    match rows.iter().map(|row| row.not_needed.len()).sum() {
        0 => Ok(()),
        parts => Err(format!("{parts} parts are not needed")),
    }
}

fn slug(project: &Project) -> String {
    project.with(&[]).slug()
}

fn examine(project: &Project, commit: &str) -> Result<Row, String> {
    let began = Instant::now();
    let folder = copied(project)?;
    let manifest = folder.join("Cargo.toml");
    let whole = fs::read_to_string(&manifest)
        .map_err(|error| format!("{}: {error}", manifest.display()))?;
    let document: DocumentMut = whole
        .parse()
        .map_err(|error| format!("{}: {error}", manifest.display()))?;
    // Else every part would seem to be needed.
    projects::cargo(&folder, CHECK)?;
    let compiled = tree(&folder)?;

    let mut row = Row {
        path: slug(project),
        parts: 0,
        to_compile: 0,
        to_run: 0,
        anyway: 0,
        not_needed: Vec::new(),
        seconds: 0,
        commit: commit.to_owned(),
    };
    for part in parts(&document) {
        write(&manifest, &without(&document, &part))?;
        let seen = try_without(&folder, &compiled);
        println!("  {}: {}", part.name(), seen.name());
        row.parts += 1;
        match seen {
            Seen::NeededToCompile => row.to_compile += 1,
            Seen::NeededToRun => row.to_run += 1,
            Seen::DrawnInAnyway => row.anyway += 1,
            Seen::NotNeeded => row.not_needed.push(part.name()),
        }
    }
    row.seconds = began.elapsed().as_secs();
    Ok(row)
}

const CHECK: &str = "check --all-targets --all-features";
const TEST: &str = "test --all-features --no-fail-fast";
/// What is compiled, and with which features.
const TREE: &str = "tree --quiet --all-features --edges normal,build,dev --prefix none --no-dedupe --format {p}|{f}";

/// Without `default`, which means what it stands for: many crates have it stand for nothing.
fn tree(folder: &Path) -> Result<Vec<String>, String> {
    let tree = projects::cargo(folder, TREE)?;
    let line = |line: &str| {
        let (package, features) = line.split_once('|').unwrap_or((line, ""));
        let features: Vec<&str> = features
            .split(',')
            .filter(|feature| *feature != "default")
            .collect();
        format!("{package}|{}", features.join(","))
    };
    Ok(tree.lines().map(line).collect())
}

fn try_without(folder: &Path, compiled: &[String]) -> Seen {
    let Ok(now) = tree(folder) else {
        return Seen::NeededToCompile;
    };
    if now == compiled {
        return Seen::DrawnInAnyway;
    }
    if projects::cargo(folder, CHECK).is_err() {
        return Seen::NeededToCompile;
    }
    if projects::cargo(folder, TEST).is_err() {
        return Seen::NeededToRun;
    }
    Seen::NotNeeded
}

/// A copy of the project, with the versions that the other tiers have locked.
fn copied(project: &Project) -> Result<PathBuf, String> {
    let original = projects::generated(project);
    projects::cargo(&original, "generate-lockfile --offline")
        .or_else(|_| projects::cargo(&original, "generate-lockfile"))?;
    let name = slug(project);
    let folder = projects::workshop().join("taken-apart").join(&name);
    projects::sync(&folder, &project.files(&name));
    fs::copy(original.join("Cargo.lock"), folder.join("Cargo.lock"))
        .map_err(|error| format!("{}: cannot copy Cargo.lock: {error}", folder.display()))?;
    Ok(folder)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Everything that can be taken away.
fn parts(document: &DocumentMut) -> Vec<Part> {
    let mut parts = Vec::new();
    for table in TABLES {
        parts.extend(parts_of(document.get(table), &[table]));
    }
    let targets = document.get("target").and_then(Item::as_table_like);
    for (target, tables) in targets.iter().flat_map(|targets| targets.iter()) {
        for table in TABLES {
            parts.extend(parts_of(tables.get(table), &["target", target, table]));
        }
    }
    parts
}

fn parts_of(table: Option<&Item>, path: &[&str]) -> Vec<Part> {
    let tables: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    let table = table.and_then(Item::as_table_like);
    let dependencies = table.into_iter().flat_map(|table| table.iter());
    dependencies
        .flat_map(|(name, said)| {
            let part = |what| Part {
                tables: tables.clone(),
                dependency: name.to_owned(),
                what,
            };
            let features = said.get("features").and_then(Item::as_array);
            let features = features
                .into_iter()
                .flat_map(|features| features.iter().filter_map(Value::as_str));
            let mut parts = vec![part(What::Dependency)];
            if said.get("default-features").and_then(Item::as_bool) != Some(false) {
                parts.push(part(What::Defaults));
            }
            parts.extend(features.map(|feature| part(What::Feature(feature.to_owned()))));
            parts
        })
        .collect()
}

impl Part {
    fn name(&self) -> String {
        let dependency = &self.dependency;
        match &self.what {
            What::Dependency => dependency.clone(),
            What::Defaults => format!("{dependency}/default"),
            What::Feature(feature) => format!("{dependency}/{feature}"),
        }
    }
}

impl Seen {
    fn name(&self) -> &'static str {
        match self {
            Self::NeededToCompile => "needed to compile",
            Self::NeededToRun => "needed to run",
            Self::DrawnInAnyway => "drawn in anyway",
            Self::NotNeeded => "NOT NEEDED",
        }
    }
}

/// The manifest with that part gone.
fn without(document: &DocumentMut, part: &Part) -> String {
    let mut document = document.clone();
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for name in &part.tables {
        let inner = table.get_mut(name).and_then(Item::as_table_like_mut);
        table = inner.expect("the part was found there");
    }
    let dependency = &part.dependency;
    match &part.what {
        What::Dependency => {
            table.remove(dependency);
        }
        What::Defaults => {
            let said = table.get_mut(dependency).expect("the part was found there");
            if let Some(version) = said.as_str().map(str::to_owned) {
                *said = Item::Value(Value::InlineTable(
                    [("version", version)].into_iter().collect(),
                ));
            }
            said["default-features"] = toml_edit::value(false);
        }
        What::Feature(feature) => {
            let said = table.get_mut(dependency).expect("the part was found there");
            let features = said["features"]
                .as_array_mut()
                .expect("the part was found there");
            features.retain(|other| other.as_str() != Some(feature));
        }
    }
    document.to_string()
}

fn parsed(cells: &[String]) -> Option<Row> {
    let [
        path,
        parts,
        to_compile,
        to_run,
        anyway,
        not_needed,
        seconds,
        commit,
    ] = cells
    else {
        return None;
    };
    let not_needed = not_needed.split_whitespace().filter(|name| *name != NONE);
    Some(Row {
        path: path.clone(),
        parts: parts.parse().ok()?,
        to_compile: to_compile.parse().ok()?,
        to_run: to_run.parse().ok()?,
        anyway: anyway.parse().ok()?,
        not_needed: not_needed
            .map(|name| name.trim_matches('`').to_owned())
            .collect(),
        seconds: seconds.parse().ok()?,
        commit: commit.clone(),
    })
}

const NONE: &str = "-";

fn report(rows: &[Row]) -> String {
    let parts: usize = rows.iter().map(|row| row.parts).sum();
    let not_needed: usize = rows.iter().map(|row| row.not_needed.len()).sum();
    let minutes = rows.iter().map(|row| row.seconds).sum::<u64>() / 60;
    let mut text = format!(
        "# What projects depend on\n\n\
         cargo-async-init {TOOL_VERSION}, by `cargo xtask features`: {parts} dependencies and features of them, \
         {not_needed} not needed, {minutes} minutes.\n\n\
         Each was taken away in turn from the hosted project with all extras. Needed to compile: then it does not. \
         Needed to run: then it compiles, and its tests fail. Drawn in anyway: then the same is compiled, as another \
         dependency asks for it. That leaves what is not needed.\n\n\
         | path | parts | to compile | to run | anyway | not needed | seconds | commit |\n\
         |---|---:|---:|---:|---:|---|---:|---|\n",
    );
    for row in rows {
        let Row {
            path,
            parts,
            to_compile,
            to_run,
            anyway,
            seconds,
            commit,
            ..
        } = row;
        let names: Vec<String> = row
            .not_needed
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let names = if names.is_empty() {
            NONE.to_owned()
        } else {
            names.join(" ")
        };
        let _ = writeln!(
            text,
            "| {path} | {parts} | {to_compile} | {to_run} | {anyway} | {names} | {seconds} | {commit} |"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::{parts, without};

    #[test]
    fn each_part_is_taken_away_alone() {
        let manifest = "\
[dependencies]
plain = \"1\"
lean = { version = \"2\", default-features = false, features = [\"a\", \"b\"] }

[target.'cfg(unix)'.dev-dependencies]
tool = { version = \"3\", features = [\"c\"] }
";
        let document: DocumentMut = manifest.parse().expect("a manifest");
        let parts = parts(&document);
        let names: Vec<String> = parts.iter().map(super::Part::name).collect();
        let expected = [
            "plain",
            "plain/default",
            "lean",
            "lean/a",
            "lean/b",
            "tool",
            "tool/default",
            "tool/c",
        ];
        assert_eq!(names, expected);

        let left = |name: &str| {
            let part = parts.iter().find(|part| part.name() == name);
            without(&document, part.expect("a part"))
        };
        let now = |name: &str, dependency: &str| {
            let left: DocumentMut = left(name).parse().expect("a manifest");
            let all = left["dependencies"].get(dependency);
            let all =
                all.or_else(|| left["target"]["cfg(unix)"]["dev-dependencies"].get(dependency));
            let all = all.map(|item| item.to_string().split_whitespace().collect::<String>());
            all.unwrap_or_default()
        };
        assert_eq!(now("plain", "plain"), "");
        assert_eq!(
            now("plain/default", "plain"),
            "{version=\"1\",default-features=false}"
        );
        assert_eq!(
            now("lean/a", "lean"),
            "{version=\"2\",default-features=false,features=[\"b\"]}"
        );
        assert_eq!(
            now("tool/default", "tool"),
            "{version=\"3\",features=[\"c\"],default-features=false}"
        );
        assert_eq!(now("tool/c", "tool"), "{version=\"3\",features=[]}");
        assert_eq!(now("tool", "tool"), "");
        assert_eq!(now("tool", "plain"), "\"1\"");
    }
}
