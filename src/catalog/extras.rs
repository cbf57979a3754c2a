//! What `--with` adds to a project.

use super::kinds::{Kind, Shape};
use super::offers::OFFERS;

/// The kinds of project that an extra makes sense for.
#[derive(Debug)]
pub enum Scope {
    /// All that have one of these shapes.
    Shapes(&'static [Shape]),
    /// Just those of these ids: it needs something in the program that they alone have.
    Kinds(&'static [&'static str]),
    /// What these runtimes carry, all of it or just the kinds of these ids, and nothing on any other runtime.
    On {
        /// The runtimes' ids.
        runtimes: &'static [&'static str],
        /// The kinds' ids; `None` for all.
        kinds: Option<&'static [&'static str]>,
    },
}

impl Scope {
    /// Whether a kind is one of them.
    #[must_use]
    pub fn has(&self, kind: &Kind) -> bool {
        match self {
            Self::Shapes(shapes) => shapes.contains(&kind.shape),
            Self::Kinds(ids) => ids.contains(&kind.id),
            Self::On { runtimes, kinds } => {
                kinds.map_or_else(|| carried(runtimes, kind), |ids| ids.contains(&kind.id))
            }
        }
    }

    /// The only runtimes, if it is not for all.
    #[must_use]
    pub const fn runtimes(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::On { runtimes, .. } => Some(runtimes),
            Self::Shapes(_) | Self::Kinds(_) => None,
        }
    }
}

/// Whether one of these runtimes has that kind.
fn carried(runtimes: &[&str], kind: &Kind) -> bool {
    let mut offers = OFFERS.iter().filter(|offer| offer.kind == kind.id);
    offers.any(|offer| runtimes.contains(&offer.runtime))
}

/// An extra: a layer of files that any project of a fitting kind can have.
#[derive(Debug)]
pub struct Extra {
    /// The value of `--with`, and the name of the folder under `templates/_extras/` (what is for
    /// one runtime alone: under `templates/<runtime>/_extras/`; for one kind, `<extra>-<kind>`).
    pub id: &'static str,
    /// One line for the prompt.
    pub note: &'static str,
    /// The kinds of project it makes sense for.
    pub scope: Scope,
    /// Why no other kind can have it; none where all can.
    pub elsewhere: Option<&'static str>,
    /// Facts that have to be "yes" where it is offered.
    pub needs: &'static [&'static str],
    /// Extras that it makes no sense without: who takes it takes them, too.
    pub brings: &'static [&'static str],
    /// What it draws in that others draw in as well: layers under `_drawn`, each of which a project has once.
    pub draws_in: &'static [&'static str],
    /// The oldest Rust that compiles what it draws in, where that is newer than what a project may declare
    /// without it; the nightly command checks the newer of both.
    pub rust_version: Option<&'static str>,
    /// What to do by hand where the project is a member of a workspace.
    pub in_member: Option<&'static str>,
}

const EVERYTHING: &[Shape] = &[
    Shape::Server,
    Shape::Program,
    Shape::Library,
    Shape::Firmware,
];
/// What has an operating system below it.
const HOSTED: &[Shape] = &[Shape::Server, Shape::Program, Shape::Library];

/// Why what works with a microcontroller is for firmware alone.
const FIRMWARE: &str = "it is for firmware: there is no microcontroller otherwise";

/// A row with nothing to say but what its own names: most need nothing, bring nothing, and go anywhere.
const BARE: Extra = Extra {
    id: "",
    note: "",
    scope: Scope::Shapes(EVERYTHING),
    elsewhere: None,
    needs: &[],
    brings: &[],
    draws_in: &[],
    rust_version: None,
    in_member: None,
};

/// Every extra, in the order in which they are offered and applied.
pub static EXTRAS: &[Extra] = &[
    Extra {
        id: "ci",
        note: "a workflow: format, lints, tests, documentation, oldest Rust",
        scope: Scope::Shapes(EVERYTHING),
        in_member: Some(
            "`ci`: a workflow counts at the top of the repository alone: move `.github` there",
        ),
        ..BARE
    },
    Extra {
        id: "docker",
        note: "an image built in stages that runs without root",
        scope: Scope::Shapes(&[Shape::Server, Shape::Program]),
        elsewhere: Some(
            "an image holds a program for an operating system, not a library, and not firmware",
        ),
        in_member: Some(
            "`docker`: the image is built from the workspace's root, where `Cargo.lock` and `target` are: move `Dockerfile` there and name the package",
        ),
        ..BARE
    },
    Extra {
        id: "deny",
        note: "cargo-deny: advisories, licences, bans, sources",
        scope: Scope::Shapes(HOSTED),
        elsewhere: Some("which licences firmware draws in was not examined"),
        ..BARE
    },
    Extra {
        id: "compose",
        note: "compose.yaml: the image, kept up and confined (brings docker)",
        scope: Scope::Shapes(&[Shape::Server]),
        elsewhere: Some("only a server stays up"),
        brings: &["docker"],
        in_member: Some(
            "`compose`: it builds the `Dockerfile` beside it: move `compose.yaml` along with that",
        ),
        ..BARE
    },
    Extra {
        id: "systemd",
        note: "a unit, confined to what the server needs, and word to systemd when it is ready",
        scope: Scope::Shapes(&[Shape::Server]),
        elsewhere: Some("only a server waits for others, and has to say when it is ready for them"),
        ..BARE
    },
    Extra {
        id: "config",
        note: "settings from a TOML file too, below environment and flags",
        scope: Scope::Kinds(&["http", "proxy", "grpc", "worker"]),
        elsewhere: Some("what a program of this kind has to be told, a flag or two say"),
        ..BARE
    },
    Extra {
        id: "metrics",
        note: "Prometheus reads at /metrics how many requests there were, and how long each took",
        scope: Scope::Kinds(&["http"]),
        elsewhere: Some("Prometheus asks over HTTP, which is what a server of kind http speaks"),
        ..BARE
    },
    Extra {
        id: "sqlx",
        note: "SQLite in a file or PostgreSQL by URL, migrations, and notes that show the way",
        scope: Scope::On {
            runtimes: &["tokio", "smol"],
            kinds: Some(&["http"]),
        },
        elsewhere: Some(
            "what it keeps is asked for over HTTP, and sqlx runs on tokio and smol: it is for http there",
        ),
        draws_in: &["ring"],
        // sqlx 0.9 declares it.
        rust_version: Some("1.94"),
        ..BARE
    },
    Extra {
        id: "openapi",
        note: "openapi.json: a description of the service, which tests hold it to",
        scope: Scope::Kinds(&["http"]),
        elsewhere: Some("OpenAPI describes what answers over HTTP: a server of kind http"),
        ..BARE
    },
    Extra {
        id: "tls",
        note: "TLS by rustls, with a certificate that can be renewed while it runs",
        scope: Scope::On {
            runtimes: &["tokio", "smol"],
            kinds: Some(&["http", "grpc"]),
        },
        elsewhere: Some(
            "it is for what is called over HTTP or gRPC on tokio and smol; the proxy passes TLS on as it is",
        ),
        draws_in: &["ring"],
        ..BARE
    },
    Extra {
        id: "tokio-compat",
        note: "smol: crates that need tokio run there, through async-compat",
        scope: Scope::On {
            runtimes: &["smol"],
            kinds: None,
        },
        elsewhere: Some(
            "it brings tokio's crates to smol: on tokio they run as they are, and other runtimes keep to their own",
        ),
        ..BARE
    },
    Extra {
        id: "bench",
        note: "benchmarks by divan: what the program does itself, and a whole request",
        scope: Scope::Kinds(&["http", "tcp", "lib", "sans-io"]),
        elsewhere: Some(
            "how long a program of this kind takes, others decide: who it waits for, or a chip that is not this machine",
        ),
        ..BARE
    },
    Extra {
        id: "justfile",
        note: "recipes for `just`: what a change has to pass, and what else is typed often",
        scope: Scope::Shapes(EVERYTHING),
        ..BARE
    },
    Extra {
        id: "dependabot",
        note: "a pull request a week for newer dependencies",
        scope: Scope::Shapes(HOSTED),
        elsewhere: Some(
            "what firmware depends on moves together, with the Rust it is pinned to: generate it anew",
        ),
        in_member: Some(
            "`dependabot`: it counts at the top of the repository alone: move `.github/dependabot.yml` there",
        ),
        ..BARE
    },
    Extra {
        id: "devcontainer",
        note: "a development container, for VS Code, Codespaces and others",
        scope: Scope::Shapes(HOSTED),
        elsewhere: Some(
            "a container does not reach the probe or port that firmware is flashed through",
        ),
        in_member: Some(
            "`devcontainer`: editors look for it at the top of what they open: move `.devcontainer` there",
        ),
        ..BARE
    },
    Extra {
        id: "agents",
        note: "AGENTS.md: how to build, run and test, where things are, what bites",
        scope: Scope::Shapes(EVERYTHING),
        ..BARE
    },
    Extra {
        id: "vscode",
        note: "VS Code: build, flash and debug through the probe with F5",
        scope: Scope::Shapes(&[Shape::Firmware]),
        elsewhere: Some(FIRMWARE),
        needs: &["has-probe"],
        ..BARE
    },
    Extra {
        id: "embedded-test",
        note: "tests that run on the chip, through the probe",
        scope: Scope::Shapes(&[Shape::Firmware]),
        elsewhere: Some(FIRMWARE),
        needs: &[
            "has-probe",
            "starts-at-flash",
            "starts-alone",
            "has-test-room",
            "runs-test-executor",
        ],
        ..BARE
    },
    Extra {
        id: "bootloader",
        note: "embassy-boot: new versions replace the program, and it goes back to one that worked",
        scope: Scope::Shapes(&[Shape::Firmware]),
        elsewhere: Some(FIRMWARE),
        needs: &["has-probe", "starts-at-flash", "has-update-room", "has-led"],
        ..BARE
    },
];
