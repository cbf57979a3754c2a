#!/usr/bin/env bash
# Generating the tokio http project beside `cargo new`, in one run: time by hyperfine, memory by
# GNU time, size and crates as built. Needs hyperfine and GNU time from the system's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
ours=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/cargo-async-init
# The cargo itself, not rustup's proxy in front of it: the proxy's own time would flatter us.
cargo=$(rustup which cargo)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
flags="--runtime tokio --kind http --quiet"
hyperfine --shell=none --warmup 10 --runs "${RUNS:-100}" --export-json times.json --export-markdown times.md \
    --prepare 'rm -rf a' --command-name 'cargo async-init --vcs none' "$ours a $flags --vcs none" \
    --prepare 'rm -rf b' --command-name 'cargo new --vcs none' "$cargo new b --quiet --vcs none" \
    --prepare 'rm -rf c' --command-name 'cargo async-init (git)' "$ours c $flags --vcs git" \
    --prepare 'rm -rf d' --command-name 'cargo new (git)' "$cargo new d --quiet --vcs git" >/dev/null
cat times.md
python3 - <<'PY'
import json
ours, new, ours_git, new_git = json.load(open("times.json"))["results"]
print(f"ratio of medians, no VCS: {ours['median'] / new['median']:.2f} (at most 0.25)")
print(f"ratio of medians, git:    {ours_git['median'] / new_git['median']:.2f} (at most 0.50)")
print(f"user+sys, no VCS:         {(ours['user'] + ours['system']) * 1e3:.1f} ms (at most 6)")
PY
# The whole run, so that reading the catalogue is in it.
hyperfine --shell=none --warmup 10 --runs "${RUNS:-100}" --export-json chip.json \
    --command-name 'a chip' "$ours f --chip stm32h563zi --kind blinky --yes --dry-run" >/dev/null
python3 - <<'PY'
import json
chip, = json.load(open("chip.json"))["results"]
print(f"a chip looked up, its project rendered: {chip['median'] * 1e3:.1f} ms (at most 10)")
PY
/usr/bin/time --format 'peak memory:              %M kB (at most 12,000)' "$ours" e $flags --vcs none
printf 'stripped binary:          %s bytes (at most 3,500,000)\n' "$(stat --format %s "$ours")"
