//! The only disk access: pre-flight, stage beside the target, rename once.
//!
//! A staging folder `.async-init-*` holds `lock` (held by the run that made it), `project`, and,
//! where a workspace is joined, the edited root manifest as `manifest` with its note `joins`. What
//! a killed run leaves is found by its lock being free, and cleared away by the next run. So that
//! this can be cut short too, the note goes first and the lock last.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use glob::Pattern;
use toml_edit::DocumentMut;

use crate::failure::{Code, Failure, Result};
use crate::fileset::{self, FileSet};
use crate::interrupt;
use crate::workspace::Edit;

const STAGING: &str = ".async-init-";
const LOCK: &str = "lock";
const PROJECT: &str = "project";
const MANIFEST: &str = "manifest";
const JOINS: &str = "joins";
/// How many files a clash lists before it counts the rest.
const LISTED: usize = 20;

/// Whether the project gets a repository of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vcs {
    /// `git init`.
    Git,
    /// None.
    None,
}

impl Vcs {
    /// The value of `--vcs`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::None => "none",
        }
    }
}

/// Where a project goes.
#[derive(Debug)]
pub struct Site {
    /// The project's folder.
    pub destination: PathBuf,
    /// The nearest folder above it that exists: staging happens there, or above.
    anchor: PathBuf,
    /// The destination, or its outermost folder that does not exist yet: what is renamed.
    top: PathBuf,
}

impl Site {
    /// Looks at a destination without changing anything.
    ///
    /// # Errors
    ///
    /// A clash where something stands there other than an empty folder; an I/O error where
    /// that cannot be found out.
    pub fn inspect(path: &Path) -> Result<Self> {
        let mut destination =
            std::path::absolute(path).map_err(|error| Failure::io("resolve", path, &error))?;
        match fs::symlink_metadata(&destination) {
            Ok(_) => {
                destination = match fs::canonicalize(&destination) {
                    Ok(real) => real,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(dangling(&destination));
                    }
                    Err(error) => return Err(Failure::io("resolve", &destination, &error)),
                };
                check_empty(&destination)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(blocked(&destination));
            }
            Err(error) => return Err(Failure::io("look at", &destination, &error)),
        }
        let mut top = destination.clone();
        while let Some(parent) = top.parent() {
            if parent.exists() {
                let anchor = parent.to_owned();
                return Ok(Self {
                    destination,
                    anchor,
                    top,
                });
            }
            top = parent.to_owned();
        }
        Err(Failure::new(
            Code::Clash,
            format!("`{}` is the root of a file system", destination.display()),
        )
        .help("name a new folder"))
    }

    /// Writes the project, and joins the workspace: all of it or nothing.
    ///
    /// # Errors
    ///
    /// Where the file system or git fails; then nothing is left behind.
    pub fn write(&self, files: &FileSet, vcs: Vcs, edit: Option<&Edit>) -> Result<()> {
        let staging = interrupt::staged(
            || Staging::create(&quiet(&self.anchor)),
            Staging::path,
            remove_staging,
        )?;
        let project = staging.path().join(PROJECT);
        let inner = self
            .destination
            .strip_prefix(&self.top)
            .unwrap_or(Path::new(""));
        let root = if inner.as_os_str().is_empty() {
            project.clone()
        } else {
            project.join(inner)
        };
        interrupt::undivided(|| create_folder(&root))?;
        for (path, file) in files.iter() {
            interrupt::undivided(|| write_file(&root.join(path), file))?;
        }
        if vcs == Vcs::Git {
            interrupt::undivided(|| git_init(&root, &staging.lock))?;
        }
        if let Some(edit) = edit {
            interrupt::undivided(|| staging.prepare(edit, &self.destination))?;
        }
        interrupt::undivided(|| keep_permissions(&self.top, &project))?;
        interrupt::committed(|| self.commit(&staging, edit))
    }

    /// Renames the project to its place, and the root manifest after it.
    fn commit(&self, staging: &Staging, edit: Option<&Edit>) -> Result<()> {
        let project = staging.path().join(PROJECT);
        let Some(edit) = edit else {
            return self.replace(&project);
        };
        let _lock = lock_manifest(edit)?;
        let was_empty = self.top.exists();
        self.replace(&project)?;
        join(staging.path(), &edit.manifest).inspect_err(|_| {
            // Back to how it was; what fails here is finished by the next run.
            let _ = fs::rename(&self.top, &project);
            if was_empty {
                let _ = fs::create_dir(&self.top);
                let _ = keep_permissions(&project, &self.top);
            }
        })
    }

    fn replace(&self, project: &Path) -> Result<()> {
        // Unix renames over an empty folder, Windows does not.
        #[cfg(windows)]
        if self.top.exists() {
            fs::remove_dir(&self.top).map_err(|error| Failure::io("replace", &self.top, &error))?;
        }
        fs::rename(project, &self.top).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                check_empty(&self.top)
                    .err()
                    .unwrap_or_else(|| Failure::io("create", &self.top, &error))
            }
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
                Failure::io("create", &self.top, &error)
                    .help("it seems to be a mount point: name a folder below it")
            }
            _ => Failure::io("create", &self.top, &error),
        })
    }
}

/// An empty folder that is replaced stays as private as it was.
fn keep_permissions(replaced: &Path, by: &Path) -> Result<()> {
    let Ok(metadata) = fs::metadata(replaced) else {
        return Ok(());
    };
    fs::set_permissions(by, metadata.permissions())
        .map_err(|error| Failure::io("set the permissions of", by, &error))
}

/// A folder that only this run writes to, gone when the run is over.
struct Staging {
    folder: PathBuf,
    /// Locked for as long as this run lives, and a git that it started.
    lock: File,
}

impl Staging {
    fn create(anchor: &Path) -> Result<Self> {
        let mut number = 0;
        loop {
            let folder = anchor.join(format!("{STAGING}{}-{number}", process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    continue;
                }
                Err(error) => return Err(Failure::io("create a folder in", anchor, &error)),
            }
            let path = folder.join(LOCK);
            let locked = File::create_new(&path).and_then(|lock| {
                lock.lock()?;
                Ok(lock)
            });
            match locked {
                Ok(lock) if path.exists() => return Ok(Self { folder, lock }),
                // Another run took it for a leftover before it was locked.
                Ok(_) => number += 1,
                Err(_) if !folder.exists() => {}
                Err(error) => {
                    let _ = remove_staging(&folder);
                    return Err(Failure::io("lock", &path, &error));
                }
            }
        }
    }

    fn path(&self) -> &Path {
        &self.folder
    }

    /// Puts the edited root manifest beside the project, so that joining is one rename.
    fn prepare(&self, edit: &Edit, destination: &Path) -> Result<()> {
        let text = fileset::File {
            text: edit.after.clone(),
        };
        let staged = self.path().join(MANIFEST);
        write_file(&staged, &text)?;
        if let Ok(metadata) = fs::metadata(&edit.manifest) {
            fs::set_permissions(&staged, metadata.permissions())
                .map_err(|error| Failure::io("set the permissions of", &staged, &error))?;
        }
        let before = fileset::File {
            text: edit.before.clone(),
        };
        // No path holds a NUL.
        let text = format!(
            "{}\0{}\0{}",
            before.blob_id(),
            edit.manifest.display(),
            destination.display()
        );
        write_file(&self.path().join(JOINS), &fileset::File { text })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is a leftover, and the next run clears it away.
        let _ = remove_staging(&self.folder);
    }
}

/// Removes a staging folder, first what joins a workspace and last what says that it is ours.
fn remove_staging(staging: &Path) -> io::Result<()> {
    let note = staging.join(JOINS);
    if note.exists() {
        fs::remove_file(note)?;
    }
    for entry in fs::read_dir(staging)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else if !path.ends_with(LOCK) {
            fs::remove_file(path)?;
        }
    }
    let lock = staging.join(LOCK);
    if lock.exists() {
        fs::remove_file(lock)?;
    }
    fs::remove_dir(staging)
}

/// Renames the staged root manifest over the real one.
fn join(staging: &Path, manifest: &Path) -> Result<()> {
    let staged = staging.join(MANIFEST);
    let renamed = match fs::rename(&staged, manifest) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = manifest.with_extension("toml.async-init");
            fs::copy(&staged, &beside).and_then(|_| fs::rename(&beside, manifest))
        }
        other => other,
    };
    renamed.map_err(|error| Failure::io("add the member to", manifest, &error))
}

/// Where a staging folder disturbs nobody: cargo takes every folder that matches a wildcard among
/// the members of a workspace for a member, be it hidden and without a manifest.
fn quiet(anchor: &Path) -> PathBuf {
    let real = fs::canonicalize(anchor).unwrap_or_else(|_| anchor.to_owned());
    let mut near = real
        .ancestors()
        .take_while(|folder| same_device(folder, &real));
    let found = near.find(|folder| !is_taken_for_member(&folder.join(STAGING)));
    found.map_or(anchor, |found| found).to_owned()
}

fn is_taken_for_member(path: &Path) -> bool {
    path.ancestors()
        .skip(2)
        .any(|root| wildcards(root).iter().any(|each| each.matches_path(path)))
}

/// The members of a workspace at that folder, where there is one.
fn wildcards(root: &Path) -> Vec<Pattern> {
    let Ok(text) = fs::read_to_string(root.join("Cargo.toml")) else {
        return Vec::new();
    };
    let manifest: DocumentMut = text.parse().unwrap_or_default();
    let members = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("members")?.as_array());
    members
        .into_iter()
        .flatten()
        .filter_map(|member| Pattern::new(root.join(member.as_str()?).to_str()?).ok())
        .collect()
}

#[cfg(unix)]
fn same_device(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    device(one) == device(other)
}

#[cfg(not(unix))]
fn same_device(_one: &Path, _other: &Path) -> bool {
    true
}

/// Clears away what killed runs left beside a destination, or in a folder above it; a run that
/// still lives holds its lock.
pub fn clear_leftovers(destination: &Path) {
    let Ok(destination) = std::path::absolute(destination) else {
        return;
    };
    let mut above = destination.ancestors().skip(1);
    let Some(anchor) = above.find_map(|folder| fs::canonicalize(folder).ok()) else {
        return;
    };
    let entries = anchor
        .ancestors()
        .filter_map(|each| fs::read_dir(each).ok());
    for entry in entries.flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_staging) && is_leftover(&entry) {
            clear_leftover(&entry.path());
        }
    }
}

/// Whether a name is `.async-init-<process>-<number>`.
fn is_staging(name: &str) -> bool {
    let numbers = name
        .strip_prefix(STAGING)
        .and_then(|rest| rest.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, number)| is_number(process) && is_number(number))
}

/// Whether a folder is this user's and holds what a run stages, and nothing else: its name, which
/// anybody can give to anything, does not make it ours to remove. A link is no folder.
fn is_leftover(entry: &DirEntry) -> bool {
    if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || !is_own(&entry.path()) {
        return false;
    }
    let Ok(entries) = fs::read_dir(entry.path()) else {
        return false;
    };
    entries.flatten().all(|entry| {
        let kind = entry.file_type();
        match entry.file_name().to_str() {
            Some(PROJECT) => kind.is_ok_and(|kind| kind.is_dir()),
            Some(LOCK | MANIFEST | JOINS) => kind.is_ok_and(|kind| kind.is_file()),
            _ => false,
        }
    })
}

#[cfg(unix)]
fn is_own(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let user = nix::unistd::geteuid().as_raw();
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.uid() == user)
}

#[cfg(not(unix))]
fn is_own(_path: &Path) -> bool {
    true
}

fn clear_leftover(staging: &Path) {
    let lock = staging.join(LOCK);
    if !lock.is_file() {
        // Killed between two system calls: an empty folder goes, anything else is not ours.
        let _ = fs::remove_dir(staging);
        return;
    }
    let Ok(lock) = File::open(lock) else {
        return;
    };
    if let Err(TryLockError::WouldBlock | TryLockError::Error(_)) = lock.try_lock() {
        return;
    }
    finish_joining(staging);
    let _ = remove_staging(staging);
}

/// A run killed between its two renames has its project in place, but not in the workspace.
fn finish_joining(staging: &Path) {
    let Ok(note) = fs::read_to_string(staging.join(JOINS)) else {
        return;
    };
    let [before, manifest, destination] = note.split('\0').collect::<Vec<_>>()[..] else {
        return;
    };
    let (manifest, destination) = (Path::new(manifest), Path::new(destination));
    if !same_owner(staging, manifest) {
        return;
    }
    let unchanged =
        fs::read_to_string(manifest).is_ok_and(|text| fileset::File { text }.blob_id() == before);
    let in_place = !staging.join(PROJECT).exists() && destination.join("Cargo.toml").exists();
    if unchanged && in_place {
        let _ = join(staging, manifest);
    }
}

/// In a folder that others may write to, a staging folder may be a trap.
#[cfg(unix)]
fn same_owner(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path| fs::symlink_metadata(path).map(|metadata| metadata.uid());
    matches!((owner(one), owner(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(not(unix))]
fn same_owner(_one: &Path, _other: &Path) -> bool {
    true
}

/// Keeps other runs from editing the root manifest, if nobody has edited it since it was read.
fn lock_manifest(edit: &Edit) -> Result<File> {
    let meanwhile = |what: &str| {
        Failure::new(Code::Io, format!("`{}` {what}", edit.manifest.display()))
            .help("run the same command again")
    };
    let unreadable = |error| Failure::io("read", &edit.manifest, &error);
    let lock = File::open(&edit.manifest).map_err(unreadable)?;
    // A file system without locks has to do without.
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        return Err(meanwhile("is just being edited by another run"));
    }
    if fs::read_to_string(&edit.manifest).map_err(unreadable)? == edit.before {
        Ok(lock)
    } else {
        Err(meanwhile("was edited meanwhile"))
    }
}

/// An empty folder is as good as none; anything else is a clash.
fn check_empty(destination: &Path) -> Result<()> {
    let entries = match fs::read_dir(destination) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(Failure::new(
                Code::Clash,
                format!("`{}` exists and is a file", destination.display()),
            )
            .help("choose another path"));
        }
        Err(error) => return Err(Failure::io("read", destination, &error)),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let mut listed = names.join("`, `");
    listed = format!("`{listed}`");
    if more > 0 {
        listed = format!("{listed} and {more} more");
    }
    Err(Failure::new(
        Code::Clash,
        format!(
            "`{}` is not empty: it holds {listed}",
            destination.display()
        ),
    )
    .help("choose another path, or empty the folder; nothing in it was touched"))
}

fn dangling(destination: &Path) -> Failure {
    Failure::new(
        Code::Clash,
        format!("`{}` is a link to nothing", destination.display()),
    )
    .help("choose another path, or remove the link")
}

fn blocked(destination: &Path) -> Failure {
    let file = destination.ancestors().find(|path| path.is_file());
    let file = file.unwrap_or(destination);
    Failure::new(
        Code::Clash,
        format!(
            "`{}` is a file, so nothing can be created below it",
            file.display()
        ),
    )
    .help("choose another path")
}

fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| Failure::io("create", path, &error))
}

fn write_file(path: &Path, file: &fileset::File) -> Result<()> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    fs::write(path, &file.text).map_err(|error| Failure::io("write", path, &error))?;
    #[cfg(unix)]
    if file.executable() {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .map_err(|error| Failure::io("make executable", path, &error))?;
    }
    Ok(())
}

fn git_init(root: &Path, lock: &File) -> Result<()> {
    let mut git = Command::new("git");
    // An empty template, as `cargo new` has it: no sample hooks to copy.
    git.args(["init", "--quiet", "--template="])
        .current_dir(root);
    // git reads nothing, but while it runs, killed or not, the lock is held.
    let lock = lock
        .try_clone()
        .map_err(|error| Failure::io("share the lock of", root, &error))?;
    git.stdin(lock).stdout(Stdio::null()).stderr(Stdio::piped());
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C is for this process to handle: git would end with an error of its own.
        git.process_group(0);
    }
    let help = "leave the repository out with `--vcs none`";
    let output = git
        .output()
        .map_err(|error| Failure::new(Code::Io, format!("cannot run `git`: {error}")).help(help))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(Code::Io, format!("`git init` failed: {}", said.trim())).help(help))
}
