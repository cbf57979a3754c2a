"""The timers that `embassy-time` counts with, one for each of its drivers.

Each is as much of the peripheral as its driver uses (the modules name the driver's source), and no
more: a register that has no model here is the bus's.
"""

from __future__ import annotations

from typing import Protocol

from ..clock import SECOND, Clock


class TimeDriver(Protocol):
    """What the machine asks of a timer."""

    def next_alarm(self) -> int | None:
        """When it next wants the core's attention."""

    def sync(self) -> None:
        """Catches up with the clock: sets flags, and raises its interrupt."""

    def describe(self) -> dict[str, object]:
        """Which timer it is, for the report."""


class Ticks:
    """Counts ticks since it was started."""

    # What looking at the counter takes: a few cycles of a core.
    _LOOK = 100

    def __init__(self, clock: Clock, hertz: int) -> None:
        self.hertz = hertz
        self._clock = clock
        self._start = clock.now

    def restart(self) -> None:
        """From zero again."""
        self._start = self._clock.now

    def now(self) -> int:
        """How many ticks have passed."""
        return (self._clock.now - self._start) * self.hertz // SECOND

    def look(self) -> int:
        """The same for the program, which takes a little time over it."""
        self._clock.tick(self._LOOK)
        return self.now()

    def when(self, tick: int) -> int:
        """The time of a tick."""
        return self._start - (-tick * SECOND // self.hertz)


def next_match(count: int, value: int, bits: int) -> int:
    """The first tick after `count` at which a counter of so many bits reads `value`."""
    size = 1 << bits
    return count + ((value - count - 1) % size) + 1


class Matches:
    """A counter's compare values by key, and which of them it has passed."""

    def __init__(self, ticks: Ticks, bits: int, values: dict[int, int]) -> None:
        self._ticks, self._bits = ticks, bits
        self._values = values
        self._seen = 0

    def __setitem__(self, key: int, value: int) -> None:
        self._values[key] = value & (1 << self._bits) - 1

    def restart(self) -> None:
        """The counter starts from zero."""
        self._ticks.restart()
        self._seen = 0

    def passed(self) -> list[int]:
        """The keys of the values that were reached since this was last asked."""
        now = self._ticks.now()
        if now == self._seen:
            return []
        keys = [
            key for key, value in self._values.items() if next_match(self._seen, value, self._bits) <= now
        ]
        self._seen = now
        return keys

    def next_time(self, keys: list[int]) -> int | None:
        """When the first of these will be reached."""
        ticks = [next_match(self._seen, self._values[key], self._bits) for key in keys]
        return self._ticks.when(min(ticks)) if ticks else None
