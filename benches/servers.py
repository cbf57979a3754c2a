#!/usr/bin/env python3
"""Generated servers beside the plainest hand-written ones on the same runtime, in one run.

Servers take turns, round after round and every other round backwards, so that whatever else the
machine does hits all alike. The measures are requests for each second of the server's own processor
time, and for each second of the clock. The speed of a shared machine changes within a run by more
than what is measured here: so each round gives a ratio generated / plain, of two that ran one after
the other, and the figure is the median of these.

usage: servers.py [tcp|http] [ROUNDS] [RUNTIME...]      needs wrk for http, from the system's packages
"""

import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SERVERS = REPOSITORY / "benches" / "servers"
SECONDS = 2
CONNECTIONS = 64
TCP = {
    "tokio": ("tcp", "plain_tokio", ["--runtime", "tokio"]),
    "smol": ("tcp", "plain_smol", ["--runtime", "smol"]),
    "async-std": ("tcp", "plain_async_std", ["--runtime", "async-std"]),
    "mio": ("tcp", "plain_mio", ["--runtime", "mio"]),
    "compio": ("uring", "plain_compio_dispatch", ["--runtime", "uring", "--engine", "compio"]),
    "tokio-uring": ("uring", "plain_tokio_uring", ["--runtime", "uring", "--engine", "tokio-uring"]),
}
# axum, the plainest on tokio, does routes anyway; on smol there is a hand-written server with a route beside.
HTTP = {"tokio": ["plain"], "smol": ["plain", "routed"]}


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, **options)


def target():
    said = run("cargo", "metadata", "--no-deps", "--format-version", "1", cwd=REPOSITORY, capture_output=True)
    return Path(json.loads(said.stdout)["target_directory"])


def build_plain(folder):
    run("cargo", "build", "--release", "--quiet", cwd=SERVERS / folder,
        env={**os.environ, "CARGO_TARGET_DIR": str(target() / "plain")})
    return target() / "plain" / "release"


def build_generated(folder, name, kind, flags):
    tool = target() / "release" / "cargo-async-init"
    run(tool, name, "--kind", kind, *flags, "--vcs", "none", "--quiet", cwd=folder)
    run("cargo", "build", "--release", "--quiet", cwd=folder / name,
        env={**os.environ, "CARGO_TARGET_DIR": str(target() / "generated")})
    return f"{target() / 'generated' / 'release' / name} --listen 127.0.0.1:0"


def tcp(rounds, folder, picked):
    load = build_plain("uring") / "load"
    for name, (home, plain, flags) in TCP.items():
        if name not in picked:
            continue
        lines = plain.replace("plain_", "lines_")
        plain = build_plain(home) / plain
        ours = build_generated(folder, f"bench-{name}", "tcp", flags)
        for size in (64, 1024):
            print(f"\n== tcp on {name}, lines of {size} bytes", flush=True)
            # `lines` reads UTF-8 lines as ours does; `plain` passes bytes on without a look.
            servers = {"plain": plain, "lines": plain.with_name(lines), "ours": ours}
            commands = [f"{name}={command}" for name, command in servers.items()]
            run(load, rounds, SECONDS, 1, CONNECTIONS, size, *commands)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def requests(command):
    """Requests for each processor second and for each second of the clock."""
    server = subprocess.Popen(str(command).split(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = server.stdout.readline().split()[-1]
        before = cpu_seconds(server.pid)
        said = run("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", f"http://{address}/", capture_output=True, text=True).stdout
        spent = cpu_seconds(server.pid) - before
    finally:
        server.kill()
        server.wait()
    assert "Non-2xx" not in said, said
    count = int(re.search(r"(\d+) requests in", said).group(1))
    return count / spent, float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def http(rounds, folder, picked):
    plain = build_plain("http")
    for runtime, others in HTTP.items():
        if runtime not in picked:
            continue
        ours = build_generated(folder, f"bench-http-{runtime}", "http", ["--runtime", runtime])
        print(f"\n== http on {runtime}, GET /", flush=True)
        for other in others:
            beside(rounds, other, plain / f"{other}_http_{runtime}", ours)


def beside(rounds, other, theirs, ours):
    """Prints what our server does beside one other, each round in the other order."""
    pairs = []
    for number in range(rounds):
        turns = [ours, theirs] if number % 2 else [theirs, ours]
        results = {command: requests(command) for command in turns}
        pairs.append((results[theirs], results[ours]))
    for index, what in enumerate(("for each processor second", "for each second")):
        logs = [math.log(ours[index] / theirs[index]) for theirs, ours in pairs]
        theirs, ours = (statistics.median(each[index] for each in side) for side in zip(*pairs))
        ratio, error = math.exp(statistics.median(logs)), statistics.stdev(logs) / math.sqrt(rounds)
        print(f"{what:27} {other:6} {theirs:9.0f}  ours {ours:9.0f}  ratio {ratio:.3f} +- {error:.3f}", flush=True)


def main():
    words = sys.argv[1:]
    kinds = [word for word in words if word in ("tcp", "http")] or ["tcp", "http"]
    rounds = next((int(word) for word in words if word.isdigit()), 11)
    picked = [word for word in words if word in TCP] or list(TCP)
    run("cargo", "build", "--release", "--quiet", cwd=REPOSITORY)
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            {"tcp": tcp, "http": http}[kind](rounds, Path(folder), picked)


if __name__ == "__main__":
    main()
