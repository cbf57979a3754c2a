//! Every path of the tree with combinations of its extras: none, each alone, every pair, all, and a random
//! hundred of what lies between.
//!
//! Many extras add nothing that is compiled. So a combination is built only where it makes another program than
//! those before: where a file differs that cargo or the compiler reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use cargo_async_init::blueprint::TOOL_VERSION;
use cargo_async_init::fileset::FileSet;

use crate::nightly::commit;
use crate::projects::{self, Project};
use crate::rows;

const REPORT: &str = "reports/combinations.md";
const RANDOM: usize = 100;

/// What was asked for.
pub struct Options<'a> {
    /// Starts the row of random numbers.
    pub seed: u64,
    /// Parts of paths' names; none for every path, and then the random ones, too.
    pub words: &'a [&'a str],
}

/// One path, or the random ones, as they went: a row of the report.
struct Row {
    what: String,
    combinations: usize,
    programs: usize,
    failed: usize,
    seconds: u64,
    commit: String,
}

/// Builds every combination of the paths with one of these words, and the random ones where there are no words;
/// goes on after a failure, and writes the report.
pub fn run(options: &Options) -> Result<(), String> {
    let commit = commit()?;
    let paths = paths();
    let mut lots: Vec<(String, Vec<Project>)> = paths.iter().map(of_path).collect();
    let random = random(&paths, options.seed);
    lots.push((format!("random, seed {}", options.seed), random));
    let order: Vec<String> = lots.iter().map(|(what, _)| what.clone()).collect();
    let words = options.words;
    lots.retain(|(what, _)| words.is_empty() || words.iter().any(|word| what.contains(word)));
    for (index, (what, projects)) in lots.iter().enumerate() {
        println!("{}/{} {what}", index + 1, lots.len());
        let row = build(what, projects, &commit);
        let mut rows: Vec<Row> = rows::read(REPORT, parsed)?;
        rows.retain(|other| other.what != *what && order.contains(&other.what));
        rows.push(row);
        rows.sort_by_key(|row| order.iter().position(|what| *what == row.what));
        rows::write(REPORT, &report(&rows))?;
    }
    let rows: Vec<Row> = rows::read(REPORT, parsed)?;
    match rows.iter().map(|row| row.failed).sum() {
        0 => Ok(()),
        failed => Err(format!("{failed} combinations failed")),
    }
}

/// Everything hosted; of firmware for each kind with each family what the build tier takes.
fn paths() -> Vec<Project> {
    let paths = projects::to_build().into_iter();
    paths.map(|project| project.with(&[])).collect()
}

/// None, each alone, every pair, all.
fn of_path(path: &Project) -> (String, Vec<Project>) {
    let mut projects = vec![path.clone()];
    projects.extend(path.with_each_and_every_pair());
    projects.push(path.with(&path.extras()));
    (path.slug(), projects)
}

/// A hundred different sets of three extras and more, but not all, of any path.
fn random(paths: &[Project], seed: u64) -> Vec<Project> {
    let with_room: Vec<&Project> = paths
        .iter()
        .filter(|path| path.extras().len() > 3)
        .collect();
    let mut numbers = Numbers(seed);
    let mut met = BTreeSet::new();
    let mut chosen = Vec::new();
    while chosen.len() < RANDOM {
        let path = with_room[numbers.below(with_room.len())];
        let all = path.extras();
        let some: Vec<&'static str> = all
            .iter()
            .copied()
            .filter(|_| numbers.below(2) == 1)
            .collect();
        if some.len() < 3 || some.len() == all.len() {
            continue;
        }
        if met.insert((path.slug(), some.clone())) {
            chosen.push(path.with(&some));
        }
    }
    chosen
}

/// Numbers that look random: Steele, Lea and Flood's `SplitMix64`.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a length fits");
        usize::try_from(self.next() % bound).expect("below a length")
    }
}

fn build(what: &str, projects: &[Project], commit: &str) -> Row {
    let began = Instant::now();
    let mut met = BTreeSet::new();
    let mut failed = 0;
    for project in projects {
        let program = compiled(&project.files(&project.with(&[]).slug()));
        if !met.insert((project.with(&[]).slug(), program)) {
            continue;
        }
        if let Err(error) = check(project) {
            failed += 1;
            println!("FAILED {}: {error}", project.slug());
        }
    }
    Row {
        what: what.to_owned(),
        combinations: projects.len(),
        programs: met.len(),
        failed,
        seconds: began.elapsed().as_secs(),
        commit: commit.to_owned(),
    }
}

/// Its lints, by which all of it is compiled, and its tests where there are at most one extra.
fn check(project: &Project) -> Result<(), String> {
    let folder = projects::generated(project);
    let checks = project.blueprint("my-app").kind.shape.checks().iter();
    let alone = project.extras_taken().len() <= 1;
    let wanted =
        |command: &&str| command.contains(" clippy") || (alone && command.contains(" test"));
    checks
        .filter(|command| wanted(command))
        .try_for_each(|command| {
            let words = command.strip_prefix("cargo ").unwrap_or(command);
            projects::cargo(&folder, words).map(|_| ())
        })
}

/// The files that cargo or the compiler reads, or a source names: what differs in none of them is one program.
fn compiled(files: &FileSet) -> BTreeMap<String, String> {
    let texts: BTreeMap<String, String> = files
        .iter()
        .map(|(path, file)| (path.to_owned(), file.text.clone()))
        .collect();
    let sources: Vec<&String> = texts
        .iter()
        .filter(|(path, _)| is_source(path))
        .map(|(_, text)| text)
        .collect();
    let named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        sources.iter().any(|source| source.contains(name))
    };
    let wanted = |path: &str| is_source(path) || is_for_cargo(path) || named(path);
    texts
        .iter()
        .filter(|(path, _)| wanted(path))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

fn is_source(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

fn is_for_cargo(path: &str) -> bool {
    const NAMES: [&str; 4] = [
        "Cargo.toml",
        "rust-toolchain.toml",
        "clippy.toml",
        "rustfmt.toml",
    ];
    NAMES.contains(&path) || path.starts_with(".cargo/")
}

fn parsed(cells: &[String]) -> Option<Row> {
    let [what, combinations, programs, failed, seconds, commit] = cells else {
        return None;
    };
    Some(Row {
        what: what.clone(),
        combinations: combinations.parse().ok()?,
        programs: programs.parse().ok()?,
        failed: failed.parse().ok()?,
        seconds: seconds.parse().ok()?,
        commit: commit.clone(),
    })
}

fn report(rows: &[Row]) -> String {
    let sum = |of: fn(&Row) -> usize| rows.iter().map(of).sum::<usize>();
    let minutes = rows.iter().map(|row| row.seconds).sum::<u64>() / 60;
    let mut text = format!(
        "# Combinations of extras\n\n\
         cargo-async-init {TOOL_VERSION}, by `cargo xtask combinations`: {} combinations make {} different programs, \
         {} of them failed, {minutes} minutes.\n\n\
         Of each path: no extra, each alone, every pair, all. A program is another one where a file differs that \
         cargo or the compiler reads. All are linted, which compiles them whole; with one extra or none they are \
         tested, too (with all, by the build tier).\n\n\
         | path | combinations | programs | failed | seconds | commit |\n|---|---:|---:|---:|---:|---|\n",
        sum(|row| row.combinations),
        sum(|row| row.programs),
        sum(|row| row.failed),
    );
    for row in rows {
        let Row {
            what,
            combinations,
            programs,
            failed,
            seconds,
            commit,
        } = row;
        let _ = writeln!(
            text,
            "| {what} | {combinations} | {programs} | {failed} | {seconds} | {commit} |"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Numbers, Project, RANDOM, compiled, paths, random};

    /// The first numbers that its authors' own program gives for the seed 1234567.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut numbers = Numbers(1_234_567);
        assert_eq!(numbers.next(), 6_457_827_717_110_365_317);
        assert_eq!(numbers.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_seed_gives_the_same_hundred_again_and_another_seed_others() {
        let paths = paths();
        let slugs =
            |seed| -> Vec<String> { random(&paths, seed).iter().map(Project::slug).collect() };
        assert_eq!(slugs(1).len(), RANDOM);
        assert_eq!(slugs(1), slugs(1));
        assert_ne!(slugs(1), slugs(2));
    }

    /// What only people or other programs read makes no other program; what the tests read does.
    #[test]
    fn extras_that_are_compiled_make_another_program() {
        let paths = paths();
        let http = paths
            .iter()
            .find(|path| path.slug() == "tokio-http")
            .expect("a path");
        let program = |extras: &[&'static str]| compiled(&http.with(extras).files("tokio-http"));
        assert_eq!(program(&[]), program(&["dependabot"]));
        assert_eq!(program(&["metrics"]), program(&["metrics", "justfile"]));
        assert_ne!(program(&[]), program(&["metrics"]));
        assert_ne!(program(&[]), program(&["openapi"]));
        assert!(program(&["openapi"]).contains_key("openapi.json"));
    }
}
