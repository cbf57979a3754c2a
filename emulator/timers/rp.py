"""RP2040 and RP2350: 64 bits that count microseconds (`embassy-rp`, src/time_driver.rs).

Registers: `rp-pac`, src/rp2040/timer.rs and src/rp235x/timer.rs, whose interrupt registers lie eight
bytes higher.
"""

from __future__ import annotations

from ..clock import Clock
from ..nvic import Nvic
from . import Ticks, next_match

_BITS = 32
_WORD = 0xFFFF_FFFF


class Timer:
    """Four alarms, each of which compares the lower half of the counter."""

    HERTZ = 1_000_000
    _ALARMS, _ARMED, _RAW_HIGH, _RAW_LOW = 0x10, 0x20, 0x24, 0x28
    _HIGH, _LOW = 0x08, 0x0C

    def __init__(self, clock: Clock, nvic: Nvic, irq: int, base: int, intr: int) -> None:
        self._ticks = Ticks(clock, self.HERTZ)
        self._nvic, self._irq, self._base = nvic, irq, base
        self._intr, self._inte, self._ints = intr, intr + 4, intr + 12
        self._armed: dict[int, int] = {}
        self._raw = 0
        self._enabled = 0

    def next_alarm(self) -> int | None:
        """That of the first armed alarm."""
        return self._ticks.when(min(self._armed.values())) if self._armed else None

    def sync(self) -> None:
        """An alarm that is reached sets its flag and is disarmed."""
        now = self._ticks.now()
        for alarm, tick in list(self._armed.items()):
            if tick <= now:
                self._raw |= 1 << alarm
                del self._armed[alarm]
        # The driver takes the first alarm only; the others have interrupts of their own.
        self._nvic.set_line(self._irq, bool(self._raw & self._enabled & 1))

    def read(self, offset: int) -> int | None:
        """Counter, alarms and flags."""
        if offset in (self._RAW_LOW, self._LOW):
            count = self._ticks.look()
            self.sync()
            return count & _WORD
        return {
            self._RAW_HIGH: self._ticks.now() >> 32,
            self._HIGH: self._ticks.now() >> 32,
            self._ARMED: sum(1 << alarm for alarm in self._armed),
            self._intr: self._raw,
            self._inte: self._enabled,
            self._ints: self._raw & self._enabled,
        }.get(offset)

    def write(self, offset: int, value: int) -> bool:
        """Writing an alarm arms it; ones disarm and clear."""
        alarm = (offset - self._ALARMS) // 4
        if 0 <= alarm < 4:
            self._armed[alarm] = next_match(self._ticks.now() - 1, value, _BITS)
        elif offset == self._ARMED:
            self._armed = {each: tick for each, tick in self._armed.items() if not value >> each & 1}
        elif offset == self._intr:
            self._raw &= ~value
        elif offset == self._inte:
            self._enabled = value
        self.sync()
        return offset == self._inte

    def describe(self) -> dict[str, object]:
        """Where it is."""
        return {"timer": f"{self._base:#010x}", "tick_hz": self.HERTZ}
