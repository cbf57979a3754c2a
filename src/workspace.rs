//! The workspace around a project: cargo says which one it is, `toml_edit` reads it, and a new
//! member is the one thing that changes in it.

mod members;

use std::cmp::Ordering;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::{Metadata, MetadataCommand};
use glob::{MatchOptions, Pattern};
use toml_edit::{Document, DocumentMut, Item, Table, Value};

use crate::failure::{Code, Failure, Result};

const MANIFEST: &str = "Cargo.toml";
const STAY_OUT: &str = "or stay out of it: `--no-workspace`";

/// The keys whose value our code needs, so that an older one of the workspace is not inherited.
const AT_LEAST: [&str; 2] = ["edition", "rust-version"];

/// `*` stops at a slash, as it does where cargo looks for members on disk.
const WITHIN_A_FOLDER: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

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

    /// What keeps a project out of any workspace, where there may be one.
    pub fn apart(destination: &Path) -> Option<Self> {
        let destination = real(destination);
        nearest_manifest(destination.parent()?).map(|_| Self::Own)
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
                    "\n# Its own workspace: cargo would look for it among the members of the one around it.\n",
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
    /// Where a member has that name.
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

    /// Whether the destination is among the members as they are written, without wildcards.
    fn names(&self, destination: &Path) -> bool {
        self.paths("members")
            .any(|written| self.path_of(written) == destination)
    }

    /// Whether cargo finds a project at that destination by what is written already.
    fn covers(&self, destination: &Path) -> bool {
        let matches = |written: &str| {
            let path = self.path_of(written);
            let pattern = path.to_str().and_then(|path| Pattern::new(path).ok());
            pattern.is_some_and(|pattern| pattern.matches_path_with(destination, WITHIN_A_FOLDER))
        };
        self.names(destination) || self.paths("members").any(matches)
    }

    fn package_keys(&self) -> impl Iterator<Item = (&str, &Item)> {
        let table = self.get("package").and_then(Item::as_table);
        table.into_iter().flat_map(Table::iter)
    }

    fn inherit(&self, manifest: &mut DocumentMut) {
        // Cargo reads profiles in the root manifest alone, and warns of them anywhere else.
        manifest.remove("profile");
        if self.get("lints").is_some() {
            inherit_lints(manifest);
        }
        let Some(package) = manifest.get_mut("package").and_then(Item::as_table_mut) else {
            return;
        };
        for (key, theirs) in self.package_keys() {
            if !is_too_old(key, theirs, package) {
                package.remove(key);
                package.insert(key, Item::Table(inherited()));
            }
        }
    }

    fn notes(&self, manifest: &DocumentMut) -> Vec<String> {
        let own = &manifest["package"];
        let mut inherited = Vec::new();
        let mut notes = Vec::new();
        for (key, theirs) in self.package_keys() {
            match (own.get(key).and_then(Item::as_str), theirs.as_str()) {
                (Some(own), Some(theirs)) => notes.push(format!(
                    "`{key}` stays {own}, which the code needs: the workspace has {theirs}"
                )),
                _ => inherited.push(format!("`{key}`")),
            }
        }
        if self.get("lints").is_some() {
            inherited.push("`lints`".to_owned());
        }
        if !inherited.is_empty() {
            notes.insert(0, format!("the workspace decides {}", inherited.join(", ")));
        }
        notes.push(
            "its build profiles are the workspace's: cargo reads none in a member".to_owned(),
        );
        notes
    }

    fn join(&self, destination: &Path, name: &str) -> Result<Option<Edit>> {
        if let Some((_, folder)) = self.packages.iter().find(|(each, _)| each == name) {
            return Err(Failure::usage(format!(
                "`{name}` is a member of the workspace already, at `{}`",
                folder.display()
            ))
            .help("give another name: `--name NAME`")
            .help(STAY_OUT));
        }
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
    let root = Root::new(&nearest, read(&nearest)?);
    if root.names(destination) && !root.excludes(destination) {
        // Listed before it is made: cargo loads this workspace again when it is there.
        return Ok(Some(root));
    }
    let metadata = ask(&nearest)?;
    let manifest = metadata.workspace_root.join(MANIFEST).into_std_path_buf();
    let mut root = if manifest == nearest {
        root
    } else {
        Root::new(&manifest, read(&manifest)?)
    };
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

fn nearest_manifest(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join(MANIFEST))
        .find(|manifest| manifest.exists())
}

fn read(manifest: &Path) -> Result<Document<String>> {
    let text = fs::read_to_string(manifest).map_err(|error| {
        Failure::io("read", manifest, &error)
            .help("the project would be part of what this manifest describes: make it readable,")
            .help(STAY_OUT)
    })?;
    Document::parse(text.clone()).map_err(|error| {
        let line = error.span().map(|span| text[..span.start].lines().count());
        let line = line.map(|line| format!("line {}: ", line.max(1)));
        broken(
            manifest,
            &format!("{}{}", line.unwrap_or_default(), error.message()),
        )
    })
}

/// Asks cargo what that manifest belongs to.
fn ask(manifest: &Path) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).no_deps();
    command.other_options(["--offline".to_owned()]);
    let mut cargo = command.cargo_command();
    cargo.stdin(Stdio::null());
    if let Some(folder) = manifest.parent() {
        // The toolchain and the configuration are those of the workspace.
        cargo.current_dir(folder);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C is for this process to handle: cargo would end with an error of its own.
        cargo.process_group(0);
    }
    let unanswered = |error: &dyn std::fmt::Display| {
        Failure::new(
            Code::Io,
            format!("cannot ask cargo about `{}`: {error}", manifest.display()),
        )
        .help("join no workspace: `--no-workspace`")
    };
    let output = cargo.output().map_err(|error| unanswered(&error))?;
    if !output.status.success() {
        return Err(broken(
            manifest,
            &said(&String::from_utf8_lossy(&output.stderr)),
        ));
    }
    MetadataCommand::parse(String::from_utf8_lossy(&output.stdout))
        .map_err(|error| unanswered(&error))
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
    .help("repair it,")
    .help(STAY_OUT)
}

/// Cargo's error with its causes, in one line.
fn said(stderr: &str) -> String {
    let mut said = String::new();
    let mut is_cause = true;
    for line in stderr.lines().map(str::trim) {
        let line = line.strip_prefix("error: ").unwrap_or(line);
        if let Some(place) = line.strip_prefix("--> ") {
            said = format!("{said} at {place}");
        } else if is_cause && !line.is_empty() {
            let gap = if said.is_empty() { "" } else { ": " };
            said = format!("{said}{gap}{line}");
        }
        is_cause = line == "Caused by:";
    }
    said
}

fn inherited() -> Table {
    let mut table = Table::new();
    table.set_dotted(true);
    table["workspace"] = toml_edit::value(true);
    table
}

/// The workspace's lints in place of the project's own: cargo takes no mixture.
fn inherit_lints(manifest: &mut DocumentMut) {
    let lints = manifest["lints"].or_insert(toml_edit::table());
    if let Some(lints) = lints.as_table_mut() {
        lints.clear();
        lints.set_implicit(false);
        lints["workspace"] = toml_edit::value(true);
    }
}

/// Whether the workspace's value is one with which our code would not compile.
fn is_too_old(key: &str, theirs: &Item, package: &Table) -> bool {
    if !AT_LEAST.contains(&key) {
        return false;
    }
    let own = package.get(key).and_then(Item::as_str);
    match (theirs.as_str(), own) {
        (Some(theirs), Some(own)) => compare(theirs, own) == Ordering::Less,
        _ => false,
    }
}

/// Compares editions or versions: `1.9` comes before `1.89`, and is the same as `1.9.0`.
fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |text: &str| -> Vec<u64> {
        let mut numbers: Vec<u64> = text
            .split('.')
            .map(|part| part.parse().unwrap_or_default())
            .collect();
        numbers.resize(3, 0);
        numbers
    };
    numbers(one).cmp(&numbers(other))
}

/// The path without symbolic links; what does not exist yet has none.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let resolved = path.ancestors().find_map(|ancestor| {
        let real = fs::canonicalize(ancestor).ok()?;
        Some(real.join(path.strip_prefix(ancestor).ok()?))
    });
    plain(&resolved.unwrap_or(path))
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(component),
        }
    }
    plain
}

/// The way from a folder to a path, with `/` between its parts; `None` where that is not UTF-8.
fn relative(folder: &Path, path: &Path) -> Option<String> {
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = folder.components().skip(shared).map(|_| Some(".."));
    let down = path.components().skip(shared);
    let parts: Option<Vec<&str>> = up
        .chain(down.map(|part| part.as_os_str().to_str()))
        .collect();
    Some(parts?.join("/"))
}
