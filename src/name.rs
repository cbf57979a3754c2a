//! What a package may be called: everything that `cargo new` refuses is refused, and so is
//! what it merely warns of but breaks.

use std::fmt;

use crate::failure::{Failure, Result};

/// The registry's limit, in characters.
const LONGEST: usize = 64;

/// Strict and reserved keywords of edition 2024.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Folders that cargo keeps in `target/`; a binary of that name would stand in their place.
const CARGO_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Crates that come with the compiler.
const COMPILER_CRATES: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// File names that Windows keeps for devices, with any extension and in any case.
const DEVICES: &[&str] = &[
    "aux", "con", "nul", "prn", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A legal package name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageName(String);

impl PackageName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// Where the name is not one that cargo, the compiler, the registry and Windows all accept.
    pub fn parse(name: &str) -> Result<Self> {
        match objection(name) {
            None => Ok(Self(name.to_owned())),
            Some(why) => Err(Failure::usage(format!(
                "`{}` cannot be a package name: {why}",
                shown(name)
            ))
            .help(format!("give another name: `--name {}`", suggestion(name)))),
        }
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Rust source spells it.
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }

    /// The name as a device in a network can have it: what routers take, and no longer than
    /// embassy-net 0.9 passes on.
    pub fn host_name(&self) -> String {
        let name: String = self.0.replace('_', "-").chars().take(32).collect();
        name.trim_matches('-').to_ascii_lowercase()
    }

    /// The name as a device shows it over Bluetooth: no longer than trouble-host 0.7 takes it.
    pub fn radio_name(&self) -> String {
        self.0.chars().take(22).collect()
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name without what would break the message that shows it.
fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(LONGEST).map(escaped).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// A character that cannot be seen, as its escape; quotes are harmless between backticks.
fn escaped(c: char) -> String {
    match c {
        '"' | '\'' => c.to_string(),
        c => c.escape_debug().to_string(),
    }
}

fn objection(name: &str) -> Option<String> {
    let length = name.chars().count();
    if length == 0 {
        return Some("it is empty".to_owned());
    }
    if length > LONGEST {
        return Some(format!("it has {length} characters, {LONGEST} are allowed"));
    }
    if let Some(bad) = name.chars().find(|&c| !is_allowed(c)) {
        let bad = escaped(bad);
        return Some(format!(
            "`{bad}` is not allowed, only the letters a to z, digits, `-` and `_`"
        ));
    }
    let spelled = name.replace('-', "_");
    let objection = if name.starts_with(|c: char| c.is_ascii_digit()) {
        "it starts with a digit"
    } else if name.starts_with('-') || name.ends_with('-') {
        "it starts or ends with a dash"
    } else if !name.contains(|c: char| c.is_ascii_alphanumeric()) {
        "it has no letter"
    } else if KEYWORDS.contains(&name) {
        "it is a keyword of Rust"
    } else if DEVICES.contains(&name.to_ascii_lowercase().as_str()) {
        "Windows keeps it for a device"
    } else if CARGO_FOLDERS.contains(&name) {
        "cargo keeps it for a folder of its own in `target/`"
    } else if COMPILER_CRATES.contains(&spelled.as_str()) {
        "it is a crate that comes with the compiler"
    } else if name.contains(|c: char| c.is_ascii_uppercase()) || spelled.contains("__") {
        "the compiler warns of a crate name that is not snake case"
    } else {
        return None;
    };
    Some(objection.to_owned())
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// A legal name close to the one that was refused.
fn suggestion(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => words.push(c),
            _ if words.is_empty() || words.ends_with('-') => {}
            _ => words.push('-'),
        }
    }
    let words: String = words.chars().take(LONGEST - 4).collect();
    let words = words.trim_matches('-');
    let candidates = [
        words.to_owned(),
        format!("{words}-app"),
        format!("app-{words}"),
        "my-app".to_owned(),
    ];
    candidates
        .into_iter()
        .find(|candidate| objection(candidate).is_none())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, PackageName, objection, suggestion};

    #[test]
    fn takes_ordinary_names() {
        for name in ["a", "my-app", "my_app", "app2", "_a", &"a".repeat(LONGEST)] {
            assert_eq!(objection(name), None, "{name}");
        }
    }

    #[test]
    fn refuses_what_breaks_and_suggests_what_works() {
        let long = "a".repeat(300);
        for name in [
            "",
            "fn",
            "gen",
            "1abc",
            "a\"b",
            "a b",
            "con",
            "COM1",
            "build",
            "deps",
            "core",
            "test",
            "proc-macro",
            "tést",
            "a-",
            "-a",
            "_",
            "{{x}}",
            "../x",
            "a\nb",
            "MyApp",
            "a--b",
            &long,
        ] {
            let failure = PackageName::parse(name).expect_err(name);
            assert!(!failure.message.contains('\n'), "{}", failure.message);
            assert_eq!(objection(&suggestion(name)), None, "{name}");
        }
    }
}
