"""nRF: ports, and the events of their pins (GPIOTE).

A pin whose level is the one that it is to sense raises its port's DETECT, which raises the event PORT;
where there are latches, they remember which pin it was. Registers: `nrf-pac`, src/chips/*/pac.rs
(`gpio`, `gpiote`): the nRF54L has the same registers as the others at other offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..failure import Failure
from ..nvic import Nvic
from . import Output, deaf

PORT_LENGTH = 0x300
_SENSE_HIGH, _SENSE_LOW = 2, 3
_WORD = 0xFFFF_FFFF


@dataclass(frozen=True)
class PortLayout:
    """Offsets of a port's registers."""

    out: int
    latch: int | None
    pin_cnf: int

    @property
    def input(self) -> int:
        """OUT, OUTSET, OUTCLR, IN, DIR, DIRSET and DIRCLR follow each other on all chips."""
        return self.out + 0x0C

    @property
    def direction(self) -> int:
        """DIR, then DIRSET and DIRCLR."""
        return self.out + 0x10


class Port:
    """Up to 32 pins."""

    def __init__(self, layout: PortLayout, changed: Callable[[], None], detected: Callable[[], None]) -> None:
        self._layout, self._changed, self._detected = layout, changed, detected
        self._out = 0
        self._direction = 0
        self._latch = 0
        self._configuration = [0] * 32
        # By pin: the level that it is to sense.
        self._sensing: dict[int, int] = {}
        self._outside: dict[int, bool] = {}
        self._was_detecting = False

    def level(self, pin: int) -> bool | None:
        """What a pin puts out; None while it is no output."""
        return bool(self._out >> pin & 1) if self._direction >> pin & 1 else None

    def drive(self, pin: int, high: bool) -> None:
        """What is put on a pin from outside."""
        self._outside[pin] = high
        self._detect()

    def _input(self) -> int:
        return sum(high << pin for pin, high in self._outside.items()) | self._out & self._direction

    def _detect(self) -> None:
        """Latches what is sensed; that something is sensed anew is an event."""
        sensed = 0
        levels = self._input()
        for pin, level in self._sensing.items():
            if levels >> pin & 1 == level:
                sensed |= 1 << pin
        self._latch |= sensed
        detecting = bool(self._latch if self._layout.latch is not None else sensed)
        if detecting and not self._was_detecting:
            self._detected()
        self._was_detecting = detecting

    def _configure(self, pin: int, value: int) -> None:
        self._configuration[pin] = value
        self._direction = self._direction & ~(1 << pin) | (value & 1) << pin
        sense = value >> 16 & 3
        if sense in (_SENSE_HIGH, _SENSE_LOW):
            self._sensing[pin] = int(sense == _SENSE_HIGH)
        else:
            self._sensing.pop(pin, None)

    def read(self, offset: int) -> int | None:
        """Registers that the model keeps, and the input."""
        layout = self._layout
        if offset == layout.input:
            return self._input()
        if layout.pin_cnf <= offset < layout.pin_cnf + 128:
            pin = (offset - layout.pin_cnf) // 4
            return self._configuration[pin] & ~1 | self._direction >> pin & 1
        if offset == layout.latch:
            return self._latch
        if offset in (layout.out, layout.out + 4, layout.out + 8):
            return self._out
        if layout.direction <= offset <= layout.direction + 8:
            return self._direction
        return None

    def write(self, offset: int, value: int) -> bool:
        """Output, direction, configuration and latch."""
        layout = self._layout
        if layout.pin_cnf <= offset < layout.pin_cnf + 128:
            pin = (offset - layout.pin_cnf) // 4
            self._configure(pin, value)
        elif offset == layout.latch:
            # A latch that is cleared while its pin is sensed is set again, which is a new event.
            self._latch &= ~value
            self._was_detecting = False
        elif layout.out <= offset <= layout.out + 8:
            self._out = _changed(self._out, (offset - layout.out) // 4, value)
        elif layout.direction <= offset <= layout.direction + 8:
            self._direction = _changed(self._direction, (offset - layout.direction) // 4, value)
        else:
            return False
        self._detect()
        self._changed()
        return True


def _changed(bits: int, way: int, value: int) -> int:
    """Written, set or cleared."""
    return (value, bits | value, bits & ~value & _WORD)[way]


@dataclass(frozen=True)
class GpioteLayout:
    """Offsets of the event of a port, of its enable registers, and its bit in these."""

    event: int
    enable: int
    bit: int


class Gpiote:
    """The event PORT. The events of single channels are not modelled: waiting for a level does without."""

    def __init__(self, layout: GpioteLayout, nvic: Nvic, irq: int) -> None:
        self._layout, self._nvic, self._irq = layout, nvic, irq
        self._event = False
        self._enabled = 0

    def detected(self) -> None:
        """A port senses something."""
        self._event = True
        self._raise()

    def read(self, offset: int) -> int | None:
        """The event and the enables."""
        if offset == self._layout.event:
            return int(self._event)
        return self._enabled if offset in (self._layout.enable, self._layout.enable + 4) else None

    def write(self, offset: int, value: int) -> bool:
        """The event and the enables."""
        if offset == self._layout.event:
            self._event = bool(value)
        elif offset == self._layout.enable:
            self._enabled |= value
        elif offset == self._layout.enable + 4:
            self._enabled &= ~value
        else:
            return False
        self._raise()
        return True

    def _raise(self) -> None:
        self._nvic.set_line(self._irq, self._event and bool(self._enabled & self._layout.bit))


class NrfPins:
    """All ports: `P0_13` is pin 13 of the first."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = deaf
        self.ports: dict[int, Port] = {}

    def add_port(self, number: int, layout: PortLayout, detected: Callable[[], None]) -> Port:
        """A further port."""
        self.ports[number] = Port(layout, lambda: self.on_change(), detected)
        return self.ports[number]

    def output(self, pin: str) -> Output:
        """What tells the level that the pin puts out."""
        port, number = self._find(pin)
        return partial(port.level, number)

    def drive(self, pin: str, high: bool) -> None:
        """What is put on the pin from outside."""
        port, number = self._find(pin)
        port.drive(number, high)

    def _find(self, pin: str) -> tuple[Port, int]:
        match = re.fullmatch(r"P(\d)_(\d{2})", pin)
        if not match or int(match[2]) > 31 or int(match[1]) not in self.ports:
            raise Failure(f"this chip has no pin `{pin}`")
        return self.ports[int(match[1])], int(match[2])
