//! What `--with` adds to a project.

use super::kinds::Shape;

/// An extra: a layer of files that any project of a fitting shape can have.
#[derive(Debug)]
pub struct Extra {
    /// The value of `--with`, and the name of the folder under `templates/_extras/`.
    pub id: &'static str,
    /// One line for the prompt.
    pub note: &'static str,
    /// The shapes of project it makes sense for.
    pub shapes: &'static [Shape],
}

/// Every extra, in the order in which they are offered and applied.
pub static EXTRAS: &[Extra] = &[
    Extra {
        id: "ci",
        note: "a workflow: format, lints, tests, documentation, oldest Rust",
        shapes: &[Shape::Server, Shape::Program, Shape::Library],
    },
    Extra {
        id: "docker",
        note: "an image built in stages that runs without root",
        shapes: &[Shape::Server, Shape::Program],
    },
    Extra {
        id: "deny",
        note: "cargo-deny: advisories, licences, bans, sources",
        shapes: &[Shape::Server, Shape::Program, Shape::Library],
    },
];

/// The extra of that name.
pub fn find(id: &str) -> Option<&'static Extra> {
    EXTRAS.iter().find(|extra| extra.id == id)
}
