//! Running the suite, and saying for each tier how many tests it holds and how long it took.

use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// One tier as it went.
#[derive(Clone)]
struct Tier {
    name: String,
    passed: usize,
    failed: usize,
    took: Duration,
}

/// Format, lints, and every tier of the suite.
pub fn run() -> Result<(), String> {
    let mut tiers = vec![
        step("format", &["fmt", "--all", "--check"]),
        step(
            "lints",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
    ];
    tiers.extend(suite()?);
    println!(
        "\n{:<12} {:>7} {:>7} {:>9}",
        "tier", "passed", "failed", "time"
    );
    for tier in &tiers {
        let seconds = tier.took.as_secs_f64();
        println!(
            "{:<12} {:>7} {:>7} {seconds:>8.1}s",
            tier.name, tier.passed, tier.failed
        );
    }
    let passed: usize = tiers.iter().map(|tier| tier.passed).sum();
    let failed: usize = tiers.iter().map(|tier| tier.failed).sum();
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 {
        Ok(())
    } else {
        Err("the suite failed".to_owned())
    }
}

/// One command that passes or fails as a whole.
fn step(name: &str, words: &[&str]) -> Tier {
    let began = Instant::now();
    let passed = Command::new("cargo")
        .args(words)
        .status()
        .is_ok_and(|status| status.success());
    Tier {
        name: name.to_owned(),
        passed: usize::from(passed),
        failed: usize::from(!passed),
        took: began.elapsed(),
    }
}

/// The tier that compiles the most of what no other tier takes: it runs beside all others, but for the chips of
/// which this is a part of the name. They take as long as all others of it that are compiled beside.
const BESIDE: &str = "firmware";
const APART: &str = "esp32";
/// The tier that builds what others then start and examine.
const FIRST: &str = "build";

/// Every tier. Firmware has a target folder of its own and waits for one compiler much of the time, so two
/// lots run at once.
fn suite() -> Result<Vec<Tier>, String> {
    // So that the two do not wait for each other's locks.
    let compiled = step("compile", &["test", "--workspace", "--no-run"]);
    if compiled.failed > 0 {
        return Ok(vec![compiled]);
    }
    let (firmware, others) = std::thread::scope(|scope| {
        let words = ["--test", BESIDE, "--", "--skip", APART];
        let firmware = scope.spawn(move || cargo_test(&words));
        let others = all_others();
        let firmware = firmware.join();
        (
            firmware.unwrap_or_else(|_| Err("a thread died".to_owned())),
            others,
        )
    });
    Ok([vec![compiled], firmware?, others?].concat())
}

fn all_others() -> Result<Vec<Tier>, String> {
    let mut tiers = cargo_test(&["--test", FIRST])?;
    let others = test_targets()?;
    let mut words = vec!["--workspace", "--no-fail-fast", "--lib", "--bins"];
    for name in others
        .iter()
        .filter(|name| ![FIRST, BESIDE].contains(&&***name))
    {
        words.extend(["--test", name]);
    }
    tiers.extend(cargo_test(&words)?);
    tiers.extend(cargo_test(&["--workspace", "--doc"])?);
    tiers.extend(apart()?);
    Ok(tiers)
}

/// The rest of the tier that runs beside, in a target folder of its own.
fn apart() -> Result<Vec<Tier>, String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--test", BESIDE, "--", APART]);
    cargo.env("ASYNC_INIT_SCRATCH", APART);
    let mut tiers = followed(&mut cargo)?;
    for tier in &mut tiers {
        tier.name = format!("{} {APART}", tier.name);
    }
    Ok(tiers)
}

/// The name of every test target.
fn test_targets() -> Result<Vec<String>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot run `cargo metadata`: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("`cargo metadata` said no JSON: {error}"))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    Ok(targets
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect())
}

/// `cargo test` with these words; a tier is a test target.
fn cargo_test(words: &[&str]) -> Result<Vec<Tier>, String> {
    followed(Command::new("cargo").arg("test").args(words))
}

/// A `cargo test`, its output passed on as it comes.
fn followed(cargo: &mut Command) -> Result<Vec<Tier>, String> {
    // One pipe for both: what cargo says of a tier has to come before what the tier says.
    let (said, output) = io::pipe().map_err(|error| format!("no pipe: {error}"))?;
    let errors = output
        .try_clone()
        .map_err(|error| format!("no pipe: {error}"))?;
    let what = format!("{cargo:?}");
    let mut child = cargo
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("cannot run `cargo test`: {error}"))?;
    // The command holds the pipe's other end, too: else the output would never end.
    cargo.stdout(Stdio::null()).stderr(Stdio::null());
    let mut tiers: Vec<Tier> = Vec::new();
    let mut began = Instant::now();
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        println!("{line}");
        if let Some(name) = tier_name(&line) {
            began = Instant::now();
            tiers.push(Tier {
                name,
                passed: 0,
                failed: 0,
                took: Duration::ZERO,
            });
        }
        if let (Some((passed, failed)), Some(tier)) = (counts(&line), tiers.last_mut()) {
            tier.passed += passed;
            tier.failed += failed;
            tier.took = began.elapsed();
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("cargo test: {error}"))?;
    if !status.success() && tiers.iter().all(|tier| tier.failed == 0) {
        // A test target that does not compile, or dies, counts no failed test of its own.
        tiers.push(Tier {
            name: what,
            passed: 0,
            failed: 1,
            took: Duration::ZERO,
        });
    }
    tiers.retain(|tier| tier.passed + tier.failed > 0);
    Ok(tiers)
}

/// `Running tests/build.rs (target/...)` → `build`.
fn tier_name(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix("   Doc-tests ") {
        return Some(format!("doc {name}"));
    }
    let file = line.strip_prefix("     Running ")?.split(" (").next()?;
    let name = file.strip_prefix("tests/").unwrap_or(file);
    let name = name.strip_prefix("unittests ").unwrap_or(name);
    Some(name.strip_suffix(".rs").unwrap_or(name).to_owned())
}

/// `test result: ok. 3 passed; 1 failed; ...` → (3, 1).
fn counts(line: &str) -> Option<(usize, usize)> {
    let result = line.strip_prefix("test result: ")?;
    let count = |word: &str| {
        let (before, _) = result.split_once(word)?;
        before.split_whitespace().next_back()?.parse().ok()
    };
    Some((count(" passed")?, count(" failed")?))
}

#[cfg(test)]
mod tests {
    use super::{counts, tier_name};

    #[test]
    fn reads_what_cargo_test_prints() {
        let line = "     Running tests/build.rs (target/debug/deps/build-0123)";
        assert_eq!(tier_name(line).as_deref(), Some("build"));
        assert_eq!(
            tier_name("     Running unittests src/lib.rs (x)").as_deref(),
            Some("src/lib")
        );
        assert_eq!(tier_name("running 3 tests"), None);
        // What a generated project's own run printed is indented further.
        assert_eq!(tier_name("         Running tests/server.rs (x)"), None);
        let line =
            "test result: FAILED. 10 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(counts(line), Some((10, 1)));
    }
}
