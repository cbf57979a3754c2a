//! A laboratory: one workspace with the same program on several runtimes, and a bench that measures them.
//!
//! It is made of the projects that this tool writes anyway: what of them knows no runtime becomes one
//! package, `core`, and what is left of each becomes `on-<runtime>`. So it shows what is tested elsewhere.

mod create;

use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, Table, value};

pub use create::create;

use crate::answers::{Answer, Answers};
use crate::ask::with_defaults;
use crate::blueprint::{Blueprint, TOOL_VERSION};
use crate::catalog::offers::{ENGINES, OFFERS, Offer};
use crate::failure::Result;
use crate::fileset::FileSet;
use crate::manifest;
use crate::name::PackageName;
use crate::plan::{broken, plan as plan_project};
use crate::record;
use crate::template::{self, Renderer};
use crate::tree::tree;

/// The kinds that can be compared, the default first.
pub const KINDS: &[&str] = &["tcp", "app"];

/// The package that all programs share.
const CORE: &str = "lab-core";
/// The name under which its files are rendered, which none of them names.
const PROGRAM: &str = "server";
const MANIFEST: &str = "Cargo.toml";
/// What every layer's name begins with that knows no runtime.
const SHARED: char = '_';

/// One of the programs that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The value of `--runtimes`: the runtime; or the engine, where it is not the runtime's first.
    pub id: &'static str,
    offer: &'static Offer,
}

/// What can be compared of that kind, the runtimes in the catalogue's order.
pub fn subjects(kind: &str) -> Vec<Subject> {
    let offers = OFFERS.iter().filter(|offer| offer.kind == kind);
    let subject = |offer: &'static Offer| {
        let second = offer.engine.filter(|&engine| engine != ENGINES[0].id);
        let id = second.unwrap_or(offer.runtime);
        Subject { id, offer }
    };
    offers.map(subject).collect()
}

/// What is compared where nobody says: each runtime once.
pub fn usual(kind: &str) -> Vec<Subject> {
    let mut subjects = subjects(kind);
    subjects.retain(|subject| subject.id == subject.offer.runtime);
    subjects
}

impl Subject {
    /// What its package is called, and its folder.
    pub fn package(&self) -> String {
        format!("on-{}", self.id)
    }

    /// The project of which this is a part.
    ///
    /// # Errors
    ///
    /// Where no package can be called so.
    pub fn blueprint(&self, name: &str) -> Result<Blueprint> {
        let mut given = Answers::default();
        given.set("runtime", Answer::One(self.offer.runtime));
        given.set("kind", Answer::One(self.offer.kind));
        if let Some(engine) = self.offer.engine {
            given.set("engine", Answer::One(engine));
        }
        let answers = with_defaults(tree(), &given);
        Blueprint::new(PackageName::parse(name)?, &answers)
    }
}

/// Everything that decides a laboratory.
#[derive(Clone, Debug)]
pub struct Lab {
    /// What it is called.
    pub name: PackageName,
    /// The id of the kind of program.
    pub kind: &'static str,
    /// What is compared, at least one.
    pub subjects: Vec<Subject>,
}

impl Lab {
    /// The layers that make what is around the programs.
    pub fn layers(&self) -> [String; 2] {
        ["_lab/_base".to_owned(), format!("_lab/{}", self.kind)]
    }

    /// What their templates may name, beside what those of a program may.
    pub fn context(&self, program: &Blueprint) -> Value {
        let mut context = program.context();
        context["name"] = json!(self.name.as_str());
        context["runtimes"] = json!(listed(&self.ids()));
        context["first"] = json!(self.ids().first().copied().unwrap_or_default());
        context
    }

    fn ids(&self) -> Vec<&'static str> {
        self.subjects.iter().map(|subject| subject.id).collect()
    }

    /// The flags that make it again.
    fn flags(&self) -> String {
        format!("--runtimes {} --kind {}", self.ids().join(","), self.kind)
    }
}

/// Renders every file of the laboratory.
///
/// # Errors
///
/// Where a template is broken.
pub fn plan(lab: &Lab) -> Result<FileSet> {
    let core = Core::of(lab.kind)?;
    let mut files = core.files.clone();
    let mut settings = Vec::new();
    for subject in &lab.subjects {
        let blueprint = subject.blueprint(&subject.package())?;
        let mut manifest =
            core.add_program(&plan_project(&blueprint, None)?, subject, &mut files)?;
        settings.push(take_settings(&mut manifest));
        let folder = subject.package();
        files.insert(
            format!("{folder}/{MANIFEST}"),
            merged(&[manifest.to_string()])?,
        );
    }
    add_frame(lab, &core.blueprint, &settings, &mut files)?;
    files.insert(record::FILE, record(lab, &files));
    Ok(files)
}

/// The half that knows no runtime: the same files whatever is compared.
struct Core {
    blueprint: Blueprint,
    /// By path in the workspace.
    files: FileSet,
    /// Its modules, by name.
    modules: Vec<String>,
    dependencies: Vec<String>,
}

impl Core {
    fn of(kind: &str) -> Result<Self> {
        let all = subjects(kind);
        let first = all.first().ok_or_else(|| broken("nothing to compare"))?;
        let blueprint = first.blueprint(PROGRAM)?;
        let (shared, own): (Vec<String>, Vec<String>) = blueprint
            .layers()
            .into_iter()
            .partition(|layer| layer.starts_with(SHARED));
        let renderer =
            Renderer::new(&shared, blueprint.context()).map_err(|error| broken(&error))?;
        let mut files = FileSet::default();
        let mut modules = Vec::new();
        let mut fragments = Vec::new();
        for template in shared.iter().flat_map(|layer| template::layer(layer)) {
            let render = || renderer.render(template).map_err(|error| broken(&error));
            if template.target == MANIFEST {
                fragments.push(render()?);
            }
            let replaced = own.iter().any(|layer| has(layer, template.target));
            let Some(module) = module(template.target).filter(|_| !replaced) else {
                continue;
            };
            modules.push(module.to_owned());
            files.insert(format!("core/{}", template.target), render()?);
        }
        modules.sort();
        let mut manifest = manifest::merge(&fragments).map_err(|error| broken(&error))?;
        let dependencies = manifest::dependencies(manifest.as_table());
        manifest["package"]["name"] = value(CORE);
        take_settings(&mut manifest);
        files.insert(format!("core/{MANIFEST}"), merged(&[manifest.to_string()])?);
        Ok(Self {
            blueprint,
            files,
            modules,
            dependencies,
        })
    }

    /// Adds what of a project is not in the core, and gives its manifest.
    fn add_program(
        &self,
        project: &FileSet,
        subject: &Subject,
        files: &mut FileSet,
    ) -> Result<DocumentMut> {
        let folder = subject.package();
        for (path, file) in project.iter() {
            let is_shared = module(path).is_some_and(|name| self.has(name));
            let is_code = path.starts_with("src/") || path.starts_with("tests/");
            if is_code && !is_shared || path == "clippy.toml" {
                let text = self.imported(&file.text);
                files.insert(format!("{folder}/{path}"), text);
            }
        }
        let manifest = project.get(MANIFEST).map_or("", |file| file.text.as_str());
        let mut manifest: DocumentMut = manifest
            .parse()
            .map_err(|error: toml_edit::TomlError| broken(&error.to_string()))?;
        if let Some(dependencies) = manifest["dependencies"].as_table_mut() {
            for name in &self.dependencies {
                dependencies.remove(name);
            }
            let path = [("path", "../core")].into_iter();
            let path: toml_edit::InlineTable = path.collect();
            dependencies.insert(CORE, value(path));
        }
        Ok(manifest)
    }

    fn has(&self, module: &str) -> bool {
        self.modules.iter().any(|each| each == module)
    }

    /// The text of a crate's root, with modules of the core in place of its own.
    fn imported(&self, text: &str) -> String {
        let declares = |line: &str| {
            let item = line.strip_prefix("pub ").unwrap_or(line);
            let name = item
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'));
            name.is_some_and(|name| self.has(name))
        };
        let Some(first) = text.lines().find(|line| declares(line)) else {
            return text.to_owned();
        };
        let visible = if first.starts_with("pub ") {
            "pub "
        } else {
            ""
        };
        let crate_name = CORE.replace('-', "_");
        let import = match self.modules.as_slice() {
            [module] => format!("{visible}use {crate_name}::{module};"),
            modules => format!("{visible}use {crate_name}::{{{}}};", modules.join(", ")),
        };
        let mut lines: Vec<&str> = Vec::new();
        for line in text.lines() {
            if line == first {
                lines.extend([import.as_str(), ""]);
                continue;
            }
            let twice_empty = line.is_empty() && lines.last() == Some(&"");
            if !declares(line) && !twice_empty {
                lines.push(line);
            }
        }
        lines.join("\n") + "\n"
    }
}

/// Whether that layer writes that file.
fn has(layer: &str, target: &str) -> bool {
    template::layer(layer).any(|template| template.target == target)
}

/// The module of that path, if it is one, and not a crate's root.
fn module(path: &str) -> Option<&str> {
    let name = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    (!matches!(name, "lib" | "main")).then_some(name)
}

/// Takes lints and profiles out of a member's manifest, for they are the workspace's, and gives them as a
/// fragment of that one's.
fn take_settings(manifest: &mut DocumentMut) -> String {
    let mut fragment = DocumentMut::new();
    if let Some(lints) = manifest.remove("lints") {
        let mut workspace = Table::new();
        workspace.set_implicit(true);
        workspace.insert("lints", headless(lints));
        fragment.insert("workspace", Item::Table(workspace));
    }
    if let Some(profile) = manifest.remove("profile") {
        fragment.insert("profile", headless(profile));
    }
    manifest["lints"] = toml_edit::table();
    manifest["lints"]["workspace"] = value(true);
    fragment.to_string()
}

/// A table without a line of its own: only those in it have one.
fn headless(mut item: Item) -> Item {
    if let Some(table) = item.as_table_mut() {
        table.set_implicit(true);
    }
    item
}

fn merged(fragments: &[String]) -> Result<String> {
    let manifest = manifest::merge(fragments).map_err(|error| broken(&error))?;
    Ok(manifest.to_string())
}

/// Adds what is around the programs: the workspace, its documents and the bench.
fn add_frame(
    lab: &Lab,
    blueprint: &Blueprint,
    settings: &[String],
    files: &mut FileSet,
) -> Result<()> {
    let layers = lab.layers();
    let context = lab.context(blueprint);
    let renderer = Renderer::new(&layers, context).map_err(|error| broken(&error))?;
    for template in layers.iter().flat_map(|layer| template::layer(layer)) {
        if template::fills_slot(&template) {
            continue;
        }
        let mut text = renderer.render(template).map_err(|error| broken(&error))?;
        if template.target == MANIFEST {
            let mut fragments = vec![text];
            fragments.extend_from_slice(settings);
            text = merged(&fragments)?;
        }
        files.insert(template.target, text);
    }
    let ignored = template::layer("_shared").find(|template| template.target == ".gitignore");
    let ignored = ignored.ok_or_else(|| broken("nothing to ignore"))?;
    files.insert(".gitignore", ignored.source().to_owned());
    Ok(())
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [words @ .., last] if !words.is_empty() => format!("{} and {last}", words.join(", ")),
        words => words.concat(),
    }
}

/// How it was made, as every project says it.
fn record(lab: &Lab, files: &FileSet) -> String {
    let mut document = DocumentMut::new();
    document["tool-version"] = value(TOOL_VERSION);
    document["name"] = value(lab.name.as_str());
    document["lab"] = toml_edit::table();
    document["lab"]["kind"] = value(lab.kind);
    document["lab"]["runtimes"] = value(lab.ids().into_iter().collect::<toml_edit::Array>());
    document["files"] = record::ids(files);
    let flags = lab.flags();
    format!(
        "# How cargo async-init made this workspace. `cargo async-init lab PATH {flags}`\n\
         # makes it again; each file's id is the one that git gives to the text as it was written.\n\n{document}"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn lab(kind: &'static str) -> Lab {
        Lab {
            name: PackageName::parse("lab").expect("a name"),
            kind,
            subjects: subjects(kind),
        }
    }

    #[test]
    fn the_core_is_the_same_whatever_is_compared() {
        for kind in KINDS {
            let all = plan(&lab(kind)).expect("a plan");
            for subject in subjects(kind) {
                let one = Lab {
                    subjects: vec![subject],
                    ..lab(kind)
                };
                let one = plan(&one).expect("a plan");
                let core: Vec<_> = all
                    .iter()
                    .filter(|(path, _)| path.starts_with("core/"))
                    .collect();
                assert!(core.len() > 2, "{kind}");
                for (path, file) in core {
                    assert_eq!(one.get(path), Some(file), "{path}");
                }
            }
        }
    }

    #[test]
    fn the_core_names_no_program() {
        for kind in KINDS {
            let core = Core::of(kind).expect("a core");
            for (path, file) in core.files.iter() {
                assert!(!file.text.contains("CARGO_PKG_NAME"), "{path}");
            }
            let shared = core.blueprint.layers().into_iter();
            let shared = shared
                .filter(|layer| layer.starts_with(SHARED))
                .collect::<Vec<_>>();
            let templates = shared.iter().flat_map(|layer| template::layer(layer));
            for template in templates.filter(|each| module(each.target).is_some()) {
                assert!(
                    !template.source().contains("{{name}}"),
                    "{}",
                    template.target
                );
            }
        }
    }

    #[test]
    fn no_module_is_in_the_core_and_in_a_program() {
        for kind in KINDS {
            let files = plan(&lab(kind)).expect("a plan");
            let mut homes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (path, _) in files.iter().filter(|(path, _)| !path.starts_with("bench/")) {
                if let Some((folder, module)) = path.split_once("/src/") {
                    homes.entry(module).or_default().push(folder);
                }
            }
            for (module, homes) in homes.iter().filter(|(module, _)| **module != "lib.rs") {
                assert!(
                    !homes.contains(&"core") || homes.len() == 1,
                    "{module}: {homes:?}"
                );
            }
        }
    }

    #[test]
    fn the_workspace_has_every_setting_of_its_members() {
        for kind in KINDS {
            let files = plan(&lab(kind)).expect("a plan");
            let manifest = files.get(MANIFEST).expect("a manifest");
            let manifest: DocumentMut = manifest.text.parse().expect("TOML");
            for subject in subjects(kind) {
                let blueprint = subject.blueprint(&subject.package()).expect("a blueprint");
                let project = plan_project(&blueprint, None).expect("a plan");
                let own = project.get(MANIFEST).expect("a manifest");
                let own: DocumentMut = own.text.parse().expect("TOML");
                let lints = ["rust", "clippy"]
                    .map(|tool| (&own["lints"][tool], &manifest["workspace"]["lints"][tool]));
                let profile = (&own["profile"]["release"], &manifest["profile"]["release"]);
                for (own, all) in lints.into_iter().chain([profile]) {
                    for (key, setting) in own.as_table().expect("a table") {
                        let said = |item: &Item| item.to_string().trim().to_owned();
                        assert_eq!(said(setting), said(&all[key]), "{key} of {}", subject.id);
                    }
                }
            }
        }
    }

    #[test]
    fn words_are_listed_as_people_list_them() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
