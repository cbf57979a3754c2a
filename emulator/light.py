"""The light: which levels of which pins make it lit, and when that changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .clock import MILLISECOND, Clock
from .gpio import Pins
from .spec import Led, Matrix

# What lasts less is no change: a matrix is dark between rows, a pin has a level while it is set up.
_VISIBLE = MILLISECOND
# So long an eye takes what it sees for one picture.
_MOMENT = 20 * MILLISECOND


@dataclass(frozen=True)
class Change:
    """The light went on or off, so many nanoseconds after reset."""

    at: int
    lit: bool


class Light:
    """Watches the pins of a light."""

    def __init__(self, clock: Clock, pins: Pins, kind: Led | Matrix) -> None:
        self._clock = clock
        self._kind = kind
        self._changes: list[Change] = []
        # The diodes of a matrix that were lit at some time.
        self._seen: set[tuple[int, int]] = set()
        self._is_lit = self._led(pins, kind) if isinstance(kind, Led) else self._matrix(pins, kind)
        pins.on_change = self._note

    def _led(self, pins: Pins, led: Led) -> Callable[[], bool]:
        output = pins.output(led.pin)
        return lambda: output() is led.lit_high

    def _matrix(self, pins: Pins, matrix: Matrix) -> Callable[[], bool]:
        rows = [pins.output(pin) for pin in matrix.rows]
        columns = [pins.output(pin) for pin in matrix.columns]

        def is_lit() -> bool:
            high = [place for place, output in enumerate(rows) if output() is True]
            low = [place for place, output in enumerate(columns) if output() is False] if high else []
            self._seen.update((row, column) for row in high for column in low)
            return bool(low)

        return is_lit

    def _note(self) -> None:
        lit = self._is_lit()
        if lit != (self._changes[-1].lit if self._changes else False):
            self._changes.append(Change(self._clock.now, lit))

    def changes(self, end: int) -> list[Change]:
        """What was to be seen until then: changes that lasted."""
        kept: list[Change] = []
        following = [each.at for each in self._changes[1:]] + [end]
        for change, until in zip(self._changes, following, strict=False):
            if until - change.at >= _VISIBLE and change.lit != (kept[-1].lit if kept else False):
                kept.append(change)
        return kept

    def was_lit(self, when: int) -> bool:
        """Whether it was lit then, or a moment before: a matrix is dark between rows."""
        moment = when - _MOMENT
        before = [change.lit for change in self._changes if change.at <= moment]
        return any(before[-1:]) or any(change.lit and moment < change.at <= when for change in self._changes)

    def picture(self) -> list[str] | None:
        """What a matrix showed: all that was lit at some time."""
        if not isinstance(self._kind, Matrix):
            return None
        columns = range(len(self._kind.columns))
        return [
            "".join("#" if (row, column) in self._seen else "." for column in columns)
            for row in range(len(self._kind.rows))
        ]
