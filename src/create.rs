//! The main job: answers in, a project out.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::answers::{Answer, Answers, Given};
use crate::ask::{self, Interview};
use crate::blueprint::{Blueprint, quoted};
use crate::cli::{self, Create};
use crate::failure::{Code, Failure, Missing, Result};
use crate::fileset::FileSet;
use crate::name::PackageName;
use crate::plan::plan;
use crate::prompt::Terminal;
use crate::record::{self, Record};
use crate::report::{Format, Shell, files_object};
use crate::tree::tree;
use crate::vcs;
use crate::workspace::{Edit, Workspace};
use crate::write::{self, Site};

/// A project that is decided, but not written.
struct Project {
    blueprint: Blueprint,
    files: FileSet,
    edit: Option<Edit>,
    workspace: Option<PathBuf>,
    /// What being a member of a workspace changes in it.
    notes: Vec<String>,
    path: PathBuf,
    site: Site,
    /// The command that makes it again.
    command: String,
}

/// Writes a project, or shows the plan.
///
/// # Errors
///
/// Where an answer is wrong or missing, the destination is taken, or the disk fails.
pub fn create(shell: &Shell, options: &Create) -> Result<()> {
    let record = match &options.answers {
        Some(file) => read_answers(file)?,
        None => Record::default(),
    };
    let given = options.given.clone().over(record.given);
    ask::check(tree(), &given)?;
    let mut terminal = if options.yes {
        None
    } else {
        Terminal::open(shell)
    };
    let name = options.name.as_deref().or(record.name.as_deref());
    let mut asked = String::new();
    // Once more whenever somebody goes back to the name.
    let (project, vcs) = loop {
        let path = match (&options.path, &record.name, &mut terminal) {
            (Some(path), _, _) => path.clone(),
            (None, Some(name), _) => PathBuf::from(name),
            (None, None, Some(terminal)) => {
                asked = terminal.name(&asked)?;
                PathBuf::from(&asked)
            }
            (None, None, None) => return Err(no_path(options, &given)),
        };
        let place = Place::new(path, name, options)?;
        let vcs = match options.vcs {
            Some(vcs) => vcs,
            None => vcs::usual(&place.path)?,
        };
        let project = match &mut terminal {
            None => Some(place.project(&place.decided(&given)?)?),
            Some(terminal) => interview(&given, &place, terminal)?,
        };
        if let Some(project) = project {
            break (project, vcs);
        }
    };
    let explained = terminal.is_some() && !given.answers.has("runtime");
    if options.dry_run {
        show_plan(shell, &project, explained);
        return Ok(());
    }
    project
        .site
        .write(&project.files, vcs, project.edit.as_ref())?;
    report(shell, &project, explained);
    Ok(())
}

fn read_answers(file: &Path) -> Result<Record> {
    let bytes = fs::read(file).map_err(|error| Failure::io("read", file, &error))?;
    let name = file.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!("`{name}` is not UTF-8")).help("an answers file is TOML text")
    })?;
    record::read(&text, &name)
}

fn no_path(options: &Create, given: &Given) -> Failure {
    let path = Missing {
        flag: "PATH".to_owned(),
        values: Vec::new(),
        name: None,
        question: "Project name?".to_owned(),
    };
    let name = Path::new(options.name.as_deref().unwrap_or("my-app"));
    let mut missing = vec![path];
    let command = |answers: &Answers| command(name, None, answers, options);
    let completed = match decided(options, given, &command) {
        Ok(answers) => tree().canonical(&answers),
        Err(failure) => {
            missing.extend(failure.missing);
            tree().canonical(&ask::with_defaults(tree(), &given.answers))
        }
    };
    ask::not_answered(missing, &command(&completed))
}

/// The whole command in one line; the name where it is not the folder's.
fn command(path: &Path, name: Option<&str>, answers: &Answers, options: &Create) -> String {
    let mut words = vec![
        "cargo async-init".to_owned(),
        quoted(&cli::path_argument(path)),
    ];
    words.extend(answers.to_flags(tree()));
    words.extend(name.map(|name| format!("--name {}", quoted(name))));
    words.extend(options.vcs.map(|vcs| format!("--vcs {}", vcs.id())));
    if !options.workspace {
        words.push("--no-workspace".to_owned());
    }
    words.join(" ")
}

fn decided(
    options: &Create,
    given: &Given,
    command: &dyn Fn(&Answers) -> String,
) -> Result<Answers> {
    if options.yes {
        return Ok(ask::with_defaults(tree(), &given.answers));
    }
    ask::without_asking(tree(), &given.answers, command)
}

/// Asks until the user says yes to a project; `None` to go back to what is asked before all this.
fn interview(given: &Given, place: &Place, terminal: &mut Terminal) -> Result<Option<Project>> {
    let mut interview = Interview::new(tree(), given.answers.clone());
    loop {
        let Some(answers) = interview.run(terminal)? else {
            return Ok(None);
        };
        let project = place.project(&answers)?;
        let summary = format!(
            "{}: {} · {} files",
            project.blueprint.name,
            project.blueprint.in_short(),
            project.files.len()
        );
        // Who gave the runtime reads all of it at the end.
        if !given.answers.has("runtime") {
            terminal.mind(&project.blueprint.own_caveats());
        }
        match terminal.confirm(&summary)? {
            Some(true) => return Ok(Some(project)),
            Some(false) => {
                return Err(Failure::new(
                    Code::Interrupted,
                    "nothing was written: you said no",
                ));
            }
            None if interview.back() => {}
            None => return Ok(None),
        }
    }
}

/// Where the project goes and what it is called, checked before anything is asked.
struct Place<'a> {
    path: PathBuf,
    name: PackageName,
    /// Whether the folder has another name than the package.
    named: bool,
    options: &'a Create,
}

impl<'a> Place<'a> {
    fn new(path: PathBuf, name: Option<&str>, options: &'a Create) -> Result<Self> {
        let name = name.map(PackageName::parse).transpose()?;
        let folder = folder_name(&path)?;
        let named = name.as_ref().is_some_and(|name| name.as_str() != folder);
        let name = match name {
            Some(name) => name,
            None => PackageName::parse(&folder)?,
        };
        if !options.dry_run {
            write::clear_leftovers(&path);
        }
        Site::inspect(&path)?;
        Ok(Self {
            path,
            name,
            named,
            options,
        })
    }

    fn decided(&self, given: &Given) -> Result<Answers> {
        decided(self.options, given, &|answers| self.command(answers))
    }

    fn command(&self, answers: &Answers) -> String {
        let name = self.named.then(|| self.name.as_str());
        command(&self.path, name, answers, self.options)
    }

    fn project(&self, answers: &Answers) -> Result<Project> {
        let blueprint = Blueprint::new(self.name.clone(), answers)?;
        // Not before the kind is known: to firmware it does not matter that the workspace is broken.
        let workspace = if self.options.workspace && !blueprint.stands_alone() {
            Workspace::around(&self.path)?
        } else {
            Workspace::apart(&self.path)?
        };
        let workspace = workspace.as_ref();
        let files = plan(&blueprint, workspace)?;
        let manifest = files.get("Cargo.toml");
        let notes = workspace
            .zip(manifest)
            .map(|(workspace, file)| workspace.notes(&file.text));
        let mut notes = notes.unwrap_or_default();
        if workspace.is_some_and(|workspace| workspace.root_manifest().is_some()) {
            let by_hand = blueprint.extras.iter().filter_map(|extra| extra.in_member);
            notes.extend(by_hand.map(str::to_owned));
        }
        // Who is asked reads it in the question.
        if self.options.yes && answers.one("async-std") == Some("smol") {
            notes.push(SPARED.to_owned());
        }
        let site = Site::inspect(&self.path)?;
        let edit = match workspace {
            Some(workspace) => workspace.join(&site.destination, blueprint.name.as_str())?,
            None => None,
        };
        Ok(Project {
            files,
            edit,
            workspace: workspace.and_then(|workspace| Some(workspace.root_manifest()?.to_owned())),
            notes,
            path: self.path.clone(),
            command: self.command(&blueprint.answers),
            site,
            blueprint,
        })
    }
}

/// The name of a project's folder, which need not be there yet.
///
/// # Errors
///
/// Where the path has none, or is not UTF-8.
pub fn folder_name(path: &Path) -> Result<String> {
    let unresolved = |error| Failure::io("resolve", path, &error);
    let absolute = std::path::absolute(path)
        .map_err(|error| unresolved(error).help("is the working folder still there?"))?;
    if absolute.to_str().is_none() {
        return Err(
            Failure::usage(format!("`{}` is not UTF-8", absolute.display()))
                .help("choose a path that is"),
        );
    }
    let folder = match absolute.file_name() {
        Some(folder) => folder.to_owned(),
        None => match fs::canonicalize(&absolute).map_err(unresolved)?.file_name() {
            Some(folder) => folder.to_owned(),
            None => return Err(root(path)),
        },
    };
    Ok(folder.to_string_lossy().into_owned())
}

/// The command that enters a project's folder.
pub fn enter(path: &Path, site: &Site) -> String {
    let here = Path::new(".");
    let folder = if path == here {
        &site.destination
    } else {
        path
    };
    let folder = quoted(&folder.display().to_string());
    let dash = if folder.starts_with('-') { "./" } else { "" };
    format!("cd {dash}{folder}")
}

/// The one folder that has no name, and cannot be renamed over either.
fn root(path: &Path) -> Failure {
    Failure::new(
        Code::Clash,
        format!("`{}` is the root of a file system", path.display()),
    )
    .help("name a new folder")
}

impl Project {
    fn title(&self) -> String {
        let blueprint = &self.blueprint;
        let engine = blueprint.engine.map_or("", |engine| engine.id);
        let words = [blueprint.runtime.id, engine, blueprint.kind.id];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        format!("{} project `{}`", words.join(" "), blueprint.name)
    }

    fn next_steps(&self) -> Vec<String> {
        let mut steps = vec![enter(&self.path, &self.site)];
        match &self.blueprint.board {
            Some(board) => steps.extend(board.next_steps().iter().map(|&step| step.to_owned())),
            None => steps.extend(
                self.blueprint
                    .offer
                    .try_it
                    .iter()
                    .map(|&step| step.to_owned()),
            ),
        }
        steps
    }

    fn object(&self, written: bool) -> Value {
        let blueprint = &self.blueprint;
        let mut answers = Map::new();
        for (question, answer) in blueprint.answers.in_order(tree()) {
            let value = match answer {
                Answer::One(value) => json!(value),
                Answer::Many(values) => json!(values),
            };
            answers.insert(question.id.to_owned(), value);
        }
        json!({
            "package": blueprint.name.as_str(),
            "path": self.site.destination.display().to_string(),
            "runtime": blueprint.runtime.id,
            "kind": blueprint.kind.id,
            "answers": answers,
            "reasons": [blueprint.runtime.reason],
            "caveats": blueprint.caveats(),
            "files": files_object(&self.files),
            "workspace": self.workspace.as_ref().map(|manifest| manifest.display().to_string()),
            "notes": self.notes,
            "command": self.command,
            "next_steps": self.next_steps(),
            "written": written,
        })
    }
}

fn show_plan(shell: &Shell, project: &Project, explained: bool) {
    if shell.format == Format::Json {
        shell.data(&project.object(false));
        return;
    }
    shell.status("Planned", &project.title());
    for (path, file) in project.files.iter() {
        shell.print(&format!("{:>8}  {path}\n", file.text.len()));
    }
    if let Some(edit) = &project.edit {
        shell.status(
            "Would add",
            &format!("a member to `{}`", edit.manifest.display()),
        );
    }
    say_notes(shell, project);
    if !explained {
        explain(shell, &project.blueprint);
    }
    warn(shell, project);
    shell.step("Again", &project.command);
}

/// Says what was written and what comes next, and why on this runtime where no prompt has done so.
fn report(shell: &Shell, project: &Project, explained: bool) {
    if shell.format == Format::Json {
        shell.data(&project.object(true));
        return;
    }
    for (path, _) in project.files.iter() {
        shell.detail("Wrote", path);
    }
    shell.status("Created", &project.title());
    if let Some(edit) = &project.edit {
        shell.status(
            "Adding",
            &format!(
                "`{}` to `{}`",
                project.blueprint.name,
                edit.manifest.display()
            ),
        );
    }
    say_notes(shell, project);
    if !explained {
        explain(shell, &project.blueprint);
    }
    warn(shell, project);
    for (index, step) in project.next_steps().iter().enumerate() {
        shell.step(if index == 0 { "Next" } else { "" }, step);
    }
    shell.step("Again", &project.command);
}

fn explain(shell: &Shell, blueprint: &Blueprint) {
    let runtime = blueprint.runtime;
    shell.step("Why", &format!("{}: {}", runtime.id, runtime.reason));
    for (index, caveat) in blueprint.caveats().iter().enumerate() {
        shell.step(if index == 0 { "Mind" } else { "" }, caveat);
    }
}

fn warn(shell: &Shell, project: &Project) {
    if project.blueprint.runtime.id == "async-std" {
        shell.warn("async-std is discontinued (RUSTSEC-2025-0052); smol is where its authors send its users");
    }
}

/// What the tree leaves out where nobody is asked.
const SPARED: &str = "async-std is discontinued (RUSTSEC-2025-0052), so this is smol; `--runtime async-std` keeps it";

fn say_notes(shell: &Shell, project: &Project) {
    for note in &project.notes {
        shell.status("Note", note);
    }
}
