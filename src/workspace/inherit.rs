//! What a member takes over from its workspace: what `cargo new` would, short of what would break it.

use std::cmp::Ordering;

use toml_edit::{DocumentMut, Item, KeyMut, Table};

use super::Root;

/// The keys whose value our code needs, so that an older one of the workspace is not inherited.
const AT_LEAST: [&str; 2] = ["edition", "rust-version"];

impl Root {
    fn package_keys(&self) -> impl Iterator<Item = (&str, &Item)> {
        let table = self.get("package").and_then(Item::as_table);
        table.into_iter().flat_map(Table::iter)
    }

    pub(super) fn inherit(&self, manifest: &mut DocumentMut) {
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
                package.insert(key, Item::Table(inherited()));
                package.key_mut(key).iter_mut().for_each(KeyMut::fmt);
            }
        }
    }

    /// What a user should know about a manifest that inherited.
    pub(super) fn notes(&self, manifest: &DocumentMut) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use toml_edit::DocumentMut;

    use super::super::Workspace;
    use super::super::tests::root;
    use super::compare;

    const OURS: &str = "[package]\nname = \"new\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
        rust-version = \"1.85\"\n\n[dependencies]\nfoo = \"1\"\n\n[lints.rust]\n\
        unsafe_code = \"forbid\"\n\n[profile.release]\nlto = true\n";

    fn member(workspace: &str) -> (String, Vec<String>) {
        let workspace = Workspace::Joined(Box::new(root(workspace)));
        let mut manifest: DocumentMut = OURS.parse().expect("the manifest is TOML");
        workspace.inherit(&mut manifest);
        let manifest = manifest.to_string();
        let notes = workspace.notes(&manifest);
        (manifest, notes)
    }

    #[test]
    fn keys_and_lints_are_inherited_and_profiles_left_out() {
        let (manifest, notes) = member(
            "[workspace.package]\nlicense = \"MIT\"\nversion = \"3.0.0\"\nedition = \"2024\"\n\
             rust-version = \"1.90\"\n[workspace.lints.rust]\nunused = \"deny\"\n",
        );
        assert_eq!(
            manifest,
            "[package]\nname = \"new\"\nversion.workspace = true\nedition.workspace = true\n\
             rust-version.workspace = true\nlicense.workspace = true\n\n[dependencies]\n\
             foo = \"1\"\n\n[lints]\nworkspace = true\n"
        );
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn what_the_code_needs_stays_and_is_said() {
        let (manifest, notes) =
            member("[workspace.package]\nedition = \"2021\"\nrust-version = \"1.9\"\n");
        let (own, profile) = OURS.split_once("\n[profile").expect("a profile");
        assert_eq!(manifest, own);
        assert!(profile.contains("lto"));
        assert!(notes[0].contains("`edition` stays 2024"), "{notes:?}");
        assert!(notes[1].contains("`rust-version` stays 1.85"), "{notes:?}");
    }

    #[test]
    fn a_workspace_of_its_own_changes_nothing_else() {
        let mut manifest: DocumentMut = OURS.parse().expect("the manifest is TOML");
        Workspace::Own.inherit(&mut manifest);
        let manifest = manifest.to_string();
        assert!(manifest.starts_with(OURS), "{manifest}");
        assert!(manifest.ends_with("\n[workspace]\n"), "{manifest}");
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(compare("1.9", "1.89"), Ordering::Less);
        assert_eq!(compare("1.85.0", "1.85"), Ordering::Equal);
        assert_eq!(compare("1.85.1", "1.85"), Ordering::Greater);
        assert_eq!(compare("2021", "2024"), Ordering::Less);
    }
}
