"""The interrupt controller and its neighbours in the system control space (0xE000E000).

An interrupt's source holds a line high for as long as it wants attention. Pending is set when the line
rises, and again when its handler returns with the line still high: a driver that forgets to clear its
flag then loops here as it does on a chip.
"""

from __future__ import annotations

from .failure import Reset

ORIGIN = 0xE000_E000

_ISER, _ICER, _ISPR, _ICPR, _IABR, _IPR = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400
_ICSR, _VTOR, _AIRCR, _SHPR = 0xD04, 0xD08, 0xD0C, 0xD18
_RESET = 0x05FA_0004
# Armv8-M has room for 480 interrupts: fifteen words of one bit each.
_WORDS = 15
_BITS = 0x3C
_LAST = 480

PENDSV, SYSTICK = 14, 15
_FIRST = 16
_THREAD_PRIORITY = 256


class Nvic:
    """Which interrupts are enabled, pending and active. Numbers are those of exceptions: IRQ 0 is 16."""

    def __init__(self) -> None:
        self.vtor = 0
        self.enables: list[int] = []
        self._enabled: set[int] = set()
        self._pending: set[int] = set()
        self._high: set[int] = set()
        self._active: list[int] = []
        self._priority: dict[int, int] = {}

    def set_line(self, irq: int, high: bool) -> None:
        """The source of interrupt `irq` wants attention, or no longer."""
        number = irq + _FIRST
        if high and number not in self._high:
            self._pending.add(number)
        (self._high.add if high else self._high.discard)(number)

    def is_enabled(self, irq: int) -> bool:
        """Whether the program takes that interrupt."""
        return irq + _FIRST in self._enabled

    def due(self) -> int | None:
        """The exception that is to be taken now, if interrupts are not masked."""
        ready = [each for each in self._pending if each < _FIRST or each in self._enabled]
        if not ready:
            return None
        first = min(ready, key=lambda each: (self._priority.get(each, 0), each))
        running = self._priority.get(self._active[-1], 0) if self._active else _THREAD_PRIORITY
        return first if self._priority.get(first, 0) < running else None

    def enter(self, number: int) -> None:
        """The core starts the handler."""
        self._pending.discard(number)
        self._active.append(number)

    def leave(self) -> None:
        """The core returns from the handler that it started last."""
        number = self._active.pop()
        if number in self._high:
            self._pending.add(number)

    @property
    def active(self) -> int:
        """The exception whose handler runs; 0 in thread mode."""
        return self._active[-1] if self._active else 0

    def read(self, offset: int) -> int | None:
        """A register's value."""
        if offset == _VTOR:
            return self.vtor
        if offset == _ICSR:
            return self.active
        for start, numbers in (
            (_ISER, self._enabled),
            (_ICER, self._enabled),
            (_ISPR, self._pending),
            (_ICPR, self._pending),
            (_IABR, set(self._active)),
        ):
            if start <= offset < start + _BITS:
                first = _FIRST + (offset - start) * 8
                return sum(1 << bit for bit in range(32) if first + bit in numbers)
        return None

    def write(self, offset: int, value: int) -> None:
        """What a write to a register does."""
        if offset == _VTOR:
            self.vtor = value
        elif offset == _ICSR:
            self._pend_system(value)
        elif offset == _AIRCR and value & 0xFFFF_0004 == _RESET:
            raise Reset
        elif _ISER <= offset < _ISER + _BITS:
            numbers = _numbers(offset - _ISER, value)
            self.enables += [each - _FIRST for each in numbers]
            self._enabled.update(numbers)
        elif _ICER <= offset < _ICER + _BITS:
            self._enabled.difference_update(_numbers(offset - _ICER, value))
        elif _ISPR <= offset < _ISPR + _BITS:
            self._pending.update(_numbers(offset - _ISPR, value))
        elif _ICPR <= offset < _ICPR + _BITS:
            self._pending.difference_update(set(_numbers(offset - _ICPR, value)) - self._high)

    def note_priority(self, offset: int, value: int) -> None:
        """A byte of the priority registers was written."""
        if _IPR <= offset < _IPR + _LAST:
            self._priority[_FIRST + offset - _IPR] = value
        elif _SHPR <= offset < _SHPR + 12:
            self._priority[4 + offset - _SHPR] = value

    def _pend_system(self, value: int) -> None:
        for bit, number, pend in (
            (28, PENDSV, True),
            (27, PENDSV, False),
            (26, SYSTICK, True),
            (25, SYSTICK, False),
        ):
            if value >> bit & 1:
                (self._pending.add if pend else self._pending.discard)(number)


def _numbers(offset: int, value: int) -> list[int]:
    first = _FIRST + offset * 8
    return [first + bit for bit in range(32) if value >> bit & 1]
