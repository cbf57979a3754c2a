//! Paths as cargo compares them: without links, without dots, and with wildcards.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// `*` stops at a slash, as it does where cargo looks for members on disk.
const WITHIN_A_FOLDER: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Whether a path, which may have wildcards, is or matches that destination.
pub fn matches(path: &Path, destination: &Path) -> bool {
    let pattern = path.to_str().and_then(|path| Pattern::new(path).ok());
    let matches = |pattern: Pattern| pattern.matches_path_with(destination, WITHIN_A_FOLDER);
    path == destination || pattern.is_some_and(matches)
}

/// The path without symbolic links; what does not exist yet has none.
pub fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let resolved = path.ancestors().find_map(|ancestor| {
        let real = canonical(ancestor).ok()?;
        Some(real.join(path.strip_prefix(ancestor).ok()?))
    });
    plain(&resolved.unwrap_or(path))
}

/// The path without symbolic links, written as cargo and glob read it on Windows too.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    let text = path.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    let on_a_drive = text.filter(|text| text.as_bytes().get(1) == Some(&b':'));
    Ok(on_a_drive.map(PathBuf::from).unwrap_or(path))
}

/// The path without `.` and `..`.
pub fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(component),
        }
    }
    plain
}

/// The way from a folder to a path, with `/` between its parts; `None` where that is not UTF-8.
pub fn relative(folder: &Path, path: &Path) -> Option<String> {
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = folder.components().skip(shared).map(|_| Some(".."));
    let down = path.components().skip(shared);
    let parts: Option<Vec<&str>> = up
        .chain(down.map(|part| part.as_os_str().to_str()))
        .collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{plain, relative};

    #[test]
    fn paths_are_made_plain_and_relative() {
        assert_eq!(plain(Path::new("/a/./b/../c/")), Path::new("/a/c"));
        for (path, expected) in [("/ws/a/b", "a/b"), ("/ws2/a", "../ws2/a"), ("/a", "../a")] {
            let way = relative(Path::new("/ws"), Path::new(path));
            assert_eq!(way.as_deref(), Some(expected));
        }
    }
}
