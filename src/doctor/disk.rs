//! The disk: whether what a project compiles to fits.

use std::path::Path;

use super::{Finding, Place};

/// What `target/` holds after a build, a test build, clippy and a release build, in MiB, and some room.
///
/// Measured on x86-64 Linux with Rust 1.95: tokio `http` 531, compio `file` 457, `lib` 473, the firmware
/// for `nucleo-f411re` 1008. The others are set against these by the crates that they compile.
const NEEDS: &[(&str, u64)] = &[
    ("tokio", 700),
    ("smol", 500),
    ("async-std", 400),
    ("uring", 600),
    ("mio", 150),
    ("embassy", 1200),
    ("agnostic", 600),
];

/// A mebibyte.
#[cfg(unix)]
const MIB: u64 = 1024 * 1024;

/// The space that is free where a runtime's project is built.
pub(super) fn space(place: &Place, runtime: &str) -> Finding {
    let need = NEEDS
        .iter()
        .find(|(id, _)| *id == runtime)
        .map_or(0, |(_, need)| *need);
    let target = std::path::absolute(&place.target);
    let target = target.as_deref().unwrap_or(&place.target);
    enough(free(target), need, target)
}

/// What is built already needs no room again.
fn enough(free: Option<u64>, need: u64, target: &Path) -> Finding {
    let place = target.display();
    let Some(free) = free else {
        return Finding::ok(format!(
            "not checked on this system; some {need} MiB are needed"
        ));
    };
    let found = format!("{free} MiB are free at `{place}`; some {need} are needed");
    if free >= need {
        return Finding::ok(found);
    }
    Finding::failed(
        found,
        "free some space, or build elsewhere: `CARGO_TARGET_DIR=<DIR>`",
    )
    .unless(target.exists())
}

/// The free space of the file system in MiB.
#[cfg(unix)]
#[allow(
    clippy::useless_conversion,
    reason = "these numbers are narrower on some systems"
)]
fn free(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|ancestor| ancestor.exists())?;
    let system = nix::sys::statvfs::statvfs(there).ok()?;
    let blocks = u64::try_from(system.blocks_available()).ok()?;
    let block = u64::try_from(system.fragment_size()).ok()?;
    Some(blocks.saturating_mul(block) / MIB)
}

#[cfg(not(unix))]
fn free(_path: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::runtimes::RUNTIMES;
    use crate::doctor::Status;

    #[test]
    fn each_runtime_has_its_need() {
        assert_eq!(NEEDS.len(), RUNTIMES.len());
        for runtime in RUNTIMES {
            let needs = NEEDS.iter().filter(|(id, _)| *id == runtime.id);
            assert_eq!(needs.count(), 1, "{}", runtime.id);
        }
    }

    #[test]
    fn too_little_space_is_told_from_enough() {
        let nowhere = Path::new("/nowhere/at/all/target");
        assert_eq!(enough(Some(600), 600, nowhere).status, Status::Ok);
        let finding = enough(Some(599), 600, nowhere);
        assert_eq!(finding.status, Status::Failed);
        assert!(finding.found.starts_with("599 MiB are free at `/nowhere"));
        assert!(enough(None, 600, nowhere).found.contains("not checked"));
    }

    #[test]
    fn what_is_built_already_may_be_enough() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(enough(Some(1), 600, here).status, Status::Warning);
    }

    #[test]
    #[cfg(unix)]
    fn space_is_found_above_a_folder_that_is_not_there() {
        assert!(free(Path::new("/no/such/folder")).is_some());
    }
}
