//! Merging the layers' `Cargo.toml` fragments into one manifest.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

/// The order of a manifest's tables, as cargo's own documentation lists them.
const ORDER: &[&str] = &[
    "package",
    "workspace",
    "lib",
    "bin",
    "example",
    "test",
    "bench",
    "features",
    "dependencies",
    "target",
    "dev-dependencies",
    "build-dependencies",
    "lints",
    "profile",
];

/// The manifest that the fragments make together, a later one adding to the earlier.
///
/// # Errors
///
/// Where a fragment is not TOML, or two of them differ about a value.
pub fn merge(fragments: &[String]) -> Result<DocumentMut, String> {
    let mut manifest = DocumentMut::new();
    for fragment in fragments {
        let fragment: DocumentMut = fragment
            .parse()
            .map_err(|error| format!("{error}in:\n{fragment}"))?;
        merge_table(
            manifest.as_table_mut(),
            fragment.as_table(),
            &mut Vec::new(),
        )?;
    }
    let mut position = 0;
    arrange(manifest.as_table_mut(), true, &mut position);
    Ok(manifest)
}

/// Every dependency of the manifest, whatever its table.
pub fn dependencies(manifest: &Table) -> Vec<String> {
    let mut names = Vec::new();
    for (key, item) in manifest {
        let Some(table) = item.as_table_like() else {
            continue;
        };
        if is_dependencies(key) {
            let others = table.iter().filter(|(_, item)| !is_itself(item));
            names.extend(others.map(|(name, _)| name.to_owned()));
        } else if let ("target", Some(targets)) = (key, item.as_table()) {
            let tables = targets.iter().filter_map(|(_, target)| target.as_table());
            names.extend(tables.flat_map(dependencies));
        }
    }
    names
}

/// A package may depend on itself, for features that its tests need.
fn is_itself(dependency: &Item) -> bool {
    let said = |key: &str| dependency.get(key).and_then(Item::as_str);
    said("path") == Some(".") && said("version").is_none()
}

fn is_dependencies(key: &str) -> bool {
    matches!(
        key,
        "dependencies" | "dev-dependencies" | "build-dependencies"
    )
}

fn merge_table(into: &mut Table, from: &Table, path: &mut Vec<String>) -> Result<(), String> {
    for (name, item) in from {
        let Some((key, _)) = from.get_key_value(name) else {
            continue;
        };
        path.push(name.to_owned());
        match into.get_mut(name) {
            None => {
                into.insert_formatted(key, item.clone());
            }
            Some(present) => merge_item(present, item, path)?,
        }
        path.pop();
    }
    Ok(())
}

fn merge_item(into: &mut Item, from: &Item, path: &mut Vec<String>) -> Result<(), String> {
    if let (Item::Table(into), Item::Table(from)) = (&mut *into, from) {
        return merge_table(into, from, path);
    }
    let in_dependencies = path
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|table| is_dependencies(table));
    if let (true, Item::Value(into), Item::Value(from)) = (in_dependencies, &mut *into, from) {
        return merge_dependency(into, from, path);
    }
    if let (Some(into), Some(from)) = (into.as_array_mut(), from.as_array()) {
        unite(into, from);
    } else {
        // A later layer decides, as it does for every other file; comments come along.
        *into = from.clone();
    }
    Ok(())
}

/// The union of two arrays of names, in alphabetical order.
fn unite(into: &mut Array, from: &Array) {
    let mut values: Vec<Value> = into.iter().cloned().collect();
    for value in from {
        if !values.iter().any(|each| same(each, value)) {
            values.push(value.clone());
        }
    }
    values.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    for value in &mut values {
        value.decor_mut().clear();
    }
    *into = values.into_iter().collect();
}

/// `foo = "1"` and `foo = { version = "1", features = [..] }` make one dependency with all features.
fn merge_dependency(into: &mut Value, from: &Value, path: &[String]) -> Result<(), String> {
    let mut merged = detailed(into);
    for (key, value) in &detailed(from) {
        match merged.get_mut(key) {
            Some(Value::Array(features)) => {
                if let Some(more) = value.as_array() {
                    unite(features, more);
                }
            }
            Some(present) if !same(present, value) => {
                let path = path.join(".");
                return Err(format!("two layers differ about `{key}` of `{path}`"));
            }
            Some(_) => {}
            None => {
                merged.insert(key, value.clone());
            }
        }
    }
    let decor = into.decor().clone();
    *into = if merged.len() == 1 && merged.contains_key("version") {
        merged.remove("version").unwrap_or_else(|| into.clone())
    } else {
        merged.fmt();
        Value::InlineTable(merged)
    };
    *into.decor_mut() = decor;
    Ok(())
}

fn detailed(dependency: &Value) -> InlineTable {
    if let Value::InlineTable(table) = dependency {
        return table.clone();
    }
    let mut version = dependency.clone();
    version.decor_mut().clear();
    InlineTable::from_iter([("version", version)])
}

/// Whether two values say the same, however they are written.
fn same(a: &Value, b: &Value) -> bool {
    let plain = |value: &Value| {
        let mut value = value.clone();
        value.decor_mut().clear();
        value.to_string()
    };
    plain(a) == plain(b)
}

/// Sorts dependencies and puts the tables into cargo's order, one blank line between them.
fn arrange(table: &mut Table, root: bool, position: &mut isize) {
    let mut names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    if root {
        names.sort_by_key(|name| {
            ORDER
                .iter()
                .position(|each| each == name)
                .unwrap_or(ORDER.len())
        });
    }
    for name in names {
        match table.get_mut(&name) {
            Some(Item::Table(child)) => {
                if is_dependencies(&name) {
                    child.sort_values();
                }
                place(child, position);
                arrange(child, false, position);
            }
            Some(Item::ArrayOfTables(children)) => {
                for child in children.iter_mut() {
                    place(child, position);
                    arrange(child, false, position);
                }
            }
            _ => {}
        }
    }
}

fn place(table: &mut Table, position: &mut isize) {
    table.set_position(Some(*position));
    let comments: String = table
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default()
        .trim_start()
        .to_owned();
    let gap = if *position == 0 { "" } else { "\n" };
    table.decor_mut().set_prefix(format!("{gap}{comments}"));
    *position += 1;
}

#[cfg(test)]
mod tests {
    use super::merge;

    fn merged(fragments: &[&str]) -> String {
        let fragments: Vec<String> = fragments.iter().map(|&text| text.to_owned()).collect();
        merge(&fragments).expect("fragments merge").to_string()
    }

    #[test]
    fn features_are_united_and_dependencies_sorted() {
        let text = merged(&[
            "[package]\nname = \"x\"\n\n[dependencies]\ntokio = { version = \"1\", features = [\"net\"] }\n",
            "[profile.release]\nlto = true\n",
            "[dependencies]\n# Why.\naxum = \"0.8\"\ntokio = { version = \"1\", features = [\"macros\", \"net\"] }\n",
        ]);
        assert_eq!(
            text,
            "[package]\nname = \"x\"\n\n[dependencies]\n# Why.\naxum = \"0.8\"\n\
             tokio = { version = \"1\", features = [\"macros\", \"net\"] }\n\n[profile.release]\nlto = true\n"
        );
    }

    #[test]
    fn a_plain_version_takes_on_features() {
        let text = merged(&[
            "[dependencies]\nserde = \"1\"\n",
            "[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n",
        ]);
        assert_eq!(
            text,
            "[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n"
        );
    }

    #[test]
    fn two_versions_of_one_crate_are_an_error() {
        let fragments = ["[dependencies]\na = \"1\"\n", "[dependencies]\na = \"2\"\n"];
        let fragments = fragments.map(str::to_owned);
        let error = merge(&fragments).expect_err("versions differ");
        assert!(error.contains("dependencies.a"), "{error}");
    }
}
