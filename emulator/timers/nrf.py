"""nRF: the real-time counter RTC1, or on an nRF54L the global one (`embassy-nrf`, src/time_driver.rs).

Registers: `nrf-pac`, src/chips/nrf52840/pac.rs (`rtc`) and nrf54l15-app/pac.rs (`grtc`).
"""

from __future__ import annotations

from ..clock import Clock
from ..nvic import Nvic
from . import Matches, Ticks

_BITS = 24
_FULL = (1 << _BITS) - 1


class Rtc:
    """24 bits at 32,768 Hz, with four compare values and an event for the overflow."""

    HERTZ = 32_768
    _START, _CLEAR, _OVERFLOW, _COMPARE = 0x000, 0x008, 0x104, 0x140
    _INTENSET, _INTENCLR, _COUNTER, _CC = 0x304, 0x308, 0x504, 0x540

    def __init__(self, clock: Clock, nvic: Nvic, irq: int, base: int) -> None:
        self._ticks = Ticks(clock, self.HERTZ)
        self._nvic, self._irq, self._base = nvic, irq, base
        self._running = False
        # By the address of an event's register: its bit where events are enabled.
        compares = {self._COMPARE + 4 * n: 1 << 16 + n for n in range(4)}
        self._events = {self._OVERFLOW: 1 << 1} | compares
        self._matches = Matches(self._ticks, _BITS, dict.fromkeys(self._events, 0))
        self._set: set[int] = set()
        self._enabled = 0

    def next_alarm(self) -> int | None:
        """The next event that raises the interrupt."""
        if not self._running:
            return None
        return self._matches.next_time([key for key, bit in self._events.items() if self._enabled & bit])

    def sync(self) -> None:
        """Sets the events that the counter has passed."""
        if self._running:
            self._set.update(self._matches.passed())
        high = any(self._enabled & self._events[event] for event in self._set)
        self._nvic.set_line(self._irq, high)

    def read(self, offset: int) -> int | None:
        """Counter, events and enables."""
        if offset == self._COUNTER:
            count = self._ticks.look() & _FULL if self._running else 0
            self.sync()
            return count
        if offset in self._events:
            return int(offset in self._set)
        if offset in (self._INTENSET, self._INTENCLR):
            return self._enabled
        return None

    def write(self, offset: int, value: int) -> bool:
        """Tasks, events, enables and compare values."""
        self.sync()
        if offset == self._START and value:
            self._running = True
        elif offset == self._CLEAR and value:
            self._matches.restart()
        elif offset in self._events:
            (self._set.add if value else self._set.discard)(offset)
        elif offset == self._INTENSET:
            self._enabled |= value
        elif offset == self._INTENCLR:
            self._enabled &= ~value
        elif self._CC <= offset < self._CC + 16:
            self._matches[self._COMPARE + offset - self._CC] = value
        self.sync()
        return False

    def describe(self) -> dict[str, object]:
        """Where it is."""
        return {"timer": f"{self._base:#010x}", "tick_hz": self.HERTZ}


class Grtc:
    """52 bits at 1 MHz. The driver takes the last of twelve compare values, and reads the counter of its
    own security domain: both are the same to this model, but for the interrupt."""

    HERTZ = 1_000_000
    _CHANNELS = 12
    _COMPARE, _INTEN, _CC, _SYSCOUNTER = 0x100, 0x300, 0x520, 0x720
    _DOMAINS = 4

    def __init__(self, clock: Clock, nvic: Nvic, irq: int, base: int, domain: int) -> None:
        self._ticks = Ticks(clock, self.HERTZ)
        self._nvic, self._irq, self._base, self._domain = nvic, irq, base, domain
        self._low = [0] * self._CHANNELS
        self._value: list[int | None] = [None] * self._CHANNELS
        self._set = 0
        self._enabled = 0

    def next_alarm(self) -> int | None:
        """The first compare value that has yet to be reached, of those that interrupt."""
        waiting = [
            value
            for channel, value in enumerate(self._value)
            if value is not None and self._enabled >> channel & 1
        ]
        return self._ticks.when(min(waiting)) if waiting else None

    def sync(self) -> None:
        """A value that is reached sets its event, once."""
        now = self._ticks.now()
        for channel, value in enumerate(self._value):
            if value is not None and value <= now:
                self._set |= 1 << channel
                self._value[channel] = None
        self._raise()

    def read(self, offset: int) -> int | None:
        """Counter, events and enables."""
        counter = self._SYSCOUNTER + 16 * self._domain
        if offset in (counter, counter + 4):
            count = self._ticks.look() if offset == counter else self._ticks.now()
            self.sync()
            return count & 0xFFFF_FFFF if offset == counter else count >> 32
        if self._COMPARE <= offset < self._COMPARE + 4 * self._CHANNELS:
            return self._set >> (offset - self._COMPARE) // 4 & 1
        if offset - self._INTEN - 16 * self._domain in (0, 4, 8):
            return self._enabled
        return None

    def write(self, offset: int, value: int) -> bool:
        """Events, enables and compare values: the upper half of one arms it."""
        self.sync()
        channel, part = divmod(offset - self._CC, 16)
        if self._COMPARE <= offset < self._COMPARE + 4 * self._CHANNELS:
            bit = 1 << (offset - self._COMPARE) // 4
            self._set = self._set | bit if value else self._set & ~bit
        elif offset == self._INTEN + 16 * self._domain + 4:
            self._enabled |= value
        elif offset == self._INTEN + 16 * self._domain + 8:
            self._enabled &= ~value
        elif 0 <= channel < self._CHANNELS and part == 0:
            self._low[channel] = value
            self._value[channel] = None
        elif 0 <= channel < self._CHANNELS and part == 4:
            self._value[channel] = (value & 0xF_FFFF) << 32 | self._low[channel]
        self.sync()
        return False

    def _raise(self) -> None:
        self._nvic.set_line(self._irq, bool(self._set & self._enabled))

    def describe(self) -> dict[str, object]:
        """Where it is."""
        return {"timer": f"{self._base:#010x}", "tick_hz": self.HERTZ}
