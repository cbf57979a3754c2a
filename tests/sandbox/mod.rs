//! Where the tests of the command work: an empty folder, a fixed environment, the real binary.
#![allow(dead_code, reason = "each tier uses a part of it")]

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub mod supervisor;
#[cfg(unix)]
pub mod terminal;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_cargo-async-init");

/// Longer than any run takes on a loaded machine: a run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The project that most tests write: small, and it has no board or engine to be named.
pub const TCP: [&str; 4] = ["--runtime", "tokio", "--kind", "tcp"];
/// The same, without a repository.
pub const PLAIN: [&str; 6] = ["--runtime", "tokio", "--kind", "tcp", "--vcs", "none"];

/// A folder that is empty at first, and gone at the end.
pub struct Sandbox {
    root: TempDir,
    folder: PathBuf,
}

/// Everything below a folder: for each path its mode (0 where there is none) and its bytes;
/// `None` is a folder.
pub type Tree = BTreeMap<PathBuf, (u32, Option<Vec<u8>>)>;

impl Sandbox {
    /// A new, empty one.
    pub fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("async-init-sandbox-")
            .tempdir()
            .expect("a folder for the test");
        let folder = root
            .path()
            .canonicalize()
            .expect("its real path")
            .join("sandbox");
        fs::create_dir(&folder).expect("the sandbox");
        Self { root, folder }
    }

    /// Its folder, where commands run.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// A folder beside the one where commands run, for what is none of their business.
    pub fn store(&self) -> &Path {
        self.root.path()
    }

    /// Where a test puts programs of its own: the first folder that is searched for them.
    pub fn bin(&self) -> PathBuf {
        self.store().join("bin")
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(&path, text).expect("a file");
        path
    }

    /// Makes a folder, and the folders above it.
    pub fn folder(&self, path: &str) -> PathBuf {
        let path = self.folder.join(path);
        fs::create_dir_all(&path).expect("a folder");
        path
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Everything that is there.
    pub fn tree(&self) -> Tree {
        tree(&self.folder)
    }

    /// The binary with these arguments, not yet started, as cargo would start it.
    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = self.program(BINARY);
        command.arg("async-init").args(args);
        command
    }

    /// A program, in the folder and the environment in which every test runs.
    pub fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear();
        for kept in ["CARGO", "RUSTUP_TOOLCHAIN", "SystemRoot"] {
            if let Some(value) = env::var_os(kept) {
                command.env(kept, value);
            }
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = iter::once(self.bin()).chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(folders).expect("a path"));
        for (kept, default) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let theirs = env::var_os(kept).map(PathBuf::from);
            if let Some(path) = theirs.or_else(|| Some(env::home_dir()?.join(default))) {
                command.env(kept, path);
            }
        }
        // No settings of the person who runs the tests, and no terminal.
        command.env("HOME", self.store());
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// Runs the binary with these arguments, off a terminal.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.finish(self.command(args))
    }

    /// Runs the binary in a folder of the sandbox.
    pub fn run_in<S: AsRef<OsStr>>(&self, folder: impl AsRef<Path>, args: &[S]) -> Ran {
        let mut command = self.command(args);
        command.current_dir(self.folder.join(folder));
        self.finish(command)
    }

    /// Runs the binary and takes it that it succeeds.
    pub fn must<S: AsRef<OsStr> + std::fmt::Debug>(&self, args: &[S]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}\n{}", ran.stderr);
        ran
    }

    /// Runs a line as a shell takes it, with `cargo async-init` being the binary under test.
    pub fn shell(&self, line: &str) -> Ran {
        let mut shell = self.program("sh");
        let line = line.replace("cargo async-init", "\"$BINARY\" async-init");
        shell.env("BINARY", BINARY).args(["-c", &line]);
        self.finish(shell)
    }

    /// Runs a command to its end.
    pub fn finish(&self, command: Command) -> Ran {
        let mut command = assert_cmd::Command::from_std(command);
        let output = command
            .timeout(PATIENCE)
            .output()
            .expect("it starts and ends");
        self.ran(&output)
    }

    fn ran(&self, output: &Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Ran {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: self.redact(&text(&output.stderr)),
        }
    }

    /// A text without what differs from run to run.
    pub fn redact(&self, text: &str) -> String {
        let text = text.replace(&self.folder.display().to_string(), "[LAB]");
        let text = text.replace(&self.store().display().to_string(), "[STORE]");
        let mut redacted = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(STAGING) {
            let (before, staging) = rest.split_at(at + STAGING.len());
            let end = staging.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            redacted.push_str(before);
            redacted.push_str("[N]");
            rest = &staging[end.unwrap_or(staging.len())..];
        }
        redacted + rest
    }
}

/// How the tool's staging folders begin.
pub const STAGING: &str = ".async-init-";

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed for programs.
    pub stdout: String,
    /// What it printed for people, without what differs from run to run.
    pub stderr: String,
}

impl Ran {
    /// The command that the run says would do the same again.
    pub fn again(&self) -> &str {
        let line = self
            .stderr
            .lines()
            .find_map(|line| line.trim_start().strip_prefix("Again "));
        line.unwrap_or_else(|| panic!("no `Again` in:\n{}", self.stderr))
    }
}

/// Everything below a folder, by relative path.
pub fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    collect(folder, Path::new(""), &mut tree);
    tree
}

fn collect(root: &Path, inner: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(root.join(inner)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = inner.join(entry.file_name());
        let metadata = entry.metadata().expect("its metadata");
        if metadata.is_dir() {
            tree.insert(path.clone(), (mode(&metadata), None));
            collect(root, &path, tree);
        } else if metadata.is_symlink() {
            let target = fs::read_link(root.join(&path)).expect("a link");
            tree.insert(
                path,
                (0, Some(target.into_os_string().into_encoded_bytes())),
            );
        } else {
            let bytes = fs::read(root.join(&path)).expect("a file");
            tree.insert(path, (mode(&metadata), Some(bytes)));
        }
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions())
}

#[cfg(not(unix))]
fn mode(_metadata: &fs::Metadata) -> u32 {
    0
}

/// The part of a tree below a folder.
pub fn below(tree: &Tree, folder: &str) -> Tree {
    let inner = |path: &PathBuf| Some(path.strip_prefix(folder).ok()?.to_owned());
    tree.iter()
        .filter_map(|(path, entry)| Some((inner(path)?, entry.clone())))
        .filter(|(path, _)| !path.as_os_str().is_empty())
        .collect()
}

/// The paths of a tree, a line each: what a failed assertion shows.
pub fn paths(tree: &Tree) -> String {
    let mut text = String::new();
    for path in tree.keys() {
        let _ = writeln!(text, "{}", path.display());
    }
    text
}
