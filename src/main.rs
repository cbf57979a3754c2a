//! `cargo async-init`: parse, run, exit code.

use std::env;
use std::process::ExitCode;

use anstream::ColorChoice;
use cargo_async_init::cli::{self, Parsed, Refused, Task};
use cargo_async_init::failure::{Failure, Result};
use cargo_async_init::report::{Format, Shell, Verbosity};
use cargo_async_init::{compare, create, doctor, interrupt, lab, show};

fn main() -> ExitCode {
    let Parsed { shell, task } = match cli::parse(env::args_os()) {
        Ok(parsed) => parsed,
        Err(Refused::Shown(text)) => {
            let shell = plain_shell();
            shell.print(&text);
            return end(&shell, ExitCode::SUCCESS);
        }
        Err(Refused::Wrong(failure)) => return fail(&plain_shell(), &failure),
    };
    match run(&shell, task) {
        Ok(code) => end(&shell, code),
        Err(failure) => fail(&shell, &failure),
    }
}

/// The exit code of a run that went well, if all of its data was written.
fn end(shell: &Shell, code: ExitCode) -> ExitCode {
    match shell.unwritten() {
        Some(failure) => fail(shell, &failure),
        None => code,
    }
}

fn run(shell: &Shell, task: Task) -> Result<ExitCode> {
    interrupt::install()?;
    match task {
        Task::Create(options) => create::create(shell, &options)?,
        Task::Lab(options) => lab::create(shell, &options)?,
        Task::Tree(format) => show::tree(shell, &format),
        Task::Explain(runtime) => show::explain(shell, &runtime)?,
        Task::Compare(runtimes, format) => compare::compare(shell, &runtimes, format),
        Task::List(what, format) => show::list(shell, &what, format),
        Task::Schema => show::schema(shell),
        Task::Doctor(options) => return doctor::doctor(shell, &options),
        Task::Completions(kind) => show::completions(shell, kind),
        Task::Man => show::man(shell)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(shell: &Shell, failure: &Failure) -> ExitCode {
    shell.fail(failure);
    ExitCode::from(failure.code as u8)
}

/// The shell for a command line that could not be read: the format is looked for by hand.
fn plain_shell() -> Shell {
    let args: Vec<String> = env::args_os()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let json = args.iter().any(|arg| arg == "--message-format=json")
        || args
            .windows(2)
            .any(|pair| pair == ["--message-format", "json"]);
    let format = if json { Format::Json } else { Format::Human };
    Shell::new(Verbosity::Normal, format, ColorChoice::Auto)
}
