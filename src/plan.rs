//! Blueprint → file set: the whole project in memory, and nothing on disk.

use crate::blueprint::Blueprint;
use crate::failure::{Code, Failure, Result};
use crate::fileset::FileSet;
use crate::manifest;
use crate::record;
use crate::template::{self, Renderer};
use crate::workspace::Workspace;

const MANIFEST: &str = "Cargo.toml";

/// Renders every file of the project; in a workspace, with the keys that it inherits.
///
/// # Errors
///
/// Where the name is that of a dependency, or a template is broken.
pub fn plan(blueprint: &Blueprint, workspace: Option<&Workspace>) -> Result<FileSet> {
    let layers = blueprint.layers();
    let renderer = Renderer::new(&layers, blueprint.context()).map_err(|error| broken(&error))?;
    let mut files = FileSet::default();
    let mut fragments = Vec::new();
    for template in layers.iter().flat_map(|name| template::layer(name)) {
        if template::fills_slot(&template) {
            continue;
        }
        let text = renderer.render(template).map_err(|error| broken(&error))?;
        if template.target == MANIFEST {
            fragments.push(text);
        } else if text.trim().is_empty() {
            files.remove(template.target);
        } else {
            files.insert(template.target, text);
        }
    }
    files.insert(MANIFEST, merged_manifest(blueprint, &fragments, workspace)?);
    let record = record::write(blueprint, &files);
    files.insert(record::FILE, record);
    Ok(files)
}

fn merged_manifest(
    blueprint: &Blueprint,
    fragments: &[String],
    workspace: Option<&Workspace>,
) -> Result<String> {
    let mut manifest = manifest::merge(fragments).map_err(|error| broken(&error))?;
    manifest["package"]["name"] = toml_edit::value(blueprint.name.as_str());
    let crate_name = blueprint.name.crate_name();
    let dependencies = manifest::dependencies(manifest.as_table());
    if dependencies
        .iter()
        .any(|name| name.replace('-', "_") == crate_name)
    {
        let name = &blueprint.name;
        return Err(Failure::usage(format!(
            "`{name}` cannot be the package's name: the project depends on a crate of that name"
        ))
        .help(format!("give another name: `--name my-{name}`")));
    }
    if let Some(workspace) = workspace {
        workspace.inherit(&mut manifest);
    }
    Ok(manifest.to_string())
}

/// A template that does not render is this tool's fault; the suite renders every one of them.
pub fn broken(error: &str) -> Failure {
    Failure::new(Code::Io, format!("broken template: {error}"))
        .help("this is a defect of cargo-async-init: please report it with the command you typed")
}
