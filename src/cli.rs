//! The command line: fixed flags, and one flag for each question of the tree.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use anstyle::AnsiColor;
use clap::builder::{PossibleValuesParser, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

use crate::answers::{Answer, Given, Source};
use crate::failure::{Failure, Result};
use crate::lab;
use crate::report::{Format, Shell, Verbosity};
use crate::suggest::{did_you_mean, nearest};
use crate::tree::{Question, Style as Asked, tree};
use crate::write::Vcs;

/// The name under which cargo finds this command.
const SUBCOMMAND: &str = "async-init";

/// Values no longer than this together, in letters, stand in the place of a flag's value name: a longer one would
/// push what is said of every flag onto a line of its own.
const NARROW: usize = 18;
/// More values than these are left to `list`.
const MANY: usize = 12;

/// Advice where there is none closer.
const EVERY_FLAG: &str = "`cargo async-init --help` shows every flag";

/// The colours that cargo's own help has.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Cyan.on_default().bold())
    .invalid(AnsiColor::Yellow.on_default().bold());

/// What to do.
#[derive(Debug)]
pub enum Task {
    /// Write a project.
    Create(Create),
    /// Write a workspace that compares runtimes.
    Lab(Lab),
    /// Show the decision tree.
    Tree(String),
    /// Explain a runtime.
    Explain(String),
    /// Compare runtimes; all of them where none is named.
    Compare(Vec<String>, Format),
    /// List rows of the catalogue.
    List(String, Format),
    /// Print every question, condition, value and default.
    Schema,
    /// Check this machine.
    Doctor(Doctor),
    /// Print completions for a shell.
    Completions(clap_complete::Shell),
    /// Print the manual page.
    Man,
}

/// Write a project.
#[derive(Debug)]
pub struct Create {
    /// Where to; `None` where nobody said.
    pub path: Option<PathBuf>,
    /// The package's name, where it is not the folder's.
    pub name: Option<String>,
    /// The version control system, where one was asked for.
    pub vcs: Option<Vcs>,
    /// Whether to join a workspace around the project.
    pub workspace: bool,
    /// The answers file.
    pub answers: Option<PathBuf>,
    /// The answers by flag.
    pub given: Given,
    /// Take the defaults for what is left.
    pub yes: bool,
    /// Show the plan and write nothing.
    pub dry_run: bool,
}

/// Write a workspace that compares runtimes.
#[derive(Debug)]
pub struct Lab {
    /// Where to; its last part is what it is called.
    pub path: PathBuf,
    /// What to compare, by id; all where none is named.
    pub runtimes: Vec<String>,
    /// The kind of program.
    pub kind: String,
    /// The version control system, where one was asked for.
    pub vcs: Option<Vcs>,
    /// Show the plan and write nothing.
    pub dry_run: bool,
}

/// Check this machine for a project or a choice.
#[derive(Debug)]
pub struct Doctor {
    /// A project that this tool made.
    pub path: Option<PathBuf>,
    /// The answers by flag.
    pub given: Given,
}

/// The whole command line as clap has it; `cargo async-init` is what users type.
pub fn command() -> Command {
    let create = [
        Arg::new("name").long("name").value_name("NAME").help("The package's name [default: the folder's]"),
        vcs_flag(),
        Arg::new("no-workspace")
            .long("no-workspace")
            .action(ArgAction::SetTrue)
            .help("Do not join the workspace around the project"),
        Arg::new("answers")
            .long("answers")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("Take answers from a file, or from a project's .async-init.toml; a flag beats the file"),
        Arg::new("yes")
            .short('y')
            .long("yes")
            .action(ArgAction::SetTrue)
            .help("Take the defaults for what is left; never ask"),
        dry_run_flag(),
    ];
    Command::new("cargo async-init")
        .bin_name("cargo async-init")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Choose an async runtime and start a project that builds, passes its tests and runs")
        .after_help("A project that is called like a command is written as a path: `./tree`.")
        .styles(STYLES)
        .args_conflicts_with_subcommands(true)
        .arg(path(
            "Where to write the project; its last part is the package's name",
        ))
        .args(create)
        .next_help_heading("Answers")
        .args(question_flags())
        .next_help_heading("Output")
        .args(output_flags())
        .subcommands(subcommands())
}

fn subcommands() -> Vec<Command> {
    let runtime = |name: &'static str| {
        let values = tree().question("runtime").map(possible).unwrap_or_default();
        Arg::new(name)
            .value_name("RUNTIME")
            .value_parser(PossibleValuesParser::new(values))
    };
    let format = |values: &'static [&'static str]| {
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .default_value("text")
            .value_parser(PossibleValuesParser::new(values))
            .help("How to print it")
    };
    vec![
        Command::new("lab")
            .about("Write a workspace with the same program on several runtimes, and measure them")
            .arg(path("Where to write it; its last part is what it is called").required(true))
            .arg(
                Arg::new("runtimes")
                    .long("runtimes")
                    .value_name("RUNTIMES")
                    .value_delimiter(',')
                    .action(ArgAction::Append)
                    .value_parser(PossibleValuesParser::new(lab_runtimes()))
                    .help("What to compare [default: every runtime that has the kind]"),
            )
            .arg(
                Arg::new("kind")
                    .long("kind")
                    .value_name(lab::KINDS.join("|"))
                    .hide_possible_values(true)
                    .default_value(lab::KINDS[0])
                    .value_parser(PossibleValuesParser::new(lab::KINDS))
                    .help("What kind of program?"),
            )
            .args([vcs_flag(), dry_run_flag()])
            .args(output_flags()),
        Command::new("tree")
            .about("Show the decision tree")
            .arg(format(&["text", "mermaid", "json"])),
        Command::new("explain")
            .about("Explain a runtime: what it is, when to take it, what to watch out for")
            .arg(runtime("runtime").required(true)),
        Command::new("compare")
            .about("Compare runtimes")
            .arg(runtime("runtimes").num_args(0..))
            .arg(format(&["text", "json"])),
        Command::new("list")
            .about("List what can be chosen")
            .arg(
                Arg::new("what")
                    .value_name("WHAT")
                    .required(true)
                    .value_parser(["runtimes", "kinds", "engines", "boards", "chips", "extras"]),
            )
            .arg(format(&["text", "json"])),
        Command::new("schema").about("Print every question, condition, value and default as JSON"),
        Command::new("doctor")
            .about("Check whether this machine is ready for a project or a choice")
            .arg(path("A project that this tool made"))
            .args(question_flags())
            .args(output_flags()),
        Command::new("completions")
            .about("Print completions for a shell")
            .arg(
                Arg::new("shell")
                    .value_name("SHELL")
                    .required(true)
                    .value_parser(value_parser!(clap_complete::Shell)),
            ),
        Command::new("man").about("Print the manual page"),
    ]
}

fn path(help: &'static str) -> Arg {
    Arg::new("path")
        .value_name("PATH")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .help(help)
}

/// What any kind can be compared on.
fn lab_runtimes() -> Vec<&'static str> {
    let mut ids: Vec<&str> = Vec::new();
    for subject in lab::KINDS.iter().flat_map(|kind| lab::subjects(kind)) {
        if !ids.contains(&subject.id) {
            ids.push(subject.id);
        }
    }
    ids
}

fn vcs_flag() -> Arg {
    Arg::new("vcs")
        .long("vcs")
        .value_name("VCS")
        .value_parser(["git", "none"])
        .help("Initialise a repository [default: git, none inside a repository]")
}

fn dry_run_flag() -> Arg {
    Arg::new("dry-run")
        .short('n')
        .long("dry-run")
        .action(ArgAction::SetTrue)
        .help("Show the plan and write nothing")
}

fn output_flags() -> [Arg; 4] {
    [
        Arg::new("message-format")
            .long("message-format")
            .value_name("FORMAT")
            .default_value("human")
            .value_parser(["human", "json"])
            .help("Who reads: a person, or a program"),
        Arg::new("color")
            .long("color")
            .value_name("WHEN")
            .value_parser(["auto", "always", "never"])
            .help("Coloured output [default: auto, or what CARGO_TERM_COLOR says]"),
        Arg::new("quiet")
            .short('q')
            .long("quiet")
            .action(ArgAction::SetTrue)
            .conflicts_with("verbose")
            .help("Print errors alone"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::SetTrue)
            .help("Print each file too"),
    ]
}

fn question_flags() -> Vec<Arg> {
    tree().questions.iter().map(question_flag).collect()
}

fn question_flag(question: &Question) -> Arg {
    let values = possible(question);
    let flag = Arg::new(question.id)
        .long(question.id)
        .help(question.prompt);
    if question.names.is_some() {
        // Looked up when it is given: to lay out every name costs each run more than all else.
        return flag.value_name(question.id.to_uppercase());
    }
    let flag = flag
        .value_parser(PossibleValuesParser::new(&values))
        .ignore_case(question.id == "board");
    if question.style == Asked::Pick {
        let name = question.id.to_uppercase();
        return flag
            .value_name(name)
            .value_delimiter(',')
            .action(ArgAction::Append);
    }
    let all = values.join("|");
    if all.len() <= NARROW {
        return flag.value_name(all).hide_possible_values(true);
    }
    let many = values.len() > MANY;
    flag.value_name(question.id.to_uppercase())
        .hide_possible_values(many)
}

fn possible(question: &Question) -> Vec<&'static str> {
    question.choices.iter().map(|choice| choice.value).collect()
}

/// A command line that was understood.
#[derive(Debug)]
pub struct Parsed {
    /// How to say things.
    pub shell: Shell,
    /// What to do.
    pub task: Task,
}

/// What a command line comes to that asks for no work.
#[derive(Debug)]
pub enum Refused {
    /// Help or the version, for stdout.
    Shown(String),
    /// An error.
    Wrong(Failure),
}

/// Reads the command line; cargo passes the subcommand's own name first.
///
/// # Errors
///
/// Where it asks for help or the version, or is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> std::result::Result<Parsed, Refused> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == SUBCOMMAND) {
        args.remove(1);
    }
    let matches = command()
        .try_get_matches_from(args)
        .map_err(|error| refused(&error))?;
    let (task, matches) = match matches.subcommand() {
        Some((name, matches)) => (other_task(name, matches), matches),
        None => (create(&matches), &matches),
    };
    let shell = shell(matches).map_err(Refused::Wrong)?;
    task.map(|task| Parsed { shell, task })
        .map_err(Refused::Wrong)
}

fn shell(matches: &ArgMatches) -> Result<Shell> {
    let has = |id: &str| matches!(matches.try_get_one::<bool>(id), Ok(Some(true)));
    let text = |id: &str| matches.try_get_one::<String>(id).ok().flatten();
    let verbosity = match (has("quiet"), has("verbose")) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let format = match text("message-format").map(String::as_str) {
        Some("json") => Format::Json,
        _ => Format::Human,
    };
    let wanted = text("color")
        .cloned()
        .or_else(|| std::env::var("CARGO_TERM_COLOR").ok());
    let color = match wanted.as_deref() {
        None | Some("auto") => ColorChoice::Auto,
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        Some(other) => {
            return Err(
                Failure::usage(format!("`{other}` is no value of `CARGO_TERM_COLOR`"))
                    .help("possible: auto, always, never"),
            );
        }
    };
    Ok(Shell::new(verbosity, format, color))
}

fn create(matches: &ArgMatches) -> Result<Task> {
    let path = matches.get_one::<PathBuf>("path").cloned();
    if let Some(word) = path.as_deref().and_then(Path::to_str)
        && is_command(word)
    {
        return Err(out_of_place(word));
    }
    Ok(Task::Create(Create {
        path,
        name: matches.get_one::<String>("name").cloned(),
        vcs: vcs(matches),
        workspace: !matches.get_flag("no-workspace"),
        answers: matches.get_one::<PathBuf>("answers").cloned(),
        given: given(matches)?,
        yes: matches.get_flag("yes"),
        dry_run: matches.get_flag("dry-run"),
    }))
}

fn vcs(matches: &ArgMatches) -> Option<Vcs> {
    let word = matches.get_one::<String>("vcs")?;
    Some(if word == "git" { Vcs::Git } else { Vcs::None })
}

fn other_task(name: &str, matches: &ArgMatches) -> Result<Task> {
    let text = |id: &str| matches.get_one::<String>(id).cloned().unwrap_or_default();
    let text_or_json = || match text("format").as_str() {
        "json" => Format::Json,
        _ => Format::Human,
    };
    Ok(match name {
        "lab" => Task::Lab(Lab {
            path: matches
                .get_one::<PathBuf>("path")
                .cloned()
                .unwrap_or_default(),
            runtimes: matches
                .get_many::<String>("runtimes")
                .unwrap_or_default()
                .cloned()
                .collect(),
            kind: text("kind"),
            vcs: vcs(matches),
            dry_run: matches.get_flag("dry-run"),
        }),
        "tree" => Task::Tree(text("format")),
        "explain" => Task::Explain(text("runtime")),
        "compare" => {
            let runtimes = matches.get_many::<String>("runtimes").unwrap_or_default();
            Task::Compare(runtimes.cloned().collect(), text_or_json())
        }
        "list" => Task::List(text("what"), text_or_json()),
        "schema" => Task::Schema,
        "doctor" => Task::Doctor(Doctor {
            path: matches.get_one::<PathBuf>("path").cloned(),
            given: given(matches)?,
        }),
        "completions" => {
            let shell = matches.get_one::<clap_complete::Shell>("shell").copied();
            Task::Completions(shell.unwrap_or(clap_complete::Shell::Bash))
        }
        "man" => Task::Man,
        other => return Err(Failure::usage(format!("unknown command `{other}`"))),
    })
}

/// The answers that were given by flag.
fn given(matches: &ArgMatches) -> Result<Given> {
    let mut given = Given::default();
    for question in &tree().questions {
        let values = matches
            .get_many::<String>(question.id)
            .unwrap_or_default()
            .map(|value| value_of(question, value))
            .collect::<Result<Vec<&'static str>>>()?;
        let answer = match (question.style, values.first()) {
            (_, None) => continue,
            (Asked::Pick, _) => Answer::Many(question.in_order(&values)),
            (_, Some(value)) => Answer::One(value),
        };
        given.add(question.id, answer, Source::Flag);
    }
    Ok(given)
}

fn value_of(question: &Question, text: &str) -> Result<&'static str> {
    let flag = format!("--{}", question.id);
    question.parse(text).map_err(|unnamed| {
        let message = match &unnamed.why {
            _ if text.is_empty() => format!("`{flag}` needs a value"),
            Some(why) => format!("`{flag} {text}` {why}"),
            None => format!("`{}` is no value of `{flag}`", text.escape_debug()),
        };
        Failure::usage(message).help(unnamed.help)
    })
}

/// clap's error in this tool's words.
fn refused(error: &clap::Error) -> Refused {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return Refused::Shown(error.render().ansi().to_string());
    }
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("`, `")),
        _ => None,
    };
    let invalid = context(ContextKind::InvalidArg).unwrap_or_default();
    // `--kind <KIND>`, `[PATH]`, `<RUNTIME>`, `[RUNTIME]...`
    let flag = invalid
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches(['[', ']', '<', '>', '.'])
        .to_owned();
    let failure = match error.kind() {
        ErrorKind::UnknownArgument => {
            let failure = Failure::usage(format!("unknown argument `{}`", invalid.escape_debug()));
            match context(ContextKind::SuggestedArg) {
                // clap finds neighbours that are none.
                Some(near) if nearest(&invalid, &[&near]).is_some() => {
                    failure.help(format!("did you mean `{near}`?"))
                }
                _ => failure.help(EVERY_FLAG),
            }
        }
        ErrorKind::InvalidValue => invalid_value(error, &flag),
        ErrorKind::MissingRequiredArgument => Failure::usage(format!("`{invalid}` is missing"))
            .help("`--help` behind the command shows what it takes"),
        ErrorKind::ArgumentConflict => {
            if let Some(word) = context(ContextKind::InvalidSubcommand) {
                return Refused::Wrong(out_of_place(&word));
            }
            let prior = context(ContextKind::PriorArg).unwrap_or_default();
            let message = if prior == invalid || prior.is_empty() {
                format!("`{flag}` was given twice")
            } else {
                format!("`{flag}` does not go with `{prior}`")
            };
            Failure::usage(message).help("leave one of them out")
        }
        _ => {
            let text = error.render().to_string();
            let text = text.lines().next().unwrap_or_default();
            Failure::usage(text.trim_start_matches("error: ").replace('\'', "`")).help(EVERY_FLAG)
        }
    };
    Refused::Wrong(failure)
}

fn invalid_value(error: &clap::Error, flag: &str) -> Failure {
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    let valid: Vec<&str> = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if value.is_empty() && flag == "PATH" {
        return Failure::usage("the path is empty")
            .help("name the project: `cargo async-init my-app`");
    }
    let question = flag.strip_prefix("--").and_then(|id| tree().question(id));
    if let Some(Err(failure)) = question.map(|question| value_of(question, value)) {
        return failure;
    }
    let advice = match valid.as_slice() {
        [] => EVERY_FLAG.to_owned(),
        valid => did_you_mean(value, valid),
    };
    if value.is_empty() {
        return Failure::usage(format!("`{flag}` needs a value")).help(advice);
    }
    let value = value.escape_debug();
    Failure::usage(format!("`{value}` is no value of `{flag}`")).help(advice)
}

fn is_command(word: &str) -> bool {
    // clap's own, which it adds when it parses.
    word == "help" || command().find_subcommand(word).is_some()
}

/// A second path, or a command that does not come first.
fn out_of_place(word: &str) -> Failure {
    if is_command(word) {
        return Failure::usage(format!(
            "`{word}` is a command, and comes before everything else"
        ))
        .help(format!("a project of that name is written `./{word}`"));
    }
    Failure::usage(format!("`{}` is one path too many", word.escape_debug()))
        .help("one project at a time; a path with a space in it goes in quotes")
}

/// A path as it is typed so that it is taken for one, and not for a command or a flag.
pub fn path_argument(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with('-') || is_command(&text) {
        return format!("./{text}");
    }
    text
}
