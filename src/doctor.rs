//! `doctor`: whether this machine is ready for a project or a choice. It looks, and changes nothing.
//!
//! Each module looks at one kind of thing in two halves: one asks the machine, the other is pure and
//! says what the answer means.

mod disk;
mod firmware;
mod programs;
mod uring;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::answers::Answers;
use crate::ask;
use crate::blueprint::{Blueprint, FIRMWARE_TOOLCHAIN};
use crate::catalog::kinds::Shape;
use crate::catalog::runtimes::{RUNTIMES, Runtime};
use crate::cli::Doctor;
use crate::failure::{Code, Failure, Result};
use crate::name::PackageName;
use crate::record::{self, Record};
use crate::report::{Format, Shell};
use crate::tree::tree;

use programs::Program;

const CYAN: Style = AnsiColor::Cyan.on_default().bold();
/// For whom the checks are that no runtime has to itself.
const EVERYONE: &str = "every project";

/// What came of looking at one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    /// As it should be.
    Ok,
    /// The project can do without.
    Warning,
    /// Needed, and missing.
    Failed,
}

/// What was found, and the command or step that puts it right.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    status: Status,
    found: String,
    cure: Option<String>,
}

impl Finding {
    fn ok(found: impl Into<String>) -> Self {
        Self {
            status: Status::Ok,
            found: found.into(),
            cure: None,
        }
    }

    fn warning(found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            found: found.into(),
            cure: Some(cure.into()),
        }
    }

    fn failed(found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            status: Status::Failed,
            ..Self::warning(found, cure)
        }
    }

    /// The same, but no more than a warning where it is not needed.
    fn unless(self, dispensable: bool) -> Self {
        match self.status {
            Status::Failed if dispensable => Self {
                status: Status::Warning,
                ..self
            },
            _ => self,
        }
    }
}

/// A finding, of what, and for whom.
#[derive(Debug)]
struct Check {
    id: &'static str,
    whom: String,
    finding: Finding,
}

impl Check {
    fn new(id: &'static str, whom: impl Into<String>, finding: Finding) -> Self {
        Self {
            id,
            whom: whom.into(),
            finding,
        }
    }

    fn failed(&self) -> bool {
        self.finding.status == Status::Failed
    }

    fn object(&self) -> Value {
        let status = match self.finding.status {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Failed => "failed",
        };
        json!({
            "id": self.id,
            "for": self.whom,
            "status": status,
            "found": self.finding.found,
            "cure": self.finding.cure,
        })
    }
}

/// Checks that belong together: those of one runtime, or those of every project.
#[derive(Debug)]
struct Group {
    title: &'static str,
    checks: Vec<Check>,
}

impl Group {
    fn failed(&self) -> bool {
        self.checks.iter().any(Check::failed)
    }
}

/// Looks at what a project, a choice or, without either, everything needs.
///
/// The exit code is 0 where all of it is there, and 5 where something is missing.
///
/// # Errors
///
/// Where the path is no project of this tool, the choice contradicts itself, or something is missing
/// and a person reads.
pub fn doctor(shell: &Shell, options: &Doctor) -> Result<ExitCode> {
    let record = match &options.path {
        Some(path) => recorded(path)?,
        None => Record::default(),
    };
    let given = options.given.clone().over(record.given);
    ask::check(tree(), &given)?;
    let place = Place::new(options.path.as_deref());
    let groups = examine(&place, &wanted(&given.answers)?);
    let verdict = verdict(&groups);
    if shell.format == Format::Json {
        shell.data(&object(&groups, verdict.as_ref()));
        return Ok(verdict.map_or(ExitCode::SUCCESS, |failure| {
            ExitCode::from(failure.code as u8)
        }));
    }
    for group in &groups {
        show(shell, group);
    }
    let ready: Vec<&str> = ready(&groups);
    if !ready.is_empty() {
        shell.status("Ready", &format!("for {}", ready.join(", ")));
    }
    verdict.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// Where the projects are, or would be.
struct Place {
    /// Whether there is one already.
    exists: bool,
    /// The folder where cargo builds.
    target: PathBuf,
    /// The toolchain that firmware is built with.
    channel: String,
}

impl Place {
    fn new(project: Option<&Path>) -> Self {
        let folder = project.unwrap_or(Path::new("."));
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let pinned = project.and_then(|project| firmware::pinned(&project.join(firmware::PIN)));
        Self {
            exists: project.is_some(),
            target: target.map_or_else(|| folder.join("target"), PathBuf::from),
            channel: pinned.unwrap_or_else(|| FIRMWARE_TOOLCHAIN.to_owned()),
        }
    }
}

/// How the project in that folder was made.
fn recorded(project: &Path) -> Result<Record> {
    let file = project.join(record::FILE);
    let text = fs::read_to_string(&file).map_err(|error| {
        Failure::usage(format!(
            "`{}` is no project that this tool made: cannot read its `{}`: {error}",
            project.display(),
            record::FILE
        ))
        .help("name the project's folder, or a choice such as `--runtime tokio`")
    })?;
    record::read(&text, &file.display().to_string())
}

/// Every project that these answers leave open.
fn wanted(given: &Answers) -> Result<Vec<Blueprint>> {
    let name = PackageName::parse("my-app")?;
    // Of chips and pins the list below has samples alone. Which kind it is matters to no check.
    if given.has("chip") && !given.has("board") {
        let completed = ask::with_defaults(tree(), given);
        return Ok(vec![Blueprint::new(name, &completed)?]);
    }
    tree()
        .projects()
        .iter()
        .filter_map(|project| together(project, given))
        .map(|answers| Blueprint::new(name.clone(), &answers))
        .collect()
}

/// That project with what is given besides, options for one, where both can stand together.
fn together(project: &Answers, given: &Answers) -> Option<Answers> {
    let mut together = project.clone();
    for (question, answer) in given.in_order(tree()) {
        let decided = project.get(question.id);
        if decided.is_some_and(|decided| decided != answer) {
            return None;
        }
        together.set(question.id, answer.clone());
    }
    tree().reaches(&together).then_some(together)
}

fn examine(place: &Place, projects: &[Blueprint]) -> Vec<Group> {
    let cargo = Program::ask("cargo", "--version");
    let everyone = Group {
        title: EVERYONE,
        checks: vec![
            Check::new("cargo", EVERYONE, programs::cargo(&cargo)),
            Check::new(
                "git",
                EVERYONE,
                programs::git(&Program::ask("git", "--version")).unless(place.exists),
            ),
            Check::new("linker", EVERYONE, programs::linker()),
        ],
    };
    let groups = RUNTIMES.iter().filter_map(|runtime| {
        let projects: Vec<&Blueprint> = projects
            .iter()
            .filter(|project| project.runtime.id == runtime.id)
            .collect();
        (!projects.is_empty()).then(|| Group {
            title: runtime.id,
            checks: needs(place, runtime, &projects, &cargo),
        })
    });
    std::iter::once(everyone).chain(groups).collect()
}

/// What the projects of one runtime need.
fn needs(
    place: &Place,
    runtime: &'static Runtime,
    projects: &[&Blueprint],
    cargo: &Program,
) -> Vec<Check> {
    let mut checks = if projects.iter().any(|project| is_firmware(project)) {
        firmware::checks(projects, runtime.id, &place.channel)
    } else {
        programs::rust(projects, cargo)
    };
    checks.extend(uring::checks(projects));
    checks.push(Check::new(
        "disk",
        runtime.id,
        disk::space(place, runtime.id),
    ));
    checks
}

fn is_firmware(project: &Blueprint) -> bool {
    project.kind.shape == Shape::Firmware
}

/// Who needs it, where not the whole runtime does: engine or board.
fn whom(project: &Blueprint) -> String {
    match (project.engine, &project.board) {
        (Some(engine), _) => engine.id.to_owned(),
        (_, Some(board)) => board.id.to_owned(),
        (None, None) => project.runtime.id.to_owned(),
    }
}

/// The runtimes for which all is there.
fn ready(groups: &[Group]) -> Vec<&'static str> {
    let (everyone, runtimes): (Vec<&Group>, Vec<&Group>) =
        groups.iter().partition(|group| group.title == EVERYONE);
    if everyone.iter().any(|group| group.failed()) {
        return Vec::new();
    }
    runtimes
        .iter()
        .filter(|group| !group.failed())
        .map(|group| group.title)
        .collect()
}

/// The error that lists what is missing; none where the machine is ready.
fn verdict(groups: &[Group]) -> Option<Failure> {
    let missing: Vec<String> = groups
        .iter()
        .flat_map(|group| &group.checks)
        .filter(|check| check.failed())
        .map(|check| format!("{} ({})", check.id, check.whom))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let failure = Failure::new(
        Code::Io,
        format!("this machine is not ready; missing: {}", missing.join(", ")),
    );
    Some(failure.help(
        "each failed check names its cure; `--runtime` and the other flags check a single choice",
    ))
}

fn show(shell: &Shell, group: &Group) {
    shell.status("Checking", group.title);
    for check in &group.checks {
        let line = line(check, group.title);
        let cure = check.finding.cure.as_deref().unwrap_or_default();
        match check.finding.status {
            Status::Ok => shell.status("Ok", &line),
            Status::Warning => shell.warn(&format!("{line}\n{CYAN}help{CYAN:#}: {cure}")),
            Status::Failed => shell.fail(&Failure::new(Code::Io, line).help(cure)),
        }
    }
}

fn line(check: &Check, title: &str) -> String {
    let found = &check.finding.found;
    if check.whom == title {
        return format!("{}: {found}", check.id);
    }
    format!("{} ({}): {found}", check.id, check.whom)
}

fn object(groups: &[Group], verdict: Option<&Failure>) -> Value {
    let checks: Vec<Value> = groups
        .iter()
        .flat_map(|group| &group.checks)
        .map(Check::object)
        .collect();
    let mut object = json!({ "checks": checks, "ready": verdict.is_none() });
    if let Some(failure) = verdict {
        object["error"] = json!({
            "code": failure.code as u8,
            "message": failure.message,
            "help": failure.help,
        });
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Answer;

    fn given(answers: &[(&'static str, &'static str)]) -> Answers {
        let mut given = Answers::default();
        for (question, value) in answers {
            given.set(question, Answer::One(value));
        }
        given
    }

    fn runtimes(answers: &[(&'static str, &'static str)]) -> Vec<&'static str> {
        let mut runtimes: Vec<&str> = wanted(&given(answers))
            .expect("blueprints")
            .iter()
            .map(|project| project.runtime.id)
            .collect();
        runtimes.dedup();
        runtimes.sort_unstable();
        runtimes.dedup();
        runtimes
    }

    #[test]
    fn a_choice_leaves_the_projects_that_it_fits() {
        assert_eq!(runtimes(&[]).len(), RUNTIMES.len());
        assert_eq!(runtimes(&[("runtime", "uring")]), ["uring"]);
        assert_eq!(runtimes(&[("library", "yes")]), ["agnostic"]);
        assert_eq!(runtimes(&[("board", "pico")]), ["embassy"]);
        assert_eq!(runtimes(&[("chip", "stm32h563vi")]), ["embassy"]);
        let compio = wanted(&given(&[("engine", "compio")])).expect("blueprints");
        assert!(!compio.is_empty());
        assert!(compio.iter().all(|project| whom(project) == "compio"));
        assert!(runtimes(&[("board", "pico"), ("kind", "tcp")]).is_empty());
    }

    #[test]
    fn a_chip_is_examined_whatever_is_on_its_pins() {
        for answers in [
            given(&[("chip", "stm32h563vi")]),
            given(&[("chip", "stm32h563zi"), ("led", "PA5")]),
            given(&[
                ("chip", "stm32h563zi"),
                ("kind", "low-power"),
                ("button", "PC13"),
            ]),
        ] {
            let projects = wanted(&answers).expect("blueprints");
            let boards = projects.iter().filter_map(|project| project.board.as_ref());
            let chips: Vec<&str> = boards.map(|board| board.chip).collect();
            assert_eq!(chips, [answers.one("chip").expect("given")]);
        }
    }

    fn group(title: &'static str, finding: Finding) -> Group {
        Group {
            title,
            checks: vec![Check::new("thing", title, finding)],
        }
    }

    #[test]
    fn warnings_leave_a_machine_ready_and_failures_do_not() {
        let groups = [
            group(EVERYONE, Finding::ok("there")),
            group("tokio", Finding::warning("odd", "look")),
        ];
        assert!(verdict(&groups).is_none());
        assert_eq!(ready(&groups), ["tokio"]);
        assert_eq!(object(&groups, None)["ready"], true);

        let groups = [
            group(EVERYONE, Finding::ok("there")),
            group("tokio", Finding::ok("there")),
            group("embassy", Finding::failed("gone", "get it")),
        ];
        let failure = verdict(&groups).expect("not ready");
        assert_eq!(failure.code as u8, 5);
        assert!(failure.message.ends_with("missing: thing (embassy)"));
        assert_eq!(ready(&groups), ["tokio"]);
        let object = object(&groups, Some(&failure));
        assert_eq!(object["ready"], false);
        assert_eq!(object["checks"][2]["cure"], "get it");
        assert_eq!(object["checks"][1]["cure"], Value::Null);
        assert_eq!(object["error"]["code"], 5);
    }

    #[test]
    fn nothing_is_ready_without_what_everyone_needs() {
        let groups = [
            group(EVERYONE, Finding::failed("gone", "get it")),
            group("tokio", Finding::ok("there")),
        ];
        assert!(ready(&groups).is_empty());
    }

    #[test]
    fn only_a_failure_is_softened() {
        let soft = Finding::failed("gone", "get it").unless(true);
        assert_eq!(soft, Finding::warning("gone", "get it"));
        let hard = Finding::failed("gone", "get it").unless(false);
        assert_eq!(hard.status, Status::Failed);
        assert_eq!(Finding::ok("there").unless(true), Finding::ok("there"));
    }
}
