"""`python3 -m emulator IMAGE.elf --spec SPEC.json`: boots, judges, reports.

The report is one JSON object on standard output; what went wrong is told at length on standard error.
The exit code is 0 only if everything held.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

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
    parser.add_argument("image", type=Path, help="the ELF file")
    parser.add_argument("--spec", type=Path, help="chip and board, as JSON; standard input without it")
    arguments = parser.parse_args()
    try:
        report = _boot(arguments.image, arguments.spec)
    except Failure as failure:
        report = {"ok": False, "reason": str(failure)}
        print(f"error: {failure}", file=sys.stderr)
    print(json.dumps(report))
    return 0 if report["ok"] else 1


def _boot(path: Path, spec_path: Path | None) -> dict[str, Any]:
    # Late, so that `--help` and a bad spec need no Unicorn.
    spec = Spec.parse(_read(spec_path))
    image = Image(path)
    from .machine import Machine

    machine = Machine(spec, image)
    for _ in range(_RESETS):
        try:
            return machine.run()
        except Reset:
            machine = machine.after_reset()
        except Crash:
            from .backtrace import print_backtrace

            print_backtrace(image, machine.cpu, sys.stderr)
            raise
    raise Failure(f"the program has reset the chip {_RESETS} times")


def _read(path: Path | None) -> dict[str, Any]:
    try:
        return json.loads(path.read_text() if path else sys.stdin.read())
    except (OSError, ValueError) as error:
        raise Failure(f"the spec cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
