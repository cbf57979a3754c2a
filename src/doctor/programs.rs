//! Programs: whether they start, and which version they say they are.

use std::env;
use std::io;
use std::process::{Command, Stdio};

use super::{Check, Finding, whom};
use crate::blueprint::Blueprint;

/// Where Rust comes from.
const RUST: &str = "install Rust: https://rustup.rs";

/// What a program said when it was asked who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// It is not on the path.
    Absent,
    /// It does not start, or ends with an error: its first line.
    Broken(String),
    /// It is there: all that it printed.
    Says(String),
}

impl Program {
    /// Starts a program with these words; a rustup that has to fetch a toolchain first is told not to.
    pub(super) fn ask(name: &str, words: &str) -> Self {
        let output = Command::new(name)
            .args(words.split_whitespace())
            .env("RUSTUP_AUTO_INSTALL", "0")
            .stdin(Stdio::null())
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::Absent,
            Err(error) => return Self::Broken(error.to_string()),
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Self::Says(text);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let first = errors.lines().find(|line| !line.trim().is_empty());
        Self::Broken(first.map_or_else(|| output.status.to_string(), str::to_owned))
    }

    /// Looks for a program on the path without starting it.
    pub(super) fn find(name: &str) -> Self {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        let path = env::var_os("PATH").unwrap_or_default();
        if env::split_paths(&path).any(|folder| folder.join(&file).is_file()) {
            return Self::Says(String::new());
        }
        Self::Absent
    }

    /// The version in the first line of what it said.
    pub(super) fn version(&self) -> Option<Version> {
        match self {
            Self::Says(text) => text
                .lines()
                .next()?
                .split_whitespace()
                .find_map(Version::parse),
            _ => None,
        }
    }
}

/// A version: two or three numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Its numbers, for comparison.
    pub(super) numbers: Vec<u64>,
    text: String,
}

impl Version {
    /// Reads a version that may have a `v` before it and words behind it.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let word = word.trim_start_matches('v');
        let word = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let numeric = word
            .split(|c: char| c != '.' && !c.is_ascii_digit())
            .next()?;
        let numbers: Option<Vec<u64>> = numeric
            .trim_end_matches('.')
            .split('.')
            .map(|part| part.parse().ok())
            .collect();
        numbers
            .filter(|numbers| numbers.len() >= 2)
            .map(|numbers| Self {
                numbers,
                text: word.to_owned(),
            })
    }

    /// Whether it is that version or a newer one.
    pub(super) fn reaches(&self, floor: &str) -> bool {
        Self::parse(floor).is_some_and(|floor| self.numbers >= floor.numbers)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A program that has to be there, and its version where it says one.
pub(super) fn present(name: &str, program: &Program, cure: &str) -> Finding {
    match program {
        Program::Absent => Finding::failed(format!("`{name}` is not on the path"), cure),
        Program::Broken(why) => Finding::failed(format!("`{name}` does not work: {why}"), cure),
        Program::Says(_) => Finding::ok(match program.version() {
            Some(version) => version.to_string(),
            None => "present".to_owned(),
        }),
    }
}

pub(super) fn cargo(program: &Program) -> Finding {
    let cure = match program {
        Program::Broken(_) => "rustup default stable",
        _ => RUST,
    };
    present("cargo", program, cure)
}

pub(super) fn git(program: &Program) -> Finding {
    present(
        "git",
        program,
        "install git (https://git-scm.com), or create projects with `--vcs none`",
    )
}

/// What the compiler calls to link a program for the machine that it runs on.
pub(super) fn linker() -> Finding {
    if cfg!(not(unix)) {
        return Finding::ok("not checked on this system");
    }
    linked_by(&Program::ask("cc", "--version"))
}

fn linked_by(program: &Program) -> Finding {
    let cure = if cfg!(target_os = "macos") {
        "xcode-select --install"
    } else {
        "install a C toolchain, for example `apt-get install gcc libc6-dev`"
    };
    present("cc", program, cure)
}

/// Whether cargo is new enough, once for each demand; says nothing where there is no cargo.
pub(super) fn rust(projects: &[&Blueprint], cargo: &Program) -> Vec<Check> {
    let Some(version) = cargo.version() else {
        return Vec::new();
    };
    let mut checks: Vec<Check> = Vec::new();
    for project in projects {
        let whom = whom(project);
        let finding = new_enough(&version, project.rust_version());
        let known = |check: &Check| check.whom == whom && check.finding == finding;
        if !checks.iter().any(known) {
            checks.push(Check::new("rust-version", whom, finding));
        }
    }
    checks
}

fn new_enough(version: &Version, floor: &str) -> Finding {
    if version.reaches(floor) {
        return Finding::ok(format!("{version}; {floor} is needed"));
    }
    Finding::failed(
        format!("{version} is too old; {floor} is needed"),
        "rustup update stable",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Status;

    fn says(text: &str) -> Program {
        Program::Says(text.to_owned())
    }

    #[test]
    fn versions_are_read_as_programs_write_them() {
        for (text, version) in [
            ("cargo 1.95.0 (59807616e 2026-04-14)\n", "1.95.0"),
            ("git version 2.47.1.windows.1", "2.47.1.windows.1"),
            ("picotool v2.1.1 (Linux, GNU-13.2.0, Release)", "2.1.1"),
            ("probe-rs 0.32.0 (git commit: v0.32.0)", "0.32.0"),
            ("cc (Debian 12.2.0-14) 12.2.0", "12.2.0-14"),
            ("cargo 1.99.0-nightly (abc 2026-09-01)", "1.99.0-nightly"),
        ] {
            let read = says(text).version().expect(text);
            assert_eq!(read.to_string(), version, "{text}");
        }
        for text in ["", "\n1.2.3", "dfu-util", "built 2026"] {
            assert_eq!(says(text).version(), None, "{text:?}");
        }
        assert_eq!(Program::Absent.version(), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let version = |text| Version::parse(text).expect(text);
        assert!(version("1.95.0").reaches("1.95"));
        assert!(version("1.100.0").reaches("1.99"));
        assert!(version("1.99.0-nightly").reaches("1.99"));
        assert!(!version("1.84.1").reaches("1.85"));
        assert!(!version("1.9.0").reaches("1.85"));
        assert!(!version("1.95.0").reaches("nonsense"));
    }

    #[test]
    fn a_program_is_there_or_a_cure_is_named() {
        assert_eq!(present("x", &says("x 1.2"), "get x"), Finding::ok("1.2"));
        assert_eq!(
            present("x", &says("hello"), "get x"),
            Finding::ok("present")
        );
        for (program, words) in [
            (Program::Absent, "`x` is not on the path"),
            (Program::Broken("no default".to_owned()), "no default"),
        ] {
            let finding = present("x", &program, "get x");
            assert_eq!(finding.status, Status::Failed);
            assert!(finding.found.contains(words), "{finding:?}");
            assert_eq!(finding.cure.as_deref(), Some("get x"));
        }
    }

    #[test]
    fn each_program_has_its_own_cure() {
        let cure = |finding: Finding| finding.cure.unwrap_or_default();
        assert!(cure(cargo(&Program::Absent)).contains("rustup.rs"));
        assert!(cure(cargo(&Program::Broken(String::new()))).contains("rustup default"));
        assert!(cure(git(&Program::Absent)).contains("--vcs none"));
        assert!(!cure(linked_by(&Program::Absent)).is_empty());
    }

    #[test]
    fn an_old_compiler_is_told_from_a_new_one() {
        let version = Version::parse("1.90.0").expect("a version");
        assert_eq!(new_enough(&version, "1.85").status, Status::Ok);
        let finding = new_enough(&version, "1.93");
        assert_eq!(finding.status, Status::Failed);
        assert!(finding.found.contains("1.90.0") && finding.found.contains("1.93"));
    }

    #[test]
    fn a_program_that_does_not_exist_is_absent() {
        let program = Program::ask("no-program-of-this-name", "--version");
        assert_eq!(program, Program::Absent);
        assert_eq!(Program::find("no-program-of-this-name"), Program::Absent);
    }
}
