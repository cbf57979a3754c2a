"""`python3 -m emulator.rp2040js IMAGE.elf --spec SPEC.json --node FOLDER`: an RP2040's image on rp2040js.

Presses, conversation and verdict are those of `emulator`; the core, the clocks, the pins and the serial
port are not, and a byte that comes in there is never garbled. `--uart` puts what the program sends through
its first UART into the report. FOLDER is where `node_modules` lies.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..clock import SECOND, Clock
from ..failure import Failure
from ..gpio import Output, deaf
from ..light import Light
from ..scenario import Scenario, play
from ..spec import Led, Spec
from ..talk import Talk
from ..uarts import Byte
from ..verdict import judge

_HARNESS = Path(__file__).with_name("boot.mjs")
_TIMEOUT = 120


class _Tape:
    """Pins that are not there: what is put on them is written down, what the diode did is played back."""

    def __init__(self, clock: Clock) -> None:
        self.on_change = deaf
        self.driven: list[tuple[int, int, bool]] = []
        self.level: bool | None = None
        self._clock = clock

    def output(self, _pin: str) -> Output:
        return lambda: self.level

    def drive(self, pin: str, high: bool) -> None:
        self.driven.append((self._clock.now, _number(pin), high))


class _Line:
    """A serial port that is not there: what comes in is written down, what went out is played back."""

    def __init__(self, clock: Clock) -> None:
        self.sent = bytearray()
        self.received: list[tuple[int, int]] = []
        self._clock = clock

    def receive(self, byte: Byte) -> None:
        self.received.append((self._clock.now, byte.value))

    def is_wired(self) -> bool:
        """Which pins it has, nobody says there."""
        return True


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(
        prog="emulator.rp2040js", description="Boots an RP2040 image on rp2040js."
    )
    parser.add_argument("image", type=Path, help="the ELF file")
    parser.add_argument("--spec", type=Path, help="chip and board, as JSON; standard input without it")
    parser.add_argument("--node", type=Path, required=True, help="the folder in which node_modules lies")
    parser.add_argument("--uart", action="store_true", help="report what the program sends")
    arguments = parser.parse_args()
    try:
        text = arguments.spec.read_text() if arguments.spec else sys.stdin.read()
        report = _boot(arguments, Spec.parse(json.loads(text)))
    except Failure as failure:
        report = {"ok": False, "reason": str(failure)}
        print(f"error: {failure}", file=sys.stderr)
    print(json.dumps(report))
    return 0 if report["ok"] else 1


def _boot(arguments: argparse.Namespace, spec: Spec) -> dict[str, Any]:
    if spec.chip != "rp2040" or not isinstance(spec.light, Led):
        raise Failure(f"rp2040js runs an rp2040 with a diode on a pin, no {spec.chip}")
    clock = Clock()
    tape, line = _Tape(clock), _Line(clock)
    scenario, _ = _scenario(spec, clock, tape, line)
    clock.pass_to(scenario.end)
    orders = {
        "image": str(arguments.image.resolve()),
        "node": str(arguments.node.resolve()),
        "end": scenario.end,
        "led": _number(spec.light.pin),
        "plan": tape.driven,
        "uart": int(spec.console.uart.removeprefix("UART")) if spec.console else 0,
        "bytes": line.received,
    }
    said = _run(orders)
    report = {
        "ok": True,
        "chip": spec.chip,
        "seconds": scenario.end / SECOND,
        "clk_sys_hz": said["clk_sys"],
        **_judge(spec, said),
    }
    sent = bytes(byte for _, byte in said["sent"]).decode("latin-1")
    return report | ({"uart": sent} if arguments.uart else {})


def _scenario(spec: Spec, clock: Clock, tape: _Tape, line: _Line) -> tuple[Scenario, Talk | None]:
    """What happens to the board: presses, or a conversation with its console."""
    if spec.console is None:
        return play(spec, clock, tape), None
    lines = tuple(each for each in spec.console.lines if each.garbled is None)
    talk = Talk(lines, clock, line)
    return Scenario((), talk.end), talk


def _judge(spec: Spec, said: dict[str, Any]) -> dict[str, Any]:
    """Plays back what was seen, to those who judge it."""
    clock = Clock()
    tape, line = _Tape(clock), _Line(clock)
    scenario, talk = _scenario(spec, clock, tape, line)
    light = Light(clock, tape, spec.light)
    changes = [(at, level, None) for at, level in said["changes"]]
    sent = [(at, None, byte) for at, byte in said["sent"]]
    for at, level, byte in sorted(changes + sent, key=lambda each: each[0]):
        clock.pass_to(at)
        if byte is None:
            tape.level = level
            tape.on_change()
        else:
            line.sent.append(byte)
    clock.pass_to(scenario.end)
    return talk.judge(light) if talk else judge(spec, scenario, light)


def _run(orders: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            ["node", str(_HARNESS)],
            input=json.dumps(orders),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except OSError as error:
        raise Failure(f"cannot run `node`: {error}; install Node.js with npm") from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f"rp2040js did not end within {_TIMEOUT} s") from error
    if done.returncode != 0:
        raise Failure(f"rp2040js failed:\n{done.stderr or done.stdout}")
    return json.loads(done.stdout)


def _number(pin: str) -> int:
    return int(pin.removeprefix("PIN_"))


if __name__ == "__main__":
    sys.exit(main())
