//! The embedded templates, and the strict registry that renders them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use handlebars::{Handlebars, no_escape};
use serde_json::{Map, Value};
use toml_edit::DocumentMut;

/// Every file under `templates/` with its text, by path.
pub static TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The folder of a layer that fills slots instead of writing files.
const SLOTS: &str = "_slots/";
/// What every template's name ends in.
const SUFFIX: &str = ".hbs";

/// A template of one layer.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Where its text goes, relative to the project (or to the slots' folder).
    pub target: &'static str,
    /// Its source.
    pub source: &'static str,
}

/// The templates of a layer, by path; none where there is no such folder.
pub fn layer(name: &str) -> impl Iterator<Item = Template> {
    let prefix = format!("{name}/");
    let start = TEMPLATES.partition_point(|(path, _)| *path < prefix.as_str());
    TEMPLATES[start..]
        .iter()
        .map_while(move |(path, source)| Some((path.strip_prefix(&prefix)?, source)))
        .filter_map(|(path, source)| {
            Some(Template {
                target: path.strip_suffix(SUFFIX)?,
                source,
            })
        })
}

/// Every dependency's version requirement, by crate.
pub fn versions() -> &'static Map<String, Value> {
    static VERSIONS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
        let text = TEMPLATES
            .iter()
            .find_map(|(path, text)| (*path == "versions.toml").then_some(*text))
            .unwrap_or_default();
        let table = text.parse::<DocumentMut>().unwrap_or_default();
        table
            .iter()
            .filter_map(|(name, item)| Some((name.to_owned(), Value::from(item.as_str()?))))
            .collect()
    });
    &VERSIONS
}

/// Renders the templates of one project: strict, without escaping, its slots filled.
pub struct Renderer {
    registry: Handlebars<'static>,
    /// The slots that nothing fills.
    empty: BTreeSet<String>,
    context: Value,
}

impl Renderer {
    /// A renderer for a project made of these layers.
    ///
    /// # Errors
    ///
    /// Where a slot's source is no template.
    pub fn new(layers: &[String], context: Value) -> Result<Self, String> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(no_escape);
        let mut empty = BTreeSet::new();
        for (slot, source) in slots(layers) {
            if source.is_empty() {
                empty.insert(slot.clone());
            }
            registry
                .register_partial(&slot, &source)
                .map_err(|error| format!("slot `{slot}`: {error}"))?;
        }
        Ok(Self {
            registry,
            empty,
            context,
        })
    }

    /// The text of a template.
    ///
    /// # Errors
    ///
    /// Where the template is wrong or names what the context does not have.
    pub fn render(&self, template: Template) -> Result<String, String> {
        // Parsing a template takes longer than all else, and most of the long ones name nothing but slots.
        let source = self.without_empty_slots(template.source);
        if !source.contains("{{") {
            return Ok(source.into_owned());
        }
        self.registry
            .render_template(&source, &self.context)
            .map_err(|error| format!("template `{}`: {error}", template.target))
    }

    /// A source without the lines of slots that nothing fills, which leave nothing behind in any case.
    fn without_empty_slots<'a>(&self, source: &'a str) -> Cow<'a, str> {
        let is_empty = |line: &str| slot(line).is_some_and(|slot| self.empty.contains(slot));
        if !source.lines().any(is_empty) {
            return Cow::Borrowed(source);
        }
        let lines = source.split_inclusive('\n');
        Cow::Owned(lines.filter(|line| !is_empty(line)).collect())
    }
}

/// Every slot that these layers name, with what they fill it with.
fn slots(layers: &[String]) -> BTreeMap<String, String> {
    let mut slots: BTreeMap<String, String> = BTreeMap::new();
    for template in layers.iter().flat_map(|name| layer(name)) {
        for slot in named(template.source) {
            slots.entry(slot.to_owned()).or_default();
        }
        if let Some(slot) = template.target.strip_prefix(SLOTS) {
            slots
                .entry(slot.to_owned())
                .or_default()
                .push_str(template.source);
        }
    }
    slots
}

/// The slots that a template names, each on a line of its own.
pub fn named(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(slot)
}

/// The slot that is all of a line.
fn slot(line: &str) -> Option<&str> {
    line.trim().strip_prefix("{{> ")?.strip_suffix("}}")
}

/// Whether a template fills a slot rather than being a file of its own.
pub fn fills_slot(template: &Template) -> bool {
    template.target.starts_with(SLOTS)
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde_json::json;

    use super::{Renderer, TEMPLATES, Template};

    #[test]
    fn a_slot_that_nothing_fills_leaves_nothing() {
        let source = "a\n    {{> lib/modules}}\nb {{name}}\n{{> lib/modules}}\n";
        let template = Template {
            target: "a",
            source,
        };
        let mut renderer = Renderer::new(&[], json!({"name": "c"})).expect("a renderer");
        for slot in ["lib/modules", "other"] {
            renderer
                .registry
                .register_partial(slot, "")
                .expect("a slot");
        }
        let parsed = renderer.render(template);
        renderer.empty.insert("lib/modules".to_owned());
        assert_eq!(renderer.render(template).as_deref(), Ok("a\nb c\n"));
        assert_eq!(parsed, renderer.render(template));
    }

    #[test]
    fn a_template_that_names_nothing_is_its_own_text() {
        let plain = TEMPLATES.iter().filter(|(_, text)| !text.contains("{{"));
        for (path, text) in plain.clone() {
            let rendered = Handlebars::new().render_template(text, &());
            assert_eq!(rendered.as_deref().ok(), Some(*text), "{path}");
        }
        assert!(plain.count() > 100);
    }
}
