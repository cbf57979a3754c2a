use std::fs;
use std::path::Path;

use super::stm32::matches;
use super::{derive, difference, path, sources::Sources};

/// The catalogue in the repository is what the pinned sources say.
#[test]
fn the_chips_are_those_of_the_sources() {
    let derived = derive().expect("the sources can be read");
    let kept = fs::read_to_string(path()).expect("chips.tsv");
    if let Some(lines) = difference(&kept, &derived) {
        panic!("run `cargo xtask catalogue`:\n{lines}");
    }
}

/// What is read has the versions that projects get.
#[test]
fn the_sources_have_the_versions_of_the_templates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/versions.toml");
    let versions: toml_edit::DocumentMut = fs::read_to_string(folder)
        .expect("versions.toml")
        .parse()
        .expect("TOML");
    let sources = Sources::find().expect("the sources can be found");
    let mut compared = 0;
    for source in sources.each() {
        if let Some(version) = versions.get(source.name) {
            assert_eq!(version.as_str(), Some(&*source.version), "{}", source.name);
            compared += 1;
        }
    }
    assert!(
        compared >= 5,
        "only {compared} of the sources are in versions.toml"
    );
}

#[test]
fn a_difference_names_its_lines() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    let lines = difference("a\nb\n", "a\nc\n");
    assert_eq!(lines.as_deref(), Some("- b\n+ c"));
    assert!(difference("a\nb\n", "b\na\n").is_some());
}

#[test]
fn patterns_of_features_match_whole_names() {
    assert!(matches("stm32f4[2367]..[ig]", "stm32f429zi"));
    assert!(!matches("stm32f4[2367]..[ig]", "stm32f411ce"));
    assert!(matches("stm32g0...c", "stm32g0b1cc"));
    assert!(!matches("stm32g0...c", "stm32g0b1cc1"));
    assert!(matches("stm32wl.*", "stm32wl55jc-cm4"));
}
