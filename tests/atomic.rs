//! The atomic tier: whatever stops a run, and wherever, it leaves nothing or everything.
//!
//! Each test first watches a full run and counts its file operations; then, for each of these, it
//! runs anew in a fresh folder and steps in right there. Needs ptrace, so it is empty elsewhere.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod sandbox;

use std::cell::Cell;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use sandbox::supervisor::{Act, End, Operation, Plan, Watched, watch};
use sandbox::{STAGING, Sandbox, Tree, paths};

/// A place and a command.
#[derive(Clone, Copy)]
struct Scene {
    /// What is there before.
    prepare: fn(&Sandbox),
    path: &'static str,
    args: &'static [&'static str],
}

/// What a run without any interference does.
struct Whole {
    before: Tree,
    after: Tree,
    operations: Vec<Operation>,
    /// The first operation of those that an interrupt does not come between any more.
    last_chance: usize,
    /// The operation that makes the project appear.
    commit: usize,
}

impl Scene {
    /// A sandbox of its own, as it is before.
    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        (self.prepare)(&sandbox);
        sandbox
    }

    fn whole(&self) -> Whole {
        let sandbox = self.sandbox();
        let before = sandbox.tree();
        let watched = watch(&sandbox, self.args, &[]);
        assert_eq!(watched.end, End::Code(0), "{}", watched.stderr);
        let after = sandbox.tree();
        assert_ne!(before, after);
        check_workspace(&sandbox, "nothing came in between");
        assert!(leftovers(&after).is_empty(), "{}", paths(&after));
        let operations = watched.operations;
        let first = |is: &dyn Fn(&Operation) -> bool| operations.iter().position(is);
        let commit = first(&|each| each.call == "rename").expect("a rename");
        let last_chance = first(&locks_manifest).unwrap_or(commit);
        Whole {
            before,
            after,
            operations,
            last_chance,
            commit,
        }
    }

    /// A run in a fresh sandbox, with that plan.
    fn run(&self, plan: &Plan<'_>) -> (Sandbox, Watched) {
        let sandbox = self.sandbox();
        let watched = watch(&sandbox, self.args, plan);
        (sandbox, watched)
    }
}

/// Whether an operation keeps other runs from a workspace's manifest.
fn locks_manifest(operation: &Operation) -> bool {
    operation.call == "flock" && operation.path.ends_with("Cargo.toml")
}

/// The staging folders in a tree.
fn leftovers(tree: &Tree) -> Vec<&Path> {
    let is_staging =
        |path: &&PathBuf| staged(path) && path.parent().is_none_or(|above| !staged(above));
    tree.keys()
        .filter(is_staging)
        .map(PathBuf::as_path)
        .collect()
}

/// Whether a path is a staging folder, or in one.
fn staged(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        // `.async-init-1-0`, and not the record `.async-init.toml`.
        name.strip_prefix(STAGING)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// A tree without staging folders.
fn clean(tree: &Tree) -> Tree {
    tree.iter()
        .filter(|(path, _)| !staged(path))
        .map(|(path, entry)| (path.clone(), entry.clone()))
        .collect()
}

/// What a tree is, compared with a run that was let alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Nothing,
    Everything,
    /// The project is in place and complete, the workspace does not know it yet.
    Unjoined,
}

impl Whole {
    fn state(&self, tree: &Tree, context: &str) -> State {
        let tree = clean(tree);
        if tree == clean(&self.before) {
            return State::Nothing;
        }
        if tree == self.after {
            return State::Everything;
        }
        let mut unjoined = self.after.clone();
        let root = PathBuf::from("Cargo.toml");
        if let Some(manifest) = self.before.get(&root) {
            unjoined.insert(root, manifest.clone());
        }
        assert!(
            tree == unjoined,
            "{context}: neither nothing nor everything:\n{}",
            paths(&tree)
        );
        State::Unjoined
    }

    fn context(&self, index: usize, what: &str) -> String {
        let operation = &self.operations[index];
        format!(
            "{what} at {index} of {}, {} {}",
            self.operations.len(),
            operation.call,
            operation.path.display()
        )
    }
}

/// A project of few files, in two folders.
const SMALL: [&str; 4] = ["--runtime", "smol", "--kind", "app"];

fn nothing(_: &Sandbox) {}

fn an_empty_folder(sandbox: &Sandbox) {
    sandbox.folder("new");
}

fn workspace(sandbox: &Sandbox) {
    sandbox.write(
        "Cargo.toml",
        "# ours\n[workspace]\nresolver = \"3\"\nmembers = [\n    \"crates/old\", # first\n]\n",
    );
    sandbox.write(
        "crates/old/Cargo.toml",
        "[package]\nname = \"old\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    sandbox.write("crates/old/src/lib.rs", "");
}

fn workspace_with_an_empty_folder(sandbox: &Sandbox) {
    workspace(sandbox);
    sandbox.folder("crates/new");
}

fn workspace_that_takes_all(sandbox: &Sandbox) {
    workspace(sandbox);
    sandbox.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
    );
}

/// What a run leaves that is killed in the middle, and one that is killed before its first file.
fn leftovers_of_others(sandbox: &Sandbox) {
    sandbox.write(".async-init-1-0/lock", "");
    sandbox.write(".async-init-1-0/manifest", "[workspace]\n");
    sandbox.write(".async-init-1-0/project/src/main.rs", "fn main() {}\n");
    sandbox.folder(".async-init-2-0");
}

/// A name like that of a leftover gives nobody the right to what has it.
#[test]
fn what_only_has_a_leftover_s_name_is_left_alone() {
    let sandbox = Sandbox::new();
    sandbox.write("victim/lock", "");
    sandbox.write("victim/data", "precious");
    std::os::unix::fs::symlink("victim", sandbox.path().join(".async-init-1-0")).expect("a link");
    sandbox.write(".async-init-2-0/lock", "");
    sandbox.write(".async-init-2-0/notes", "precious");
    sandbox.write(".async-init-3-0/lock", "");
    sandbox.write(".async-init-3-0/project", "a file, which no run has there");
    let before = paths(&sandbox.tree());
    sandbox.must(&[
        "new", SMALL[0], SMALL[1], SMALL[2], SMALL[3], "--vcs", "none",
    ]);
    let mut tree = sandbox.tree();
    tree.retain(|path, _| !path.starts_with("new"));
    assert_eq!(paths(&tree), before);
    assert_eq!(sandbox.read("victim/data"), "precious");
}

#[test]
fn an_empty_folder_stays_as_private_as_it_was() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("new");
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("a mode");
    sandbox.must(&[
        "new", SMALL[0], SMALL[1], SMALL[2], SMALL[3], "--vcs", "none",
    ]);
    let mode = fs::metadata(&folder)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

macro_rules! scenes {
    ($($name:ident: $prepare:ident, $path:literal, $vcs:literal, [$($test:ident),*];)*) => {$(
        mod $name {
            use super::*;

            const SCENE: Scene =
                Scene { prepare: $prepare, path: $path, args: &[$path, SMALL[0], SMALL[1], SMALL[2], SMALL[3], "--vcs", $vcs] };

            $(#[test]
            fn $test() {
                super::$test(&SCENE);
            })*
        }
    )*};
}

scenes! {
    new_folder: nothing, "new", "none", [interrupted, killed, failing];
    with_git: nothing, "new", "git", [interrupted, killed, failing];
    empty_folder: an_empty_folder, "new", "none", [interrupted, killed];
    missing_parents: nothing, "a/b/new", "none", [interrupted, killed, failing];
    member: workspace, "crates/new", "none", [interrupted, killed, failing];
    member_in_an_empty_folder: workspace_with_an_empty_folder, "crates/new", "none", [killed, failing];
    member_by_wildcard: workspace_that_takes_all, "crates/new", "none", [killed];
    after_killed_runs: leftovers_of_others, "new", "none", [interrupted, killed];
}

/// SIGINT and SIGTERM: before the project appears, nothing of it is left, and the code is 130; from
/// then on the run ends as if nothing had been.
fn interrupted(scene: &Scene) {
    let whole = scene.whole();
    for index in 0..whole.operations.len() {
        for signal in in_turn(scene, index, [Signal::SIGINT, Signal::SIGTERM]) {
            let context = whole.context(index, signal.as_str());
            let (sandbox, watched) = scene.run(&[(index, Act::Signal(signal))]);
            let tree = sandbox.tree();
            let (end, state) = if index < whole.last_chance {
                (End::Code(130), State::Nothing)
            } else {
                (End::Code(0), State::Everything)
            };
            assert_eq!(
                (watched.end, whole.state(&tree, &context)),
                (end, state),
                "{context}"
            );
            // Leftovers of others may still be there, its own not.
            assert!(
                leftovers(&tree)
                    .iter()
                    .all(|path| whole.before.contains_key(*path)),
                "{context}:\n{}",
                paths(&tree)
            );
            if state == State::Nothing {
                assert_eq!(watched.stderr, "", "{context}");
            }
        }
    }
}

/// SIGKILL: what is left beside nothing or everything is a staging folder, which the next run
/// clears away; at no moment is a workspace broken.
fn killed(scene: &Scene) {
    let whole = scene.whole();
    let last = whole.operations.len() - 1;
    let befores = (0..=last).map(|index| (index, Act::Signal(Signal::SIGKILL)));
    // After the last one, and while git is running.
    let afters = (0..=last)
        .filter(|&index| index == last || whole.operations[index].call == "clone")
        .map(|index| (index, Act::SignalAfter(Signal::SIGKILL)));
    let mut seen = [0; 3];
    for (index, act) in befores.chain(afters) {
        let context = whole.context(index, "SIGKILL");
        let (sandbox, watched) = scene.run(&[(index, act)]);
        assert_eq!(watched.end, End::Signal(Signal::SIGKILL), "{context}");
        wait_for_git(&sandbox);
        let state = whole.state(&sandbox.tree(), &context);
        seen[state as usize] += 1;
        assert!(index > whole.commit || state == State::Nothing, "{context}");
        check_workspace(&sandbox, &context);
        let next = sandbox.run(scene.args);
        let code = if state == State::Nothing { 0 } else { 4 };
        assert_eq!(
            next.code,
            Some(code),
            "{context}: the next run: {}",
            next.stderr
        );
        assert!(
            sandbox.tree() == whole.after,
            "{context}: after the next run:\n{}",
            paths(&sandbox.tree())
        );
    }
    let joins = whole
        .operations
        .iter()
        .filter(|each| each.call == "rename")
        .count()
        == 2;
    assert_eq!(seen[State::Unjoined as usize] > 0, joins, "{seen:?}");
    assert!(
        seen[State::Nothing as usize] > whole.commit && seen[State::Everything as usize] > 0,
        "{seen:?}"
    );
}

/// Errors of the file system: code 5, a message that names the path, and nothing on disk; what
/// fails once the project is there, or changes nothing, is no error.
fn failing(scene: &Scene) {
    let whole = scene.whole();
    let is_rename = |each: &Operation| each.call == "rename";
    let last_rename = whole.operations.iter().rposition(is_rename);
    let last_rename = last_rename.expect("a rename");
    let mut refused = 0;
    for (index, operation) in whole.operations.iter().enumerate() {
        if operation.path.as_os_str().is_empty() {
            continue;
        }
        for error in in_turn(scene, index, [Errno::ENOSPC, Errno::EACCES, Errno::EIO]) {
            let context = whole.context(index, &error.to_string());
            let (sandbox, watched) = scene.run(&[(index, Act::Fail(error))]);
            let (tree, said) = (sandbox.tree(), &watched.stderr);
            let state = whole.state(&tree, &context);
            // Most folders that are asked for exist; and some file systems have no locks.
            let matters = index <= last_rename
                && operation.result.is_some_and(|result| result >= 0)
                && !locks_manifest(operation);
            match watched.end {
                End::Code(5) => {
                    refused += 1;
                    assert_eq!(state, State::Nothing, "{context}: {said}");
                    assert!(leftovers(&tree).is_empty(), "{context}:\n{}", paths(&tree));
                    assert!(
                        said.starts_with("error: cannot ") && said.contains("`[LAB]"),
                        "{context}: {said}"
                    );
                    let why = std::io::Error::from_raw_os_error(error as i32).to_string();
                    assert!(said.contains(&why), "{context}: {said}");
                }
                end => {
                    assert_eq!(
                        (end, state),
                        (End::Code(0), State::Everything),
                        "{context}: {said}"
                    );
                    assert!(!matters, "{context}: it went unnoticed");
                    assert!(!said.contains("error"), "{context}: {said}");
                }
            }
            if !leftovers(&tree).is_empty() {
                assert_eq!(sandbox.run(scene.args).code, Some(4), "{context}");
                assert!(
                    sandbox.tree() == whole.after,
                    "{context}:\n{}",
                    paths(&sandbox.tree())
                );
            }
        }
    }
    assert!(refused >= 20, "only {refused} errors");
}

/// All of them in the plainest scene; elsewhere, where runs take longer, one after the other.
fn in_turn<T: Copy, const N: usize>(scene: &Scene, index: usize, all: [T; N]) -> Vec<T> {
    if scene.args == NEW.args {
        all.to_vec()
    } else {
        vec![all[index % N]]
    }
}

/// A git that outlives the run that started it still writes: it holds the lock for as long.
fn wait_for_git(sandbox: &Sandbox) {
    for staging in leftovers(&sandbox.tree()) {
        if let Ok(lock) = File::open(sandbox.path().join(staging).join("lock")) {
            lock.lock().expect("a lock");
        }
    }
}

/// Cargo loads what is there.
fn check_workspace(sandbox: &Sandbox, context: &str) {
    if !sandbox.path().join("Cargo.toml").exists() {
        return;
    }
    let mut cargo = sandbox.program("cargo");
    cargo.args(["metadata", "--offline", "--no-deps", "--format-version=1"]);
    let ran = sandbox.finish(cargo);
    assert_eq!(
        ran.code,
        Some(0),
        "{context}: a broken workspace: {}",
        ran.stderr
    );
}

const NEW: Scene = Scene {
    prepare: nothing,
    path: "new",
    args: &[
        "new", SMALL[0], SMALL[1], SMALL[2], SMALL[3], "--vcs", "none",
    ],
};

const MEMBER: Scene = Scene {
    prepare: workspace,
    path: "crates/new",
    args: &[
        "crates/new",
        SMALL[0],
        SMALL[1],
        SMALL[2],
        SMALL[3],
        "--vcs",
        "none",
    ],
};

/// The interrupt's own tidying up is killed, at each of its operations.
#[test]
fn tidying_up_that_is_killed() {
    for scene in [NEW, MEMBER] {
        let whole = scene.whole();
        let last = whole.last_chance - 1;
        let interrupt = |then| {
            [
                (last, Act::Signal(Signal::SIGINT)),
                (then, Act::Signal(Signal::SIGKILL)),
            ]
        };
        let (_, tidied) = scene.run(&interrupt(usize::MAX));
        assert_eq!(tidied.end, End::Code(130));
        assert!(
            tidied.operations.len() > whole.last_chance + 8,
            "{:?}",
            tidied.operations
        );
        for then in whole.last_chance..tidied.operations.len() {
            let (sandbox, watched) = scene.run(&interrupt(then));
            let context = format!("SIGKILL at {:?}", tidied.operations[then]);
            assert_eq!(watched.end, End::Signal(Signal::SIGKILL), "{context}");
            assert_eq!(
                whole.state(&sandbox.tree(), &context),
                State::Nothing,
                "{context}"
            );
            check_workspace(&sandbox, &context);
            assert_eq!(sandbox.run(scene.args).code, Some(0), "{context}");
            assert!(
                sandbox.tree() == whole.after,
                "{context}:\n{}",
                paths(&sandbox.tree())
            );
        }
    }
}

/// A run is killed between its two renames, and so is the next one, at each of its operations:
/// the one after that makes all good.
#[test]
fn joining_that_is_killed_twice() {
    let whole = MEMBER.whole();
    let join = whole
        .operations
        .iter()
        .rposition(|each| each.call == "rename")
        .expect("a rename");
    let unjoined = || {
        let (sandbox, _) = MEMBER.run(&[(join, Act::Signal(Signal::SIGKILL))]);
        assert_eq!(whole.state(&sandbox.tree(), "unjoined"), State::Unjoined);
        sandbox
    };
    let other = [
        "crates/other",
        SMALL[0],
        SMALL[1],
        SMALL[2],
        SMALL[3],
        "--vcs",
        "none",
    ];
    let sandbox = unjoined();
    let next = watch(&sandbox, &other, &[]);
    assert_eq!(next.end, End::Code(0), "{}", next.stderr);
    let after = sandbox.tree();
    for member in [
        "\"crates/old\", # first",
        "\"crates/new\",",
        "\"crates/other\",",
    ] {
        assert!(
            sandbox.read("Cargo.toml").contains(member),
            "{}",
            sandbox.read("Cargo.toml")
        );
    }
    for (index, operation) in next.operations.iter().enumerate() {
        let context = format!("SIGKILL at {index}: {operation:?}");
        let sandbox = unjoined();
        let watched = watch(&sandbox, &other, &[(index, Act::Signal(Signal::SIGKILL))]);
        assert_eq!(watched.end, End::Signal(Signal::SIGKILL), "{context}");
        check_workspace(&sandbox, &context);
        let last = sandbox.run(&other);
        assert!(
            matches!(last.code, Some(0 | 4)),
            "{context}: {}",
            last.stderr
        );
        assert!(
            sandbox.tree() == after,
            "{context}:\n{}\n{}",
            sandbox.read("Cargo.toml"),
            paths(&sandbox.tree())
        );
    }
}

/// Two runs at once, the second one whole while the first stands still at each of its operations:
/// neither takes the other for a leftover, and no member is lost.
#[test]
fn two_at_once() {
    for scene in [NEW, MEMBER] {
        let other = format!("{}2", scene.path);
        let second: Vec<&str> = [&[other.as_str()], &scene.args[1..]].concat();
        let whole = scene.whole();
        for (index, operation) in whole.operations.iter().enumerate() {
            let context = format!("{index}: {operation:?}");
            let sandbox = scene.sandbox();
            let code = Cell::new(None);
            let run_second = || {
                let ran = sandbox.run(&second);
                assert!(matches!(ran.code, Some(0 | 5)), "{context}: {}", ran.stderr);
                code.set(ran.code);
            };
            let first = watch(
                &sandbox,
                scene.args,
                &[(index, Act::Meanwhile(&run_second))],
            );
            let tree = sandbox.tree();
            assert!(leftovers(&tree).is_empty(), "{context}:\n{}", paths(&tree));
            check_workspace(&sandbox, &context);
            let codes = [
                (scene.path, first.end == End::Code(0)),
                (&other, code.get() == Some(0)),
            ];
            assert!(
                codes.iter().any(|(_, done)| *done),
                "{context}: neither: {}",
                first.stderr
            );
            for (path, done) in codes {
                assert_eq!(
                    sandbox.path().join(path).exists(),
                    done,
                    "{context}: {path}: {}",
                    first.stderr
                );
                if scene.path == MEMBER.path {
                    let manifest = sandbox.read("Cargo.toml");
                    assert_eq!(
                        manifest.contains(&format!("{path:?}")),
                        done,
                        "{context}: {manifest}"
                    );
                } else {
                    assert!(done, "{context}: {path}: {}", first.stderr);
                }
            }
            if first.end != End::Code(0) {
                assert_eq!(first.end, End::Code(5), "{context}");
                assert_eq!(
                    sandbox.run(scene.args).code,
                    Some(0),
                    "{context}: once more"
                );
            }
        }
    }
}

/// A terminal's Ctrl-C reaches git too, unless it is in a group of its own.
#[test]
fn git_that_is_running() {
    let scene = Scene {
        args: &["new", SMALL[0], SMALL[1], SMALL[2], SMALL[3]],
        ..NEW
    };
    let whole = scene.whole();
    let git = whole
        .operations
        .iter()
        .position(|each| each.call == "clone")
        .expect("git is started");
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (sandbox, watched) = scene.run(&[(git, Act::SignalAfter(signal))]);
        assert_eq!(watched.end, End::Code(130), "{}", watched.stderr);
        assert!(sandbox.tree().is_empty(), "{}", paths(&sandbox.tree()));
    }
}

/// A killed run's git goes on for as long as it likes; nobody takes its folder away meanwhile.
#[test]
fn git_that_outlives_its_run() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.bin()).expect("a folder for programs");
    let (git, go) = (sandbox.bin().join("git"), sandbox.store().join("go"));
    mkfifo(&go, Mode::S_IRWXU).expect("a pipe");
    fs::write(&git, "#!/bin/sh\nread line < \"$HOME/go\"\nmkdir .git\n").expect("a git");
    fs::set_permissions(&git, Permissions::from_mode(0o755)).expect("it is ours");
    let args = [
        "new", SMALL[0], SMALL[1], SMALL[2], SMALL[3], "--vcs", "git",
    ];
    let position = NEW.whole().last_chance;
    let killed = watch(
        &sandbox,
        &args,
        &[(position, Act::SignalAfter(Signal::SIGKILL))],
    );
    assert_eq!(killed.operations[position].call, "clone");
    let left = sandbox.tree();
    assert_eq!(leftovers(&left).len(), 1, "{}", paths(&left));
    sandbox.must(NEW.args);
    assert_eq!(
        leftovers(&sandbox.tree()),
        leftovers(&left),
        "git still needs it"
    );
    fs::write(&go, "\n").expect("git goes on");
    wait_for_git(&sandbox);
    assert_eq!(sandbox.run(NEW.args).code, Some(4));
    assert!(
        leftovers(&sandbox.tree()).is_empty(),
        "{}",
        paths(&sandbox.tree())
    );
}

#[test]
fn what_writes_nothing_touches_nothing() {
    let commands: &[(i32, &[&str])] = &[
        (0, &["new", "--yes", "--dry-run"]),
        (0, &["tree"]),
        (2, &["fn", "--yes"]),
        (3, &["new"]),
        (4, &["crates/old", "--yes"]),
    ];
    for (code, args) in commands {
        let sandbox = MEMBER.sandbox();
        let watched = watch(&sandbox, args, &[]);
        assert_eq!(
            (watched.end, watched.operations),
            (End::Code(*code), vec![]),
            "{args:?}: {}",
            watched.stderr
        );
    }
}
