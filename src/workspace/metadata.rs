//! Cargo's own word on a manifest.

use std::path::Path;
use std::process::Stdio;

use cargo_metadata::{Metadata, MetadataCommand};

use super::broken;
use crate::failure::{Code, Failure, Result};

/// Asks cargo what that manifest belongs to.
pub fn ask(manifest: &Path) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).no_deps();
    command.other_options(["--offline".to_owned()]);
    let mut cargo = command.cargo_command();
    cargo.stdin(Stdio::null());
    if let Some(folder) = manifest.parent() {
        // The toolchain and the configuration are those of the workspace.
        cargo.current_dir(folder);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C is for this process to handle: cargo would end with an error of its own.
        cargo.process_group(0);
    }
    let unanswered = |error: &dyn std::fmt::Display| {
        Failure::new(
            Code::Io,
            format!("cannot ask cargo about `{}`: {error}", manifest.display()),
        )
        .help("join no workspace: `--no-workspace`")
    };
    let output = cargo.output().map_err(|error| unanswered(&error))?;
    if !output.status.success() {
        return Err(broken(
            manifest,
            &said(&String::from_utf8_lossy(&output.stderr)),
        ));
    }
    MetadataCommand::parse(String::from_utf8_lossy(&output.stdout))
        .map_err(|error| unanswered(&error))
}

/// Cargo's error with its causes, in one line.
fn said(stderr: &str) -> String {
    let mut said = String::new();
    let mut is_cause = true;
    for line in stderr.lines().map(str::trim) {
        let line = line.strip_prefix("error: ").unwrap_or(line);
        if let Some(place) = line.strip_prefix("--> ") {
            said = format!("{said} at {place}");
        } else if is_cause && !line.is_empty() {
            let gap = if said.is_empty() { "" } else { ": " };
            said = format!("{said}{gap}{line}");
        }
        is_cause = line == "Caused by:";
    }
    said
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn the_error_of_cargo_becomes_one_line() {
        let stderr = "error: failed to load `a`\nreferenced by b\n\nCaused by:\n  failed to read `c`\n\n\
            Caused by:\n  No such file\n";
        assert_eq!(
            said(stderr),
            "failed to load `a`: failed to read `c`: No such file"
        );
        let stderr =
            "error: invalid type\n --> Cargo.toml:3:9\n  |\n3 | members=1\n  |         ^\n";
        assert_eq!(said(stderr), "invalid type at Cargo.toml:3:9");
    }
}
