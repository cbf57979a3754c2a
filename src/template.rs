//! The embedded templates, and the strict registry that renders them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use handlebars::{Handlebars, no_escape};
use miniz_oxide::inflate::decompress_to_vec;
use serde_json::{Map, Value};
use toml_edit::DocumentMut;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// A file that the program has in itself.
pub struct Embedded {
    /// Where it is under `templates/`.
    pub path: &'static str,
    kept: Kept,
}

/// Large files are compressed: together they would be a fifth of the program. A small one gains little by that.
enum Kept {
    Plain(&'static str),
    Packed(&'static [u8], OnceLock<String>),
}

impl Embedded {
    const fn plain(path: &'static str, text: &'static str) -> Self {
        let kept = Kept::Plain(text);
        Self { path, kept }
    }

    const fn packed(path: &'static str, bytes: &'static [u8]) -> Self {
        let kept = Kept::Packed(bytes, OnceLock::new());
        Self { path, kept }
    }

    /// Its text, which is unpacked when it is first asked for.
    ///
    /// # Panics
    ///
    /// Where it is not what the build script has packed, which is text.
    pub fn text(&self) -> &str {
        match &self.kept {
            Kept::Plain(text) => text,
            Kept::Packed(bytes, text) => text.get_or_init(|| unpacked(bytes)),
        }
    }
}

fn unpacked(bytes: &[u8]) -> String {
    let text = decompress_to_vec(bytes).expect("the build script has packed it");
    String::from_utf8(text).expect("the build script has read it as text")
}

/// The folder of a layer that fills slots instead of writing files.
const SLOTS: &str = "_slots/";
/// What every template's name ends in.
const SUFFIX: &str = ".hbs";

/// A template of one layer.
#[derive(Clone, Copy)]
pub struct Template {
    /// Where its text goes, relative to the project (or to the slots' folder).
    pub target: &'static str,
    file: &'static Embedded,
}

impl Template {
    /// Its source.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.file.text()
    }
}

/// The templates of a layer, by path; none where there is no such folder.
pub fn layer(name: &str) -> impl Iterator<Item = Template> {
    let prefix = format!("{name}/");
    let start = TEMPLATES.partition_point(|file| file.path < prefix.as_str());
    TEMPLATES[start..]
        .iter()
        .map_while(move |file| Some((file.path.strip_prefix(&prefix)?, file)))
        .filter_map(|(path, file)| {
            let target = path.strip_suffix(SUFFIX)?;
            Some(Template { target, file })
        })
}

/// Every dependency's version requirement, by crate.
pub fn versions() -> &'static Map<String, Value> {
    static VERSIONS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
        let file = TEMPLATES.iter().find(|file| file.path == "versions.toml");
        let text = file.map(Embedded::text).unwrap_or_default();
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
        self.render_source(template.source())
            .map_err(|error| format!("template `{}`: {error}", template.target))
    }

    fn render_source(&self, source: &str) -> Result<String, String> {
        // Parsing a template takes longer than all else, and most of the long ones name nothing but slots.
        let source = self.without_empty_slots(source);
        if !source.contains("{{") {
            return Ok(source.into_owned());
        }
        let rendered = self.registry.render_template(&source, &self.context);
        rendered.map_err(|error| error.to_string())
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
        for slot in named(template.source()) {
            slots.entry(slot.to_owned()).or_default();
        }
        if let Some(slot) = template.target.strip_prefix(SLOTS) {
            slots
                .entry(slot.to_owned())
                .or_default()
                .push_str(template.source());
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

    use super::{Renderer, TEMPLATES};

    #[test]
    fn a_slot_that_nothing_fills_leaves_nothing() {
        let source = "a\n    {{> lib/modules}}\nb {{name}}\n{{> lib/modules}}\n";
        let mut renderer = Renderer::new(&[], json!({"name": "c"})).expect("a renderer");
        for slot in ["lib/modules", "other"] {
            renderer
                .registry
                .register_partial(slot, "")
                .expect("a slot");
        }
        let parsed = renderer.render_source(source);
        renderer.empty.insert("lib/modules".to_owned());
        assert_eq!(renderer.render_source(source).as_deref(), Ok("a\nb c\n"));
        assert_eq!(parsed, renderer.render_source(source));
    }

    #[test]
    fn a_template_that_names_nothing_is_its_own_text() {
        let plain = TEMPLATES.iter().filter(|file| !file.text().contains("{{"));
        for file in plain.clone() {
            let rendered = Handlebars::new().render_template(file.text(), &());
            assert_eq!(rendered.as_deref().ok(), Some(file.text()), "{}", file.path);
        }
        assert!(plain.count() > 100);
    }
}
