#!/usr/bin/env python3
"""SIGTERM while 500 connections are busy: is any request lost that a generated http service has taken?

Each connection asks again and again with a short pause, so that at the signal some wait for an answer, some are in
the middle of sending a body and some are idle. A connection whose answer says `connection: close` asks no more. Lost
is a request that was sent, wholly or in part, on a connection that then ends without a whole answer. A request for
which no connection could be had is not lost: whoever sends it is told so and may go elsewhere.

The services are release builds with their default settings. Ends with code 1 if a request was lost, or if a service
did not end with code 0.

usage: drain.py [RUNS] [SERVICE...]        a service: tokio-axum, tokio-hyper, smol-hyper, mio; 20 runs of each if not said
"""

import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from servers import REPOSITORY, run, target

CONNECTIONS = 500
# Seconds of load before the signal, and the longest pause between two requests and between the halves of one.
LOAD = 1.5
PAUSE = 0.05
SERVICES = {
    "tokio-axum": ["--runtime", "tokio", "--framework", "axum"],
    "tokio-hyper": ["--runtime", "tokio", "--framework", "hyper"],
    "smol-hyper": ["--runtime", "smol"],
    "mio": ["--runtime", "mio"],
}
GET = b"GET / HTTP/1.1\r\nhost: bench\r\n\r\n"
BODY = b'{"name":"Ada"}'
POST = b"POST /greet HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)


class Count:
    """What happened in one run."""

    def __init__(self):
        self.answered = self.after = self.lost = self.wrong = 0
        self.signalled = False
        self.ended_early = 0


async def answer(reader):
    """Whether it is a success, and whether the connection may be used again; an error if it is not whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    await reader.readexactly(int(fields["content-length"]))
    return lines[0].split()[1] == "200", fields.get("connection") != "close"


async def ask(reader, writer):
    if random.random() < 0.5:
        writer.write(GET)
        return await answer(reader)
    cut = random.randrange(1, len(POST) + len(BODY))
    whole = POST + BODY
    writer.write(whole[:cut])
    await asyncio.sleep(random.uniform(0, PAUSE))
    writer.write(whole[cut:])
    return await answer(reader)


async def client(host, port, count, ready):
    reader, writer = await asyncio.open_connection(host, port)
    ready.release()
    try:
        again = True
        while again:
            # An idle connection that is closed before anything was sent on it loses nothing.
            await asyncio.sleep(random.uniform(0, PAUSE))
            if reader.at_eof():
                count.ended_early += 1
                return
            after = count.signalled
            good, again = await ask(reader, writer)
            count.answered += 1
            count.after += after
            count.wrong += not good
    except (OSError, asyncio.IncompleteReadError):
        count.lost += 1
    finally:
        writer.close()


async def one_run(server):
    host, port = server.stdout.readline().split()[-1].rsplit(":", 1)
    count, ready = Count(), asyncio.Semaphore(0)
    clients = [asyncio.create_task(client(host, int(port), count, ready)) for _ in range(CONNECTIONS)]
    for _ in clients:
        await ready.acquire()
    await asyncio.sleep(LOAD)
    assert not any(task.done() for task in clients), "a connection ended before the signal"
    began = time.monotonic()
    count.signalled = True
    server.send_signal(signal.SIGTERM)
    await asyncio.gather(*clients)
    code = await asyncio.to_thread(server.wait, 60)
    return count, code, time.monotonic() - began


def build(folder, name, flags):
    run(target() / "release" / "cargo-async-init", name, "--kind", "http", *flags, "--vcs", "none", "--quiet", cwd=folder)
    run("cargo", "build", "--release", "--quiet", cwd=folder / name,
        env={**os.environ, "CARGO_TARGET_DIR": str(target() / "generated")})
    return target() / "generated" / "release" / name


def service(name, program, runs):
    """The runs of one service; whether all went well."""
    counts, codes, seconds = [], [], []
    for _ in range(runs):
        server = subprocess.Popen([program, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            count, code, took = asyncio.run(one_run(server))
        finally:
            server.kill()
            server.wait()
        counts.append(count)
        codes.append(code)
        seconds.append(took)
    total = {what: sum(getattr(count, what) for count in counts)
             for what in ("answered", "after", "lost", "wrong", "ended_early")}
    print(f"{name:12} {runs} runs, {CONNECTIONS} connections: {total['answered']} answered, {total['after']} of them "
          f"asked after the signal; {total['lost']} lost, {total['wrong']} answered with an error, "
          f"{total['ended_early']} connections closed while idle; codes {sorted(set(codes))}; "
          f"ended after {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s", flush=True)
    return total["lost"] == 0 and total["wrong"] == 0 and set(codes) == {0}


def main():
    words = sys.argv[1:]
    runs = next((int(word) for word in words if word.isdigit()), 20)
    picked = [word for word in words if not word.isdigit()] or list(SERVICES)
    run("cargo", "build", "--release", "--quiet", cwd=REPOSITORY)
    with tempfile.TemporaryDirectory() as folder:
        results = [service(name, build(Path(folder), f"drain-{name}", SERVICES[name]), runs) for name in picked]
    sys.exit(0 if all(results) else 1)


main()
