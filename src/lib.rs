//! The parts of `cargo async-init`, for its own tests; the interface may change at any time.
//!
//! ```text
//! argv ──cli──▶ Answers ──ask──▶ Answers ──▶ Blueprint ──plan──▶ FileSet ──write──▶ report
//! ```

pub mod answers;
pub mod ask;
pub mod blueprint;
pub mod catalog;
pub mod cli;
pub mod compare;
pub mod create;
pub mod doctor;
pub mod failure;
pub mod fileset;
pub mod interrupt;
pub mod lab;
pub mod manifest;
pub mod name;
pub mod plan;
pub mod prompt;
pub mod record;
pub mod report;
pub mod show;
pub mod suggest;
pub mod template;
pub mod tree;
pub mod vcs;
pub mod workspace;
pub mod write;
