//! stub by lead
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use crate::failure::Result;

/// The workspace around a destination.
#[derive(Debug)]
pub struct Workspace {}

/// What joining a workspace changes: one file, from one text to another.
#[derive(Debug)]
pub struct Edit {
    /// The root manifest.
    pub manifest: PathBuf,
    /// Its text as it was read.
    pub before: String,
    /// Its text with the new member.
    pub after: String,
}

impl Workspace {
    /// x
    pub fn around(_destination: &Path) -> Result<Option<Self>> {
        Ok(None)
    }
    /// x
    pub fn root_manifest(&self) -> &Path {
        Path::new("")
    }
    /// x
    pub fn inherit(&self, _manifest: &mut DocumentMut) {}
    /// x
    pub fn join(&self, _destination: &Path, _name: &str) -> Result<Option<Edit>> {
        Ok(None)
    }
}
