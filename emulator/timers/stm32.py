"""STM32: a general-purpose timer (`embassy-stm32`, src/time_driver/gp16.rs) or a low-power one (lptim.rs).

Which timer drives time differs by chip, and is found by what the driver does: no other user of a timer
sets it up in this way. Its interrupts are those that the driver enables before it starts the timer, and
their handlers have to be named after a timer. Registers: `stm32-metapac`, src/peripherals/timer_v1.rs
and lptim_v1.rs, lptim_v2a.rs.
"""

from __future__ import annotations

from ..bus import Bus
from ..clock import Clock
from ..failure import Crash
from ..nvic import Nvic
from . import Matches, Ticks

_BITS = 16
_FULL = 0xFFFF
_LENGTH = 0x400


class Finder:
    """Watches writes, and puts the model where a timer is started as the driver does it."""

    def __init__(self, bus: Bus, nvic: Nvic, clock: Clock, handlers: dict[int, set[str]], hertz: int) -> None:
        self._bus, self._nvic, self._clock = bus, nvic, clock
        self._handlers, self._hertz = handlers, hertz
        self.timer: GeneralTimer | LowPowerTimer | None = None
        bus.watcher = self._on_write

    def next_alarm(self) -> int | None:
        """That of the timer, once it was found."""
        return self.timer.next_alarm() if self.timer else None

    def sync(self) -> None:
        """Has the timer catch up."""
        if self.timer:
            self.timer.sync()

    def describe(self) -> dict[str, object]:
        """What was found."""
        return self.timer.describe() if self.timer else {"timer": None}

    def _on_write(self, address: int, value: int) -> None:
        if self.timer is None and 0x4000_0000 <= address < 0x6000_0000:
            for kind in (GeneralTimer, LowPowerTimer):
                base = kind.started_at(self._bus, address, value)
                if base is not None:
                    self._adopt(kind, base)
                    return

    def _adopt(self, kind: type[GeneralTimer | LowPowerTimer], base: int) -> None:
        ticks = Ticks(self._clock, self._hertz)
        self.timer = kind(ticks, self._nvic, self._interrupts(), base, self._bus)
        self._bus.attach(base, _LENGTH, self.timer)
        self._bus.watcher = lambda address, value: None

    def _interrupts(self) -> list[int]:
        """Those enabled whose handlers are a timer's."""
        timers = {irq for irq, names in self._handlers.items() if any("TIM" in name for name in names)}
        found = sorted(timers.intersection(self._nvic.enables))
        if not found:
            raise Crash("the time driver started its timer without the interrupt of a timer")
        return found


class _Timer:
    """What both kinds share: 16 bits that count up for ever, flags, and which of them interrupt."""

    _FLAGS: int
    _ENABLES: int
    _COUNTER: int
    _COMPARE: int
    _ALARM: int
    # By flag: the count at which it is set.
    _AT: dict[int, int]

    def __init__(self, ticks: Ticks, nvic: Nvic, irqs: list[int], base: int, bus: Bus) -> None:
        self._ticks = ticks
        self._matches = Matches(self._ticks, _BITS, dict(self._AT))
        self._nvic, self._irqs, self._base = nvic, irqs, base
        self._flags = 0
        self._enabled = bus.stored(base + self._ENABLES)

    def next_alarm(self) -> int | None:
        """The next event that raises the interrupt."""
        return self._matches.next_time([flag for flag in self._AT if self._enabled & flag])

    def sync(self) -> None:
        """Sets the flags of all that the counter has passed."""
        for flag in self._matches.passed():
            self._flags |= flag
        high = bool(self._flags & self._enabled)
        for irq in self._irqs:
            self._nvic.set_line(irq, high)

    def read(self, offset: int) -> int | None:
        """Registers that change by themselves, and that the model keeps."""
        if offset == self._COUNTER:
            count = self._ticks.look() & _FULL
            self.sync()
            return count
        return {self._FLAGS: self._flags, self._ENABLES: self._enabled}.get(offset)

    def write(self, offset: int, value: int) -> bool:
        """Flags, enables and the alarm's compare value."""
        self.sync()
        if offset == self._ENABLES:
            self._enabled = value
        elif offset == self._COMPARE:
            self._matches[self._ALARM] = value
        kept = self._take(offset, value)
        self.sync()
        return kept or offset == self._ENABLES

    def _take(self, offset: int, value: int) -> bool:
        """What the kinds do in different ways."""
        raise NotImplementedError

    def describe(self) -> dict[str, object]:
        """Where it is."""
        return {"timer": f"{self._base:#010x}", "tick_hz": self._ticks.hertz}


class GeneralTimer(_Timer):
    """Compare 1 stands at half, compare 2 is the alarm."""

    _CR1, _ENABLES, _FLAGS, _COUNTER, _PSC, _ARR = 0x00, 0x0C, 0x10, 0x24, 0x28, 0x2C
    _HALFWAY, _COMPARE = 0x34, 0x38
    _UPDATE, _HALF, _ALARM = 1, 2, 4
    _AT = {_UPDATE: 0, _HALF: 0x8000, _ALARM: 0}

    @classmethod
    def started_at(cls, bus: Bus, address: int, value: int) -> int | None:
        """Whether this write starts such a timer, and where it is then."""
        if not value & 1 or address & 0x3FF:
            return None
        wanted = {cls._ARR: _FULL, cls._HALFWAY: 0x8000, cls._ENABLES: cls._UPDATE | cls._HALF}
        fits = all(bus.stored(address + offset) == each for offset, each in wanted.items())
        return address if fits else None

    def __init__(self, ticks: Ticks, nvic: Nvic, irqs: list[int], base: int, bus: Bus) -> None:
        super().__init__(ticks, nvic, irqs, base, bus)
        self._prescaler = bus.stored(base + self._PSC)

    def _take(self, offset: int, value: int) -> bool:
        """Flags are cleared by zeros; what the driver sets up once has to stay."""
        if offset in (self._CR1, self._COUNTER, self._PSC, self._ARR, self._HALFWAY):
            raise Crash(f"the time driver's timer at {self._base:#010x} was set up anew")
        if offset == self._FLAGS:
            self._flags &= value
        return offset == self._FLAGS

    def describe(self) -> dict[str, object]:
        """Its prescaler tells which clock the program takes it to have."""
        return super().describe() | {"timer_clock_hz": (self._prescaler + 1) * self._ticks.hertz}


class LowPowerTimer(_Timer):
    """The update event marks the overflow, the compare is the alarm."""

    _FLAGS, _CLEARS, _ENABLES, _CR, _COMPARE, _ARR, _COUNTER = 0x00, 0x04, 0x08, 0x10, 0x14, 0x18, 0x1C
    _ALARM, _COMPARE_OK, _RELOAD_OK, _UPDATE = 1, 1 << 3, 1 << 4, 1 << 7
    _AT = {_UPDATE: 0, _ALARM: 0}
    _STARTED = 1 << 2 | 1

    @classmethod
    def started_at(cls, bus: Bus, address: int, value: int) -> int | None:
        """Whether this write starts such a timer, and where it is then."""
        base = address - cls._CR
        if base & 0x3FF or value & cls._STARTED != cls._STARTED:
            return None
        fits = bus.stored(base + cls._ARR) == _FULL and bus.stored(base + cls._ENABLES) & cls._UPDATE
        return base if fits else None

    def __init__(self, ticks: Ticks, nvic: Nvic, irqs: list[int], base: int, bus: Bus) -> None:
        super().__init__(ticks, nvic, irqs, base, bus)
        # New compare values are taken over at once here, so these are always set.
        self._flags = self._COMPARE_OK | self._RELOAD_OK

    def _take(self, offset: int, value: int) -> bool:
        """Flags are cleared by ones, in a register of their own."""
        if offset == self._CLEARS:
            self._flags &= ~(value & (self._ALARM | self._UPDATE))
        return offset == self._CLEARS
