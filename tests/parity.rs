//! The parity tier: ours and the real `cargo new`, in the same folders and workspaces.
//!
//! Where we depart, the case says why, and cargo is held to do otherwise: a departure that cargo
//! has caught up with is no departure any more.

mod sandbox;

use std::collections::BTreeSet;
use std::env;
use std::fs;

use sandbox::{Ran, Sandbox};
use serde_json::Value;
use toml_edit::{DocumentMut, Item};

/// What is generated: a program or a library, as `cargo new` has them.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Program,
    Library,
}

const KINDS: [Kind; 2] = [Kind::Program, Kind::Library];

impl Kind {
    fn ours(self) -> [&'static str; 4] {
        match self {
            Self::Program => ["--runtime", "tokio", "--kind", "app"],
            Self::Library => ["--runtime", "agnostic", "--kind", "lib"],
        }
    }

    fn theirs(self) -> &'static str {
        match self {
            Self::Program => "--bin",
            Self::Library => "--lib",
        }
    }
}

/// Ours, off a terminal, with the same cargo and an empty home for it.
fn ours<'a>(
    sandbox: &Sandbox,
    folder: &str,
    kind: Kind,
    args: impl IntoIterator<Item = &'a str>,
) -> Ran {
    run(sandbox, folder, kind.ours().into_iter().chain(args))
}

fn run<'a>(sandbox: &Sandbox, folder: &str, args: impl IntoIterator<Item = &'a str>) -> Ran {
    let mut command = sandbox.command::<&str>(&[]);
    command.args(args).current_dir(sandbox.path().join(folder));
    command.env("CARGO", env!("CARGO"));
    command.env("CARGO_HOME", sandbox.store().join("cargo-home"));
    sandbox.finish(command)
}

/// The real cargo, with the same.
fn cargo<'a>(sandbox: &Sandbox, folder: &str, args: impl IntoIterator<Item = &'a str>) -> Ran {
    let mut command = sandbox.program(env!("CARGO"));
    command.args(args).current_dir(sandbox.path().join(folder));
    command.env("CARGO_HOME", sandbox.store().join("cargo-home"));
    sandbox.finish(command)
}

fn cargo_new<'a>(
    sandbox: &Sandbox,
    folder: &str,
    kind: Kind,
    args: impl IntoIterator<Item = &'a str>,
) -> Ran {
    cargo(
        sandbox,
        folder,
        ["new", kind.theirs()].into_iter().chain(args),
    )
}

/// Whether cargo loads what is in a folder, and the root of the workspace that it takes it for.
fn loaded(sandbox: &Sandbox, folder: &str) -> Result<String, String> {
    let ran = cargo(
        sandbox,
        folder,
        [
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ],
    );
    if ran.code != Some(0) {
        return Err(ran.stderr);
    }
    let metadata: Value = serde_json::from_str(&ran.stdout).expect("metadata is JSON");
    let root = metadata["workspace_root"].as_str().expect("a root");
    Ok(sandbox.redact(root))
}

/// A package that is there already, with nothing in it.
fn package(sandbox: &Sandbox, folder: &str) {
    let name = folder.rsplit('/').next().unwrap_or_default();
    let manifest =
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    sandbox.write(&format!("{folder}/Cargo.toml"), manifest);
    sandbox.write(&format!("{folder}/src/lib.rs"), "");
}

/// A workspace, and a project that is put into it.
struct Case {
    /// The root manifest.
    root: &'static str,
    /// The packages that are there.
    packages: &'static [&'static str],
    /// The project's folder.
    destination: &'static str,
    /// Whether it becomes a member of the workspace.
    joins: bool,
    /// How we depart from `cargo new`.
    departures: &'static [Departure],
}

/// What we do otherwise than `cargo new`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Departure {
    /// We add what cargo leaves out, so that its project does not load.
    Added,
    /// We do not add what would be no member or is one already.
    NotAdded,
    /// We keep a key of our own, for the workspace's value is too old for the code.
    Kept(&'static str),
}

const BARE: Case = Case {
    root: "",
    packages: &[],
    destination: "new",
    joins: true,
    departures: &[],
};

const CASES: &[Case] = &[
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = []\n",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\n",
        ..BARE
    },
    Case {
        root: "[workspace]",
        ..BARE
    },
    Case {
        root: "workspace = {}\n",
        ..BARE
    },
    Case {
        root: "workspace = { resolver = \"3\", members = [\"a\"] }\n",
        packages: &["a"],
        ..BARE
    },
    Case {
        root: "workspace.resolver = \"3\"\nworkspace.members = [\"a\", \"z\"]\n",
        packages: &["a", "z"],
        ..BARE
    },
    Case {
        root: "workspace.resolver = \"3\" # Dotted.\n",
        ..BARE
    },
    Case {
        root: "[workspace.package]\nversion = \"2.0.0\"\n",
        ..BARE
    },
    Case {
        root: "# Ours.\n[workspace]\nmembers = [\"a\", \"z\"] # Sorted.\nresolver = \"3\"\n",
        packages: &["a", "z"],
        ..BARE
    },
    Case {
        root: "[workspace]\nmembers = [\"z\", \"a\",]\nresolver = \"3\"\n",
        packages: &["a", "z"],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\n    # On a.\n    \"a\", # After a.\n\n    # On z.\n    \"z\"\n]\n",
        packages: &["a", "z"],
        ..BARE
    },
    Case {
        root: "[workspace]\r\nresolver = \"3\"\r\nmembers = [\r\n\t\"z\", # Last.\r\n\t\"a\",\r\n]\r\n",
        packages: &["a", "z"],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        packages: &["crates/a"],
        destination: "crates/new",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        packages: &["crates/a"],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/[m-o]?w\"]\n",
        destination: "crates/new",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"**/new\"]\n",
        destination: "crates/deep/new",
        ..BARE
    },
    // To cargo's `new`, a dot is a name; to cargo's loader it is none, and the star finds it.
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"./crates/*\"]\n",
        destination: "crates/new",
        departures: &[Departure::NotAdded],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"new\"]\n",
        packages: &["a"],
        ..BARE
    },
    // Cargo cannot load these before they have the project.
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        destination: "crates/new",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a\"]\ndefault-members = [\"a\"]\n",
        packages: &["a"],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a\"]\n",
        packages: &["a"],
        destination: "some/where/deep/new",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"new\"]\npackage.version = \"2.0.0\"\n",
        packages: &["a"],
        joins: false,
        ..BARE
    },
    // To cargo's loader, all that is below an excluded folder is excluded too; to its `new` it is not.
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a\"]\nexclude = [\"out\"]\n",
        packages: &["a"],
        destination: "out/new",
        joins: false,
        departures: &[Departure::NotAdded],
    },
    // Cargo's `new` looks at the nearest manifest alone, and leaves a project that does not load.
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a\"]\n",
        packages: &["a"],
        destination: "a/new",
        departures: &[Departure::Added],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        packages: &["crates/a"],
        destination: "crates/a/new",
        departures: &[Departure::Added],
        ..BARE
    },
    Case {
        root: "[package]\nname = \"root\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
        packages: &["."],
        ..BARE
    },
    Case {
        root: "[package]\nname = \"root\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        packages: &["."],
        joins: false,
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\n\n[workspace.package]\nversion = \"2.0.0\"\nauthors = [\"A\"]\n\
               description = \"d\"\ndocumentation = \"https://example.com\"\nreadme = \"README.md\"\n\
               homepage = \"https://example.com\"\nrepository = \"https://example.com\"\nlicense = \"MIT\"\n\
               license-file = \"LICENSE\"\nkeywords = [\"k\"]\ncategories = [\"asynchronous\"]\n\
               publish = false\nedition = \"2024\"\nrust-version = \"1.95\"\ninclude = [\"/src\"]\n\
               exclude = [\"/x\"]\n\n[workspace.lints.rust]\nunsafe_code = \"deny\"\n",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"2\"\n\n[workspace.package]\nedition = \"2021\"\nrust-version = \"1.56.1\"\n\
               license = \"MIT\"\n\n[workspace.lints.clippy]\nall = \"warn\"\n",
        departures: &[Departure::Kept("edition"), Departure::Kept("rust-version")],
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\nlints = {}\npackage = { version = \"2.0.0\" }\n",
        ..BARE
    },
    Case {
        root: "[workspace]\nresolver = \"3\"\npackage.version = \"2.0.0\"\nlints.rust.unused = \"warn\"\n",
        ..BARE
    },
];

/// What a `new` made of a workspace.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    members: Option<Vec<String>>,
    inherited: BTreeSet<String>,
    lints: bool,
}

impl Outcome {
    fn of(sandbox: &Sandbox, destination: &str) -> Self {
        let toml = |path: &str| -> DocumentMut { sandbox.read(path).parse().expect("TOML") };
        let root = toml("Cargo.toml");
        let project = toml(&format!("{destination}/Cargo.toml"));
        let is_inherited =
            |item: &Item| item.get("workspace").and_then(Item::as_bool) == Some(true);
        let package = project["package"].as_table().expect("a package");
        let inherited = package.iter().filter(|(_, item)| is_inherited(item));
        let members = root
            .get("workspace")
            .and_then(|workspace| workspace.get("members"));
        Self {
            members: members.and_then(Item::as_array).map(|members| {
                let paths = members.iter().filter_map(toml_edit::Value::as_str);
                paths.map(str::to_owned).collect()
            }),
            inherited: inherited.map(|(key, _)| key.to_owned()).collect(),
            lints: project.get("lints").is_some_and(is_inherited),
        }
    }
}

/// A workspace as the case has it.
fn workspace(case: &Case) -> Sandbox {
    let sandbox = Sandbox::new();
    for folder in case.packages {
        package(&sandbox, folder);
    }
    sandbox.write("Cargo.toml", case.root);
    for file in ["README.md", "LICENSE"] {
        sandbox.write(file, "");
    }
    sandbox
}

#[test]
fn workspaces_are_joined_as_cargo_new_joins_them() {
    for case in CASES {
        for kind in KINDS {
            check(case, kind);
        }
    }
}

fn check(case: &Case, kind: Kind) {
    let what = format!("{kind:?} at `{}` in:\n{}", case.destination, case.root);
    let args = ["--vcs", "none", case.destination];

    let theirs = workspace(case);
    let ran = cargo_new(&theirs, ".", kind, args);
    assert_eq!(ran.code, Some(0), "{what}\n{}", ran.stderr);
    let mut expected = Outcome::of(&theirs, case.destination);
    for departure in case.departures {
        depart(&mut expected, *departure, case);
    }

    let sandbox = workspace(case);
    let ran = ours(&sandbox, ".", kind, args);
    assert_eq!(ran.code, Some(0), "{what}\n{}", ran.stderr);
    let outcome = Outcome::of(&sandbox, case.destination);
    assert_eq!(outcome, expected, "{what}");

    let root = if case.joins {
        "[LAB]".to_owned()
    } else {
        format!("[LAB]/{}", case.destination)
    };
    assert_eq!(loaded(&sandbox, case.destination), Ok(root), "{what}");
    assert!(loaded(&sandbox, ".").is_ok(), "{what}");
    let loads = loaded(&theirs, case.destination).is_ok();
    let added = case.departures.contains(&Departure::Added);
    assert_eq!(loads, !added, "{what}\ncargo has caught up");
    nothing_else_changed(case, &sandbox.read("Cargo.toml"));
    says_what_it_keeps(case, &ran, &outcome);
}

/// Changes what cargo did into what we do, and holds cargo to do otherwise.
fn depart(outcome: &mut Outcome, departure: Departure, case: &Case) {
    let destination = case.destination.to_owned();
    let members = outcome.members.get_or_insert_default();
    let has = members.contains(&destination);
    match departure {
        Departure::Added => {
            assert!(!has, "cargo adds `{destination}`, as we do");
            members.push(destination);
        }
        Departure::NotAdded => {
            assert!(has, "cargo does not add `{destination}` either");
            members.retain(|member| *member != destination);
        }
        Departure::Kept(key) => {
            assert!(outcome.inherited.remove(key), "cargo keeps `{key}` too");
        }
    }
}

/// The root manifest lost nothing, and has no more than a member in addition.
fn nothing_else_changed(case: &Case, after: &str) {
    let mut rest = after.chars();
    let kept = case.root.chars().all(|c| rest.any(|each| each == c));
    assert!(kept, "something is gone:\n{}\n{after}", case.root);
    let before: BTreeSet<&str> = case.root.lines().collect();
    let changed = after
        .lines()
        .filter(|line| !line.is_empty() && !before.contains(line))
        .count();
    // The member, and a comma on the line before it or a header above it.
    assert!(
        changed <= 2,
        "too much has changed:\n{}\n{after}",
        case.root
    );
    let ends = |text: &str| (text.matches('\n').count(), text.matches("\r\n").count());
    let ((all, returns), (before, _)) = (ends(after), ends(case.root));
    assert!(returns == 0 || returns == all, "mixed line ends:\n{after}");
    assert!(all >= before, "a line is gone:\n{after}");
}

fn says_what_it_keeps(case: &Case, ran: &Ran, outcome: &Outcome) {
    for departure in case.departures {
        if let Departure::Kept(key) = departure {
            let said = format!("`{key}` stays");
            assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        }
    }
    for key in &outcome.inherited {
        assert!(ran.stderr.contains(&format!("`{key}`")), "{}", ran.stderr);
    }
}

#[test]
fn a_member_that_points_to_its_workspace_takes_a_nested_project_there() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "ws/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"../aside\"]\n",
    );
    package(&sandbox, "aside");
    let manifest = sandbox.read("aside/Cargo.toml") + "workspace = \"../ws\"\n";
    sandbox.write("aside/Cargo.toml", manifest);
    let ran = ours(&sandbox, "aside", Kind::Program, ["new", "--vcs", "none"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(loaded(&sandbox, "aside/new"), Ok("[LAB]/ws".to_owned()));
    assert!(
        sandbox
            .read("ws/Cargo.toml")
            .contains("[\"../aside\", \"../aside/new\"]")
    );
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_seen_through() {
    use std::os::unix::fs::symlink;

    let sandbox = Sandbox::new();
    let store = sandbox.write(
        "conf/root.toml",
        "[workspace]\nresolver = \"3\"\nmembers = []\n",
    );
    sandbox.folder("real/inner");
    symlink(store, sandbox.path().join("real/Cargo.toml")).expect("a link");
    symlink("real/inner", sandbox.path().join("link")).expect("a link");
    let ran = ours(
        &sandbox,
        ".",
        Kind::Program,
        ["link/../new", "--vcs", "none"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = ours(&sandbox, ".", Kind::Library, ["link/lib", "--vcs", "none"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(sandbox.path().join("real/Cargo.toml").is_symlink());
    assert!(
        sandbox
            .read("conf/root.toml")
            .contains("members = [\"inner/lib\", \"new\"]")
    );
    assert_eq!(loaded(&sandbox, "real/new"), Ok("[LAB]/real".to_owned()));
    assert_eq!(
        loaded(&sandbox, "real/inner/lib"),
        Ok("[LAB]/real".to_owned())
    );
}

#[test]
fn firmware_and_who_says_so_join_no_workspace() {
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\npackage.version = \"2.0.0\"\n";
    let sandbox = Sandbox::new();
    sandbox.write("Cargo.toml", root.replace('*', "a"));
    package(&sandbox, "a");
    let before = sandbox.read("Cargo.toml");
    let ran = ours(
        &sandbox,
        ".",
        Kind::Program,
        ["new", "--no-workspace", "--vcs", "none"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let firmware = [
        "fw",
        "--runtime",
        "embassy",
        "--board",
        "pico",
        "--yes",
        "--vcs",
        "none",
    ];
    let ran = run(&sandbox, ".", firmware);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(sandbox.read("Cargo.toml"), before);
    for folder in ["new", "fw"] {
        assert_eq!(loaded(&sandbox, folder), Ok(format!("[LAB]/{folder}")));
    }
    assert_eq!(loaded(&sandbox, "."), Ok("[LAB]".to_owned()));
}

#[test]
fn a_name_that_a_member_has_is_refused() {
    let case = Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"a/new\"]\n",
        packages: &["a/new"],
        ..BARE
    };
    let theirs = workspace(&case);
    let ran = cargo_new(&theirs, ".", Kind::Program, ["new", "--vcs", "none"]);
    assert_eq!(ran.code, Some(0), "cargo refuses it too: {}", ran.stderr);
    assert!(loaded(&theirs, ".").is_err());

    let sandbox = workspace(&case);
    let before = sandbox.tree();
    let ran = ours(&sandbox, ".", Kind::Program, ["new", "--vcs", "none"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("[LAB]/a/new"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`--name"), "{}", ran.stderr);
    assert_eq!(sandbox.tree(), before);
    let ran = ours(
        &sandbox,
        ".",
        Kind::Program,
        ["new", "--name", "other", "--vcs", "none"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(loaded(&sandbox, "new"), Ok("[LAB]".to_owned()));
}

/// Where `cargo new` takes no folder that is there, we take an empty one; the star finds it already,
/// and cargo can load nothing until there is a project in it.
#[test]
fn an_empty_folder_that_the_workspace_waits_for_is_filled() {
    let case = Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        packages: &["crates/a"],
        ..BARE
    };
    let sandbox = workspace(&case);
    sandbox.folder("crates/new");
    assert!(loaded(&sandbox, ".").is_err());
    let ran = ours(&sandbox, "crates/new", Kind::Program, [".", "--name", "a"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = ours(
        &sandbox,
        "crates/new",
        Kind::Program,
        [".", "--vcs", "none"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(sandbox.read("Cargo.toml"), case.root);
    assert_eq!(loaded(&sandbox, "crates/new"), Ok("[LAB]".to_owned()));
}

/// Cargo takes whatever matches for a member, and loads nothing when it is none.
#[test]
fn a_workspace_is_not_broken_by_what_it_would_take_for_a_member() {
    let case = Case {
        root: "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"crates/out\"]\n",
        packages: &["crates/a"],
        ..BARE
    };
    let theirs = workspace(&case);
    let args = ["crates/deep/new", "--vcs", "none"];
    let ran = cargo_new(&theirs, ".", Kind::Program, args);
    assert_eq!(ran.code, Some(0), "cargo refuses it too: {}", ran.stderr);
    assert!(loaded(&theirs, ".").is_err());

    let app = Kind::Program.ours();
    let firmware = ["--runtime", "embassy", "--board", "pico", "--yes"];
    for (path, more, code) in [
        ("crates/deep/new", &app[..], 2),
        ("crates/new", &[&app[..], &["--no-workspace"]].concat(), 2),
        ("crates/fw", &firmware[..], 2),
        ("crates/deep/fw", &firmware[..], 2),
        ("crates/out/fw", &firmware[..], 0),
        (
            "crates/out/new",
            &[&app[..], &["--no-workspace"]].concat(),
            0,
        ),
        ("boards/fw", &firmware[..], 0),
        ("crates/new", &app[..], 0),
    ] {
        let sandbox = workspace(&case);
        let before = sandbox.tree();
        let args = [path, "--vcs", "none"];
        let ran = run(&sandbox, ".", args.into_iter().chain(more.iter().copied()));
        assert_eq!(ran.code, Some(code), "{path} {more:?}: {}", ran.stderr);
        if code != 0 {
            assert!(ran.stderr.contains("`exclude`"), "{}", ran.stderr);
            assert_eq!(sandbox.tree(), before, "{path}");
        }
        assert_eq!(loaded(&sandbox, "."), Ok("[LAB]".to_owned()), "{path}");
    }
}

/// Cargo makes a project there and warns of it; ours would not keep its promise that it builds.
#[test]
fn a_broken_workspace_is_refused_and_can_be_left_alone() {
    for (root, code) in [
        ("[workspace]\nmembers = [\n", 2),
        ("[workspace]\nmembers = [\"missing\"]\n", 2),
        ("[workspace]\nmembers = 1\n", 2),
        ("", 2),
        ("[package]\nname = \"root\"\n", 2),
        // A folder of that name: nobody can read it, whoever runs this.
        ("/", 5),
    ] {
        let sandbox = Sandbox::new();
        if root == "/" {
            sandbox.folder("Cargo.toml");
        } else {
            sandbox.write("Cargo.toml", root);
        }
        let before = sandbox.tree();
        let ran = ours(&sandbox, ".", Kind::Program, ["new", "--vcs", "none"]);
        assert_eq!(ran.code, Some(code), "{root}\n{}", ran.stderr);
        assert!(ran.stderr.contains("[LAB]/Cargo.toml"), "{}", ran.stderr);
        assert!(ran.stderr.contains("`--no-workspace`"), "{}", ran.stderr);
        assert_eq!(sandbox.tree(), before, "{root}");
        let ran = ours(
            &sandbox,
            ".",
            Kind::Program,
            ["new", "--vcs", "none", "--no-workspace"],
        );
        assert_eq!(ran.code, Some(0), "{root}\n{}", ran.stderr);
        assert_eq!(
            loaded(&sandbox, "new"),
            Ok("[LAB]/new".to_owned()),
            "{root}"
        );
    }
}

#[test]
fn cargo_is_asked_only_where_a_manifest_is_above() {
    let sandbox = Sandbox::new();
    package(&sandbox, "a");
    for (folder, code) in [(".", 0), ("a", 5)] {
        let mut command = sandbox.command(&Kind::Program.ours());
        command
            .args(["new", "--vcs", "none"])
            .env("CARGO", "/no/such/cargo");
        command.current_dir(sandbox.path().join(folder));
        let ran = sandbox.finish(command);
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    }
    assert!(!sandbox.path().join("a/new").exists());
}

/// Names, and who takes them.
const NAMES: &[(&str, Who)] = &[
    ("a", Who::Both),
    ("my-app", Who::Both),
    ("my_app", Who::Both),
    ("app2", Who::Both),
    ("_a", Who::Both),
    ("rust-app", Who::Both),
    ("union", Who::Both),
    ("main", Who::Both),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        Who::Both,
    ),
    ("", Who::Nobody),
    ("fn", Who::Nobody),
    ("async", Who::Nobody),
    ("Self", Who::Nobody),
    ("try", Who::Nobody),
    ("test", Who::Nobody),
    ("1abc", Who::Nobody),
    ("-a", Who::Nobody),
    ("a b", Who::Nobody),
    ("a.b", Who::Nobody),
    ("a/b", Who::Nobody),
    ("../x", Who::Nobody),
    ("a\"b", Who::Nobody),
    ("a\nb", Who::Nobody),
    ("{{x}}", Who::Nobody),
    // Cargo takes these for libraries, and warns: a binary of the name could never be added.
    ("build", Who::CargoForLibraries),
    ("deps", Who::CargoForLibraries),
    ("examples", Who::CargoForLibraries),
    ("incremental", Who::CargoForLibraries),
    // A keyword since edition 2024: `use gen::…` does not compile. Cargo does not even warn.
    ("gen", Who::Cargo),
    // Cargo warns: the compiler's own crates have these names.
    ("core", Who::Cargo),
    ("std", Who::Cargo),
    ("alloc", Who::Cargo),
    ("proc_macro", Who::Cargo),
    ("proc-macro", Who::Cargo),
    // Cargo warns (and refuses them on Windows).
    ("con", Who::CargoButOnWindows),
    ("NUL", Who::CargoButOnWindows),
    ("lpt9", Who::CargoButOnWindows),
    // Windows keeps these too, and cargo does not know.
    ("com0", Who::Cargo),
    // Cargo warns: no registry takes it, nor does every linker.
    ("tést", Who::Cargo),
    // The compiler warns of a crate that is not snake case, so that the project is not clean.
    ("MyApp", Who::Cargo),
    ("a--b", Who::Cargo),
    // No registry takes these.
    ("a-", Who::Cargo),
    ("_", Who::Cargo),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        Who::Cargo,
    ),
];

/// Who takes a name; we never take what cargo refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Both,
    Nobody,
    Cargo,
    CargoButOnWindows,
    CargoForLibraries,
}

impl Who {
    fn takes(self, kind: Kind) -> (bool, bool) {
        match (self, kind) {
            (Self::Both, _) => (true, true),
            (Self::Nobody, _) | (Self::CargoForLibraries, Kind::Program) => (false, false),
            (Self::CargoButOnWindows, _) => (false, cfg!(not(windows))),
            (Self::Cargo, _) | (Self::CargoForLibraries, Kind::Library) => (false, true),
        }
    }
}

#[test]
fn names_are_taken_and_refused_as_the_list_says() {
    for (name, who) in NAMES {
        for kind in KINDS {
            let flag = format!("--name={name}");
            let args = ["new", &flag, "--vcs", "none"];
            let sandbox = Sandbox::new();
            let ran = ours(&sandbox, ".", kind, args);
            assert!(matches!(ran.code, Some(0 | 2)), "{name:?}: {}", ran.stderr);
            let we = ran.code == Some(0);
            assert_eq!(sandbox.path().join("new").exists(), we, "{name:?}");
            let theirs = Sandbox::new();
            let they = cargo_new(&theirs, ".", kind, args).code == Some(0);
            assert_eq!((we, they), who.takes(kind), "{name:?} as a {kind:?}");
        }
    }
}

#[test]
fn the_folder_gives_the_name() {
    for path in ["my-app", "some/where/app2", "./_a", "x/../y", "a/"] {
        let sandbox = Sandbox::new();
        // Cargo does not go through a folder that is not there.
        sandbox.folder("x");
        let name = |sandbox: &Sandbox| {
            let manifest: DocumentMut = sandbox
                .read(&format!("{path}/Cargo.toml"))
                .parse()
                .expect("TOML");
            manifest["package"]["name"].as_str().map(str::to_owned)
        };
        let ran = ours(&sandbox, ".", Kind::Program, [path, "--vcs", "none"]);
        assert_eq!(ran.code, Some(0), "{path}: {}", ran.stderr);
        let theirs = Sandbox::new();
        theirs.folder("x");
        let ran = cargo_new(&theirs, ".", Kind::Program, [path, "--vcs", "none"]);
        assert_eq!(ran.code, Some(0), "{path}: {}", ran.stderr);
        assert_eq!(name(&sandbox), name(&theirs), "{path}");
    }
}

/// Where a project is put, and whether it gets a repository of its own.
struct Repository {
    /// What is there, made by git and these files.
    repositories: &'static [&'static str],
    files: &'static [(&'static str, &'static str)],
    /// Where the command runs, and with what.
    folder: &'static str,
    args: &'static [&'static str],
    environment: Option<(&'static str, &'static str)>,
    /// Whether ours makes one.
    own: bool,
    /// Whether cargo does otherwise.
    departs: bool,
}

const NOWHERE: Repository = Repository {
    repositories: &[],
    files: &[],
    folder: ".",
    args: &["new"],
    environment: None,
    own: true,
    departs: false,
};

const NO_VCS: &str = "[cargo-new]\nvcs = \"none\"\n";

const REPOSITORIES: &[Repository] = &[
    NOWHERE,
    Repository {
        args: &["new", "--vcs", "none"],
        own: false,
        ..NOWHERE
    },
    Repository {
        repositories: &["."],
        own: false,
        ..NOWHERE
    },
    // Cargo finds no repository around a folder that is not there yet, and makes one in the other.
    Repository {
        repositories: &["."],
        args: &["deep/down/new"],
        own: false,
        departs: true,
        ..NOWHERE
    },
    Repository {
        repositories: &["."],
        args: &["new", "--vcs", "git"],
        ..NOWHERE
    },
    // The repository is where the command runs, not where the project goes.
    Repository {
        repositories: &["here"],
        folder: "here",
        args: &["../new"],
        ..NOWHERE
    },
    Repository {
        repositories: &["there"],
        args: &["there/new"],
        own: false,
        ..NOWHERE
    },
    // A folder that the repository ignores is not part of it.
    Repository {
        repositories: &["."],
        files: &[(".gitignore", "/ignored\n"), ("ignored/a", "")],
        args: &["ignored/new"],
        ..NOWHERE
    },
    Repository {
        repositories: &["."],
        files: &[(".gitignore", "*\n")],
        own: false,
        ..NOWHERE
    },
    Repository {
        files: &[(".cargo/config.toml", NO_VCS)],
        own: false,
        ..NOWHERE
    },
    Repository {
        files: &[(".cargo/config.toml", NO_VCS), ("a/b/c", "")],
        folder: "a/b",
        own: false,
        ..NOWHERE
    },
    // Cargo's configuration is that of where the command runs, too.
    Repository {
        files: &[("there/.cargo/config.toml", NO_VCS)],
        args: &["there/new"],
        ..NOWHERE
    },
    Repository {
        files: &[("../cargo-home/config.toml", NO_VCS)],
        own: false,
        ..NOWHERE
    },
    Repository {
        files: &[
            ("../cargo-home/config.toml", NO_VCS),
            (".cargo/config.toml", "cargo-new.vcs = \"git\"\n"),
        ],
        ..NOWHERE
    },
    Repository {
        files: &[(".cargo/config.toml", NO_VCS)],
        args: &["new", "--vcs", "git"],
        ..NOWHERE
    },
    Repository {
        files: &[(".cargo/config.toml", NO_VCS)],
        environment: Some(("CARGO_CARGO_NEW_VCS", "git")),
        ..NOWHERE
    },
    Repository {
        environment: Some(("CARGO_CARGO_NEW_VCS", "none")),
        own: false,
        ..NOWHERE
    },
];

#[test]
fn a_repository_is_made_where_cargo_new_makes_one() {
    for (index, case) in REPOSITORIES.iter().enumerate() {
        let what = format!("case {index}: {:?} in {}", case.args, case.folder);
        let made = |ours: bool| {
            let sandbox = Sandbox::new();
            let mut command = if ours {
                sandbox.command(&Kind::Program.ours())
            } else {
                let mut cargo = sandbox.program(env!("CARGO"));
                cargo.arg("new");
                cargo
            };
            for folder in case.repositories {
                let mut git = sandbox.program("git");
                git.args(["init", "--quiet"]).arg(sandbox.folder(folder));
                assert!(git.status().is_ok_and(|status| status.success()), "{what}");
            }
            for (path, text) in case.files {
                sandbox.write(path, text);
            }
            command.args(case.args);
            command.current_dir(sandbox.path().join(case.folder));
            command.env("CARGO_HOME", sandbox.store().join("cargo-home"));
            command.envs(case.environment);
            let ran = sandbox.finish(command);
            assert_eq!(ran.code, Some(0), "{what}: {}", ran.stderr);
            let project = sandbox.path().join(case.folder).join(case.args[0]);
            assert!(project.join("Cargo.toml").exists(), "{what}");
            project.join(".git").exists()
        };
        let expected = (case.own, case.own != case.departs);
        assert_eq!((made(true), made(false)), expected, "{what}");
    }
}

/// Cargo would start them; what this tool cannot do, it says before it asks or writes.
#[test]
fn a_configured_system_that_is_not_git_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write(".cargo/config.toml", "[cargo-new]\nvcs = \"fossil\"\n");
    let ran = ours(&sandbox, ".", Kind::Program, ["new"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("`fossil`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`--vcs git`"), "{}", ran.stderr);
    assert!(!sandbox.path().join("new").exists());
    let ran = ours(&sandbox, ".", Kind::Program, ["new", "--vcs", "git"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(fs::exists(sandbox.path().join("new/.git")).expect("a look"));
}
