//! The doctor tier: on machines that lack this or that, `doctor` says what, and how to get it.
#![cfg(unix)]

mod sandbox;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use sandbox::{Ran, Sandbox};
use serde_json::Value;

const CARGO: (&str, &str) = ("cargo", "echo 'cargo 1.95.0 (59807616e 2026-04-14)'");
const GIT: (&str, &str) = ("git", "echo 'git version 2.47.3'");
const LINKER: (&str, &str) = ("cc", "echo 'cc (Debian 14.2.0-19) 14.2.0'");
const ALL: [(&str, &str); 3] = [CARGO, GIT, LINKER];
const FLASHER: (&str, &str) = (
    "elf2uf2-rs",
    "[ \"$*\" = --help ] && echo 'Usage: elf2uf2-rs'",
);

const RUSTUP: (&str, &str) = (
    "rustup",
    r#"case "$*" in
--version) echo 'rustup 1.29.0 (28d1352db 2026-03-05)' ;;
'toolchain list') echo '1.95.0-x86_64-unknown-linux-gnu (active)' ;;
'target list --installed --toolchain 1.95.0') echo thumbv6m-none-eabi ;;
*) echo "error: not expected: $*" >&2; exit 1 ;;
esac"#,
);

/// A sandbox whose machine has these programs, and no others.
struct Machine {
    sandbox: Sandbox,
    programs: PathBuf,
}

impl Machine {
    fn with(programs: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let folder = sandbox.store().join("programs");
        fs::create_dir(&folder).expect("a folder");
        for (name, script) in programs {
            let program = folder.join(name);
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a program");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        Self {
            sandbox,
            programs: folder,
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.command(&[&["doctor"], args].concat());
        command.env("PATH", &self.programs);
        command
    }

    /// Runs `doctor`, which must change nothing.
    fn doctor(&self, args: &[&str]) -> Ran {
        let before = self.sandbox.tree();
        let ran = self.sandbox.finish(self.command(args));
        assert_eq!(self.sandbox.tree(), before, "it changed something");
        ran
    }

    fn report(&self, args: &[&str]) -> Report {
        Report::of(&self.doctor(&[args, &["--message-format", "json"]].concat()))
    }
}

/// What `doctor` says to programs.
struct Report {
    code: Option<i32>,
    object: Value,
}

impl Report {
    fn of(ran: &Ran) -> Self {
        assert_eq!(ran.stderr, "", "one object on stdout, and nothing else");
        Self {
            code: ran.code,
            object: serde_json::from_str(&ran.stdout).expect("one JSON object"),
        }
    }

    fn checks(&self) -> &[Value] {
        self.object["checks"].as_array().expect("an array")
    }

    /// The one check of that id.
    fn check(&self, id: &str) -> &Value {
        let mut checks = self.checks().iter().filter(|check| check["id"] == id);
        let check = checks
            .next()
            .unwrap_or_else(|| panic!("no `{id}`: {self:?}"));
        assert!(checks.next().is_none(), "more than one `{id}`: {self:?}");
        check
    }

    fn found(&self, id: &str) -> &str {
        self.check(id)["found"].as_str().expect("text")
    }

    fn cure(&self, id: &str) -> &str {
        self.check(id)["cure"].as_str().expect("a cure")
    }

    /// The ids of what is missing.
    fn missing(&self) -> Vec<&str> {
        let failed = self
            .checks()
            .iter()
            .filter(|check| check["status"] == "failed");
        failed.filter_map(|check| check["id"].as_str()).collect()
    }

    /// Takes it that the machine lacks just this, and that exit code and error say so.
    fn lacks(&self, id: &str) {
        assert_eq!(self.missing(), [id], "{self:?}");
        assert_eq!(self.code, Some(5));
        assert_eq!(self.object["ready"], false);
        assert_eq!(self.object["error"]["code"], 5);
        let message = self.object["error"]["message"].as_str().expect("text");
        assert!(message.contains(id), "{message}");
    }

    fn is_ready(&self) {
        assert_eq!(self.missing(), [""; 0], "{self:?}");
        assert_eq!(self.code, Some(0));
        assert_eq!(self.object["ready"], true);
        assert!(self.object.get("error").is_none());
    }
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}: {:#}", self.code, self.object)
    }
}

#[test]
fn a_report_has_five_keys_for_each_check() {
    let report = Machine::with(&ALL).report(&["--runtime", "tokio"]);
    report.is_ready();
    assert!(report.checks().len() >= 5, "{report:?}");
    for check in report.checks() {
        let check = check.as_object().expect("an object");
        let keys: Vec<&str> = check.keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "for", "status", "found", "cure"]);
        for key in ["id", "for", "status", "found"] {
            assert!(check[key].as_str().is_some_and(|text| !text.is_empty()));
        }
        assert!(check["cure"].is_null() || check["cure"].is_string());
        assert_eq!(check["cure"].is_null(), check["status"] == "ok");
    }
}

#[test]
fn people_read_status_lines_and_programs_stdout() {
    let machine = Machine::with(&ALL);
    let ran = machine.doctor(&["--runtime", "tokio"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("    Checking tokio\n"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("          Ok cargo: 1.95.0\n"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.ends_with("       Ready for tokio\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(machine.doctor(&["--runtime", "tokio", "-q"]).stderr, "");
}

#[test]
fn what_is_missing_is_listed_with_its_cure() {
    let ran = Machine::with(&[CARGO, LINKER]).doctor(&["--runtime", "smol", "-q"]);
    assert_eq!(ran.code, Some(5));
    assert_eq!(ran.stdout, "");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines[0], "error: git: `git` is not on the path");
    assert!(lines[1].starts_with("help: install git"), "{}", ran.stderr);
    assert_eq!(
        lines[2],
        "error: this machine is not ready; missing: git (every project)"
    );
}

#[test]
fn everybody_needs_cargo_a_linker_and_git() {
    for (lacking, id) in [(CARGO, "cargo"), (LINKER, "linker"), (GIT, "git")] {
        let there: Vec<_> = ALL.into_iter().filter(|each| *each != lacking).collect();
        let report = Machine::with(&there).report(&["--runtime", "mio"]);
        report.lacks(id);
    }
}

#[test]
fn a_program_that_does_not_work_is_as_good_as_missing() {
    let broken = (
        "cargo",
        "echo 'error: no default is configured' >&2; exit 1",
    );
    let report = Machine::with(&[broken, GIT, LINKER]).report(&["--runtime", "mio"]);
    report.lacks("cargo");
    assert!(report.found("cargo").contains("no default is configured"));
    assert!(report.cure("cargo").contains("rustup"));
}

#[test]
fn an_old_cargo_is_told_what_it_takes() {
    let old = ("cargo", "echo 'cargo 1.90.0 (abcdef012 2025-09-01)'");
    let machine = Machine::with(&[old, GIT, LINKER]);
    machine.report(&["--runtime", "tokio"]).is_ready();
    let report = machine.report(&["--engine", "compio"]);
    report.lacks("rust-version");
    assert_eq!(
        report.found("rust-version"),
        "1.90.0 is too old; 1.95 is needed"
    );
    assert_eq!(report.cure("rust-version"), "rustup update stable");
}

#[test]
fn a_board_needs_rustup_toolchain_target_and_flasher() {
    let board = ["--board", "pico"];
    let programs = [&ALL[..], &[RUSTUP, FLASHER]].concat();
    Machine::with(&programs).report(&board).is_ready();

    let report = Machine::with(&[&ALL[..], &[FLASHER]].concat()).report(&board);
    report.lacks("rustup");
    assert!(report.cure("rustup").contains("rustup.rs"));

    let report = Machine::with(&[&ALL[..], &[RUSTUP]].concat()).report(&board);
    report.lacks("flasher");
    assert_eq!(report.check("flasher")["for"], "pico");
    assert!(
        report
            .cure("flasher")
            .starts_with("cargo install elf2uf2-rs")
    );
}

#[test]
fn a_missing_toolchain_or_target_has_its_command() {
    let rustup = |list: &str, targets: &str| {
        format!(
            "case \"$*\" in\n--version) echo rustup 1.29.0 ;;\n'toolchain list') echo '{list}' ;;\n\
             *) echo '{targets}' ;;\nesac"
        )
    };
    let report = |script: &str| {
        let programs = [&ALL[..], &[("rustup", script), FLASHER]].concat();
        Machine::with(&programs).report(&["--board", "pico"])
    };
    let report_without_target = report(&rustup("1.95.0-x", "x86_64-unknown-linux-gnu"));
    report_without_target.lacks("target");
    assert_eq!(
        report_without_target.cure("target"),
        "rustup target add thumbv6m-none-eabi --toolchain 1.95.0"
    );
    let without_toolchain = report(&rustup("stable-x (default)", "thumbv6m-none-eabi"));
    assert_eq!(without_toolchain.missing(), ["toolchain", "target"]);
    assert_eq!(without_toolchain.code, Some(5));
    assert!(
        without_toolchain
            .cure("toolchain")
            .starts_with("rustup toolchain install 1.95.0 ")
    );
}

#[test]
fn an_old_flasher_does_not_do() {
    let rustup = (
        "rustup",
        "echo 1.95.0-x; echo thumbv8m.main-none-eabihf; echo rustup 1.29.0",
    );
    let flasher = |script| {
        let programs = [&ALL[..], &[rustup, ("picotool", script)]].concat();
        Machine::with(&programs).report(&["--board", "pico2"])
    };
    flasher("[ \"$*\" = version ] && echo 'picotool v2.1.1 (Linux)'").is_ready();
    let report = flasher("echo 'picotool v1.1.2 (Linux)'");
    report.lacks("flasher");
    assert!(
        report
            .found("flasher")
            .contains("1.1.2 is too old; 2.0 is needed")
    );
}

#[test]
fn a_project_is_checked_for_what_it_is() {
    let programs = [&ALL[..], &[RUSTUP, FLASHER]].concat();
    let machine = Machine::with(&programs);
    machine.sandbox.must(&[
        "blinky", "--board", "pico", "--kind", "blinky", "--vcs", "none",
    ]);
    machine
        .sandbox
        .must(&["server", "--runtime", "tokio", "--kind", "tcp", "--yes"]);

    let report = machine.report(&["blinky"]);
    report.is_ready();
    assert_eq!(report.check("target")["for"], "pico");
    let target = report.found("disk");
    assert!(target.contains("blinky/target"), "{target}");

    let report = machine.report(&["server"]);
    report.is_ready();
    assert!(report.checks().iter().all(|check| check["id"] != "rustup"));
}

#[test]
fn a_probe_that_is_wired_to_a_board_is_what_its_project_needs() {
    let programs = [&ALL[..], &[RUSTUP, FLASHER]].concat();
    let machine = Machine::with(&programs);
    machine.sandbox.must(&[
        "blinky",
        "--board",
        "pico",
        "--flasher",
        "probe-rs",
        "--kind",
        "blinky",
        "--vcs",
        "none",
    ]);
    for project in [
        &["blinky"][..],
        &["--board", "pico", "--flasher", "probe-rs"],
    ] {
        let report = machine.report(project);
        let cure = report.cure("flasher");
        assert!(cure.starts_with("cargo install probe-rs-tools"), "{cure}");
    }
}

#[test]
fn a_project_can_do_without_git() {
    let machine = Machine::with(&[CARGO, LINKER]);
    let project = ["server", "--runtime", "tokio", "--kind", "tcp", "--yes"];
    machine
        .sandbox
        .must(&[&project[..], &["--vcs", "none"]].concat());
    let report = machine.report(&["server"]);
    report.is_ready();
    assert_eq!(report.check("git")["status"], "warning");
}

#[test]
fn a_project_s_own_pin_is_what_counts() {
    let programs = [&ALL[..], &[RUSTUP, FLASHER]].concat();
    let machine = Machine::with(&programs);
    machine.sandbox.must(&[
        "blinky", "--board", "pico", "--kind", "blinky", "--vcs", "none",
    ]);
    let pin = machine.sandbox.read("blinky/rust-toolchain.toml");
    assert!(pin.contains("\"1.95.0\""), "{pin}");
    let pin = pin.replace("\"1.95.0\"", "\"1.99.1\"");
    machine.sandbox.write("blinky/rust-toolchain.toml", pin);
    let report = machine.report(&["blinky"]);
    assert_eq!(report.missing(), ["toolchain", "target"]);
    assert!(report.found("target").starts_with("1.99.1 does not offer"));
    assert_eq!(
        report.cure("target"),
        "set `channel = \"1.95.0\"` in `rust-toolchain.toml`"
    );
}

#[test]
fn what_is_no_project_is_refused() {
    let machine = Machine::with(&ALL);
    machine.sandbox.folder("empty");
    machine
        .sandbox
        .write("odd/.async-init.toml", "answers = 1\n");
    for (args, said) in [
        (
            &["nowhere"][..],
            "`nowhere` is no project that this tool made",
        ),
        (&["empty"], "`empty` is no project that this tool made"),
        (&["odd"], "`answers` in `odd/.async-init.toml` is"),
        (
            &["--board", "pico", "--runtime", "tokio"],
            "`--board pico` cannot apply with `--runtime tokio`",
        ),
        (&["--runtime", "tokyo"], "`tokyo` is no value of"),
    ] {
        let ran = machine.doctor(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("help: "), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn flags_that_contradict_a_project_are_refused() {
    let machine = Machine::with(&ALL);
    machine
        .sandbox
        .must(&["server", "--runtime", "tokio", "--kind", "tcp", "--yes"]);
    let ran = machine.doctor(&["server", "--engine", "compio"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn without_a_choice_every_runtime_is_checked() {
    let ran = Machine::with(&ALL).doctor(&[]);
    assert_eq!(ran.code, Some(5));
    for runtime in [
        "tokio",
        "smol",
        "async-std",
        "uring",
        "mio",
        "embassy",
        "agnostic",
    ] {
        let title = format!("    Checking {runtime}\n");
        assert!(ran.stderr.contains(&title), "{}", ran.stderr);
    }
    let ready = "       Ready for tokio, smol, async-std, ";
    assert!(ran.stderr.contains(ready), "{}", ran.stderr);
}

/// `io_uring` behind closed gates, as it is found in containers and on old systems.
#[cfg(target_os = "linux")]
mod uring {
    use std::env;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    use super::sandbox::BINARY;
    use super::{ALL, Command, Machine, Ran, Report, fs};

    /// What runs a program that may lock so much memory, in KiB, even where root runs the tests.
    fn limited(machine: &Machine, kib: u32, args: &[&str]) -> Report {
        let mut limited = machine.sandbox.program("sh");
        limited.args(["-c", &format!("ulimit -l {kib} && exec \"$@\""), "sh"]);
        if nix::unistd::geteuid().is_root() {
            limited.args(["setpriv", "--bounding-set=-ipc_lock", "--"]);
        }
        limited.args([BINARY, "async-init", "doctor", "--message-format", "json"]);
        limited.args(args);
        Report::of(&machine.sandbox.finish(limited))
    }

    /// Runs a command under a filter that answers `errno` to `io_uring_setup`.
    fn filtered(machine: &Machine, errno: u32, command: Command) -> Ran {
        const SETUP: i64 = 425;
        let arch = TargetArch::try_from(env::consts::ARCH).expect("an architecture");
        let filter = SeccompFilter::new(
            [(SETUP, vec![])].into(),
            SeccompAction::Allow,
            SeccompAction::Errno(errno),
            arch,
        );
        let program = BpfProgram::try_from(filter.expect("a filter")).expect("a program");
        // It holds for the thread that installs it, and for what this thread starts.
        std::thread::scope(|scope| {
            let starter = scope.spawn(|| {
                seccompiler::apply_filter(&program).expect("the filter is installed");
                machine.sandbox.finish(command)
            });
            starter.join().expect("it ends")
        })
    }

    fn denied(errno: u32, engine: &str) -> Report {
        let machine = Machine::with(&ALL);
        let command = machine.command(&["--engine", engine, "--message-format", "json"]);
        Report::of(&filtered(&machine, errno, command))
    }

    #[test]
    fn too_little_memory_to_lock_is_told_by_the_limit() {
        if env::var_os("ASYNC_INIT_NO_URING").is_some() {
            eprintln!("left out: no io_uring here, as ASYNC_INIT_NO_URING says");
            return;
        }
        let machine = Machine::with(&ALL);
        let report = limited(&machine, 64, &["--engine", "compio"]);
        report.is_ready();
        assert_eq!(report.check("io-uring")["status"], "warning");
        let found = report.found("io-uring");
        assert!(found.contains("no more than 64 KiB"), "{found}");
        assert!(found.contains("falls back to polling"), "{found}");
        assert!(report.cure("io-uring").starts_with("ulimit -l"));

        let report = limited(&machine, 8, &["--engine", "tokio-uring"]);
        report.lacks("io-uring");
        assert!(report.found("io-uring").contains("no more than 8 KiB"));
    }

    #[test]
    fn a_seccomp_filter_is_told_from_the_sysctl() {
        let sysctl = fs::read_to_string("/proc/sys/kernel/io_uring_disabled");
        let closed = sysctl.is_ok_and(|value| value.trim() != "0");
        let reason = if closed {
            "kernel.io_uring_disabled"
        } else {
            "a seccomp filter denies it"
        };
        let report = denied(1, "tokio-uring");
        report.lacks("io-uring");
        let found = report.found("io-uring");
        assert!(found.contains(reason), "{found}");

        let report = denied(1, "compio");
        report.is_ready();
        assert_eq!(report.check("io-uring")["status"], "warning");
    }

    #[test]
    fn a_filter_that_hides_the_call_is_not_taken_for_an_old_kernel() {
        let report = denied(38, "tokio-uring");
        report.lacks("io-uring");
        let found = report.found("io-uring");
        assert!(found.contains("a seccomp filter hides it"), "{found}");
    }
}
