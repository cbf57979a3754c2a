//! `cargo async-init lab`: from options to a workspace on disk.

use serde_json::{Value, json};

use super::{KINDS, Lab, Subject, plan, subjects, usual};
use crate::blueprint::quoted;
use crate::cli::{self, Lab as Options};
use crate::create::{enter, folder_name};
use crate::failure::{Failure, Result};
use crate::fileset::FileSet;
use crate::name::PackageName;
use crate::report::{Format, Shell, files_object};
use crate::vcs;
use crate::workspace::Workspace;
use crate::write::{self, Site};

/// Writes a laboratory, or shows the plan.
///
/// # Errors
///
/// Where a runtime cannot carry the kind, the destination is taken, or the disk fails.
pub fn create(shell: &Shell, options: &Options) -> Result<()> {
    let lab = decided(options)?;
    if !options.dry_run {
        write::clear_leftovers(&options.path);
    }
    let site = Site::inspect(&options.path)?;
    // It is a workspace itself.
    Workspace::apart(&options.path)?;
    let files = plan(&lab)?;
    let vcs = match options.vcs {
        Some(vcs) => vcs,
        None => vcs::usual(&options.path)?,
    };
    if !options.dry_run {
        site.write(&files, vcs, None)?;
    }
    report(
        shell,
        &lab,
        &Made {
            options,
            files,
            site,
        },
    );
    Ok(())
}

fn decided(options: &Options) -> Result<Lab> {
    // It is called as its folder is.
    let name = PackageName::parse(&folder_name(&options.path)?)
        .map_err(|failure| Failure::usage(failure.message).help("give the folder another name"))?;
    let kind = KINDS.iter().find(|kind| **kind == options.kind);
    let kind = kind.copied().unwrap_or(KINDS[0]);
    let subjects = if options.runtimes.is_empty() {
        usual(kind)
    } else {
        picked(kind, &options.runtimes)?
    };
    Ok(Lab {
        name,
        kind,
        subjects,
    })
}

/// The named ones, in the catalogue's order, each once.
fn picked(kind: &str, runtimes: &[String]) -> Result<Vec<Subject>> {
    let possible = subjects(kind);
    let ids: Vec<&str> = possible.iter().map(|subject| subject.id).collect();
    if let Some(other) = runtimes.iter().find(|name| !ids.contains(&name.as_str())) {
        return Err(
            Failure::usage(format!("`--kind {kind}` is not for `{other}`"))
                .help(format!("it goes with {}", ids.join(", "))),
        );
    }
    let named = |subject: &Subject| runtimes.iter().any(|name| name == subject.id);
    Ok(possible.into_iter().filter(named).collect())
}

/// What came of it.
struct Made<'a> {
    options: &'a Options,
    files: FileSet,
    site: Site,
}

impl Made<'_> {
    fn next_steps(&self) -> [String; 2] {
        [
            enter(&self.options.path, &self.site),
            "cargo run --release -p bench".to_owned(),
        ]
    }

    fn command(&self, lab: &Lab) -> String {
        let path = quoted(&cli::path_argument(&self.options.path));
        let vcs = self.options.vcs.map(|vcs| format!(" --vcs {}", vcs.id()));
        let vcs = vcs.unwrap_or_default();
        format!("cargo async-init lab {path} {}{vcs}", lab.flags())
    }

    fn object(&self, lab: &Lab) -> Value {
        json!({
            "package": lab.name.as_str(),
            "path": self.site.destination.display().to_string(),
            "runtimes": lab.ids(),
            "kind": lab.kind,
            "files": files_object(&self.files),
            "command": self.command(lab),
            "next_steps": self.next_steps(),
            "written": !self.options.dry_run,
        })
    }
}

fn report(shell: &Shell, lab: &Lab, made: &Made) {
    if shell.format == Format::Json {
        shell.data(&made.object(lab));
        return;
    }
    let title = format!(
        "{} lab `{}` on {}",
        lab.kind,
        lab.name,
        super::listed(&lab.ids())
    );
    if made.options.dry_run {
        shell.status("Planned", &title);
        for (path, file) in made.files.iter() {
            shell.print(&format!("{:>8}  {path}\n", file.text.len()));
        }
        return;
    }
    for (path, _) in made.files.iter() {
        shell.detail("Wrote", path);
    }
    shell.status("Created", &title);
    for (index, step) in made.next_steps().iter().enumerate() {
        shell.step(if index == 0 { "Next" } else { "" }, step);
    }
    shell.step("Again", &made.command(lab));
}
