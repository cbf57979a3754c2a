//! The workspace around a project: cargo says which one it is, `toml_edit` reads it, and a new
//! member is the one thing that changes in it.

mod inherit;
mod members;
mod metadata;
mod paths;

use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;
use toml_edit::{Document, DocumentMut, Item, Table, Value};

pub(crate) use self::paths::real;
use self::paths::{matches, plain, relative};
use crate::failure::{Failure, Result};

const MANIFEST: &str = "Cargo.toml";

/// What the manifests above a project mean for it.
#[derive(Debug)]
pub enum Workspace {
    /// It becomes a member.
    Joined(Box<Root>),
    /// It is a workspace of its own, for cargo would count it among the members of another.
    Own,
}

/// The root of a workspace.
#[derive(Debug)]
pub struct Root {
    manifest: PathBuf,
    /// Where the manifest is, without symbolic links.
    folder: PathBuf,
    document: Document<String>,
    /// The members' names, and where they are.
    packages: Vec<(String, PathBuf)>,
}

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
    /// The workspace that a project at that destination becomes a member of.
    ///
    /// # Errors
    ///
    /// Where a manifest above it cannot be read or cargo cannot load it: then cargo could not
    /// load the project either.
    pub fn around(destination: &Path) -> Result<Option<Self>> {
        let destination = real(destination);
        let Some(folder) = destination.parent() else {
            return Ok(None);
        };
        Ok(find(&destination, folder)?.map(|root| Self::Joined(Box::new(root))))
    }

    /// What keeps a project at that destination out of any workspace; none where there is none.
    ///
    /// # Errors
    ///
    /// Where a workspace takes the destination for a member, so that the project would break it.
    pub fn apart(destination: &Path) -> Result<Option<Self>> {
        let destination = real(destination);
        let mut own = None;
        let above = destination.ancestors().skip(1);
        for folder in above.filter(|folder| has_manifest(folder)) {
            own = Some(Self::Own);
            let manifest = folder.join(MANIFEST);
            // A manifest that cargo cannot load has no say.
            if let Ok(document) = read(&manifest) {
                let claimed = iter::once(destination.as_path()).chain(missing_above(&destination));
                Root::new(&manifest, document).leave_alone(claimed)?;
            }
        }
        Ok(own)
    }

    /// The manifest of the workspace that the project becomes a member of.
    pub fn root_manifest(&self) -> Option<&Path> {
        match self {
            Self::Joined(root) => Some(&root.manifest),
            Self::Own => None,
        }
    }

    /// Gives a project's manifest what `cargo new` would, short of what would break the project.
    pub fn inherit(&self, manifest: &mut DocumentMut) {
        match self {
            Self::Joined(root) => root.inherit(manifest),
            Self::Own => {
                let mut table = Table::new();
                table.decor_mut().set_prefix(
                    "\n# A workspace of its own: cargo would look for it among the members of the one around it.\n",
                );
                manifest
                    .as_table_mut()
                    .entry("workspace")
                    .or_insert(Item::Table(table));
            }
        }
    }

    /// What a user should know about a project's manifest that went through [`Self::inherit`].
    pub fn notes(&self, manifest: &str) -> Vec<String> {
        match (self, manifest.parse()) {
            (Self::Joined(root), Ok(manifest)) => root.notes(&manifest),
            _ => Vec::new(),
        }
    }

    /// The edit that makes the project a member; none where the root manifest covers it already.
    ///
    /// # Errors
    ///
    /// Where a member has that name, or a folder on the way would be taken for a member.
    pub fn join(&self, destination: &Path, name: &str) -> Result<Option<Edit>> {
        match self {
            Self::Joined(root) => root.join(&real(destination), name),
            Self::Own => Ok(None),
        }
    }
}

impl Root {
    fn new(manifest: &Path, document: Document<String>) -> Self {
        Self {
            manifest: manifest.to_owned(),
            folder: manifest.parent().map(real).unwrap_or_default(),
            document,
            packages: Vec::new(),
        }
    }

    fn get(&self, key: &str) -> Option<&Item> {
        self.document.get("workspace")?.get(key)
    }

    /// The paths of an array, as they are written.
    fn paths(&self, key: &str) -> impl Iterator<Item = &str> {
        let paths = self.get(key).and_then(Item::as_array);
        paths.into_iter().flatten().filter_map(Value::as_str)
    }

    fn path_of(&self, written: &str) -> PathBuf {
        plain(&self.folder.join(written))
    }

    /// Whether cargo takes no project at that destination for a member.
    fn excludes(&self, destination: &Path) -> bool {
        let is_below = |written: &str| destination.starts_with(self.path_of(written));
        self.paths("exclude").any(is_below) && !self.paths("members").any(is_below)
    }

    /// Whether cargo finds a project at that destination by what is written already.
    fn covers(&self, destination: &Path) -> bool {
        self.paths("members")
            .any(|written| matches(&self.path_of(written), destination))
    }

    /// The members' folders as cargo finds them; what finds none stands for itself.
    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        let found = |written| {
            let path = self.path_of(written);
            let found = path.to_str().and_then(|path| glob::glob(path).ok());
            let mut folders: Vec<PathBuf> = found.into_iter().flatten().flatten().collect();
            folders.retain(|folder| folder.is_dir());
            if folders.is_empty() {
                folders.push(path);
            }
            folders
        };
        let folders = self.paths("members").flat_map(found);
        folders.filter(|folder| !self.excludes(folder))
    }

    /// Whether a member is missing, and a project at that destination is what it takes: cargo
    /// loads no such workspace, be it that `crates/*` has nothing to match yet.
    fn waits_for(&self, destination: &Path) -> bool {
        let mut missing = self
            .folders()
            .filter(|folder| !has_manifest(folder))
            .peekable();
        missing.peek().is_some() && missing.all(|folder| matches(&folder, destination))
    }

    /// The members without cargo's help.
    fn packages_on_disk(&self) -> Vec<(String, PathBuf)> {
        let named = |folder: PathBuf| {
            let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
            let manifest: DocumentMut = text.parse().ok()?;
            let name = manifest.get("package")?.get("name")?.as_str()?;
            Some((name.to_owned(), folder))
        };
        let root = [self.folder.clone()];
        root.into_iter()
            .chain(self.folders())
            .filter_map(named)
            .collect()
    }

    /// Refuses folders that cargo would take for members, and that cannot be any.
    fn leave_alone<'a>(&self, mut folders: impl Iterator<Item = &'a Path>) -> Result<()> {
        let Some(folder) = folders.find(|folder| self.covers(folder) && !self.excludes(folder))
        else {
            return Ok(());
        };
        Err(Failure::usage(format!(
            "`{}` would be taken for a member of the workspace of `{}`, which could not be loaded any more",
            folder.display(),
            self.manifest.display()
        ))
        .help("choose another path, or name this one in `exclude` there"))
    }

    fn join(&self, destination: &Path, name: &str) -> Result<Option<Edit>> {
        if let Some((_, folder)) = self.packages.iter().find(|(each, _)| each == name) {
            return Err(Failure::usage(format!(
                "`{name}` is a member of the workspace already, at `{}`",
                folder.display()
            ))
            .help("give another name: `--name NAME`")
            .help("or join no workspace: `--no-workspace`"));
        }
        self.leave_alone(missing_above(destination))?;
        if self.covers(destination) {
            return Ok(None);
        }
        let member = relative(&self.folder, destination).ok_or_else(|| {
            Failure::usage(format!("`{}` is not UTF-8", destination.display()))
                .help("choose a path that is")
        })?;
        // Through a symbolic link: it is the file behind it that is replaced.
        let manifest = fs::canonicalize(&self.manifest)
            .map_err(|error| Failure::io("resolve", &self.manifest, &error))?;
        Ok(Some(Edit {
            manifest,
            before: self.document.raw().to_owned(),
            after: members::with(&self.document, &member),
        }))
    }
}

/// The root of the workspace that cargo puts a project into; it is looked for from that folder up.
fn find(destination: &Path, folder: &Path) -> Result<Option<Root>> {
    let Some(nearest) = nearest_manifest(folder) else {
        return Ok(None);
    };
    let mut root = Root::new(&nearest, read(&nearest)?);
    if root.waits_for(destination) {
        root.packages = root.packages_on_disk();
        return Ok(Some(root));
    }
    let metadata = metadata::ask(&nearest)?;
    let manifest = metadata.workspace_root.join(MANIFEST).into_std_path_buf();
    if manifest != nearest {
        root = Root::new(&manifest, read(&manifest)?);
    }
    if root.document.get("workspace").is_none() {
        return Ok(None);
    }
    if root.excludes(destination) {
        return match root.folder.parent() {
            Some(above) => find(destination, above),
            None => Ok(None),
        };
    }
    root.packages = packages(metadata);
    Ok(Some(root))
}

fn has_manifest(folder: &Path) -> bool {
    folder.join(MANIFEST).exists()
}

/// The folders above a destination that are created with it.
fn missing_above(destination: &Path) -> impl Iterator<Item = &Path> {
    let above = destination.ancestors().skip(1);
    above.take_while(|folder| !folder.exists())
}

fn nearest_manifest(folder: &Path) -> Option<PathBuf> {
    let folder = folder.ancestors().find(|folder| has_manifest(folder))?;
    Some(folder.join(MANIFEST))
}

fn read(manifest: &Path) -> Result<Document<String>> {
    let text = fs::read_to_string(manifest).map_err(|error| {
        Failure::io("read", manifest, &error)
            .help("make it readable, or join no workspace: `--no-workspace`")
    })?;
    Document::parse(text.clone()).map_err(|error| {
        let before = error.span().map(|span| &text[..span.start.min(text.len())]);
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        broken(manifest, &format!("line {line}: {}", error.message()))
    })
}

fn packages(metadata: Metadata) -> Vec<(String, PathBuf)> {
    metadata
        .packages
        .into_iter()
        .filter_map(|package| {
            let folder = package.manifest_path.parent()?.to_owned();
            Some((package.name.to_string(), folder.into_std_path_buf()))
        })
        .collect()
}

/// The error for a manifest whose content is wrong: nothing that cargo loads could stand below it.
fn broken(manifest: &Path, why: &str) -> Failure {
    Failure::usage(format!(
        "cargo cannot load `{}`, and so nothing below it: {why}",
        manifest.display()
    ))
    .help("repair it, or join no workspace: `--no-workspace`")
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use toml_edit::Document;

    use super::Root;

    pub fn root(text: &str) -> Root {
        let document = Document::parse(text.to_owned()).expect("the manifest is TOML");
        Root {
            manifest: PathBuf::from("/ws/Cargo.toml"),
            folder: PathBuf::from("/ws"),
            document,
            packages: vec![("taken".to_owned(), PathBuf::from("/ws/taken"))],
        }
    }

    #[test]
    fn members_and_exclusions_are_those_of_cargo() {
        let root = root(
            "[workspace]\nmembers = [\"a\", \"./crates/*\", \"deep/**/x\", \"out/in\"]\n\
             exclude = [\"out\", \"crates/off/\"]\n",
        );
        for (destination, covered, excluded) in [
            ("a", true, false),
            ("b", false, false),
            ("a/b", false, false),
            ("crates/a", true, false),
            ("crates/a/b", false, false),
            ("crates/off", true, true),
            ("deep/1/2/x", true, false),
            ("out/a", false, true),
            ("out/in", true, false),
            ("out/in/a", false, false),
        ] {
            let path = Path::new("/ws").join(destination);
            assert_eq!(root.covers(&path), covered, "{destination}");
            assert_eq!(root.excludes(&path), excluded, "{destination}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let root = root("[workspace]\n");
        let failure = root.join(Path::new("/ws/new"), "taken");
        let failure = failure.expect_err("the name is taken");
        assert!(failure.message.contains("/ws/taken"), "{}", failure.message);
    }
}
