"""RP2040 and RP2350: pins, driven by the core's own block (SIO), their functions and interrupts (IO_BANK0).

Registers: `rp-pac`, src/rp2040/{sio,io}.rs and src/rp235x/{sio,io}.rs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..failure import Crash, Failure
from ..nvic import Nvic
from . import Output, deaf

_UART_FUNCTION, _SIO_FUNCTION = 2, 5
_NO_FUNCTION = 31
_WORD = 0xFFFF_FFFF
_LEVEL_LOW, _LEVEL_HIGH, _EDGE_LOW, _EDGE_HIGH = 1, 2, 4, 8


@dataclass(frozen=True)
class RpLayout:
    """What differs between the chips."""

    pins: int
    # The output's and the direction's registers: the plain one, and how far set, clear and xor are apart;
    # where that is eight, there is a second word for the pins from 32 on.
    out: int
    enable: int
    step: int
    # The pins' interrupts: raw, and for the first core enables and status.
    raw: int
    inte: int
    ints: int
    has_divider: bool


class RpPins:
    """All pins: `PIN_25`."""

    def __init__(self, layout: RpLayout, nvic: Nvic, irq: int) -> None:
        self.on_change: Callable[[], None] = deaf
        self.layout = layout
        self.out = 0
        self.enabled = 0
        self.functions = [_NO_FUNCTION] * layout.pins
        self._nvic, self._irq = nvic, irq
        self._outside: dict[int, bool] = {}
        self._edges = [0] * layout.pins
        self._wanted = [0] * layout.pins

    def output(self, pin: str) -> Output:
        """What tells the level that the pin puts out."""
        return partial(self._level, self._find(pin))

    def _level(self, number: int) -> bool | None:
        """None also while the pin is another peripheral's."""
        ours = self.functions[number] == _SIO_FUNCTION and self.enabled >> number & 1
        return bool(self.out >> number & 1) if ours else None

    def is_lent(self, pin: str) -> bool:
        """Whether the pin is a serial port's."""
        return self.functions[self._find(pin)] == _UART_FUNCTION

    def drive(self, pin: str, high: bool) -> None:
        """What is put on the pin from outside."""
        number = self._find(pin)
        if self._outside.get(number, False) != high:
            self._edges[number] |= _EDGE_HIGH if high else _EDGE_LOW
        self._outside[number] = high
        self.update()

    def input(self) -> int:
        """All levels."""
        return sum(high << pin for pin, high in self._outside.items()) | self.out & self.enabled

    def update(self) -> None:
        """Raises the interrupt for what is wanted of a pin."""
        self._nvic.set_line(self._irq, any(self.status(pin) for pin in range(self.layout.pins)))

    def raw(self, pin: int) -> int:
        """What a pin could interrupt for."""
        if pin >= self.layout.pins:
            return 0
        level = _LEVEL_HIGH if self.input() >> pin & 1 else _LEVEL_LOW
        return level | self._edges[pin]

    def status(self, pin: int) -> int:
        """What a pin interrupts for."""
        return self.raw(pin) & self.wanted(pin)

    def wanted(self, pin: int) -> int:
        """What a pin is to interrupt for."""
        return self._wanted[pin] if pin < self.layout.pins else 0

    def want(self, pin: int, bits: int) -> None:
        """The same, as the program sets it."""
        if pin < self.layout.pins:
            self._wanted[pin] = bits

    def forget(self, pin: int, bits: int) -> None:
        """Edges are cleared by ones; levels stay while they last."""
        if pin < self.layout.pins:
            self._edges[pin] &= ~bits

    def _find(self, pin: str) -> int:
        match = re.fullmatch(r"PIN_(\d{1,2})", pin)
        if not match or int(match[1]) >= self.layout.pins:
            raise Failure(f"this chip has no pin `{pin}`")
        return int(match[1])


class Sio:
    """The core's own block: levels, and the locks by which two cores keep out of each other's way."""

    LENGTH = 0x200
    _CPUID, _IN, _FIFO_STATUS, _DIVIDER, _SPINLOCKS = 0x000, 0x004, 0x050, 0x060, 0x100

    def __init__(self, pins: RpPins) -> None:
        self._pins = pins
        self._taken = 0

    def read(self, offset: int) -> int | None:
        """Levels; reading a lock that is free takes it."""
        layout = self._pins.layout
        if offset == self._CPUID:
            return 0
        if offset in (self._IN, self._IN + 4):
            return self._pins.input() >> 8 * (offset - self._IN) & _WORD
        for start, bits in ((layout.out, self._pins.out), (layout.enable, self._pins.enabled)):
            if 0 <= offset - start < layout.step:
                return bits >> 8 * (offset - start) & _WORD
        if self._SPINLOCKS <= offset < self._SPINLOCKS + 128:
            lock = 1 << (offset - self._SPINLOCKS) // 4
            free = not self._taken & lock
            self._taken |= lock
            return lock if free else 0
        if layout.has_divider and self._DIVIDER <= offset < self._DIVIDER + 0x20:
            raise Crash("the program uses the divider, of which there is no model")
        return None

    def write(self, offset: int, value: int) -> bool:
        """Levels and directions; writing a lock frees it."""
        pins, layout = self._pins, self._pins.layout
        if layout.out <= offset < layout.out + 4 * layout.step:
            pins.out = self._changed(pins.out, offset - layout.out, value)
        elif layout.enable <= offset < layout.enable + 4 * layout.step:
            pins.enabled = self._changed(pins.enabled, offset - layout.enable, value)
        elif self._SPINLOCKS <= offset < self._SPINLOCKS + 128:
            self._taken &= ~(1 << (offset - self._SPINLOCKS) // 4)
            return True
        else:
            return False
        pins.update()
        pins.on_change()
        return True

    def _changed(self, bits: int, offset: int, value: int) -> int:
        """A word of them written, set, cleared or flipped."""
        way, place = divmod(offset, self._pins.layout.step)
        value <<= 8 * place
        kept = bits & ~(_WORD << 8 * place)
        return (kept | value, bits | value, bits & ~value, bits ^ value)[way]


class IoBank:
    """What a pin is used for, and its interrupts: four bits for each pin, eight pins in a register."""

    LENGTH = 0x300
    _CONTROL = 4

    def __init__(self, pins: RpPins) -> None:
        self._pins = pins

    def read(self, offset: int) -> int | None:
        """Functions, enables and interrupts."""
        layout = self._pins.layout
        pin, part = divmod(offset, 8)
        if pin < layout.pins:
            return self._pins.functions[pin] if part == self._CONTROL else None
        for start, of_pin in (
            (layout.raw, self._pins.raw),
            (layout.inte, self._pins.wanted),
            (layout.ints, self._pins.status),
        ):
            first = self._first_pin(offset, start)
            if first is not None:
                return sum(of_pin(first + each) << 4 * each for each in range(8))
        return None

    def write(self, offset: int, value: int) -> bool:
        """Functions, enables, and edges that were seen."""
        layout = self._pins.layout
        pin, part = divmod(offset, 8)
        if pin < layout.pins and part == self._CONTROL:
            self._pins.functions[pin] = value & 0x1F
        elif (first := self._first_pin(offset, layout.raw)) is not None:
            for each in range(8):
                self._pins.forget(first + each, value >> 4 * each & 0xF)
        elif (first := self._first_pin(offset, layout.inte)) is not None:
            for each in range(8):
                self._pins.want(first + each, value >> 4 * each & 0xF)
        else:
            return False
        self._pins.update()
        self._pins.on_change()
        return True

    def _first_pin(self, offset: int, start: int) -> int | None:
        words = -(-self._pins.layout.pins // 8)
        return (offset - start) * 2 if start <= offset < start + 4 * words else None
