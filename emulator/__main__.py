"""`python3 -m emulator IMAGE.elf --spec SPEC.json`: boots, judges, reports.

The report is one JSON object on standard output; what went wrong is told at length on standard error.
The exit code is 0 only if everything held.

`python3 -m emulator --each` takes a JSON list of `{"image": PATH, "spec": SPEC}` from standard input and
boots each in a process of its own: to start Python for each would take longer than to boot. It reports as
a JSON list, what went wrong as the report's `"said"`; the exit code only says whether all were judged.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from .failure import Crash, Failure, Reset
from .image import Image
from .spec import Spec

# A program may reset the chip once it has programmed what only a reset reads.
_RESETS = 3


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(
        prog="emulator", description="Boots a Cortex-M image and judges its light."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("image", type=Path, nargs="?", help="the ELF file")
    what.add_argument("--each", action="store_true", help="a list of images and specs from standard input")
    parser.add_argument("--spec", type=Path, help="chip and board, as JSON; standard input without it")
    arguments = parser.parse_args()
    if arguments.each:
        print(json.dumps(_each(json.load(sys.stdin))))
        return 0
    report = _judged(arguments.image, lambda: _read(arguments.spec), sys.stderr)
    print(json.dumps(report))
    return 0 if report["ok"] else 1


def _each(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # Here, so that the processes below need not load it again.
    from . import backtrace, machine  # noqa: F401

    with multiprocessing.Pool(maxtasksperchild=1) as pool:
        return pool.map(_one, jobs, chunksize=1)


def _one(job: dict[str, Any]) -> dict[str, Any]:
    said = io.StringIO()
    report = _judged(Path(job["image"]), lambda: job["spec"], said)
    return report | {"said": said.getvalue()}


def _judged(path: Path, spec: Callable[[], dict[str, Any]], said: TextIO) -> dict[str, Any]:
    try:
        return _boot(path, Spec.parse(spec()), said)
    except Failure as failure:
        print(f"error: {failure}", file=said)
        return {"ok": False, "reason": str(failure)}


def _boot(path: Path, spec: Spec, said: TextIO) -> dict[str, Any]:
    image = Image(path)
    # Late, so that `--help` and a bad spec need no Unicorn.
    from .machine import Machine

    machine = Machine(spec, image)
    for _ in range(_RESETS):
        try:
            return machine.run()
        except Reset:
            machine = machine.after_reset()
        except Crash:
            from .backtrace import print_backtrace

            print_backtrace(image, machine.cpu, said)
            raise
    raise Failure(f"the program has reset the chip {_RESETS} times")


def _read(path: Path | None) -> dict[str, Any]:
    try:
        return json.loads(path.read_text() if path else sys.stdin.read())
    except (OSError, ValueError) as error:
        raise Failure(f"the spec cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
