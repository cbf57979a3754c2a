"""STM32: ports, and the external interrupts (EXTI) of their pins.

Ports are of two kinds (`stm32-metapac`, src/peripherals/gpio_v1.rs for STM32F1, gpio_v2.rs for all
others), external interrupts of two as well: one register of pending lines, or one for rising and one
for falling edges. Where each is, `emulator.chips.stm32` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..failure import Failure
from ..nvic import Nvic
from . import Output, deaf

PORT_LENGTH = 0x400
_HALF = 0xFFFF


class Port:
    """Sixteen pins, as on every STM32 but the F1."""

    _MODER, _IDR, _ODR, _BSRR, _BRR = 0x00, 0x10, 0x14, 0x18, 0x28
    _OUTPUT, _ALTERNATE = 1, 2

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._modes = 0
        self._out = 0
        self._outside: dict[int, bool] = {}

    def drive(self, pin: int, high: bool) -> None:
        """What is put on a pin from outside."""
        self._outside[pin] = high

    def level(self, pin: int) -> bool | None:
        """What a pin puts out; None while it is no output."""
        return bool(self._out >> pin & 1) if self._is_output(pin) else None

    def _is_output(self, pin: int) -> bool:
        return self._modes >> 2 * pin & 3 == self._OUTPUT

    def is_lent(self, pin: int) -> bool:
        """Whether the pin puts out what another peripheral says."""
        return self._modes >> 2 * pin & 3 == self._ALTERNATE

    def _input(self) -> int:
        levels = (self.level(pin) for pin in range(16))
        seen = (self._outside.get(pin, False) if level is None else level for pin, level in enumerate(levels))
        return sum(high << pin for pin, high in enumerate(seen))

    def read(self, offset: int) -> int | None:
        """Registers that the model keeps, and the input."""
        if offset == self._IDR:
            return self._input()
        return {self._MODER: self._modes, self._ODR: self._out, self._BSRR: 0}.get(offset)

    def write(self, offset: int, value: int) -> bool:
        """Modes and output."""
        if offset == self._MODER:
            self._modes = value
        elif not self._put_out(offset, value):
            return False
        self._changed()
        return True

    def _put_out(self, offset: int, value: int) -> bool:
        if offset == self._ODR:
            self._out = value & _HALF
        elif offset == self._BSRR:
            # Setting wins where a bit is both set and reset.
            self._out = self._out & ~(value >> 16) | value & _HALF
        elif offset == self._BRR:
            self._out &= ~value
        else:
            return False
        return True


class PortF1(Port):
    """Sixteen pins of an STM32F1: four bits of mode for each, in two registers."""

    _LOW, _HIGH, _IDR, _ODR, _BSRR, _BRR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
    # After reset every pin floats as an input.
    _RESET = 0x4444_4444_4444_4444

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self._modes = self._RESET

    def _is_output(self, pin: int) -> bool:
        bits = self._modes >> 4 * pin & 0xF
        # Mode: of what speed, 0 an input. Configuration: from 2 on another peripheral's.
        return bits & 3 != 0 and bits >> 2 < 2

    def is_lent(self, pin: int) -> bool:
        """Whether the pin puts out what another peripheral says."""
        bits = self._modes >> 4 * pin & 0xF
        return bits & 3 != 0 and bits >> 2 >= 2

    def read(self, offset: int) -> int | None:
        """Registers that the model keeps, and the input."""
        if offset == self._IDR:
            return self._input()
        modes = {self._LOW: self._modes & 0xFFFF_FFFF, self._HIGH: self._modes >> 32}
        return (modes | {self._ODR: self._out, self._BSRR: 0}).get(offset)

    def write(self, offset: int, value: int) -> bool:
        """Modes and output."""
        if offset == self._LOW:
            self._modes = self._modes >> 32 << 32 | value
        elif offset == self._HIGH:
            self._modes = self._modes & 0xFFFF_FFFF | value << 32
        elif not self._put_out(offset, value):
            return False
        self._changed()
        return True


@dataclass(frozen=True)
class ExtiLayout:
    """Where the registers of the external interrupts are, from the start of their block."""

    rising: int
    falling: int
    pending: tuple[int, ...]
    mask: int


class Exti:
    """Sixteen lines, each for the pin of that number of one port."""

    def __init__(
        self, layout: ExtiLayout, nvic: Nvic, irqs: dict[int, int], port_of: Callable[[int], int]
    ) -> None:
        self._layout, self._nvic = layout, nvic
        self._irqs, self._port_of = irqs, port_of
        self._pending = dict.fromkeys(layout.pending, 0)
        self._kept = dict.fromkeys((layout.rising, layout.falling, layout.mask), 0)

    def edge(self, port: int, pin: int, rising: bool) -> None:
        """A pin's level changed."""
        layout = self._layout
        wanted = self._kept[layout.rising if rising else layout.falling] >> pin & 1
        if wanted and self._port_of(pin) == port:
            register = layout.pending[0] if rising else layout.pending[-1]
            self._pending[register] |= 1 << pin
            self._raise()

    def read(self, offset: int) -> int | None:
        """Registers that the model keeps."""
        return self._pending.get(offset, self._kept.get(offset))

    def write(self, offset: int, value: int) -> bool:
        """Pending lines are cleared by ones."""
        if offset in self._pending:
            self._pending[offset] &= ~value
        elif offset in self._kept:
            self._kept[offset] = value
        else:
            return False
        self._raise()
        return True

    def _raise(self) -> None:
        waiting = self._kept[self._layout.mask]
        pending = 0
        for bits in self._pending.values():
            pending |= bits
        for irq in set(self._irqs.values()):
            lines = sum(1 << line for line, each in self._irqs.items() if each == irq)
            self._nvic.set_line(irq, bool(pending & waiting & lines))


class Stm32Pins:
    """All ports: `PA5` is pin 5 of the first."""

    def __init__(self, exti: Exti | None, is_f1: bool) -> None:
        self.on_change: Callable[[], None] = deaf
        self._exti = exti
        self._kind = PortF1 if is_f1 else Port
        self.ports: dict[str, Port] = {}

    def add_port(self, letter: str) -> Port:
        """A further port."""
        return self.ports.setdefault(letter, self._kind(lambda: self.on_change()))

    def output(self, pin: str) -> Output:
        """What tells the level that the pin puts out."""
        port, number = self._find(pin)
        return partial(self.ports[port].level, number)

    def is_lent(self, pin: str) -> bool:
        """Whether the pin puts out what another peripheral says."""
        port, number = self._find(pin)
        return self.ports[port].is_lent(number)

    def drive(self, pin: str, high: bool) -> None:
        """What is put on the pin from outside; edges go to the external interrupts."""
        port, number = self._find(pin)
        self.ports[port].drive(number, high)
        if self._exti:
            self._exti.edge(ord(port) - ord("A"), number, high)

    def _find(self, pin: str) -> tuple[str, int]:
        match = re.fullmatch(r"P([A-Z])(\d{1,2})", pin)
        if not match or int(match[2]) > 15 or match[1] not in self.ports:
            raise Failure(f"this chip has no pin `{pin}`")
        return match[1], int(match[2])
