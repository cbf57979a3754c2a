"""A conversation with a console: what is said to it, when, and whether it answers as it has to.

One line after the other comes in, byte by byte as fast as a line at 115200 baud is; the next not before
the time for an answer is over. What it does to the light is looked at together with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .clock import MILLISECOND, SECOND, Clock
from .failure import Failure
from .light import Light
from .spec import Line
from .uarts import Byte, Uart

# The first line, when the program has long started; the others follow each after so long.
_START = 700 * MILLISECOND
_STEP = 500 * MILLISECOND
# An answer has to be there after so long, and nothing after it.
_ANSWER = 400 * MILLISECOND
_BYTE = 86_806


@dataclass(frozen=True)
class Heard:
    """What came back to a line, and whether the light was lit then."""

    answer: str
    at: int


class Talk:
    """Says every line, and notes what comes back."""

    def __init__(self, lines: tuple[Line, ...], clock: Clock, uart: Uart) -> None:
        self._lines, self._uart = lines, uart
        self._heard: list[Heard] = []
        self.end = _START + _STEP * len(lines)
        for place, line in enumerate(lines):
            start = _START + _STEP * place
            for number, value in enumerate(line.sent):
                byte = Byte(value, garbled=number == line.garbled)
                clock.at(start + _BYTE * number, lambda byte=byte: uart.receive(byte))
            clock.at(start + _ANSWER, lambda: self._listen(clock.now))

    def _listen(self, now: int) -> None:
        answer = self._uart.sent.decode("ascii", "backslashreplace")
        self._uart.sent.clear()
        self._heard.append(Heard(answer, now))

    def judge(self, light: Light | None) -> dict[str, Any]:
        """The measurements; what is wrong with them is a failure."""
        for line, heard in zip(self._lines, self._heard, strict=True):
            if heard.answer != line.answer:
                raise Failure(f"to {line.sent!r} the console says {heard.answer!r}, not {line.answer!r}")
            if light and line.lit is not None and light.was_lit(heard.at) != line.lit:
                raise Failure(f"after {line.sent!r} the light is {'dark' if line.lit else 'lit'}")
        if not self._uart.is_wired():
            raise Failure("the serial port has not the pins that it is said to have")
        return {"answers": len(self._heard), "seconds": self.end / SECOND}
